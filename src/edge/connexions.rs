//! The connections that are open: so many per address, and the idle ones make room (Q19).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Open connections, by address.
#[derive(Debug)]
pub(super) struct Registre {
    max: usize,
    debut: Instant,
    presents: Mutex<HashMap<IpAddr, Vec<Arc<Occupant>>>>,
}

/// One open connection.
#[derive(Debug)]
pub(super) struct Occupant {
    /// When it last began or ended a request: nanoseconds since the register was made.
    vu: AtomicU64,
    /// Whether it ever asked anything.
    servi: AtomicBool,
    /// Requests under way.
    en_cours: AtomicUsize,
    /// It is asked to close.
    pub(super) fermer: Notify,
}

/// Leaves the register when dropped.
pub(super) struct Place {
    registre: Arc<Registre>,
    adresse: IpAddr,
    pub(super) occupant: Arc<Occupant>,
}

/// A request under way on a connection.
pub(super) struct Travail {
    registre: Arc<Registre>,
    occupant: Arc<Occupant>,
}

impl Registre {
    /// At most so many of one address.
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            debut: Instant::now(),
            presents: Mutex::default(),
        })
    }

    /// Lets a connection in. If its address has too many, the one idle for longest is asked to go;
    /// none, when all of them are at work.
    pub(super) fn entrer(self: &Arc<Self>, adresse: IpAddr) -> Option<Place> {
        let mut presents = self.presents.lock().unwrap_or_else(PoisonError::into_inner);
        let miens = presents.entry(adresse).or_default();
        if miens.len() >= self.max {
            let oisif = miens
                .iter()
                .enumerate()
                .filter(|(_, o)| o.en_cours.load(Ordering::Relaxed) == 0)
                .min_by_key(|(_, o)| o.vu.load(Ordering::Relaxed))
                .map(|(rang, _)| rang)?;
            miens.swap_remove(oisif).fermer.notify_one();
        }
        let occupant = Arc::new(Occupant {
            vu: AtomicU64::new(self.moment()),
            servi: AtomicBool::new(false),
            en_cours: AtomicUsize::new(0),
            fermer: Notify::new(),
        });
        miens.push(occupant.clone());
        Some(Place {
            registre: self.clone(),
            adresse,
            occupant,
        })
    }

    fn moment(&self) -> u64 {
        // 584 years fit.
        self.debut.elapsed().as_nanos() as u64
    }
}

impl Place {
    /// A request begins.
    pub(super) fn travailler(&self) -> Travail {
        self.occupant.servi.store(true, Ordering::Relaxed);
        self.occupant.en_cours.fetch_add(1, Ordering::Relaxed);
        Travail {
            registre: self.registre.clone(),
            occupant: self.occupant.clone(),
        }
    }

    /// Whether nothing was asked for too long; who never asked anything is given less time.
    pub(super) fn oisive(&self, neuve: Duration, gardee: Duration) -> bool {
        let vu = self.occupant.vu.load(Ordering::Relaxed);
        let oisive = Duration::from_nanos(self.registre.moment().saturating_sub(vu));
        let servi = self.occupant.servi.load(Ordering::Relaxed);
        self.occupant.en_cours.load(Ordering::Relaxed) == 0
            && oisive >= if servi { gardee } else { neuve }
    }
}

impl Drop for Travail {
    fn drop(&mut self) {
        let moment = self.registre.moment();
        self.occupant.vu.store(moment, Ordering::Relaxed);
        self.occupant.en_cours.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut presents = self
            .registre
            .presents
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(miens) = presents.get_mut(&self.adresse) {
            miens.retain(|o| !Arc::ptr_eq(o, &self.occupant));
            if miens.is_empty() {
                presents.remove(&self.adresse);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q19_la_connexion_la_plus_oisive_fait_place() {
        let registre = Registre::new(3);
        let adresse: IpAddr = "192.0.2.1".parse().unwrap();
        let places: Vec<Place> = (0..3).map(|_| registre.entrer(adresse).unwrap()).collect();
        drop(places[0].travailler());
        let travail = places[1].travailler();
        let demande = |rang: usize| {
            let place: &Place = &places[rang];
            let presents = registre.presents.lock().unwrap();
            !presents[&adresse]
                .iter()
                .any(|o| Arc::ptr_eq(o, &place.occupant))
        };
        let quatrieme = registre.entrer(adresse).unwrap();
        assert!(demande(2) && !demande(0) && !demande(1), "idle for longest");
        let _cinquieme = (registre.entrer(adresse).unwrap(), quatrieme.travailler());
        assert!(demande(0) && !demande(1));
        let autre: IpAddr = "192.0.2.2".parse().unwrap();
        assert!(registre.entrer(autre).is_some(), "others are not concerned");
        drop(travail);
        drop(places);
    }

    #[test]
    fn q19_quand_toutes_travaillent_la_suivante_est_refusee() {
        let registre = Registre::new(1);
        let adresse: IpAddr = "192.0.2.1".parse().unwrap();
        let place = registre.entrer(adresse).unwrap();
        let travail = place.travailler();
        assert!(registre.entrer(adresse).is_none());
        drop(travail);
        assert!(registre.entrer(adresse).is_some());
        drop(place);
        assert!(registre.presents.lock().unwrap().is_empty());
    }
}
