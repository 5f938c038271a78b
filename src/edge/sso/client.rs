//! Questions to the identity provider over HTTP: TLS by rustls, no redirects, bounded in time, size and number.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::{HeaderValue, Request, Response, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use openidconnect::AsyncHttpClient;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::confiance;

/// How long the provider may take to answer.
const DELAI: Duration = Duration::from_secs(8);
/// Bytes of an answer.
const MAX_REPONSE: usize = 256 * 1024;
/// Questions under way at once: a provider that hangs must not hang us.
const MAX_EN_COURS: usize = 64;

/// The provider gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Panne(String);

/// Asks the provider.
pub(crate) struct Client {
    tls: TlsConnector,
    places: Semaphore,
}

/// Whether what goes there cannot be read on the way: TLS, or this machine.
pub fn abritee(schema: &str, hote: Option<&str>) -> bool {
    schema == "https" || matches!(hote, Some("127.0.0.1" | "localhost" | "[::1]"))
}

impl Client {
    /// Trusts the public authorities, and the university's own if it has one.
    ///
    /// # Errors
    /// What is wrong with the file of its own.
    pub(crate) fn new(ca: Option<&Path>) -> Result<Self, String> {
        let tls = confiance::connecteur(ca)?;
        Ok(Self {
            tls,
            places: Semaphore::new(MAX_EN_COURS),
        })
    }

    /// Sends a form, for an answer in JSON: its status and its bytes.
    ///
    /// # Errors
    /// That there is no answer.
    pub(crate) async fn poster(
        &self,
        url: &Url,
        formulaire: String,
    ) -> Result<(u16, Vec<u8>), Panne> {
        let requete = Request::post(url.as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(formulaire.into_bytes())
            .map_err(|e| Panne(e.to_string()))?;
        let reponse = self.envoyer(requete).await?;
        Ok((reponse.status().as_u16(), reponse.into_body()))
    }

    /// One question, one answer; a redirect is an answer like another.
    ///
    /// # Errors
    /// That there is none.
    pub(super) async fn envoyer(
        &self,
        requete: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Panne> {
        let _place = self
            .places
            .try_acquire()
            .map_err(|_pleine| Panne(format!("{MAX_EN_COURS} questions are under way")))?;
        match tokio::time::timeout(DELAI, self.demander(requete)).await {
            Ok(reponse) => reponse.map_err(Panne),
            Err(_trop_tard) => Err(Panne(format!("no answer within {DELAI:?}"))),
        }
    }

    async fn demander(&self, requete: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
        let dire = |e: &dyn std::fmt::Display| e.to_string();
        let (mut tete, corps) = requete.into_parts();
        let hote = tete.uri.host().ok_or("no host")?.to_owned();
        let schema = tete.uri.scheme_str().unwrap_or_default().to_owned();
        if !abritee(&schema, Some(&hote)) {
            return Err(format!("{schema}://{hote} is not reached over TLS"));
        }
        let chiffre = schema == "https";
        let port = tete
            .uri
            .port_u16()
            .unwrap_or(if chiffre { 443 } else { 80 });
        let autorite = tete.uri.authority().map(ToString::to_string);
        let autorite = HeaderValue::from_str(&autorite.unwrap_or_default());
        tete.headers.insert(HOST, autorite.map_err(|e| dire(&e))?);
        let chemin = tete.uri.path_and_query().map_or("/", |p| p.as_str());
        tete.uri = chemin.parse::<Uri>().map_err(|e| dire(&e))?;
        let requete = Request::from_parts(tete, Full::new(Bytes::from(corps)));
        let nu = hote.trim_matches(['[', ']']).to_owned();
        let flux = TcpStream::connect((nu.as_str(), port)).await;
        let flux = flux.map_err(|e| dire(&e))?;
        if !chiffre {
            return echanger(flux, requete).await;
        }
        let nom = ServerName::try_from(nu).map_err(|e| dire(&e))?;
        let flux = self.tls.connect(nom, flux).await.map_err(|e| dire(&e))?;
        echanger(flux, requete).await
    }
}

impl<'c> AsyncHttpClient<'c> for Client {
    type Error = Panne;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, Panne>> + Send + 'c>>;

    fn call(&'c self, requete: Request<Vec<u8>>) -> Self::Future {
        Box::pin(self.envoyer(requete))
    }
}

async fn echanger<F>(flux: F, requete: Request<Full<Bytes>>) -> Result<Response<Vec<u8>>, String>
where
    F: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let poignee = http1::handshake(TokioIo::new(flux)).await;
    let (mut client, connexion) = poignee.map_err(|e| e.to_string())?;
    let conduite = tokio::spawn(connexion);
    let reponse = client.send_request(requete).await;
    let lue = match reponse {
        Ok(reponse) => {
            let (tete, corps) = reponse.into_parts();
            let corps = Limited::new(corps, MAX_REPONSE).collect().await;
            corps
                .map(|lu| Response::from_parts(tete, lu.to_bytes().to_vec()))
                .map_err(|e| e.to_string())
        }
        Err(erreur) => Err(erreur.to_string()),
    };
    conduite.abort();
    lue
}
