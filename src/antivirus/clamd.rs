//! The clamd protocol: `INSTREAM` and `PING`, over TCP or a Unix socket.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// Bytes sent at once.
const MORCEAU: usize = 64 * 1024;
/// Bytes of an answer that are read.
const MAX_REPONSE: u64 = 4 * 1024;

/// Where clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adresse {
    /// `host:port`.
    Tcp(String),
    /// The path of a socket.
    Unix(PathBuf),
}

impl std::str::FromStr for Adresse {
    type Err = &'static str;

    /// `127.0.0.1:3310`, `clamd.example:3310`, `/run/clamav/clamd.ctl` or `unix:/run/…`.
    fn from_str(texte: &str) -> Result<Self, Self::Err> {
        let chemin = texte.strip_prefix("unix:").unwrap_or(texte);
        if chemin.starts_with('/') {
            return Ok(Self::Unix(chemin.into()));
        }
        let texte = texte.strip_prefix("tcp://").unwrap_or(texte);
        let port = texte
            .rsplit_once(':')
            .map(|(hote, port)| (hote, port.parse::<u16>()));
        match port {
            Some((hote, Ok(_))) if !hote.is_empty() => Ok(Self::Tcp(texte.to_owned())),
            Some(_) | None => Err("écrivez hôte:port, ou le chemin d'une prise Unix"),
        }
    }
}

impl From<SocketAddr> for Adresse {
    fn from(adresse: SocketAddr) -> Self {
        Self::Tcp(adresse.to_string())
    }
}

/// What clamd found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Saine,
    /// This, by the name of its signature.
    Infectee(String),
}

/// Asks clamd about these bytes.
///
/// # Errors
/// Why there is no verdict.
pub async fn examiner(
    adresse: &Adresse,
    octets: &[u8],
    delai: Duration,
) -> Result<Verdict, String> {
    let reponse = avec_delai(delai, envoyer(adresse, octets)).await?;
    lire(&reponse)
}

/// Whether clamd answers.
///
/// # Errors
/// Why not.
pub async fn saluer(adresse: &Adresse, delai: Duration) -> Result<(), String> {
    let reponse = avec_delai(delai, async {
        let mut flux = joindre(adresse).await?;
        flux.write_all(b"zPING\0").await?;
        repondre(&mut flux).await
    })
    .await?;
    match reponse.as_str() {
        "PONG" => Ok(()),
        autre => Err(format!("clamd répond « {autre} » au lieu de PONG")),
    }
}

async fn avec_delai(
    delai: Duration,
    travail: impl Future<Output = std::io::Result<String>>,
) -> Result<String, String> {
    match tokio::time::timeout(delai, travail).await {
        Ok(Ok(reponse)) => Ok(reponse),
        Ok(Err(erreur)) => Err(format!("clamd : {erreur}")),
        Err(_trop_long) => Err(format!("clamd ne répond pas en {delai:?}")),
    }
}

trait Flux: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Flux for T {}

async fn joindre(adresse: &Adresse) -> std::io::Result<Box<dyn Flux>> {
    Ok(match adresse {
        Adresse::Tcp(hote) => Box::new(TcpStream::connect(hote).await?),
        Adresse::Unix(chemin) => Box::new(UnixStream::connect(chemin).await?),
    })
}

async fn envoyer(adresse: &Adresse, octets: &[u8]) -> std::io::Result<String> {
    let mut flux = joindre(adresse).await?;
    flux.write_all(b"zINSTREAM\0").await?;
    for morceau in octets.chunks(MORCEAU) {
        // A piece is at most 64 KiB.
        flux.write_u32(morceau.len() as u32).await?;
        flux.write_all(morceau).await?;
    }
    flux.write_u32(0).await?;
    flux.flush().await?;
    repondre(&mut flux).await
}

async fn repondre(flux: &mut Box<dyn Flux>) -> std::io::Result<String> {
    let mut octets = Vec::new();
    flux.take(MAX_REPONSE).read_to_end(&mut octets).await?;
    let texte = String::from_utf8_lossy(&octets);
    Ok(texte.trim_end_matches('\0').trim().to_owned())
}

fn lire(reponse: &str) -> Result<Verdict, String> {
    let suite = reponse.strip_prefix("stream:").map_or(reponse, str::trim);
    if suite == "OK" {
        return Ok(Verdict::Saine);
    }
    match suite.strip_suffix(" FOUND") {
        Some(signature) => Ok(Verdict::Infectee(signature.to_owned())),
        None => Err(format!("clamd répond « {reponse} »")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q16_les_reponses_de_clamd_se_lisent() {
        assert_eq!(lire("stream: OK"), Ok(Verdict::Saine));
        let eicar = Verdict::Infectee("Eicar-Test-Signature".to_owned());
        assert_eq!(lire("stream: Eicar-Test-Signature FOUND"), Ok(eicar));
        assert!(lire("INSTREAM size limit exceeded. ERROR").is_err());
        assert!(lire("").is_err());
    }

    #[test]
    fn q16_les_adresses_de_clamd() {
        let unix = Adresse::Unix("/run/clamav/clamd.ctl".into());
        assert_eq!("/run/clamav/clamd.ctl".parse(), Ok(unix.clone()));
        assert_eq!("unix:/run/clamav/clamd.ctl".parse(), Ok(unix));
        assert_eq!(
            "clamd:3310".parse(),
            Ok(Adresse::Tcp("clamd:3310".to_owned()))
        );
        for fausse in ["clamd", ":3310", "clamd:port", ""] {
            assert!(fausse.parse::<Adresse>().is_err(), "{fausse}");
        }
    }
}
