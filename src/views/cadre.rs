//! The frame around every page. askama escapes what it is given.

use askama::Template;

use super::Maison;
use crate::textes::Textes;

/// A link with its words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lien {
    pub(crate) chemin: String,
    pub(crate) texte: String,
    /// Whether it leads to the page that shows it.
    pub(crate) ici: bool,
}

impl Lien {
    pub(crate) fn new(chemin: impl Into<String>, texte: &str) -> Self {
        Self {
            chemin: chemin.into(),
            texte: texte.to_owned(),
            ici: false,
        }
    }
}

/// What the frame shows beside the page itself.
#[derive(Clone, Debug)]
pub(crate) struct Cadre<'a> {
    pub(crate) t: Textes,
    pub(crate) maison: &'a Maison,
    pub(crate) menu: Vec<Lien>,
    /// The proof of the log-out form; absent for who has no session.
    pub(crate) preuve: Option<String>,
    /// The same page in the other language.
    pub(crate) autre_langue: String,
    /// What the profile lacks before a dossier can be opened (G11).
    pub(crate) manque: Vec<Lien>,
    /// The address our mails come back from, said on every page until it is corrected (S42).
    pub(crate) refusee: Option<String>,
    /// Where staff go from page to page; empty for everybody else.
    pub(crate) barre: &'a [Lien],
    /// The demo's time, in words.
    pub(crate) demo: Option<String>,
}

impl Cadre<'_> {
    fn autre_tag(&self) -> &'static str {
        self.t.langue().choisir("en", "fr")
    }
}

/// The frame with the page in it.
#[derive(Template)]
#[template(path = "cadre.html")]
pub(crate) struct Page<'a, C: Template> {
    pub(crate) titre: &'a str,
    pub(crate) cadre: &'a Cadre<'a>,
    pub(crate) corps: &'a C,
}

/// A refusal as a page, with the ways on.
#[derive(Template)]
#[template(path = "probleme.html")]
pub(crate) struct Alerte {
    pub(crate) texte: String,
    pub(crate) details: Vec<String>,
    pub(crate) suites: Vec<Lien>,
}

/// Something is done, with the ways on.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct Message {
    pub(crate) texte: String,
    pub(crate) suites: Vec<Lien>,
}

/// The template's text; one that fails shows nothing and says so in the log.
pub(crate) fn rendu(gabarit: &impl Template) -> String {
    gabarit.render().unwrap_or_else(|erreur| {
        tracing::error!(%erreur, "a page was not rendered");
        String::new()
    })
}
