//! The files themselves: CSV leaves while it is written, a workbook once it is whole.

use std::fs::File;

use actors::protocol::DossierGestion;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::archive::Archive;
use super::demande::Demande;
use super::papier::raison;
use super::source::Source;
use crate::edge::Etat;
use crate::edge::api::disposition;
use crate::edge::problemes::Probleme;
use crate::sorties::cellule::Cellule;
use crate::sorties::classeur;
use crate::sorties::colonnes::{Groupe, Ligne};
use crate::sorties::csv::{Ecrivain, MARQUE};

pub(in crate::edge) const CSV: &str = "text/csv; charset=utf-8; header=present";
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(super) const ZIP: &str = "application/zip";
/// Pages of rows that wait to be written into a workbook.
const AVANCE: usize = 2;
/// Bytes of a file read at once.
const MORCEAU: usize = 64 * 1024;

/// The rows of a few dossiers.
fn lignes(etat: &Etat, demande: &Demande, entiers: &[DossierGestion]) -> Vec<Vec<Cellule>> {
    let catalogue = etat.catalogue();
    let ligne = |entier| {
        let ligne = Ligne {
            entier,
            catalogue: &catalogue,
            langue: demande.options.langue,
            codes: demande.options.codes,
        };
        demande.colonnes.iter().map(|c| ligne.cellule(c)).collect()
    };
    entiers.iter().map(ligne).collect()
}

/// Row by row. A fault in the middle ends the answer short, and the client sees that it is cut.
pub(super) fn csv(
    etat: &Etat,
    demande: Demande,
    source: Source,
    place: OwnedSemaphorePermit,
) -> Response {
    let nom = nom(etat, "csv");
    let etat = etat.clone();
    let debut = Some((etat, demande, source, place, true));
    let flux = futures_util::stream::try_unfold(debut, async |reste| {
        let Some((etat, demande, mut source, place, premier)) = reste else {
            return Ok(None);
        };
        let mut ecrivain = Ecrivain::new(demande.options.separateur);
        if premier {
            let titres: Vec<_> = demande.titres().into_iter().map(Cellule::texte).collect();
            ecrivain.ligne(&titres)?;
        }
        let suivants = source.suivants().await.map_err(|f| raison(&f))?;
        let fini = suivants.is_none();
        for ligne in lignes(&etat, &demande, &suivants.unwrap_or_default()) {
            ecrivain.ligne(&ligne)?;
        }
        let mut octets = if premier { MARQUE.into() } else { Vec::new() };
        octets.extend(ecrivain.finir()?);
        let reste = (!fini).then_some((etat, demande, source, place, false));
        Ok::<_, String>(Some((bytes::Bytes::from(octets), reste)))
    });
    disposer(Body::from_stream(flux), CSV, &nom)
}

/// Written to a file on disk, row by row, then sent.
pub(super) async fn xlsx(
    etat: &Etat,
    demande: Demande,
    mut source: Source,
    place: OwnedSemaphorePermit,
) -> Result<Response, Probleme> {
    if source.total >= u64::from(classeur::MAX_LIGNES) {
        return Err(Probleme::http(
            axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            "trop_de_lignes",
            "Un classeur ne tient pas autant de lignes : filtrez davantage, ou prenez le CSV.",
            "A workbook does not hold so many rows: filter more, or take the CSV.",
        ));
    }
    let (envoyer, mut recevoir) = mpsc::channel::<Vec<Vec<Cellule>>>(AVANCE);
    let titres: Vec<_> = demande
        .titres()
        .into_iter()
        .zip(largeurs(&demande))
        .collect();
    let dossier = etat.outils.sorties.clone();
    let ecriture = tokio::task::spawn_blocking(move || {
        let pages = std::iter::from_fn(|| recevoir.blocking_recv());
        classeur::ecrire(&dossier, "Dossiers", &titres, pages.flatten())
    });
    while let Some(entiers) = source.suivants().await? {
        // Who writes has stopped: its result says why.
        if envoyer
            .send(lignes(etat, &demande, &entiers))
            .await
            .is_err()
        {
            break;
        }
    }
    drop(envoyer);
    let ecrit = ecriture.await.map_err(|e| Probleme::interne(&e))?;
    let ecrit = ecrit.map_err(|e| Probleme::interne(&e))?;
    let mut reponse = envoyer_fichier(ecrit, place, XLSX, &nom(etat, "xlsx"))?;
    reponse
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(reponse)
}

/// Dossier by dossier.
pub(super) fn zip(etat: &Etat, archive: Archive, place: OwnedSemaphorePermit) -> Response {
    let nom = nom(etat, "zip");
    let flux = futures_util::stream::try_unfold((archive, place), async |(mut archive, place)| {
        let octets = archive.suite().await?;
        Ok::<_, String>(octets.map(|octets| (octets, (archive, place))))
    });
    disposer(Body::from_stream(flux), ZIP, &nom)
}

/// A file already open, from its beginning; what is held goes with it.
pub(super) fn envoyer_fichier<G: Send + 'static>(
    ecrit: File,
    garde: G,
    mime: &'static str,
    nom: &str,
) -> Result<Response, Probleme> {
    let taille = ecrit.metadata().map_err(|e| Probleme::interne(&e))?.len();
    let debut = (tokio::fs::File::from_std(ecrit), garde);
    let flux = futures_util::stream::try_unfold(debut, async |(mut ecrit, garde)| {
        let mut morceau = BytesMut::with_capacity(MORCEAU);
        let lus = ecrit.read_buf(&mut morceau).await?;
        Ok::<_, std::io::Error>((lus > 0).then(|| (morceau.freeze(), (ecrit, garde))))
    });
    let mut reponse = disposer(Body::from_stream(flux), mime, nom);
    reponse
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(taille));
    Ok(reponse)
}

/// An answer that is saved under this name.
pub(in crate::edge) fn disposer(corps: Body, mime: &'static str, nom: &str) -> Response {
    let mut reponse = corps.into_response();
    let entetes = reponse.headers_mut();
    entetes.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    entetes.insert(header::CONTENT_DISPOSITION, disposition(nom));
    entetes.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    reponse
}

/// `dossiers-2027-03-01.csv`
pub(super) fn nom(etat: &Etat, extension: &str) -> String {
    let jour = etat.maintenant().strftime("%Y-%m-%d").to_string();
    format!("dossiers-{jour}.{extension}")
}

/// Wide enough for what mostly stands there.
fn largeurs(demande: &Demande) -> impl Iterator<Item = f64> {
    demande.colonnes.iter().map(|c| match c.groupe {
        Groupe::Parcours | Groupe::Gestion => 40.0,
        Groupe::Dossier | Groupe::Formation | Groupe::Candidat | Groupe::Adresse => 22.0,
        Groupe::Baccalaureat | Groupe::Pieces | Groupe::Decision => 16.0,
    })
}
