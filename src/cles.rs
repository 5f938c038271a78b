//! The server's own secrets, in `<données>/cles/`: made at the first start, readable by the owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use ed25519_dalek::SigningKey;

/// Bytes of a key.
const LONGUEUR: usize = 32;

/// What signs receipts and seals links.
pub struct Cles {
    /// Seals links, hides addresses.
    pub serveur: [u8; LONGUEUR],
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
        let tenu = File::open(&dossier)?;
        // Two that start at once must not each make their own.
        tenu.lock()?;
        let serveur = secret(&dossier, "serveur.key")?;
        let accuse = SigningKey::from_bytes(&secret(&dossier, "accuse.key")?);
        tenu.sync_all()?;
        Ok(Self { serveur, accuse })
    }
}

/// Reads a key, or makes it: written aside, synced, then named, so that a crash leaves all of it or nothing.
fn secret(dossier: &Path, nom: &str) -> io::Result<[u8; LONGUEUR]> {
    let chemin = dossier.join(nom);
    if chemin.try_exists()? {
        return lire(&chemin);
    }
    let brouillon = dossier.join(format!("{nom}.new"));
    match fs::remove_file(&brouillon) {
        Err(erreur) if erreur.kind() != io::ErrorKind::NotFound => return Err(erreur),
        // What a crash left goes.
        Ok(()) | Err(_) => {}
    }
    let mut fichier = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&brouillon)?;
    let mut octets = [0; LONGUEUR];
    getrandom::fill(&mut octets).map_err(|e| io::Error::other(e.to_string()))?;
    fichier.write_all(&octets)?;
    fichier.sync_all()?;
    fs::rename(&brouillon, &chemin)?;
    Ok(octets)
}

fn lire(chemin: &Path) -> io::Result<[u8; LONGUEUR]> {
    let mut fichier = File::open(chemin)?;
    if fichier.metadata()?.permissions().mode() & 0o077 != 0 {
        let conseil = format!(
            "{0}: others may read this key; run: chmod 600 {0}",
            chemin.display()
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, conseil));
    }
    if fichier.metadata()?.len() != LONGUEUR as u64 {
        let conseil = format!(
            "{}: not the {LONGUEUR} bytes of a key; restore it from a backup",
            chemin.display()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, conseil));
    }
    let mut octets = [0; LONGUEUR];
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
    #[test]
    fn une_ecriture_coupee_ne_bloque_pas_le_depart_suivant() {
        let dossier = tempfile::tempdir().unwrap();
        let cles = dossier.path().join("cles");
        fs::create_dir_all(&cles).unwrap();
        fs::write(cles.join("serveur.key.new"), b"cut").unwrap();
        let premieres = Cles::ouvrir(dossier.path()).unwrap();
        assert!(!cles.join("serveur.key.new").exists());
        // A key that lost bytes afterwards is said to be so, never replaced: links and addresses hang on it.
        fs::write(cles.join("accuse.key"), b"cut").unwrap();
        let refus = Cles::ouvrir(dossier.path()).unwrap_err();
        assert_eq!(refus.kind(), io::ErrorKind::InvalidData);
        fs::write(cles.join("accuse.key"), premieres.accuse.to_bytes()).unwrap();
        let secondes = Cles::ouvrir(dossier.path()).unwrap();
        assert_eq!(premieres.serveur, secondes.serveur);
    }
}
