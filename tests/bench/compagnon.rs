//! The bare peer: hyper in a process of its own, that sends so many bytes, or writes a body to a file and syncs it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::systeme::au_fil;

/// The argument of the process.
pub(crate) const SERVIR: &str = "compagnon";

/// A running peer, ended with this value.
pub(crate) struct Compagnon {
    enfant: Child,
    pub(crate) adresse: SocketAddr,
}

impl Compagnon {
    pub(crate) fn demarrer(dossier: &Path) -> Self {
        let programme = std::env::current_exe().unwrap();
        let mut commande = Command::new(programme);
        commande.arg(SERVIR).arg(dossier).stdout(Stdio::piped());
        let mut enfant = commande.spawn().unwrap();
        let mut ligne = String::new();
        let mut sortie = BufReader::new(enfant.stdout.take().unwrap());
        sortie.read_line(&mut ligne).unwrap();
        let adresse = ligne.trim().parse().unwrap();
        Self { enfant, adresse }
    }
}

impl Drop for Compagnon {
    fn drop(&mut self) {
        // Already dead is as dead as wanted.
        let _mort = self.enfant.kill();
        let _attendu = self.enfant.wait();
    }
}

/// The process: prints its address, and serves until it is killed.
pub(crate) fn servir(dossier: PathBuf) {
    au_fil(async {
        let ecoute = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", ecoute.local_addr().unwrap());
        let fichiers = Arc::new((dossier, AtomicU64::new(0)));
        loop {
            let (flux, _) = ecoute.accept().await.unwrap();
            flux.set_nodelay(true).unwrap();
            let fichiers = fichiers.clone();
            let service = service_fn(move |requete| repondre(fichiers.clone(), requete));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(flux), service));
        }
    });
}

/// `GET /<n>` sends n bytes; `PUT` writes what comes.
async fn repondre(
    fichiers: Arc<(PathBuf, AtomicU64)>,
    requete: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    if requete.method() == Method::GET {
        let octets = requete.uri().path().trim_start_matches('/').parse();
        return Ok(Response::new(vec![b'x'; octets.unwrap_or(0)].into()));
    }
    let (dossier, rang) = &*fichiers;
    let nom = rang.fetch_add(1, Ordering::Relaxed).to_string();
    let mut fichier = tokio::fs::File::create(dossier.join(nom)).await?;
    let mut corps = requete.into_body();
    while let Some(trame) = corps.frame().await {
        if let Ok(octets) = trame.map_err(std::io::Error::other)?.into_data() {
            fichier.write_all(&octets).await?;
        }
    }
    fichier.sync_all().await?;
    Ok(Response::new(Full::default()))
}
