//! The pages of staff: who is at work, the bar that leads from page to page, and the areas behind it.

mod actes;
mod commentaires;
pub(super) mod connexion;
mod decisions;
pub(super) mod demandes;
mod dossier;
mod examen;
mod filtre;
mod liste;
mod lots;
mod mails;
mod nouveau;
mod perime;
mod sorties;

use actors::protocol::{
    ActeGestion, AgentVue, Collegue, DossierVue, EtapeSession, Etat as EtatDossier, Faute,
    PlacesVue, Reponse, Requete, Resultat, Trace,
};
use askama::Template;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::campagne::{Catalogue, EtatTransmis};
use domain::ids::{FormationCode, PersonnelId};
use domain::personnel::droits::Pouvoir;

use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::Etat;
use crate::textes::{Dit, Textes};
use crate::views::{Lien, quand};

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/gestion", get(liste::lister))
        .route("/gestion/vues", post(liste::garder))
        .route("/gestion/lots", post(lots::agir))
        .route("/gestion/decisions", get(decisions::montrer))
        .route("/gestion/formations/{code}/liste", get(decisions::liste))
        .route(
            "/gestion/commentaires",
            get(commentaires::montrer).post(commentaires::changer),
        )
        .route(
            "/gestion/dossiers/nouveau",
            get(nouveau::demander).post(nouveau::creer),
        )
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
        .route(
            "/gestion/dossiers/{id}/pieces/{code}/decision",
            post(examen::decider),
        )
        .route("/gestion/dossiers/{id}/{acte}", post(examen::noter))
        .merge(demandes::routes())
        .merge(sorties::routes())
}

/// An area of the staff's pages: where it begins, its name, and the power without which it is not shown.
type Entree = (&'static str, fn(Textes) -> Dit, Pouvoir);

/// The bar: one line per area. A page belongs to the longest of these paths it starts with.
const BARRE: &[Entree] = &[
    ("/gestion", Textes::gestion_dossiers, Pouvoir::Voir),
    ("/gestion/decisions", Textes::decisions_titre, Pouvoir::Voir),
    (
        "/gestion/demandes",
        Textes::demandes_titre,
        Pouvoir::VoirDemandes,
    ),
    (
        "/gestion/campagne",
        Textes::campagne_titre,
        Pouvoir::GererFormations,
    ),
    (
        "/gestion/personnel",
        Textes::personnel_titre,
        Pouvoir::GererPersonnel,
    ),
    ("/gestion/audit", Textes::audit_titre, Pouvoir::LireAudit),
    ("/gestion/acces", Textes::acces_titre, Pouvoir::Voir),
    (
        "/gestion/tableau",
        Textes::tableau_titre,
        Pouvoir::Statistiques,
    ),
    ("/gestion/exports", Textes::sorties_titre, Pouvoir::Exporter),
    ("/gestion/pv", Textes::pv_barre, Pouvoir::SaisirAvis),
];

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
    pub(in crate::edge) fn t(&self) -> Textes {
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

    /// Does what a form asks, once however often it is sent. The proof is checked before.
    pub(in crate::edge) async fn agir(
        &self,
        etat: &Etat,
        saisie: &Saisie,
        acte: ActeGestion,
    ) -> Resultat {
        let session = self.visiteur.session().map_err(|_| Faute::SessionAbsente)?;
        let requete = Requete::Gestion {
            session: session.to_owned(),
            acte,
        };
        etat.guichet.traiter(saisie.commande(), requete).await
    }

    /// Checks that a form comes from a page of this session.
    pub(in crate::edge) fn verifier(&self, saisie: &Saisie) -> Result<(), Arret> {
        self.visiteur.verifier(saisie.brut("preuve").as_deref())
    }

    /// Everybody on the staff, by name.
    async fn collegues(&self, etat: &Etat) -> Result<Vec<Collegue>, Arret> {
        let Reponse::Collegues { collegues } = self.lire(etat, ActeGestion::Collegues).await?
        else {
            return Err(Arret::inattendu());
        };
        Ok(collegues)
    }

    /// Ranks, offers and confirmed admissions of a formation.
    async fn places(&self, etat: &Etat, formation: FormationCode) -> Result<PlacesVue, Arret> {
        let acte = ActeGestion::Places { formation };
        let Reponse::Places(places) = self.lire(etat, acte).await? else {
            return Err(Arret::inattendu());
        };
        Ok(*places)
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

/// Where a form leads back to: a page of staff, whatever was sent.
fn chemin_de_retour(saisie: &Saisie) -> String {
    let demande = saisie.texte("retour_a").unwrap_or_default();
    let ici = demande == "/gestion"
        || ["/gestion?", "/gestion/", "/gestion#"]
            .iter()
            .any(|debut| demande.starts_with(debut));
    if ici && !demande.contains(['\\', '\n', '\r']) {
        demande
    } else {
        "/gestion".to_owned()
    }
}

/// What happened to a dossier, newest first: when, what, who.
fn historique(
    t: Textes,
    dossier: &DossierVue,
    catalogue: &Catalogue,
    gens: &[Collegue],
) -> Vec<(String, String, String)> {
    let lignes = dossier.historique.iter().rev();
    let qui = |trace: &Trace| match &trace.personnel {
        Some(id) => nom_de(id, gens),
        None if trace.par == "candidat" => t.hist_candidat().to_owned(),
        None => String::new(),
    };
    lignes
        .map(|trace| {
            let quoi = match trace.evenement.as_str() {
                "piece_decidee" => t.hist_piece_decidee(piece_dite(t, catalogue, trace)),
                "avis_saisi" => t.hist_avis_saisi().to_owned(),
                "avis_retire" => t.hist_avis_retire().to_owned(),
                "examen_rouvert" => t.hist_examen_rouvert().to_owned(),
                "dossier_propose" => t.hist_propose().to_owned(),
                "annote" => t.hist_annote().to_owned(),
                _ => super::dossiers::trace(t, trace, catalogue),
            };
            (quand(t, trace.le), quoi, qui(trace))
        })
        .collect()
}

fn piece_dite(t: Textes, catalogue: &Catalogue, trace: &Trace) -> String {
    let code = trace.piece.as_ref();
    let def = code.and_then(|code| catalogue.pieces.get(code));
    def.map_or_else(
        || code.map(ToString::to_string).unwrap_or_default(),
        |d| d.libelle.dans(t.langue()).to_owned(),
    )
}

/// A member of staff by name; by id when they are no longer known.
fn nom_de(id: &PersonnelId, gens: &[Collegue]) -> String {
    let connu = gens.iter().find(|c| c.id == *id);
    connu.map_or_else(|| id.to_string(), |c| c.nom.clone())
}

/// The visitor of a staff page, whose pages come below the bar; the log-in is whole.
pub(in crate::edge) struct Bureau(pub(in crate::edge) Visiteur);

impl FromRequestParts<Etat> for Bureau {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, etat: &Etat) -> Result<Self, Response> {
        let poste = Poste::from_request_parts(parts, etat).await?;
        let barre = poste.barre();
        Ok(Self(poste.visiteur.avec_barre(barre)))
    }
}

pub(super) async fn gerer(
    etat: &Etat,
    visiteur: &Visiteur,
    acte: ActeGestion,
) -> Result<Reponse, Arret> {
    let session = visiteur.session()?.to_owned();
    let requete = Requete::Gestion { session, acte };
    Ok(etat.guichet.traiter(None, requete).await?)
}

pub(super) async fn agent(etat: &Etat, visiteur: &Visiteur) -> Result<Box<AgentVue>, Arret> {
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
