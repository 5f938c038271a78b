//! What every actor works with: the store, the clock, the keys, the campaign.

mod campagne;

pub(crate) use campagne::{Change, EchecCampagne};

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use storage::{Store, StoreError};

use domain::campagne::{Catalogue, Evenement};
use domain::effet::Lien;
use domain::refus::CodeRefus;

use crate::demandes::ListeDemandes;
use crate::jetons::{self, CleServeur};
use crate::ports::{Alea, Horloge};
use crate::protocol::{Faute, SanteMails};
use crate::record;
use crate::support::{Boite, Lecteur, Lecture};

/// The stream of the campaign being run.
pub(crate) const CAMPAGNE: &str = "campagne";

/// How long the log may take to say where it ends.
const FRONTIERE: Duration = Duration::from_secs(1);
/// How long a request waits for this node to catch up.
const RATTRAPAGE: Duration = Duration::from_secs(5);

/// Lives of links, accounts and sessions (`[limites]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limites {
    /// Of a link in a mail (G04: one day).
    pub vie_lien: SignedDuration,
    /// Of an account never validated.
    pub vie_compte: SignedDuration,
    /// Of a session.
    pub vie_session: SignedDuration,
    /// How long an archived campaign is kept before its people's data leaves (Q18).
    pub conservation: SignedDuration,
    /// How long the answer of a command is kept for a repeat.
    pub vie_commande: SignedDuration,
    /// After how long without a message an actor leaves memory.
    pub repos: Duration,
    /// Whether staff must set up a second factor at their first log-in (Q17).
    pub exiger_second_facteur: bool,
    /// How long a request to the support may wait for its answer.
    pub delai_reponse: SignedDuration,
    /// How long after its end a reply opens a request again (S59).
    pub delai_reouverture: SignedDuration,
    /// How long the bytes of a mail to the support are kept once it is done with (S09).
    pub conservation_mails: SignedDuration,
}

impl Default for Limites {
    fn default() -> Self {
        Self {
            vie_lien: SignedDuration::from_hours(24),
            vie_compte: SignedDuration::from_hours(5 * 24),
            vie_session: SignedDuration::from_hours(12),
            conservation: SignedDuration::from_hours(365 * 24),
            vie_commande: SignedDuration::from_hours(48),
            repos: Duration::from_secs(60),
            exiger_second_facteur: true,
            delai_reponse: SignedDuration::from_hours(48),
            delai_reouverture: SignedDuration::from_hours(14 * 24),
            conservation_mails: SignedDuration::from_hours(365 * 24),
        }
    }
}

/// Shared by all actors of one process.
pub struct Atelier {
    /// The journal and its tables.
    pub store: Arc<Store>,
    /// The time.
    pub horloge: Arc<dyn Horloge>,
    /// Randomness.
    pub alea: Arc<dyn Alea>,
    /// Seals links.
    pub cle: CleServeur,
    /// Lives.
    pub limites: Limites,
    campagne: RwLock<(u64, Arc<Catalogue>)>,
    /// What other nodes had written when the campaign was read last.
    ailleurs: AtomicU64,
    /// What became of the mails.
    pub(crate) compteurs: Compteurs,
    /// Wakes the relay: something is owed.
    pub(crate) reveil: tokio::sync::Notify,
    /// The support inbox.
    pub(crate) boite: Boite,
    /// The list of requests to the support.
    pub(crate) demandes: ListeDemandes,
}

impl std::fmt::Debug for Atelier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Atelier")
            .field("limites", &self.limites)
            .finish_non_exhaustive()
    }
}

