//! The journal knows the fingerprints of the keys it lives with: keys that changed, or belong to another journal,
//! are found before links and addresses stop matching.

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};
use storage::{Batch, Guard, Store, StoreError};

use crate::cles::Cles;

/// Keeps the fingerprints with the journal the first time.
///
/// # Errors
/// In words, when the keys are not those the journal was written with, or the store refuses.
pub async fn inscrire(store: &Store, cles: &Cles) -> Result<(), String> {
    for (nom, empreinte) in empreintes(&cles.serveur, &cles.accuse) {
        let cle = index(nom);
        let lot = Batch {
            guards: vec![Guard::Absent(cle.clone())],
            index_put: vec![(cle, empreinte)],
            ..Batch::default()
        };
        match store.commit(lot).await {
            Ok(_) | Err(StoreError::Taken(_)) => {}
            Err(erreur) => return Err(erreur.to_string()),
        }
    }
    match comparer(store, cles).map_err(|e| e.to_string())? {
        None => Ok(()),
        Some(faute) => Err(faute),
    }
}

/// What is wrong with the keys, if something is.
///
/// # Errors
/// When the store cannot be read.
pub fn comparer(store: &Store, cles: &Cles) -> Result<Option<String>, StoreError> {
    for (nom, empreinte) in empreintes(&cles.serveur, &cles.accuse) {
        let connue = store.index(&index(nom))?;
        if connue.is_some_and(|connue| connue != empreinte) {
            return Ok(Some(format!(
                "cles/{nom}.key n'est pas la clé de ce journal : remettez celle de la sauvegarde"
            )));
        }
    }
    Ok(None)
}

fn empreintes(serveur: &[u8], accuse: &SigningKey) -> [(&'static str, Vec<u8>); 2] {
    // The keys are random: their hash tells nothing of them.
    [
        ("serveur", Sha256::digest(serveur).to_vec()),
        ("accuse", Sha256::digest(accuse.to_bytes()).to_vec()),
    ]
}

fn index(nom: &str) -> Vec<u8> {
    format!("cle:{nom}").into_bytes()
}
