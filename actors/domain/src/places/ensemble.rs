//! Ranks that change hands within one batch: the final state is what counts, not the order of the acts (T15, T16).
//!
//! The first act of the batch that moves a rank moves all of them, in one commit: no rank is ever held twice, nor
//! free for somebody else in between, and the list never lacks anybody who waits.

use std::collections::BTreeMap;

use super::{Evenement, Places};
use crate::ids::DossierId;
use crate::refus::{CodeRefus, Refus};

/// Where the dossiers of a batch go: to a rank, or to none. Those that hold nothing in the formation do no harm.
pub type Ensemble = BTreeMap<DossierId, Option<u32>>;

/// One dossier alone.
pub static AUCUN: Ensemble = Ensemble::new();

/// T15: the draft's rank, with those of the other drafts of the batch.
pub(super) fn reserver(
    places: &Places,
    dossier: &DossierId,
    rang: u32,
    ensemble: &Ensemble,
) -> Result<Vec<Evenement>, Refus> {
    let mut evenements = Vec::new();
    for (autre, vers) in ensemble.iter().filter(|(d, _)| *d != dossier) {
        let tenu = places.reserves.get(autre);
        match vers {
            Some(rang) if tenu != Some(rang) && tient(places, autre) => {
                evenements.push(Evenement::RangReserve {
                    dossier: autre.clone(),
                    rang: *rang,
                });
            }
            None if tenu.is_some() => evenements.push(Evenement::RangRelache {
                dossier: autre.clone(),
            }),
            Some(_) | None => {}
        }
    }
    evenements.push(Evenement::RangReserve {
        dossier: dossier.clone(),
        rang,
    });
    let apres = evenements.iter().fold(places.clone(), super::evolve);
    let part = |d: &DossierId| ensemble.contains_key(d) || apres.reserves.contains_key(d);
    for (qui, rang) in reserves(&evenements) {
        let reserve = apres.reserves.iter().any(|(d, r)| *r == rang && d != qui);
        // Who is on the list and moves on from it does not stand in the way of a draft.
        let occupant = apres.liste.get(&rang).filter(|d| *d != qui);
        let libre = occupant.is_none_or(|d| part(d) || places.reserves.get(qui) == Some(&rang));
        if reserve || !libre {
            return Err(CodeRefus::RangPris.into());
        }
    }
    Ok(evenements)
}

/// T16: on the list, with the others of the batch that move on it.
pub(super) fn inscrire(
    places: &Places,
    dossier: &DossierId,
    rang: u32,
    ensemble: &Ensemble,
) -> Result<Vec<Evenement>, Refus> {
    let place = |d: &DossierId| places.liste.iter().find(|(_, l)| *l == d).map(|(r, _)| *r);
    let mut partis = Vec::new();
    let mut arrives = vec![(dossier.clone(), rang)];
    for (autre, vers) in ensemble.iter().filter(|(d, _)| *d != dossier) {
        if place(autre).is_none() || place(autre) == *vers {
            continue;
        }
        partis.push(Evenement::ListeQuittee {
            dossier: autre.clone(),
        });
        arrives.extend(vers.map(|rang| (autre.clone(), rang)));
    }
    let mut apres = partis.iter().fold(places.clone(), super::evolve);
    let mut evenements = partis;
    // Where one was, another may come.
    apres.liste.retain(|_, d| d != dossier);
    for (qui, rang) in arrives {
        let reserve = apres.reserves.iter().any(|(d, r)| *r == rang && *d != qui);
        if reserve || apres.liste.contains_key(&rang) {
            return Err(CodeRefus::RangPris.into());
        }
        let rejointe = Evenement::ListeRejointe { dossier: qui, rang };
        apres = super::evolve(apres, &rejointe);
        evenements.push(rejointe);
    }
    Ok(evenements)
}

fn tient(places: &Places, dossier: &DossierId) -> bool {
    places.reserves.contains_key(dossier) || places.liste.values().any(|d| d == dossier)
}

