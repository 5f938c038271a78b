//! Entering a mailbox by OAuth 2 (XOAUTH2, OAUTHBEARER), as Gmail and Microsoft 365 ask for: an access token is had from
//! the provider's token endpoint by a refresh token (RFC 6749 § 6) or in our own name (§ 4.4), and renewed before it ends.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_imap::Authenticator;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::connexion::Echec;
use crate::config::Secret;
use crate::edge::Client;

/// What a token is worth whose life the provider does not say.
const VIE: Duration = Duration::from_secs(300);
/// A token is renewed so long before its end, or at half its life if that is later.
const MARGE: Duration = Duration::from_secs(300);
/// Characters of what the provider says when it refuses.
const MAX_DIT: usize = 300;

/// Where access tokens come from: `[support] imap_oauth_*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth {
    /// Ours there.
    pub(crate) client: String,
    /// With the client; public clients have none.
    pub(crate) secret: Option<Secret>,
    /// The file of the refresh token; without one the token is had in our own name.
    pub(crate) actualisation: Option<PathBuf>,
    /// The token endpoint.
    pub(crate) url: Url,
    /// What is asked for; nothing for what was agreed to.
    pub(crate) portees: Vec<String>,
}

/// The access token of one mailbox, as long as it is good.
pub(super) struct Jetons {
    connu: Option<Connu>,
    /// The refresh token that takes the place of the file's, where the file could not be written.
    remplace: Option<(String, String)>,
}

struct Connu {
    jeton: String,
    /// When another is to be had.
    fin: Instant,
    /// It entered at least once, or was tried at least once.
    servi: bool,
}

/// RFC 6749 § 5.1.
#[derive(Deserialize)]
struct Donne {
    access_token: String,
    /// Some write the number as a text.
    expires_in: Option<Value>,
    refresh_token: Option<String>,
}

/// RFC 6749 § 5.2.
#[derive(Deserialize)]
struct Refuse {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Jetons {
    /// None yet.
    pub(super) const fn new() -> Self {
        Self {
            connu: None,
            remplace: None,
        }
    }

    /// A token to enter with.
    ///
    /// # Errors
    /// [`Echec::Refus`] when the provider says no, [`Echec::Panne`] when it does not answer.
    pub(super) async fn prendre(
        &mut self,
        oauth: &OAuth,
        ca: Option<&Path>,
    ) -> Result<String, Echec> {
        if let Some(connu) = &mut self.connu
            && Instant::now() < connu.fin
        {
            connu.servi = true;
            return Ok(connu.jeton.clone());
        }
        self.connu = None;
        let donne = self.demander(oauth, ca).await?;
        let dite = donne.expires_in.as_ref().and_then(|vie| {
            let ecrite = vie.as_str().and_then(|texte| texte.parse().ok());
            vie.as_u64().or(ecrite)
        });
        let vie = dite.map_or(VIE, Duration::from_secs);
        self.connu = Some(Connu {
            jeton: donne.access_token.clone(),
            fin: Instant::now() + vie.saturating_sub(MARGE).max(vie / 2),
            servi: false,
        });
        Ok(donne.access_token)
    }

    /// The mailbox refused the token: it is forgotten. Whether another may help, since it was not a new one.
    pub(super) fn refuse(&mut self) -> bool {
        self.connu.take().is_some_and(|connu| connu.servi)
    }

    async fn demander(&mut self, oauth: &OAuth, ca: Option<&Path>) -> Result<Donne, Echec> {
        let actualisation = self.actualisation(oauth)?;
        let client = Client::new(ca).map_err(Echec::Refus)?;
        let champs = formulaire(oauth, actualisation.as_deref());
        let reponse = client.poster(&oauth.url, champs).await;
        let (statut, corps) = reponse.map_err(|e| Echec::Panne(format!("{} : {e}", oauth.url)))?;
        if !(200..300).contains(&statut) {
            return Err(refus(oauth, statut, &corps));
        }
        let donne: Donne = serde_json::from_slice(&corps).map_err(|_| {
            Echec::Refus(format!(
                "{} ne donne pas de jeton : est-ce bien l'adresse des jetons (imap_oauth_token_url) ?",
                oauth.url
            ))
        })?;
        // It goes into a line of the protocol.
        if donne.access_token.is_empty() || donne.access_token.contains(char::is_control) {
            return Err(Echec::Refus(format!(
                "{} donne un jeton qui n'en est pas un",
                oauth.url
            )));
        }
        if let (Some(avant), Some(apres)) = (actualisation, &donne.refresh_token)
            && avant != *apres
        {
            self.remplacer(oauth, avant, apres);
        }
        Ok(donne)
    }

