//! What is owed after an event of a request: the answer's mail.

use super::{Auteur, Demande, Evenement};
use crate::effet::{Effet, MailDemande};

/// What the event, which led to `apres`, owes.
pub fn effets(apres: &Demande, evenement: &Evenement) -> Vec<Effet> {
    let (Some(fond), Evenement::Repondue { message }) = (apres.fond(), evenement) else {
        return Vec::new();
    };
    // Somebody who wrote from their page reads the answer there; the mail goes to the address on file all the same.
    vec![Effet::MailDemande(MailDemande {
        demande: fond.id.clone(),
        message: message.id.clone(),
        a: message.a.clone(),
        nom: fond.nom.clone(),
        objet: message.objet.clone(),
        texte: message.texte.clone(),
        langue: fond.langue,
        automatique: matches!(message.par, Auteur::Automate { .. }),
        references: message.references.clone(),
    })]
}
