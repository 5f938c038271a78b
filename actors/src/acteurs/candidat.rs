//! The actor of one candidate.

use std::sync::Arc;

use actix::{Actor, AtomicResponse, Context, Handler, Message};
use storage::{Batch, Guard, Stamp, StoreError};

use domain::candidat::{Candidat, Commande, Evenement, Facts, decide, effets};
use domain::ids::CandidatId;
use domain::profil::ine::Ine;
use domain::refus::CodeRefus;

use super::{BOITE, ESSAIS, Repere, Retour, repondre, tenir};
use crate::atelier::{Atelier, faute};
use crate::fil::{Fil, dedup, inchange};
use crate::jetons::{PREFIXE_IDENTITE, cle_numero};
use crate::protocol::Faute;

/// A candidate as it stands at one version.
#[derive(Clone, Debug)]
pub(crate) struct Instantane {
    /// The state, shared with the actor.
    pub(crate) etat: Arc<Candidat>,
    /// Of its stream.
    pub(crate) version: u64,
    /// Under which it is the state.
    pub(crate) estampille: Stamp,
}

/// What one may send to the actor.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) enum OrdreCandidat {
    /// Decide and make durable.
    Executer {
        /// Recognises a repeat; says what the asker saw.
        repere: Box<Repere>,
        /// What.
        commande: Commande,
        /// Where the answer goes.
        retour: Retour<Instantane>,
    },
    /// Tell the state.
    Lire {
        /// Where the answer goes.
        retour: Retour<Instantane>,
    },
}

/// One per candidate in use.
pub(crate) struct ActeurCandidat {
    id: CandidatId,
    atelier: Arc<Atelier>,
    /// Loaded at the first message; taken out while a command is under way.
    fil: Option<Fil<Candidat>>,
}

impl ActeurCandidat {
    pub(crate) fn new(id: CandidatId, atelier: Arc<Atelier>) -> Self {
        Self {
            id,
            atelier,
            fil: None,
        }
    }

    /// Of a candidate.
    pub(super) fn stream(id: &CandidatId) -> String {
        format!("candidat.{id}")
    }
}

impl Actor for ActeurCandidat {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(BOITE);
    }
}

impl Handler<OrdreCandidat> for ActeurCandidat {
    type Result = AtomicResponse<Self, ()>;

    /// Holds the mailbox until the command is durable: one command at a time.
    fn handle(&mut self, ordre: OrdreCandidat, _: &mut Self::Context) -> Self::Result {
        let (fil, atelier) = (self.fil.take(), self.atelier.clone());
        let stream = Self::stream(&self.id);
        let travail = async move {
            let mut fil = match Fil::ouvrir(fil, &atelier, stream) {
                Ok(fil) => fil,
                Err(erreur) => {
                    let (OrdreCandidat::Executer { retour, .. } | OrdreCandidat::Lire { retour }) =
                        ordre;
                    repondre(retour, Err(faute(&erreur)));
                    return None;
                }
            };
            match ordre {
                OrdreCandidat::Lire { retour } => repondre(retour, Ok(instantane(&fil))),
                OrdreCandidat::Executer {
                    repere,
                    commande,
                    retour,
                } => {
                    let reponse = executer(&mut fil, &atelier, *repere, commande).await;
                    repondre(retour, reponse);
                }
            }
            Some(fil)
        };
        tenir(self, travail, |acteur, fil| acteur.fil = fil)
    }
}

fn instantane(fil: &Fil<Candidat>) -> Instantane {
    Instantane {
        etat: fil.etat.clone(),
        version: fil.tete.version,
        estampille: fil.estampille,
    }
}

