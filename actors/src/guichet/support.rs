//! The intake as a whole: how it does, its switch, its quarantine (S05, S61, S63).

use std::sync::atomic::Ordering;

use domain::personnel::droits::Pouvoir;
use domain::refus::CodeRefus;
use storage::{Batch, Expected};

use super::Guichet;
use super::agents::Agent;
use super::audit::Passage;
use super::gestion::{autoriser, partout};
use crate::atelier::faute;
use crate::fil::json;
use crate::protocol::{ActeSupport, EnQuarantaine, EtatSupport, Faute, Reponse, Resultat};
use crate::support::reception::{self, ATTENTE, Evenement, QUARANTAINE, Recu};

/// Rows counted; more show as this many.
const MAX_COMPTES: usize = 100_000;
/// Mails of the quarantine shown.
const MAX_QUARANTAINE: usize = 200;
/// The switch of automatic answers; absent is on (S63).
pub(crate) const INTERRUPTEUR: &[u8] = b"support:automatique";

impl Guichet {
    pub(super) async fn regler_support(&self, agent: &Agent, acte: ActeSupport) -> Resultat {
        let pouvoir = match acte {
            ActeSupport::Etat | ActeSupport::Quarantaine | ActeSupport::Voir { .. } => {
                Pouvoir::VoirDemandes
            }
            ActeSupport::Automatique { .. } | ActeSupport::Rejouer { .. } => {
                Pouvoir::TraiterDemandes
            }
        };
        autoriser(agent, pouvoir)?;
        // The inbox is of the whole university.
        if !partout(agent, pouvoir) {
            return Err(CodeRefus::DroitManquant.into());
        }
        match acte {
            ActeSupport::Etat => {}
            ActeSupport::Automatique { actif } => {
                self.noter_reglage(agent, if actif { "actif" } else { "arret" })
                    .await?;
                let lot = Batch {
                    index_put: vec![(
                        INTERRUPTEUR.to_vec(),
                        if actif { b"1" } else { b"0" }.to_vec(),
                    )],
                    ..Batch::default()
                };
                self.atelier
                    .store
                    .commit(lot)
                    .await
                    .map_err(|e| faute(&e))?;
            }
            ActeSupport::Quarantaine => return self.quarantaine(None),
            ActeSupport::Voir { sha256 } => {
                let passage = Passage {
                    quoi: "voir_original",
                    dossier: None,
                    detail: Some(format!("quarantaine {sha256}")),
                };
                self.tracer(&agent.id, passage).await?;
                return self.quarantaine(Some(&sha256));
            }
            ActeSupport::Rejouer { sha256 } => self.rejouer(agent, &sha256).await?,
        }
        Ok(Reponse::Support(self.etat_support()?))
    }

    async fn noter_reglage(&self, agent: &Agent, detail: &str) -> Result<(), Faute> {
        let passage = Passage {
            quoi: "regler_support",
            dossier: None,
            detail: Some(detail.to_owned()),
        };
        self.tracer(&agent.id, passage).await
    }

    /// How the intake does (S61).
    pub(super) fn etat_support(&self) -> Result<EtatSupport, Faute> {
        let atelier = &self.atelier;
        let compter = |prefixe: &str| -> Result<(u64, u64), storage::StoreError> {
            let lignes = atelier.store.views(prefixe.as_bytes(), None, MAX_COMPTES)?;
            let plus_vieux = reception::lister(atelier, prefixe, 1)?;
            let age = plus_vieux.first().map_or(0, |recu| {
                atelier.maintenant().duration_since(recu.le).as_secs()
            });
            Ok((lignes.len() as u64, u64::try_from(age).unwrap_or_default()))
        };
        let (attente, plus_vieux_s) = compter(ATTENTE).map_err(|e| faute(&e))?;
        let (quarantaine, quarantaine_s) = compter(QUARANTAINE).map_err(|e| faute(&e))?;
        let mesures = self
            .atelier
            .demandes
            .mesurer(atelier)
            .map_err(|e| faute(&e))?;
        let coupe = atelier.store.index(INTERRUPTEUR).map_err(|e| faute(&e))?;
        Ok(EtatSupport {
            automatique: coupe.as_deref() != Some(b"0"),
            attente,
            plus_vieux_s,
            quarantaine,
            quarantaine_s,
            recus: atelier.boite.recus.load(Ordering::Relaxed),
            repondues: mesures.repondues,
            repondues_seules: mesures.seules,
            rouvertes_apres_seule: mesures.rouvertes_apres_seule,
            mal_rattachees: mesures.mal_rattachees,
            premiere_reponse_mediane_s: mesures.mediane_s,
        })
    }

    /// All of them, or one.
    fn quarantaine(&self, voulu: Option<&str>) -> Resultat {
        let combien = voulu.map_or(MAX_QUARANTAINE, |_| MAX_COMPTES);
        let mails = reception::lister(&self.atelier, QUARANTAINE, combien);
        let mails = mails.map_err(|e| faute(&e))?.into_iter();
        let mails = mails.filter(|recu| voulu.is_none_or(|sha256| recu.sha256 == sha256));
        Ok(Reponse::Quarantaine {
            mails: mails
                .map(|recu| EnQuarantaine {
                    sha256: recu.sha256,
                    recu_le: recu.le,
                    octets: recu.octets,
                    porte: recu.porte,
                    erreur: recu.erreur.unwrap_or_default(),
                    essais: recu.essais,
                })
                .collect(),
        })
    }

    /// Back into the queue, where it was in the order.
    async fn rejouer(&self, agent: &Agent, sha256: &str) -> Result<(), Faute> {
        self.noter_reglage(agent, &format!("rejouer {sha256}"))
            .await?;
        let mails = reception::lister(&self.atelier, QUARANTAINE, MAX_COMPTES);
        let mut mails = mails.map_err(|e| faute(&e))?.into_iter();
        let recu = mails.find(|recu| recu.sha256 == sha256);
        let recu = recu.ok_or(CodeRefus::Introuvable)?;
        let neuf = Recu {
            essais: 0,
            erreur: None,
            ..recu.clone()
        };
        let mut lot = Batch {
            views_delete: vec![recu.rangee(QUARANTAINE)],
            views_put: vec![(neuf.rangee(ATTENTE), json(&neuf).map_err(|e| faute(&e))?)],
            ..Batch::default()
        };
        let fait = Evenement::Rejoue {
            par: agent.id.clone(),
        };
        let le = self.atelier.maintenant();
        reception::noter(&mut lot, sha256, le, Expected::Any, &fait).map_err(|e| faute(&e))?;
        self.atelier
            .store
            .commit(lot)
            .await
            .map_err(|e| faute(&e))?;
        self.atelier.boite.reveil.notify_one();
        Ok(())
    }
}
