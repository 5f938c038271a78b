//! Staff: exports, archives, the dashboard.

mod exports;
mod graphes;
mod pv;
mod tableau;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::edge::Etat;

/// Bytes of a form with minutes.
const MAX_PV: usize = crate::sorties::pv::MAX_OCTETS + 64 * 1024;

pub(super) fn routes() -> Router<Etat> {
    use exports as e;
    let recevoir = Router::new()
        .route("/gestion/pv", get(pv::page).post(pv::recevoir))
        .layer(DefaultBodyLimit::max(MAX_PV));
    Router::new()
        .route("/gestion/dossiers/{id}/dossier.pdf", get(e::imprimer))
        .route("/gestion/dossiers/{id}/lettre.pdf", get(e::lettre))
        .route("/gestion/exports", get(e::page))
        .route("/gestion/exports/dossiers.csv", get(e::csv))
        .route("/gestion/exports/dossiers.xlsx", get(e::xlsx))
        .route("/gestion/exports/archives", post(e::archiver))
        .route("/gestion/exports/archives/{id}", get(e::fichier))
        .route("/gestion/exports/archives/{id}/retirer", post(e::retirer))
        .route("/gestion/pv/modele.xlsx", get(pv::modele))
        .route("/gestion/pv/{id}/appliquer", post(pv::appliquer))
        .merge(recevoir)
        .route("/gestion/tableau", get(tableau::page))
        .route("/gestion/statistiques.csv", get(tableau::csv))
}
