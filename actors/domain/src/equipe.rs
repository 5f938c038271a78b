//! What the managers of a centre keep for all of them: the comments on pieces that come again and again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::PersonnelId;
use crate::personnel::affaires::admettre;
use crate::refus::{FauteChamp, Refus};

/// Comments of one centre.
pub const MAX_PARTAGES: usize = 100;

/// What one centre keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Equipe {
    /// Comments, by name.
    pub modeles: BTreeMap<String, String>,
}

/// What one may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "commande", rename_all = "snake_case")]
pub enum Commande {
    /// Keeps a comment for everybody, in place of what had the name.
    Partager {
        /// Under what name.
        nom: String,
        /// What.
        contenu: String,
        /// Who asks.
        par: PersonnelId,
    },
    /// No longer keeps it.
    Oublier {
        /// Which.
        nom: String,
        /// Who asks.
        par: PersonnelId,
    },
}

/// What happened. Stored in the stream `equipe.<centre>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evenement {
    /// A comment is kept for everybody.
    ModelePartage {
        /// Under what name.
        nom: String,
        /// What.
        contenu: String,
        /// Who asked.
        par: PersonnelId,
    },
    /// No longer.
    ModeleOublie {
        /// Which.
        nom: String,
        /// Who asked.
        par: PersonnelId,
    },
}

/// What a command comes to.
///
/// # Errors
/// A [`Refus`] when the name or the comment cannot be, or there are too many; nothing changes then.
pub fn decide(equipe: &Equipe, commande: Commande) -> Result<Vec<Evenement>, Refus> {
    match commande {
        Commande::Partager { nom, contenu, par } => {
            if contenu.trim().is_empty() {
                Refus::si_fautes(vec![FauteChamp::new(
                    "contenu",
                    "manquant",
                    "Écrivez le commentaire.",
                    "Write the comment.",
                )])?;
            }
            admettre(&equipe.modeles, MAX_PARTAGES, &nom, &contenu)?;
            if equipe.modeles.get(&nom) == Some(&contenu) {
                return Ok(Vec::new());
            }
            Ok(vec![Evenement::ModelePartage { nom, contenu, par }])
        }
        Commande::Oublier { nom, par } => {
            if !equipe.modeles.contains_key(&nom) {
                return Ok(Vec::new());
            }
            Ok(vec![Evenement::ModeleOublie { nom, par }])
        }
    }
}

/// The state after an event; total.
pub fn evolve(mut equipe: Equipe, evenement: &Evenement) -> Equipe {
    match evenement {
        Evenement::ModelePartage { nom, contenu, .. } => {
            equipe.modeles.insert(nom.clone(), contenu.clone());
        }
        Evenement::ModeleOublie { nom, .. } => {
            equipe.modeles.remove(nom);
        }
    }
    equipe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refus::CodeRefus;

    fn partager(nom: &str, contenu: &str) -> Commande {
        Commande::Partager {
            nom: nom.to_owned(),
            contenu: contenu.to_owned(),
            par: "p1".into(),
        }
    }

    #[test]
    fn t08_un_commentaire_partage_se_remplace_se_retire_et_leur_nombre_est_borne() {
        let mut equipe = Equipe::default();
        let mut faire = |commande| {
            let evenements = decide(&equipe, commande)?;
            let combien = evenements.len();
            equipe = evenements.iter().fold(equipe.clone(), evolve);
            Ok::<_, Refus>(combien)
        };
        for n in 0..MAX_PARTAGES {
            assert_eq!(faire(partager(&format!("c{n}"), "Illisible.")), Ok(1));
        }
        let refus = |fait: Result<usize, Refus>| fait.unwrap_err().code;
        assert_eq!(
            refus(faire(partager("de trop", "x"))),
            CodeRefus::TropDEntrees
        );
        assert_eq!(faire(partager("c0", "Coupé.")), Ok(1), "in its place");
        assert_eq!(faire(partager("c0", "Coupé.")), Ok(0), "nothing new");
        assert_eq!(refus(faire(partager(" ", "x"))), CodeRefus::ChampsInvalides);
        let long = "x".repeat(2001);
        assert_eq!(
            refus(faire(partager("c1", &long))),
            CodeRefus::ChampsInvalides
        );
        let oublier = || Commande::Oublier {
            nom: "c1".to_owned(),
            par: "p2".into(),
        };
        assert_eq!(faire(oublier()), Ok(1));
        assert_eq!(faire(oublier()), Ok(0));
        assert_eq!(equipe.modeles.len(), MAX_PARTAGES - 1);
        assert_eq!(equipe.modeles["c0"], "Coupé.");
    }

    #[test]
    fn les_formes_stockees_d_un_commentaire_partage_restent() {
        let partage = Evenement::ModelePartage {
            nom: "Illisible".to_owned(),
            contenu: "Le scan est illisible.".to_owned(),
            par: "p1".into(),
        };
        let ecrit = r#"{"type":"modele_partage","nom":"Illisible","contenu":"Le scan est illisible.","par":"p1"}"#;
        assert_eq!(serde_json::to_string(&partage).unwrap(), ecrit);
        assert_eq!(serde_json::from_str::<Evenement>(ecrit).unwrap(), partage);
        let oublie = r#"{"type":"modele_oublie","nom":"Illisible","par":"p1"}"#;
        assert!(serde_json::from_str::<Evenement>(oublie).is_ok());
    }
}
