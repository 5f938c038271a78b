//! Changes of the campaign: one commit each, with what it brings to people and places.

use std::collections::{BTreeMap, VecDeque};

use domain::campagne::{
    Catalogue, Cle, Difference, Evenement, Facts, FauteCampagne, Suites, decide, suites,
};
use domain::effet::{Echeance, Effet};
use domain::ids::PersonnelId;
use domain::places::Evenement as EvenementPlaces;
use storage::{Append, Batch, Expected, OutboxItem, StoreError, Timer};

use super::{Atelier, CAMPAGNE, plus};
use crate::fil::json;
use crate::protocol::LigneCampagne;
use crate::record;

/// What a change did, or would do.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) differences: Vec<Difference>,
    pub(crate) version: u64,
    pub(crate) changes: u64,
}

/// Why a change was not made.
#[derive(Debug)]
pub(crate) enum EchecCampagne {
    /// Rules say no.
    Fautes(Vec<FauteCampagne>),
    /// The asker saw an older version.
    Perime {
        /// What it is now.
        actuelle: u64,
    },
    /// The store did not do it.
    Store(StoreError),
}

impl From<StoreError> for EchecCampagne {
    fn from(erreur: StoreError) -> Self {
        Self::Store(erreur)
    }
}

impl Atelier {
    /// Makes changes; those that change nothing are left out, so a repeat is idempotent.
    ///
    /// # Errors
    /// [`EchecCampagne`]; nothing changed then.
    pub(crate) async fn changer(
        &self,
        par: Option<&PersonnelId>,
        changements: &[Evenement],
        facts: Facts<'_>,
        (vue, essai): (Option<u64>, bool),
        trace: Batch,
    ) -> Result<Change, EchecCampagne> {
        loop {
            let catalogue = self.catalogue();
            actuelle(&catalogue, changements, vue)?;
            let retenus = decide(&catalogue, changements, facts).map_err(EchecCampagne::Fautes)?;
            let fait = |version| Change {
                differences: catalogue.comparer(changements),
                version,
                changes: retenus.len() as u64,
            };
            if essai || retenus.is_empty() {
                return Ok(fait(catalogue.version));
            }
            let mut lot = self.lot_campagne(par, &catalogue, &retenus)?;
            lot.appends.extend_from_slice(&trace.appends);
            lot.views_put.extend_from_slice(&trace.views_put);
            let committe = self.store.commit(lot).await;
            self.relire_campagne()?;
            match committe {
                Ok(_) => {
                    self.reveil.notify_one();
                    return Ok(fait(catalogue.version + retenus.len() as u64));
                }
                // Somebody else changed the campaign in between: decide again with what they did.
                Err(StoreError::Conflict { .. }) => {}
                Err(erreur) => return Err(erreur.into()),
            }
        }
    }

    /// The changes with what follows from them, in one commit.
    fn lot_campagne(
        &self,
        par: Option<&PersonnelId>,
        catalogue: &Catalogue,
        retenus: &[Evenement],
    ) -> Result<Batch, StoreError> {
        let le = self.maintenant();
        let mut lot = Batch::default();
        let mut octets = Vec::with_capacity(retenus.len());
        let mut avant = catalogue.clone();
        for evenement in retenus {
            octets.push(record::ecrire_par(le, par, evenement).map_err(StoreError::Corrupt)?);
            if let Evenement::CampagneArchivee { code, .. } = evenement {
                lot.timers_set.push(Timer {
                    key: format!("{CAMPAGNE}/{}/{code}", Echeance::Purge.cle()),
                    due_ms: plus(le, self.limites.conservation).as_millisecond(),
                    data: json(&Echeance::Purge)?,
                });
            }
            let dues = suites(&avant, evenement);
            avant.evolve(evenement.clone());
            for (rang, suite) in dues.into_iter().enumerate() {
                let id = format!("{CAMPAGNE}.{}.{rang}", avant.version);
                if let Some(effet) = self.places(suite, &mut lot)? {
                    lot.outbox_put.push(OutboxItem {
                        id,
                        due_ms: le.as_millisecond(),
                        attempts: 0,
                        data: json(&effet)?,
                    });
                }
            }
        }
        lot.appends.insert(
            0,
            Append {
                stream: CAMPAGNE.to_owned(),
                expected: Expected::Exact(catalogue.version),
                events: octets,
            },
        );
        Ok(lot)
    }

