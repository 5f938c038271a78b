//! How well mails are understood: a labelled folder in, precision and recall per class out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Code, Comprehension, Suite, classes, comprendre};

/// The labels: one line per mail, `fichier  nature  classes-or-recipients  suite  part  [more]`, tabs between. A class
/// after `?` may be said too; a recipient is `address:oui|non[:status]`, `oui` for ever.
const ETIQUETTES: &str = "attendus.tsv";

/// Short texts, by class, that only weights are learned from.
const EXERCICES: &str = "exercices.txt";

/// What else a line may say of a mail, as JSON.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Autres {
    langue: Option<String>,
    /// What must be left after quotes and signatures are cut, white space aside.
    utile: Option<String>,
    /// The names of the attachments.
    pieces: Option<Vec<String>>,
}

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

/// White space made one.
fn mots(texte: &str) -> String {
    texte.split_whitespace().collect::<Vec<_>>().join(" ")
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
    /// Recipients of bounces that were read wholly as expected, and how many bounces there are.
    pub rebonds: (u32, u32),
    /// Mails whose language is the expected one, and how many say theirs.
    pub langues: (u32, u32),
    /// Mails cut exactly as expected, and how many say how.
    pub utiles: (u32, u32),
    /// Mails whose attachments are the expected ones, and how many say which.
    pub pieces: (u32, u32),
    /// Per class.
    pub classes: BTreeMap<String, Compte>,
    /// Mails that would be answered alone.
    pub automatiques: u32,
    /// Those of them that would be against the label.
    pub automatiques_a_tort: Vec<String>,
    /// Mails that would be closed as thanks.
    pub clos: u32,
    /// Those of them that would be against the label.
    pub clos_a_tort: Vec<String>,
    /// What was not as expected, for the one who writes the rules.
    pub ecarts: Vec<String>,
}

/// Measures a labelled folder, each part (`reglage`, `epreuve`) by itself.
///
/// # Errors
/// What could not be read.
pub fn mesurer(dossier: &Path) -> Result<BTreeMap<String, Mesure>, String> {
    let mut mesures: BTreeMap<String, Mesure> = BTreeMap::new();
    etiquetes(dossier, |mail| {
        let compris = comprendre(&mail.octets);
        let mesure = mesures.entry(mail.part.to_owned()).or_default();
        mesure.compter(mail.fichier, mail.nature, mail.attendu, &compris);
        mesure.comparer_autres(mail.fichier, &mail.autres, &compris);
        if compris.suite == Suite::Automatique {
            mesure.automatiques += 1;
            if mail.suite != "automatique" {
                mesure.automatiques_a_tort.push(mail.fichier.to_owned());
            }
        }
        if compris.suite == Suite::Clore {
            mesure.clos += 1;
            if mail.suite != "clore" {
                mesure.clos_a_tort.push(mail.fichier.to_owned());
            }
        }
        Ok(())
    })?;
    Ok(mesures)
}

/// Learns how much each word speaks for each class from labelled folders, each with the parts to learn from (none: all), and
/// from `exercices.txt` beside the first; the table of `classes/regles/poids.txt`.
///
/// # Errors
/// What could not be read.
pub fn apprendre(dossiers: &[(&Path, &[&str])]) -> Result<String, String> {
    let mut mails = Vec::new();
    for (dossier, parts) in dossiers {
        etiquetes(dossier, |mail| {
            if mail.nature == "demande" && (parts.is_empty() || parts.contains(&mail.part)) {
                let codes = mail.attendu.split(',').filter_map(Code::lire);
                let codes: Vec<Code> = codes.filter(|code| *code != Code::Vide).collect();
                if !codes.is_empty() {
                    mails.push((super::lire(&mail.octets), codes));
                }
            }
            Ok(())
        })?;
    }
    let exercices = dossiers.first().map(|(dossier, _)| dossier.join(EXERCICES));
    let exercices = match exercices {
        Some(fichier) => {
            std::fs::read_to_string(&fichier).map_err(|e| format!("{} : {e}", fichier.display()))?
        }
        None => String::new(),
    };
    Ok(classes::apprendre(&mails, &exercices))
}

