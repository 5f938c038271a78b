//! Hands mails over: to an SMTP server, or as files in a folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::ports::{Courrier, CourrierDemande, CourrierPersonnel, EchecPoste, Horloge, Postier};
use async_trait::async_trait;
use jiff::tz::TimeZone;
use lettre::Address;
use lettre::message::{Mailbox, Message};

use super::message::{self, Adresses};
use super::modeles::{Enseigne, Modeles};
use super::personnel;
use super::smtp::Smtp;
use crate::lettres::{Contenu, Lettres};

/// Of the buttons in mails; white letters on it have a contrast above 7.
const COULEUR: &str = "#1d4f91";

/// Where mails go.
#[derive(Debug)]
pub enum Transport {
    /// One `.eml` file each.
    Dossier(PathBuf),
    /// A mail server.
    Smtp(Box<Smtp>),
}

impl Transport {
    /// A mail server by its URL; see [`Smtp::new`].
    ///
    /// # Errors
    /// What is wrong with the URL.
    pub fn smtp(url: &str) -> Result<Self, String> {
        Smtp::new(url).map(|smtp| Self::Smtp(Box::new(smtp)))
    }
}

/// Renders and sends the mails of the outbox.
pub struct Facteur {
    transport: Transport,
    expediteur: Mailbox,
    enveloppe: Address,
    support: Option<Address>,
    instance: String,
    enseigne: Maison,
    modeles: Modeles,
    horloge: Arc<dyn Horloge>,
    /// The name our own mail server signs its findings with (S28).
    authserv: Option<String>,
    /// Joined to mails that tell a decision.
    lettres: Option<Arc<Lettres>>,
}

/// Who writes.
#[derive(Clone, Debug)]
pub struct Maison {
    /// The university's name.
    pub nom: String,
    /// Where the pages are.
    pub url: String,
    /// The sender's address.
    pub from: String,
    /// Where bounces come back; the sender's if absent.
    pub enveloppe: Option<String>,
    /// Where people write for help.
    pub support: Option<String>,
    /// Whose time dates are written in.
    pub fuseau: TimeZone,
}

impl Maison {
    /// As mails know it.
    pub(super) fn enseigne(&self) -> Enseigne<'_> {
        Enseigne {
            nom: &self.nom,
            url: &self.url,
            support: self.support.as_deref(),
            couleur: COULEUR,
            fuseau: &self.fuseau,
        }
    }
}

impl std::fmt::Debug for Facteur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facteur")
            .field("expediteur", &self.expediteur)
            .finish_non_exhaustive()
    }
}

impl Facteur {
    /// Whether mails would go now.
    ///
    /// # Errors
    /// Why not.
    pub async fn verifier(&self) -> Result<(), String> {
        match &self.transport {
            Transport::Dossier(dossier) => tokio::fs::create_dir_all(dossier)
                .await
                .map_err(|e| format!("{} : {e}", dossier.display())),
            Transport::Smtp(serveur) => serveur.verifier().await,
        }
    }

    /// A sender.
    ///
    /// # Errors
    /// An address that is none.
    pub fn new(
        transport: Transport,
        maison: Maison,
        modeles: Modeles,
        horloge: Arc<dyn Horloge>,
    ) -> Result<Self, String> {
        let from = message::adresse(&maison.from)?;
        let enveloppe = match &maison.enveloppe {
            Some(enveloppe) => message::adresse(enveloppe)?,
            None => from.clone(),
        };
        let support = maison.support.as_deref().map(message::adresse);
        let hote = url::Url::parse(&maison.url).ok();
        let hote = hote.as_ref().and_then(url::Url::host_str);
        Ok(Self {
            transport,
            expediteur: Mailbox::new(Some(maison.nom.clone()), from),
            enveloppe,
            support: support.transpose()?,
            instance: hote.unwrap_or("postule").to_owned(),
            enseigne: maison,
            modeles,
            horloge,
            authserv: None,
            lettres: None,
        })
    }

    /// The same, that joins its letter to each decision.
    #[must_use]
    pub fn lettres(mut self, lettres: Arc<Lettres>) -> Self {
        self.lettres = Some(lettres);
        self
    }

    /// The letter of a mail that tells a decision. Without it the mail still leaves: the candidate finds it in
    /// the dossier.
    fn lettre(&self, courrier: &Courrier) -> Option<Vec<u8>> {
        let (lettres, maison) = (self.lettres.as_ref()?, &self.enseigne);
        let maintenant = self.horloge.maintenant();
        let contenu = Contenu::du_courrier(courrier, &maison.nom, maintenant)?;
        match lettres.composer(&contenu, &maison.fuseau) {
            Ok(pdf) => Some(pdf),
            Err(faute) => {
                tracing::error!(faute, "a letter of decision was not written");
                None
            }
        }
    }

    /// Believes what the mail server of this name found out about mails that came in.
    #[must_use]
    pub fn croire(mut self, authserv: Option<String>) -> Self {
        self.authserv = authserv;
        self
    }

    pub(super) fn authserv(&self) -> Option<&str> {
        self.authserv.as_deref()
    }

    pub(super) const fn modeles(&self) -> &Modeles {
        &self.modeles
    }

    pub(super) fn enseigne(&self) -> Enseigne<'_> {
        self.enseigne.enseigne()
    }

    fn adresses(&self) -> Adresses<'_> {
        Adresses {
            expediteur: &self.expediteur,
            enveloppe: &self.enveloppe,
            support: self.support.as_ref(),
            instance: &self.instance,
        }
    }

    fn message(&self, courrier: &Courrier) -> Result<Message, String> {
        let rendu = self.modeles.rendre(courrier, &self.enseigne())?;
        let maintenant = self.horloge.maintenant();
        let lettre = self.lettre(courrier);
        message::composer((courrier, lettre), rendu, &self.adresses(), maintenant)
    }

    async fn remettre(&self, etiquette: &str, message: Message) -> Result<(), EchecPoste> {
        match &self.transport {
            Transport::Dossier(dossier) => {
                let le = self.horloge.maintenant().as_millisecond();
                let nom = format!("{le:015}-{etiquette}.eml");
                ecrire(dossier, &nom, &message.formatted())
                    .await
                    .map_err(|e| EchecPoste::Temporaire(e.to_string()))
            }
            Transport::Smtp(serveur) => serveur.envoyer(message).await,
        }
    }
}

#[async_trait]
impl Postier for Facteur {
    async fn poster(&self, courrier: &Courrier) -> Result<(), EchecPoste> {
        let message = self.message(courrier).map_err(EchecPoste::Definitif)?;
        self.remettre(&courrier.etiquette, message).await
    }

    async fn poster_personnel(&self, courrier: &CourrierPersonnel) -> Result<(), EchecPoste> {
        let rendu = personnel::rendre(courrier, &self.enseigne());
        let (adresses, maintenant) = (self.adresses(), self.horloge.maintenant());
        let message = message::composer_personnel(courrier, rendu, &adresses, maintenant);
        self.remettre(&courrier.etiquette, message.map_err(EchecPoste::Definitif)?)
            .await
    }

    async fn poster_demande(&self, courrier: &CourrierDemande) -> Result<(), EchecPoste> {
        let enseigne = self.enseigne();
        let rendu = self.modeles.encadrer(courrier, &enseigne);
        let rendu = rendu.map_err(EchecPoste::Definitif)?;
        let (adresses, maintenant) = (self.adresses(), self.horloge.maintenant());
        let message = message::composer_demande(courrier, rendu, &adresses, maintenant);
        let message = message.map_err(EchecPoste::Definitif)?;
        self.remettre(&courrier.etiquette, message).await
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
