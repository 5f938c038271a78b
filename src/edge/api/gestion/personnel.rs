//! The staff itself, and the trail of what it did.

use actors::protocol::{
    ActeGestion, ActePersonnel, NouveauPersonnel, PersonnelVue, Reponse, SujetAudit,
};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{delete, get, post};
use domain::formulaires::PersonnelForm;
use domain::ids::{DossierId, PersonnelId};
use domain::refus::{CodeRefus, FauteChamp, Refus};
use serde::Deserialize;
use serde_json::json;

use super::super::corps::{Corps, Demandeur};
use super::{discret, inattendu};
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::problemes::Probleme;

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/personnel", get(lister).post(inviter))
        .route(
            "/gestion/personnel/{id}",
            get(lire).put(modifier).delete(desactiver),
        )
        .route("/gestion/personnel/{id}/invitation", post(reinviter))
        .route(
            "/gestion/personnel/{id}/second-facteur",
            delete(retirer_second),
        )
        .route("/gestion/personnel/{id}/identite", delete(delier_identite))
        .route("/gestion/audit", get(audit))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequeteAudit {
    dossier: Option<String>,
    personnel: Option<String>,
    curseur: Option<String>,
}

async fn lister(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let acte = ActeGestion::Personnel(ActePersonnel::Lister);
    let Reponse::Personnels { personnels } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(discret(json!({ "personnel": personnels, "curseur": null })))
}

/// One member of staff, with its version as `ETag`.
fn personne(statut: StatusCode, vue: &PersonnelVue) -> Response {
    let etiquette = format!("\"{}\"", vue.version);
    (statut, [(header::ETAG, etiquette)], Json(json!(vue))).into_response()
}

async fn agir(
    etat: &Etat,
    demandeur: &Demandeur,
    statut: StatusCode,
    acte: ActePersonnel,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Personnel(acte);
    let Reponse::Personnel { personnel, .. } = demandeur.gerer(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(personne(statut, &personnel))
}

async fn inviter(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<PersonnelForm>,
) -> Result<Response, Probleme> {
    let lu = form.lire(&etat.catalogue())?;
    let acte = ActePersonnel::Inviter(NouveauPersonnel {
        mail: lu.mail,
        nom: lu.nom,
        prenom: lu.prenom,
        droits: lu.droits,
        langue: domain::langue::Langue::Fr,
    });
    agir(&etat, &demandeur, StatusCode::CREATED, acte).await
}

async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    agir(
        &etat,
        &demandeur,
        StatusCode::OK,
        ActePersonnel::Lire { id },
    )
    .await
}

async fn modifier(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<PersonnelForm>,
) -> Result<Response, Probleme> {
    let lu = form.lire_changement(&etat.catalogue())?;
    let acte = ActePersonnel::Modifier {
        id: PersonnelId::new(id),
        nom: lu.nom,
        prenom: lu.prenom,
        droits: lu.droits,
    };
    agir(&etat, &demandeur, StatusCode::OK, acte).await
}

async fn desactiver(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    agir(
        &etat,
        &demandeur,
        StatusCode::OK,
        ActePersonnel::Desactiver { id },
    )
    .await
}

async fn reinviter(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    agir(
        &etat,
        &demandeur,
        StatusCode::OK,
        ActePersonnel::Reinviter { id },
    )
    .await
}

async fn retirer_second(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    let acte = ActePersonnel::RetirerSecond { id };
    agir(&etat, &demandeur, StatusCode::OK, acte).await
}

async fn delier_identite(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    let acte = ActePersonnel::DelierIdentite { id };
    agir(&etat, &demandeur, StatusCode::OK, acte).await
}

async fn audit(
    State(etat): State<Etat>,
    Query(voulu): Query<RequeteAudit>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let sujet = match (voulu.dossier, voulu.personnel) {
        (Some(id), None) => SujetAudit::Dossier(DossierId::new(id)),
        (None, Some(id)) => SujetAudit::Personnel(PersonnelId::new(id)),
        (None, None) => SujetAudit::Tout,
        (Some(_), Some(_)) => {
            return Err(Refus {
                code: CodeRefus::ChampsInvalides,
                champs: vec![FauteChamp::new(
                    "dossier",
                    "un_seul_sujet",
                    "Donnez « dossier », « personnel », ou ni l'un ni l'autre.",
                    "Give “dossier”, “personnel”, or neither.",
                )],
            }
            .into());
        }
    };
    let acte = ActeGestion::Audit {
        sujet,
        curseur: voulu.curseur,
    };
    let Reponse::Audit { lignes, curseur } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(discret(json!({ "lignes": lignes, "curseur": curseur })))
}
