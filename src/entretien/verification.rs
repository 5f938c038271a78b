//! `journal verify`: every row, every chain, every law, every file (Q06).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use storage::StoreError;

use super::empreintes;
use crate::cles::Cles;
use crate::controle::{Avancement, Moyens, Suivi};

/// Records read at once.
const PAGE: usize = 1000;
/// Faults named; more are only counted.
const MAX_NOMMEES: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Rows of all tables.
    pub lignes: u64,
    /// Events of the journal.
    pub faits: u64,
    /// Streams.
    pub flux: u64,
    /// Files.
    pub fichiers: u64,
    /// How many faults; 0 is what one wants.
    pub fautes: u64,
    /// The first of them, in words.
    pub nommees: Vec<String>,
}

impl Verification {
    fn faute(&mut self, quoi: String) {
        self.fautes += 1;
        if self.nommees.len() < MAX_NOMMEES {
            self.nommees.push(quoi);
        }
    }
}

/// Looks at everything in the folder.
///
/// # Errors
/// In words, when the disk cannot be read at all.
pub async fn verifier(moyens: &Arc<Moyens>, suivi: &Suivi) -> Result<Verification, String> {
    let mut trouve = tables(moyens, suivi).await?;
    fichiers(moyens, suivi, &mut trouve).await?;
    nommes(moyens, suivi, &mut trouve).await?;
    Ok(trouve)
}

/// The store: checksums, chains, positions, laws; and the keys.
async fn tables(moyens: &Arc<Moyens>, suivi: &Suivi) -> Result<Verification, String> {
    let (moyens, suivi) = (moyens.clone(), suivi.clone());
    let lu = tokio::task::spawn_blocking(move || -> Result<Verification, StoreError> {
        let dire = |etape: &str, fait| suivi(avancement(etape, fait, None));
        let lu = storage::verify(moyens.store.kv(), |lignes| dire("lignes", lignes))?;
        let mut trouve = Verification {
            lignes: lu.rows,
            faits: lu.records,
            flux: lu.streams,
            fichiers: 0,
            fautes: lu.faults,
            nommees: lu.named,
        };
        match Cles::ouvrir(&moyens.donnees) {
            Ok(cles) => {
                if let Some(faute) = empreintes::comparer(&moyens.store, &cles)? {
                    trouve.faute(faute);
                }
            }
            Err(erreur) => trouve.faute(erreur.to_string()),
        }
        // A damaged row was named already, and would only be named again.
        if trouve.fautes == 0 {
            let lois = actors::verification::verifier(&moyens.store, &moyens.cle)?;
            trouve.fautes += lois.fautes;
            trouve.nommees.extend(lois.nommees);
        }
        Ok(trouve)
    });
    lu.await
        .map_err(|e| e.to_string())?
        .map_err(|e| e.to_string())
}

/// Every file is still what its name says.
async fn fichiers(moyens: &Moyens, suivi: &Suivi, trouve: &mut Verification) -> Result<(), String> {
    let dire = |e: std::io::Error| format!("fichiers : {e}");
    for dossier in moyens.blobs.folders().await.map_err(dire)? {
        for sha256 in moyens.blobs.contents(&dossier).await.map_err(dire)? {
            trouve.fichiers += 1;
            suivi(avancement("fichiers", trouve.fichiers, None));
            match moyens.blobs.sound(&sha256).await {
                Ok(true) => {}
                Ok(false) => trouve.faute(format!("fichier {sha256} : son contenu a changé")),
                // Swept in between, or a name that is no SHA-256.
                Err(erreur) => trouve.faute(format!("fichier {sha256} : {erreur}")),
            }
        }
    }
    Ok(())
}

/// Every file an event names is there.
async fn nommes(
    moyens: &Arc<Moyens>,
    suivi: &Suivi,
    trouve: &mut Verification,
) -> Result<(), String> {
    let (lu, suivi) = (moyens.clone(), suivi.clone());
    let manquants = tokio::task::spawn_blocking(move || -> Result<Vec<String>, StoreError> {
        let (mut manquants, mut oublies) = (Vec::new(), BTreeSet::new());
        let mut apres = 0;
        loop {
            let page = lu.store.records_after(apres, PAGE)?;
            let Some(dernier) = page.last() else { break };
            apres = dernier.position;
            for enregistre in &page {
                oublies.extend(oublie(&enregistre.stream, &enregistre.data));
                for sha256 in noms(&enregistre.data) {
                    let la = lu.blobs.path(&sha256).is_some_and(|p| p.exists());
                    if !la {
                        let (flux, version) = (&enregistre.stream, enregistre.version);
                        let faute = format!("{flux} {version} nomme le fichier {sha256}, absent");
                        manquants.push((sha256, faute));
                    }
                }
            }
            suivi(avancement("fichiers nommés", apres, None));
        }
        // What a later event says has gone by rule need not be there (S09).
        manquants.retain(|(sha256, _)| !oublies.contains(sha256));
        Ok(manquants.into_iter().map(|(_, faute)| faute).collect())
    });
    match manquants.await.map_err(|e| e.to_string())? {
        Ok(manquants) => manquants.into_iter().for_each(|faute| trouve.faute(faute)),
        // A damaged row was named already, and what comes after it cannot be read in order.
        Err(erreur) => trouve.faute(erreur.to_string()),
    }
    Ok(())
}

/// The mail whose bytes this event says have gone.
fn oublie(flux: &str, fait: &[u8]) -> Option<String> {
    let sha256 = flux.strip_prefix("boite.")?;
    let fait: serde_json::Value = serde_json::from_slice(fait).ok()?;
    (fait["e"]["type"] == "purge").then(|| sha256.to_owned())
}

/// A piece's form to download is one; the template of an answer has a name.
fn empreinte(modele: &str) -> bool {
    modele.len() == 64 && modele.bytes().all(|o| o.is_ascii_hexdigit())
}

/// The files an event names: the values of its keys `sha256` and `modele`.
pub(super) fn noms(fait: &[u8]) -> Vec<String> {
    fn chercher(valeur: &serde_json::Value, noms: &mut Vec<String>) {
        match valeur {
            serde_json::Value::Object(champs) => {
                for (cle, valeur) in champs {
                    match valeur.as_str() {
                        Some(nom) if cle == "sha256" || cle == "modele" && empreinte(nom) => {
                            noms.push(nom.to_owned());
                        }
                        Some(_) => {}
                        None => chercher(valeur, noms),
                    }
                }
            }
            serde_json::Value::Array(valeurs) => valeurs.iter().for_each(|v| chercher(v, noms)),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::String(_) => {}
        }
    }
    let mut noms = Vec::new();
    // What is no JSON was named as a fault already.
    if let Ok(valeur) = serde_json::from_slice(fait) {
        chercher(&valeur, &mut noms);
    }
    noms
}

pub(super) fn avancement(etape: &str, fait: u64, total: Option<u64>) -> Avancement {
    Avancement {
        etape: etape.to_owned(),
        fait,
        total,
    }
}
