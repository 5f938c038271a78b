//! What was typed before the way to the provider is there after it (Q40): the sign-up form, and a form whose session ended.

use serde_json::Value;

use crate::annuaires::Annuaire;
use crate::navigateur::{Navigateur, Site, champ, texte};
use crate::{ZOE, inscrire};

const VIDE: &[(&str, &str)] = &[("login", "vide")];

#[tokio::test(flavor = "multi_thread")]
async fn q40_ce_qui_fut_tape_avant_le_sso_revient_sans_mot_de_passe() {
    let dossier = tempfile::tempdir().unwrap();
    let oidc = Annuaire::oidc();
    let section = format!("{}mail_prouve = true\n", oidc.section);
    let site = Site::ouvrir(dossier.path(), &section);
    let ici = site.client.adresse;
    let tapes = [
        ("candidat", "1"),
        ("nom", "Martin"),
        ("mail", "zoe@perso.example"),
        ("mot_de_passe", "Motdepasse9@"),
    ];
    // Somebody the provider says nothing about: what was typed fills the form.
    let mut vide = Navigateur::default();
    let depart = vide.envoyer(ici, ("POST", "/sso"), &tapes).await;
    assert_eq!(depart.statut, 200, "{}", texte(&depart));
    let retour = vide.passer_depuis(&oidc, (depart, VIDE)).await;
    let html = texte(&vide.lire(ici, &retour).await);
    assert_eq!(champ(&html, "nom").unwrap_or_default(), "Martin", "{html}");
    assert!(!html.contains("Motdepasse9@"), "{html}");
    // Somebody it knows: its values, and a word on what was typed otherwise.
    let mut zoe = Navigateur::default();
    let depart = zoe.envoyer(ici, ("POST", "/sso"), &tapes).await;
    // Who turns back finds what they typed.
    let page = texte(&zoe.lire(ici, "/inscription").await);
    let nom = page.split("class=\"fiche").nth(1).unwrap();
    assert_eq!(champ(nom, "nom").unwrap_or_default(), "Martin", "{page}");
    let retour = zoe.passer_depuis(&oidc, (depart, ZOE)).await;
    let html = texte(&zoe.lire(ici, &retour).await);
    assert_eq!(
        champ(&html, "mail").unwrap_or_default(),
        "zoe.lefevre@etu.example"
    );
    assert!(
        html.contains("Vous aviez saisi « zoe@perso.example »"),
        "{html}"
    );
    let entree = inscrire(&mut zoe, &site, &html, None).await;
    assert_eq!(entree.entetes["location"], "/profil");

    // The session ends while something is typed; the single sign-on gives it back to the same person.
    let page = texte(&zoe.lire(ici, "/profil/stages").await);
    let preuve = champ(&page, "preuve").expect("the page's form has a proof");
    let session = zoe.session(&site).unwrap();
    let fini = site
        .client
        .demander("DELETE", "/session", &session, Value::Null)
        .await;
    assert!(fini.statut.is_success());
    let stage = [
        ("preuve", preuve.as_str()),
        ("intitule", "Développeuse junior"),
        ("organisme", "SNCF"),
    ];
    let perdu = zoe.envoyer(ici, ("POST", "/profil/stages"), &stage).await;
    assert_eq!(perdu.statut, 401);
    let html = texte(&perdu);
    let bouton = html.split("data-emporte").nth(1).unwrap();
    let reprise = champ(bouton, "reprise").expect("the button takes the form along");
    let depart = zoe
        .envoyer(
            ici,
            ("POST", "/sso"),
            &[("reprise", &reprise), ("suite", "/profil/stages")],
        )
        .await;
    let retour = zoe.passer_depuis(&oidc, (depart, ZOE)).await;
    let rendu = zoe.lire(ici, &retour).await;
    let html = texte(&rendu);
    assert_eq!(rendu.statut, 200);
    assert!(
        html.contains("Développeuse junior") && html.contains("action=\"/profil/stages\""),
        "{html}"
    );
    // Nobody else gets it: another person, from the same browser.
    let mut autre = zoe.clone();
    let depart = autre
        .envoyer(ici, ("POST", "/sso"), &[("reprise", &reprise)])
        .await;
    let retour = autre.passer_depuis(&oidc, (depart, ZOE)).await;
    let faux = retour.replacen("state=", "state=x", 1);
    assert_eq!(autre.lire(ici, &faux).await.statut, 403);
}

/// The provider is away: the form says so, with all that was typed.
#[tokio::test(flavor = "multi_thread")]
async fn q40_un_fournisseur_absent_ne_fait_rien_perdre() {
    let dossier = tempfile::tempdir().unwrap();
    let section =
        "[sso]\noidc = \"http://127.0.0.1:9\"\nclient_id = \"postule\"\nclient_secret = \"x\"\n";
    let site = Site::ouvrir(dossier.path(), section);
    let ici = site.client.adresse;
    let mut zoe = Navigateur::default();
    let tapes = [
        ("candidat", "1"),
        ("nom", "Martin"),
        ("mail", "zoe@perso.example"),
    ];
    let absent = zoe.envoyer(ici, ("POST", "/sso"), &tapes).await;
    assert_eq!(absent.statut, 503);
    let html = texte(&absent);
    assert!(
        html.contains("ne répond pas") && html.contains("role=\"alert\""),
        "{html}"
    );
    let fiche = html.split("class=\"fiche").nth(1).unwrap();
    assert_eq!(champ(fiche, "nom").unwrap_or_default(), "Martin", "{html}");
    let tapes = [("identifiant", "ABCD2345"), ("suite", "/dossiers")];
    let absent = zoe.envoyer(ici, ("POST", "/sso"), &tapes).await;
    assert_eq!(absent.statut, 503);
    let html = texte(&absent);
    let fiche = html.split("class=\"fiche").nth(1).unwrap();
    assert_eq!(champ(fiche, "identifiant").unwrap_or_default(), "ABCD2345");
    assert!(fiche.contains("value=\"/dossiers\""), "{html}");
}
