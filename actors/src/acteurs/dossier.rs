//! The actor of one dossier. It may ask its candidate's actor and its formation's, never the other way round (ADR 0006, 0008).

use std::sync::Arc;

use actix::{Actor, AtomicResponse, Context, Handler, Message};
use storage::{Batch, StoreError};

use domain::candidat::{Actif, Candidat, Commande as CommandeCandidat};
use domain::dossier::{
    Acteur, Commande, Decision, Dossier, Facts, Joindre, Nature, decide, effets,
};
use domain::ids::{CandidatId, DossierId};
use domain::places::Ensemble;
use domain::refus::CodeRefus;

use super::candidat::ActeurCandidat;
use super::{Annuaire, Avance, BOITE, ESSAIS, Instantane, Repere, Retour, occupe, repondre, tenir};
use crate::atelier::{Atelier, faute};
use crate::fil::{Fil, dedup, inchange};
use crate::protocol::{DossierVue, Faute};
use crate::vues::{self, Regard};

/// What one may send to the actor.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) enum OrdreDossier {
    /// Decide and make durable.
    Executer {
        /// Who asks what, how.
        demande: Box<Demande>,
        /// Where the answer goes.
        retour: Retour<DossierVue>,
    },
    /// Tell the state, with what made it.
    Lire {
        /// Where the answer goes.
        retour: Retour<Arc<Fil<Dossier>>>,
    },
    /// Say what an act would come to, and do nothing.
    Essayer {
        /// Who asks what.
        demande: Box<Demande>,
        /// Where the answer goes.
        retour: Retour<Essai>,
    },
}

/// An act on a dossier.
#[derive(Clone, Debug)]
pub(crate) struct Demande {
    /// Recognises a repeat.
    pub(crate) id: Option<String>,
    /// Who acts.
    pub(crate) par: Acteur,
    /// Whose dossier it must be; anybody's for staff and timers.
    pub(crate) candidat: Option<CandidatId>,
    /// What.
    pub(crate) commande: Commande,
    /// The version the asker saw.
    pub(crate) version: Option<u64>,
    /// Committed with the act, if it changes something: the line of the trail (Q17).
    pub(crate) trace: Option<Box<Batch>>,
    /// What the other dossiers of the same batch do in the places.
    pub(crate) ensemble: Arc<Ensemble>,
    /// Present when it goes ahead of the question whether this node has everything.
    pub(crate) avance: Option<Arc<Avance>>,
}

impl Demande {
    /// Of a candidate.
    pub(crate) fn du_candidat(candidat: &CandidatId, commande: Commande) -> Self {
        Self {
            id: None,
            par: Acteur::Candidat,
            candidat: Some(candidat.clone()),
            commande,
            version: None,
            trace: None,
            ensemble: Arc::default(),
            avance: None,
        }
    }

    /// Of a timer or a step that follows.
    pub(crate) fn du_systeme(commande: Commande) -> Self {
        Self {
            id: None,
            par: Acteur::Systeme,
            candidat: None,
            commande,
            version: None,
            trace: None,
            ensemble: Arc::default(),
            avance: None,
        }
    }
}

/// What an act would come to (dry run).
#[derive(Clone, Debug)]
pub(crate) struct Essai {
    /// The dossier as it stands.
    pub(crate) vue: DossierVue,
    /// What would be owed.
    pub(crate) effets: Vec<domain::effet::Effet>,
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
            match Fil::ouvrir(fil, &bureau.atelier, stream) {
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
        tenir(self, travail, |acteur, fil| acteur.fil = fil)
    }
}

fn echouer(ordre: OrdreDossier, faute: Faute) {
    match ordre {
        OrdreDossier::Executer { retour, .. } => repondre(retour, Err(faute)),
        OrdreDossier::Lire { retour } => repondre(retour, Err(faute)),
        OrdreDossier::Essayer { retour, .. } => repondre(retour, Err(faute)),
    }
}

/// Where one dossier is read and acted on.
pub(super) struct Bureau {
    pub(super) atelier: Arc<Atelier>,
    pub(super) annuaire: Annuaire,
}

impl Bureau {
    async fn servir(&self, fil: &mut Fil<Dossier>, ordre: OrdreDossier) {
        match ordre {
            OrdreDossier::Executer { demande, retour } => {
                repondre(retour, self.executer(fil, &demande).await);
            }
            OrdreDossier::Lire { retour } => repondre(retour, Ok(Arc::new(fil.clone()))),
            OrdreDossier::Essayer { demande, retour } => {
                repondre(retour, self.essayer(fil, &demande).await);
            }
        }
    }

