//! Where the data are, as the arguments, the environment or the usual places say.

use std::path::{Path, PathBuf};

use actors::atelier::Limites;

use super::{Echec, OuArgs};
use crate::config::{Config, FauteConfig};

/// Names the configuration file.
const VARIABLE: &str = "POSTULE_CONFIG";
/// Where a configuration usually is.
const USUELS: [&str; 2] = ["postule.toml", "/etc/postule/postule.toml"];

/// A data folder, and the lives that hold in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lieu {
    /// The folder.
    pub donnees: PathBuf,
    /// Of links, accounts, sessions.
    pub limites: Limites,
    /// The configuration, if there is one.
    pub config: Option<Box<Config>>,
}

impl Lieu {
    /// Finds it.
    ///
    /// # Errors
    /// [`Echec::Usage`] when nothing says where, or the configuration is at fault.
    pub fn trouver(ou: &OuArgs) -> Result<Self, Echec> {
        let Some(chemin) = fichier(ou) else {
            let donnees = ou.data.clone().ok_or_else(|| {
                Echec::Usage(
                    "où sont les données ? donnez --config FICHIER ou --data DOSSIER".to_owned(),
                )
            })?;
            return Ok(Self {
                donnees,
                limites: Limites::default(),
                config: None,
            });
        };
        let config = ouvrir(&chemin)?;
        Ok(Self {
            donnees: ou.data.clone().unwrap_or_else(|| config.donnees.clone()),
            limites: config.limites,
            config: Some(Box::new(config)),
        })
    }
}

/// Reads a configuration.
///
/// # Errors
/// [`Echec::Usage`] with every fault, one a line.
pub(super) fn ouvrir(chemin: &Path) -> Result<Config, Echec> {
    Config::ouvrir(chemin).map_err(|fautes| Echec::Usage(lignes(chemin, &fautes)))
}

fn lignes(chemin: &Path, fautes: &[FauteConfig]) -> String {
    let lignes = fautes.iter().map(|f| format!("{} : {f}", chemin.display()));
    lignes.collect::<Vec<_>>().join("\n")
}

/// The file given, or the one of the environment; who names a folder of data needs none of the usual ones.
fn fichier(ou: &OuArgs) -> Option<PathBuf> {
    let nomme = ou.config.clone();
    let nomme = nomme.or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from));
    if nomme.is_some() || ou.data.is_some() {
        return nomme;
    }
    let usuels = USUELS.iter().map(PathBuf::from);
    usuels.into_iter().find(|chemin| chemin.exists())
}
