//! What `postule mail deliver` (a pipe of Postfix) leaves for the server: a file each in a folder of the data, gone once
//! the server has its bytes. A command that was killed leaves its file behind; those are swept at the next start.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How those files begin.
pub(crate) const PREFIXE: &str = ".mail-";
/// The youngest file that may go: a command waits for the server a minute, and Postfix ends one that hangs long before.
const AGE_MIN: Duration = Duration::from_secs(24 * 3600);

/// The folder of those files.
pub(crate) fn boite(donnees: &Path) -> PathBuf {
    donnees.join("boite")
}

/// Removes what commands that were killed left there; Postfix has kept each of these mails and brought it again.
///
/// # Errors
/// When the folder does not let itself be read or a file does not go; a folder that is absent is empty.
pub(crate) fn balayer(donnees: &Path) -> io::Result<u64> {
    let fichiers = match std::fs::read_dir(boite(donnees)) {
        Err(erreur) if erreur.kind() == io::ErrorKind::NotFound => return Ok(0),
        lus => lus?,
    };
    let mut partis = 0;
    for fichier in fichiers {
        let fichier = fichier?;
        let sien = fichier.file_name().to_string_lossy().starts_with(PREFIXE);
        let fiche = fichier.metadata()?;
        // A clock that was put back makes files of the future: they are young.
        let age = fiche.modified()?.elapsed().unwrap_or_default();
        if sien && fiche.is_file() && age >= AGE_MIN {
            match std::fs::remove_file(fichier.path()) {
                Err(erreur) if erreur.kind() != io::ErrorKind::NotFound => return Err(erreur),
                Ok(()) | Err(_) => partis += 1,
            }
        }
    }
    Ok(partis)
}
