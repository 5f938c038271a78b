//! Mails that wait are understood one after the other, each on a thread of its own with a limit of time, and what is
//! understood is acted on in the order they came in (S02, S05, S64). Every step can be repeated: the row of a mail
//! goes with the commit that ends its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use storage::blobs::Blobs;
use storage::{Batch, Expected, Guard, StoreError};
use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;

use super::lecture::{Lecteur, Lecture};
use super::reception::{self, ATTENTE, Evenement, QUARANTAINE, Recu};
use crate::acteurs::Annuaire;
use crate::atelier::Atelier;
use crate::bail::Bail;
use crate::fil::json;
use crate::jetons::identifiant;
use crate::protocol::Faute;

/// Mails taken up at once.
const LOT: usize = 32;
/// Mails read at once.
const ENSEMBLE: usize = 2;
/// How long reading one mail may take, if nothing else is said.
const DELAI: Duration = Duration::from_secs(20);
/// Tries of a mail before it goes to the quarantine.
const ESSAIS_MAX: u32 = 3;
/// How often the queue is looked at although nothing woke it.
const RONDE: Duration = Duration::from_secs(1);
/// The most bytes of a mail that are read; of a larger one only its beginning (S08).
pub(super) const MAX_COMPRIS: u64 = 25 * 1024 * 1024;
/// That beginning.
const DEBUT: u64 = 64 * 1024;
/// Threads that never came back; beyond them no mail is read until the process starts again.
const MAX_PERDUS: usize = 4;

/// Whose inbox it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsSupport {
    /// Our addresses, normalised: mail from them is never answered.
    pub adresses: Vec<String>,
    /// Harmless questions are answered without a person (S55, S63).
    pub automatique: bool,
    /// How long reading one mail may take (S02).
    pub delai_lecture: Duration,
}

impl Default for OptionsSupport {
    fn default() -> Self {
        Self {
            adresses: Vec::new(),
            automatique: false,
            delai_lecture: DELAI,
        }
    }
}

/// What sorts the mails of one process.
pub struct Tri {
    pub(super) atelier: Arc<Atelier>,
    pub(super) annuaire: Annuaire,
    pub(super) options: OptionsSupport,
    blobs: Blobs,
    bail: Bail,
    perdus: Arc<AtomicUsize>,
}

impl std::fmt::Debug for Tri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tri")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What a step of a mail came to.
pub(super) enum Pas {
    /// Its row went with this commit.
    Fini,
    /// Nothing to commit but its end: this is what it was.
    Finir(String),
}

impl Tri {
    pub(crate) fn new(
        atelier: Arc<Atelier>,
        annuaire: Annuaire,
        blobs: Blobs,
        options: OptionsSupport,
    ) -> Self {
        let nom = identifiant(atelier.alea.as_ref());
        Self {
            bail: Bail::pour("tri", nom),
            atelier,
            annuaire,
            options,
            blobs,
            perdus: Arc::default(),
        }
    }

    /// Goes round until its task is dropped.
    pub async fn tourner(&self) {
        // Said when it begins and when it is over, not at every round: a log without a quorum may last.
        let mut dite = None;
        loop {
            match self.tour().await {
                Err(faute) => {
                    let genre = Some(std::mem::discriminant(&faute));
                    if dite != genre {
                        tracing::warn!(?faute, "mails of the support wait");
                        dite = genre;
                    }
                    tokio::time::sleep(RONDE).await;
                }
                Ok(faits) => {
                    if dite.take().is_some() {
                        tracing::info!("mails of the support are sorted again");
                    }
                    if faits == 0 {
                        tokio::select! {
                            () = self.atelier.boite.reveil.notified() => {}
                            () = tokio::time::sleep(RONDE) => {}
                        }
                    }
                }
            }
        }
    }

