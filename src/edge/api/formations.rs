//! The offer (G20): composante, then level, then formations.

use axum::extract::{Query, State};
use axum::response::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::edge::{Etat, vues};

#[derive(Deserialize)]
pub(super) struct Filtre {
    #[serde(default)]
    filtre: String,
}

pub(super) async fn offre(
    State(etat): State<Etat>,
    Query(Filtre { filtre }): Query<Filtre>,
) -> Json<Value> {
    let (catalogue, maintenant) = (etat.catalogue(), etat.maintenant());
    let groupes = vues::offre(&catalogue, &filtre);
    let composantes = groupes.into_iter().map(|(code, niveaux)| {
        let libelle = catalogue.composantes.get(code).map(|c| &c.libelle);
        let niveaux: Vec<Value> = niveaux
            .into_iter()
            .map(|(niveau, formations)| {
                let formations: Vec<_> = formations
                    .into_iter()
                    .map(|f| vues::formation(f, maintenant))
                    .collect();
                json!({ "niveau": niveau, "formations": formations })
            })
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
