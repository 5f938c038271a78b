//! The same act over many dossiers: tried first, then done in the order that lets ranks change hands (P09, T15, T16).

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::dossier::Commande;
use domain::effet::Effet;
use domain::ids::{DossierId, FormationCode};
use domain::personnel::droits::Pouvoir;
use domain::places::Ensemble;
use domain::refus::CodeRefus;

use super::Guichet;
use super::agents::Agent;
use super::gestion::autoriser_formation;
use crate::atelier::faute;
use crate::protocol::{
    ActeDossier, Faute, LigneLot, Lot, MAX_CONTENUS, MAX_LOT, MailPrevu, Reponse, Resultat,
};

/// Tries in which dossiers that are refused are taken to keep their rank; then nobody is taken to move.
const PASSES: usize = 2;

impl Guichet {
    /// A dry run tells every mail; otherwise all or nothing, or whatever can be.
    pub(super) async fn lot(&self, agent: &Agent, id: Option<String>, lot: Lot) -> Resultat {
        if lot.actes.len() > MAX_LOT {
            return Err(CodeRefus::TropDEntrees.into());
        }
        let mut ensemble = Ensemble::new();
        if lot.essai || lot.tout_ou_rien || plusieurs_rangs(&lot.actes) {
            let (mut lignes, ensemble_permis) = self.essayer_lot(agent, &lot.actes).await?;
            let refuse = lignes.iter().any(|l| l.faute.is_some());
            if lot.essai || (refuse && lot.tout_ou_rien) {
                let mails = lignes.iter_mut().flat_map(|l| &mut l.mails);
                mails.skip(MAX_CONTENUS).for_each(|m| m.contenu = None);
                self.nommer(agent, &mut lignes)?;
                let fait = false;
                return Ok(Reponse::Lot { fait, lignes });
            }
            ensemble = ensemble_permis;
        }
        let mut lignes = self.faire_lot(agent, id, &lot.actes, ensemble).await;
        self.nommer(agent, &mut lignes)?;
        Ok(Reponse::Lot { fait: true, lignes })
    }

    /// Whoever gives a rank up goes first: those who want it come after. The report keeps the order asked.
    async fn faire_lot(
        &self,
        agent: &Agent,
        id: Option<String>,
        actes: &[ActeDossier],
        mut ensemble: Ensemble,
    ) -> Vec<LigneLot> {
        let va = |acte: &ActeDossier, ensemble: &Ensemble| {
            ensemble.get(&acte.dossier).is_some_and(Option::is_some)
        };
        let mut ordre: Vec<(usize, &ActeDossier)> = actes.iter().enumerate().collect();
        ordre.sort_by_key(|(_, acte)| va(acte, &ensemble));
        let mut lignes = Vec::with_capacity(actes.len());
        let mut partagee = Arc::new(ensemble.clone());
        for (place, acte) in ordre {
            let id = id.as_ref().map(|id| format!("{id}/{}", acte.dossier));
            let ligne = match self.faire_acte(agent, id, acte, &partagee).await {
                Ok(vue) => LigneLot::faite(&vue),
                // What was done stays done and told: the report goes on. It stays where it was, and holds what it held.
                Err(faute) => {
                    if ensemble.remove(&acte.dossier).is_some() {
                        partagee = Arc::new(ensemble.clone());
                    }
                    LigneLot::refusee(&acte.dossier, faute)
                }
            };
            lignes.push((place, ligne));
        }
        lignes.sort_by_key(|(place, _)| *place);
        lignes.into_iter().map(|(_, ligne)| ligne).collect()
    }

    /// What each act would come to, and which dossiers move together in the places.
    async fn essayer_lot(
        &self,
        agent: &Agent,
        actes: &[ActeDossier],
    ) -> Result<(Vec<LigneLot>, Ensemble), Faute> {
        let mut ensemble = self.mouvements(actes).await;
        for _ in 0..PASSES {
            let lignes = self.essayer_actes(agent, actes, &ensemble).await?;
            let refuses = lignes.iter().filter(|l| l.faute.is_some());
            let restent: Vec<DossierId> = refuses
                .filter(|l| ensemble.contains_key(&l.dossier))
                .map(|l| l.dossier.clone())
                .collect();
            if restent.is_empty() {
                return Ok((lignes, ensemble));
            }
            // Whoever is refused keeps what it holds: try the others again.
            ensemble.retain(|d, _| !restent.contains(d));
        }
        let seuls = Ensemble::new();
        let lignes = self.essayer_actes(agent, actes, &seuls).await?;
        Ok((lignes, seuls))
    }

