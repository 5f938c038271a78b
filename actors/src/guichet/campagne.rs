//! The campaign changed by staff: who may change what, and who changed what.

use domain::campagne::{Catalogue, Cle, Evenement, Facts};
use domain::ids::PersonnelId;
use domain::personnel::droits::{Portee, Pouvoir, Verdict};
use domain::refus::{CodeRefus, FauteChamp, Refus};
use storage::Batch;

use super::Guichet;
use super::agents::Agent;
use super::audit::Passage;
use super::gestion::autoriser;
use crate::atelier::{Change, faute};
use crate::protocol::{
    ActeCampagne, Faute, LigneCampagne, MAX_CHANGEMENTS, MAX_HISTORIQUE, Reponse, Resultat,
};

impl Guichet {
    pub(super) async fn campagne_par(&self, agent: &Agent, acte: ActeCampagne) -> Resultat {
        if autoriser(agent, Pouvoir::GererCampagne).is_err() {
            autoriser(agent, Pouvoir::GererFormations)?;
        }
        match acte {
            ActeCampagne::Lire => Ok(Reponse::Fait),
            ActeCampagne::Historique { avant } => self.historique_campagne(avant).await,
            ActeCampagne::Textes => {
                autoriser(agent, Pouvoir::GererCampagne)?;
                self.derniers_textes().await
            }
            ActeCampagne::Changer {
                changements,
                version,
                essai,
            } => {
                let catalogue = self.atelier.catalogue();
                for changement in &changements {
                    permis(agent, &catalogue, changement)?;
                }
                let Change {
                    differences,
                    version,
                    changes,
                } = self
                    .changer_campagne(Some(&agent.id), changements, version, essai)
                    .await?;
                Ok(Reponse::CampagneChangee {
                    differences,
                    version,
                    changes,
                })
            }
        }
    }

    /// `par` is the member of staff; none is the operator, who is trusted as the owner of the machine.
    pub(super) async fn changer_campagne(
        &self,
        par: Option<&PersonnelId>,
        changements: Vec<Evenement>,
        version: Option<u64>,
        essai: bool,
    ) -> Result<Change, Faute> {
        if changements.len() > MAX_CHANGEMENTS {
            return Err(refuser(vec![FauteChamp::new(
                "fichier",
                "trop_de_changements",
                &format!("Au plus {MAX_CHANGEMENTS} définitions à la fois."),
                &format!("At most {MAX_CHANGEMENTS} definitions at once."),
            )]));
        }
        let dossiers = self.liste.comptes(&self.atelier).map_err(|e| faute(&e))?;
        let maintenant = self.atelier.maintenant();
        let facts = Facts {
            maintenant: par.map(|_| maintenant),
            dossiers: &dossiers,
        };
        let seul = changements.len() == 1;
        let trace = match (par, changements.first()) {
            (Some(par), Some(premier)) => {
                let cle = premier.cle();
                let detail = if seul {
                    format!("{} {}", cle.genre(), cle.code())
                } else {
                    changements.len().to_string()
                };
                let passage = Passage {
                    quoi: "changer_campagne",
                    dossier: None,
                    detail: Some(detail),
                };
                self.trace(par, passage)?
            }
            (_, _) => Batch::default(),
        };
        match self
            .atelier
            .changer(par, &changements, facts, (version, essai), trace)
            .await
        {
            Ok(change) => Ok(change),
            Err(crate::atelier::EchecCampagne::Perime { actuelle }) => {
                Err(Faute::VersionPerimee { actuelle })
            }
            Err(crate::atelier::EchecCampagne::Store(erreur)) => Err(faute(&erreur)),
            Err(crate::atelier::EchecCampagne::Fautes(fautes)) => {
                let nommer = |f: domain::campagne::FauteCampagne| {
                    let champ = if seul {
                        f.faute.champ.clone()
                    } else {
                        format!("{}.{}.{}", f.cle.genre(), f.cle.code(), f.faute.champ)
                    };
                    FauteChamp { champ, ..f.faute }
                };
                Err(refuser(fautes.into_iter().map(nommer).collect()))
            }
        }
    }

    async fn historique_campagne(&self, avant: Option<u64>) -> Resultat {
        let lues = self.atelier.historique(avant, MAX_HISTORIQUE);
        let (mut lignes, suite) = lues.map_err(|e| faute(&e))?;
        for ligne in &mut lignes {
            ligne.nom = self.nom_de(ligne).await?;
        }
        Ok(Reponse::HistoriqueCampagne { lignes, suite })
    }

    /// The last change of each mail text.
    async fn derniers_textes(&self) -> Resultat {
        let lus = self.atelier.derniers(|cle| matches!(cle, Cle::Mail(_)));
        let mut lignes = lus.map_err(|e| faute(&e))?;
        for ligne in &mut lignes {
            ligne.nom = self.nom_de(ligne).await?;
        }
        let suite = None;
        Ok(Reponse::HistoriqueCampagne { lignes, suite })
    }

    async fn nom_de(&self, ligne: &LigneCampagne) -> Result<Option<String>, Faute> {
        let Some(par) = &ligne.par else {
            return Ok(None);
        };
        let lu = self.annuaire.lire_personnel(par).await?;
        Ok(lu.etat.fiche().map(|f| format!("{} {}", f.prenom, f.nom)))
    }
}

fn refuser(champs: Vec<FauteChamp>) -> Faute {
    let code = CodeRefus::ChampsInvalides;
    Refus { code, champs }.into()
}

/// Formations belong to their centre's managers, from the centre they leave to the one they enter; all else is
/// the administrators'.
fn permis(agent: &Agent, catalogue: &Catalogue, changement: &Evenement) -> Result<(), Faute> {
    let cle = changement.cle();
    let Cle::Formation(code) = &cle else {
        return autoriser(agent, Pouvoir::GererCampagne);
    };
    let nouvelle = match changement {
        Evenement::FormationDefinie(f) => Some(f),
        Evenement::CampagneParametree(_)
        | Evenement::CentreDefini(_)
        | Evenement::ComposanteDefinie(_)
        | Evenement::PieceDefinie(_)
        | Evenement::CommissionDefinie(_)
        | Evenement::MotifDefini(_)
        | Evenement::MailRedige(_)
        | Evenement::Retiree(_)
        | Evenement::CampagneArchivee { .. } => None,
    };
    let droits = &agent.actif()?.fiche.droits;
    for formation in catalogue.formations.get(code).into_iter().chain(nouvelle) {
        let portee = Portee {
            centre: &formation.centre,
            commission: formation.commission.as_ref(),
        };
        match droits.verdict(Pouvoir::GererFormations, Some(portee)) {
            Verdict::Permis => {}
            Verdict::Ailleurs | Verdict::Interdit => return Err(CodeRefus::DroitManquant.into()),
        }
    }
    Ok(())
}
