//! A folder of `.eml` files: for tests, the demo, and whoever has a mail server that writes files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use actors::guichet::Guichet;
use storage::blobs::Blobs;

use super::recevoir;

/// How often the folder is looked at.
const RONDE: Duration = Duration::from_millis(500);
/// Where files go once they are received.
const RECUS: &str = "recus";
/// The most files of one round.
const LOT: usize = 200;

/// Takes what comes, until its task is dropped.
pub async fn tourner(dossier: PathBuf, blobs: Blobs, guichet: Guichet) {
    loop {
        if let Err(raison) = tour(&dossier, &blobs, &guichet).await {
            tracing::warn!(raison, "the folder of the support's mails waits");
        }
        tokio::time::sleep(RONDE).await;
    }
}

/// One look; a file that cannot be taken does not keep the others waiting.
///
/// # Errors
/// The last reason.
pub async fn tour(dossier: &Path, blobs: &Blobs, guichet: &Guichet) -> Result<usize, String> {
    let dire = |e: std::io::Error| format!("{} : {e}", dossier.display());
    tokio::fs::create_dir_all(dossier.join(RECUS))
        .await
        .map_err(dire)?;
    let mut fichiers = Vec::new();
    let mut lecture = tokio::fs::read_dir(dossier).await.map_err(dire)?;
    while let Some(entree) = lecture.next_entry().await.map_err(dire)? {
        let nom = entree.file_name().to_string_lossy().into_owned();
        // One that begins with a point is still being written.
        if nom.ends_with(".eml") && !nom.starts_with('.') && fichiers.len() < LOT {
            fichiers.push(entree.path());
        }
    }
    fichiers.sort();
    let (mut pris, mut faute) = (0, None);
    for fichier in fichiers {
        match prendre(dossier, &fichier, blobs, guichet).await {
            Ok(()) => pris += 1,
            Err(raison) => faute = Some(raison),
        }
    }
    faute.map_or(Ok(pris), Err)
}

async fn prendre(
    dossier: &Path,
    fichier: &Path,
    blobs: &Blobs,
    guichet: &Guichet,
) -> Result<(), String> {
    recevoir(blobs, guichet, fichier, ("dossier", Vec::new())).await?;
    let nom = fichier.file_name().unwrap_or_default();
    let range = dossier.join(RECUS).join(nom);
    tokio::fs::rename(fichier, range)
        .await
        .map_err(|e| format!("{} : {e}", fichier.display()))
}
