//! Forms a mail may have on its way here: dates, encodings, parts, envelopes of other programs (S06, S14, S15, S18).

use postule::mail::entrant::{Comprehension, Nature, comprendre};

const TETE: &str = "From: Élise <elise@univ.example>\r\nTo: aide@univ.example\r\nMessage-ID: <1@x>\r\nSubject: Lien expiré\r\nMIME-Version: 1.0\r\n";
const QUESTION: &str = "Le lien de validation a expiré, pouvez-vous m'en envoyer un autre ?";

fn recu(entetes: &str, corps: &str) -> Comprehension {
    comprendre(format!("{TETE}{entetes}\r\n{corps}").as_bytes())
}

fn classe(compris: &Comprehension) -> &'static str {
    compris.classes.first().map_or("", |c| c.code.texte())
}

/// S06: a date of the far future, of the beginning, of no calendar or none at all changes nothing.
#[test]
fn s06_une_date_impossible_ne_change_rien() {
    let sans = recu("", QUESTION);
    assert_eq!(classe(&sans), "lien_expire");
    for date in [
        "Tue, 01 Mar 2050 10:00:00 +0100",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Mon, 31 Feb 2027 25:61:61 +9999",
        "hier soir",
        "",
    ] {
        let avec = recu(&format!("Date: {date}\r\n"), QUESTION);
        assert_eq!(
            (avec.nature, avec.suite, classe(&avec)),
            (sans.nature, sans.suite, classe(&sans)),
            "{date}"
        );
    }
}

/// S14: escapes that are none, soft breaks and `=` at the end; base64 with blanks, without its padding, with rubbish behind it.
#[test]
fn s14_un_codage_abime_se_lit() {
    let cite = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n";
    for (corps, attendu) in [
        (
            "Le lien de validation a expir=C3=A9=\r\n, merci=\r\n",
            "a expiré, merci",
        ),
        (
            "Le lien de validation a expir=c3=a9, 100 =ZZ merci=",
            "a expiré, 100",
        ),
        ("Le lien de validation a expir=C3=A9=20\r\n=", "a expiré"),
    ] {
        let lu = recu(cite, corps);
        assert!(
            lu.texte_utile.contains(attendu),
            "{corps}: {}",
            lu.texte_utile
        );
        assert_eq!(classe(&lu), "lien_expire", "{corps}");
    }
    // « Le lien de validation a expiré. »
    let code = "TGUgbGllbiBkZSB2YWxpZGF0aW9uIGEgZXhwaXLDqS4";
    let base = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n";
    let blancs: String = code.chars().flat_map(|c| [c, ' ']).collect();
    for corps in [
        code.to_owned(),
        format!("{code}="),
        format!("{}\r\n \t{}", &code[..20], &code[20..]),
        blancs,
        format!("{code}=\r\n-- \r\nEnvoyé par la passerelle\r\n"),
    ] {
        let lu = recu(base, &corps);
        assert!(
            lu.texte_utile.contains("validation a expir"),
            "{corps}: {}",
            lu.texte_utile
        );
    }
}

/// S15: boundaries that are missing, empty, quoted, prefixes of each other, never closed; a preamble alone, parts of nothing,
/// parts that are elsewhere.
#[test]
fn s15_des_parties_mal_closes_se_lisent() {
    let une = format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{QUESTION}\r\n");
    for (genre, corps) in [
        ("multipart/mixed; boundary=b", format!("--b\r\n{une}")),
        (
            "multipart/mixed; boundary=\"b c\"",
            format!("--b c\r\n{une}--b c--\r\n"),
        ),
        ("multipart/mixed", format!("--b\r\n{une}--b--\r\n")),
        ("multipart/mixed; boundary=\"\"", format!("{QUESTION}\r\n")),
        ("multipart/mixed; boundary=b", format!("{QUESTION}\r\n")),
        (
            "multipart/mixed; boundary=b",
            format!(
                "--b\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\n{une}--b2--\r\n--b--\r\n"
            ),
        ),
        (
            "multipart/digest; boundary=b",
            format!("--b\r\n{une}--b--\r\n"),
        ),
        (
            "message/partial; id=x; number=1; total=2",
            format!("{TETE}\r\n{QUESTION}\r\n"),
        ),
        (
            "multipart/mixed; boundary=b",
            format!(
                "--b\r\n{une}--b\r\nContent-Type: message/external-body; access-type=URL; URL=\"http://x.example\"\r\n\r\n--b--\r\n"
            ),
        ),
    ] {
        let lu = recu(&format!("Content-Type: {genre}\r\n"), &corps);
        assert_eq!(lu.nature, Nature::Demande, "{genre}");
        assert_eq!(classe(&lu), "lien_expire", "{genre}: {:?}", lu.texte_utile);
    }
    let vide = recu(
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "--b\r\n--b--\r\n",
    );
    assert_eq!(vide.texte_utile.trim(), "");
}

/// S18: signed and sealed mails, invitations, Outlook's own parcels: the text is read, what is wrapped is listed and not opened.
#[test]
fn s18_les_emballages_des_autres_programmes_se_lisent() {
    let une = format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{QUESTION}\r\n");
    for (genre, joint, octets, documents) in [
        (
            "multipart/signed; protocol=\"application/pkcs7-signature\"",
            "Content-Type: application/pkcs7-signature; name=smime.p7s",
            "MIAGCSqGSIb3DQ==",
            0,
        ),
        (
            "multipart/signed; protocol=\"application/pgp-signature\"",
            "Content-Type: application/pgp-signature; name=signature.asc",
            "LS0tLS1CRUdJTg==",
            0,
        ),
        (
            "multipart/mixed",
            "Content-Type: text/calendar; method=REQUEST; name=rdv.ics",
            "QkVHSU46VkNBTEVOREFS",
            0,
        ),
        (
            "multipart/mixed",
            "Content-Type: application/ms-tnef; name=winmail.dat",
            "eJ8+Ig==",
            1,
        ),
        (
            "multipart/mixed",
            "Content-Type: application/vnd.ms-outlook; name=copie.msg",
            "0M8R4KGxGuE=",
            1,
        ),
    ] {
        let corps = format!(
            "--b\r\n{une}--b\r\n{joint}\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n{octets}\r\n--b--\r\n"
        );
        let lu = recu(&format!("Content-Type: {genre}; boundary=b\r\n"), &corps);
        assert_eq!(classe(&lu), "lien_expire", "{joint}");
        let vus = lu.pieces_jointes.iter().filter(|p| p.document()).count();
        assert_eq!(vus, documents, "{joint}: {:?}", lu.pieces_jointes);
    }
    let scelle = recu(
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n",
        "MIAGCSqGSIb3DQEHA6CA\r\n",
    );
    assert_eq!(scelle.nature, Nature::Demande);
    assert_ne!(classe(&scelle), "", "a person is asked");
}
