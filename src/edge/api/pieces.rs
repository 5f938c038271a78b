//! Pieces of a dossier: files in, files out, « non concerné » (G24–G27).

use actors::protocol::DossierVue;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::dossier::{Commande, Depot};
use domain::fichier::{Fichier, TAILLE_MAX};
use domain::ids::PieceCode;
use domain::refus::CodeRefus;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use serde::Deserialize;
use storage::blobs::{BlobError, Writer};
use tokio::io::AsyncReadExt;

use super::corps::{Corps, Demandeur};
use super::dossiers;
use crate::edge::Etat;
use crate::edge::problemes::Probleme;
use crate::fichiers;

/// Bytes of a refused file that are read, to be dropped.
const MAX_RESTE: usize = 8 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Certification {
    #[serde(default)]
    certifie: bool,
}

fn ecriture(erreur: BlobError) -> Probleme {
    match erreur {
        BlobError::TooLarge { .. } => trop_gros(),
        BlobError::Io(erreur) => Probleme::interne(&erreur),
    }
}

fn trop_gros() -> Probleme {
    let texte = fichiers::trop_gros();
    let fr = texte
        .champs
        .first()
        .map(|c| c.message.clone())
        .unwrap_or_default();
    Probleme::http(
        StatusCode::PAYLOAD_TOO_LARGE,
        "fichier_trop_gros",
        &fr,
        "This file is larger than 4 MB.",
    )
}

fn coupe(erreur: &dyn std::fmt::Display) -> Probleme {
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "envoi_interrompu",
        &format!("L'envoi du fichier s'est interrompu : {erreur}. Recommencez."),
        "The upload was interrupted. Try again.",
    )
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
    let fichier = recevoir_fichier(&etat, requete).await?;
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

/// Takes the file of a request: counted while it streams, looked at, synced under its content's name.
pub(in crate::edge) async fn recevoir_fichier(
    etat: &Etat,
    requete: Request,
) -> Result<Fichier, Probleme> {
    let (annonce, multipart) = annonce(requete.headers());
    if !multipart && annonce.is_some_and(|octets| octets > TAILLE_MAX) {
        epuiser(requete.into_body()).await;
        return Err(trop_gros());
    }
    let mut ecrivain = etat
        .blobs
        .create(TAILLE_MAX)
        .await
        .map_err(|e| Probleme::interne(&e))?;
    let nom = if multipart {
        recevoir_multipart(etat, requete, &mut ecrivain).await?
    } else {
        recevoir(requete, &mut ecrivain).await?
    };
    let chemin = ecrivain
        .flushed()
        .await
        .map_err(|e| Probleme::interne(&e))?
        .to_owned();
    let octets = tokio::fs::read(&chemin)
        .await
        .map_err(|e| Probleme::interne(&e))?;
    let examen = tokio::task::spawn_blocking(move || fichiers::examiner(octets));
    let type_ = examen.await.map_err(|e| Probleme::interne(&e))??;
    let range = ecrivain.finish().await.map_err(ecriture)?;
    Ok(Fichier {
        sha256: range.sha256,
        nom: fichiers::nom_sur(&nom),
        type_,
        taille: range.len,
        depose_le: etat.maintenant(),
        en_analyse: false,
    })
}

/// Reads and drops a bounded rest: a client that is cut off while it sends never sees why it was refused.
async fn epuiser(mut corps: Body) {
    let mut reste = MAX_RESTE;
    while let Some(Ok(trame)) = corps.frame().await {
        let lus = trame.data_ref().map_or(0, |octets| octets.len());
        match reste.checked_sub(lus) {
            Some(encore) => reste = encore,
            None => return,
        }
    }
}

/// The length announced, and whether the body is a form.
fn annonce(entetes: &HeaderMap) -> (Option<u64>, bool) {
    let texte = |nom| entetes.get(nom).and_then(|v| v.to_str().ok());
    let longueur = texte(header::CONTENT_LENGTH).and_then(|v| v.parse::<u64>().ok());
    let type_ = texte(header::CONTENT_TYPE).unwrap_or_default();
    (longueur, type_.starts_with("multipart/form-data"))
}

