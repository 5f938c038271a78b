//! What staff take out: lists as files, dossiers on paper.

use serde::{Deserialize, Serialize};

use domain::ids::DossierId;

use super::FiltreDossiers;

/// The most ids of one answer; the asker comes back with the cursor.
pub const MAX_CHOISIS: usize = 5_000;
/// The most dossiers asked for whole at once.
pub const MAX_ENTIERS: usize = 100;

/// What is taken out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "sortie", rename_all = "snake_case")]
pub enum Sortie {
    /// Which dossiers the filter leaves, in order ([`domain::personnel::droits::Pouvoir::Exporter`]). The first
    /// question is written in the trail.
    Choisir {
        /// The list's filter; its limit is [`MAX_CHOISIS`].
        filtre: Box<FiltreDossiers>,
        /// As what, for the trail: `csv`, `xlsx`, `zip`.
        forme: String,
    },
    /// These dossiers whole, as many of the first ones as one message carries; those that are out of the asker's
    /// scope by now are left out.
    Entiers {
        /// At most [`MAX_ENTIERS`].
        ids: Vec<DossierId>,
    },
    /// One dossier to be printed ([`domain::personnel::droits::Pouvoir::Voir`]); written in the trail.
    Imprimer {
        /// Which.
        id: DossierId,
    },
}
