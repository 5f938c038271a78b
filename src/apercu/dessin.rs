//! Draws one page as PNG, within limits of pixels, pages, memory and time.

use std::io::{self, Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use domain::fichier::{TAILLE_MAX, TypeFichier};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use rustix::process::{Resource, Rlimit, setrlimit};

/// The most pixels of a side of a picture that is drawn.
const COTE: f32 = 1_600.0;
/// Pages beyond this one are not drawn.
const PAGE_MAX: usize = crate::fichiers::PAGES_MAX;
/// Memory of the process that draws, bytes.
const MEMOIRE: u64 = 2 * 1024 * 1024 * 1024;
/// Memory a picture may take to decode, bytes.
const MEMOIRE_IMAGE: u64 = 512 * 1024 * 1024;
/// Time on the processor of the process that draws, seconds.
const SECONDES: u64 = 10;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum Echec {
    /// The file has fewer pages.
    #[error("no such page")]
    PageAbsente,
    /// It cannot be drawn.
    #[error("the file cannot be drawn")]
    Illisible,
    /// It takes too long, or too much memory.
    #[error("the file takes too long to draw")]
    TropLong,
    /// Too many are being drawn.
    #[error("too many pictures are being drawn")]
    Occupe,
    /// The disk or the process refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<io::ErrorKind> for Echec {
    fn from(genre: io::ErrorKind) -> Self {
        Self::Io(genre.into())
    }
}

/// Exit codes of the process that draws.
const CODE_PAGE: u8 = 10;
const CODE_ILLISIBLE: u8 = 11;

impl Echec {
    pub(super) fn du_code(code: i32) -> Self {
        match u8::try_from(code) {
            Ok(CODE_PAGE) => Self::PageAbsente,
            Ok(_) | Err(_) => Self::Illisible,
        }
    }
}

/// Draws a page, from 1.
///
/// # Errors
/// [`Echec::PageAbsente`] or [`Echec::Illisible`].
pub fn dessiner(octets: Vec<u8>, type_: TypeFichier, page: usize) -> Result<Vec<u8>, Echec> {
    // The renderer is defensive, but a hostile file must never end the thread that serves others.
    let dessin = catch_unwind(AssertUnwindSafe(|| match type_ {
        TypeFichier::Pdf => dessiner_pdf(octets, page),
        TypeFichier::Jpeg | TypeFichier::Png => dessiner_image(&octets, page),
    }));
    dessin.unwrap_or(Err(Echec::Illisible))
}

fn dessiner_pdf(octets: Vec<u8>, page: usize) -> Result<Vec<u8>, Echec> {
    let pdf = Pdf::new(Arc::new(octets)).map_err(|_| Echec::Illisible)?;
    let rang = page.checked_sub(1).filter(|rang| *rang < PAGE_MAX);
    let page = rang
        .and_then(|rang| pdf.pages().get(rang))
        .ok_or(Echec::PageAbsente)?;
    let (largeur, hauteur) = page.render_dimensions();
    let echelle = (COTE / largeur).min(COTE / hauteur);
    // Dimensions come from the file: zero, negative or none at all.
    let sensee = |cote: f32| cote.is_finite() && (1.0..=COTE).contains(&(cote * echelle).round());
    if !sensee(largeur) || !sensee(hauteur) {
        return Err(Echec::Illisible);
    }
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings {
            x_scale: echelle,
            y_scale: echelle,
            bg_color: WHITE,
        },
    );
    let (largeur, hauteur) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    // On white, every pixel is opaque: premultiplied is plain.
    let pixels = pixmap.data_as_u8_slice().to_vec();
    let image = image::RgbaImage::from_raw(largeur, hauteur, pixels).ok_or(Echec::Illisible)?;
    coder(&DynamicImage::ImageRgba8(image).to_rgb8().into())
}

