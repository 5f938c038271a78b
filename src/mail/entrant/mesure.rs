//! How well mails are understood: a labelled folder in, precision and recall per class out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::{Comprehension, Suite, comprendre};

/// The labels: one line per mail, `fichier  nature  classes-or-recipients  suite  part`, tabs between.
const ETIQUETTES: &str = "attendus.tsv";

/// Found rightly, found wrongly, missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Compte {
    /// Said and so.
    pub justes: u32,
    /// Said and not so.
    pub faux: u32,
    /// So and not said.
    pub oublies: u32,
}

impl Compte {
    /// Of what was said, how much is so.
    pub fn precision(self) -> f64 {
        part(self.justes, self.faux)
    }

    /// Of what is so, how much was said.
    pub fn rappel(self) -> f64 {
        part(self.justes, self.oublies)
    }
}

fn part(justes: u32, autres: u32) -> f64 {
    if justes + autres == 0 {
        return 1.0;
    }
    f64::from(justes) / f64::from(justes + autres)
}

/// What was measured on one part of the set.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Mesure {
    /// Mails read.
    pub mails: u32,
    /// Requests among them.
    pub demandes: u32,
    /// Natures found.
    pub natures: u32,
    /// Requests whose first class is the expected first one.
    pub premieres: u32,
    /// Requests whose classes are exactly those expected.
    pub exactes: u32,
    /// Per class.
    pub classes: BTreeMap<String, Compte>,
    /// Mails that would be answered alone against the label.
    pub automatiques_a_tort: Vec<String>,
    /// What was not as expected, for the one who writes the rules.
    pub ecarts: Vec<String>,
}

/// Measures a labelled folder, each part (`reglage`, `epreuve`) by itself.
///
/// # Errors
/// What could not be read.
pub fn mesurer(dossier: &Path) -> Result<BTreeMap<String, Mesure>, String> {
    let liste = dossier.join(ETIQUETTES);
    let texte =
        std::fs::read_to_string(&liste).map_err(|e| format!("{} : {e}", liste.display()))?;
    let mut mesures: BTreeMap<String, Mesure> = BTreeMap::new();
    for ligne in texte
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
    {
        let champs: Vec<&str> = ligne.split('\t').collect();
        let [fichier, nature, attendu, suite, part] = champs.as_slice() else {
            return Err(format!(
                "{} : cinq colonnes attendues : {ligne}",
                liste.display()
            ));
        };
        let chemin = dossier.join("corpus").join(fichier);
        let octets = std::fs::read(&chemin).map_err(|e| format!("{} : {e}", chemin.display()))?;
        let compris = comprendre(&octets);
        let mesure = mesures.entry((*part).to_owned()).or_default();
        mesure.compter(fichier, nature, attendu, &compris);
        if compris.suite == Suite::Automatique && *suite != "automatique" {
            mesure.automatiques_a_tort.push((*fichier).to_owned());
        }
    }
    Ok(mesures)
}

impl Mesure {
    fn compter(&mut self, fichier: &str, nature: &str, attendu: &str, compris: &Comprehension) {
        self.mails += 1;
        let dite = serde_json::to_value(compris.nature).unwrap_or_default();
        if dite == *nature {
            self.natures += 1;
        } else {
            self.ecarts
                .push(format!("{fichier} : {dite} au lieu de {nature}"));
        }
        match nature {
            "demande" => self.comparer(fichier, attendu, compris),
            "rebond" if dite == *nature => {
                let lus: Vec<String> = compris
                    .rebond
                    .iter()
                    .flat_map(|r| &r.destinataires)
                    .map(|d| format!("{}:{}", d.adresse, if d.permanent { "oui" } else { "non" }))
                    .collect();
                if lus.join(",") != attendu {
                    self.ecarts.push(format!(
                        "{fichier} : {} au lieu de {attendu}",
                        lus.join(",")
                    ));
                }
            }
            _ => {}
        }
    }

    fn comparer(&mut self, fichier: &str, attendu: &str, compris: &Comprehension) {
        self.demandes += 1;
        let voulues: Vec<&str> = attendu.split(',').collect();
        let dites: Vec<&str> = compris.classes.iter().map(|c| c.code.texte()).collect();
        if dites.first() == voulues.first() {
            self.premieres += 1;
        }
        for dite in &dites {
            let compte = self.classes.entry((*dite).to_owned()).or_default();
            if voulues.contains(dite) {
                compte.justes += 1;
            } else {
                compte.faux += 1;
            }
        }
        for voulue in voulues.iter().filter(|v| !dites.contains(v)) {
            self.classes
                .entry((*voulue).to_owned())
                .or_default()
                .oublies += 1;
        }
        if dites.len() == voulues.len() && dites.iter().all(|d| voulues.contains(d)) {
            self.exactes += 1;
        } else {
            self.ecarts.push(format!(
                "{fichier} : {} au lieu de {attendu}",
                dites.join(",")
            ));
        }
    }
}
