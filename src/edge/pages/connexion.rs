//! Logging in and out, and the account itself (G06, G09, G10).

use actors::protocol::{Acte, ActeGestion, EtapeSession, Faute, Moi, Reponse, Requete};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::formulaires::{ChangementMail, ChangementMotDePasse};
use domain::langue::Langue;
use domain::refus::{CodeRefus, FauteChamp, Refus};
use serde::Deserialize;

use super::compte::{mails, mots_de_passe, refuser};
use super::emport::{BoutonSso, Emport};
use super::gestion::connexion::second_facteur;
use super::reprise::{Reprise, sceau_de};
use super::saisie::Saisie;
use super::sso;
use super::visiteur::{
    Arret, COOKIE_QUI, COOKIE_SESSION, COOKIE_SSO, Visiteur, cookie, cookie_langue,
};
use crate::edge::{Etat, donnees};
use crate::textes::Textes;
use crate::views::{Champ, Formulaire, Lien, jour};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Suite {
    suite: String,
}

#[derive(Template)]
#[template(path = "compte/connexion.html")]
struct PageConnexion {
    t: Textes,
    avis: String,
    sso: Option<BoutonSso>,
    form: Formulaire,
    suites: Vec<Lien>,
}

#[derive(Template)]
#[template(path = "compte/reprise.html")]
struct PageReprise {
    t: Textes,
    action: String,
    retour: String,
    champs: Vec<(String, String)>,
    montres: Vec<(String, String)>,
}

/// A path of ours to go on to; anything else is dropped, so that no link leads elsewhere after a log-in.
fn suite_sure(suite: &str) -> Option<&str> {
    let sure = suite.starts_with('/')
        && !suite.starts_with("//")
        && !suite.contains(|c: char| c == '\\' || c.is_control());
    sure.then_some(suite)
}

fn form_connexion(t: Textes, suite: &str, reprise: Option<String>) -> Formulaire {
    let champs = vec![
        Champ::ligne(t, "identifiant", &t.identifiant(), "text").remplissage("username"),
        Champ::ligne(t, "mot_de_passe", &t.mot_de_passe(), "password")
            .remplissage("current-password"),
    ];
    let mut form = Formulaire::new(t, "/connexion", &t.se_connecter(), champs);
    if let Some(suite) = suite_sure(suite) {
        form = form.cache("suite", suite);
    }
    if let Some(reprise) = reprise {
        form = form.cache("reprise", reprise);
    }
    form
}

fn page_connexion(
    visiteur: &Visiteur,
    titre: &str,
    avis: &str,
    (form, suite, reprise): (Formulaire, &str, Option<&str>),
) -> Response {
    let t = visiteur.t;
    let corps = PageConnexion {
        t,
        avis: avis.to_owned(),
        sso: BoutonSso::de_connexion(visiteur, suite_sure(suite), reprise),
        form,
        suites: vec![
            Lien::new("/mot-de-passe-oublie", &t.oublie()),
            Lien::new("/code-perdu", &t.code_perdu()),
            Lien::new("/inscription/adresse", &t.corriger_adresse()),
            Lien::new("/inscription", &t.creer_un_compte()),
        ],
    };
    visiteur.page(titre, &corps)
}

/// The log-in page in the middle of something: what was typed is in it (Q40).
pub(super) fn page_session_finie(visiteur: &Visiteur, reprise: Option<String>) -> Response {
    let t = visiteur.t;
    let depot = visiteur.chemin.ends_with("/deposer");
    let avis = if depot {
        t.expiree_fichier()
    } else {
        t.expiree()
    };
    // A page that only takes forms has its own page beside it.
    let suite = visiteur.chemin.split("/pieces/").next().unwrap_or_default();
    let form = form_connexion(t, suite, reprise.clone());
    let etat = (form, suite, reprise.as_deref());
    page_connexion(visiteur, &t.expiree_titre(), &avis, etat)
}

pub(super) async fn connexion(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    entetes: HeaderMap,
    Query(Suite { suite }): Query<Suite>,
) -> Response {
    let Emport { champs, reprise } = Emport::de(&etat, &entetes);
    let form = form_connexion(visiteur.t, &suite, reprise.clone()).remplir(&champs);
    let etat = (form, suite.as_str(), reprise.as_deref());
    page_connexion(&visiteur, &visiteur.t.connexion_titre(), "", etat)
}

/// The page again, with what was typed and why it did not go on.
pub(super) fn page_connexion_refusee(
    visiteur: &Visiteur,
    saisie: &Saisie,
    texte: &str,
) -> Response {
    let t = visiteur.t;
    let suite = saisie.brut("suite").unwrap_or_default();
    let reprise = saisie.texte("reprise");
    let form = form_connexion(t, &suite, reprise.clone()).remplir(&saisie.0);
    let etat = (form.refuser(texte, &[]), suite.as_str(), reprise.as_deref());
    page_connexion(visiteur, &t.connexion_titre(), "", etat)
}