    async fn essayer_actes(
        &self,
        agent: &Agent,
        actes: &[ActeDossier],
        ensemble: &Ensemble,
    ) -> Result<Vec<LigneLot>, Faute> {
        let (mut rangs, partagee) = (BTreeSet::new(), Arc::new(ensemble.clone()));
        let mut lignes = Vec::with_capacity(actes.len());
        for acte in actes {
            lignes.push(
                self.essayer_acte(agent, acte, &partagee, &mut rangs)
                    .await?,
            );
        }
        Ok(lignes)
    }

    /// Where each dossier goes that takes a rank or gives one up; nowhere when nobody takes one.
    async fn mouvements(&self, actes: &[ActeDossier]) -> Ensemble {
        let mut ensemble = Ensemble::new();
        for acte in actes {
            let vers = if let Commande::SaisirAvis { avis } = &acte.commande {
                Some(avis.nature.rang())
            } else if matches!(acte.commande, Commande::RetirerAvis) {
                Some(None)
            } else if matches!(acte.commande, Commande::PublierAvis) {
                // What cannot be read is refused when it is tried.
                let lue = self.annuaire.lire_dossier(&acte.dossier, None).await;
                let gestion = lue.ok().and_then(|vue| vue.gestion);
                let brouillon = gestion.as_ref().and_then(|g| g.brouillon.as_ref());
                brouillon.map(|avis| avis.nature.rang())
            } else {
                None
            };
            if let Some(vers) = vers {
                ensemble.insert(acte.dossier.clone(), vers);
            }
        }
        if ensemble.values().all(Option::is_none) {
            ensemble.clear();
        }
        ensemble
    }

    /// Whose dossiers they are, as far as the agent may see them.
    fn nommer(&self, agent: &Agent, lignes: &mut [LigneLot]) -> Result<(), Faute> {
        let catalogue = self.atelier.catalogue();
        for ligne in lignes {
            let trouvee = self.liste.ligne(&self.atelier, &ligne.dossier);
            let trouvee = trouvee.map_err(|e| faute(&e))?.filter(|l| {
                autoriser_formation(agent, Pouvoir::Voir, &catalogue, &l.formation).is_ok()
            });
            ligne.ligne = trouvee.map(Box::new);
        }
        Ok(())
    }

    /// `rangs` are those the acts before it in the batch took: the places know only of what is done.
    async fn essayer_acte(
        &self,
        agent: &Agent,
        acte: &ActeDossier,
        ensemble: &Arc<Ensemble>,
        rangs: &mut BTreeSet<(FormationCode, u32)>,
    ) -> Result<LigneLot, Faute> {
        let essai = match self.demande(agent, None, acte).await {
            Ok(mut demande) => {
                demande.ensemble = ensemble.clone();
                self.annuaire.essayer(&acte.dossier, demande).await
            }
            Err(faute) => Err(faute),
        };
        match essai {
            Ok(essai) => {
                if let Commande::SaisirAvis { avis } = &acte.commande
                    && let Some(rang) = avis.nature.rang()
                    && !rangs.insert((essai.vue.formation.clone(), rang))
                {
                    return Ok(LigneLot::refusee(&acte.dossier, CodeRefus::RangPris.into()));
                }
                let mut ligne = LigneLot::faite(&essai.vue);
                ligne.mails = essai.effets.iter().filter_map(mail_prevu).collect();
                Ok(ligne)
            }
            Err(faute @ (Faute::Occupe { .. } | Faute::Indisponible { .. })) => Err(faute),
            Err(faute) => Ok(LigneLot::refusee(&acte.dossier, faute)),
        }
    }
}

/// Whether two drafts with a rank are entered: only then may ranks change hands without anybody asking for all or nothing.
fn plusieurs_rangs(actes: &[ActeDossier]) -> bool {
    let rangs = actes.iter().filter(|acte| {
        matches!(&acte.commande, Commande::SaisirAvis { avis } if avis.nature.rang().is_some())
    });
    rangs.take(2).count() == 2
}

fn mail_prevu(effet: &Effet) -> Option<MailPrevu> {
    let Effet::Mail(mail) = effet else {
        return None;
    };
    Some(MailPrevu {
        code: mail.code,
        a: mail.a.clone(),
        contenu: mail.lien.is_none().then(|| Box::new(mail.clone())),
    })
}
