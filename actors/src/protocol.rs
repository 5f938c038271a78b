//! What the edge may ask, and what it is answered. These travel on `cmd.*`, in process or over NATS.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::campagne::Evenement as EvenementCampagne;
use domain::dossier::Depot;
use domain::ids::{CandidatId, DossierId, EntreeId, FormationCode, Numero, PieceCode};
use domain::langue::Langue;
use domain::profil::{Adresse, Baccalaureat, Entree, Informations, Profil, Rubrique};
use domain::refus::Refus;

/// The most events of the campaign in one answer; the asker comes back for the rest.
pub const MAX_EVENEMENTS_CAMPAGNE: usize = 200;

/// A request. Forms are already checked and translated into the domain's types.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "requete", rename_all = "snake_case")]
pub enum Requete {
    /// G03, G05: always answered [`Reponse::Fait`], known address or not.
    Inscrire {
        /// Family name.
        nom: String,
        /// First name.
        prenom: String,
        /// Normalised address.
        mail: String,
        /// Checked against G02.
        mot_de_passe: String,
        /// Of the mails.
        langue: Langue,
    },
    /// G04.
    Valider {
        /// From the link.
        jeton: String,
    },
    /// G07: always answered alike.
    RenvoyerLien {
        /// Normalised address.
        mail: String,
    },
    /// G08: always answered alike.
    DemanderReinitialisation {
        /// Normalised address.
        mail: String,
    },
    /// G08.
    Reinitialiser {
        /// From the link.
        jeton: String,
        /// Checked against G02.
        mot_de_passe: String,
    },
    /// G10: the link in the mail to the new address.
    ConfirmerMail {
        /// From the link.
        jeton: String,
    },
    /// Opens a session.
    Connecter {
        /// Candidate number or address.
        identifiant: String,
        /// As typed.
        mot_de_passe: String,
    },
    /// Ends a session; a session that is over already is no fault.
    Deconnecter {
        /// The session's token.
        session: String,
    },
    /// A candidate asks or acts.
    Candidat {
        /// The session's token.
        session: String,
        /// What.
        acte: Acte,
    },
    /// The campaign's events after this many, at most [`MAX_EVENEMENTS_CAMPAGNE`].
    Campagne {
        /// How many the asker has.
        depuis: u64,
    },
    /// Adds or changes what the campaign offers; what is as it was is left out.
    Importer {
        /// New definitions.
        evenements: Vec<EvenementCampagne>,
    },
    /// How the actors and their store are.
    Sante,
}

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

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "reponse", rename_all = "snake_case")]
pub enum Reponse {
    /// Done, nothing to tell.
    Fait,
    /// G04: the account is validated.
    Valide {
        /// The log-in name.
        numero: Numero,
    },
    /// A session is open.
    Session {
        /// The token, shown once.
        jeton: String,
        /// Until when.
        expire_le: Timestamp,
        /// Of whom.
        candidat: CandidatId,
    },
    /// The account.
    Moi(Box<Moi>),
    /// An entry was written.
    Entree {
        /// Under this id.
        id: EntreeId,
        /// The account's version.
        version: u64,
    },
    /// The list.
    Dossiers {
        /// By date of creation.
        dossiers: Vec<DossierVue>,
    },
    /// One.
    Dossier(Box<DossierVue>),
    /// Events of the campaign.
    Campagne {
        /// In order.
        evenements: Vec<EvenementCampagne>,
        /// How many there are in all.
        total: u64,
    },
    /// An import changed this many definitions.
    Importe {
        /// How many.
        changes: u64,
    },
    /// How things are.
    Sante(Sante),
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

/// How the actors are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sante {
    /// Why the store does not take writes, if it does not.
    pub stockage: Option<String>,
    /// Effects that wait.
    pub outbox: u64,
    /// Records in the journal.
    pub position: u64,
    /// Actors in memory.
    pub acteurs: u64,
}

/// Why a request was not served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "faute", rename_all = "snake_case")]
pub enum Faute {
    /// A rule said no.
    Refus(Refus),
    /// No such session, or it is over.
    SessionAbsente,
    /// The number or the password is wrong; which of them is never told (Q12).
    IdentifiantsFaux,
    /// The asker saw an older version (`If-Match`).
    VersionPerimee {
        /// What it is now.
        actuelle: u64,
    },
    /// Too much at once: try again in so many seconds.
    Occupe {
        /// Seconds.
        reessayer_s: u32,
    },
    /// The store does not answer: nothing was done, try again.
    Indisponible {
        /// For the log and the health page.
        raison: String,
    },
}

impl From<Refus> for Faute {
    fn from(refus: Refus) -> Self {
        Self::Refus(refus)
    }
}

impl From<domain::refus::CodeRefus> for Faute {
    fn from(code: domain::refus::CodeRefus) -> Self {
        Self::Refus(code.into())
    }
}

/// What the edge gets.
pub type Resultat = Result<Reponse, Faute>;
