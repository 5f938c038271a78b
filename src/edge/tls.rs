//! TLS by rustls: certificate and key from files, read again when they change or on SIGHUP.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const RONDE: Duration = Duration::from_secs(10);
/// What a client may speak, best first.
const PROTOCOLES: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate chain with its key, and where they come from.
#[derive(Debug)]
pub struct Certificat {
    chaine: PathBuf,
    cle: PathBuf,
    lu: RwLock<Arc<CertifiedKey>>,
}

impl Certificat {
    /// Reads both files.
    ///
    /// # Errors
    /// The file and what is wrong with it.
    pub fn ouvrir(chaine: &Path, cle: &Path) -> Result<Arc<Self>, String> {
        let lu = lire(chaine, cle)?;
        Ok(Arc::new(Self {
            chaine: chaine.to_owned(),
            cle: cle.to_owned(),
            lu: RwLock::new(Arc::new(lu)),
        }))
    }

    /// Reads both files again; on a fault the old certificate goes on serving.
    ///
    /// # Errors
    /// As [`Certificat::ouvrir`].
    pub fn relire(&self) -> Result<(), String> {
        let lu = Arc::new(lire(&self.chaine, &self.cle)?);
        *self.lu.write().unwrap_or_else(PoisonError::into_inner) = lu;
        Ok(())
    }

    /// What accepts connections with it: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
    ///
    /// # Errors
    /// When rustls refuses its own defaults.
    pub(super) fn accueil(self: &Arc<Self>) -> Result<TlsAcceptor, String> {
        let fournisseur = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(fournisseur)
            .with_safe_default_protocol_versions()
            .map_err(|e| e.to_string())?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = PROTOCOLES.map(<[u8]>::to_vec).to_vec();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Watches the files until its task is dropped.
    pub(super) async fn veiller(self: Arc<Self>) {
        let mut signal = signal(SignalKind::hangup()).ok();
        let mut vus = self.dates();
        loop {
            let recharge = async {
                match &mut signal {
                    Some(signal) => drop(signal.recv().await),
                    None => std::future::pending().await,
                }
            };
            let signale = tokio::select! {
                () = recharge => true,
                () = tokio::time::sleep(RONDE) => false,
            };
            let dates = self.dates();
            if !signale && dates == vus {
                continue;
            }
            match self.relire() {
                Ok(()) => {
                    tracing::info!(chaine = %self.chaine.display(), "the certificate was read again");
                    vus = dates;
                }
                // Half of the two files is new, perhaps: the next round sees both.
                Err(raison) => tracing::error!(
                    raison,
                    "the certificate was not read again; the old one goes on serving"
                ),
            }
        }
    }

    fn dates(&self) -> [Option<SystemTime>; 2] {
        [&self.chaine, &self.cle].map(|chemin| {
            let meta = std::fs::metadata(chemin).ok()?;
            meta.modified().ok()
        })
    }
}

impl ResolvesServerCert for Certificat {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let lu = self.lu.read().unwrap_or_else(PoisonError::into_inner);
        Some(lu.clone())
    }
}

fn lire(chaine: &Path, cle: &Path) -> Result<CertifiedKey, String> {
    let dire =
        |chemin: &Path, quoi: &dyn std::fmt::Display| format!("{} : {quoi}", chemin.display());
    let certificats = CertificateDer::pem_file_iter(chaine)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| dire(chaine, &e))?;
    if certificats.is_empty() {
        return Err(dire(chaine, &"aucun certificat PEM dans ce fichier"));
    }
    let privee = PrivateKeyDer::from_pem_file(cle).map_err(|e| dire(cle, &e))?;
    let lu =
        CertifiedKey::from_der(certificats, privee, &ring::default_provider()).map_err(|e| {
            dire(
                cle,
                &format!("cette clé ne va pas avec {} : {e}", chaine.display()),
            )
        })?;
    Ok(lu)
}
