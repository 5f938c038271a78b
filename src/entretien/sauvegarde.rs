//! `backup`: the journal as of one moment, then every file, which is there before an event names it. Others go on
//! meanwhile. The manifest is written last: a folder without one is no backup.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::verification::avancement;
use crate::controle::{Moyens, Suivi};

/// The form of backups written today. A later one is refused, never guessed at.
pub(super) const FORMAT: u32 = 1;
/// The journal and its tables.
pub(super) const JOURNAL: &str = "journal.postule";
/// Everything else of the data folder, as it is there.
pub(super) const DONNEES: &str = "donnees";
/// Written last.
pub(super) const MANIFESTE: &str = "sauvegarde.json";

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifeste {
    /// [`FORMAT`].
    pub format: u32,
    /// Of the program that wrote it.
    pub version: String,
    /// The moment the journal is of.
    pub le: Timestamp,
    /// The last event.
    pub position: u64,
    /// Rows of all tables.
    pub lignes: u64,
    /// Every file beside the journal.
    pub fichiers: Inventaire,
}

/// The files of a data folder, the journal apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventaire {
    /// Handed-in files: each bears its SHA-256 as its name.
    pub contenus: u64,
    /// The others, keys among them, by path.
    pub autres: Vec<FichierSauve>,
    /// Bytes of all of them.
    pub octets: u64,
}

/// A file that does not bear its content's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FichierSauve {
    /// From the data folder.
    pub chemin: PathBuf,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// What a backup came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sauvegarde {
    /// The last event.
    pub position: u64,
    /// Rows of all tables.
    pub lignes: u64,
    /// Files beside the journal.
    pub fichiers: u64,
    /// Bytes of all of it.
    pub octets: u64,
}

/// Copies everything into a folder that is absent or empty.
///
/// # Errors
/// In words; without its manifest, what is in the folder then is no backup.
pub async fn sauvegarder(
    moyens: &Arc<Moyens>,
    dossier: &Path,
    suivi: &Suivi,
) -> Result<Sauvegarde, String> {
    let dire = |chemin: &Path| {
        let chemin = chemin.display().to_string();
        move |e: io::Error| format!("{chemin} : {e}")
    };
    vide(dossier)?;
    let mut ouvert = DirBuilder::new();
    // The keys will be in it.
    ouvert.recursive(true).mode(0o700);
    ouvert.create(dossier).map_err(dire(dossier))?;
    suivi(avancement("journal", 0, None));
    let le = moyens.horloge.maintenant();
    let position = moyens.store.last_position().map_err(|e| e.to_string())?;
    let journal = moyens.store.export(&dossier.join(JOURNAL)).await;
    let journal = journal.map_err(|e| e.to_string())?;
    let (source, cible) = (moyens.donnees.clone(), dossier.join(DONNEES));
    let suivi = suivi.clone();
    let copies = tokio::task::spawn_blocking(move || copier_tout(&source, &cible, &suivi));
    let fichiers = copies.await.map_err(|e| e.to_string())??;
    let bilan = Sauvegarde {
        position,
        lignes: journal.rows,
        fichiers: fichiers.combien(),
        octets: fichiers.octets + journal.bytes,
    };
    let manifeste = Manifeste {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        le,
        position,
        lignes: journal.rows,
        fichiers,
    };
    sceller(dossier, &manifeste).map_err(dire(dossier))?;
    Ok(bilan)
}

/// Refuses a folder with something in it.
pub(super) fn vide(dossier: &Path) -> Result<(), String> {
    match fs::read_dir(dossier) {
        Ok(mut entrees) => match entrees.next() {
            None => Ok(()),
            Some(_) => Err(format!(
                "{} n'est pas vide : donnez un dossier vide, ou absent",
                dossier.display()
            )),
        },
        Err(erreur) if erreur.kind() == ErrorKind::NotFound => Ok(()),
        Err(erreur) => Err(format!("{} : {erreur}", dossier.display())),
    }
}

