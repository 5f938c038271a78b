//! What the mails of the examination, the decisions and the answers say.

use actors::ports::Courrier;
use domain::effet::CodeMail;
use domain::langue::Langue;
use jiff::Timestamp;

/// Subject and paragraphs; none for a mail that is not of this file.
pub(super) fn corps(
    c: &Courrier,
    formation: &str,
    quand: &dyn Fn(Timestamp) -> String,
) -> Option<(&'static str, Vec<String>)> {
    let (objet, premier) = match c.langue {
        Langue::Fr => francais(c, formation, quand)?,
        Langue::En => anglais(c, formation, quand)?,
    };
    let mut paragraphes = vec![premier];
    let dire = |fr: &str, en: &str, texte: &str| format!("{}{texte}", c.langue.choisir(fr, en));
    let d = &c.details;
    for (libelle, commentaire) in &d.pieces {
        let suite = commentaire
            .as_deref()
            .map_or(String::new(), |t| format!(" : {t}"));
        paragraphes.push(format!("– {libelle}{suite}"));
    }
    if let Some(motif) = &d.motif {
        paragraphes.push(dire("Motif : ", "Reason: ", motif));
    }
    if let Some(raison) = &d.raison {
        paragraphes.push(dire("Raison donnée : ", "Reason given: ", raison));
    }
    if let Some(rendez_vous) = &d.convocation {
        let le = quand(rendez_vous.le);
        let texte = format!("{le}, {}", rendez_vous.lieu);
        paragraphes.push(dire("Vous êtes attendu : ", "You are expected: ", &texte));
        paragraphes.extend(rendez_vous.consigne.clone());
    }
    if let Some(commentaire) = &d.commentaire {
        paragraphes.push(dire(
            "Commentaire de la commission : ",
            "The jury's comment: ",
            commentaire,
        ));
    }
    if d.appel {
        let fr = "Cette décision fait suite à un réexamen de votre dossier.";
        let en = "This decision follows a second examination of your application.";
        paragraphes.push(c.langue.choisir(fr, en).to_owned());
    }
    Some((objet, paragraphes))
}

