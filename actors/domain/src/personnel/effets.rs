//! What is owed after an event of a member of staff: mails only.

use super::{Evenement, Fiche, Personnel};
use crate::effet::{But, CodePersonnel, Effet, Lien, MailPersonnel};

/// What the event, which led to `apres`, owes.
pub fn effets(apres: &Personnel, evenement: &Evenement) -> Vec<Effet> {
    let Some(fiche) = apres.fiche() else {
        return Vec::new();
    };
    let mail = |code, lien| vec![mail(fiche, code, lien)];
    match evenement {
        Evenement::PersonnelInvite { lien, .. } => {
            mail(CodePersonnel::Invitation, Some((But::Invitation, lien)))
        }
        Evenement::ReinitialisationDemandee { lien } => mail(
            CodePersonnel::MotDePasseOublie,
            Some((But::ReinitialisationPersonnel, lien)),
        ),
        // What a thief would do to stay in is told to the owner.
        Evenement::MotDePasseChange { .. } => mail(CodePersonnel::MotDePasseChange, None),
        Evenement::SecondRetire { .. } => mail(CodePersonnel::SecondRetire, None),
        Evenement::RecoursUtilise { .. } => mail(CodePersonnel::RecoursUtilise, None),
        Evenement::PersonnelInstalle { .. }
        | Evenement::InvitationAcceptee { .. }
        | Evenement::PersonnelModifie { .. }
        | Evenement::PersonnelDesactive { .. }
        | Evenement::MotDePasseRehache { .. }
        | Evenement::IdentiteLiee { .. }
        | Evenement::SecondCommence { .. }
        | Evenement::SecondConfirme { .. }
        | Evenement::SecondProuve { .. }
        | Evenement::RecoursRenouveles { .. }
        | Evenement::IdentiteDeliee { .. }
        | Evenement::AffaireGardee { .. }
        | Evenement::AffaireOubliee { .. } => Vec::new(),
    }
}

fn mail(fiche: &Fiche, code: CodePersonnel, lien: Option<(But, &Lien)>) -> Effet {
    Effet::MailPersonnel(MailPersonnel {
        code,
        a: fiche.mail.clone(),
        langue: fiche.langue,
        personnel: fiche.id.clone(),
        prenom: fiche.prenom.clone(),
        lien: lien.map(|(but, lien)| (but, lien.clone())),
    })
}
