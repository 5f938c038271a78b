//! Where the committer's thread writes, and what it marks when it does.

use std::sync::Arc;

use crate::stamps::Stamps;
use crate::types::StoreError;
use crate::{Change, Kv};

/// The tables: every write after the opening passes here.
pub(crate) struct Tables {
    pub(crate) kv: Arc<dyn Kv>,
    pub(crate) stamps: Arc<Stamps>,
}

impl Tables {
    /// As [`Kv::apply`].
    pub(crate) fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.marked(changes, |changes| self.kv.apply(changes))
    }

    /// As [`Kv::write`].
    pub(crate) fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.marked(changes, |changes| self.kv.write(changes))
    }

    fn marked(
        &self,
        changes: Vec<Change>,
        write: impl FnOnce(Vec<Change>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.stamps.begin(&changes);
        let written = write(changes);
        self.stamps.end();
        written
    }
}
