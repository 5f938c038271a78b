//! What is owed after an event of a dossier.

use jiff::{SignedDuration, Timestamp};

use super::{Avis, Dossier, Evenement, Identite, Nature, Reproche};
use crate::campagne::{Catalogue, Formation};
use crate::effet::{CodeMail, DetailsMail, Echeance, Effet, MailDu, Publication};
use crate::langue::Langue;

/// How long before the confirmation date the reminder leaves, in days.
const RELANCE_CONFIRMATION: u8 = 2;

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
    let secretaire = Secretaire {
        apres,
        identite,
        formation: catalogue.formations.get(&identite.formation),
        catalogue,
        joindre,
    };
    let mut dus = secretaire.mails(evenement);
    dus.extend(secretaire.minuteurs(evenement));
    dus.extend(secretaire.etapes(evenement));
    dus.extend(secretaire.publications(evenement));
    dus
}

/// The reminders of a dossier once its formation's dates moved; none for one that is handed in.
pub fn relances(dossier: &Dossier, catalogue: &Catalogue, maintenant: Timestamp) -> Vec<Effet> {
    let a_transmettre = matches!(dossier, Dossier::EnAttente(_) | Dossier::Incomplet(_));
    let Some(identite) = dossier.identite().filter(|_| a_transmettre) else {
        return Vec::new();
    };
    let secretaire = Secretaire {
        apres: dossier,
        identite,
        formation: catalogue.formations.get(&identite.formation),
        catalogue,
        joindre: Joindre {
            mail: "",
            langue: Langue::Fr,
        },
    };
    secretaire.relances(maintenant)
}

struct Secretaire<'a> {
    apres: &'a Dossier,
    identite: &'a Identite,
    formation: Option<&'a Formation>,
    catalogue: &'a Catalogue,
    joindre: Joindre<'a>,
}

