//! The support inbox: a mail is stored, understood, matched to whom it may be from, and becomes a request, a noted
//! bounce, or nothing (S01–S64). What it says is data: nothing in it is obeyed (S58).

mod arrivee;
pub(crate) mod conservation;
mod lecture;
mod portes;
mod rattacher;
mod rebonds;
pub(crate) mod reception;
pub(crate) mod repondre;
mod tri;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

pub use conservation::Oublies;
pub use lecture::{FaitDossier, Faits, Lecteur, Lecture, NatureMail, Rebondi};
pub use portes::Porte;
pub use tri::{OptionsSupport, Tri};

/// What the doors and the sorting of one process share.
#[derive(Default)]
pub(crate) struct Boite {
    /// Reads mails; absent where none are read.
    pub(crate) lecteur: OnceLock<Arc<dyn Lecteur>>,
    /// Something came in.
    pub(crate) reveil: Notify,
    /// Mails since the start.
    pub(crate) recus: AtomicU64,
    /// How its doors do.
    pub(crate) portes: portes::Etats,
}
