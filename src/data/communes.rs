//! Which communes a French postal code serves (G16).

use std::collections::HashMap;
use std::sync::OnceLock;

use domain::formulaires::Communes;
use unicode_normalization::UnicodeNormalization;

/// Postal codes with their communes, as lines of the data file.
#[derive(Debug)]
pub struct CommunesFr(HashMap<&'static str, &'static str>);

impl CommunesFr {
    /// The list this program was built with; read at the first use.
    pub fn embarquees() -> &'static Self {
        static LISTE: OnceLock<CommunesFr> = OnceLock::new();
        LISTE.get_or_init(|| {
            let lignes = include_str!("communes.txt")
                .lines()
                .filter(|l| !l.starts_with('#'));
            Self(lignes.filter_map(|ligne| ligne.split_once('\t')).collect())
        })
    }

    fn de(&self, code_postal: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        let ligne = self.0.get(code_postal.trim()).copied().unwrap_or_default();
        ligne
            .split('\t')
            .filter_map(|commune| commune.split_once(' '))
    }
}

impl Communes for CommunesFr {
    fn trouver(&self, code_postal: &str, commune: &str) -> Option<(String, String)> {
        let cherchee = cle(commune);
        self.de(code_postal)
            .find(|(insee, nom)| *insee == commune.trim() || cle(nom) == cherchee)
            .map(|(insee, nom)| (insee.to_owned(), nom.to_owned()))
    }

    fn noms(&self, code_postal: &str) -> Vec<String> {
        self.de(code_postal)
            .map(|(_, nom)| nom.to_owned())
            .collect()
    }
}

/// Accents, case, dashes and apostrophes ignored; « St » and « Ste » are « Saint » and « Sainte ».
fn cle(nom: &str) -> String {
    let sans_accent: String = nom
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect();
    let sans_accent = sans_accent.to_lowercase().replace('œ', "oe");
    let mots = sans_accent
        .split(|c: char| !c.is_alphanumeric())
        .filter(|mot| !mot.is_empty());
    let mots = mots.map(|mot| match mot {
        "st" => "saint",
        "ste" => "sainte",
        autre => autre,
    });
    mots.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g16_une_commune_est_trouvee_comme_on_l_ecrit() {
        let liste = CommunesFr::embarquees();
        let nom = |code, commune| liste.trouver(code, commune).map(|(_, nom)| nom);
        assert_eq!(
            nom("59300", "VALENCIENNES").as_deref(),
            Some("Valenciennes")
        );
        assert_eq!(
            nom("01000", "st denis les bourg").as_deref(),
            Some("Saint-Denis-lès-Bourg")
        );
        assert_eq!(nom("97400", "Saint Denis").as_deref(), Some("Saint-Denis"));
        assert_eq!(
            nom("59160", "Lomme").as_deref(),
            Some("Lomme"),
            "former communes too"
        );
        assert_eq!(nom("59300", "Lille"), None);
        assert_eq!(nom("00000", "Lille"), None);
        assert!(liste.noms("59300").len() > 2);
        assert!(liste.0.len() > 6000, "{} postal codes", liste.0.len());
    }
}