fn reserves(evenements: &[Evenement]) -> impl Iterator<Item = (&DossierId, u32)> {
    evenements.iter().filter_map(|e| {
        if let Evenement::RangReserve { dossier, rang } = e {
            return Some((dossier, *rang));
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(reserves: &[(&str, u32)], liste: &[(&str, u32)]) -> Places {
        Places {
            reserves: reserves.iter().map(|(d, r)| ((*d).into(), *r)).collect(),
            liste: liste.iter().map(|(d, r)| (*r, (*d).into())).collect(),
            ..Places::default()
        }
    }

    fn ensemble(vers: &[(&str, Option<u32>)]) -> Ensemble {
        vers.iter().map(|(d, r)| ((*d).into(), *r)).collect()
    }

    fn apres(places: &Places, evenements: &[Evenement]) -> Places {
        evenements.iter().fold(places.clone(), super::super::evolve)
    }

    #[test]
    fn t15_deux_brouillons_echangent_leurs_rangs() {
        let avant = places(&[("a", 1), ("b", 2)], &[]);
        let echange = ensemble(&[("a", Some(2)), ("b", Some(1))]);
        assert!(reserver(&avant, &"a".into(), 2, &AUCUN).is_err(), "alone");
        let un = apres(&avant, &reserver(&avant, &"a".into(), 2, &echange).unwrap());
        assert_eq!(un, places(&[("a", 2), ("b", 1)], &[]));
        let deux = apres(&un, &reserver(&un, &"b".into(), 1, &echange).unwrap());
        assert_eq!(deux, un);
        let trop = ensemble(&[("a", Some(2)), ("b", Some(2))]);
        assert!(
            reserver(&avant, &"a".into(), 2, &trop).is_err(),
            "twice the same"
        );
        let parti = ensemble(&[("a", Some(2)), ("b", None)]);
        let un = apres(&avant, &reserver(&avant, &"a".into(), 2, &parti).unwrap());
        assert_eq!(un, places(&[("a", 2)], &[]), "a rank that is given up");
    }

    #[test]
    fn t16_deux_rangs_publies_s_echangent_et_la_liste_n_a_pas_de_trou() {
        let avant = places(&[], &[("a", 1), ("b", 2), ("c", 3)]);
        let echange = ensemble(&[("a", Some(2)), ("b", Some(1))]);
        let saisis = apres(&avant, &reserver(&avant, &"a".into(), 2, &echange).unwrap());
        assert_eq!(saisis.reserves, places(&[("a", 2), ("b", 1)], &[]).reserves);
        assert_eq!(saisis.liste, avant.liste, "a draft moves nobody");
        assert!(inscrire(&saisis, &"a".into(), 2, &AUCUN).is_err(), "alone");
        let un = apres(
            &saisis,
            &inscrire(&saisis, &"a".into(), 2, &echange).unwrap(),
        );
        assert_eq!(un, places(&[], &[("a", 2), ("b", 1), ("c", 3)]));
        let deux = apres(&un, &inscrire(&un, &"b".into(), 1, &echange).unwrap());
        assert_eq!(deux, un);
        // Over somebody who stays nobody goes.
        let trop = ensemble(&[("a", Some(3)), ("b", Some(1))]);
        assert!(reserver(&avant, &"a".into(), 3, &trop).is_err());
        assert!(inscrire(&avant, &"a".into(), 3, &trop).is_err());
    }

    proptest! {
        /// Whatever a batch asks, what is accepted leaves each rank with one dossier, and nobody off the list.
        #[test]
        fn t15_t16_quel_que_soit_le_lot_un_rang_n_a_qu_un_dossier(
            rangs in proptest::sample::subsequence(vec![1_u32, 2, 3, 4, 5, 6], 0..6),
            vers in proptest::collection::vec(proptest::option::of(1_u32..7), 6),
            publies: bool,
        ) {
            let noms = ["a", "b", "c", "d", "e", "f"];
            let tenus: Vec<(&str, u32)> = noms.into_iter().zip(rangs).collect();
            let mut etat = if publies { places(&tenus, &tenus) } else { places(&tenus, &[]) };
            if publies {
                etat.reserves = noms.iter().zip(&vers).filter_map(|(d, r)| Some(((*d).into(), (*r)?))).collect();
            }
            let vers: Vec<(&str, Option<u32>)> = noms.into_iter().zip(vers).collect();
            let tous = ensemble(&vers);
            let attendent = etat.liste.len();
            let partants = vers.iter().filter(|(d, r)| r.is_none() && tenus.iter().any(|(t, _)| t == d)).count();
            for (qui, rang) in vers.iter().filter_map(|(d, r)| Some((*d, (*r)?))) {
                let fait = if publies {
                    inscrire(&etat, &qui.into(), rang, &tous)
                } else {
                    reserver(&etat, &qui.into(), rang, &tous)
                };
                if let Ok(evenements) = fait {
                    etat = apres(&etat, &evenements);
                }
                let mut vus = std::collections::BTreeSet::new();
                if !publies {
                    prop_assert!(etat.reserves.values().all(|r| vus.insert(*r)), "{etat:?}");
                }
                prop_assert!(etat.liste.len() + partants >= attendent, "{etat:?}");
            }
        }
    }
}
