//! The forms of the answers asked for most: written straight from what they are made of, without a tree of values between.

use actors::protocol::{EcheancesVue, Etat, StatutPiece, Trace};
use domain::dossier::Reponse;
use domain::fichier::Fichier;
use domain::ids::{CentreCode, ComposanteCode, DossierId, FormationCode, PieceCode};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
pub(in crate::edge) struct FormationJson<'a> {
    pub(super) code: &'a FormationCode,
    pub(super) libelle: &'a str,
    pub(super) libelle_en: Option<&'a str>,
    pub(super) composante: &'a ComposanteCode,
    pub(super) centre: &'a CentreCode,
    pub(super) niveau: &'a str,
    pub(super) mots_cles: &'a [String],
    pub(super) candidature_debut: Timestamp,
    pub(super) candidature_fin: Timestamp,
    pub(super) retour: Timestamp,
    pub(super) confirmation: Option<Timestamp>,
    pub(super) capacite: Option<u32>,
    pub(super) pieces: &'a [PieceCode],
    pub(super) ouverte: bool,
}

#[derive(Serialize)]
pub(in crate::edge) struct PieceJson<'a> {
    pub(super) code: &'a PieceCode,
    pub(super) libelle: Option<&'a str>,
    pub(super) libelle_en: Option<&'a str>,
    pub(super) aide: Option<&'a str>,
    pub(super) commune: bool,
    pub(super) conditionnelle: bool,
    pub(super) modele: bool,
    pub(super) statut: StatutPiece,
    pub(super) commentaire: Option<&'a str>,
    pub(super) modifiable: bool,
    pub(super) complementaire: bool,
    pub(super) fichier: Option<&'a Fichier>,
    pub(super) non_concerne: bool,
    pub(super) certifie_le: Option<Timestamp>,
}

#[derive(Serialize)]
pub(in crate::edge) struct DossierJson<'a> {
    pub(super) id: &'a DossierId,
    pub(super) etat: Etat,
    pub(super) libelle: &'static str,
    pub(super) formation: Option<FormationJson<'a>>,
    pub(super) pieces: Vec<PieceJson<'a>>,
    pub(super) transmissible: bool,
    pub(super) echu: bool,
    pub(super) cree_le: Timestamp,
    pub(super) transmis_le: Option<Timestamp>,
    pub(super) historique: &'a [Trace],
    pub(super) echeances: &'a EcheancesVue,
    pub(super) decision: Option<Value>,
    pub(super) reponse: Option<Reponse>,
    pub(super) motif_annulation: Option<&'a str>,
    pub(super) chaine: &'a str,
    pub(super) version: u64,
}
