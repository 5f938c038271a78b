//! What a timer that rings asks for.

use storage::{Batch, Guard, Rung, StoreError, Timer};

use domain::candidat::{Candidat, Commande};
use domain::dossier::Commande as CommandeDossier;
use domain::effet::Echeance;
use domain::ids::{CandidatId, DossierId};

use super::{ATTENTE_MIN_S, Relais, UN_JOUR_S};
use crate::acteurs::Demande;
use crate::effacement::{self, Raison};
use crate::fil::json;
use crate::protocol::Faute;

impl Relais {
    pub(super) async fn sonner(&self, minuteur: Timer, gardes: &[Guard]) -> Result<(), StoreError> {
        let (stream, _) = minuteur.key.split_once('/').unwrap_or((&minuteur.key, ""));
        let echeance = serde_json::from_slice::<Echeance>(&minuteur.data)
            .map_err(|e| StoreError::Corrupt(format!("timer {}: {e}", minuteur.key)))?;
        // The same ring is recognised when the process dies before the timer is cleared.
        let sonnerie = format!("{}/{}", minuteur.key, minuteur.due_ms);
        let mut suite = None;
        let fait = match (echeance, stream.split_once('.')) {
            (Echeance::ExpirationCompte, Some((_, id))) => {
                let qui = CandidatId::new(id);
                let apres = self.annuaire.candidat(&qui, None, Commande::Expirer).await;
                apres.map(|apres| {
                    let parti = matches!(apres.etat.as_ref(), Candidat::Expire(_));
                    suite = parti.then_some(Echeance::Effacement);
                })
            }
            (Echeance::Effacement, Some((_, id))) => {
                let (qui, raison) = (CandidatId::new(id), Raison::JamaisValide);
                let (atelier, annuaire) = (&self.atelier, &self.annuaire);
                effacement::effacer(atelier, annuaire, &qui, raison, Batch::default()).await
            }
            (Echeance::Purge, _) => {
                let code = minuteur.key.rsplit('/').next().unwrap_or_default();
                effacement::purger(&self.atelier, &self.annuaire, &code.into()).await
            }
            (Echeance::RelanceJ7, Some((_, id))) => {
                let rappel = CommandeDossier::Rappeler { jours: 7 };
                self.rappeler(id, sonnerie, rappel).await
            }
            (Echeance::RelanceJ1, Some((_, id))) => {
                let rappel = CommandeDossier::Rappeler { jours: 1 };
                self.rappeler(id, sonnerie, rappel).await
            }
            (Echeance::RelanceConfirmation, Some((_, id))) => {
                let relance = CommandeDossier::RelancerConfirmation;
                self.rappeler(id, sonnerie, relance).await
            }
            (Echeance::FinConfirmation, Some((_, id))) => {
                let fin = CommandeDossier::ExpirerConfirmation;
                self.rappeler(id, sonnerie, fin).await
            }
            (_, None) => Ok(()),
        };
        let mut lot = Batch::default();
        let encore = match fait {
            Ok(()) | Err(Faute::Refus(_)) => {
                if let Some(echeance) = suite {
                    // A day later: the mail that tells of it has left by then.
                    lot.timers_set.push(Timer {
                        key: format!("{stream}/{}", echeance.cle()),
                        due_ms: self.dans(UN_JOUR_S),
                        data: json(&echeance)?,
                    });
                }
                None
            }
            Err(faute) => {
                tracing::warn!(?faute, cle = minuteur.key, "a timer will be tried again");
                Some(self.dans(ATTENTE_MIN_S))
            }
        };
        // Only the one that rang: the act itself, or anybody since, may have moved it.
        lot.timers_rung.push(Rung {
            key: minuteur.key.clone(),
            due_ms: minuteur.due_ms,
            again_ms: encore,
        });
        self.noter(lot, gardes).await
    }

    /// The dossier looks again whether the act is still due.
    async fn rappeler(
        &self,
        dossier: &str,
        id: String,
        commande: CommandeDossier,
    ) -> Result<(), Faute> {
        let mut demande = Demande::du_systeme(commande);
        demande.id = Some(id);
        let dossier = DossierId::new(dossier);
        self.annuaire.dossier(&dossier, demande).await.map(drop)
    }
}
