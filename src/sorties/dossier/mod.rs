//! One dossier on paper: a summary, then every piece that was handed in, one after the other.

mod jonction;
mod resume;

use actors::protocol::DossierGestion;
use domain::campagne::{Catalogue, Texte};
use domain::fichier::Fichier;
use domain::ids::PieceCode;
use domain::langue::Langue;
use jiff::Timestamp;
use krilla::Document;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};

use jonction::{Contenu, lire};

/// What is printed.
#[derive(Clone, Copy, Debug)]
pub struct Impression<'a> {
    /// The dossier with its candidate.
    pub entier: &'a DossierGestion,
    /// Where labels are.
    pub catalogue: &'a Catalogue,
    /// The university's name.
    pub etablissement: &'a str,
    /// When it is printed.
    pub le: Timestamp,
    /// In which language.
    pub langue: Langue,
}

/// A piece with its content.
#[derive(Debug)]
pub struct PieceLue {
    /// Which.
    pub code: PieceCode,
    /// What was handed in.
    pub fichier: Fichier,
    /// Its bytes; none when they cannot be read from the disk.
    pub octets: Option<Vec<u8>>,
}

impl<'a> Impression<'a> {
    fn dans(&self, texte: &'a Texte) -> &'a str {
        texte.dans(self.langue)
    }

    fn mot(&self, fr: &'static str, en: &'static str) -> &'static str {
        self.langue.choisir(fr, en)
    }

    /// The label of a piece.
    fn piece(&self, code: &'a PieceCode) -> &'a str {
        let def = self.catalogue.pieces.get(code);
        def.map_or(code.as_str(), |d| self.dans(&d.libelle))
    }
}

/// The whole dossier as one PDF. A piece that cannot be merged has a page that says so.
///
/// # Errors
/// When the document fails, which it does not: every piece was tried alone before.
pub fn composer(impression: &Impression<'_>, pieces: Vec<PieceLue>) -> Result<Vec<u8>, String> {
    let lues: Vec<_> = pieces
        .into_iter()
        .map(|piece| {
            (
                lire(piece.fichier.type_, piece.octets),
                piece.code,
                piece.fichier,
            )
        })
        .collect();
    let candidat = &impression.entier.candidat;
    let titre = format!(
        "{} {} {}",
        impression.mot("Dossier de", "Application of"),
        candidat.prenom,
        candidat.nom
    );
    let contenus = lues.iter().map(|(contenu, ..)| contenu);
    let mut document = Document::new_with(jonction::reglages(contenus));
    document.set_metadata(
        Metadata::new()
            .title(titre)
            .language(impression.langue.tag().to_owned())
            .creator("Postule".to_owned()),
    );
    let mut plan = Outline::new();
    let mut marquer = |nom: &str, page: usize| {
        let ici = XyzDestination::new(page, Point::from_xy(0.0, 0.0));
        plan.push_child(OutlineNode::new(nom.to_owned(), ici));
    };
    marquer(impression.mot("Résumé", "Summary"), 0);
    let mut page = resume::rediger(impression)?.composer(&mut document)?;
    for (contenu, code, fichier) in &lues {
        let libelle = impression.piece(code);
        marquer(libelle, page);
        page += match contenu {
            Contenu::Pdf {
                document: pdf,
                pages,
                ..
            } => {
                let toutes: Vec<usize> = (0..*pages).collect();
                document.embed_pdf_pages(pdf, &toutes);
                *pages
            }
            Contenu::Image { image, sens } => resume::page_image(
                impression,
                &mut document,
                (libelle, fichier),
                (image, *sens),
            )?,
            Contenu::Absent => {
                resume::page_absente(impression, libelle, fichier)?.composer(&mut document)?
            }
        };
    }
    document.set_outline(plan);
    document.finish().map_err(|e| e.to_string())
}
