//! The candidate's pages: rendered here, working without JavaScript.

mod compte;
mod dossiers;
mod gabarits;
mod profil;
mod visiteur;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::Etat;

/// Bytes of a form with one file.
const MAX_ENVOI: usize = 4 * 1024 * 1024 + 64 * 1024;
/// Bytes of a form without a file.
const MAX_FORMULAIRE: usize = 64 * 1024;
const STYLE: &str = include_str!("../../static/style.css");

pub(super) fn routes() -> Router<Etat> {
    let envoi = Router::new()
        .route(
            "/dossiers/{id}/pieces/{code}/deposer",
            post(dossiers::deposer),
        )
        .layer(DefaultBodyLimit::max(MAX_ENVOI));
    Router::new()
        .route("/", get(dossiers::offre))
        .route("/style.css", get(style))
        .route(
            "/inscription",
            get(compte::inscription).post(compte::inscrire),
        )
        .route("/validation", get(compte::validation).post(compte::valider))
        .route("/connexion", get(compte::connexion).post(compte::connecter))
        .route("/deconnexion", post(compte::deconnecter))
        .route(
            "/code-perdu",
            get(compte::code_perdu).post(compte::renvoyer),
        )
        .route(
            "/mot-de-passe-oublie",
            get(compte::oublie).post(compte::demander),
        )
        .route(
            "/mot-de-passe",
            get(compte::mot_de_passe).post(compte::reinitialiser),
        )
        .route(
            "/nouvelle-adresse",
            get(compte::nouvelle_adresse).post(compte::confirmer),
        )
        .route("/profil", get(profil::lire))
        .route("/profil/{section}", post(profil::enregistrer))
        .route("/dossiers", get(dossiers::lister))
        .route(
            "/formations/{code}/candidater",
            get(dossiers::confirmer).post(dossiers::ouvrir),
        )
        .route("/dossiers/{id}", get(dossiers::lire))
        .route("/dossiers/{id}/accuse", get(dossiers::accuse))
        .route("/dossiers/{id}/pieces/{code}", get(dossiers::fichier))
        .route("/dossiers/{id}/{acte}", post(dossiers::agir))
        .route(
            "/dossiers/{id}/pieces/{code}/{acte}",
            post(dossiers::agir_piece),
        )
        .layer(DefaultBodyLimit::max(MAX_FORMULAIRE))
        .merge(envoi)
        .layer(from_fn(proteger))
}

async fn style() -> Response {
    let entetes = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (entetes, STYLE).into_response()
}

/// Q14: nothing from elsewhere, no frames, no scripts inline.
async fn proteger(requete: Request, suite: Next) -> Response {
    let mut reponse = suite.run(requete).await;
    let entetes = reponse.headers_mut();
    for (nom, valeur) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        entetes.insert(nom, HeaderValue::from_static(valeur));
    }
    reponse
}
