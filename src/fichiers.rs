//! What a file handed in is, by its content (G24, Q16), and what it may be called.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use domain::fichier::TypeFichier;
use domain::refus::{CodeRefus, FauteChamp, Refus};
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use image::{ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The most pages of a PDF.
pub const PAGES_MAX: usize = 300;
/// Files looked at at once, each whole in memory.
const EXAMENS: usize = 4;
/// The most characters of a name that is kept.
pub const NOM_MAX: usize = 150;
/// The most pixels of a side of a picture.
const COTE_MAX: u32 = 12_000;
/// The most memory a picture may take to decode, bytes.
const MEMOIRE_IMAGE: u64 = 256 * 1024 * 1024;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(EXAMENS)));

/// [`examiner`] of a file on disk, on a thread of its own. Who gives up waiting does not free the thread:
/// files that take long make others wait, never the program grow.
///
/// # Errors
/// When the file cannot be read.
pub async fn examiner_fichier(chemin: PathBuf) -> std::io::Result<Result<TypeFichier, Refus>> {
    let place = PLACES.clone().acquire_owned().await;
    let place = place.map_err(std::io::Error::other)?;
    let examen = tokio::task::spawn_blocking(move || {
        let examen = std::fs::read(chemin).map(examiner);
        drop(place);
        examen
    });
    examen.await.map_err(std::io::Error::other)?
}

/// The refusal of a file that takes too long to look at.
pub fn trop_complique() -> Refus {
    faute(
        "fichier_trop_complique",
        "Ce fichier est trop compliqué à lire. Imprimez-le en PDF depuis un autre programme, ou photographiez-le, puis déposez-le.",
        "This file is too complicated to read. Print it as PDF from another program, or photograph it, then hand it in.",
    )
}

/// Tells the type of a file and whether it can be read.
///
/// # Errors
/// A fault of the field `fichier`: `fichier_vide`, `type_refuse`, `pdf_chiffre`, `pdf_illisible`, `pdf_trop_long`, `image_illisible`.
pub fn examiner(octets: Vec<u8>) -> Result<TypeFichier, Refus> {
    let debut = octets.get(..1024.min(octets.len())).unwrap_or_default();
    let pdf = debut.windows(5).any(|w| w == b"%PDF-");
    if octets.is_empty() {
        return Err(faute(
            "fichier_vide",
            "Ce fichier est vide : choisissez-en un autre.",
            "This file is empty: choose another one.",
        ));
    }
    if pdf {
        return examiner_pdf(octets).map(|()| TypeFichier::Pdf);
    }
    match image::guess_format(&octets) {
        Ok(ImageFormat::Png) => examiner_image(&octets, ImageFormat::Png, TypeFichier::Png),
        Ok(ImageFormat::Jpeg) => examiner_image(&octets, ImageFormat::Jpeg, TypeFichier::Jpeg),
        Ok(_) | Err(_) => Err(faute(
            "type_refuse",
            "Seuls les fichiers PDF, JPG et PNG sont acceptés. Enregistrez ce document en PDF, puis déposez-le.",
            "Only PDF, JPG and PNG files are accepted. Save this document as PDF, then hand it in.",
        )),
    }
}

fn examiner_pdf(octets: Vec<u8>) -> Result<(), Refus> {
    // The parser is defensive, but a hostile file must never end the thread that serves others.
    let lu = catch_unwind(AssertUnwindSafe(|| {
        Pdf::new(Arc::new(octets)).map(|pdf| pdf.pages().len())
    }));
    match lu {
        Ok(Ok(pages)) if pages > PAGES_MAX => Err(faute(
            "pdf_trop_long",
            "Ce PDF a plus de 300 pages. Ne gardez que celles qui sont demandées, puis déposez-le.",
            "This PDF has more than 300 pages. Keep only those that are asked for, then hand it in.",
        )),
        Ok(Ok(pages)) if pages > 0 => Ok(()),
        Ok(Err(LoadPdfError::Decryption(_))) => Err(faute(
            "pdf_chiffre",
            "Ce PDF est protégé par un mot de passe. Enregistrez-en une copie sans protection, puis déposez-la.",
            "This PDF is protected by a password. Save a copy without it, then hand that in.",
        )),
        Ok(Ok(_) | Err(LoadPdfError::Invalid)) | Err(_) => Err(faute(
            "pdf_illisible",
            "Ce PDF est abîmé ou n'a aucune page. Ouvrez-le, enregistrez-le à nouveau en PDF, puis déposez-le.",
            "This PDF is damaged or has no page. Open it, save it as PDF again, then hand it in.",
        )),
    }
}

fn examiner_image(
    octets: &[u8],
    format: ImageFormat,
    type_: TypeFichier,
) -> Result<TypeFichier, Refus> {
    let mut limites = Limits::default();
    limites.max_image_width = Some(COTE_MAX);
    limites.max_image_height = Some(COTE_MAX);
    limites.max_alloc = Some(MEMOIRE_IMAGE);
    let mut lecteur = ImageReader::with_format(Cursor::new(octets), format);
    lecteur.limits(limites);
    let lue = catch_unwind(AssertUnwindSafe(|| lecteur.decode().is_ok()));
    if matches!(lue, Ok(true)) {
        return Ok(type_);
    }
    Err(faute(
        "image_illisible",
        "Cette image est abîmée ou trop grande. Prenez-la à nouveau en photo, ou enregistrez-la en PDF.",
        "This picture is damaged or too large. Take it again, or save it as PDF.",
    ))
}

