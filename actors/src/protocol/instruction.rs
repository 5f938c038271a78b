//! What staff do to dossiers, one by one or in batches.

use serde::{Deserialize, Serialize};

use domain::effet::{CodeMail, MailDu};
use domain::ids::DossierId;

use super::{DossierVue, Etat, Faute, LigneDossier};

/// Dossiers of one batch.
pub const MAX_LOT: usize = 500;
/// Mails of a dry run that are told word for word; of the others who gets which.
pub const MAX_CONTENUS: usize = 50;

/// One act on one dossier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActeDossier {
    /// Which.
    pub dossier: DossierId,
    /// What; what is not for staff is refused.
    pub commande: domain::dossier::Commande,
    /// The version the asker saw (`If-Match`).
    #[serde(default)]
    pub version: Option<u64>,
}

/// Acts over many dossiers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lot {
    /// In this order, at most [`MAX_LOT`].
    pub actes: Vec<ActeDossier>,
    /// Dry run: nothing is done, every mail is told.
    pub essai: bool,
    /// One refusal and nothing is done; otherwise what can be is done.
    pub tout_ou_rien: bool,
}

/// A mail that would leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPrevu {
    /// Which.
    pub code: CodeMail,
    /// To whom.
    pub a: String,
    /// What it is made of, for the first [`MAX_CONTENUS`]; none where it carries a link, whose secret is not for staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contenu: Option<Box<MailDu>>,
}

/// What became of one dossier of a batch; none is passed over in silence (P09).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LigneLot {
    /// Which.
    pub dossier: DossierId,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faute: Option<Faute>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etat: Option<Etat>,
    /// Of its stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// In a dry run, what would leave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mails: Vec<MailPrevu>,
    /// Its row in the list, for who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ligne: Option<Box<LigneDossier>>,
}

impl LigneLot {
    /// Done, or possible.
    pub(crate) fn faite(vue: &DossierVue) -> Self {
        Self {
            dossier: vue.id.clone(),
            faute: None,
            etat: Some(vue.etat),
            version: Some(vue.version),
            mails: Vec::new(),
            ligne: None,
        }
    }

    /// Refused.
    pub(crate) fn refusee(dossier: &DossierId, faute: Faute) -> Self {
        Self {
            dossier: dossier.clone(),
            faute: Some(faute),
            etat: None,
            version: None,
            mails: Vec::new(),
            ligne: None,
        }
    }
}
