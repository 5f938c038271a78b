//! The support inbox by its doors, with answers and bounces that go by a real mail server.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use fixtures::client::Reponse;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::serveur::{Monde, SECRET, Smtp};

pub(crate) const QUESTION: &str = "Bonjour,\r\nJ'ai voulu cliquer sur le lien de validation ce matin mais un message m'indique qu'il a expiré. \
    Pouvez-vous m'en envoyer un autre ?\r\nMerci,\r\nÉlise\r\n";

/// A mail as our own server brings it: it says who was proved to have sent it.
pub(crate) fn mail(de: &str, id: &str, objet: &str, texte: &str) -> Vec<u8> {
    let domaine = de.rsplit('@').next().unwrap();
    format!(
        "Return-Path: <{de}>\r\nAuthentication-Results: mx.univ.example; dmarc=pass header.from={domaine}\r\n\
         From: {de}\r\nTo: aide@univ.example\r\nSubject: {objet}\r\nMessage-ID: <{id}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{texte}"
    )
    .into_bytes()
}

impl Monde {
    async fn remettre(&self, mail: &[u8], preuve: (&str, &str)) -> Reponse {
        let entetes = [("content-type", "message/rfc822"), preuve];
        self.client
            .envoyer("POST", "/crochets/mail", &entetes, mail.to_vec())
            .await
    }

    async fn recevoir(&self, mail: &[u8]) {
        let preuve = format!("Bearer {SECRET}");
        let recu = self.remettre(mail, ("authorization", &preuve)).await;
        assert_eq!(recu.statut, 202);
    }

