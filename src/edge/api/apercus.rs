//! The picture of a page of a file handed in (`?apercu=1`, G25).

use actors::protocol::{DossierVue, Faute};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::dossier::Depot;
use domain::refus::CodeRefus;
use serde::Deserialize;

use crate::apercu::dessin::Echec;
use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// Seconds one is told to wait when too many pictures are being drawn.
const REESSAYER_S: u32 = 5;

/// How a file is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::edge) struct Voulu {
    apercu: Option<String>,
    page: Option<usize>,
}

impl Voulu {
    /// The page whose picture is asked for, from 1; none for the file itself.
    pub(in crate::edge) fn page(&self) -> Option<usize> {
        let apercu = self.apercu.as_deref().is_some_and(|v| v != "0");
        apercu.then(|| self.page.unwrap_or(1))
    }
}

/// The picture of a page of a piece.
pub(in crate::edge) async fn montrer(
    etat: &Etat,
    vue: &DossierVue,
    code: &str,
    page: usize,
) -> Result<Response, Probleme> {
    let piece = vue.pieces.iter().find(|p| p.code.as_str() == code);
    let Some(Depot::Deposee { fichier }) = piece.and_then(|p| p.depot.as_ref()) else {
        return Err(CodeRefus::Introuvable.into());
    };
    let apercus = etat.outils.apercus.as_ref().ok_or(CodeRefus::Introuvable)?;
    let png = apercus.rendre(fichier, page).await.map_err(dire)?;
    let entetes = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("inline"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=300"),
        ),
    ];
    Ok((entetes, png).into_response())
}

fn dire(echec: Echec) -> Probleme {
    match echec {
        Echec::PageAbsente => Probleme::http(
            StatusCode::NOT_FOUND,
            "page_absente",
            "Ce document n'a pas cette page.",
            "This document has no such page.",
        ),
        Echec::Illisible | Echec::TropLong => Probleme::http(
            StatusCode::UNPROCESSABLE_ENTITY,
            "apercu_impossible",
            "L'aperçu de ce document ne peut pas être dessiné. Téléchargez le fichier pour le lire.",
            "This document cannot be drawn as a picture. Download the file to read it.",
        ),
        Echec::Occupe => Faute::Occupe {
            reessayer_s: REESSAYER_S,
        }
        .into(),
        Echec::Io(erreur) => Probleme::interne(&erreur),
    }
}
