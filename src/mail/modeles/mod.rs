//! What each mail says: a text per code and language, built in, which the operator may replace without
//! rebuilding (ADR 0009). One text gives subject, plain text and HTML, so that they cannot differ.

mod blocs;
mod cadre;
#[cfg(test)]
mod essais;
mod exemples;
mod integres;
mod propre;
mod redaction;
mod reponses;
mod sens;
mod surcharges;
mod variables;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use actors::ports::{Courrier, CourrierDemande};
use domain::effet::CodeMail;
use domain::langue::Langue;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use cadre::{Contenu, Valeurs};
#[cfg(test)]
pub(super) use exemples::exemple;
pub(super) use exemples::noms_de;
pub(crate) use propre::verifier;
pub use redaction::Redaction;
pub(crate) use redaction::{Apercu, Cas, Variable};
pub use surcharges::FauteModele;
pub(super) use variables::{Enseigne, etablissement, ligne, nom, quand};

/// Steps a template may take: a loop without end in one of the operator's is stopped.
const CARBURANT: u64 = 100_000;
/// The most characters of a subject; a longer one is cut at a word.
const MAX_OBJET: usize = 180;
/// Bytes a template may write: a loop that repeats without end is stopped.
const MAX_RENDU: usize = 512 * 1024;

/// A mail ready to be addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rendu {
    pub(super) objet: String,
    pub(super) texte: String,
    pub(super) html: String,
}

impl Rendu {
    /// As it is shown to whoever edits texts.
    fn vu(self, cas: Cas) -> Apercu {
        Apercu {
            cas,
            objet: self.objet,
            texte: self.texte,
            html: self.html,
        }
    }
}

/// The texts of every mail.
pub struct Modeles {
    moteur: Environment<'static>,
    /// Names of the operator's own templates.
    surcharges: BTreeSet<String>,
}

impl std::fmt::Debug for Modeles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Modeles")
            .field("surcharges", &self.surcharges)
            .finish_non_exhaustive()
    }
}

/// The parts a template's file gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Partie {
    Objet,
    Texte,
    Html,
}

impl Partie {
    /// Its name in the engine; the ending decides whether values are escaped.
    fn nom(self, origine: &str, code: &str, langue: Langue) -> String {
        let fin = match self {
            Self::Objet => "objet",
            Self::Texte => "txt",
            Self::Html => "html",
        };
        format!("{origine}/{code}/{}.{fin}", langue.tag())
    }
}

const INTEGRE: &str = "integre";
const LOCAL: &str = "local";
/// The folder of what surrounds every mail.
const CADRE: &str = "cadre";

impl Modeles {
    /// The built-in texts alone.
    ///
    /// # Errors
    /// None as built: a test renders them all.
    pub fn integres() -> Result<Self, Vec<FauteModele>> {
        Self::charger(None)
    }