/// The refusal of a file that is too large (G24).
pub fn trop_gros() -> Refus {
    faute(
        "fichier_trop_gros",
        "Ce fichier dépasse 4 Mo. Réduisez-le (moins de pages, photo en résolution moyenne), puis déposez-le.",
        "This file is larger than 4 MB. Make it smaller (fewer pages, medium resolution), then hand it in.",
    )
}

fn faute(code: &str, fr: &str, en: &str) -> Refus {
    Refus {
        code: CodeRefus::ChampsInvalides,
        champs: vec![FauteChamp::new("fichier", code, fr, en)],
    }
}

/// A name that can be shown and saved anywhere: no path, no control or direction characters, not too long.
pub fn nom_sur(nom: &str) -> String {
    let nom = nom.rsplit(['/', '\\']).next().unwrap_or_default();
    let trompeur = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            || "<>:\"|?*".contains(c)
    };
    let propre: String = nom.nfc().filter(|c| !trompeur(*c)).collect();
    let propre = propre.trim().trim_start_matches('.');
    if propre.is_empty() {
        return "fichier".to_owned();
    }
    let longueur = propre.chars().count();
    if longueur <= NOM_MAX {
        return propre.to_owned();
    }
    let (corps, extension) = match propre.rsplit_once('.') {
        Some((corps, extension)) if extension.chars().count() <= 8 => {
            (corps, format!(".{extension}"))
        }
        Some(_) | None => (propre, String::new()),
    };
    let place = NOM_MAX - extension.chars().count();
    corps.chars().take(place).chain(extension.chars()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(octets: &[u8]) -> String {
        match examiner(octets.to_vec()) {
            Ok(type_) => format!("{type_:?}"),
            Err(refus) => refus.champs[0].code.clone(),
        }
    }

    fn png() -> Vec<u8> {
        let mut octets = Cursor::new(Vec::new());
        image::RgbImage::new(3, 2)
            .write_to(&mut octets, ImageFormat::Png)
            .unwrap();
        octets.into_inner()
    }

    const PDF: &[u8] = include_bytes!("demo/fichiers/demande-vapp.pdf");

    #[test]
    fn g24_le_type_vient_du_contenu() {
        assert_eq!(code(PDF), "Pdf");
        assert_eq!(code(&png()), "Png");
        assert_eq!(code(b""), "fichier_vide");
        assert_eq!(code(b"bonjour"), "type_refuse");
        assert_eq!(code(b"GIF89a................"), "type_refuse");
        assert_eq!(code(b"%PDF-1.7\nrien"), "pdf_illisible");
        assert_eq!(code(&png()[..40]), "image_illisible");
    }

    #[test]
    fn q16_un_pdf_chiffre_est_refuse_avec_sa_raison() {
        // The encryption dictionary names a handler no empty password opens.
        let texte = String::from_utf8_lossy(PDF).into_owned();
        assert!(texte.contains("trailer"), "the sample has a plain trailer");
        let mut octets = PDF.to_vec();
        let ou = octets.windows(7).rposition(|w| w == b"trailer").unwrap();
        let apres = octets[ou..].iter().position(|b| *b == b'<').unwrap() + ou + 2;
        let cle = b" /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O (0123456789abcdef0123456789abcdef) /U (0123456789abcdef0123456789abcdef) >> /ID [(a) (a)] ";
        octets.splice(apres..apres, cle.iter().copied());
        assert_eq!(code(&octets), "pdf_chiffre");
    }

    #[test]
    fn un_nom_hostile_devient_montrable() {
        assert_eq!(nom_sur("../../etc/passwd"), "passwd");
        assert_eq!(nom_sur("C:\\Users\\x\\relevé.pdf"), "relevé.pdf");
        assert_eq!(nom_sur("cv\u{202e}fdp.exe\r\n"), "cvfdp.exe");
        assert_eq!(nom_sur("..."), "fichier");
        let long = nom_sur(&format!("{}.pdf", "é".repeat(300)));
        assert_eq!(long.chars().count(), NOM_MAX);
        assert!(long.ends_with("é.pdf"));
    }

    proptest! {
        #[test]
        fn aucun_contenu_ne_fait_echouer_l_examen(
            coupe in 0..PDF.len(), ou in 0..PDF.len(), octet: u8, bruit: Vec<u8>
        ) {
            let mut octets = PDF[..coupe].to_vec();
            if let Some(b) = octets.get_mut(ou) { *b = octet; }
            code(&octets);
            code(&bruit);
        }

        #[test]
        fn aucun_nom_ne_sort_de_sa_place(nom in "\\PC{0,400}") {
            let sur = nom_sur(&nom);
            prop_assert!(!sur.is_empty() && sur.chars().count() <= NOM_MAX);
            prop_assert!(!sur.contains(['/', '\\', '\0']));
        }
    }
}
