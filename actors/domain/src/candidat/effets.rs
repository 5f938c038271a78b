//! What is owed after an event of a candidate.

use super::{Candidat, Compte, Evenement};
use crate::effet::{But, CodeMail, Echeance, Effet, Lien, MailDu, Publication};

/// What the event, which led to `apres`, owes.
pub fn effets(apres: &Candidat, evenement: &Evenement) -> Vec<Effet> {
    let Some(base) = apres.base() else {
        return Vec::new();
    };
    let mut dus = dus(&base.compte, evenement);
    dus.extend(publication(&base.compte, evenement));
    dus
}

/// What other systems are told: that something happened to an account, never who it is of.
fn publication(compte: &Compte, evenement: &Evenement) -> Option<Effet> {
    let nom = match evenement {
        Evenement::CompteCree { .. } => "compte_cree",
        Evenement::CompteValide { .. } => "compte_valide",
        Evenement::CompteExpire { .. } => "compte_expire",
        Evenement::CursusInterneRecu { .. } => "cursus_interne_recu",
        Evenement::DoublonSignale { .. }
        | Evenement::LienRenvoye { .. }
        | Evenement::ReinitialisationDemandee { .. }
        | Evenement::SsoRappele { .. }
        | Evenement::RattachementDemande { .. }
        | Evenement::IdentiteRattachee { .. }
        | Evenement::MotDePasseChange { .. }
        | Evenement::MotDePasseRehache { .. }
        | Evenement::ChangementMailDemande { .. }
        | Evenement::MailChange { .. }
        | Evenement::InformationsEnregistrees(_)
        | Evenement::AdresseEnregistree(_)
        | Evenement::BaccalaureatEnregistre { .. }
        | Evenement::EntreeEcrite { .. }
        | Evenement::EntreeRetiree { .. }
        | Evenement::DossierOuvert { .. }
        | Evenement::DossierClos { .. }
        | Evenement::LangueChangee { .. }
        | Evenement::RebondSignale { .. }
        | Evenement::RebondLeve { .. }
        | Evenement::MailCorrige { .. }
        | Evenement::TiroirChange(_) => return None,
    };
    Some(Effet::Publier(Publication::Candidat {
        evenement: nom.to_owned(),
        candidat: compte.id.clone(),
    }))
}

/// Mails, timers, steps of other streams.
#[expect(clippy::too_many_lines, reason = "a table: one row per event")]
fn dus(compte: &Compte, evenement: &Evenement) -> Vec<Effet> {
    let mail = |code, a: &str, lien| mail(compte, code, a, lien);
    match evenement {
        // G01: nothing is left to prove; the number is told all the same (G03).
        Evenement::CompteCree { prouve: true, .. } => {
            vec![mail(CodeMail::CptMinCreate, &compte.mail, None)]
        }
        Evenement::CompteCree { lien, .. } => vec![
            mail(
                CodeMail::CptMinCreate,
                &compte.mail,
                Some((But::Validation, lien)),
            ),
            Effet::Armer {
                echeance: Echeance::ExpirationCompte,
                le: compte.expire_le,
            },
        ],
        Evenement::DoublonSignale { .. } => vec![mail(CodeMail::CompteExiste, &compte.mail, None)],
        Evenement::RattachementDemande { lien } => {
            let lien = Some((But::Rattachement, lien));
            vec![mail(CodeMail::CompteExiste, &compte.mail, lien)]
        }
        Evenement::SsoRappele { .. } => vec![mail(CodeMail::CptMinMdpOublie, &compte.mail, None)],
        Evenement::LienRenvoye { lien } | Evenement::MailCorrige { lien, .. } => {
            let lien = Some((But::Validation, lien));
            vec![mail(CodeMail::CptMinLienValidOublie, &compte.mail, lien)]
        }
        Evenement::CompteValide { .. } => {
            vec![Effet::Desarmer {
                echeance: Echeance::ExpirationCompte,
            }]
        }
        Evenement::CompteExpire { .. } => vec![mail(CodeMail::CptMinDelete, &compte.mail, None)],
        Evenement::ReinitialisationDemandee { lien } => {
            let lien = Some((But::Reinitialisation, lien));
            vec![mail(CodeMail::CptMinMdpOublie, &compte.mail, lien)]
        }
        Evenement::ChangementMailDemande {
            mail: nouveau,
            lien,
        } => {
            vec![mail(
                CodeMail::CptMinModMail,
                nouveau,
                Some((But::ChangementMail, lien)),
            )]
        }
        Evenement::MailChange { ancien, .. } => vec![mail(CodeMail::CptMinModMail, ancien, None)],
        Evenement::DossierOuvert {
            dossier,
            formation,
            par,
            proposition,
            ..
        } => vec![Effet::CreerDossier {
            dossier: dossier.clone(),
            candidat: compte.id.clone(),
            formation: formation.clone(),
            par: par.clone(),
            proposition: *proposition,
        }],
        // Told by the page at once; a mail of its own is not among those of the trade (`2-domain.md`, section 6).
        Evenement::MotDePasseChange { .. }
        | Evenement::IdentiteRattachee { .. }
        | Evenement::LangueChangee { .. }
        | Evenement::MotDePasseRehache { .. }
        | Evenement::InformationsEnregistrees(_)
        | Evenement::AdresseEnregistree(_)
        | Evenement::BaccalaureatEnregistre { .. }
        | Evenement::EntreeEcrite { .. }
        | Evenement::EntreeRetiree { .. }
        | Evenement::CursusInterneRecu { .. }
        | Evenement::DossierClos { .. }
        | Evenement::TiroirChange(_)
        | Evenement::RebondSignale { .. }
        | Evenement::RebondLeve { .. } => Vec::new(),
    }
}

fn mail(compte: &Compte, code: CodeMail, a: &str, lien: Option<(But, &Lien)>) -> Effet {
    Effet::Mail(MailDu {
        code,
        a: a.to_owned(),
        langue: compte.langue,
        candidat: compte.id.clone(),
        dossier: None,
        formation: None,
        lien: lien.map(|(but, lien)| (but, lien.clone())),
        jours: None,
        details: None,
    })
}
