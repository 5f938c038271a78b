//! The actor of one member of staff.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix::{Actor, AtomicResponse, Context, Handler, Message};
use storage::{Batch, Guard, StoreError};

use domain::ids::PersonnelId;
use domain::personnel::{Commande, Evenement, Facts, Personnel, decide, effets, evolve};
use domain::refus::CodeRefus;

use super::{BOITE, ESSAIS, Retour, occupe, repondre, tenir};
use crate::atelier::{Atelier, faute};
use crate::fil::{Fil, dedup, json};
use crate::jetons::PREFIXE_IDENTITE;
use crate::protocol::Faute;

/// The index key of the set of administrators who can act.
const ADMINISTRATEURS: &[u8] = b"administrateurs";
/// Where the list of staff is kept, by id.
pub(crate) const PREFIXE_VUE: &str = "personnel/";

/// A member of staff at one version.
#[derive(Clone, Debug)]
pub(crate) struct InstantanePersonnel {
    /// The state, shared with the actor.
    pub(crate) etat: Arc<Personnel>,
    /// Of its stream.
    pub(crate) version: u64,
}

/// What one may send to the actor.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) enum OrdrePersonnel {
    /// Decide and make durable.
    Executer {
        /// Recognises a repeat.
        id: Option<String>,
        /// What.
        commande: Commande,
        /// Where the answer goes.
        retour: Retour<InstantanePersonnel>,
    },
    /// Tell the state.
    Lire {
        /// Where the answer goes.
        retour: Retour<InstantanePersonnel>,
    },
}

/// One per member of staff in use.
pub(crate) struct ActeurPersonnel {
    id: PersonnelId,
    atelier: Arc<Atelier>,
    fil: Option<Fil<Personnel>>,
}

impl ActeurPersonnel {
    pub(crate) fn new(id: PersonnelId, atelier: Arc<Atelier>) -> Self {
        Self {
            id,
            atelier,
            fil: None,
        }
    }
}

impl Actor for ActeurPersonnel {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(BOITE);
    }
}

impl Handler<OrdrePersonnel> for ActeurPersonnel {
    type Result = AtomicResponse<Self, ()>;

    /// Holds the mailbox until the command is durable: one command at a time.
    fn handle(&mut self, ordre: OrdrePersonnel, _: &mut Self::Context) -> Self::Result {
        let (fil, atelier) = (self.fil.take(), self.atelier.clone());
        let stream = format!("personnel.{}", self.id);
        let travail = async move {
            let charge = Fil::ouvrir(fil, &atelier, stream);
            let (fil, retour, reponse) = match (charge, ordre) {
                (
                    Err(erreur),
                    OrdrePersonnel::Executer { retour, .. } | OrdrePersonnel::Lire { retour },
                ) => (None, retour, Err(faute(&erreur))),
                (Ok(fil), OrdrePersonnel::Lire { retour }) => {
                    let lu = instantane(&fil);
                    (Some(fil), retour, Ok(lu))
                }
                (
                    Ok(mut fil),
                    OrdrePersonnel::Executer {
                        id,
                        commande,
                        retour,
                    },
                ) => {
                    let reponse = executer(&mut fil, &atelier, id, commande).await;
                    (Some(fil), retour, reponse)
                }
            };
            repondre(retour, reponse);
            fil
        };
        tenir(self, travail, |acteur, fil| acteur.fil = fil)
    }
}

fn instantane(fil: &Fil<Personnel>) -> InstantanePersonnel {
    InstantanePersonnel {
        etat: fil.etat.clone(),
        version: fil.tete.version,
    }
}