    /// What happens to places happens in the same commit; what is left is owed.
    fn places(&self, suite: Suites, lot: &mut Batch) -> Result<Option<Effet>, StoreError> {
        let (formation, evenement) = match &suite {
            Suites::Places {
                formation,
                ajoutees,
            } => {
                let combien = *ajoutees;
                (formation, EvenementPlaces::PlacesAjoutees { combien })
            }
            Suites::Recommencer { formation } => (formation, EvenementPlaces::Recommencees),
            Suites::Pieces { .. } | Suites::Dates { .. } => return Ok(Some(Effet::Suivre(suite))),
        };
        let stream = format!("formation.{formation}");
        if self.store.head(&stream)?.version == 0 {
            return Ok(None);
        }
        let fait = record::ecrire(self.maintenant(), &evenement).map_err(StoreError::Corrupt)?;
        lot.appends.push(Append {
            stream,
            expected: Expected::Any,
            events: vec![fait],
        });
        let promouvoir = matches!(suite, Suites::Places { .. });
        let formation = formation.clone();
        Ok(promouvoir.then_some(Effet::PromouvoirListe { formation }))
    }

    /// Changes before one, newest first, at most `limite`; and where to go on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn historique(
        &self,
        avant: Option<u64>,
        limite: usize,
    ) -> Result<(Vec<LigneCampagne>, Option<u64>), StoreError> {
        let fin = avant.unwrap_or(u64::MAX);
        let mut lignes = VecDeque::new();
        self.relater(fin, |ligne| {
            lignes.push_back(ligne);
            if lignes.len() > limite {
                lignes.pop_front();
            }
        })?;
        let suite = lignes.front().map(|l| l.version).filter(|v| *v > 1);
        Ok((lignes.into_iter().rev().collect(), suite))
    }

    /// The last change of each definition whose key is wanted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn derniers(
        &self,
        voulue: impl Fn(&Cle) -> bool,
    ) -> Result<Vec<LigneCampagne>, StoreError> {
        let mut derniers = BTreeMap::new();
        self.relater(u64::MAX, |ligne| {
            if voulue(&ligne.cle) {
                derniers.insert(ligne.cle.clone(), ligne);
            }
        })?;
        Ok(derniers.into_values().collect())
    }

    /// Tells every change before one, oldest first.
    fn relater(&self, fin: u64, mut dire: impl FnMut(LigneCampagne)) -> Result<(), StoreError> {
        let mut catalogue = Catalogue::default();
        // What it was before is a fold from the beginning: a campaign has thousands of changes, not millions.
        for enregistre in self.store.stream_after(CAMPAGNE, 0)? {
            if enregistre.version >= fin {
                break;
            }
            let fait = record::lire::<Evenement>(&enregistre.data).map_err(StoreError::Corrupt)?;
            let cle = fait.e.cle();
            dire(LigneCampagne {
                version: enregistre.version,
                le: fait.le,
                par: fait.par,
                nom: None,
                effet: catalogue.sort(&fait.e),
                avant: catalogue.definition(&cle).map(Box::new),
                cle,
                apres: Box::new(fait.e.clone()),
            });
            catalogue.evolve(fait.e);
        }
        Ok(())
    }
}

/// Whether the asker saw what is there: the definition, when there is one change, else the whole.
fn actuelle(
    catalogue: &Catalogue,
    changements: &[Evenement],
    vue: Option<u64>,
) -> Result<(), EchecCampagne> {
    let actuelle = match changements {
        [seul] => catalogue.version_de(&seul.cle()),
        _ => catalogue.version,
    };
    if vue.is_some_and(|vue| vue != actuelle) {
        return Err(EchecCampagne::Perime { actuelle });
    }
    Ok(())
}
