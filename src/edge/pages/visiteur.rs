//! Who looks at a page: the session cookie, and the proof that a form came from our own page (Q14).

use actors::jetons;
use actors::protocol::{Acte, Faute, Reponse, Requete};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::gabarits::{self, Page};
use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// `__Host-`: this host only, over TLS only (loopback counts as such), no other path.
const COOKIE: &str = "__Host-session";

/// Anybody, with or without a session.
pub(super) struct Visiteur {
    session: Option<String>,
}

impl FromRequestParts<Etat> for Visiteur {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Etat) -> Result<Self, Response> {
        let session = session(&parts.headers);
        if parts.method == Method::POST && !meme_origine(&parts.headers) {
            return Err(gabarits::probleme(
                &Probleme::http(
                    StatusCode::FORBIDDEN,
                    "autre_origine",
                    "Ce formulaire ne vient pas de ce site. Ouvrez la page ici, puis recommencez.",
                    "This form is not from this site.",
                ),
                None,
            ));
        }
        Ok(Self { session })
    }
}

fn session(entetes: &HeaderMap) -> Option<String> {
    let cookies = entetes
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok());
    let mut cookies = cookies.flat_map(|v| v.split(';'));
    let valeur = cookies.find_map(|c| c.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    valeur.filter(|v| !v.is_empty()).map(str::to_owned)
}

/// Browsers tell where a request comes from; one that tells of elsewhere is refused.
fn meme_origine(entetes: &HeaderMap) -> bool {
    let texte = |nom: &str| entetes.get(nom).and_then(|v| v.to_str().ok());
    if let Some(site) = texte("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let hote = texte("host").unwrap_or_default();
    texte("origin").is_none_or(|o| o.split_once("://").is_some_and(|(_, h)| h == hote))
}

/// The cookie of a session; empty ends it.
pub(super) fn cookie(jeton: &str) -> String {
    let fin = if jeton.is_empty() { "; Max-Age=0" } else { "" };
    format!("{COOKIE}={jeton}; Path=/; Secure; HttpOnly; SameSite=Lax{fin}")
}

/// What a handler of pages answers when it cannot go on.
pub(super) struct Arret(Box<Response>);

impl IntoResponse for Arret {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Probleme> for Arret {
    fn from(probleme: Probleme) -> Self {
        // A page without a session leads to the log-in, whatever was asked.
        if matches!(probleme, Probleme::Faute(Faute::SessionAbsente)) {
            return Self(Box::new(Redirect::to("/connexion").into_response()));
        }
        Self(Box::new(gabarits::probleme(&probleme, None)))
    }
}

impl From<Faute> for Arret {
    fn from(faute: Faute) -> Self {
        Probleme::Faute(faute).into()
    }
}

impl From<domain::refus::CodeRefus> for Arret {
    fn from(code: domain::refus::CodeRefus) -> Self {
        Probleme::from(code).into()
    }
}

impl Visiteur {
    /// Whether there is a session to try.
    pub(super) fn connecte(&self) -> bool {
        self.session.is_some()
    }

    /// The session's token.
    pub(super) fn session(&self) -> Result<&str, Arret> {
        self.session
            .as_deref()
            .ok_or_else(|| Probleme::sans_session().into())
    }

    /// The proof a form of this session carries.
    pub(super) fn preuve(&self) -> String {
        let session = self.session.as_deref().unwrap_or_default();
        jetons::hexa(&jetons::cle_session(&format!("formulaire {session}")))
    }

    /// Checks the proof; a session is needed for it.
    pub(super) fn verifier(&self, preuve: Option<&str>) -> Result<(), Arret> {
        self.session()?;
        if preuve == Some(&self.preuve()) {
            return Ok(());
        }
        Err(Probleme::http(
            StatusCode::FORBIDDEN,
            "preuve_absente",
            "Cette page était ouverte depuis une autre connexion. Rechargez-la, puis recommencez.",
            "This page belongs to another log-in. Reload it, then try again.",
        )
        .into())
    }

    /// Asks the actors.
    pub(super) async fn agir(&self, etat: &Etat, acte: Acte) -> Result<Reponse, Arret> {
        let session = self.session()?.to_owned();
        Ok(etat
            .guichet
            .traiter(None, Requete::Candidat { session, acte })
            .await?)
    }

    /// A page around a body.
    pub(super) fn page(&self, titre: &str, corps: &str) -> Response {
        let preuve = self.preuve();
        gabarits::page(&Page {
            titre,
            corps,
            connecte: self.connecte(),
            preuve: &preuve,
        })
    }
}
