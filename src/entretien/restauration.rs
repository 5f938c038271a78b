//! `restore`: a backup brought back into an empty data folder. It is put together aside, checked as it is read,
//! and moved into place at the end: a restore cut short leaves a folder that no server takes for data.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use storage::{SledKv, Store};

use super::sauvegarde::{DONNEES, FORMAT, JOURNAL, MANIFESTE, Manifeste, Sauvegarde, copier_tout};
use super::verification::avancement;
use crate::controle::Suivi;

/// Where it is put together.
const COTE: &str = "restauration";

/// Brings a backup back into a data folder that is absent or empty.
///
/// # Errors
/// In words; nothing counts as restored then, and the same command may be given again.
pub fn restaurer(sauvegarde: &Path, donnees: &Path, suivi: &Suivi) -> Result<Sauvegarde, String> {
    let manifeste = manifeste(sauvegarde)?;
    place_nette(donnees)?;
    let cote = donnees.join(COTE);
    let dire = |e: io::Error| format!("{} : {e}", cote.display());
    let mut neuf = DirBuilder::new();
    neuf.recursive(true).mode(0o700);
    neuf.create(donnees).map_err(dire)?;
    let copies = copier_tout(&sauvegarde.join(DONNEES), &cote, suivi)?;
    if copies != manifeste.fichiers {
        return Err(format!(
            "{} : les fichiers ne sont plus ceux de la sauvegarde (il en manque, ou ils ont changé)",
            sauvegarde.display()
        ));
    }
    let lignes = journal(&manifeste, sauvegarde, &cote, suivi)?;
    // The journal last: without it the folder is no data folder.
    let mut entrees: Vec<PathBuf> = fs::read_dir(&cote)
        .and_then(|lues| lues.map(|e| e.map(|e| e.path())).collect())
        .map_err(dire)?;
    entrees.sort_by_key(|chemin| chemin.ends_with("journal"));
    for chemin in entrees {
        let nom = chemin.file_name().unwrap_or_default();
        fs::rename(&chemin, donnees.join(nom)).map_err(dire)?;
    }
    fs::remove_dir(&cote).map_err(dire)?;
    File::open(donnees)
        .and_then(|d| d.sync_all())
        .map_err(dire)?;
    Ok(Sauvegarde {
        position: manifeste.position,
        lignes,
        fichiers: copies.combien(),
        octets: copies.octets,
    })
}

fn manifeste(sauvegarde: &Path) -> Result<Manifeste, String> {
    let chemin = sauvegarde.join(MANIFESTE);
    let lu = fs::read(&chemin).map_err(|e| {
        format!(
            "{} : {e} ; ce dossier n'est pas une sauvegarde entière",
            chemin.display()
        )
    })?;
    let manifeste: Manifeste =
        serde_json::from_slice(&lu).map_err(|e| format!("{} : {e}", chemin.display()))?;
    if manifeste.format > FORMAT {
        return Err(format!(
            "{} : écrite par une version plus récente ({}) ; restaurez avec elle",
            chemin.display(),
            manifeste.version
        ));
    }
    Ok(manifeste)
}

/// Empty, or with nothing but what a restore cut short left, which goes.
fn place_nette(donnees: &Path) -> Result<(), String> {
    let cote = donnees.join(COTE);
    let seul =
        fs::read_dir(donnees).is_ok_and(|entrees| entrees.flatten().all(|e| e.path() == cote));
    if seul && cote.exists() {
        fs::remove_dir_all(&cote).map_err(|e| format!("{} : {e}", cote.display()))?;
    }
    super::sauvegarde::vide(donnees)
}

fn journal(
    manifeste: &Manifeste,
    sauvegarde: &Path,
    cote: &Path,
    suivi: &Suivi,
) -> Result<u64, String> {
    let dire_lignes = |lignes| suivi(avancement("journal", lignes, Some(manifeste.lignes)));
    let dire = |e: storage::StoreError| e.to_string();
    let kv = SledKv::open(&cote.join("journal")).map_err(dire)?;
    let lu = storage::restore(&sauvegarde.join(JOURNAL), &kv, dire_lignes).map_err(dire)?;
    if lu.rows != manifeste.lignes {
        return Err(format!(
            "{JOURNAL} : {} lignes au lieu de {}",
            lu.rows, manifeste.lignes
        ));
    }
    // Refuses what a later release wrote, before anything is in place.
    let store = Store::open(std::sync::Arc::new(kv)).map_err(dire)?;
    let position = store.last_position().map_err(dire)?;
    if position < manifeste.position {
        return Err(format!(
            "{JOURNAL} : s'arrête à {position} au lieu de {}",
            manifeste.position
        ));
    }
    Ok(lu.rows)
}
