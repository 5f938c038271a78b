//! The stream of one aggregate in memory: loaded by replay, appended to with its version.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use storage::{
    Append, Batch, Committed, Dedup, Expected, Head, OutboxItem, Stamp, StoreError, Timer,
};

use domain::effet::Effet;
use jiff::Timestamp;

use crate::atelier::{Atelier, plus};
use crate::courriers::{Envoi, Reponse};
use crate::record;

/// What a stream folds into.
pub(crate) trait Agregat: Default + Clone {
    /// What happens to it.
    type Evenement: Clone + Serialize + DeserializeOwned;
    /// The state after an event.
    fn evolve(self, evenement: &Self::Evenement) -> Self;
}

impl Agregat for domain::candidat::Candidat {
    type Evenement = domain::candidat::Evenement;
    fn evolve(self, evenement: &Self::Evenement) -> Self {
        domain::candidat::evolve(self, evenement)
    }
}

impl Agregat for domain::places::Places {
    type Evenement = domain::places::Evenement;
    fn evolve(self, evenement: &Self::Evenement) -> Self {
        domain::places::evolve(self, evenement)
    }
}

impl Agregat for domain::dossier::Dossier {
    type Evenement = domain::dossier::Evenement;
    fn evolve(self, evenement: &Self::Evenement) -> Self {
        domain::dossier::evolve(self, evenement)
    }
}

impl Agregat for domain::equipe::Equipe {
    type Evenement = domain::equipe::Evenement;
    fn evolve(self, evenement: &Self::Evenement) -> Self {
        domain::equipe::evolve(self, evenement)
    }
}

impl Agregat for domain::personnel::Personnel {
    type Evenement = domain::personnel::Evenement;
    fn evolve(self, evenement: &Self::Evenement) -> Self {
        domain::personnel::evolve(self, evenement)
    }
}

impl Agregat for domain::demande::Demande {
    type Evenement = domain::demande::Evenement;
    fn evolve(self, evenement: &Self::Evenement) -> Self {
        domain::demande::evolve(self, evenement)
    }
}

/// A stream and its state.
#[derive(Clone)]
pub(crate) struct Fil<A: Agregat> {
    pub(crate) stream: String,
    pub(crate) etat: Arc<A>,
    pub(crate) tete: Head,
    /// Every event with its time and the head after it: a stream has tens of them.
    pub(crate) faits: Vec<(record::Fait<A::Evenement>, Head)>,
    /// The stream's stamp under which this is its state.
    pub(crate) estampille: Stamp,
    /// What others had written when it was read last.
    vu: u64,
}

/// Events on their way into the journal.
pub(crate) struct Prepare<A: Agregat> {
    le: Timestamp,
    evenements: Vec<A::Evenement>,
    /// The state after them.
    apres: A,
    /// Of the append among those of the batch.
    place: usize,
    du: bool,
}

impl<A: Agregat> Fil<A> {
    /// Loads the stream by replay; an absent one is empty.
    pub(crate) fn charger(atelier: &Atelier, stream: String) -> Result<Self, StoreError> {
        let mut fil = Self {
            stream,
            etat: Arc::default(),
            tete: Head::ABSENT,
            faits: Vec::new(),
            estampille: Stamp::UNSETTLED,
            vu: 0,
        };
        fil.rattraper(atelier)?;
        Ok(fil)
    }

    /// What an actor holds, brought up to date, or the stream loaded: how every message begins.
    pub(crate) fn ouvrir(
        tenu: Option<Self>,
        atelier: &Atelier,
        stream: String,
    ) -> Result<Self, StoreError> {
        match tenu {
            Some(fil) => fil.suivre(atelier),
            None => Self::charger(atelier, stream),
        }
    }

    /// As it is now: other nodes may have appended.
    fn suivre(mut self, atelier: &Atelier) -> Result<Self, StoreError> {
        if self.vu != atelier.store.foreign() {
            self.rattraper(atelier)?;
        }
        Ok(self)
    }

    /// Reads what others appended, or that the stream was erased.
    pub(crate) fn rattraper(&mut self, atelier: &Atelier) -> Result<(), StoreError> {
        // Before the reading: what comes in between is looked for again.
        self.vu = atelier.store.foreign();
        self.estampille = Stamp::UNSETTLED;
        if self.tete.version > 0 && atelier.store.is_erased(&self.stream)? {
            // As if it had never been (Q18); nothing more is added to it.
            self.etat = Arc::default();
            self.tete = Head::ABSENT;
            self.faits.clear();
            return Ok(());
        }
        for enregistre in atelier
            .store
            .stream_after(&self.stream, self.tete.version)?
        {
            let fait = record::lire::<A::Evenement>(&enregistre.data)
                .map_err(|e| StoreError::Corrupt(format!("{}: {e}", self.stream)))?;
            self.tete = Head {
                version: enregistre.version,
                hash: enregistre.hash,
            };
            self.absorber(fait);
        }
        Ok(())
    }

    /// Under the head it made.
    fn absorber(&mut self, fait: record::Fait<A::Evenement>) {
        let etat = Arc::unwrap_or_clone(std::mem::take(&mut self.etat));
        self.etat = Arc::new(etat.evolve(&fait.e));
        self.faits.push((fait, self.tete));
    }

