//! Going out to another server: whose certificates are believed, what may travel in clear, who we say we are.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// The authorities a certificate file holds.
///
/// # Errors
/// The file and what is wrong with it.
fn autorites(fichier: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let dire = |e: &dyn std::fmt::Display| format!("{} : {e}", fichier.display());
    let lus = CertificateDer::pem_file_iter(fichier).map_err(|e| dire(&e))?;
    let lus: Result<Vec<_>, _> = lus.collect();
    let lus = lus.map_err(|e| dire(&e))?;
    if lus.is_empty() {
        return Err(dire(&"aucun certificat PEM"));
    }
    Ok(lus)
}

/// TLS that trusts the public authorities, and the university's own if it has one.
///
/// # Errors
/// What is wrong with the file of its own.
pub fn connecteur(ca: Option<&Path>) -> Result<TlsConnector, String> {
    let mut racines = RootCertStore::empty();
    racines.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificat in ca.map(autorites).transpose()?.unwrap_or_default() {
        racines.add(certificat).map_err(|e| e.to_string())?;
    }
    let fournisseur = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(fournisseur)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(racines)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// On this machine, where nobody listens in.
pub(crate) fn locale(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(nom)) => {
            nom == "localhost" || nom.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// A part of a URL as it was before it was percent-encoded; a plus sign stays one.
pub(crate) fn clair(texte: &str) -> String {
    let texte = format!("v={}", texte.replace('+', "%2B"));
    let lu = url::form_urlencoded::parse(texte.as_bytes()).next();
    lu.map(|(_, v)| v.into_owned()).unwrap_or_default()
}
