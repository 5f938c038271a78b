//! Through the establishment's single sign-on (G01): to a session, to a form that is filled in already, or to an
//! account that is there and proved to be the same person's. Links only lead to the provider; every act is a POST.

use actors::jetons;
use actors::ports::AleaSysteme;
use actors::protocol::{EtapeSession, Faute, PreuveCompte, Reponse, Requete, VuSso};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use domain::formulaires::Inscription;
use domain::refus::{CodeRefus, Refus};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use url::Url;

use super::compte::{Lu, TexteEtFormulaire, envoye, form_d_inscription, refuser};
use super::connexion::{entrer, entrer_en_gestion, poser};
use super::emport::{completer, reprise_de};
use super::reprise::sceller;
use super::saisie::Saisie;
use super::visiteur::{
    Arret, COOKIE_REPRISE, COOKIE_SESSION, COOKIE_SSO, Visiteur, cookie, cookie_de,
};
use crate::edge::Etat;
use crate::edge::problemes::Probleme;
use crate::edge::sso::{Depart, Echec, Personne, Retour, Sso};
use crate::views::{Champ, Formulaire, Lien, Message};

/// How long the way to the provider and back may take.
const VIE_DEPART: SignedDuration = SignedDuration::from_mins(15);
/// How long the form may stay open.
const VIE_FORMULAIRE: SignedDuration = SignedDuration::from_hours(1);
/// Characters of where to go on, and of a link's token, kept on the way.
const MAX_SUITE: usize = 512;

/// What somebody sets out for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Voulu {
    suite: String,
    candidat: Option<String>,
    jeton: Option<String>,
}

impl Voulu {
    /// As a form says it.
    pub(super) fn de(saisie: &Saisie) -> Self {
        Self {
            suite: saisie.brut("suite").unwrap_or_default(),
            candidat: saisie.brut("candidat"),
            jeton: None,
        }
    }
}

/// Who was vouched for, in a form of ours: it holds for this browser only, and not for long.
#[derive(Serialize, Deserialize)]
struct Vu {
    vu: VuSso,
    navigateur: String,
    fin: i64,
}

fn sso(etat: &Etat) -> Result<&Sso, Arret> {
    Ok(etat.sso.as_deref().ok_or(CodeRefus::Introuvable)?)
}

fn dans(etat: &Etat, vie: SignedDuration) -> i64 {
    let fin = etat.maintenant().saturating_add(vie);
    fin.map_or(0, |f| f.as_second())
}

/// Under our seal, so that it comes back as it was.
fn fermer<T: Serialize>(etat: &Etat, genre: &str, valeur: &T) -> String {
    let texte = serde_json::to_string(valeur).unwrap_or_default();
    let sceau = sceller(etat, &[genre, &texte]);
    format!("{}.{}", B64.encode(&texte), B64.encode(sceau))
}

fn ouvrir<T: DeserializeOwned>(etat: &Etat, genre: &str, scelle: &str) -> Option<T> {
    let (texte, sceau) = scelle.split_once('.')?;
    let texte = String::from_utf8(B64.decode(texte).ok()?).ok()?;
    let attendu = sceller(etat, &[genre, &texte]);
    let juste = bool::from(attendu.ct_eq(&B64.decode(sceau).ok()?));
    juste.then(|| serde_json::from_str(&texte).ok()).flatten()
}

fn empreinte(jeton: &str) -> String {
    jetons::hexa(&jetons::cle_session(jeton))
}

/// Others can still log in with their password: the page says so.
fn absent(retour: &str) -> Arret {
    let probleme = Probleme::http(
        StatusCode::SERVICE_UNAVAILABLE,
        "sso_absent",
        "Le service de connexion de l'établissement ne répond pas. Réessayez dans quelques minutes ; en attendant, vous pouvez vous connecter avec le mot de passe choisi ici.",
        "The university's log-in service does not answer. Try again in a few minutes; meanwhile you can log in with the password you chose here.",
    );
    Arret::vers(probleme, retour)
}

