//! What the edge keeps for itself, beside what it asks of the actors.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cadence::{Cadence, Garde};
use super::crochets::Secret;
use super::metriques::Metriques;
use super::sante::Sentinelle;
use super::{Minutes, Travaux};
use crate::antivirus::Antivirus;
use crate::apercu::Apercus;
use crate::lettres::Lettres;
use crate::mail::Redaction;

/// One per process.
#[derive(Debug)]
pub struct Outils {
    /// What is counted.
    pub metriques: Metriques,
    /// Who asks too much.
    pub garde: Arc<Garde>,
    /// Whose `X-Forwarded-For` is believed.
    pub confiance: Vec<IpAddr>,
    /// Browsers shall come by TLS only.
    pub hsts: bool,
    /// Where the pages are, for links.
    pub url: String,
    /// Pictures of pages.
    pub apercus: Option<Apercus>,
    /// Looks at every file.
    pub antivirus: Option<Arc<Antivirus>>,
    /// What a mail server that hands mails over must know; the door is shut without it.
    pub secret_mail: Option<Secret>,
    /// How the parts are.
    pub sentinelle: Sentinelle,
    /// Where files on their way out are made; nothing stays there longer than it is being sent.
    pub sorties: PathBuf,
    /// Letters of decision; the built-in ones where none are given.
    pub lettres: Option<Arc<Lettres>>,
    /// Texts of mails, for whoever edits them.
    pub redaction: Option<Arc<Redaction>>,
    /// Archives made in the background.
    pub travaux: Arc<Travaux>,
    /// Minutes of commissions between their dry run and their entry.
    pub minutes: Arc<Minutes>,
    /// Numbers requests; the first half tells one run of the program from another.
    numeros: (u32, AtomicU64),
}

impl Outils {
    /// For pages at this URL, at these rates.
    pub fn new(url: &str, cadence: Cadence) -> Self {
        Self {
            metriques: Metriques::default(),
            garde: Arc::new(Garde::new(cadence)),
            confiance: Vec::new(),
            hsts: url.starts_with("https://"),
            url: url.to_owned(),
            apercus: None,
            antivirus: None,
            secret_mail: None,
            sentinelle: Sentinelle::default(),
            sorties: std::env::temp_dir(),
            lettres: Lettres::charger(None).ok().map(Arc::new),
            redaction: None,
            travaux: Arc::default(),
            minutes: Arc::default(),
            numeros: (getrandom::u32().unwrap_or_default(), AtomicU64::new(0)),
        }
    }

    /// The number of a request, in its answer and in the log.
    pub(super) fn numero(&self) -> String {
        let rang = self.numeros.1.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-{rang:x}", self.numeros.0)
    }
}