    /// As its candidate sees it; whole for staff, when nobody in particular must own it.
    pub(super) async fn lire(
        &self,
        fil: &Fil<Dossier>,
        candidat: Option<&CandidatId>,
    ) -> Result<DossierVue, Faute> {
        let qui = a_qui(fil, candidat)?;
        let etat = self.annuaire.lire_candidat(&qui).await?.etat;
        let regard = match candidat {
            Some(_) => Regard::Candidat,
            None => Regard::Gestion,
        };
        self.vue(fil, actif(&etat)?, regard).await
    }

    /// With the real rank, when there is one to show.
    async fn vue(
        &self,
        fil: &Fil<Dossier>,
        actif: &Actif,
        regard: Regard,
    ) -> Result<DossierVue, Faute> {
        let catalogue = self.atelier.catalogue();
        let maintenant = self.atelier.maintenant();
        let vue = vues::dossier(fil, actif, &catalogue, (maintenant, regard));
        let mut vue = vue.ok_or(CodeRefus::Introuvable)?;
        let attend = fil.etat.publie().filter(|p| p.reponse.is_none());
        if attend.is_some_and(|p| matches!(p.avis.nature, Nature::ListeComplementaire { .. })) {
            let places = self.annuaire.lire_places(&vue.formation).await?;
            if let Some(decision) = &mut vue.decision {
                decision.rang_reel = places.rang_reel(&vue.id);
            }
        }
        Ok(vue)
    }

    /// Whose dossier it is: of the command that creates it, or as it stands, checked against who asks.
    fn proprietaire(fil: &Fil<Dossier>, demande: &Demande) -> Result<CandidatId, Faute> {
        if let (
            Dossier::Absent,
            Commande::Creer { candidat, .. } | Commande::Proposer { candidat, .. },
        ) = (fil.etat.as_ref(), &demande.commande)
        {
            return Ok(candidat.clone());
        }
        a_qui(fil, demande.candidat.as_ref())
    }