impl Secretaire<'_> {
    /// The mails of `2-domain.md`, section 6.
    fn mails(&self, evenement: &Evenement) -> Vec<Effet> {
        match evenement {
            // A proposition is hidden until its release (T03).
            Evenement::DossierCree(identite) if identite.proposition => Vec::new(),
            Evenement::DossierCree(_) => self.simple(CodeMail::Candidature),
            Evenement::DossierPropose { .. } => {
                self.commission(CodeMail::CommissionAlertProposition)
            }
            Evenement::DossierTransmis { .. } => self.deux(
                CodeMail::StatutRe,
                DetailsMail::default(),
                CodeMail::CommissionAlertTransmission,
            ),
            Evenement::DossierAnnule { motif, .. } => self.annulation(motif.as_deref()),
            Evenement::DossierRenvoye { pieces, .. } => {
                let dits = pieces.iter().map(|(code, reproche): (_, &Reproche)| {
                    (code.clone(), reproche.commentaire().map(str::to_owned))
                });
                let details = DetailsMail {
                    pieces: dits.collect(),
                    ..DetailsMail::default()
                };
                self.a(CodeMail::StatutIn, details)
            }
            Evenement::RenvoiRepris { .. } => self.simple(CodeMail::StatutReRepris),
            Evenement::DossierComplet { .. } => self.simple(CodeMail::StatutCo),
            Evenement::AvisPublie { avis, .. } => self.a(code_avis(avis), details_avis(avis)),
            Evenement::OffreConfirmee { .. } => self.simple(CodeMail::CandidatureConfirm),
            Evenement::Desistement { .. } => self.deux(
                CodeMail::CandidatureDesist,
                DetailsMail::default(),
                CodeMail::CommissionAlertDesistement,
            ),
            Evenement::DesistementAuto { .. } => self.simple(CodeMail::CandidatureDesistAuto),
            Evenement::Promotion { .. } => self.deux(
                CodeMail::AvisListePrinc,
                DetailsMail::default(),
                CodeMail::CommissionAlertListePrinc,
            ),
            Evenement::OffreRetablie { motif, .. } => {
                let raison = Some(motif.clone());
                let details = DetailsMail {
                    raison,
                    ..DetailsMail::default()
                };
                self.a(CodeMail::OffreRetablie, details)
            }
            Evenement::RappelEnvoye { jours, .. } => {
                self.rappel(CodeMail::RelanceTransmission, *jours)
            }
            Evenement::RelanceConfirmation { .. } => {
                self.rappel(CodeMail::CandidatureRelanceFavo, RELANCE_CONFIRMATION)
            }
            Evenement::EcheancesFixees { .. } => self.simple(CodeMail::Prolongation),
            Evenement::PieceDeposee { .. }
            | Evenement::PieceRetiree { .. }
            | Evenement::NonConcerneDeclare { .. }
            | Evenement::NonConcerneRetire { .. }
            | Evenement::PieceInfectee { .. }
            | Evenement::PieceDecidee { .. }
            | Evenement::PieceExigee { .. }
            | Evenement::ExamenRouvert { .. }
            | Evenement::AvisSaisi { .. }
            | Evenement::AvisRetire { .. }
            | Evenement::Annote { .. } => Vec::new(),
        }
    }

    /// T06 to candidate and commission; T07 with the reason.
    fn annulation(&self, motif: Option<&str>) -> Vec<Effet> {
        let code = match motif {
            None => CodeMail::CandidatureAnnulation,
            Some(_) => CodeMail::AnnulationGestion,
        };
        let details = DetailsMail {
            raison: motif.map(str::to_owned),
            ..DetailsMail::default()
        };
        self.deux(code, details, CodeMail::CommissionAlertAnnulation)
    }

    /// What becomes of the timers.
    fn minuteurs(&self, evenement: &Evenement) -> Vec<Effet> {
        match evenement {
            Evenement::DossierCree(identite) if !identite.proposition => {
                self.relances(identite.cree_le)
            }
            Evenement::DossierRenvoye { renvoye_le, .. } => self.relances(*renvoye_le),
            Evenement::DossierTransmis { .. } | Evenement::RenvoiRepris { .. } => {
                desarmer(&[Echeance::RelanceJ7, Echeance::RelanceJ1])
            }
            Evenement::DossierAnnule { .. } => desarmer(&[
                Echeance::RelanceJ7,
                Echeance::RelanceJ1,
                Echeance::RelanceConfirmation,
                Echeance::FinConfirmation,
            ]),
            Evenement::AvisPublie { le, .. }
            | Evenement::Promotion { le, .. }
            | Evenement::OffreRetablie { le, .. } => self.confirmation(*le),
            Evenement::EcheancesFixees { le, .. } => {
                let mut dus = self.confirmation(*le);
                if matches!(self.apres, Dossier::EnAttente(_) | Dossier::Incomplet(_)) {
                    dus.extend(self.relances(*le));
                }
                dus
            }
            Evenement::OffreConfirmee { .. }
            | Evenement::Desistement { .. }
            | Evenement::DesistementAuto { .. } => {
                desarmer(&[Echeance::RelanceConfirmation, Echeance::FinConfirmation])
            }
            Evenement::DossierCree(_)
            | Evenement::DossierPropose { .. }
            | Evenement::PieceDeposee { .. }
            | Evenement::PieceRetiree { .. }
            | Evenement::NonConcerneDeclare { .. }
            | Evenement::NonConcerneRetire { .. }
            | Evenement::PieceInfectee { .. }
            | Evenement::PieceDecidee { .. }
            | Evenement::PieceExigee { .. }
            | Evenement::DossierComplet { .. }
            | Evenement::ExamenRouvert { .. }
            | Evenement::AvisSaisi { .. }
            | Evenement::AvisRetire { .. }
            | Evenement::RappelEnvoye { .. }
            | Evenement::RelanceConfirmation { .. }
            | Evenement::Annote { .. } => Vec::new(),
        }
    }

    /// Steps in other streams.
    fn etapes(&self, evenement: &Evenement) -> Option<Effet> {
        let Evenement::DossierAnnule { .. } = evenement else {
            return None;
        };
        Some(Effet::CloreDossier {
            dossier: self.identite.id.clone(),
            candidat: self.identite.candidat.clone(),
        })
    }

    /// What others are told, without personal data; drafts, notes and single pieces are nobody's business.
    fn publications(&self, evenement: &Evenement) -> Vec<Effet> {
        let (candidat, dossier) = (self.identite.candidat.clone(), self.identite.id.clone());
        let formation = self.identite.formation.clone();
        let mut dues = Vec::new();
        if let Evenement::OffreConfirmee { le, .. } = evenement {
            dues.push(Publication::Admission {
                candidat,
                dossier: dossier.clone(),
                formation: formation.clone(),
                le: *le,
            });
        } else if let Evenement::Desistement {
            le,
            apres_confirmation: true,
            ..
        } = evenement
        {
            dues.push(Publication::AdmissionAnnulation {
                candidat,
                dossier: dossier.clone(),
                formation: formation.clone(),
                le: *le,
            });
        }
        // A hidden proposition is not told either.
        if evenement.public() && evenement.piece().is_none() && !self.apres.cache() {
            dues.push(Publication::Dossier {
                evenement: evenement.nom().to_owned(),
                dossier,
                formation,
            });
        }
        dues.into_iter().map(Effet::Publier).collect()
    }

    /// The reminders that are still ahead of the return date of this dossier; a passed one is dropped.
    fn relances(&self, maintenant: Timestamp) -> Vec<Effet> {
        let base = self.apres.base();
        let retour = base.zip(self.formation).map(|(b, f)| b.retour(f));
        [(Echeance::RelanceJ7, 7), (Echeance::RelanceJ1, 1)]
            .into_iter()
            .map(|(echeance, jours)| armer(echeance, avant(retour, jours), maintenant))
            .collect()
    }

    /// The reminder and the end of an open offer; nothing of the kind for anything else.
    fn confirmation(&self, maintenant: Timestamp) -> Vec<Effet> {
        let offre = self.apres.publie().filter(|p| p.offre_ouverte());
        let fin = offre.and_then(|p| p.confirmation);
        let rappel = avant(fin, i64::from(RELANCE_CONFIRMATION));
        // The date itself still counts (T18): the first instant after it does not.
        let depasse = fin.and_then(|fin| fin.checked_add(SignedDuration::from_millis(1)).ok());
        vec![
            armer(Echeance::RelanceConfirmation, rappel, maintenant),
            // Even in the past: it fires at once, and the offer falls.
            depasse.map_or(
                Effet::Desarmer {
                    echeance: Echeance::FinConfirmation,
                },
                |le| Effet::Armer {
                    echeance: Echeance::FinConfirmation,
                    le,
                },
            ),
        ]
    }

    /// To the candidate, with the dates of this dossier.
    fn a(&self, code: CodeMail, details: DetailsMail) -> Vec<Effet> {
        let base = self.apres.base();
        let details = DetailsMail {
            retour: base.zip(self.formation).map(|(b, f)| b.retour(f)),
            confirmation: self.apres.publie().and_then(|p| p.confirmation),
            ..details
        };
        let mail = self.mail(code, self.joindre.mail, self.joindre.langue);
        vec![Effet::Mail(MailDu {
            details: Some(Box::new(details)),
            ..mail
        })]
    }

    fn simple(&self, code: CodeMail) -> Vec<Effet> {
        self.a(code, DetailsMail::default())
    }

    fn commission(&self, code: CodeMail) -> Vec<Effet> {
        let a = self
            .formation
            .and_then(|f| self.catalogue.mail_commission(f));
        a.map(|a| Effet::Mail(self.mail(code, a, Langue::Fr)))
            .into_iter()
            .collect()
    }

    fn deux(&self, code: CodeMail, details: DetailsMail, commission: CodeMail) -> Vec<Effet> {
        let mut dus = self.a(code, details);
        dus.extend(self.commission(commission));
        dus
    }

    fn rappel(&self, code: CodeMail, jours: u8) -> Vec<Effet> {
        let mut dus = self.a(code, DetailsMail::default());
        for du in &mut dus {
            if let Effet::Mail(mail) = du {
                mail.jours = Some(jours);
            }
        }
        dus
    }

    fn mail(&self, code: CodeMail, a: &str, langue: Langue) -> MailDu {
        MailDu {
            code,
            a: a.to_owned(),
            langue,
            candidat: self.identite.candidat.clone(),
            dossier: Some(self.identite.id.clone()),
            formation: Some(self.identite.formation.clone()),
            lien: None,
            jours: None,
            details: None,
        }
    }
}

