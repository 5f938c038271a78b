//! How much each word speaks for each class, as learned from the labelled mails (`regles/poids.txt`, `apprendre.rs`): what
//! tells a class when no rule was written for the words a person chose. It never answers alone.

use std::collections::HashMap;

use super::code::Code;
use super::motifs::{Lue, Regles};
use super::traits;

/// How quickly a lead becomes a certainty.
const CHALEUR: f32 = 0.25;
/// What the numbers of the table are hundredths of.
const UNITE: f32 = 100.0;
/// Traits shown to the person.
const MAX_MONTRES: usize = 3;

/// The weights, ready to be added.
#[derive(Debug, Default)]
pub(super) struct Poids {
    /// Each trait: how rare it is, and what it weighs for whom.
    traits: HashMap<String, usize>,
    rarete: Vec<f32>,
    pesees: Vec<Vec<(usize, f32)>>,
    /// What a class weighs before anything is read.
    depart: [f32; Code::TOUS.len()],
    /// Classes that were learned.
    apprises: Vec<usize>,
}

/// What the words of one mail say.
#[derive(Debug)]
pub(super) struct Avis {
    parts: [f32; Code::TOUS.len()],
    /// The traits that speak most for the likeliest class.
    pub(super) mots: Vec<String>,
}

impl Avis {
    /// How likely a class is by the words alone, from 0 to 1; all of them make one.
    pub(super) fn part(&self, code: Code) -> f32 {
        self.parts.get(code as usize).copied().unwrap_or_default()
    }
}

impl Poids {
    /// Reads `rarete`, then per class what it weighs at the start and what each trait adds; beside them, what is not understood.
    pub(super) fn lire(texte: &str) -> (Self, Vec<String>) {
        let mut poids = Self::default();
        let mut fautes = Vec::new();
        let mut classe = None;
        for ligne in texte
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with("# "))
        {
            if let Some(nom) = ligne.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                classe = Code::lire(nom).map(|code| code as usize);
                poids.apprises.extend(classe);
                continue;
            }
            for item in ligne.split(' ') {
                let lu = item
                    .rsplit_once('=')
                    .and_then(|(nom, n)| Some((nom, n.parse::<i16>().ok()?)));
                let Some((nom, nombre)) = lu else {
                    fautes.push(item.to_owned());
                    continue;
                };
                let valeur = f32::from(nombre) / UNITE;
                match (classe, poids.traits.get(nom)) {
                    (None, None) => {
                        poids.traits.insert(nom.to_owned(), poids.rarete.len());
                        poids.rarete.push(valeur);
                        poids.pesees.push(Vec::new());
                    }
                    (Some(classe), Some(place)) => {
                        poids
                            .pesees
                            .get_mut(*place)
                            .into_iter()
                            .for_each(|p| p.push((classe, valeur)));
                    }
                    (Some(classe), None) if nom.is_empty() => {
                        poids
                            .depart
                            .get_mut(classe)
                            .into_iter()
                            .for_each(|d| *d = valeur);
                    }
                    (None, Some(_)) | (Some(_), None) => fautes.push(item.to_owned()),
                }
            }
        }
        (poids, fautes)
    }

    /// Weighs a mail.
    pub(super) fn peser(
        &self,
        regles: &Regles,
        lues: &[Lue<'_>],
        sujets: usize,
        piece: bool,
    ) -> Avis {
        let mut vus: Vec<usize> = Vec::new();
        traits::nommer(regles, lues, sujets, piece, |nom| {
            vus.extend(self.traits.get(nom));
        });
        vus.sort_unstable();
        vus.dedup();
        let rarete = |place: &usize| self.rarete.get(*place).copied().unwrap_or_default();
        let norme = vus
            .iter()
            .map(|p| rarete(p).powi(2))
            .sum::<f32>()
            .sqrt()
            .max(f32::EPSILON);
        let mut sommes = self.depart;
        for place in &vus {
            for (classe, poids) in self.pesees.get(*place).into_iter().flatten() {
                if let Some(somme) = sommes.get_mut(*classe) {
                    *somme += poids / norme;
                }
            }
        }
        let mut parts = [0.0; Code::TOUS.len()];
        let haut = self
            .apprises
            .iter()
            .filter_map(|c| sommes.get(*c))
            .copied()
            .fold(f32::MIN, f32::max);
        let mut total = 0.0;
        for classe in &self.apprises {
            if let (Some(part), Some(somme)) = (parts.get_mut(*classe), sommes.get(*classe)) {
                *part = ((somme - haut) / CHALEUR).exp();
                total += *part;
            }
        }
        parts
            .iter_mut()
            .for_each(|part| *part /= total.max(f32::EPSILON));
        let premiere = (0..parts.len()).max_by(|a, b| parts[*a].total_cmp(&parts[*b]));
        Avis {
            mots: self.plus_lourds(&vus, premiere.unwrap_or_default()),
            parts,
        }
    }

    fn plus_lourds(&self, vus: &[usize], classe: usize) -> Vec<String> {
        let mut pour: Vec<(f32, usize)> = vus
            .iter()
            .filter_map(|place| {
                let poids = self
                    .pesees
                    .get(*place)?
                    .iter()
                    .find(|(c, _)| *c == classe)?
                    .1;
                (poids > 0.0).then_some((poids, *place))
            })
            .collect();
        pour.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let places: Vec<usize> = pour
            .into_iter()
            .take(MAX_MONTRES)
            .map(|(_, place)| place)
            .collect();
        let noms = self
            .traits
            .iter()
            .filter(|(_, place)| places.contains(place));
        let mut noms: Vec<String> = noms.map(|(nom, _)| nom.replace('_', " ")).collect();
        noms.sort_unstable();
        noms
    }
}
