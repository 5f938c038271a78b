//! A file on its way in: counted while it streams, looked at, synced under its content's name (G24, Q16).

use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use domain::fichier::{Fichier, TAILLE_MAX};
use domain::ids::{DossierId, PieceCode};
use futures_util::StreamExt;
use storage::blobs::{BlobError, Writer};

use super::corps::{encodage, epuiser};
use crate::antivirus::Issue;
use crate::antivirus::attente::Attendu;
use crate::edge::Etat;
use crate::edge::presse::{suite, trop_lent};
use crate::edge::problemes::Probleme;
use crate::fichiers;

/// How long a look at a file may take, the wait for a free thread included.
const DELAI_EXAMEN: Duration = Duration::from_secs(20);
/// Bytes of a name that are read; the rest is dropped.
const MAX_NOM: usize = 2_000;

fn ecriture(erreur: BlobError) -> Probleme {
    match erreur {
        BlobError::TooLarge { .. } => trop_gros(),
        BlobError::Io(erreur) => Probleme::interne(&erreur),
    }
}

fn trop_gros() -> Probleme {
    Probleme::fichier(StatusCode::PAYLOAD_TOO_LARGE, fichiers::trop_gros())
}

fn coupe(erreur: &(dyn std::error::Error + 'static)) -> Probleme {
    if trop_lent(erreur) {
        return Probleme::trop_lent();
    }
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "envoi_interrompu",
        "L'envoi du fichier s'est interrompu avant la fin. Recommencez.",
        "The upload was interrupted before its end. Try again.",
    )
}

fn formulaire(erreur: &MultipartError) -> Probleme {
    if erreur.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return trop_gros();
    }
    if trop_lent(erreur) {
        return Probleme::trop_lent();
    }
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "formulaire_invalide",
        &format!(
            "Le formulaire (multipart/form-data) ne se lit pas : {}",
            erreur.body_text()
        ),
        "The form (multipart/form-data) cannot be read.",
    )
}

fn sans_limite(rejet: &MultipartRejection) -> Probleme {
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "formulaire_invalide",
        &format!(
            "Le formulaire (multipart/form-data) ne se lit pas : {}",
            rejet.body_text()
        ),
        "The form (multipart/form-data) cannot be read: Content-Type names no boundary.",
    )
}

/// Takes the file of a request: counted while it streams, looked at, synced under its content's name.
pub(in crate::edge) async fn recevoir_fichier(
    etat: &Etat,
    (dossier, piece): (&str, &str),
    requete: Request,
) -> Result<Fichier, Probleme> {
    let recu = match recevoir(etat, requete).await {
        Ok(fichier) => soumettre(etat, (dossier, piece), fichier).await,
        Err(probleme) => Err(probleme),
    };
    let accepte = recu.as_ref().ok().map(|fichier| fichier.taille);
    etat.outils.metriques.depot(accepte);
    recu
}

/// Shows it to the antivirus, if there is one.
async fn soumettre(
    etat: &Etat,
    (dossier, piece): (&str, &str),
    fichier: Fichier,
) -> Result<Fichier, Probleme> {
    let Some(antivirus) = &etat.outils.antivirus else {
        return Ok(fichier);
    };
    let attendu = Attendu {
        dossier: DossierId::new(dossier),
        piece: PieceCode::new(piece),
        sha256: fichier.sha256.clone(),
    };
    let issue = antivirus.examiner(attendu).await;
    let issue = issue.map_err(|e| Probleme::interne(&e))??;
    Ok(Fichier {
        en_analyse: issue == Issue::PlusTard,
        ..fichier
    })
}

