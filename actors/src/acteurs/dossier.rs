//! The actor of one dossier. It may ask its candidate's actor, never the other way round (ADR 0006).

use std::sync::Arc;

use actix::{Actor, ActorFutureExt, AtomicResponse, Context, Handler, Message, WrapFuture};
use storage::{Batch, StoreError};

use domain::candidat::{Actif, Candidat, Commande as CommandeCandidat};
use domain::dossier::{Commande, Dossier, Facts, Joindre, decide, effets};
use domain::ids::{CandidatId, DossierId};
use domain::refus::CodeRefus;

use super::{Annuaire, BOITE, ESSAIS, Retour, occupe, repondre};
use crate::atelier::{Atelier, faute};
use crate::fil::{Fil, dedup};
use crate::protocol::{DossierVue, Faute};
use crate::vues;

/// What one may send to the actor.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) enum OrdreDossier {
    /// Decide and make durable.
    Executer {
        /// Recognises a repeat.
        id: Option<String>,
        /// Whose dossier it must be.
        candidat: CandidatId,
        /// What.
        commande: Commande,
        /// The version the asker saw.
        version: Option<u64>,
        /// Where the answer goes.
        retour: Retour<DossierVue>,
    },
    /// Tell the state.
    Lire {
        /// Whose dossier it must be.
        candidat: CandidatId,
        /// Where the answer goes.
        retour: Retour<DossierVue>,
    },
    /// A timer: whose dossier it is, is read from it.
    Rappeler {
        /// Days before the return date.
        jours: u8,
        /// Where the answer goes.
        retour: Retour<()>,
    },
}

/// One per dossier in use.
pub(crate) struct ActeurDossier {
    id: DossierId,
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
    fil: Option<Fil<Dossier>>,
}

impl ActeurDossier {
    pub(crate) fn new(id: DossierId, atelier: Arc<Atelier>, annuaire: Annuaire) -> Self {
        Self {
            id,
            atelier,
            annuaire,
            fil: None,
        }
    }
}

impl Actor for ActeurDossier {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(BOITE);
    }
}

impl Handler<OrdreDossier> for ActeurDossier {
    type Result = AtomicResponse<Self, ()>;

    /// Holds the mailbox until the command is durable: one command at a time.
    fn handle(&mut self, ordre: OrdreDossier, _: &mut Self::Context) -> Self::Result {
        let fil = self.fil.take();
        let bureau = Bureau {
            atelier: self.atelier.clone(),
            annuaire: self.annuaire.clone(),
        };
        let stream = format!("dossier.{}", self.id);
        let travail = async move {
            match fil.map_or_else(|| Fil::charger(&bureau.atelier, stream), Ok) {
                Ok(mut fil) => {
                    bureau.servir(&mut fil, ordre).await;
                    Some(fil)
                }
                Err(erreur) => {
                    echouer(ordre, faute(&erreur));
                    None
                }
            }
        };
        let suite = travail
            .into_actor(self)
            .map(|fil, acteur, _| acteur.fil = fil);
        AtomicResponse::new(Box::pin(suite))
    }
}

fn echouer(ordre: OrdreDossier, faute: Faute) {
    match ordre {
        OrdreDossier::Executer { retour, .. } | OrdreDossier::Lire { retour, .. } => {
            repondre(retour, Err(faute));
        }
        OrdreDossier::Rappeler { retour, .. } => repondre(retour, Err(faute)),
    }
}

struct Bureau {
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
}

impl Bureau {
    async fn servir(&self, fil: &mut Fil<Dossier>, ordre: OrdreDossier) {
        match ordre {
            OrdreDossier::Executer {
                id,
                candidat,
                commande,
                version,
                retour,
            } => {
                let reponse = self.executer(fil, id, &candidat, &commande, version).await;
                repondre(retour, reponse);
            }
            OrdreDossier::Lire { candidat, retour } => {
                repondre(retour, self.lire(fil, &candidat).await);
            }
            OrdreDossier::Rappeler { jours, retour } => {
                let reponse = match fil.etat.identite().map(|i| i.candidat.clone()) {
                    None => Ok(()),
                    Some(candidat) => {
                        let commande = Commande::Rappeler { jours };
                        self.executer(fil, None, &candidat, &commande, None)
                            .await
                            .map(drop)
                    }
                };
                repondre(retour, reponse);
            }
        }
    }

