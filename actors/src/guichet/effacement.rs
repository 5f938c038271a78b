//! A person's data erased on request (Q18): first what would leave, then for good.

use domain::candidat::Candidat;
use domain::dossier::Reponse as ReponseCandidat;
use domain::ids::CandidatId;
use domain::refus::CodeRefus;

use super::Guichet;
use super::agents::Agent;
use super::audit::Passage;
use crate::atelier::faute;
use crate::effacement::{self, Raison};
use crate::jetons;
use crate::protocol::{EffacementVue, Reponse, Resultat};

impl Guichet {
    pub(super) async fn effacer(&self, agent: &Agent, candidat: String, essai: bool) -> Resultat {
        let trouve = self.par_cle(&jetons::cle_numero(&candidat))?;
        let qui = trouve.unwrap_or_else(|| CandidatId::new(candidat));
        let etat = self.annuaire.lire_candidat(&qui).await?.etat;
        let base = etat.base().ok_or(CodeRefus::Introuvable)?;
        let formations = match etat.as_ref() {
            Candidat::Actif(actif) => actif
                .dossiers
                .values()
                .map(|d| d.formation.clone())
                .collect(),
            Candidat::Absent | Candidat::AValider { .. } | Candidat::Expire(_) => Vec::new(),
        };
        let confirmes = self.liste.du_candidat(&self.atelier, &qui);
        let confirmes = confirmes.map_err(|e| faute(&e))?;
        let admissions = confirmes
            .into_iter()
            .filter(|l| l.reponse == Some(ReponseCandidat::Confirmee))
            .map(|l| l.formation);
        let liste = &self.atelier.demandes;
        let demandes = liste.de(&self.atelier, &qui, &base.compte.mail);
        let vue = EffacementVue {
            demandes: demandes.map_err(|e| faute(&e))?.len(),
            candidat: qui.clone(),
            numero: base.compte.numero.clone(),
            nom: base.compte.nom.clone(),
            prenom: base.compte.prenom.clone(),
            campagne: base.compte.campagne.clone(),
            formations,
            admissions: admissions.collect(),
            fait: !essai,
        };
        if !essai {
            // The trail keeps that it was done, by whom, under an id that says nothing of the person any more.
            let passage = Passage {
                quoi: "effacer",
                dossier: None,
                detail: Some(qui.to_string()),
            };
            let trace = self.trace(&agent.id, passage)?;
            let raison = Raison::Demande;
            effacement::effacer(&self.atelier, &self.annuaire, &qui, raison, trace).await?;
        }
        Ok(Reponse::Effacement(Box::new(vue)))
    }
}