    async fn executer(
        &self,
        fil: &mut Fil<Dossier>,
        demande: &Demande,
    ) -> Result<DossierVue, Faute> {
        let candidat = Self::proprietaire(fil, demande)?;
        let regard = regard(demande);
        if let Some(id) = &demande.id
            && self
                .atelier
                .store
                .dedup(id)
                .map_err(|e| faute(&e))?
                .is_some()
        {
            let etat = self.annuaire.lire_candidat(&candidat).await?.etat;
            return self.vue(fil, actif(&etat)?, regard).await;
        }
        version_vue(fil, demande)?;
        for _ in 0..ESSAIS {
            let lu = self.annuaire.lire_candidat(&candidat).await?;
            let actif = actif(&lu.etat)?;
            let decision = self.decider(fil, actif, demande)?;
            if let Some(acte) = decision.tiroir {
                // The drawer is the candidate's; this dossier allowed it, and must be as it was.
                let acte = CommandeCandidat::Tiroir(acte);
                let repere = Repere {
                    id: demande.id.clone(),
                    garde: Some((fil.stream.clone(), fil.tete.version)),
                    avance: demande.avance.clone(),
                    ..Repere::default()
                };
                match self.annuaire.candidat(&candidat, repere, acte).await {
                    Ok(apres) => {
                        return self.vue(fil, self::actif(&apres.etat)?, regard).await;
                    }
                    Err(Faute::VersionPerimee { .. }) if demande.avance.is_none() => {
                        fil.rattraper(&self.atelier).map_err(|e| faute(&e))?;
                        continue;
                    }
                    Err(faute) => return Err(faute),
                }
            }
            if decision.evenements.is_empty() {
                return self.vue(fil, actif, regard).await;
            }
            match self.rendre_durable(fil, &lu, demande, decision).await? {
                Ok(()) => {
                    demande.avance.iter().for_each(|avance| avance.ecrire());
                    return self.vue(fil, actif, regard).await;
                }
                Err(StoreError::Duplicate(_)) => return self.vue(fil, actif, regard).await,
                Err(StoreError::Conflict { actual, .. }) if demande.avance.is_some() => {
                    return Err(Faute::VersionPerimee { actuelle: actual });
                }
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

    fn decider(
        &self,
        fil: &Fil<Dossier>,
        actif: &Actif,
        demande: &Demande,
    ) -> Result<Decision, Faute> {
        let catalogue = self.atelier.catalogue();
        if catalogue.archives.contains_key(&actif.base.compte.campagne) {
            return Err(CodeRefus::CampagneArchivee.into());
        }
        let facts = Facts {
            maintenant: self.atelier.maintenant(),
            par: &demande.par,
            catalogue: &catalogue,
            tiroir: &actif.tiroir,
            profil: &actif.profil,
        };
        Ok(decide(&fil.etat, &demande.commande, &facts)?)
    }

    /// One commit: the dossier's events, what they owe, and what they do to the formation's places.
    async fn rendre_durable(
        &self,
        fil: &mut Fil<Dossier>,
        lu: &Instantane,
        demande: &Demande,
        decision: Decision,
    ) -> Result<Result<(), StoreError>, Faute> {
        let catalogue = self.atelier.catalogue();
        let actif = actif(&lu.etat)?;
        let joindre = joindre(actif);
        let dus = |apres: &Dossier, evenement: &_| effets(apres, evenement, &catalogue, joindre);
        let mut lot = Batch {
            dedup: dedup(&self.atelier, demande.id.clone(), &()),
            ..Batch::default()
        };
        let prepare = fil
            .preparer(&self.atelier, decision.evenements, dus, &mut lot)
            .map_err(|e| faute(&e))?;
        if matches!(demande.commande, Commande::Transmettre) {
            // G29: the drawer it takes common pieces from is as it was read.
            let candidat = ActeurCandidat::stream(&actif.base.compte.id);
            lot.appends.push(inchange(&candidat, lu.version));
        }
        if let Some(avance) = &demande.avance {
            avance.poser(&mut lot);
        }
        if let Some(trace) = &demande.trace {
            lot.appends.extend_from_slice(&trace.appends);
            lot.views_put.extend_from_slice(&trace.views_put);
        }
        let commis = match (decision.places, fil.etat.identite()) {
            (Some(acte), Some(identite)) => {
                let dossier = identite.id.clone();
                let acte = (acte, demande.ensemble.clone());
                self.annuaire
                    .sceller(&identite.formation, dossier, acte, lot)
                    .await?
            }
            (_, _) => self.atelier.store.commit(lot).await,
        };
        Ok(fil.conclure(&self.atelier, prepare, commis))
    }

    /// Dry run: the same decision, and what it would owe; nothing is written.
    async fn essayer(&self, fil: &Fil<Dossier>, demande: &Demande) -> Result<Essai, Faute> {
        let candidat = Self::proprietaire(fil, demande)?;
        version_vue(fil, demande)?;
        let etat = self.annuaire.lire_candidat(&candidat).await?.etat;
        let actif = actif(&etat)?;
        let decision = self.decider(fil, actif, demande)?;
        let catalogue = self.atelier.catalogue();
        if let (Some(acte), Some(identite)) = (&decision.places, fil.etat.identite()) {
            let places = self.annuaire.lire_places(&identite.formation).await?;
            let formation = catalogue.formations.get(&identite.formation);
            let facts = domain::places::Facts {
                formation: formation.ok_or(CodeRefus::Introuvable)?,
                ensemble: &demande.ensemble,
            };
            domain::places::decide(&places, &identite.id, acte, facts)?;
        }
        let mut dus = Vec::new();
        let mut apres = (*fil.etat).clone();
        for evenement in &decision.evenements {
            apres = domain::dossier::evolve(apres, evenement);
            dus.extend(effets(&apres, evenement, &catalogue, joindre(actif)));
        }
        Ok(Essai {
            vue: self.vue(fil, actif, regard(demande)).await?,
            effets: dus,
        })
    }
}

/// Staff see the whole; whoever must own the dossier sees what candidates see.
fn regard(demande: &Demande) -> Regard {
    match demande.candidat {
        Some(_) => Regard::Candidat,
        None => Regard::Gestion,
    }
}

fn joindre(actif: &Actif) -> Joindre<'_> {
    let compte = &actif.base.compte;
    Joindre {
        mail: &compte.mail,
        langue: compte.langue,
    }
}

fn version_vue(fil: &Fil<Dossier>, demande: &Demande) -> Result<(), Faute> {
    let actuelle = fil.tete.version;
    if demande.version.is_some_and(|vue| vue != actuelle) {
        return Err(Faute::VersionPerimee { actuelle });
    }
    Ok(())
}

/// Whose dossier it is. One of someone else, or a proposition still hidden, is as if it were not there (Q15, T03).
fn a_qui(fil: &Fil<Dossier>, candidat: Option<&CandidatId>) -> Result<CandidatId, Faute> {
    let identite = fil.etat.identite().ok_or(CodeRefus::Introuvable)?;
    match candidat {
        Some(qui) if &identite.candidat != qui || fil.etat.cache() => {
            Err(CodeRefus::Introuvable.into())
        }
        Some(_) | None => Ok(identite.candidat.clone()),
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
