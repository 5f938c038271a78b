//! Mails to a real SMTP server, which refuses, delays, cuts and hangs; links are followed from what it received.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that fails is a failed test"
)]

mod dovecot;
mod faux;
mod foule;
mod imap;
mod jetons;
mod poste;
mod postfix;
mod relais;
mod serveur;
mod support;
mod tube;

use std::time::Duration;

use serde_json::json;
use serveur::{Monde, Smtp};

/// G03: the journey starts from a mail that a real server received; its envelope names the mail (VERP).
#[tokio::test(flavor = "multi_thread")]
async fn g03_le_lien_d_un_mail_recu_par_smtp_valide_le_compte() {
    let monde = Monde::new(Smtp::simple).await;
    let session = monde.client.candidat("elise@univ.example").await;
    let recu = monde.attendre("elise@univ.example", 1).await.remove(0);
    assert_eq!(recu.sujet, "Validez votre compte de candidature");
    let etiquette = recu.message_id.split('@').next().unwrap();
    assert_eq!(recu.de, format!("candidature+{etiquette}@univ.example"));
    assert!(!recu.tls);
    let courriers = monde.client.lire("/moi/courriers", &session).await.json();
    assert_eq!(courriers["courriers"][0]["etat"], "envoye");
    assert_eq!(courriers["courriers"][0]["code"], "CPT_MIN_CREATE");
}

/// The password travels over TLS only, to a server whose certificate is checked.
#[tokio::test(flavor = "multi_thread")]
async fn le_mot_de_passe_part_sous_tls_vers_un_serveur_verifie() {
    let monde = Monde::new(Smtp::tls).await;
    monde.client.inscrire("elise@univ.example").await;
    let recu = monde.attendre("elise@univ.example", 1).await.remove(0);
    assert!(recu.tls && recu.auth);
    let monde = Monde::new(|d| Smtp::tls(d).sans_autorite()).await;
    monde.client.inscrire("elise@univ.example").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(monde.recus("elise@univ.example").is_empty());
}

/// P11, Q02: refused for now, or taken and then cut off: it arrives later, under the same Message-ID.
#[tokio::test(flavor = "multi_thread")]
async fn q02_un_mail_retarde_ou_coupe_revient_sous_le_meme_identifiant() {
    let monde = Monde::new(Smtp::simple).await;
    monde.client.inscrire("plus-tard@univ.example").await;
    monde.client.inscrire("coupe@univ.example").await;
    monde.attendre("plus-tard@univ.example", 1).await;
    let recus = monde.attendre("coupe@univ.example", 2).await;
    assert_eq!(recus[0].message_id, recus[1].message_id);
}

/// Q05: a server that does not answer for one mail does not keep the others.
#[tokio::test(flavor = "multi_thread")]
async fn q05_un_mail_qui_pend_ne_retient_pas_les_autres() {
    let monde = Monde::new(Smtp::simple).await;
    for rang in 0..3 {
        monde
            .client
            .inscrire(&format!("muet{rang}@univ.example"))
            .await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    monde.client.inscrire("elise@univ.example").await;
    monde.attendre("elise@univ.example", 1).await;
    assert!(monde.recus("muet0@univ.example").is_empty());
}

/// Q05, P11: the mail server goes away and comes back: people go on, the health page says so, and the mail arrives.
#[tokio::test(flavor = "multi_thread")]
async fn q05_le_serveur_de_mail_s_en_va_et_revient() {
    let mut monde = Monde::new(Smtp::simple).await;
    monde.couper();
    assert_eq!(
        monde.client.inscrire("elise@univ.example").await.statut,
        202
    );
    assert_eq!(monde.sante().await, ("degrade".to_owned(), 200));
    monde.rallumer();
    let recus = monde.attendre("elise@univ.example", 1).await;
    assert_eq!(recus.len(), 1);
    // The answer of the health page is a moment old at most.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(monde.sante().await, ("ok".to_owned(), 200));
}

/// G38, Q12: a refused address is seen by who knows the password, who corrects it without a second account.
#[tokio::test(flavor = "multi_thread")]
async fn g38_une_adresse_refusee_se_voit_et_se_corrige() {
    let monde = Monde::new(Smtp::simple).await;
    let client = &monde.client;
    client.inscrire("inconnu@univ.example").await;
    let mut code = String::new();
    for _ in 0..100 {
        code = client.connecter("inconnu@univ.example").await.code().1;
        if code != "compte_non_valide" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(code, "adresse_refusee");
    let corriger = |secret: &str, mail: &str| json!({ "identifiant": "inconnu@univ.example", "mot_de_passe": secret, "mail": mail, "mail_confirmation": mail });
    let faux = corriger("Unautre1@mdp", "juste@univ.example");
    let refus = client.demander("POST", "/comptes/adresse", "", faux).await;
    assert_eq!(refus.code(), (401, "identifiants_faux".to_owned()));
    // Somebody else's address is answered alike, and nothing changes.
    client.candidat("prise@univ.example").await;
    for mail in ["prise@univ.example", "juste@univ.example"] {
        let corps = corriger(fixtures::client::MOT_DE_PASSE, mail);
        let reponse = client.demander("POST", "/comptes/adresse", "", corps).await;
        assert_eq!(reponse.statut, 202);
    }
    let jeton = client.jeton("juste@univ.example", "nouveau lien").await;
    let valide = client.demander("POST", "/comptes/validation", "", json!({ "jeton": jeton }));
    assert_eq!(valide.await.statut, 200);
    assert_eq!(client.connecter("juste@univ.example").await.statut, 200);
    assert_eq!(client.connecter("inconnu@univ.example").await.code().0, 401);
    let averti = monde.attendre("prise@univ.example", 2).await;
    assert_eq!(averti[1].sujet, "Un compte existe déjà avec cette adresse");
}

/// G10, G38: the candidate sees that a new address is refused, and that a full mailbox is not held against the address.
#[tokio::test(flavor = "multi_thread")]
async fn g38_une_nouvelle_adresse_refusee_se_voit_dans_le_compte() {
    let monde = Monde::new(Smtp::simple).await;
    let client = &monde.client;
    let session = client.candidat("elise@univ.example").await;
    for (mail, attendu, rebond) in [
        ("plein@univ.example", "abandonne", json!(null)),
        (
            "inconnu@univ.example",
            "refuse",
            json!("inconnu@univ.example"),
        ),
    ] {
        let corps = json!({ "mail": mail, "mail_confirmation": mail });
        client.demander("PUT", "/moi/mail", &session, corps).await;
        let mut etat = json!(null);
        for _ in 0..100 {
            let lus = client.lire("/moi/courriers", &session).await.json();
            etat = lus["courriers"][0]["etat"].clone();
            if etat == attendu && lus["courriers"][0]["a"] == mail {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(etat, attendu);
        assert_eq!(
            client.lire("/moi", &session).await.json()["rebond"]["mail"],
            rebond
        );
    }
}
