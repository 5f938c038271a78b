//! The candidate's own account and profile (G10–G19).

use actors::protocol::{Acte, Moi, Reponse};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use domain::formulaires::{
    AdresseForm, BaccalaureatForm, ChangementMail, ChangementMotDePasse, EntreeForm,
    InformationsForm,
};
use domain::ids::EntreeId;
use domain::langue::Langue;
use domain::profil::ine::Ine;
use domain::profil::{Fiche, Rubrique};
use domain::refus::CodeRefus;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::corps::{Corps, Demandeur};
use super::liste::Page;
use crate::data::{CommunesFr, Listes};
use crate::edge::problemes::Probleme;
use crate::edge::{Etat, donnees, vues};

fn aujourd_hui(etat: &Etat) -> Date {
    etat.maintenant().to_zoned_datetime(TimeZone::UTC).date()
}

fn repondre(reponse: Reponse) -> Result<Response, Probleme> {
    let Reponse::Moi(moi) = reponse else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let etiquette = format!("\"{}\"", moi.version);
    Ok(([(header::ETAG, etiquette)], Json(vues::moi(&moi))).into_response())
}

async fn profil(etat: &Etat, demandeur: &Demandeur) -> Result<Box<Moi>, Probleme> {
    let Reponse::Moi(moi) = demandeur.agir(etat, Acte::Moi).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok(moi)
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    repondre(demandeur.agir(&etat, Acte::Moi).await?)
}

/// What became of the mails we sent (G38).
pub(super) async fn courriers(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let reponse = demandeur.agir(&etat, Acte::Courriers).await?;
    let Reponse::Courriers { courriers } = reponse else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let lignes: Vec<Value> = courriers
        .iter()
        .map(|c| {
            json!({
                "code": c.code, "a": c.a, "dossier": c.dossier, "etat": c.etat,
                "le": c.le, "mis_a_jour_le": c.maj_le, "raison": c.raison,
            })
        })
        .collect();
    Ok(Json(json!({ "courriers": lignes })).into_response())
}

/// Q18: everything we hold of the asker.
pub(super) async fn donnees(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let donnees = donnees::lire(&etat, &demandeur.session).await?;
    let entetes = [(header::CACHE_CONTROL, "no-store")];
    Ok((entetes, Json(donnees.json(&etat))).into_response())
}

/// Q18: the same, with the files.
pub(super) async fn archive(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let donnees = donnees::lire(&etat, &demandeur.session).await?;
    donnees.archive(&etat).await
}

/// G12, G13: who the scolarité knows is asked to confirm first; what they leave out is then filled from there.
pub(super) async fn informations(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(mut form): Corps<InformationsForm>,
) -> Result<Response, Probleme> {
    let fiche = match form.identite() {
        Some((ine, date_naissance)) => connue(&etat, &demandeur, ine, date_naissance).await?,
        None => None,
    };
    let Some(fiche) = fiche else {
        let informations = Box::new(form.lire(&Listes, aujourd_hui(&etat))?);
        let acte = Acte::Informations(informations);
        return repondre(demandeur.agir(&etat, acte).await?);
    };
    if form.confirme != Some(true) {
        let apercu = vues::fiche(&fiche);
        return Ok(Json(json!({ "trouve": true, "apercu": apercu })).into_response());
    }
    form.completer(&fiche);
    let informations = Box::new(form.lire(&Listes, aujourd_hui(&etat))?);
    let acte = Acte::ReprendreScolarite(informations);
    repondre(demandeur.agir(&etat, acte).await?)
}

/// What the scolarité knows of who gives this INE and birth date.
async fn connue(
    etat: &Etat,
    demandeur: &Demandeur,
    ine: Ine,
    date_naissance: Date,
) -> Result<Option<Box<Fiche>>, Probleme> {
    let acte = Acte::ChercherScolarite {
        ine,
        date_naissance,
    };
    let Reponse::Fiche { fiche } = demandeur.lire(etat, acte).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok(fiche)
}

pub(super) async fn adresse(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<AdresseForm>,
) -> Result<Response, Probleme> {
    let adresse = Box::new(form.lire(&Listes, CommunesFr::embarquees())?);
    repondre(demandeur.agir(&etat, Acte::Adresse(adresse)).await?)
}

pub(super) async fn baccalaureat(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<BaccalaureatForm>,
) -> Result<Response, Probleme> {
    let baccalaureat = Box::new(form.lire(&Listes, aujourd_hui(&etat))?);
    repondre(
        demandeur
            .agir(&etat, Acte::Baccalaureat { baccalaureat })
            .await?,
    )
}

