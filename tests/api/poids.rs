//! What pages and JSON weigh on the wire (Q43), and what is not compressed lest it be guessed (Q14).

use std::io::Read;

use flate2::read::GzDecoder;

use crate::pages::{formulaire, page, preuve};
use crate::serveur::{Reponse, Serveur};

const GZIP: (&str, &str) = ("accept-encoding", "gzip, br");

async fn lire(serveur: &Serveur, chemin: &str, entetes: &[(&str, &str)]) -> Reponse {
    let entetes = [&[GZIP], entetes].concat();
    serveur.envoyer("GET", chemin, &entetes, vec![]).await
}

fn comprimee(reponse: &Reponse) -> bool {
    reponse
        .entetes
        .get("content-encoding")
        .is_some_and(|v| v == "gzip")
}

fn texte(reponse: &Reponse) -> String {
    let mut texte = String::new();
    GzDecoder::new(&reponse.octets[..])
        .read_to_string(&mut texte)
        .unwrap();
    texte
}

#[tokio::test(flavor = "multi_thread")]
async fn q43_une_premiere_visite_pese_moins_de_60_ko() {
    let serveur = Serveur::new().await;
    let accueil = lire(&serveur, "/", &[]).await;
    assert!(comprimee(&accueil));
    assert!(
        accueil.entetes["vary"]
            .to_str()
            .unwrap()
            .contains("accept-encoding")
    );
    let html = texte(&accueil);
    assert!(html.ends_with("</html>") || html.trim_end().ends_with("</html>"));
    let mut octets = accueil.octets.len();
    for fichier in html.split('"').filter(|t| t.starts_with("/statique/")) {
        octets += lire(&serveur, fichier, &[]).await.octets.len();
    }
    assert!(octets < 60_000, "{octets} bytes");
    assert!(
        accueil.octets.len() * 2 < html.len(),
        "{} of {}",
        accueil.octets.len(),
        html.len()
    );
    let offre = lire(&serveur, "/api/v1/formations", &[]).await;
    assert!(comprimee(&offre) && texte(&offre).starts_with('{'));
    let simple = serveur.envoyer("GET", "/", &[], vec![]).await;
    assert!(!comprimee(&simple), "only for who takes it");
}

#[tokio::test(flavor = "multi_thread")]
async fn q14_rien_de_secret_n_est_comprime_avec_ce_qu_un_autre_choisit() {
    let serveur = Serveur::new().await;
    let session = serveur.compte("elise@univ.example").await;
    let cookie = format!("__Host-session={session}");
    let avec = [("cookie", cookie.as_str())];
    assert!(comprimee(&lire(&serveur, "/profil", &avec).await));
    assert!(
        !comprimee(&lire(&serveur, "/?filtre=preuve", &avec).await),
        "a link can choose the query"
    );
    assert!(
        comprimee(&lire(&serveur, "/?filtre=informatique", &[]).await),
        "nothing secret without a session"
    );
    // The proof is another on every page, and each of them proves.
    let premiere = preuve(&page(&serveur, "/compte", &cookie).await);
    let seconde = preuve(&page(&serveur, "/compte", &cookie).await);
    assert_ne!(premiere, seconde);
    for jeton in [&premiere, &seconde] {
        let champs = [("preuve", jeton.as_str()), ("langue", "fr")];
        assert_eq!(
            formulaire(&serveur, "/compte/langue", &cookie, &champs)
                .await
                .statut,
            303
        );
    }
    let autre = serveur.compte("autre@univ.example").await;
    let ailleurs = preuve(&page(&serveur, "/compte", &format!("__Host-session={autre}")).await);
    let longue = format!("{premiere}AAAA");
    for faux in [
        "",
        "AAAA",
        &premiere[1..],
        ailleurs.as_str(),
        longue.as_str(),
    ] {
        let champs = [("preuve", faux), ("langue", "fr")];
        assert_eq!(
            formulaire(&serveur, "/compte/langue", &cookie, &champs)
                .await
                .statut,
            403,
            "{faux}"
        );
    }
}