fn refuse(retour: &str) -> Arret {
    let probleme = Probleme::http(
        StatusCode::FORBIDDEN,
        "sso_refuse",
        "L'établissement n'a pas confirmé votre identité, ou la page est restée ouverte trop longtemps. Recommencez depuis la page de connexion ; si cela se reproduit, écrivez à l'assistance.",
        "The university did not confirm your identity, or the page stayed open too long. Start again from the log-in page; if it happens once more, write to support.",
    );
    Arret::vers(probleme, retour)
}

/// Why nobody came in; back to the form they set out from.
fn echouer(echec: Echec, inscription: bool) -> Arret {
    let retour = if inscription {
        "/inscription"
    } else {
        "/connexion"
    };
    match echec {
        Echec::Panne(raison) => {
            tracing::error!(raison, "the single sign-on does not answer");
            absent(retour)
        }
        Echec::Refus(raison) => {
            tracing::warn!(raison, "the single sign-on did not vouch for a visitor");
            refuse(retour)
        }
    }
}

/// Where to go, and the sealed cookie to come back with.
pub(super) async fn preparer(
    etat: &Etat,
    voulu: Voulu,
    champs: Vec<(String, String)>,
) -> Result<(Url, String), Arret> {
    let sso = sso(etat)?;
    let court = |texte: String| Some(texte).filter(|t| t.len() <= MAX_SUITE);
    let jeton = || jetons::jeton_session(&AleaSysteme);
    let depart = Depart {
        etat: jeton(),
        nonce: jeton(),
        preuve: jeton(),
        suite: court(voulu.suite).unwrap_or_default(),
        candidat: voulu.candidat.is_some(),
        jeton: voulu.jeton.and_then(court),
        champs,
        fin: dans(etat, VIE_DEPART),
    };
    let ou = sso.connexion(&depart).await;
    let ou = ou.map_err(|echec| echouer(echec, depart.candidat))?;
    Ok((ou, fermer(etat, "sso depart", &depart)))
}

/// The way this browser set out on, while it may still come back.
pub(super) fn depart_en_cours(etat: &Etat, entetes: &HeaderMap) -> Option<Depart> {
    let depart = cookie_de(entetes, COOKIE_SSO)?;
    let depart: Option<Depart> = ouvrir(etat, "sso depart", &depart);
    depart.filter(|d| etat.maintenant().as_second() < d.fin)
}

/// To the provider, by a link.
pub(super) async fn partir(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
) -> Result<Response, Arret> {
    let (ou, scelle) = preparer(&etat, voulu, Vec::new()).await?;
    let mut reponse = Redirect::to(ou.as_str()).into_response();
    poser(&mut reponse, &cookie(COOKIE_SSO, &scelle));
    sans_trace(&mut reponse);
    Ok(reponse)
}

