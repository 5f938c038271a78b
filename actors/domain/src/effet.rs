//! Effects as data: what is owed once an event is durable. The relay performs them at least once,
//! with ids derived from the event, so that a repeat is recognised.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::campagne::Suites;
use crate::dossier::{Acteur, Convocation};
use crate::ids::{
    CandidatId, DemandeId, DossierId, FormationCode, MotifCode, PersonnelId, PieceCode,
};
use crate::langue::Langue;

/// What a link in a mail is for; part of what its token signs, so that no link serves another end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum But {
    /// Proves the address of a new account (G03).
    Validation,
    /// Sets a new password (G08).
    Reinitialisation,
    /// Proves a new address of an account (G10).
    ChangementMail,
    /// Joins the account to a single sign-on identity (G01).
    Rattachement,
    /// Accepts an invitation to the staff.
    Invitation,
    /// Sets a new password of a member of staff.
    ReinitialisationPersonnel,
}

/// The nonce of a link and its end. The token itself is a keyed hash of these, and is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lien {
    /// Random, hexadecimal; a newer one supersedes.
    pub nonce: String,
    /// From this instant on the link says that it has expired (G04).
    pub expire_le: Timestamp,
}

/// The mails of `2-domain.md`, section 6, by their code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CodeMail {
    /// Account created: link and number (G03).
    CptMinCreate,
    /// New validation link (G07).
    CptMinLienValidOublie,
    /// Password forgotten (G08).
    CptMinMdpOublie,
    /// Address changed: to the new one with the link, to the old one as a warning (G10).
    CptMinModMail,
    /// Account never validated, removed.
    CptMinDelete,
    /// Somebody tried to create a second account with this address (G05).
    CompteExiste,
    /// Dossier created (G21).
    Candidature,
    /// Dossier dropped, to the candidate (T06).
    CandidatureAnnulation,
    /// Dossier dropped, to the commission (T06).
    CommissionAlertAnnulation,
    /// Dossier transmitted, to the candidate (G30).
    StatutRe,
    /// Dossier transmitted, to the commission (T05).
    CommissionAlertTransmission,
    /// The return date is near (T24).
    RelanceTransmission,
    /// Dossier cancelled by staff, with the reason (T07).
    AnnulationGestion,
    /// An offer proposed by staff, to the commission (T03).
    CommissionAlertProposition,
    /// Sent back: pieces, comments, date (T09).
    StatutIn,
    /// The send-back was undone (T12): transmitted again, nothing to do.
    StatutReRepris,
    /// Complete (T13).
    StatutCo,
    /// FA released (T16).
    AvisFavorable,
    /// DE released, with the reason.
    AvisDefavorable,
    /// LC released, with the rank.
    AvisListeComp,
    /// LA released.
    AvisListeAtt,
    /// PR released, with the appointment.
    AvisPreselection,
    /// From the waiting list (T22).
    AvisListePrinc,
    /// From the waiting list, to the commission (T22).
    CommissionAlertListePrinc,
    /// Offer confirmed (T18).
    CandidatureConfirm,
    /// Withdrawn (T19, T20).
    CandidatureDesist,
    /// Withdrawn by the date (T21).
    CandidatureDesistAuto,
    /// Withdrawn, to the commission (T19).
    CommissionAlertDesistement,
    /// The confirmation date is near.
    CandidatureRelanceFavo,
    /// The offer is open again (T23).
    OffreRetablie,
    /// Dates moved (T25).
    Prolongation,
    /// The formation asks for other pieces than before.
    PiecesModifiees,
}

