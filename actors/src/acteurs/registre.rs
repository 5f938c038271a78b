//! Finds the actor of an id, starts it when needed, lets it go when idle.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, AsyncContext, Context, Handler, Message};
use tokio::sync::oneshot;

use domain::candidat::{Candidat, Commande as CommandeCandidat};
use domain::dossier::Dossier;
use domain::ids::{CandidatId, DemandeId, DossierId, FormationCode, PersonnelId};
use domain::personnel::Commande as CommandePersonnel;
use domain::places::{Commande as CommandePlaces, Ensemble, Places};
use storage::{Batch, Stamp};

use super::avance::Avance;
use super::candidat::{ActeurCandidat, Instantane, OrdreCandidat};
use super::demande::{ActeurDemande, InstantaneDemande, OrdreDemande, OrdreSur};
use super::dossier::{ActeurDossier, Bureau, Demande, Essai, OrdreDossier};
use super::formation::{ActeurFormation, OrdreFormation, Scelle};
use super::lectures::Lectures;
use super::personnel::{ActeurPersonnel, InstantanePersonnel, OrdrePersonnel};
use super::{Retour, occupe};
use crate::atelier::{Atelier, faute};
use crate::fil::Fil;
use crate::protocol::{DossierVue, Faute};

/// Messages that may wait for the registry.
const BOITE_REGISTRE: usize = 8192;
/// The most actors of one kind in memory; beyond them those that were asked longest ago come back by replay.
const MAX_PRESENTS: usize = 50_000;
/// The same for requests: a mailbox that is read for the first time asks each of its requests once.
const MAX_DEMANDES: usize = 1_000;

/// An order with its addressee.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) enum Vers {
    Candidat(CandidatId, OrdreCandidat),
    Dossier(DossierId, OrdreDossier),
    Formation(FormationCode, OrdreFormation),
    Personnel(PersonnelId, OrdrePersonnel),
    Demande(DemandeId, OrdreDemande),
    /// What was erased leaves memory as well (Q18).
    Oublier(CandidatId, Vec<DossierId>, Vec<DemandeId>),
}

/// The actors in memory of one kind, and how many there may be.
struct Presents<K, A: Actor>(HashMap<K, (Addr<A>, Instant)>, usize);

impl<K: Eq + Hash + Clone, A: Actor<Context = Context<A>>> Presents<K, A> {
    /// Hands the message to the actor of this id. A full mailbox drops it, and the asker, whose
    /// channel closes, is told to come back.
    fn remettre<M>(&mut self, id: &K, message: M, naitre: impl FnOnce() -> A)
    where
        A: Handler<M>,
        M: Message<Result = ()> + Send + 'static,
        A::Context: ToEnvelope<A, M>,
    {
        let maintenant = Instant::now();
        // An actor that died of a fault comes back by replay.
        if self
            .0
            .get(id)
            .is_some_and(|(adresse, _)| !adresse.connected())
        {
            self.0.remove(id);
        }
        if self.0.len() >= self.1 && !self.0.contains_key(id) {
            self.faire_place();
        }
        let place = self
            .0
            .entry(id.clone())
            .or_insert_with(|| (naitre().start(), maintenant));
        place.1 = maintenant;
        if place.0.try_send(message).is_err() {
            tracing::warn!("an actor's mailbox is full");
        }
    }

    /// A quarter leaves, those asked longest ago: what waits for them is still done.
    fn faire_place(&mut self) {
        let mut vus: Vec<Instant> = self.0.values().map(|(_, vu)| *vu).collect();
        let quart = vus.len() / 4;
        let (_, limite, _) = vus.select_nth_unstable(quart);
        let limite = *limite;
        self.0.retain(|_, (_, vu)| *vu > limite);
    }
}

/// The registry, an actor beside those it knows.
struct Registre {
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
    candidats: Presents<CandidatId, ActeurCandidat>,
    dossiers: Presents<DossierId, ActeurDossier>,
    formations: Presents<FormationCode, ActeurFormation>,
    personnels: Presents<PersonnelId, ActeurPersonnel>,
    demandes: Presents<DemandeId, ActeurDemande>,
}

