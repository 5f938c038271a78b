//! The doors mails come in by: how each does, for the health page, and where it stands in what it reads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use storage::Batch;

use crate::atelier::{Atelier, faute};
use crate::protocol::{Faute, SantePorte};

/// Failures in a row after which a door is not well: one alone is a connection that was renewed.
const ECHECS_DITS: u32 = 2;

/// How the doors of one process do, by name.
#[derive(Debug, Default)]
pub(crate) struct Etats(Mutex<BTreeMap<&'static str, Etat>>);

#[derive(Debug, Default)]
struct Etat {
    recus: u64,
    parques: u64,
    laisses: u64,
    derniere: Option<Timestamp>,
    echecs: u32,
    raison: String,
}

impl Etats {
    fn tenir(&self) -> MutexGuard<'_, BTreeMap<&'static str, Etat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the health page.
    pub(crate) fn lire(&self, maintenant: Timestamp) -> Vec<SantePorte> {
        let lire = |(nom, etat): (&&'static str, &Etat)| {
            let age = |le: Timestamp| maintenant.duration_since(le).as_secs();
            SantePorte {
                nom: (*nom).to_owned(),
                panne: (etat.echecs >= ECHECS_DITS).then(|| etat.raison.clone()),
                recus: etat.recus,
                parques: etat.parques,
                laisses: etat.laisses,
                derniere_s: etat.derniere.map(|le| u64::try_from(age(le)).unwrap_or(0)),
            }
        };
        self.tenir().iter().map(lire).collect()
    }
}

/// A door of this process. Clones are the same door.
#[derive(Clone)]
pub struct Porte {
    atelier: Arc<Atelier>,
    nom: &'static str,
}

impl std::fmt::Debug for Porte {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Porte({})", self.nom)
    }
}

impl Porte {
    pub(crate) fn new(atelier: Arc<Atelier>, nom: &'static str) -> Self {
        let porte = Self { atelier, nom };
        porte.noter(|_| ());
        porte
    }

    /// Its name: with each mail that came in by it.
    pub const fn nom(&self) -> &'static str {
        self.nom
    }

    fn noter(&self, acte: impl FnOnce(&mut Etat)) {
        acte(
            self.atelier
                .boite
                .portes
                .tenir()
                .entry(self.nom)
                .or_default(),
        );
    }

    /// A mail was taken.
    pub fn recu(&self) {
        self.noter(|etat| etat.recus += 1);
    }

    /// A mail was too large: its beginning was taken (S08).
    pub fn parque(&self) {
        self.noter(|etat| etat.parques += 1);
    }

    /// The door was looked at to the end; so many mails cannot be had from it.
    pub fn vue(&self, laisses: u64) {
        let maintenant = self.atelier.maintenant();
        self.noter(|etat| {
            etat.derniere = Some(maintenant);
            etat.laisses = laisses;
            etat.echecs = 0;
        });
    }

    /// It does not open.
    pub fn en_panne(&self, raison: &str) {
        self.noter(|etat| {
            etat.echecs = etat.echecs.saturating_add(1);
            raison.clone_into(&mut etat.raison);
        });
    }

    /// It said no: a person has to change something, and is told at once.
    pub fn refusee(&self, raison: &str) {
        self.en_panne(raison);
        self.noter(|etat| etat.echecs = etat.echecs.max(ECHECS_DITS));
    }

    fn cle(&self, quoi: &str) -> Vec<u8> {
        let sceau = self.atelier.cle.sceau(&["porte", self.nom, quoi]);
        format!("support:porte:{}", crate::jetons::hexa(&sceau)).into_bytes()
    }

    /// Where this door stood in what it reads there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn place(&self, la: &str) -> Result<Option<Vec<u8>>, Faute> {
        let lu = self.atelier.store.index(&self.cle(la));
        lu.map_err(|e| faute(&e))
    }

    /// Remembers where it stands now.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn retenir_place(&self, la: &str, place: Vec<u8>) -> Result<(), Faute> {
        let lot = Batch {
            index_put: vec![(self.cle(la), place)],
            ..Batch::default()
        };
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }
}
