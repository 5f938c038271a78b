//! `[mail]`: how mails leave, and what they say.

use std::path::PathBuf;

use super::adresse_mail;
use super::lecteur::Lecteur;

/// Where mails go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sortie {
    /// `smtp://` or `smtps://`.
    Smtp(String),
    /// One file each.
    Dossier(PathBuf),
}

/// `[mail]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Where they go.
    pub sortie: Sortie,
    /// The sender's address.
    pub from: String,
    /// Where bounces come back; the sender's address if absent. Each mail adds its own tag.
    pub envelope: Option<String>,
    /// The operator's own texts.
    pub modeles: Option<PathBuf>,
    /// The operator's own letters of decision.
    pub lettres: Option<PathBuf>,
}

impl Mail {
    /// Every path in it.
    pub(super) fn places(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let dossier = match &mut self.sortie {
            Sortie::Dossier(place) => Some(place),
            Sortie::Smtp(_) => None,
        };
        let textes = [&mut self.modeles, &mut self.lettres];
        dossier.into_iter().chain(textes.into_iter().flatten())
    }
}

pub(super) fn lire(l: &mut Lecteur) -> Option<Mail> {
    let smtp = l.secret("mail", "smtp");
    let folder: Option<PathBuf> = l.valeur("mail", "folder");
    let from = l.texte("mail", "from", adresse_mail);
    let from = l.exiger("mail", "from", from);
    let envelope = l.texte("mail", "envelope", adresse_mail);
    let modeles = l.valeur("mail", "modeles");
    let lettres = l.valeur("mail", "lettres");
    let sortie = match (smtp, folder) {
        (Some(url), None) => Some(Sortie::Smtp(url)),
        (None, Some(dossier)) => Some(Sortie::Dossier(dossier)),
        (None, None) | (Some(_), Some(_)) => {
            let ou = l.ou("mail");
            l.faute(
                ou,
                "mail : donnez « smtp » (une URL) ou « folder » (un dossier)".to_owned(),
            );
            None
        }
    };
    Some(Mail {
        sortie: sortie?,
        from: from?,
        envelope,
        modeles,
        lettres,
    })
}
