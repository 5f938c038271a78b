//! The guide's rules for a password (G02), each broken one named at once.

use crate::refus::FauteChamp;

/// The fewest characters.
pub const LONGUEUR_MIN: usize = 10;
/// The most: longer ones only cost hashing time.
pub const LONGUEUR_MAX: usize = 256;
/// The special characters one of which is asked for.
pub const SPECIAUX: &str = "@#$%^&+=";

/// Every rule the password breaks, for the fields `mot_de_passe` and `mot_de_passe_confirmation`.
pub fn fautes(mot_de_passe: &str, confirmation: &str) -> Vec<FauteChamp> {
    let longueur = mot_de_passe.chars().count();
    let aucun = |test: fn(char) -> bool| !mot_de_passe.chars().any(test);
    let regles = [
        (
            longueur < LONGUEUR_MIN,
            "trop_court",
            "Au moins 10 caractères.",
            "At least 10 characters.",
        ),
        (
            longueur > LONGUEUR_MAX,
            "trop_long",
            "Au plus 256 caractères.",
            "At most 256 characters.",
        ),
        (
            aucun(|c| c.is_ascii_digit()),
            "sans_chiffre",
            "Au moins un chiffre.",
            "At least one digit.",
        ),
        (
            aucun(char::is_lowercase),
            "sans_minuscule",
            "Au moins une minuscule.",
            "At least one lower-case letter.",
        ),
        (
            aucun(char::is_uppercase),
            "sans_majuscule",
            "Au moins une majuscule.",
            "At least one upper-case letter.",
        ),
        (
            aucun(|c| SPECIAUX.contains(c)),
            "sans_special",
            "Au moins un caractère spécial parmi @ # $ % ^ & + =.",
            "At least one special character among @ # $ % ^ & + =.",
        ),
        (
            mot_de_passe.chars().any(char::is_whitespace),
            "espace",
            "Aucun espace.",
            "No white space.",
        ),
    ];
    let mut fautes: Vec<_> = regles
        .into_iter()
        .filter(|(enfreinte, ..)| *enfreinte)
        .map(|(_, code, fr, en)| FauteChamp::new("mot_de_passe", code, fr, en))
        .collect();
    if mot_de_passe != confirmation {
        fautes.push(FauteChamp::new(
            "mot_de_passe_confirmation",
            "different",
            "Les deux mots de passe diffèrent.",
            "The two passwords differ.",
        ));
    }
    fautes
}
