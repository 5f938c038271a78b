//! What a cell holds: a text, a number, a day, an instant. Each file writes it in its own way.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The most characters of a cell: what spreadsheets take.
pub const MAX_TEXTE: usize = 32_767;

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cellule {
    /// Nothing.
    Vide,
    /// Words; never a formula.
    Texte(String),
    /// A count, a rank, an amount.
    Nombre(f64),
    /// A day.
    Jour(Date),
    /// A day and an hour, of the establishment.
    Instant(DateTime),
}

impl Cellule {
    /// Words, if there are any.
    pub fn texte(texte: impl Into<String>) -> Self {
        let texte: String = texte.into();
        if texte.is_empty() {
            return Self::Vide;
        }
        Self::Texte(borner(texte))
    }

    /// Words that may be absent.
    pub fn peut_etre(texte: Option<impl Into<String>>) -> Self {
        texte.map_or(Self::Vide, Self::texte)
    }

    /// A count.
    pub fn nombre(nombre: impl Into<f64>) -> Self {
        Self::Nombre(nombre.into())
    }

    /// An instant, as clocks here show it.
    pub fn instant(instant: Option<Timestamp>) -> Self {
        instant.map_or(Self::Vide, |i| Self::Instant(ici(i)))
    }
}

/// No longer than a cell may be, cut between characters.
fn borner(texte: String) -> String {
    // Spreadsheets count UTF-16 units.
    let mut unites = 0;
    let fin = texte.char_indices().find(|(_, c)| {
        unites += c.len_utf16();
        unites > MAX_TEXTE
    });
    match fin {
        Some((fin, _)) => texte.get(..fin).unwrap_or_default().to_owned(),
        None => texte,
    }
}

/// To the second, where the establishment is.
fn ici(instant: Timestamp) -> DateTime {
    let fuseau = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let ici = fuseau.to_datetime(instant);
    ici.with().subsec_nanosecond(0).build().unwrap_or(ici)
}

/// Whether a spreadsheet that reads this text from a file without types would take it for a formula
/// (OWASP, « CSV injection »).
pub fn suspect(texte: &str) -> bool {
    texte.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_texte_trop_long_est_coupe_entre_deux_lettres() {
        let long = "é😀".repeat(20_000);
        let Cellule::Texte(coupe) = Cellule::texte(long) else {
            unreachable!("not empty")
        };
        assert_eq!(coupe.encode_utf16().count(), 32_766 + 1);
        assert_eq!(Cellule::texte(""), Cellule::Vide);
    }

    #[test]
    fn un_instant_est_a_l_heure_d_ici() {
        let instant = "2027-05-31T21:59:59.5Z".parse().unwrap();
        let Cellule::Instant(dit) = Cellule::instant(Some(instant)) else {
            unreachable!("an instant")
        };
        assert_eq!(dit.to_string(), "2027-05-31T23:59:59");
    }
}
