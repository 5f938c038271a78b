//! Requests to the support, as staff read and treat them (S59, S60, S65).

use domain::demande::{
    Auteur, Classement, Commande, Demande, EtatDemande, Evenement, Fond, Message, Note,
    Rattachement, Surete,
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
    ActeDemande, DemandeVue, Faute, FiltreDemandes, GesteDemande, LigneDemande, PersonneDemande,
    Reponse, Resultat, TraceDemande,
};

/// Sure, because a person said so.
const CERTAIN: u8 = 100;

impl Guichet {
    pub(super) fn lister_demandes(&self, agent: &Agent, filtre: &FiltreDemandes) -> Resultat {
        autoriser(agent, Pouvoir::VoirDemandes)?;
        let catalogue = self.atelier.catalogue();
        let visible = |ligne: &LigneDemande| match &ligne.formation {
            Some(f) => autoriser_formation(agent, Pouvoir::VoirDemandes, &catalogue, f).is_ok(),
            None => partout(agent, Pouvoir::VoirDemandes),
        };
        let page = self.demandes.chercher(&self.atelier, filtre, visible);
        Ok(Reponse::ListeDemandes(Box::new(
            page.map_err(|e| faute(&e))?,
        )))
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
        self.demande_pour(agent, Pouvoir::TraiterDemandes, &dans)
            .await?;
        if let Demande::Fusionnee { dans: deja, .. } = lu.etat.as_ref()
            && *deja != dans
        {
            return Err(CodeRefus::DemandeFusionnee.into());
        }
        let fond = lu.etat.fond().ok_or(CodeRefus::Introuvable)?;
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

    async fn demande_vue(&self, agent: &Agent, lu: &InstantaneDemande) -> Resultat {
        let fond = lu.etat.fond().ok_or(CodeRefus::Introuvable)?;
        let etat = lu.etat.etat().ok_or(CodeRefus::Introuvable)?;
        let personne = match &fond.rattachement.candidat {
            Some(qui) => self.personne(qui).await?,
            None => None,
        };
        let droits = &agent.actif()?.fiche.droits;
        let permis = |p: &Pouvoir| {
            matches!(
                droits.verdict(*p, None),
                domain::personnel::droits::Verdict::Permis
            )
        };
        let pouvoirs = [Pouvoir::VoirDemandes, Pouvoir::TraiterDemandes];
        Ok(Reponse::Demande(Box::new(DemandeVue {
            pouvoirs: pouvoirs.into_iter().filter(permis).collect(),
            fusionnee_dans: fusion(&lu.etat),
            historique: historique(lu),
            personne,
            version: lu.version,
            ..vue(fond.clone(), etat)
        })))
    }

    async fn personne(&self, qui: &CandidatId) -> Result<Option<PersonneDemande>, Faute> {
        let lu = self.annuaire.lire_candidat(qui).await?;
        let Some(base) = lu.etat.base() else {
            return Ok(None);
        };
        let compte = &base.compte;
        Ok(Some(PersonneDemande {
            id: compte.id.clone(),
            numero: compte.numero.clone(),
            nom: compte.nom.clone(),
            prenom: compte.prenom.clone(),
            mail: compte.mail.clone(),
            valide: matches!(lu.etat.as_ref(), domain::candidat::Candidat::Actif(_)),
            rebond: base.rebond.as_ref().map(|r| r.raison.clone()),
        }))
    }
}

fn fusion(etat: &Demande) -> Option<DemandeId> {
    match etat {
        Demande::Fusionnee { dans, .. } => Some(dans.clone()),
        Demande::Absente
        | Demande::Nouvelle(_)
        | Demande::EnCours(_)
        | Demande::EnAttente(_)
        | Demande::Close { .. } => None,
    }
}

fn vue(fond: Fond, etat: EtatDemande) -> DemandeVue {
    DemandeVue {
        id: fond.id,
        etat,
        objet: fond.objet,
        langue: fond.langue,
        demandeur: fond.demandeur,
        nom: fond.nom,
        rattachement: fond.rattachement,
        personne: None,
        classes: fond.classes,
        urgent: fond.urgent,
        signalements: fond.signalements,
        responsable: fond.responsable,
        recue_le: fond.recue_le,
        echeance: fond.echeance,
        messages: fond.messages,
        notes: fond.notes,
        projet: fond.projet,
        automatique_le: fond.automatique_le,
        reouvertures: fond.reouvertures,
        origine: fond.origine,
        fusionnee_dans: None,
        absorbees: fond.absorbees,
        historique: Vec::new(),
        pouvoirs: Vec::new(),
        version: 0,
    }
}

fn historique(lu: &InstantaneDemande) -> Vec<TraceDemande> {
    let trace = |(le, fait): &(jiff::Timestamp, Evenement)| {
        let (quoi, par) = nommer(fait);
        TraceDemande {
            le: *le,
            quoi: quoi.to_owned(),
            par,
        }
    };
    lu.faits.iter().map(trace).collect()
}

/// What happened, and who did it.
fn nommer(fait: &Evenement) -> (&'static str, Option<Auteur>) {
    let par = |id: &domain::ids::PersonnelId| Some(Auteur::Personnel { id: id.clone() });
    match fait {
        Evenement::DemandeRecue { .. } => ("demande_recue", Some(Auteur::Demandeur)),
        Evenement::MessageRecu { .. } => ("message_recu", Some(Auteur::Demandeur)),
        Evenement::Repondue { message } => ("repondue", Some(message.par.clone())),
        Evenement::EnvoiNote { .. } => ("envoi_note", None),
        Evenement::DemandeNotee { note } => ("demande_notee", par(&note.par)),
        Evenement::Attribuee { par: qui, .. } => ("attribuee", par(qui)),
        Evenement::EcheanceFixee { par: qui, .. } => ("echeance_fixee", par(qui)),
        Evenement::DemandeRattachee { par: qui, .. } => ("demande_rattachee", par(qui)),
        Evenement::Reclassee { par: qui, .. } => ("reclassee", par(qui)),
        Evenement::DemandeClose { par, .. } => ("demande_close", Some(par.clone())),
        Evenement::DemandeRouverte { par: qui, .. } => ("demande_rouverte", par(qui)),
        Evenement::MessageRepris { .. } => ("message_repris", None),
        Evenement::NoteReprise { .. } => ("note_reprise", None),
        Evenement::Absorbee { par: qui, .. } => ("absorbee", par(qui)),
        Evenement::FusionneeDans { par: qui, .. } => ("fusionnee_dans", par(qui)),
        Evenement::Scindee { par: qui, .. } => ("scindee", par(qui)),
        Evenement::DemandeScindee { par: qui, .. } => ("demande_scindee", par(qui)),
    }
}
