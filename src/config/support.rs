//! `[support]`: by which doors mails to the support come in, and what may be done with them alone.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::lecteur::Lecteur;
use super::{adresse_mail, duree};
use crate::portes::imap::Boite;

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
    let ou = l.ou("support");
    match l.secret("support", "imap")?.parse() {
        Ok(boite) => Some(boite),
        Err(raison) => {
            l.faute(ou, format!("support.imap : {raison}"));
            None
        }
    }
}
