//! What staff do: who asks, whether the table of rights lets them, what is written in the trail.

use domain::campagne::{Catalogue, Formation};
use domain::equipe;
use domain::ids::{DossierId, FormationCode, PieceCode};
use domain::personnel::droits::{Portee, Pouvoir, Verdict};
use domain::refus::CodeRefus;

use super::agents::Agent;
use super::audit::Passage;
use super::candidat::actif;
use super::{Guichet, personnel};
use crate::atelier::faute;
use crate::protocol::{
    ActeGestion, AgentVue, DossierGestion, DossierVue, EtapeSession, Faute, FiltreDossiers,
    Present, Reponse, Resultat,
};
use crate::vues;

impl Guichet {
    /// Serves an act of staff. What the session's stage, the table of rights or the scope forbid is refused here,
    /// and nowhere else.
    #[expect(clippy::too_many_lines, reason = "a table: one row per act")]
    pub(super) async fn gerer(
        &self,
        session: &str,
        id: Option<String>,
        acte: ActeGestion,
    ) -> Resultat {
        let agent = self.authentifier_agent(session).await?;
        etape_permise(agent.etape, &acte)?;
        let id = id.map(|id| format!("{}/{id}", agent.id));
        match acte {
            ActeGestion::Moi => self.agent(&agent),
            ActeGestion::ProuverSecond { code } => self.prouver_second(&agent, &code).await,
            ActeGestion::CommencerSecond => self.commencer_second(&agent).await,
            ActeGestion::ConfirmerSecond { nonce, code } => {
                self.confirmer_second(&agent, nonce, &code).await
            }
            ActeGestion::RenouvelerRecours { code } => self.renouveler_recours(&agent, &code).await,
            ActeGestion::ChangerMotDePasse { actuel, nouveau } => {
                self.changer_mot_de_passe_agent(&agent, actuel, nouveau)
                    .await
            }
            ActeGestion::Personnel(acte) => {
                autoriser(&agent, Pouvoir::GererPersonnel)?;
                self.administrer(Some(agent.id), id, acte).await
            }
            ActeGestion::Campagne(acte) => self.campagne_par(&agent, acte).await,
            ActeGestion::Effacer { candidat, essai } => {
                autoriser(&agent, Pouvoir::GererCampagne)?;
                self.effacer(&agent, candidat, essai).await
            }
            ActeGestion::Dossier { id } => self.regarder(&agent, "voir_dossier", &id).await,
            ActeGestion::AgirDossier(acte) => self.agir_gestion(&agent, id, acte).await,
            ActeGestion::CreerDossier {
                candidat,
                formation,
                proposition,
            } => {
                self.creer_gestion(&agent, id, (candidat, formation, proposition))
                    .await
            }
            ActeGestion::Lot(lot) => self.lot(&agent, id, lot).await,
            ActeGestion::Piece { id, piece } => self.voir_piece(&agent, &id, &piece).await,
            ActeGestion::Dossiers(filtre) => self.lister_dossiers(&agent, &filtre),
            ActeGestion::Voisins { id, filtre } => self.voisins(&agent, &id, &filtre),
            ActeGestion::Places { formation } => self.voir_places(&agent, formation).await,
            ActeGestion::Collegues => self.collegues(&agent).await,
            ActeGestion::GarderAffaire {
                sorte,
                nom,
                contenu,
            } => self.garder_affaire(&agent, (sorte, nom, contenu)).await,
            ActeGestion::OublierAffaire { sorte, nom } => {
                self.oublier_affaire(&agent, sorte, nom).await
            }
            ActeGestion::Partages { centre } => self.partages(&agent, centre),
            ActeGestion::PartagerModele {
                centre,
                nom,
                contenu,
            } => {
                let (nom, par) = (nom.trim().to_owned(), agent.id.clone());
                let commande = equipe::Commande::Partager { nom, contenu, par };
                self.changer_partages(&agent, &centre, commande).await
            }
            ActeGestion::OublierPartage { centre, nom } => {
                let par = agent.id.clone();
                let commande = equipe::Commande::Oublier { nom, par };
                self.changer_partages(&agent, &centre, commande).await
            }
            ActeGestion::Demandes(filtre) => self.lister_demandes(&agent, &filtre),
            ActeGestion::Demande { id, original } => self.voir_demande(&agent, &id, original).await,
            ActeGestion::VoisinesDemande { id, filtre } => {
                self.voisines_demande(&agent, &id, &filtre)
            }
            ActeGestion::AgirDemande(acte) => self.agir_demande(&agent, id, *acte).await,
            ActeGestion::Support(acte) => self.regler_support(&agent, acte).await,
            ActeGestion::Delivrabilite { jours, domaine } => {
                self.delivrabilite(&agent, jours, domaine).await
            }
            ActeGestion::Statistiques(filtre) => self.compter(&agent, &filtre),
            ActeGestion::Sortir(sortie) => self.sortir(&agent, sortie).await,
            ActeGestion::Audit { sujet, curseur } => {
                autoriser(&agent, Pouvoir::LireAudit)?;
                self.lire_audit(&sujet, curseur.as_deref())
            }
        }
    }

