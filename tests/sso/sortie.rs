//! The provider ends a session of its own, and ours end with it (OpenID Connect Back-Channel Logout 1.0).

use std::time::{Duration, Instant};

use fixtures::client::MOT_DE_PASSE;
use serde_json::json;

use crate::annuaires::Annuaire;
use crate::navigateur::{Navigateur, Site, champ, texte};
use crate::{ZOE, inscrire};

const MAIL: &str = "zoe.lefevre@etu.example";
/// How long the back channel may take.
const DELAI: Duration = Duration::from_secs(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

async fn vivante(site: &Site, session: &str) -> bool {
    site.client.lire("/moi", session).await.statut == 200
}

/// Comes in, again if the provider's second in which it went out is not over.
async fn entrer(site: &Site, annuaire: &Annuaire, qui: &[(&str, &str)]) -> String {
    let fin = Instant::now() + DELAI;
    loop {
        let mut navigateur = Navigateur::default();
        navigateur.entrer(site, annuaire, ("/sso", qui)).await;
        if let Some(session) = navigateur.session(site)
            && vivante(site, &session).await
        {
            return session;
        }
        assert!(Instant::now() < fin, "nobody comes in any more");
        tokio::time::sleep(PAUSE).await;
    }
}

/// G01: out there, out here: every session that came from that of the provider, and no other.
#[tokio::test(flavor = "multi_thread")]
async fn g01_la_fin_de_session_du_fournisseur_ferme_celles_qui_en_viennent() {
    let dossier = tempfile::tempdir().unwrap();
    let oidc = Annuaire::oidc();
    let site = Site::ouvrir(
        dossier.path(),
        &format!("{}mail_prouve = true\n", oidc.section),
    );
    let ici = site.client.adresse;
    oidc.prevenir(&format!("http://{ici}/sso/deconnexion"))
        .await;
    let mut zoe = Navigateur::default();
    let html = texte(&zoe.entrer(&site, &oidc, ("/sso", ZOE)).await);
    assert_eq!(inscrire(&mut zoe, &site, &html, None).await.statut, 303);
    let premiere = zoe.session(&site).unwrap();
    // Out and in again here, while the provider's session goes on: two of ours come from one of its.
    zoe.oublier(&site);
    assert_eq!(zoe.entrer(&site, &oidc, ("/sso", ZOE)).await.statut, 303);
    let seconde = zoe.session(&site).unwrap();
    let ailleurs = entrer(&site, &oidc, ZOE).await;
    let identifiants = json!({ "identifiant": MAIL, "mot_de_passe": MOT_DE_PASSE });
    let par_mot_de_passe = site
        .client
        .demander("POST", "/session", "", identifiants)
        .await;
    let par_mot_de_passe = par_mot_de_passe.json()["jeton"]
        .as_str()
        .unwrap()
        .to_owned();
    for session in [&premiere, &seconde, &ailleurs, &par_mot_de_passe] {
        assert!(vivante(&site, session).await);
    }

    let question = texte(
        &zoe.lire(oidc.adresse, "/session/end?client_id=postule")
            .await,
    );
    let xsrf = champ(&question, "xsrf").unwrap();
    let oui = [("xsrf", xsrf.as_str()), ("logout", "yes")];
    let sortie = ("POST", "/session/end/confirm");
    let sorti = zoe.envoyer(oidc.adresse, sortie, &oui).await;
    assert!(sorti.statut.is_redirection(), "{}", texte(&sorti));
    let fin = Instant::now() + DELAI;
    while vivante(&site, &premiere).await || vivante(&site, &seconde).await {
        assert!(Instant::now() < fin, "a session is still open");
        tokio::time::sleep(PAUSE).await;
    }
    assert!(
        vivante(&site, &ailleurs).await,
        "another session of the provider"
    );
    assert!(vivante(&site, &par_mot_de_passe).await);
    entrer(&site, &oidc, ZOE).await;
}

/// Q11: only what the provider signed, for us and about a log-out, ends anything; said twice, it ends nothing new.
#[tokio::test(flavor = "multi_thread")]
async fn q11_un_jeton_de_sortie_faux_ne_ferme_rien() {
    let dossier = tempfile::tempdir().unwrap();
    let annuaire = Annuaire::faux();
    let site = Site::ouvrir(
        dossier.path(),
        &format!("{}mail_prouve = true\n", annuaire.section),
    );
    let ici = site.client.adresse;
    let dire = async |jeton: &str| {
        let champs = [("logout_token", jeton)];
        let mut fournisseur = Navigateur::default();
        let chemin = ("POST", "/sso/deconnexion");
        let dit = fournisseur.envoyer(ici, chemin, &champs).await;
        assert_eq!(dit.entetes["cache-control"], "no-store");
        dit.statut.as_u16()
    };
    let mut zoe = Navigateur::default();
    let html = texte(&zoe.entrer(&site, &annuaire, ("/sso", &[])).await);
    assert_eq!(inscrire(&mut zoe, &site, &html, None).await.statut, 303);
    let session = zoe.session(&site).unwrap();
    for defaut in [
        "emetteur",
        "audience",
        "perime",
        "futur",
        "nonce",
        "evenement",
        "personne",
        "type",
        "cle",
        "sans_signature",
        "hs256",
    ] {
        let (jeton, _) = annuaire.sortie(defaut).await;
        assert_eq!(dire(&jeton).await, 400, "« {defaut} »");
        assert!(vivante(&site, &session).await, "« {defaut} »");
    }
    let (jeton, identite) = annuaire.sortie("").await;
    let long = "a".repeat(9000);
    for faux in [
        "",
        "a.b.c",
        "..",
        &long,
        &identite,
        &jeton[..jeton.len() - 2],
    ] {
        assert_eq!(dire(faux).await, 400);
    }
    let (autre, _) = annuaire.sortie("autre").await;
    assert_eq!(dire(&autre).await, 200);
    assert!(vivante(&site, &session).await, "somebody else's");
    assert_eq!(dire(&jeton).await, 200);
    assert!(!vivante(&site, &session).await);
    let encore = entrer(&site, &annuaire, &[]).await;
    assert_eq!(dire(&jeton).await, 200, "the same word again");
    assert!(
        vivante(&site, &encore).await,
        "what began afterwards goes on"
    );
    // A key that is new is no lie; it is asked for at most every two seconds.
    let (jeton, _) = annuaire.sortie("rotation").await;
    let fin = Instant::now() + DELAI;
    while dire(&jeton).await != 200 {
        assert!(Instant::now() < fin, "the new key is never asked for");
        tokio::time::sleep(PAUSE).await;
    }
    assert!(!vivante(&site, &encore).await);
}
