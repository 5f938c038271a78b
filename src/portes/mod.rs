//! Doors by which mails to the support come in from this machine: files in a folder, a mailbox over IMAP, and what
//! `postule mail deliver` hands over. Each stores the bytes first and lets go of them only then (S01).

pub mod dossier;
pub mod imap;
pub(crate) mod tube;

use std::path::Path;

use actors::guichet::Guichet;
use actors::protocol::Requete;
use storage::blobs::{BlobError, Blobs, Writer};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::edge::MAX_MAIL;

/// Bytes read at once.
const MORCEAU: usize = 64 * 1024;
/// What is kept of a mail that is too large: enough to see who wrote and why (S08).
const DEBUT: u64 = 64 * 1024;

/// Why a mail was not taken; it is still whose it was.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refus {
    /// It never will be.
    #[error("ce mail dépasse {} Mio", MAX_MAIL >> 20)]
    TropGros,
    /// Not now.
    #[error("{0}")]
    PlusTard(String),
}

impl From<std::io::Error> for Refus {
    fn from(erreur: std::io::Error) -> Self {
        Self::PlusTard(erreur.to_string())
    }
}

impl From<BlobError> for Refus {
    fn from(erreur: BlobError) -> Self {
        match erreur {
            BlobError::TooLarge { .. } => Self::TropGros,
            BlobError::Io(erreur) => erreur.into(),
        }
    }
}

/// Where mails go, and by which door they come in.
#[derive(Clone, Debug)]
pub struct Depot {
    blobs: Blobs,
    guichet: Guichet,
    porte: String,
    destinataires: Vec<String>,
}

impl Depot {
    /// For mails that come in by this door.
    pub fn new(blobs: &Blobs, guichet: &Guichet, porte: &str) -> Self {
        Self {
            blobs: blobs.clone(),
            guichet: guichet.clone(),
            porte: porte.to_owned(),
            destinataires: Vec::new(),
        }
    }

    /// For a mail whose envelope named these.
    pub fn pour(mut self, destinataires: Vec<String>) -> Self {
        self.destinataires = destinataires;
        self
    }

    /// Stores a file and has it remembered.
    ///
    /// # Errors
    /// [`Refus`]; the file is still the caller's then.
    pub async fn fichier(&self, fichier: &Path) -> Result<(), Refus> {
        let dire = |e: std::io::Error| Refus::PlusTard(format!("{} : {e}", fichier.display()));
        let lu = tokio::fs::File::open(fichier).await.map_err(dire)?;
        let ecrit = copier(lu, self.commencer().await?).await?;
        self.retenir(ecrit, None).await
    }

    /// The beginning of a file that is too large (S08): the person is told, the file stays the caller's.
    async fn debut_de(&self, fichier: &Path) -> Result<(), Refus> {
        let lu = tokio::fs::File::open(fichier).await?;
        let taille = lu.metadata().await?.len();
        let ecrit = copier(lu.take(DEBUT), self.commencer().await?).await?;
        self.retenir(ecrit, Some(taille)).await
    }

    /// The same for a mail in memory; `taille` is its size if these bytes are only its beginning.
    async fn octets(&self, octets: &[u8], taille: Option<u64>) -> Result<(), Refus> {
        let mut ecrivain = self.commencer().await?;
        ecrivain.write(octets).await?;
        self.retenir(ecrivain, taille).await
    }

    async fn commencer(&self) -> Result<Writer, Refus> {
        Ok(self.blobs.create(MAX_MAIL).await?)
    }

    async fn retenir(&self, ecrivain: Writer, taille: Option<u64>) -> Result<(), Refus> {
        let range = ecrivain.finish().await?;
        let requete = Requete::RecevoirMail {
            sha256: range.sha256,
            octets: taille.unwrap_or(range.len),
            porte: self.porte.clone(),
            destinataires: self.destinataires.clone(),
        };
        let recu = self.guichet.traiter(None, requete).await;
        recu.map(drop)
            .map_err(|faute| Refus::PlusTard(format!("{faute:?}")))
    }
}

async fn copier(mut lu: impl AsyncRead + Unpin, mut ecrit: Writer) -> Result<Writer, Refus> {
    let mut morceau = vec![0; MORCEAU];
    loop {
        let combien = lu.read(&mut morceau).await?;
        let octets = morceau.get(..combien).unwrap_or_default();
        if octets.is_empty() {
            return Ok(ecrit);
        }
        ecrit.write(octets).await?;
    }
}
