//! What a change does to each definition, before it is made (preview) and after.

use serde::{Deserialize, Serialize};

use super::{Catalogue, Cle, Evenement};

/// What becomes of one definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// It was not there.
    Ajoute,
    /// It was there, otherwise.
    Change,
    /// It was there, alike.
    Inchange,
    /// It goes.
    Retire,
    /// In the campaign, not in the file: it stays, dossiers may hang on it.
    Absent,
}

/// One definition and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which.
    #[serde(flatten)]
    pub cle: Cle,
    /// What becomes of it.
    pub effet: Sort,
}

impl Catalogue {
    /// What one change does.
    pub fn sort(&self, changement: &Evenement) -> Sort {
        let present = self.cles().contains(&changement.cle());
        match (changement, self.change(changement), present) {
            (Evenement::Retiree(_), true, _) => Sort::Retire,
            (_, false, _) => Sort::Inchange,
            (_, true, true) => Sort::Change,
            (_, true, false) => Sort::Ajoute,
        }
    }

    /// What the changes do, then what they leave alone.
    pub fn comparer(&self, changements: &[Evenement]) -> Vec<Difference> {
        let difference = |e: &Evenement| Difference {
            cle: e.cle(),
            effet: self.sort(e),
        };
        let mut lignes: Vec<_> = changements.iter().map(difference).collect();
        let nommees: Vec<Cle> = changements.iter().map(Evenement::cle).collect();
        let absentes = self.cles().into_iter().filter(|c| !nommees.contains(c));
        lignes.extend(absentes.map(|cle| Difference {
            cle,
            effet: Sort::Absent,
        }));
        lignes
    }
}
