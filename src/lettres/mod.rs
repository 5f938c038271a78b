//! Letters of decision: a text per decision and language, built in, which the operator may replace for every
//! formation or for one of them (P16), as PDF.
//!
//! `[lettres] modeles` names a folder: `<decision>/fr.txt` serves every formation, `<decision>/M1-INFO.fr.txt` that one.

mod contenu;

use std::collections::BTreeSet;
use std::path::Path;

use domain::langue::Langue;
use jiff::tz::TimeZone;
use krilla::Document;
use krilla::metadata::Metadata;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

pub use contenu::{Contenu, Personne};

use crate::papier::Redaction;

/// Steps a template may take.
const CARBURANT: u64 = 100_000;
/// Bytes of one template.
const MAX_OCTETS: u64 = 64 * 1024;
/// Files looked at in the folder.
const MAX_FICHIERS: usize = 2_000;

macro_rules! textes {
    ($($decision:literal),*) => {
        /// Decisions that have a letter.
        const DECISIONS: &[&str] = &[$($decision),*];
        const INTEGRES: &[(&str, &str)] = &[$(
            (concat!($decision, "/fr"), include_str!(concat!("../templates/lettres/", $decision, "/fr.txt"))),
            (concat!($decision, "/en"), include_str!(concat!("../templates/lettres/", $decision, "/en.txt"))),
        )*];
    };
}

textes!(
    "favorable",
    "defavorable",
    "liste_complementaire",
    "liste_attente",
    "preselection"
);

/// The texts of every letter.
pub struct Lettres {
    moteur: Environment<'static>,
    /// The operator's own, by `decision/fr` or `decision/M1-INFO.fr`.
    locales: BTreeSet<String>,
}

impl std::fmt::Debug for Lettres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lettres")
            .field("locales", &self.locales)
            .finish_non_exhaustive()
    }
}

impl Lettres {
    /// The built-in texts, and those of this folder.
    ///
    /// # Errors
    /// Every fault of every file at once, each with its place.
    pub fn charger(dossier: Option<&Path>) -> Result<Self, Vec<String>> {
        let mut moteur = Environment::new();
        moteur.set_undefined_behavior(UndefinedBehavior::Strict);
        moteur.set_fuel(Some(CARBURANT));
        moteur.set_auto_escape_callback(|_| AutoEscape::None);
        let mut lettres = Self {
            moteur,
            locales: BTreeSet::new(),
        };
        let mut fautes = Vec::new();
        for (nom, source) in INTEGRES {
            let pose = lettres
                .moteur
                .add_template(nom, source)
                .map_err(|e| e.to_string());
            fautes.extend(pose.err());
        }
        if let Some(dossier) = dossier {
            lettres.lire(dossier, &mut fautes);
        }
        if fautes.is_empty() {
            Ok(lettres)
        } else {
            Err(fautes)
        }
    }

    fn lire(&mut self, dossier: &Path, fautes: &mut Vec<String>) {
        let mut vus = 0;
        let illisible = |chemin: &Path, e: &std::io::Error| format!("{} : {e}", chemin.display());
        let sous = match std::fs::read_dir(dossier) {
            Ok(sous) => sous,
            Err(e) => return fautes.push(illisible(dossier, &e)),
        };
        for entree in sous.flatten() {
            let decision = entree.file_name().to_string_lossy().into_owned();
            if decision.starts_with('.') {
                continue;
            }
            if !DECISIONS.contains(&decision.as_str()) {
                fautes.push(format!(
                    "{decision} : ce n'est pas une décision ; il y a {}",
                    DECISIONS.join(", ")
                ));
                continue;
            }
            let fichiers = match std::fs::read_dir(entree.path()) {
                Ok(fichiers) => fichiers,
                Err(e) => {
                    fautes.push(illisible(&entree.path(), &e));
                    continue;
                }
            };
            for fichier in fichiers.flatten() {
                vus += 1;
                if vus > MAX_FICHIERS {
                    return fautes.push(format!(
                        "plus de {MAX_FICHIERS} fichiers : est-ce le bon dossier ?"
                    ));
                }
                let nom = fichier.file_name().to_string_lossy().into_owned();
                if !nom.starts_with('.')
                    && let Err(faute) = self.ajouter(&decision, &nom, &fichier.path())
                {
                    fautes.push(format!("{decision}/{nom} : {faute}"));
                }
            }
        }
    }

