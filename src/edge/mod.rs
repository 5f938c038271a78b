//! HTTP: translates, never decides. hyper owns the connections; axum routes.

mod api;
mod bordure;
mod cadence;
mod clients;
mod compression;
mod connexions;
mod crochets;
mod demo;
mod donnees;
mod etat;
mod exports;
mod metriques;
mod outils;
mod pages;
mod presse;
mod prevus;
mod problemes;
mod sante;
mod seaux;
mod serveur;
mod sso;
mod statiques;
mod tls;
mod vues;

pub use cadence::{Cadence, Garde};
pub use crochets::{MAX_MAIL, Secret};
pub use etat::{Demo, Etat, Fonds, HorlogeMobile};
pub use exports::{Minutes, Travaux};
pub use outils::Outils;
pub use sante::{Disque, Sentinelle, Verifier};
pub use serveur::{Porte, servir};
pub(crate) use sso::Client;
pub use sso::{Sso, abritee};
pub use statiques::Statiques;
pub use tls::Certificat;

use axum::Router;

/// Every route, one readable list. What is under `/demo` exists only when the clock can be moved.
pub fn routes(etat: Etat) -> Router {
    let mut routes = Router::new()
        .merge(api::routes())
        .merge(sante::routes())
        .merge(crochets::routes())
        .merge(pages::routes(&etat));
    if etat.demo.is_some() {
        routes = routes.merge(demo::routes());
    }
    routes
        .method_not_allowed_fallback(problemes::methode)
        .layer(bordure::Bordure(etat.clone()))
        .with_state(etat)
}

/// The operator's routes, on an address of their own.
pub fn routes_admin(etat: Etat) -> Router {
    sante::routes_admin()
        .fallback(problemes::introuvable)
        .with_state(etat)
}
