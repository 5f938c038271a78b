//! The rules' little language: words, sets of words, and how near each other they stand. See `regles/LISEZMOI.md`.

use std::collections::HashMap;

use super::fautes::Fautes;
use super::mots::{Phrase, forme};

/// Words that may stand between two items side by side in a rule.
const ECART: usize = 2;
/// The same for `..`.
const ECART_LARGE: usize = 7;

type AtomeId = usize;
type PrimitifId = usize;

/// A set of words one of which must be found.
#[derive(Debug, Default)]
struct Lexique {
    mots: HashMap<String, PrimitifId>,
    prefixes: HashMap<String, PrimitifId>,
    plus_long_prefixe: usize,
    /// What each word or prefix alone stands for.
    seuls: Vec<Vec<AtomeId>>,
    /// Which expressions begin with it: the rest of them.
    expressions: Vec<Vec<(Vec<PrimitifId>, AtomeId)>>,
    primitifs: usize,
    atomes: HashMap<String, AtomeId>,
}

/// One item after the other, each with the words allowed before it.
type Suite = Vec<(AtomeId, usize)>;

/// When a class is meant.
#[derive(Debug)]
pub(super) struct Regle {
    pub(super) classe: String,
    pub(super) poids: f32,
    /// In the subject alone.
    sujet: bool,
    /// All in one sentence.
    ensemble: Vec<Suite>,
    /// None of them in that sentence.
    sauf: Vec<Suite>,
    /// Each somewhere in the mail.
    ailleurs: Vec<Suite>,
    /// None of them anywhere.
    nulle_part: Vec<Suite>,
}

/// Everything the rules say, ready to be compared with sentences.
#[derive(Debug)]
pub(super) struct Regles {
    lexique: Lexique,
    regles: Vec<Regle>,
    /// Which rules begin with an item.
    debuts: Vec<Vec<usize>>,
    /// The named sets, and the item each one is.
    notions: Vec<(String, AtomeId)>,
    fautes: Fautes,
}

/// A rule that holds, and the words that made it hold.
pub(super) struct Trouvee<'a> {
    pub(super) regle: &'a Regle,
    pub(super) extrait: String,
    /// Where: the sentence.
    pub(super) phrase: usize,
    /// And the word in it.
    pub(super) mot: usize,
}

/// The items of one sentence, each with its places.
pub(super) struct Lue<'a> {
    pub(super) phrase: &'a Phrase,
    places: HashMap<AtomeId, Vec<(usize, usize)>>,
}

