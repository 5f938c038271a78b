//! One dossier on paper, with every piece.

use std::sync::{Arc, LazyLock};

use actors::protocol::{ActeGestion, DossierGestion, Faute, Reponse, Requete, Sortie};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::dossier::Depot;
use domain::ids::DossierId;
use domain::langue::Langue;
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use crate::edge::Etat;
use crate::edge::api::disposition;
use crate::edge::problemes::Probleme;
use crate::fichiers::nom_sur;
use crate::sorties::dossier::{Impression, PieceLue, composer};

/// Dossiers composed at once, each whole in memory.
const COMPOSITIONS: usize = 2;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(COMPOSITIONS)));

/// A dossier to be printed; the look is in the trail.
pub(in crate::edge) async fn lire_entier(
    etat: &Etat,
    session: &str,
    id: &str,
) -> Result<Box<DossierGestion>, Probleme> {
    let requete = Requete::Gestion {
        session: session.to_owned(),
        acte: ActeGestion::Sortir(Sortie::Imprimer {
            id: DossierId::new(id),
        }),
    };
    let Reponse::DossierGestion(entier) = etat.guichet.traiter(None, requete).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok(entier)
}

/// The dossier of this id, for who holds this session; the look is in the trail.
pub(in crate::edge) async fn imprimer(
    etat: &Etat,
    session: &str,
    id: &str,
    langue: Langue,
) -> Result<Response, Probleme> {
    let entier = lire_entier(etat, session, id).await?;
    let nom = nom(&entier);
    let pdf = composer_dossier(etat, *entier, langue).await;
    let pdf = pdf.map_err(|e| Probleme::interne(&e))?;
    let mut reponse = pdf.into_response();
    let entetes = reponse.headers_mut();
    entetes.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/pdf"),
    );
    entetes.insert(header::CONTENT_DISPOSITION, disposition(&nom));
    entetes.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    Ok(reponse)
}

/// `MARTIN Élise ABCDEFGH.pdf`
pub(super) fn nom(entier: &DossierGestion) -> String {
    let qui = &entier.candidat;
    let nom = format!("{} {} {}", qui.nom, qui.prenom, qui.numero);
    format!("{}.pdf", nom_sur(&nom.replace(['/', '\\'], "-")))
}

/// The PDF, made on a thread of its own. Who gives up waiting does not free the thread.
pub(super) async fn composer_dossier(
    etat: &Etat,
    entier: DossierGestion,
    langue: Langue,
) -> Result<Vec<u8>, String> {
    let place = PLACES.clone().acquire_owned().await;
    let place = place.map_err(|e| e.to_string())?;
    let pieces = lire(etat, &entier).await;
    let (catalogue, le) = (etat.catalogue(), etat.maintenant());
    let maison = etat.maison.clone();
    let travail = tokio::task::spawn_blocking(move || {
        let impression = Impression {
            entier: &entier,
            catalogue: &catalogue,
            etablissement: &maison.nom,
            le,
            langue,
        };
        let pdf = composer(&impression, pieces);
        drop(place);
        pdf
    });
    travail.await.map_err(|e| e.to_string())?
}

/// Every file of the dossier; one that is damaged or gone is without its bytes.
async fn lire(etat: &Etat, entier: &DossierGestion) -> Vec<PieceLue> {
    let mut lues = Vec::new();
    for piece in &entier.dossier.pieces {
        if let Some(Depot::Deposee { fichier }) = &piece.depot {
            let octets = octets(etat, &fichier.sha256).await;
            if let Err(erreur) = &octets {
                tracing::error!(%erreur, sha256 = fichier.sha256, "a piece cannot be printed");
            }
            lues.push(PieceLue {
                code: piece.code.clone(),
                fichier: fichier.clone(),
                octets: octets.ok(),
            });
        }
    }
    lues
}

async fn octets(etat: &Etat, sha256: &str) -> std::io::Result<Vec<u8>> {
    if !etat.blobs.sound(sha256).await? {
        return Err(std::io::Error::other("the file is damaged"));
    }
    let mut octets = Vec::new();
    let mut fichier = etat.blobs.read(sha256).await?;
    fichier.read_to_end(&mut octets).await?;
    Ok(octets)
}

/// A fault as the reason why a long work stopped.
pub(super) fn raison(faute: &Faute) -> String {
    format!("the export stopped: {faute:?}")
}
