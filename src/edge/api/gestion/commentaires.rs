//! The comments that the managers of a centre share (`/api/v1/gestion/commentaires`).

use actors::protocol::{ActeGestion, Reponse};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, put};
use domain::ids::CentreCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::corps::{Corps, Demandeur};
use super::{discret, inattendu};
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::problemes::Probleme;

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/commentaires", get(lister))
        .route(
            "/gestion/commentaires/{centre}/{nom}",
            put(partager).delete(oublier),
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commentaire {
    texte: String,
}

async fn lister(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let acte = ActeGestion::Partages { centre: None };
    let Reponse::Partages { centres } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    let centres = centres.into_iter();
    let centres: Vec<Value> = centres
        .map(|c| json!({ "centre": c.centre, "commentaires": c.modeles }))
        .collect();
    Ok(discret(json!({ "centres": centres })))
}

async fn partager(
    State(etat): State<Etat>,
    Path((centre, nom)): Path<(String, String)>,
    demandeur: Demandeur,
    Corps(Commentaire { texte }): Corps<Commentaire>,
) -> Result<StatusCode, Probleme> {
    let acte = ActeGestion::PartagerModele {
        centre: CentreCode::new(centre),
        nom,
        contenu: texte,
    };
    demandeur.gerer(&etat, acte).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn oublier(
    State(etat): State<Etat>,
    Path((centre, nom)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<StatusCode, Probleme> {
    let acte = ActeGestion::OublierPartage {
        centre: CentreCode::new(centre),
        nom,
    };
    demandeur.gerer(&etat, acte).await?;
    Ok(StatusCode::NO_CONTENT)
}
