//! What a member of staff keeps at hand: searches of the list, comments that come again and again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::refus::{CodeRefus, FauteChamp, Refus};

/// Things of one kind a person keeps.
pub const MAX_AFFAIRES: usize = 40;
/// Characters of a name.
pub const MAX_NOM: usize = 60;
/// Characters of what is kept.
pub const MAX_CONTENU: usize = 2000;

/// Of what kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sorte {
    /// A search of the list: its filters, as in an address.
    Vue,
    /// A comment on a piece.
    Modele,
}

/// By name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affaires {
    /// Searches of the list.
    #[serde(default)]
    pub vues: BTreeMap<String, String>,
    /// Comments.
    #[serde(default)]
    pub modeles: BTreeMap<String, String>,
}

impl Affaires {
    pub(super) const fn de(&self, sorte: Sorte) -> &BTreeMap<String, String> {
        match sorte {
            Sorte::Vue => &self.vues,
            Sorte::Modele => &self.modeles,
        }
    }

    pub(super) const fn de_mut(&mut self, sorte: Sorte) -> &mut BTreeMap<String, String> {
        match sorte {
            Sorte::Vue => &mut self.vues,
            Sorte::Modele => &mut self.modeles,
        }
    }

    /// Whether one more may be kept under this name; a name that is there is written over.
    pub(super) fn admettre(&self, sorte: Sorte, nom: &str, contenu: &str) -> Result<(), Refus> {
        admettre(self.de(sorte), MAX_AFFAIRES, nom, contenu)
    }
}

/// Whether one more may stand among these under this name; a name that is there is written over.
pub(crate) fn admettre(
    gardees: &BTreeMap<String, String>,
    max: usize,
    nom: &str,
    contenu: &str,
) -> Result<(), Refus> {
    let mut fautes = Vec::new();
    for (champ, texte, au_plus) in [("nom", nom, MAX_NOM), ("contenu", contenu, MAX_CONTENU)] {
        let long = texte.chars().count();
        if champ == "nom" && texte.trim().is_empty() {
            fautes.push(FauteChamp::new(
                champ,
                "manquant",
                "Donnez un nom.",
                "Give a name.",
            ));
        } else if long > au_plus {
            fautes.push(FauteChamp::new(
                champ,
                "trop_long",
                &format!("Au plus {au_plus} caractères."),
                &format!("At most {au_plus} characters."),
            ));
        }
    }
    Refus::si_fautes(fautes)?;
    if gardees.len() >= max && !gardees.contains_key(nom) {
        return Err(CodeRefus::TropDEntrees.into());
    }
    Ok(())
}