async fn executer(
    fil: &mut Fil<Candidat>,
    atelier: &Atelier,
    Repere {
        id,
        version,
        garde,
        avance,
    }: Repere,
    commande: Commande,
) -> Result<Instantane, Faute> {
    // A repeat gets the first outcome, even where the rules would now refuse it.
    if let Some(id) = &id
        && atelier.store.dedup(id).map_err(|e| faute(&e))?.is_some()
    {
        return Ok(instantane(fil));
    }
    let actuelle = fil.tete.version;
    if version.is_some_and(|vue| vue != actuelle) {
        return Err(Faute::VersionPerimee { actuelle });
    }
    for _ in 0..ESSAIS {
        let catalogue = atelier.catalogue();
        let facts = Facts {
            maintenant: atelier.maintenant(),
            catalogue: &catalogue,
        };
        let evenements = decide(&fil.etat, commande.clone(), &facts)?;
        if evenements.is_empty() {
            return Ok(instantane(fil));
        }
        let mut lot = Batch {
            dedup: dedup(atelier, id.clone(), &()),
            ..Batch::default()
        };
        lot.appends.extend(
            garde
                .iter()
                .map(|(stream, version)| inchange(stream, *version)),
        );
        if let Some(avance) = &avance {
            avance.poser(&mut lot);
        }
        for evenement in &evenements {
            indexer(&mut lot, atelier, &fil.etat, evenement);
        }
        match fil.ajouter(atelier, evenements, effets, lot).await {
            Ok(()) => {
                avance.iter().for_each(|avance| avance.ecrire());
                return Ok(instantane(fil));
            }
            Err(StoreError::Duplicate(_)) => return Ok(instantane(fil)),
            // Not for us to decide again, but for whom it was decided by.
            Err(StoreError::Conflict { stream, actual, .. })
                if stream != fil.stream || avance.is_some() =>
            {
                return Err(Faute::VersionPerimee { actuelle: actual });
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(StoreError::Taken(cle)) if cle.starts_with(PREFIXE_IDENTITE) => {
                return Err(CodeRefus::IdentiteAutre.into());
            }
            Err(StoreError::Taken(_)) => return Err(CodeRefus::AdressePrise.into()),
            Err(
                erreur @ (StoreError::TooLarge { .. }
                | StoreError::Unavailable(_)
                | StoreError::Corrupt(_)
                | StoreError::Newer { .. }),
            ) => return Err(faute(&erreur)),
        }
    }
    Err(super::occupe())
}

/// Keeps number and address unique (G05): must-be-absent keys in the same commit as the event.
fn indexer(lot: &mut Batch, atelier: &Atelier, avant: &Candidat, evenement: &Evenement) {
    let prendre = |lot: &mut Batch, cle: Vec<u8>, id: &CandidatId| {
        lot.guards.push(Guard::Absent(cle.clone()));
        lot.index_put.push((cle, id.as_str().as_bytes().to_vec()));
    };
    if let Evenement::CompteCree { compte, .. } = evenement {
        prendre(
            lot,
            atelier.cle.cle_adresse(&compte.campagne, &compte.mail),
            &compte.id,
        );
        prendre(lot, cle_numero(compte.numero.as_str()), &compte.id);
        if let Some(identite) = &compte.identite {
            let cle = atelier.cle.cle_identite(&compte.campagne, &identite.cle);
            prendre(lot, cle, &compte.id);
        }
        return;
    }
    let Some(base) = avant.base() else { return };
    if let Evenement::InformationsEnregistrees(informations) = evenement {
        indexer_ine(lot, atelier, avant, informations.ine.as_ref());
    }
    let adresse = |mail: &str| atelier.cle.cle_adresse(&base.compte.campagne, mail);
    if let Evenement::CompteExpire { .. } = evenement {
        lot.index_delete.push(adresse(&base.compte.mail));
        let identite = base.compte.identite.iter();
        lot.index_delete
            .extend(identite.map(|i| atelier.cle.cle_identite(&base.compte.campagne, &i.cle)));
    }
    if let Evenement::IdentiteRattachee { identite } = evenement {
        let cle = atelier
            .cle
            .cle_identite(&base.compte.campagne, &identite.cle);
        prendre(lot, cle, &base.compte.id);
    }
    if let Evenement::MailChange { ancien, nouveau }
    | Evenement::MailCorrige {
        ancien, nouveau, ..
    } = evenement
        && ancien != nouveau
    {
        lot.index_delete.push(adresse(ancien));
        prendre(lot, adresse(nouveau), &base.compte.id);
    }
}

/// Keeps who gave which INE, so that the scolarité's records find them (G18).
fn indexer_ine(lot: &mut Batch, atelier: &Atelier, avant: &Candidat, ine: Option<&Ine>) {
    let Candidat::Actif(actif) = avant else {
        return;
    };
    let id = &actif.base.compte.id;
    let ancien = actif.profil.informations.as_ref();
    let cle = |ine: &Ine| atelier.cle.cle_candidat_ine(ine, id);
    if let Some(ancien) = ancien.and_then(|i| i.ine.as_ref()) {
        lot.index_delete.push(cle(ancien));
    }
    if let Some(ine) = ine {
        lot.index_put
            .push((cle(ine), id.as_str().as_bytes().to_vec()));
    }
}