fn sceller(dossier: &Path, manifeste: &Manifeste) -> io::Result<()> {
    let brouillon = dossier.join("sauvegarde.new");
    let fichier = File::create(&brouillon)?;
    serde_json::to_writer(io::BufWriter::new(&fichier), manifeste)?;
    fichier.sync_all()?;
    fs::rename(&brouillon, dossier.join(MANIFESTE))?;
    File::open(dossier)?.sync_all()
}

/// What of the data folder is not copied as it is: the store goes by its export, the rest is of the moment.
fn laisse(nom: &str) -> bool {
    let suffixe = |s| nom.ends_with(s);
    matches!(nom, "journal" | "restauration" | "tmp") || suffixe(".sock") || suffixe(".new")
}

/// Copies a folder into one that is made; every handed-in file must still have the content it is named after: a
/// damaged copy would replace a good one of last night.
pub(super) fn copier_tout(
    source: &Path,
    cible: &Path,
    suivi: &Suivi,
) -> Result<Inventaire, String> {
    let mut copies = Inventaire::default();
    let mut dossiers = vec![PathBuf::new()];
    while let Some(relatif) = dossiers.pop() {
        let ici = source.join(&relatif);
        let dire = |e: io::Error| format!("{} : {e}", ici.display());
        let la = cible.join(&relatif);
        DirBuilder::new().mode(0o700).create(&la).map_err(dire)?;
        for entree in fs::read_dir(&ici).map_err(dire)? {
            let entree = entree.map_err(dire)?;
            let nom = entree.file_name();
            if laisse(&nom.to_string_lossy()) {
                continue;
            }
            let chemin = relatif.join(&nom);
            if entree.file_type().map_err(dire)?.is_dir() {
                dossiers.push(chemin);
                continue;
            }
            match copier(&source.join(&chemin), &cible.join(&chemin)) {
                Ok((sha256, octets)) => {
                    copies.octets += octets;
                    copies.ranger(chemin, sha256)?;
                    suivi(avancement("fichiers", copies.combien(), None));
                }
                // Swept in between: nothing names it.
                Err(erreur) if erreur.kind() == ErrorKind::NotFound => {}
                Err(erreur) => return Err(format!("{} : {erreur}", chemin.display())),
            }
        }
        File::open(&la).and_then(|d| d.sync_all()).map_err(dire)?;
    }
    copies.autres.sort();
    Ok(copies)
}

impl Inventaire {
    pub(super) fn combien(&self) -> u64 {
        self.contenus + self.autres.len() as u64
    }

    fn ranger(&mut self, chemin: PathBuf, sha256: String) -> Result<(), String> {
        let mut parties = chemin.iter().map(|p| p.to_string_lossy());
        if parties.next().as_deref() != Some("fichiers") {
            self.autres.push(FichierSauve { chemin, sha256 });
            return Ok(());
        }
        let nom: String = parties.collect();
        if nom != sha256 {
            return Err(format!(
                "{} : son contenu a changé ; voyez « postule journal verify »",
                chemin.display()
            ));
        }
        self.contenus += 1;
        Ok(())
    }
}

/// Copies a file with its mode, synced; its SHA-256 and its bytes.
fn copier(source: &Path, cible: &Path) -> io::Result<(String, u64)> {
    let mut lu = File::open(source)?;
    let droits = lu.metadata()?.permissions();
    let mut ecrit = Empreint {
        fichier: File::create_new(cible)?,
        sha256: Sha256::new(),
    };
    ecrit.fichier.set_permissions(droits)?;
    let octets = io::copy(&mut lu, &mut ecrit)?;
    ecrit.fichier.sync_all()?;
    Ok((actors::jetons::hexa(&ecrit.sha256.finalize()), octets))
}

struct Empreint {
    fichier: File,
    sha256: Sha256,
}

impl io::Write for Empreint {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let combien = self.fichier.write(octets)?;
        self.sha256
            .update(octets.get(..combien).unwrap_or_default());
        Ok(combien)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.fichier.flush()
    }
}
