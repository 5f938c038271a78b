//! The actor of one request to the support.

use std::sync::Arc;

use actix::{Actor, AtomicResponse, Context, Handler, Message};
use storage::{Batch, StoreError};

use domain::demande::{Commande, Demande, Evenement, Facts, decide, effets};
use domain::ids::DemandeId;
use jiff::Timestamp;

use super::{BOITE, ESSAIS, Repere, Retour, occupe, repondre, tenir};
use crate::atelier::{Atelier, faute};
use crate::fil::{Fil, dedup};
use crate::protocol::Faute;

/// A request at one version.
#[derive(Clone, Debug)]
pub(crate) struct InstantaneDemande {
    /// The state, shared with the actor.
    pub(crate) etat: Arc<Demande>,
    /// Of its stream.
    pub(crate) version: u64,
    /// What happened to it, and when.
    pub(crate) faits: Vec<(Timestamp, Evenement)>,
}

/// A command on its way.
#[derive(Debug)]
pub(crate) struct OrdreSur {
    /// Recognises a repeat, and what the asker saw.
    pub(crate) repere: Repere,
    /// What.
    pub(crate) commande: Commande,
    /// What must be durable with it, or under whose guards.
    pub(crate) avec: Batch,
}

/// What one may send to the actor.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) enum OrdreDemande {
    /// Decide and make durable.
    Executer {
        /// What.
        ordre: Box<OrdreSur>,
        /// Where the answer goes.
        retour: Retour<InstantaneDemande>,
    },
    /// Tell the state.
    Lire {
        /// Where the answer goes.
        retour: Retour<InstantaneDemande>,
    },
}

/// One per request in use.
pub(crate) struct ActeurDemande {
    id: DemandeId,
    atelier: Arc<Atelier>,
    fil: Option<Fil<Demande>>,
}

impl ActeurDemande {
    pub(crate) fn new(id: DemandeId, atelier: Arc<Atelier>) -> Self {
        Self {
            id,
            atelier,
            fil: None,
        }
    }
}

impl Actor for ActeurDemande {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(BOITE);
    }
}

impl Handler<OrdreDemande> for ActeurDemande {
    type Result = AtomicResponse<Self, ()>;

    /// Holds the mailbox until the command is durable: one command at a time.
    fn handle(&mut self, ordre: OrdreDemande, _: &mut Self::Context) -> Self::Result {
        let (fil, atelier) = (self.fil.take(), self.atelier.clone());
        let stream = format!("demande.{}", self.id);
        let travail = async move {
            let charge = Fil::ouvrir(fil, &atelier, stream);
            let (fil, retour, reponse) = match (charge, ordre) {
                (
                    Err(erreur),
                    OrdreDemande::Executer { retour, .. } | OrdreDemande::Lire { retour },
                ) => (None, retour, Err(faute(&erreur))),
                (Ok(fil), OrdreDemande::Lire { retour }) => {
                    let lu = instantane(&fil);
                    (Some(fil), retour, Ok(lu))
                }
                (Ok(mut fil), OrdreDemande::Executer { ordre, retour }) => {
                    let reponse = executer(&mut fil, &atelier, *ordre).await;
                    (Some(fil), retour, reponse)
                }
            };
            repondre(retour, reponse);
            fil
        };
        tenir(self, travail, |acteur, fil| acteur.fil = fil)
    }
}

fn instantane(fil: &Fil<Demande>) -> InstantaneDemande {
    InstantaneDemande {
        etat: fil.etat.clone(),
        version: fil.tete.version,
        faits: fil
            .faits
            .iter()
            .map(|(fait, _)| (fait.le, fait.e.clone()))
            .collect(),
    }
}

async fn executer(
    fil: &mut Fil<Demande>,
    atelier: &Atelier,
    ordre: OrdreSur,
) -> Result<InstantaneDemande, Faute> {
    let OrdreSur {
        repere,
        commande,
        avec,
    } = ordre;
    if let Some(id) = &repere.id
        && atelier.store.dedup(id).map_err(|e| faute(&e))?.is_some()
    {
        return Ok(instantane(fil));
    }
    for _ in 0..ESSAIS {
        if let Some(vue) = repere.version
            && vue != fil.tete.version
        {
            // Two people answer: the second sees what the first wrote (S59).
            return Err(Faute::VersionPerimee {
                actuelle: fil.tete.version,
            });
        }
        let facts = Facts {
            maintenant: atelier.maintenant(),
            delai_reponse: atelier.limites.delai_reponse,
            delai_reouverture: atelier.limites.delai_reouverture,
        };
        let evenements = decide(&fil.etat, commande.clone(), &facts)?;
        let mut lot = avec.clone();
        if evenements.is_empty() && lot == Batch::default() {
            return Ok(instantane(fil));
        }
        lot.dedup = dedup(atelier, repere.id.clone(), &());
        match fil.ajouter(atelier, evenements, effets, lot).await {
            Ok(()) | Err(StoreError::Duplicate(_)) => return Ok(instantane(fil)),
            Err(StoreError::Conflict { .. }) => {}
            // Somebody else was first outside this request: the asker looks again.
            Err(StoreError::Taken(_)) => return Err(occupe()),
            Err(
                erreur @ (StoreError::TooLarge { .. }
                | StoreError::Unavailable(_)
                | StoreError::Corrupt(_)
                | StoreError::Newer { .. }),
            ) => return Err(faute(&erreur)),
        }
    }
    Err(occupe())
}
