//! What a piece can be merged as. Files come from outside: each is tried alone first, so that a bad one never
//! spoils the dossier.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use domain::fichier::TypeFichier;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageReader, Limits};
use krilla::configure::{ConfigurationBuilder, PdfVersion};
use krilla::geom::Transform;
use krilla::image::Image;
use krilla::pdf::{Pdf, PdfDocument};
use krilla::{Document, SerializeSettings};

use crate::fichiers::PAGES_MAX;

/// The most pixels of a picture that is put on a page.
const PIXELS_MAX: u64 = 60_000_000;

/// A piece that was looked at.
pub(super) enum Contenu {
    /// Whole pages.
    Pdf {
        document: PdfDocument,
        pages: usize,
        /// Newer than PDF 1.7.
        recent: bool,
    },
    /// On a page of ours.
    Image { image: Image, sens: Orientation },
    /// Nothing that can be merged.
    Absent,
}

/// Looks at a file. Whatever is in it, this comes back.
pub(super) fn lire(type_: TypeFichier, octets: Option<Vec<u8>>) -> Contenu {
    let Some(octets) = octets else {
        return Contenu::Absent;
    };
    let lu = catch_unwind(AssertUnwindSafe(|| match type_ {
        TypeFichier::Pdf => lire_pdf(octets),
        TypeFichier::Jpeg | TypeFichier::Png => lire_image(type_, octets),
    }));
    lu.ok().flatten().unwrap_or(Contenu::Absent)
}

fn lire_pdf(octets: Vec<u8>) -> Option<Contenu> {
    let pdf = Pdf::new(Arc::new(octets)).ok()?;
    let pages = pdf.pages().len();
    if pages == 0 || pages > PAGES_MAX {
        return None;
    }
    let document = PdfDocument::new(Arc::new(pdf));
    let toutes: Vec<usize> = (0..pages).collect();
    let tient = |version| {
        let mut essai = Document::new_with(en_version(version));
        essai.embed_pdf_pages(&document, &toutes);
        essai.finish().is_ok()
    };
    let recent = !tient(PdfVersion::Pdf17);
    if recent && !tient(PdfVersion::Pdf20) {
        return None;
    }
    Some(Contenu::Pdf {
        document,
        pages,
        recent,
    })
}

fn lire_image(type_: TypeFichier, octets: Vec<u8>) -> Option<Contenu> {
    let mut lecteur = ImageReader::new(Cursor::new(&octets))
        .with_guessed_format()
        .ok()?;
    lecteur.limits(Limits::default());
    let mut decodeur = lecteur.into_decoder().ok()?;
    let (largeur, hauteur) = decodeur.dimensions();
    if u64::from(largeur) * u64::from(hauteur) > PIXELS_MAX {
        return None;
    }
    // A telephone writes how it was held beside the pixels.
    let sens = decodeur.orientation().unwrap_or(Orientation::NoTransforms);
    drop(decodeur);
    let image = match type_ {
        TypeFichier::Jpeg => Image::from_jpeg(octets.into(), true).ok()?,
        TypeFichier::Png | TypeFichier::Pdf => Image::from_png(octets.into(), true).ok()?,
    };
    let (largeur, hauteur) = image.size();
    let mut essai = Document::new();
    let taille = krilla::geom::Size::from_wh(largeur as f32, hauteur as f32)?;
    let mut page = essai.start_page();
    let mut surface = page.surface();
    surface.draw_image(image.clone(), taille);
    surface.finish();
    page.finish();
    essai.finish().ok()?;
    Some(Contenu::Image { image, sens })
}

/// 1.7, which every reader knows, unless a piece is newer.
pub(super) fn reglages<'a>(mut contenus: impl Iterator<Item = &'a Contenu>) -> SerializeSettings {
    let recent = |contenu: &Contenu| match contenu {
        Contenu::Pdf { recent, .. } => *recent,
        Contenu::Image { .. } | Contenu::Absent => false,
    };
    en_version(if contenus.any(recent) {
        PdfVersion::Pdf20
    } else {
        PdfVersion::Pdf17
    })
}

fn en_version(version: PdfVersion) -> SerializeSettings {
    let voulue = ConfigurationBuilder::new().with_version(version).finish();
    SerializeSettings {
        configuration: voulue.unwrap_or_default(),
        ..SerializeSettings::default()
    }
}

/// How a picture is turned to stand upright, and its size then.
pub(super) fn redresser(sens: Orientation, (l, h): (f32, f32)) -> (Transform, (f32, f32)) {
    match sens {
        Orientation::NoTransforms => (Transform::identity(), (l, h)),
        Orientation::FlipHorizontal => (Transform::from_row(-1.0, 0.0, 0.0, 1.0, l, 0.0), (l, h)),
        Orientation::Rotate180 => (Transform::from_row(-1.0, 0.0, 0.0, -1.0, l, h), (l, h)),
        Orientation::FlipVertical => (Transform::from_row(1.0, 0.0, 0.0, -1.0, 0.0, h), (l, h)),
        Orientation::Rotate90 => (Transform::from_row(0.0, 1.0, -1.0, 0.0, h, 0.0), (h, l)),
        Orientation::Rotate270 => (Transform::from_row(0.0, -1.0, 1.0, 0.0, 0.0, l), (h, l)),
        Orientation::Rotate90FlipH => (Transform::from_row(0.0, 1.0, 1.0, 0.0, 0.0, 0.0), (h, l)),
        Orientation::Rotate270FlipH => (Transform::from_row(0.0, -1.0, -1.0, 0.0, h, l), (h, l)),
    }
}
