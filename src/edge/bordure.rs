//! Around every route: who asks and how often, deadlines, security headers, the access log, figures.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use actors::protocol::Faute;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Etat;
use super::clients::{Pair, client};
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
const ENTETES: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];
/// One year, the name and what is below it.
const HSTS: &str = "max-age=31536000; includeSubDomains";
/// No sensor, no payment, no tracking.
const PERMISSIONS: &str =
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()";

pub(super) async fn border(State(etat): State<Etat>, requete: Request, suite: Next) -> Response {
    let (debut, outils) = (Instant::now(), etat.outils.clone());
    let methode = requete.method().clone();
    let extensions = requete.extensions();
    let route = extensions.get::<MatchedPath>().cloned();
    let pair = extensions
        .get::<Pair>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |p| p.0);
    let adresse = client(pair, requete.headers(), &outils.confiance);
    let api = requete.uri().path().starts_with("/api/");
    outils.metriques.commencer();
    let mut reponse = match entrer(&outils, adresse, &requete) {
        Ok(()) => suite.run(requete.map(presser)).await,
        Err(attente) => refuser(&etat, requete, attente),
    };
    if api {
        reponse = problemes::redire(reponse);
    }
    proteger(reponse.headers_mut(), api, outils.hsts);
    let (statut, duree) = (reponse.status(), debut.elapsed());
    let route = route.as_ref().map(MatchedPath::as_str);
    outils.metriques.finir(&methode, route, statut, duree);
    let numero = outils.numero();
    if let Ok(valeur) = HeaderValue::from_str(&numero) {
        reponse.headers_mut().insert("x-request-id", valeur);
    }
    // The pattern of the route, not the path or the query: those hold ids and tokens.
    tracing::info!(
        target: "acces",
        numero,
        %methode,
        route = route.unwrap_or("-"),
        statut = statut.as_u16(),
        duree_us = duree.as_micros() as u64,
        "{methode} {} {}",
        route.unwrap_or("-"),
        statut.as_u16(),
    );
    reponse
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
    for (nom, valeur) in ENTETES {
        entetes
            .entry(nom)
            .or_insert(HeaderValue::from_static(valeur));
    }
    entetes.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS));
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