    async fn voir_piece(&self, agent: &Agent, id: &DossierId, piece: &PieceCode) -> Resultat {
        let dossier = self.dossier_pour(agent, Pouvoir::Voir, id).await?;
        let passage = Passage {
            quoi: "voir_piece",
            dossier: Some((&dossier.id, &dossier.candidat)),
            detail: Some(piece.to_string()),
        };
        self.tracer(&agent.id, passage).await?;
        Ok(Reponse::Dossier(Box::new(dossier)))
    }

    fn lister_dossiers(&self, agent: &Agent, filtre: &FiltreDossiers) -> Resultat {
        autoriser(agent, Pouvoir::Voir)?;
        let catalogue = self.atelier.catalogue();
        let visible = |code: &FormationCode| {
            autoriser_formation(agent, Pouvoir::Voir, &catalogue, code).is_ok()
        };
        let page = self.liste.chercher(&self.atelier, filtre, visible);
        Ok(Reponse::ListeDossiers(Box::new(
            page.map_err(|e| faute(&e))?,
        )))
    }

    fn compter(&self, agent: &Agent, filtre: &FiltreDossiers) -> Resultat {
        autoriser(agent, Pouvoir::Statistiques)?;
        let catalogue = self.atelier.catalogue();
        let visible = |code: &FormationCode| {
            autoriser_formation(agent, Pouvoir::Statistiques, &catalogue, code).is_ok()
        };
        // An account belongs to no centre: it is counted for who sees everything, and asks for everything.
        let partout = agent.actif()?.fiche.droits.partout(Pouvoir::Statistiques);
        let tout = partout && *filtre == FiltreDossiers::default();
        let chiffres = self.liste.chiffrer(&self.atelier, (filtre, tout), visible);
        Ok(Reponse::Statistiques(Box::new(
            chiffres.map_err(|e| faute(&e))?,
        )))
    }

    fn agent(&self, agent: &Agent) -> Resultat {
        let personnel = personnel::vue(&agent.lu).ok_or(Faute::SessionAbsente)?;
        let droits = &agent.actif()?.fiche.droits;
        let permis = |p: &Pouvoir| droits.verdict(*p, None) == Verdict::Permis;
        Ok(Reponse::Agent(Box::new(AgentVue {
            etape: agent.etape,
            second_exige: self.atelier.limites.exiger_second_facteur,
            pouvoirs: Pouvoir::TOUS.into_iter().filter(permis).collect(),
            affaires: agent.actif()?.affaires.clone(),
            personnel,
        })))
    }

    /// A dossier the agent may do this with, whole. One that is out of their scope is as if it were not there (Q15).
    /// Whoever acts on a dossier goes through here.
    pub(super) async fn dossier_pour(
        &self,
        agent: &Agent,
        pouvoir: Pouvoir,
        id: &DossierId,
    ) -> Result<DossierVue, Faute> {
        let dossier = self.annuaire.lire_dossier(id, None).await?;
        let catalogue = self.atelier.catalogue();
        autoriser_formation(agent, pouvoir, &catalogue, &dossier.formation)?;
        Ok(dossier)
    }