/// Codes, tickets and states stay out of caches and of what other sites are told.
fn sans_trace(reponse: &mut Response) {
    let entetes = reponse.headers_mut();
    entetes.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Back from it. Who did not set out from this browser is not let in: the link may be somebody else's.
pub(super) async fn retour(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    entetes: HeaderMap,
    Query(retour): Query<Retour>,
) -> Result<Response, Arret> {
    let sso = sso(&etat)?;
    let depart = depart_en_cours(&etat, &entetes);
    let meme = |d: &Depart| bool::from(d.etat.as_bytes().ct_eq(retour.etat().as_bytes()));
    let depart = depart.filter(meme).ok_or_else(|| refuse("/connexion"))?;
    let personne = sso.reconnaitre(&depart, &retour).await;
    let personne = personne.map_err(|echec| echouer(echec, depart.candidat))?;
    let requete = Requete::ConnecterSso {
        vu: Box::new(personne.vu.clone()),
    };
    let mut reponse = match etat.guichet.traiter(None, requete).await {
        Err(Faute::Refus(Refus {
            code: CodeRefus::IdentiteInconnue | CodeRefus::CampagneFermee,
            ..
        })) => inconnu(&etat, &visiteur, depart, personne),
        autre => {
            let mut saisie = vec![("suite".to_owned(), depart.suite)];
            saisie.extend(reprise_de(&entetes).map(|reprise| ("reprise".to_owned(), reprise)));
            ouverte(&etat, &visiteur, &Saisie(saisie), autre?).await?
        }
    };
    sans_trace(&mut reponse);
    Ok(reponse)
}

/// A session is open: into it, and on with what was under way. The cookies of the way there are spent; what is left says
/// how the person came.
async fn ouverte(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
    reponse: Reponse,
) -> Result<Response, Arret> {
    let mut page = if let Reponse::SessionPersonnel { jeton, etape, .. } = reponse {
        if saisie.texte("reprise").is_none() && etape == EtapeSession::SecondFacteur {
            vers_gestion(&jeton)
        } else {
            entrer_en_gestion(etat, visiteur, saisie, (&jeton, etape)).await?
        }
    } else if let Reponse::Session { jeton, .. } = reponse {
        entrer(etat, visiteur, saisie, jeton).await?
    } else {
        return Err(Arret::inattendu());
    };
    poser(&mut page, &cookie(COOKIE_SSO, "ouverte"));
    poser(&mut page, &cookie(COOKIE_REPRISE, ""));
    Ok(page)
}

/// The pages of gestion ask for the second factor themselves.
fn vers_gestion(jeton: &str) -> Response {
    let mut reponse = Redirect::to("/gestion").into_response();
    poser(&mut reponse, &cookie(COOKIE_SESSION, jeton));
    reponse
}

/// Nobody here has this identity: a link to join an account, or an account to be made.
fn inconnu(etat: &Etat, visiteur: &Visiteur, depart: Depart, personne: Personne) -> Response {
    let t = visiteur.t;
    let navigateur = jetons::jeton_session(&AleaSysteme);
    let vu = Vu {
        vu: personne.vu.clone(),
        navigateur: empreinte(&navigateur),
        fin: dans(etat, VIE_FORMULAIRE),
    };
    let scelle = fermer(etat, "sso vu", &vu);
    let mut page = if let Some(jeton) = depart.jeton {
        let form = Formulaire::new(t, "/sso/rattacher", &t.sso_rattacher(), vec![]);
        let form = form.cache("vu", scelle).cache("jeton", jeton);
        page_textes(visiteur, &t.sso_rattacher(), &t.sso_rattacher_lien(), form)
    } else if personne.admise {
        let form = formulaire(
            visiteur,
            Some((&personne, depart.champs.as_slice())),
            &scelle,
        );
        page_inscription(visiteur, form, &scelle)
    } else {
        // What was typed stays with the way that was taken: the ordinary form begins with it.
        let suites = vec![
            Lien::new("/inscription", &t.creer_un_compte()),
            Lien::new("/connexion", &t.se_connecter()),
        ];
        let texte = t.sso_non_admis().to_string();
        return visiteur.page(&t.sso_non_admis_titre(), &Message { texte, suites });
    };
    poser(&mut page, &cookie(COOKIE_SSO, &navigateur));
    page
}

fn page_textes(visiteur: &Visiteur, titre: &str, texte: &str, form: Formulaire) -> Response {
    let corps = TexteEtFormulaire {
        textes: vec![texte.to_owned()],
        form,
        suites: vec![],
    };
    visiteur.page(titre, &corps)
}

/// The form of an account, with what the provider says in it, and what was typed before.
fn formulaire(
    visiteur: &Visiteur,
    personne: Option<(&Personne, &[(String, String)])>,
    scelle: &str,
) -> Formulaire {
    let form = form_d_inscription(visiteur, "/sso/inscription").cache("vu", scelle);
    let Some((p, tapes)) = personne else {
        return form;
    };
    let dits = {
        let mail = ["mail", "mail_confirmation"].map(|champ| (champ, p.mail.as_str()));
        [("nom", p.nom.as_str()), ("prenom", p.prenom.as_str())]
            .into_iter()
            .chain(mail)
            .map(|(champ, valeur)| (champ.to_owned(), valeur.to_owned()))
            .collect::<Vec<_>>()
    };
    let (valeurs, autrement) = completer(visiteur.t, dits, tapes);
    form.remplir(&valeurs).aider(&autrement)
}

fn page_inscription(visiteur: &Visiteur, form: Formulaire, scelle: &str) -> Response {
    let t = visiteur.t;
    let deja = Formulaire::new(t, "/sso/rattacher", &t.sso_deja(), vec![]);
    let corps = PageSso {
        t,
        form,
        deja: deja.cache("vu", scelle).discret(),
    };
    visiteur.page(&t.sso_titre(), &corps)
}

#[derive(askama::Template)]
#[template(path = "compte/sso.html")]
struct PageSso {
    t: crate::textes::Textes,
    form: Formulaire,
    deja: Formulaire,
}

/// Who was vouched for, if the form is ours, of this browser, and not too old.
fn reconnu(etat: &Etat, entetes: &HeaderMap, saisie: &Saisie) -> Result<(VuSso, String), Arret> {
    let scelle = saisie.brut("vu").unwrap_or_default();
    let navigateur = cookie_de(entetes, COOKIE_SSO).map(|jeton| empreinte(&jeton));
    let lu: Option<Vu> = ouvrir(etat, "sso vu", &scelle);
    let lu = lu.filter(|lu| {
        navigateur.is_some_and(|n| bool::from(n.as_bytes().ct_eq(lu.navigateur.as_bytes())))
            && etat.maintenant().as_second() < lu.fin
    });
    let lu = lu.ok_or_else(|| refuse("/connexion"))?;
    Ok((lu.vu, scelle))
}

pub(super) async fn inscrire(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    entetes: HeaderMap,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let (vu, scelle) = reconnu(&etat, &entetes, &saisie)?;
    let fait = match Inscription::from(&saisie).lire() {
        Err(refus) => Err(refus.into()),
        Ok((nom, prenom, mail, mot_de_passe)) => {
            let requete = Requete::InscrireSso {
                vu: Box::new(vu),
                nom,
                prenom,
                mail,
                mot_de_passe,
                langue: visiteur.t.langue(),
            };
            etat.guichet.traiter(None, requete).await
        }
    };
    match fait {
        Ok(Reponse::Fait) => Ok(envoye(&visiteur, true)),
        Ok(reponse) => ouverte(&etat, &visiteur, &Saisie(vec![]), reponse).await,
        Err(faute) => {
            let form = formulaire(&visiteur, None, &scelle).remplir(&saisie.0);
            let form = refuser(visiteur.t, form, &faute);
            Ok(page_inscription(&visiteur, form, &scelle))
        }
    }
}

fn form_rattacher(visiteur: &Visiteur, scelle: &str) -> Formulaire {
    let t = visiteur.t;
    let champs = vec![
        Champ::ligne(t, "identifiant", &t.identifiant(), "text").remplissage("username"),
        Champ::ligne(t, "mot_de_passe", &t.mot_de_passe(), "password")
            .remplissage("current-password"),
    ];
    Formulaire::new(t, "/sso/rattacher", &t.sso_rattacher(), champs).cache("vu", scelle)
}

/// An account that is there is joined after its own proof: its password, or a link to its address.
pub(super) async fn rattacher(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    entetes: HeaderMap,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let (vu, scelle) = reconnu(&etat, &entetes, &saisie)?;
    let preuve = match (saisie.texte("jeton"), saisie.brut("identifiant")) {
        (Some(jeton), _) => PreuveCompte::Lien { jeton },
        (None, Some(identifiant)) => PreuveCompte::MotDePasse {
            identifiant,
            mot_de_passe: saisie.brut("mot_de_passe").unwrap_or_default(),
        },
        (None, None) => {
            let form = form_rattacher(&visiteur, &scelle);
            return Ok(page_textes(
                &visiteur,
                &t.sso_rattacher(),
                &t.sso_rattacher_aide(),
                form,
            ));
        }
    };
    let par_lien = matches!(preuve, PreuveCompte::Lien { .. });
    let requete = Requete::RattacherSso {
        vu: Box::new(vu),
        preuve,
    };
    match etat.guichet.traiter(None, requete).await {
        Ok(reponse) => ouverte(&etat, &visiteur, &Saisie(vec![]), reponse).await,
        Err(faute) if par_lien => Err(faute.into()),
        Err(faute) => {
            let form = form_rattacher(&visiteur, &scelle).remplir(&saisie.0);
            let form = refuser(t, form, &faute);
            Ok(page_textes(
                &visiteur,
                &t.sso_rattacher(),
                &t.sso_rattacher_aide(),
                form,
            ))
        }
    }
}

/// The link of the mail: the provider is asked once more, so that the one who joins is the one who reads the mail.
pub(super) async fn rattachement(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Query(lu): Query<Lu>,
) -> Result<Response, Arret> {
    sso(&etat)?;
    let t = visiteur.t;
    let ou = format!(
        "/sso?candidat=1&jeton={}",
        super::cadrage::percent(&lu.jeton)
    );
    let corps = Message {
        texte: t.sso_rattachement().to_string(),
        suites: vec![Lien::new(ou, &visiteur.bouton_sso().unwrap_or_default())],
    };
    Ok(visiteur.page(&t.sso_rattacher(), &corps))
}

/// The back channel of a CAS server: one of its sessions is over.
pub(super) async fn clore(State(etat): State<Etat>, saisie: Saisie) -> Result<StatusCode, Arret> {
    let demande = saisie.brut("logoutRequest").unwrap_or_default();
    let fin = sso(&etat)?.session_close(&demande);
    let fin = fin.ok_or(CodeRefus::Introuvable)?;
    etat.guichet
        .traiter(None, Requete::DeconnecterSso { fin })
        .await?;
    Ok(StatusCode::OK)
}

/// The back channel of an OpenID Connect provider, which wants 200, or 400 with its own words; nothing else is told.
pub(super) async fn couper(State(etat): State<Etat>, saisie: Saisie) -> Result<Response, Arret> {
    let jeton = saisie.brut("logout_token").unwrap_or_default();
    let sortie = sso(&etat)?.sortie(&jeton, etat.maintenant()).await;
    let mut reponse = match sortie.ok_or(CodeRefus::Introuvable)? {
        Ok((nom, le)) => {
            let requete = Requete::CouperSso { nom, le };
            etat.guichet.traiter(None, requete).await?;
            StatusCode::OK.into_response()
        }
        Err(Echec::Refus(raison)) => {
            tracing::warn!(raison, "a log-out token was not taken");
            let corps = r#"{"error":"invalid_request"}"#;
            let genre = [(header::CONTENT_TYPE, "application/json")];
            (StatusCode::BAD_REQUEST, genre, corps).into_response()
        }
        Err(panne @ Echec::Panne(_)) => return Err(echouer(panne, false)),
    };
    sans_trace(&mut reponse);
    Ok(reponse)
}

/// After our own log-out: the provider's session goes on, and the page offers to end it.
pub(super) async fn sorti(
    etat: &Etat,
    visiteur: &Visiteur,
    entetes: &HeaderMap,
) -> Option<Response> {
    cookie_de(entetes, COOKIE_SSO).filter(|marque| marque == "ouverte")?;
    let ou = etat.sso.as_deref()?.deconnexion().await?;
    let t = visiteur.t;
    let corps = Message {
        texte: t.sso_sorti().to_string(),
        suites: vec![Lien::new("/", &t.accueil()), Lien::new(ou, &t.sso_sortir())],
    };
    Some(visiteur.sans_session().page(&t.sso_sorti_titre(), &corps))
}
