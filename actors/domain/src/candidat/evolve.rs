//! The state after an event. Total: an event that makes no sense in a state leaves it as it is,
//! and `journal verify` reports it.

use super::{Actif, Base, Candidat, Evenement, Ouverture};
use crate::dossier::ActeTiroir;
use crate::profil::{CursusInterne, Informations, Profil};

/// The candidate after the event.
pub fn evolve(candidat: Candidat, evenement: &Evenement) -> Candidat {
    match candidat {
        Candidat::Absent => match evenement {
            Evenement::CompteCree { compte, lien, .. } => Candidat::AValider {
                base: Box::new(Base {
                    compte: (**compte).clone(),
                    epoque: 0,
                    rebond: None,
                }),
                lien: lien.clone(),
            },
            Evenement::DoublonSignale { .. }
            | Evenement::LienRenvoye { .. }
            | Evenement::CompteValide { .. }
            | Evenement::CompteExpire { .. }
            | Evenement::ReinitialisationDemandee { .. }
            | Evenement::SsoRappele { .. }
            | Evenement::RattachementDemande { .. }
            | Evenement::IdentiteRattachee { .. }
            | Evenement::MotDePasseChange { .. }
            | Evenement::LangueChangee { .. }
            | Evenement::MotDePasseRehache { .. }
            | Evenement::ChangementMailDemande { .. }
            | Evenement::MailChange { .. }
            | Evenement::InformationsEnregistrees(_)
            | Evenement::AdresseEnregistree(_)
            | Evenement::BaccalaureatEnregistre { .. }
            | Evenement::EntreeEcrite { .. }
            | Evenement::EntreeRetiree { .. }
            | Evenement::CursusInterneRecu { .. }
            | Evenement::DossierOuvert { .. }
            | Evenement::DossierClos { .. }
            | Evenement::TiroirChange(_)
            | Evenement::RebondSignale { .. }
            | Evenement::RebondLeve { .. }
            | Evenement::MailCorrige { .. } => Candidat::Absent,
        },
        Candidat::AValider { base, lien } => a_valider(base, lien, evenement),
        Candidat::Actif(mut actif) => {
            appliquer(&mut actif, evenement);
            Candidat::Actif(actif)
        }
        Candidat::Expire(base) => Candidat::Expire(base),
    }
}

