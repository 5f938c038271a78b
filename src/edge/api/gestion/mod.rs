//! Staff (`/api/v1/gestion`): who they are, the staff itself, dossiers.

mod commentaires;
mod dossiers;
mod personnel;
mod session;

pub(in crate::edge) use dossiers::Voulus;

use axum::http::header;
use axum::response::{IntoResponse, Json, Response};
use serde_json::Value;

use crate::edge::api::Api;
use crate::edge::problemes::Probleme;

pub(super) fn routes() -> Api {
    session::routes()
        .merge(personnel::routes())
        .merge(dossiers::routes())
        .merge(commentaires::routes())
}

fn inattendu() -> Probleme {
    Probleme::interne(&"unexpected answer")
}

/// Secrets and personal data are kept nowhere on the way.
fn discret(corps: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(corps)).into_response()
}