async fn executer(
    fil: &mut Fil<Personnel>,
    atelier: &Atelier,
    id: Option<String>,
    commande: Commande,
) -> Result<InstantanePersonnel, Faute> {
    if let Some(id) = &id
        && atelier.store.dedup(id).map_err(|e| faute(&e))?.is_some()
    {
        return Ok(instantane(fil));
    }
    for _ in 0..ESSAIS {
        let admins = Administrateurs::lire(atelier).map_err(|e| faute(&e))?;
        let facts = Facts {
            maintenant: atelier.maintenant(),
            administrateurs: &admins.qui,
        };
        let evenements = decide(&fil.etat, commande.clone(), &facts)?;
        if evenements.is_empty() {
            return Ok(instantane(fil));
        }
        let mut lot = Batch {
            dedup: dedup(atelier, id.clone(), &()),
            ..Batch::default()
        };
        indexer(&mut lot, atelier, &fil.etat, &evenements, admins).map_err(|e| faute(&e))?;
        match fil.ajouter(atelier, evenements, effets, lot).await {
            Ok(()) | Err(StoreError::Duplicate(_)) => return Ok(instantane(fil)),
            // Another administrator came or went: look again.
            Err(StoreError::Taken(cle)) if cle == ADMINISTRATEURS => {}
            Err(StoreError::Conflict { .. }) => {}
            Err(StoreError::Taken(cle)) if cle.starts_with(PREFIXE_IDENTITE) => {
                return Err(CodeRefus::IdentiteAutre.into());
            }
            Err(StoreError::Taken(_)) => return Err(CodeRefus::PersonnelExiste.into()),
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

/// The administrators who can act, with the row as it was read: a guard keeps it from changing in between.
struct Administrateurs {
    ligne: Option<Vec<u8>>,
    qui: BTreeSet<PersonnelId>,
}

impl Administrateurs {
    fn lire(atelier: &Atelier) -> Result<Self, StoreError> {
        let ligne = atelier.store.index(ADMINISTRATEURS)?;
        let qui = match &ligne {
            None => BTreeSet::new(),
            Some(ligne) => serde_json::from_slice(ligne)
                .map_err(|e| StoreError::Corrupt(format!("the administrators: {e}")))?,
        };
        Ok(Self { ligne, qui })
    }
}

/// Keeps addresses unique, the set of administrators right and the list of staff up to date, in the event's commit.
fn indexer(
    lot: &mut Batch,
    atelier: &Atelier,
    avant: &Personnel,
    evenements: &[Evenement],
    admins: Administrateurs,
) -> Result<(), StoreError> {
    let apres = evenements.iter().fold(avant.clone(), evolve);
    let Some(fiche) = apres.fiche() else {
        return Ok(());
    };
    let id = fiche.id.as_str().as_bytes();
    if avant.fiche().is_none() {
        let cle = atelier.cle.cle_personnel(&fiche.mail);
        lot.guards.push(Guard::Absent(cle.clone()));
        lot.index_put.push((cle, id.to_vec()));
        let ligne = format!("{PREFIXE_VUE}{}", fiche.id).into_bytes();
        lot.views_put.push((ligne, id.to_vec()));
    }
    let lies = evenements.iter().filter_map(liee);
    for cle in lies.map(|lie| atelier.cle.cle_identite_personnel(lie)) {
        lot.guards.push(Guard::Absent(cle.clone()));
        lot.index_put.push((cle, id.to_vec()));
    }
    // Disabled or invited again: the identity is free for another person.
    if let (Some(lie), None) = (identite(avant), identite(&apres)) {
        lot.index_delete
            .push(atelier.cle.cle_identite_personnel(lie));
    }
    if avant.administre() != apres.administre() {
        let mut qui = admins.qui;
        if apres.administre() {
            qui.insert(fiche.id.clone());
        } else {
            qui.remove(&fiche.id);
        }
        let cle = ADMINISTRATEURS.to_vec();
        lot.guards.push(match admins.ligne {
            None => Guard::Absent(cle.clone()),
            Some(ligne) => Guard::Equals(cle.clone(), ligne),
        });
        lot.index_put.push((cle, json(&qui)?));
    }
    Ok(())
}

/// The identity an event ties to the person.
fn liee(evenement: &Evenement) -> Option<&str> {
    if let Evenement::IdentiteLiee { cle } = evenement {
        return Some(cle);
    }
    None
}

/// The directory identity of the person, while at work.
fn identite(personnel: &Personnel) -> Option<&str> {
    match personnel {
        Personnel::Actif(actif) => actif.identite.as_deref(),
        Personnel::Absent | Personnel::Invite { .. } | Personnel::Desactive { .. } => None,
    }
}
