//! What a change of the campaign brings with it: people to tell, places to fill.

use serde::{Deserialize, Serialize};

use super::{Catalogue, Evenement, Promotion};
use crate::ids::{FormationCode, PieceCode};

/// What follows from one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "suites", rename_all = "snake_case")]
pub enum Suites {
    /// A formation's capacity was raised: its waiting list moves up (T22).
    Places {
        /// Which.
        formation: FormationCode,
        /// By how many.
        ajoutees: u32,
    },
    /// A formation asks for other pieces: who has not transmitted yet is told.
    Pieces {
        /// Which.
        formation: FormationCode,
        /// Asked for from now on.
        ajoutees: Vec<PieceCode>,
        /// No longer asked for.
        retirees: Vec<PieceCode>,
    },
    /// A formation's dates moved: reminders of its dossiers move with them.
    Dates {
        /// Which.
        formation: FormationCode,
    },
    /// The places of a formation begin anew with a new campaign.
    Recommencer {
        /// Which.
        formation: FormationCode,
    },
}

/// What follows from the change, `avant` being the campaign before it.
pub fn suites(avant: &Catalogue, evenement: &Evenement) -> Vec<Suites> {
    match evenement {
        Evenement::FormationDefinie(apres) => {
            let Some(ancienne) = avant.formations.get(&apres.code) else {
                return Vec::new();
            };
            let formation = || apres.code.clone();
            let mut dues = Vec::new();
            // A capacity that is lifted altogether promotes nobody by itself: that is for the jury to say.
            let ajoutees = match (ancienne.capacite, apres.capacite) {
                (Some(avant), Some(apres)) => apres.saturating_sub(avant),
                (None, _) | (_, None) => 0,
            };
            if ajoutees > 0 && apres.promotion == Promotion::Automatique {
                dues.push(Suites::Places {
                    formation: formation(),
                    ajoutees,
                });
            }
            let nouvelles = |ici: &[PieceCode], la: &[PieceCode]| -> Vec<PieceCode> {
                ici.iter().filter(|p| !la.contains(p)).cloned().collect()
            };
            let ajoutees = nouvelles(&apres.pieces, &ancienne.pieces);
            let retirees = nouvelles(&ancienne.pieces, &apres.pieces);
            if !ajoutees.is_empty() || !retirees.is_empty() {
                dues.push(Suites::Pieces {
                    formation: formation(),
                    ajoutees,
                    retirees,
                });
            }
            if ancienne.retour != apres.retour {
                dues.push(Suites::Dates {
                    formation: formation(),
                });
            }
            dues
        }
        Evenement::CampagneArchivee { .. } => {
            let formations = avant.formations.keys().cloned();
            let recommencer = |formation| Suites::Recommencer { formation };
            formations.map(recommencer).collect()
        }
        Evenement::CampagneParametree(_)
        | Evenement::CentreDefini(_)
        | Evenement::ComposanteDefinie(_)
        | Evenement::PieceDefinie(_)
        | Evenement::CommissionDefinie(_)
        | Evenement::MotifDefini(_)
        | Evenement::MailRedige(_)
        | Evenement::Retiree(_) => Vec::new(),
    }
}
