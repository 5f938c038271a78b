//! Receipts, for anybody: the public key, and whether a receipt is ours.

use axum::extract::State;
use axum::response::Json;
use serde_json::{Value, json};

use super::corps::Corps;
use crate::accuse::{self, Accuse, Doute};
use crate::edge::Etat;

/// What a doubt says: code, French, English.
pub(in crate::edge) fn dire(doute: Doute) -> (&'static str, &'static str, &'static str) {
    match doute {
        Doute::Illisible => (
            "illisible",
            "La signature de cet accusé ne se lit pas : le fichier est sans doute incomplet.",
            "The signature of this receipt cannot be read: the file is probably incomplete.",
        ),
        Doute::AutreCle => (
            "autre_cle",
            "Cet accusé est signé par une autre clé que celle de cette plateforme.",
            "This receipt is signed by another key than this platform's.",
        ),
        Doute::Altere => (
            "altere",
            "Cet accusé a été modifié après sa signature.",
            "This receipt was changed after it was signed.",
        ),
    }
}

pub(super) async fn cle(State(etat): State<Etat>) -> Json<Value> {
    let cle = etat.cle_accuse.verifying_key();
    Json(json!({
        "algorithme": "Ed25519",
        "cle_publique": actors::jetons::hexa(cle.as_bytes()),
    }))
}

pub(super) async fn verifier(
    State(etat): State<Etat>,
    Corps(accuse): Corps<Accuse>,
) -> Json<Value> {
    Json(
        match accuse::verifier(&etat.cle_accuse.verifying_key(), &accuse) {
            Ok(()) => json!({ "valable": true, "contenu": accuse.contenu }),
            Err(doute) => {
                let (code, fr, en) = dire(doute);
                json!({ "valable": false, "code": code, "raison": fr, "raison_en": en })
            }
        },
    )
}
