//! What a mail asks for: rules on its words (`regles/`), French first (S50–S58). Pure: a mail in, classes out.

mod apprendre;
mod code;
mod fautes;
mod langue;
mod motifs;
mod mots;
mod poids;
mod prudence;
mod traits;
mod verdict;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;

pub(super) use apprendre::apprendre;
pub use code::Code;
pub use langue::Langue;
pub(super) use langue::langue;
pub(super) use prudence::{incertain, urgent};

use motifs::{Regles, Trouvee};
use mots::{Phrase, phrases, plusieurs};
use poids::Poids;
use verdict::trancher;

/// As sure as this, what was explained away may have been meant all the same.
const PRESQUE_SURE: f32 = 0.9;
/// Below this a class is only a rumour.
const SEUIL: f32 = 0.60;
/// A class as sure as the first one, less this much, is said too.
const MARGE: f32 = 0.22;
/// Reasons shown per class.
const MAX_RAISONS: usize = 3;
/// A mail this short says nothing that its attachment does not.
const PEU_DE_MOTS: usize = 14;
/// «Ci-joint» without anything attached is worth this much less.
const SANS_PIECE: f32 = 0.75;
/// And with something attached, this much more.
const AVEC_PIECE: f32 = 0.10;
/// Nobody is certain of what a person meant.
const CERTITUDE_MAX: f32 = 0.99;

/// Words of subjects that say nothing.
const BANALS: [&str; 14] = [
    "question",
    "questions",
    "demande",
    "information",
    "informations",
    "renseignement",
    "renseignements",
    "bonjour",
    "bonsoir",
    "hello",
    "urgent",
    "help",
    "svp",
    "de",
];

static REGLES: LazyLock<Regles> = LazyLock::new(|| {
    let (regles, fautes) = lire_regles();
    if !fautes.is_empty() {
        tracing::error!(?fautes, "rules of the support inbox do not parse");
    }
    regles
});

static POIDS: LazyLock<Poids> = LazyLock::new(|| {
    let (poids, fautes) = Poids::lire(include_str!("regles/poids.txt"));
    if !fautes.is_empty() {
        tracing::error!(?fautes, "weights of the support inbox do not parse");
    }
    poids
});

fn lire_regles() -> (Regles, Vec<String>) {
    Regles::lire(
        include_str!("regles/ensembles.txt"),
        include_str!("regles/classes.txt"),
    )
}

/// One thing a mail asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Classe {
    /// Which.
    pub code: Code,
    /// How sure, from 0 to 1.
    pub confiance: f32,
    /// The words that say so, for the person who reads.
    pub raisons: Vec<String>,
    /// The sentence and the word that say it first.
    #[serde(skip)]
    pub place: (usize, usize),
    /// It explained away something nearly as sure that another sentence asks: a machine does not answer then (S51).
    #[serde(skip)]
    pub discutee: bool,
    /// The rules name nothing else, are sure of it, and the words agree: what a machine may answer, or close (S53, S55).
    #[serde(skip)]
    pub sure: bool,
}

/// What the classes are found in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lettre<'a> {
    /// Without `Re:` and the like.
    pub(super) sujet: &'a str,
    /// The subject is one of ours, answered.
    pub(super) en_reponse: bool,
    /// What the person wrote, without what is quoted.
    pub(super) texte: &'a str,
    /// Attachments that are documents or pictures.
    pub(super) pieces: usize,
    /// The text is somebody else's, quoted; the person wrote nothing.
    pub(super) cite: bool,
}

impl<'a> Lettre<'a> {
    /// What is read of a mail.
    pub(super) fn de(mail: &'a super::MailEntrant) -> Self {
        Self {
            sujet: &mail.sujet_nu,
            en_reponse: mail.repond,
            texte: &mail.texte_utile,
            pieces: mail.pieces.iter().filter(|p| p.document()).count(),
            cite: mail.defauts.contains(&super::Defaut::CiteSeulement),
        }
    }
}

