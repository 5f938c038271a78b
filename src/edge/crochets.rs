//! `POST /crochets/mail`: a mail server hands a mail over (S01). Answered 202 once its bytes and its place in the
//! queue are on disk; anything else means that it is still the sender's.

use actors::protocol::Requete;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};
use storage::blobs::BlobError;
use subtle::ConstantTimeEq;

use super::Etat;
use super::presse::suite;
use super::problemes::Probleme;

/// Bytes of one mail; a larger one is refused, which the sending server tells its author (S08).
pub const MAX_MAIL: u64 = 50 * 1024 * 1024;
/// The signature of the body: `sha256=` and the hexadecimal HMAC-SHA-256 under the secret.
const SIGNATURE: &str = "x-postule-signature";
/// Whom the envelope named, separated by commas; may be left out.
const POUR: &str = "x-postule-destinataires";

/// What a mail server must know to hand mails over.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/crochets/mail", post(recevoir))
        .layer(DefaultBodyLimit::disable())
}

/// How the sender proves that it may.
enum Preuve {
    /// Done: by a bearer token.
    Faite,
    /// By a signature of the body, still to be read.
    Signature(Box<Hmac<Sha256>>, Vec<u8>),
}

fn refuse() -> Probleme {
    Probleme::http(
        StatusCode::UNAUTHORIZED,
        "signature_refusee",
        "Donnez « Authorization: Bearer » avec le secret, ou « X-Postule-Signature: sha256=… » du corps.",
        "Give “Authorization: Bearer” with the secret, or “X-Postule-Signature: sha256=…” of the body.",
    )
}

fn preuve(entetes: &HeaderMap, secret: &str) -> Result<Preuve, Probleme> {
    let texte = |nom: &str| entetes.get(nom).and_then(|v| v.to_str().ok());
    if let Some(jeton) =
        texte(header::AUTHORIZATION.as_str()).and_then(|v| v.strip_prefix("Bearer "))
    {
        // Hashed first: their lengths differ, which the comparison would tell.
        let (donne, attendu) = (Sha256::digest(jeton.trim()), Sha256::digest(secret));
        return if bool::from(donne.ct_eq(&attendu)) {
            Ok(Preuve::Faite)
        } else {
            Err(refuse())
        };
    }
    let signature = texte(SIGNATURE).and_then(|v| v.strip_prefix("sha256="));
    let signature = signature.and_then(|hexa| {
        data_encoding::HEXLOWER_PERMISSIVE
            .decode(hexa.trim().as_bytes())
            .ok()
    });
    let mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|e| Probleme::interne(&e))?;
    signature
        .map(|s| Preuve::Signature(Box::new(mac), s))
        .ok_or_else(refuse)
}

async fn recevoir(State(etat): State<Etat>, requete: Request) -> Result<Response, Probleme> {
    let Some(secret) = &etat.outils.secret_mail else {
        return Err(domain::refus::CodeRefus::Introuvable.into());
    };
    let mut preuve = preuve(requete.headers(), &secret.0)?;
    let pour = requete.headers().get(POUR).and_then(|v| v.to_str().ok());
    let destinataires = pour.unwrap_or_default().split(',').map(str::trim);
    let destinataires: Vec<String> = destinataires
        .filter(|d| !d.is_empty())
        .map(str::to_owned)
        .collect();
    let (sha256, octets) = ranger(&etat, requete.into_body(), &mut preuve).await?;
    if let Preuve::Signature(mac, signature) = preuve {
        // What was stored and is not remembered is swept away later.
        mac.verify_slice(&signature).map_err(|_faux| refuse())?;
    }
    let requete = Requete::RecevoirMail {
        sha256: sha256.clone(),
        octets,
        porte: "crochet".to_owned(),
        destinataires,
    };
    etat.guichet.traiter(None, requete).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "recu": sha256 }))).into_response())
}

/// The body, into the store of files as it comes.
async fn ranger(
    etat: &Etat,
    mut corps: Body,
    preuve: &mut Preuve,
) -> Result<(String, u64), Probleme> {
    let coupe = || {
        Probleme::http(
            StatusCode::BAD_REQUEST,
            "corps_interrompu",
            "Le corps de la requête s'est interrompu avant la fin. Recommencez.",
            "The request's body ended too early. Try again.",
        )
    };
    let ecrire = |erreur: BlobError| match erreur {
        BlobError::TooLarge { .. } => Probleme::http(
            StatusCode::PAYLOAD_TOO_LARGE,
            "mail_trop_gros",
            "Ce mail dépasse 50 Mio.",
            "This mail is larger than 50 MiB.",
        ),
        BlobError::Io(erreur) => {
            tracing::error!(%erreur, "a mail cannot be stored");
            occupe()
        }
    };
    let mut ecrivain = etat.blobs.create(MAX_MAIL).await.map_err(|erreur| {
        tracing::error!(%erreur, "a mail cannot be stored");
        occupe()
    })?;
    let mut vide = true;
    while let Some(donnees) = suite(&mut corps).await {
        let donnees = donnees.map_err(|_| coupe())?;
        if let Preuve::Signature(mac, _) = preuve {
            mac.update(&donnees);
        }
        vide &= donnees.is_empty();
        ecrivain.write(&donnees).await.map_err(ecrire)?;
    }
    if vide {
        return Err(Probleme::http(
            StatusCode::BAD_REQUEST,
            "corps_vide",
            "Envoyez le mail brut (message/rfc822) dans le corps.",
            "Send the raw mail (message/rfc822) in the body.",
        ));
    }
    let range = ecrivain.finish().await.map_err(ecrire)?;
    Ok((range.sha256, range.len))
}

fn occupe() -> Probleme {
    actors::protocol::Faute::Indisponible {
        raison: "the disk refuses".to_owned(),
    }
    .into()
}
