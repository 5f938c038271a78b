//! The campaign in figures (`/api/v1/gestion/statistiques`).

use actors::protocol::{ActeGestion, FiltreDossiers, Reponse, Requete, Statistiques};
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use domain::langue::Langue;
use domain::refus::{CodeRefus, FauteChamp, Refus};
use serde_json::json;

use super::corps::Demandeur;
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::exports::{CSV, Options, disposer};
use crate::edge::problemes::Probleme;
use crate::sorties::chiffres::{self, Tableau};
use crate::sorties::csv::{Ecrivain, MARQUE};

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/statistiques", get(lire))
        .route("/gestion/statistiques.csv", get(csv))
}

/// The figures of what this session may see.
pub(in crate::edge) async fn compter(
    etat: &Etat,
    session: &str,
    filtre: FiltreDossiers,
) -> Result<Box<Statistiques>, Probleme> {
    let requete = Requete::Gestion {
        session: session.to_owned(),
        acte: ActeGestion::Statistiques(Box::new(filtre)),
    };
    let Reponse::Statistiques(chiffres) = etat.guichet.traiter(None, requete).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok(chiffres)
}

async fn lire(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let (filtre, _) = Options::lire(requete.as_deref().unwrap_or_default())?;
    let chiffres = compter(&etat, &demandeur.session, filtre).await?;
    let entetes = [(header::CACHE_CONTROL, "no-store")];
    Ok((entetes, Json(json!(chiffres))).into_response())
}

async fn csv(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    tableau(&etat, &demandeur.session, requete.as_deref()).await
}

/// One table of the figures, for a spreadsheet.
pub(in crate::edge) async fn tableau(
    etat: &Etat,
    session: &str,
    requete: Option<&str>,
) -> Result<Response, Probleme> {
    let requete = requete.unwrap_or_default();
    let quoi = form_urlencoded::parse(requete.as_bytes()).find(|(nom, _)| nom == "quoi");
    let quoi = quoi.map_or("formations".into(), |(_, valeur)| valeur);
    let quoi = Tableau::lire(&quoi).ok_or_else(|| {
        Probleme::from(Refus {
            code: CodeRefus::ChampsInvalides,
            champs: vec![FauteChamp::new(
                "quoi",
                "inconnu",
                "formations, jours, entonnoir ou commissions.",
                "formations, jours, entonnoir or commissions.",
            )],
        })
    })?;
    let (filtre, options) = Options::lire(requete)?;
    let chiffres = compter(etat, session, filtre).await?;
    let lignes = chiffres::lignes(&chiffres, quoi, &etat.catalogue(), options.langue);
    let ecrire = || -> Result<Vec<u8>, String> {
        let mut ecrivain = Ecrivain::new(options.separateur);
        for ligne in &lignes {
            ecrivain.ligne(ligne)?;
        }
        Ok([MARQUE.as_bytes(), &ecrivain.finir()?].concat())
    };
    let octets = ecrire().map_err(|e| Probleme::interne(&e))?;
    let jour = etat.maintenant().strftime("%Y-%m-%d").to_string();
    Ok(disposer(
        octets.into(),
        CSV,
        &format!("{}-{jour}.csv", quoi.code()),
    ))
}

/// French unless asked otherwise.
pub(in crate::edge) fn langue(requete: Option<&str>) -> Langue {
    let requete = requete.unwrap_or_default();
    let mut parametres = form_urlencoded::parse(requete.as_bytes());
    let voulue = parametres.find(|(nom, _)| nom == "langue" || nom == "lang");
    langue_de(voulue.as_ref().map(|(_, valeur)| valeur.as_ref()))
}

/// The same, from the value alone.
pub(super) fn langue_de(valeur: Option<&str>) -> Langue {
    match valeur {
        Some("en") => Langue::En,
        Some(_) | None => Langue::Fr,
    }
}
