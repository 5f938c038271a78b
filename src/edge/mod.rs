//! HTTP: translates, never decides. hyper owns the connections; axum routes.

mod api;
mod cadence;
mod demo;
mod etat;
mod pages;
mod problemes;
mod serveur;
mod statiques;
mod vues;

pub use cadence::Cadence;
pub use etat::{Demo, Etat, HorlogeMobile};
pub use serveur::servir;
pub use statiques::Statiques;

use axum::Router;

/// Every route, one readable list. What is under `/demo` exists only when the clock can be moved.
pub fn routes(etat: Etat) -> Router {
    let mut routes = Router::new()
        .nest("/api/v1", api::routes().fallback(problemes::introuvable))
        .merge(serveur::sante())
        .merge(pages::routes(&etat));
    if etat.demo.is_some() {
        routes = routes.merge(demo::routes());
    }
    routes
        .method_not_allowed_fallback(problemes::methode)
        .with_state(etat)
}
