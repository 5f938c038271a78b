//! What is kept of passwords and tokens, and what time tells of accounts.

use std::path::Path;
use std::time::{Duration, Instant};

use fixtures::client::MOT_DE_PASSE;
use serde_json::json;

use crate::Site;

/// Every file below a folder.
fn fichiers(dossier: &Path, trouves: &mut Vec<Vec<u8>>) {
    for entree in std::fs::read_dir(dossier).unwrap() {
        let chemin = entree.unwrap().path();
        if chemin.is_dir() {
            fichiers(&chemin, trouves);
        } else if let Ok(octets) = std::fs::read(&chemin) {
            trouves.push(octets);
        }
    }
}

fn contient(octets: &[u8], texte: &str) -> bool {
    octets.windows(texte.len()).any(|f| f == texte.as_bytes())
}

/// Q10, Q11: passwords are kept as argon2id hashes of the stated strength; no token that opens anything is kept at all.
#[tokio::test(flavor = "multi_thread")]
async fn q10_q11_ni_mot_de_passe_ni_jeton_ne_sont_ecrits() {
    let site = Site::ouvrir();
    let session = site.client.compte("elise@univ.example").await;
    let corps = json!({ "mail": "elise@univ.example" });
    site.client
        .demander("POST", "/comptes/mot-de-passe-oublie", "", corps)
        .await;
    let lien = site
        .client
        .jeton("elise@univ.example", "nouveau mot de passe")
        .await;
    let mut octets = Vec::new();
    fichiers(&site.donnees, &mut octets);
    let quelque_part = |texte: &str| octets.iter().any(|o| contient(o, texte));
    // The store keeps events as they are: what is looked for would be found.
    assert!(quelque_part("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(!quelque_part(MOT_DE_PASSE));
    assert!(!quelque_part(&session));
    assert!(
        !quelque_part(lien.rsplit('.').next().unwrap()),
        "the seal of a link"
    );
}

/// The shortest of several tries, in turns so that the machine's load weighs on all alike.
async fn durees(
    site: &Site,
    chemin: &str,
    corps: &[serde_json::Value],
    tours: usize,
) -> Vec<Duration> {
    let mut plus_courtes = vec![Duration::MAX; corps.len()];
    for _ in 0..tours {
        for (rang, corps) in corps.iter().enumerate() {
            let debut = Instant::now();
            let reponse = site
                .client
                .demander("POST", chemin, "", corps.clone())
                .await;
            assert!(reponse.statut != 429, "{chemin}");
            plus_courtes[rang] = plus_courtes[rang].min(debut.elapsed());
        }
    }
    plus_courtes
}

/// Q12: a wrong password takes as long for a name that nobody has: a hash is worked out all the same.
#[tokio::test(flavor = "multi_thread")]
async fn q12_le_temps_d_une_connexion_ne_dit_pas_si_le_compte_existe() {
    let site = Site::ouvrir();
    site.client.compte("elise@univ.example").await;
    let essai = |mail: &str| json!({ "identifiant": mail, "mot_de_passe": "Faux12345@" });
    let lues = durees(
        &site,
        "/session",
        &[essai("elise@univ.example"), essai("personne@univ.example")],
        6,
    )
    .await;
    let (connu, inconnu) = (lues[0].as_secs_f64(), lues[1].as_secs_f64());
    // Without the hash it would be a tenth.
    assert!(inconnu > connu * 0.5 && connu > inconnu * 0.5, "{lues:?}");
}

/// The commits, once there are no more of them for a moment.
async fn calme(site: &Site) -> u64 {
    let mut vus = site.commits().await;
    loop {
        let maintenant = site.commits().await;
        if maintenant == vus {
            return vus;
        }
        vus = maintenant;
    }
}

/// Q12: a forgotten password is written down or not; either way the answer waits for the disk.
#[tokio::test(flavor = "multi_thread")]
async fn q12_une_demande_pour_personne_attend_le_disque_comme_une_autre() {
    let site = Site::ouvrir();
    site.client.compte("elise@univ.example").await;
    let demande = |mail: &str| json!({ "mail": mail });
    for chemin in ["/comptes/mot-de-passe-oublie", "/comptes/code-perdu"] {
        let mut faits = Vec::new();
        for mail in ["elise@univ.example", "personne@univ.example"] {
            // Mails on their way are written down, too: wait until it is quiet.
            let avant = calme(&site).await;
            site.client
                .demander("POST", chemin, "", demande(mail))
                .await;
            faits.push(site.commits().await > avant);
        }
        assert_eq!(faits, [true, true], "{chemin}");
    }
}
