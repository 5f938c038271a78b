//! What is weighed of a mail beside the rules: the beginnings of its words, and of two that follow each other.

use super::motifs::{Lue, Regles};

/// Letters of a word that are weighed: endings say who and when, not what.
const RACINE: usize = 5;
/// Words weighed of one mail; who writes more repeats it.
const MAX_MOTS: usize = 300;
/// Something was attached.
const AVEC_PIECE: &str = "#pj";

/// Names each trait of a mail, one after the other, some several times: `racin`, `racin_suiva` of two words that follow
/// each other in one sentence, `s:racin` of a word of the subject, `LIEN` of the rules'
/// sets that it has words of, `#pj` with a document. The first `sujets` sentences are the subject's.
pub(super) fn nommer(
    regles: &Regles,
    lues: &[Lue<'_>],
    sujets: usize,
    piece: bool,
    mut dire: impl FnMut(&str),
) {
    let mut nom = String::new();
    let mut joindre = |un: &str, signe: &str, autre: &str, dire: &mut dyn FnMut(&str)| {
        nom.clear();
        nom.extend([un, signe, autre]);
        dire(&nom);
    };
    let mut mots = 0;
    for (rang, lue) in lues.iter().enumerate() {
        let mut avant: Option<&str> = None;
        for mot in lue.phrase {
            mots += 1;
            if mots > MAX_MOTS {
                break;
            }
            let ici = racine(mot);
            dire(ici);
            if rang < sujets {
                joindre("s", ":", ici, &mut dire);
            }
            if let Some(avant) = avant.replace(ici) {
                joindre(avant, "_", ici, &mut dire);
            }
        }
        if mots > MAX_MOTS {
            break;
        }
        regles.notions(lue).for_each(&mut dire);
    }
    if piece {
        dire(AVEC_PIECE);
    }
}

fn racine(mot: &str) -> &str {
    let fin = mot.char_indices().nth(RACINE).map_or(mot.len(), |(i, _)| i);
    mot.get(..fin).unwrap_or(mot)
}
