//! The way to a mail server: its URL, TLS, limits, and what its refusals mean.

use std::path::Path;
use std::time::Duration;

use actors::ports::EchecPoste;
use lettre::message::Message;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::Semaphore;
use url::Url;

use crate::confiance::{clair, locale};

/// How long a mail server may take for one command.
const DELAI_COMMANDE: Duration = Duration::from_secs(30);
/// How long one mail may take in all.
const DELAI_MAIL: Duration = Duration::from_secs(90);
/// Mails on their way at once: more would look like an attack to many servers.
const MAX_ENSEMBLE: usize = 8;
/// How long an idle connection is kept.
const REPOS: Duration = Duration::from_secs(30);

/// How TLS is used (`?tls=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chiffrement {
    /// From the first byte.
    Direct,
    /// STARTTLS, or nothing is sent.
    Exige,
    /// STARTTLS where the server offers it.
    Possible,
    /// In clear.
    Aucun,
}

/// A mail server.
pub struct Smtp {
    serveur: AsyncSmtpTransport<Tokio1Executor>,
    places: Semaphore,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the URL: it may hold a password.
        f.write_str("Smtp")
    }
}

impl Smtp {
    /// `smtp://` or `smtps://`, user and password in it; `?tls=required|opportunistic|none`, `&ca=file.pem`.
    ///
    /// # Errors
    /// What is wrong with the URL, and what to write.
    pub fn new(texte: &str) -> Result<Self, String> {
        let url = Url::parse(texte).map_err(|e| format!("l'URL SMTP : {e}"))?;
        let hote = url
            .host_str()
            .ok_or("l'URL SMTP : le serveur manque")?
            .to_owned();
        let hote = hote.trim_matches(['[', ']']).to_owned();
        let (mut tls, mut ca) = (None, None);
        for (cle, valeur) in url.query_pairs() {
            match cle.as_ref() {
                "tls" => tls = Some(valeur.into_owned()),
                "ca" => ca = Some(valeur.into_owned()),
                autre => {
                    return Err(format!(
                        "l'URL SMTP : « {autre} » est inconnu ; il y a tls et ca"
                    ));
                }
            }
        }
        let identifiants = identifiants(&url)?;
        let chiffrement = chiffrement(&url, tls.as_deref(), identifiants.is_some())?;
        let parametres = parametres(&hote, ca.as_deref())?;
        let (tls, port) = match chiffrement {
            Chiffrement::Direct => (Tls::Wrapper(parametres), 465),
            Chiffrement::Exige => (Tls::Required(parametres), 587),
            Chiffrement::Possible => (Tls::Opportunistic(parametres), 25),
            Chiffrement::Aucun => (Tls::None, 25),
        };
        let mut serveur = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&hote)
            .port(url.port().unwrap_or(port))
            .tls(tls)
            .timeout(Some(DELAI_COMMANDE))
            .pool_config(
                PoolConfig::new()
                    .max_size(MAX_ENSEMBLE as u32)
                    .idle_timeout(REPOS),
            );
        if let Some(identifiants) = identifiants {
            serveur = serveur.credentials(identifiants);
        }
        let salut = url.path().trim_matches('/');
        if !salut.is_empty() {
            serveur = serveur.hello_name(ClientId::Domain(salut.to_owned()));
        }
        Ok(Self {
            serveur: serveur.build(),
            places: Semaphore::new(MAX_ENSEMBLE),
        })
    }

    /// Whether the server takes mails now.
    pub(super) async fn verifier(&self) -> Result<(), String> {
        match self.serveur.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("le serveur de mail n'accepte pas de message".to_owned()),
            Err(erreur) => Err(format!("le serveur de mail ne répond pas : {erreur}")),
        }
    }

    /// Hands a mail over.
    pub(super) async fn envoyer(&self, message: Message) -> Result<(), EchecPoste> {
        let Ok(_place) = self.places.acquire().await else {
            return Err(EchecPoste::Temporaire("the program stops".to_owned()));
        };
        match tokio::time::timeout(DELAI_MAIL, self.serveur.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(erreur)) => Err(comprendre(&erreur)),
            Err(_) => Err(EchecPoste::Temporaire(format!(
                "the mail server took longer than {DELAI_MAIL:?}"
            ))),
        }
    }
}

fn identifiants(url: &Url) -> Result<Option<Credentials>, String> {
    match url.password() {
        Some(secret) => Ok(Some(Credentials::new(clair(url.username()), clair(secret)))),
        None if url.username().is_empty() => Ok(None),
        None => Err("l'URL SMTP : le mot de passe manque".to_owned()),
    }
}

/// A password never travels in clear, except on this machine when asked for.
fn chiffrement(url: &Url, tls: Option<&str>, secret: bool) -> Result<Chiffrement, String> {
    let voulu = match (url.scheme(), tls) {
        ("smtps", None) => Chiffrement::Direct,
        ("smtps", Some(_)) => {
            return Err("l'URL SMTP : smtps:// est déjà chiffré ; ôtez tls=".to_owned());
        }
        ("smtp", Some("required")) => Chiffrement::Exige,
        ("smtp", Some("opportunistic")) => Chiffrement::Possible,
        ("smtp", Some("none")) => Chiffrement::Aucun,
        ("smtp", Some(autre)) => {
            return Err(format!(
                "l'URL SMTP : tls={autre} ; il y a required, opportunistic et none"
            ));
        }
        ("smtp", None) if secret => Chiffrement::Exige,
        ("smtp", None) if locale(url) => Chiffrement::Aucun,
        ("smtp", None) => Chiffrement::Possible,
        (autre, _) => {
            return Err(format!(
                "l'URL SMTP : {autre}:// ; écrivez smtp:// ou smtps://"
            ));
        }
    };
    let permis = match voulu {
        Chiffrement::Direct | Chiffrement::Exige => true,
        Chiffrement::Possible => !secret,
        Chiffrement::Aucun => !secret || locale(url),
    };
    if permis {
        Ok(voulu)
    } else {
        Err(
            "l'URL SMTP : le mot de passe partirait en clair ; écrivez tls=required ou smtps://"
                .to_owned(),
        )
    }
}

