//! Rows as CSV that a spreadsheet opens as it is: a mark of UTF-8, quotes where needed, no formula.

use super::cellule::{Cellule, suspect};

/// Says « UTF-8 » to spreadsheets.
pub const MARQUE: &str = "\u{feff}";

/// What stands between two cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separateur {
    /// As French spreadsheets want it.
    #[default]
    PointVirgule,
    /// As English ones do.
    Virgule,
    /// For programs.
    Tabulation,
}

impl Separateur {
    /// By name, or the character itself.
    pub fn lire(texte: &str) -> Option<Self> {
        match texte {
            "" | ";" | "point-virgule" => Some(Self::PointVirgule),
            "," | "virgule" => Some(Self::Virgule),
            "\t" | "tab" | "tabulation" => Some(Self::Tabulation),
            _ => None,
        }
    }

    const fn octet(self) -> u8 {
        match self {
            Self::PointVirgule => b';',
            Self::Virgule => b',',
            Self::Tabulation => b'\t',
        }
    }
}

/// Rows, one after the other, in memory.
#[derive(Debug)]
pub struct Ecrivain(::csv::Writer<Vec<u8>>);

impl Ecrivain {
    /// With this separator; a comma between decimals where it does not separate cells.
    pub fn new(separateur: Separateur) -> Self {
        let mut regle = ::csv::WriterBuilder::new();
        regle.delimiter(separateur.octet());
        regle.terminator(::csv::Terminator::CRLF);
        regle.flexible(true);
        Self(regle.from_writer(Vec::new()))
    }

    /// One row.
    ///
    /// # Errors
    /// Memory does not refuse.
    pub fn ligne(&mut self, cellules: &[Cellule]) -> Result<(), String> {
        let textes = cellules.iter().map(ecrire);
        self.0.write_record(textes).map_err(|e| e.to_string())
    }

    /// What was written.
    ///
    /// # Errors
    /// Memory does not refuse.
    pub fn finir(self) -> Result<Vec<u8>, String> {
        self.0.into_inner().map_err(|e| e.to_string())
    }
}

/// A text that could be taken for a formula gets an apostrophe, which spreadsheets show as text.
fn ecrire(cellule: &Cellule) -> String {
    match cellule {
        Cellule::Vide => String::new(),
        Cellule::Texte(texte) if suspect(texte) => format!("'{texte}"),
        // A null character would end the file for some readers.
        Cellule::Texte(texte) => texte.replace('\0', ""),
        Cellule::Nombre(nombre) => nombre.to_string(),
        Cellule::Jour(jour) => jour.to_string(),
        Cellule::Instant(instant) => instant.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ligne(cellules: &[Cellule]) -> String {
        let mut ecrivain = Ecrivain::new(Separateur::default());
        ecrivain.ligne(cellules).unwrap();
        String::from_utf8(ecrivain.finir().unwrap()).unwrap()
    }

    #[test]
    fn p15_aucune_cellule_n_est_une_formule_et_rien_ne_sort_de_sa_case() {
        let texte = |t: &str| Cellule::texte(t);
        assert_eq!(
            ligne(&[
                texte("=1+1"),
                texte("+33 6"),
                texte("-x"),
                texte("@a"),
                texte("\tb")
            ]),
            "'=1+1;'+33 6;'-x;'@a;'\tb\r\n"
        );
        assert_eq!(
            ligne(&[texte("a;b"), texte("dit \"oui\""), texte("deux\nlignes")]),
            "\"a;b\";\"dit \"\"oui\"\"\";\"deux\nlignes\"\r\n"
        );
        assert_eq!(
            ligne(&[
                Cellule::Nombre(3.0),
                Cellule::Nombre(12.5),
                Cellule::Jour("2004-02-29".parse().unwrap()),
                Cellule::Instant("2027-03-01T14:05:00".parse().unwrap()),
                Cellule::Vide,
            ]),
            "3;12.5;2004-02-29;2027-03-01 14:05:00;\r\n"
        );
    }

    proptest::proptest! {
        #[test]
        fn p15_tout_texte_se_relit(textes in proptest::collection::vec("\\PC{0,40}", 2..6)) {
            let cellules: Vec<_> = textes.iter().map(Cellule::texte).collect();
            let ecrit = ligne(&cellules);
            let mut lecteur = ::csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(ecrit.as_bytes());
            let relu: Vec<String> = lecteur.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
            let attendu: Vec<String> = textes.iter().map(|t| if suspect(t) { format!("'{t}") } else { t.clone() }).collect();
            proptest::prop_assert_eq!(relu, attendu);
        }
    }
}
