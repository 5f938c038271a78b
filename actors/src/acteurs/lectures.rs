//! What was read last of each stream, so that reading it again asks no actor (ADR 0015).
//!
//! A stream's state is what its records fold into: one that was folded up to the last record is the state, whoever folded
//! it. So what an actor told is kept here, and told again for as long as the journal holds nothing after it. That is
//! one look into the store, and none while the stream's stamp is the one of the last look (ADR 0019). Commands still go
//! to the actor, one at a time.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use storage::{Stamp, Store, StoreError, Version};

use crate::generations::Generations;

/// A state with what it was folded from.
struct Lecture<V> {
    stream: String,
    version: Version,
    etat: Arc<V>,
    /// The stream's stamp when the store was last found to hold nothing after the version.
    vue: AtomicU64,
}

/// The states of one kind of stream.
pub(super) struct Lectures<K, V>(Generations<K, Arc<Lecture<V>>>);

impl<K, V> Default for Lectures<K, V> {
    fn default() -> Self {
        Self(Generations::default())
    }
}

impl<K: Eq + Hash + Clone, V> Lectures<K, V> {
    /// The state and its version, if it is known and nothing was written since.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn actuelle(
        &self,
        store: &Store,
        id: &K,
    ) -> Result<Option<(Version, Arc<V>)>, StoreError> {
        let Some(lecture) = self.0.trouver(id) else {
            return Ok(None);
        };
        let vue = Stamp::new(lecture.vue.load(Ordering::Relaxed));
        let maintenant = store.stream_stamp(&lecture.stream);
        if !maintenant.stands(vue) {
            if !store.ends_at(&lecture.stream, lecture.version)? {
                return Ok(None);
            }
            lecture.vue.store(maintenant.get(), Ordering::Relaxed);
        }
        Ok(Some((lecture.version, lecture.etat.clone())))
    }

    /// Keeps what an actor told, with the stamp under which it is so. Where there is none, the first to ask for it looks whether
    /// the store says the same.
    pub(super) fn retenir(
        &self,
        id: &K,
        stream: String,
        (version, vue): (Version, Stamp),
        etat: Arc<V>,
    ) {
        let lecture = Lecture {
            stream,
            version,
            etat,
            vue: AtomicU64::new(vue.get()),
        };
        self.0.garder(id, Arc::new(lecture));
    }

    /// What was erased leaves memory as well (Q18).
    pub(super) fn oublier(&self, id: &K) {
        self.0.oublier(id);
    }

    /// Lets go of what was not read since the last time.
    pub(super) fn vieillir(&self) {
        self.0.vieillir();
    }
}

#[cfg(test)]
mod tests {
    use storage::{Append, Batch, Expected, MemoryKv};

    use super::*;

    async fn ecrire(store: &Store, stream: &str) {
        let lot = Batch {
            appends: vec![Append {
                stream: stream.to_owned(),
                expected: Expected::Any,
                events: vec![b"fait".to_vec()],
            }],
            ..Batch::default()
        };
        store.commit(lot).await.unwrap();
    }

    #[tokio::test]
    async fn une_lecture_vaut_tant_que_rien_n_est_ecrit_apres() {
        let store = Store::open(Arc::new(MemoryKv::default())).unwrap();
        let lectures = Lectures::default();
        let lue = |lectures: &Lectures<u8, &'static str>| {
            let lue = lectures.actuelle(&store, &1).unwrap();
            lue.map(|(version, etat)| (version, *etat))
        };
        assert_eq!(lue(&lectures), None);
        ecrire(&store, "a").await;
        lectures.retenir(&1, "a".to_owned(), (1, Stamp::UNSETTLED), Arc::new("un"));
        ecrire(&store, "b").await;
        assert_eq!(
            lue(&lectures),
            Some((1, "un")),
            "another stream is no matter"
        );
        ecrire(&store, "a").await;
        assert_eq!(lue(&lectures), None, "it is older than the journal");
        lectures.retenir(&1, "a".to_owned(), (2, Stamp::UNSETTLED), Arc::new("deux"));
        assert_eq!(lue(&lectures), Some((2, "deux")));
        assert_eq!(lue(&lectures), Some((2, "deux")), "by its stamp");
        ecrire(&store, "a").await;
        assert_eq!(lue(&lectures), None, "the stamp moved");
        lectures.retenir(&1, "a".to_owned(), (2, Stamp::UNSETTLED), Arc::new("deux"));
        assert_eq!(lue(&lectures), None, "told by an actor that was behind");
        lectures.oublier(&1);
        assert_eq!(lue(&lectures), None);
    }
}
