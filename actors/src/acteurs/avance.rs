//! An act that is decided before it is known whether this node has everything (docs/adr/0020).

use std::sync::atomic::{AtomicBool, Ordering};

use domain::ids::CandidatId;
use storage::{Append, Batch, Guard};

use super::candidat::ActeurCandidat;
use crate::atelier::CAMPAGNE;
use crate::fil::inchange;

/// By what the asker was let in. It must still be so where the commit gets its place in the order of all nodes; else nothing is
/// done, and the act is decided again by a node that has everything.
#[derive(Debug)]
pub(crate) struct Avance {
    inchanges: [Append; 2],
    session: Guard,
    ecrit: AtomicBool,
}

impl Avance {
    /// The candidate and the campaign, each at its version, and the session's key.
    pub(crate) fn new((qui, version): (&CandidatId, u64), campagne: u64, session: Vec<u8>) -> Self {
        Self {
            inchanges: [
                inchange(&ActeurCandidat::stream(qui), version),
                inchange(CAMPAGNE, campagne),
            ],
            session: Guard::Session(session),
            ecrit: AtomicBool::new(false),
        }
    }

    /// Makes them conditions of a commit.
    pub(super) fn poser(&self, lot: &mut Batch) {
        lot.appends.extend_from_slice(&self.inchanges);
        lot.guards.push(self.session.clone());
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