/// The authorities of the web, and one of the university's own.
fn parametres(hote: &str, ca: Option<&str>) -> Result<TlsParameters, String> {
    let mut parametres = TlsParameters::builder(hote.to_owned());
    if let Some(ca) = ca {
        let pem = std::fs::read(Path::new(ca)).map_err(|e| format!("l'URL SMTP : {ca} : {e}"))?;
        let autorite =
            Certificate::from_pem(&pem).map_err(|e| format!("l'URL SMTP : {ca} : {e}"))?;
        parametres = parametres.add_root_certificate(autorite);
    }
    parametres.build().map_err(|e| format!("l'URL SMTP : {e}"))
}

/// What a refusal means for this mail.
fn comprendre(erreur: &lettre::transport::smtp::Error) -> EchecPoste {
    let raison = erreur.to_string();
    let code = erreur.status().map(u16::from);
    match code {
        Some(code) if erreur.is_permanent() => juger(code, raison),
        Some(_) | None => EchecPoste::Temporaire(raison),
    }
}

/// Permanent codes: some are about us and not about the addressee, and are worth another try after a person has looked.
fn juger(code: u16, raison: String) -> EchecPoste {
    let etendu = etendu(&raison);
    match (code, etendu) {
        // Authentication, encryption, policy of the relay: nothing is wrong with this mail.
        (530 | 534 | 535 | 538, _) => EchecPoste::Temporaire(raison),
        // 5.1.x and 5.2.1: no such mailbox.
        (_, Some((5, 1, _) | (5, 2, 1))) => EchecPoste::AdresseRefusee(raison),
        // Full, blocked, too large, refused by policy: not the address.
        (_, Some(_)) => EchecPoste::Definitif(raison),
        (550 | 551 | 553, None) => EchecPoste::AdresseRefusee(raison),
        (_, None) => EchecPoste::Definitif(raison),
    }
}

/// The first enhanced status code in a text (RFC 3463).
fn etendu(texte: &str) -> Option<(u16, u16, u16)> {
    texte
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .find_map(|mot| {
            let mut parties = mot.split('.').map(|p| p.parse::<u16>().ok());
            let lu = (parties.next()??, parties.next()??, parties.next()??);
            (parties.next().is_none() && matches!(lu.0, 2 | 4 | 5)).then_some(lu)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lu(url: &str) -> Result<Chiffrement, String> {
        let url = Url::parse(url).unwrap();
        let tls = url.query_pairs().find(|(c, _)| c == "tls");
        let tls = tls.map(|(_, v)| v.into_owned());
        chiffrement(&url, tls.as_deref(), identifiants(&url)?.is_some())
    }

    #[test]
    fn un_mot_de_passe_ne_part_jamais_en_clair() {
        for (url, attendu) in [
            ("smtps://m.example", Some(Chiffrement::Direct)),
            ("smtp://u:p@m.example", Some(Chiffrement::Exige)),
            ("smtp://u:p@127.0.0.1:25", Some(Chiffrement::Exige)),
            ("smtp://u:p@m.example?tls=none", None),
            ("smtp://u:p@m.example?tls=opportunistic", None),
            ("smtp://u:p@127.0.0.1?tls=none", Some(Chiffrement::Aucun)),
            ("smtp://u:p@[::1]?tls=none", Some(Chiffrement::Aucun)),
            ("smtp://m.example", Some(Chiffrement::Possible)),
            ("smtp://m.example?tls=none", Some(Chiffrement::Aucun)),
            ("smtp://localhost:2525", Some(Chiffrement::Aucun)),
            ("smtp://m.example?tls=oui", None),
            ("smtp://u@m.example", None),
            ("http://m.example", None),
        ] {
            assert_eq!(lu(url).ok(), attendu, "{url}");
        }
    }

    #[test]
    fn un_identifiant_se_lit_dans_l_url() {
        let url = Url::parse("smtp://jean%40u.example:a+b%2Fc@m.example").unwrap();
        let lus = identifiants(&url).unwrap().unwrap();
        assert_eq!(
            lus,
            Credentials::new("jean@u.example".to_owned(), "a+b/c".to_owned())
        );
    }

    #[test]
    fn g38_un_refus_dit_si_l_adresse_est_en_cause() {
        let adresse = |code, texte: &str| {
            matches!(juger(code, texte.to_owned()), EchecPoste::AdresseRefusee(_))
        };
        assert!(adresse(
            550,
            "permanent error (550): 5.1.1 <x@y.example> User unknown"
        ));
        assert!(adresse(550, "permanent error (550): No such user"));
        assert!(!adresse(
            550,
            "permanent error (550): 5.7.1 Blocked by 10.2.3.4"
        ));
        assert!(!adresse(552, "permanent error (552): 5.2.2 Mailbox full"));
        assert!(matches!(
            juger(535, "5.7.8 Bad credentials".to_owned()),
            EchecPoste::Temporaire(_)
        ));
    }
}