    async fn lire(&self, fil: &Fil<Dossier>, candidat: &CandidatId) -> Result<DossierVue, Faute> {
        a_lui(fil, candidat)?;
        let etat = self.annuaire.lire_candidat(candidat).await?.etat;
        self.vue(fil, actif(&etat)?)
    }

    fn vue(&self, fil: &Fil<Dossier>, actif: &Actif) -> Result<DossierVue, Faute> {
        let catalogue = self.atelier.catalogue();
        let vue = vues::dossier(fil, actif, &catalogue, self.atelier.maintenant());
        vue.ok_or_else(|| CodeRefus::Introuvable.into())
    }

    async fn executer(
        &self,
        fil: &mut Fil<Dossier>,
        id: Option<String>,
        candidat: &CandidatId,
        commande: &Commande,
        version: Option<u64>,
    ) -> Result<DossierVue, Faute> {
        if !matches!(commande, Commande::Creer { .. }) {
            a_lui(fil, candidat)?;
        }
        if let Some(id) = &id
            && self
                .atelier
                .store
                .dedup(id)
                .map_err(|e| faute(&e))?
                .is_some()
        {
            return self.lire(fil, candidat).await;
        }
        let actuelle = fil.tete.version;
        if version.is_some_and(|vue| vue != actuelle) {
            return Err(Faute::VersionPerimee { actuelle });
        }
        for _ in 0..ESSAIS {
            let etat = self.annuaire.lire_candidat(candidat).await?.etat;
            let (actif, catalogue) = (actif(&etat)?, self.atelier.catalogue());
            let facts = Facts {
                maintenant: self.atelier.maintenant(),
                catalogue: &catalogue,
                tiroir: &actif.tiroir,
                profil: &actif.profil,
            };
            let decision = decide(&fil.etat, commande, &facts)?;
            if let Some(acte) = decision.tiroir {
                // The guard is this dossier's, whose mailbox is held; the drawer is the candidate's.
                let acte = CommandeCandidat::Tiroir(acte);
                let apres = self.annuaire.candidat(candidat, id, acte).await?.etat;
                return self.vue(fil, self::actif(&apres)?);
            }
            if decision.evenements.is_empty() {
                return self.vue(fil, actif);
            }
            let compte = &actif.base.compte;
            let joindre = Joindre {
                mail: &compte.mail,
                langue: compte.langue,
            };
            let dus =
                |apres: &Dossier, evenement: &_| effets(apres, evenement, &catalogue, joindre);
            let lot = Batch {
                dedup: dedup(&self.atelier, id.clone(), &()),
                ..Batch::default()
            };
            match fil
                .ajouter(&self.atelier, decision.evenements, dus, lot)
                .await
            {
                Ok(()) | Err(StoreError::Duplicate(_)) => return self.vue(fil, actif),
                Err(StoreError::Conflict { .. }) => {}
                Err(
                    erreur @ (StoreError::Taken(_)
                    | StoreError::TooLarge { .. }
                    | StoreError::Unavailable(_)
                    | StoreError::Corrupt(_)
                    | StoreError::Newer { .. }),
                ) => return Err(faute(&erreur)),
            }
        }
        Err(occupe())
    }
}

/// A dossier of someone else is as if it were not there (Q15).
fn a_lui(fil: &Fil<Dossier>, candidat: &CandidatId) -> Result<(), Faute> {
    match fil.etat.identite() {
        Some(identite) if &identite.candidat == candidat => Ok(()),
        Some(_) | None => Err(CodeRefus::Introuvable.into()),
    }
}

fn actif(etat: &Candidat) -> Result<&Actif, Faute> {
    match etat {
        Candidat::Actif(actif) => Ok(actif),
        Candidat::Absent | Candidat::AValider { .. } | Candidat::Expire(_) => {
            Err(CodeRefus::CompteNonValide.into())
        }
    }
}
