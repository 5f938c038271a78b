//! Around every route: who asks and how often, deadlines, compression, security headers, the access log, figures.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::task::{Context, Poll};
use std::time::Instant;

use actors::protocol::Faute;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use tower::{Layer, Service};

use super::Etat;
use super::clients::{Pair, client};
use super::compression::{Comprimee, comprimer, permise};
use super::outils::Outils;
use super::pages;
use super::presse::presser;
use super::problemes::{self, Probleme};

/// What is asked by POST here costs a password's hash or a mail (Q10, Q13).
const COUTEUX: [&str; 19] = [
    "/api/v1/session",
    "/api/v1/comptes",
    "/api/v1/comptes/code-perdu",
    "/api/v1/comptes/mot-de-passe-oublie",
    "/api/v1/comptes/mot-de-passe",
    "/api/v1/comptes/validation",
    "/api/v1/comptes/adresse",
    "/api/v1/comptes/nouvelle-adresse",
    "/connexion",
    "/inscription",
    "/inscription/adresse",
    "/nouvelle-adresse",
    "/code-perdu",
    "/mot-de-passe-oublie",
    "/mot-de-passe",
    "/validation",
    "/verification",
    "/sso/inscription",
    "/sso/rattacher",
];

/// What every answer says unless its handler said more (Q14).
const ENTETES: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    // No sensor, no payment, no tracking.
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        ),
    ),
];
/// The number of the request.
const NUMERO: HeaderName = HeaderName::from_static("x-request-id");
/// Headers of an answer: room for them is made once.
const MAX_ENTETES: usize = 16;
/// One year, the name and what is below it.
const HSTS: &str = "max-age=31536000; includeSubDomains";
/// The one layer around every route: each of axum's is made anew, in a box, for every request.
#[derive(Clone)]
pub(super) struct Bordure(pub(super) Etat);

impl<S> Layer<S> for Bordure {
    type Service = Borde<S>;

    fn layer(&self, suite: S) -> Borde<S> {
        Borde {
            etat: self.0.clone(),
            suite: comprimer().layer(suite),
        }
    }
}

/// A route with what is around it.
#[derive(Clone)]
pub(super) struct Borde<S> {
    etat: Etat,
    suite: Comprimee<S>,
}

impl<S> Service<Request> for Borde<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.suite.poll_ready(cx)
    }

    fn call(&mut self, requete: Request) -> Self::Future {
        let visite = Visite::commencer(&self.etat, &requete);
        let requete = match visite.entrer(&requete) {
            Ok(()) => requete.map(presser),
            Err(attente) => {
                let reponse = refuser(&self.etat, requete, attente);
                return Box::pin(async move { Ok(visite.finir(reponse).await) });
            }
        };
        if permise(&requete) {
            let suite = self.suite.call(requete);
            return Box::pin(async move { Ok(visite.finir(suite.await?.map(Body::new)).await) });
        }
        let suite = self.suite.get_mut().call(requete);
        Box::pin(async move { Ok(visite.finir(suite.await?).await) })
    }
}

/// A request under way.
struct Visite {
    etat: Etat,
    debut: Instant,
    methode: Method,
    /// The pattern of the route, not the path or the query: those hold ids and tokens.
    route: Option<MatchedPath>,
    adresse: IpAddr,
    api: bool,
}

impl Visite {
    fn commencer(etat: &Etat, requete: &Request) -> Self {
        let extensions = requete.extensions();
        let pair = extensions
            .get::<Pair>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |p| p.0);
        etat.outils.metriques.commencer();
        Self {
            debut: Instant::now(),
            methode: requete.method().clone(),
            route: extensions.get::<MatchedPath>().cloned(),
            adresse: client(pair, requete.headers(), &etat.outils.confiance),
            api: requete.uri().path().starts_with("/api/"),
            etat: etat.clone(),
        }
    }

    fn entrer(&self, requete: &Request) -> Result<(), u32> {
        entrer(&self.etat.outils, self.adresse, requete)
    }

    /// The answer with what every answer says, counted and noted.
    async fn finir(self, mut reponse: Response) -> Response {
        let outils = &self.etat.outils;
        if self.api {
            reponse = problemes::redire(reponse).await;
        }
        proteger(reponse.headers_mut(), self.api, outils.hsts);
        let (statut, duree) = (reponse.status(), self.debut.elapsed());
        let route = self.route.as_ref().map(MatchedPath::as_str);
        outils.metriques.finir(&self.methode, route, statut, duree);
        let numero = outils.numero();
        tracing::info!(
            target: "acces",
            numero,
            methode = %self.methode,
            route = route.unwrap_or("-"),
            statut = statut.as_u16(),
            duree_us = duree.as_micros() as u64,
            "{} {} {}",
            self.methode,
            route.unwrap_or("-"),
            statut.as_u16(),
        );
        if let Ok(valeur) = HeaderValue::try_from(numero) {
            reponse.headers_mut().insert(NUMERO, valeur);
        }
        reponse
    }
}

impl Drop for Visite {
    /// Also of a request whose client went away in its middle.
    fn drop(&mut self) {
        self.etat.outils.metriques.partir();
    }
}

fn entrer(outils: &Outils, adresse: IpAddr, requete: &Request) -> Result<(), u32> {
    let entetes = requete.headers();
    let session = entetes
        .get(header::AUTHORIZATION)
        .or_else(|| entetes.get(header::COOKIE));
    outils
        .garde
        .entrer(adresse, session.map(HeaderValue::as_bytes))?;
    // What the provider is asked for each.
    let sso = requete.method() == Method::GET && requete.uri().path() == "/sso/retour";
    if sso || requete.method() == Method::POST && COUTEUX.contains(&requete.uri().path()) {
        outils.garde.connecter(adresse)?;
    }
    Ok(())
}

fn refuser(etat: &Etat, requete: Request, attente: u32) -> Response {
    let probleme = Probleme::from(Faute::TropVite {
        reessayer_s: attente,
    });
    if requete.uri().path().starts_with("/api/") {
        return probleme.into_response();
    }
    pages::refuser(etat, &requete.into_parts().0, probleme)
}

fn proteger(entetes: &mut HeaderMap, api: bool, hsts: bool) {
    entetes.reserve(MAX_ENTETES);
    for (nom, valeur) in ENTETES {
        entetes.entry(nom).or_insert(valeur);
    }
    if api {
        entetes
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    if hsts {
        entetes.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(HSTS),
        );
    }
}
