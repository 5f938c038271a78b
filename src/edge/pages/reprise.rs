//! What somebody had typed when the session ended, kept in the log-in page under our seal (Q40).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::visiteur::Visiteur;
use crate::edge::Etat;

/// Bytes of what is kept; every form of ours is smaller.
const MAX_REPRISE: usize = 32 * 1024;
/// Never kept: secrets, and what belongs to the session that ended.
const OUBLIES: [&str; 5] = [
    "preuve",
    "cle",
    "actuel",
    "mot_de_passe",
    "mot_de_passe_confirmation",
];

/// A form to be sent again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Reprise {
    /// Where it goes.
    pub(super) action: String,
    /// What it holds.
    pub(super) champs: Vec<(String, String)>,
    /// Whose it is, as `sceau_de` tells.
    qui: String,
}

pub(super) fn sceller(etat: &Etat, parties: &[&str]) -> Vec<u8> {
    // HMAC takes a key of any length, so this cannot fail; an empty seal would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&etat.cle_serveur) else {
        return Vec::new();
    };
    for partie in parties {
        mac.update(&(partie.len() as u64).to_be_bytes());
        mac.update(partie.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

/// A seal that stands for an account, of a candidate or of staff, in a cookie and here.
pub(super) fn sceau_de(etat: &Etat, id: &str) -> String {
    B64.encode(sceller(etat, &["qui", id]))
}

impl Reprise {
    /// Keeps a form of who is known to have had the session.
    pub(super) fn de(etat: &Etat, visiteur: &Visiteur, octets: &[u8]) -> Option<String> {
        let qui = visiteur
            .qui
            .clone()
            .filter(|_| octets.len() <= MAX_REPRISE)?;
        let mut champs: Vec<(String, String)> =
            form_urlencoded::parse(octets).into_owned().collect();
        champs.retain(|(nom, _)| !OUBLIES.contains(&nom.as_str()));
        let action = visiteur.adresse();
        let reprise = Self {
            action,
            champs,
            qui,
        };
        let texte = serde_json::to_string(&reprise).ok()?;
        let sceau = sceller(etat, &["reprise", &texte]);
        Some(format!("{}.{}", B64.encode(&texte), B64.encode(sceau)))
    }

    /// Gives it back to the same account.
    pub(super) fn rendre(etat: &Etat, id: &str, scellee: &str) -> Option<Self> {
        let (texte, sceau) = scellee.split_once('.')?;
        let texte = String::from_utf8(B64.decode(texte).ok()?).ok()?;
        let attendu = sceller(etat, &["reprise", &texte]);
        let recu = B64.decode(sceau).ok()?;
        if !bool::from(attendu.ct_eq(&recu)) {
            return None;
        }
        let reprise: Self = serde_json::from_str(&texte).ok()?;
        (reprise.qui == sceau_de(etat, id)).then_some(reprise)
    }
}
