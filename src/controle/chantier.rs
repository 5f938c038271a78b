//! Long work on a data folder: told how far it is, one at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Moyens, Retour};
use crate::entretien;

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "travail", rename_all = "snake_case")]
pub enum Travail {
    /// Looks at every byte (Q06).
    Verifier,
    /// Copies everything into a folder (Q07).
    Sauvegarder {
        /// Absent, or empty.
        dossier: PathBuf,
    },
    /// Writes every row of the tables into one file, for nodes to come.
    Instantane {
        /// It must not exist.
        fichier: PathBuf,
    },
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avancement {
    /// What is being done.
    pub etape: String,
    /// How much of it is done.
    pub fait: u64,
    /// How much there is, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// What it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "bilan", rename_all = "snake_case")]
pub enum Bilan {
    /// Everything was looked at.
    Verifie(entretien::Verification),
    /// The copy is there, whole.
    Sauvegarde(entretien::Sauvegarde),
    /// The file is there.
    Instantane {
        /// Everything of the shared log up to here is in it.
        place: u64,
        /// Rows.
        lignes: u64,
        /// Bytes.
        octets: u64,
    },
    /// It could not be done.
    Echec {
        /// Why, and what to do.
        raison: String,
    },
}

/// Told how far the work is.
pub type Suivi = Arc<dyn Fn(Avancement) + Send + Sync>;

impl Travail {
    /// Does it.
    pub async fn faire(self, moyens: &Arc<Moyens>, suivi: Suivi) -> Bilan {
        let fait = match self {
            Self::Verifier => entretien::verifier(moyens, &suivi)
                .await
                .map(Bilan::Verifie),
            Self::Sauvegarder { dossier } => entretien::sauvegarder(moyens, &dossier, &suivi)
                .await
                .map(Bilan::Sauvegarde),
            Self::Instantane { fichier } => {
                let ecrit = moyens.store.export(&fichier).await;
                ecrit.map_err(|e| e.to_string()).map(|e| Bilan::Instantane {
                    place: e.applied,
                    lignes: e.rows,
                    octets: e.bytes,
                })
            }
        };
        fait.unwrap_or_else(|raison| Bilan::Echec { raison })
    }
}

#[derive(Debug, Default)]
enum Etat {
    #[default]
    Libre,
    EnCours(Avancement),
    Fini(Bilan),
}

/// The one place where long work is done; who asks comes back to see how far it is.
#[derive(Debug, Default)]
pub struct Chantier(Arc<Mutex<Etat>>);

impl Chantier {
    /// Begins, unless something is under way.
    pub fn commencer(&self, moyens: &Arc<Moyens>, travail: Travail) -> Retour {
        let mut etat = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Etat::EnCours(avancement) = &*etat {
            let raison = format!(
                "le serveur fait déjà autre chose ({}) : attendez la fin",
                avancement.etape
            );
            return Retour::Refus { raison };
        }
        let avancement = Avancement::default();
        *etat = Etat::EnCours(avancement.clone());
        let (moyens, place) = (moyens.clone(), self.0.clone());
        tokio::spawn(async move {
            let ici = place.clone();
            let suivi: Suivi = Arc::new(move |avancement| noter(&ici, Etat::EnCours(avancement)));
            let bilan = travail.faire(&moyens, suivi).await;
            noter(&place, Etat::Fini(bilan));
        });
        Retour::EnCours { avancement }
    }

    /// How far it is, or what it came to; the latter is told once.
    pub fn suivre(&self) -> Retour {
        let mut etat = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut *etat) {
            Etat::Libre => Retour::Refus {
                raison: "aucun travail en cours".to_owned(),
            },
            Etat::EnCours(avancement) => {
                *etat = Etat::EnCours(avancement.clone());
                Retour::EnCours { avancement }
            }
            Etat::Fini(bilan) => Retour::Fini { bilan },
        }
    }
}

fn noter(place: &Mutex<Etat>, etat: Etat) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = etat;
}
