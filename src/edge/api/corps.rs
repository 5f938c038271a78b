//! What comes with a request: JSON bodies, the session, the command's id, the version seen.

use actors::protocol::{Acte, ActeGestion, Reponse, Requete};
use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// Bytes of a JSON body.
const MAX_JSON: usize = 64 * 1024;
/// Bytes of a body that is read at all.
const MAX_RESTE: usize = 8 * 1024 * 1024;
/// Characters of an `Idempotency-Key`.
const MAX_CLE: usize = 200;

/// A JSON body, or a problem that says what is wrong with it.
pub(super) struct Corps<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Etat> for Corps<T> {
    type Rejection = Probleme;

    async fn from_request(requete: Request, _: &Etat) -> Result<Self, Probleme> {
        let type_ = requete
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok());
        if !type_.is_some_and(|t| t.starts_with("application/json")) {
            return Err(Probleme::http(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "type_de_corps_refuse",
                "Envoyez du JSON, avec Content-Type: application/json.",
                "Send JSON, with Content-Type: application/json.",
            ));
        }
        let octets = lire(requete.into_body()).await?;
        match Json::from_bytes(&octets) {
            Ok(Json(corps)) => Ok(Self(corps)),
            Err(rejet) => Err(refuser(&rejet)),
        }
    }
}

/// A JSON body that may be left out: nothing at all reads as null.
pub(super) struct CorpsLibre(pub(super) serde_json::Value);

impl FromRequest<Etat> for CorpsLibre {
    type Rejection = Probleme;

    async fn from_request(requete: Request, _: &Etat) -> Result<Self, Probleme> {
        let octets = lire(requete.into_body()).await?;
        if octets.is_empty() {
            return Ok(Self(serde_json::Value::Null));
        }
        match Json::from_bytes(&octets) {
            Ok(Json(corps)) => Ok(Self(corps)),
            Err(rejet) => Err(refuser(&rejet)),
        }
    }
}

/// The whole body. What is beyond the limit is read and dropped, up to a bound: a client that is cut off
/// while it sends never sees why it was refused.
async fn lire(mut corps: Body) -> Result<Vec<u8>, Probleme> {
    let mut octets = Vec::new();
    let mut lus = 0;
    while let Some(trame) = corps.frame().await {
        let Some(donnees) = trame.ok().and_then(|t| t.into_data().ok()) else {
            break;
        };
        lus += donnees.len();
        if lus <= MAX_JSON {
            octets.extend_from_slice(&donnees);
        } else if lus > MAX_RESTE {
            break;
        }
    }
    if lus <= MAX_JSON {
        return Ok(octets);
    }
    Err(Probleme::http(
        StatusCode::PAYLOAD_TOO_LARGE,
        "corps_trop_gros",
        "Le corps de la requête est trop gros.",
        "The request's body is too large.",
    ))
}

fn refuser(rejet: &JsonRejection) -> Probleme {
    // Unknown fields and wrong types are named by serde, after the sentence for people.
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "json_invalide",
        &format!("Le corps n'est pas le JSON attendu : {}", rejet.body_text()),
        "The body is not the JSON expected.",
    )
}

/// Who asks, under which command id, having seen which version.
pub(super) struct Demandeur {
    pub(super) session: String,
    cle: Option<String>,
    pub(super) version: Option<u64>,
}

impl FromRequestParts<Etat> for Demandeur {
    type Rejection = Probleme;

    async fn from_request_parts(parts: &mut Parts, _: &Etat) -> Result<Self, Probleme> {
        let texte = |nom| parts.headers.get(nom).and_then(|v| v.to_str().ok());
        let jeton = texte(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer "));
        let session = jeton.ok_or_else(Probleme::sans_session)?.trim().to_owned();
        Ok(Self {
            session,
            cle: cle(&parts.headers)?,
            version: version(&parts.headers)?,
        })
    }
}

/// The `Idempotency-Key`.
fn cle(entetes: &HeaderMap) -> Result<Option<String>, Probleme> {
    let Some(valeur) = entetes.get("idempotency-key") else {
        return Ok(None);
    };
    match valeur.to_str() {
        Ok(cle) if !cle.is_empty() && cle.len() <= MAX_CLE => Ok(Some(cle.to_owned())),
        Ok(_) | Err(_) => Err(Probleme::http(
            StatusCode::BAD_REQUEST,
            "cle_invalide",
            "Idempotency-Key : 1 à 200 caractères ASCII.",
            "Idempotency-Key: 1 to 200 ASCII characters.",
        )),
    }
}

fn version(entetes: &HeaderMap) -> Result<Option<u64>, Probleme> {
    let Some(valeur) = entetes.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let texte = valeur.to_str().unwrap_or_default().trim();
    if texte == "*" {
        return Ok(None);
    }
    let nombre = texte.trim_matches('"').parse();
    nombre.map(Some).map_err(|_| {
        Probleme::http(
            StatusCode::BAD_REQUEST,
            "if_match_invalide",
            "If-Match : la valeur d'ETag reçue, entre guillemets.",
            "If-Match: the ETag received, in quotes.",
        )
    })
}

impl Demandeur {
    /// Asks what changes nothing: not under the command's id, which is the command's own.
    pub(super) async fn lire(&self, etat: &Etat, acte: Acte) -> Result<Reponse, Probleme> {
        let requete = Requete::Candidat {
            session: self.session.clone(),
            acte,
        };
        Ok(etat.guichet.traiter(None, requete).await?)
    }

    /// Asks the actors.
    pub(super) async fn agir(&self, etat: &Etat, acte: Acte) -> Result<Reponse, Probleme> {
        let requete = Requete::Candidat {
            session: self.session.clone(),
            acte,
        };
        Ok(etat.guichet.traiter(self.cle.clone(), requete).await?)
    }

    /// Asks the actors, as staff.
    pub(super) async fn gerer(&self, etat: &Etat, acte: ActeGestion) -> Result<Reponse, Probleme> {
        let requete = Requete::Gestion {
            session: self.session.clone(),
            acte,
        };
        Ok(etat.guichet.traiter(self.cle.clone(), requete).await?)
    }
}
