//! The operator's own texts (`[mail] modeles`): found, checked, every fault with its file and line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::campagne::{CodeReponse, Modele};
use domain::effet::CodeMail;
use domain::langue::Langue;
use minijinja::Error;

use super::variables::{self, Enseigne};
use super::{CADRE, LOCAL, Modeles, exemples, reponses};

/// Bytes of one template.
const MAX_OCTETS: u64 = 64 * 1024;
/// Files looked at in the folder.
const MAX_FICHIERS: usize = 500;
/// What the engine itself gives.
pub(super) const DU_MOTEUR: [&str; 4] = ["dict", "namespace", "range", "loop"];

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FauteModele {
    /// Which file, from the folder of the templates.
    pub fichier: String,
    /// Where in it.
    pub ligne: Option<usize>,
    /// What, and what to do.
    pub texte: String,
}

impl std::fmt::Display for FauteModele {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.ligne {
            Some(ligne) => write!(f, "{}:{ligne}: {}", self.fichier, self.texte),
            None => write!(f, "{}: {}", self.fichier, self.texte),
        }
    }
}

impl FauteModele {
    pub(super) fn new(nom: &str, ligne: Option<usize>, texte: String) -> Self {
        let fichier = nom.strip_prefix("local/").unwrap_or(nom);
        let fichier = fichier
            .strip_suffix(".objet")
            .map_or_else(|| fichier.to_owned(), |racine| format!("{racine}.txt"));
        Self {
            fichier,
            ligne,
            texte,
        }
    }

    /// From the engine's own words, which are English.
    pub(super) fn moteur(nom: &str, erreur: &Error) -> Self {
        let detail = erreur.detail().unwrap_or_default();
        let texte = format!("{} {detail}", erreur.kind());
        Self::new(nom, erreur.line(), texte.trim_end().to_owned())
    }
}

/// Reads the folder, adds what is right, names what is not.
pub(super) fn charger(modeles: &mut Modeles, dossier: &Path, fautes: &mut Vec<FauteModele>) {
    let fichiers = match fichiers(dossier) {
        Ok(fichiers) => fichiers,
        Err(faute) => return fautes.push(faute),
    };
    for chemin in fichiers {
        let nom = chemin.to_string_lossy().replace('\\', "/");
        match lire(dossier, &nom) {
            Err(faute) => fautes.push(faute),
            Ok(source) => {
                let nom = format!("{LOCAL}/{nom}");
                fautes.extend(modeles.ajouter(&nom, source));
                modeles.surcharges.insert(nom);
            }
        }
    }
    let noms = modeles.surcharges.clone();
    for nom in &noms {
        fautes.extend(inconnues(modeles, nom));
    }
    if fautes.is_empty() {
        fautes.extend(essayer(modeles, &noms));
    }
}

/// Every file of the folder and of its folders, by name.
fn fichiers(dossier: &Path) -> Result<Vec<PathBuf>, FauteModele> {
    let illisible = |chemin: &Path, e: &std::io::Error| {
        FauteModele::new(
            &chemin.display().to_string(),
            None,
            format!("illisible : {e}"),
        )
    };
    let mut trouves = Vec::new();
    let mut a_voir = vec![dossier.to_owned()];
    while let Some(ici) = a_voir.pop() {
        for entree in std::fs::read_dir(&ici).map_err(|e| illisible(&ici, &e))? {
            let chemin = entree.map_err(|e| illisible(&ici, &e))?.path();
            let cache = chemin
                .file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if cache {
                continue;
            }
            if chemin.is_dir() && ici == dossier {
                a_voir.push(chemin);
                continue;
            }
            let court = chemin.strip_prefix(dossier).unwrap_or(&chemin);
            trouves.push(court.to_owned());
            if trouves.len() > MAX_FICHIERS {
                let texte = format!("plus de {MAX_FICHIERS} fichiers : est-ce le bon dossier ?");
                return Err(FauteModele::new(
                    &dossier.display().to_string(),
                    None,
                    texte,
                ));
            }
        }
    }
    trouves.sort();
    Ok(trouves)
}

