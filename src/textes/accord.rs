//! Numbers and the words that follow them: « 1 dossier », « 2 dossiers ».

use std::fmt::{self, Display, Write as _};

use domain::langue::Langue;

/// What is filled into a text stands between these, so that only the text's own words are changed.
const DEBUT: char = '\u{1}';
const FIN: char = '\u{2}';
/// What a text writes where a word takes an s.
const MARQUE: &str = "(s)";

/// Something filled into a text.
pub(crate) struct Rempli<T>(pub(crate) T);

impl<T: Display> Display for Rempli<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(DEBUT)?;
        self.0.fmt(f)?;
        f.write_char(FIN)
    }
}

/// Whether a text has a word to make agree.
pub(crate) const fn a_accorder(texte: &str) -> bool {
    let octets = texte.as_bytes();
    let mut i = 0;
    while i + 2 < octets.len() {
        if octets[i] == b'(' && octets[i + 1] == b's' && octets[i + 2] == b')' {
            return true;
        }
        i += 1;
    }
    false
}

/// Writes each `(s)` as the number filled in before it wants; in French zero is singular, in English plural.
pub(crate) fn accorder(langue: Langue, texte: &str) -> String {
    let mut dit = String::with_capacity(texte.len());
    let mut nombre = None;
    let mut reste = texte;
    while let Some(avant) = reste.find([DEBUT, '(']) {
        let (debut, suite) = reste.split_at(avant);
        dit.push_str(debut);
        if let Some(rempli) = suite.strip_prefix(DEBUT) {
            let (valeur, suite) = rempli.split_once(FIN).unwrap_or((rempli, ""));
            dit.push_str(valeur);
            nombre = lire(valeur).or(nombre);
            reste = suite;
        } else if let Some(suite) = suite.strip_prefix(MARQUE) {
            dit.push_str(match nombre {
                Some(n) if singulier(langue, n) => "",
                Some(_) => "s",
                None => MARQUE,
            });
            reste = suite;
        } else {
            dit.push('(');
            reste = &suite[1..];
        }
    }
    dit.push_str(reste);
    dit
}

const fn singulier(langue: Langue, n: u64) -> bool {
    match langue {
        Langue::Fr => n < 2,
        Langue::En => n == 1,
    }
}

/// A whole number, its thousands apart or not.
fn lire(valeur: &str) -> Option<u64> {
    let chiffres: String = valeur.chars().filter(|c| !c.is_whitespace()).collect();
    chiffres.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dire(langue: Langue, n: &str, nom: &str) -> String {
        let (n, nom) = (Rempli(n), Rempli(nom));
        accorder(
            langue,
            &format!("{nom} : {n} ligne(s) vérifiée(s) (toutes)"),
        )
    }

    #[test]
    fn les_mots_suivent_leur_nombre_et_ce_qui_est_rempli_reste() {
        let fr = |n| dire(Langue::Fr, n, "Licence(s) 3");
        assert_eq!(fr("0"), "Licence(s) 3 : 0 ligne vérifiée (toutes)");
        assert_eq!(fr("1"), "Licence(s) 3 : 1 ligne vérifiée (toutes)");
        assert_eq!(
            fr("1\u{202f}200"),
            "Licence(s) 3 : 1\u{202f}200 lignes vérifiées (toutes)"
        );
        let en = |n| dire(Langue::En, n, "x");
        assert_eq!(en("0"), "x : 0 lignes vérifiées (toutes)");
        assert_eq!(en("1"), "x : 1 ligne vérifiée (toutes)");
    }
}
