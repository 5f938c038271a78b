//! Hands mails over: to an SMTP server, or as files in a folder.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use actors::ports::{Courrier, EchecPoste, Horloge, Postier};
use async_trait::async_trait;
use jiff::tz::TimeZone;
use lettre::address::Envelope;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::sync::Arc;

use super::modeles::{Enseigne, Modeles};

/// How long a mail server may take to answer.
const DELAI_SMTP: Duration = Duration::from_secs(30);

/// Of the buttons in mails; white letters on it have a contrast above 7.
const COULEUR: &str = "#1d4f91";

/// RFC 3834: no vacation message shall answer.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Where mails go.
#[derive(Clone, Debug)]
pub enum Transport {
    /// One `.eml` file each.
    Dossier(PathBuf),
    /// A mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Transport {
    /// `smtp://…` or `smtps://…`, with user and password in the URL (`?tls=required` to insist on STARTTLS).
    ///
    /// # Errors
    /// What is wrong with the URL.
    pub fn smtp(url: &str) -> Result<Self, String> {
        let serveur =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|e| e.to_string())?;
        Ok(Self::Smtp(serveur.timeout(Some(DELAI_SMTP)).build()))
    }
}

/// Renders and sends the mails of the outbox.
pub struct Facteur {
    /// Where mails go.
    pub transport: Transport,
    /// The sender people see.
    pub expediteur: Mailbox,
    /// The university's name.
    pub etablissement: String,
    /// Where the pages are.
    pub url: String,
    /// Where people write for help.
    pub support: Option<String>,
    /// What each mail says.
    pub modeles: Modeles,
    /// Whose time dates are written in.
    pub fuseau: TimeZone,
    /// For the `Date` field.
    pub horloge: Arc<dyn Horloge>,
}

impl std::fmt::Debug for Facteur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facteur")
            .field("expediteur", &self.expediteur)
            .finish_non_exhaustive()
    }
}

impl Facteur {
    /// A sender.
    ///
    /// # Errors
    /// When the sender's address is none.
    pub fn expediteur(nom: &str, adresse: &str) -> Result<Mailbox, String> {
        let adresse = adresse
            .parse::<Address>()
            .map_err(|e| format!("{adresse} : {e}"))?;
        Ok(Mailbox::new(Some(nom.to_owned()), adresse))
    }

    fn message(&self, courrier: &Courrier) -> Result<Message, String> {
        let enseigne = Enseigne {
            nom: &self.etablissement,
            url: &self.url,
            support: self.support.as_deref(),
            couleur: COULEUR,
            fuseau: &self.fuseau,
        };
        let rendu = self.modeles.rendre(courrier, &enseigne)?;
        let a: Address = courrier.a.parse().map_err(|e| format!("address: {e}"))?;
        let domaine = self.expediteur.email.domain();
        // Bounces come back to an address that names the mail (VERP), so that they are matched without reading them.
        let etiquette = courrier.id.replace('.', "-");
        let retour = format!("{}+{etiquette}@{domaine}", self.expediteur.email.user());
        let retour = retour.parse::<Address>().map_err(|e| e.to_string())?;
        let enveloppe = Envelope::new(Some(retour), vec![a.clone()]).map_err(|e| e.to_string())?;
        let date = SystemTime::try_from(self.horloge.maintenant()).map_err(|e| e.to_string())?;
        Message::builder()
            .from(self.expediteur.clone())
            .to(Mailbox::new(None, a))
            .subject(rendu.objet)
            .date(date)
            .message_id(Some(format!("<{}@{domaine}>", courrier.id)))
            .header(AutoSubmitted)
            .envelope(enveloppe)
            .multipart(MultiPart::alternative_plain_html(rendu.texte, rendu.html))
            .map_err(|e| e.to_string())
    }
}

#[async_trait]
impl Postier for Facteur {
    async fn poster(&self, courrier: &Courrier) -> Result<(), EchecPoste> {
        let message = self.message(courrier).map_err(EchecPoste::Definitif)?;
        match &self.transport {
            Transport::Dossier(dossier) => {
                let le = self.horloge.maintenant().as_millisecond();
                let nom = format!("{le:015}-{}.eml", courrier.id);
                ecrire(dossier, &nom, &message.formatted())
                    .await
                    .map_err(|e| EchecPoste::Temporaire(e.to_string()))
            }
            Transport::Smtp(serveur) => match serveur.send(message).await {
                Ok(_) => Ok(()),
                Err(e) if e.is_permanent() => Err(EchecPoste::Definitif(e.to_string())),
                Err(e) => Err(EchecPoste::Temporaire(e.to_string())),
            },
        }
    }
}

/// Under a temporary name first: who lists the folder never sees half a mail.
async fn ecrire(dossier: &Path, nom: &str, octets: &[u8]) -> io::Result<()> {
    tokio::fs::create_dir_all(dossier).await?;
    let provisoire = dossier.join(format!(".{nom}"));
    tokio::fs::write(&provisoire, octets).await?;
    // The outbox forgets the mail after this: file and folder must outlive a power cut.
    tokio::fs::File::open(&provisoire).await?.sync_all().await?;
    tokio::fs::rename(provisoire, dossier.join(nom)).await?;
    tokio::fs::File::open(dossier).await?.sync_all().await
}
