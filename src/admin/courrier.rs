//! `postule mail`: what the intake understands, and how well.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::livrer::Livrer;
use super::{Issue, sortie};
use crate::mail::entrant::{comprendre_surement, mesure};

/// Bytes read of one mail; what comes after is not looked at.
const MAX_MAIL: u64 = 64 * 1024 * 1024;

/// Times the corpus is understood when its speed is measured.
const PASSES: u32 = 5;

#[derive(Debug, Args)]
pub(super) struct Mail {
    #[command(subcommand)]
    commande: Commande,
}

#[derive(Debug, Subcommand)]
enum Commande {
    /// Ce que dit un mail lu sur l'entrée standard, en JSON ; ne touche à rien, répond toujours.
    Classify,
    /// Remet au serveur un mail lu sur l'entrée standard ; 0 une fois gardé, 75 à réessayer (pour Postfix).
    Deliver(Livrer),
    /// Précision et rappel par classe sur un dossier étiqueté (corpus/*.eml, attendus.tsv).
    Mesurer {
        /// Le dossier.
        dossier: PathBuf,
        /// Mesure aussi combien de mails par seconde un cœur comprend.
        #[arg(long)]
        debit: bool,
    },
    /// Apprend des mails étiquetés ce que pèse chaque mot, et écrit la table `poids.txt`.
    Apprendre {
        /// Les dossiers, chacun suivi de `:` et des parts à apprendre s'il ne faut pas toutes les prendre (`dossier:part,part`).
        #[arg(required = true)]
        dossiers: Vec<String>,
    },
}

impl Mail {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        match self.commande {
            Commande::Classify => classer(json),
            Commande::Deliver(livrer) => livrer.lancer().await,
            Commande::Apprendre { dossiers } => apprendre(&dossiers),
            Commande::Mesurer { dossier, debit } => {
                mesurer(&dossier, json)?;
                if debit {
                    mesurer_debit(&dossier)
                } else {
                    Ok(())
                }
            }
        }
    }
}

/// One line for a program, indented for a person; the same value.
fn classer(json: bool) -> Issue {
    let mut octets = Vec::new();
    if let Err(raison) = std::io::stdin()
        .lock()
        .take(MAX_MAIL)
        .read_to_end(&mut octets)
    {
        sortie::dire(&format!(
            "entrée standard : {raison} ; ce qui est lu est classé"
        ));
    }
    let compris = comprendre_surement(&octets);
    let ecrit = if json {
        sortie::ecrire_json(&compris)
    } else {
        serde_json::to_string_pretty(&compris)
            .map_err(|e| super::Echec::Echoue(e.to_string()))
            .and_then(|texte| sortie::ecrire(&texte))
    };
    // Nobody reads any more: the answer was given all the same.
    if let Err(raison) = ecrit {
        sortie::dire(&raison.to_string());
    }
    Ok(())
}

/// `dossier` or `dossier:part,part`, as many as there are.
fn apprendre(dossiers: &[String]) -> Issue {
    let choisis: Vec<(&std::path::Path, Vec<&str>)> = dossiers
        .iter()
        .map(|texte| match texte.rsplit_once(':') {
            Some((dossier, parts)) => (dossier.as_ref(), parts.split(',').collect()),
            None => (texte.as_ref(), Vec::new()),
        })
        .collect();
    let choisis: Vec<_> = choisis
        .iter()
        .map(|(d, parts)| (*d, parts.as_slice()))
        .collect();
    sortie::ecrire(mesure::apprendre(&choisis)?.trim_end())
}

fn mesurer(dossier: &std::path::Path, json: bool) -> Issue {
    let mesures = mesure::mesurer(dossier)?;
    if json {
        return sortie::ecrire_json(&mesures);
    }
    for (part, mesure) in &mesures {
        sortie::ecrire(&format!(
            "{part} : {} mails, nature {}/{}, première classe {}/{}, classes exactes {}/{}",
            mesure.mails,
            mesure.natures,
            mesure.mails,
            mesure.premieres,
            mesure.demandes,
            mesure.exactes,
            mesure.demandes
        ))?;
        for (quoi, (justes, tous)) in [
            ("rebonds", mesure.rebonds),
            ("langue", mesure.langues),
            ("texte utile", mesure.utiles),
            ("pièces jointes", mesure.pieces),
        ] {
            if tous > 0 {
                sortie::ecrire(&format!("  {quoi} {justes}/{tous}"))?;
            }
        }
        for (classe, compte) in &mesure.classes {
            sortie::ecrire(&format!(
                "  {classe:<28} précision {:>5.1} %  rappel {:>5.1} %  ({} justes, {} faux, {} oubliés)",
                compte.precision() * 100.0,
                compte.rappel() * 100.0,
                compte.justes,
                compte.faux,
                compte.oublies
            ))?;
        }
        sortie::ecrire(&format!(
            "  répondus seuls {} (à tort {}), clos {} (à tort {})",
            mesure.automatiques,
            mesure.automatiques_a_tort.len(),
            mesure.clos,
            mesure.clos_a_tort.len()
        ))?;
        for fichier in mesure.automatiques_a_tort.iter().chain(&mesure.clos_a_tort) {
            sortie::ecrire(&format!(
                "  !! {fichier} : répondu ou clos sans personne, à tort"
            ))?;
        }
        for ecart in &mesure.ecarts {
            sortie::ecrire(&format!("  ! {ecart}"))?;
        }
    }
    Ok(())
}

/// Reads the corpus once, then understands it several times on this thread (Q35).
fn mesurer_debit(dossier: &std::path::Path) -> Issue {
    let corpus = dossier.join("corpus");
    let lire = || -> std::io::Result<Vec<Vec<u8>>> {
        std::fs::read_dir(&corpus)?
            .map(|entree| std::fs::read(entree?.path()))
            .collect()
    };
    let mails = lire().map_err(|e| format!("{} : {e}", corpus.display()))?;
    let octets: usize = mails.iter().map(Vec::len).sum();
    let debut = std::time::Instant::now();
    let mut lus = 0_u32;
    for _ in 0..PASSES {
        for mail in &mails {
            std::hint::black_box(comprendre_surement(mail));
            lus += 1;
        }
    }
    let debit = f64::from(lus) / debut.elapsed().as_secs_f64().max(f64::EPSILON);
    sortie::dire(&format!(
        "{debit:.0} mails/s sur un cœur ({} mails, {} octets en moyenne)",
        mails.len(),
        octets / mails.len().max(1)
    ));
    Ok(())
}