    /// The built-in texts and the operator's, from a folder of the same layout.
    ///
    /// # Errors
    /// Every fault of every file at once.
    pub fn charger(dossier: Option<&Path>) -> Result<Self, Vec<FauteModele>> {
        let mut moteur = Environment::new();
        moteur.set_undefined_behavior(UndefinedBehavior::Strict);
        moteur.set_fuel(Some(CARBURANT));
        moteur.set_auto_escape_callback(|nom| {
            if nom.ends_with(".html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        let mut modeles = Self {
            moteur,
            surcharges: BTreeSet::new(),
        };
        let mut fautes = Vec::new();
        for (chemin, source) in integres::tous() {
            let nom = format!("{INTEGRE}/{chemin}");
            fautes.extend(modeles.ajouter(&nom, source.to_owned()));
        }
        if let Some(dossier) = dossier {
            surcharges::charger(&mut modeles, dossier, &mut fautes);
        }
        if fautes.is_empty() {
            Ok(modeles)
        } else {
            Err(fautes)
        }
    }

    /// Adds a file: a text becomes a subject and a body, each keeping its line numbers.
    fn ajouter(&mut self, nom: &str, source: String) -> Vec<FauteModele> {
        let mut fautes = Vec::new();
        let mut poser = |moteur: &mut Environment<'static>, partie: String, source: String| {
            let pose = moteur.add_template_owned(partie, source);
            fautes.extend(pose.err().map(|e| FauteModele::moteur(nom, &e)));
        };
        let code = nom.rsplit('/').nth(1).unwrap_or_default();
        match nom.strip_suffix(".txt") {
            Some(racine) if code != CADRE => {
                let Some((objet, corps)) = couper(&source) else {
                    return vec![FauteModele::new(nom, Some(1), SANS_OBJET.to_owned())];
                };
                poser(&mut self.moteur, format!("{racine}.objet"), objet);
                poser(&mut self.moteur, nom.to_owned(), corps);
            }
            Some(_) | None => poser(&mut self.moteur, nom.to_owned(), source),
        }
        fautes
    }

    /// The mail in its language: the text changed on screen, else the operator's, else the built-in one. One that
    /// fails gives way to the next: no mail is lost.
    ///
    /// # Errors
    /// The reason, when the built-in one fails as well.
    pub(super) fn rendre(
        &self,
        courrier: &Courrier,
        enseigne: &Enseigne<'_>,
    ) -> Result<Rendu, String> {
        let code = courrier.code.nom();
        let valeurs = variables::contexte(courrier, enseigne);
        if let Some(propre) = &courrier.propre {
            match self.rendre_propre(propre, courrier, enseigne) {
                Ok(rendu) => return Ok(rendu),
                Err(defaut) => {
                    let (mail, id) = (propre.code.as_str(), courrier.id.as_str());
                    tracing::error!(%defaut, mail, id, "the text of a mail changed on screen failed: the text behind it is sent instead");
                }
            }
        }
        if self.surcharge(code, courrier.langue) {
            match self.composer(LOCAL, courrier, &valeurs) {
                Ok(rendu) => return Ok(rendu),
                Err(faute) => {
                    tracing::error!(%faute, "a mail template failed: the built-in text is sent instead");
                }
            }
        }
        self.composer(INTEGRE, courrier, &valeurs)
            .map_err(|faute| faute.to_string())
    }

    /// Whether the operator has a say in this mail.
    fn surcharge(&self, code: &str, langue: Langue) -> bool {
        let est_la =
            |partie: Partie, code| self.surcharges.contains(&partie.nom(LOCAL, code, langue));
        est_la(Partie::Texte, code)
            || est_la(Partie::Html, code)
            || est_la(Partie::Texte, CADRE)
            || self.surcharges.contains(&page(LOCAL))
    }

    /// The mail with what this origin says of it, in the frame it leaves in.
    fn composer(
        &self,
        origine: &str,
        courrier: &Courrier,
        valeurs: &Valeurs,
    ) -> Result<Rendu, FauteModele> {
        let langue = courrier.langue;
        let contenu = self.contenu(origine, courrier.code.nom(), langue, valeurs)?;
        self.encadrer_au_mieux(courrier.cadre.as_ref(), langue, valeurs, &contenu)
    }

    /// What a mail says: subject and body of this origin, and the operator's page of its own.
    fn contenu(
        &self,
        origine: &str,
        code: &str,
        langue: Langue,
        valeurs: &Valeurs,
    ) -> Result<Contenu, FauteModele> {
        let a_nous = |nom: &str| origine == LOCAL && self.surcharges.contains(nom);
        let nom = |partie: Partie| {
            // The subject comes with its text: both of the operator's, or both built in.
            let ici = a_nous(&Partie::Texte.nom(LOCAL, code, langue));
            partie.nom(if ici { LOCAL } else { INTEGRE }, code, langue)
        };
        let contexte = Value::from_serialize(valeurs);
        let page = Partie::Html.nom(LOCAL, code, langue);
        Ok(Contenu {
            objet: objet(&self.dire(&nom(Partie::Objet), &contexte)?),
            corps: self.dire(&nom(Partie::Texte), &contexte)?,
            page: if a_nous(&page) {
                Some(self.dire(&page, &contexte)?)
            } else {
                None
            },
        })
    }

    /// An answer to a request: its text is written already.
    ///
    /// # Errors
    /// The reason, when the frame fails.
    pub(super) fn encadrer(
        &self,
        courrier: &CourrierDemande,
        enseigne: &Enseigne<'_>,
    ) -> Result<Rendu, String> {
        let langue = courrier.langue;
        let valeurs = variables::reponse((langue, courrier.automatique), enseigne);
        let contenu = Contenu {
            objet: objet(&format!("Re: {}", courrier.objet)),
            corps: courrier.texte.clone(),
            page: None,
        };
        self.encadrer_au_mieux(courrier.cadre.as_ref(), langue, &valeurs, &contenu)
            .map_err(|faute| faute.to_string())
    }

    fn dire(&self, nom: &str, valeurs: &Value) -> Result<String, FauteModele> {
        self.moteur
            .get_template(nom)
            .and_then(|modele| remplir(&modele, valeurs))
            .map_err(|e| FauteModele::moteur(nom, &e))
    }
}

/// A template filled in, as far as [`MAX_RENDU`].
fn remplir(modele: &minijinja::Template<'_, '_>, valeurs: &Value) -> Result<String, Error> {
    let mut sortie = Borne(Vec::new());
    modele.render_captured_to(valeurs, &mut sortie)?;
    String::from_utf8(sortie.0).map_err(|e| Error::new(ErrorKind::WriteFailure, e.to_string()))
}

/// Takes so many bytes and no more.
struct Borne(Vec<u8>);

impl io::Write for Borne {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.0.len() + octets.len() > MAX_RENDU {
            return Err(io::Error::other("the text grows too long"));
        }
        self.0.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const SANS_OBJET: &str =
    "la première ligne doit être « Objet : … » (ou « Subject: … »), suivie d'une ligne vide";

/// The page around every HTML part.
fn page(origine: &str) -> String {
    format!("{origine}/{CADRE}/page.html")
}

/// Subject and body of a text; the body keeps its place, so that faults name the right line.
fn couper(source: &str) -> Option<(String, String)> {
    let (tete, suite) = source.split_once('\n')?;
    let tete = tete.trim_start_matches('\u{feff}').trim();
    let objet = tete
        .strip_prefix("Objet")
        .or_else(|| tete.strip_prefix("Subject"))?;
    let objet = objet.trim_start().strip_prefix(':')?.trim();
    let pleine = !objet.is_empty() && suite.lines().next()?.trim().is_empty();
    pleine.then(|| (objet.to_owned(), format!("\n{suite}")))
}

/// On one line, of bounded length.
fn objet(texte: &str) -> String {
    let ligne = texte.split_whitespace().collect::<Vec<_>>().join(" ");
    if ligne.chars().count() <= MAX_OBJET {
        return ligne;
    }
    let debut: String = ligne.chars().take(MAX_OBJET - 1).collect();
    let au_mot = debut.rsplit_once(' ').map_or(debut.as_str(), |(d, _)| d);
    format!("{au_mot}…")
}

/// Every mail there is, with whether it goes to the candidate.
pub(super) const fn destine_au_candidat(code: CodeMail) -> bool {
    !matches!(
        code,
        CodeMail::CommissionAlertAnnulation
            | CodeMail::CommissionAlertTransmission
            | CodeMail::CommissionAlertProposition
            | CodeMail::CommissionAlertListePrinc
            | CodeMail::CommissionAlertDesistement
    )
}
