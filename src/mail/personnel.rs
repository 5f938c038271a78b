//! What the mails to staff about their own account say.

use actors::ports::{CourrierPersonnel, LienCourrier};
use domain::effet::{But, CodePersonnel};
use domain::langue::Langue;

use super::modeles::{Enseigne, Rendu};

pub(super) fn rendre(courrier: &CourrierPersonnel, enseigne: &Enseigne<'_>) -> Rendu {
    let langue = courrier.langue;
    let fin = courrier.lien.as_ref().map(|lien| {
        let civil = lien.expire_le.to_zoned_datetime(enseigne.fuseau.clone());
        let forme = langue.choisir("%d/%m/%Y à %H:%M", "%Y-%m-%d at %H:%M");
        civil.strftime(forme).to_string()
    });
    let (objet, texte) = corps(courrier.code, langue, &fin.unwrap_or_default());
    let salut = langue.choisir("Bonjour", "Dear");
    let mut paragraphes = vec![format!("{salut} {},", courrier.prenom), texte];
    paragraphes.extend(courrier.lien.as_ref().map(|lien| url(lien, enseigne)));
    paragraphes.push(enseigne.nom.to_owned());
    let html = paragraphes.iter().map(|p| format!("<p>{}</p>", html(p)));
    let html = html.collect::<Vec<_>>().join("\n");
    Rendu {
        objet: objet.to_owned(),
        html: format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{objet}</title></head>\
             <body style=\"font-family:sans-serif;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em\">{html}</body></html>",
            langue.tag()
        ),
        texte: paragraphes.join("\n\n"),
    }
}

/// Where a link leads.
fn url(lien: &LienCourrier, enseigne: &Enseigne<'_>) -> String {
    let page = match lien.but {
        But::Invitation => "gestion/invitation",
        But::Validation
        | But::Reinitialisation
        | But::ChangementMail
        | But::Rattachement
        | But::ReinitialisationPersonnel => "mot-de-passe",
    };
    let racine = enseigne.url.trim_end_matches('/');
    format!("{racine}/{page}?jeton={}", lien.jeton)
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

fn corps(code: CodePersonnel, langue: Langue, fin: &str) -> (&'static str, String) {
    match (code, langue) {
        (CodePersonnel::Invitation, Langue::Fr) => (
            "Votre accès à la gestion des candidatures",
            format!("Un accès à la gestion des candidatures est ouvert pour vous. Ouvrez le lien ci-dessous avant le {fin} et choisissez votre mot de passe. Munissez-vous de votre téléphone : une application d'authentification vous sera demandée."),
        ),
        (CodePersonnel::Invitation, Langue::En) => (
            "Your access to the management of applications",
            format!("An access to the management of applications is open for you. Open the link below before {fin} and choose your password. Have your telephone at hand: an authenticator application will be asked for."),
        ),
        (CodePersonnel::MotDePasseOublie, Langue::Fr) => (
            "Choisissez un nouveau mot de passe",
            format!("Vous avez demandé un nouveau mot de passe pour la gestion des candidatures. Ouvrez le lien ci-dessous avant le {fin} ; il ne sert qu'une fois. Si vous n'avez rien demandé, ignorez ce message : rien ne change."),
        ),
        (CodePersonnel::MotDePasseOublie, Langue::En) => (
            "Choose a new password",
            format!("You asked for a new password for the management of applications. Open the link below before {fin}; it works once. If you did not ask, ignore this message: nothing changes."),
        ),
        (CodePersonnel::MotDePasseChange, Langue::Fr) => (
            "Votre mot de passe a changé",
            "Le mot de passe de votre accès à la gestion des candidatures vient de changer ; les autres connexions sont fermées. Si ce n'est pas vous, prévenez tout de suite un administrateur.".to_owned(),
        ),
        (CodePersonnel::MotDePasseChange, Langue::En) => (
            "Your password has changed",
            "The password of your access to the management of applications has just changed; other sessions are closed. If this was not you, tell an administrator at once.".to_owned(),
        ),
        (CodePersonnel::SecondRetire, Langue::Fr) => (
            "Votre second facteur est retiré",
            "Un administrateur a retiré le second facteur de votre accès à la gestion des candidatures. Un nouveau vous sera demandé à la prochaine connexion. Si vous n'avez rien demandé, prévenez-le tout de suite.".to_owned(),
        ),
        (CodePersonnel::SecondRetire, Langue::En) => (
            "Your second factor was removed",
            "An administrator removed the second factor of your access to the management of applications. A new one will be asked for at the next log-in. If you did not ask for this, say so at once.".to_owned(),
        ),
        (CodePersonnel::RecoursUtilise, Langue::Fr) => (
            "Un code de secours a servi",
            "Une connexion à la gestion des candidatures vient d'utiliser l'un de vos codes de secours. Si ce n'est pas vous, changez votre mot de passe et prévenez un administrateur.".to_owned(),
        ),
        (CodePersonnel::RecoursUtilise, Langue::En) => (
            "A recovery code was used",
            "A log-in to the management of applications has just used one of your recovery codes. If this was not you, change your password and tell an administrator.".to_owned(),
        ),
    }
}
