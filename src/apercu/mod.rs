//! Pictures of the pages of a file handed in (G25): made once, kept by content, in a folder of bounded size.

pub mod dessin;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::fichier::{Fichier, TypeFichier};
use storage::blobs::Blobs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

use dessin::Echec;

/// Pictures drawn at once.
const PLACES: usize = 2;
/// How long one may wait for a place, then for the picture.
const DELAI: Duration = Duration::from_secs(10);
/// Bytes of all pictures kept; those not looked at for longest go first.
const MAX_OCTETS: u64 = 256 * 1024 * 1024;
/// Bytes of one picture.
const MAX_IMAGE: u64 = 16 * 1024 * 1024;
/// Every so many pictures the folder is weighed.
const PESEE: usize = 32;
/// The sub-command of this program that draws, in a process of its own.
pub const SOUS_COMMANDE: &str = "dessiner-apercu";

/// Draws and keeps pictures. Clones share everything.
#[derive(Clone, Debug)]
pub struct Apercus {
    dossier: PathBuf,
    blobs: Blobs,
    /// This program, to draw in a process of its own that may be killed; on a thread if absent.
    programme: Option<PathBuf>,
    places: Arc<Semaphore>,
    faits: Arc<std::sync::atomic::AtomicUsize>,
    max_octets: u64,
}

impl Apercus {
    /// Kept in this folder, drawn by this program.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn ouvrir(dossier: &Path, blobs: Blobs, programme: Option<PathBuf>) -> io::Result<Self> {
        std::fs::create_dir_all(dossier)?;
        Ok(Self {
            dossier: dossier.to_owned(),
            blobs,
            programme,
            places: Arc::new(Semaphore::new(PLACES)),
            faits: Arc::default(),
            max_octets: MAX_OCTETS,
        })
    }

    /// The same, keeping fewer bytes.
    #[must_use]
    pub fn au_plus(mut self, octets: u64) -> Self {
        self.max_octets = octets;
        self
    }

    /// The picture of a page, from 1, as PNG.
    ///
    /// # Errors
    /// [`Echec`].
    pub async fn rendre(&self, fichier: &Fichier, page: usize) -> Result<Vec<u8>, Echec> {
        let chemin = self.dossier.join(format!("{}-{page}.png", fichier.sha256));
        if let Ok(png) = tokio::fs::read(&chemin).await {
            // Looked at just now; if that is not written, it only goes earlier.
            let _vu = std::fs::File::open(&chemin).and_then(|f| f.set_modified(SystemTime::now()));
            return Ok(png);
        }
        let place = tokio::time::timeout(DELAI, self.places.clone().acquire_owned()).await;
        let place = place
            .map_err(|_| Echec::Occupe)?
            .map_err(io::Error::other)?;
        let mut octets = Vec::new();
        let mut lu = self.blobs.read(&fichier.sha256).await?;
        lu.read_to_end(&mut octets).await?;
        let dessin = async {
            match &self.programme {
                Some(programme) => {
                    let png = a_part(programme, &octets, fichier.type_, page).await;
                    drop(place);
                    png
                }
                None => {
                    let type_ = fichier.type_;
                    let tache = tokio::task::spawn_blocking(move || {
                        let png = dessin::dessiner(octets, type_, page);
                        drop(place);
                        png
                    });
                    tache.await.map_err(io::Error::other)?
                }
            }
        };
        let png = tokio::time::timeout(DELAI, dessin)
            .await
            .map_err(|_| Echec::TropLong)??;
        self.garder(&chemin, &png).await;
        Ok(png)
    }

    /// A picture that is not kept is drawn again; that is no reason not to show it.
    async fn garder(&self, chemin: &Path, png: &[u8]) {
        let provisoire = chemin.with_extension("tmp");
        let garde = async {
            tokio::fs::write(&provisoire, png).await?;
            tokio::fs::rename(&provisoire, chemin).await
        };
        if let Err(erreur) = garde.await {
            tracing::warn!(%erreur, "a picture was not kept");
        }
        let faits = self
            .faits
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if faits.is_multiple_of(PESEE) {
            let (dossier, max) = (self.dossier.clone(), self.max_octets);
            let pesee = tokio::task::spawn_blocking(move || alleger(&dossier, max));
            if let Ok(Err(erreur)) = pesee.await {
                tracing::warn!(%erreur, "the folder of pictures could not be weighed");
            }
        }
    }
}

/// Removes the pictures not looked at for longest, until the rest weighs at most this much.
fn alleger(dossier: &Path, max: u64) -> io::Result<()> {
    let mut fichiers = Vec::new();
    for entree in std::fs::read_dir(dossier)? {
        let entree = entree?;
        let meta = entree.metadata()?;
        let vu = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        fichiers.push((vu, meta.len(), entree.path()));
    }
    let mut total: u64 = fichiers.iter().map(|(_, octets, _)| octets).sum();
    fichiers.sort();
    for (_, octets, chemin) in fichiers {
        if total <= max {
            break;
        }
        std::fs::remove_file(chemin)?;
        total -= octets;
    }
    Ok(())
}

/// Draws in a process of its own, which is killed when it takes too long.
async fn a_part(
    programme: &Path,
    octets: &[u8],
    type_: TypeFichier,
    page: usize,
) -> Result<Vec<u8>, Echec> {
    let mut enfant = Command::new(programme)
        .args([SOUS_COMMANDE, type_.mime(), &page.to_string()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut entree = enfant.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let sortie = enfant.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let ecrire = async {
        // A child that ended early tells why by its code.
        let _ferme = entree.write_all(octets).await;
        drop(entree);
    };
    let mut png = Vec::new();
    let mut sortie = sortie.take(MAX_IMAGE);
    let ((), lu) = tokio::join!(ecrire, sortie.read_to_end(&mut png));
    lu?;
    let fin = enfant.wait().await?;
    match fin.code() {
        Some(0) => Ok(png),
        Some(code) => Err(Echec::du_code(code)),
        // Killed by its own limits.
        None => Err(Echec::TropLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q16_le_dossier_des_apercus_reste_borne() {
        let dossier = tempfile::tempdir().unwrap();
        for rang in 0..10_u64 {
            let chemin = dossier.path().join(format!("{rang}.png"));
            std::fs::write(&chemin, [0; 100]).unwrap();
            let vu = SystemTime::UNIX_EPOCH + Duration::from_secs(rang);
            std::fs::File::open(chemin)
                .unwrap()
                .set_modified(vu)
                .unwrap();
        }
        alleger(dossier.path(), 350).unwrap();
        let mut restent: Vec<_> = std::fs::read_dir(dossier.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        restent.sort();
        assert_eq!(restent, ["7.png", "8.png", "9.png"]);
    }
}
