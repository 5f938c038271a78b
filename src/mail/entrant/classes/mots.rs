//! Text as the rules read it: lower case, no accents, no doubled letters, abbreviations written out, cut in sentences.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words read of one mail; the rest says no more.
const MAX_MOTS: usize = 1_500;
/// A longer run of letters is no word.
const MAX_LETTRES: usize = 40;
/// A line shorter than this was ended by its writer, not wrapped by the client.
const LIGNE_PLIEE: usize = 58;

/// What people write for short, and what it stands for.
const ABREGES: [(&str, &str); 84] = [
    ("pk", "pourquoi"),
    ("pq", "pourquoi"),
    ("pkoi", "pourquoi"),
    ("prkoi", "pourquoi"),
    ("mdp", "mot de passe"),
    ("mdps", "mot de passe"),
    ("pwd", "password"),
    ("g", "j ai"),
    ("jé", "j ai"),
    ("c", "c est"),
    ("cé", "c est"),
    ("sa", "ca"),
    ("ke", "que"),
    ("ki", "qui"),
    ("koi", "quoi"),
    ("koi?", "quoi"),
    ("pr", "pour"),
    ("qd", "quand"),
    ("tjrs", "toujours"),
    ("tjr", "toujours"),
    ("tjs", "toujours"),
    ("tjours", "toujours"),
    ("pb", "probleme"),
    ("pbs", "probleme"),
    ("pbm", "probleme"),
    ("prblm", "probleme"),
    ("soucis", "souci"),
    ("msg", "message"),
    ("rep", "reponse"),
    ("num", "numero"),
    ("n°", "numero"),
    ("nº", "numero"),
    ("doc", "document"),
    ("docs", "documents"),
    ("ya", "il y a"),
    ("yen", "il y en"),
    ("cmt", "comment"),
    ("coment", "comment"),
    ("mtn", "maintenant"),
    ("ds", "dans"),
    ("chui", "je suis"),
    ("chuis", "je suis"),
    ("jsuis", "je suis"),
    ("jpeu", "je peux"),
    ("jpeux", "je peux"),
    ("jveu", "je veux"),
    ("jveux", "je veux"),
    ("jme", "je me"),
    ("jte", "je te"),
    ("jcomprend", "je comprends"),
    ("jcomprends", "je comprends"),
    ("jsai", "je sais"),
    ("jsais", "je sais"),
    ("jpense", "je pense"),
    ("jetai", "j etais"),
    ("pcq", "parce que"),
    ("psk", "parce que"),
    ("avc", "avec"),
    ("vs", "vous"),
    ("nvl", "nouvelle"),
    ("nv", "nouveau"),
    ("mm", "meme"),
    ("ldm", "lettre de motivation"),
    ("lc", "liste complementaire"),
    ("cni", "carte d identite"),
    ("rdn", "releve de notes"),
    ("pj", "piece jointe"),
    ("pjs", "pieces jointes"),
    ("cb", "combien"),
    ("fo", "faut"),
    ("sinscrire", "s inscrire"),
    ("candid", "candidature"),
    ("cand", "candidature"),
    ("tel", "telephone"),
    ("ordi", "ordinateur"),
    ("bcp", "beaucoup"),
    ("mci", "merci"),
    ("dsl", "desole"),
    ("auj", "aujourd hui"),
    ("pa", "pas"),
    ("resu", "recu"),
    ("ojd", "aujourd hui"),
    ("qq", "quelque"),
    ("tt", "tout"),
];

/// Words between two things that are asked, as the rules compare them: what follows is a sentence of its own.
const PUIS: [&[&str]; 10] = [
    &["par", "aileurs"],
    &["d", "autre", "part"],
    &["d", "une", "part"],
    &["en", "outre"],
    &["deuxiemement"],
    &["secundo"],
    &["autre", "question"],
    &["autre", "chose"],
    &["also"],
    &["secondly"],
];

/// Letters that run into the next word when the apostrophe is left out (« jai », « narrive », « lattestation »).
const ELISIONS: [char; 7] = ['j', 'n', 'l', 'd', 'm', 's', 'c'];

/// One sentence: its words as the rules compare them.
pub(super) type Phrase = Vec<String>;

/// Lower case, without accents, and each doubled letter once: how most misspellings become the word that was meant.
pub(super) fn forme(mot: &str) -> String {
    let mut sortie = String::with_capacity(mot.len());
    let mut dernier = None;
    for c in sans_accents(mot) {
        let double = dernier == Some(c) && c.is_alphabetic();
        if !double {
            sortie.push(c);
        }
        dernier = Some(c);
    }
    sortie
}

fn sans_accents(mot: &str) -> impl Iterator<Item = char> + '_ {
    mot.chars()
        .flat_map(char::to_lowercase)
        .flat_map(|c| match c {
            'œ' => ['o', 'e'].into_iter().chain(None),
            'æ' => ['a', 'e'].into_iter().chain(None),
            autre => [autre, '\0'].into_iter().chain(None),
        })
        .filter(|c| *c != '\0')
        .nfd()
        .filter(|c| !is_combining_mark(*c))
}