/// The text of a file that has its place here.
fn lire(dossier: &Path, nom: &str) -> Result<String, FauteModele> {
    let faute = |texte: String| FauteModele::new(nom, None, texte);
    let (code, fichier) = nom
        .split_once('/')
        .ok_or_else(|| faute("chaque modèle est dans le dossier de son mail".to_owned()))?;
    let connu = match code {
        CADRE => ["fr.txt", "en.txt", "page.html"].as_slice(),
        _ if CodeReponse::trouver(code).is_some() => &["fr.txt", "en.txt"],
        _ if CodeMail::trouver(code).is_some() => &["fr.txt", "en.txt", "fr.html", "en.html"],
        _ => {
            let codes: Vec<_> = Modele::tous().map(Modele::nom).collect();
            return Err(faute(format!(
                "« {code} » n'est pas un mail ; les mails sont : {}",
                codes.join(", ")
            )));
        }
    };
    if !connu.contains(&fichier) {
        return Err(faute(format!(
            "fichier inattendu ; ici : {}",
            connu.join(", ")
        )));
    }
    let chemin = dossier.join(nom);
    let taille = std::fs::metadata(&chemin).map_err(|e| faute(format!("illisible : {e}")))?;
    if taille.len() > MAX_OCTETS {
        return Err(faute(format!("plus de {MAX_OCTETS} octets")));
    }
    let octets = std::fs::read(&chemin).map_err(|e| faute(format!("illisible : {e}")))?;
    String::from_utf8(octets).map_err(|e| {
        let avant = e.as_bytes().get(..e.utf8_error().valid_up_to());
        let ligne = avant
            .unwrap_or_default()
            .iter()
            .filter(|o| **o == b'\n')
            .count()
            + 1;
        let texte = "ce n'est pas de l'UTF-8 : enregistrez le fichier en UTF-8";
        FauteModele::new(nom, Some(ligne), texte.to_owned())
    })
}

/// The variables a template names that its mail does not have.
fn inconnues(modeles: &Modeles, nom: &str) -> Vec<FauteModele> {
    let code = nom.split('/').nth(1).unwrap_or_default();
    let codes: Vec<CodeMail> = match CodeMail::trouver(code) {
        Some(code) => vec![code],
        None => CodeMail::TOUS.to_vec(),
    };
    let mut connues: BTreeSet<String> = codes
        .iter()
        .flat_map(|c| exemples::noms(*c))
        .chain(DU_MOTEUR.map(str::to_owned))
        .collect();
    if CodeReponse::trouver(code).is_some() {
        connues = reponses::connues();
        connues.extend(DU_MOTEUR.map(str::to_owned));
    }
    if code == CADRE {
        connues.extend(["corps", "objet", "pied"].map(str::to_owned));
    }
    let objet = nom.replace(".txt", ".objet");
    let mut fautes = Vec::new();
    for nom in BTreeSet::from([nom.to_owned(), objet]) {
        let Ok(modele) = modeles.moteur.get_template(&nom) else {
            continue;
        };
        let mut nommees: Vec<String> = modele
            .undeclared_variables(true)
            .into_iter()
            .filter(|n| !connues.contains(n))
            .collect();
        nommees.sort();
        for inconnue in nommees {
            let ligne = modele.source().lines().position(|l| l.contains(&inconnue));
            let choix: Vec<&str> = connues
                .iter()
                .map(String::as_str)
                .filter(|c| !DU_MOTEUR.contains(c))
                .collect();
            let texte = format!(
                "la variable « {inconnue} » n'existe pas ici ; il y a : {}",
                choix.join(", ")
            );
            fautes.push(FauteModele::new(&nom, ligne.map(|l| l + 1), texte));
        }
    }
    fautes
}

/// Writes each mail the operator's texts have a say in, as it will be.
fn essayer(modeles: &Modeles, noms: &BTreeSet<String>) -> Vec<FauteModele> {
    let mut fautes = Vec::new();
    let fuseau = jiff::tz::TimeZone::UTC;
    let enseigne = Enseigne::exemple(&fuseau);
    for code in CodeMail::TOUS {
        let dossier = code.nom();
        for langue in [Langue::Fr, Langue::En] {
            if !modeles.surcharge(dossier, langue) {
                continue;
            }
            for exemple in exemples::exemples(code, langue) {
                let valeurs = variables::contexte(&exemple, &enseigne);
                let rendu = modeles
                    .contenu(LOCAL, dossier, langue, &valeurs)
                    .and_then(|contenu| modeles.habiller(LOCAL, langue, &valeurs, &contenu));
                let faute = match rendu {
                    Err(faute) => faute,
                    Ok(rendu) => {
                        let manque = variables::sans_lien(&exemple, &enseigne, &rendu);
                        let Some((partie, lien)) = manque else {
                            continue;
                        };
                        let texte = format!("ce mail doit contenir son lien, {{{{ {lien} }}}}");
                        FauteModele::new(&partie.nom(LOCAL, dossier, langue), None, texte)
                    }
                };
                // The frame is tried with every mail: its faults are told once.
                if !fautes.contains(&faute) {
                    fautes.push(faute);
                }
            }
        }
    }
    fautes.retain(|f| noms.iter().any(|n| n.ends_with(&f.fichier)) || f.ligne.is_none());
    fautes
}