    /// Whether this process collects and sorts: where many nodes share one inbox, one of them does.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn responsable(&self) -> Result<bool, Faute> {
        let tenu = self.bail.tenir(&self.atelier.store).await;
        tenu.map(|gardes| gardes.is_some())
            .map_err(|e| crate::atelier::faute(&e))
    }

    /// One round: what waited first. Returns how many mails were done with.
    ///
    /// # Errors
    /// When the store or the actors do not answer; nothing is lost, the next round goes on.
    pub async fn tour(&self) -> Result<usize, Faute> {
        let dire = |e: StoreError| crate::atelier::faute(&e);
        let gardes = self.bail.tenir(&self.atelier.store).await.map_err(dire)?;
        let Some(gardes) = gardes else { return Ok(0) };
        let Some(lecteur) = self.atelier.boite.lecteur.get().cloned() else {
            return Ok(0);
        };
        if self.perdus.load(Ordering::Relaxed) >= MAX_PERDUS {
            return Err(Faute::Indisponible {
                raison: "mails hang while they are read: start the server again".to_owned(),
            });
        }
        let mut lot = reception::lister(&self.atelier, ATTENTE, LOT).map_err(dire)?;
        // One that was tried before may be what ended the process: nobody shares its try.
        let seul = lot.iter().position(|recu| recu.essais > 0);
        match seul {
            Some(0) => lot.truncate(1),
            Some(place) => lot.truncate(place),
            None => {}
        }
        let lot = self.compter(lot, &gardes).await.map_err(dire)?;
        let mut lus = stream::iter(lot)
            .map(|recu| {
                let lecteur = lecteur.clone();
                async move {
                    let lu = self.lire(lecteur, &recu).await;
                    (recu, lu)
                }
            })
            .buffered(ENSEMBLE);
        let mut faits = 0;
        while let Some((recu, lu)) = lus.next().await {
            match lu {
                Ok(lecture) => self.agir(&recu, lecture).await?,
                Err(erreur) => self.ecarter(&recu, erreur).await.map_err(dire)?,
            }
            faits += 1;
        }
        Ok(faits)
    }

    /// Counts the try before it begins (S05).
    async fn compter(&self, lot: Vec<Recu>, gardes: &[Guard]) -> Result<Vec<Recu>, StoreError> {
        let mut comptes = Batch {
            guards: gardes.to_vec(),
            ..Batch::default()
        };
        let mut pris = Vec::new();
        for mut recu in lot {
            recu.essais += 1;
            comptes.views_put.push((recu.rangee(ATTENTE), json(&recu)?));
            pris.push(recu);
        }
        if pris.is_empty() {
            return Ok(pris);
        }
        match self.atelier.store.commit(comptes).await {
            Ok(_) => Ok(pris),
            // Another node has the lease now.
            Err(StoreError::Taken(_)) => Ok(Vec::new()),
            Err(erreur) => Err(erreur),
        }
    }

    /// Within a limit of time and of bytes (S02, S08).
    async fn lire(&self, lecteur: Arc<dyn Lecteur>, recu: &Recu) -> Result<Lecture, String> {
        if recu.essais > ESSAIS_MAX {
            let avant = recu.erreur.clone();
            return Err(avant.unwrap_or_else(|| "le serveur s'est arrêté en le lisant".to_owned()));
        }
        let prendre = if recu.octets > MAX_COMPRIS {
            DEBUT
        } else {
            MAX_COMPRIS
        };
        let mut octets = Vec::new();
        let fichier = self.blobs.read(&recu.sha256).await;
        let fichier = fichier.map_err(|e| format!("les octets ne se lisent pas : {e}"))?;
        fichier
            .take(prendre)
            .read_to_end(&mut octets)
            .await
            .map_err(|e| format!("les octets ne se lisent pas : {e}"))?;
        let (dire, entendre) = oneshot::channel();
        let (enveloppe, perdus) = (recu.destinataires.clone(), self.perdus.clone());
        perdus.fetch_add(1, Ordering::Relaxed);
        let fil = std::thread::Builder::new()
            .name("lecture-mail".to_owned())
            .spawn(move || {
                let lu = lecteur.lire(&octets, &enveloppe);
                perdus.fetch_sub(1, Ordering::Relaxed);
                let _parti = dire.send(lu);
            });
        fil.map_err(|e| format!("pas de fil d'exécution : {e}"))?;
        let delai = self.options.delai_lecture;
        match tokio::time::timeout(delai, entendre).await {
            Ok(Ok(lecture)) => Ok(lecture),
            Ok(Err(_ferme)) => {
                self.perdus.fetch_sub(1, Ordering::Relaxed);
                Err("la lecture a échoué".to_owned())
            }
            Err(_trop_long) => Err(format!("la lecture dure plus de {delai:?}")),
        }
    }

    /// Acts on what is understood, and ends the mail's work.
    async fn agir(&self, recu: &Recu, lecture: Lecture) -> Result<(), Faute> {
        match self.appliquer(recu, &lecture).await? {
            Pas::Fini => Ok(()),
            Pas::Finir(issue) => {
                let lot = self
                    .fin(recu, issue)
                    .map_err(|e| crate::atelier::faute(&e))?;
                let fait = self.atelier.store.commit(lot).await;
                fait.map(drop).map_err(|e| crate::atelier::faute(&e))
            }
        }
    }

    /// The end of a mail's work: its row goes, what it was stays.
    pub(super) fn fin(&self, recu: &Recu, issue: String) -> Result<Batch, StoreError> {
        let mut lot = Batch {
            views_delete: vec![recu.rangee(ATTENTE)],
            ..Batch::default()
        };
        let fait = Evenement::Traite { issue };
        let le = self.atelier.maintenant();
        reception::noter(&mut lot, &recu.sha256, le, Expected::Any, &fait)?;
        Ok(lot)
    }

    /// Out of the way of the others, where a person sees it (S05).
    async fn ecarter(&self, recu: &Recu, erreur: String) -> Result<(), StoreError> {
        tracing::error!(
            erreur,
            sha256 = recu.sha256,
            "a mail goes to the quarantine"
        );
        let ecarte = Recu {
            erreur: Some(erreur.clone()),
            ..recu.clone()
        };
        let mut lot = Batch {
            views_delete: vec![recu.rangee(ATTENTE)],
            views_put: vec![(ecarte.rangee(QUARANTAINE), json(&ecarte)?)],
            ..Batch::default()
        };
        let fait = Evenement::Ecarte { erreur };
        let le = self.atelier.maintenant();
        reception::noter(&mut lot, &recu.sha256, le, Expected::Any, &fait)?;
        self.atelier.store.commit(lot).await.map(drop)
    }
}
