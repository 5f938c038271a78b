//! Dossiers (G20–G30).

use actors::protocol::{Acte, DossierVue, Moi, Reponse};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use domain::dossier::{Commande, Depot, Intitules};
use domain::ids::{DossierId, FormationCode, PieceCode};
use domain::refus::CodeRefus;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::corps::{Corps, Demandeur};
use super::liste::Page;
use crate::accuse::pdf::EnTete;
use crate::accuse::{self, Accuse, Contenu, PieceAccuse};
use crate::edge::exports::disposer;
use crate::edge::problemes::Probleme;
use crate::edge::{Etat, vues};
use crate::lettres;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Bytes of the JSON of most dossiers; of a longer one it grows.
const CORPS: usize = 4096;

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
    let catalogue = etat.catalogue();
    let corps = vues::dossier(&vue, &catalogue, etat.maintenant());
    let mut octets = Vec::with_capacity(CORPS);
    serde_json::to_writer(&mut octets, &corps).map_err(|e| Probleme::interne(&e))?;
    let mut reponse = Response::new(Body::from(octets));
    *reponse.status_mut() = statut;
    let entetes = reponse.headers_mut();
    entetes.insert(header::CONTENT_TYPE, JSON);
    if let Ok(etiquette) = HeaderValue::try_from(format!("\"{}\"", vue.version)) {
        entetes.insert(header::ETAG, etiquette);
    }
    Ok(reponse)
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
    page: Page,
    demandeur: Demandeur,
) -> Result<Json<Value>, Probleme> {
    let Reponse::Dossiers { dossiers } = demandeur.agir(&etat, Acte::Dossiers).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let (catalogue, maintenant) = (etat.catalogue(), etat.maintenant());
    let (dossiers, curseur) = page.couper(dossiers, |vue| vue.id.as_str())?;
    let dossiers = dossiers
        .iter()
        .map(|vue| vues::dossier(vue, &catalogue, maintenant));
    Ok(Json(
        json!({ "dossiers": dossiers.collect::<Vec<_>>(), "curseur": curseur }),
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
    Ok(Json(accuse_de(&etat, &id, &demandeur).await?).into_response())
}

/// JSON, unless PDF is asked for.
pub(super) async fn accuse_voulu(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    entetes: HeaderMap,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let signe = accuse_de(&etat, &id, &demandeur).await?;
    let voulu = entetes.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    if voulu.is_some_and(|v| v.contains("application/pdf")) {
        return imprimer(&etat, &signe);
    }
    Ok(Json(signe).into_response())
}

pub(super) async fn accuse_pdf(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    imprimer(&etat, &accuse_de(&etat, &id, &demandeur).await?)
}

async fn accuse_de(etat: &Etat, id: &str, demandeur: &Demandeur) -> Result<Accuse, Probleme> {
    let vue = trouver(etat, demandeur, id).await?;
    let Reponse::Moi(moi) = demandeur.agir(etat, Acte::Moi).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    signer(etat, &vue, *moi)
}

/// A receipt on paper.
pub(in crate::edge) fn imprimer(etat: &Etat, signe: &Accuse) -> Result<Response, Probleme> {
    let fuseau = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let en_tete = EnTete {
        etablissement: &etat.maison.nom,
        verification: &format!("{}/verification", etat.outils.url),
        fuseau: &fuseau,
    };
    let pdf = accuse::pdf::composer(signe, &en_tete).map_err(|e| Probleme::interne(&e))?;
    let nom = format!(
        "attachment; filename=\"accuse-{}.pdf\"",
        signe.contenu.dossier
    );
    let entetes = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, nom),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((entetes, pdf).into_response())
}

/// The signed receipt of a dossier.
pub(in crate::edge) fn signer(etat: &Etat, vue: &DossierVue, moi: Moi) -> Result<Accuse, Probleme> {
    let remise = vue.remise.as_ref().ok_or(CodeRefus::Introuvable)?;
    let intitules = remise.intitules.clone().unwrap_or_else(|| {
        let pieces = remise.pieces.iter().cloned().collect();
        Intitules::du(&etat.catalogue(), &vue.formation, &pieces)
    });
    let contenu = Contenu {
        dossier: vue.id.to_string(),
        numero: moi.numero.to_string(),
        nom: moi.nom,
        prenom: moi.prenom,
        formation: vue.formation.to_string(),
        libelle: intitules.formation.clone(),
        campagne: intitules.campagne.clone(),
        transmis_le: remise.transmis_le,
        pieces: remise
            .pieces
            .iter()
            .map(|(code, depot)| piece(code, depot, &intitules))
            .collect(),
        version: remise.version,
        chaine: remise.chaine.clone(),
    };
    accuse::signer(&etat.cle_accuse, contenu).map_err(|e| Probleme::interne(&e))
}

fn piece(code: &PieceCode, depot: &Depot, intitules: &Intitules) -> PieceAccuse {
    let (statut, fichier) = match depot {
        Depot::Deposee { fichier } => ("deposee", Some(fichier)),
        Depot::NonConcerne { .. } => ("non_concerne", None),
    };
    PieceAccuse {
        code: code.to_string(),
        libelle: intitules.pieces.get(code).cloned().unwrap_or_default(),
        statut: statut.to_owned(),
        sha256: fichier.map(|f| f.sha256.clone()),
        fichier: fichier.map(|f| f.nom.clone()),
    }
}

/// The letter of a released decision.
pub(in crate::edge) fn lettre(
    etat: &Etat,
    vue: &DossierVue,
    moi: &Moi,
) -> Result<Response, Probleme> {
    let lettres = etat.outils.lettres.as_ref().ok_or(CodeRefus::Introuvable)?;
    let catalogue = etat.catalogue();
    let maison = (&*catalogue, etat.maison.nom.as_str());
    let contenu = lettres::Contenu::du_dossier(vue, moi, maison, moi.langue);
    let contenu = contenu.ok_or(CodeRefus::Introuvable)?;
    let fuseau = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let pdf = lettres.composer(&contenu, &fuseau);
    let pdf = pdf.map_err(|e| Probleme::interne(&e))?;
    let nom = format!("{}-{}.pdf", moi.langue.choisir("lettre", "letter"), vue.id);
    Ok(disposer(pdf.into(), "application/pdf", &nom))
}

pub(super) async fn lettre_pdf(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let vue = trouver(&etat, &demandeur, &id).await?;
    let Reponse::Moi(moi) = demandeur.lire(&etat, Acte::Moi).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    lettre(&etat, &vue, &moi)
}
