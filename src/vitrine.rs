//! The campaign as the edge shows it: a copy, brought up to date from the actors.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actors::protocol::{Faute, Reponse, Requete};
use domain::campagne::Catalogue;

use crate::comptoir::Comptoir;

/// How often the copy is brought up to date.
const RONDE: Duration = Duration::from_secs(1);

/// The offer. Actors decide on their own; what is shown here may be a second older.
#[derive(Debug)]
pub struct Vitrine {
    comptoir: Comptoir,
    lu: RwLock<(u64, Arc<Catalogue>)>,
}

impl Vitrine {
    /// Empty until [`Vitrine::rafraichir`].
    pub fn new(comptoir: Comptoir) -> Self {
        Self {
            comptoir,
            lu: RwLock::default(),
        }
    }

    /// The offer as last read.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        let lu = self.lu.read().unwrap_or_else(PoisonError::into_inner);
        lu.1.clone()
    }

    /// Reads what is new.
    ///
    /// # Errors
    /// When the actors do not answer; the copy stays as it was.
    pub async fn rafraichir(&self) -> Result<(), Faute> {
        loop {
            let depuis = self.lu.read().unwrap_or_else(PoisonError::into_inner).0;
            let reponse = self.comptoir.traiter(None, Requete::Campagne { depuis });
            let Reponse::Campagne { evenements, total } = reponse.await? else {
                return Err(Faute::Indisponible {
                    raison: "unexpected answer".to_owned(),
                });
            };
            if evenements.is_empty() {
                return Ok(());
            }
            let mut lu = self.lu.write().unwrap_or_else(PoisonError::into_inner);
            if lu.0 == depuis {
                let catalogue = Arc::make_mut(&mut lu.1);
                let combien = evenements.len() as u64;
                for evenement in evenements {
                    catalogue.evolve(evenement);
                }
                lu.0 += combien;
            }
            if lu.0 >= total {
                return Ok(());
            }
        }
    }

    /// Keeps the copy up to date until its task is dropped.
    pub async fn tourner(&self) {
        loop {
            if let Err(faute) = self.rafraichir().await {
                tracing::warn!(?faute, "the offer could not be read again");
            }
            tokio::time::sleep(RONDE).await;
        }
    }
}
