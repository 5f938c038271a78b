//! The actor of one formation's places: it gives order to the dossiers that want a rank or a place, and calls nobody (ADR 0008).

use std::sync::Arc;

use actix::{Actor, AtomicResponse, Context, Handler, Message};
use storage::{Batch, Committed, StoreError};

use domain::ids::{DossierId, FormationCode};
use domain::places::{Commande, Ensemble, Facts, Places, decide, effets};
use domain::refus::CodeRefus;

use super::{BOITE, ESSAIS, Retour, occupe, repondre, tenir};
use crate::atelier::{Atelier, faute};
use crate::fil::Fil;
use crate::protocol::Faute;

/// What a commit came to, for the dossier that asked: its own conflicts are its own to resolve.
pub(crate) type Scelle = Result<Committed, StoreError>;

/// What one may send to the actor.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) enum OrdreFormation {
    /// Commit a dossier's batch together with what it does to the places.
    Sceller {
        /// Whose act.
        dossier: DossierId,
        /// What it does here.
        commande: Commande,
        /// What the other dossiers of the same batch do here.
        ensemble: Arc<Ensemble>,
        /// The dossier's own part, its append first.
        lot: Box<Batch>,
        /// Where the answer goes.
        retour: Retour<Scelle>,
    },
    /// Tell the state.
    Lire {
        /// Where the answer goes.
        retour: Retour<Arc<Places>>,
    },
}

/// One per formation in use.
pub(crate) struct ActeurFormation {
    code: FormationCode,
    atelier: Arc<Atelier>,
    fil: Option<Fil<Places>>,
}

impl ActeurFormation {
    pub(crate) fn new(code: FormationCode, atelier: Arc<Atelier>) -> Self {
        Self {
            code,
            atelier,
            fil: None,
        }
    }
}

impl Actor for ActeurFormation {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(BOITE);
    }
}

impl Handler<OrdreFormation> for ActeurFormation {
    type Result = AtomicResponse<Self, ()>;

    /// Holds the mailbox until the commit is durable: ranks and places are given one at a time.
    fn handle(&mut self, ordre: OrdreFormation, _: &mut Self::Context) -> Self::Result {
        let (fil, atelier) = (self.fil.take(), self.atelier.clone());
        let code = self.code.clone();
        let travail = async move {
            // A change of the campaign appends here, too: what is held is always caught up.
            let ouvert = match fil {
                Some(mut fil) => fil.rattraper(&atelier).map(|()| fil),
                None => Fil::charger(&atelier, format!("formation.{code}")),
            };
            let mut fil = match ouvert {
                Ok(fil) => fil,
                Err(erreur) => {
                    let faute = faute(&erreur);
                    match ordre {
                        OrdreFormation::Sceller { retour, .. } => repondre(retour, Err(faute)),
                        OrdreFormation::Lire { retour } => repondre(retour, Err(faute)),
                    }
                    return None;
                }
            };
            match ordre {
                OrdreFormation::Lire { retour } => repondre(retour, Ok(fil.etat.clone())),
                OrdreFormation::Sceller {
                    dossier,
                    commande,
                    ensemble,
                    lot,
                    retour,
                } => {
                    let acte = (&dossier, &commande, ensemble.as_ref());
                    let reponse = sceller(&mut fil, &atelier, &code, acte, &lot).await;
                    repondre(retour, reponse);
                }
            }
            Some(fil)
        };
        tenir(self, travail, |acteur, fil| acteur.fil = fil)
    }
}

async fn sceller(
    fil: &mut Fil<Places>,
    atelier: &Atelier,
    code: &FormationCode,
    (dossier, commande, ensemble): (&DossierId, &Commande, &Ensemble),
    lot: &Batch,
) -> Result<Scelle, Faute> {
    for _ in 0..ESSAIS {
        let catalogue = atelier.catalogue();
        let formation = catalogue.formations.get(code);
        let facts = Facts {
            formation: formation.ok_or(CodeRefus::Introuvable)?,
            ensemble,
        };
        let evenements = decide(&fil.etat, dossier, commande, facts)?;
        let mut lot = lot.clone();
        let dus = |apres: &Places, evenement: &_| effets(apres, evenement, facts);
        let prepare = fil
            .preparer(atelier, evenements, dus, &mut lot)
            .map_err(|e| faute(&e))?;
        let commis = atelier.store.commit(lot).await;
        let heads = commis.clone();
        match fil.conclure(atelier, prepare, commis) {
            Ok(()) => return Ok(heads),
            // Another process gave a place in between: decide again with what it did.
            Err(StoreError::Conflict { stream, .. }) if stream == fil.stream => {}
            Err(
                erreur @ (StoreError::Conflict { .. }
                | StoreError::Taken(_)
                | StoreError::Duplicate(_)
                | StoreError::TooLarge { .. }
                | StoreError::Unavailable(_)
                | StoreError::Corrupt(_)
                | StoreError::Newer { .. }),
            ) => return Ok(Err(erreur)),
        }
    }
    Err(occupe())
}
