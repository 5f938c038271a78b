//! Rules and weights together: which class comes first, which others are meant, and what a machine may answer.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::poids::Avis;
use super::{CERTITUDE_MAX, Classe, Code, SEUIL, seule};

/// How much the words' weights count beside the rules' confidence.
const AVIS: f32 = 3.0;
/// Of a text no rule knows, «something else» is what it would be worth.
const RUMEUR: f32 = 0.15;
/// A second class needs this share of the words' opinion,
const PART_MIN: f32 = 0.15;
/// and this part of what the first is worth.
const NOTE_MIN: f32 = 0.30;

/// Of what a rule is this sure in another sentence, only a share this small is denied.
const SURE_AILLEURS: f32 = 0.88;
const PART_AILLEURS: f32 = 0.02;
/// Without any rule, a class needs this share.
const PART_SEULE: f32 = 0.20;

/// An automatic answer needs at least this of the rules,
const CONFIANCE_AUTOMATIQUE: f32 = 0.90;
/// and this share of the words' opinion.
const PART_SURE: f32 = 0.50;

/// What the rules say and what the words weigh, together: the first class is the one both make likeliest, and of the others
/// stay those that a rule names and the words do not deny.
pub(super) fn trancher(mut classes: Vec<Classe>, avis: &Avis) -> Vec<Classe> {
    let regle = |classes: &[Classe], code: Code| {
        let dite = classes.iter().find(|c| c.code == code);
        dite.map_or(if code == Code::Autre { RUMEUR } else { 0.0 }, |c| {
            c.confiance
        })
    };
    let note = |classes: &[Classe], code: Code| {
        (AVIS * avis.part(code) + regle(classes, code)) / (AVIS + 1.0)
    };
    let notes: BTreeMap<Code, f32> = Code::TOUS
        .into_iter()
        .filter(|code| *code != Code::Vide)
        .map(|code| (code, note(&classes, code)))
        .collect();
    let Some((premiere, plus_haute)) = notes.iter().max_by(|a, b| a.1.total_cmp(b.1)) else {
        return classes;
    };
    // Words that hint at everything say nothing, and a text without a known word says no more.
    let muet = avis.mots.is_empty() || avis.part(*premiere) < PART_SEULE;
    let vague = classes.is_empty() && muet;
    let premiere = if vague { &Code::Autre } else { premiere };
    let nouvelle = classes.iter().all(|c| c.code != *premiere);
    let une_seule = classes.len() == 1;
    if nouvelle {
        classes.push(Classe {
            raisons: avis.mots.clone(),
            ..seule(*premiere, "")
        });
    }
    let seul = matches!(
        premiere,
        Code::Autre | Code::Remerciement | Code::Indesirable
    );
    let la = classes
        .iter()
        .find(|c| c.code == *premiere)
        .map(|c| c.place.0);
    classes.retain(|c| {
        let a_part = !nouvelle && la.is_some_and(|phrase| c.place.0 > phrase);
        let dite = a_part && c.confiance >= SURE_AILLEURS && avis.part(c.code) >= PART_AILLEURS;
        let note = notes.get(&c.code).copied().unwrap_or_default();
        let tenue = dite || avis.part(c.code) >= PART_MIN && note >= plus_haute * NOTE_MIN;
        // Whoever may be in danger is never explained away.
        c.code == Code::Detresse
            || c.code == *premiere
            || !seul && tenue && !matches!(c.code, Code::Autre | Code::Remerciement)
    });
    for classe in &mut classes {
        let regles = if classe.code == Code::Remerciement {
            SEUIL
        } else {
            CONFIANCE_AUTOMATIQUE
        };
        classe.sure =
            une_seule && classe.confiance >= regles && avis.part(classe.code) >= PART_SURE;
        classe.confiance = notes
            .get(&classe.code)
            .copied()
            .unwrap_or_default()
            .min(CERTITUDE_MAX);
    }
    classes.sort_by_key(|c| (Reverse(c.code.urgence()), nouvelle && c.code != *premiere));
    classes
}
