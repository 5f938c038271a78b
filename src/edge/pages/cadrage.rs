//! Around every page: the language that was asked for, refusals as pages, sessions that ended, and the headers
//! that keep pages safe (Q14).

use std::sync::Arc;

use actors::protocol::Faute;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::refus::{CodeRefus, FauteChamp};

use super::MAX_FORMULAIRE;
use super::connexion;
use super::reprise::Reprise;
use super::visiteur::{Arret, Visiteur, cookie_langue};
use crate::edge::Etat;
use crate::edge::problemes::{self, Probleme};
use crate::textes::Textes;
use crate::views::{Alerte, Lien};

/// The whole frame of a request for a page.
pub(in crate::edge) async fn encadrer(
    State(etat): State<Etat>,
    requete: Request,
    suite: Next,
) -> Response {
    let (mut parts, corps) = requete.into_parts();
    let visiteur = Visiteur::de(&parts, &etat);
    parts.extensions.insert(visiteur.clone());
    let post = parts.method == Method::POST;
    let (corps, saisie) = match retenir(&parts, corps).await {
        Ok(retenu) => retenu,
        Err(arret) => return proteger(page_d_arret(&visiteur, &arret), &visiteur),
    };
    let mut reponse = suite.run(Request::from_parts(parts, corps)).await;
    if let Some(arret) = reponse.extensions_mut().remove::<Arc<Arret>>() {
        reponse = match arret.probleme {
            Probleme::Faute(Faute::SessionAbsente) => {
                session_finie(&etat, &visiteur, post, saisie.as_deref())
            }
            Probleme::Faute(_) | Probleme::Http(..) | Probleme::Fichier(..) => {
                page_d_arret(&visiteur, &arret)
            }
        };
    }
    proteger(reponse, &visiteur)
}

/// The body of an ordinary form, kept beside: it is given back if the session turns out to be over (Q40).
async fn retenir(parts: &Parts, corps: Body) -> Result<(Body, Option<Bytes>), Arret> {
    let genre = parts.headers.get(header::CONTENT_TYPE);
    let genre = genre.and_then(|v| v.to_str().ok()).unwrap_or_default();
    if parts.method != Method::POST || !genre.starts_with("application/x-www-form-urlencoded") {
        return Ok((corps, None));
    }
    let octets = axum::body::to_bytes(corps, MAX_FORMULAIRE).await;
    let octets = octets.map_err(|erreur| {
        tracing::debug!(%erreur, "a form was not read");
        Arret::from(Probleme::http(
            StatusCode::PAYLOAD_TOO_LARGE,
            "formulaire_trop_gros",
            "Ce formulaire est trop long. Raccourcissez les textes, puis recommencez.",
            "This form is too long. Shorten the texts, then try again.",
        ))
    })?;
    Ok((Body::from(octets.clone()), Some(octets)))
}

/// A page without a session leads to the log-in and back; what was typed waits there.
fn session_finie(etat: &Etat, visiteur: &Visiteur, post: bool, saisie: Option<&[u8]>) -> Response {
    let visiteur = visiteur.sans_session();
    if !post {
        let suite = percent(&visiteur.adresse());
        return Redirect::to(&format!("/connexion?suite={suite}")).into_response();
    }
    let reprise = saisie.and_then(|octets| Reprise::de(etat, &visiteur, octets));
    let mut reponse = connexion::page_session_finie(&visiteur, reprise);
    *reponse.status_mut() = StatusCode::UNAUTHORIZED;
    reponse
}

/// A path as the value of a parameter.
pub(super) fn percent(texte: &str) -> String {
    let sur = |o: u8| o.is_ascii_alphanumeric() || b"/-._~".contains(&o);
    let lettre = |o: u8| {
        if sur(o) {
            char::from(o).to_string()
        } else {
            format!("%{o:02X}")
        }
    };
    texte.bytes().map(lettre).collect()
}

/// What a problem says to people: status, sentence, fields, seconds to wait.
pub(super) fn dire(
    t: Textes,
    probleme: &Probleme,
) -> (StatusCode, String, Vec<FauteChamp>, Option<u32>) {
    match probleme {
        Probleme::Http(statut, _, fr, en) => {
            (*statut, t.langue().choisir(fr, en).to_owned(), vec![], None)
        }
        Probleme::Fichier(statut, refus) => {
            let (statut, _, fr, en, _) = problemes::du_fichier(*statut, refus);
            (
                statut,
                t.langue().choisir(&fr, &en).to_owned(),
                vec![],
                None,
            )
        }
        Probleme::Faute(faute) => {
            let (statut, _, fr, en, attente) = problemes::dire(faute);
            let champs = if let Faute::Refus(refus) = faute {
                refus.champs.clone()
            } else {
                vec![]
            };
            (
                statut,
                t.langue().choisir(&fr, &en).to_owned(),
                champs,
                attente,
            )
        }
    }
}

