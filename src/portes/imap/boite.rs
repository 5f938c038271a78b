//! Which mailbox is read: the URL of `[support] imap`.

use std::path::{Path, PathBuf};

use url::Url;

use super::OAuth;
use crate::confiance::{clair, locale};

/// What to write, for every fault of the URL.
const FORME: &str = "écrivez imaps://utilisateur:motdepasse@serveur/INBOX (les caractères @ : / % de l'utilisateur et du \
     mot de passe en %40 %3A %2F %25) ; sans mot de passe avec imap_oauth_client";

/// How TLS is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chiffrement {
    /// From the first byte (`imaps://`).
    Direct,
    /// STARTTLS, or nothing is sent (`imap://`).
    Exige,
    /// In clear, on this machine only (`?tls=none`).
    Aucun,
}

/// How we enter.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Acces {
    /// As the URL says.
    MotDePasse(String),
    /// By a token from elsewhere.
    Jeton(OAuth),
}

/// A mailbox.
#[derive(Clone, PartialEq, Eq)]
pub struct Boite {
    pub(super) hote: String,
    pub(super) port: u16,
    pub(super) chiffrement: Chiffrement,
    pub(super) qui: String,
    pub(super) acces: Acces,
    pub(super) dossier: String,
    pub(super) ca: Option<PathBuf>,
}

impl std::fmt::Debug for Boite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Boite({self})")
    }
}

/// Without the password.
impl std::fmt::Display for Boite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} sur {}:{}, {}",
            self.qui, self.hote, self.port, self.dossier
        )
    }
}

impl Boite {
    /// Relative files are meant from there.
    pub(crate) fn dans(&mut self, dossier: &Path) {
        let actualisation = match &mut self.acces {
            Acces::MotDePasse(_) => None,
            Acces::Jeton(oauth) => oauth.actualisation.as_mut(),
        };
        for place in self.ca.iter_mut().chain(actualisation) {
            *place = dossier.join(&place);
        }
    }

    /// The mailbox of this URL, entered by tokens.
    pub(crate) fn par_jetons(texte: &str, oauth: OAuth) -> Result<Self, String> {
        Self::comprendre(&adresse(texte)?, Some(oauth))
    }

    /// The file of the authority that vouches for its server, if it is none of the public ones.
    pub fn ca(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    fn comprendre(url: &Url, oauth: Option<OAuth>) -> Result<Self, String> {
        let faux = || FORME.to_owned();
        let (mut tls, mut ca) = (None, None);
        for (cle, valeur) in url.query_pairs() {
            match cle.as_ref() {
                "tls" => tls = Some(valeur.into_owned()),
                "ca" => ca = Some(PathBuf::from(valeur.as_ref())),
                autre => return Err(format!("« {autre} » est inconnu ; il y a tls et ca")),
            }
        }
        let chiffrement = chiffrement(url, tls.as_deref())?;
        let qui = clair(url.username());
        let mot_de_passe = url.password().map(clair).unwrap_or_default();
        let dossier = clair(url.path().trim_matches('/'));
        if oauth.is_some() && !mot_de_passe.is_empty() {
            return Err("avec imap_oauth_client, ôtez le mot de passe de l'URL".to_owned());
        }
        let sans = oauth.is_none() && mot_de_passe.is_empty();
        if qui.is_empty() || sans || !url.fragment().unwrap_or("").is_empty() {
            return Err(faux());
        }
        if [&qui, &mot_de_passe, &dossier]
            .iter()
            .any(|t| t.contains(['\r', '\n', '\0']))
        {
            return Err("une fin de ligne n'a rien à faire ici".to_owned());
        }
        if !dossier.is_ascii() {
            return Err(format!(
                "« {dossier} » : donnez le nom du dossier comme le serveur l'écrit, en ASCII (UTF-7 modifié)"
            ));
        }
        let hote = url.host_str().ok_or_else(faux)?.trim_matches(['[', ']']);
        Ok(Self {
            hote: hote.to_owned(),
            port: url.port().unwrap_or(match chiffrement {
                Chiffrement::Direct => 993,
                Chiffrement::Exige | Chiffrement::Aucun => 143,
            }),
            chiffrement,
            qui,
            acces: oauth.map_or(Acces::MotDePasse(mot_de_passe), Acces::Jeton),
            dossier: if dossier.is_empty() {
                "INBOX".to_owned()
            } else {
                dossier
            },
            ca,
        })
    }
}

impl std::str::FromStr for Boite {
    type Err = String;

