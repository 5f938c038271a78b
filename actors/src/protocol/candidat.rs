//! What a candidate asks and sees.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::dossier::Depot;
use domain::ids::{CandidatId, DossierId, EntreeId, FormationCode, Numero, PieceCode};
use domain::langue::Langue;
use domain::profil::{Adresse, Baccalaureat, Entree, Informations, Profil, Rubrique};

/// What a candidate with a session does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "acte", rename_all = "snake_case")]
pub enum Acte {
    /// Account, activation, profile.
    Moi,
    /// G12.
    Informations(Box<Informations>),
    /// G16.
    Adresse(Box<Adresse>),
    /// G17.
    Baccalaureat {
        /// The section.
        baccalaureat: Box<Baccalaureat>,
    },
    /// G10.
    ChangerMail {
        /// Normalised new address.
        mail: String,
    },
    /// With the present one.
    ChangerMotDePasse {
        /// The present one.
        actuel: String,
        /// Checked against G02.
        nouveau: String,
    },
    /// G19: a new entry when `id` is absent.
    EcrireEntree {
        /// Of which kind.
        rubrique: Rubrique,
        /// Which, to change it.
        id: Option<EntreeId>,
        /// Its content.
        entree: Entree,
    },
    /// G19.
    RetirerEntree {
        /// Of which kind.
        rubrique: Rubrique,
        /// Which.
        id: EntreeId,
    },
    /// The candidate's table (G21).
    Dossiers,
    /// One dossier.
    Dossier {
        /// Which.
        id: DossierId,
    },
    /// T01.
    OuvrirDossier {
        /// To what.
        formation: FormationCode,
    },
    /// T04–T06.
    AgirDossier {
        /// Which.
        id: DossierId,
        /// What; [`domain::dossier::Commande::Creer`] and `Rappeler` are not for candidates.
        commande: domain::dossier::Commande,
        /// The version the asker saw (`If-Match`).
        version: Option<u64>,
    },
}

/// Account, activation and profile of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moi {
    /// Itself.
    pub id: CandidatId,
    /// The log-in name.
    pub numero: Numero,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// The proved address.
    pub mail: String,
    /// An address that waits for its proof (G10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_en_attente: Option<String>,
    /// Of mails and pages.
    pub langue: Langue,
    /// The profile.
    pub profil: Profil,
    /// Live dossiers, for the limits (G22).
    pub dossiers_vivants: Vec<FormationCode>,
    /// Of the account's stream.
    pub version: u64,
}

/// Where a dossier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Etat {
    /// Being filled in.
    EnAttente,
    /// Handed in.
    Transmis,
    /// Dropped.
    Annule,
}

/// A piece of a dossier as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceVue {
    /// Which.
    pub code: PieceCode,
    /// What is in; nothing while it is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depot: Option<Depot>,
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
    /// When it was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transmis_le: Option<Timestamp>,
    /// In the formation's order; as handed in once it is transmitted.
    pub pieces: Vec<PieceVue>,
    /// Whether the button is green (G28).
    pub transmissible: bool,
    /// The last moment to transmit has passed (T24).
    pub echu: bool,
    /// What happened, oldest first.
    pub historique: Vec<Trace>,
    /// Of its stream.
    pub version: u64,
    /// The head of its hash chain, hexadecimal; the receipt signs it.
    pub chaine: String,
}
