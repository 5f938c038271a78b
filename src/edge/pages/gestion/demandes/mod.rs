//! The support desk: the list of requests, one request with its facts, the inbox as a whole, the mails sent.

mod actes;
mod boite;
mod courrier;
mod demande;
mod fil;
mod filtre;
mod liste;
mod message;
pub(in crate::edge::pages) mod mots;

use actors::protocol::{ActeGestion, FiltreDemandes, Reponse};
use askama::Template;
use axum::Router;
use axum::routing::{get, post};
use domain::demande::EtatDemande;
use domain::ids::CandidatId;
use domain::personnel::droits::Pouvoir;

use super::super::visiteur::Arret;
use super::Poste;
use crate::edge::Etat;
use crate::textes::{Dit, Textes};
use crate::views::{Lien, quand};

/// Requests shown beside something else.
const MAX_COURTES: usize = 8;

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/gestion/demandes", get(liste::lister))
        .route(
            "/gestion/demandes/boite",
            get(boite::montrer).post(boite::regler),
        )
        .route("/gestion/demandes/boite/rejeu", post(boite::rejouer))
        .route("/gestion/demandes/boite/{sha256}", get(boite::original))
        .route("/gestion/demandes/courrier", get(courrier::montrer))
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
        let mut liens = vec![Lien::new("/gestion/demandes", &t.demandes_liste_nav())];
        // The inbox and the mails are of the whole university.
        let droits = &poste.agent.personnel.droits;
        if droits.partout(Pouvoir::VoirDemandes) {
            liens.push(Lien::new("/gestion/demandes/boite", &t.boite_titre()));
            liens.push(Lien::new("/gestion/demandes/courrier", &t.courrier_titre()));
        }
        for lien in &mut liens {
            lien.ici = lien.chemin == poste.visiteur.chemin;
        }
        Self { t, liens }
    }
}

/// A request in a line or two, beside what else is shown of its person.
pub(super) struct Courte {
    pub(super) id: String,
    pub(super) objet: String,
    pub(super) etat: Dit,
    pub(super) classe: &'static str,
    pub(super) dernier: String,
}

/// Requests beside something else, done or not; what was merged is read where it is now.
async fn courtes(etat: &Etat, poste: &Poste, filtre: FiltreDemandes) -> Result<Vec<Courte>, Arret> {
    let filtre = FiltreDemandes {
        toutes: true,
        limite: Some(MAX_COURTES),
        ..filtre
    };
    let acte = ActeGestion::Demandes(Box::new(filtre));
    let Reponse::ListeDemandes(page) = poste.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let t = poste.t();
    let lignes = page.demandes.into_iter();
    Ok(lignes
        .filter(|l| l.etat != EtatDemande::Fusionnee)
        .map(|l| {
            let (etat, classe) = mots::etat(t, l.etat);
            Courte {
                id: l.id.to_string(),
                objet: l.objet,
                etat,
                classe,
                dernier: quand(t, l.dernier_le),
            }
        })
        .collect())
}

/// What a candidate asked, beside their dossier; none for who may not read requests.
pub(super) async fn du_candidat(
    etat: &Etat,
    poste: &Poste,
    candidat: &CandidatId,
) -> Result<Option<Vec<Courte>>, Arret> {
    if !poste.peut(Pouvoir::VoirDemandes) {
        return Ok(None);
    }
    let filtre = FiltreDemandes {
        candidat: Some(candidat.clone()),
        ..FiltreDemandes::default()
    };
    courtes(etat, poste, filtre).await.map(Some)
}
