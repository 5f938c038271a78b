//! Dossiers as staff find and read them, their pieces.

use actors::protocol::{
    ActeGestion, Etat as EtatDossier, FiltreDossiers, PageDossiers, Reponse, TriDossiers,
};
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use domain::ids::{
    CampagneCode, CentreCode, CommissionCode, DossierId, FormationCode, PersonnelId, PieceCode,
};
use domain::refus::{CodeRefus, FauteChamp, Refus};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::corps::Demandeur;
use super::super::pieces;
use super::super::statistiques;
use super::{discret, inattendu};
use crate::edge::api::Api;
use crate::edge::problemes::Probleme;
use crate::edge::{Etat, exports, vues};

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/dossiers", get(dossiers))
        .route("/gestion/dossiers/{id}", get(dossier))
        .route("/gestion/dossiers/{id}/pieces/{code}", get(piece))
}

/// What the address of the list may say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::edge) struct Voulus {
    campagne: Option<String>,
    formation: Option<String>,
    centre: Option<String>,
    commission: Option<String>,
    etat: Option<EtatDossier>,
    avis: Option<String>,
    reponse: Option<domain::dossier::Reponse>,
    attend_reponse: Option<bool>,
    brouillon: Option<bool>,
    assigne: Option<String>,
    etiquette: Option<String>,
    transmis_apres: Option<Timestamp>,
    transmis_avant: Option<Timestamp>,
    q: Option<String>,
    tri: Option<String>,
    curseur: Option<String>,
    limite: Option<usize>,
}

impl Voulus {
    /// What the list is asked for.
    pub(in crate::edge) fn filtre(self) -> Result<FiltreDossiers, Probleme> {
        let tri = self.tri.unwrap_or_default();
        let (inverse, tri) = match tri.strip_prefix('-') {
            Some(tri) => (true, tri.to_owned()),
            None => (false, tri),
        };
        let tri = match tri.as_str() {
            "" | "nom" => TriDossiers::Nom,
            "numero" => TriDossiers::Numero,
            "formation" => TriDossiers::Formation,
            "cree_le" => TriDossiers::CreeLe,
            "transmis_le" => TriDossiers::TransmisLe,
            _ => {
                let faute = FauteChamp::new(
                    "tri",
                    "inconnu",
                    "nom, numero, formation, cree_le ou transmis_le, précédé de « - » pour l'ordre inverse.",
                    "nom, numero, formation, cree_le or transmis_le, with “-” before it for the reverse order.",
                );
                return Err(Refus {
                    code: CodeRefus::ChampsInvalides,
                    champs: vec![faute],
                }
                .into());
            }
        };
        Ok(FiltreDossiers {
            campagne: self.campagne.map(CampagneCode::new),
            formation: self.formation.map(FormationCode::new),
            centre: self.centre.map(CentreCode::new),
            commission: self.commission.map(CommissionCode::new),
            etat: self.etat,
            avis: self.avis,
            reponse: self.reponse,
            attend_reponse: self.attend_reponse,
            brouillon: self.brouillon,
            assigne: self.assigne.map(PersonnelId::new),
            etiquette: self.etiquette,
            transmis_apres: self.transmis_apres,
            transmis_avant: self.transmis_avant,
            q: self.q,
            tri,
            inverse,
            curseur: self.curseur,
            limite: self.limite,
        })
    }
}

async fn chercher(
    etat: &Etat,
    demandeur: &Demandeur,
    voulus: Voulus,
) -> Result<PageDossiers, Probleme> {
    let acte = ActeGestion::Dossiers(Box::new(voulus.filtre()?));
    let Reponse::ListeDossiers(page) = demandeur.gerer(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(*page)
}

async fn dossiers(
    State(etat): State<Etat>,
    Query(voulus): Query<Voulus>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let page = chercher(&etat, &demandeur, voulus).await?;
    Ok(discret(json!({
        "dossiers": page.dossiers,
        "curseur": page.curseur,
        "total": page.total,
        "comptes": page.comptes.etats,
    })))
}

/// The dossier; as `{id}.pdf`, on paper.
async fn dossier(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    RawQuery(requete): RawQuery,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    if let Some(id) = id.strip_suffix(".pdf") {
        let langue = statistiques::langue(requete.as_deref());
        return exports::imprimer(&etat, &demandeur.session, id, langue).await;
    }
    let acte = ActeGestion::Dossier {
        id: DossierId::new(id),
    };
    let Reponse::DossierGestion(vue) = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    let mut corps = vues::dossier_gestion(&vue.dossier, &etat.catalogue(), etat.maintenant());
    if let Value::Object(champs) = &mut corps {
        champs.insert("candidat".to_owned(), vues::moi(&vue.candidat));
        champs.insert("gestion".to_owned(), json!(vue.dossier.gestion));
        champs.insert("pouvoirs".to_owned(), json!(vue.pouvoirs));
    }
    let entetes = [
        (header::ETAG, format!("\"{}\"", vue.dossier.version)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((entetes, Json(corps)).into_response())
}

async fn piece(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(voulu): Query<pieces::Voulu>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Piece {
        id: DossierId::new(id),
        piece: PieceCode::new(code.clone()),
    };
    let Reponse::Dossier(vue) = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    pieces::rendre(&etat, &vue, &code, &voulu).await
}
