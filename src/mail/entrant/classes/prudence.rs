//! When a machine had better not answer alone, however sure a class is: what presses (S57), several questions, somebody else's (S51).

use super::mots::{forme, plusieurs};

/// Words that want a person today (S57).
const URGENTS: [&str; 9] = [
    "urgent",
    "aujourd'hui",
    "ce soir",
    "dernier jour",
    "dans l'heure",
    "minuit",
    "today",
    "tonight",
    "au secours",
];

/// A deadline today, or a call for help: a person reads it first.
pub(in crate::mail::entrant) fn urgent(texte: &str, sujet: &str) -> bool {
    let tout = format!("{sujet} {texte}").to_lowercase().replace('’', "'");
    URGENTS.iter().any(|mot| tout.contains(mot))
}

/// Somebody near the writer, by the words of the rules.
const PROCHES: [&str; 30] = [
    "fils",
    "file",
    "frere",
    "soeur",
    "cousin",
    "cousine",
    "neveu",
    "niece",
    "mari",
    "feme",
    "epoux",
    "epouse",
    "conjoint",
    "conjointe",
    "compagne",
    "compagnon",
    "ami",
    "amie",
    "copain",
    "copine",
    "eleve",
    "eleves",
    "enfant",
    "enfants",
    "son",
    "daughter",
    "brother",
    "sister",
    "husband",
    "friend",
];
/// « Mon petit frère »: words allowed between.
const ENTRE: usize = 2;

/// Whether an answer alone would be one too few, or go to the wrong person: several things are asked, or it is about
/// somebody else (S51).
pub(in crate::mail::entrant) fn incertain(texte: &str, sujet: &str) -> bool {
    let tout = format!("{sujet} {texte}");
    let mots: Vec<String> = tout
        .split(|c: char| !c.is_alphanumeric())
        .filter(|mot| !mot.is_empty())
        .map(forme)
        .collect();
    let autrui = mots.iter().enumerate().any(|(i, mot)| {
        let sien = ["mon", "ma", "mes", "notre", "nos", "my", "our"].contains(&mot.as_str());
        let suite = mots.iter().skip(i + 1).take(1 + ENTRE);
        sien && suite.into_iter().any(|m| PROCHES.contains(&m.as_str()))
    });
    autrui || plusieurs(texte)
}