/// A mail in sentences, and how many of them are the subject's: those come first, when it says something of its own.
fn lire_lettre(lettre: Lettre<'_>) -> (Vec<Phrase>, usize) {
    let connu = |mot: &str| REGLES.connait(mot);
    let corps = phrases(lettre.texte, connu);
    let compte = (!lettre.en_reponse || corps.is_empty()) && !banal(lettre.sujet);
    let mut toutes = if compte {
        phrases(lettre.sujet, connu)
    } else {
        Vec::new()
    };
    let sujets = toutes.len();
    toutes.extend(corps);
    for mot in toutes.iter_mut().flatten() {
        if let Some(voulu) = REGLES.corriger(mot) {
            voulu.clone_into(mot);
        }
    }
    (toutes, sujets)
}

/// The classes, most pressing first; never none.
pub(super) fn classer(lettre: Lettre<'_>) -> Vec<Classe> {
    let (phrases, sujets) = lire_lettre(lettre);
    let mots: usize = phrases.iter().skip(sujets).map(Vec::len).sum();
    if mots == 0 && (sujets == 0 || !parle(lettre.sujet)) {
        return vec![seule(Code::Vide, "aucun texte")];
    }
    if lettre.cite && lettre.pieces > 0 {
        return vec![seule(
            Code::PieceParMail,
            "une pièce jointe sous un texte cité",
        )];
    }
    let lues = REGLES.lire_phrases(&phrases);
    let avis = POIDS.peser(&REGLES, &lues, sujets, lettre.pieces > 0);
    let trouvees = REGLES.trouver(&lues, sujets);
    let mut classes = peser(&trouvees);
    piece_jointe(&mut classes, lettre.pieces, mots);
    arbitrer(&mut classes, mots, plusieurs(lettre.texte));
    trancher(classes, &avis)
}

/// A subject that is no subject: «(sans objet)», «?».
fn parle(sujet: &str) -> bool {
    let vides = [
        "sans objet",
        "no subject",
        "aucun objet",
        "pas d objet",
        "pas de sujet",
        "aucun sujet",
        "sans sujet",
        "none",
        "objet",
        "sujet",
    ];
    let lettres: String = sujet
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let nu = lettres
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    !nu.is_empty() && !vides.contains(&nu.as_str())
}

/// A subject that says nothing of what is asked: « Question », « Demande d'information », « Bonjour ».
fn banal(sujet: &str) -> bool {
    let mots = sujet.split(|c: char| !c.is_alphanumeric());
    let mut mots = mots.filter(|mot| mot.chars().count() > 1).peekable();
    mots.peek().is_some() && mots.all(|mot| BANALS.contains(&mot.to_lowercase().as_str()))
}

fn seule(code: Code, raison: &str) -> Classe {
    Classe {
        code,
        confiance: CERTITUDE_MAX,
        raisons: vec![raison.to_owned()],
        place: (0, 0),
        discutee: false,
        sure: false,
    }
}

