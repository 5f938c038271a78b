//! `postule journal verify` and `postule journal export` (Q06).

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::sortie::{self, Barre};
use super::{Acces, Echec, Issue, Lieu, OuArgs};
use crate::controle::{Bilan, Travail};

#[derive(Debug, Args)]
pub(super) struct Journal {
    #[command(subcommand)]
    quoi: Quoi,
}

#[derive(Debug, Subcommand)]
enum Quoi {
    /// Relit tout : sommes, chaînes, lois, fichiers, clés. Échoue (1) si quelque chose a changé.
    Verify(OuArgs),
    /// Écrit chaque événement en une ligne JSON, dans l'ordre.
    Export {
        /// Après cette position.
        #[arg(long, default_value_t = 0, value_name = "POSITION")]
        apres: u64,
        #[command(flatten)]
        ou: OuArgs,
    },
}

impl Journal {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        match self.quoi {
            Quoi::Verify(ou) => verifier(&ou, json).await,
            Quoi::Export { apres, ou } => exporter(&ou, apres).await,
        }
    }
}

async fn verifier(ou: &OuArgs, json: bool) -> Issue {
    let acces = Acces::ouvrir(&Lieu::trouver(ou)?).await?;
    let barre = Arc::new(Barre::new());
    let bilan = acces.faire(Travail::Verifier, barre.suivi()).await?;
    drop(barre);
    let Bilan::Verifie(trouve) = bilan else {
        return Err(Echec::Echoue("le serveur a fait autre chose".to_owned()));
    };
    if json {
        sortie::ecrire_json(&trouve)?;
    } else {
        for faute in &trouve.nommees {
            sortie::ecrire(faute)?;
        }
        sortie::ecrire(&format!(
            "{} lignes, {} événements de {} flux, {} fichiers : {} faute(s)",
            trouve.lignes, trouve.faits, trouve.flux, trouve.fichiers, trouve.fautes
        ))?;
    }
    if trouve.fautes == 0 {
        return Ok(());
    }
    Err(Echec::Echoue(
        "les données ont changé sous le journal : arrêtez le service et restaurez une sauvegarde"
            .to_owned(),
    ))
}

async fn exporter(ou: &OuArgs, depuis: u64) -> Issue {
    let acces = Acces::ouvrir(&Lieu::trouver(ou)?).await?;
    let barre = Barre::new();
    let mut apres = depuis;
    loop {
        let page = acces.journal(apres).await?;
        let Some(dernier) = page.last() else {
            return Ok(());
        };
        apres = dernier.position;
        for ligne in &page {
            sortie::ecrire_json(ligne)?;
        }
        barre.avancer("événements", apres, None);
    }
}
