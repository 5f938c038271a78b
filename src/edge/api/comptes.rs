//! Accounts and sessions (G01–G10).

use actors::protocol::{EtapeSession, Reponse, Requete};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use domain::formulaires::{CorrectionAdresse, Inscription, NouveauMotDePasse, normaliser_mail};
use domain::langue::Langue;
use domain::refus::CodeRefus;
use serde::Deserialize;
use serde_json::json;

use super::corps::{Cle, Corps, Demandeur};
use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// The same whether or not the address is known (G05, Q12).
const MESSAGE: &str = "Un mail vient de partir à cette adresse. Ouvrez le lien qu'il contient. Regardez aussi \
    dans les indésirables, et ne créez pas un second compte.";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Jeton {
    jeton: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mail {
    mail: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identifiants {
    identifiant: String,
    mot_de_passe: String,
    /// Of the second factor, or a recovery code (staff).
    code: Option<String>,
}

fn envoye() -> Response {
    (StatusCode::ACCEPTED, Json(json!({ "message": MESSAGE }))).into_response()
}

/// The language the browser asks for, French unless English comes first.
fn langue(entetes: &HeaderMap) -> Langue {
    let voulue = entetes
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|v| v.to_str().ok());
    if voulue.is_some_and(|v| v.trim_start().to_lowercase().starts_with("en")) {
        Langue::En
    } else {
        Langue::Fr
    }
}

pub(super) async fn creer(
    State(etat): State<Etat>,
    Cle(cle): Cle,
    entetes: HeaderMap,
    Corps(form): Corps<Inscription>,
) -> Result<Response, Probleme> {
    let (nom, prenom, mail, mot_de_passe) = form.lire()?;
    let langue = langue(&entetes);
    let requete = Requete::Inscrire {
        nom,
        prenom,
        mail,
        mot_de_passe,
        langue,
    };
    etat.guichet.traiter(cle, requete).await?;
    Ok(envoye())
}

pub(super) async fn valider(
    State(etat): State<Etat>,
    Cle(cle): Cle,
    Corps(Jeton { jeton }): Corps<Jeton>,
) -> Result<Response, Probleme> {
    let reponse = etat
        .guichet
        .traiter(cle, Requete::Valider { jeton })
        .await?;
    let Reponse::Valide { numero } = reponse else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok(Json(json!({ "numero": numero })).into_response())
}

pub(super) async fn code_perdu(
    State(etat): State<Etat>,
    Cle(cle): Cle,
    Corps(Mail { mail }): Corps<Mail>,
) -> Result<Response, Probleme> {
    let mail = normaliser_mail(&mail);
    etat.guichet
        .traiter(cle, Requete::RenvoyerLien { mail })
        .await?;
    Ok(envoye())
}

pub(super) async fn mot_de_passe_oublie(
    State(etat): State<Etat>,
    Cle(cle): Cle,
    Corps(Mail { mail }): Corps<Mail>,
) -> Result<Response, Probleme> {
    let mail = normaliser_mail(&mail);
    let sso = etat.sso.is_some();
    etat.guichet
        .traiter(cle, Requete::DemanderReinitialisation { mail, sso })
        .await?;
    Ok(envoye())
}

pub(super) async fn mot_de_passe(
    State(etat): State<Etat>,
    Cle(cle): Cle,
    Corps(form): Corps<NouveauMotDePasse>,
) -> Result<StatusCode, Probleme> {
    let (jeton, mot_de_passe) = form.lire()?;
    etat.guichet
        .traiter(
            cle,
            Requete::Reinitialiser {
                jeton,
                mot_de_passe,
            },
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn nouvelle_adresse(
    State(etat): State<Etat>,
    Cle(cle): Cle,
    Corps(Jeton { jeton }): Corps<Jeton>,
) -> Result<StatusCode, Probleme> {
    etat.guichet
        .traiter(cle, Requete::ConfirmerMail { jeton })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// G38: another address before the account is validated; answered alike, known address or not.
pub(super) async fn corriger_adresse(
    State(etat): State<Etat>,
    Corps(form): Corps<CorrectionAdresse>,
) -> Result<Response, Probleme> {
    let (identifiant, mot_de_passe, mail) = form.lire()?;
    let requete = Requete::CorrigerAdresse {
        identifiant,
        mot_de_passe,
        mail,
    };
    etat.guichet.traiter(None, requete).await?;
    Ok(envoye())
}

pub(super) async fn connecter(
    State(etat): State<Etat>,
    Corps(Identifiants {
        identifiant,
        mot_de_passe,
        code,
    }): Corps<Identifiants>,
) -> Result<Response, Probleme> {
    let requete = Requete::Connecter {
        identifiant,
        mot_de_passe,
        code,
    };
    let reponse = etat.guichet.traiter(None, requete).await?;
    let ouverte = reponse.session();
    let ouverte = ouverte.ok_or_else(|| Probleme::interne(&"unexpected answer"))?;
    if ouverte.etape == Some(EtapeSession::SecondFacteur) {
        // One call is one log-in here: a program gives the code with it.
        let session = ouverte.jeton;
        etat.guichet
            .traiter(None, Requete::Deconnecter { session })
            .await?;
        return Err(CodeRefus::SecondFacteurRequis.into());
    }
    let mut corps =
        json!({ "jeton": ouverte.jeton, "expire_le": ouverte.expire_le, "roles": ouverte.roles });
    if let Some(etape) = ouverte.etape {
        corps["etape"] = json!(etape);
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(corps)).into_response())
}

pub(super) async fn deconnecter(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<StatusCode, Probleme> {
    let session = demandeur.session;
    etat.guichet
        .traiter(None, Requete::Deconnecter { session })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
