//! Rows as a workbook (XLSX), written row by row to a file: memory stays the same however many there are.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom};
use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::cellule::Cellule;

/// Rows a sheet may have, the first one included.
pub const MAX_LIGNES: u32 = 1_048_576;

/// Makes a workbook of the rows that come, headings first; the file is read from its beginning.
///
/// # Errors
/// The disk refuses, or there are too many rows.
pub fn ecrire(
    dossier: &Path,
    nom: &str,
    titres: &[(String, f64)],
    lignes: impl Iterator<Item = Vec<Cellule>>,
) -> Result<File, String> {
    let dit = |e: XlsxError| e.to_string();
    let mut classeur = Workbook::new();
    classeur.set_tempdir(dossier).map_err(dit)?;
    let formats = Formats::new();
    let feuille = classeur.add_worksheet_with_constant_memory().map_err(dit)?;
    feuille.set_name(nom).map_err(dit)?;
    entete(feuille, titres, &formats).map_err(dit)?;
    for (rang, ligne) in (1_u32..).zip(lignes) {
        if rang >= MAX_LIGNES {
            return Err(format!("more than {MAX_LIGNES} rows"));
        }
        for (colonne, cellule) in (0_u16..).zip(&ligne) {
            formats
                .poser(feuille, (rang, colonne), cellule)
                .map_err(dit)?;
        }
    }
    let fichier = tempfile::tempfile_in(dossier).map_err(|e| e.to_string())?;
    let mut tampon = BufWriter::new(fichier);
    classeur.save_to_writer(&mut tampon).map_err(dit)?;
    let mut fichier = tampon.into_inner().map_err(|e| e.to_string())?;
    fichier
        .seek(SeekFrom::Start(0))
        .map_err(|e| e.to_string())?;
    Ok(fichier)
}

/// Headings that stay in sight, in bold.
fn entete(
    feuille: &mut Worksheet,
    titres: &[(String, f64)],
    formats: &Formats,
) -> Result<(), XlsxError> {
    feuille.set_freeze_panes(1, 0)?;
    for (colonne, (titre, largeur)) in (0_u16..).zip(titres) {
        feuille.set_column_width(colonne, *largeur)?;
        feuille.write_string_with_format(0, colonne, titre, &formats.titre)?;
    }
    Ok(())
}

struct Formats {
    titre: Format,
    jour: Format,
    instant: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            titre: Format::new().set_bold().set_align(FormatAlign::Top),
            jour: Format::new().set_num_format("dd/mm/yyyy"),
            instant: Format::new().set_num_format("dd/mm/yyyy hh:mm"),
        }
    }

    /// A text is a text: a spreadsheet never takes it for a formula.
    fn poser(
        &self,
        feuille: &mut Worksheet,
        (ligne, colonne): (u32, u16),
        cellule: &Cellule,
    ) -> Result<(), XlsxError> {
        match cellule {
            Cellule::Vide => {}
            Cellule::Texte(texte) => {
                feuille.write_string(ligne, colonne, imprimable(texte))?;
            }
            Cellule::Nombre(nombre) => {
                feuille.write_number(ligne, colonne, *nombre)?;
            }
            Cellule::Jour(jour) => {
                let date = ExcelDateTime::from_ymd(
                    jour.year().unsigned_abs(),
                    jour.month().unsigned_abs(),
                    jour.day().unsigned_abs(),
                );
                match date {
                    Ok(date) => {
                        feuille.write_datetime_with_format(ligne, colonne, date, &self.jour)?
                    }
                    // Before 1900 there are no dates there.
                    Err(_) => feuille.write_string(ligne, colonne, jour.to_string())?,
                };
            }
            Cellule::Instant(instant) => {
                let date = ExcelDateTime::from_ymd(
                    instant.year().unsigned_abs(),
                    instant.month().unsigned_abs(),
                    instant.day().unsigned_abs(),
                )
                .and_then(|date| {
                    date.and_hms(
                        u16::from(instant.hour().unsigned_abs()),
                        instant.minute().unsigned_abs(),
                        f64::from(instant.second()),
                    )
                });
                match date {
                    Ok(date) => {
                        feuille.write_datetime_with_format(ligne, colonne, date, &self.instant)?
                    }
                    Err(_) => feuille.write_string(ligne, colonne, instant.to_string())?,
                };
            }
        }
        Ok(())
    }
}

/// What XML takes: control characters would make the file unreadable.
fn imprimable(texte: &str) -> String {
    let permis = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let permis = |c: &char| permis(c) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    texte.chars().filter(permis).collect()
}