impl CodeMail {
    /// Whether it goes to a commission, about a candidate who does not see it.
    pub const fn commission(self) -> bool {
        match self {
            Self::CommissionAlertAnnulation
            | Self::CommissionAlertTransmission
            | Self::CommissionAlertProposition
            | Self::CommissionAlertListePrinc
            | Self::CommissionAlertDesistement => true,
            Self::CptMinCreate
            | Self::CptMinLienValidOublie
            | Self::CptMinMdpOublie
            | Self::CptMinModMail
            | Self::CptMinDelete
            | Self::CompteExiste
            | Self::Candidature
            | Self::CandidatureAnnulation
            | Self::StatutRe
            | Self::RelanceTransmission
            | Self::AnnulationGestion
            | Self::StatutIn
            | Self::StatutReRepris
            | Self::StatutCo
            | Self::AvisFavorable
            | Self::AvisDefavorable
            | Self::AvisListeComp
            | Self::AvisListeAtt
            | Self::AvisPreselection
            | Self::AvisListePrinc
            | Self::CandidatureConfirm
            | Self::CandidatureDesist
            | Self::CandidatureDesistAuto
            | Self::CandidatureRelanceFavo
            | Self::OffreRetablie
            | Self::Prolongation
            | Self::PiecesModifiees => false,
        }
    }
}

/// A mail that is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailDu {
    /// Which one.
    pub code: CodeMail,
    /// To whom, as it was at the event.
    pub a: String,
    /// In which language.
    pub langue: Langue,
    /// About whom.
    pub candidat: CandidatId,
    /// About which dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dossier: Option<DossierId>,
    /// For which formation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formation: Option<FormationCode>,
    /// The link it carries; the relay makes the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lien: Option<(But, Lien)>,
    /// Days left, for a reminder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jours: Option<u8>,
    /// What it says of the dossier, as it was at the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<DetailsMail>>,
}

/// What a mail says of a dossier beyond its formation, as it was at the event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DetailsMail {
    /// The last moment to transmit this dossier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retour: Option<Timestamp>,
    /// The last moment to confirm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Timestamp>,
    /// The named pieces of a send-back, each with the manager's comment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<(PieceCode, Option<String>)>,
    /// Pieces that are no longer asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retirees: Vec<PieceCode>,
    /// The reason of a refusal (DE).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motif: Option<MotifCode>,
    /// Why staff did it (T07, T23).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raison: Option<String>,
    /// The jury's comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commentaire: Option<String>,
    /// The rank on the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rang: Option<u32>,
    /// The interview or test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convocation: Option<Convocation>,
    /// A second look after a refusal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub appel: bool,
}

/// The mails staff get about their own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CodePersonnel {
    /// Invited: the link to accept.
    Invitation,
    /// Password forgotten: the link.
    MotDePasseOublie,
    /// The password was changed.
    MotDePasseChange,
    /// The second factor was taken away.
    SecondRetire,
    /// A recovery code was used.
    RecoursUtilise,
}

/// A mail that is owed to a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPersonnel {
    /// Which one.
    pub code: CodePersonnel,
    /// To whom.
    pub a: String,
    /// In which language.
    pub langue: Langue,
    /// To which person.
    pub personnel: PersonnelId,
    /// First name.
    pub prenom: String,
    /// The link it carries; the relay makes the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lien: Option<(But, Lien)>,
}

/// An answer to a request, owed to the one who asked (S60).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailDemande {
    /// Of which request.
    pub demande: DemandeId,
    /// Which message of it.
    pub message: String,
    /// To whom.
    pub a: String,
    /// The name beside the address, as its owner wrote it.
    pub nom: String,
    /// The subject it answers.
    pub objet: String,
    /// What it says.
    pub texte: String,
    /// In which language.
    pub langue: Langue,
    /// Nobody wrote it: nobody may answer it without a person (S34).
    pub automatique: bool,
    /// Message-IDs of the thread, nearest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// A command to come, fired once at its instant, also after a restart. The actor checks again then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Echeance {
    /// The account was never validated: remove it.
    ExpirationCompte,
    /// The return date is 7 days off (T24).
    RelanceJ7,
    /// The return date is 1 day off (T24).
    RelanceJ1,
    /// The confirmation date is 2 days off.
    RelanceConfirmation,
    /// The confirmation date has passed (T21).
    FinConfirmation,
    /// The account that was never validated has been gone for a day: its data leaves (Q18).
    Effacement,
    /// A campaign was archived as long ago as the retention says: its people's data leaves (Q18).
    Purge,
}