/// A labelled mail.
struct Etiquete<'a> {
    fichier: &'a str,
    nature: &'a str,
    attendu: &'a str,
    suite: &'a str,
    part: &'a str,
    autres: Autres,
    octets: Vec<u8>,
}

fn etiquetes(
    dossier: &Path,
    mut chacun: impl FnMut(Etiquete<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let liste = dossier.join(ETIQUETTES);
    let texte =
        std::fs::read_to_string(&liste).map_err(|e| format!("{} : {e}", liste.display()))?;
    for ligne in texte
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
    {
        let champs: Vec<&str> = ligne.split('\t').collect();
        let [fichier, nature, attendu, suite, part, autres @ ..] = champs.as_slice() else {
            return Err(format!(
                "{} : cinq colonnes attendues : {ligne}",
                liste.display()
            ));
        };
        let autres: Autres = autres
            .first()
            .map_or(Ok(Autres::default()), |json| serde_json::from_str(json))
            .map_err(|e| format!("{} : {fichier} : {e}", liste.display()))?;
        let chemin = dossier.join("corpus").join(fichier);
        let octets = std::fs::read(&chemin).map_err(|e| format!("{} : {e}", chemin.display()))?;
        chacun(Etiquete {
            fichier,
            nature,
            attendu,
            suite,
            part,
            autres,
            octets,
        })?;
    }
    Ok(())
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
            "rebond" if dite == *nature => self.comparer_rebond(fichier, attendu, compris),
            _ => {}
        }
    }

    fn comparer_rebond(&mut self, fichier: &str, attendu: &str, compris: &Comprehension) {
        let lus: Vec<(String, &str)> = compris
            .rebond
            .iter()
            .flat_map(|r| &r.destinataires)
            .map(|d| {
                let sort = if d.permanent { "oui" } else { "non" };
                (format!("{}:{sort}", d.adresse), d.statut.as_str())
            })
            .collect();
        let voulus: Vec<&str> = attendu.split(',').collect();
        let juste = lus.len() == voulus.len()
            && lus
                .iter()
                .zip(&voulus)
                .all(|((lu, statut), voulu)| *lu == **voulu || format!("{lu}:{statut}") == **voulu);
        self.rebonds.1 += 1;
        if juste {
            self.rebonds.0 += 1;
        } else {
            let lus: Vec<String> = lus
                .iter()
                .map(|(lu, statut)| format!("{lu}:{statut}"))
                .collect();
            self.ecarts.push(format!(
                "{fichier} : {} au lieu de {attendu}",
                lus.join(",")
            ));
        }
    }

    fn comparer_autres(&mut self, fichier: &str, autres: &Autres, compris: &Comprehension) {
        let ecarts = &mut self.ecarts;
        let mut noter = |compte: &mut (u32, u32), dit: String, voulu: String| {
            compte.1 += 1;
            if dit == voulu {
                compte.0 += 1;
            } else {
                ecarts.push(format!("{fichier} : {dit:?} au lieu de {voulu:?}"));
            }
        };
        if let Some(langue) = &autres.langue {
            let dite = serde_json::to_value(compris.langue).unwrap_or_default();
            noter(
                &mut self.langues,
                dite.as_str().unwrap_or_default().to_owned(),
                langue.clone(),
            );
        }
        if let Some(utile) = &autres.utile {
            noter(&mut self.utiles, mots(&compris.texte_utile), mots(utile));
        }
        if let Some(pieces) = &autres.pieces {
            let dites: Vec<&str> = compris
                .pieces_jointes
                .iter()
                .map(|p| p.nom.as_str())
                .collect();
            noter(&mut self.pieces, dites.join(", "), pieces.join(", "));
        }
    }

    fn comparer(&mut self, fichier: &str, attendu: &str, compris: &Comprehension) {
        self.demandes += 1;
        let (voulues, permises): (Vec<&str>, Vec<&str>) =
            attendu.split(',').partition(|c| !c.starts_with('?'));
        let permise = |dite: &str| permises.iter().any(|p| p[1..] == *dite);
        let dites: Vec<&str> = compris
            .classes
            .iter()
            .enumerate()
            .map(|(rang, c)| (rang, c.code.texte()))
            .filter(|(rang, dite)| *rang == 0 || !permise(dite))
            .map(|(_, dite)| dite)
            .collect();
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