impl Actor for Registre {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(BOITE_REGISTRE);
        let repos = self.atelier.limites.repos;
        ctx.run_interval(repos, move |registre, _| {
            // Dropping the last address lets an actor finish what waits, then it leaves memory.
            registre
                .candidats
                .0
                .retain(|_, (_, vu)| vu.elapsed() < repos);
            registre
                .dossiers
                .0
                .retain(|_, (_, vu)| vu.elapsed() < repos);
            registre
                .formations
                .0
                .retain(|_, (_, vu)| vu.elapsed() < repos);
            registre
                .personnels
                .0
                .retain(|_, (_, vu)| vu.elapsed() < repos);
            registre
                .demandes
                .0
                .retain(|_, (_, vu)| vu.elapsed() < repos);
            registre.annuaire.0.candidats.vieillir();
            registre.annuaire.0.dossiers.vieillir();
            registre.compter();
        });
    }
}

impl Registre {
    fn compter(&self) {
        let dossiers = self.dossiers.0.len() + self.formations.0.len();
        let personnes = self.candidats.0.len() + self.personnels.0.len();
        let presents = personnes + dossiers + self.demandes.0.len();
        self.annuaire
            .0
            .presents
            .store(presents as u64, Ordering::Relaxed);
    }
}

impl Handler<Vers> for Registre {
    type Result = ();

    fn handle(&mut self, vers: Vers, _: &mut Self::Context) {
        let atelier = &self.atelier;
        match vers {
            Vers::Candidat(id, ordre) => {
                let naitre = || ActeurCandidat::new(id.clone(), atelier.clone());
                self.candidats.remettre(&id, ordre, naitre);
            }
            Vers::Dossier(id, ordre) => {
                let annuaire = self.annuaire.clone();
                let naitre = || ActeurDossier::new(id.clone(), atelier.clone(), annuaire);
                self.dossiers.remettre(&id, ordre, naitre);
            }
            Vers::Formation(code, ordre) => {
                let naitre = || ActeurFormation::new(code.clone(), atelier.clone());
                self.formations.remettre(&code, ordre, naitre);
            }
            Vers::Personnel(id, ordre) => {
                let naitre = || ActeurPersonnel::new(id.clone(), atelier.clone());
                self.personnels.remettre(&id, ordre, naitre);
            }
            Vers::Demande(id, ordre) => {
                let naitre = || ActeurDemande::new(id.clone(), atelier.clone());
                self.demandes.remettre(&id, ordre, naitre);
            }
            Vers::Oublier(candidat, dossiers, demandes) => {
                self.candidats.0.remove(&candidat);
                for dossier in dossiers {
                    self.dossiers.0.remove(&dossier);
                }
                for demande in demandes {
                    self.demandes.0.remove(&demande);
                }
            }
        }
        self.compter();
    }
}

#[derive(Default)]
struct Partage {
    salle: std::sync::OnceLock<(Addr<Registre>, Arc<Atelier>)>,
    presents: AtomicU64,
    candidats: Lectures<CandidatId, Candidat>,
    dossiers: Lectures<DossierId, Fil<Dossier>>,
}

/// How a command is recognised when it comes again, and what its asker saw.
#[derive(Debug, Default)]
pub(crate) struct Repere {
    /// Its id.
    pub(crate) id: Option<String>,
    /// The version the asker saw.
    pub(crate) version: Option<u64>,
    /// A stream by which it was decided: it must still be at this version.
    pub(crate) garde: Option<(String, u64)>,
    /// Present when it goes ahead of the question whether this node has everything.
    pub(crate) avance: Option<Arc<Avance>>,
}

impl From<Option<String>> for Repere {
    fn from(id: Option<String>) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }
}

/// How everybody reaches the actors; clones are cheap.
#[derive(Clone, Default)]
pub(crate) struct Annuaire(Arc<Partage>);

impl Annuaire {
    fn fixer(&self, adresse: Addr<Registre>, atelier: Arc<Atelier>) {
        // Set once, by the registry's start.
        let _deja = self.0.salle.set((adresse, atelier));
    }

    fn salle(&self) -> Result<&(Addr<Registre>, Arc<Atelier>), Faute> {
        self.0.salle.get().ok_or_else(occupe)
    }

