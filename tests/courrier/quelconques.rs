//! Arbitrary bytes and broken mails: always an answer, always bounded.

use std::fmt::Write;

use postule::mail::entrant::{Defaut, comprendre};
use proptest::prelude::*;

fn un_mail() -> impl Strategy<Value = Vec<u8>> {
    let dossier = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail/corpus");
    let mut fichiers: Vec<_> = std::fs::read_dir(dossier)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    fichiers.sort();
    prop::sample::select(fichiers).prop_map(|f| std::fs::read(f).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn s10_des_octets_quelconques_ont_une_reponse(octets in prop::collection::vec(any::<u8>(), 0..4096)) {
        let compris = comprendre(&octets);
        prop_assert!(compris.texte_utile.len() <= 64 * 1024);
    }

    /// A mail of the corpus with bytes changed, cut out and repeated.
    #[test]
    fn s10_un_mail_abime_a_une_reponse(
        mail in un_mail(),
        coups in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..40),
    ) {
        let mut mail = mail;
        for (ou, octet, genre) in coups {
            let i = ou.index(mail.len().max(1)).min(mail.len());
            match genre {
                0 => mail.insert(i, octet),
                1 if i < mail.len() => mail[i] = octet,
                2 => mail.truncate(i.max(1)),
                _ => {
                    let debut: Vec<u8> = mail[..i].to_vec();
                    mail.extend(debut);
                    mail.truncate(64 * 1024);
                }
            }
        }
        let compris = comprendre(&mail);
        let est_demande = serde_json::to_value(compris.nature).unwrap() == "demande";
        prop_assert_eq!(compris.classes.is_empty(), !est_demande);
    }
}

#[test]
fn s15_des_messages_emboites_sans_fin_se_lisent() {
    let mail = "Subject: x\nContent-Type: message/rfc822\n\n".repeat(50_000);
    assert!(
        comprendre(mail.as_bytes())
            .defauts
            .contains(&Defaut::Tronque)
    );
}

#[test]
fn s15_des_multiparts_sans_fin_se_lisent() {
    let mut mail = "Content-Type: multipart/mixed; boundary=a\n\n".to_owned();
    for i in 0..20_000 {
        write!(
            mail,
            "--a\nContent-Type: multipart/mixed; boundary=b{i}\n\n"
        )
        .unwrap();
    }
    assert!(
        comprendre(mail.as_bytes())
            .defauts
            .contains(&Defaut::Tronque)
    );
}