    fn from_str(texte: &str) -> Result<Self, String> {
        Self::comprendre(&adresse(texte)?, None)
    }
}

/// The text may hold a password: it is in no message.
fn adresse(texte: &str) -> Result<Url, String> {
    Url::parse(texte).map_err(|e| format!("{e} ; {FORME}"))
}

/// A password never travels in clear, except on this machine when asked for.
fn chiffrement(url: &Url, tls: Option<&str>) -> Result<Chiffrement, String> {
    match (url.scheme(), tls) {
        ("imaps", None) => Ok(Chiffrement::Direct),
        ("imaps", Some(_)) => Err("imaps:// est déjà chiffré ; ôtez tls=".to_owned()),
        ("imap", None | Some("required")) => Ok(Chiffrement::Exige),
        ("imap", Some("none")) if locale(url) => Ok(Chiffrement::Aucun),
        ("imap", Some("none")) => {
            Err("le mot de passe partirait en clair ; écrivez imaps:// ou ôtez tls=none".to_owned())
        }
        ("imap", Some(autre)) => Err(format!("tls={autre} ; il y a required et none")),
        (_, _) => Err(FORME.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_boite_s_ecrit_en_url_et_son_mot_de_passe_ne_se_montre_pas() {
        let texte = "imaps://aide%40u.example:se%2Fcr%25+et@imap.u.example/Support?ca=ca.pem";
        let mut boite: Boite = texte.parse().unwrap();
        boite.dans(Path::new("/etc/postule"));
        assert_eq!(boite.qui, "aide@u.example");
        assert!(boite.acces == Acces::MotDePasse("se/cr%+et".to_owned()));
        assert_eq!((boite.port, boite.dossier.as_str()), (993, "Support"));
        assert_eq!(boite.ca(), Some(Path::new("/etc/postule/ca.pem")));
        assert!(!format!("{boite:?} {boite}").contains("se/cr"));
        let courte: Boite = "imap://a:b@[::1]:1143?tls=none".parse().unwrap();
        assert_eq!((courte.hote.as_str(), courte.port), ("::1", 1143));
        assert_eq!(courte.dossier, "INBOX");
    }

    #[test]
    fn une_url_fausse_dit_quoi_ecrire_sans_le_secret() {
        for (faux, attendu) in [
            ("imaps://imap.u.example", "écrivez imaps://"),
            ("imaps://a@imap.u.example/", "écrivez imaps://"),
            ("http://a:secret@c/", "écrivez imaps://"),
            ("secret", "écrivez imaps://"),
            ("imap://a:secret@imap.u.example/?tls=none", "en clair"),
            (
                "imap://a:secret@imap.u.example/?tls=peut-etre",
                "required et none",
            ),
            ("imaps://a:secret@imap.u.example/?tls=none", "déjà chiffré"),
            ("imaps://a:secret@imap.u.example/?cert=x", "tls et ca"),
            ("imaps://a:secret@imap.u.example/R%C3%A9ception", "UTF-7"),
            ("imaps://a:secret%0d%0a@imap.u.example/", "fin de ligne"),
        ] {
            let dit = faux.parse::<Boite>().unwrap_err();
            assert!(
                dit.contains(attendu) && !dit.contains("secret"),
                "{faux}: {dit}"
            );
        }
    }
}