/// The file of a request, whatever it is for: not shown to the antivirus, whose verdict is a dossier's.
pub(super) async fn recevoir(etat: &Etat, requete: Request) -> Result<Fichier, Probleme> {
    encodage(requete.headers())?;
    let (annonce, multipart) = annonce(requete.headers());
    if !multipart && annonce.is_some_and(|octets| octets > TAILLE_MAX) {
        epuiser(requete);
        return Err(trop_gros());
    }
    let mut ecrivain = etat
        .blobs
        .create(TAILLE_MAX)
        .await
        .map_err(|e| Probleme::interne(&e))?;
    let nom = if multipart {
        lire_formulaire(etat, requete, &mut ecrivain).await?
    } else {
        lire_brut(requete, &mut ecrivain).await?
    };
    let chemin = ecrivain
        .flushed()
        .await
        .map_err(|e| Probleme::interne(&e))?
        .to_owned();
    let examen = fichiers::examiner_fichier(chemin);
    let examen = tokio::time::timeout(DELAI_EXAMEN, examen).await;
    let type_ = match examen {
        Err(_trop_long) => return Err(fichiers::trop_complique().into()),
        Ok(Err(erreur)) => return Err(Probleme::interne(&erreur)),
        Ok(Ok(Err(refus))) => return Err(Probleme::examen(refus)),
        Ok(Ok(Ok(type_))) => type_,
    };
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

/// The length announced, and whether the body is a form.
fn annonce(entetes: &HeaderMap) -> (Option<u64>, bool) {
    let texte = |nom| entetes.get(nom).and_then(|v| v.to_str().ok());
    let longueur = texte(header::CONTENT_LENGTH).and_then(|v| v.parse::<u64>().ok());
    let type_ = texte(header::CONTENT_TYPE).unwrap_or_default();
    let type_ = type_.split(';').next().unwrap_or_default().trim();
    (longueur, type_.eq_ignore_ascii_case("multipart/form-data"))
}

async fn lire_brut(requete: Request, ecrivain: &mut Writer) -> Result<String, Probleme> {
    let nom = nom_annonce(requete.headers());
    let (tete, mut corps) = requete.into_parts();
    while let Some(octets) = suite(&mut corps).await {
        let octets = octets.map_err(|e| coupe(&e))?;
        if let Err(erreur) = ecrivain.write(&octets).await {
            epuiser(Request::from_parts(tete, corps));
            return Err(ecriture(erreur));
        }
    }
    Ok(nom)
}

async fn lire_formulaire(
    etat: &Etat,
    requete: Request<Body>,
    ecrivain: &mut Writer,
) -> Result<String, Probleme> {
    let mut parties = Multipart::from_request(requete, etat)
        .await
        .map_err(|e| sans_limite(&e))?;
    while let Some(mut champ) = parties.next_field().await.map_err(|e| formulaire(&e))? {
        let Some(nom) = champ.file_name().map(str::to_owned) else {
            continue;
        };
        while let Some(octets) = champ.next().await {
            let octets = octets.map_err(|e| formulaire(&e))?;
            ecrivain.write(&octets).await.map_err(ecriture)?;
        }
        return Ok(nom);
    }
    Err(Probleme::http(
        StatusCode::BAD_REQUEST,
        "formulaire_sans_fichier",
        "Le formulaire ne contient aucun fichier.",
        "The form holds no file.",
    ))
}

/// The name in `Content-Disposition`, RFC 6266: `filename*` first.
fn nom_annonce(entetes: &HeaderMap) -> String {
    let valeur = entetes.get(header::CONTENT_DISPOSITION);
    let octets = valeur.map(|v| v.as_bytes()).unwrap_or_default();
    let octets = octets.get(..MAX_NOM.min(octets.len())).unwrap_or_default();
    let parametres = parametres(&texte_d_entete(octets));
    let trouver = |cle: &str| {
        let mut parametres = parametres.iter();
        parametres
            .find(|(nom, _)| nom == cle)
            .map(|(_, v)| v.as_str())
    };
    if let Some(etendu) = trouver("filename*")
        && let Some((jeu, suite)) = etendu.split_once('\'')
        && let Some((_, code)) = suite.split_once('\'')
    {
        return decoder(jeu, code);
    }
    trouver("filename").unwrap_or_default().to_owned()
}

/// A header's text: UTF-8, as browsers write it, else the Latin-1 of RFC 2616, which older clients still send.
fn texte_d_entete(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(texte) => texte.to_owned(),
        // Cut in the middle of a letter.
        Err(coupe) if coupe.error_len().is_none() => String::from_utf8_lossy(octets).into_owned(),
        Err(_) => octets.iter().copied().map(char::from).collect(),
    }
}

/// `name=value` and `name="quoted \" value"`, names in lower case.
fn parametres(valeur: &str) -> Vec<(String, String)> {
    let mut trouves = Vec::new();
    let mut lettres = valeur.chars().peekable();
    // The disposition itself comes first.
    for c in lettres.by_ref() {
        if c == ';' {
            break;
        }
    }
    while lettres.peek().is_some() {
        let mut nom = String::new();
        let mut texte = String::new();
        let mut egal = false;
        while let Some(c) = lettres.next() {
            match c {
                ';' => break,
                '=' if !egal => egal = true,
                '"' if egal && texte.is_empty() => {
                    while let Some(c) = lettres.next() {
                        match c {
                            '"' => break,
                            '\\' => texte.extend(lettres.next()),
                            autre => texte.push(autre),
                        }
                    }
                }
                autre if egal => texte.push(autre),
                autre => nom.push(autre),
            }
        }
        trouves.push((nom.trim().to_lowercase(), texte.trim().to_owned()));
    }
    trouves
}

/// Percent-decoding (RFC 8187), UTF-8 or Latin-1; what is no UTF-8 is replaced.
fn decoder(jeu: &str, code: &str) -> String {
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
    if jeu.eq_ignore_ascii_case("iso-8859-1") {
        return octets.into_iter().map(char::from).collect();
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn le_nom_annonce_se_lit_selon_rfc_6266() {
        for (entete, attendu) in [
            ("attachment; filename=cv.pdf", "cv.pdf"),
            (
                "attachment; filename=\"a;b \\\"c\\\".pdf\"",
                "a;b \"c\".pdf",
            ),
            ("attachment; FileName=\"cv.pdf\"", "cv.pdf"),
            (
                "inline; filename=\"x.pdf\"; filename*=UTF-8''relev%C3%A9%20de%20notes.pdf",
                "relevé de notes.pdf",
            ),
            (
                "attachment; filename*=iso-8859-1'fr'relev%E9.pdf",
                "relevé.pdf",
            ),
            ("attachment; filename*=UTF-8''%ZZ%C3", "%ZZ\u{fffd}"),
            ("attachment", ""),
            ("", ""),
            ("attachment; filename", ""),
            ("attachment; filename=\"", ""),
        ] {
            let mut entetes = HeaderMap::new();
            entetes.insert(header::CONTENT_DISPOSITION, entete.parse().unwrap());
            assert_eq!(nom_annonce(&entetes), attendu, "{entete}");
        }
    }

    #[test]
    fn un_nom_en_utf_8_ou_en_latin_1_se_lit() {
        for octets in [
            &b"attachment; filename=\"relev\xc3\xa9.pdf\""[..],
            b"attachment; filename=\"relev\xe9.pdf\"",
        ] {
            let valeur = axum::http::HeaderValue::from_bytes(octets).unwrap();
            let entetes = HeaderMap::from_iter([(header::CONTENT_DISPOSITION, valeur)]);
            assert_eq!(nom_annonce(&entetes), "relevé.pdf");
        }
    }
}
