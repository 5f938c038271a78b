//! The state after an event. Total: an event that makes no sense in a state leaves it as it is.

use super::affaires::Affaires;
use super::{Actif, Evenement, Fiche, Personnel, SecondFacteur};
use crate::effet::Lien;

/// The person after the event.
pub fn evolve(personnel: Personnel, evenement: &Evenement) -> Personnel {
    match personnel {
        Personnel::Absent => arriver(evenement, 0).unwrap_or(Personnel::Absent),
        Personnel::Invite {
            fiche,
            lien,
            epoque,
        } => invite(fiche, lien, epoque, evenement),
        Personnel::Actif(actif) => self::actif(actif, evenement),
        Personnel::Desactive { fiche, epoque } => match arriver(evenement, epoque) {
            Some(revenu) => revenu,
            None => Personnel::Desactive {
                fiche: renommer(fiche, evenement),
                epoque,
            },
        },
    }
}

/// Invited or installed; none for all other events.
fn arriver(evenement: &Evenement, epoque: u32) -> Option<Personnel> {
    match evenement {
        Evenement::PersonnelInvite { fiche, lien, .. } => Some(Personnel::Invite {
            fiche: fiche.clone(),
            lien: lien.clone(),
            epoque,
        }),
        Evenement::PersonnelInstalle {
            fiche,
            mot_de_passe,
        } => Some(entrer((**fiche).clone(), mot_de_passe, epoque)),
        Evenement::InvitationAcceptee { .. }
        | Evenement::PersonnelModifie { .. }
        | Evenement::PersonnelDesactive { .. }
        | Evenement::ReinitialisationDemandee { .. }
        | Evenement::MotDePasseChange { .. }
        | Evenement::MotDePasseRehache { .. }
        | Evenement::IdentiteLiee { .. }
        | Evenement::SecondCommence { .. }
        | Evenement::SecondConfirme { .. }
        | Evenement::SecondProuve { .. }
        | Evenement::RecoursUtilise { .. }
        | Evenement::RecoursRenouveles { .. }
        | Evenement::SecondRetire { .. }
        | Evenement::IdentiteDeliee { .. }
        | Evenement::AffaireGardee { .. }
        | Evenement::AffaireOubliee { .. } => None,
    }
}

fn entrer(fiche: Fiche, mot_de_passe: &str, epoque: u32) -> Personnel {
    Personnel::Actif(Box::new(Actif {
        fiche,
        mot_de_passe: mot_de_passe.to_owned(),
        epoque: epoque + 1,
        reinitialisation: None,
        enrolement: None,
        second: None,
        affaires: Affaires::default(),
        identite: None,
    }))
}

fn renommer(mut fiche: Box<Fiche>, evenement: &Evenement) -> Box<Fiche> {
    if let Evenement::PersonnelModifie {
        nom,
        prenom,
        droits,
        ..
    } = evenement
    {
        fiche.nom.clone_from(nom);
        fiche.prenom.clone_from(prenom);
        fiche.droits.clone_from(droits);
    }
    fiche
}

fn invite(fiche: Box<Fiche>, lien: Lien, epoque: u32, evenement: &Evenement) -> Personnel {
    if let Evenement::InvitationAcceptee { mot_de_passe } = evenement {
        return entrer(*fiche, mot_de_passe, epoque);
    }
    if let Evenement::PersonnelDesactive { .. } = evenement {
        return Personnel::Desactive { fiche, epoque };
    }
    arriver(evenement, epoque).unwrap_or_else(|| Personnel::Invite {
        fiche: renommer(fiche, evenement),
        lien,
        epoque,
    })
}

#[expect(clippy::too_many_lines, reason = "a table: one row per event")]
fn actif(mut actif: Box<Actif>, evenement: &Evenement) -> Personnel {
    match evenement {
        Evenement::PersonnelInvite { .. }
        | Evenement::PersonnelInstalle { .. }
        | Evenement::InvitationAcceptee { .. } => {}
        Evenement::PersonnelModifie { .. } => {
            actif.fiche = *renommer(Box::new(actif.fiche), evenement);
        }
        Evenement::PersonnelDesactive { .. } => {
            return Personnel::Desactive {
                epoque: actif.epoque + 1,
                fiche: Box::new(actif.fiche),
            };
        }
        Evenement::ReinitialisationDemandee { lien } => {
            actif.reinitialisation = Some(lien.clone());
        }
        Evenement::MotDePasseChange { mot_de_passe } => {
            actif.mot_de_passe.clone_from(mot_de_passe);
            actif.epoque += 1;
            actif.reinitialisation = None;
        }
        Evenement::MotDePasseRehache { mot_de_passe } => {
            actif.mot_de_passe.clone_from(mot_de_passe);
        }
        Evenement::IdentiteLiee { cle } => actif.identite = Some(cle.clone()),
        Evenement::SecondCommence { nonce } => actif.enrolement = Some(nonce.clone()),
        Evenement::SecondConfirme {
            nonce,
            pas,
            recours,
        } => {
            actif.enrolement = None;
            actif.second = Some(SecondFacteur {
                nonce: nonce.clone(),
                dernier_pas: *pas,
                recours: recours.clone(),
            });
        }
        Evenement::SecondProuve { pas } => {
            if let Some(second) = &mut actif.second {
                second.dernier_pas = *pas;
            }
        }
        Evenement::RecoursUtilise { empreinte } => {
            if let Some(second) = &mut actif.second {
                second.recours.remove(empreinte);
            }
        }
        Evenement::RecoursRenouveles { recours } => {
            if let Some(second) = &mut actif.second {
                second.recours.clone_from(recours);
            }
        }
        Evenement::SecondRetire { .. } => {
            actif.enrolement = None;
            actif.second = None;
            actif.epoque += 1;
        }
        Evenement::IdentiteDeliee { .. } => {
            actif.identite = None;
            actif.epoque += 1;
        }
        Evenement::AffaireGardee {
            sorte,
            nom,
            contenu,
        } => {
            let gardees = actif.affaires.de_mut(*sorte);
            gardees.insert(nom.clone(), contenu.clone());
        }
        Evenement::AffaireOubliee { sorte, nom } => {
            actif.affaires.de_mut(*sorte).remove(nom);
        }
    }
    Personnel::Actif(actif)
}