    /// The refresh token: read each time, so that one that a person replaces serves at once.
    fn actualisation(&self, oauth: &OAuth) -> Result<Option<String>, Echec> {
        let Some(fichier) = &oauth.actualisation else {
            return Ok(None);
        };
        let dire = |e: &dyn std::fmt::Display| {
            Echec::Refus(format!(
                "imap_oauth_refresh_file : {} : {e}",
                fichier.display()
            ))
        };
        let lu = std::fs::read_to_string(fichier).map_err(|e| dire(&e))?;
        let lu = lu.trim().to_owned();
        if lu.is_empty() {
            return Err(dire(&"ce fichier est vide"));
        }
        let remplace = self.remplace.iter().find(|(avant, _)| *avant == lu);
        Ok(Some(remplace.map_or(lu, |(_, apres)| apres.clone())))
    }

    /// Some providers give another refresh token each time (Microsoft does): it is kept for the next start.
    fn remplacer(&mut self, oauth: &OAuth, avant: String, apres: &str) {
        let Some(fichier) = &oauth.actualisation else {
            return;
        };
        match ecrire(fichier, apres) {
            Ok(()) => self.remplace = None,
            Err(erreur) => {
                tracing::warn!(
                    %erreur,
                    fichier = %fichier.display(),
                    "the new refresh token is not kept: after a restart the former one is tried"
                );
                // The file still says what it said at first.
                let avant = self.remplace.take().map_or(avant, |(dit, _)| dit);
                self.remplace = Some((avant, apres.to_owned()));
            }
        }
    }
}

/// Whole or not at all, for its owner's eyes only.
fn ecrire(fichier: &Path, jeton: &str) -> std::io::Result<()> {
    let dossier = fichier.parent().unwrap_or(Path::new("."));
    let mut nouveau = tempfile::NamedTempFile::new_in(dossier)?;
    writeln!(nouveau, "{jeton}")?;
    nouveau.as_file().sync_all()?;
    nouveau.persist(fichier).map(drop).map_err(|e| e.error)
}

fn formulaire(oauth: &OAuth, actualisation: Option<&str>) -> String {
    let mut champs = url::form_urlencoded::Serializer::new(String::new());
    match actualisation {
        Some(jeton) => champs
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", jeton),
        None => champs.append_pair("grant_type", "client_credentials"),
    };
    champs.append_pair("client_id", &oauth.client);
    if let Some(Secret(secret)) = &oauth.secret {
        champs.append_pair("client_secret", secret);
    }
    if !oauth.portees.is_empty() {
        champs.append_pair("scope", &oauth.portees.join(" "));
    }
    champs.finish()
}

/// What the provider says, with what to do.
fn refus(oauth: &OAuth, statut: u16, corps: &[u8]) -> Echec {
    let lu: Option<Refuse> = serde_json::from_slice(corps).ok();
    let (code, dit) = lu.map_or((String::new(), String::new()), |r| {
        (r.error, r.error_description)
    });
    let dit: String = dit
        .chars()
        .take_while(|c| !c.is_control())
        .take(MAX_DIT)
        .collect();
    let quoi = format!("{} répond {statut} {code} {dit}", oauth.url);
    let quoi = quoi.trim_end().to_owned();
    if statut >= 500
        || statut == 429
        || ["temporarily_unavailable", "server_error"].contains(&code.as_str())
    {
        return Echec::Panne(quoi);
    }
    let faire = match code.as_str() {
        "invalid_grant" => {
            "le jeton d'actualisation n'est plus accepté : redonnez l'accès et remplacez imap_oauth_refresh_file"
        }
        "invalid_client" | "unauthorized_client" => {
            "vérifiez imap_oauth_client et imap_oauth_secret"
        }
        "invalid_scope" => "vérifiez imap_oauth_scopes",
        _ => "vérifiez imap_oauth_token_url",
    };
    Echec::Refus(format!("{quoi} ; {faire}"))
}

/// How a token is shown to the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forme {
    /// Of Google and Microsoft.
    XOAuth2,
    /// RFC 7628.
    Porteur,
}

impl Forme {
    /// Its name for `AUTHENTICATE`.
    pub(super) const fn nom(self) -> &'static str {
        match self {
            Self::XOAuth2 => "XOAUTH2",
            Self::Porteur => "OAUTHBEARER",
        }
    }
}

/// What was said while the token was shown.
#[derive(Debug, Default)]
pub(super) struct Echange {
    /// The server knows this form: it asked for the token.
    pub(super) montre: bool,
    /// Why it does not like it.
    pub(super) dit: Option<String>,
}

/// Shows a token; the second question of the server is its refusal.
pub(super) struct Montre<'a> {
    pub(super) forme: Forme,
    pub(super) qui: &'a str,
    pub(super) hote: &'a str,
    pub(super) port: u16,
    pub(super) jeton: &'a str,
    pub(super) echange: &'a mut Echange,
}

