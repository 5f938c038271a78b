//! `[etablissement]`: the university whose pages these are (Q41).

use std::path::Path;

use domain::campagne::Texte;

use super::couleur::Couleur;
use super::lecteur::Lecteur;

/// Bytes of a logo.
const MAX_LOGO: usize = 64 * 1024;

/// `[etablissement]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etablissement {
    /// Shown on every page and mail.
    pub nom: String,
    /// Where a candidate may write.
    pub support: Option<String>,
    /// Of links and buttons.
    pub couleur: Couleur,
    /// Beside the name.
    pub logo: Option<Logo>,
    /// Of the home page.
    pub accueil: Option<Texte>,
    /// At the foot of every page.
    pub pied: Option<Texte>,
}

/// A picture, read at the start.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// Its content.
    pub octets: Vec<u8>,
    /// The end of its name, and its media type.
    pub genre: (&'static str, &'static str),
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Logo").field(&self.genre.0).finish()
    }
}

impl Etablissement {
    /// With a name and an address, the rest as it comes.
    pub fn new(nom: &str, support: &str) -> Self {
        Self {
            nom: nom.to_owned(),
            support: Some(support.to_owned()),
            couleur: Couleur::default(),
            logo: None,
            accueil: None,
            pied: None,
        }
    }

    pub(super) fn lire(l: &mut Lecteur) -> Option<Self> {
        const ICI: &str = "etablissement";
        let nom = l.valeur(ICI, "name");
        let support = l.texte(ICI, "support", super::adresse_mail);
        let couleur = l.texte(ICI, "color", Couleur::lire);
        let dossier = l.dossier();
        let logo = l.texte(ICI, "logo", |chemin| logo(&dossier.join(chemin)));
        let mut texte = |cle: &str| {
            let fr: Option<String> = l.valeur(ICI, cle);
            let en = l.valeur(ICI, &format!("{cle}_en"));
            fr.map(|fr| Texte { fr, en })
        };
        let (accueil, pied) = (texte("welcome"), texte("footer"));
        Some(Self {
            nom: l.exiger(ICI, "name", nom)?,
            support,
            couleur: couleur.unwrap_or_default(),
            logo,
            accueil,
            pied,
        })
    }
}

fn logo(chemin: &Path) -> Result<Logo, String> {
    let genres = [
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("webp", "image/webp"),
        ("jpg", "image/jpeg"),
    ];
    let extension = chemin
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let genre = genres.into_iter().find(|(connue, _)| *connue == extension);
    let genre = genre.ok_or("un logo est un fichier .svg, .png, .webp ou .jpg")?;
    let octets = std::fs::read(chemin).map_err(|e| e.to_string())?;
    if octets.len() > MAX_LOGO {
        return Err(format!(
            "{} octets : un logo en a {MAX_LOGO} au plus",
            octets.len()
        ));
    }
    Ok(Logo { octets, genre })
}
