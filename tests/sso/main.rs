//! The establishment's single sign-on (G01, G08, P05), through real providers and one that lies.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that fails is a failed test"
)]
#![expect(clippy::too_many_lines, reason = "a journey is one story")]

mod annuaires;
mod emport;
mod hostile;
mod navigateur;
mod personnel;
mod sortie;

use std::path::Path;
use std::time::{Duration, Instant};

use annuaires::Annuaire;
use fixtures::client::{MOT_DE_PASSE, Reponse};
use navigateur::{Navigateur, Site, champ, texte};
use serde_json::json;

const ZOE_CAS: &[(&str, &str)] = &[("username", "test"), ("password", "test")];
const ZOE: &[(&str, &str)] = &[("login", "zoe")];

/// Sends the form of an account with another address, or the one it holds.
async fn inscrire(
    navigateur: &mut Navigateur,
    site: &Site,
    html: &str,
    mail: Option<&str>,
) -> Reponse {
    let dit = |nom| champ(html, nom).unwrap_or_default();
    let (vu, nom, prenom) = (dit("vu"), dit("nom"), dit("prenom"));
    let mail = mail.map_or_else(|| dit("mail"), str::to_owned);
    let ou_vide = |texte: &str, defaut: &str| {
        if texte.is_empty() {
            defaut.to_owned()
        } else {
            texte.to_owned()
        }
    };
    let (nom, prenom) = (ou_vide(&nom, "Lefèvre"), ou_vide(&prenom, "Zoé"));
    let champs = [
        ("vu", vu.as_str()),
        ("nom", &nom),
        ("prenom", &prenom),
        ("mail", &mail),
        ("mail_confirmation", &mail),
        ("mot_de_passe", MOT_DE_PASSE),
        ("mot_de_passe_confirmation", MOT_DE_PASSE),
    ];
    let ici = site.client.adresse;
    navigateur
        .envoyer(ici, ("POST", "/sso/inscription"), &champs)
        .await
}

