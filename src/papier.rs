//! Text on pages (PDF): titles, lines, facts, from top to bottom.

use std::sync::LazyLock;

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

/// A4, points.
pub const PAGE: (f32, f32) = (595.0, 842.0);
/// White around the text, points.
pub const MARGE: f32 = 56.0;
/// The lowest line, points from the top.
pub const BAS: f32 = 770.0;
/// The mean width of a letter of the text fonts, in parts of their size; generous, so that lines fit.
const LARGEUR_LETTRE: f32 = 0.58;
/// The width of every letter of the fixed font.
const LARGEUR_FIXE: f32 = 0.61;

const ENCRE: [u8; 3] = [30, 34, 42];
const DISCRET: [u8; 3] = [92, 98, 110];
const TRAIT: [u8; 3] = [205, 210, 218];

#[derive(Debug)]
struct Polices {
    texte: Font,
    gras: Font,
    fixe: Font,
}

static POLICES: LazyLock<Option<Polices>> = LazyLock::new(|| {
    let lire = |octets: &'static [u8]| Font::new(octets.to_vec().into(), 0);
    Some(Polices {
        texte: lire(dejavu::sans::regular())?,
        gras: lire(dejavu::sans::bold())?,
        fixe: lire(dejavu::sans_mono::regular())?,
    })
});

/// A line of text, or a rule.
#[derive(Debug)]
enum Ligne {
    Texte {
        police: &'static Font,
        taille: f32,
        retrait: f32,
        couleur: [u8; 3],
        texte: String,
    },
    Trait,
    Blanc(f32),
}

impl Ligne {
    /// How far down the next one begins.
    fn hauteur(&self) -> f32 {
        match self {
            Self::Texte { taille, .. } => taille * 1.45,
            Self::Trait => 12.0,
            Self::Blanc(hauteur) => *hauteur,
        }
    }

    fn dessiner(&self, surface: &mut Surface<'_>, y: f32) {
        match self {
            Self::Texte {
                police,
                taille,
                retrait,
                couleur,
                texte,
            } => {
                encrer(surface, *couleur);
                let debut = Point::from_xy(MARGE + retrait, y + taille);
                surface.draw_text(
                    debut,
                    (*police).clone(),
                    *taille,
                    texte,
                    false,
                    TextDirection::Auto,
                );
            }
            Self::Trait => {
                encrer(surface, TRAIT);
                let mut chemin = PathBuilder::new();
                if let Some(trait_) = Rect::from_xywh(MARGE, y + 5.0, PAGE.0 - 2.0 * MARGE, 0.8) {
                    chemin.push_rect(trait_);
                }
                if let Some(chemin) = chemin.finish() {
                    surface.draw_path(&chemin);
                }
            }
            Self::Blanc(_) => {}
        }
    }
}

