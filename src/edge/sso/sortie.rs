//! OpenID Connect Back-Channel Logout 1.0: the provider says, in a token it signed, that a session of its own is over.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyId, JsonWebKeySet};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::oidc::SIGNATURES;

/// Bytes of a token.
pub(super) const MAX_JETON: usize = 8 * 1024;
/// How far the provider's clock may be ahead.
const AVANCE: SignedDuration = SignedDuration::from_mins(2);
/// How old a token without an end of its own may be.
const AGE: SignedDuration = SignedDuration::from_mins(10);
/// What the token must be about.
const EVENEMENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Of what type it may call itself.
const TYPES: [&str; 2] = ["logout+jwt", "jwt"];

/// Which sessions are over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finie {
    /// One of the provider's.
    Session(String),
    /// Every one of a person.
    Personne(String),
}

/// Why a token was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Faux {
    /// No key that is known made it.
    Signature,
    /// It says something else.
    Contenu(&'static str),
}

#[derive(Deserialize)]
struct Tete {
    alg: Value,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    Une(String),
    Plusieurs(Vec<String>),
}

#[derive(Deserialize)]
struct Dits {
    iss: String,
    aud: Audience,
    iat: i64,
    #[serde(default)]
    exp: Option<i64>,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    nonce: Option<Value>,
    events: Map<String, Value>,
}

/// What a token is checked against.
pub(super) struct Attendu<'a> {
    pub(super) emetteur: &'a str,
    pub(super) client: &'a str,
    pub(super) cles: &'a JsonWebKeySet<CoreJsonWebKey>,
    pub(super) maintenant: Timestamp,
}

/// Which sessions the token ends, those that began until when.
///
/// # Errors
/// [`Faux`].
pub(super) fn lire(jeton: &str, attendu: &Attendu<'_>) -> Result<(Finie, Timestamp), Faux> {
    let faux = |raison| Faux::Contenu(raison);
    if jeton.len() > MAX_JETON {
        return Err(faux("too long"));
    }
    let (message, signature) = jeton.rsplit_once('.').ok_or(faux("no token"))?;
    let (tete, corps) = message.split_once('.').ok_or(faux("no token"))?;
    let tete: Tete = partie(tete).ok_or(faux("no header"))?;
    let signature = B64.decode(signature).map_err(|_| faux("no signature"))?;
    signe(&tete, message, &signature, attendu.cles)?;
    let dits: Dits = partie(corps).ok_or(faux("claims are missing"))?;
    conforme(&dits, attendu)?;
    let le = Timestamp::from_second(dits.iat).map_err(|_| faux("no time"))?;
    // A session that is named is over alone; else all of the person's are.
    match (dits.sid, dits.sub) {
        (Some(sid), _) if !sid.is_empty() => Ok((Finie::Session(sid), le)),
        (_, Some(sub)) if !sub.is_empty() => Ok((Finie::Personne(sub), le)),
        (_, _) => Err(faux("whose session it is")),
    }
}

fn partie<T: for<'de> Deserialize<'de>>(texte: &str) -> Option<T> {
    serde_json::from_slice(&B64.decode(texte).ok()?).ok()
}

/// Made with one of these keys, in a way that only the provider can.
fn signe(
    tete: &Tete,
    message: &str,
    signature: &[u8],
    cles: &JsonWebKeySet<CoreJsonWebKey>,
) -> Result<(), Faux> {
    let algorithme: CoreJwsSigningAlgorithm = serde_json::from_value(tete.alg.clone())
        .map_err(|_| Faux::Contenu("an unknown algorithm"))?;
    if !SIGNATURES.contains(&algorithme) {
        return Err(Faux::Contenu("an algorithm that proves nothing"));
    }
    if tete.crit.is_some() {
        return Err(Faux::Contenu("something critical that is not known"));
    }
    let typ = tete.typ.as_deref().map(str::to_ascii_lowercase);
    let typ = typ.as_deref().map(|t| t.trim_start_matches("application/"));
    if typ.is_some_and(|t| !TYPES.contains(&t)) {
        return Err(Faux::Contenu("a token of another type"));
    }
    let kid = tete.kid.clone().map(JsonWebKeyId::new);
    let convient = |cle: &&CoreJsonWebKey| kid.is_none() || cle.key_id() == kid.as_ref();
    let mut cles = cles.keys().iter().filter(convient);
    let juste = cles.any(|cle| {
        let fait = cle.verify_signature(&algorithme, message.as_bytes(), signature);
        fait.is_ok()
    });
    if juste { Ok(()) } else { Err(Faux::Signature) }
}

fn conforme(dits: &Dits, attendu: &Attendu<'_>) -> Result<(), Faux> {
    let pour_nous = match &dits.aud {
        Audience::Une(aud) => aud == attendu.client,
        Audience::Plusieurs(aud) => aud.iter().any(|a| a == attendu.client),
    };
    let instant = |s| Timestamp::from_second(s).unwrap_or(Timestamp::MIN);
    let maintenant = attendu.maintenant;
    let (emis, age) = (
        instant(dits.iat),
        maintenant.duration_since(instant(dits.iat)),
    );
    let perime = match dits.exp {
        Some(exp) => instant(exp) <= maintenant,
        None => age > AGE,
    };
    let fautes = [
        (dits.iss != attendu.emetteur, "another issuer"),
        (!pour_nous, "for somebody else"),
        (perime, "expired"),
        (emis.duration_since(maintenant) > AVANCE, "from the future"),
        // An ID token is no log-out, however it was come by.
        (dits.nonce.is_some(), "a nonce"),
        (
            !dits.events.get(EVENEMENT).is_some_and(Value::is_object),
            "no log-out",
        ),
    ];
    match fautes.into_iter().find(|(faute, _)| *faute) {
        Some((_, raison)) => Err(Faux::Contenu(raison)),
        None => Ok(()),
    }
}
