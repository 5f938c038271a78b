//! `[support]`: by which doors mails to the support come in, and what may be done with them alone.

use std::path::PathBuf;

use jiff::SignedDuration;
use url::Url;

use super::lecteur::Lecteur;
use super::{Secret, adresse_mail, duree};
use crate::edge::abritee;
use crate::portes::imap::{Boite, OAuth};

const ICI: &str = "support";
/// With one of them the mailbox is entered by tokens.
const CLES_OAUTH: [&str; 6] = [
    "imap_oauth_client",
    "imap_oauth_secret",
    "imap_oauth_secret_file",
    "imap_oauth_refresh_file",
    "imap_oauth_token_url",
    "imap_oauth_scopes",
];

/// Characters a webhook's secret must have.
const SECRET_MIN: usize = 16;

/// `[support]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// Our addresses; that of `[etablissement] support` if none are named.
    pub adresses: Vec<String>,
    /// What `POST /crochets/mail` asks for; the door is shut without it.
    pub secret: Option<String>,
    /// A folder of `.eml` files.
    pub dossier: Option<PathBuf>,
    /// A mailbox read over IMAP.
    pub imap: Option<Boite>,
    /// The name by which our own mail server signs `Authentication-Results` (S28).
    pub authserv_id: Option<String>,
    /// Harmless questions are answered without a person (S55).
    pub automatique: bool,
    /// How long a request may wait for its answer.
    pub delai_reponse: Option<SignedDuration>,
    /// How long after its end a reply opens a request again (S59).
    pub delai_reouverture: Option<SignedDuration>,
    /// How long the bytes of a mail are kept once it is done with (S09).
    pub conservation: Option<SignedDuration>,
}

impl Default for Support {
    fn default() -> Self {
        Self {
            adresses: Vec::new(),
            secret: None,
            dossier: None,
            imap: None,
            authserv_id: None,
            automatique: true,
            delai_reponse: None,
            delai_reouverture: None,
            conservation: None,
        }
    }
}

pub(super) fn lire(l: &mut Lecteur) -> Support {
    let adresses = l.lire("support", "addresses", |textes: Vec<String>| {
        let lues = textes
            .iter()
            .map(|t| adresse_mail(t).map_err(|e| format!("« {t} » : {e}")));
        lues.collect::<Result<Vec<_>, _>>()
    });
    let secret = l.secret("support", "webhook_secret");
    if secret
        .as_ref()
        .is_some_and(|s| s.chars().count() < SECRET_MIN)
    {
        let ou = l.ou("support");
        l.faute(
            ou,
            format!("support.webhook_secret : au moins {SECRET_MIN} caractères, tirés au hasard"),
        );
    }
    let imap = imap(l);
    Support {
        adresses: adresses.unwrap_or_default(),
        secret,
        dossier: l.valeur("support", "folder"),
        imap,
        authserv_id: l.valeur("support", "authserv_id"),
        automatique: l.valeur("support", "automatic").unwrap_or(true),
        delai_reponse: l.texte("support", "answer_within", duree),
        delai_reouverture: l.texte("support", "reopen_within", duree),
        conservation: l.texte("support", "keep_mails", duree),
    }
}

/// A secret: its password is shown in no message.
fn imap(l: &mut Lecteur) -> Option<Boite> {
    let ou = l.ou(ICI);
    let par_jetons = CLES_OAUTH.iter().any(|cle| l.presente(ICI, cle));
    let oauth = if par_jetons { oauth(l) } else { None };
    let Some(texte) = l.secret(ICI, "imap") else {
        if par_jetons {
            l.exiger::<()>(ICI, "imap", None);
        }
        return None;
    };
    let lue = match oauth {
        Some(oauth) => Boite::par_jetons(&texte, oauth),
        // What is missing of the tokens was said.
        None if par_jetons => return None,
        None => texte.parse(),
    };
    lue.map_err(|raison| l.faute(ou, format!("support.imap : {raison}")))
        .ok()
}

/// Where the mailbox's access tokens come from.
fn oauth(l: &mut Lecteur) -> Option<OAuth> {
    let client = l.valeur(ICI, "imap_oauth_client");
    let client = l.exiger(ICI, "imap_oauth_client", client);
    let secret = l.secret(ICI, "imap_oauth_secret").map(Secret);
    let actualisation: Option<PathBuf> = l.valeur(ICI, "imap_oauth_refresh_file");
    let url = l.texte(ICI, "imap_oauth_token_url", |texte| {
        let url = Url::parse(texte).map_err(|e| e.to_string())?;
        // Our secrets go there.
        if url.has_host() && abritee(url.scheme(), url.host_str()) {
            return Ok(url);
        }
        Err("écrivez https://… (http:// sur cette machine seulement)".to_owned())
    });
    let url = l.exiger(ICI, "imap_oauth_token_url", url);
    let portees = l.valeur(ICI, "imap_oauth_scopes").unwrap_or_default();
    if secret.is_none() && actualisation.is_none() {
        let ou = l.ou(ICI);
        l.faute(
            ou,
            "support : donnez « imap_oauth_refresh_file » (le fichier du jeton d'actualisation), ou « imap_oauth_secret » \
             si l'application entre en son propre nom"
                .to_owned(),
        );
        return None;
    }
    Some(OAuth {
        client: client?,
        secret,
        actualisation,
        url: url?,
        portees,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn lue(support: &str) -> Result<Config, Vec<String>> {
        let base = "[etablissement]\nname = \"U\"\n[serveur]\npublic_url = \"https://c.example\"\n[mail]\nfolder = \"m\"\n\
             from = \"c@univ.example\"\n[support]\n";
        Config::lire(&format!("{base}{support}"), &[])
            .map_err(|fautes| fautes.iter().map(ToString::to_string).collect())
    }

    const BOITE: &str = "imap = \"imaps://aide%40u.example@imap.u.example/\"\n";

    #[test]
    fn une_boite_par_jetons_se_lit_et_ses_fautes_se_disent_ensemble() {
        let jetons =
            "imap_oauth_client = \"id\"\nimap_oauth_token_url = \"https://j.example/token\"\n";
        let bonne = lue(&format!(
            "{BOITE}{jetons}imap_oauth_refresh_file = \"r\"\nimap_oauth_secret = \"secret\"\n"
        ));
        let bonne = bonne.unwrap();
        assert!(bonne.support.imap.is_some());
        assert!(!format!("{bonne:?}").contains("\"secret\""));
        for (faux, attendues) in [
            (
                format!("{BOITE}imap_oauth_token_url = \"http://j.example\"\n"),
                &[
                    "imap_oauth_client : cette clé manque",
                    "imap_oauth_token_url : « http://j.example »",
                    "donnez « imap_oauth_refresh_file »",
                ][..],
            ),
            (
                format!("{jetons}imap_oauth_secret = \"s\"\n"),
                &["support.imap : cette clé manque"],
            ),
            (BOITE.to_owned(), &["support.imap : écrivez"]),
            (
                format!(
                    "{}{jetons}imap_oauth_secret = \"s\"\n",
                    BOITE.replace("example@", "example:mdp@")
                ),
                &["ôtez le mot de passe"],
            ),
        ] {
            let fautes = lue(&faux).unwrap_err();
            assert_eq!(fautes.len(), attendues.len(), "{fautes:#?}");
            for attendue in attendues {
                assert!(
                    fautes.iter().any(|f| f.contains(attendue)),
                    "{attendue}: {fautes:#?}"
                );
            }
        }
    }
}
