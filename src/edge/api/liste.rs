//! Lists in pages: `curseur` and `limite`.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;

use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// The most rows of a page.
const MAX: usize = 100;
/// Rows of a page unless asked otherwise.
const DEFAUT: usize = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Demande {
    curseur: Option<String>,
    limite: Option<String>,
}

/// The page that is asked for.
#[derive(Debug)]
pub(super) struct Page {
    curseur: Option<String>,
    limite: usize,
}

impl FromRequestParts<Etat> for Page {
    type Rejection = Probleme;

    async fn from_request_parts(parts: &mut Parts, _: &Etat) -> Result<Self, Probleme> {
        let Query(Demande { curseur, limite }) =
            Query::try_from_uri(&parts.uri).map_err(|_| limite_invalide())?;
        let limite = limite.map_or(Ok(DEFAUT), |texte| texte.parse());
        let limite = limite.ok().filter(|n| (1..=MAX).contains(n));
        Ok(Self {
            curseur: curseur.filter(|c| !c.is_empty()),
            limite: limite.ok_or_else(limite_invalide)?,
        })
    }
}

fn limite_invalide() -> Probleme {
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "limite_invalide",
        "« limite » est un nombre de 1 à 100.",
        "“limite” is a number from 1 to 100.",
    )
}

impl Page {
    /// The rows of this page, and the cursor of the next one: the id of the last row.
    pub(super) fn couper<T>(
        &self,
        mut lignes: Vec<T>,
        id: impl Fn(&T) -> &str,
    ) -> Result<(Vec<T>, Option<String>), Probleme> {
        if let Some(curseur) = &self.curseur {
            let rang = lignes.iter().position(|ligne| id(ligne) == curseur);
            let rang = rang.ok_or_else(|| {
                Probleme::http(
                    StatusCode::BAD_REQUEST,
                    "curseur_invalide",
                    "Ce curseur n'est pas, ou n'est plus, dans la liste. Reprenez depuis le début.",
                    "This cursor is not, or no longer, in the list. Start again.",
                )
            })?;
            lignes.drain(..=rang);
        }
        let reste = lignes.len() > self.limite;
        lignes.truncate(self.limite);
        let suivant = lignes
            .last()
            .filter(|_| reste)
            .map(|ligne| id(ligne).to_owned());
        Ok((lignes, suivant))
    }
}
