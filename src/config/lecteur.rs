//! Reads TOML key by key, so that every fault is named at once, with its line or its variable.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Value;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// What every variable starts with: `POSTULE_SECTION__KEY`.
const PREFIXE: &str = "POSTULE_";

/// Where a fault is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ou {
    /// A line of the file, from 1.
    Ligne(usize),
    /// A variable of the environment.
    Variable(String),
}

/// One fault of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FauteConfig {
    /// Where.
    pub ou: Ou,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for FauteConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.ou {
            Ou::Ligne(ligne) => write!(f, "ligne {ligne} : {}", self.message),
            Ou::Variable(nom) => write!(f, "{nom} : {}", self.message),
        }
    }
}

struct Entree {
    ou: Ou,
    valeur: Value,
}

/// The keys not yet read, and the faults so far.
pub(super) struct Lecteur {
    /// Relative paths are meant from here.
    dossier: PathBuf,
    sections: BTreeMap<String, (Ou, BTreeMap<String, Entree>)>,
    fautes: Vec<FauteConfig>,
}

pub(super) fn ligne(source: &str, octet: usize) -> usize {
    source.get(..octet).unwrap_or(source).matches('\n').count() + 1
}

impl Lecteur {
    /// The file's keys, replaced or joined by the environment's.
    pub(super) fn new(source: &str, environnement: &[(String, String)]) -> Self {
        let mut lecteur = Self {
            dossier: PathBuf::new(),
            sections: BTreeMap::new(),
            fautes: Vec::new(),
        };
        let (table, erreurs) = DeTable::parse_recoverable(source);
        for erreur in &erreurs {
            let octet = erreur.span().map_or(0, |span| span.start);
            lecteur.faute(Ou::Ligne(ligne(source, octet)), erreur.message().to_owned());
        }
        // A file that is no TOML has one kind of fault; what it would mean is guesswork.
        if erreurs.is_empty() {
            for (nom, valeur) in table.into_inner() {
                lecteur.section(
                    source,
                    nom.span().start,
                    &nom.into_inner(),
                    valeur.into_inner(),
                );
            }
        }
        for (nom, texte) in environnement {
            lecteur.variable(nom, texte);
        }
        lecteur
    }

    /// The folder of the file, from which relative paths are meant.
    pub(super) fn dans(mut self, dossier: &Path) -> Self {
        dossier.clone_into(&mut self.dossier);
        self
    }

    /// Where that is.
    pub(super) fn dossier(&self) -> PathBuf {
        self.dossier.clone()
    }

    fn section(&mut self, source: &str, octet: usize, nom: &str, valeur: DeValue<'_>) {
        let ou = Ou::Ligne(ligne(source, octet));
        let DeValue::Table(table) = valeur else {
            self.faute(ou, format!("« {nom} » doit être une section : [{nom}]"));
            return;
        };
        let mut entrees = BTreeMap::new();
        for (cle, valeur) in table {
            let ou = Ou::Ligne(ligne(source, cle.span().start));
            match Value::deserialize(ValueDeserializer::from(valeur)) {
                Ok(valeur) => {
                    entrees.insert(cle.into_inner().into_owned(), Entree { ou, valeur });
                }
                Err(erreur) => self.faute(ou, erreur.message().to_owned()),
            }
        }
        self.sections.insert(nom.to_owned(), (ou, entrees));
    }

    fn variable(&mut self, nom: &str, texte: &str) {
        let Some(chemin) = nom.strip_prefix(PREFIXE) else {
            return;
        };
        // One underscore is for other things of the shell; two separate section and key.
        let Some((section, cle)) = chemin.split_once("__") else {
            return;
        };
        let ou = Ou::Variable(nom.to_owned());
        let lue = ValueDeserializer::parse(texte).and_then(Value::deserialize);
        let valeur = lue.unwrap_or_else(|_| Value::String(texte.to_owned()));
        let entrees = self.sections.entry(section.to_lowercase());
        let entrees = entrees.or_insert_with(|| (ou.clone(), BTreeMap::new()));
        entrees.1.insert(cle.to_lowercase(), Entree { ou, valeur });
    }