    /// Actors in memory.
    pub(crate) fn presents(&self) -> u64 {
        self.0.presents.load(Ordering::Relaxed)
    }

    async fn demander<T>(&self, vers: impl FnOnce(Retour<T>) -> Vers) -> Result<T, Faute> {
        let (retour, reponse) = oneshot::channel();
        let (adresse, _) = self.salle()?;
        adresse.try_send(vers(retour)).map_err(|_plein| occupe())?;
        reponse.await.map_err(|_perdu| occupe())?
    }

    /// Lets the actors of erased streams go; one that cannot be told leaves by itself once idle.
    pub(crate) fn oublier(
        &self,
        candidat: CandidatId,
        dossiers: Vec<DossierId>,
        demandes: Vec<DemandeId>,
    ) {
        self.0.candidats.oublier(&candidat);
        for dossier in &dossiers {
            self.0.dossiers.oublier(dossier);
        }
        if let Ok((adresse, _)) = self.salle() {
            adresse.do_send(Vers::Oublier(candidat, dossiers, demandes));
        }
    }

    pub(crate) async fn candidat(
        &self,
        qui: &CandidatId,
        repere: impl Into<Repere>,
        commande: CommandeCandidat,
    ) -> Result<Instantane, Faute> {
        let repere = Box::new(repere.into());
        let fait = self.demander(|retour| {
            let ordre = OrdreCandidat::Executer {
                repere,
                commande,
                retour,
            };
            Vers::Candidat(qui.clone(), ordre)
        });
        let fait = fait.await?;
        // Its next request finds out who asks without asking the actor.
        self.connaitre(qui, &fait);
        Ok(fait)
    }

    fn connaitre(&self, qui: &CandidatId, lu: &Instantane) {
        let (stream, etat) = (ActeurCandidat::stream(qui), lu.etat.clone());
        let vu = (lu.version, lu.estampille);
        self.0.candidats.retenir(qui, stream, vu, etat);
    }

    pub(crate) async fn lire_candidat(&self, qui: &CandidatId) -> Result<Instantane, Faute> {
        let (_, atelier) = self.salle()?;
        let connu = self.0.candidats.actuelle(&atelier.store, qui);
        if let Some((version, etat)) = connu.map_err(|e| faute(&e))? {
            return Ok(Instantane {
                etat,
                version,
                estampille: Stamp::UNSETTLED,
            });
        }
        let lire = |retour| Vers::Candidat(qui.clone(), OrdreCandidat::Lire { retour });
        let lu = self.demander(lire).await?;
        self.connaitre(qui, &lu);
        Ok(lu)
    }

    pub(crate) async fn dossier(
        &self,
        dossier: &DossierId,
        demande: Demande,
    ) -> Result<DossierVue, Faute> {
        let (dossier, demande) = (dossier.clone(), Box::new(demande));
        self.demander(|retour| Vers::Dossier(dossier, OrdreDossier::Executer { demande, retour }))
            .await
    }

    /// What an act would come to; nothing is written.
    pub(crate) async fn essayer(
        &self,
        dossier: &DossierId,
        demande: Demande,
    ) -> Result<Essai, Faute> {
        let (dossier, demande) = (dossier.clone(), Box::new(demande));
        self.demander(|retour| Vers::Dossier(dossier, OrdreDossier::Essayer { demande, retour }))
            .await
    }

    /// As its candidate sees it, or whole when nobody in particular must own it.
    pub(crate) async fn lire_dossier(
        &self,
        dossier: &DossierId,
        candidat: Option<&CandidatId>,
    ) -> Result<DossierVue, Faute> {
        let (_, atelier) = self.salle()?;
        let connu = self.0.dossiers.actuelle(&atelier.store, dossier);
        let fil = match connu.map_err(|e| faute(&e))? {
            Some((_, fil)) => fil,
            None => {
                let lire = |retour| Vers::Dossier(dossier.clone(), OrdreDossier::Lire { retour });
                let fil = self.demander(lire).await?;
                let (stream, vu) = (fil.stream.clone(), (fil.tete.version, fil.estampille));
                self.0.dossiers.retenir(dossier, stream, vu, fil.clone());
                fil
            }
        };
        let bureau = Bureau {
            atelier: atelier.clone(),
            annuaire: self.clone(),
        };
        bureau.lire(&fil, candidat).await
    }