#[expect(clippy::too_many_lines, reason = "a table: one row per mail")]
fn francais(
    c: &Courrier,
    formation: &str,
    quand: &dyn Fn(Timestamp) -> String,
) -> Option<(&'static str, String)> {
    let numero = &c.numero;
    let date = |d: Option<Timestamp>| d.map(quand);
    let avant_retour = date(c.details.retour).map_or(String::new(), |d| format!(" avant le {d}"));
    let avant = date(c.details.confirmation).map_or(String::new(), |d| format!(" avant le {d}"));
    let repondre = format!(
        "Répondez dans votre dossier{avant} : confirmez ou désistez-vous. Sans réponse à cette date, la place est perdue."
    );
    Some(match c.code {
        CodeMail::AnnulationGestion => (
            "Votre dossier est annulé par l'université",
            format!("Votre dossier pour « {formation} » est annulé par le service qui l'instruit."),
        ),
        CodeMail::CommissionAlertProposition => (
            "Une admission est proposée",
            format!(
                "Une admission dans « {formation} » est proposée au candidat {numero}, sans candidature de sa part. Elle lui parviendra quand l'avis sera validé."
            ),
        ),
        CodeMail::StatutIn => (
            "Votre dossier est incomplet",
            format!(
                "Votre dossier pour « {formation} » vous est renvoyé. Reprenez les pièces ci-dessous, puis transmettez-le de nouveau{avant_retour}. Le reste du dossier ne change pas."
            ),
        ),
        CodeMail::StatutReRepris => (
            "Votre dossier est de nouveau en cours d'examen",
            format!(
                "Le renvoi de votre dossier pour « {formation} » est levé : vous n'avez rien à faire, il est examiné tel que vous l'avez transmis."
            ),
        ),
        CodeMail::StatutCo => (
            "Votre dossier est complet",
            format!(
                "Votre dossier pour « {formation} » est complet. La commission va l'examiner ; vous serez prévenu de sa décision par mail."
            ),
        ),
        CodeMail::AvisFavorable => (
            "Avis favorable à votre candidature",
            format!("Votre candidature à « {formation} » reçoit un avis favorable. {repondre}"),
        ),
        CodeMail::AvisDefavorable => (
            "Réponse à votre candidature",
            format!("Votre candidature à « {formation} » n'est pas retenue."),
        ),
        CodeMail::AvisListeComp => (
            "Vous êtes sur liste complémentaire",
            format!(
                "Votre candidature à « {formation} » est inscrite sur la liste complémentaire, au rang {}. Si une place se libère à votre tour, vous serez prévenu par mail. Si vous n'êtes plus intéressé, renoncez dans votre dossier : les suivants avanceront.",
                c.details.rang.unwrap_or_default()
            ),
        ),
        CodeMail::AvisListeAtt => (
            "Vous êtes sur liste d'attente",
            format!(
                "Votre candidature à « {formation} » est placée sur liste d'attente. Vous serez prévenu par mail de la suite."
            ),
        ),
        CodeMail::AvisPreselection => (
            "Votre candidature est présélectionnée",
            format!(
                "Votre candidature à « {formation} » est présélectionnée. Un entretien ou une épreuve précède la décision."
            ),
        ),
        CodeMail::AvisListePrinc => (
            "Une place se libère pour vous",
            format!(
                "Une place se libère dans « {formation} » : de la liste complémentaire, vous passez en liste principale. {repondre}"
            ),
        ),
        CodeMail::CommissionAlertListePrinc => (
            "Un candidat passe en liste principale",
            format!(
                "Le candidat {numero} passe de la liste complémentaire à la liste principale de « {formation} »."
            ),
        ),
        CodeMail::CandidatureConfirm => (
            "Votre admission est confirmée",
            format!(
                "Vous avez confirmé votre admission dans « {formation} ». Confirmer n'est pas s'inscrire : l'inscription administrative se fait ensuite auprès de la scolarité, qui vous dira quand et où."
            ),
        ),
        CodeMail::CandidatureDesist => (
            "Votre désistement est enregistré",
            format!(
                "Vous ne souhaitez plus de place dans « {formation} » : votre désistement est enregistré."
            ),
        ),
        CodeMail::CandidatureDesistAuto => (
            "La place n'a pas été confirmée à temps",
            format!(
                "Vous n'avez pas confirmé votre admission dans « {formation} »{avant} : la place est rendue. En cas d'empêchement, écrivez tout de suite à l'assistance."
            ),
        ),
        CodeMail::CommissionAlertDesistement => (
            "Un candidat s'est désisté",
            format!("Le candidat {numero} s'est désisté de « {formation} »."),
        ),
        CodeMail::CandidatureRelanceFavo => (
            "Il reste deux jours pour confirmer votre admission",
            format!("Votre admission dans « {formation} » attend votre réponse. {repondre}"),
        ),
        CodeMail::OffreRetablie => (
            "Votre admission est de nouveau possible",
            format!("Votre proposition d'admission dans « {formation} » est rétablie. {repondre}"),
        ),
        CodeMail::Prolongation => (
            "Les dates de votre dossier changent",
            dates_fr(c, formation, quand),
        ),
        CodeMail::CptMinCreate
        | CodeMail::CptMinLienValidOublie
        | CodeMail::CptMinMdpOublie
        | CodeMail::CptMinModMail
        | CodeMail::CptMinDelete
        | CodeMail::CompteExiste
        | CodeMail::Candidature
        | CodeMail::CandidatureAnnulation
        | CodeMail::CommissionAlertAnnulation
        | CodeMail::StatutRe
        | CodeMail::CommissionAlertTransmission
        | CodeMail::RelanceTransmission => return None,
    })
}

