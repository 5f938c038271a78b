//! The lease of the relay: where many nodes share one log, one of them performs what is owed (ADR 0011).
//!
//! It is two rows of the index. Who holds the first and beats in the second, holds the lease; who sees
//! no beat for a while, by its own clock, takes it. Each commit of the relay is guarded by the first
//! row, so that a holder that was slow, and replaced, changes nothing any more.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use storage::{Batch, Guard, Store, StoreError};

/// Between two beats.
const RYTHME: Duration = Duration::from_secs(2);
/// Without a beat for so long it may be taken.
const SILENCE: Duration = Duration::from_secs(8);

/// One node's view of it.
pub(crate) struct Bail {
    /// Who holds it.
    tenu: Vec<u8>,
    /// Its beat.
    battement: Vec<u8>,
    nom: String,
    vu: Mutex<Vu>,
}

struct Vu {
    rangees: (Option<Vec<u8>>, Option<Vec<u8>>),
    depuis: Instant,
    battu: Option<Instant>,
}

impl Bail {
    /// For this work. `nom` is this node's, new at every start.
    pub(crate) fn pour(travail: &str, nom: String) -> Self {
        Self {
            tenu: format!("bail:{travail}").into_bytes(),
            battement: format!("bail:{travail}:battement").into_bytes(),
            nom,
            vu: Mutex::new(Vu {
                rangees: (None, None),
                depuis: Instant::now(),
                battu: None,
            }),
        }
    }

    /// The guard under which the relay may commit; none when another node has the lease.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub(crate) async fn tenir(&self, store: &Store) -> Result<Option<Vec<Guard>>, StoreError> {
        if !store.shared() {
            return Ok(Some(Vec::new()));
        }
        let (tenu, battement) = (store.index(&self.tenu)?, store.index(&self.battement)?);
        let a_moi = format!(".{}", self.nom);
        match &tenu {
            Some(valeur) if valeur.ends_with(a_moi.as_bytes()) => {
                let garde = Guard::Equals(self.tenu.clone(), valeur.clone());
                if self.a_battre() {
                    let fait = self
                        .battre(store, garde.clone(), battement.as_deref(), None)
                        .await?;
                    if !fait {
                        return Ok(None);
                    }
                    self.noter(|vu| vu.battu = Some(Instant::now()));
                }
                Ok(Some(vec![garde]))
            }
            _autre => {
                if !self.silence(&tenu, &battement) {
                    return Ok(None);
                }
                let epoque = tenu.as_deref().map_or(0, epoque) + 1;
                let garde = match &tenu {
                    Some(valeur) => Guard::Equals(self.tenu.clone(), valeur.clone()),
                    None => Guard::Absent(self.tenu.clone()),
                };
                let valeur = format!("{epoque}{a_moi}").into_bytes();
                let pris = self
                    .battre(store, garde, battement.as_deref(), Some(&valeur))
                    .await?;
                if !pris {
                    return Ok(None);
                }
                tracing::info!(epoque, "this node performs what is owed");
                self.noter(|vu| vu.battu = Some(Instant::now()));
                Ok(Some(vec![Guard::Equals(self.tenu.clone(), valeur)]))
            }
        }
    }

    /// False when another was first.
    async fn battre(
        &self,
        store: &Store,
        garde: Guard,
        battement: Option<&[u8]>,
        prise: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let compte = battement.map_or(0, epoque) + 1;
        let mut lot = Batch {
            guards: vec![garde],
            index_put: vec![(self.battement.clone(), compte.to_string().into_bytes())],
            ..Batch::default()
        };
        lot.index_put
            .extend(prise.map(|valeur| (self.tenu.clone(), valeur.to_vec())));
        match store.commit(lot).await {
            Ok(_) => Ok(true),
            Err(StoreError::Taken(_)) => Ok(false),
            Err(erreur) => Err(erreur),
        }
    }

    fn noter(&self, acte: impl FnOnce(&mut Vu)) {
        acte(&mut self.vu.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn a_battre(&self) -> bool {
        let vu = self.vu.lock().unwrap_or_else(PoisonError::into_inner);
        vu.battu.is_none_or(|battu| battu.elapsed() > RYTHME)
    }

    /// Whether the holder has been silent long enough; nobody at all need not be waited for.
    fn silence(&self, tenu: &Option<Vec<u8>>, battement: &Option<Vec<u8>>) -> bool {
        let mut vu = self.vu.lock().unwrap_or_else(PoisonError::into_inner);
        let rangees = (tenu.clone(), battement.clone());
        if vu.rangees != rangees {
            vu.rangees = rangees;
            vu.depuis = Instant::now();
        }
        tenu.is_none() || vu.depuis.elapsed() > SILENCE
    }
}

/// `<epoch>.<name>`.
fn epoque(valeur: &[u8]) -> u64 {
    let texte = String::from_utf8_lossy(valeur);
    let epoque = texte.split('.').next().unwrap_or_default();
    epoque.parse().unwrap_or(0)
}
