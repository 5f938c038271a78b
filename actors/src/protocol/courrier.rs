//! What became of the mails sent, provider by provider.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::ids::{CandidatId, Numero};

/// How mails to the addresses of one domain fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fournisseur {
    /// What stands behind the @.
    pub domaine: String,
    /// Mails owed to it.
    pub total: u64,
    /// Not tried yet.
    pub en_file: u64,
    /// Taken by the next server.
    pub envoyes: u64,
    /// Refused for now.
    pub differes: u64,
    /// The address is refused, at once or by a bounce.
    pub refuses: u64,
    /// Given up for another reason.
    pub abandonnes: u64,
    /// Called unwanted by the addressee (S43).
    pub plaintes: u64,
}

/// A candidate whose address is refused today (S42).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdresseRefusee {
    /// The address.
    pub adresse: String,
    /// Whose.
    pub candidat: CandidatId,
    /// The log-in name.
    pub numero: Numero,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Whether the account is validated.
    pub valide: bool,
    /// In the server's words.
    pub raison: String,
    /// Since when.
    pub le: Timestamp,
}

/// A mail to staff or to a commission that did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NonRemis {
    /// When that was known.
    pub le: Timestamp,
    /// The address.
    pub adresse: String,
    /// The provider refuses the address; else it was put off or given up.
    pub refuse: bool,
    /// In the server's words; empty when they were not kept.
    pub raison: String,
}

/// Whether mails arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivrabilite {
    /// Mails owed since then.
    pub depuis: Timestamp,
    /// Of all domains.
    pub tous: Fournisseur,
    /// Those with the most mails, most first.
    pub fournisseurs: Vec<Fournisseur>,
    /// Newest first.
    pub refusees: Vec<AdresseRefusee>,
    /// Mails to staff and commissions that did not arrive, newest first, one for each address.
    pub non_remis: Vec<NonRemis>,
    /// There are more mails than are read: the figures are of a part.
    pub partiel: bool,
}