pub(super) async fn connecter(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Response {
    let requete = Requete::Connecter {
        identifiant: saisie.brut("identifiant").unwrap_or_default(),
        mot_de_passe: saisie.brut("mot_de_passe").unwrap_or_default(),
        code: None,
    };
    let ouverte = match etat.guichet.traiter(None, requete).await {
        Ok(Reponse::Session { jeton, .. }) => entrer(&etat, &visiteur, &saisie, jeton).await,
        Ok(Reponse::SessionPersonnel { jeton, etape, .. }) => {
            entrer_en_gestion(&etat, &visiteur, &saisie, (&jeton, etape)).await
        }
        Ok(_) => Err(Faute::Indisponible {
            raison: "unexpected answer".to_owned(),
        }),
        Err(faute) => Err(faute),
    };
    ouverte.unwrap_or_else(|faute| {
        let t = visiteur.t;
        let suite = saisie.brut("suite").unwrap_or_default();
        let reprise = saisie.texte("reprise");
        let form = form_connexion(t, &suite, reprise.clone()).remplir(&saisie.0);
        let ancien = matches!(
            &faute,
            Faute::Refus(Refus {
                code: CodeRefus::CompteHorsCampagne,
                ..
            })
        );
        let avis = if ancien { t.ancienne_campagne().0 } else { "" };
        let form = refuser(t, form, &faute);
        let etat = (form, suite.as_str(), reprise.as_deref());
        page_connexion(&visiteur, &t.connexion_titre(), avis, etat)
    })
}

/// A session of staff, whole or still to be proved: back to what was under way, or to the pages of gestion.
pub(super) async fn entrer_en_gestion(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
    (jeton, etape): (&str, EtapeSession),
) -> Result<Response, Faute> {
    if etape == EtapeSession::SecondFacteur {
        return Ok(avant_le_second(visiteur, saisie, jeton));
    }
    let entier = etape == EtapeSession::Complete;
    let saisie = entier.then_some(saisie);
    reprendre_en_gestion(etat, visiteur, saisie, jeton).await
}

/// A second factor is asked for: what was under way waits in its page (Q40).
fn avant_le_second(visiteur: &Visiteur, saisie: &Saisie, jeton: &str) -> Response {
    let mut reponse = second_facteur(&visiteur.avec_session(jeton), saisie);
    poser(&mut reponse, &cookie(COOKIE_SESSION, jeton));
    reponse
}

/// The same, back to what was under way when the former session ended; a second factor comes before that.
pub(super) async fn reprendre_en_gestion(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: Option<&Saisie>,
    jeton: &str,
) -> Result<Response, Faute> {
    let requete = Requete::Gestion {
        session: jeton.to_owned(),
        acte: ActeGestion::Moi,
    };
    let Reponse::Agent(agent) = etat.guichet.traiter(None, requete).await? else {
        return Err(Faute::SessionAbsente);
    };
    let id = agent.personnel.id.as_str();
    let scellee = saisie.and_then(|s| s.texte("reprise"));
    let suite = saisie.and_then(|s| s.texte("suite")).unwrap_or_default();
    let suite = suite_sure(&suite).filter(|s| s.starts_with("/gestion"));
    let mut reponse = match scellee.and_then(|scellee| Reprise::rendre(etat, id, &scellee)) {
        Some(reprise) => page_reprise(&visiteur.avec_session(jeton), reprise),
        None => Redirect::to(suite.unwrap_or("/gestion")).into_response(),
    };
    poser(&mut reponse, &cookie(COOKIE_SESSION, jeton));
    poser(&mut reponse, &cookie(COOKIE_QUI, &sceau_de(etat, id)));
    Ok(reponse)
}

/// The session is open: its cookies, then back to what was under way.
pub(super) async fn entrer(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
    jeton: String,
) -> Result<Response, Faute> {
    let acte = Requete::Candidat {
        session: jeton.clone(),
        acte: Acte::Moi,
    };
    let Reponse::Moi(moi) = etat.guichet.traiter(None, acte).await? else {
        return Err(Faute::SessionAbsente);
    };
    let langue = if visiteur.langue_choisie {
        visiteur.t.langue()
    } else {
        moi.langue
    };
    let visiteur = visiteur.en(langue).avec_session(&jeton);
    let scellee = saisie.texte("reprise");
    let mut reponse =
        match scellee.and_then(|scellee| Reprise::rendre(etat, moi.id.as_str(), &scellee)) {
            Some(reprise) => page_reprise(&visiteur, reprise),
            None => {
                let suite = saisie.brut("suite").unwrap_or_default();
                let defaut = if moi.profil.manque().is_empty() {
                    "/dossiers"
                } else {
                    "/profil"
                };
                Redirect::to(suite_sure(&suite).unwrap_or(defaut)).into_response()
            }
        };
    poser(&mut reponse, &cookie(COOKIE_SESSION, &jeton));
    poser(
        &mut reponse,
        &cookie(COOKIE_QUI, &sceau_de(etat, moi.id.as_str())),
    );
    poser(&mut reponse, &cookie_langue(langue));
    Ok(reponse)
}

pub(super) fn poser(reponse: &mut Response, cookie: &str) {
    if let Ok(valeur) = HeaderValue::from_str(cookie) {
        reponse.headers_mut().append(header::SET_COOKIE, valeur);
    }
}

fn page_reprise(visiteur: &Visiteur, reprise: Reprise) -> Response {
    let t = visiteur.t;
    let mut champs = reprise.champs;
    let montres = champs
        .iter()
        .filter(|(nom, valeur)| !valeur.is_empty() && nom != "etape")
        .map(|(nom, valeur)| {
            (
                t.champ(nom).map_or(nom.clone(), |d| d.to_string()),
                valeur.clone(),
            )
        })
        .collect();
    champs.push(("preuve".to_owned(), visiteur.preuve().to_owned()));
    champs.push(("cle".to_owned(), Visiteur::cle()));
    let corps = PageReprise {
        t,
        retour: reprise
            .action
            .split('?')
            .next()
            .unwrap_or_default()
            .to_owned(),
        action: reprise.action,
        champs,
        montres,
    };
    visiteur.page(&t.reprise_titre(), &corps)
}

pub(super) async fn deconnecter(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    entetes: HeaderMap,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let session = visiteur.session()?.to_owned();
    let requete = Requete::Deconnecter { session };
    etat.guichet.traiter(None, requete).await?;
    let sorti = sso::sorti(&etat, &visiteur, &entetes).await;
    let mut reponse = sorti.unwrap_or_else(|| Redirect::to("/").into_response());
    poser(&mut reponse, &cookie(COOKIE_SSO, ""));
    poser(&mut reponse, &cookie(COOKIE_SESSION, ""));
    poser(&mut reponse, &cookie(COOKIE_QUI, ""));
    Ok(reponse)
}

#[derive(Template)]
#[template(path = "compte/compte.html")]
struct PageCompte<'a> {
    t: Textes,
    moi: &'a Moi,
    message: &'a str,
    campagne: String,
    fin: String,
    langue: Formulaire,
    mail: Formulaire,
    mot_de_passe: Formulaire,
}

