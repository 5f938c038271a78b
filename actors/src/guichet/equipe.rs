//! The comments that the managers of a centre share: whoever examines its dossiers reads, adds and removes them.

use domain::equipe::{Commande, Equipe, decide};
use domain::ids::CentreCode;
use domain::personnel::droits::{Portee, Pouvoir};
use domain::refus::CodeRefus;

use super::Guichet;
use super::agents::Agent;
use super::audit::Passage;
use super::gestion::{autoriser, trancher};
use crate::acteurs::{ESSAIS, occupe};
use crate::atelier::{faute, sinon_recommencer};
use crate::fil::Fil;
use crate::protocol::{Faute, Partages, Reponse, Resultat};

fn stream(centre: &CentreCode) -> String {
    format!("equipe.{centre}")
}

impl Guichet {
    /// Whether the agent examines the dossiers of this centre.
    fn autoriser_centre(&self, agent: &Agent, centre: &CentreCode) -> Result<(), Faute> {
        if !self.atelier.catalogue().centres.contains_key(centre) {
            return Err(CodeRefus::Introuvable.into());
        }
        let portee = Portee {
            centre,
            commission: None,
        };
        let droits = &agent.actif()?.fiche.droits;
        trancher(droits.verdict(Pouvoir::Examiner, Some(portee)))
    }

    /// Of one centre, or of each of the agent's.
    pub(super) fn partages(&self, agent: &Agent, centre: Option<CentreCode>) -> Resultat {
        let voulus = match centre {
            Some(centre) => {
                self.autoriser_centre(agent, &centre)?;
                vec![centre]
            }
            None => {
                autoriser(agent, Pouvoir::Examiner)?;
                let catalogue = self.atelier.catalogue();
                let siens = catalogue.centres.keys();
                let siens = siens.filter(|c| self.autoriser_centre(agent, c).is_ok());
                siens.cloned().collect()
            }
        };
        let mut centres = Vec::with_capacity(voulus.len());
        for centre in voulus {
            let fil = Fil::<Equipe>::charger(&self.atelier, stream(&centre));
            let modeles = fil.map_err(|e| faute(&e))?.etat.modeles.clone();
            centres.push(Partages { centre, modeles });
        }
        Ok(Reponse::Partages { centres })
    }

    /// The change and its line in the trail are one commit; of two at once each counts.
    pub(super) async fn changer_partages(
        &self,
        agent: &Agent,
        centre: &CentreCode,
        commande: Commande,
    ) -> Resultat {
        self.autoriser_centre(agent, centre)?;
        let (quoi, nom) = match &commande {
            Commande::Partager { nom, .. } => ("partager_commentaire", nom.clone()),
            Commande::Oublier { nom, .. } => ("oublier_commentaire", nom.clone()),
        };
        for _ in 0..ESSAIS {
            let fil = Fil::<Equipe>::charger(&self.atelier, stream(centre));
            let mut fil = fil.map_err(|e| faute(&e))?;
            let evenements = decide(&fil.etat, commande.clone())?;
            if evenements.is_empty() {
                return Ok(Reponse::Fait);
            }
            let passage = Passage {
                quoi,
                dossier: None,
                detail: Some(format!("{centre} {nom}")),
            };
            let lot = self.trace(&agent.id, passage)?;
            let sans_suite = |_: &Equipe, _: &_| Vec::new();
            let fait = fil
                .ajouter(&self.atelier, evenements, sans_suite, lot)
                .await;
            if sinon_recommencer(fait)?.is_some() {
                return Ok(Reponse::Fait);
            }
        }
        Err(occupe())
    }
}