impl Echeance {
    /// All of them.
    pub const TOUTES: [Self; 7] = [
        Self::ExpirationCompte,
        Self::RelanceJ7,
        Self::RelanceJ1,
        Self::RelanceConfirmation,
        Self::FinConfirmation,
        Self::Effacement,
        Self::Purge,
    ];

    /// The part of the timer's key that tells it from the others of the same stream.
    pub const fn cle(self) -> &'static str {
        match self {
            Self::ExpirationCompte => "expiration",
            Self::RelanceJ7 => "relance7",
            Self::RelanceJ1 => "relance1",
            Self::RelanceConfirmation => "relance_confirmation",
            Self::FinConfirmation => "fin_confirmation",
            Self::Effacement => "effacement",
            Self::Purge => "purge",
        }
    }
}

/// What is owed after an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effet", rename_all = "snake_case")]
pub enum Effet {
    /// Send a mail.
    Mail(MailDu),
    /// Send a mail to a member of staff.
    MailPersonnel(MailPersonnel),
    /// Send the answer to a request.
    MailDemande(MailDemande),
    /// Create the dossier's stream (T01), idempotently.
    CreerDossier {
        /// The dossier the candidate opened.
        dossier: DossierId,
        /// Whose.
        candidat: CandidatId,
        /// To what.
        formation: FormationCode,
        /// By whom: the candidate, or staff (T02).
        #[serde(default)]
        par: Acteur,
        /// Proposed by staff (T03).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        proposition: bool,
    },
    /// Free the place a dropped dossier took in the candidate's limits (T06), idempotently.
    CloreDossier {
        /// The dossier that ended.
        dossier: DossierId,
        /// Whose.
        candidat: CandidatId,
    },
    /// Set a timer of this stream, or move it.
    Armer {
        /// Which.
        echeance: Echeance,
        /// When.
        le: Timestamp,
    },
    /// Drop a timer of this stream.
    Desarmer {
        /// Which.
        echeance: Echeance,
    },
    /// Promote the first on the formation's list while a place is free (T22), idempotently.
    PromouvoirListe {
        /// Where.
        formation: FormationCode,
    },
    /// What a change of the campaign brings to the dossiers of a formation.
    Suivre(Suites),
    /// Tell the world, over NATS; without NATS there is nobody to tell.
    Publier(Publication),
}

/// What leaves on a subject of the contract. No name, address or INE: whoever needs those asks by the ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sujet")]
pub enum Publication {
    /// A confirmed admission: what the scolarité needs is read from the candidate and the dossier when it leaves.
    #[serde(rename = "scolarite.admission")]
    Admission {
        /// Of whom.
        candidat: CandidatId,
        /// By which dossier.
        dossier: DossierId,
        /// To what.
        formation: FormationCode,
        /// When it was confirmed.
        le: Timestamp,
    },
    /// A confirmed admission given up afterwards.
    #[serde(rename = "scolarite.admission.annulation")]
    AdmissionAnnulation {
        /// Of whom.
        candidat: CandidatId,
        /// By which dossier.
        dossier: DossierId,
        /// To what.
        formation: FormationCode,
        /// When it was given up.
        le: Timestamp,
    },
    /// `evt.candidat.<evenement>`.
    #[serde(rename = "evt.candidat")]
    Candidat {
        /// The event's stored name, the last part of the subject.
        evenement: String,
        /// Whose account.
        candidat: CandidatId,
    },
    /// `evt.dossier.<evenement>`.
    #[serde(rename = "evt.dossier")]
    Dossier {
        /// The event's stored name, the last part of the subject.
        evenement: String,
        /// Which.
        dossier: DossierId,
        /// To what.
        formation: FormationCode,
    },
}