impl Authenticator for Montre<'_> {
    type Response = String;

    fn process(&mut self, defi: &[u8]) -> String {
        if self.echange.montre {
            let dit = String::from_utf8_lossy(defi);
            let dit = dit.chars().filter(|c| !c.is_control()).take(MAX_DIT);
            self.echange.dit = Some(dit.collect());
            // Each wants its own sign that the refusal was heard.
            return match self.forme {
                Forme::XOAuth2 => String::new(),
                Forme::Porteur => "\u{1}".to_owned(),
            };
        }
        self.echange.montre = true;
        let (qui, jeton) = (self.qui, self.jeton);
        match self.forme {
            Forme::XOAuth2 => format!("user={qui}\u{1}auth=Bearer {jeton}\u{1}\u{1}"),
            Forme::Porteur => {
                // GS2: these two have a meaning there.
                let qui = qui.replace('=', "=3D").replace(',', "=2C");
                let (hote, port) = (self.hote, self.port);
                format!(
                    "n,a={qui},\u{1}host={hote}\u{1}port={port}\u{1}auth=Bearer {jeton}\u{1}\u{1}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oauth(actualisation: Option<PathBuf>) -> OAuth {
        OAuth {
            client: "postule".to_owned(),
            secret: Some(Secret("s&=".to_owned())),
            actualisation,
            url: Url::parse("https://jetons.example/token").unwrap(),
            portees: vec!["imap".to_owned(), "offline_access".to_owned()],
        }
    }

    #[test]
    fn la_demande_dit_qui_et_pourquoi() {
        let par_jeton = formulaire(&oauth(None), Some("r1"));
        assert_eq!(
            par_jeton,
            "grant_type=refresh_token&refresh_token=r1&client_id=postule&client_secret=s%26%3D&scope=imap+offline_access"
        );
        assert!(
            formulaire(&oauth(None), None).starts_with("grant_type=client_credentials&client_id")
        );
    }

    #[test]
    fn un_refus_dit_que_faire_et_une_panne_attend() {
        let dit = |statut, corps: &str| refus(&oauth(None), statut, corps.as_bytes());
        for (corps, attendu) in [
            (
                r#"{"error":"invalid_grant","error_description":"Token has been revoked.\nTrace"}"#,
                "revoked. ; le jeton d'actualisation",
            ),
            (r#"{"error":"invalid_client"}"#, "imap_oauth_secret"),
            ("<html>", "imap_oauth_token_url"),
        ] {
            let Echec::Refus(dit) = dit(400, corps) else {
                panic!("{corps}")
            };
            assert!(dit.contains(attendu), "{dit}");
        }
        for (statut, corps) in [
            (503, ""),
            (429, ""),
            (400, r#"{"error":"temporarily_unavailable"}"#),
        ] {
            assert!(matches!(dit(statut, corps), Echec::Panne(_)), "{statut}");
        }
    }

    #[test]
    fn un_jeton_se_montre_sous_deux_formes() {
        let mut echange = Echange::default();
        let mut montre = Montre {
            forme: Forme::Porteur,
            qui: "a,b=c@u.example",
            hote: "h",
            port: 993,
            jeton: "t",
            echange: &mut echange,
        };
        assert_eq!(
            montre.process(b""),
            "n,a=a=2Cb=3Dc@u.example,\u{1}host=h\u{1}port=993\u{1}auth=Bearer t\u{1}\u{1}"
        );
        assert_eq!(montre.process(br#"{"status":"401"}"#), "\u{1}");
        assert_eq!(echange.dit.as_deref(), Some(r#"{"status":"401"}"#));
        let mut echange = Echange::default();
        let mut montre = Montre {
            forme: Forme::XOAuth2,
            qui: "a",
            hote: "h",
            port: 993,
            jeton: "t",
            echange: &mut echange,
        };
        assert_eq!(montre.process(b""), "user=a\u{1}auth=Bearer t\u{1}\u{1}");
        assert_eq!(montre.process(b"{}"), "");
    }

    #[test]
    fn le_jeton_qui_remplace_l_autre_est_garde_la_ou_ou_la_memoire() {
        let dossier = tempfile::tempdir().unwrap();
        let fichier = dossier.path().join("r");
        std::fs::write(&fichier, "r1\n").unwrap();
        let la = oauth(Some(fichier.clone()));
        let mut jetons = Jetons::new();
        assert_eq!(jetons.actualisation(&la).unwrap().as_deref(), Some("r1"));
        jetons.remplacer(&la, "r1".to_owned(), "r2");
        assert_eq!(std::fs::read_to_string(&fichier).unwrap(), "r2\n");
        assert_eq!(jetons.actualisation(&la).unwrap().as_deref(), Some("r2"));
        // Twice where nothing can be written, then a person puts another there.
        jetons.remplace = Some(("r2".to_owned(), "r3".to_owned()));
        assert_eq!(jetons.actualisation(&la).unwrap().as_deref(), Some("r3"));
        std::fs::write(&fichier, "r9").unwrap();
        assert_eq!(jetons.actualisation(&la).unwrap().as_deref(), Some("r9"));
        std::fs::write(&fichier, " \n").unwrap();
        assert!(
            matches!(jetons.actualisation(&la), Err(Echec::Refus(dit)) if dit.contains("vide"))
        );
    }
}
