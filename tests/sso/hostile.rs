//! A provider that lies, one that is away, and links that lead elsewhere.

use crate::ZOE_CAS;
use crate::annuaires::Annuaire;
use crate::navigateur::{Navigateur, Site, texte};

const PERSONNE: &[(&str, &str)] = &[];

/// Every lie is refused; keys that change are not a lie.
#[tokio::test(flavor = "multi_thread")]
async fn q11_un_jeton_d_identite_faux_n_ouvre_rien() {
    let dossier = tempfile::tempdir().unwrap();
    let annuaire = Annuaire::faux();
    let site = Site::ouvrir(dossier.path(), &annuaire.section);
    for (defaut, attendu) in [
        ("", 200),
        ("emetteur", 403),
        ("audience", 403),
        ("perime", 403),
        ("nonce", 403),
        ("cle", 403),
        ("sans_signature", 403),
        ("hs256", 403),
        ("iss", 403),
        ("at_hash", 403),
        ("sujet", 403),
        ("refus", 403),
        ("rotation", 200),
        ("enorme", 503),
        ("", 200),
    ] {
        annuaire.gater(defaut).await;
        let mut navigateur = Navigateur::default();
        // The way there is known already: what is wrong is wrong on the way back.
        let retour = if defaut == "enorme" {
            annuaire.gater("").await;
            let retour = navigateur
                .passer(&site, &annuaire, ("/sso", PERSONNE))
                .await;
            annuaire.gater(defaut).await;
            retour
        } else {
            navigateur
                .passer(&site, &annuaire, ("/sso", PERSONNE))
                .await
        };
        // Keys are asked for again at most every two seconds.
        tokio::time::sleep(std::time::Duration::from_millis(if defaut == "rotation" {
            2100
        } else {
            0
        }))
        .await;
        let reponse = navigateur.lire(site.client.adresse, &retour).await;
        assert_eq!(reponse.statut, attendu, "« {defaut} »: {}", texte(&reponse));
        assert_eq!(navigateur.session(&site), None);
    }
}

/// The state, the code and its proof belong to one browser and one try.
#[tokio::test(flavor = "multi_thread")]
async fn q14_un_retour_force_ne_connecte_personne() {
    let dossier = tempfile::tempdir().unwrap();
    let annuaire = Annuaire::faux();
    let site = Site::ouvrir(dossier.path(), &annuaire.section);
    let ici = site.client.adresse;
    let mut attaquant = Navigateur::default();
    let lien = attaquant.passer(&site, &annuaire, ("/sso", PERSONNE)).await;
    // The victim set out, too: the attacker's code does not come in under the victim's state.
    let mut victime = Navigateur::default();
    let sien = victime.passer(&site, &annuaire, ("/sso", PERSONNE)).await;
    assert_eq!(victime.clone().lire(ici, &lien).await.statut, 403);
    let parametre = |lien: &str, nom: &str| {
        let (_, suite) = lien.split_once(&format!("{nom}=")).unwrap();
        suite.split('&').next().unwrap().to_owned()
    };
    let glisse = sien.replace(&parametre(&sien, "code"), &parametre(&lien, "code"));
    assert_eq!(
        victime.clone().lire(ici, &glisse).await.statut,
        403,
        "PKCE and nonce are the victim's"
    );
    for retour in [
        "/sso/retour",
        "/sso/retour?code=a&state=",
        "/sso/retour?state=a&code=b",
        "/sso/retour?etat=&ticket=ST-1",
    ] {
        assert_eq!(
            victime.clone().lire(ici, retour).await.statut,
            403,
            "{retour}"
        );
    }
}

/// G01, Q05: others log in with their password while the provider is away; nothing leads to another site.
#[tokio::test(flavor = "multi_thread")]
async fn q05_l_annuaire_absent_n_empeche_pas_les_autres() {
    let dossier = tempfile::tempdir().unwrap();
    let mut cas = Annuaire::cas(dossier.path());
    let site = Site::ouvrir(
        dossier.path(),
        &format!("{}mail_prouve = true\n", cas.section),
    );
    let ici = site.client.adresse;
    site.client.compte("autre@univ.example").await;
    let mut zoe = Navigateur::default();
    for suite in [
        "//ailleurs.example/",
        "https://ailleurs.example/",
        "/%5Cailleurs.example",
        "javascript:alert(1)",
    ] {
        let depart = format!("/sso?suite={suite}");
        let entree = zoe.entrer(&site, &cas, (&depart, ZOE_CAS)).await;
        if entree.statut == 200 {
            let fait = crate::inscrire(&mut zoe, &site, &texte(&entree), None).await;
            assert_eq!(fait.statut, 303);
        } else {
            assert_eq!(entree.entetes["location"], "/profil", "{suite}");
        }
    }
    zoe.oublier(&site);
    let retour = zoe.passer(&site, &cas, ("/sso", ZOE_CAS)).await;
    cas.tuer();
    let absent = zoe.lire(ici, &retour).await;
    assert_eq!(absent.statut, 503);
    let page = texte(&absent);
    assert!(
        page.contains("ne répond pas") && page.contains("href=\"/connexion\""),
        "{page}"
    );
    assert_eq!(
        site.client.connecter("autre@univ.example").await.statut,
        200
    );
}