async fn recevoir(requete: Request, ecrivain: &mut Writer) -> Result<String, Probleme> {
    let nom = nom_annonce(requete.headers());
    let mut corps = requete.into_body();
    while let Some(trame) = corps.frame().await {
        let trame = trame.map_err(|e| coupe(&e))?;
        if let Some(octets) = trame.data_ref() {
            ecrivain.write(octets).await.map_err(ecriture)?;
        }
    }
    Ok(nom)
}

async fn recevoir_multipart(
    etat: &Etat,
    requete: Request,
    ecrivain: &mut Writer,
) -> Result<String, Probleme> {
    let mut parties = Multipart::from_request(requete, etat)
        .await
        .map_err(|e| coupe(&e.body_text()))?;
    while let Some(mut champ) = parties
        .next_field()
        .await
        .map_err(|e| coupe(&e.body_text()))?
    {
        let Some(nom) = champ.file_name().map(str::to_owned) else {
            continue;
        };
        while let Some(octets) = champ.next().await {
            let octets = octets.map_err(|e| coupe(&e.body_text()))?;
            ecrivain.write(&octets).await.map_err(ecriture)?;
        }
        return Ok(nom);
    }
    Err(coupe(&"aucun fichier dans le formulaire"))
}

/// The name in `Content-Disposition`, RFC 6266: `filename*` first.
fn nom_annonce(entetes: &HeaderMap) -> String {
    let valeur = entetes.get(header::CONTENT_DISPOSITION);
    let valeur = valeur
        .map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
        .unwrap_or_default();
    let parametre = |cle: &str| {
        let mut parties = valeur.split(';').map(str::trim);
        parties.find_map(|p| p.strip_prefix(cle).map(|v| v.trim_matches('"').to_owned()))
    };
    if let Some(etendu) = parametre("filename*=")
        && let Some((_, code)) = etendu.split_once("''")
    {
        return decoder(code);
    }
    parametre("filename=").unwrap_or_default()
}

/// Percent-decoding (RFC 8187); what is no UTF-8 is replaced.
fn decoder(code: &str) -> String {
    let mut octets = Vec::with_capacity(code.len());
    let mut reste = code.as_bytes();
    while let Some((premier, suite)) = reste.split_first() {
        let hexa = suite.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        let lu = hexa
            .filter(|_| *premier == b'%')
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        octets.push(lu.unwrap_or(*premier));
        reste = if lu.is_some() {
            suite.get(2..).unwrap_or_default()
        } else {
            suite
        };
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// `attachment` with the name in both forms (RFC 6266).
fn disposition(nom: &str) -> HeaderValue {
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

/// Files are ≤ 4 MiB: read whole, so that a damaged one is found before a byte leaves.
async fn envoyer(
    etat: &Etat,
    sha256: &str,
    nom: &str,
    mime: &'static str,
) -> Result<Response, Probleme> {
    let mut fichier = etat
        .blobs
        .read(sha256)
        .await
        .map_err(|e| Probleme::interne(&e))?;
    let mut octets = Vec::new();
    fichier
        .read_to_end(&mut octets)
        .await
        .map_err(|e| Probleme::interne(&e))?;
    let mut reponse = Body::from(octets).into_response();
    let entetes = reponse.headers_mut();
    entetes.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    entetes.insert(header::CONTENT_DISPOSITION, disposition(nom));
    entetes.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    entetes.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    Ok(reponse)
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let vue = dossiers::trouver(&etat, &demandeur, &id).await?;
    rendre(&etat, &vue, &code).await
}

/// The file of a piece, as handed in.
pub(in crate::edge) async fn rendre(
    etat: &Etat,
    vue: &DossierVue,
    code: &str,
) -> Result<Response, Probleme> {
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
