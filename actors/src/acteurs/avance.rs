//! An act that is decided before it is known whether this node has everything (docs/adr/0020).

use std::sync::atomic::{AtomicBool, Ordering};

use storage::{Append, Batch, Guard};

use crate::fil::inchange;
use crate::protocol::Faute;

/// By what the asker was let in. It must still be so where the commit gets its place in the order of all nodes; else nothing is
/// done, and the act is decided again by a node that has everything.
#[derive(Debug)]
pub(crate) struct Avance {
    version: u64,
    inchanges: [Append; 2],
    session: Guard,
    ecrit: AtomicBool,
}

impl Avance {
    /// The candidate's stream and the campaign's, each at its version, and the session's key.
    pub(crate) fn new(candidat: (&str, u64), campagne: (&str, u64), session: Vec<u8>) -> Self {
        let inchanges = [candidat, campagne].map(|(stream, version)| inchange(stream, version));
        Self {
            version: candidat.1,
            inchanges,
            session: Guard::Session(session),
            ecrit: AtomicBool::new(false),
        }
    }

    /// Makes them conditions of a commit.
    pub(super) fn poser(&self, lot: &mut Batch) {
        lot.appends.extend_from_slice(&self.inchanges);
        lot.guards.push(self.session.clone());
    }

    /// The candidate's actor knows more than was known when its candidate was let in.
    ///
    /// # Errors
    /// Then.
    pub(super) fn tenir(&self, actuelle: u64) -> Result<(), Faute> {
        if self.version == actuelle {
            return Ok(());
        }
        Err(Faute::VersionPerimee { actuelle })
    }

    /// It was committed under them.
    pub(super) fn ecrire(&self) {
        self.ecrit.store(true, Ordering::Release);
    }

    /// Whether it was: what came of it is so, whatever else happened.
    pub(crate) fn ecrit(&self) -> bool {
        self.ecrit.load(Ordering::Acquire)
    }
}
