//! Effects as data: what is owed once an event is durable. The relay performs them at least once,
//! with ids derived from the event, so that a repeat is recognised.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{CandidatId, DossierId, FormationCode};
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
}

impl Echeance {
    /// The part of the timer's key that tells it from the others of the same stream.
    pub const fn cle(self) -> &'static str {
        match self {
            Self::ExpirationCompte => "expiration",
            Self::RelanceJ7 => "relance7",
            Self::RelanceJ1 => "relance1",
        }
    }
}

/// What is owed after an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effet", rename_all = "snake_case")]
pub enum Effet {
    /// Send a mail.
    Mail(MailDu),
    /// Create the dossier's stream (T01), idempotently.
    CreerDossier {
        /// The dossier the candidate opened.
        dossier: DossierId,
        /// Whose.
        candidat: CandidatId,
        /// To what.
        formation: FormationCode,
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
}
