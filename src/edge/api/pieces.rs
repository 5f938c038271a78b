//! Pieces of a dossier: files in, files out, « non concerné » (G24–G27).

use actors::protocol::DossierVue;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use domain::dossier::{Commande, Depot};
use domain::ids::PieceCode;
use domain::refus::CodeRefus;
use serde::Deserialize;
use tokio::io::AsyncReadExt;

use super::corps::{Corps, Demandeur};
use super::dossiers;
use crate::edge::Etat;
use crate::edge::problemes::Probleme;

pub(in crate::edge) use super::apercus::{Voulu, montrer};
pub(in crate::edge) use super::reception::recevoir_fichier;

/// Bytes of a file read at once.
const MORCEAU: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Certification {
    #[serde(default)]
    certifie: bool,
}

pub(super) async fn deposer(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    demandeur: Demandeur,
    requete: Request,
) -> Result<Response, Probleme> {
    let piece = PieceCode::new(code);
    // Before a byte is read: the dossier is the asker's and asks for this piece.
    let vue = dossiers::trouver(&etat, &demandeur, &id).await?;
    let ouvert = matches!(
        vue.etat,
        actors::protocol::Etat::EnAttente | actors::protocol::Etat::Incomplet
    );
    if ouvert && !vue.pieces.iter().any(|p| p.code == piece) {
        return Err(CodeRefus::PieceInconnue.into());
    }
    let fichier = recevoir_fichier(&etat, (&id, piece.as_str()), requete).await?;
    dossiers::agir(&etat, &demandeur, &id, Commande::Deposer { piece, fichier }).await
}

/// T10: hands in the drawer's file for a named common piece.
pub(super) async fn puiser(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let piece = PieceCode::new(code);
    dossiers::agir(&etat, &demandeur, &id, Commande::Puiser { piece }).await
}

/// `attachment` with the name in both forms (RFC 6266).
pub(in crate::edge) fn disposition(nom: &str) -> HeaderValue {
    let ascii: String = nom
        .chars()
        .map(|c| {
            if c.is_ascii() && c != '"' && c != '\\' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let etendu: String = nom
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let texte = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{etendu}");
    HeaderValue::from_str(&texte).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// A file as it was handed in. It is looked at whole before a byte leaves, so that a damaged one is never
/// sent, and then streamed: who reads slowly holds a small buffer, not a file.
async fn envoyer(
    etat: &Etat,
    sha256: &str,
    nom: &str,
    mime: &'static str,
) -> Result<Response, Probleme> {
    let interne = |e: std::io::Error| Probleme::interne(&e);
    if !etat.blobs.sound(sha256).await.map_err(interne)? {
        return Err(Probleme::interne(&format!("the file {sha256} is damaged")));
    }
    let fichier = etat.blobs.read(sha256).await.map_err(interne)?;
    let taille = fichier.metadata().await.map_err(interne)?.len();
    let flux = futures_util::stream::try_unfold(fichier, async |mut fichier| {
        let mut morceau = BytesMut::with_capacity(MORCEAU);
        let lus = fichier.read_buf(&mut morceau).await?;
        Ok::<_, std::io::Error>((lus > 0).then(|| (morceau.freeze(), fichier)))
    });
    let mut reponse = Body::from_stream(flux).into_response();
    let entetes = reponse.headers_mut();
    entetes.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    entetes.insert(header::CONTENT_LENGTH, HeaderValue::from(taille));
    entetes.insert(header::CONTENT_DISPOSITION, disposition(nom));
    entetes.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    Ok(reponse)
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(voulu): Query<Voulu>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let vue = dossiers::trouver(&etat, &demandeur, &id).await?;
    rendre(&etat, &vue, &code, &voulu).await
}

/// The file of a piece, as handed in, or the picture of one of its pages.
pub(in crate::edge) async fn rendre(
    etat: &Etat,
    vue: &DossierVue,
    code: &str,
    voulu: &Voulu,
) -> Result<Response, Probleme> {
    if let Some(page) = voulu.page() {
        return montrer(etat, vue, code, page).await;
    }
    let piece = vue.pieces.iter().find(|p| p.code.as_str() == code);
    match piece.and_then(|p| p.depot.as_ref()) {
        Some(Depot::Deposee { fichier }) => {
            envoyer(etat, &fichier.sha256, &fichier.nom, fichier.type_.mime()).await
        }
        Some(Depot::NonConcerne { .. }) | None => Err(CodeRefus::Introuvable.into()),
    }
}

pub(super) async fn retirer(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let piece = PieceCode::new(code);
    dossiers::agir(&etat, &demandeur, &id, Commande::Retirer { piece }).await
}

pub(super) async fn declarer(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    demandeur: Demandeur,
    Corps(Certification { certifie }): Corps<Certification>,
) -> Result<Response, Probleme> {
    let piece = PieceCode::new(code);
    let commande = Commande::DeclarerNonConcerne { piece, certifie };
    dossiers::agir(&etat, &demandeur, &id, commande).await
}

pub(super) async fn revenir(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let piece = PieceCode::new(code);
    dossiers::agir(&etat, &demandeur, &id, Commande::RevenirConcerne { piece }).await
}

/// G26: the form to download.
pub(super) async fn modele(
    State(etat): State<Etat>,
    Path(code): Path<String>,
) -> Result<Response, Probleme> {
    let catalogue = etat.catalogue();
    let sha256 = catalogue
        .pieces
        .get(code.as_str())
        .and_then(|d| d.modele.as_deref());
    let sha256 = sha256.ok_or(CodeRefus::Introuvable)?;
    envoyer(&etat, sha256, &format!("{code}.pdf"), "application/pdf").await
}