fn dates_fr(c: &Courrier, formation: &str, quand: &dyn Fn(Timestamp) -> String) -> String {
    let retour = c.details.retour.map(quand);
    let fin = c.details.confirmation.map(quand);
    let phrases = [
        Some(format!(
            "De nouvelles dates s'appliquent à votre dossier pour « {formation} »."
        )),
        retour.map(|d| format!("Dernier moment pour transmettre : {d}.")),
        fin.map(|d| format!("Dernier moment pour confirmer : {d}.")),
    ];
    phrases.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[expect(clippy::too_many_lines, reason = "a table: one row per mail")]
fn anglais(
    c: &Courrier,
    formation: &str,
    quand: &dyn Fn(Timestamp) -> String,
) -> Option<(&'static str, String)> {
    let numero = &c.numero;
    let date = |d: Option<Timestamp>| d.map(quand);
    let avant_retour = date(c.details.retour).map_or(String::new(), |d| format!(" before {d}"));
    let avant = date(c.details.confirmation).map_or(String::new(), |d| format!(" before {d}"));
    let repondre = format!(
        "Answer in your application{avant}: confirm or withdraw. Without an answer by then, the place is lost."
    );
    Some(match c.code {
        CodeMail::AnnulationGestion => (
            "Your application was cancelled by the university",
            format!(
                "Your application for “{formation}” was cancelled by the office that handles it."
            ),
        ),
        CodeMail::CommissionAlertProposition => (
            "An admission is proposed",
            format!(
                "An admission to “{formation}” is proposed to candidate {numero}, who did not apply. The candidate is told once the decision is released."
            ),
        ),
        CodeMail::StatutIn => (
            "Your application is incomplete",
            format!(
                "Your application for “{formation}” was sent back to you. Correct the documents below, then transmit it again{avant_retour}. The rest of the application does not change."
            ),
        ),
        CodeMail::StatutReRepris => (
            "Your application is under examination again",
            format!(
                "The send-back of your application for “{formation}” was taken back: there is nothing to do, it is examined as you transmitted it."
            ),
        ),
        CodeMail::StatutCo => (
            "Your application is complete",
            format!(
                "Your application for “{formation}” is complete. The jury will examine it; you will be told of its decision by mail."
            ),
        ),
        CodeMail::AvisFavorable => (
            "Your application is accepted",
            format!("Your application for “{formation}” is accepted. {repondre}"),
        ),
        CodeMail::AvisDefavorable => (
            "The answer to your application",
            format!("Your application for “{formation}” was not successful."),
        ),
        CodeMail::AvisListeComp => (
            "You are on the waiting list",
            format!(
                "Your application for “{formation}” is on the waiting list, at rank {}. If a place becomes free when it is your turn, you will be told by mail. If you are no longer interested, give up in your application: those behind move up.",
                c.details.rang.unwrap_or_default()
            ),
        ),
        CodeMail::AvisListeAtt => (
            "Your application waits",
            format!(
                "Your application for “{formation}” is on hold. You will be told by mail what follows."
            ),
        ),
        CodeMail::AvisPreselection => (
            "Your application is preselected",
            format!(
                "Your application for “{formation}” is preselected. An interview or a test comes before the decision."
            ),
        ),
        CodeMail::AvisListePrinc => (
            "A place is free for you",
            format!(
                "A place is free in “{formation}”: you move up from the waiting list. {repondre}"
            ),
        ),
        CodeMail::CommissionAlertListePrinc => (
            "A candidate moves up",
            format!(
                "Candidate {numero} moves from the waiting list of “{formation}” to the main list."
            ),
        ),
        CodeMail::CandidatureConfirm => (
            "Your admission is confirmed",
            format!(
                "You confirmed your admission to “{formation}”. Confirming is not enrolling: enrolment follows at the registrar's office, which will tell you when and where."
            ),
        ),
        CodeMail::CandidatureDesist => (
            "Your withdrawal is recorded",
            format!("You no longer want a place in “{formation}”: your withdrawal is recorded."),
        ),
        CodeMail::CandidatureDesistAuto => (
            "The place was not confirmed in time",
            format!(
                "You did not confirm your admission to “{formation}”{avant}: the place was given back. If something prevented you, write to support at once."
            ),
        ),
        CodeMail::CommissionAlertDesistement => (
            "A candidate withdrew",
            format!("Candidate {numero} withdrew from “{formation}”."),
        ),
        CodeMail::CandidatureRelanceFavo => (
            "Two days left to confirm your admission",
            format!("Your admission to “{formation}” waits for your answer. {repondre}"),
        ),
        CodeMail::OffreRetablie => (
            "Your admission is possible again",
            format!("Your offer of admission to “{formation}” is open again. {repondre}"),
        ),
        CodeMail::Prolongation => (
            "The dates of your application change",
            dates_en(c, formation, quand),
        ),
        CodeMail::CptMinCreate
        | CodeMail::CptMinLienValidOublie
        | CodeMail::CptMinMdpOublie
        | CodeMail::CptMinModMail
        | CodeMail::CptMinDelete
        | CodeMail::CompteExiste
        | CodeMail::Candidature
        | CodeMail::CandidatureAnnulation
        | CodeMail::CommissionAlertAnnulation
        | CodeMail::StatutRe
        | CodeMail::CommissionAlertTransmission
        | CodeMail::RelanceTransmission => return None,
    })
}

fn dates_en(c: &Courrier, formation: &str, quand: &dyn Fn(Timestamp) -> String) -> String {
    let retour = c.details.retour.map(quand);
    let fin = c.details.confirmation.map(quand);
    let phrases = [
        Some(format!(
            "New dates apply to your application for “{formation}”."
        )),
        retour.map(|d| format!("Last moment to transmit: {d}.")),
        fin.map(|d| format!("Last moment to confirm: {d}.")),
    ];
    phrases.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
