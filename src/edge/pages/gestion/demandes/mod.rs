//! The support desk: the list of requests, one request with its facts, the inbox as a whole, the mails sent.

mod actes;
mod demande;
mod fil;
mod filtre;
mod liste;
mod message;
pub(in crate::edge::pages) mod mots;

use askama::Template;
use axum::Router;
use axum::routing::{get, post};

use super::Poste;
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::Lien;

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/gestion/demandes", get(liste::lister))
        .route("/gestion/demandes/{id}", get(demande::lire))
        .route(
            "/gestion/demandes/{id}/messages/{message}",
            get(message::lire),
        )
        .route(
            "/gestion/demandes/{id}/messages/{message}/original",
            get(message::original),
        )
        .route(
            "/gestion/demandes/{id}/messages/{message}/pieces/{rang}",
            get(message::piece),
        )
        .route("/gestion/demandes/{id}/{acte}", post(actes::agir))
}

/// Where one goes from page to page of the desk.
#[derive(Template)]
#[template(
    source = "{% if liens.len() > 1 %}<nav class=\"onglets\" aria-label=\"{{ t.demandes_nav() }}\"><ul>{% for l in liens %}\
              <li><a href=\"{{ l.chemin }}\"{% if l.ici %} aria-current=\"page\"{% endif %}>{{ l.texte }}</a></li>{% endfor %}</ul></nav>{% endif %}",
    ext = "html"
)]
pub(super) struct Onglets {
    t: Textes,
    liens: Vec<Lien>,
}

impl Onglets {
    fn de(poste: &Poste) -> Self {
        let t = poste.t();
        let mut liens = [Lien::new("/gestion/demandes", &t.demandes_liste_nav())];
        for lien in &mut liens {
            lien.ici = lien.chemin == poste.visiteur.chemin;
        }
        Self {
            t,
            liens: liens.to_vec(),
        }
    }
}
