//! Who asks: the invitation, the log-in's second step, the password.

use actors::protocol::{ActeGestion, Reponse, Requete};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use domain::formulaires::{ChangementMotDePasse, NouveauMotDePasse};
use serde::Deserialize;
use serde_json::json;

use super::super::corps::{Corps, Demandeur};
use super::{discret, inattendu};
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::problemes::Probleme;

pub(super) fn routes() -> Api {
    Api::new()
        .route("/personnel/invitation", post(accepter))
        .route("/gestion/moi", get(moi))
        .route("/gestion/session", post(prouver))
        .route("/gestion/second-facteur", post(commencer).put(confirmer))
        .route("/gestion/second-facteur/recours", post(recours))
        .route("/gestion/mot-de-passe", put(mot_de_passe))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PremierCode {
    nonce: String,
    code: String,
}

async fn accepter(
    State(etat): State<Etat>,
    Corps(form): Corps<NouveauMotDePasse>,
) -> Result<StatusCode, Probleme> {
    let (jeton, mot_de_passe) = form.lire()?;
    let requete = Requete::AccepterInvitation {
        jeton,
        mot_de_passe,
    };
    etat.guichet.traiter(None, requete).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn moi(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let Reponse::Agent(agent) = demandeur.gerer(&etat, ActeGestion::Moi).await? else {
        return Err(inattendu());
    };
    Ok(discret(json!(agent)))
}

/// The second step of a log-in by two calls.
async fn prouver(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Code { code }): Corps<Code>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::ProuverSecond { code };
    session(demandeur.gerer(&etat, acte).await?)
}

fn session(reponse: Reponse) -> Result<Response, Probleme> {
    let Reponse::SessionPersonnel {
        jeton,
        expire_le,
        roles,
        etape,
    } = reponse
    else {
        return Err(inattendu());
    };
    Ok(discret(
        json!({ "jeton": jeton, "expire_le": expire_le, "roles": roles, "etape": etape }),
    ))
}

async fn commencer(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let Reponse::Second(second) = demandeur.gerer(&etat, ActeGestion::CommencerSecond).await?
    else {
        return Err(inattendu());
    };
    Ok(discret(json!(second)))
}

fn codes(reponse: Reponse) -> Result<Response, Probleme> {
    let Reponse::Recours { codes } = reponse else {
        return Err(inattendu());
    };
    Ok(discret(json!({ "codes_de_secours": codes })))
}

async fn confirmer(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(PremierCode { nonce, code }): Corps<PremierCode>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::ConfirmerSecond { nonce, code };
    codes(demandeur.gerer(&etat, acte).await?)
}

async fn recours(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Code { code }): Corps<Code>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::RenouvelerRecours { code };
    codes(demandeur.gerer(&etat, acte).await?)
}

async fn mot_de_passe(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<ChangementMotDePasse>,
) -> Result<Response, Probleme> {
    let (actuel, nouveau) = form.lire()?;
    let acte = ActeGestion::ChangerMotDePasse { actuel, nouveau };
    session(demandeur.gerer(&etat, acte).await?)
}
