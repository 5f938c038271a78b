//! The state after an event. Total: an event that makes no sense in a state leaves it as it is,
//! and `journal verify` reports it.

use std::collections::BTreeMap;

use super::{Annule, Depot, Dossier, Evenement, Remis, Saisie};

/// The dossier after the event.
pub fn evolve(dossier: Dossier, evenement: &Evenement) -> Dossier {
    match dossier {
        Dossier::Absent => match evenement {
            Evenement::DossierCree(identite) => Dossier::EnAttente(Saisie {
                identite: identite.clone(),
                depots: BTreeMap::new(),
            }),
            Evenement::PieceDeposee { .. }
            | Evenement::PieceRetiree { .. }
            | Evenement::NonConcerneDeclare { .. }
            | Evenement::NonConcerneRetire { .. }
            | Evenement::DossierTransmis { .. }
            | Evenement::DossierAnnule { .. }
            | Evenement::RappelEnvoye { .. } => Dossier::Absent,
        },
        Dossier::EnAttente(saisie) => en_attente(saisie, evenement),
        fin @ (Dossier::Transmis(_) | Dossier::Annule(_)) => fin,
    }
}

fn en_attente(mut saisie: Saisie, evenement: &Evenement) -> Dossier {
    match evenement {
        Evenement::DossierCree(_) | Evenement::RappelEnvoye { .. } => {}
        Evenement::PieceDeposee { piece, fichier } => {
            let depot = Depot::Deposee {
                fichier: fichier.clone(),
            };
            saisie.depots.insert(piece.clone(), depot);
        }
        Evenement::PieceRetiree { piece } | Evenement::NonConcerneRetire { piece } => {
            saisie.depots.remove(piece);
        }
        Evenement::NonConcerneDeclare {
            piece,
            certifie_le,
            serment,
        } => {
            let depot = Depot::NonConcerne {
                certifie_le: *certifie_le,
                serment: serment.clone(),
            };
            saisie.depots.insert(piece.clone(), depot);
        }
        Evenement::DossierTransmis {
            transmis_le,
            pieces,
            profil,
        } => {
            return Dossier::Transmis(Remis {
                identite: saisie.identite,
                transmis_le: *transmis_le,
                pieces: pieces.clone(),
                profil: profil.clone(),
            });
        }
        Evenement::DossierAnnule { annule_le } => {
            return Dossier::Annule(Annule {
                identite: saisie.identite,
                annule_le: *annule_le,
            });
        }
    }
    Dossier::EnAttente(saisie)
}
