//! Housekeeping beside a running server: what has expired is forgotten, in small steps, and files nothing names go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use storage::{Batch, StoreError};

use crate::controle::Moyens;

/// Rows looked at in one step.
const LOT: usize = 500;
/// The pause between two steps: requests come first.
const PAUSE: Duration = Duration::from_millis(20);
/// Between two rounds over sessions and commands.
const TOUR: Duration = Duration::from_secs(600);
/// Rounds between two sweeps of files.
const TOURS_PAR_BALAYAGE: u32 = 144;
/// The youngest file that may go: younger ones may be on their way into an event.
const AGE_MIN: Duration = Duration::from_secs(48 * 3600);

/// The hours of the night, in Paris, when the store may be opened anew: requests wait for it.
const NUIT: std::ops::Range<i8> = 2..5;
/// Bytes of rows written since it was opened for which that is worth it: about two seconds of the next start.
const ECRIT: u64 = 256 * 1024 * 1024;

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Menage {
    /// Sessions that were over.
    pub sessions: u64,
    /// Answers of commands no client repeats any more.
    pub commandes: u64,
    /// Files nothing names.
    pub fichiers: u64,
    /// Mails to the support whose bytes went after their time (S09).
    pub mails: u64,
}

/// When a session ends; the rest of the row is of no interest here.
#[derive(Deserialize)]
struct Fin {
    expire_le: Timestamp,
}

impl Menage {
    /// Goes round until its task is dropped.
    pub async fn tourner(moyens: Arc<Moyens>) {
        let mut tours = 0_u32;
        loop {
            let age = tours.is_multiple_of(TOURS_PAR_BALAYAGE).then_some(AGE_MIN);
            match Self::tour(&moyens, age).await {
                Ok(fait) if fait == Self::default() => {}
                Ok(fait) => tracing::info!(
                    sessions = fait.sessions,
                    commandes = fait.commandes,
                    fichiers = fait.fichiers,
                    mails = fait.mails,
                    "housekeeping"
                ),
                // Tried again at the next round; nothing depends on it.
                Err(erreur) => tracing::warn!(erreur, "housekeeping waits"),
            }
            renouveler(&moyens).await;
            tours = tours.wrapping_add(1);
            tokio::time::sleep(TOUR).await;
        }
    }

    /// One round; files and mails too if an age is given.
    ///
    /// # Errors
    /// In words, when the store or the folder refuses.
    pub async fn tour(moyens: &Arc<Moyens>, age: Option<Duration>) -> Result<Self, String> {
        let dire = |e: StoreError| e.to_string();
        let (fichiers, mails) = match age {
            Some(age) => (balayer(moyens, age).await?, oublier(moyens).await?),
            None => (0, 0),
        };
        Ok(Self {
            sessions: sessions(moyens).await.map_err(dire)?,
            commandes: commandes(moyens).await.map_err(dire)?,
            fichiers,
            mails,
        })
    }
}

