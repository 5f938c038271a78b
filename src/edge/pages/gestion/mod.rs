//! The pages of staff: who is at work, the bar that leads from page to page, and the areas behind it.

mod connexion;
mod dossier;
mod liste;

use actors::protocol::{
    ActeGestion, AgentVue, EtapeSession, Etat as EtatDossier, Reponse, Requete,
};
use askama::Template;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::campagne::{Catalogue, EtatTransmis};
use domain::ids::FormationCode;
use domain::personnel::droits::Pouvoir;

use super::visiteur::{Arret, Visiteur};
use crate::edge::Etat;
use crate::textes::{Dit, Textes};
use crate::views::Lien;

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/gestion", get(liste::lister))
        .route(
            "/gestion/second-facteur",
            get(connexion::second).post(connexion::prouver),
        )
        .route(
            "/gestion/invitation",
            get(connexion::invitation).post(connexion::accepter),
        )
        .route("/gestion/dossiers/{id}", get(dossier::lire))
        .route(
            "/gestion/dossiers/{id}/pieces/{code}",
            get(dossier::fichier),
        )
}

/// An area of the staff's pages: where it begins, its name, and the power without which it is not shown.
type Entree = (&'static str, fn(Textes) -> Dit, Pouvoir);

/// The bar: one line per area. A page belongs to the longest of these paths it starts with.
const BARRE: &[Entree] = &[("/gestion", Textes::gestion_dossiers, Pouvoir::Voir)];

/// A member of staff at work on a page: the log-in is whole. Handlers that take one need not check it again;
/// what the person may do is still the counter's to say.
pub(in crate::edge) struct Poste {
    pub(in crate::edge) visiteur: Visiteur,
    pub(in crate::edge) agent: Box<AgentVue>,
}

impl FromRequestParts<Etat> for Poste {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, etat: &Etat) -> Result<Self, Response> {
        let visiteur = Visiteur::from_request_parts(parts, etat)
            .await
            .map_err(IntoResponse::into_response)?;
        let agent = agent(etat, &visiteur)
            .await
            .map_err(IntoResponse::into_response)?;
        if agent.etape != EtapeSession::Complete {
            return Err(Redirect::to("/gestion/second-facteur").into_response());
        }
        Ok(Self { visiteur, agent })
    }
}

impl Poste {
    /// The language of the pages.
    pub(in crate::edge) const fn t(&self) -> Textes {
        self.visiteur.t
    }

    /// Whether the person may do this somewhere; where exactly, the counter says.
    pub(in crate::edge) fn peut(&self, pouvoir: Pouvoir) -> bool {
        self.agent.pouvoirs.contains(&pouvoir)
    }

    /// Asks the actors.
    pub(in crate::edge) async fn lire(
        &self,
        etat: &Etat,
        acte: ActeGestion,
    ) -> Result<Reponse, Arret> {
        gerer(etat, &self.visiteur, acte).await
    }

    /// A page around a body, below the bar.
    pub(in crate::edge) fn page<C: Template>(&self, titre: &str, corps: &C) -> Response {
        let visiteur = self.visiteur.clone().avec_barre(self.barre());
        visiteur.page(titre, corps)
    }

    fn barre(&self) -> Vec<Lien> {
        let permises = BARRE.iter().filter(|(_, _, pouvoir)| self.peut(*pouvoir));
        let mut liens: Vec<Lien> = permises
            .map(|(chemin, texte, _)| Lien::new(*chemin, &texte(self.t())))
            .collect();
        let chemin = self.visiteur.chemin.as_str();
        let dedans = |lien: &&mut Lien| {
            let reste = chemin.strip_prefix(lien.chemin.as_str());
            reste.is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        let ici = liens.iter_mut().filter(dedans);
        if let Some(lien) = ici.max_by_key(|lien| lien.chemin.len()) {
            lien.ici = true;
        }
        liens
    }
}

async fn gerer(etat: &Etat, visiteur: &Visiteur, acte: ActeGestion) -> Result<Reponse, Arret> {
    let session = visiteur.session()?.to_owned();
    let requete = Requete::Gestion { session, acte };
    Ok(etat.guichet.traiter(None, requete).await?)
}

async fn agent(etat: &Etat, visiteur: &Visiteur) -> Result<Box<AgentVue>, Arret> {
    let Reponse::Agent(agent) = gerer(etat, visiteur, ActeGestion::Moi).await? else {
        return Err(Arret::inattendu());
    };
    Ok(agent)
}

fn etat_dit(t: Textes, etat: EtatDossier, catalogue: &Catalogue) -> (String, &'static str) {
    let transmis = catalogue.campagne.as_ref().map(|c| c.etat_transmis);
    let (dit, classe) = match (etat, transmis.unwrap_or_default()) {
        (EtatDossier::EnAttente, _) => (t.etat_en_attente(), ""),
        (EtatDossier::Transmis, EtatTransmis::Receptionne) => (t.etat_receptionne(), "a-faire"),
        (EtatDossier::Transmis, EtatTransmis::Transmis) => (t.etat_transmis(), "a-faire"),
        (EtatDossier::Incomplet, _) => (t.etat_incomplet(), "refus"),
        (EtatDossier::Complet, _) => (t.etat_complet(), "fait"),
        (EtatDossier::Annule, _) => (t.etat_annule(), "ferme"),
    };
    (dit.to_owned(), classe)
}

fn libelle(t: Textes, catalogue: &Catalogue, code: &FormationCode) -> String {
    let formation = catalogue.formations.get(code);
    formation.map_or(code.to_string(), |f| f.libelle.dans(t.langue()).to_owned())
}