/// Several rules of one class make it surer, each one less than the one before.
fn peser(trouvees: &[Trouvee<'_>]) -> Vec<Classe> {
    let mut par_classe: BTreeMap<Code, Vec<&Trouvee<'_>>> = BTreeMap::new();
    for trouvee in trouvees {
        if let Some(code) = Code::lire(&trouvee.regle.classe) {
            par_classe.entry(code).or_default().push(trouvee);
        }
    }
    let mut classes = Vec::new();
    for (code, mut ici) in par_classe {
        ici.sort_by(|a, b| b.regle.poids.total_cmp(&a.regle.poids));
        let mut doute = 1.0_f32;
        let mut part = 1.0_f32;
        let mut raisons: Vec<String> = Vec::new();
        let mut phrases_vues = Vec::new();
        let place = ici
            .iter()
            .map(|t| (t.phrase, t.mot))
            .min()
            .unwrap_or_default();
        for trouvee in ici {
            let poids = trouvee.regle.poids.mul_add(part, 0.0);
            doute *= 1.0 - poids;
            part *= if phrases_vues.contains(&trouvee.phrase) {
                0.35
            } else {
                0.5
            };
            phrases_vues.push(trouvee.phrase);
            if raisons.len() < MAX_RAISONS && !raisons.contains(&trouvee.extrait) {
                raisons.push(trouvee.extrait.clone());
            }
        }
        classes.push(Classe {
            code,
            confiance: (1.0 - doute).min(CERTITUDE_MAX),
            raisons,
            place,
            discutee: false,
            sure: false,
        });
    }
    classes
}

/// A mail that brings a document, and says little else, brings a document; without one it only speaks of it.
fn piece_jointe(classes: &mut Vec<Classe>, pieces: usize, mots: usize) {
    let dite = classes.iter_mut().find(|c| c.code == Code::PieceParMail);
    match (dite, pieces) {
        (Some(dite), 0) => dite.confiance *= SANS_PIECE,
        (Some(dite), _) => dite.confiance = (dite.confiance + AVEC_PIECE).min(CERTITUDE_MAX),
        (None, 0) => {}
        (None, _) => {
            if mots <= PEU_DE_MOTS && classes.iter().all(|c| c.confiance < 0.9) {
                classes.push(Classe {
                    code: Code::PieceParMail,
                    confiance: 0.85,
                    raisons: vec!["une pièce jointe et peu de mots".to_owned()],
                    place: (0, 0),
                    discutee: false,
                    sure: false,
                });
            }
        }
    }
}

/// Keeps what is meant: weak classes go, a class that explains another away removes it, the most pressing comes first.
fn arbitrer(classes: &mut Vec<Classe>, mots: usize, plusieurs: bool) {
    classes.retain(|c| c.confiance >= SEUIL);
    let presentes = classes.clone();
    let efface = |sure: &Classe, autre: &Classe| {
        // Who counts up what is asked means each of them.
        let a_part = plusieurs && sure.place.0 != autre.place.0;
        !a_part
            && sure
                .code
                .efface(autre.code, sure.confiance - autre.confiance)
    };
    classes.retain(|c| !presentes.iter().any(|sure| efface(sure, c)));
    for classe in classes.iter_mut() {
        classe.discutee = presentes.iter().any(|autre| {
            efface(classe, autre)
                && autre.confiance >= PRESQUE_SURE
                && autre.place.0 != classe.place.0
        });
    }
    let ferme = classes.iter().any(|c| c.code == Code::Remerciement);
    if ferme && classes.len() > 1 {
        let autres = classes.iter().filter(|c| c.code != Code::Remerciement);
        let plus_sure = autres.map(|c| c.confiance).fold(0.0, f32::max);
        let merci = classes.iter().find(|c| c.code == Code::Remerciement);
        let clos = merci.is_some_and(|c| c.confiance >= 0.85 && mots < 45 && plus_sure < 0.97);
        classes.retain(|c| (c.code == Code::Remerciement) == clos);
    }
    let premiere = classes.iter().map(|c| c.confiance).fold(0.0, f32::max);
    classes.retain(|c| c.confiance >= premiere - MARGE);
    classes.sort_by(|a, b| {
        (b.code.urgence().cmp(&a.code.urgence()))
            .then(rang(b).cmp(&rang(a)))
            .then(a.place.cmp(&b.place))
            .then(a.code.cmp(&b.code))
    });
}

/// Classes about as sure as each other are said in the order of the mail.
fn rang(classe: &Classe) -> u8 {
    match classe.confiance {
        c if c >= 0.90 => 3,
        c if c >= 0.80 => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_regles_se_lisent() {
        let (_, fautes) = lire_regles();
        assert_eq!(fautes, Vec::<String>::new());
    }

    #[test]
    fn s50_la_table_des_poids_se_lit() {
        let (_, fautes) = Poids::lire(include_str!("regles/poids.txt"));
        assert_eq!(fautes, Vec::<String>::new());
    }

    #[test]
    fn s50_chaque_classe_a_des_regles() {
        let texte = include_str!("regles/classes.txt");
        for code in Code::TOUS {
            let dite = texte.contains(&format!("[{}]", code.texte()));
            assert_eq!(dite, code != Code::Vide, "{}", code.texte());
        }
    }
}
