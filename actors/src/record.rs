//! The stored form of an event: `{"v":1,"le":…,"e":{…}}`. Readable, evolvable, the same on disk and on NATS.

use domain::ids::PersonnelId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The version of the stored form written today.
pub const VERSION: u16 = 1;

/// One event with when it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fait<E> {
    /// Of the stored form.
    pub v: u16,
    /// When.
    pub le: Timestamp,
    /// By whom of the staff, where the event itself does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub par: Option<PersonnelId>,
    /// The event.
    pub e: E,
}

/// The bytes to append.
///
/// # Errors
/// The reason, when the event has no JSON form; the types of the domain always have one.
pub fn ecrire<E: Serialize>(le: Timestamp, evenement: &E) -> Result<Vec<u8>, String> {
    ecrire_par(le, None, evenement)
}

/// The same, with who did it.
///
/// # Errors
/// As [`ecrire`].
pub fn ecrire_par<E: Serialize>(
    le: Timestamp,
    par: Option<&PersonnelId>,
    evenement: &E,
) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&Fait {
        v: VERSION,
        le,
        par: par.cloned(),
        e: evenement,
    })
    .map_err(|e| e.to_string())
}

/// The event of stored bytes.
///
/// # Errors
/// The reason: not ours, broken, or of a later version than this program knows.
pub fn lire<E: DeserializeOwned>(octets: &[u8]) -> Result<Fait<E>, String> {
    let fait: Fait<E> = serde_json::from_slice(octets).map_err(|e| e.to_string())?;
    if fait.v > VERSION {
        return Err(format!(
            "stored form {} is newer than this program knows ({VERSION})",
            fait.v
        ));
    }
    Ok(fait)
}
