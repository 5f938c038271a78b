//! Who may do what, and where: one table, read by one function (Q15, Q17).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{CentreCode, CommissionCode};

/// A role, with where it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// Everything, everywhere.
    Administrateur,
    /// Examines and runs the dossiers of these centres.
    Gestionnaire {
        /// Which.
        centres: BTreeSet<CentreCode>,
    },
    /// Sits in these commissions: reads their dossiers, and gives avis with the switch.
    Commission {
        /// Which.
        commissions: BTreeSet<CommissionCode>,
    },
    /// Helps candidates of all centres.
    Support,
    /// Sees what the support sees, changes nothing.
    SupportLecture,
}

impl Role {
    /// The code, as in the contract.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Administrateur => "administrateur",
            Self::Gestionnaire { .. } => "gestionnaire",
            Self::Commission { .. } => "commission",
            Self::Support => "support",
            Self::SupportLecture => "support_lecture",
        }
    }
}

/// What a person may do: roles, and the two switches for decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Droits {
    /// At least one.
    pub roles: BTreeSet<Role>,
    /// May enter an avis (T15).
    #[serde(default)]
    pub peut_saisir_avis: bool,
    /// May release avis (T16).
    #[serde(default)]
    pub peut_valider_avis: bool,
}

/// A kind of act. Every act of staff needs exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pouvoir {
    /// See dossiers, their pieces and their candidates.
    Voir,
    /// Decide pieces, send back, declare complete, take back (T08, T09, T12–T14).
    Examiner,
    /// Create, drop, move dates, restore, answer for a candidate (T02, T03, T07, T18, T19, T22, T23, T25).
    Conduire,
    /// Notes, tags, assignment (T26).
    Annoter,
    /// Enter an avis (T15).
    SaisirAvis,
    /// Release avis (T16).
    ValiderAvis,
    /// Take lists out as files.
    Exporter,
    /// Figures.
    Statistiques,
    /// Read what candidates asked the support.
    VoirDemandes,
    /// Answer them.
    TraiterDemandes,
    /// Change formations, their dates and which pieces they ask for; read the rest of the campaign.
    GererFormations,
    /// Change the campaign, centres, commissions, mail texts; erase a person's data on request.
    GererCampagne,
    /// Invite staff, change rights.
    GererPersonnel,
    /// Read who looked at what.
    LireAudit,
}

impl Pouvoir {
    /// All of them, in the order of the table.
    pub const TOUS: [Self; 14] = [
        Self::Voir,
        Self::Examiner,
        Self::Conduire,
        Self::Annoter,
        Self::SaisirAvis,
        Self::ValiderAvis,
        Self::Exporter,
        Self::Statistiques,
        Self::VoirDemandes,
        Self::TraiterDemandes,
        Self::GererFormations,
        Self::GererCampagne,
        Self::GererPersonnel,
        Self::LireAudit,
    ];
}

/// What an act is about: a formation's centre and commission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portee<'a> {
    /// Of the formation.
    pub centre: &'a CentreCode,
    /// Of the formation, if it has one.
    pub commission: Option<&'a CommissionCode>,
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Permis,
    /// The person may do this, but not here: what is asked for is as if it were not there.
    Ailleurs,
    /// The person may not do this at all.
    Interdit,
}

/// How far a role carries a power.
enum Etendue<'a> {
    Nulle,
    Partout,
    Centres(&'a BTreeSet<CentreCode>),
    Commissions(&'a BTreeSet<CommissionCode>),
}

impl Droits {
    /// Whether one of the roles is administrator.
    pub fn administre(&self) -> bool {
        self.roles.contains(&Role::Administrateur)
    }

    /// The table. Without a `portee` the question is whether the power is held anywhere.
    pub fn verdict(&self, pouvoir: Pouvoir, portee: Option<Portee<'_>>) -> Verdict {
        let mut ailleurs = false;
        for role in &self.roles {
            let ici = match (self.etendue(role, pouvoir), portee) {
                (Etendue::Nulle, _) => continue,
                (Etendue::Partout, _) => true,
                (Etendue::Centres(c), None) => !c.is_empty(),
                (Etendue::Commissions(c), None) => !c.is_empty(),
                (Etendue::Centres(c), Some(portee)) => c.contains(portee.centre),
                (Etendue::Commissions(c), Some(portee)) => {
                    portee.commission.is_some_and(|code| c.contains(code))
                }
            };
            if ici {
                return Verdict::Permis;
            }
            ailleurs = true;
        }
        if ailleurs {
            Verdict::Ailleurs
        } else {
            Verdict::Interdit
        }
    }

    /// Whether the power is held everywhere, so that lists need no filter.
    pub fn partout(&self, pouvoir: Pouvoir) -> bool {
        let mut etendues = self.roles.iter().map(|role| self.etendue(role, pouvoir));
        etendues.any(|etendue| matches!(etendue, Etendue::Partout))
    }

    fn etendue<'a>(&self, role: &'a Role, pouvoir: Pouvoir) -> Etendue<'a> {
        let avec = |droit: bool, etendue| if droit { etendue } else { Etendue::Nulle };
        match role {
            Role::Administrateur => Etendue::Partout,
            Role::Gestionnaire { centres } => match pouvoir {
                Pouvoir::Voir
                | Pouvoir::Examiner
                | Pouvoir::Conduire
                | Pouvoir::Annoter
                | Pouvoir::Exporter
                | Pouvoir::Statistiques
                | Pouvoir::VoirDemandes
                | Pouvoir::TraiterDemandes
                | Pouvoir::GererFormations => Etendue::Centres(centres),
                Pouvoir::SaisirAvis => avec(self.peut_saisir_avis, Etendue::Centres(centres)),
                Pouvoir::ValiderAvis => avec(self.peut_valider_avis, Etendue::Centres(centres)),
                Pouvoir::GererCampagne | Pouvoir::GererPersonnel | Pouvoir::LireAudit => {
                    Etendue::Nulle
                }
            },
            Role::Commission { commissions } => {
                let ici = Etendue::Commissions(commissions);
                match pouvoir {
                    Pouvoir::Voir | Pouvoir::Exporter | Pouvoir::Statistiques => ici,
                    Pouvoir::SaisirAvis => avec(self.peut_saisir_avis, ici),
                    Pouvoir::ValiderAvis => avec(self.peut_valider_avis, ici),
                    Pouvoir::Examiner
                    | Pouvoir::Conduire
                    | Pouvoir::Annoter
                    | Pouvoir::VoirDemandes
                    | Pouvoir::TraiterDemandes
                    | Pouvoir::GererFormations
                    | Pouvoir::GererCampagne
                    | Pouvoir::GererPersonnel
                    | Pouvoir::LireAudit => Etendue::Nulle,
                }
            }
            Role::Support | Role::SupportLecture => match pouvoir {
                Pouvoir::Voir | Pouvoir::VoirDemandes => Etendue::Partout,
                Pouvoir::Annoter | Pouvoir::TraiterDemandes => {
                    avec(*role == Role::Support, Etendue::Partout)
                }
                Pouvoir::Examiner
                | Pouvoir::Conduire
                | Pouvoir::SaisirAvis
                | Pouvoir::ValiderAvis
                | Pouvoir::Exporter
                | Pouvoir::Statistiques
                | Pouvoir::GererFormations
                | Pouvoir::GererCampagne
                | Pouvoir::GererPersonnel
                | Pouvoir::LireAudit => Etendue::Nulle,
            },
        }
    }
}
