//! Token buckets, bounded in number: how often somebody may do something (Q13).

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The most buckets kept; beyond, those that are full again go first, then the oldest.
const MAX_SEAUX: usize = 100_000;
/// Buckets are spread over this many locks.
const CASIERS: usize = 16;

#[derive(Clone, Copy)]
struct Seau {
    jetons: f64,
    le: Instant,
}

/// Buckets of one kind: so many tokens at most, so many more a second.
pub(crate) struct Seaux {
    capacite: f64,
    par_seconde: f64,
    max: usize,
    // Keys are hashed under a secret of this process: nothing here says who asked what.
    graine: RandomState,
    casiers: Vec<Mutex<HashMap<u64, Seau>>>,
}

impl std::fmt::Debug for Seaux {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seaux")
            .field("capacite", &self.capacite)
            .field("par_seconde", &self.par_seconde)
            .finish_non_exhaustive()
    }
}

impl Seaux {
    /// Buckets of this capacity, refilled at this rate.
    pub(crate) fn new(capacite: f64, par_seconde: f64) -> Self {
        Self {
            capacite: capacite.max(1.0),
            par_seconde: par_seconde.max(1e-6),
            max: MAX_SEAUX / CASIERS,
            graine: RandomState::new(),
            casiers: (0..CASIERS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// The seconds until there is one.
    pub(crate) fn prendre(&self, qui: &impl Hash, maintenant: Instant) -> Result<(), u32> {
        self.avec(qui, maintenant, |seau| {
            if seau.jetons >= 1.0 {
                seau.jetons -= 1.0;
                return Ok(());
            }
            let attente = ((1.0 - seau.jetons) / self.par_seconde).ceil();
            // At most a few hours: the rates are per second, minute or quarter of an hour.
            Err(attente.clamp(1.0, 86_400.0) as u32)
        })
    }

    /// Gives a token back: what it was taken for was no abuse.
    pub(crate) fn rendre(&self, qui: &impl Hash, maintenant: Instant) {
        self.avec(qui, maintenant, |seau| {
            seau.jetons = (seau.jetons + 1.0).min(self.capacite);
        });
    }

    fn avec<T>(
        &self,
        qui: &impl Hash,
        maintenant: Instant,
        faire: impl FnOnce(&mut Seau) -> T,
    ) -> T {
        let cle = self.graine.hash_one(qui);
        let rang = cle as usize % CASIERS;
        // `rang` is below the number of lockers by construction.
        #[expect(clippy::indexing_slicing, reason = "taken modulo the length")]
        let casier = &self.casiers[rang];
        let mut casier = casier.lock().unwrap_or_else(PoisonError::into_inner);
        if casier.len() >= self.max && !casier.contains_key(&cle) {
            self.menager(&mut casier, maintenant);
        }
        let seau = casier.entry(cle).or_insert(Seau {
            jetons: self.capacite,
            le: maintenant,
        });
        let ecoule = maintenant.saturating_duration_since(seau.le).as_secs_f64();
        seau.jetons = (seau.jetons + ecoule * self.par_seconde).min(self.capacite);
        seau.le = maintenant;
        faire(seau)
    }

    /// Makes room: a full bucket says no more than an absent one.
    fn menager(&self, casier: &mut HashMap<u64, Seau>, maintenant: Instant) {
        casier.retain(|_, seau| {
            let ecoule = maintenant.saturating_duration_since(seau.le).as_secs_f64();
            seau.jetons + ecoule * self.par_seconde < self.capacite
        });
        if casier.len() < self.max {
            return;
        }
        let mut dates: Vec<Instant> = casier.values().map(|seau| seau.le).collect();
        dates.sort_unstable();
        if let Some(milieu) = dates.get(dates.len() / 2).copied() {
            casier.retain(|_, seau| seau.le > milieu);
        }
    }

    #[cfg(test)]
    fn combien(&self) -> usize {
        self.casiers.iter().map(|c| c.lock().unwrap().len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn q13_un_seau_se_vide_se_remplit_et_dit_combien_attendre() {
        let seaux = Seaux::new(3.0, 0.5);
        let debut = Instant::now();
        for _ in 0..3 {
            assert_eq!(seaux.prendre(&"elle", debut), Ok(()));
        }
        assert_eq!(seaux.prendre(&"elle", debut), Err(2));
        assert_eq!(seaux.prendre(&"lui", debut), Ok(()), "each has its own");
        assert_eq!(
            seaux.prendre(&"elle", debut + Duration::from_secs(1)),
            Err(1)
        );
        assert_eq!(
            seaux.prendre(&"elle", debut + Duration::from_secs(2)),
            Ok(())
        );
        seaux.rendre(&"elle", debut + Duration::from_secs(2));
        assert_eq!(
            seaux.prendre(&"elle", debut + Duration::from_secs(2)),
            Ok(())
        );
        for _ in 0..9 {
            seaux.rendre(&"elle", debut);
        }
        let plein = (0..9).filter(|_| seaux.prendre(&"elle", debut).is_ok());
        assert_eq!(plein.count(), 3, "never above its capacity");
    }

    #[test]
    fn q13_la_memoire_reste_bornee_et_l_abus_recent_n_est_pas_oublie() {
        let mut seaux = Seaux::new(1.0, 0.001);
        seaux.max = 50;
        let debut = Instant::now();
        for rang in 0..10_000_u64 {
            let maintenant = debut + Duration::from_millis(rang);
            assert_eq!(seaux.prendre(&rang, maintenant), Ok(()));
            assert!(seaux.combien() <= 51 * CASIERS);
            assert!(seaux.prendre(&rang, maintenant).is_err(), "{rang}");
        }
    }
}
