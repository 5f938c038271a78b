//! Countries, départements, series, specialities, mentions.

use domain::formulaires::Nomenclatures;
use domain::langue::Langue;

/// The mentions of the bac: code, French, English.
const MENTIONS: [(&str, &str, &str); 5] = [
    ("P", "Passable", "Pass"),
    ("AB", "Assez bien", "Fairly good"),
    ("B", "Bien", "Good"),
    ("TB", "Très bien", "Very good"),
    (
        "TBF",
        "Très bien avec les félicitations du jury",
        "Very good with honours",
    ),
];

/// The lists this program was built with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listes;

fn lignes(texte: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    texte
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| l.split('\t').collect())
}

fn pays() -> impl Iterator<Item = Vec<&'static str>> {
    lignes(include_str!("pays.txt"))
}

fn series(annee: i16) -> impl Iterator<Item = Vec<&'static str>> {
    lignes(include_str!("baccalaureats.txt")).filter(move |l| {
        let annee_de = |rang: usize| l.get(rang).and_then(|a| a.parse::<i16>().ok()).unwrap_or(0);
        let fin = annee_de(2);
        annee_de(1) <= annee && (fin == 0 || annee <= fin)
    })
}

fn specialites(annee: i16) -> impl Iterator<Item = Vec<&'static str>> {
    lignes(include_str!("specialites.txt")).filter(move |l| {
        l.get(1)
            .and_then(|a| a.parse::<i16>().ok())
            .is_some_and(|debut| debut <= annee)
    })
}

fn a_le_code(mut lignes: impl Iterator<Item = Vec<&'static str>>, code: &str) -> bool {
    lignes.any(|l| l.first() == Some(&code))
}

fn choix(
    lignes: impl Iterator<Item = Vec<&'static str>>,
    fr: usize,
    langue: Langue,
) -> Vec<(String, String)> {
    let rang = fr + usize::from(langue == Langue::En);
    let paire = |l: Vec<&str>| Some(((*l.first()?).to_owned(), (*l.get(rang)?).to_owned()));
    lignes.filter_map(paire).collect()
}

impl Listes {
    /// Countries to choose from: code and name.
    pub fn choix_pays(self, langue: Langue) -> Vec<(String, String)> {
        choix(pays(), 1, langue)
    }

    /// Series of a year to choose from.
    pub fn choix_series(self, annee: i16, langue: Langue) -> Vec<(String, String)> {
        choix(series(annee), 3, langue)
    }

    /// Specialities of a year to choose from.
    pub fn choix_specialites(self, annee: i16, langue: Langue) -> Vec<(String, String)> {
        choix(specialites(annee), 2, langue)
    }

    /// Départements to choose from: code, then code and name.
    pub fn choix_departements(self) -> Vec<(String, String)> {
        let lignes = lignes(include_str!("departements.txt"));
        let paire = |l: Vec<&str>| Some(((*l.first()?).to_owned(), l.join(" ")));
        lignes.filter_map(paire).collect()
    }

    /// Mentions to choose from.
    pub fn choix_mentions(self, langue: Langue) -> Vec<(String, String)> {
        let texte = |(code, fr, en): &(&str, &str, &str)| {
            ((*code).to_owned(), langue.choisir(fr, en).to_owned())
        };
        MENTIONS.iter().map(texte).collect()
    }
}

impl Nomenclatures for Listes {
    fn pays(&self, code: &str) -> bool {
        a_le_code(pays(), code)
    }
    fn serie(&self, annee: i16, code: &str) -> bool {
        a_le_code(series(annee), code)
    }
    fn specialite(&self, annee: i16, code: &str) -> bool {
        a_le_code(specialites(annee), code)
    }
    fn mention(&self, code: &str) -> bool {
        MENTIONS.iter().any(|(connu, ..)| *connu == code)
    }
    fn departement(&self, code: &str) -> bool {
        a_le_code(lignes(include_str!("departements.txt")), code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g17_les_listes_suivent_l_annee() {
        let codes = |annee| {
            let choix = Listes.choix_series(annee, Langue::Fr);
            choix.into_iter().map(|(code, _)| code).collect::<Vec<_>>()
        };
        assert!(
            codes(2010).contains(&"S".to_owned()) && !codes(2010).contains(&"GENERALE".to_owned())
        );
        assert!(
            codes(2022).contains(&"GENERALE".to_owned()) && !codes(2022).contains(&"S".to_owned())
        );
        assert!(Listes.specialite(2021, "NSI") && !Listes.specialite(2020, "NSI"));
        assert!(Listes.pays("FRA") && !Listes.pays("XXX") && !Listes.pays("#"));
        assert!(Listes.departement("2A") && Listes.departement("59"));
        assert_eq!(
            Listes.choix_pays(Langue::En).len(),
            Listes.choix_pays(Langue::Fr).len()
        );
        assert!(Listes.choix_pays(Langue::En).len() > 200);
    }
}
