//! A dossier as its candidate, and as staff, see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::dossier::{Avis, Depot, Fiche, Intitules, Reponse};
use domain::ids::{CandidatId, DossierId, FormationCode, PersonnelId, PieceCode};
use domain::profil::Profil;

/// Where a dossier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Etat {
    /// Being filled in.
    EnAttente,
    /// Handed in.
    Transmis,
    /// Sent back; named pieces open.
    Incomplet,
    /// Checked, ready for the jury.
    Complet,
    /// Dropped.
    Annule,
}

impl Etat {
    /// Each at its own place.
    pub(crate) const TOUS: [Self; 5] = [
        Self::EnAttente,
        Self::Transmis,
        Self::Incomplet,
        Self::Complet,
        Self::Annule,
    ];
}

/// Where a piece stands (`2-domain.md`, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatutPiece {
    /// Nothing is in.
    Attendue,
    /// A file is in.
    Deposee,
    /// A file is being analysed.
    EnAnalyse,
    /// Sworn not to apply.
    NonConcerne,
    /// Good.
    Validee,
    /// To be done again.
    Refusee,
}

/// A piece of a dossier as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceVue {
    /// Which.
    pub code: PieceCode,
    /// Where it stands.
    pub statut: StatutPiece,
    /// What is in; nothing while it is awaited. A refused piece keeps what was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depot: Option<Depot>,
    /// What the manager wrote (G24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commentaire: Option<String>,
    /// Whether the candidate may change it now.
    pub modifiable: bool,
    /// Asked for in addition to the formation's.
    #[serde(default)]
    pub complementaire: bool,
}

/// One line of a dossier's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// When.
    pub le: Timestamp,
    /// The event's stored name.
    pub evenement: String,
    /// The piece it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<PieceCode>,
    /// `candidat`, `gestionnaire`, `commission` or `systeme`.
    pub par: String,
    /// Who on the staff; told to staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personnel: Option<PersonnelId>,
}

/// A released decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionVue {
    /// What.
    #[serde(flatten)]
    pub avis: Avis,
    /// Since when the candidate sees it.
    pub publiee_le: Timestamp,
    /// From the waiting list (T22).
    #[serde(default)]
    pub promue: bool,
    /// The position among those still waiting, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rang_reel: Option<usize>,
    /// The offer waits for its answer, and the date has not passed.
    #[serde(default)]
    pub a_confirmer: bool,
}

/// Dates of this dossier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcheancesVue {
    /// The last moment to transmit.
    pub retour: Option<Timestamp>,
    /// The last moment to confirm.
    pub confirmation: Option<Timestamp>,
}

/// What was handed in at the last transmission, as the receipt proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remise {
    /// When.
    pub transmis_le: Timestamp,
    /// Every piece.
    pub pieces: Vec<(PieceCode, Depot)>,
    /// What everything was called then, if it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intitules: Option<Intitules>,
    /// The version of the stream it made.
    pub version: u64,
    /// The head of the hash chain there, hexadecimal; the receipt signs it.
    pub chaine: String,
}

/// What only staff see of a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GestionVue {
    /// Entered, not released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brouillon: Option<Avis>,
    /// Notes, labels, numbers (T26).
    pub fiche: Fiche,
    /// The profile as handed in, once it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profil: Option<Box<Profil>>,
    /// Proposed by staff (T03).
    #[serde(default)]
    pub proposition: bool,
}

/// A dossier as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierVue {
    /// Itself.
    pub id: DossierId,
    /// Whose.
    pub candidat: CandidatId,
    /// To what.
    pub formation: FormationCode,
    /// Where it stands.
    pub etat: Etat,
    /// Since when.
    pub cree_le: Timestamp,
    /// When it was last handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transmis_le: Option<Timestamp>,
    /// In the formation's order; as handed in once it is transmitted.
    pub pieces: Vec<PieceVue>,
    /// Whether the button is green (G28).
    pub transmissible: bool,
    /// The last moment to transmit has passed (T24).
    pub echu: bool,
    /// The released decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionVue>,
    /// The answer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reponse: Option<Reponse>,
    /// Dates of this dossier.
    pub echeances: EcheancesVue,
    /// Why staff dropped it (T07).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motif_annulation: Option<String>,
    /// The last transmission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remise: Option<Remise>,
    /// What happened, oldest first.
    pub historique: Vec<Trace>,
    /// What only staff see; absent for candidates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gestion: Option<Box<GestionVue>>,
    /// Of its stream.
    pub version: u64,
    /// The head of its hash chain, hexadecimal.
    pub chaine: String,
}
