//! The campaign file, read with the forms it names, and handed to the actors.

use std::collections::BTreeMap;
use std::path::Path;

use actors::protocol::{Reponse, Requete};
use domain::campagne::Evenement;
use domain::fichier::TAILLE_MAX;
use storage::blobs::Blobs;

use crate::campagne::{self, FauteFichier};
use crate::comptoir::Comptoir;

/// Imports a campaign file, with the forms it names. Returns how many definitions changed.
///
/// # Errors
/// Every fault of the file, one a line; nothing was imported then.
pub async fn importer(comptoir: &Comptoir, blobs: &Blobs, fichier: &Path) -> Result<u64, String> {
    let evenements = lire(blobs, fichier)
        .await
        .map_err(|fautes| fautes.join("\n"))?;
    match comptoir
        .traiter(None, Requete::Importer { evenements })
        .await
    {
        Ok(Reponse::Importe { changes }) => Ok(changes),
        autre => Err(format!("{} : non importé : {autre:?}", fichier.display())),
    }
}

/// Reads a campaign file, and stores the forms it names.
///
/// # Errors
/// Every fault of the file, each with its line.
pub async fn lire(blobs: &Blobs, fichier: &Path) -> Result<Vec<Evenement>, Vec<String>> {
    let texte = texte(fichier)?;
    let mut ranges = BTreeMap::new();
    for chemin in modeles(&texte) {
        let range = ranger(blobs, &dossier(fichier).join(&chemin)).await;
        ranges.insert(chemin, range);
    }
    comprendre(fichier, &texte, |chemin| {
        let range = ranges.get(chemin).cloned();
        range.unwrap_or_else(|| Err("fichier absent".to_owned()))
    })
}

/// Reads a campaign file without storing anything.
///
/// # Errors
/// Every fault of the file, each with its line.
pub fn verifier(fichier: &Path) -> Result<Vec<Evenement>, Vec<String>> {
    comprendre(fichier, &texte(fichier)?, sur_place(fichier))
}

/// Every fault of a campaign file.
///
/// # Errors
/// In words, when the file cannot be read.
pub fn fautes(fichier: &Path) -> Result<Vec<FauteFichier>, String> {
    let texte = std::fs::read_to_string(fichier).map_err(|e| e.to_string())?;
    Ok(campagne::lire(&texte, sur_place(fichier))
        .err()
        .unwrap_or_default())
}

/// Looks at the forms where they are; their path stands for their content.
fn sur_place(fichier: &Path) -> impl FnMut(&str) -> Result<String, String> {
    let dossier = dossier(fichier).to_owned();
    move |chemin| {
        let octets = std::fs::read(dossier.join(chemin)).map_err(|e| e.to_string())?;
        modele(&octets).map(|()| chemin.to_owned())
    }
}

fn texte(fichier: &Path) -> Result<String, Vec<String>> {
    std::fs::read_to_string(fichier).map_err(|e| vec![format!("{} : {e}", fichier.display())])
}

fn dossier(fichier: &Path) -> &Path {
    fichier.parent().unwrap_or(Path::new("."))
}

/// The forms a file names, whatever else is wrong with it.
fn modeles(texte: &str) -> Vec<String> {
    let mut chemins = Vec::new();
    let nommer = |chemin: &str| {
        chemins.push(chemin.to_owned());
        Ok(chemin.to_owned())
    };
    // Faults are named when it is read for good.
    let _fautes = campagne::lire(texte, nommer);
    chemins
}

fn comprendre(
    fichier: &Path,
    texte: &str,
    modele: impl FnMut(&str) -> Result<String, String>,
) -> Result<Vec<Evenement>, Vec<String>> {
    campagne::lire(texte, modele).map_err(|fautes| {
        let nommer = |f: &FauteFichier| format!("{} : {f}", fichier.display());
        fautes.iter().map(nommer).collect()
    })
}

fn modele(octets: &[u8]) -> Result<(), String> {
    if !octets.starts_with(b"%PDF-") {
        return Err("ce n'est pas un PDF".to_owned());
    }
    if octets.len() as u64 > TAILLE_MAX {
        return Err(format!("plus de {TAILLE_MAX} octets"));
    }
    Ok(())
}

async fn ranger(blobs: &Blobs, chemin: &Path) -> Result<String, String> {
    let octets = tokio::fs::read(chemin).await.map_err(|e| e.to_string())?;
    modele(&octets)?;
    let mut ecrivain = blobs.create(TAILLE_MAX).await.map_err(|e| e.to_string())?;
    ecrivain.write(&octets).await.map_err(|e| e.to_string())?;
    Ok(ecrivain.finish().await.map_err(|e| e.to_string())?.sha256)
}
