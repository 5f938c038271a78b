//! What happened, for anyone: ids only, no personal data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// On `evt.candidat.*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvenementCandidat {
    /// 1.
    pub version: u32,
    /// Unique; the same in `Nats-Msg-Id`.
    pub id: String,
    /// The last part of the subject.
    pub evenement: String,
    /// The account, an opaque id.
    pub candidat: String,
}

/// On `evt.dossier.*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvenementDossier {
    /// 1.
    pub version: u32,
    /// Unique; the same in `Nats-Msg-Id`.
    pub id: String,
    /// The last part of the subject.
    pub evenement: String,
    /// The dossier, an opaque id.
    pub dossier: String,
    /// Code of the formation.
    pub formation: String,
}