const fn code_avis(avis: &Avis) -> CodeMail {
    match avis.nature {
        Nature::Favorable => CodeMail::AvisFavorable,
        Nature::Defavorable { .. } => CodeMail::AvisDefavorable,
        Nature::ListeComplementaire { .. } => CodeMail::AvisListeComp,
        Nature::ListeAttente => CodeMail::AvisListeAtt,
        Nature::Preselection { .. } => CodeMail::AvisPreselection,
    }
}

fn details_avis(avis: &Avis) -> DetailsMail {
    let mut details = DetailsMail {
        commentaire: avis.commentaire.clone(),
        appel: avis.appel,
        rang: avis.nature.rang(),
        ..DetailsMail::default()
    };
    match &avis.nature {
        Nature::Defavorable { motif } => details.motif = Some(motif.clone()),
        Nature::Preselection { convocation } => details.convocation.clone_from(convocation),
        Nature::Favorable | Nature::ListeComplementaire { .. } | Nature::ListeAttente => {}
    }
    details
}

fn avant(fin: Option<Timestamp>, jours: i64) -> Option<Timestamp> {
    fin?.checked_sub(SignedDuration::from_hours(24 * jours))
        .ok()
}

/// Sets a timer that lies ahead; drops, or leaves unset, one that does not.
fn armer(echeance: Echeance, le: Option<Timestamp>, maintenant: Timestamp) -> Effet {
    match le.filter(|le| maintenant < *le) {
        Some(le) => Effet::Armer { echeance, le },
        None => Effet::Desarmer { echeance },
    }
}

fn desarmer(echeances: &[Echeance]) -> Vec<Effet> {
    let desarmer = |echeance: &Echeance| Effet::Desarmer {
        echeance: *echeance,
    };
    echeances.iter().map(desarmer).collect()
}
