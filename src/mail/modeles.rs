//! What each mail says, in French and English (`2-domain.md`, section 6). No INE, no birth data.

use actors::ports::Courrier;
use domain::effet::{But, CodeMail};
use domain::langue::Langue;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A mail ready to be addressed.
pub(super) struct Rendu {
    pub(super) objet: String,
    pub(super) texte: String,
    pub(super) html: String,
}

/// Who writes, and where the pages are.
pub(super) struct Enseigne<'a> {
    pub(super) nom: &'a str,
    pub(super) url: &'a str,
    pub(super) fuseau: &'a TimeZone,
}

/// What a mail says: subject and paragraphs.
type Corps = (&'static str, Vec<String>);

pub(super) fn rendre(courrier: &Courrier, enseigne: &Enseigne<'_>) -> Rendu {
    let lien = courrier.lien.as_ref().map(|lien| {
        let page = match lien.but {
            But::Validation => "validation",
            But::Reinitialisation => "mot-de-passe",
            But::ChangementMail => "nouvelle-adresse",
        };
        format!(
            "{}/{page}?jeton={}",
            enseigne.url.trim_end_matches('/'),
            lien.jeton
        )
    });
    let (objet, mut paragraphes) = corps(courrier, enseigne);
    let salut = match courrier.langue {
        Langue::Fr => format!("Bonjour {},", courrier.prenom),
        Langue::En => format!("Dear {},", courrier.prenom),
    };
    if destine_au_candidat(courrier.code) {
        paragraphes.insert(0, salut);
    }
    paragraphes.extend(lien);
    paragraphes.push(format!("{} – {}", enseigne.nom, courrier.campagne));
    let html: Vec<String> = paragraphes
        .iter()
        .map(|p| format!("<p>{}</p>", html(p)))
        .collect();
    let langue = courrier.langue.tag();
    let html = format!(
        "<!doctype html><html lang=\"{langue}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
         <body style=\"font-family:sans-serif;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em\">{}</body></html>",
        self::html(objet),
        html.join("\n"),
    );
    Rendu {
        objet: objet.to_owned(),
        texte: paragraphes.join("\n\n"),
        html,
    }
}

/// Escapes, and makes a link of a paragraph that is one.
fn html(texte: &str) -> String {
    let sur = texte
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    if sur.starts_with("http://") || sur.starts_with("https://") {
        return format!("<a href=\"{sur}\">{sur}</a>");
    }
    sur
}

const fn destine_au_candidat(code: CodeMail) -> bool {
    !matches!(
        code,
        CodeMail::CommissionAlertAnnulation
            | CodeMail::CommissionAlertTransmission
            | CodeMail::CommissionAlertProposition
            | CodeMail::CommissionAlertListePrinc
            | CodeMail::CommissionAlertDesistement
    )
}

fn corps(c: &Courrier, enseigne: &Enseigne<'_>) -> Corps {
    let quand = |instant: Timestamp| {
        let civil = instant.to_zoned_datetime(enseigne.fuseau.clone());
        let forme = c.langue.choisir("%d/%m/%Y à %H:%M", "%Y-%m-%d at %H:%M");
        civil.strftime(forme).to_string()
    };
    let formation = c
        .formation
        .as_ref()
        .map(|f| f.libelle.dans(c.langue))
        .unwrap_or_default();
    if let Some(corps) = super::suivi::corps(c, formation, &quand) {
        return corps;
    }
    let retour = c
        .details
        .retour
        .or_else(|| c.formation.as_ref().map(|f| f.retour))
        .map(&quand)
        .unwrap_or_default();
    let fin_lien = c
        .lien
        .as_ref()
        .map(|l| quand(l.expire_le))
        .unwrap_or_default();
    let (objet, texte) = match c.langue {
        Langue::Fr => francais(c, formation, &retour, &fin_lien, &quand(c.compte_expire_le)),
        Langue::En => anglais(c, formation, &retour, &fin_lien, &quand(c.compte_expire_le)),
    };
    (objet, vec![texte])
}

fn francais(
    c: &Courrier,
    formation: &str,
    retour: &str,
    fin_lien: &str,
    fin_compte: &str,
) -> (&'static str, String) {
    let numero = &c.numero;
    match c.code {
        CodeMail::CptMinCreate => ("Validez votre compte de candidature", format!("Votre compte est créé. Votre numéro de candidat, qui sert à vous connecter, est {numero}. Ouvrez le lien ci-dessous et validez votre compte avant le {fin_lien}. Sans validation, le compte sera supprimé le {fin_compte}.")),
        CodeMail::CptMinLienValidOublie => ("Votre nouveau lien de validation", format!("Voici un nouveau lien de validation ; les précédents ne servent plus. Votre numéro de candidat est {numero}. Validez votre compte avant le {fin_lien}.")),
        CodeMail::CptMinMdpOublie => ("Choisissez un nouveau mot de passe", format!("Vous avez demandé un nouveau mot de passe. Ouvrez le lien ci-dessous avant le {fin_lien} ; il ne sert qu'une fois. Si vous n'avez rien demandé, ignorez ce message : rien ne change.")),
        CodeMail::CptMinModMail if c.lien.is_some() => ("Confirmez votre nouvelle adresse", format!("Ouvrez le lien ci-dessous avant le {fin_lien} pour que cette adresse devienne celle de votre compte {numero}.")),
        CodeMail::CptMinModMail => ("L'adresse de votre compte a changé", format!("L'adresse du compte {numero} a été remplacée. Si ce n'est pas vous, écrivez tout de suite à l'assistance.")),
        CodeMail::CptMinDelete => ("Votre compte a été supprimé", "Votre compte n'a pas été validé à temps ; il est supprimé. Vous pouvez en créer un autre avec la même adresse.".to_owned()),
        CodeMail::CompteExiste => ("Un compte existe déjà avec cette adresse", format!("Quelqu'un, vous sans doute, a demandé un compte ou un lien avec cette adresse : un compte existe déjà. Votre numéro de candidat est {numero}. Connectez-vous, ou demandez un nouveau mot de passe.")),
        CodeMail::Candidature => ("Votre dossier est ouvert", format!("Votre dossier pour « {formation} » est ouvert. Déposez les pièces demandées, puis transmettez-le avant le {retour}. Un dossier non transmis n'est pas examiné.")),
        CodeMail::CandidatureAnnulation => ("Votre dossier est annulé", format!("Votre dossier pour « {formation} » est annulé, comme vous l'avez demandé.")),
        CodeMail::CommissionAlertAnnulation => ("Un dossier a été annulé", format!("Le candidat {numero} a annulé son dossier pour « {formation} ».")),
        CodeMail::StatutRe => ("Votre dossier est transmis", format!("Votre dossier pour « {formation} » est transmis. Il ne peut plus être modifié. L'accusé de réception est à votre disposition dans le dossier.")),
        CodeMail::CommissionAlertTransmission => ("Un dossier a été transmis", format!("Le candidat {numero} a transmis son dossier pour « {formation} ».")),
        CodeMail::RelanceTransmission => ("Votre dossier n'est pas encore transmis", format!("Il reste {} jour(s) : votre dossier pour « {formation} » doit être transmis avant le {retour}. Un dossier non transmis n'est pas examiné.", c.jours.unwrap_or(1))),
        CodeMail::AnnulationGestion
        | CodeMail::CommissionAlertProposition
        | CodeMail::StatutIn
        | CodeMail::StatutReRepris
        | CodeMail::StatutCo
        | CodeMail::AvisFavorable
        | CodeMail::AvisDefavorable
        | CodeMail::AvisListeComp
        | CodeMail::AvisListeAtt
        | CodeMail::AvisPreselection
        | CodeMail::AvisListePrinc
        | CodeMail::CommissionAlertListePrinc
        | CodeMail::CandidatureConfirm
        | CodeMail::CandidatureDesist
        | CodeMail::CandidatureDesistAuto
        | CodeMail::CommissionAlertDesistement
        | CodeMail::CandidatureRelanceFavo
        | CodeMail::OffreRetablie
        | CodeMail::Prolongation => ("", String::new()),
    }
}

fn anglais(
    c: &Courrier,
    formation: &str,
    retour: &str,
    fin_lien: &str,
    fin_compte: &str,
) -> (&'static str, String) {
    let numero = &c.numero;
    match c.code {
        CodeMail::CptMinCreate => ("Validate your application account", format!("Your account is created. Your candidate number, which you log in with, is {numero}. Open the link below and validate your account before {fin_lien}. If it is not validated, the account will be deleted on {fin_compte}.")),
        CodeMail::CptMinLienValidOublie => ("Your new validation link", format!("Here is a new validation link; earlier ones no longer work. Your candidate number is {numero}. Validate your account before {fin_lien}.")),
        CodeMail::CptMinMdpOublie => ("Choose a new password", format!("You asked for a new password. Open the link below before {fin_lien}; it works once. If you did not ask, ignore this message: nothing changes.")),
        CodeMail::CptMinModMail if c.lien.is_some() => ("Confirm your new address", format!("Open the link below before {fin_lien} to make this the address of your account {numero}.")),
        CodeMail::CptMinModMail => ("The address of your account has changed", format!("The address of account {numero} was replaced. If this was not you, write to support at once.")),
        CodeMail::CptMinDelete => ("Your account was deleted", "Your account was not validated in time; it is deleted. You can create another with the same address.".to_owned()),
        CodeMail::CompteExiste => ("An account already uses this address", format!("Somebody, probably you, asked for an account or a link with this address: an account is already there. Your candidate number is {numero}. Log in, or ask for a new password.")),
        CodeMail::Candidature => ("Your application is open", format!("Your application for “{formation}” is open. Hand in the documents, then transmit it before {retour}. An application that is not transmitted is not examined.")),
        CodeMail::CandidatureAnnulation => ("Your application is dropped", format!("Your application for “{formation}” is dropped, as you asked.")),
        CodeMail::CommissionAlertAnnulation => ("An application was dropped", format!("Candidate {numero} dropped the application for “{formation}”.")),
        CodeMail::StatutRe => ("Your application is transmitted", format!("Your application for “{formation}” is transmitted. It can no longer be changed. The receipt is in your application.")),
        CodeMail::CommissionAlertTransmission => ("An application was transmitted", format!("Candidate {numero} transmitted the application for “{formation}”.")),
        CodeMail::RelanceTransmission => ("Your application is not transmitted yet", format!("{} day(s) left: your application for “{formation}” must be transmitted before {retour}. An application that is not transmitted is not examined.", c.jours.unwrap_or(1))),
        CodeMail::AnnulationGestion
        | CodeMail::CommissionAlertProposition
        | CodeMail::StatutIn
        | CodeMail::StatutReRepris
        | CodeMail::StatutCo
        | CodeMail::AvisFavorable
        | CodeMail::AvisDefavorable
        | CodeMail::AvisListeComp
        | CodeMail::AvisListeAtt
        | CodeMail::AvisPreselection
        | CodeMail::AvisListePrinc
        | CodeMail::CommissionAlertListePrinc
        | CodeMail::CandidatureConfirm
        | CodeMail::CandidatureDesist
        | CodeMail::CandidatureDesistAuto
        | CodeMail::CommissionAlertDesistement
        | CodeMail::CandidatureRelanceFavo
        | CodeMail::OffreRetablie
        | CodeMail::Prolongation => ("", String::new()),
    }
}
