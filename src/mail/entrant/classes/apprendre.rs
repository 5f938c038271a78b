//! Learns how much each word speaks for each class, from labelled mails: one linear separation per class, the kind known as a
//! support vector machine, by dual coordinate descent (Hsieh et al., 2008). The same mails always give the same table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::code::Code;
use crate::mail::entrant::MailEntrant;

use super::{Lettre, REGLES, lire_lettre, traits};

/// A trait met in fewer mails is a person's own.
const MIN_MAILS: usize = 2;
/// What a mail on the wrong side costs, beside simplicity.
const COUT: f64 = 1.0;
/// Passes over the mails.
const PASSES: usize = 60;
/// Weights below this, in hundredths, are left out.
const MIN_POIDS: i64 = 60;
/// What the numbers of the table are hundredths of.
const UNITE: f64 = 100.0;
/// Letters in a line of the table.
const LARGEUR: usize = 140;

/// A mail and what it asks.
struct Exemple<'a> {
    lettre: Lettre<'a>,
    classes: Vec<Code>,
}

/// The table of weights that labelled mails teach: the folders of [`super::mesure`], and texts a line each, by class.
pub(in crate::mail::entrant) fn apprendre(
    mails: &[(MailEntrant, Vec<Code>)],
    exercices: &str,
) -> String {
    let courts = lire_exercices(exercices);
    let exemples = mails.iter().map(|(mail, classes)| Exemple {
        lettre: Lettre::de(mail),
        classes: classes.clone(),
    });
    let courts = courts.iter().map(|(code, sujet, texte)| Exemple {
        lettre: Lettre {
            sujet,
            texte,
            en_reponse: false,
            pieces: 0,
            cite: false,
        },
        classes: vec![*code],
    });
    let tous: Vec<_> = exemples.chain(courts).collect();
    table(&tous)
}

/// `[classe]`, then one text a line, its subject before a `|`.
fn lire_exercices(texte: &str) -> Vec<(Code, &str, &str)> {
    let mut sortie = Vec::new();
    let mut classe = Code::Autre;
    for ligne in texte
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        match ligne
            .strip_prefix('[')
            .and_then(|l| l.strip_suffix(']'))
            .and_then(Code::lire)
        {
            Some(code) => classe = code,
            None => {
                let (sujet, corps) = ligne.split_once('|').unwrap_or(("", ligne));
                sortie.push((classe, sujet, corps));
            }
        }
    }
    sortie
}

/// The traits of one mail, each with its part, and one that all have.
type Vecteur = Vec<(usize, f64)>;

/// The table of `regles/poids.txt`.
fn table(exemples: &[Exemple<'_>]) -> String {
    let vus: Vec<BTreeSet<String>> = exemples.iter().map(|e| noms(e.lettre)).collect();
    let mut comptes: BTreeMap<&str, usize> = BTreeMap::new();
    for nom in vus.iter().flatten() {
        *comptes.entry(nom).or_default() += 1;
    }
    comptes.retain(|_, mails| *mails >= MIN_MAILS);
    let places: BTreeMap<&str, usize> = comptes.keys().copied().zip(0..).collect();
    let rarete: Vec<f64> = comptes
        .values()
        .map(|mails| ((1.0 + exemples.len() as f64) / (1.0 + *mails as f64)).ln() + 1.0)
        .collect();
    let vecteurs: Vec<Vecteur> = vus
        .iter()
        .map(|noms| vecteur(noms, &places, &rarete))
        .collect();
    let mut table = String::from(
        "# Learned by `postule mail apprendre` from the labelled mails; not to be written by hand.\n\
         # First how rare each trait is, then per class what it weighs, in hundredths; see `traits.rs`, `poids.rs`.\n",
    );
    let rares = comptes
        .keys()
        .zip(&rarete)
        .map(|(nom, r)| format!("{nom}={}", centiemes(*r)));
    ecrire(&mut table, rares);
    for code in Code::TOUS {
        let signes: Vec<f64> = exemples
            .iter()
            .map(|e| if e.classes.contains(&code) { 1.0 } else { -1.0 })
            .collect();
        if signes.iter().all(|s| *s < 0.0) {
            continue;
        }
        let poids = separer(&vecteurs, &signes, comptes.len() + 1);
        let depart = poids.last().copied().unwrap_or_default();
        let lourds =
            comptes
                .keys()
                .zip(poids.iter().zip(&rarete))
                .filter_map(|(nom, (poids, rarete))| {
                    let poids = centiemes(poids * rarete);
                    (poids.abs() >= MIN_POIDS).then(|| format!("{nom}={poids}"))
                });
        let _ = writeln!(table, "\n[{}]", code.texte());
        ecrire(
            &mut table,
            std::iter::once(format!("={}", centiemes(depart))).chain(lourds),
        );
    }
    table
}

fn centiemes(nombre: f64) -> i64 {
    (nombre * UNITE).round() as i64
}

/// Items in lines of a readable length.
fn ecrire(table: &mut String, items: impl Iterator<Item = String>) {
    let mut longueur = 0;
    for item in items {
        if longueur > 0 && longueur + item.len() >= LARGEUR {
            table.push('\n');
            longueur = 0;
        }
        if longueur > 0 {
            table.push(' ');
        }
        table.push_str(&item);
        longueur += item.len() + 1;
    }
    table.push('\n');
}

fn noms(lettre: Lettre<'_>) -> BTreeSet<String> {
    let (phrases, sujets) = lire_lettre(lettre);
    let mut sortie = BTreeSet::new();
    let lues = REGLES.lire_phrases(&phrases);
    traits::nommer(&REGLES, &lues, sujets, lettre.pieces > 0, |nom| {
        if !nom.contains(['=', ' ', '[', '#']) || nom == "#pj" {
            sortie.insert(nom.to_owned());
        }
    });
    sortie
}

fn vecteur(noms: &BTreeSet<String>, places: &BTreeMap<&str, usize>, rarete: &[f64]) -> Vecteur {
    let mut sortie: Vecteur = noms
        .iter()
        .filter_map(|nom| places.get(nom.as_str()))
        .filter_map(|place| Some((*place, *rarete.get(*place)?)))
        .collect();
    let norme = sortie
        .iter()
        .map(|(_, r)| r * r)
        .sum::<f64>()
        .sqrt()
        .max(f64::EPSILON);
    sortie.iter_mut().for_each(|(_, r)| *r /= norme);
    sortie.push((rarete.len(), 1.0));
    sortie
}

/// The weights that separate the mails of a class (`signes` 1) from the others (-1).
fn separer(vecteurs: &[Vecteur], signes: &[f64], largeur: usize) -> Vec<f64> {
    let mut poids = vec![0.0; largeur];
    let mut forces = vec![0.0; vecteurs.len()];
    let doux = 1.0 / (2.0 * COUT);
    for _ in 0..PASSES {
        for ((vecteur, signe), force) in vecteurs.iter().zip(signes).zip(&mut forces) {
            let somme: f64 = vecteur
                .iter()
                .filter_map(|(i, x)| Some(poids.get(*i)? * x))
                .sum();
            let carre: f64 = vecteur.iter().map(|(_, x)| x * x).sum();
            let pente = signe * somme - 1.0 + doux * *force;
            let avant = *force;
            *force = (avant - pente / (carre + doux)).max(0.0);
            let pas = (*force - avant) * signe;
            for (i, x) in vecteur {
                poids.get_mut(*i).into_iter().for_each(|p| *p += pas * x);
            }
        }
    }
    poids
}
