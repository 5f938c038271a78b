//! The edge's side of the bus: asks the actors, wherever they are.

use std::sync::Arc;

use actors::protocol::{Faute, Requete, Resultat};
use bus::{Bus, BusError, Envelope};

use crate::edge::Garde;

/// Clones share everything.
#[derive(Clone)]
pub struct Comptoir {
    bus: Arc<dyn Bus<Requete, Resultat>>,
    garde: Option<Arc<Garde>>,
}

impl std::fmt::Debug for Comptoir {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Comptoir")
    }
}

impl Comptoir {
    /// Over this bus.
    pub fn new(bus: Arc<dyn Bus<Requete, Resultat>>) -> Self {
        Self { bus, garde: None }
    }

    /// The same, where nobody may try one account's password, or write to one address, too often (Q13).
    #[must_use]
    pub fn garde(mut self, garde: Arc<Garde>) -> Self {
        self.garde = Some(garde);
        self
    }

    /// Asks. `id` recognises a repeat of the same command by the same candidate.
    ///
    /// # Errors
    /// [`Faute`]; after [`Faute::Occupe`] or [`Faute::Indisponible`] a repeat under the same id finds out.
    pub async fn traiter(&self, id: Option<String>, requete: Requete) -> Resultat {
        let Some(garde) = &self.garde else {
            return self.demander(id, requete).await;
        };
        let essai = garde
            .demander(&requete)
            .map_err(|reessayer_s| Faute::TropVite { reessayer_s })?;
        let resultat = self.demander(id, requete).await;
        if let Some(essai) = essai
            && !matches!(resultat, Err(Faute::IdentifiantsFaux))
        {
            garde.juste(&essai);
        }
        resultat
    }

    async fn demander(&self, id: Option<String>, requete: Requete) -> Resultat {
        match self.bus.ask(Envelope::new(id, requete)).await {
            Ok(resultat) => resultat,
            Err(BusError::Busy { retry_after_s }) => Err(Faute::Occupe {
                reessayer_s: retry_after_s,
            }),
            Err(
                erreur @ (BusError::Away(_)
                | BusError::Lost(_)
                | BusError::TooLarge { .. }
                | BusError::NotUnderstood(_)),
            ) => {
                tracing::error!(%erreur, "the bus gave no answer");
                Err(Faute::Indisponible {
                    raison: erreur.to_string(),
                })
            }
        }
    }
}
