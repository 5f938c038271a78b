//! A folder of `.eml` files: for tests, the demo, and whoever has a mail server that writes files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use actors::support::Porte;

use super::{Depot, Refus};

/// The name it goes by.
pub const NOM: &str = "dossier";
/// How often the folder is looked at.
const RONDE: Duration = Duration::from_millis(500);
/// Where files go once they are received.
const RECUS: &str = "recus";
/// Where those go of which only the beginning was received (S08).
const TROP_GROS: &str = "trop-gros";
/// The most files of one round; those whose names come first.
const MAX_FICHIERS: usize = 50_000;

/// Takes what comes, until its task is dropped.
pub async fn tourner(dossier: PathBuf, depot: Depot, porte: Porte) {
    loop {
        match tour(&dossier, &depot, &porte).await {
            Ok(_) => porte.vue(0),
            Err(raison) => {
                tracing::warn!(raison, "the folder of the support's mails waits");
                porte.en_panne(&raison);
            }
        }
        tokio::time::sleep(RONDE).await;
    }
}

/// One look; a file that cannot be taken does not keep the others waiting.
///
/// # Errors
/// The last reason.
pub async fn tour(dossier: &Path, depot: &Depot, porte: &Porte) -> Result<usize, String> {
    let dire = |e: std::io::Error| format!("{} : {e}", dossier.display());
    tokio::fs::create_dir_all(dossier.join(RECUS))
        .await
        .map_err(dire)?;
    let mut fichiers = std::collections::BTreeSet::new();
    let mut lecture = tokio::fs::read_dir(dossier).await.map_err(dire)?;
    while let Some(entree) = lecture.next_entry().await.map_err(dire)? {
        let nom = entree.file_name().to_string_lossy().into_owned();
        // One that begins with a point is still being written.
        if nom.ends_with(".eml") && !nom.starts_with('.') {
            fichiers.insert(entree.path());
            if fichiers.len() > MAX_FICHIERS {
                fichiers.pop_last();
            }
        }
    }
    let (mut pris, mut faute) = (0, None);
    for fichier in fichiers {
        match prendre(dossier, &fichier, depot, porte).await {
            Ok(()) => pris += 1,
            Err(raison) => faute = Some(format!("{} : {raison}", fichier.display())),
        }
    }
    faute.map_or(Ok(pris), Err)
}

async fn prendre(
    dossier: &Path,
    fichier: &Path,
    depot: &Depot,
    porte: &Porte,
) -> Result<(), Refus> {
    let ou = match depot.fichier(fichier).await {
        Ok(()) => RECUS,
        Err(Refus::TropGros) => {
            depot.debut_de(fichier).await?;
            tokio::fs::create_dir_all(dossier.join(TROP_GROS)).await?;
            porte.parque();
            TROP_GROS
        }
        Err(plus_tard @ Refus::PlusTard(_)) => return Err(plus_tard),
    };
    porte.recu();
    let nom = fichier.file_name().unwrap_or_default();
    Ok(tokio::fs::rename(fichier, dossier.join(ou).join(nom)).await?)
}
