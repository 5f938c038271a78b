//! The order in which a formation asks for its pieces: one step up or down, by a button each.

use axum::extract::{Path, State};
use domain::campagne::{Cle, Formation};
use domain::refus::CodeRefus;

use super::*;

/// A piece in its place.
pub(super) struct Rangee {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) premiere: bool,
    pub(super) derniere: bool,
}

/// The pieces of a formation, each with its buttons.
pub(super) struct Ordre {
    pub(super) chemin: String,
    pub(super) preuve: String,
    /// The version that was read.
    pub(super) vue: u64,
    pub(super) rangees: Vec<Rangee>,
}

impl Ordre {
    /// Of this formation; none where there is nothing to order.
    pub(super) fn de(etat: &Etat, visiteur: &Visiteur, formation: &Formation) -> Option<Self> {
        let (t, catalogue) = (visiteur.t, etat.catalogue());
        let dernier = formation.pieces.len().checked_sub(1).filter(|n| *n > 0)?;
        let rangee = |(rang, code): (usize, &domain::ids::PieceCode)| {
            let piece = catalogue.pieces.get(code);
            Rangee {
                code: code.to_string(),
                libelle: piece
                    .map_or(code.as_str(), |p| p.libelle.dans(t.langue()))
                    .to_owned(),
                premiere: rang == 0,
                derniere: rang == dernier,
            }
        };
        Some(Self {
            chemin: format!("/gestion/campagne/formations/{}/ordre", formation.code),
            preuve: visiteur.preuve().to_owned(),
            vue: catalogue.version_de(&Cle::Formation(formation.code.clone())),
            rangees: formation.pieces.iter().enumerate().map(rangee).collect(),
        })
    }
}

/// Moves one piece one step; at the end there is nothing to move.
pub(super) async fn changer_l_ordre(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    voir(&etat, &visiteur).await?;
    let catalogue = etat.catalogue();
    let formation = catalogue.formations.get(code.as_str()).cloned();
    let mut formation = formation.ok_or(CodeRefus::Introuvable)?;
    let (piece, vers_le_haut) = match (saisie.texte("monter"), saisie.texte("descendre")) {
        (Some(piece), None) => (piece, true),
        (None, Some(piece)) => (piece, false),
        (_, _) => return Err(CodeRefus::Introuvable.into()),
    };
    let rang = formation.pieces.iter().position(|p| p.as_str() == piece);
    let rang = rang.ok_or(CodeRefus::Introuvable)?;
    let autre = if vers_le_haut {
        rang.checked_sub(1)
    } else {
        Some(rang + 1).filter(|n| *n < formation.pieces.len())
    };
    let page = format!("/gestion/campagne/formations/{code}");
    if let Some(autre) = autre {
        formation.pieces.swap(rang, autre);
        let vue = saisie.texte("vue").and_then(|v| v.parse().ok());
        let changements = vec![Evenement::FormationDefinie(formation)];
        let fait = changer(&etat, &visiteur, changements, (vue, false)).await;
        fait.map_err(|a| Arret::vers(a.probleme, &page))?;
    }
    // Back to the piece, so that the next step is one more press.
    Ok(vers(&format!("{page}#piece-{piece}")))
}
