//! The minutes of a commission: the workbook to fill in, and back (`/api/v1/gestion/pv`).

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use domain::ids::FormationCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::corps::Demandeur;
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::exports::pv::{self, Faute, Rapport, Verdict};
use crate::edge::exports::{self};
use crate::edge::problemes::Probleme;
use crate::sorties::pv as lecture;

pub(super) fn routes() -> Api {
    let recevoir = Api::new()
        .route("/gestion/pv", post(recevoir))
        .layer(DefaultBodyLimit::max(lecture::MAX_OCTETS + 1));
    Api::new()
        .route("/gestion/pv/modele.xlsx", get(modele))
        .merge(recevoir)
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Voulu {
    formation: Option<String>,
    /// Dry run.
    essai: Option<String>,
    langue: Option<String>,
}

/// What is no minutes, as a problem.
pub(in crate::edge) fn illisible((code, fr, en): lecture::Illisible) -> Probleme {
    Probleme::http(StatusCode::UNPROCESSABLE_ENTITY, code, fr, en)
}

async fn modele(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let formation = voulu.formation.unwrap_or_default();
    let langue = super::statistiques::langue_de(voulu.langue.as_deref());
    exports::modele_pv(&etat, &demandeur.session, &formation, langue).await
}

async fn recevoir(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
    demandeur: Demandeur,
    octets: Bytes,
) -> Result<Response, Probleme> {
    // Whether the asker is on the staff is known before the file is looked at.
    exports::qui(&etat, &demandeur.session).await?;
    let lignes = lecture::lire(&octets).map_err(illisible)?;
    let formation = voulu.formation.filter(|f| !f.is_empty());
    let formation = formation.map(FormationCode::new);
    let session = &demandeur.session;
    let essai = !matches!(
        voulu.essai.as_deref(),
        None | Some("" | "0" | "non" | "false")
    );
    let rapport = if essai {
        pv::examiner(&etat, session, formation.as_ref(), lignes).await?
    } else {
        pv::appliquer(&etat, session, formation.as_ref(), lignes).await?
    };
    Ok(Json(dire(&rapport)).into_response())
}

fn dire(rapport: &Rapport) -> Value {
    let lignes: Vec<Value> = rapport.verdicts.iter().map(ligne).collect();
    json!({
        "fait": rapport.fait,
        "refus": rapport.refus(),
        "sans_avis": rapport.sans_avis,
        "rangs_manquants": rapport.trous,
        "lignes": lignes,
    })
}

fn ligne(verdict: &Verdict) -> Value {
    let faute = |(code, fr, en): &Faute| json!({ "code": code, "message": fr, "message_en": en });
    let fautes: Vec<Value> = verdict.fautes.iter().map(faute).collect();
    json!({
        "ligne": verdict.ligne.rang_fichier,
        "dossier": verdict.dossier.as_ref().map(|d| &d.id),
        "numero": verdict.dossier.as_ref().map_or(verdict.ligne.numero.as_str(), |d| d.numero.as_str()),
        "avis": verdict.ligne.avis,
        "fautes": fautes,
    })
}