    pub(super) fn faute(&mut self, ou: Ou, message: String) {
        self.fautes.push(FauteConfig { ou, message });
    }

    /// Takes a key, and reads it through `comprendre`.
    pub(super) fn lire<V: DeserializeOwned, T>(
        &mut self,
        section: &str,
        cle: &str,
        comprendre: impl FnOnce(V) -> Result<T, String>,
    ) -> Option<T> {
        let entree = self.sections.get_mut(section)?.1.remove(cle)?;
        let lue = entree.valeur.try_into::<V>();
        let comprise = lue
            .map_err(|erreur| erreur.message().to_owned())
            .and_then(comprendre);
        match comprise {
            Ok(valeur) => Some(valeur),
            Err(raison) => {
                self.faute(entree.ou, format!("{section}.{cle} : {raison}"));
                None
            }
        }
    }

    /// A key as it is.
    pub(super) fn valeur<T: DeserializeOwned>(&mut self, section: &str, cle: &str) -> Option<T> {
        self.lire(section, cle, Ok)
    }

    /// A text that something makes sense of.
    pub(super) fn texte<T, E: std::fmt::Display>(
        &mut self,
        section: &str,
        cle: &str,
        comprendre: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.lire(section, cle, |texte: String| {
            comprendre(&texte).map_err(|e| format!("« {texte} » : {e}"))
        })
    }

    /// A secret: in place, or in the file that `<key>_file` names.
    pub(super) fn secret(&mut self, section: &str, cle: &str) -> Option<String> {
        let dossier = self.dossier.clone();
        let fichier = self.texte(section, &format!("{cle}_file"), |chemin| {
            std::fs::read_to_string(dossier.join(chemin)).map(|texte| texte.trim().to_owned())
        });
        let ici = self.valeur(section, cle);
        if fichier.is_some() && ici.is_some() {
            let ou = self.ou(section);
            let message =
                format!("{section}.{cle} : donnez « {cle} » ou « {cle}_file », pas les deux");
            self.faute(ou, message);
        }
        ici.or(fichier)
    }

    /// Whether a section is there.
    pub(super) fn presente_section(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// Whether a key is there, and was not taken yet.
    pub(super) fn presente(&self, section: &str, cle: &str) -> bool {
        let trouvee = self.sections.get(section);
        trouvee.is_some_and(|(_, entrees)| entrees.contains_key(cle))
    }

    /// Where a section begins.
    pub(super) fn ou(&self, section: &str) -> Ou {
        let trouvee = self.sections.get(section);
        trouvee.map_or(Ou::Ligne(1), |(ou, _)| ou.clone())
    }

    /// A key that must be there.
    pub(super) fn exiger<T>(&mut self, section: &str, cle: &str, lue: Option<T>) -> Option<T> {
        let nommee = |f: &FauteConfig| f.message.starts_with(&format!("{section}.{cle}"));
        // A key that is there but wrong was named already.
        if lue.is_none() && !self.fautes.iter().any(nommee) {
            let ou = self.ou(section);
            self.faute(ou, format!("{section}.{cle} : cette clé manque"));
        }
        lue
    }

    /// Whatever is left is unknown. Every fault, in order.
    pub(super) fn finir(mut self) -> Vec<FauteConfig> {
        for (section, (ou, entrees)) in std::mem::take(&mut self.sections) {
            if !super::SECTIONS.contains(&section.as_str()) {
                self.faute(ou, format!("section inconnue : [{section}]"));
                continue;
            }
            for (cle, entree) in entrees {
                self.faute(entree.ou, format!("{section}.{cle} : clé inconnue"));
            }
        }
        self.fautes.sort();
        self.fautes
    }
}
