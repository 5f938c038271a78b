//! What was read last, by its key: bounded, and shared by whoever reads it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

/// Values of one kind in memory; past twice as many the oldest go, and are made again when needed.
const MAX: usize = 8192;

/// Two generations: what is not read for the time of one leaves.
pub(crate) struct Generations<K, V>(RwLock<Deux<K, V>>);

struct Deux<K, V> {
    jeune: HashMap<K, V>,
    vieille: HashMap<K, V>,
}

impl<K, V> Deux<K, V> {
    /// The young one becomes the old one; what was the old one leaves.
    fn passer(&mut self) -> HashMap<K, V> {
        std::mem::replace(&mut self.vieille, std::mem::take(&mut self.jeune))
    }
}

impl<K, V> Default for Generations<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Deux {
            jeune: HashMap::new(),
            vieille: HashMap::new(),
        }))
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Generations<K, V> {
    /// The value, which stays for as long again.
    pub(crate) fn trouver(&self, cle: &K) -> Option<V> {
        let lire = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(valeur) = lire.jeune.get(cle) {
            return Some(valeur.clone());
        }
        let valeur = lire.vieille.get(cle)?.clone();
        drop(lire);
        self.garder(cle, valeur.clone());
        Some(valeur)
    }

    /// Keeps a value, instead of the one there was.
    pub(crate) fn garder(&self, cle: &K, valeur: V) {
        let mut g = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let avant = g.jeune.insert(cle.clone(), valeur);
        let partie = (g.jeune.len() > MAX).then(|| g.passer());
        // What leaves is freed when nobody waits for the lock.
        drop(g);
        drop((avant, partie));
    }

    /// Lets go of it at once.
    pub(crate) fn oublier(&self, cle: &K) {
        let mut g = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let avant = (g.jeune.remove(cle), g.vieille.remove(cle));
        drop(g);
        drop(avant);
    }

    /// Lets go of what was not read since the last time.
    pub(crate) fn vieillir(&self) {
        let mut g = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let partie = g.passer();
        drop(g);
        drop(partie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ce_qui_n_est_plus_lu_part_et_ce_qui_l_est_reste() {
        let valeurs = Generations::default();
        for cle in 0..MAX * 3 {
            valeurs.garder(&cle, ());
            assert!(valeurs.trouver(&0).is_some(), "read every time");
        }
        let g = valeurs.0.read().unwrap();
        assert!(g.jeune.len() + g.vieille.len() <= 2 * (MAX + 1));
        drop(g);
        valeurs.vieillir();
        valeurs.vieillir();
        assert!(valeurs.trouver(&0).is_none());
    }
}
