//! The establishment whose pages these are: name, colours, logo, texts (Q41).

use domain::campagne::Texte;

/// Who runs it, and where the frame's files are.
#[derive(Clone, Debug, Default)]
pub struct Maison {
    /// Shown on every page.
    pub nom: String,
    /// Where a candidate may write.
    pub assistance: Option<String>,
    /// Of the home page, instead of ours.
    pub accueil: Option<Texte>,
    /// At the foot of every page.
    pub pied: Option<Texte>,
    /// The address of the style.
    pub style: String,
    /// The address of the script.
    pub script: String,
    /// Whether its own people log in by its single sign-on (G01), and the button's words if they are its own.
    pub sso: Option<Option<Texte>>,
    /// The address of the logo, if there is one.
    pub logo: Option<String>,
}