impl Regles {
    /// Reads the word sets, then the rules; beside them, the lines that are not understood.
    pub(super) fn lire(ensembles: &str, regles: &str) -> (Self, Vec<String>) {
        let mut fautes = Vec::new();
        let macros = lire_ensembles(ensembles, &mut fautes);
        let mut lexique = Lexique::default();
        let mut lues = Vec::new();
        let mut classe = String::new();
        for ligne in lignes(regles) {
            if let Some(nom) = ligne.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                nom.clone_into(&mut classe);
                continue;
            }
            match lexique.regle(&classe, ligne, &macros) {
                Some(regle) => lues.push(regle),
                None => fautes.push(ligne.to_owned()),
            }
        }
        let mut noms: Vec<&String> = macros.keys().collect();
        noms.sort_unstable();
        let notions = noms
            .into_iter()
            .filter_map(|nom| Some((nom.clone(), lexique.atome(nom, &macros)?)))
            .collect();
        let mut debuts = vec![Vec::new(); lexique.atomes.len()];
        for (i, regle) in lues.iter().enumerate() {
            let premier = regle.ensemble.first().and_then(|suite| suite.first());
            if let Some(place) = premier.and_then(|(atome, _)| debuts.get_mut(*atome)) {
                place.push(i);
            }
        }
        let regles = Self {
            fautes: Fautes::de(lexique.mots.keys().map(String::as_str)),
            lexique,
            regles: lues,
            debuts,
            notions,
        };
        (regles, fautes)
    }

    /// Whether a rule names this word.
    pub(super) fn connait(&self, mot: &str) -> bool {
        self.lexique.primitifs_de(mot).next().is_some()
    }

    /// The word the rules know that a misspelt one stands for.
    pub(super) fn corriger(&self, mot: &str) -> Option<&str> {
        if self.connait(mot) {
            None
        } else {
            self.fautes.corriger(mot)
        }
    }

    /// Sentences with what the rules know of their words.
    pub(super) fn lire_phrases<'a>(&self, phrases: &'a [Phrase]) -> Vec<Lue<'a>> {
        phrases.iter().map(|p| self.lexique.lire(p)).collect()
    }

    /// The named sets a sentence has a word of.
    pub(super) fn notions<'a>(&'a self, lue: &'a Lue<'_>) -> impl Iterator<Item = &'a str> {
        let ici = self
            .notions
            .iter()
            .filter(|(_, atome)| lue.places.contains_key(atome));
        ici.map(|(nom, _)| nom.as_str())
    }

    /// The rules that hold. The first `sujets` sentences are the subject's.
    pub(super) fn trouver(&self, lues: &[Lue<'_>], sujets: usize) -> Vec<Trouvee<'_>> {
        let mut trouvees: Vec<Trouvee<'_>> = Vec::new();
        for (i, lue) in lues.iter().enumerate() {
            let mut candidates: Vec<usize> = lue
                .places
                .keys()
                .filter_map(|atome| self.debuts.get(*atome))
                .flatten()
                .copied()
                .collect();
            candidates.sort_unstable();
            for candidate in candidates {
                let Some(regle) = self.regles.get(candidate) else {
                    continue;
                };
                if regle.sujet && i >= sujets {
                    continue;
                }
                let Some((mot, extrait)) = regle.tient(lue, lues) else {
                    continue;
                };
                trouvees.push(Trouvee {
                    regle,
                    extrait,
                    phrase: i,
                    mot,
                });
            }
        }
        trouvees
    }
}

impl Regle {
    fn tient(&self, lue: &Lue<'_>, toutes: &[Lue<'_>]) -> Option<(usize, String)> {
        let mut places = Vec::with_capacity(self.ensemble.len());
        for suite in &self.ensemble {
            places.push(lue.suite(suite)?);
        }
        let partout = |suite: &Suite| toutes.iter().any(|l| l.suite(suite).is_some());
        if self.sauf.iter().any(|suite| lue.suite(suite).is_some())
            || !self.ailleurs.iter().all(partout)
            || self.nulle_part.iter().any(partout)
        {
            return None;
        }
        places.sort_unstable();
        // One word cannot be two things the rule asks for.
        if places.array_windows().any(|[un, autre]| un == autre) {
            return None;
        }
        let mots = places.iter().filter_map(|(d, f)| lue.phrase.get(*d..*f));
        let extrait = mots.map(|m| m.join(" ")).collect::<Vec<_>>().join(" … ");
        Some((places.first()?.0, extrait))
    }
}

impl Lue<'_> {
    /// Where a sequence stands.
    fn suite(&self, suite: &Suite) -> Option<(usize, usize)> {
        let (premier, _) = suite.first()?;
        self.places.get(premier)?.iter().find_map(|(debut, fin)| {
            let fin = self.suivre(suite.get(1..)?, *fin)?;
            Some((*debut, fin))
        })
    }

    fn suivre(&self, reste: &[(AtomeId, usize)], apres: usize) -> Option<usize> {
        let Some((atome, ecart)) = reste.first() else {
            return Some(apres);
        };
        let places = self.places.get(atome)?;
        places
            .iter()
            .filter(|(debut, _)| *debut >= apres && *debut <= apres + ecart)
            .find_map(|(_, fin)| self.suivre(reste.get(1..)?, *fin))
    }
}

impl Lexique {
    fn regle(
        &mut self,
        classe: &str,
        ligne: &str,
        macros: &HashMap<String, Vec<String>>,
    ) -> Option<Regle> {
        let (tete, texte) = ligne.split_once(' ')?;
        let sujet = tete.starts_with('S');
        let poids: u8 = tete.trim_start_matches('S').parse().ok()?;
        let mut regle = Regle {
            classe: (!classe.is_empty()).then(|| classe.to_owned())?,
            poids: f32::from(poids) / 100.0,
            sujet,
            ensemble: Vec::new(),
            sauf: Vec::new(),
            ailleurs: Vec::new(),
            nulle_part: Vec::new(),
        };
        let mut ou = 0;
        let mut suite = Suite::new();
        let mut ecart = ECART;
        for mot in texte.split_whitespace().chain(["&"]) {
            let signe = match mot {
                "&" => 0,
                "&&" => 1,
                "!" => 2,
                "!!" => 3,
                ".." => {
                    ecart = ECART_LARGE;
                    continue;
                }
                item => {
                    suite.push((self.atome(item, macros)?, ecart));
                    ecart = ECART;
                    continue;
                }
            };
            let finie = std::mem::take(&mut suite);
            if !finie.is_empty() {
                match ou {
                    0 => regle.ensemble.push(finie),
                    1 => regle.ailleurs.push(finie),
                    2 => regle.sauf.push(finie),
                    _ => regle.nulle_part.push(finie),
                }
            }
            ou = signe;
        }
        (!regle.ensemble.is_empty()).then_some(regle)
    }

