//! What is owed after an event of a dossier.

use jiff::{SignedDuration, Timestamp};

use super::{Dossier, Evenement, Identite};
use crate::campagne::Catalogue;
use crate::effet::{CodeMail, Echeance, Effet, MailDu};
use crate::langue::Langue;

/// To whom the candidate's mails go, as it is at the event.
#[derive(Clone, Copy, Debug)]
pub struct Joindre<'a> {
    /// The address.
    pub mail: &'a str,
    /// The language.
    pub langue: Langue,
}

/// What the event, which led to `apres`, owes.
pub fn effets(
    apres: &Dossier,
    evenement: &Evenement,
    catalogue: &Catalogue,
    joindre: Joindre<'_>,
) -> Vec<Effet> {
    let Some(identite) = apres.identite() else {
        return Vec::new();
    };
    let candidat = |code| Effet::Mail(mail(code, identite, joindre.mail, joindre.langue));
    let formation = catalogue.formations.get(&identite.formation);
    let commission = |code| {
        let a = formation.and_then(|f| catalogue.mail_commission(f));
        a.map(|a| Effet::Mail(mail(code, identite, a, Langue::Fr)))
    };
    let desarmer =
        [Echeance::RelanceJ7, Echeance::RelanceJ1].map(|echeance| Effet::Desarmer { echeance });
    match evenement {
        Evenement::DossierCree(_) => {
            let mut effets = vec![candidat(CodeMail::Candidature)];
            if let Some(formation) = formation {
                effets.extend(relances(identite.cree_le, formation.retour));
            }
            effets
        }
        Evenement::DossierTransmis { .. } => {
            let mut effets = vec![candidat(CodeMail::StatutRe)];
            effets.extend(commission(CodeMail::CommissionAlertTransmission));
            effets.extend(desarmer);
            effets
        }
        Evenement::DossierAnnule { .. } => {
            let mut effets = vec![candidat(CodeMail::CandidatureAnnulation)];
            effets.extend(commission(CodeMail::CommissionAlertAnnulation));
            effets.push(Effet::CloreDossier {
                dossier: identite.id.clone(),
                candidat: identite.candidat.clone(),
            });
            effets.extend(desarmer);
            effets
        }
        Evenement::RappelEnvoye { jours, .. } => {
            let rappel = mail(
                CodeMail::RelanceTransmission,
                identite,
                joindre.mail,
                joindre.langue,
            );
            vec![Effet::Mail(MailDu {
                jours: Some(*jours),
                ..rappel
            })]
        }
        Evenement::PieceDeposee { .. }
        | Evenement::PieceRetiree { .. }
        | Evenement::NonConcerneDeclare { .. }
        | Evenement::NonConcerneRetire { .. } => Vec::new(),
    }
}

/// The reminders that are still ahead.
fn relances(maintenant: Timestamp, retour: Timestamp) -> impl Iterator<Item = Effet> {
    [(Echeance::RelanceJ7, 7), (Echeance::RelanceJ1, 1)]
        .into_iter()
        .filter_map(move |(echeance, jours)| {
            let le = retour
                .checked_sub(SignedDuration::from_hours(24 * jours))
                .ok()?;
            (maintenant < le).then_some(Effet::Armer { echeance, le })
        })
}

fn mail(code: CodeMail, identite: &Identite, a: &str, langue: Langue) -> MailDu {
    MailDu {
        code,
        a: a.to_owned(),
        langue,
        candidat: identite.candidat.clone(),
        dossier: Some(identite.id.clone()),
        formation: Some(identite.formation.clone()),
        lien: None,
        jours: None,
    }
}
