//! Dossiers (G20–G30).

use actors::protocol::{Acte, DossierVue, Moi, Reponse};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use domain::dossier::{Commande, Depot};
use domain::ids::{DossierId, FormationCode, PieceCode};
use domain::refus::CodeRefus;
use serde::Deserialize;
use serde_json::{Value, json};

use super::corps::{Corps, Demandeur};
use crate::accuse::{self, Contenu, PieceAccuse};
use crate::edge::problemes::Probleme;
use crate::edge::{Etat, vues};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ouverture {
    formation: String,
}

/// A dossier as an answer, with its version as `ETag`.
pub(super) fn repondre(
    etat: &Etat,
    statut: StatusCode,
    reponse: Reponse,
) -> Result<Response, Probleme> {
    let Reponse::Dossier(vue) = reponse else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let corps = vues::dossier(&vue, &etat.catalogue(), etat.maintenant());
    let etiquette = format!("\"{}\"", vue.version);
    Ok((statut, [(header::ETAG, etiquette)], Json(corps)).into_response())
}

/// A dossier of who asks.
pub(super) async fn trouver(
    etat: &Etat,
    demandeur: &Demandeur,
    id: &str,
) -> Result<Box<DossierVue>, Probleme> {
    let acte = Acte::Dossier {
        id: DossierId::new(id),
    };
    let Reponse::Dossier(vue) = demandeur.agir(etat, acte).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok(vue)
}

/// Acts on a dossier.
pub(super) async fn agir(
    etat: &Etat,
    demandeur: &Demandeur,
    id: &str,
    commande: Commande,
) -> Result<Response, Probleme> {
    let acte = Acte::AgirDossier {
        id: DossierId::new(id),
        commande,
        version: demandeur.version,
    };
    repondre(etat, StatusCode::OK, demandeur.agir(etat, acte).await?)
}

pub(super) async fn lister(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Json<Value>, Probleme> {
    let Reponse::Dossiers { dossiers } = demandeur.agir(&etat, Acte::Dossiers).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let (catalogue, maintenant) = (etat.catalogue(), etat.maintenant());
    // A candidate has at most the campaign's limit of them, so there is one page.
    let dossiers = dossiers
        .iter()
        .map(|vue| vues::dossier(vue, &catalogue, maintenant));
    Ok(Json(
        json!({ "dossiers": dossiers.collect::<Vec<_>>(), "curseur": null }),
    ))
}

pub(super) async fn ouvrir(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Ouverture { formation }): Corps<Ouverture>,
) -> Result<Response, Probleme> {
    let acte = Acte::OuvrirDossier {
        formation: FormationCode::new(formation),
    };
    repondre(
        &etat,
        StatusCode::CREATED,
        demandeur.agir(&etat, acte).await?,
    )
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let acte = Acte::Dossier {
        id: DossierId::new(id),
    };
    repondre(&etat, StatusCode::OK, demandeur.agir(&etat, acte).await?)
}

pub(super) async fn transmettre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    agir(&etat, &demandeur, &id, Commande::Transmettre).await
}

pub(super) async fn annuler(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    agir(&etat, &demandeur, &id, Commande::Annuler).await
}

/// T18.
pub(super) async fn confirmer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    agir(&etat, &demandeur, &id, Commande::Confirmer).await
}

/// T19, T20.
pub(super) async fn se_desister(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    agir(&etat, &demandeur, &id, Commande::SeDesister).await
}

/// The receipt of a dossier that was handed in.
pub(super) async fn accuse(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let vue = trouver(&etat, &demandeur, &id).await?;
    let Reponse::Moi(moi) = demandeur.agir(&etat, Acte::Moi).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    signer(&etat, &vue, *moi)
}

/// The signed receipt of a dossier.
pub(in crate::edge) fn signer(
    etat: &Etat,
    vue: &DossierVue,
    moi: Moi,
) -> Result<Response, Probleme> {
    let remise = vue.remise.as_ref().ok_or(CodeRefus::Introuvable)?;
    let catalogue = etat.catalogue();
    let formation = catalogue.formations.get(&vue.formation);
    let contenu = Contenu {
        dossier: vue.id.to_string(),
        numero: moi.numero.to_string(),
        nom: moi.nom,
        prenom: moi.prenom,
        formation: vue.formation.to_string(),
        libelle: formation.map(|f| f.libelle.fr.clone()).unwrap_or_default(),
        campagne: catalogue
            .campagne
            .as_ref()
            .map(|c| c.code.to_string())
            .unwrap_or_default(),
        transmis_le: remise.transmis_le,
        pieces: remise
            .pieces
            .iter()
            .map(|(code, depot)| piece(code, depot, &catalogue))
            .collect(),
        version: remise.version,
        chaine: remise.chaine.clone(),
    };
    let signe = accuse::signer(&etat.cle_accuse, contenu).map_err(|e| Probleme::interne(&e))?;
    Ok(Json(signe).into_response())
}

fn piece(code: &PieceCode, depot: &Depot, catalogue: &domain::campagne::Catalogue) -> PieceAccuse {
    let (statut, fichier) = match depot {
        Depot::Deposee { fichier } => ("deposee", Some(fichier)),
        Depot::NonConcerne { .. } => ("non_concerne", None),
    };
    let libelle = catalogue.pieces.get(code).map(|d| d.libelle.fr.clone());
    PieceAccuse {
        code: code.to_string(),
        libelle: libelle.unwrap_or_default(),
        statut: statut.to_owned(),
        sha256: fichier.map(|f| f.sha256.clone()),
        fichier: fichier.map(|f| f.nom.clone()),
    }
}
