//! What every handler works with.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use actors::ports::Horloge;
use domain::campagne::Catalogue;
use ed25519_dalek::SigningKey;
use jiff::{SignedDuration, Timestamp};
use storage::blobs::Blobs;

use super::Statiques;
use super::outils::Outils;
use super::sso::Sso;
use crate::comptoir::Comptoir;
use crate::views::Maison;
use crate::vitrine::Vitrine;

/// Shared by all handlers; a clone, which each layer around a route makes, is one count.
#[derive(Clone)]
pub struct Etat(Arc<Fonds>);

/// What is shared.
pub struct Fonds {
    /// Serves requests.
    pub guichet: Comptoir,
    /// The campaign.
    pub vitrine: Arc<Vitrine>,
    /// The time.
    pub horloge: Arc<dyn Horloge>,
    /// Files.
    pub blobs: Blobs,
    /// Signs receipts.
    pub cle_accuse: Arc<SigningKey>,
    /// Whose pages these are.
    pub maison: Arc<Maison>,
    /// Style, script, logo.
    pub statiques: Arc<Statiques>,
    /// Seals what a page keeps for its visitor.
    pub cle_serveur: [u8; 32],
    /// What the edge keeps for itself.
    pub outils: Arc<Outils>,
    /// The establishment's own log-in, if there is one (G01).
    pub sso: Option<Arc<Sso>>,
    /// Present in the demo only.
    pub demo: Option<Demo>,
}

impl std::fmt::Debug for Fonds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fonds")
    }
}

impl std::fmt::Debug for Etat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Etat")
    }
}

impl From<Fonds> for Etat {
    fn from(fonds: Fonds) -> Self {
        Self(Arc::new(fonds))
    }
}

impl Deref for Etat {
    type Target = Fonds;

    fn deref(&self) -> &Fonds {
        &self.0
    }
}

impl Etat {
    /// The campaign as last read.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.vitrine.catalogue()
    }

    /// Now.
    pub fn maintenant(&self) -> Timestamp {
        self.horloge.maintenant()
    }
}

/// What only the demo has.
#[derive(Clone)]
pub struct Demo {
    /// The clock that moves.
    pub horloge: Arc<HorlogeMobile>,
    /// Where its mails are written.
    pub mails: PathBuf,
    /// Where mails to the support are dropped.
    pub support: PathBuf,
}

/// The real time, shifted.
#[derive(Debug, Default)]
pub struct HorlogeMobile(Mutex<SignedDuration>);

impl HorlogeMobile {
    /// Starts at this instant.
    pub fn a(instant: Timestamp) -> Self {
        Self(Mutex::new(instant.duration_since(Timestamp::now())))
    }

    /// Moves it.
    pub fn avancer(&self, duree: SignedDuration) {
        let mut ecart = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *ecart = ecart.saturating_add(duree);
    }
}

impl Horloge for HorlogeMobile {
    fn maintenant(&self) -> Timestamp {
        let ecart = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::now()
            .saturating_add(ecart)
            .unwrap_or(Timestamp::MAX)
    }
}
