//! `postule backup DIR` and `postule restore DIR` (Q07).

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::sortie::{self, Barre};
use super::{Acces, Echec, Issue, Lieu, OuArgs};
use crate::controle::{Bilan, Travail};
use crate::entretien::{self, Sauvegarde};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Dossier de la sauvegarde : absent, ou vide.
    #[arg(value_name = "DOSSIER")]
    dossier: PathBuf,
    #[command(flatten)]
    ou: OuArgs,
}

impl Backup {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        let acces = Acces::ouvrir(&Lieu::trouver(&self.ou)?).await?;
        // The server may stand in another folder than we do.
        let dossier = std::path::absolute(&self.dossier).map_err(|e| e.to_string())?;
        let barre = Arc::new(Barre::new());
        let travail = Travail::Sauvegarder {
            dossier: dossier.clone(),
        };
        let bilan = acces.faire(travail, barre.suivi()).await?;
        drop(barre);
        match bilan {
            Bilan::Sauvegarde(fait) => rendre(&fait, json, "sauvegardé dans", &dossier),
            Bilan::Verifie(_) | Bilan::Instantane { .. } | Bilan::Echec { .. } => {
                Err(Echec::Echoue("le serveur a fait autre chose".to_owned()))
            }
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// Dossier de la sauvegarde.
    #[arg(value_name = "DOSSIER")]
    dossier: PathBuf,
    #[command(flatten)]
    ou: OuArgs,
}

impl Restore {
    pub(super) fn lancer(self, json: bool) -> Issue {
        let lieu = Lieu::trouver(&self.ou)?;
        let barre = Arc::new(Barre::new());
        let fait = entretien::restaurer(&self.dossier, &lieu.donnees, &barre.suivi())?;
        drop(barre);
        rendre(&fait, json, "restauré dans", &lieu.donnees)
    }
}

fn rendre(fait: &Sauvegarde, json: bool, quoi: &str, ou: &std::path::Path) -> Issue {
    if json {
        return sortie::ecrire_json(fait);
    }
    sortie::ecrire(&format!(
        "{quoi} {} : {} événements, {} lignes, {} fichiers, {} octets",
        ou.display(),
        fait.position,
        fait.lignes,
        fait.fichiers,
        fait.octets
    ))
}