    /// Adds a text of the operator's, and writes it once to see that it can be.
    fn ajouter(&mut self, decision: &str, fichier: &str, chemin: &Path) -> Result<(), String> {
        let racine = fichier.strip_suffix(".txt");
        let langue = racine.and_then(|r| r.rsplit('.').next());
        let (Some(racine), Some(langue @ ("fr" | "en"))) = (racine, langue) else {
            return Err("nommez-le fr.txt, en.txt, ou FORMATION.fr.txt".to_owned());
        };
        let taille = std::fs::metadata(chemin).map_err(|e| e.to_string())?.len();
        if taille > MAX_OCTETS {
            return Err(format!("plus de {MAX_OCTETS} octets"));
        }
        let source = std::fs::read_to_string(chemin).map_err(|e| e.to_string())?;
        let nom = format!("local/{decision}/{racine}");
        let dit = |e: minijinja::Error| {
            let ou = e
                .line()
                .map(|l| format!("ligne {l} : "))
                .unwrap_or_default();
            format!("{ou}{} {}", e.kind(), e.detail().unwrap_or_default())
        };
        self.moteur
            .add_template_owned(nom.clone(), source)
            .map_err(dit)?;
        let langue = if langue == "en" {
            Langue::En
        } else {
            Langue::Fr
        };
        let exemple = Contenu::exemple(decision, langue);
        let modele = self.moteur.get_template(&nom).map_err(dit)?;
        let texte = modele
            .render(exemple.valeurs(&TimeZone::UTC))
            .map_err(dit)?;
        couper(&texte)?;
        self.locales.insert(nom);
        Ok(())
    }

    /// The text of a letter: subject and body. A text of the operator's that fails gives way to the built-in one.
    fn rediger(&self, contenu: &Contenu, fuseau: &TimeZone) -> Result<(String, String), String> {
        let langue = contenu.langue.tag();
        let propre = format!("local/{}/{}.{langue}", contenu.decision, contenu.formation);
        let commun = format!("local/{}/{langue}", contenu.decision);
        let valeurs = contenu.valeurs(fuseau);
        let ecrire = |nom: &str| -> Result<(String, String), String> {
            let modele = self.moteur.get_template(nom).map_err(|e| e.to_string())?;
            couper(&modele.render(&valeurs).map_err(|e| e.to_string())?)
        };
        for nom in [propre, commun] {
            if self.locales.contains(&nom) {
                match ecrire(&nom) {
                    Ok(texte) => return Ok(texte),
                    Err(faute) => {
                        tracing::error!(
                            nom,
                            faute,
                            "a letter's template failed: the next one is taken"
                        );
                    }
                }
            }
        }
        ecrire(&format!("{}/{langue}", contenu.decision))
    }

    /// The letter as PDF.
    ///
    /// # Errors
    /// When no text can be written, or the document fails; neither does.
    pub fn composer(&self, contenu: &Contenu, fuseau: &TimeZone) -> Result<Vec<u8>, String> {
        let (objet, corps) = self.rediger(contenu, fuseau)?;
        let mut r = Redaction::new()?;
        r.titre(13.0, &contenu.etablissement);
        r.discret(&contenu.campagne);
        r.blanc(28.0);
        r.texte(&format!(
            "{} {}",
            contenu.personne.prenom, contenu.personne.nom
        ));
        let numero = contenu.langue.choisir("Candidat n°", "Candidate no.");
        r.discret(&format!("{numero} {}", contenu.personne.numero));
        r.blanc(20.0);
        r.discret(&contenu.jour(fuseau));
        r.blanc(12.0);
        r.titre(12.0, &objet);
        r.trait_();
        r.blanc(6.0);
        r.paragraphes(&corps);
        r.blanc(24.0);
        if let Some(signataire) = &contenu.signataire {
            r.texte(signataire);
        }
        if let Some(jury) = &contenu.jury {
            r.discret(jury);
        }
        let mut document = Document::new();
        document.set_metadata(
            Metadata::new()
                .title(objet)
                .language(contenu.langue.tag().to_owned())
                .creator("Postule".to_owned()),
        );
        r.composer(&mut document)?;
        document.finish().map_err(|e| e.to_string())
    }
}