/// The sentences of a text. `connu` tells whether a word is one the rules name: only then is a missing apostrophe put back.
pub(super) fn phrases(texte: &str, connu: impl Fn(&str) -> bool) -> Vec<Phrase> {
    let mut sortie = Vec::new();
    let mut phrase = Phrase::new();
    let mut mots = 0;
    for bloc in decouper(texte) {
        for mot in bloc.split(|c: char| !(c.is_alphanumeric() || c == '°' || c == 'º')) {
            if mot.is_empty() {
                continue;
            }
            mots += 1;
            if mots > MAX_MOTS {
                break;
            }
            ajouter(mot, &mut phrase, &connu);
            if let Some(puis) = PUIS.iter().find(|puis| finit(&phrase, puis)) {
                phrase.truncate(phrase.len() - puis.len());
                if !phrase.is_empty() {
                    sortie.push(std::mem::take(&mut phrase));
                }
            }
        }
        if !phrase.is_empty() {
            sortie.push(std::mem::take(&mut phrase));
        }
    }
    sortie
}

fn finit(phrase: &Phrase, puis: &[&str]) -> bool {
    phrase.len() >= puis.len()
        && phrase
            .iter()
            .rev()
            .zip(puis.iter().rev())
            .all(|(mot, attendu)| mot == attendu)
}

/// Whether a text says by itself that it asks several things, or things of somebody near: what a machine leaves to a person (S51).
pub(super) fn plusieurs(phrases: &str) -> bool {
    let mots: Vec<String> = phrases
        .split(|c: char| !c.is_alphanumeric())
        .filter(|mot| !mot.is_empty())
        .take(MAX_MOTS)
        .map(forme)
        .collect();
    let contient = |suite: &[&str]| {
        mots.windows(suite.len())
            .any(|la| la.iter().zip(suite).all(|(mot, voulu)| mot == voulu))
    };
    let liste = |marque: char| {
        let un = format!("1{marque}");
        let deux = format!("2{marque}");
        phrases.contains(&un) && phrases.contains(&deux)
    };
    PUIS.iter().any(|puis| contient(puis)) || liste(')') || liste('.') || liste('/')
}

fn ajouter(mot: &str, phrase: &mut Phrase, connu: &impl Fn(&str) -> bool) {
    let bas: String = mot
        .chars()
        .take(MAX_LETTRES)
        .flat_map(char::to_lowercase)
        .collect();
    if let Some((_, plein)) = ABREGES.iter().find(|(court, _)| *court == bas) {
        phrase.extend(plein.split(' ').map(forme));
        return;
    }
    if est_un_ine(&bas) {
        phrase.push("#ine".to_owned());
        return;
    }
    let forme = forme(&bas);
    if !connu(&forme) {
        let mut lettres = forme.chars();
        let premiere = lettres.next();
        let reste = lettres.as_str();
        if premiere.is_some_and(|c| ELISIONS.contains(&c)) && reste.len() >= 2 && connu(reste) {
            phrase.extend(premiere.map(String::from));
            phrase.push(reste.to_owned());
            return;
        }
    }
    phrase.push(forme);
}

/// Eleven letters and digits, mostly digits: somebody giving the INE, not asking about it.
fn est_un_ine(mot: &str) -> bool {
    mot.len() == 11
        && mot.bytes().all(|c| c.is_ascii_alphanumeric())
        && mot.bytes().filter(u8::is_ascii_digit).count() >= 5
}

/// Cuts at full stops, question marks, and line ends that the writer meant.
fn decouper(texte: &str) -> Vec<&str> {
    let mut sortie = Vec::new();
    let mut debut = 0;
    let mut ligne = 0;
    let mut lettres = texte.char_indices().peekable();
    while let Some((i, c)) = lettres.next() {
        let suivant = lettres.peek().map(|(_, c)| *c);
        let coupe = match c {
            '!' | '?' | ';' | '؟' => true,
            '.' | '…' => suivant.is_none_or(char::is_whitespace) || suivant == Some('.'),
            '\n' => {
                let longueur = i - ligne;
                ligne = i + 1;
                let suite = suivant.is_some_and(|c| c.is_lowercase() || c.is_numeric());
                !(suite && longueur >= LIGNE_PLIEE)
            }
            _ => false,
        };
        if coupe {
            sortie.extend(texte.get(debut..i));
            debut = i + c.len_utf8();
        }
    }
    sortie.extend(texte.get(debut..));
    sortie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s52_le_style_sms_devient_des_mots() {
        let connu = |mot: &str| ["ai", "atestation", "arive"].contains(&mot);
        let lues = phrases("Jai plus mon mdp !! pk ? lattestation\nnarrive pas", connu);
        let attendues: [&[&str]; 5] = [
            &["j", "ai", "plus", "mon", "mot", "de", "pase"],
            &["pourquoi"],
            &["l", "atestation"],
            &["n", "arive", "pas"],
            &[],
        ];
        let attendues: Vec<_> = attendues.iter().filter(|p| !p.is_empty()).collect();
        assert_eq!(lues.len(), attendues.len());
        for (lue, attendue) in lues.iter().zip(attendues) {
            assert_eq!(lue, attendue);
        }
    }

    #[test]
    fn les_lignes_pliees_par_le_client_se_rejoignent() {
        let texte = "Je souhaite savoir si la date de la commission qui examine\nmon dossier est connue. Merci";
        assert_eq!(phrases(texte, |_| false).len(), 2);
    }
}
