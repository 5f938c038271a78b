//! A request as staff see it: with what is known today of the person who asks (S54), and who else looks at it (S59).

use domain::candidat::Candidat;
use domain::demande::{Auteur, Demande, EtatDemande, Evenement, Fond};
use domain::ids::{CandidatId, DemandeId, FormationCode, PersonnelId};
use domain::personnel::droits::{Pouvoir, Verdict};
use domain::refus::{CodeRefus, Refus};

use super::Guichet;
use super::agents::Agent;
use super::gestion::autoriser_formation;
use crate::acteurs::InstantaneDemande;
use crate::atelier::faute;
use crate::courriers;
use crate::protocol::{
    DemandeVue, DossierDemande, DossierVue, Etat, Faute, PersonneDemande, Reponse, Resultat,
    StatutPiece, TraceDemande,
};

/// Mails shown beside a request.
const MAX_COURRIERS: usize = 12;
/// Dossiers shown beside a request.
const MAX_DOSSIERS: usize = 20;

impl Guichet {
    pub(super) async fn demande_vue(&self, agent: &Agent, lu: &InstantaneDemande) -> Resultat {
        let fond = lu.etat.fond().ok_or(CodeRefus::Introuvable)?;
        let etat = lu.etat.etat().ok_or(CodeRefus::Introuvable)?;
        let personne = match &fond.rattachement.candidat {
            Some(qui) => self.personne_vue(agent, qui).await?,
            None => None,
        };
        let droits = &agent.actif()?.fiche.droits;
        let permis = |p: &Pouvoir| matches!(droits.verdict(*p, None), Verdict::Permis);
        let pouvoirs = [Pouvoir::VoirDemandes, Pouvoir::TraiterDemandes];
        Ok(Reponse::Demande(Box::new(DemandeVue {
            pouvoirs: pouvoirs.into_iter().filter(permis).collect(),
            presents: self.presents(agent, &format!("demande.{}", fond.id))?,
            fusionnee_dans: fusion(&lu.etat),
            historique: historique(lu),
            personne,
            version: lu.version,
            ..vue(fond.clone(), etat)
        })))
    }

    async fn personne_vue(
        &self,
        agent: &Agent,
        qui: &CandidatId,
    ) -> Result<Option<PersonneDemande>, Faute> {
        let lu = self.annuaire.lire_candidat(qui).await?;
        let Some(base) = lu.etat.base() else {
            return Ok(None);
        };
        let catalogue = self.atelier.catalogue();
        let visible =
            |f: &FormationCode| autoriser_formation(agent, Pouvoir::Voir, &catalogue, f).is_ok();
        let mut dossiers = Vec::new();
        let mut caches = Vec::new();
        if let Candidat::Actif(actif) = lu.etat.as_ref() {
            for (id, dossier) in &actif.dossiers {
                if !visible(&dossier.formation) {
                    caches.push(id.clone());
                } else if dossiers.len() < MAX_DOSSIERS {
                    match self.annuaire.lire_dossier(id, Some(qui)).await {
                        Ok(vue) => dossiers.push(resumer(vue)),
                        Err(Faute::Refus(Refus { .. })) => {}
                        Err(faute) => return Err(faute),
                    }
                }
            }
        }
        let envois = courriers::de(&self.atelier.store, qui).map_err(|e| faute(&e))?;
        // Mails about a dossier of another centre are that centre's.
        let montres = envois
            .into_iter()
            .filter(|envoi| !envoi.dossier.as_ref().is_some_and(|d| caches.contains(d)));
        let compte = &base.compte;
        Ok(Some(PersonneDemande {
            id: compte.id.clone(),
            numero: compte.numero.clone(),
            nom: compte.nom.clone(),
            prenom: compte.prenom.clone(),
            mail: compte.mail.clone(),
            valide: matches!(lu.etat.as_ref(), Candidat::Actif(_)),
            expire: matches!(lu.etat.as_ref(), Candidat::Expire(_)),
            rebond: base.rebond.as_ref().map(|r| r.raison.clone()),
            courriers: montres.take(MAX_COURRIERS).collect(),
            dossiers,
        }))
    }
}

fn resumer(vue: DossierVue) -> DossierDemande {
    let ouvert = matches!(vue.etat, Etat::EnAttente | Etat::Incomplet);
    let manque = |statut| matches!(statut, StatutPiece::Attendue | StatutPiece::Refusee);
    let manquantes = vue.pieces.iter().filter(|p| ouvert && manque(p.statut));
    DossierDemande {
        manquantes: manquantes.map(|p| p.code.clone()).collect(),
        retour: vue.echeances.retour.filter(|_| ouvert),
        decide: vue.decision.is_some(),
        id: vue.id,
        formation: vue.formation,
        etat: vue.etat,
        transmis_le: vue.transmis_le,
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
        presents: Vec::new(),
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
    let par = |id: &PersonnelId| Some(Auteur::Personnel { id: id.clone() });
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
