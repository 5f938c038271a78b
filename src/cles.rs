//! The server's own secrets, in `<données>/cles/`: made at the first start, readable by the owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use ed25519_dalek::SigningKey;

/// What signs receipts and seals links.
pub struct Cles {
    /// Seals links, hides addresses.
    pub serveur: [u8; 32],
    /// Signs receipts.
    pub accuse: SigningKey,
}

impl std::fmt::Debug for Cles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cles(…)")
    }
}

impl Cles {
    /// Reads the keys, or makes them.
    ///
    /// # Errors
    /// When a file cannot be read or written, has a wrong size, or may be read by others.
    pub fn ouvrir(donnees: &Path) -> io::Result<Self> {
        let dossier = donnees.join("cles");
        fs::create_dir_all(&dossier)?;
        let serveur = secret(&dossier.join("serveur.key"))?;
        let accuse = SigningKey::from_bytes(&secret(&dossier.join("accuse.key"))?);
        File::open(&dossier)?.sync_all()?;
        Ok(Self { serveur, accuse })
    }
}

fn secret(chemin: &Path) -> io::Result<[u8; 32]> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(chemin)
    {
        Ok(mut fichier) => {
            let mut octets = [0; 32];
            getrandom::fill(&mut octets).map_err(|e| io::Error::other(e.to_string()))?;
            fichier.write_all(&octets)?;
            fichier.sync_all()?;
            Ok(octets)
        }
        Err(erreur) if erreur.kind() == io::ErrorKind::AlreadyExists => lire(chemin),
        Err(erreur) => Err(erreur),
    }
}

fn lire(chemin: &Path) -> io::Result<[u8; 32]> {
    let mut fichier = File::open(chemin)?;
    if fichier.metadata()?.permissions().mode() & 0o077 != 0 {
        let conseil = format!(
            "{0}: others may read this key; run: chmod 600 {0}",
            chemin.display()
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, conseil));
    }
    let mut octets = [0; 32];
    fichier.read_exact(&mut octets)?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_cles_restent_et_ne_se_lisent_pas_par_d_autres() {
        let dossier = tempfile::tempdir().unwrap();
        let premieres = Cles::ouvrir(dossier.path()).unwrap();
        let secondes = Cles::ouvrir(dossier.path()).unwrap();
        assert_eq!(premieres.serveur, secondes.serveur);
        assert_eq!(premieres.accuse.to_bytes(), secondes.accuse.to_bytes());
        let fichier = dossier.path().join("cles/serveur.key");
        fs::set_permissions(&fichier, fs::Permissions::from_mode(0o644)).unwrap();
        let refus = Cles::ouvrir(dossier.path()).unwrap_err();
        assert_eq!(refus.kind(), io::ErrorKind::PermissionDenied);
    }
}
