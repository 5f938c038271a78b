//! The receipt on paper: what was handed in, when, and how to prove it.

use jiff::tz::TimeZone;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::Accuse;

/// A4, points.
const PAGE: (f32, f32) = (595.0, 842.0);
/// White around the text, points.
const MARGE: f32 = 56.0;
/// The lowest line, points from the top.
const BAS: f32 = 770.0;
/// The mean width of a letter of the text fonts, in parts of their size; generous, so that lines fit.
const LARGEUR_LETTRE: f32 = 0.58;
/// The width of every letter of the fixed font.
const LARGEUR_FIXE: f32 = 0.61;

const ENCRE: [u8; 3] = [30, 34, 42];
const DISCRET: [u8; 3] = [92, 98, 110];
const TRAIT: [u8; 3] = [205, 210, 218];

/// Who hands the receipt out.
#[derive(Clone, Debug)]
pub struct EnTete<'a> {
    /// The university's name.
    pub etablissement: &'a str,
    /// Where anybody may check a receipt.
    pub verification: &'a str,
    /// Whose time dates are written in.
    pub fuseau: &'a TimeZone,
}

struct Polices {
    texte: Font,
    gras: Font,
    fixe: Font,
}

impl Polices {
    fn ouvrir() -> Option<Self> {
        let lire = |octets: &'static [u8]| Font::new(octets.to_vec().into(), 0);
        Some(Self {
            texte: lire(dejavu::sans::regular())?,
            gras: lire(dejavu::sans::bold())?,
            fixe: lire(dejavu::sans_mono::regular())?,
        })
    }
}

/// A line of text, or a rule.
enum Ligne {
    Texte {
        police: Font,
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
                    police.clone(),
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
struct Redaction {
    polices: Polices,
    lignes: Vec<Ligne>,
}

impl Redaction {
    fn ecrire(
        &mut self,
        police: &Font,
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
                police: police.clone(),
                taille,
                retrait,
                couleur,
                texte,
            });
        }
    }

    fn texte(&mut self, texte: &str) {
        let police = self.polices.texte.clone();
        self.ecrire(&police, 10.0, (0.0, ENCRE), texte);
    }

    fn discret(&mut self, texte: &str) {
        let police = self.polices.texte.clone();
        self.ecrire(&police, 8.5, (0.0, DISCRET), texte);
    }

    fn titre(&mut self, taille: f32, texte: &str) {
        let police = self.polices.gras.clone();
        self.ecrire(&police, taille, (0.0, ENCRE), texte);
    }

    fn code(&mut self, retrait: f32, texte: &str) {
        let police = self.polices.fixe.clone();
        self.ecrire(&police, 7.5, (retrait, DISCRET), texte);
    }

    fn fait(&mut self, nom: &str, valeur: &str) {
        let police = self.polices.texte.clone();
        self.ecrire(&police, 8.5, (0.0, DISCRET), nom);
        let police = self.polices.gras.clone();
        self.ecrire(&police, 10.5, (0.0, ENCRE), valeur);
        self.lignes.push(Ligne::Blanc(4.0));
    }
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

fn rediger(redaction: &mut Redaction, accuse: &Accuse, en_tete: &EnTete<'_>) {
    let contenu = &accuse.contenu;
    let quand = contenu
        .transmis_le
        .to_zoned_datetime(en_tete.fuseau.clone());
    redaction.discret(en_tete.etablissement);
    redaction.titre(20.0, "Accusé de réception");
    redaction.texte("Ce document atteste que le dossier de candidature ci-dessous a été transmis avec les pièces énumérées.");
    redaction.lignes.push(Ligne::Trait);
    redaction.fait(
        "Candidat",
        &format!(
            "{} {}, numéro {}",
            contenu.prenom, contenu.nom, contenu.numero
        ),
    );
    redaction.fait(
        "Formation",
        &format!("{} ({})", contenu.libelle, contenu.formation),
    );
    redaction.fait("Campagne", &contenu.campagne);
    redaction.fait("Dossier", &contenu.dossier);
    let heure = quand.strftime("%d/%m/%Y à %H:%M:%S (UTC%:z)").to_string();
    redaction.fait("Transmis le", &heure);
    redaction.lignes.push(Ligne::Trait);
    redaction.titre(13.0, &format!("Pièces ({})", contenu.pieces.len()));
    for piece in &contenu.pieces {
        redaction.lignes.push(Ligne::Blanc(3.0));
        redaction.texte(&piece.libelle);
        match (&piece.fichier, &piece.sha256) {
            (Some(fichier), Some(sha256)) => {
                redaction.discret(fichier);
                redaction.code(0.0, &format!("SHA-256 {sha256}"));
            }
            (_, _) => redaction.discret("Non concerné, déclaration sur l'honneur"),
        }
    }
    redaction.lignes.push(Ligne::Trait);
    redaction.titre(13.0, "Preuve");
    redaction.discret(&format!(
        "Cet accusé est signé (Ed25519). Chacun peut le vérifier, avec le fichier .json du dossier, à l'adresse {}. \
         La signature couvre tout ce qui précède et la tête de la chaîne du dossier, à la version {}.",
        en_tete.verification, contenu.version
    ));
    redaction.code(0.0, &format!("Chaîne {}", contenu.chaine));
    redaction.code(0.0, &format!("Clé {}", accuse.cle_publique));
    redaction.code(0.0, &format!("Signature {}", accuse.signature));
}

/// The receipt as PDF.
///
/// # Errors
/// When the fonts or the document fail, which they do not.
pub fn composer(accuse: &Accuse, en_tete: &EnTete<'_>) -> Result<Vec<u8>, String> {
    let polices = Polices::ouvrir().ok_or("the fonts cannot be read")?;
    let mut redaction = Redaction {
        polices,
        lignes: Vec::new(),
    };
    rediger(&mut redaction, accuse, en_tete);
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(format!(
                "Accusé de réception, dossier {}",
                accuse.contenu.dossier
            ))
            .language("fr".to_owned())
            .creator("Postule".to_owned()),
    );
    let mut lignes = redaction.lignes.iter().peekable();
    while lignes.peek().is_some() {
        let format = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("no page")?;
        let mut page = document.start_page_with(format);
        let mut surface = page.surface();
        let mut y = MARGE;
        while let Some(ligne) = lignes.next_if(|ligne| y + ligne.hauteur() <= BAS || y == MARGE) {
            ligne.dessiner(&mut surface, y);
            y += ligne.hauteur();
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| format!("{e:?}"))
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