    /// Answers of the support to this address.
    async fn reponses(&self, a: &str, combien: usize) -> Vec<String> {
        let mut trouvees = Vec::new();
        for _ in 0..400 {
            trouvees = self
                .textes(a)
                .into_iter()
                .filter(|t| t.contains("In-Reply-To:"))
                .collect();
            if trouvees.len() >= combien {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        trouvees
    }

    fn textes(&self, a: &str) -> Vec<String> {
        let lus = std::fs::read_dir(self.config().with_file_name("mail")).unwrap();
        let noms = lus.map(|e| e.unwrap().path());
        noms.filter(|n| n.extension().is_some_and(|e| e == "eml"))
            .filter_map(|n| std::fs::read_to_string(n).ok())
            .filter(|t| t.contains(a))
            .collect()
    }

    fn livrer(&self, mail: &[u8]) -> i32 {
        let mut tube = Command::new(env!("CARGO_BIN_EXE_postule"))
            .args(["mail", "deliver", "--config"])
            .arg(self.config())
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tube.stdin.take().unwrap().write_all(mail).unwrap();
        tube.wait().unwrap().code().unwrap()
    }
}

/// The signature of a body under the secret.
fn signature(corps: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(corps);
    let octets = mac.finalize().into_bytes();
    let hexa: String = octets.iter().map(|o| format!("{o:02x}")).collect();
    format!("sha256={hexa}")
}

/// S01: the door opens to who knows the secret, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn s01_le_crochet_demande_le_secret_ou_la_signature() {
    let monde = Monde::new(Smtp::simple).await;
    let question = mail("x@univ.example", "s1@univ.example", "Objet", "Bonjour.");
    let signature = signature(&question);
    let faux = ("authorization", "Bearer faux");
    assert_eq!(monde.remettre(&question, faux).await.statut, 401);
    let signe = ("x-postule-signature", signature.as_str());
    let autre = monde.remettre(&question[1..], signe).await;
    assert_eq!(autre.statut, 401, "the signature of another body");
    assert_eq!(monde.remettre(&question, signe).await.statut, 202);
    monde.recevoir(&question).await;
}

/// S03, S07, S34, S55: understood, answered once from a template; by two doors and twice by one it stays one.
#[tokio::test(flavor = "multi_thread")]
async fn s55_une_question_simple_recoit_une_reponse_et_une_seule() {
    let monde = Monde::new(Smtp::simple).await;
    let (elle, lui) = ("elise@univ.example", "autre@ailleurs.example");
    monde.client.candidat(elle).await;
    let question = mail(elle, "q1@univ.example", "Lien expiré", QUESTION);
    monde.recevoir(&question).await;
    let reponse = monde.reponses(elle, 1).await.remove(0);
    for attendu in [
        "Auto-Submitted: auto-replied",
        "In-Reply-To: <q1@univ.example>",
        "Reply-To: aide+",
    ] {
        assert!(reponse.contains(attendu), "{attendu}: {reponse}");
    }
    let recus = monde.recus(elle);
    let recu = recus.iter().find(|r| r.sujet.starts_with("Re: Lien"));
    assert_eq!(recu.unwrap().de, "<>", "S34: nobody may answer an answer");
    monde.recevoir(&question).await;
    let mut ailleurs = b"Delivered-To: aide@univ.example\r\nReceived: from x\r\n".to_vec();
    ailleurs.extend_from_slice(&question);
    assert_eq!(monde.livrer(&ailleurs), 0, "S07: by another way");
    let encore = mail(elle, "q2@univ.example", "Re: Lien expiré", QUESTION);
    monde.recevoir(&encore).await;
    let de_lui = mail(lui, "q3@ailleurs.example", "Lien expiré", QUESTION);
    monde.recevoir(&de_lui).await;
    let inconnu = monde.reponses(lui, 1).await.remove(0);
    let lu = mail_parser::MessageParser::default().parse(inconnu.as_bytes());
    let texte = lu.unwrap().body_text(0).unwrap().into_owned();
    let discret = texte.contains("si elle est connue") && !texte.contains("déjà validé");
    assert!(discret, "S27: {texte}");
    assert_eq!(monde.reponses(elle, 1).await.len(), 1, "S35");
}

/// S31, S34: what a machine wrote is never answered, our own answers included: two instances stop by the second turn.
#[tokio::test(flavor = "multi_thread")]
async fn s35_deux_robots_s_arretent_au_deuxieme_tour() {
    let monde = Monde::new(Smtp::simple).await;
    let question = mail(
        "robot@autre.example",
        "r1@autre.example",
        "Lien expiré",
        QUESTION,
    );
    monde.recevoir(&question).await;
    let premiere = monde.reponses("robot@autre.example", 1).await.remove(0);
    // The other side is one of us as well: our answer comes to it, and what it would say comes back.
    let retour = premiere
        .replace("To: robot@autre.example", "To: aide@univ.example")
        .replace("From: ", "X-From: ");
    let retour = format!("From: robot@autre.example\r\n{retour}");
    monde.recevoir(retour.as_bytes()).await;
    let sourd = mail(
        "robot@autre.example",
        "r2@autre.example",
        "Lien expiré",
        QUESTION,
    );
    monde.recevoir(&sourd).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(monde.reponses("robot@autre.example", 1).await.len(), 1);
}

fn rapport(etiquette: &str, adresse: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.univ.example\r\nTo: candidature+{etiquette}@univ.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b-{etiquette}-{adresse}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
         This is the mail system.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.univ.example\r\n\r\n\
         Final-Recipient: rfc822; {adresse}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}

/// S40–S42: a bounce of a mail of ours is seen by its candidate; a forged one changes nothing, and none is answered (S44).
#[tokio::test(flavor = "multi_thread")]
async fn s41_un_rebond_n_est_cru_que_s_il_repond_a_un_mail_parti() {
    let monde = Monde::new(Smtp::simple).await;
    let session = monde.client.candidat("elise@univ.example").await;
    let parti = monde.attendre("elise@univ.example", 1).await.remove(0);
    let etiquette = parti.message_id.split('@').next().unwrap().to_owned();
    let mut forgee = etiquette.clone();
    forgee.replace_range(..1, if etiquette.starts_with('a') { "b" } else { "a" });
    monde
        .recevoir(&rapport(&forgee, "elise@univ.example"))
        .await;
    monde
        .recevoir(&rapport(&etiquette, "autre@univ.example"))
        .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let moi = monde.client.lire("/moi", &session).await;
    assert!(
        !String::from_utf8_lossy(&moi.octets).contains("5.1.1"),
        "forged"
    );
    monde
        .recevoir(&rapport(&etiquette, "elise@univ.example"))
        .await;
    let mut vu = String::new();
    for _ in 0..200 {
        let courriers = monde.client.lire("/moi/courriers", &session).await;
        vu = String::from_utf8_lossy(&courriers.octets).into_owned();
        if vu.contains("refuse") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(vu.contains("\"refuse\"") && vu.contains("5.1.1"), "{vu}");
    let cookie = format!("__Host-session={session}");
    let page = [("cookie", cookie.as_str())];
    let page = monde.client.envoyer("GET", "/dossiers", &page, vec![]);
    let page = String::from_utf8_lossy(&page.await.octets).into_owned();
    assert!(
        page.contains("refuse nos mails à elise@univ.example"),
        "S42: seen at log-in, with the way to another address: {page}"
    );
    assert_eq!(monde.reponses("MAILER-DAEMON", 0).await.len(), 0, "S44");
}

/// S01: without a server to take it, the mail stays Postfix's.
#[test]
fn s01_sans_serveur_le_mail_reste_a_postfix() {
    let dossier = tempfile::tempdir().unwrap();
    let mut tube = Command::new(env!("CARGO_BIN_EXE_postule"))
        .args(["mail", "deliver", "--data"])
        .arg(dossier.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tube.stdin
        .take()
        .unwrap()
        .write_all(b"From: a@b.example\r\n\r\nx")
        .unwrap();
    assert_eq!(tube.wait().unwrap().code(), Some(75));
}
