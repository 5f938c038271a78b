//! What comes with a request: JSON bodies, the session, the command's id, the version seen.

use actors::protocol::{Acte, Reponse, Requete};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// Characters of an `Idempotency-Key`.
const MAX_CLE: usize = 200;

/// A JSON body, or a problem that says what is wrong with it.
pub(super) struct Corps<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Etat> for Corps<T> {
    type Rejection = Probleme;

    async fn from_request(requete: Request, etat: &Etat) -> Result<Self, Probleme> {
        match Json::from_request(requete, etat).await {
            Ok(Json(corps)) => Ok(Self(corps)),
            Err(rejet) => Err(refuser(&rejet)),
        }
    }
}

fn refuser(rejet: &JsonRejection) -> Probleme {
    let statut = rejet.status();
    if statut == StatusCode::PAYLOAD_TOO_LARGE {
        return Probleme::http(
            statut,
            "corps_trop_gros",
            "Le corps de la requête est trop gros.",
            "The request's body is too large.",
        );
    }
    if statut == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return Probleme::http(
            statut,
            "type_de_corps_refuse",
            "Envoyez du JSON, avec Content-Type: application/json.",
            "Send JSON, with Content-Type: application/json.",
        );
    }
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
    /// Asks the actors.
    pub(super) async fn agir(&self, etat: &Etat, acte: Acte) -> Result<Reponse, Probleme> {
        let requete = Requete::Candidat {
            session: self.session.clone(),
            acte,
        };
        Ok(etat.guichet.traiter(self.cle.clone(), requete).await?)
    }
}
