//! The language a mail is written in.

use serde::Serialize;

/// Letters looked at.
const MAX_LETTRES: usize = 4_000;

/// The languages told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Langue {
    /// French, also when nothing tells.
    Fr,
    /// English.
    En,
    /// Arabic.
    Ar,
    /// Spanish.
    Es,
    /// German.
    De,
    /// Italian.
    It,
    /// Portuguese.
    Pt,
    /// Another script: Chinese, Russian…
    Autre,
}

/// Small words that few other languages share.
const MOTS: [(Langue, &[&str]); 6] = [
    (
        Langue::Fr,
        &[
            "je",
            "le",
            "la",
            "les",
            "des",
            "est",
            "pas",
            "et",
            "un",
            "une",
            "du",
            "pour",
            "que",
            "mon",
            "ma",
            "mes",
            "vous",
            "votre",
            "bonjour",
            "merci",
            "dans",
            "sur",
            "ai",
            "avec",
            "qui",
            "ne",
            "au",
            "ce",
            "jai",
            "svp",
            "cordialement",
            "madame",
            "monsieur",
            "suis",
            "sans",
            "c",
            "j",
            "bjr",
            "slt",
            "pk",
            "comment",
            "ca",
            "ci",
            "dossier",
            "oui",
            "bonsoir",
        ],
    ),
    (
        Langue::En,
        &[
            "the", "i", "to", "my", "is", "and", "you", "for", "of", "have", "not", "can",
            "please", "hello", "dear", "thank", "thanks", "it", "this", "your", "on", "am", "in",
            "with", "do", "was", "would", "hi", "are", "be", "from", "me", "but", "what", "how",
            "regards",
        ],
    ),
    (
        Langue::Es,
        &[
            "el", "los", "las", "mi", "que", "no", "hola", "gracias", "puedo", "para", "por",
            "una", "está", "buenos", "dias", "días", "he", "con", "cuenta", "usted", "ayuda",
            "tengo", "quiero",
        ],
    ),
    (
        Langue::De,
        &[
            "ich", "und", "der", "die", "das", "nicht", "mein", "meine", "ist", "bitte", "danke",
            "sehr", "geehrte", "habe", "mit", "für", "hallo", "eine", "kann", "wie",
        ],
    ),
    (
        Langue::It,
        &[
            "il",
            "che",
            "non",
            "ho",
            "mio",
            "mia",
            "sono",
            "grazie",
            "buongiorno",
            "per",
            "della",
            "posso",
            "una",
            "vorrei",
            "di",
        ],
    ),
    (
        Langue::Pt,
        &[
            "não", "meu", "minha", "obrigado", "obrigada", "olá", "uma", "para", "com", "eu",
            "você", "gostaria", "bom", "dia",
        ],
    ),
];

/// The language of a text: by script, then by its small words.
pub(in crate::mail::entrant) fn langue(texte: &str) -> Langue {
    let lettres = || {
        texte
            .chars()
            .filter(|c| c.is_alphabetic())
            .take(MAX_LETTRES)
    };
    let total = lettres().count();
    let arabes = lettres()
        .filter(|c| ('\u{600}'..='\u{6ff}').contains(c))
        .count();
    let latines = lettres().filter(|c| (*c as u32) < 0x250).count();
    if arabes * 3 > total {
        return Langue::Ar;
    }
    if total > 0 && latines * 2 < total {
        return Langue::Autre;
    }
    let debut: String = texte
        .chars()
        .take(MAX_LETTRES)
        .collect::<String>()
        .to_lowercase();
    let mut meilleure = (Langue::Fr, 0);
    for (langue, mots) in MOTS {
        let comptes = debut
            .split(|c: char| !c.is_alphanumeric())
            .filter(|mot| mots.contains(mot))
            .count();
        if comptes > meilleure.1 {
            meilleure = (langue, comptes);
        }
    }
    meilleure.0
}