    /// Commits a dossier's batch with what it does to its formation's places.
    pub(crate) async fn sceller(
        &self,
        formation: &FormationCode,
        dossier: DossierId,
        (commande, ensemble): (CommandePlaces, Arc<Ensemble>),
        lot: Batch,
    ) -> Result<Scelle, Faute> {
        let formation = formation.clone();
        let lot = Box::new(lot);
        self.demander(|retour| {
            let ordre = OrdreFormation::Sceller {
                dossier,
                commande,
                ensemble,
                lot,
                retour,
            };
            Vers::Formation(formation, ordre)
        })
        .await
    }

    pub(crate) async fn personnel(
        &self,
        qui: &PersonnelId,
        id: Option<String>,
        commande: CommandePersonnel,
    ) -> Result<InstantanePersonnel, Faute> {
        let qui = qui.clone();
        self.demander(|retour| {
            let ordre = OrdrePersonnel::Executer {
                id,
                commande,
                retour,
            };
            Vers::Personnel(qui, ordre)
        })
        .await
    }

    pub(crate) async fn demande(
        &self,
        id: &DemandeId,
        ordre: OrdreSur,
    ) -> Result<InstantaneDemande, Faute> {
        let (id, ordre) = (id.clone(), Box::new(ordre));
        self.demander(|retour| Vers::Demande(id, OrdreDemande::Executer { ordre, retour }))
            .await
    }

    pub(crate) async fn lire_demande(&self, id: &DemandeId) -> Result<InstantaneDemande, Faute> {
        let id = id.clone();
        self.demander(|retour| Vers::Demande(id, OrdreDemande::Lire { retour }))
            .await
    }

    /// Ranks, offers and confirmed admissions of a formation.
    pub(crate) async fn lire_places(
        &self,
        formation: &FormationCode,
    ) -> Result<Arc<Places>, Faute> {
        let formation = formation.clone();
        self.demander(|retour| Vers::Formation(formation, OrdreFormation::Lire { retour }))
            .await
    }

    pub(crate) async fn lire_personnel(
        &self,
        qui: &PersonnelId,
    ) -> Result<InstantanePersonnel, Faute> {
        let qui = qui.clone();
        self.demander(|retour| Vers::Personnel(qui, OrdrePersonnel::Lire { retour }))
            .await
    }
}

/// The thread all actors of a process share; dropping it ends them after what is under way.
#[derive(Debug)]
pub(crate) struct Salle {
    arret: Option<oneshot::Sender<()>>,
    fil: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Salle {
    fn drop(&mut self) {
        drop(self.arret.take());
        if let Some(fil) = self.fil.take() {
            // A panic there was already seen by those who waited.
            let _fini = fil.join();
        }
    }
}

/// Starts the registry on a thread of its own.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn demarrer(atelier: Arc<Atelier>) -> std::io::Result<(Annuaire, Salle)> {
    let annuaire = Annuaire::default();
    let (arret, arreter) = oneshot::channel::<()>();
    let (pret, attendre) = std::sync::mpsc::sync_channel(1);
    let partage = annuaire.clone();
    let fil = std::thread::Builder::new()
        .name("acteurs".to_owned())
        .spawn(move || {
            actix::System::new().block_on(async move {
                let registre = Registre {
                    atelier,
                    annuaire: partage.clone(),
                    candidats: Presents(HashMap::new(), MAX_PRESENTS),
                    dossiers: Presents(HashMap::new(), MAX_PRESENTS),
                    formations: Presents(HashMap::new(), MAX_PRESENTS),
                    personnels: Presents(HashMap::new(), MAX_PRESENTS),
                    demandes: Presents(HashMap::new(), MAX_DEMANDES),
                };
                let pour_lire = registre.atelier.clone();
                partage.fixer(registre.start(), pour_lire);
                let _parti = pret.send(());
                // Ends when the sender is dropped.
                let _fin = arreter.await;
            });
        })?;
    // A closed channel means that the thread is gone: every request will say « occupé ».
    let _ferme = attendre.recv();
    Ok((
        annuaire,
        Salle {
            arret: Some(arret),
            fil: Some(fil),
        },
    ))
}
