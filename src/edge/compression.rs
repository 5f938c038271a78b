//! Pages and JSON are compressed on the way out (Q43); what is compressed already is not.
//!
//! A secret beside a text of somebody else's choice can be guessed from the length of the two compressed together
//! (BREACH). So the proof in forms is masked anew on every page (`pages::visiteur`), and an answer to a request that
//! brings both a session and a query string, which a foreign link can choose, goes out as it is. What comes by POST
//! comes from our own pages, and the API's sessions are in a header no foreign page can set.

use axum::extract::Request;
use axum::http::{Response, header};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};
use tower_http::compression::{Compression, CompressionLayer};

/// Below this the header costs more than is won.
const MIN_OCTETS: u64 = 1024;

/// What is text, and not packed already.
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
        matches!(genre, "text/html" | "text/plain") || genre.ends_with("json")
    }
}

/// A route whose answers are compressed.
pub(super) type Comprimee<S> = Compression<S, And<SizeAbove, Textes>>;

/// What compresses. Quick rather than small: it is paid for on every page.
pub(super) fn comprimer() -> CompressionLayer<And<SizeAbove, Textes>> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(MIN_OCTETS).and(Textes))
}

/// Whether its answer may be compressed: somebody takes it so, and it is none that a foreign link could weigh.
pub(super) fn permise(requete: &Request) -> bool {
    let entetes = requete.headers();
    entetes.contains_key(header::ACCEPT_ENCODING)
        && !(requete.uri().query().is_some_and(|q| !q.is_empty())
            && entetes.contains_key(header::COOKIE))
}