    /// Notes that the agent looks at this; who else does (P03, S59).
    pub(super) fn presents(&self, agent: &Agent, quoi: &str) -> Result<Vec<Present>, Faute> {
        let fiche = &agent.actif()?.fiche;
        let qui = Present {
            personnel: agent.id.clone(),
            nom: format!("{} {}", fiche.prenom, fiche.nom),
            le: self.atelier.maintenant(),
        };
        Ok(self.presences.arriver(quoi, qui))
    }

    /// The dossier with its candidate; the look is in the trail before the answer leaves.
    pub(super) async fn regarder(&self, agent: &Agent, quoi: &str, id: &DossierId) -> Resultat {
        let dossier = self.dossier_pour(agent, Pouvoir::Voir, id).await?;
        let passage = Passage {
            quoi,
            dossier: Some((&dossier.id, &dossier.candidat)),
            detail: None,
        };
        self.tracer(&agent.id, passage).await?;
        let presents = self.presents(agent, &format!("dossier.{id}"))?;
        let candidat = self.annuaire.lire_candidat(&dossier.candidat).await?;
        let catalogue = self.atelier.catalogue();
        let permis =
            |p: &Pouvoir| autoriser_formation(agent, *p, &catalogue, &dossier.formation).is_ok();
        Ok(Reponse::DossierGestion(Box::new(DossierGestion {
            candidat: vues::moi(actif(&candidat)?, candidat.version),
            pouvoirs: Pouvoir::TOUS.into_iter().filter(permis).collect(),
            presents,
            dossier,
        })))
    }
}

/// Until the second factor is proved or set up, a session serves for that alone.
fn etape_permise(etape: EtapeSession, acte: &ActeGestion) -> Result<(), Faute> {
    let permis = match etape {
        EtapeSession::Complete => return Ok(()),
        EtapeSession::SecondFacteur => {
            matches!(acte, ActeGestion::Moi | ActeGestion::ProuverSecond { .. })
        }
        EtapeSession::Enrolement => matches!(
            acte,
            ActeGestion::Moi | ActeGestion::CommencerSecond | ActeGestion::ConfirmerSecond { .. }
        ),
    };
    match etape {
        _ if permis => Ok(()),
        EtapeSession::Complete => Ok(()),
        EtapeSession::SecondFacteur => Err(CodeRefus::SecondFacteurRequis.into()),
        EtapeSession::Enrolement => Err(CodeRefus::EnrolementRequis.into()),
    }
}

/// Whether the agent may do this at all.
pub(super) fn autoriser(agent: &Agent, pouvoir: Pouvoir) -> Result<(), Faute> {
    trancher(agent.actif()?.fiche.droits.verdict(pouvoir, None))
}

/// Whether the agent may do this everywhere.
pub(super) fn partout(agent: &Agent, pouvoir: Pouvoir) -> bool {
    agent
        .actif()
        .is_ok_and(|actif| actif.fiche.droits.partout(pouvoir))
}

/// Whether the agent may do this in this formation.
pub(super) fn autoriser_formation(
    agent: &Agent,
    pouvoir: Pouvoir,
    catalogue: &Catalogue,
    formation: &FormationCode,
) -> Result<(), Faute> {
    let droits = &agent.actif()?.fiche.droits;
    let portee = |f: &'_ Formation| {
        droits.verdict(
            pouvoir,
            Some(Portee {
                centre: &f.centre,
                commission: f.commission.as_ref(),
            }),
        )
    };
    // Without its formation a dossier belongs to no centre: only who may act everywhere may act on it.
    trancher(match catalogue.formations.get(formation) {
        Some(formation) => portee(formation),
        None if droits.partout(pouvoir) => Verdict::Permis,
        None => Verdict::Ailleurs,
    })
}

pub(super) fn trancher(verdict: Verdict) -> Result<(), Faute> {
    match verdict {
        Verdict::Permis => Ok(()),
        Verdict::Ailleurs => Err(CodeRefus::Introuvable.into()),
        Verdict::Interdit => Err(CodeRefus::DroitManquant.into()),
    }
}
