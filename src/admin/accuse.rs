//! `postule accuse`: receipts, on the operator's or anybody's machine.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ed25519_dalek::VerifyingKey;

use super::{Echec, Issue};
use crate::accuse::{self, Accuse, Doute};

/// Les accusés de réception.
#[derive(Debug, Args)]
pub(super) struct Accuses {
    #[command(subcommand)]
    acte: Acte,
}

#[derive(Debug, Subcommand)]
enum Acte {
    /// Dit si un accusé de réception est authentique.
    Verifier(Verifier),
}

impl Accuses {
    pub(super) fn lancer(&self, json: bool) -> Issue {
        match &self.acte {
            Acte::Verifier(verifier) => verifier.lancer(json),
        }
    }
}

#[derive(Debug, Args)]
struct Verifier {
    /// Le fichier JSON de l'accusé.
    fichier: PathBuf,
    /// Clé publique de la plateforme, en hexadécimal (GET /api/v1/accuses/cle).
    #[arg(long, conflicts_with = "data", required_unless_present = "data")]
    cle: Option<String>,
    /// Dossier des données de la plateforme, dont la clé est lue.
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Verifier {
    #[expect(clippy::print_stdout, reason = "the verdict is this command's result")]
    fn lancer(&self, json: bool) -> Issue {
        let cle = self.cle()?;
        let nom = self.fichier.display();
        let octets =
            std::fs::read(&self.fichier).map_err(|e| Echec::Usage(format!("{nom} : {e}")))?;
        let accuse: Accuse = serde_json::from_slice(&octets)
            .map_err(|e| Echec::Echoue(format!("{nom} n'est pas un accusé de réception : {e}")))?;
        let verdict = accuse::verifier(&cle, &accuse);
        if json {
            println!(
                "{}",
                serde_json::json!({ "valable": verdict.is_ok(), "contenu": accuse.contenu })
            );
        } else if verdict.is_ok() {
            let c = &accuse.contenu;
            println!(
                "authentique : dossier {}, candidat {}, {}, transmis le {}",
                c.dossier, c.numero, c.formation, c.transmis_le
            );
        }
        verdict.map_err(|doute| {
            Echec::Echoue(match doute {
                Doute::Illisible => format!("{nom} : la signature ne se lit pas"),
                Doute::AutreCle => format!("{nom} : signé par une autre clé"),
                Doute::Altere => format!("{nom} : modifié après sa signature"),
            })
        })
    }

    fn cle(&self) -> Result<VerifyingKey, Echec> {
        if let Some(dossier) = &self.data {
            let octets = std::fs::read(dossier.join("cles/accuse.key")).map_err(|e| {
                Echec::Usage(format!(
                    "{} : {e}",
                    dossier.join("cles/accuse.key").display()
                ))
            })?;
            let secret = <[u8; 32]>::try_from(octets.as_slice())
                .map_err(|_| Echec::Usage("cles/accuse.key : une clé a 32 octets".to_owned()))?;
            return Ok(ed25519_dalek::SigningKey::from_bytes(&secret).verifying_key());
        }
        let texte = self.cle.as_deref().unwrap_or_default().trim();
        accuse::cle(texte)
            .ok_or_else(|| Echec::Usage("--cle : 64 chiffres hexadécimaux".to_owned()))
    }
}