/// Q18: everything we hold of the visitor, with the files.
pub(super) async fn donnees(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let donnees = donnees::lire(&etat, visiteur.session()?).await?;
    Ok(donnees.archive(&etat).await?)
}

fn form_langue(visiteur: &Visiteur, moi: &Moi) -> Formulaire {
    let t = visiteur.t;
    let langues = [("fr", "Français"), ("en", "English")];
    let langues = langues.map(|(tag, nom)| (tag.to_owned(), nom.to_owned()));
    let champ = Champ::boutons(t, "langue", &t.changer_langue(), langues.to_vec());
    let champ = champ.valeur(moi.langue.tag());
    visiteur
        .formulaire("/compte/langue", &t.enregistrer(), vec![champ])
        .discret()
}

fn form_mail(visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let champs = mails(t, &t.nouvelle_adresse()).to_vec();
    visiteur
        .formulaire("/compte/mail", &t.recevoir_lien(), champs)
        .discret()
}

fn form_mot_de_passe(visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let actuel = Champ::ligne(t, "actuel", &t.mot_de_passe_actuel(), "password");
    let mut champs = vec![actuel.remplissage("current-password")];
    champs.extend(mots_de_passe(t, &t.nouveau_mot_de_passe()));
    visiteur
        .formulaire("/compte/mot-de-passe", &t.enregistrer(), champs)
        .discret()
}

fn page_compte(
    etat: &Etat,
    visiteur: &Visiteur,
    moi: &Moi,
    message: &str,
    (mail, mot_de_passe): (Formulaire, Formulaire),
) -> Response {
    let t = visiteur.t;
    let catalogue = etat.catalogue();
    let campagne = catalogue.campagne.as_ref();
    let corps = PageCompte {
        t,
        moi,
        message,
        campagne: campagne
            .map(|c| c.libelle.dans(t.langue()).to_owned())
            .unwrap_or_default(),
        fin: campagne
            .map(|c| t.compte_jusqu_au(jour(t, c.fermeture)))
            .unwrap_or_default(),
        langue: form_langue(visiteur, moi),
        mail,
        mot_de_passe,
    };
    visiteur.page_de(moi, &t.compte_titre(), &corps)
}

