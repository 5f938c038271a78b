//! The JSON API of the contract, `/api/v1`.

pub(super) mod accuses;
mod apercus;
pub(super) mod campagne;
mod comptes;
mod corps;
pub(super) mod demandes;
pub(super) mod dossiers;
mod formations;
mod gestion;
mod instruction;
mod liste;
pub(super) mod mails;
mod moi;
mod openapi;
mod operations;
mod operations_gestion;
pub(super) mod pieces;
mod pv;
mod reception;
mod sorties;
pub(super) mod statistiques;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, any, get, post, put};

use super::{Etat, problemes};
pub(super) use gestion::Voulus as FiltreListe;
pub(super) use pieces::disposition;
pub(super) use pv::illisible;

/// Bytes of a multipart body around one file.
const MAX_MULTIPART: usize = 4 * 1024 * 1024 + 64 * 1024;

/// What every path of the API begins with.
const PREFIXE: &str = "/api/v1";

/// Routes below [`PREFIXE`], each kept under its whole path: axum's own nesting writes the address of every request
/// anew.
#[derive(Default)]
pub(super) struct Api(Router<Etat>);

impl Api {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn route(self, chemin: &str, methodes: MethodRouter<Etat>) -> Self {
        Self(self.0.route(&format!("{PREFIXE}{chemin}"), methodes))
    }

    pub(super) fn merge(self, autres: Self) -> Self {
        Self(self.0.merge(autres.0))
    }

    pub(super) fn layer(self, limite: DefaultBodyLimit) -> Self {
        Self(self.0.layer(limite))
    }
}

pub(super) fn routes() -> Router<Etat> {
    let Api(routes) = contrat();
    // What leads nowhere there is answered as the rest of the API, not by a page.
    routes.route(
        &format!("{PREFIXE}/{{*reste}}"),
        any(problemes::introuvable),
    )
}

fn contrat() -> Api {
    let fichiers = Api::new()
        .route(
            "/dossiers/{id}/pieces/{code}",
            put(pieces::deposer)
                .get(pieces::lire)
                .delete(pieces::retirer),
        )
        .layer(DefaultBodyLimit::max(MAX_MULTIPART));
    Api::new()
        .route("/formations", get(formations::offre))
        .route("/pieces/{code}/modele", get(pieces::modele))
        .route("/moi/courriers", get(moi::courriers))
        .route("/moi/donnees", get(moi::donnees))
        .route("/moi/donnees.zip", get(moi::archive))
        .route(
            "/session",
            post(comptes::connecter).delete(comptes::deconnecter),
        )
        .route("/moi", get(moi::lire))
        .route("/moi/informations", put(moi::informations))
        .route("/moi/adresse", put(moi::adresse))
        .route("/moi/baccalaureat", put(moi::baccalaureat))
        .route("/moi/mail", put(moi::mail))
        .route("/moi/langue", put(moi::langue))
        .route("/moi/mot-de-passe", put(moi::mot_de_passe))
        .route("/moi/cursus-internes", get(moi::cursus_internes))
        .route(
            "/moi/demandes",
            get(demandes::les_miennes).post(demandes::demander),
        )
        .route("/moi/demandes/{id}", get(demandes::la_mienne))
        .route("/moi/demandes/{id}/messages", post(demandes::ajouter))
        .route("/moi/{rubrique}", get(moi::entrees).post(moi::ajouter))
        .route(
            "/moi/{rubrique}/{id}",
            get(moi::entree).put(moi::changer).delete(moi::retirer),
        )
        .route("/dossiers", get(dossiers::lister).post(dossiers::ouvrir))
        .route("/dossiers/{id}", get(dossiers::lire))
        .route("/dossiers/{id}/transmission", post(dossiers::transmettre))
        .route("/dossiers/{id}/confirmation", post(dossiers::confirmer))
        .route("/dossiers/{id}/desistement", post(dossiers::se_desister))
        .route("/dossiers/{id}/annulation", post(dossiers::annuler))
        .route("/dossiers/{id}/pieces/{code}/tiroir", post(pieces::puiser))
        .route("/dossiers/{id}/accuse", get(dossiers::accuse_voulu))
        .route("/dossiers/{id}/accuse.json", get(dossiers::accuse))
        .route("/dossiers/{id}/accuse.pdf", get(dossiers::accuse_pdf))
        .route("/dossiers/{id}/lettre.pdf", get(dossiers::lettre_pdf))
        .route("/accuses/cle", get(accuses::cle))
        .route("/accuses/verification", post(accuses::verifier))
        .route("/openapi.json", get(openapi::json))
        .route("/docs", get(openapi::page))
        .route(
            "/dossiers/{id}/pieces/{code}/non-concerne",
            post(pieces::declarer).delete(pieces::revenir),
        )
        .merge(inscription())
        .merge(gestion::routes())
        .merge(demandes::routes())
        .merge(instruction::routes())
        .merge(campagne())
        .merge(mails::routes())
        .merge(sorties::routes())
        .merge(fichiers)
}

