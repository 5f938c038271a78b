//! What staff do to dossiers: each act with the power it needs (`2-domain.md`, section 2).

use std::sync::Arc;

use domain::candidat::Commande as CommandeCandidat;
use domain::dossier::{Acteur, Commande};
use domain::ids::{CandidatId, DossierId, FormationCode};
use domain::personnel::droits::{Pouvoir, Role};
use domain::places::Ensemble;
use domain::refus::CodeRefus;

use super::Guichet;
use super::agents::Agent;
use super::audit::Passage;
use super::gestion::autoriser_formation;
use crate::acteurs::Demande;
use crate::atelier::faute;
use crate::jetons;
use crate::protocol::{ActeDossier, DossierVue, Faute, Reponse, Resultat};

/// What an act of staff needs; none for what is not theirs.
const fn pouvoir(commande: &Commande) -> Option<Pouvoir> {
    match commande {
        Commande::DeciderPiece { .. }
        | Commande::ExigerPiece { .. }
        | Commande::Renvoyer { .. }
        | Commande::Reprendre
        | Commande::DeclarerComplet
        | Commande::Rouvrir => Some(Pouvoir::Examiner),
        Commande::SaisirAvis { .. } | Commande::RetirerAvis => Some(Pouvoir::SaisirAvis),
        Commande::PublierAvis => Some(Pouvoir::ValiderAvis),
        Commande::AnnulerParGestion { .. }
        | Commande::Confirmer
        | Commande::SeDesister
        | Commande::FixerEcheances { .. }
        | Commande::Retablir { .. }
        | Commande::Promouvoir => Some(Pouvoir::Conduire),
        Commande::Annoter { .. } => Some(Pouvoir::Annoter),
        Commande::Creer { .. }
        | Commande::Proposer { .. }
        | Commande::Deposer { .. }
        | Commande::Puiser { .. }
        | Commande::Retirer { .. }
        | Commande::DeclarerNonConcerne { .. }
        | Commande::RevenirConcerne { .. }
        | Commande::ConclureAnalyse { .. }
        | Commande::Transmettre
        | Commande::Annuler
        | Commande::ExpirerConfirmation
        | Commande::Rappeler { .. }
        | Commande::RelancerConfirmation => None,
    }
}

/// Who acts, as the dossier's history keeps it: the jury when the person has no other role.
fn acteur(agent: &Agent) -> Result<Acteur, Faute> {
    let roles = &agent.actif()?.fiche.droits.roles;
    let id = agent.id.clone();
    let jury = roles.iter().all(|r| matches!(r, Role::Commission { .. }));
    Ok(if jury {
        Acteur::Commission { id }
    } else {
        Acteur::Gestionnaire { id }
    })
}

/// The act's code in the trail: the command's own.
fn code(commande: &Commande) -> String {
    let valeur = serde_json::to_value(commande).ok();
    let nom = valeur.as_ref().and_then(|v| v.get("commande")?.as_str());
    nom.unwrap_or("acte").to_owned()
}

impl Guichet {
    /// One act on one dossier.
    pub(super) async fn agir_gestion(
        &self,
        agent: &Agent,
        id: Option<String>,
        acte: ActeDossier,
    ) -> Resultat {
        let vue = self.faire_acte(agent, id, &acte, &Arc::default()).await?;
        Ok(Reponse::Dossier(Box::new(vue)))
    }

    /// The act and its line in the trail are one commit; what was refused changed nothing.
    pub(super) async fn faire_acte(
        &self,
        agent: &Agent,
        id: Option<String>,
        acte: &ActeDossier,
        ensemble: &Arc<Ensemble>,
    ) -> Result<DossierVue, Faute> {
        let mut demande = self.demande(agent, id, acte).await?;
        demande.ensemble = ensemble.clone();
        let annule = matches!(acte.commande, Commande::AnnulerParGestion { .. });
        let vue = self.annuaire.dossier(&acte.dossier, demande).await?;
        if annule {
            // The relay would do it as well; the candidate's limit is free at once.
            let clore = CommandeCandidat::CloreDossier {
                dossier: vue.id.clone(),
            };
            self.annuaire.candidat(&vue.candidat, None, clore).await?;
        }
        Ok(vue)
    }

    /// Whether the agent may, here; and the act as the dossier's actor takes it.
    pub(super) async fn demande(
        &self,
        agent: &Agent,
        id: Option<String>,
        acte: &ActeDossier,
    ) -> Result<Demande, Faute> {
        let pouvoir = pouvoir(&acte.commande).ok_or(CodeRefus::ActeNonPermis)?;
        let vue = self.dossier_pour(agent, pouvoir, &acte.dossier).await?;
        let quoi = code(&acte.commande);
        let passage = Passage {
            quoi: &quoi,
            dossier: Some((&vue.id, &vue.candidat)),
            detail: None,
        };
        Ok(Demande {
            id,
            par: acteur(agent)?,
            version: acte.version,
            trace: Some(Box::new(self.trace(&agent.id, passage)?)),
            ..Demande::du_systeme(acte.commande.clone())
        })
    }

    /// T02, T03: by candidate number or id; window and limits do not hold staff, and the event tells.
    pub(super) async fn creer_gestion(
        &self,
        agent: &Agent,
        id: Option<String>,
        (candidat, formation, proposition): (String, FormationCode, bool),
    ) -> Resultat {
        let catalogue = self.atelier.catalogue();
        autoriser_formation(agent, Pouvoir::Conduire, &catalogue, &formation)?;
        let par = acteur(agent)?;
        let trouve = self.atelier.store.index(&jetons::cle_numero(&candidat));
        let trouve = trouve.map_err(|e| faute(&e))?;
        let qui = trouve.map_or_else(
            || CandidatId::new(candidat),
            |id| CandidatId::new(String::from_utf8_lossy(&id)),
        );
        let alea = self.atelier.alea.as_ref();
        let dossier = DossierId::new(jetons::id_dossier(alea, id.as_deref()));
        let ouvrir = CommandeCandidat::OuvrirDossier {
            dossier: dossier.clone(),
            formation: formation.clone(),
            par: par.clone(),
            proposition,
        };
        self.annuaire.candidat(&qui, id, ouvrir).await?;
        let (id, candidat) = (dossier.clone(), qui.clone());
        let quoi = if proposition { "proposer" } else { "creer" };
        let passage = Passage {
            quoi,
            dossier: Some((&dossier, &qui)),
            detail: None,
        };
        let trace = Some(Box::new(self.trace(&agent.id, passage)?));
        let commande = if proposition {
            Commande::Proposer {
                id,
                candidat,
                formation,
            }
        } else {
            Commande::Creer {
                id,
                candidat,
                formation,
            }
        };
        let demande = Demande {
            par,
            trace,
            ..Demande::du_systeme(commande)
        };
        let vue = self.annuaire.dossier(&dossier, demande).await?;
        Ok(Reponse::Dossier(Box::new(vue)))
    }
}
