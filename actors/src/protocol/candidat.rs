//! What a candidate asks and sees.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use domain::candidat::{Identite, Rebond};
use domain::ids::{CandidatId, DemandeId, DossierId, EntreeId, FormationCode, Numero};
use domain::langue::Langue;
use domain::profil::ine::Ine;
use domain::profil::{Adresse, Baccalaureat, Entree, Informations, Profil, Rubrique};

/// What a candidate with a session does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "acte", rename_all = "snake_case")]
pub enum Acte {
    /// Account, activation, profile.
    Moi,
    /// The same act, if the account still has this version (`If-Match`).
    SiVersion {
        /// The version the asker saw.
        version: u64,
        /// What.
        faire: Box<Acte>,
    },
    /// G12.
    Informations(Box<Informations>),
    /// G13: whether the scolarité knows this person, proved by the birth date; tries are counted.
    ChercherScolarite {
        /// As typed, checked.
        ine: Ine,
        /// Proves that it is the person's own.
        date_naissance: Date,
    },
    /// G13: the person confirmed; saves the form and what the scolarité knows beside it.
    ReprendreScolarite(Box<Informations>),
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
    /// Q41.
    ChangerLangue {
        /// Of mails and pages.
        langue: Langue,
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
    /// What became of the mails we sent (G38).
    Courriers,
    /// The candidate's requests to the support.
    Demandes,
    /// One of them.
    Demande {
        /// Which.
        id: DemandeId,
    },
    /// Writes to the support, in one of them or in a new one.
    EcrireDemande {
        /// In which.
        demande: Option<DemandeId>,
        /// Of a new one.
        objet: String,
        /// What.
        texte: String,
        /// About which dossier.
        dossier: Option<DossierId>,
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
    /// T04–T06, T10, T11, T18–T20.
    AgirDossier {
        /// Which.
        id: DossierId,
        /// What; the dossier refuses what is not for candidates.
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
    /// Our mails to an address of this account come back (G38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebond: Option<Rebond>,
    /// An address that waits for its proof (G10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_en_attente: Option<String>,
    /// Of mails and pages.
    pub langue: Langue,
    /// The single sign-on identity it is joined to (G01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identite: Option<Identite>,
    /// The profile.
    pub profil: Profil,
    /// Live dossiers, for the limits (G22).
    pub dossiers_vivants: Vec<FormationCode>,
    /// Of the account's stream.
    pub version: u64,
}
