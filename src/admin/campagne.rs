//! `postule campagne import FILE`: adds or updates, says what changed, and may be given again.

use std::path::PathBuf;

use actors::protocol::{Reponse, Requete};
use clap::{Args, Subcommand};
use domain::campagne::{Catalogue, Evenement};
use serde::Serialize;

use super::{Acces, Echec, Issue, Lieu, OuArgs, sortie};
use crate::app;

#[derive(Debug, Args)]
pub(super) struct Campagne {
    #[command(subcommand)]
    quoi: Quoi,
}

#[derive(Debug, Subcommand)]
enum Quoi {
    /// Ajoute ou met à jour ce que le fichier définit ; dit ce qui change.
    Import {
        /// Le fichier de campagne (TOML).
        #[arg(value_name = "FICHIER")]
        fichier: PathBuf,
        /// Dit ce qui changerait, sans rien changer.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        ou: OuArgs,
    },
}

/// What an import does with one definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Effet {
    Ajoute,
    Change,
    Inchange,
    /// In the campaign, not in the file: it stays, dossiers may hang on it.
    Absent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Ligne {
    genre: &'static str,
    code: String,
    effet: Effet,
}

impl Campagne {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        let Quoi::Import {
            fichier,
            dry_run,
            ou,
        } = self.quoi;
        let lieu = Lieu::trouver(&ou)?;
        let acces = Acces::ouvrir(&lieu).await?;
        let faux = |fautes: Vec<String>| Echec::Usage(fautes.join("\n"));
        let evenements = if dry_run {
            app::verifier_campagne(&fichier).map_err(faux)?
        } else {
            let blobs = acces.fichiers(&lieu).await?;
            app::lire_campagne(&blobs, &fichier).await.map_err(faux)?
        };
        let lignes = comparer(&catalogue(&acces).await?, &evenements);
        if !dry_run {
            let importe = acces
                .demander(None, Requete::Importer { evenements })
                .await?;
            match importe {
                Ok(Reponse::Importe { .. }) => {}
                autre => return Err(Echec::Echoue(format!("non importé : {autre:?}"))),
            }
        }
        rendre(&lignes, json)
    }
}

/// The campaign as it stands.
pub(super) async fn catalogue(acces: &Acces) -> Result<Catalogue, Echec> {
    let mut catalogue = Catalogue::default();
    let mut depuis = 0;
    loop {
        let lue = acces.demander(None, Requete::Campagne { depuis }).await?;
        let Ok(Reponse::Campagne { evenements, total }) = lue else {
            return Err(Echec::Echoue(format!(
                "la campagne ne se lit pas : {lue:?}"
            )));
        };
        depuis += evenements.len() as u64;
        let fini = evenements.is_empty() || depuis >= total;
        evenements.into_iter().for_each(|e| catalogue.evolve(e));
        if fini {
            return Ok(catalogue);
        }
    }
}

/// The kind and the code of a definition.
fn nommer(evenement: &Evenement) -> (&'static str, &str) {
    match evenement {
        Evenement::CampagneParametree(v) => ("campagne", v.code.as_str()),
        Evenement::CentreDefini(v) => ("centre", v.code.as_str()),
        Evenement::ComposanteDefinie(v) => ("composante", v.code.as_str()),
        Evenement::PieceDefinie(v) => ("piece", v.code.as_str()),
        Evenement::FormationDefinie(v) => ("formation", v.code.as_str()),
        Evenement::CommissionDefinie(v) => ("commission", v.code.as_str()),
        Evenement::MotifDefini(v) => ("motif", v.code.as_str()),
    }
}

/// What the campaign defines, by kind and code.
fn definis(catalogue: &Catalogue) -> Vec<(&'static str, &str)> {
    let Catalogue {
        campagne,
        centres,
        composantes,
        pieces,
        formations,
        commissions,
        motifs,
    } = catalogue;
    let campagne = campagne.iter().map(|c| ("campagne", c.code.as_str()));
    campagne
        .chain(centres.keys().map(|c| ("centre", c.as_str())))
        .chain(composantes.keys().map(|c| ("composante", c.as_str())))
        .chain(pieces.keys().map(|c| ("piece", c.as_str())))
        .chain(formations.keys().map(|c| ("formation", c.as_str())))
        .chain(commissions.keys().map(|c| ("commission", c.as_str())))
        .chain(motifs.keys().map(|c| ("motif", c.as_str())))
        .collect()
}

fn comparer(catalogue: &Catalogue, evenements: &[Evenement]) -> Vec<Ligne> {
    let connus = definis(catalogue);
    let ligne = |(genre, code): (&'static str, &str), effet| Ligne {
        genre,
        code: code.to_owned(),
        effet,
    };
    let mut lignes: Vec<_> = evenements
        .iter()
        .map(|evenement| {
            let nom = nommer(evenement);
            let effet = match (catalogue.change(evenement), connus.contains(&nom)) {
                (false, _) => Effet::Inchange,
                (true, true) => Effet::Change,
                (true, false) => Effet::Ajoute,
            };
            ligne(nom, effet)
        })
        .collect();
    let nommes: Vec<_> = evenements.iter().map(nommer).collect();
    let absents = connus.into_iter().filter(|nom| !nommes.contains(nom));
    lignes.extend(absents.map(|nom| ligne(nom, Effet::Absent)));
    lignes
}

fn rendre(lignes: &[Ligne], json: bool) -> Issue {
    let combien = |effet| lignes.iter().filter(|l| l.effet == effet).count();
    if json {
        return sortie::ecrire_json(&serde_json::json!({
            "ajoutes": combien(Effet::Ajoute),
            "changes": combien(Effet::Change),
            "inchanges": combien(Effet::Inchange),
            "absents": combien(Effet::Absent),
            "definitions": lignes,
        }));
    }
    for ligne in lignes {
        let effet = match ligne.effet {
            Effet::Inchange => continue,
            Effet::Ajoute => "ajouté",
            Effet::Change => "changé",
            Effet::Absent => "absent du fichier, gardé",
        };
        sortie::ecrire(&format!("{} {} : {effet}", ligne.genre, ligne.code))?;
    }
    sortie::ecrire(&format!(
        "{} ajouté(s), {} changé(s), {} inchangé(s), {} absent(s) du fichier",
        combien(Effet::Ajoute),
        combien(Effet::Change),
        combien(Effet::Inchange),
        combien(Effet::Absent)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_import_dit_ce_qu_il_fait_de_chaque_definition() {
        let source = include_str!("../demo/campagne.toml");
        let lire = |source: &str| crate::campagne::lire(source, |_| Ok("0".repeat(64))).unwrap();
        let avant = lire(source);
        let mut catalogue = Catalogue::default();
        assert!(
            comparer(&catalogue, &avant)
                .iter()
                .all(|l| l.effet == Effet::Ajoute)
        );
        avant.iter().cloned().for_each(|e| catalogue.evolve(e));
        assert!(
            comparer(&catalogue, &avant)
                .iter()
                .all(|l| l.effet == Effet::Inchange)
        );
        let mut apres = lire(&source.replacen("max_dossiers = ", "max_dossiers = 1", 1));
        let parti = apres.pop().unwrap();
        let lignes = comparer(&catalogue, &apres);
        let effet = |nom: (&str, &str)| {
            let trouvee = lignes.iter().find(|l| (l.genre, l.code.as_str()) == nom);
            trouvee.unwrap().effet
        };
        assert_eq!(effet(nommer(&apres[0])), Effet::Change);
        assert_eq!(effet(nommer(&parti)), Effet::Absent);
        assert_eq!(effet(nommer(&apres[1])), Effet::Inchange);
    }
}