/// Subject, and what follows the empty line.
fn couper(texte: &str) -> Result<(String, String), String> {
    let sans = || "la première ligne doit être « Objet : … » (ou « Subject: … »)".to_owned();
    let texte = texte.trim_start_matches('\u{feff}').trim();
    let (tete, corps) = texte.split_once('\n').ok_or_else(sans)?;
    let objet = tete
        .strip_prefix("Objet")
        .or_else(|| tete.strip_prefix("Subject"))
        .and_then(|o| o.trim_start().strip_prefix(':'))
        .map(str::trim)
        .filter(|o| !o.is_empty())
        .ok_or_else(sans)?;
    Ok((objet.to_owned(), corps.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaque_lettre_s_ecrit_dans_les_deux_langues() {
        let lettres = Lettres::charger(None).unwrap();
        for decision in DECISIONS {
            for langue in [Langue::Fr, Langue::En] {
                let contenu = Contenu::exemple(decision, langue);
                let (objet, corps) = lettres.rediger(&contenu, &TimeZone::UTC).unwrap();
                assert!(objet.contains("Informatique"), "{objet}");
                assert!(corps.contains("Martin") && !corps.contains("{{"), "{corps}");
                let pdf = lettres.composer(&contenu, &TimeZone::UTC).unwrap();
                assert!(pdf.starts_with(b"%PDF"));
            }
        }
    }

    #[test]
    fn p16_une_formation_a_sa_propre_lettre() {
        let dossier = tempfile::tempdir().unwrap();
        let ici = dossier.path().join("favorable");
        std::fs::create_dir(&ici).unwrap();
        std::fs::write(
            ici.join("fr.txt"),
            "Objet : Bravo\n\nPour tous, {{ candidat.nom }}.",
        )
        .unwrap();
        std::fs::write(
            ici.join("M1-INFO.fr.txt"),
            "Objet : Bravo\n\nEn informatique.",
        )
        .unwrap();
        let lettres = Lettres::charger(Some(dossier.path())).unwrap();
        let mut contenu = Contenu::exemple("favorable", Langue::Fr);
        let dite = |contenu: &Contenu| lettres.rediger(contenu, &TimeZone::UTC).unwrap().1;
        assert_eq!(dite(&contenu), "En informatique.");
        contenu.formation = "M1-DROIT".to_owned();
        assert_eq!(dite(&contenu), "Pour tous, Martin.");
        contenu.langue = Langue::En;
        assert!(dite(&contenu).contains("pleased to admit you"), "built in");
    }

    #[test]
    fn un_modele_faux_est_dit_avec_sa_place() {
        let dossier = tempfile::tempdir().unwrap();
        let ici = dossier.path().join("favorable");
        std::fs::create_dir(&ici).unwrap();
        std::fs::create_dir(dossier.path().join("bravo")).unwrap();
        std::fs::write(ici.join("fr.txt"), "Objet : x\n\n{{ ine }}").unwrap();
        std::fs::write(ici.join("en.txt"), "Hello").unwrap();
        std::fs::write(ici.join("lettre.txt"), "Objet : x\n\ny").unwrap();
        let mut fautes = Lettres::charger(Some(dossier.path())).unwrap_err();
        fautes.sort();
        assert_eq!(fautes.len(), 4, "{fautes:?}");
        assert!(fautes[0].starts_with("bravo : "));
        assert!(fautes[1].contains("première ligne"));
        assert!(
            fautes[2].starts_with("favorable/fr.txt : ligne 3"),
            "{}",
            fautes[2]
        );
        assert!(fautes[3].contains("nommez-le"));
    }
}