pub(super) async fn compte(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let moi = visiteur.moi(&etat).await?;
    let message = match visiteur.chemin.as_str() {
        "/compte/change" => visiteur.t.mot_de_passe_change().0,
        "/compte/langue" => visiteur.t.langue_changee().0,
        _ => "",
    };
    let formulaires = (form_mail(&visiteur), form_mot_de_passe(&visiteur));
    Ok(page_compte(&etat, &visiteur, &moi, message, formulaires))
}

pub(super) async fn changer(
    State(etat): State<Etat>,
    Path(quoi): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    match quoi.as_str() {
        "langue" => changer_langue(&etat, &visiteur, &saisie).await,
        "mail" => changer_mail(&etat, &visiteur, &saisie).await,
        "mot-de-passe" => changer_mot_de_passe(&etat, &visiteur, &saisie).await,
        _ => Err(CodeRefus::Introuvable.into()),
    }
}

/// Of the account and its mails, and of the pages.
async fn changer_langue(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
) -> Result<Response, Arret> {
    let (langue, suite) = match saisie.brut("langue").as_deref() {
        Some("en") => (Langue::En, "/compte/langue?lang=en"),
        _ => (Langue::Fr, "/compte/langue?lang=fr"),
    };
    visiteur
        .agir(etat, saisie, Acte::ChangerLangue { langue })
        .await?;
    Ok(Redirect::to(suite).into_response())
}

async fn changer_mail(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
) -> Result<Response, Arret> {
    let form = ChangementMail {
        mail: saisie.brut("mail"),
        mail_confirmation: saisie.brut("mail_confirmation"),
    };
    let fait = match form.lire() {
        Ok(mail) => {
            visiteur
                .agir(etat, saisie, Acte::ChangerMail { mail })
                .await
        }
        Err(refus) => Err(refus.into()),
    };
    match fait {
        Ok(_) => Ok(Redirect::to("/compte").into_response()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => {
            let moi = visiteur.moi(etat).await?;
            let form = form_mail(visiteur).remplir(&saisie.0);
            let form = refuser(visiteur.t, form, &faute);
            let formulaires = (form, form_mot_de_passe(visiteur));
            Ok(page_compte(etat, visiteur, &moi, "", formulaires))
        }
    }
}

/// A new password ends every session; the one that changed it goes on under a new one.
async fn changer_mot_de_passe(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
) -> Result<Response, Arret> {
    let form = ChangementMotDePasse {
        actuel: saisie.brut("actuel"),
        mot_de_passe: saisie.brut("mot_de_passe"),
        mot_de_passe_confirmation: saisie.brut("mot_de_passe_confirmation"),
    };
    let moi = visiteur.moi(etat).await?;
    let fait = match form.lire() {
        Ok((actuel, nouveau)) => {
            let acte = Acte::ChangerMotDePasse {
                actuel,
                nouveau: nouveau.clone(),
            };
            visiteur.agir(etat, saisie, acte).await.map(|_| nouveau)
        }
        Err(refus) => Err(refus.into()),
    };
    let faute = match fait {
        Ok(mot_de_passe) => {
            let requete = Requete::Connecter {
                identifiant: moi.numero.to_string(),
                mot_de_passe,
                code: None,
            };
            let Reponse::Session { jeton, .. } = etat.guichet.traiter(None, requete).await? else {
                return Err(Arret::inattendu());
            };
            let mut reponse = Redirect::to("/compte/change").into_response();
            poser(&mut reponse, &cookie(COOKIE_SESSION, &jeton));
            return Ok(reponse);
        }
        Err(Faute::SessionAbsente) => return Err(Faute::SessionAbsente.into()),
        Err(Faute::IdentifiantsFaux) => actuel_faux(),
        Err(faute) => faute,
    };
    let form = refuser(visiteur.t, form_mot_de_passe(visiteur), &faute);
    let formulaires = (form_mail(visiteur), form);
    Ok(page_compte(etat, visiteur, &moi, "", formulaires))
}

fn actuel_faux() -> Faute {
    let texte = |langue| Textes(langue).mot_de_passe_faux().0;
    let faute = FauteChamp::new(
        "actuel",
        "mot_de_passe_faux",
        texte(Langue::Fr),
        texte(Langue::En),
    );
    Faute::Refus(Refus {
        code: CodeRefus::ChampsInvalides,
        champs: vec![faute],
    })
}
