//! Requests to the support, as staff read and treat them (S59, S60, S65).

use domain::demande::{
    Auteur, Classement, Commande, Demande, Fond, Message, Note, Rattachement, Surete,
};
use domain::ids::{CandidatId, DemandeId, DossierId};
use domain::personnel::droits::Pouvoir;
use domain::refus::CodeRefus;
use storage::Batch;

use super::Guichet;
use super::agents::Agent;
use super::audit::Passage;
use super::gestion::{autoriser, autoriser_formation, partout};
use crate::acteurs::{InstantaneDemande, OrdreSur, Repere};
use crate::atelier::faute;
use crate::jetons;
use crate::protocol::{
    ActeDemande, Faute, FiltreDemandes, GesteDemande, LigneDemande, Reponse, Resultat,
};

/// Sure, because a person said so.
const CERTAIN: u8 = 100;

impl Guichet {
    pub(super) fn lister_demandes(&self, agent: &Agent, filtre: &FiltreDemandes) -> Resultat {
        autoriser(agent, Pouvoir::VoirDemandes)?;
        let page = self
            .atelier
            .demandes
            .chercher(&self.atelier, filtre, self.visibles(agent));
        Ok(Reponse::ListeDemandes(Box::new(
            page.map_err(|e| faute(&e))?,
        )))
    }

    pub(super) fn voisines_demande(
        &self,
        agent: &Agent,
        id: &DemandeId,
        filtre: &FiltreDemandes,
    ) -> Resultat {
        autoriser(agent, Pouvoir::VoirDemandes)?;
        let voisines =
            self.atelier
                .demandes
                .voisines(&self.atelier, filtre, id, self.visibles(agent));
        Ok(Reponse::VoisinesDemande(voisines.map_err(|e| faute(&e))?))
    }

    /// Which rows the agent may see: those of their formations; those of none are the whole support's.
    fn visibles(&self, agent: &Agent) -> impl Fn(&LigneDemande) -> bool {
        let catalogue = self.atelier.catalogue();
        let toutes = partout(agent, Pouvoir::VoirDemandes);
        move |ligne| match &ligne.formation {
            Some(f) => autoriser_formation(agent, Pouvoir::VoirDemandes, &catalogue, f).is_ok(),
            None => toutes,
        }
    }

    /// The request; the look is in the trail before the answer leaves (S62).
    pub(super) async fn voir_demande(
        &self,
        agent: &Agent,
        id: &DemandeId,
        original: Option<String>,
    ) -> Resultat {
        let lu = self.demande_pour(agent, Pouvoir::VoirDemandes, id).await?;
        let passage = Passage {
            quoi: if original.is_some() {
                "voir_original"
            } else {
                "voir_demande"
            },
            dossier: None,
            detail: Some(format!("{id} {}", original.unwrap_or_default())),
        };
        self.tracer(&agent.id, passage).await?;
        self.demande_vue(agent, &lu).await
    }

    /// A request the agent may do this with; one out of their scope is as if it were not there (Q15).
    async fn demande_pour(
        &self,
        agent: &Agent,
        pouvoir: Pouvoir,
        id: &DemandeId,
    ) -> Result<InstantaneDemande, Faute> {
        autoriser(agent, pouvoir)?;
        let lu = self.annuaire.lire_demande(id).await?;
        let fond = lu.etat.fond().ok_or(CodeRefus::Introuvable)?;
        match &fond.rattachement.formation {
            Some(f) => autoriser_formation(agent, pouvoir, &self.atelier.catalogue(), f)?,
            None if partout(agent, pouvoir) => {}
            None => return Err(CodeRefus::Introuvable.into()),
        }
        Ok(lu)
    }

    pub(super) async fn agir_demande(
        &self,
        agent: &Agent,
        id: Option<String>,
        acte: ActeDemande,
    ) -> Resultat {
        let pouvoir = Pouvoir::TraiterDemandes;
        let lu = self.demande_pour(agent, pouvoir, &acte.id).await?;
        let par = agent.id.clone();
        let graine = id.clone();
        let commande = match acte.geste {
            GesteDemande::Repondre { texte, clore } => Commande::Repondre {
                texte,
                clore,
                par,
                message: self.nouvel_id(graine.as_deref()),
            },
            GesteDemande::Noter { texte } => Commande::Noter {
                note: Note {
                    par,
                    le: self.atelier.maintenant(),
                    texte,
                },
            },
            GesteDemande::Attribuer { a } => Commande::Attribuer { a, par },
            GesteDemande::FixerEcheance { le } => Commande::FixerEcheance { le, par },
            GesteDemande::Clore => Commande::Clore {
                par: Auteur::Personnel { id: par },
            },
            GesteDemande::Rouvrir => Commande::Rouvrir { par },
            GesteDemande::Rattacher { candidat, dossier } => Commande::Rattacher {
                rattachement: self.designer(agent, candidat, dossier).await?,
                par,
            },
            GesteDemande::Reclasser { classes } => Commande::Reclasser {
                classes: classes
                    .into_iter()
                    .map(|code| Classement {
                        code,
                        confiance: CERTAIN,
                        raisons: Vec::new(),
                    })
                    .collect(),
                par,
            },
            GesteDemande::Fusionner { dans } => {
                return self.fusionner(agent, &lu, (acte.id, dans)).await;
            }
            GesteDemande::Scinder { messages } => {
                let vers = DemandeId::new(self.nouvel_id(graine.as_deref()));
                return self.scinder(agent, &lu, (messages, vers)).await;
            }
        };
        let repere = Repere {
            id,
            version: acte.version,
            ..Repere::default()
        };
        let ordre = OrdreSur {
            repere,
            commande,
            avec: Batch::default(),
        };
        let apres = self.annuaire.demande(&acte.id, ordre).await?;
        self.demande_vue(agent, &apres).await
    }

