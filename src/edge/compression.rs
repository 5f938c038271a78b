//! Pages and JSON are compressed on the way out (Q43); what is compressed already is not.
//!
//! A secret beside a text of somebody else's choice can be guessed from the length of the two compressed together
//! (BREACH). So the proof in forms is masked anew on every page (`pages::visiteur`), and an answer to a request that
//! brings both a session and a query string, which a foreign link can choose, goes out as it is. What comes by POST
//! comes from our own pages, and the API's sessions are in a header no foreign page can set.

use axum::extract::Request;
use axum::http::{Response, header};
use axum::middleware::Next;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// Below this the header costs more than is won.
const MIN_OCTETS: u64 = 1024;

/// Marks an answer that goes out as it is.
#[derive(Clone, Copy, Debug)]
struct TelQuel;

/// Texts that no rule above keeps as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Textes;

impl Predicate for Textes {
    fn should_compress<B>(&self, reponse: &Response<B>) -> bool
    where
        B: axum::body::HttpBody,
    {
        let genre = reponse.headers().get(header::CONTENT_TYPE);
        let genre = genre.and_then(|v| v.to_str().ok()).unwrap_or_default();
        let genre = genre.split(';').next().unwrap_or_default();
        let texte = matches!(genre, "text/html" | "text/plain") || genre.ends_with("json");
        texte && reponse.extensions().get::<TelQuel>().is_none()
    }
}

/// The layer around every route. Quick rather than small: it is paid for on every page.
pub(super) fn comprimer() -> CompressionLayer<And<SizeAbove, Textes>> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(MIN_OCTETS).and(Textes))
}

/// Keeps as it is what a foreign link could weigh.
pub(super) async fn peser(requete: Request, suite: Next) -> axum::response::Response {
    let telle_quelle = requete.uri().query().is_some_and(|q| !q.is_empty())
        && requete.headers().contains_key(header::COOKIE);
    let mut reponse = suite.run(requete).await;
    if telle_quelle {
        reponse.extensions_mut().insert(TelQuel);
    }
    reponse
}
