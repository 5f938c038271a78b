//! What staff take out: lists as files, dossiers on paper (`/api/v1/gestion/exports`).

use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use domain::ids::PersonnelId;
use domain::refus::CodeRefus;
use serde_json::{Value, json};

use super::corps::Demandeur;
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::exports::{self, Avancement, Forme, Stade};
use crate::edge::problemes::Probleme;
use crate::sorties::colonnes;

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/dossiers/{id}/lettre.pdf", get(lettre))
        .route("/gestion/exports/colonnes", get(colonnes_connues))
        .route("/gestion/exports/dossiers.csv", get(csv))
        .route("/gestion/exports/dossiers.xlsx", get(xlsx))
        .route("/gestion/exports/dossiers.zip", get(zip))
        .route("/gestion/exports/archives", get(archives).post(archiver))
        .route("/gestion/exports/archives/{id}", get(archive).delete(oter))
        .route("/gestion/exports/archives/{id}/fichier", get(fichier))
        .merge(super::pv::routes())
        .merge(super::statistiques::routes())
}

/// The columns there are, for who composes an export.
async fn colonnes_connues(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Json<Value>, Probleme> {
    // Whoever is on the staff may know which there are.
    demandeur
        .gerer(&etat, actors::protocol::ActeGestion::Moi)
        .await?;
    let connues: Vec<Value> = colonnes::toutes(&etat.catalogue())
        .iter()
        .map(|c| {
            json!({
                "code": c.code,
                "groupe": c.groupe.code(),
                "titre": c.titre.fr,
                "titre_en": c.titre.en,
                "d_office": c.d_office,
            })
        })
        .collect();
    Ok(Json(json!({ "colonnes": connues })))
}

async fn csv(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    exports::servir(&etat, &demandeur.session, Forme::Csv, requete.as_deref()).await
}

async fn xlsx(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    exports::servir(&etat, &demandeur.session, Forme::Xlsx, requete.as_deref()).await
}

async fn zip(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    exports::servir(&etat, &demandeur.session, Forme::Zip, requete.as_deref()).await
}

/// Begun, under way or to be fetched.
fn dire(avancement: &Avancement) -> Value {
    let (etat, octets, jusqu_a) = match &avancement.stade {
        Stade::EnCours => ("en_cours", None, None),
        Stade::Pret { octets, jusqu_a } => ("prete", Some(*octets), Some(*jusqu_a)),
        Stade::Echoue => ("echouee", None, None),
    };
    let id = &avancement.id;
    let fichier = octets.map(|_| format!("/api/v1/gestion/exports/archives/{id}/fichier"));
    json!({
        "id": id,
        "cree_le": avancement.cree_le,
        "fait": avancement.fait,
        "total": avancement.total,
        "etat": etat,
        "octets": octets,
        "jusqu_a": jusqu_a,
        "fichier": fichier,
    })
}

async fn archiver(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let requete = requete.unwrap_or_default();
    let (qui, id) = exports::archiver(&etat, &demandeur.session, &requete).await?;
    let commencee = trouver(&etat, &qui, &id)?;
    let place = format!("/api/v1/gestion/exports/archives/{id}");
    let entetes = [(header::LOCATION, place)];
    Ok((StatusCode::ACCEPTED, entetes, Json(dire(&commencee))).into_response())
}

fn trouver(etat: &Etat, qui: &PersonnelId, id: &str) -> Result<Avancement, Probleme> {
    let trouve = etat.outils.travaux.un(qui, id, etat.maintenant());
    trouve.ok_or_else(|| CodeRefus::Introuvable.into())
}

async fn archives(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Json<Value>, Probleme> {
    let qui = exports::qui(&etat, &demandeur.session).await?;
    let miennes = etat.outils.travaux.de(&qui, etat.maintenant());
    let miennes: Vec<Value> = miennes.iter().map(dire).collect();
    Ok(Json(json!({ "archives": miennes })))
}

async fn archive(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Json<Value>, Probleme> {
    let qui = exports::qui(&etat, &demandeur.session).await?;
    Ok(Json(dire(&trouver(&etat, &qui, &id)?)))
}

async fn oter(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<StatusCode, Probleme> {
    let qui = exports::qui(&etat, &demandeur.session).await?;
    if etat.outils.travaux.oter(&qui, &id, etat.maintenant()) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(CodeRefus::Introuvable.into())
}

async fn fichier(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let qui = exports::qui(&etat, &demandeur.session).await?;
    exports::rendre(&etat, &qui, &id)
}

/// The letter of a released decision, as the candidate has it.
async fn lettre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let entier = exports::lire_entier(&etat, &demandeur.session, &id).await?;
    super::dossiers::lettre(&etat, &entier.dossier, &entier.candidat)
}