impl Atelier {
    /// Reads the campaign from the journal.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ouvrir(
        store: Arc<Store>,
        horloge: Arc<dyn Horloge>,
        alea: Arc<dyn Alea>,
        cle: CleServeur,
        limites: Limites,
    ) -> Result<Self, StoreError> {
        let atelier = Self {
            store,
            horloge,
            alea,
            cle,
            limites,
            campagne: RwLock::new((0, Arc::default())),
            ailleurs: AtomicU64::new(0),
            compteurs: Compteurs::default(),
            reveil: tokio::sync::Notify::new(),
            boite: Boite::default(),
            demandes: ListeDemandes::default(),
        };
        atelier.relire_campagne()?;
        Ok(atelier)
    }

    /// Reads mails to the support with this, from here on.
    pub fn lire_avec(&self, lecteur: Arc<dyn Lecteur>) {
        // Set once, when the parts are put together.
        let _deja = self.boite.lecteur.set(lecteur);
    }

    /// What a text typed on a page asks; nothing where no mails are read.
    pub(crate) fn comprendre_texte(&self, objet: &str, texte: &str) -> Lecture {
        let lecteur = self.boite.lecteur.get();
        lecteur
            .map(|l| l.lire_texte(objet, texte))
            .unwrap_or_default()
    }

    /// Now.
    pub fn maintenant(&self) -> Timestamp {
        self.horloge.maintenant()
    }

    /// The campaign as it stands.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue_et_version().1
    }

    fn catalogue_et_version(&self) -> (u64, Arc<Catalogue>) {
        let ailleurs = self.store.foreign();
        if self.ailleurs.swap(ailleurs, Ordering::AcqRel) != ailleurs
            && let Err(erreur) = self.relire_campagne()
        {
            // What is known goes on until the disk answers again.
            tracing::error!(%erreur, "the campaign cannot be read again");
            self.ailleurs.store(u64::MAX, Ordering::Release);
        }
        self.campagne
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many events the campaign has, of those it was read from last.
    pub(crate) fn version_campagne(&self) -> u64 {
        self.catalogue_et_version().0
    }

    /// Waits until this node has what anybody was told before, on whatever node (read your writes).
    /// Without the log nothing new is told anywhere, and reads go on with what is here.
    ///
    /// # Errors
    /// [`Faute::Indisponible`] when this node is too far behind.
    pub(crate) async fn a_jour(&self) -> Result<(), Faute> {
        if !self.store.shared() {
            return Ok(());
        }
        let Ok(derniere) = self.store.frontier(FRONTIERE).await else {
            return Ok(());
        };
        if self.store.reach(derniere, RATTRAPAGE).await {
            return Ok(());
        }
        let raison = format!("this node is at {} of {derniere}", self.store.applied());
        Err(Faute::Indisponible { raison })
    }

    /// A fresh link (G03).
    pub fn lien(&self) -> Lien {
        let nonce = jetons::identifiant(self.alea.as_ref());
        Lien {
            nonce,
            expire_le: plus(self.maintenant(), self.limites.vie_lien),
        }
    }

    /// Whether the account's campaign is the one that runs, and open (G09).
    ///
    /// # Errors
    /// [`CodeRefus::CompteHorsCampagne`].
    pub fn en_campagne(&self, code: &domain::ids::CampagneCode) -> Result<(), CodeRefus> {
        let catalogue = self.catalogue();
        let ouverte = catalogue
            .campagne
            .as_ref()
            .is_some_and(|c| &c.code == code && c.ouverte(self.maintenant()));
        if ouverte {
            Ok(())
        } else {
            Err(CodeRefus::CompteHorsCampagne)
        }
    }

    /// The campaign's events after this many, at most `limite`, and how many there are.
    pub(crate) fn evenements_campagne(
        &self,
        depuis: u64,
        limite: usize,
    ) -> Result<(Vec<Evenement>, u64), StoreError> {
        let total = self.store.head(CAMPAGNE)?.version;
        let records = self.store.stream_after(CAMPAGNE, depuis)?;
        let lus = records
            .iter()
            .take(limite)
            .map(|r| record::lire(&r.data).map(|fait| fait.e));
        let evenements = lus.collect::<Result<_, _>>().map_err(StoreError::Corrupt)?;
        Ok((evenements, total))
    }

    pub(crate) fn relire_campagne(&self) -> Result<(), StoreError> {
        let (version, catalogue) = {
            let lu = self.campagne.read().unwrap_or_else(PoisonError::into_inner);
            (lu.0, lu.1.clone())
        };
        let (evenements, _) = self.evenements_campagne(version, usize::MAX)?;
        let version = version + evenements.len() as u64;
        let mut catalogue = Arc::unwrap_or_clone(catalogue);
        for evenement in evenements {
            catalogue.evolve(evenement);
        }
        *self
            .campagne
            .write()
            .unwrap_or_else(PoisonError::into_inner) = (version, Arc::new(catalogue));
        Ok(())
    }
}

/// What became of the mails since the start.
#[derive(Debug, Default)]
pub(crate) struct Compteurs {
    pub(crate) envoyes: AtomicU64,
    pub(crate) remis: AtomicU64,
    pub(crate) abandonnes: AtomicU64,
}

impl Compteurs {
    /// One more.
    pub(crate) fn compter(compteur: &AtomicU64) {
        compteur.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn lire(&self) -> SanteMails {
        SanteMails {
            envoyes: self.envoyes.load(Ordering::Relaxed),
            remis: self.remis.load(Ordering::Relaxed),
            abandonnes: self.abandonnes.load(Ordering::Relaxed),
        }
    }
}

/// Saturates far in the future rather than failing.
pub(crate) fn plus(instant: Timestamp, duree: SignedDuration) -> Timestamp {
    instant.checked_add(duree).unwrap_or(Timestamp::MAX)
}

/// What a commit made; nothing where somebody else was first, and it has to be decided again.
///
/// # Errors
/// Any other refusal of the store.
pub(crate) fn sinon_recommencer<T>(fait: Result<T, StoreError>) -> Result<Option<T>, Faute> {
    match fait {
        Ok(fait) => Ok(Some(fait)),
        Err(StoreError::Conflict { .. }) => Ok(None),
        Err(
            erreur @ (StoreError::Taken(_)
            | StoreError::Duplicate(_)
            | StoreError::TooLarge { .. }
            | StoreError::Unavailable(_)
            | StoreError::Corrupt(_)
            | StoreError::Newer { .. }),
        ) => Err(faute(&erreur)),
    }
}

/// What a caller is told of a store's error.
pub(crate) fn faute(erreur: &StoreError) -> Faute {
    tracing::error!(%erreur, "the store refused");
    Faute::Indisponible {
        raison: erreur.to_string(),
    }
}
