//! What an operator's command asks of a running server, over the socket `<données>/controle.sock` that only the
//! owner of the folder may open. Without a server the command does the same on the folder itself.

mod chantier;
mod moyens;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::protocol::{Requete, Resultat};
use async_trait::async_trait;
use bus::{Envelope, Service};
use serde::{Deserialize, Serialize};
use storage::Position;

use crate::portes::Depot;

pub use chantier::{Avancement, Bilan, Chantier, Suivi, Travail};
pub use moyens::Moyens;

/// Bytes of records in one answer; the asker comes back for the rest.
const MAX_PAGE: usize = 4 * 1024 * 1024;
/// Records read at once.
const LOT: usize = 500;

/// Where the socket of a data folder is.
pub fn prise(donnees: &Path) -> PathBuf {
    donnees.join("controle.sock")
}

/// What is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ordre", rename_all = "snake_case")]
pub enum Ordre {
    /// Whether somebody is there.
    Saluer,
    /// What the edge may ask of the actors, asked by the operator.
    Demander {
        /// The request.
        requete: Box<Requete>,
    },
    /// A mail to the support, in a file of the data folder; it is the asker's again after the answer.
    Livrer {
        /// The file.
        fichier: PathBuf,
        /// Whom the envelope named.
        destinataires: Vec<String>,
    },
    /// Starts long work; one at a time.
    Commencer {
        /// Which.
        travail: Travail,
    },
    /// How far it is.
    Suivre,
    /// What the scolarité was told of admissions, by the records after a position.
    Admissions {
        /// The last one the asker has.
        apres: Position,
    },
    /// Records of the journal after a position, in order.
    Journal {
        /// The last one the asker has.
        apres: Position,
    },
}

/// What comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "retour", rename_all = "snake_case")]
pub enum Retour {
    /// Somebody is.
    Salut {
        /// Of the program.
        version: String,
    },
    /// Of the actors.
    Reponse {
        /// What they said.
        resultat: Box<Resultat>,
    },
    /// The mail is stored.
    Livre,
    /// Long work has begun, or is under way.
    EnCours {
        /// How far.
        avancement: Avancement,
    },
    /// Long work has ended.
    Fini {
        /// With what.
        bilan: Bilan,
    },
    /// Records; none when there are no more.
    Journal {
        /// In order.
        faits: Vec<LigneJournal>,
    },
    /// Admissions.
    Admissions {
        /// A page of them.
        page: PageAdmissions,
    },
    /// It was not done.
    Refus {
        /// Why, and what to do.
        raison: String,
    },
}

/// A page of what the scolarité was told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PageAdmissions {
    /// In the order in which it happened.
    pub lignes: Vec<LigneAdmission>,
    /// Of people whose data have left since.
    pub effacees: u64,
    /// Where to go on; none at the journal's end.
    pub suite: Option<Position>,
}

/// A message of the scolarité, as it was published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LigneAdmission {
    /// When it happened.
    pub le: jiff::Timestamp,
    /// What it is known by, there and here.
    pub id: String,
    /// Whether an admission is given up.
    pub annulation: bool,
    /// The payload of the contract.
    pub message: serde_json::Value,
}

/// One event of the journal as it is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LigneJournal {
    /// In the journal as a whole.
    pub position: Position,
    /// Of which stream.
    pub flux: String,
    /// In the stream, from 1.
    pub version: u64,
    /// The head of the chain after it, hexadecimal (Q06).
    pub chaine: String,
    /// The event as stored: `{"v":…,"le":…,"e":{…}}`.
    pub fait: serde_json::Value,
}

/// Answers orders beside a running server.
#[derive(Debug)]
pub struct Controle {
    moyens: Arc<Moyens>,
    chantier: Chantier,
}

impl Controle {
    /// With what the server works with.
    pub fn new(moyens: Arc<Moyens>) -> Self {
        Self {
            moyens,
            chantier: Chantier::default(),
        }
    }

    /// Answers one order.
    pub async fn repondre(&self, id: Option<String>, ordre: Ordre) -> Retour {
        match ordre {
            Ordre::Saluer => Retour::Salut {
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            Ordre::Demander { requete } => Retour::Reponse {
                resultat: Box::new(self.moyens.guichet.traiter(id, *requete).await),
            },
            Ordre::Livrer {
                fichier,
                destinataires,
            } => {
                let Moyens { blobs, guichet, .. } = self.moyens.as_ref();
                let depot = Depot::new(blobs, guichet, "tube").pour(destinataires);
                match depot.fichier(&fichier).await {
                    Ok(()) => Retour::Livre,
                    Err(refus) => Retour::Refus {
                        raison: refus.to_string(),
                    },
                }
            }
            Ordre::Commencer { travail } => self.chantier.commencer(&self.moyens, travail),
            Ordre::Suivre => self.chantier.suivre(),
            Ordre::Admissions { apres } => match self.moyens.admissions(apres).await {
                Ok(page) => Retour::Admissions { page },
                Err(raison) => Retour::Refus { raison },
            },
            Ordre::Journal { apres } => {
                let moyens = self.moyens.clone();
                let lus = tokio::task::spawn_blocking(move || moyens.journal(apres, LOT, MAX_PAGE));
                match lus.await {
                    Ok(Ok(faits)) => Retour::Journal { faits },
                    Ok(Err(erreur)) => Retour::Refus {
                        raison: erreur.to_string(),
                    },
                    Err(erreur) => Retour::Refus {
                        raison: erreur.to_string(),
                    },
                }
            }
        }
    }
}

#[async_trait]
impl Service<Ordre, Retour> for Controle {
    async fn serve(&self, demande: Envelope<Ordre>) -> Retour {
        self.repondre(demande.id, demande.body).await
    }
}
