//! Doors by which mails to the support come in from this machine: files in a folder, and what `postule mail deliver`
//! hands over. Each stores the bytes first and lets go of them only then (S01).

pub mod dossier;

use std::path::Path;

use actors::guichet::Guichet;
use actors::protocol::Requete;
use storage::blobs::{Blobs, Writer};
use tokio::io::AsyncReadExt;

use crate::edge::MAX_MAIL;

/// Bytes read at once.
const MORCEAU: usize = 64 * 1024;

/// Stores a file and has it remembered.
///
/// # Errors
/// In words; the file is still the caller's then.
pub async fn recevoir(
    blobs: &Blobs,
    guichet: &Guichet,
    fichier: &Path,
    (porte, destinataires): (&str, Vec<String>),
) -> Result<(), String> {
    let dire = |e: std::io::Error| format!("{} : {e}", fichier.display());
    let mut lu = tokio::fs::File::open(fichier).await.map_err(dire)?;
    let mut ecrivain = blobs.create(MAX_MAIL).await.map_err(dire)?;
    let mut morceau = vec![0; MORCEAU];
    loop {
        let combien = lu.read(&mut morceau).await.map_err(dire)?;
        let octets = morceau.get(..combien).unwrap_or_default();
        if octets.is_empty() {
            break;
        }
        ecrivain.write(octets).await.map_err(|e| e.to_string())?;
    }
    retenir(guichet, ecrivain, (porte, destinataires)).await
}

/// The same for a mail in memory.
///
/// # Errors
/// In words; the mail is still the caller's then.
pub async fn ranger(
    blobs: &Blobs,
    guichet: &Guichet,
    octets: &[u8],
    (porte, destinataires): (&str, Vec<String>),
) -> Result<(), String> {
    let mut ecrivain = blobs.create(MAX_MAIL).await.map_err(|e| e.to_string())?;
    ecrivain.write(octets).await.map_err(|e| e.to_string())?;
    retenir(guichet, ecrivain, (porte, destinataires)).await
}

async fn retenir(
    guichet: &Guichet,
    ecrivain: Writer,
    (porte, destinataires): (&str, Vec<String>),
) -> Result<(), String> {
    let range = ecrivain.finish().await.map_err(|e| e.to_string())?;
    let requete = Requete::RecevoirMail {
        sha256: range.sha256,
        octets: range.len,
        porte: porte.to_owned(),
        destinataires,
    };
    let recu = guichet.traiter(None, requete).await;
    recu.map(drop).map_err(|faute| format!("{faute:?}"))
}
