//! The offer (G20): composante, then level, then formations.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Json;
use domain::campagne::Formation;
use serde::Deserialize;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::edge::{Etat, vues};

#[derive(Deserialize)]
pub(super) struct Filtre {
    #[serde(default)]
    filtre: String,
}

/// Accents and case ignored.
fn plat(texte: &str) -> String {
    texte
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect::<String>()
        .to_lowercase()
}

/// Every word of the filter is in the name or the key words.
fn convient(formation: &Formation, mots: &[&str]) -> bool {
    let en = formation.libelle.en.as_deref().unwrap_or_default();
    let texte = plat(&format!(
        "{} {en} {}",
        formation.libelle.fr,
        formation.mots_cles.join(" ")
    ));
    mots.iter().all(|mot| texte.contains(mot))
}

pub(super) async fn offre(
    State(etat): State<Etat>,
    Query(Filtre { filtre }): Query<Filtre>,
) -> Json<Value> {
    let (catalogue, maintenant) = (etat.atelier.catalogue(), etat.atelier.maintenant());
    let filtre = plat(&filtre);
    let mots: Vec<&str> = filtre.split_whitespace().collect();
    let mut groupes: BTreeMap<&str, BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
    for formation in catalogue.formations.values().filter(|f| convient(f, &mots)) {
        let niveaux = groupes.entry(formation.composante.as_str()).or_default();
        let formations = niveaux.entry(formation.niveau.as_str()).or_default();
        formations.push(vues::formation(formation, maintenant));
    }
    let composantes = groupes.into_iter().map(|(code, niveaux)| {
        let libelle = catalogue.composantes.get(code).map(|c| &c.libelle);
        let niveaux: Vec<Value> = niveaux
            .into_iter()
            .map(|(niveau, formations)| json!({ "niveau": niveau, "formations": formations }))
            .collect();
        json!({
            "code": code,
            "libelle": libelle.map(|l| &l.fr),
            "libelle_en": libelle.and_then(|l| l.en.as_ref()),
            "niveaux": niveaux,
        })
    });
    Json(json!({ "composantes": composantes.collect::<Vec<_>>() }))
}
