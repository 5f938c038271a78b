//! `postule campagne import FILE`: adds or updates, says what changed, and may be given again; `export` writes
//! the file that makes the campaign as it stands.

use std::path::{Path, PathBuf};

use actors::protocol::{Reponse, Requete};
use clap::{Args, Subcommand};
use domain::campagne::{Catalogue, Difference, Sort};
use domain::langue::Langue;

use super::{Acces, Echec, Issue, Lieu, OuArgs, sortie};
use crate::{app, campagne};

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
    /// Écrit la campagne telle qu'elle est, avec les formulaires à télécharger.
    Export {
        /// Le fichier à écrire ; les PDF vont à côté, dans `fichiers/`. Sans lui, la sortie standard, sans PDF.
        #[arg(value_name = "FICHIER")]
        fichier: Option<PathBuf>,
        #[command(flatten)]
        ou: OuArgs,
    },
}

impl Campagne {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        match self.quoi {
            Quoi::Import {
                fichier,
                dry_run,
                ou,
            } => importer(&fichier, dry_run, &ou, json).await,
            Quoi::Export { fichier, ou } => exporter(fichier.as_deref(), &ou).await,
        }
    }
}

async fn importer(fichier: &Path, dry_run: bool, ou: &OuArgs, json: bool) -> Issue {
    let lieu = Lieu::trouver(ou)?;
    let acces = Acces::ouvrir(&lieu).await?;
    let faux = |fautes: Vec<String>| Echec::Usage(fautes.join("\n"));
    let evenements = if dry_run {
        app::verifier_campagne(fichier).map_err(faux)?
    } else {
        let blobs = acces.fichiers(&lieu).await?;
        app::lire_campagne(&blobs, fichier).await.map_err(faux)?
    };
    let lignes = catalogue(&acces).await?.comparer(&evenements);
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

async fn exporter(fichier: Option<&Path>, ou: &OuArgs) -> Issue {
    let lieu = Lieu::trouver(ou)?;
    let acces = Acces::ouvrir(&lieu).await?;
    let catalogue = catalogue(&acces).await?;
    let texte = campagne::ecrire(&catalogue).map_err(Echec::Echoue)?;
    let Some(fichier) = fichier else {
        return sortie::ecrire(&texte);
    };
    let echec = |e: &dyn std::fmt::Display| Echec::Echoue(format!("{} : {e}", fichier.display()));
    let blobs = acces.fichiers(&lieu).await?;
    let dossier = fichier.parent().unwrap_or(Path::new("."));
    let modeles = catalogue
        .pieces
        .values()
        .filter_map(|p| p.modele.as_deref());
    for sha256 in modeles {
        let chemin = dossier.join(campagne::chemin_modele(sha256));
        let vers = chemin.parent().unwrap_or(dossier);
        tokio::fs::create_dir_all(vers)
            .await
            .map_err(|e| echec(&e))?;
        let mut lu = blobs.read(sha256).await.map_err(|e| echec(&e))?;
        let mut ecrit = tokio::fs::File::create(&chemin)
            .await
            .map_err(|e| echec(&e))?;
        let copie = tokio::io::copy(&mut lu, &mut ecrit).await;
        copie.map_err(|e| echec(&e))?;
    }
    tokio::fs::write(fichier, texte)
        .await
        .map_err(|e| echec(&e))?;
    sortie::ecrire(&format!("{} écrit", fichier.display()))
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

fn rendre(lignes: &[Difference], json: bool) -> Issue {
    let combien = |effet| lignes.iter().filter(|l| l.effet == effet).count();
    if json {
        return sortie::ecrire_json(&serde_json::json!({
            "ajoutes": combien(Sort::Ajoute),
            "changes": combien(Sort::Change),
            "inchanges": combien(Sort::Inchange),
            "absents": combien(Sort::Absent),
            "definitions": lignes,
        }));
    }
    for ligne in lignes {
        let effet = match ligne.effet {
            Sort::Inchange => continue,
            Sort::Ajoute => "ajouté",
            Sort::Change => "changé",
            Sort::Absent => "absent du fichier, gardé",
            Sort::Retire => "retiré",
        };
        let (genre, code) = (ligne.cle.nom(Langue::Fr), ligne.cle.code());
        sortie::ecrire(&format!("{genre} {code} : {effet}"))?;
    }
    sortie::ecrire(&format!(
        "{} ajouté(s), {} changé(s), {} inchangé(s), {} absent(s) du fichier",
        combien(Sort::Ajoute),
        combien(Sort::Change),
        combien(Sort::Inchange),
        combien(Sort::Absent)
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
        let tous = |lignes: Vec<Difference>, sort| lignes.iter().all(|l| l.effet == sort);
        assert!(tous(catalogue.comparer(&avant), Sort::Ajoute));
        avant.iter().cloned().for_each(|e| catalogue.evolve(e));
        assert!(tous(catalogue.comparer(&avant), Sort::Inchange));
        let mut apres = lire(&source.replacen("max_dossiers = ", "max_dossiers = 1", 1));
        let parti = apres.pop().unwrap();
        let lignes = catalogue.comparer(&apres);
        let effet = |cle| lignes.iter().find(|l| l.cle == cle).unwrap().effet;
        assert_eq!(effet(apres[0].cle()), Sort::Change);
        assert_eq!(effet(parti.cle()), Sort::Absent);
        assert_eq!(effet(apres[1].cle()), Sort::Inchange);
    }

    #[test]
    fn une_campagne_ecrite_se_relit_sans_rien_changer() {
        let source = include_str!("../demo/campagne.toml");
        let avant = crate::campagne::lire(source, |_| Ok("0".repeat(64))).unwrap();
        let mut catalogue = Catalogue::default();
        avant.into_iter().for_each(|e| catalogue.evolve(e));
        let ecrit = campagne::ecrire(&catalogue).unwrap();
        let modele = |chemin: &str| {
            let sha256 = campagne::sha256_du_chemin(chemin).map(str::to_owned);
            sha256.ok_or_else(|| format!("{chemin} names no content"))
        };
        let relus = crate::campagne::lire(&ecrit, modele).unwrap();
        assert_eq!(relus.len(), catalogue.cles().len());
        let changes: Vec<_> = relus.iter().filter(|e| catalogue.change(e)).collect();
        assert!(changes.is_empty(), "{changes:?}");
    }
}