/// At night, the store is opened anew if much was written since: so a restart by day, or after a crash, is short.
async fn renouveler(moyens: &Arc<Moyens>) {
    let ici = moyens.horloge.maintenant().in_tz("Europe/Paris");
    if !ici.is_ok_and(|ici| NUIT.contains(&ici.hour())) {
        return;
    }
    let (lu, debut) = (moyens.clone(), Instant::now());
    let fait = tokio::task::spawn_blocking(move || lu.store.renew(ECRIT)).await;
    match fait {
        Ok(Ok(false)) => {}
        Ok(Ok(true)) => {
            let ms = u64::try_from(debut.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(ms, "the store was opened anew, the next start is short");
        }
        Ok(Err(erreur)) => tracing::error!(%erreur, "the store does not open anew yet"),
        Err(erreur) => tracing::error!(%erreur, "the store was not opened anew"),
    }
}

async fn sessions(moyens: &Moyens) -> Result<u64, StoreError> {
    let maintenant = moyens.horloge.maintenant();
    let mut apres = None;
    let mut finies = 0;
    loop {
        let page = moyens.store.sessions_after(apres.as_deref(), LOT)?;
        let Some((derniere, _)) = page.last() else {
            return Ok(finies);
        };
        apres = Some(derniere.clone());
        // A row that does not say when it ends is of a later release: it stays.
        let finie = |ligne: &[u8]| {
            serde_json::from_slice::<Fin>(ligne).is_ok_and(|fin| fin.expire_le <= maintenant)
        };
        let sessions_delete: Vec<_> = page
            .into_iter()
            .filter(|(_, ligne)| finie(ligne))
            .map(|(cle, _)| cle)
            .collect();
        if !sessions_delete.is_empty() {
            finies += sessions_delete.len() as u64;
            let lot = Batch {
                sessions_delete,
                ..Batch::default()
            };
            moyens.store.commit(lot).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn commandes(moyens: &Moyens) -> Result<u64, StoreError> {
    let maintenant = moyens.horloge.maintenant().as_millisecond();
    let mut apres = None;
    let mut oubliees = 0;
    loop {
        let page = moyens.store.dedups_after(apres.as_deref(), LOT)?;
        let Some((derniere, _)) = page.last() else {
            return Ok(oubliees);
        };
        apres = Some(derniere.clone());
        let dedup_delete: Vec<String> = page
            .into_iter()
            .filter(|(_, expire_ms)| *expire_ms <= maintenant)
            .map(|(id, _)| id)
            .collect();
        if !dedup_delete.is_empty() {
            oubliees += dedup_delete.len() as u64;
            let lot = Batch {
                dedup_delete,
                ..Batch::default()
            };
            moyens.store.commit(lot).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The bytes of mails to the support go when their time is over; the journal says which.
async fn oublier(moyens: &Moyens) -> Result<u64, String> {
    let (mut apres, mut partis): (Option<String>, u64) = (None, 0);
    loop {
        let pas = moyens.guichet.oublier_mails(apres.as_deref()).await;
        let pas = pas.map_err(|faute| format!("{faute:?}"))?;
        for sha256 in &pas.sha256 {
            let parti = moyens.blobs.remove(sha256).await;
            partis += u64::from(parti.map_err(|e| format!("{sha256} : {e}"))?);
        }
        if pas.suite.is_none() {
            return Ok(partis);
        }
        apres = pas.suite;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Removes files that no row of any table names: no event, no draft, no view.
async fn balayer(moyens: &Arc<Moyens>, age: Duration) -> Result<u64, String> {
    let mut nommes = Nommes::default();
    let mut apres: Option<Vec<u8>> = None;
    loop {
        let lu = moyens.clone();
        let page = tokio::task::spawn_blocking(move || lu.store.rows_after(apres.as_deref(), LOT));
        let page = page.await.map_err(|e| e.to_string())?;
        // A row that cannot be read may name a file: nothing is swept then.
        let page = page.map_err(|e| e.to_string())?;
        let Some((derniere, _)) = page.last() else {
            break;
        };
        apres = Some(derniere.clone());
        for (cle, valeur) in &page {
            nommes.noter(cle);
            nommes.noter(valeur);
        }
        tokio::task::yield_now().await;
    }
    nommes.0.sort_unstable();
    nommes.0.dedup();
    let balaye = moyens.blobs.sweep(|sha256| nommes.connait(sha256), age);
    balaye.await.map_err(|e| e.to_string())
}

/// The beginnings of every SHA-256 that stands anywhere, 8 bytes each: two that begin alike keep a file too many,
/// never one too few.
#[derive(Default)]
struct Nommes(Vec<u64>);

/// Hexadecimal digits of a SHA-256.
const CHIFFRES: usize = 64;

impl Nommes {
    /// Every run of 64 or more hexadecimal digits, at each place where one may begin.
    fn noter(&mut self, octets: &[u8]) {
        for suite in octets.split(|o| !matches!(o, b'0'..=b'9' | b'a'..=b'f')) {
            for sha256 in suite.windows(CHIFFRES) {
                self.0.extend(debut(sha256));
            }
        }
    }

    fn connait(&self, sha256: &str) -> bool {
        // A name that is no SHA-256 is none of ours to remove.
        debut(sha256.as_bytes()).is_none_or(|debut| self.0.binary_search(&debut).is_ok())
    }
}

fn debut(sha256: &[u8]) -> Option<u64> {
    let texte = std::str::from_utf8(sha256.get(..16)?).ok()?;
    u64::from_str_radix(texte, 16).ok()
}

#[cfg(test)]
mod tests {
    use actors::atelier::Limites;
    use jiff::SignedDuration;
    use storage::Dedup;

    use super::*;

    async fn deposer(moyens: &Moyens, contenu: &[u8]) -> String {
        let mut fichier = moyens.blobs.create(1_000).await.unwrap();
        fichier.write(contenu).await.unwrap();
        fichier.finish().await.unwrap().sha256
    }

    #[tokio::test]
    async fn ce_qui_est_fini_est_oublie_et_rien_d_autre() {
        let dossier = tempfile::tempdir().unwrap();
        let moyens = Moyens::ouvrir(dossier.path(), Limites::default()).await;
        let moyens = Arc::new(moyens.unwrap());
        let maintenant = moyens.horloge.maintenant();
        let dans = |secondes: i64| maintenant + SignedDuration::from_secs(secondes);
        let session = |secondes| {
            let ligne = format!(r#"{{"expire_le":"{}","autre":1}}"#, dans(secondes));
            ligne.into_bytes()
        };
        let mut sessions_put = vec![
            (b"finie".to_vec(), session(-1)),
            (b"en cours".to_vec(), session(3_600)),
            (b"d'une autre version".to_vec(), b"?".to_vec()),
        ];
        // More than one step's worth.
        sessions_put.extend((0..LOT).map(|n| (format!("vieille {n}").into_bytes(), session(-60))));
        let cite = deposer(&moyens, b"cite").await;
        let perdu = deposer(&moyens, b"perdu").await;
        let lot = Batch {
            sessions_put,
            views_put: vec![(b"essai".to_vec(), format!("{{\"{cite}\"}}").into_bytes())],
            ..Batch::default()
        };
        moyens.store.commit(lot).await.unwrap();
        for (id, secondes) in [("ancienne", -1), ("récente", 60)] {
            let dedup = Some(Dedup {
                id: id.to_owned(),
                outcome: b"{}".to_vec(),
                expires_ms: dans(secondes).as_millisecond(),
            });
            let lot = Batch {
                dedup,
                ..Batch::default()
            };
            moyens.store.commit(lot).await.unwrap();
        }

        // A file may be on its way into an event: young ones stay.
        let jeune = Menage::tour(&moyens, Some(AGE_MIN)).await.unwrap();
        assert_eq!((jeune.sessions, jeune.fichiers), (LOT as u64 + 1, 0));
        assert_eq!(jeune.commandes, 1);
        let fait = Menage::tour(&moyens, Some(Duration::ZERO)).await.unwrap();
        assert_eq!(
            fait,
            Menage {
                fichiers: 1,
                ..Menage::default()
            }
        );
        assert!(moyens.store.session(b"finie").unwrap().is_none());
        assert!(moyens.store.session(b"en cours").unwrap().is_some());
        let autre = moyens.store.session("d'une autre version".as_bytes());
        assert!(autre.unwrap().is_some(), "unreadable here is not over");
        assert!(moyens.store.dedup("ancienne").unwrap().is_none());
        assert!(moyens.store.dedup("récente").unwrap().is_some());
        assert!(moyens.blobs.sound(&cite).await.unwrap());
        assert!(moyens.blobs.read(&perdu).await.is_err());
    }
}
