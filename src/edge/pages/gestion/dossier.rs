//! One dossier, as those who examine it see it.

use actors::protocol::{ActeGestion, Reponse, StatutPiece};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::ids::{DossierId, PieceCode};

use super::super::visiteur::Arret;
use super::{Poste, etat_dit, libelle};
use crate::edge::{Etat, api};
use crate::textes::Textes;
use crate::views::quand;

struct Piece {
    libelle: String,
    statut: String,
    classe: &'static str,
    commentaire: String,
    lien: String,
}

#[derive(Template)]
#[template(path = "gestion/dossier.html")]
struct Dossier {
    t: Textes,
    etat: String,
    classe: &'static str,
    formation: String,
    numero: String,
    mail: String,
    transmis: String,
    pieces: Vec<Piece>,
}

/// One dossier with its pieces.
pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
) -> Result<Response, Arret> {
    let acte = ActeGestion::Dossier {
        id: DossierId::new(id),
    };
    let Reponse::DossierGestion(vue) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let (t, catalogue, dossier) = (poste.t(), etat.catalogue(), &vue.dossier);
    let pieces = dossier.pieces.iter().map(|p| {
        let (statut, classe) = match p.statut {
            StatutPiece::Attendue => (t.piece_attendue(), ""),
            StatutPiece::Deposee => (t.piece_deposee(), "a-faire"),
            StatutPiece::EnAnalyse => (t.piece_en_analyse(), ""),
            StatutPiece::NonConcerne => (t.piece_non_concerne(), "a-faire"),
            StatutPiece::Validee => (t.piece_validee(), "fait"),
            StatutPiece::Refusee => (t.piece_refusee(), "refus"),
        };
        let def = catalogue.pieces.get(&p.code);
        let fichier = matches!(&p.depot, Some(domain::dossier::Depot::Deposee { .. }));
        Piece {
            libelle: def.map_or(p.code.to_string(), |d| {
                d.libelle.dans(t.langue()).to_owned()
            }),
            statut: statut.to_owned(),
            classe,
            commentaire: p.commentaire.clone().unwrap_or_default(),
            lien: if fichier {
                format!("/gestion/dossiers/{}/pieces/{}", dossier.id, p.code)
            } else {
                String::new()
            },
        }
    });
    let (dit, classe) = etat_dit(t, dossier.etat, &catalogue);
    let corps = Dossier {
        t,
        etat: dit,
        classe,
        formation: libelle(t, &catalogue, &dossier.formation),
        numero: vue.candidat.numero.to_string(),
        mail: vue.candidat.mail.clone(),
        transmis: dossier
            .transmis_le
            .map(|le| quand(t, le))
            .unwrap_or_default(),
        pieces: pieces.collect(),
    };
    let titre = format!("{} {}", vue.candidat.nom, vue.candidat.prenom);
    Ok(poste.page(&titre, &corps))
}

/// A file; the look is in the trail.
pub(super) async fn fichier(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(voulu): Query<api::pieces::Voulu>,
    poste: Poste,
) -> Result<Response, Arret> {
    let acte = ActeGestion::Piece {
        id: DossierId::new(id),
        piece: PieceCode::new(code.clone()),
    };
    let Reponse::Dossier(vue) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(api::pieces::rendre(&etat, &vue, &code, &voulu).await?)
}