fn a_valider(mut base: Box<Base>, lien: crate::effet::Lien, evenement: &Evenement) -> Candidat {
    match evenement {
        Evenement::LienRenvoye { lien } => Candidat::AValider {
            base,
            lien: lien.clone(),
        },
        Evenement::CompteValide { .. } => Candidat::Actif(Box::new(Actif {
            base: *base,
            reinitialisation: None,
            changement: None,
            rattachement: None,
            profil: crate::profil::Profil::default(),
            tiroir: crate::dossier::Tiroir::new(),
            dossiers: std::collections::BTreeMap::new(),
        })),
        Evenement::CompteExpire { .. } => Candidat::Expire(base),
        Evenement::MotDePasseRehache { mot_de_passe } => {
            base.compte.mot_de_passe.clone_from(mot_de_passe);
            Candidat::AValider { base, lien }
        }
        Evenement::RebondSignale { rebond } => {
            base.rebond = Some(rebond.clone());
            Candidat::AValider { base, lien }
        }
        Evenement::RebondLeve { .. } => {
            base.rebond = None;
            Candidat::AValider { base, lien }
        }
        Evenement::MailCorrige { nouveau, lien, .. } => {
            base.compte.mail.clone_from(nouveau);
            base.rebond = None;
            Candidat::AValider {
                base,
                lien: lien.clone(),
            }
        }
        Evenement::CompteCree { .. }
        | Evenement::DoublonSignale { .. }
        | Evenement::ReinitialisationDemandee { .. }
        | Evenement::SsoRappele { .. }
        | Evenement::RattachementDemande { .. }
        | Evenement::IdentiteRattachee { .. }
        | Evenement::MotDePasseChange { .. }
        | Evenement::LangueChangee { .. }
        | Evenement::ChangementMailDemande { .. }
        | Evenement::MailChange { .. }
        | Evenement::InformationsEnregistrees(_)
        | Evenement::AdresseEnregistree(_)
        | Evenement::BaccalaureatEnregistre { .. }
        | Evenement::EntreeEcrite { .. }
        | Evenement::EntreeRetiree { .. }
        | Evenement::CursusInterneRecu { .. }
        | Evenement::DossierOuvert { .. }
        | Evenement::DossierClos { .. }
        | Evenement::TiroirChange(_) => Candidat::AValider { base, lien },
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one row per event")]
fn appliquer(actif: &mut Actif, evenement: &Evenement) {
    match evenement {
        Evenement::CompteCree { .. }
        | Evenement::DoublonSignale { .. }
        | Evenement::LienRenvoye { .. }
        | Evenement::CompteValide { .. }
        | Evenement::CompteExpire { .. }
        | Evenement::SsoRappele { .. }
        | Evenement::MailCorrige { .. } => {}
        Evenement::RattachementDemande { lien } => actif.rattachement = Some(lien.clone()),
        Evenement::IdentiteRattachee { identite } => {
            actif.base.compte.identite = Some((**identite).clone());
            actif.rattachement = None;
        }
        Evenement::RebondSignale { rebond } => actif.base.rebond = Some(rebond.clone()),
        Evenement::RebondLeve { .. } => actif.base.rebond = None,
        Evenement::ReinitialisationDemandee { lien } => {
            actif.reinitialisation = Some(lien.clone());
        }
        Evenement::MotDePasseChange { mot_de_passe } => {
            actif.base.compte.mot_de_passe.clone_from(mot_de_passe);
            actif.base.epoque += 1;
            actif.reinitialisation = None;
        }
        Evenement::MotDePasseRehache { mot_de_passe } => {
            actif.base.compte.mot_de_passe.clone_from(mot_de_passe);
        }
        Evenement::LangueChangee { langue } => actif.base.compte.langue = *langue,
        Evenement::ChangementMailDemande { mail, lien } => {
            actif.changement = Some((mail.clone(), lien.clone()));
        }
        Evenement::MailChange { nouveau, .. } => {
            actif.base.compte.mail.clone_from(nouveau);
            actif.base.rebond = None;
            actif.changement = None;
            // A reset link that went to the former address must not outlive it.
            actif.reinitialisation = None;
            actif.rattachement = None;
        }
        Evenement::InformationsEnregistrees(v) => informer(&mut actif.profil, v),
        Evenement::CursusInterneRecu { cursus } => {
            actif.profil.cursus_interne = Some((**cursus).clone());
        }
        Evenement::AdresseEnregistree(v) => actif.profil.adresse = Some((**v).clone()),
        Evenement::BaccalaureatEnregistre { baccalaureat } => {
            actif.profil.baccalaureat = Some((**baccalaureat).clone());
        }
        Evenement::EntreeEcrite {
            rubrique,
            id,
            entree,
        } => {
            let entrees = actif.profil.entrees.entry(*rubrique).or_default();
            entrees.insert(id.clone(), entree.clone());
        }
        Evenement::EntreeRetiree { rubrique, id } => {
            let entrees = actif.profil.entrees.entry(*rubrique).or_default();
            entrees.remove(id);
        }
        Evenement::DossierOuvert {
            dossier,
            formation,
            centre,
            ..
        } => {
            let ouverture = Ouverture {
                formation: formation.clone(),
                centre: centre.clone(),
                vivant: true,
            };
            actif.dossiers.insert(dossier.clone(), ouverture);
        }
        Evenement::DossierClos { dossier } => {
            if let Some(ouverture) = actif.dossiers.get_mut(dossier) {
                ouverture.vivant = false;
            }
        }
        Evenement::TiroirChange(acte) => ranger(actif, acte),
    }
}

fn ranger(actif: &mut Actif, acte: &ActeTiroir) {
    match acte {
        ActeTiroir::Ranger { piece, fichier } => {
            actif.tiroir.insert(piece.clone(), fichier.clone());
        }
        ActeTiroir::Oter { piece } => {
            actif.tiroir.remove(piece);
        }
    }
}

/// What the scolarité said under another INE was about somebody else.
fn informer(profil: &mut Profil, informations: &Informations) {
    let garde = |c: &CursusInterne| informations.ine.as_ref() == Some(&c.ine);
    profil.cursus_interne = profil.cursus_interne.take().filter(garde);
    profil.informations = Some(informations.clone());
}
