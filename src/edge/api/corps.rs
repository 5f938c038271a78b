//! What comes with a request: JSON bodies, the session, the command's id, the version seen.

use std::time::Duration;

use actors::protocol::{Acte, ActeGestion, Reponse, Requete};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::edge::Etat;
use crate::edge::presse::{suite, trop_lent};
use crate::edge::problemes::Probleme;

/// Bytes of a JSON body.
const MAX_JSON: usize = 64 * 1024;
/// Bytes of a refused body that are read, to be dropped.
const MAX_RESTE: usize = 8 * 1024 * 1024;
/// How long a refused body is read, to be dropped.
const DELAI_RESTE: Duration = Duration::from_secs(5);
/// Characters of an `Idempotency-Key`.
const MAX_CLE: usize = 200;

/// A JSON body, or a problem that says what is wrong with it.
pub(super) struct Corps<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Etat> for Corps<T> {
    type Rejection = Probleme;

    async fn from_request(requete: Request, _: &Etat) -> Result<Self, Probleme> {
        encodage(requete.headers())?;
        if !est_json(requete.headers()) {
            epuiser(requete);
            return Err(Probleme::http(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "type_de_corps_refuse",
                "Envoyez du JSON, avec Content-Type: application/json.",
                "Send JSON, with Content-Type: application/json.",
            ));
        }
        let octets = lire(requete).await?;
        objet(&octets)?;
        match Json::from_bytes(&octets) {
            Ok(Json(corps)) => Ok(Self(corps)),
            Err(rejet) => Err(refuser(&rejet)),
        }
    }
}

/// Every body of ours is an object: a list would be read field by field, and one that is empty as if all were left out.
fn objet(octets: &[u8]) -> Result<(), Probleme> {
    match octets.trim_ascii_start().first() {
        // What is broken, or missing, is told by who reads it.
        None | Some(b'{') => Ok(()),
        Some(_) => Err(illisible("un objet { … } est attendu")),
    }
}

/// A JSON body that may be left out: nothing at all reads as null.
pub(super) struct CorpsLibre(pub(super) serde_json::Value);

impl FromRequest<Etat> for CorpsLibre {
    type Rejection = Probleme;

    async fn from_request(requete: Request, _: &Etat) -> Result<Self, Probleme> {
        let octets = lire(requete).await?;
        if matches!(octets.trim_ascii(), b"" | b"null") {
            return Ok(Self(serde_json::Value::Null));
        }
        objet(&octets)?;
        match Json::from_bytes(&octets) {
            Ok(Json(corps)) => Ok(Self(corps)),
            Err(rejet) => Err(refuser(&rejet)),
        }
    }
}

fn est_json(entetes: &HeaderMap) -> bool {
    let type_ = entetes.get(header::CONTENT_TYPE);
    let type_ = type_.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let type_ = type_.split(';').next().unwrap_or_default().trim();
    type_.eq_ignore_ascii_case("application/json")
}

/// Packed bodies are not taken: what they would unpack to is not known before (Q19).
pub(super) fn encodage(entetes: &HeaderMap) -> Result<(), Probleme> {
    let encodage = entetes.get(header::CONTENT_ENCODING);
    if encodage.is_none_or(|v| v.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(Probleme::http(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "encodage_refuse",
        "Envoyez le corps sans compression (sans Content-Encoding).",
        "Send the body without compression (no Content-Encoding).",
    ))
}

/// The whole body, refused as soon as it is too large.
async fn lire(requete: Request) -> Result<Vec<u8>, Probleme> {
    let (tete, mut corps) = requete.into_parts();
    let mut octets = Vec::new();
    while let Some(donnees) = suite(&mut corps).await {
        let donnees = donnees.map_err(|erreur| {
            if trop_lent(&erreur) {
                return Probleme::trop_lent();
            }
            Probleme::http(
                StatusCode::BAD_REQUEST,
                "corps_interrompu",
                "Le corps de la requête s'est interrompu avant la fin. Recommencez.",
                "The request's body ended too early. Try again.",
            )
        })?;
        octets.extend_from_slice(&donnees);
        if octets.len() > MAX_JSON {
            epuiser(Request::from_parts(tete, corps));
            return Err(Probleme::http(
                StatusCode::PAYLOAD_TOO_LARGE,
                "corps_trop_gros",
                "Le corps de la requête est trop gros.",
                "The request's body is too large.",
            ));
        }
    }
    Ok(octets)
}

/// Drops what still comes of a refused body, for a moment, while the answer leaves: a client that is cut off
/// while it sends never sees why it was refused.
pub(super) fn epuiser(requete: Request) {
    // Who waits for leave to send will not send.
    if requete.headers().contains_key(header::EXPECT) {
        return;
    }
    let mut corps = requete.into_body();
    tokio::spawn(tokio::time::timeout(DELAI_RESTE, async move {
        let mut reste = MAX_RESTE;
        while let Some(Ok(octets)) = suite(&mut corps).await {
            match reste.checked_sub(octets.len()) {
                Some(encore) => reste = encore,
                None => return,
            }
        }
    }));
}

fn refuser(rejet: &JsonRejection) -> Probleme {
    // Unknown fields and wrong types are named by serde, after the sentence for people.
    illisible(&rejet.body_text())
}

fn illisible(raison: &str) -> Probleme {
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "json_invalide",
        &format!("Le corps n'est pas le JSON attendu : {raison}"),
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

/// The version of `If-Match`. A tag that is none of ours matches nothing.
fn version(entetes: &HeaderMap) -> Result<Option<u64>, Probleme> {
    let mut vues = Vec::new();
    for valeur in entetes.get_all(header::IF_MATCH) {
        let texte = valeur.to_str().map_err(|_| if_match_invalide())?;
        for etiquette in texte.split(',').map(str::trim) {
            if etiquette == "*" {
                return Ok(None);
            }
            // A weak tag never matches (RFC 9110).
            let forte = etiquette
                .strip_prefix("W/")
                .map_or(Some(etiquette), |_| None);
            let nue = etiquette.trim_start_matches("W/");
            let nue = nue.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
            let nombre = nue.ok_or_else(if_match_invalide)?.parse().ok();
            vues.push(forte.and(nombre).unwrap_or(u64::MAX));
        }
    }
    // Of several, the latest seen: versions only grow.
    let connues = vues.iter().copied().filter(|v| *v != u64::MAX);
    Ok(connues.max().or_else(|| vues.first().copied()))
}

fn if_match_invalide() -> Probleme {
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "if_match_invalide",
        "If-Match : la valeur d'ETag reçue, entre guillemets.",
        "If-Match: the ETag received, in quotes.",
    )
}

/// Whether the version seen is the account's; a dossier has its own.
fn de_la_fiche(acte: &Acte) -> bool {
    matches!(
        acte,
        Acte::Informations(_)
            | Acte::Adresse(_)
            | Acte::Baccalaureat { .. }
            | Acte::ChangerMail { .. }
            | Acte::ChangerMotDePasse { .. }
            | Acte::EcrireEntree { .. }
            | Acte::RetirerEntree { .. }
    )
}

/// The command's id, of who has no session yet.
pub(super) struct Cle(pub(super) Option<String>);

impl FromRequestParts<Etat> for Cle {
    type Rejection = Probleme;

    async fn from_request_parts(parts: &mut Parts, _: &Etat) -> Result<Self, Probleme> {
        cle(&parts.headers).map(Self)
    }
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
        let acte = match self.version {
            Some(version) if de_la_fiche(&acte) => Acte::SiVersion {
                version,
                faire: Box::new(acte),
            },
            Some(_) | None => acte,
        };
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
