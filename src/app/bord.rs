//! The edge: its door, its tools, and the operator's address.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bus::Nats;
use storage::blobs::Blobs;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{ecouter, parties};
use crate::antivirus::Antivirus;
use crate::antivirus::attente::Attente;
use crate::antivirus::clamd::Adresse;
use crate::apercu::Apercus;
use crate::config;
use crate::edge::{self, Certificat, Etat, Porte, Verifier};
use crate::mail::Facteur;

/// The edge at work.
#[derive(Debug)]
pub(super) struct Bord {
    pub(super) adresse: SocketAddr,
    pub(super) admin: Option<SocketAddr>,
    arret: Option<oneshot::Sender<()>>,
    serveur: JoinHandle<()>,
    taches: Vec<JoinHandle<()>>,
}

impl Drop for Bord {
    fn drop(&mut self) {
        self.serveur.abort();
        for tache in &self.taches {
            tache.abort();
        }
    }
}

impl Bord {
    /// Starts to serve.
    pub(super) fn demarrer(
        (ecoute, adresse): (TcpListener, SocketAddr),
        porte: Porte,
        admin: Option<(TcpListener, SocketAddr)>,
        etat: &Etat,
    ) -> Self {
        let vitrine = etat.vitrine.clone();
        let mut taches = vec![tokio::spawn(async move { vitrine.tourner().await })];
        if let Some(antivirus) = &etat.outils.antivirus {
            let (antivirus, comptoir) = (antivirus.clone(), etat.guichet.clone());
            taches.push(tokio::spawn(antivirus.tourner(comptoir)));
        }
        let ici = admin.as_ref().map(|(_, adresse)| *adresse);
        if let Some((ecoute, _)) = admin {
            let routes = edge::routes_admin(etat.clone());
            taches.push(tokio::spawn(async move {
                let servi = edge::servir(ecoute, routes, Porte::default(), std::future::pending());
                dire(servi.await);
            }));
        }
        let (arret, arreter) = oneshot::channel::<()>();
        let routes = edge::routes(etat.clone());
        let serveur = tokio::spawn(async move {
            let servi = edge::servir(ecoute, routes, porte, async {
                // The sender dropped means the same as a message: stop.
                let _arret = arreter.await;
            });
            dire(servi.await);
        });
        Self {
            adresse,
            admin: ici,
            arret: Some(arret),
            serveur,
            taches,
        }
    }

    /// No new connection; what is under way finishes.
    pub(super) async fn arreter(mut self) {
        drop(self.arret.take());
        if let Err(erreur) = (&mut self.serveur).await {
            tracing::error!(%erreur, "the server ended badly");
        }
    }
}

fn dire(servi: Result<(), String>) {
    if let Err(raison) = servi {
        tracing::error!(raison, "the server cannot serve");
    }
}

/// The door a configuration asks for.
pub(super) fn porte(config: &config::Serveur) -> Result<Porte, String> {
    let tls = match &config.tls {
        None => None,
        Some((chaine, cle)) => Some(Certificat::ouvrir(chaine, cle)?),
    };
    Ok(Porte {
        tls,
        ..Porte::default()
    })
}

/// The operator's address, if there is one.
pub(super) async fn admin(
    config: &config::Serveur,
) -> Result<Option<(TcpListener, SocketAddr)>, String> {
    match config.admin {
        None => Ok(None),
        Some(adresse) => ecouter(adresse).await.map(Some),
    }
}

/// The antivirus, in the health page.
#[derive(Debug)]
pub(super) struct VerifierAntivirus(pub(super) Arc<Antivirus>);

#[async_trait]
impl Verifier for VerifierAntivirus {
    fn nom(&self) -> &'static str {
        "antivirus"
    }

    /// Files wait to be analysed, and everything else goes on.
    fn sert_sans(&self) -> bool {
        true
    }

    async fn verifier(&self) -> Result<(), String> {
        self.0.saluer().await
    }
}

/// The antivirus a configuration asks for.
pub(super) fn antivirus(
    adresse: Option<&Adresse>,
    donnees: &Path,
    blobs: &Blobs,
) -> Result<Option<Arc<Antivirus>>, String> {
    let Some(adresse) = adresse else {
        return Ok(None);
    };
    let dossier = donnees.join("antivirus");
    let attente = Attente::ouvrir(&dossier).map_err(|e| format!("{} : {e}", dossier.display()))?;
    Ok(Some(Arc::new(Antivirus::new(
        adresse.clone(),
        blobs.clone(),
        attente,
    ))))
}

/// Pictures are drawn by this program in a process of its own; by a thread where it is a part of another one.
pub(super) fn apercus(donnees: &Path, blobs: &Blobs) -> Result<Option<Apercus>, String> {
    let dossier = donnees.join("apercus");
    let programme = std::env::current_exe().ok();
    let programme = programme.filter(|p| p.file_stem().is_some_and(|nom| nom == "postule"));
    let ouverts = Apercus::ouvrir(&dossier, blobs.clone(), programme);
    ouverts
        .map(Some)
        .map_err(|e| format!("{} : {e}", dossier.display()))
}

/// A folder for files on their way out, empty: what a former run left there nobody will fetch.
pub(super) fn sorties(donnees: &Path) -> Result<PathBuf, String> {
    let dossier = donnees.join("sorties");
    let dire = |e: std::io::Error| format!("{} : {e}", dossier.display());
    match std::fs::remove_dir_all(&dossier) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(dire(e)),
        Ok(()) | Err(_) => {}
    }
    std::fs::create_dir_all(&dossier).map_err(dire)?;
    Ok(dossier)
}

/// The mail server, in the health page.
#[derive(Debug)]
pub(super) struct VerifierMail(pub(super) Arc<Facteur>);

#[async_trait]
impl Verifier for VerifierMail {
    fn nom(&self) -> &'static str {
        "courrier"
    }

    /// Mails wait in the outbox.
    fn sert_sans(&self) -> bool {
        true
    }

    async fn verifier(&self) -> Result<(), String> {
        self.0.verifier().await
    }
}

/// The connection to NATS, in the health page.
#[derive(Debug)]
pub(super) struct VerifierNats(pub(super) Nats);

#[async_trait]
impl Verifier for VerifierNats {
    fn nom(&self) -> &'static str {
        "nats"
    }

    fn sert_sans(&self) -> bool {
        true
    }

    async fn verifier(&self) -> Result<(), String> {
        if !self.0.connected() {
            return Err(parties::pourquoi(&self.0));
        }
        self.0.streams_trouble().map_or(Ok(()), Err)
    }
}
