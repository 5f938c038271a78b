//! Who may ask what (`2-domain.md`, section 2, column « who »).

use super::{Commande, Role};

/// Whether this kind of actor may ask this at all. A centre's scope and the rights to enter or release
/// a decision are those of the person, and are looked at where the person is known.
pub const fn autorise(commande: &Commande, role: Role) -> bool {
    match commande {
        Commande::Creer { .. } | Commande::Confirmer | Commande::SeDesister => {
            matches!(role, Role::Candidat | Role::Gestionnaire)
        }
        Commande::Deposer { .. }
        | Commande::Puiser { .. }
        | Commande::Retirer { .. }
        | Commande::DeclarerNonConcerne { .. }
        | Commande::RevenirConcerne { .. }
        | Commande::Transmettre
        | Commande::Annuler => matches!(role, Role::Candidat),
        Commande::Proposer { .. }
        | Commande::AnnulerParGestion { .. }
        | Commande::DeciderPiece { .. }
        | Commande::ExigerPiece { .. }
        | Commande::Renvoyer { .. }
        | Commande::Reprendre
        | Commande::DeclarerComplet
        | Commande::Rouvrir
        | Commande::Retablir { .. }
        | Commande::FixerEcheances { .. }
        | Commande::Annoter { .. } => matches!(role, Role::Gestionnaire),
        Commande::SaisirAvis { .. } | Commande::RetirerAvis | Commande::PublierAvis => {
            matches!(role, Role::Gestionnaire | Role::Commission)
        }
        Commande::Promouvoir => matches!(role, Role::Gestionnaire | Role::Systeme),
        Commande::ConclureAnalyse { .. }
        | Commande::ExpirerConfirmation
        | Commande::Rappeler { .. }
        | Commande::RelancerConfirmation => matches!(role, Role::Systeme),
    }
}
