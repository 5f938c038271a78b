//! Staff by the directory: the account it names, the second factor, and addresses that change hands (Q17).

use std::process::Command;

use actors::totp;
use fixtures::client::MOT_DE_PASSE;
use serde_json::{Value, json};

use crate::annuaires::Annuaire;
use crate::navigateur::{Navigateur, Site, texte};

const MFA: &[(&str, &str)] = &[("login", "agent"), ("mfa", "on")];
const AGENT: &[(&str, &str)] = &[("login", "agent")];

/// Invites somebody from the console, and accepts.
async fn recruter(site: &Site, mail: &str) {
    let donnees = site.dossier.join("donnees");
    let sortie = Command::new(env!("CARGO_BIN_EXE_postule"))
        .args([
            "personnel",
            "add",
            "--json",
            "--mail",
            mail,
            "--nom",
            "Petit",
            "--prenom",
            "Anne",
            "--role",
            "administrateur",
            "--data",
        ])
        .arg(donnees)
        .output()
        .unwrap();
    assert!(
        sortie.status.success(),
        "{}",
        String::from_utf8_lossy(&sortie.stderr)
    );
    let dit: Value = serde_json::from_slice(&sortie.stdout).unwrap();
    let lien = dit["invitation"].as_str().unwrap();
    let jeton = lien.split("jeton=").last().unwrap();
    let corps = json!({ "jeton": jeton, "mot_de_passe": MOT_DE_PASSE, "mot_de_passe_confirmation": MOT_DE_PASSE });
    let accepte = site
        .client
        .demander("POST", "/personnel/invitation", "", corps)
        .await;
    assert!(accepte.statut.is_success(), "{}", texte(&accepte));
}

async fn entrer(site: &Site, annuaire: &Annuaire, qui: &[(&str, &str)]) -> (u16, String) {
    let mut navigateur = Navigateur::default();
    let entree = navigateur.entrer(site, annuaire, ("/sso", qui)).await;
    (
        entree.statut.as_u16(),
        navigateur.session(site).unwrap_or_default(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn q17_le_personnel_entre_par_l_annuaire_avec_un_second_facteur() {
    let dossier = tempfile::tempdir().unwrap();
    let oidc = Annuaire::oidc();
    let reste = format!(
        "{}attribut_personnel = \"email\"\nsecond_facteur = [\"https://refeds.org/profile/mfa\"]\n",
        oidc.section
    );
    let site = Site::ouvrir(dossier.path(), &reste);
    recruter(&site, "anne.petit@univ.example").await;
    let client = &site.client;
    let moi = async |session: &str| {
        let lu = client.lire("/gestion/dossiers", session).await;
        (
            lu.statut.as_u16(),
            lu.json()["code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    // The address alone, which the provider did not prove, makes nobody staff.
    let (statut, session) = entrer(&site, &oidc, &[("login", "imposteur")]).await;
    assert_eq!(
        (statut, session.as_str()),
        (200, ""),
        "the form of a candidate"
    );
    // By the directory, without its second factor: ours is to be set up first.
    let (statut, session) = entrer(&site, &oidc, AGENT).await;
    assert_eq!(statut, 303);
    assert_eq!(moi(&session).await, (403, "enrolement_requis".to_owned()));
    let chemin = "/gestion/second-facteur";
    let second = client
        .demander("POST", chemin, &session, Value::Null)
        .await
        .json();
    let secret = totp::de_base32(second["secret"].as_str().unwrap()).unwrap();
    let code = totp::code_a(&secret, jiff::Timestamp::now());
    let juste = json!({ "nonce": second["nonce"], "code": code });
    assert_eq!(
        client.demander("PUT", chemin, &session, juste).await.statut,
        200
    );
    assert_eq!(moi(&session).await.0, 200);
    // From now on it is asked for, unless the provider says that it asked for its own.
    let (_, session) = entrer(&site, &oidc, AGENT).await;
    assert_eq!(
        moi(&session).await,
        (401, "second_facteur_requis".to_owned())
    );
    let (_, session) = entrer(&site, &oidc, MFA).await;
    assert_eq!(moi(&session).await.0, 200);
    // The provider gave the address to somebody else: that is not the person who came first.
    let (statut, session) = entrer(&site, &oidc, &[("login", "homonyme"), ("mfa", "on")]).await;
    assert_eq!((statut, session.as_str()), (409, ""));
    // An administrator unties the identity: its sessions end, and the other one is tied in its place.
    let (_, session) = entrer(&site, &oidc, MFA).await;
    let elle = client.lire("/gestion/moi", &session).await.json()["personnel"].clone();
    assert_eq!(elle["identite"], true);
    let elle = format!("/gestion/personnel/{}", elle["id"].as_str().unwrap());
    let chemin = format!("{elle}/identite");
    let delie = client
        .demander("DELETE", &chemin, &session, Value::Null)
        .await;
    assert_eq!(delie.json()["identite"], false, "{}", texte(&delie));
    assert_eq!(moi(&session).await.0, 401, "its sessions end");
    let (_, session) = entrer(&site, &oidc, &[("login", "homonyme"), ("mfa", "on")]).await;
    assert_eq!(moi(&session).await.0, 200);
    let (statut, _) = entrer(&site, &oidc, MFA).await;
    assert_eq!(statut, 409, "one identity at a time");
    // As a candidate, whoever else one is.
    let mut navigateur = Navigateur::default();
    let page = navigateur
        .entrer(&site, &oidc, ("/sso?candidat=1", MFA))
        .await;
    assert!(texte(&page).contains("name=\"vu\""));
}

/// Without the key in the configuration the directory opens nothing to staff.
#[tokio::test(flavor = "multi_thread")]
async fn q17_sans_attribut_choisi_l_annuaire_n_ouvre_rien_au_personnel() {
    let dossier = tempfile::tempdir().unwrap();
    let oidc = Annuaire::oidc();
    let site = Site::ouvrir(dossier.path(), &oidc.section);
    recruter(&site, "anne.petit@univ.example").await;
    assert_eq!(entrer(&site, &oidc, MFA).await, (200, String::new()));
}