fn encrer(surface: &mut Surface<'_>, [rouge, vert, bleu]: [u8; 3]) {
    let couleur = rgb::Color::new(rouge, vert, bleu);
    surface.set_fill(Some(Fill {
        paint: couleur.into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
}

/// What is to be written, from top to bottom.
#[derive(Debug)]
pub struct Redaction {
    polices: &'static Polices,
    lignes: Vec<Ligne>,
}

impl Redaction {
    /// Nothing yet.
    ///
    /// # Errors
    /// When the fonts cannot be read, which they can.
    pub fn new() -> Result<Self, String> {
        let polices = POLICES.as_ref().ok_or("the fonts cannot be read")?;
        Ok(Self {
            polices,
            lignes: Vec::new(),
        })
    }

    fn ecrire(
        &mut self,
        police: &'static Font,
        taille: f32,
        (retrait, couleur): (f32, [u8; 3]),
        texte: &str,
    ) {
        let place = PAGE.0 - 2.0 * MARGE - retrait;
        let fixe = *police == self.polices.fixe;
        let lettre = taille * if fixe { LARGEUR_FIXE } else { LARGEUR_LETTRE };
        // A few dozen letters a line: the conversion loses nothing.
        let largeur = (place / lettre) as usize;
        for texte in couper(texte, largeur) {
            self.lignes.push(Ligne::Texte {
                police,
                taille,
                retrait,
                couleur,
                texte,
            });
        }
    }

    /// Ordinary text.
    pub fn texte(&mut self, texte: &str) {
        self.ecrire(&self.polices.texte, 10.0, (0.0, ENCRE), texte);
    }

    /// Ordinary text that keeps its paragraphs.
    pub fn paragraphes(&mut self, texte: &str) {
        for ligne in texte.lines() {
            if ligne.trim().is_empty() {
                self.blanc(8.0);
            } else {
                self.texte(ligne);
            }
        }
    }

    /// Small and grey.
    pub fn discret(&mut self, texte: &str) {
        self.ecrire(&self.polices.texte, 8.5, (0.0, DISCRET), texte);
    }

    /// Bold, of this size.
    pub fn titre(&mut self, taille: f32, texte: &str) {
        self.ecrire(&self.polices.gras, taille, (0.0, ENCRE), texte);
    }

    /// Letters of one width.
    pub fn code(&mut self, retrait: f32, texte: &str) {
        self.ecrire(&self.polices.fixe, 7.5, (retrait, DISCRET), texte);
    }

    /// A name, and below it what it is.
    pub fn fait(&mut self, nom: &str, valeur: &str) {
        self.discret(nom);
        self.ecrire(&self.polices.gras, 10.5, (0.0, ENCRE), valeur);
        self.blanc(4.0);
    }

    /// A name, and what it is on the same line.
    pub fn ligne(&mut self, nom: &str, valeur: &str) {
        if !valeur.is_empty() {
            self.ecrire(
                &self.polices.texte,
                9.5,
                (0.0, ENCRE),
                &format!("{nom} : {valeur}"),
            );
        }
    }

    /// A rule across the page.
    pub fn trait_(&mut self) {
        self.lignes.push(Ligne::Trait);
    }

    /// So much white.
    pub fn blanc(&mut self, hauteur: f32) {
        self.lignes.push(Ligne::Blanc(hauteur));
    }

    /// Writes it on as many pages as it takes, at the end of the document, and tells how many.
    ///
    /// # Errors
    /// When there is no such page, which there is.
    pub fn composer(self, document: &mut Document) -> Result<usize, String> {
        let mut pages = 0;
        let mut lignes = self.lignes.iter().peekable();
        while lignes.peek().is_some() {
            let mut page = document.start_page_with(format()?);
            let mut surface = page.surface();
            let mut y = MARGE;
            while let Some(ligne) = lignes.next_if(|ligne| y + ligne.hauteur() <= BAS || y == MARGE)
            {
                ligne.dessiner(&mut surface, y);
                y += ligne.hauteur();
            }
            surface.finish();
            page.finish();
            pages += 1;
        }
        Ok(pages)
    }

    /// Writes what fits at the top of a page that goes on below, and tells where.
    pub fn en_tete(&self, surface: &mut Surface<'_>) -> f32 {
        let mut y = MARGE;
        for ligne in &self.lignes {
            ligne.dessiner(surface, y);
            y += ligne.hauteur();
        }
        y
    }
}

/// A page of the usual size.
///
/// # Errors
/// When there is no such page, which there is.
pub fn format() -> Result<PageSettings, String> {
    PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| "no page".to_owned())
}

/// At blanks where there are any, else anywhere.
fn couper(texte: &str, largeur: usize) -> Vec<String> {
    let largeur = largeur.max(1);
    let mut lignes = Vec::new();
    let mut ligne = String::new();
    for mot in texte.split_whitespace() {
        let mut mot: Vec<char> = mot.chars().collect();
        if !ligne.is_empty() && ligne.chars().count() + 1 + mot.len() > largeur {
            lignes.push(std::mem::take(&mut ligne));
        }
        while mot.len() > largeur {
            let suite = mot.split_off(largeur);
            lignes.push(mot.into_iter().collect());
            mot = suite;
        }
        if !ligne.is_empty() {
            ligne.push(' ');
        }
        ligne.extend(mot);
    }
    if !ligne.is_empty() {
        lignes.push(ligne);
    }
    lignes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_lignes_se_coupent_aux_blancs_et_ne_debordent_pas() {
        assert_eq!(couper("un deux trois", 8), ["un deux", "trois"]);
        assert_eq!(couper("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(couper("", 4), Vec::<String>::new());
    }
}