/// Accounts, before any session.
fn inscription() -> Api {
    Api::new()
        .route("/comptes", post(comptes::creer))
        .route("/comptes/validation", post(comptes::valider))
        .route("/comptes/code-perdu", post(comptes::code_perdu))
        .route(
            "/comptes/mot-de-passe-oublie",
            post(comptes::mot_de_passe_oublie),
        )
        .route("/comptes/mot-de-passe", post(comptes::mot_de_passe))
        .route("/comptes/nouvelle-adresse", post(comptes::nouvelle_adresse))
        .route("/comptes/adresse", post(comptes::corriger_adresse))
}

/// The campaign and its definitions.
fn campagne() -> Api {
    use campagne as c;
    let fichiers = Api::new()
        .route(
            "/gestion/pieces/{code}/modele",
            put(c::deposer_modele).delete(c::retirer_modele),
        )
        .layer(DefaultBodyLimit::max(MAX_MULTIPART));
    let import = Api::new()
        .route("/gestion/campagne/import", post(c::importer))
        .layer(DefaultBodyLimit::max(c::MAX_FICHIER));
    Api::new()
        .route("/gestion/campagne", get(c::campagne).put(c::regler))
        .route("/gestion/campagne/fichier", get(c::exporter))
        .route("/gestion/campagne/historique", get(c::historique))
        .route("/gestion/campagne/fermeture", post(c::fermer))
        .route("/gestion/campagne/suivante", post(c::ouvrir_suivante))
        .route("/gestion/effacements", post(c::effacer))
        .route("/gestion/formations", get(c::lister).post(c::creer))
        .route(
            "/gestion/formations/{code}",
            get(c::definition).put(c::definir).delete(c::retirer),
        )
        .route("/gestion/pieces", get(c::lister).post(c::creer))
        .route(
            "/gestion/pieces/{code}",
            get(c::definition).put(c::definir).delete(c::retirer),
        )
        .route("/gestion/centres", get(c::lister).post(c::creer))
        .route(
            "/gestion/centres/{code}",
            get(c::definition).put(c::definir).delete(c::retirer),
        )
        .route("/gestion/composantes", get(c::lister).post(c::creer))
        .route(
            "/gestion/composantes/{code}",
            get(c::definition).put(c::definir).delete(c::retirer),
        )
        .route("/gestion/commissions", get(c::lister).post(c::creer))
        .route(
            "/gestion/commissions/{code}",
            get(c::definition).put(c::definir).delete(c::retirer),
        )
        .route("/gestion/motifs", get(c::lister).post(c::creer))
        .route(
            "/gestion/motifs/{code}",
            get(c::definition).put(c::definir).delete(c::retirer),
        )
        .merge(fichiers)
        .merge(import)
}
