//! The files whose verdict is awaited, kept durably: a restart forgets none (Q16).

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::{DossierId, PieceCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most files that wait; more uploads are told to come back.
pub const MAX: usize = 10_000;

/// A file that waits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attendu {
    /// For which dossier.
    pub dossier: DossierId,
    /// As which piece.
    pub piece: PieceCode,
    /// Which content.
    pub sha256: String,
}

/// All of them, one file of JSON each.
#[derive(Debug)]
pub struct Attente {
    dossier: PathBuf,
    attendus: Mutex<BTreeMap<String, Attendu>>,
}

impl Attente {
    /// Reads what was left by the last run.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn ouvrir(dossier: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(dossier)?;
        let mut attendus = BTreeMap::new();
        for entree in std::fs::read_dir(dossier)? {
            let chemin = entree?.path();
            if chemin.extension().is_none_or(|e| e != "json") {
                continue;
            }
            match serde_json::from_slice::<Attendu>(&std::fs::read(&chemin)?) {
                Ok(attendu) => drop(attendus.insert(cle(&attendu), attendu)),
                Err(erreur) => {
                    tracing::error!(%erreur, chemin = %chemin.display(), "a waiting file cannot be read");
                }
            }
        }
        Ok(Self {
            dossier: dossier.to_owned(),
            attendus: Mutex::new(attendus),
        })
    }

    fn attendus(&self) -> MutexGuard<'_, BTreeMap<String, Attendu>> {
        self.attendus.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a file; on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written, or too many wait.
    pub async fn garder(&self, attendu: Attendu) -> io::Result<()> {
        let cle = cle(&attendu);
        if self.attendus().len() >= MAX {
            return Err(io::Error::other("too many files wait for the antivirus"));
        }
        let chemin = self.chemin(&cle);
        let provisoire = chemin.with_extension("tmp");
        tokio::fs::write(&provisoire, serde_json::to_vec(&attendu)?).await?;
        tokio::fs::File::open(&provisoire).await?.sync_all().await?;
        tokio::fs::rename(&provisoire, &chemin).await?;
        tokio::fs::File::open(&self.dossier)
            .await?
            .sync_all()
            .await?;
        self.attendus().insert(cle, attendu);
        Ok(())
    }

    /// Forgets a file whose verdict is told.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub async fn oublier(&self, attendu: &Attendu) -> io::Result<()> {
        let cle = cle(attendu);
        self.attendus().remove(&cle);
        match tokio::fs::remove_file(self.chemin(&cle)).await {
            Err(erreur) if erreur.kind() != io::ErrorKind::NotFound => Err(erreur),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Those that wait now.
    pub fn tous(&self) -> Vec<Attendu> {
        self.attendus().values().cloned().collect()
    }

    fn chemin(&self, cle: &str) -> PathBuf {
        self.dossier.join(format!("{cle}.json"))
    }
}

/// Ids are not file names: a hash of them is.
fn cle(attendu: &Attendu) -> String {
    let mut hache = Sha256::new();
    for partie in [
        attendu.dossier.as_str(),
        attendu.piece.as_str(),
        &attendu.sha256,
    ] {
        hache.update(partie.as_bytes());
        hache.update([0]);
    }
    actors::jetons::hexa(&hache.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn q16_un_redemarrage_n_oublie_pas_les_fichiers_en_attente() {
        let dossier = tempfile::tempdir().unwrap();
        let attendu = Attendu {
            dossier: DossierId::new("../D1"),
            piece: PieceCode::new("CV"),
            sha256: "ab".repeat(32),
        };
        Attente::ouvrir(dossier.path())
            .unwrap()
            .garder(attendu.clone())
            .await
            .unwrap();
        let relue = Attente::ouvrir(dossier.path()).unwrap();
        assert_eq!(relue.tous(), std::slice::from_ref(&attendu));
        relue.oublier(&attendu).await.unwrap();
        assert_eq!(Attente::ouvrir(dossier.path()).unwrap().tous(), []);
    }
}
