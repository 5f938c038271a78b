//! Names on the bus. None carries a name, an address or an INE: anybody who may listen sees them.

use std::fmt;

/// What every subject starts with.
const ROOT: &str = "postule.v1";

/// A subject of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl Subject {
    /// A command between edge and actors: `postule.v1.cmd.<kind>`.
    pub fn command(kind: &str) -> Self {
        Self(format!("{ROOT}.cmd.{kind}"))
    }

    /// Every command.
    pub fn commands() -> Self {
        Self::command(">")
    }

    /// The scolarité pushes cursus records here.
    pub fn cursus_push() -> Self {
        Self(format!("{ROOT}.scolarite.cursus.push"))
    }

    /// Records that could not be taken, with every reason.
    pub fn cursus_rejet() -> Self {
        Self(format!("{ROOT}.scolarite.cursus.rejet"))
    }

    /// Confirmed admissions.
    pub fn admission() -> Self {
        Self(format!("{ROOT}.scolarite.admission"))
    }

    /// Confirmed admissions given up afterwards.
    pub fn admission_annulation() -> Self {
        Self(format!("{ROOT}.scolarite.admission.annulation"))
    }

    /// What happened to a thing of this kind (`dossier`, `candidat`).
    pub fn event(kind: &str, event: &str) -> Self {
        Self(format!("{ROOT}.evt.{kind}.{event}"))
    }

    /// Every event.
    pub fn events() -> Self {
        Self(format!("{ROOT}.evt.>"))
    }

    /// What all nodes apply in one order; private.
    pub fn journal() -> Self {
        Self(format!("{ROOT}.journal"))
    }

    /// As NATS wants it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request that knows its subject.
pub trait Routed {
    /// Where it goes.
    fn subject(&self) -> Subject;
}
