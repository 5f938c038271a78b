//! What only the demo has: the post box and the clock that moves.

use axum::Router;
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Span};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Etat;
use super::problemes::Probleme;

/// Mails shown, newest first.
const MAX_MAILS: usize = 50;

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/demo/boite", get(boite))
        .route("/demo/support", post(ecrire))
        .route("/demo/horloge", post(horloge).get(heure))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Avance {
    avancer: String,
}

async fn heure(State(etat): State<Etat>) -> Json<Value> {
    Json(json!({ "maintenant": etat.maintenant() }))
}

/// Whether it is a form, and the page it is on.
fn annonce(entetes: &HeaderMap) -> (bool, Option<String>) {
    let texte = |nom| entetes.get(nom).and_then(|v| v.to_str().ok());
    let genre = texte(header::CONTENT_TYPE).unwrap_or_default();
    let page = texte(header::REFERER).and_then(|r| r.parse::<Uri>().ok());
    let page = page.and_then(|uri| uri.path_and_query().map(ToString::to_string));
    (genre.starts_with("application/x-www-form-urlencoded"), page)
}

/// As JSON for programs, as the form of the bar on every page for people.
async fn horloge(State(etat): State<Etat>, requete: Request) -> Result<Response, Probleme> {
    let (formulaire, retour) = annonce(requete.headers());
    let lue = if formulaire {
        Form::from_request(requete, &etat)
            .await
            .ok()
            .map(|Form(a)| a)
    } else {
        Json::from_request(requete, &etat)
            .await
            .ok()
            .map(|Json(a)| a)
    };
    let Avance { avancer } = lue.unwrap_or_default();
    let maintenant = avancer_de(etat, &avancer).await?;
    Ok(if formulaire {
        Redirect::to(retour.as_deref().unwrap_or("/")).into_response()
    } else {
        maintenant.into_response()
    })
}

async fn avancer_de(etat: Etat, avancer: &str) -> Result<Json<Value>, Probleme> {
    let duree = avancer.parse::<Span>().ok().and_then(|span| {
        let debut = etat.maintenant().to_zoned_datetime(jiff::tz::TimeZone::UTC);
        let fin = debut.checked_add(span).ok()?;
        Some(fin.timestamp().duration_since(debut.timestamp()))
    });
    let duree = duree
        .filter(|d| *d >= SignedDuration::ZERO)
        .ok_or_else(|| {
            Probleme::http(
                StatusCode::UNPROCESSABLE_ENTITY,
                "duree_invalide",
                "« avancer » est une durée ISO 8601 vers l'avenir, comme PT25H ou P7D.",
                "“avancer” is an ISO 8601 duration into the future, such as PT25H or P7D.",
            )
        })?;
    if let Some(demo) = &etat.demo {
        demo.horloge.avancer(duree);
    }
    Ok(heure(State(etat)).await)
}

/// A mail to the support, as its author's own server would have brought it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Ecrit {
    de: String,
    objet: String,
    texte: String,
}

async fn ecrire(State(etat): State<Etat>, Form(ecrit): Form<Ecrit>) -> Result<Redirect, Probleme> {
    let Some(demo) = &etat.demo else {
        return Err(Probleme::sans_session());
    };
    let ligne = |texte: &str| texte.replace(['\r', '\n'], " ");
    let (de, objet) = (ligne(ecrit.de.trim()), ligne(ecrit.objet.trim()));
    let domaine = de.rsplit('@').next().unwrap_or_default();
    let id = etat.outils.numero();
    let mail = format!(
        "Authentication-Results: demo.example; dmarc=pass header.from={domaine}\r\nFrom: {de}\r\n\
         To: candidature@demo.example\r\nSubject: {objet}\r\nMessage-ID: <{id}@{domaine}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        ecrit.texte
    );
    let interne = |e: std::io::Error| Probleme::interne(&e);
    tokio::fs::create_dir_all(&demo.support)
        .await
        .map_err(interne)?;
    let (provisoire, nom) = (format!(".{id}.eml"), format!("{id}.eml"));
    tokio::fs::write(demo.support.join(&provisoire), mail)
        .await
        .map_err(interne)?;
    let (de, vers) = (demo.support.join(provisoire), demo.support.join(nom));
    tokio::fs::rename(de, vers).await.map_err(interne)?;
    Ok(Redirect::to("/demo/boite"))
}

/// The form that writes to the support.
const ECRIRE: &str = "<details><summary>Écrire au support</summary><form method=\"post\" action=\"/demo/support\">\
    <p><label>De <input name=\"de\" type=\"email\" required autocomplete=\"email\"></label></p>\
    <p><label>Objet <input name=\"objet\" required></label></p>\
    <p><label>Message <textarea name=\"texte\" rows=\"6\" required></textarea></label></p>\
    <p><button>Envoyer</button></p></form></details>";

fn sur(texte: &str) -> String {
    texte
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

async fn boite(State(etat): State<Etat>) -> Result<Response, Probleme> {
    let Some(demo) = &etat.demo else {
        return Err(Probleme::sans_session());
    };
    let mut noms = Vec::new();
    if let Ok(mut lecture) = tokio::fs::read_dir(&demo.mails).await {
        while let Ok(Some(entree)) = lecture.next_entry().await {
            let nom = entree.file_name().to_string_lossy().into_owned();
            if nom.ends_with(".eml") && !nom.starts_with('.') {
                noms.push(nom);
            }
        }
    }
    noms.sort();
    let mut articles = String::new();
    for nom in noms.iter().rev().take(MAX_MAILS) {
        let octets = tokio::fs::read(demo.mails.join(nom))
            .await
            .map_err(|e| Probleme::interne(&e))?;
        if let Some(mail) = crate::mail::lire(&octets) {
            articles.extend([format!(
                "<article><h2>{}</h2><p>À : {}</p>{}</article>",
                sur(&mail.objet),
                sur(&mail.a),
                mail.html
            )]);
        }
    }
    if articles.is_empty() {
        articles.push_str("<p>Aucun mail pour l'instant.</p>");
    }
    let page = Html(format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Boîte aux lettres de la démonstration</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>Boîte aux lettres</h1>{ECRIRE}{articles}</main></body></html>"
    ));
    // The form writes to this server, and to no other.
    let csp = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    Ok(([(header::CONTENT_SECURITY_POLICY, csp)], page).into_response())
}
