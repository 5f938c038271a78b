//! What is asked of the places comes to.

use super::{Commande, Ensemble, Evenement, Places, ensemble};
use crate::campagne::{Formation, Promotion};
use crate::effet::Effet;
use crate::ids::DossierId;
use crate::refus::{CodeRefus, Refus};

/// What a rule needs to know beside the places.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Capacity, list, way of promotion.
    pub formation: &'a Formation,
    /// What the other dossiers of the same batch do.
    pub ensemble: &'a Ensemble,
}

/// Decides what a dossier asks.
///
/// # Errors
/// A [`Refus`] when the rank is taken or no place is free; nothing changes then.
pub fn decide(
    places: &Places,
    dossier: &DossierId,
    commande: &Commande,
    facts: Facts<'_>,
) -> Result<Vec<Evenement>, Refus> {
    let dossier = dossier.clone();
    match commande {
        Commande::Reserver { rang } => ensemble::reserver(places, &dossier, *rang, facts.ensemble),
        Commande::Relacher => Ok(relacher(places, &dossier)),
        Commande::Inscrire { rang } => ensemble::inscrire(places, &dossier, *rang, facts.ensemble),
        Commande::Offrir => Ok(vec![offre(dossier, false)]),
        Commande::Confirmer => Ok(vec![Evenement::PlaceConfirmee { dossier }]),
        Commande::Quitter => Ok(quitter(places, &dossier)),
        Commande::Promouvoir => {
            if places.premier() != Some(&dossier) {
                return Err(CodeRefus::PasPremierRang.into());
            }
            place_libre(places, facts.formation)?;
            Ok(vec![offre(dossier, true)])
        }
        Commande::Retablir => {
            place_libre(places, facts.formation)?;
            Ok(vec![offre(dossier, false)])
        }
    }
}

/// Whether the next on the list is to be promoted by itself after this event (T22).
pub fn effets(apres: &Places, evenement: &Evenement, facts: Facts<'_>) -> Vec<Effet> {
    let bouge = match evenement {
        Evenement::PlaceRendue { .. }
        | Evenement::ListeRejointe { .. }
        | Evenement::PlaceOfferte { .. }
        | Evenement::PlacesAjoutees { .. } => true,
        Evenement::RangReserve { .. }
        | Evenement::RangRelache { .. }
        | Evenement::ListeQuittee { .. }
        | Evenement::PlaceConfirmee { .. }
        | Evenement::Recommencees => false,
    };
    let automatique = facts.formation.promotion == Promotion::Automatique;
    if bouge && automatique && apres.a_promouvoir(facts.formation).is_some() {
        return vec![Effet::PromouvoirListe {
            formation: facts.formation.code.clone(),
        }];
    }
    Vec::new()
}

fn offre(dossier: DossierId, promotion: bool) -> Evenement {
    Evenement::PlaceOfferte { dossier, promotion }
}

fn place_libre(places: &Places, formation: &Formation) -> Result<(), Refus> {
    if places.libre(formation) {
        return Ok(());
    }
    Err(CodeRefus::AucunePlace.into())
}

fn relacher(places: &Places, dossier: &DossierId) -> Vec<Evenement> {
    let tenu = places.reserves.contains_key(dossier);
    let evenement = Evenement::RangRelache {
        dossier: dossier.clone(),
    };
    tenu.then_some(evenement).into_iter().collect()
}

fn quitter(places: &Places, dossier: &DossierId) -> Vec<Evenement> {
    let mut evenements = relacher(places, dossier);
    if places.liste.values().any(|d| d == dossier) {
        let dossier = dossier.clone();
        evenements.push(Evenement::ListeQuittee { dossier });
    }
    if places.offres.contains(dossier) || places.confirmes.contains(dossier) {
        let dossier = dossier.clone();
        evenements.push(Evenement::PlaceRendue { dossier });
    }
    evenements
}
