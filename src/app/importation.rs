//! The campaign file, read and handed to the actors.

use std::path::Path;

use actors::protocol::{Reponse, Requete};
use domain::campagne::Evenement;
use domain::fichier::TAILLE_MAX;
use storage::blobs::Blobs;

use crate::campagne;
use crate::comptoir::Comptoir;

/// Imports a campaign file, with the forms it names. Returns how many definitions changed.
///
/// # Errors
/// Every fault of the file, one a line; nothing was imported then.
pub async fn importer(comptoir: &Comptoir, blobs: &Blobs, fichier: &Path) -> Result<u64, String> {
    let evenements = lire(blobs, fichier).await?;
    match comptoir
        .traiter(None, Requete::Importer { evenements })
        .await
    {
        Ok(Reponse::Importe { changes }) => Ok(changes),
        autre => Err(format!("{} : non importé : {autre:?}", fichier.display())),
    }
}

async fn lire(blobs: &Blobs, fichier: &Path) -> Result<Vec<Evenement>, String> {
    let texte = tokio::fs::read_to_string(fichier)
        .await
        .map_err(|e| format!("{} : {e}", fichier.display()))?;
    let dossier = fichier.parent().unwrap_or(Path::new("."));
    let fautes = |fautes: Vec<campagne::FauteFichier>| {
        let lignes = fautes.iter().map(ToString::to_string);
        lignes.collect::<Vec<_>>().join("\n")
    };
    // Once to know what the file names, once with the fingerprints of what is stored.
    let mut chemins = Vec::new();
    let nommer = |chemin: &str| {
        chemins.push(chemin.to_owned());
        Ok(chemin.to_owned())
    };
    campagne::lire(&texte, nommer).map_err(fautes)?;
    let mut ranges = std::collections::BTreeMap::new();
    for chemin in chemins {
        let range = ranger(blobs, &dossier.join(&chemin)).await;
        ranges.insert(chemin, range);
    }
    let trouver = |chemin: &str| {
        let range = ranges.get(chemin).cloned();
        range.unwrap_or_else(|| Err("fichier absent".to_owned()))
    };
    campagne::lire(&texte, trouver).map_err(fautes)
}

async fn ranger(blobs: &Blobs, chemin: &Path) -> Result<String, String> {
    let octets = tokio::fs::read(chemin).await.map_err(|e| e.to_string())?;
    if !octets.starts_with(b"%PDF-") {
        return Err("ce n'est pas un PDF".to_owned());
    }
    let mut ecrivain = blobs.create(TAILLE_MAX).await.map_err(|e| e.to_string())?;
    ecrivain.write(&octets).await.map_err(|e| e.to_string())?;
    Ok(ecrivain.finish().await.map_err(|e| e.to_string())?.sha256)
}
