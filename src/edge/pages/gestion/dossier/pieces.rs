//! The check-list of a dossier, and the piece that is read beside it.

use actors::protocol::{ActeGestion, DossierVue, PieceVue, Reponse, StatutPiece};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::campagne::Catalogue;
use domain::dossier::Depot;
use domain::ids::{DossierId, PieceCode};

use super::super::super::cadrage::percent;
use super::super::super::visiteur::Arret;
use super::super::Poste;
use super::Lu;
use crate::edge::{Etat, api};
use crate::textes::Textes;
use crate::views::quand;

/// A piece in the check-list.
pub(super) struct Piece {
    pub(super) code: String,
    pub(super) lien: String,
    pub(super) libelle: String,
    pub(super) statut: String,
    pub(super) classe: &'static str,
    pub(super) ici: bool,
}

/// The piece that is read.
pub(super) struct Lecture {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) statut: String,
    pub(super) classe: &'static str,
    pub(super) commentaire: String,
    /// What the candidate swore instead of a file.
    pub(super) serment: String,
    pub(super) nom: String,
    pub(super) fichier: String,
    pub(super) image: String,
    pub(super) page: usize,
    pub(super) precedente: String,
    pub(super) suivante: String,
    /// A verdict may be given now.
    pub(super) a_decider: bool,
}

/// The piece that is read: the one asked for, else the first that waits for a verdict, else the first.
pub(super) fn ouverte<'a>(pieces: &'a [PieceVue], voulue: &str) -> Option<&'a PieceVue> {
    let demandee = pieces.iter().find(|p| p.code.as_str() == voulue);
    let a_decider =
        |p: &&PieceVue| matches!(p.statut, StatutPiece::Deposee | StatutPiece::NonConcerne);
    demandee
        .or_else(|| pieces.iter().find(a_decider))
        .or_else(|| pieces.first())
}

fn statut(t: Textes, piece: &PieceVue) -> (String, &'static str) {
    let (dit, classe) = match piece.statut {
        StatutPiece::Attendue => (t.piece_attendue(), ""),
        StatutPiece::Deposee => (t.piece_deposee(), "a-faire"),
        StatutPiece::EnAnalyse => (t.piece_en_analyse(), ""),
        StatutPiece::NonConcerne => (t.piece_non_concerne(), "a-faire"),
        StatutPiece::Validee => (t.piece_validee(), "fait"),
        StatutPiece::Refusee => (t.piece_refusee(), "refus"),
    };
    (dit.to_owned(), classe)
}

pub(in super::super) fn nom_de_piece(t: Textes, catalogue: &Catalogue, code: &PieceCode) -> String {
    let def = catalogue.pieces.get(code);
    def.map_or(code.to_string(), |d| d.libelle.dans(t.langue()).to_owned())
}

/// The check-list, with the piece that is read marked.
pub(super) fn liste(
    t: Textes,
    catalogue: &Catalogue,
    dossier: &DossierVue,
    ouverte: Option<&PieceVue>,
    base: &str,
) -> Vec<Piece> {
    let pieces = dossier.pieces.iter().map(|p| {
        let (statut, classe) = statut(t, p);
        Piece {
            lien: format!("{base}&piece={}#lecture", percent(p.code.as_str())),
            libelle: nom_de_piece(t, catalogue, &p.code),
            statut,
            classe,
            ici: ouverte.is_some_and(|o| o.code == p.code),
            code: p.code.to_string(),
        }
    });
    pieces.collect()
}

/// What is shown of the piece that is read.
pub(super) fn lecture(
    t: Textes,
    catalogue: &Catalogue,
    base: &str,
    piece: &PieceVue,
    lu: &Lu,
    examinable: bool,
    suite: &str,
) -> Lecture {
    let (dit, classe) = statut(t, piece);
    let code = percent(piece.code.as_str());
    let fichier = format!("{base}/pieces/{code}");
    let page = lu.page.unwrap_or(1).max(1);
    let autre = |n: usize| format!("{base}?{suite}&piece={code}&page={n}#lecture");
    let mut lecture = Lecture {
        libelle: nom_de_piece(t, catalogue, &piece.code),
        code: piece.code.to_string(),
        statut: dit,
        classe,
        commentaire: piece.commentaire.clone().unwrap_or_default(),
        serment: String::new(),
        nom: String::new(),
        fichier: String::new(),
        image: String::new(),
        page,
        precedente: String::new(),
        suivante: String::new(),
        a_decider: examinable && piece.depot.is_some(),
    };
    match &piece.depot {
        Some(Depot::Deposee { fichier: f }) => {
            lecture.nom.clone_from(&f.nom);
            lecture.image = format!("{fichier}?apercu=1&page={page}");
            // A picture has one page; of a document the next is offered, and the last one says so.
            if f.type_ == domain::fichier::TypeFichier::Pdf {
                lecture.suivante = autre(page + 1);
            }
            if page > 1 {
                lecture.precedente = autre(page - 1);
            }
            lecture.fichier = fichier;
        }
        Some(Depot::NonConcerne {
            certifie_le,
            serment,
        }) => lecture.serment = format!("{serment} ({})", quand(t, *certifie_le)),
        None => {}
    }
    lecture
}

/// Pieces of the campaign that this dossier does not have yet.
pub(super) fn exigibles(
    t: Textes,
    catalogue: &Catalogue,
    dossier: &DossierVue,
) -> Vec<(String, String)> {
    let la = |code: &PieceCode| dossier.pieces.iter().any(|p| p.code == *code);
    let autres = catalogue.pieces.values().filter(|d| !la(&d.code));
    autres
        .map(|d| (d.code.to_string(), d.libelle.dans(t.langue()).to_owned()))
        .collect()
}

/// A file; the look is in the trail.
pub(in super::super) async fn fichier(
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
