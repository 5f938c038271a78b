//! The places after an event.

use super::{Evenement, Places};
use crate::ids::DossierId;

/// The places after the event.
pub fn evolve(mut places: Places, evenement: &Evenement) -> Places {
    match evenement {
        Evenement::RangReserve { dossier, rang } => {
            places.reserves.insert(dossier.clone(), *rang);
        }
        Evenement::RangRelache { dossier } => {
            places.reserves.remove(dossier);
        }
        Evenement::ListeRejointe { dossier, rang } => {
            oublier(&mut places, dossier);
            places.liste.insert(*rang, dossier.clone());
        }
        Evenement::ListeQuittee { dossier } => places.liste.retain(|_, d| d != dossier),
        Evenement::PlaceOfferte { dossier, .. } => {
            oublier(&mut places, dossier);
            places.offres.insert(dossier.clone());
            places.rendues = places.rendues.saturating_sub(1);
        }
        Evenement::PlaceConfirmee { dossier } => {
            places.offres.remove(dossier);
            places.confirmes.insert(dossier.clone());
        }
        Evenement::PlaceRendue { dossier } => {
            places.offres.remove(dossier);
            places.confirmes.remove(dossier);
            places.rendues += 1;
        }
        Evenement::PlacesAjoutees { combien } => {
            places.rendues = places.rendues.saturating_add(*combien);
        }
        Evenement::Recommencees => places = Places::default(),
    }
    places
}

/// Neither a draft's rank nor the list keeps who moves on.
fn oublier(places: &mut Places, dossier: &DossierId) {
    places.reserves.remove(dossier);
    places.liste.retain(|_, d| d != dossier);
}