pub(super) async fn mail(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<ChangementMail>,
) -> Result<Response, Probleme> {
    let mail = form.lire()?;
    repondre(demandeur.agir(&etat, Acte::ChangerMail { mail }).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChoixLangue {
    langue: Langue,
}

/// Q41: of the mails, and of the pages.
pub(super) async fn langue(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(ChoixLangue { langue }): Corps<ChoixLangue>,
) -> Result<Response, Probleme> {
    repondre(
        demandeur
            .agir(&etat, Acte::ChangerLangue { langue })
            .await?,
    )
}

pub(super) async fn mot_de_passe(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<ChangementMotDePasse>,
) -> Result<StatusCode, Probleme> {
    let (actuel, nouveau) = form.lire()?;
    demandeur
        .agir(&etat, Acte::ChangerMotDePasse { actuel, nouveau })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// G18: filled by the scolarité only; empty until it pushes.
pub(super) async fn cursus_internes(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Json<Value>, Probleme> {
    let moi = profil(&etat, &demandeur).await?;
    let cursus = moi.profil.cursus_interne.as_ref();
    let numero = cursus.and_then(|c| c.numero_etudiant.as_ref());
    let entrees = cursus
        .map(|c| c.inscriptions.as_slice())
        .unwrap_or_default();
    Ok(Json(
        json!({ "numero_etudiant": numero, "entrees": entrees }),
    ))
}

fn rubrique(texte: &str) -> Result<Rubrique, Probleme> {
    serde_json::from_value(json!(texte)).map_err(|_| CodeRefus::Introuvable.into())
}

pub(super) async fn entrees(
    State(etat): State<Etat>,
    page: Page,
    Path(nom): Path<String>,
    demandeur: Demandeur,
) -> Result<Json<Value>, Probleme> {
    let rubrique = rubrique(&nom)?;
    let moi = profil(&etat, &demandeur).await?;
    let entrees = moi.profil.entrees.get(&rubrique).into_iter().flatten();
    let (entrees, curseur) = page.couper(entrees.collect(), |(id, _)| id.as_str())?;
    let entrees: Vec<Value> = entrees
        .into_iter()
        .map(|(id, entree)| json!({ "id": id, "entree": entree }))
        .collect();
    Ok(Json(
        json!({ "entrees": entrees, "curseur": curseur, "version": moi.version }),
    ))
}

pub(super) async fn entree(
    State(etat): State<Etat>,
    Path((nom, id)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<Json<Value>, Probleme> {
    let rubrique = rubrique(&nom)?;
    let moi = profil(&etat, &demandeur).await?;
    let entree = moi
        .profil
        .entrees
        .get(&rubrique)
        .and_then(|e| e.get(id.as_str()));
    let entree = entree.ok_or(CodeRefus::Introuvable)?;
    Ok(Json(json!({ "id": id, "entree": entree })))
}

async fn ecrire(
    etat: &Etat,
    demandeur: &Demandeur,
    (nom, id): (&str, Option<EntreeId>),
    form: &EntreeForm,
) -> Result<Json<Value>, Probleme> {
    let rubrique = rubrique(nom)?;
    let entree = form.lire()?;
    let acte = Acte::EcrireEntree {
        rubrique,
        id,
        entree,
    };
    let Reponse::Entree { id, version } = demandeur.agir(etat, acte).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok(Json(json!({ "id": id, "version": version })))
}

pub(super) async fn ajouter(
    State(etat): State<Etat>,
    Path(nom): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<EntreeForm>,
) -> Result<(StatusCode, Json<Value>), Probleme> {
    Ok((
        StatusCode::CREATED,
        ecrire(&etat, &demandeur, (&nom, None), &form).await?,
    ))
}

pub(super) async fn changer(
    State(etat): State<Etat>,
    Path((nom, id)): Path<(String, String)>,
    demandeur: Demandeur,
    Corps(form): Corps<EntreeForm>,
) -> Result<Json<Value>, Probleme> {
    ecrire(&etat, &demandeur, (&nom, Some(EntreeId::new(id))), &form).await
}

pub(super) async fn retirer(
    State(etat): State<Etat>,
    Path((nom, id)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<StatusCode, Probleme> {
    let acte = Acte::RetirerEntree {
        rubrique: rubrique(&nom)?,
        id: EntreeId::new(id),
    };
    demandeur.agir(&etat, acte).await?;
    Ok(StatusCode::NO_CONTENT)
}