fn dessiner_image(octets: &[u8], page: usize) -> Result<Vec<u8>, Echec> {
    if page != 1 {
        return Err(Echec::PageAbsente);
    }
    let mut limites = Limits::default();
    limites.max_alloc = Some(MEMOIRE_IMAGE);
    let mut lecteur = ImageReader::new(Cursor::new(octets)).with_guessed_format()?;
    lecteur.limits(limites);
    let illisible = |_| Echec::Illisible;
    let mut decodeur = lecteur.into_decoder().map_err(illisible)?;
    // A telephone writes how it was held beside the pixels.
    let sens = decodeur.orientation().map_err(illisible)?;
    let mut image = DynamicImage::from_decoder(decodeur).map_err(illisible)?;
    let cote = COTE as u32;
    if image.width() > cote || image.height() > cote {
        image = image.thumbnail(cote, cote);
    }
    image.apply_orientation(sens);
    coder(&image)
}

fn coder(image: &DynamicImage) -> Result<Vec<u8>, Echec> {
    let mut png = Cursor::new(Vec::new());
    image
        .write_to(&mut png, image::ImageFormat::Png)
        .map_err(|_| Echec::Illisible)?;
    Ok(png.into_inner())
}

/// The process that draws: the file on standard input, the picture on standard output, the reason in the code.
pub fn a_part(mime: &str, page: usize) -> ExitCode {
    match dessiner_bride(mime, page) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Echec::PageAbsente) => CODE_PAGE.into(),
        Err(Echec::Illisible | Echec::TropLong | Echec::Occupe | Echec::Io(_)) => {
            CODE_ILLISIBLE.into()
        }
    }
}

fn dessiner_bride(mime: &str, page: usize) -> Result<(), Echec> {
    for (ressource, limite) in [
        (Resource::As, MEMOIRE),
        (Resource::Cpu, SECONDES),
        (Resource::Fsize, 0),
    ] {
        let limite = Rlimit {
            current: Some(limite),
            maximum: Some(limite),
        };
        setrlimit(ressource, limite).map_err(io::Error::from)?;
    }
    let types = [TypeFichier::Pdf, TypeFichier::Jpeg, TypeFichier::Png];
    let type_ = types
        .into_iter()
        .find(|t| t.mime() == mime)
        .ok_or(Echec::Illisible)?;
    let mut octets = Vec::new();
    io::stdin().take(TAILLE_MAX).read_to_end(&mut octets)?;
    let png = dessiner(octets, type_, page)?;
    io::stdout().write_all(&png)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = include_bytes!("../demo/fichiers/demande-vapp.pdf");

    #[test]
    fn g25_une_page_de_pdf_devient_une_image_lisible() {
        let png = dessiner(PDF.to_vec(), TypeFichier::Pdf, 1).unwrap();
        let image = image::load_from_memory(&png).unwrap().to_luma8();
        assert_eq!(image.height().max(image.width()), 1_600);
        let sombres = image.pixels().filter(|p| p.0[0] < 100).count();
        assert!(sombres > 1_000, "there is text on it: {sombres}");
        assert!(matches!(
            dessiner(PDF.to_vec(), TypeFichier::Pdf, 99),
            Err(Echec::PageAbsente)
        ));
        assert!(matches!(
            dessiner(PDF.to_vec(), TypeFichier::Pdf, 0),
            Err(Echec::PageAbsente)
        ));
        assert!(matches!(
            dessiner(b"%PDF-1.7".to_vec(), TypeFichier::Pdf, 1),
            Err(Echec::Illisible)
        ));
    }

    #[test]
    fn g25_une_photo_est_reduite() {
        let mut octets = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(4_000, 1_000)
            .write_to(&mut octets, image::ImageFormat::Jpeg)
            .unwrap();
        let png = dessiner(octets.into_inner(), TypeFichier::Jpeg, 1).unwrap();
        let image = image::load_from_memory(&png).unwrap();
        assert_eq!((image.width(), image.height()), (1_600, 400));
    }
}
