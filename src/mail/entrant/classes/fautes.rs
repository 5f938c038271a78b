//! Misspelt words: one letter too many, too few, wrong, or two in the wrong order make the word the rules know.

use std::collections::HashMap;

/// Shorter words are too near to each other.
const MIN_LETTRES: usize = 7;
/// Longer ones are no words.
const MAX_LETTRES: usize = 24;

/// Known words by each way of leaving one letter out.
#[derive(Debug, Default)]
pub(super) struct Fautes {
    voisins: HashMap<String, Vec<String>>,
}

impl Fautes {
    /// What misspelt words may have meant.
    pub(super) fn de<'a>(mots: impl Iterator<Item = &'a str>) -> Self {
        let mut fautes = Self::default();
        let mut mots: Vec<&str> = mots.filter(|mot| assez(mot)).collect();
        mots.sort_unstable();
        for mot in mots {
            for cle in amputes(mot) {
                fautes.voisins.entry(cle).or_default().push(mot.to_owned());
            }
        }
        fautes
    }

    /// The known word a misspelt one stands for: the same but for one letter, and never the first.
    pub(super) fn corriger(&self, mot: &str) -> Option<&str> {
        if !assez(mot) {
            return None;
        }
        let candidats = amputes(mot)
            .into_iter()
            .filter_map(|cle| self.voisins.get(&cle))
            .flatten();
        let mut proches =
            candidats.filter(|connu| connu.get(..1) == mot.get(..1) && proche(connu, mot));
        proches.next().map(String::as_str)
    }
}

fn assez(mot: &str) -> bool {
    (MIN_LETTRES..=MAX_LETTRES).contains(&mot.len()) && mot.bytes().all(|o| o.is_ascii_lowercase())
}

/// The word itself, and without each of its letters but the first.
fn amputes(mot: &str) -> Vec<String> {
    let sans = (1..mot.len()).map(|i| {
        mot.chars()
            .enumerate()
            .filter(|(j, _)| *j != i)
            .map(|(_, c)| c)
            .collect()
    });
    std::iter::once(mot.to_owned()).chain(sans).collect()
}

/// At most one letter added, left out or changed, or two swapped.
fn proche(un: &str, autre: &str) -> bool {
    let (un, autre) = (un.as_bytes(), autre.as_bytes());
    let debut = un.iter().zip(autre).take_while(|(a, b)| a == b).count();
    let fin = un
        .iter()
        .rev()
        .zip(autre.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let court = un.len().min(autre.len());
    let long = un.len().max(autre.len());
    // What is alike before and behind may overlap: «rapel» and «rappel».
    let alike = (debut + fin).min(court);
    if long - alike <= 1 {
        return true;
    }
    un.len() == autre.len()
        && debut + fin + 2 == court
        && un.get(debut) == autre.get(debut + 1)
        && un.get(debut + 1) == autre.get(debut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s52_une_faute_de_frappe_est_le_mot_voulu() {
        let fautes = Fautes::de(
            [
                "validation",
                "candidature",
                "inscription",
                "transmetre",
                "refus",
            ]
            .into_iter(),
        );
        for (ecrit, voulu) in [
            ("vallidation", "validation"),
            ("validaton", "validation"),
            ("candidautre", "candidature"),
            ("inscripsion", "inscription"),
            ("transmettre", "transmetre"),
        ] {
            assert_eq!(fautes.corriger(ecrit), Some(voulu), "{ecrit}");
        }
        // Short words, other first letters and two faults are other words.
        for autre in ["refuz", "xandidature", "inscrypsion", "prescription"] {
            assert_eq!(fautes.corriger(autre), None, "{autre}");
        }
    }
}