    /// Appends events with what they owe, in one durable commit, then evolves.
    ///
    /// # Errors
    /// As [`storage::Store::commit`]; the state is as before, and reloaded after a conflict.
    pub(crate) async fn ajouter(
        &mut self,
        atelier: &Atelier,
        evenements: Vec<A::Evenement>,
        effets: impl Fn(&A, &A::Evenement) -> Vec<Effet>,
        mut lot: Batch,
    ) -> Result<(), StoreError> {
        let prepare = self.preparer(atelier, evenements, effets, &mut lot)?;
        let commis = atelier.store.commit(lot).await;
        self.conclure(atelier, prepare, commis)
    }

    /// Puts events with what they owe into a batch that may hold more.
    ///
    /// # Errors
    /// When an event or effect has no stored form; the batch is of no use then.
    pub(crate) fn preparer(
        &self,
        atelier: &Atelier,
        evenements: Vec<A::Evenement>,
        effets: impl Fn(&A, &A::Evenement) -> Vec<Effet>,
        lot: &mut Batch,
    ) -> Result<Prepare<A>, StoreError> {
        let le = atelier.maintenant();
        let mut apres = (*self.etat).clone();
        let mut version = self.tete.version;
        let mut octets = Vec::with_capacity(evenements.len());
        for evenement in &evenements {
            version += 1;
            apres = apres.evolve(evenement);
            for (rang, effet) in effets(&apres, evenement).into_iter().enumerate() {
                self.devoir(atelier, lot, effet, (version, rang, le))?;
            }
            octets.push(record::ecrire(le, evenement).map_err(StoreError::Corrupt)?);
        }
        let place = lot.appends.len();
        if !octets.is_empty() {
            lot.appends.push(Append {
                stream: self.stream.clone(),
                expected: Expected::Exact(self.tete.version),
                events: octets,
            });
        }
        Ok(Prepare {
            le,
            evenements,
            apres,
            place,
            du: !lot.outbox_put.is_empty(),
        })
    }

    /// Evolves once the batch is durable; catches up with others when it is not.
    ///
    /// # Errors
    /// That of the commit.
    pub(crate) fn conclure(
        &mut self,
        atelier: &Atelier,
        prepare: Prepare<A>,
        commis: Result<Committed, StoreError>,
    ) -> Result<(), StoreError> {
        let fait = match commis {
            Ok(fait) => fait,
            Err(erreur) => {
                self.rattraper(atelier)?;
                return Err(erreur);
            }
        };
        if prepare.du {
            atelier.reveil.notify_one();
        }
        let Ok([e]) = <[A::Evenement; 1]>::try_from(prepare.evenements) else {
            // Several at once are rare: each needs its own head, which the journal has.
            return self.rattraper(atelier);
        };
        if let Some(tete) = fait.heads.get(prepare.place) {
            self.tete = *tete;
        }
        self.estampille = fait.stamp;
        self.etat = Arc::new(prepare.apres);
        let fait = record::Fait {
            v: record::VERSION,
            le: prepare.le,
            par: None,
            e,
        };
        self.faits.push((fait, self.tete));
        Ok(())
    }

    /// Turns an effect into a row of the outbox or a timer; its id comes from the event, so that a repeat is recognised.
    fn devoir(
        &self,
        atelier: &Atelier,
        lot: &mut Batch,
        effet: Effet,
        (version, rang, le): (u64, usize, Timestamp),
    ) -> Result<(), StoreError> {
        let cle = |e: domain::effet::Echeance| format!("{}/{}", self.stream, e.cle());
        match effet {
            Effet::Armer { echeance, le } => lot.timers_set.push(Timer {
                key: cle(echeance),
                due_ms: le.as_millisecond(),
                data: json(&echeance)?,
            }),
            Effet::Desarmer { echeance } => lot.timers_clear.push(cle(echeance)),
            Effet::Mail(_)
            | Effet::MailPersonnel(_)
            | Effet::MailDemande(_)
            | Effet::CreerDossier { .. }
            | Effet::CloreDossier { .. }
            | Effet::PromouvoirListe { .. }
            | Effet::Suivre(_)
            | Effet::Publier(_) => {
                let id = format!("{}.{version}.{rang}", self.stream);
                if let Effet::Mail(mail) = &effet {
                    Envoi::en_file(atelier.cle.etiquette(&id), mail, le).poser(lot)?;
                }
                if let Effet::MailDemande(mail) = &effet {
                    Reponse::en_route(mail, le).poser(lot, &atelier.cle.etiquette(&id))?;
                }
                lot.outbox_put.push(OutboxItem {
                    id,
                    due_ms: le.as_millisecond(),
                    attempts: 0,
                    data: json(&effet)?,
                });
            }
        }
        Ok(())
    }
}

/// A condition of a commit: the stream is still at this version.
pub(crate) fn inchange(stream: &str, version: u64) -> Append {
    Append {
        stream: stream.to_owned(),
        expected: Expected::Exact(version),
        events: Vec::new(),
    }
}

/// The dedup row of a command.
pub(crate) fn dedup(
    atelier: &Atelier,
    id: Option<String>,
    issue: &impl Serialize,
) -> Option<Dedup> {
    let expires = plus(atelier.maintenant(), atelier.limites.vie_commande);
    Some(Dedup {
        id: id?,
        outcome: json(issue).ok()?,
        expires_ms: expires.as_millisecond(),
    })
}

pub(crate) fn json(valeur: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(valeur).map_err(|e| StoreError::Corrupt(e.to_string()))
}