/// A problem as a page, with what to do next.
fn page_d_arret(visiteur: &Visiteur, arret: &Arret) -> Response {
    let t = visiteur.t;
    let (statut, texte, champs, attente) = dire(t, &arret.probleme);
    let titre = match statut {
        StatusCode::NOT_FOUND => t.page_absente(),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => t.service_occupe(),
        _ => t.pas_possible(),
    };
    let details = champs.iter().map(|c| c.texte(t.langue()).to_owned());
    let corps = Alerte {
        texte,
        details: details.collect(),
        suites: suites(visiteur, arret),
    };
    let mut reponse = visiteur.page(&titre, &corps);
    *reponse.status_mut() = statut;
    if let Some(attente) = attente {
        reponse
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(attente));
    }
    reponse
}

/// Where to go on from a refusal.
fn suites(visiteur: &Visiteur, arret: &Arret) -> Vec<Lien> {
    let t = visiteur.t;
    let code = match &arret.probleme {
        Probleme::Faute(Faute::Refus(refus)) => Some(refus.code),
        Probleme::Faute(_) | Probleme::Http(..) | Probleme::Fichier(..) => None,
    };
    let mut suites = Vec::new();
    match code {
        Some(CodeRefus::LienExpire | CodeRefus::LienRemplace | CodeRefus::LienInvalide) => {
            let ou = match visiteur.chemin.as_str() {
                "/mot-de-passe" => "/mot-de-passe-oublie",
                "/nouvelle-adresse" => "/compte",
                _ => "/code-perdu",
            };
            suites.push(Lien::new(ou, &t.nouveau_lien()));
        }
        Some(CodeRefus::CompteNonValide | CodeRefus::AdresseRefusee) => {
            suites.push(Lien::new("/code-perdu", &t.nouveau_lien()));
            suites.push(Lien::new("/inscription/adresse", &t.corriger_adresse()));
        }
        Some(CodeRefus::CompteDejaValide) => {
            suites.push(Lien::new("/connexion", &t.se_connecter()));
        }
        Some(CodeRefus::CompteHorsCampagne) => {
            suites.push(Lien::new("/inscription", &t.creer_un_compte()));
        }
        Some(CodeRefus::ProfilIncomplet) => suites.push(Lien::new("/profil", &t.mon_profil())),
        _ => {}
    }
    match &arret.retour {
        Some(retour) => suites.push(Lien::new(retour.clone(), &t.revenir())),
        None => suites.push(Lien::new("/", &t.accueil())),
    }
    suites
}

/// What a page may load, and where it may be shown.
const POLITIQUE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The same for a page that shows a mail in a frame without any right: these styles of the mail's, by their
/// SHA-256, and no others.
pub(super) fn politique_avec(styles: &[String]) -> String {
    let permis: String = styles.iter().map(|s| format!(" 'sha256-{s}'")).collect();
    POLITIQUE.replacen("style-src 'self'", &format!("style-src 'self'{permis}"), 1)
}

/// Q14: nothing from elsewhere, no frames, no scripts or styles inline. And the language, remembered.
fn proteger(mut reponse: Response, visiteur: &Visiteur) -> Response {
    let entetes = reponse.headers_mut();
    for (nom, valeur) in [
        (header::CONTENT_SECURITY_POLICY, POLITIQUE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        // What is no page of ours, such as somebody's file, comes with a stricter policy of its own.
        entetes
            .entry(nom)
            .or_insert(HeaderValue::from_static(valeur));
    }
    if let Some(langue) = visiteur.langue_demandee
        && let Ok(valeur) = HeaderValue::from_str(&cookie_langue(langue))
    {
        entetes.append(header::SET_COOKIE, valeur);
    }
    reponse
}

/// A page that says why, for what is refused before a handler sees it.
pub(in crate::edge) fn refuser(etat: &Etat, parts: &Parts, probleme: Probleme) -> Response {
    let visiteur = Visiteur::de(parts, etat);
    proteger(page_d_arret(&visiteur, &probleme.into()), &visiteur)
}

/// An address that leads nowhere.
pub(in crate::edge) async fn introuvable() -> Arret {
    CodeRefus::Introuvable.into()
}