/// The text of every mail written, once one says this.
async fn mail_qui_dit(dossier: &Path, dit: &str) -> Vec<String> {
    let fin = Instant::now() + Duration::from_secs(20);
    loop {
        let noms = std::fs::read_dir(dossier.join("mail"))
            .into_iter()
            .flatten();
        let noms = noms.map(|e| e.unwrap().path());
        let lus: Vec<String> = noms
            .filter(|n| !n.file_name().unwrap().to_str().unwrap().starts_with('.'))
            .filter(|n| n.extension().is_some_and(|e| e == "eml"))
            .filter_map(|n| postule::mail::lire(&std::fs::read(n).ok()?))
            .map(|m| m.html)
            .collect();
        if lus.iter().any(|m| m.contains(dit)) {
            return lus;
        }
        assert!(Instant::now() < fin, "no mail says « {dit} »: {lus:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// G01, G02, G08: from the ENT to a form filled in already, another address proved by link, and a session by the ENT.
#[tokio::test(flavor = "multi_thread")]
async fn g01_un_etudiant_entre_par_cas() {
    let dossier = tempfile::tempdir().unwrap();
    let cas = Annuaire::cas(dossier.path());
    let site = Site::ouvrir(dossier.path(), &cas.section);
    let ici = site.client.adresse;
    let mut zoe = Navigateur::default();
    let accueil = texte(&zoe.lire(ici, "/inscription").await);
    assert!(accueil.contains("action=\"/sso\""), "{accueil}");
    assert_eq!(champ(&accueil, "candidat").as_deref(), Some("1"));
    let retour = zoe.passer(&site, &cas, ("/sso?candidat=1", ZOE_CAS)).await;
    // Q14: the same link in another browser lets nobody in, and uses nothing up.
    let ailleurs = Navigateur::default().lire(ici, &retour).await;
    assert_eq!(ailleurs.statut, 403);
    let page = zoe
        .clone()
        .lire(ici, &retour.replacen("ticket=ST-", "ticket=PT-", 1))
        .await;
    assert_eq!(page.statut, 403, "a ticket of another kind");
    let retour = zoe.passer(&site, &cas, ("/sso?candidat=1", ZOE_CAS)).await;
    let gardes = zoe.clone();
    let html = texte(&zoe.lire(ici, &retour).await);
    for (nom, dit) in [
        ("nom", "Lefèvre"),
        ("prenom", "Zoé"),
        ("mail", "zoe.lefevre@etu.example"),
    ] {
        assert_eq!(champ(&html, nom).unwrap_or_default(), dit, "{html}");
    }
    // Played again with the same cookie: neither our state nor the ticket serves twice.
    assert_eq!(gardes.clone().lire(ici, &retour).await.statut, 403);
    // A form that somebody made up, or carries to another browser, creates nothing.
    let arrange = html.replacen("name=\"vu\" value=\"", "name=\"vu\" value=\"A", 2);
    assert_eq!(inscrire(&mut zoe, &site, &arrange, None).await.statut, 403);
    assert_eq!(
        inscrire(&mut Navigateur::default(), &site, &html, None)
            .await
            .statut,
        403
    );
    let envoye = inscrire(&mut zoe, &site, &html, Some("zoe@autre.example")).await;
    assert!(
        texte(&envoye).contains("Regardez vos mails"),
        "{}",
        texte(&envoye)
    );
    // G06: not before the address is proved.
    let avant = zoe.entrer(&site, &cas, ("/sso", ZOE_CAS)).await;
    assert_eq!(avant.statut, 403);
    assert!(texte(&avant).contains("pas encore validé"));
    let jeton = site
        .client
        .jeton("zoe@autre.example", "Validez votre compte")
        .await;
    let corps = json!({ "jeton": jeton });
    let valide = site
        .client
        .demander("POST", "/comptes/validation", "", corps)
        .await;
    assert_eq!(valide.statut, 200);
    let entree = zoe
        .entrer(&site, &cas, ("/sso?suite=/compte", ZOE_CAS))
        .await;
    assert_eq!(
        (entree.statut.as_u16(), &entree.entetes["location"]),
        (303, &"/compte".parse().unwrap())
    );
    let mut poses = entree
        .entetes
        .get_all("set-cookie")
        .iter()
        .map(|c| c.to_str().unwrap());
    assert!(
        poses
            .any(|c| c.starts_with("__Host-session=")
                && c.contains("Secure; HttpOnly; SameSite=Lax"))
    );
    assert!(
        texte(&zoe.lire(ici, "/compte").await)
            .contains("vous vous connectez avec vos identifiants ENT")
    );
    // G08: the ENT's password is not ours to change; the page and the mail say so.
    let corps = json!({ "mail": "zoe@autre.example" });
    site.client
        .demander("POST", "/comptes/mot-de-passe-oublie", "", corps)
        .await;
    let mails = mail_qui_dit(&site.dossier, "identifiants ENT").await;
    assert!(!mails.iter().any(|m| m.contains("/mot-de-passe?jeton=")));
    assert!(texte(&zoe.lire(ici, "/mot-de-passe-oublie").await).contains("identifiants ENT"));
}

/// CAS, single log-out: the server says which of its tickets is over, and our session ends.
#[tokio::test(flavor = "multi_thread")]
async fn g01_la_fin_de_session_du_serveur_cas_ferme_la_notre() {
    let dossier = tempfile::tempdir().unwrap();
    let cas = Annuaire::cas(dossier.path());
    let site = Site::ouvrir(
        dossier.path(),
        &format!("{}mail_prouve = true\n", cas.section),
    );
    let ici = site.client.adresse;
    let mut zoe = Navigateur::default();
    let retour = zoe.passer(&site, &cas, ("/sso", ZOE_CAS)).await;
    let html = texte(&zoe.lire(ici, &retour).await);
    // The address is the one the establishment proved: in at once, the number by mail.
    let entree = inscrire(&mut zoe, &site, &html, None).await;
    assert_eq!(entree.entetes["location"], "/profil");
    mail_qui_dit(&site.dossier, "a confirmé cette adresse").await;
    let retour = zoe.passer(&site, &cas, ("/sso", ZOE_CAS)).await;
    assert_eq!(zoe.lire(ici, &retour).await.statut, 303);
    let session = zoe.session(&site).unwrap();
    let vivante = async || site.client.lire("/moi", &session).await.statut == 200;
    assert!(vivante().await);
    let clore = async |ticket: &str| {
        let xml = format!(
            "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"1\" Version=\"2.0\"><samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
        );
        let mut serveur = Navigateur::default();
        serveur
            .envoyer(ici, ("POST", "/sso/retour"), &[("logoutRequest", &xml)])
            .await
            .statut
    };
    assert_eq!(
        clore("ST-autre").await,
        200,
        "whose ticket it is is told to nobody"
    );
    assert!(vivante().await);
    let ticket = retour
        .split("ticket=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    assert_eq!(clore(ticket).await, 200);
    assert!(!vivante().await);
}

/// G01 by OpenID Connect: claims in the form, in at once with a proved address, and a way to log out there, too.
#[tokio::test(flavor = "multi_thread")]
async fn g01_un_etudiant_entre_par_openid_connect() {
    let dossier = tempfile::tempdir().unwrap();
    let oidc = Annuaire::oidc();
    let reste = format!(
        "{}mail_prouve = true\naffiliations = [\"student\"]\naide = \"https://ent.example/mot-de-passe\"\n",
        oidc.section
    );
    let site = Site::ouvrir(dossier.path(), &reste);
    let ici = site.client.adresse;
    let mut zoe = Navigateur::default();
    assert!(
        texte(&zoe.lire(ici, "/mot-de-passe-oublie").await)
            .contains("https://ent.example/mot-de-passe")
    );
    let html = texte(&zoe.entrer(&site, &oidc, ("/sso", ZOE)).await);
    assert_eq!(
        champ(&html, "mail").unwrap_or_default(),
        "zoe.lefevre@etu.example",
        "{html}"
    );
    let entree = inscrire(&mut zoe, &site, &html, None).await;
    assert_eq!(entree.entetes["location"], "/profil");
    let moi = site
        .client
        .lire("/moi", &zoe.session(&site).unwrap())
        .await
        .json();
    assert_eq!(moi["mail"], "zoe.lefevre@etu.example");
    // The INE the establishment knows waits in the form (G13).
    let page = texte(&zoe.lire(ici, "/profil/informations").await);
    assert_eq!(
        champ(&page, "ine").unwrap_or_default(),
        "0123456789M",
        "{page}"
    );
    // Out: here at once, there by a link.
    let preuve = champ(&page, "preuve").unwrap();
    let sortie = zoe
        .envoyer(ici, ("POST", "/deconnexion"), &[("preuve", &preuve)])
        .await;
    let sortie = texte(&sortie);
    assert!(
        sortie.contains("/session/end?client_id=postule"),
        "{sortie}"
    );
    assert_eq!(zoe.session(&site), None);
    // Somebody else of the establishment, who is no student, is led to the ordinary form.
    let mut agent = Navigateur::default();
    let refus = texte(
        &agent
            .entrer(&site, &oidc, ("/sso", &[("login", "agent")]))
            .await,
    );
    assert!(
        refus.contains("href=\"/inscription\"") && champ(&refus, "vu").is_none(),
        "{refus}"
    );
    // P05: a profile with nothing in it, not even an affiliation, is a form to fill in by hand.
    let mut vide = Navigateur::default();
    let html = texte(
        &vide
            .entrer(&site, &oidc, ("/sso", &[("login", "vide")]))
            .await,
    );
    assert_eq!(champ(&html, "mail").unwrap_or_default(), "");
    let fait = inscrire(&mut vide, &site, &html, Some("vide@autre.example")).await;
    assert!(
        texte(&fait).contains("Regardez vos mails"),
        "{}",
        texte(&fait)
    );
}

/// G01, Q12: an account that has the address already is joined after its own proof, never silently.
#[tokio::test(flavor = "multi_thread")]
async fn g01_un_compte_qui_existe_n_est_rattache_qu_apres_preuve() {
    let dossier = tempfile::tempdir().unwrap();
    let oidc = Annuaire::oidc();
    let site = Site::ouvrir(
        dossier.path(),
        &format!("{}mail_prouve = true\n", oidc.section),
    );
    let ici = site.client.adresse;
    let ancienne = site.client.compte("zoe.lefevre@etu.example").await;
    let numero = site.client.lire("/moi", &ancienne).await.json()["numero"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut zoe = Navigateur::default();
    let html = texte(&zoe.entrer(&site, &oidc, ("/sso", ZOE)).await);
    let fait = inscrire(&mut zoe, &site, &html, None).await;
    assert!(
        texte(&fait).contains("Regardez vos mails"),
        "no session: {}",
        texte(&fait)
    );
    assert_eq!(zoe.session(&site), None);
    let jeton = site
        .client
        .jeton("zoe.lefevre@etu.example", "existe déjà")
        .await;
    // The link does nothing by itself, and nothing for another identity than the reader's own is possible without it.
    let page = texte(
        &zoe.lire(ici, &format!("/sso/rattachement?jeton={jeton}"))
            .await,
    );
    let ou = page
        .split("href=\"/sso?")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let html = texte(&zoe.entrer(&site, &oidc, (&format!("/sso?{ou}"), ZOE)).await);
    let (vu, jeton) = (champ(&html, "vu").unwrap(), champ(&html, "jeton").unwrap());
    let faux = jeton.replace('.', ".0");
    let refus = zoe
        .envoyer(
            ici,
            ("POST", "/sso/rattacher"),
            &[("vu", &vu), ("jeton", &faux)],
        )
        .await;
    assert_eq!(refus.statut, 400);
    let entree = zoe
        .envoyer(
            ici,
            ("POST", "/sso/rattacher"),
            &[("vu", &vu), ("jeton", &jeton)],
        )
        .await;
    assert_eq!(entree.statut, 303, "{}", texte(&entree));
    let moi = site
        .client
        .lire("/moi", &zoe.session(&site).unwrap())
        .await
        .json();
    assert_eq!(moi["numero"], numero);
    // By password, for somebody whose address differs.
    let autre = site.client.compte("vide@autre.example").await;
    let mut vide = Navigateur::default();
    let html = texte(
        &vide
            .entrer(&site, &oidc, ("/sso", &[("login", "vide")]))
            .await,
    );
    let vu = champ(&html, "vu").unwrap();
    let prouver = [
        ("vu", vu.as_str()),
        ("identifiant", "vide@autre.example"),
        ("mot_de_passe", "Faux-mot1@x"),
    ];
    let refus = vide
        .envoyer(ici, ("POST", "/sso/rattacher"), &prouver)
        .await;
    assert_eq!(vide.session(&site), None, "{}", texte(&refus));
    let prouver = [prouver[0], prouver[1], ("mot_de_passe", MOT_DE_PASSE)];
    assert_eq!(
        vide.envoyer(ici, ("POST", "/sso/rattacher"), &prouver)
            .await
            .statut,
        303
    );
    let moi = site
        .client
        .lire("/moi", &vide.session(&site).unwrap())
        .await
        .json();
    assert_eq!(
        moi["numero"],
        site.client.lire("/moi", &autre).await.json()["numero"]
    );
    // An account has one identity: the next one is told so.
    let mut tiers = Navigateur::default();
    let html = texte(
        &tiers
            .entrer(&site, &oidc, ("/sso?candidat=1", &[("login", "agent")]))
            .await,
    );
    let vu = champ(&html, "vu").unwrap();
    let prouver = [("vu", vu.as_str()), prouver[1], prouver[2]];
    let refus = texte(
        &tiers
            .envoyer(ici, ("POST", "/sso/rattacher"), &prouver)
            .await,
    );
    assert!(refus.contains("déjà rattaché"), "{refus}");
}
