//! Everything we hold about a candidate, for the candidate (Q18): one JSON document, or an archive with the files.

use std::io::{self, Write};

use actors::protocol::{Acte, DossierVue, Envoi, MaDemande, Moi, Reponse, Requete};
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::dossier::Depot;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::problemes::Probleme;
use super::{Etat, vues};

/// Pieces of the archive that wait for the network; the writer pauses beyond.
const EN_ATTENTE: usize = 16;
/// Bytes of the archive sent at once.
const MORCEAU: usize = 64 * 1024;

/// What is held of one person.
pub(super) struct Donnees {
    moi: Box<Moi>,
    dossiers: Vec<DossierVue>,
    courriers: Vec<Envoi>,
    demandes: Vec<MaDemande>,
}

fn inattendu() -> Probleme {
    Probleme::interne(&"unexpected answer")
}

/// Asks for everything, as the person.
pub(super) async fn lire(etat: &Etat, session: &str) -> Result<Donnees, Probleme> {
    let demander = async |acte: Acte| {
        let session = session.to_owned();
        let requete = Requete::Candidat { session, acte };
        etat.guichet.traiter(None, requete).await
    };
    let Reponse::Moi(moi) = demander(Acte::Moi).await? else {
        return Err(inattendu());
    };
    let Reponse::Dossiers { dossiers } = demander(Acte::Dossiers).await? else {
        return Err(inattendu());
    };
    let Reponse::Courriers { courriers } = demander(Acte::Courriers).await? else {
        return Err(inattendu());
    };
    let Reponse::MesDemandes { demandes } = demander(Acte::Demandes).await? else {
        return Err(inattendu());
    };
    Ok(Donnees {
        moi,
        dossiers,
        courriers,
        demandes,
    })
}

impl Donnees {
    /// As one document.
    pub(super) fn json(&self, etat: &Etat) -> Value {
        let (catalogue, maintenant) = (etat.catalogue(), etat.maintenant());
        let dossiers = self.dossiers.iter();
        let dossiers = dossiers.map(|d| vues::dossier(d, &catalogue, maintenant));
        json!({
            "le": maintenant,
            "compte": vues::moi(&self.moi),
            "dossiers": dossiers.collect::<Vec<_>>(),
            "courriers": self.courriers,
            "demandes": self.demandes,
        })
    }

    /// The files handed in: where they go in the archive, and their content.
    fn fichiers(&self) -> Vec<(String, String)> {
        let mut fichiers = Vec::new();
        for dossier in &self.dossiers {
            for piece in &dossier.pieces {
                if let Some(Depot::Deposee { fichier }) = &piece.depot {
                    let nom = format!("{}/{}-{}", dossier.id, piece.code, fichier.nom);
                    fichiers.push((nom, fichier.sha256.clone()));
                }
            }
        }
        fichiers
    }

    /// The mails written to the support, as they came in with their attachments (S62): where they go, and their content.
    fn mails(&self) -> Vec<(String, String)> {
        let mut mails = Vec::new();
        for demande in &self.demandes {
            for (rang, message) in demande.messages.iter().enumerate() {
                if let Some(sha256) = &message.original {
                    let nom = format!("demandes/{}/{}.eml", demande.id, rang + 1);
                    mails.push((nom, sha256.clone()));
                }
            }
        }
        mails
    }

    /// As an archive, written while it leaves: it is never whole in memory.
    pub(super) async fn archive(&self, etat: &Etat) -> Result<Response, Probleme> {
        let document = serde_json::to_vec_pretty(&self.json(etat));
        let document = document.map_err(|e| Probleme::interne(&e))?;
        let mut ouverts = Vec::new();
        for (nom, sha256) in self.fichiers() {
            let lu = etat.blobs.read(&sha256).await;
            let fichier = lu.map_err(|e| Probleme::interne(&e))?.into_std().await;
            ouverts.push((nom, fichier));
        }
        for (nom, sha256) in self.mails() {
            // One whose time is over is no longer here (S09); what it said is in the document.
            if let Ok(fichier) = etat.blobs.read(&sha256).await {
                ouverts.push((nom, fichier.into_std().await));
            }
        }
        let (vers, de) = mpsc::channel::<io::Result<Bytes>>(EN_ATTENTE);
        tokio::task::spawn_blocking(move || {
            let conduit = Conduit {
                vers: vers.clone(),
                tampon: Vec::with_capacity(MORCEAU),
            };
            if let Err(erreur) = ecrire(conduit, &document, ouverts) {
                // Whoever reads sees that it broke off; who is gone does not mind.
                let _parti = vers.blocking_send(Err(erreur));
            }
        });
        let flux = futures_util::stream::unfold(de, async |mut de| {
            de.recv().await.map(|morceau| (morceau, de))
        });
        let mut reponse = Body::from_stream(flux).into_response();
        for (nom, valeur) in [
            (header::CONTENT_TYPE, "application/zip"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"mes-donnees.zip\"",
            ),
            (header::CACHE_CONTROL, "private, no-store"),
        ] {
            let valeur = HeaderValue::from_static(valeur);
            reponse.headers_mut().insert(nom, valeur);
        }
        Ok(reponse)
    }
}

fn ecrire(
    conduit: Conduit,
    document: &[u8],
    fichiers: Vec<(String, std::fs::File)>,
) -> io::Result<()> {
    let mut archive = ZipWriter::new_stream(conduit);
    // Documents and pictures are packed already.
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("donnees.json", options)?;
    archive.write_all(document)?;
    for (nom, mut fichier) in fichiers {
        archive.start_file(nom, options)?;
        io::copy(&mut fichier, &mut archive)?;
    }
    archive.finish()?.into_inner().flush()
}

/// Hands what is written on to the network, piece by piece.
struct Conduit {
    vers: mpsc::Sender<io::Result<Bytes>>,
    tampon: Vec<u8>,
}

impl Write for Conduit {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.tampon.extend_from_slice(octets);
        if self.tampon.len() >= MORCEAU {
            self.flush()?;
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let morceau = Bytes::from(std::mem::take(&mut self.tampon));
        if morceau.is_empty() {
            return Ok(());
        }
        let envoye = self.vers.blocking_send(Ok(morceau));
        envoye.map_err(|_parti| io::ErrorKind::BrokenPipe.into())
    }
}
