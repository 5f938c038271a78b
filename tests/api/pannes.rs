//! Parts that fail: what health says, and how people go on.

use std::sync::Arc;
use std::time::Duration;

use fixtures::client::{Client, PDF, Reponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::bord::servir;

#[tokio::test(flavor = "multi_thread")]
async fn q45_la_sante_nomme_la_partie_en_panne_et_les_chiffres_restent_a_l_exploitant() {
    let fermee = {
        let ecoute = TcpListener::bind("127.0.0.1:0").await.unwrap();
        ecoute.local_addr().unwrap()
    };
    let sections =
        format!("[mail]\nsmtp = \"smtp://{fermee}?tls=none\"\nfrom = \"c@univ.example\"\n");
    let servi = servir(|_| "admin = \"127.0.0.1:0\"".to_owned(), &sections).await;
    let vive = servi
        .client
        .envoyer("GET", "/sante/vive", &[], vec![])
        .await;
    assert_eq!(vive.statut, 204);
    // Nothing can be written in the folder of the data.
    let essai = servi.dossier.path().join("donnees/.sante");
    std::fs::create_dir(&essai).unwrap();
    let prete = servi
        .client
        .envoyer("GET", "/sante/prete", &[], vec![])
        .await;
    assert_eq!(prete.statut, 503);
    assert!(prete.entetes.contains_key("retry-after"));
    // Without a mail server people go on: mails wait.
    assert_eq!(
        etats(&prete),
        [
            "stockage:ok",
            "bus:ok",
            "support_attente:ok",
            "support_quarantaine:ok",
            "disque:panne",
            "courrier:degrade"
        ]
    );
    assert!(
        !prete.json().to_string().contains("raison"),
        "strangers learn which, not why"
    );
    let dehors = servi.client.envoyer("GET", "/metrics", &[], vec![]).await;
    assert_eq!(dehors.statut, 404);
    let admin = Client::new(servi.app.admin().unwrap(), servi.client.mails.clone());
    let raisons = admin.envoyer("GET", "/sante/prete", &[], vec![]).await;
    let raisons = raisons.json();
    let mut parties = raisons["verifications"].as_array().unwrap().iter();
    let courrier = parties.find(|v| v["nom"] == "courrier").unwrap();
    assert!(courrier["raison"].is_string(), "{raisons}");
    let chiffres = admin.envoyer("GET", "/metrics", &[], vec![]).await;
    let texte = String::from_utf8(chiffres.octets.to_vec()).unwrap();
    for attendu in [
        "postule_partie_prete{partie=\"disque\"} 0",
        "postule_requetes_total{methode=\"GET\",route=\"/sante/prete\",statut=\"503\"} 1",
        "postule_partie_prete{partie=\"courrier\"} 0",
        "postule_partie_prete{partie=\"stockage\"} 1",
        "postule_stockage_commits ",
        "postule_requete_duree_secondes_bucket",
        "postule_outbox 0",
    ] {
        assert!(texte.contains(attendu), "{attendu}\nin {texte}");
    }
    std::fs::remove_dir(&essai).unwrap();
    let fin = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        let prete = servi
            .client
            .envoyer("GET", "/sante/prete", &[], vec![])
            .await;
        if prete.statut == 200 {
            assert!(etats(&prete).contains(&"disque:ok".to_owned()));
            break;
        }
        assert!(tokio::time::Instant::now() < fin, "never ready again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn etats(prete: &Reponse) -> Vec<String> {
    let json = prete.json();
    let parties = json["verifications"].as_array().unwrap().iter();
    parties
        .map(|v| {
            let (nom, etat) = (v["nom"].as_str().unwrap(), v["etat"].as_str().unwrap());
            format!("{nom}:{etat}")
        })
        .collect()
}

/// A clamd that finds `EICAR`, and says nothing while it is told to be silent.
pub(crate) async fn clamd(muet: Arc<std::sync::atomic::AtomicBool>) -> std::net::SocketAddr {
    let ecoute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let adresse = ecoute.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut flux, _) = ecoute.accept().await.unwrap();
            if muet.load(std::sync::atomic::Ordering::Relaxed) {
                continue;
            }
            tokio::spawn(async move {
                let mut commande = [0; 10];
                flux.read_exact(&mut commande).await.unwrap();
                assert_eq!(&commande, b"zINSTREAM\0");
                let mut octets = Vec::new();
                loop {
                    let longueur = flux.read_u32().await.unwrap();
                    if longueur == 0 {
                        break;
                    }
                    let mut morceau = vec![0; longueur as usize];
                    flux.read_exact(&mut morceau).await.unwrap();
                    octets.extend(morceau);
                }
                let infecte = octets.windows(5).any(|w| w == b"EICAR");
                let reponse: &[u8] = if infecte {
                    b"stream: Eicar-Test FOUND\0"
                } else {
                    b"stream: OK\0"
                };
                flux.write_all(reponse).await.unwrap();
            });
        }
    });
    adresse
}

#[tokio::test(flavor = "multi_thread")]
async fn q16_l_antivirus_refuse_attend_et_reprend() {
    let muet = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let clamd = clamd(muet.clone()).await;
    let servi = servir(
        |_| String::new(),
        &format!("[antivirus]\nclamd = \"{clamd}\"\n"),
    )
    .await;
    let client = &servi.client;
    let session = client.candidat("elise@univ.example").await;
    let id = client.ouvrir(&session, "M1").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let infecte = [PDF, b"\n% EICAR\n"].concat();
    let refuse = client
        .deposer(&session, &id, "CV", "cv.pdf", &infecte)
        .await;
    assert_eq!(refuse.code().0, 422);
    assert_eq!(refuse.champs(), ["fichier:fichier_infecte"]);
    let sain = client.deposer(&session, &id, "CV", "cv.pdf", PDF).await;
    assert_eq!(sain.json()["pieces"][0]["statut"], "deposee");
    let chemin = format!("/dossiers/{id}");
    for (octets, finale) in [
        ([PDF, b"\n% un\n"].concat(), "deposee"),
        (infecte, "attendue"),
    ] {
        muet.store(true, std::sync::atomic::Ordering::Relaxed);
        let attend = client
            .deposer(&session, &id, "CV", "cv.pdf", &octets)
            .await
            .json();
        assert_eq!(attend["pieces"][0]["statut"], "en_analyse", "{attend}");
        assert_eq!(attend["transmissible"], false, "G29");
        muet.store(false, std::sync::atomic::Ordering::Relaxed);
        let fin = tokio::time::Instant::now() + Duration::from_secs(60);
        while client.lire(&chemin, &session).await.json()["pieces"][0]["statut"] != finale {
            assert!(tokio::time::Instant::now() < fin, "never {finale}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
