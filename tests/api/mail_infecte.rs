//! Mails to the support beside an antivirus: nobody opens one it has not judged (S46).

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actors::totp;
use fixtures::client::{MOT_DE_PASSE, PATIENCE};
use serde_json::{Value, json};

use crate::bord::{Servi, servir};
use crate::pannes::clamd;

const SECRET: &str = "un-secret-pour-les-essais";

/// A session of somebody invited from the console, second factor set up.
async fn recruter(servi: &Servi) -> String {
    let mail = "anne@univ.example";
    let sortie = Command::new(env!("CARGO_BIN_EXE_postule"))
        .args(["personnel", "add", "--json", "--mail", mail])
        .args([
            "--nom",
            "Petit",
            "--prenom",
            "Anne",
            "--role",
            "administrateur",
            "--data",
        ])
        .arg(servi.dossier.path().join("donnees"))
        .output()
        .unwrap();
    let dit: Value = serde_json::from_slice(&sortie.stdout).unwrap();
    let jeton = dit["invitation"].as_str().unwrap().split("jeton=").last();
    let client = &servi.client;
    let corps = json!({ "jeton": jeton, "mot_de_passe": MOT_DE_PASSE, "mot_de_passe_confirmation": MOT_DE_PASSE });
    let accepte = client.demander("POST", "/personnel/invitation", "", corps);
    assert!(accepte.await.statut.is_success());
    let corps = json!({ "identifiant": mail, "mot_de_passe": MOT_DE_PASSE });
    let entree = client.demander("POST", "/session", "", corps).await.json();
    let (session, chemin) = (entree["jeton"].as_str().unwrap(), "/gestion/second-facteur");
    let second = client.demander("POST", chemin, session, Value::Null).await;
    let second = second.json();
    let secret = totp::de_base32(second["secret"].as_str().unwrap()).unwrap();
    let code = totp::code_a(&secret, jiff::Timestamp::now());
    let juste = json!({ "nonce": second["nonce"], "code": code });
    let fait = client.demander("PUT", chemin, session, juste).await;
    assert_eq!(fait.statut, 200);
    session.to_owned()
}

/// Sends a mail in, and waits for its request: where its original is.
async fn recevoir(servi: &Servi, session: &str, objet: &str, texte: &str) -> String {
    let mail = format!(
        "From: elle@ailleurs.example\r\nTo: aide@univ.example\r\nSubject: {objet}\r\nMessage-ID: <{}@x>\r\n\r\n{texte}\r\n",
        objet.len()
    );
    let preuve = format!("Bearer {SECRET}");
    let entetes = [
        ("content-type", "message/rfc822"),
        ("authorization", &preuve),
    ];
    let recu = servi
        .client
        .envoyer("POST", "/crochets/mail", &entetes, mail.into_bytes());
    assert_eq!(recu.await.statut, 202);
    let fin = tokio::time::Instant::now() + PATIENCE;
    loop {
        let liste = servi.client.lire("/gestion/demandes", session).await.json();
        let demandes = liste["demandes"].as_array().unwrap().iter();
        if let Some(la) = demandes.clone().find(|d| d["objet"] == objet) {
            let chemin = format!("/gestion/demandes/{}", la["id"].as_str().unwrap());
            let vue = servi.client.lire(&chemin, session).await.json();
            let message = vue["messages"][0]["id"].as_str().unwrap();
            return format!("{chemin}/messages/{message}/original");
        }
        assert!(tokio::time::Instant::now() < fin, "no request « {objet} »");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// S46: an infected mail stays closed, one that was not judged yet waits, what it says is read all the same; and a mail that has
/// nothing opens.
#[tokio::test(flavor = "multi_thread")]
async fn s46_un_mail_infecte_ou_pas_encore_juge_reste_ferme() {
    let muet = Arc::new(AtomicBool::new(false));
    let adresse = clamd(muet.clone()).await;
    let sections = format!(
        "[support]\naddresses = [\"aide@univ.example\"]\nwebhook_secret = \"{SECRET}\"\n[antivirus]\nclamd = \"{adresse}\"\n"
    );
    let servi = servir(|_| String::new(), &sections).await;
    let session = recruter(&servi).await;
    let ouvrir = async |chemin: &str| servi.client.lire(chemin, &session).await;
    let infecte = recevoir(&servi, &session, "Infecté", "Ci-joint EICAR.").await;
    assert_eq!(
        ouvrir(&infecte).await.code(),
        (422, "fichier_infecte".to_owned())
    );
    let sain = recevoir(&servi, &session, "Rien", "Bonjour.").await;
    muet.store(true, Ordering::Relaxed);
    assert_eq!(
        ouvrir(&sain).await.code(),
        (503, "analyse_en_cours".to_owned())
    );
    muet.store(false, Ordering::Relaxed);
    let fin = tokio::time::Instant::now() + PATIENCE;
    loop {
        let lu = ouvrir(&sain).await;
        if lu.statut == 200 {
            return assert!(String::from_utf8_lossy(&lu.octets).contains("Bonjour."));
        }
        assert!(tokio::time::Instant::now() < fin, "{}", lu.statut);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