    fn nouvel_id(&self, commande: Option<&str>) -> String {
        jetons::id_dossier(self.atelier.alea.as_ref(), commande)
    }

    async fn ordonner(
        &self,
        id: &DemandeId,
        commande: Commande,
    ) -> Result<InstantaneDemande, Faute> {
        let ordre = OrdreSur {
            repere: None.into(),
            commande,
            avec: Batch::default(),
        };
        self.annuaire.demande(id, ordre).await
    }

    /// The messages are in both for a moment, never in neither: a crash in between is finished by doing it again.
    async fn fusionner(
        &self,
        agent: &Agent,
        lu: &InstantaneDemande,
        (autre, dans): (DemandeId, DemandeId),
    ) -> Resultat {
        let cible = self
            .demande_pour(agent, Pouvoir::TraiterDemandes, &dans)
            .await?;
        if let Demande::Fusionnee { dans: deja, .. } = lu.etat.as_ref()
            && *deja != dans
        {
            return Err(CodeRefus::DemandeFusionnee.into());
        }
        let fond = lu.etat.fond().ok_or(CodeRefus::Introuvable)?;
        if !cible.etat.fond().is_some_and(|la| meme_personne(la, fond)) {
            return Err(CodeRefus::DemandeursDifferents.into());
        }
        let absorber = Commande::Absorber {
            autre: autre.clone(),
            messages: fond.messages.clone(),
            notes: fond.notes.clone(),
            par: agent.id.clone(),
        };
        let apres = self.ordonner(&dans, absorber).await?;
        let fusionner = Commande::Fusionner {
            dans,
            par: agent.id.clone(),
        };
        self.ordonner(&autre, fusionner).await?;
        self.demande_vue(agent, &apres).await
    }

    /// Answered with the new request.
    async fn scinder(
        &self,
        agent: &Agent,
        lu: &InstantaneDemande,
        (messages, vers): (Vec<String>, DemandeId),
    ) -> Resultat {
        let fond = lu.etat.fond().ok_or(CodeRefus::Introuvable)?;
        let partent: Vec<Message> = fond
            .messages
            .iter()
            .filter(|m| messages.contains(&m.id))
            .cloned()
            .collect();
        let restent = fond.messages.len() > partent.len();
        let premier = partent.first().filter(|_| restent);
        let premier = premier.ok_or(CodeRefus::Introuvable)?;
        let nouveau = Fond {
            id: vers.clone(),
            recue_le: premier.le,
            objet: premier.objet.clone(),
            demandeur: fond.demandeur.clone(),
            messages: partent.clone(),
            notes: Vec::new(),
            projet: None,
            automatique_le: None,
            repondue_le: None,
            reouvertures: 0,
            origine: Some(fond.id.clone()),
            absorbees: Vec::new(),
            responsable: Some(agent.id.clone()),
            ..fond.clone()
        };
        let par = agent.id.clone();
        let naitre = Commande::Naitre {
            fond: Box::new(nouveau),
            par: par.clone(),
        };
        let apres = self.ordonner(&vers, naitre).await?;
        let scinder = Commande::Scinder {
            messages,
            vers,
            par,
        };
        self.ordonner(&fond.id, scinder).await?;
        self.demande_vue(agent, &apres).await
    }

    /// Whose a person says it is.
    async fn designer(
        &self,
        agent: &Agent,
        candidat: Option<String>,
        dossier: Option<DossierId>,
    ) -> Result<Rattachement, Faute> {
        let raisons = vec!["personne".to_owned()];
        if let Some(id) = dossier {
            let dossier = self.dossier_pour(agent, Pouvoir::Voir, &id).await?;
            return Ok(Rattachement {
                candidat: Some(dossier.candidat),
                formation: Some(dossier.formation),
                dossier: Some(id),
                surete: Surete::Authentifiee,
                raisons,
            });
        }
        let Some(candidat) = candidat else {
            return Ok(Rattachement::default());
        };
        let qui = match self.par_cle(&jetons::cle_numero(&candidat))? {
            Some(qui) => qui,
            None => CandidatId::new(candidat),
        };
        let lu = self.annuaire.lire_candidat(&qui).await?;
        lu.etat.base().ok_or(CodeRefus::Introuvable)?;
        Ok(Rattachement {
            candidat: Some(qui),
            surete: Surete::Authentifiee,
            raisons,
            ..Rattachement::default()
        })
    }
}

/// S65: who asks reads the whole exchange, so it must be theirs.
fn meme_personne(une: &Fond, autre: &Fond) -> bool {
    let prouve = |fond: &Fond| {
        let surete = fond.rattachement.surete == Surete::Authentifiee;
        fond.rattachement.candidat.clone().filter(|_| surete)
    };
    une.demandeur == autre.demandeur || prouve(une).is_some_and(|qui| Some(qui) == prouve(autre))
}
