//! The forms about staff.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::compte::lire_mail;
use super::lecteur::{LONGUEUR_MAX, Lecteur};
use crate::campagne::Catalogue;
use crate::ids::{CentreCode, CommissionCode};
use crate::personnel::droits::{Droits, Role};
use crate::refus::Refus;

/// Who is invited, or how a person's rights change: one form for both.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonnelForm {
    /// Address; not asked for when rights change.
    pub mail: Option<String>,
    /// Family name.
    pub nom: Option<String>,
    /// First name.
    pub prenom: Option<String>,
    /// Codes of roles.
    pub roles: Vec<String>,
    /// Where a gestionnaire works.
    pub centres: Vec<String>,
    /// Where a member of commissions sits.
    pub commissions: Vec<String>,
    /// The switch of T15.
    pub peut_saisir_avis: bool,
    /// The switch of T16.
    pub peut_valider_avis: bool,
}

/// What the form says, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonnelLu {
    /// Normalised address.
    pub mail: String,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Rights.
    pub droits: Droits,
}

impl PersonnelForm {
    /// Reads the form of an invitation.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(&self, catalogue: &Catalogue) -> Result<PersonnelLu, Refus> {
        let mut lecteur = Lecteur::default();
        let mail = lire_mail(&mut lecteur, "mail", self.mail.as_deref());
        let lu = self.corps(&mut lecteur, mail, catalogue);
        lecteur.finir(lu)
    }

    /// Reads the form of a change, in which the address stays.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire_changement(&self, catalogue: &Catalogue) -> Result<PersonnelLu, Refus> {
        let mut lecteur = Lecteur::default();
        let lu = self.corps(&mut lecteur, String::new(), catalogue);
        lecteur.finir(lu)
    }

    fn corps(&self, lecteur: &mut Lecteur, mail: String, catalogue: &Catalogue) -> PersonnelLu {
        PersonnelLu {
            mail,
            nom: lecteur.requis("nom", self.nom.as_deref(), LONGUEUR_MAX),
            prenom: lecteur.requis("prenom", self.prenom.as_deref(), LONGUEUR_MAX),
            droits: Droits {
                roles: self.roles(lecteur, catalogue),
                peut_saisir_avis: self.peut_saisir_avis,
                peut_valider_avis: self.peut_valider_avis,
            },
        }
    }

    fn roles(&self, lecteur: &mut Lecteur, catalogue: &Catalogue) -> BTreeSet<Role> {
        if self.roles.is_empty() {
            lecteur.faute(
                "roles",
                "manquant",
                "Choisissez au moins un rôle.",
                "Choose at least one role.",
            );
        }
        let mut roles = BTreeSet::new();
        for code in &self.roles {
            let role = match code.as_str() {
                "administrateur" => Role::Administrateur,
                "support" => Role::Support,
                "support_lecture" => Role::SupportLecture,
                "gestionnaire" => Role::Gestionnaire {
                    centres: codes(lecteur, "centres", &self.centres, |code| {
                        let code = CentreCode::new(code);
                        catalogue.centres.contains_key(&code).then_some(code)
                    }),
                },
                "commission" => Role::Commission {
                    commissions: codes(lecteur, "commissions", &self.commissions, |code| {
                        let code = CommissionCode::new(code);
                        catalogue.commissions.contains_key(&code).then_some(code)
                    }),
                },
                _ => {
                    lecteur.faute(
                        "roles",
                        "inconnu",
                        &format!("« {code} » n'est pas un rôle : administrateur, gestionnaire, commission, support ou support_lecture."),
                        "This is no role: administrateur, gestionnaire, commission, support or support_lecture.",
                    );
                    continue;
                }
            };
            roles.insert(role);
        }
        roles
    }
}

/// Where a role holds: at least one place, and each must exist.
fn codes<C: Ord>(
    lecteur: &mut Lecteur,
    champ: &str,
    tapes: &[String],
    trouver: impl Fn(&str) -> Option<C>,
) -> BTreeSet<C> {
    if tapes.is_empty() {
        lecteur.faute(
            champ,
            "manquant",
            "Dites où ce rôle s'exerce.",
            "Say where this role holds.",
        );
    }
    let mut trouves = BTreeSet::new();
    for tape in tapes {
        match trouver(tape) {
            Some(code) => drop(trouves.insert(code)),
            None => lecteur.faute(
                champ,
                "inconnu",
                &format!("« {tape} » n'existe pas dans la campagne."),
                "This does not exist in the campaign.",
            ),
        }
    }
    trouves
}
