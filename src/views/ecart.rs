//! Two texts compared line by line.

/// The most lines of each side that are compared; longer ones are shown one after the other.
const MAX_LIGNES: usize = 600;

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ecart {
    /// In both.
    Meme(String),
    /// In the first only.
    Ote(String),
    /// In the second only.
    Ajoute(String),
}

impl Ecart {
    /// Whether the texts differ here.
    pub(crate) const fn differe(&self) -> bool {
        match self {
            Self::Meme(_) => false,
            Self::Ote(_) | Self::Ajoute(_) => true,
        }
    }
}

/// The lines of both, what is common once: by the longest common subsequence.
pub(crate) fn ecart(avant: &str, apres: &str) -> Vec<Ecart> {
    let (a, b): (Vec<&str>, Vec<&str>) = (avant.lines().collect(), apres.lines().collect());
    let ote = |l: &&str| Ecart::Ote((*l).to_owned());
    let ajoute = |l: &&str| Ecart::Ajoute((*l).to_owned());
    if a.len().max(b.len()) > MAX_LIGNES {
        return a.iter().map(ote).chain(b.iter().map(ajoute)).collect();
    }
    let largeur = b.len() + 1;
    // How many lines the two have in common from a line of each on.
    let mut communes = vec![0_usize; (a.len() + 1) * largeur];
    let lire = |communes: &[usize], i: usize, j: usize| {
        communes.get(i * largeur + j).copied().unwrap_or_default()
    };
    for (i, la) in a.iter().enumerate().rev() {
        for (j, lb) in b.iter().enumerate().rev() {
            let combien = if la == lb {
                lire(&communes, i + 1, j + 1) + 1
            } else {
                lire(&communes, i + 1, j).max(lire(&communes, i, j + 1))
            };
            if let Some(place) = communes.get_mut(i * largeur + j) {
                *place = combien;
            }
        }
    }
    let (mut lignes, mut i, mut j) = (Vec::new(), 0, 0);
    loop {
        match (a.get(i), b.get(j)) {
            (Some(la), Some(lb)) if la == lb => {
                lignes.push(Ecart::Meme((*la).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(la), Some(_)) if lire(&communes, i + 1, j) >= lire(&communes, i, j + 1) => {
                lignes.push(ote(la));
                i += 1;
            }
            (_, Some(lb)) => {
                lignes.push(ajoute(lb));
                j += 1;
            }
            (Some(la), None) => {
                lignes.push(ote(la));
                i += 1;
            }
            (None, None) => return lignes,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ce_qui_est_commun_est_dit_une_fois() {
        let lignes = ecart("un\ndeux\ntrois", "un\nDEUX\ntrois\nquatre");
        let attendu = [
            Ecart::Meme("un".to_owned()),
            Ecart::Ote("deux".to_owned()),
            Ecart::Ajoute("DEUX".to_owned()),
            Ecart::Meme("trois".to_owned()),
            Ecart::Ajoute("quatre".to_owned()),
        ];
        assert_eq!(lignes, attendu);
    }

    proptest! {
        #[test]
        fn les_deux_textes_se_relisent_de_leur_ecart(a in "[abc\n]{0,40}", b in "[abc\n]{0,40}") {
            let lignes = ecart(&a, &b);
            let garder = |de: fn(&Ecart) -> Option<&String>| -> Vec<String> {
                lignes.iter().filter_map(de).cloned().collect()
            };
            let avant = garder(|e| match e {
                Ecart::Meme(l) | Ecart::Ote(l) => Some(l),
                Ecart::Ajoute(_) => None,
            });
            let apres = garder(|e| match e {
                Ecart::Meme(l) | Ecart::Ajoute(l) => Some(l),
                Ecart::Ote(_) => None,
            });
            prop_assert_eq!(avant, a.lines().map(str::to_owned).collect::<Vec<_>>());
            prop_assert_eq!(apres, b.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
