//! The connections: limits, timeouts, TLS, graceful drain. hyper owns them.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::clients::Pair;
use super::connexions::{Place, Registre};
use super::tls::Certificat;

/// Connections at once; more wait in the system's queue.
const MAX_CONNEXIONS: usize = 10_240;
/// Connections of one address: a campus behind one address has many browsers.
const MAX_PAR_ADRESSE: usize = 1_024;
/// How long a client may take to send the head of a request, or leave an HTTP/1.1 connection idle (slowloris, Q19).
const DELAI_ENTETE: Duration = Duration::from_secs(10);
/// How long an HTTP/2 connection may be idle between two requests.
const DELAI_OISIVE: Duration = Duration::from_secs(60);
/// How long a TLS handshake may take.
const DELAI_POIGNEE: Duration = Duration::from_secs(10);
/// How long a client may leave an answer unread.
const DELAI_ECRITURE: Duration = Duration::from_secs(30);
/// Bytes of the head of a request.
const MAX_ENTETE: usize = 16 * 1024;
/// Requests at once on one HTTP/2 connection.
const MAX_FLUX: u32 = 64;
/// Bytes of one HTTP/2 upload that wait in memory, and of one connection's.
const FENETRE: (u32, u32) = (64 * 1024, 256 * 1024);
/// Between two signs of life on an HTTP/2 connection.
const POULS: Duration = Duration::from_secs(20);
/// How long requests under way may take after the signal to stop.
const DELAI_ARRET: Duration = Duration::from_secs(20);
/// The wait after the system refused a connection (out of file handles).
const PAUSE: Duration = Duration::from_millis(100);

/// How the door is kept.
#[derive(Clone, Debug)]
pub struct Porte {
    /// Certificate and key; plain HTTP if absent.
    pub tls: Option<Arc<Certificat>>,
    /// Connections of one address.
    pub par_adresse: usize,
}

impl Default for Porte {
    fn default() -> Self {
        Self {
            tls: None,
            par_adresse: MAX_PAR_ADRESSE,
        }
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Accueil {
    serveur: Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
    routes: Router,
    arret: watch::Receiver<bool>,
}

/// Serves until `arret` completes, then lets what is under way finish.
///
/// # Errors
/// When TLS cannot be set up; nothing was served then.
pub async fn servir(
    ecoute: TcpListener,
    routes: Router,
    porte: Porte,
    arret: impl Future<Output = ()>,
) -> Result<(), String> {
    let tls = porte.tls.as_ref().map(Certificat::accueil).transpose()?;
    let veille = porte
        .tls
        .map(|certificat| tokio::spawn(certificat.veiller()));
    let (arreter, arrete) = watch::channel(false);
    let accueil = Accueil {
        serveur: serveur(),
        tls,
        routes,
        arret: arrete,
    };
    let places = Arc::new(Semaphore::new(MAX_CONNEXIONS));
    let registre = Registre::new(porte.par_adresse);
    let mut arret = std::pin::pin!(arret);
    loop {
        let accepte = tokio::select! {
            () = &mut arret => break,
            accepte = accepter(&ecoute, &places) => accepte,
        };
        match accepte {
            Ok((flux, adresse, place)) => {
                if let Some(mienne) = registre.entrer(adresse) {
                    tokio::spawn(accueil.clone().recevoir(flux, adresse, (mienne, place)));
                } else {
                    tracing::warn!(%adresse, "too many connections of one address, all at work");
                }
            }
            Err(erreur) => {
                tracing::warn!(%erreur, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(ecoute);
    if let Some(veille) = veille {
        veille.abort();
    }
    // Nobody listening any more means nobody to tell.
    let _seul = arreter.send(true);
    let tous = places.acquire_many(MAX_CONNEXIONS as u32);
    if tokio::time::timeout(DELAI_ARRET, tous).await.is_err() {
        tracing::warn!("requests were still under way at the end of the drain");
    }
    Ok(())
}

async fn accepter(
    ecoute: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    let (flux, pair) = ecoute.accept().await?;
    Ok((flux, pair.ip().to_canonical(), place))
}

fn serveur() -> Builder<TokioExecutor> {
    let mut serveur = Builder::new(TokioExecutor::new());
    serveur
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(DELAI_ENTETE)
        .max_buf_size(MAX_ENTETE);
    serveur
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_ENTETE as u32)
        .max_concurrent_streams(MAX_FLUX)
        .initial_stream_window_size(FENETRE.0)
        .initial_connection_window_size(FENETRE.1)
        .max_send_buf_size(FENETRE.0 as usize)
        .keep_alive_interval(POULS)
        .keep_alive_timeout(POULS);
    serveur
}

impl Accueil {
    async fn recevoir(
        self,
        flux: TcpStream,
        adresse: IpAddr,
        (mienne, place): (Place, OwnedSemaphorePermit),
    ) {
        // Small answers leave at once.
        let _sans = flux.set_nodelay(true);
        let mut flux = TimeoutStream::new(flux);
        flux.set_write_timeout(Some(DELAI_ECRITURE));
        let flux = Box::pin(flux);
        match self.tls.clone() {
            None => self.servir(flux, adresse, mienne).await,
            Some(tls) => match tokio::time::timeout(DELAI_POIGNEE, tls.accept(flux)).await {
                Ok(Ok(flux)) => self.servir(flux, adresse, mienne).await,
                Ok(Err(erreur)) => tracing::debug!(%erreur, "a TLS handshake failed"),
                Err(_trop_long) => tracing::debug!("a TLS handshake took too long"),
            },
        }
        drop(place);
    }

    async fn servir<F>(self, flux: F, adresse: IpAddr, place: Place)
    where
        F: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (routes, mut arret) = (self.routes, self.arret);
        let place = Arc::new(place);
        let mienne = place.clone();
        let service = service_fn(move |requete: Request<Incoming>| {
            let travail = mienne.travailler();
            let routes = routes.clone();
            async move {
                let mut requete = requete.map(Body::new);
                requete.extensions_mut().insert(Pair(adresse));
                let reponse: Result<Response<Body>, Infallible> = routes.oneshot(requete).await;
                drop(travail);
                reponse
            }
        });
        let connexion = self.serveur.serve_connection(TokioIo::new(flux), service);
        let mut connexion = std::pin::pin!(connexion);
        let mut adieu = false;
        loop {
            tokio::select! {
                fini = connexion.as_mut() => {
                    if let Err(erreur) = fini {
                        tracing::debug!(erreur, "a connection ended early");
                    }
                    return;
                }
                () = place.occupant.fermer.notified(), if !adieu => {}
                // The server gone means the same: stop.
                _ = arret.wait_for(|arrete| *arrete), if !adieu => {}
                () = tokio::time::sleep(DELAI_ENTETE), if !adieu => {
                    if !place.oisive(DELAI_ENTETE, DELAI_OISIVE) {
                        continue;
                    }
                }
            }
            adieu = true;
            connexion.as_mut().graceful_shutdown();
        }
    }
}
