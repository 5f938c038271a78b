//! States as the edge sees them.

mod dossier;

pub(crate) use dossier::{Regard, dossier};

use domain::candidat::Actif;

use crate::protocol::Moi;

/// The account.
pub(crate) fn moi(actif: &Actif, version: u64) -> Moi {
    let compte = &actif.base.compte;
    let vivants = actif
        .dossiers
        .values()
        .filter(|d| d.vivant)
        .map(|d| d.formation.clone());
    Moi {
        id: compte.id.clone(),
        numero: compte.numero.clone(),
        nom: compte.nom.clone(),
        prenom: compte.prenom.clone(),
        mail: compte.mail.clone(),
        rebond: actif.base.rebond.clone(),
        mail_en_attente: actif.changement.as_ref().map(|(mail, _)| mail.clone()),
        langue: compte.langue,
        identite: compte.identite.clone(),
        profil: actif.profil.clone(),
        dossiers_vivants: vivants.collect(),
        version,
    }
}
