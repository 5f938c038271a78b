//! What was read last of each stream, so that reading it again asks no actor (ADR 0015).
//!
//! A stream's state is what its records fold into: one that was folded up to the last record is the state, whoever folded
//! it. So what an actor told is kept here, and told again for as long as the journal holds nothing after it, which costs
//! one look into the store. Commands still go to the actor, one at a time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use storage::{Store, StoreError, Version};

/// States of one kind in memory; past twice as many the oldest go, and are asked for again when needed.
const MAX_LECTURES: usize = 8192;

/// A state with what it was folded from.
struct Lecture<V> {
    stream: String,
    version: Version,
    etat: Arc<V>,
}

/// Two generations: what is not read for the time of one leaves.
struct Generations<K, V> {
    jeune: HashMap<K, Arc<Lecture<V>>>,
    vieille: HashMap<K, Arc<Lecture<V>>>,
}

/// The states of one kind of stream.
pub(super) struct Lectures<K, V>(RwLock<Generations<K, V>>);

impl<K, V> Default for Lectures<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Generations {
            jeune: HashMap::new(),
            vieille: HashMap::new(),
        }))
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
        let Some(lecture) = self.trouver(id) else {
            return Ok(None);
        };
        let fin = store.ends_at(&lecture.stream, lecture.version)?;
        Ok(fin.then(|| (lecture.version, lecture.etat.clone())))
    }

    fn trouver(&self, id: &K) -> Option<Arc<Lecture<V>>> {
        let lire = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(lecture) = lire.jeune.get(id) {
            return Some(lecture.clone());
        }
        let lecture = lire.vieille.get(id)?.clone();
        drop(lire);
        self.garder(id, lecture.clone());
        Some(lecture)
    }

    /// Keeps what an actor told.
    pub(super) fn retenir(&self, id: &K, stream: String, version: Version, etat: Arc<V>) {
        let lecture = Lecture {
            stream,
            version,
            etat,
        };
        self.garder(id, Arc::new(lecture));
    }

    fn garder(&self, id: &K, lecture: Arc<Lecture<V>>) {
        let mut g = self.0.write().unwrap_or_else(PoisonError::into_inner);
        g.jeune.insert(id.clone(), lecture);
        if g.jeune.len() > MAX_LECTURES {
            g.vieille = std::mem::take(&mut g.jeune);
        }
    }

    /// What was erased leaves memory as well (Q18).
    pub(super) fn oublier(&self, id: &K) {
        let mut g = self.0.write().unwrap_or_else(PoisonError::into_inner);
        g.jeune.remove(id);
        g.vieille.remove(id);
    }

    /// Lets go of what was not read since the last time.
    pub(super) fn vieillir(&self) {
        let mut g = self.0.write().unwrap_or_else(PoisonError::into_inner);
        g.vieille = std::mem::take(&mut g.jeune);
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
        lectures.retenir(&1, "a".to_owned(), 1, Arc::new("un"));
        ecrire(&store, "b").await;
        assert_eq!(
            lue(&lectures),
            Some((1, "un")),
            "another stream is no matter"
        );
        ecrire(&store, "a").await;
        assert_eq!(lue(&lectures), None, "it is older than the journal");
        lectures.retenir(&1, "a".to_owned(), 2, Arc::new("deux"));
        assert_eq!(lue(&lectures), Some((2, "deux")));
        lectures.oublier(&1);
        assert_eq!(lue(&lectures), None);
    }

    #[tokio::test]
    async fn ce_qui_n_est_plus_lu_part_et_ce_qui_l_est_reste() {
        let store = Store::open(Arc::new(MemoryKv::default())).unwrap();
        let lectures = Lectures::default();
        for id in 0..MAX_LECTURES * 3 {
            lectures.retenir(&id, id.to_string(), 0, Arc::new(()));
            assert!(
                lectures.actuelle(&store, &0).unwrap().is_some(),
                "read every time"
            );
        }
        let g = lectures.0.read().unwrap();
        assert!(g.jeune.len() + g.vieille.len() <= 2 * (MAX_LECTURES + 1));
        drop(g);
        lectures.vieillir();
        lectures.vieillir();
        assert!(lectures.actuelle(&store, &0).unwrap().is_none());
    }
}
