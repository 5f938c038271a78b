//! The connections: limits, timeouts, graceful drain. hyper owns them.

use std::time::Duration;

use actors::protocol::{Reponse, Requete};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::Etat;
use super::problemes::Probleme;

/// Connections at once; more wait in the system's queue.
const MAX_CONNEXIONS: usize = 10_240;
/// How long a client may take to send the head of a request (slowloris, Q19).
const DELAI_ENTETE: Duration = Duration::from_secs(10);
/// Bytes of the head of a request.
const MAX_ENTETE: usize = 16 * 1024;
/// How long requests under way may take after the signal to stop.
const DELAI_ARRET: Duration = Duration::from_secs(20);
/// The wait after the system refused a connection (out of file handles).
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `arret` completes, then lets what is under way finish.
pub async fn servir(ecoute: TcpListener, routes: Router, arret: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(MAX_CONNEXIONS));
    let drainage = GracefulShutdown::new();
    let mut serveur = Builder::new(TokioExecutor::new());
    serveur
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(DELAI_ENTETE)
        .max_buf_size(MAX_ENTETE);
    serveur
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_ENTETE as u32);
    let mut arret = std::pin::pin!(arret);
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            break;
        };
        let accepte = tokio::select! {
            () = &mut arret => break,
            accepte = ecoute.accept() => accepte,
        };
        let flux = match accepte {
            Ok((flux, _)) => flux,
            Err(erreur) => {
                tracing::warn!(%erreur, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Small answers leave at once.
        let _sans = flux.set_nodelay(true);
        let service = TowerToHyperService::new(routes.clone());
        let connexion = serveur
            .serve_connection(TokioIo::new(flux), service)
            .into_owned();
        let connexion = drainage.watch(connexion);
        tokio::spawn(async move {
            if let Err(erreur) = connexion.await {
                tracing::debug!(erreur, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(ecoute);
    if tokio::time::timeout(DELAI_ARRET, drainage.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still under way at the end of the drain");
    }
}

/// `/sante/vive` and `/sante/prete`.
pub(super) fn sante() -> Router<Etat> {
    Router::new()
        .route("/sante/vive", get(async || StatusCode::NO_CONTENT))
        .route("/sante/prete", get(prete))
}

async fn prete(State(etat): State<Etat>) -> Result<Response, Probleme> {
    let Reponse::Sante(sante) = etat.guichet.traiter(None, Requete::Sante).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let statut = match sante.stockage {
        None => StatusCode::OK,
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    Ok((statut, axum::Json(sante)).into_response())
}