    fn atome(&mut self, item: &str, macros: &HashMap<String, Vec<String>>) -> Option<AtomeId> {
        if let Some(connu) = self.atomes.get(item) {
            return Some(*connu);
        }
        let atome = self.atomes.len();
        self.atomes.insert(item.to_owned(), atome);
        for choix in item.split('|') {
            if choix.starts_with(char::is_uppercase) {
                for mot in macros.get(choix)? {
                    self.inscrire(mot, atome)?;
                }
            } else {
                self.inscrire(choix, atome)?;
            }
        }
        Some(atome)
    }

    fn inscrire(&mut self, choix: &str, atome: AtomeId) -> Option<()> {
        let mut primitifs = Vec::new();
        for mot in choix.split('_') {
            primitifs.push(self.primitif(mot)?);
        }
        let premier = *primitifs.first()?;
        if primitifs.len() == 1 {
            self.seuls.get_mut(premier)?.push(atome);
        } else {
            let reste = primitifs.split_off(1);
            self.expressions.get_mut(premier)?.push((reste, atome));
        }
        Some(())
    }

    fn primitif(&mut self, mot: &str) -> Option<PrimitifId> {
        let (mot, ou) = match mot.strip_suffix('*') {
            Some(prefixe) => (forme(prefixe), &mut self.prefixes),
            None => (forme(mot), &mut self.mots),
        };
        if mot.is_empty() {
            return None;
        }
        if let Some(connu) = ou.get(&mot) {
            return Some(*connu);
        }
        let nouveau = self.primitifs;
        self.primitifs += 1;
        self.plus_long_prefixe = self.plus_long_prefixe.max(mot.len());
        ou.insert(mot, nouveau);
        self.seuls.push(Vec::new());
        self.expressions.push(Vec::new());
        Some(nouveau)
    }

    fn primitifs_de(&self, mot: &str) -> impl Iterator<Item = PrimitifId> + '_ {
        let exact = self.mots.get(mot).copied();
        let longueurs = 2..=mot.len().min(self.plus_long_prefixe);
        let mot = mot.to_owned();
        let prefixes = longueurs.filter_map(move |l| self.prefixes.get(mot.get(..l)?).copied());
        exact.into_iter().chain(prefixes)
    }

    fn lire<'a>(&self, phrase: &'a Phrase) -> Lue<'a> {
        let primitifs: Vec<Vec<PrimitifId>> = phrase
            .iter()
            .map(|mot| self.primitifs_de(mot).collect())
            .collect();
        let mut places: HashMap<AtomeId, Vec<(usize, usize)>> = HashMap::new();
        for (i, ici) in primitifs.iter().enumerate() {
            for primitif in ici {
                for atome in self.seuls.get(*primitif).into_iter().flatten() {
                    places.entry(*atome).or_default().push((i, i + 1));
                }
                for (reste, atome) in self.expressions.get(*primitif).into_iter().flatten() {
                    let suit = reste.iter().enumerate().all(|(j, attendu)| {
                        primitifs
                            .get(i + 1 + j)
                            .is_some_and(|la| la.contains(attendu))
                    });
                    if suit {
                        places
                            .entry(*atome)
                            .or_default()
                            .push((i, i + 1 + reste.len()));
                    }
                }
            }
        }
        Lue { phrase, places }
    }
}

/// Lines that say something.
fn lignes(texte: &str) -> impl Iterator<Item = &str> {
    texte
        .lines()
        .map(|ligne| ligne.split('#').next().unwrap_or_default().trim())
        .filter(|ligne| !ligne.is_empty())
}

/// `NOM = mot mot expression_de_mots AUTRE`; a set may hold an earlier one.
fn lire_ensembles(texte: &str, fautes: &mut Vec<String>) -> HashMap<String, Vec<String>> {
    let mut macros: HashMap<String, Vec<String>> = HashMap::new();
    for ligne in lignes(texte) {
        let Some((nom, mots)) = ligne.split_once('=') else {
            fautes.push(ligne.to_owned());
            continue;
        };
        let mut ensemble = Vec::new();
        for mot in mots.split_whitespace() {
            if mot.starts_with(char::is_uppercase) {
                match macros.get(mot) {
                    Some(autre) => ensemble.extend(autre.iter().cloned()),
                    None => fautes.push(format!("{nom}: {mot}")),
                }
            } else {
                ensemble.push(mot.to_owned());
            }
        }
        macros
            .entry(nom.trim().to_owned())
            .or_default()
            .extend(ensemble);
    }
    macros
}
