//! The mails we send, in words.

use domain::effet::CodeMail;

use crate::textes::Textes;

/// What a mail is about.
pub(super) fn dit(t: Textes, code: CodeMail) -> String {
    let texte = match code {
        CodeMail::Candidature => t.mail_candidature(),
        CodeMail::CandidatureAnnulation | CodeMail::AnnulationGestion => t.mail_annulation(),
        CodeMail::StatutIn => t.mail_renvoi(),
        CodeMail::StatutCo => t.mail_complet(),
        CodeMail::StatutReRepris => t.mail_reprise(),
        CodeMail::AvisFavorable => t.mail_favorable(),
        CodeMail::AvisDefavorable => t.mail_defavorable(),
        CodeMail::AvisListeComp => t.mail_liste_comp(),
        CodeMail::AvisListeAtt => t.mail_liste_attente(),
        CodeMail::AvisPreselection => t.mail_preselection(),
        CodeMail::AvisListePrinc => t.mail_promotion(),
        CodeMail::CandidatureConfirm => t.mail_confirmation(),
        CodeMail::CandidatureDesist => t.mail_desistement(),
        CodeMail::OffreRetablie => t.mail_retabli(),
        CodeMail::Prolongation => t.mail_dates(),
        CodeMail::PiecesModifiees => t.mail_pieces(),
        CodeMail::CommissionAlertAnnulation
        | CodeMail::CommissionAlertDesistement
        | CodeMail::CommissionAlertListePrinc
        | CodeMail::CommissionAlertProposition
        | CodeMail::CommissionAlertTransmission => t.mail_commission(),
        CodeMail::CptMinCreate | CodeMail::CptMinLienValidOublie => t.courrier_validation(),
        CodeMail::CptMinMdpOublie => t.courrier_mot_de_passe(),
        CodeMail::CptMinModMail => t.courrier_adresse(),
        CodeMail::CompteExiste => t.courrier_existe(),
        CodeMail::StatutRe => t.courrier_transmission(),
        CodeMail::CandidatureDesistAuto => t.mail_desistement(),
        CodeMail::RelanceTransmission | CodeMail::CandidatureRelanceFavo => t.courrier_relance(),
        CodeMail::CptMinDelete => t.mail_autre(),
    };
    texte.to_owned()
}
