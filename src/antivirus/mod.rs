//! The antivirus: every file is shown to clamd before it counts as a piece (Q16).

pub mod attente;
pub mod clamd;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use actors::protocol::{Faute, Requete};
use domain::refus::{CodeRefus, FauteChamp, Refus};
use storage::blobs::Blobs;
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;

use crate::comptoir::Comptoir;
use attente::{Attendu, Attente};
use clamd::{Adresse, Verdict};

/// How long an upload waits for the verdict; then the file is « en cours d'analyse ».
const DELAI_ENVOI: Duration = Duration::from_secs(5);
/// How long a later try may take.
const DELAI_REPRISE: Duration = Duration::from_secs(60);
/// Between two rounds of tries.
const RONDE: Duration = Duration::from_secs(10);
/// How long a greeting may take.
const DELAI_SALUT: Duration = Duration::from_secs(2);

/// The antivirus of a configuration.
#[derive(Debug)]
pub struct Antivirus {
    adresse: Adresse,
    blobs: Blobs,
    attente: Attente,
    reveil: Notify,
    delais: (Duration, Duration),
}

/// What an upload learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// Nothing bad was found.
    Saine,
    /// No verdict yet.
    PlusTard,
}

/// The refusal of a file with a virus in it.
fn infectee(signature: &str) -> Refus {
    Refus {
        code: CodeRefus::ChampsInvalides,
        champs: vec![FauteChamp::new(
            "fichier",
            "fichier_infecte",
            &format!(
                "L'antivirus a trouvé « {signature} » dans ce fichier : il est refusé. Enregistrez le document depuis un ordinateur sain, puis déposez-le."
            ),
            &format!(
                "The antivirus found “{signature}” in this file: it is refused. Save the document on a sound computer, then hand it in."
            ),
        )],
    }
}

impl Antivirus {
    /// Asks the clamd at this address about the files of this store.
    pub fn new(adresse: Adresse, blobs: Blobs, attente: Attente) -> Self {
        Self {
            adresse,
            blobs,
            attente,
            reveil: Notify::new(),
            delais: (DELAI_ENVOI, RONDE),
        }
    }

    /// The same, less patient: how long an upload waits, and the pause between two rounds.
    #[must_use]
    pub fn presse(mut self, envoi: Duration, ronde: Duration) -> Self {
        self.delais = (envoi, ronde);
        self
    }

    /// Whether clamd answers, for the health page.
    ///
    /// # Errors
    /// Why not.
    pub async fn saluer(&self) -> Result<(), String> {
        clamd::saluer(&self.adresse, DELAI_SALUT).await
    }

    /// Looks at a file that is stored and about to be handed in. Without a verdict it is kept to be asked
    /// about again, before anything names it: a crash in between asks once too often, never too seldom.
    ///
    /// # Errors
    /// The refusal of an infected one, or the disk's.
    pub async fn examiner(&self, attendu: Attendu) -> io::Result<Result<Issue, Refus>> {
        match self.demander(&attendu.sha256, self.delais.0).await {
            Ok(Verdict::Saine) => Ok(Ok(Issue::Saine)),
            Ok(Verdict::Infectee(signature)) => {
                tracing::warn!(
                    signature,
                    sha256 = attendu.sha256,
                    "an infected file was refused"
                );
                Ok(Err(infectee(&signature)))
            }
            Err(raison) => {
                tracing::warn!(
                    raison,
                    sha256 = attendu.sha256,
                    "a file waits for the antivirus"
                );
                self.attente.garder(attendu).await?;
                self.reveil.notify_one();
                Ok(Ok(Issue::PlusTard))
            }
        }
    }

    /// Whether a stored file is sound, asked now: for files that wait in a mail until somebody opens them (S46).
    ///
    /// # Errors
    /// Why there is no verdict yet.
    pub async fn juger(&self, sha256: &str) -> Result<bool, String> {
        let verdict = self.demander(sha256, self.delais.0).await?;
        if let Verdict::Infectee(signature) = &verdict {
            tracing::warn!(signature, sha256, "an infected mail stays closed");
        }
        Ok(verdict == Verdict::Saine)
    }

    async fn demander(&self, sha256: &str, delai: Duration) -> Result<Verdict, String> {
        let mut octets = Vec::new();
        let mut lu = self.blobs.read(sha256).await.map_err(|e| e.to_string())?;
        lu.read_to_end(&mut octets)
            .await
            .map_err(|e| e.to_string())?;
        clamd::examiner(&self.adresse, &octets, delai).await
    }

    /// Asks again and again until its task is dropped, and tells the dossiers.
    pub async fn tourner(self: Arc<Self>, comptoir: Comptoir) {
        loop {
            // A file that came just now is not yet in its dossier: the pause comes first.
            tokio::time::sleep(self.delais.1).await;
            let attendus = self.attente.tous();
            if attendus.is_empty() {
                self.reveil.notified().await;
                continue;
            }
            for attendu in attendus {
                if let Err(raison) = self.reprendre(&comptoir, &attendu).await {
                    tracing::warn!(raison, "the antivirus has not answered yet");
                    // Away: the others would wait as long for nothing.
                    break;
                }
            }
        }
    }

    async fn reprendre(&self, comptoir: &Comptoir, attendu: &Attendu) -> Result<(), String> {
        let verdict = self.demander(&attendu.sha256, DELAI_REPRISE).await?;
        if let Verdict::Infectee(signature) = &verdict {
            tracing::warn!(
                signature,
                sha256 = attendu.sha256,
                "an infected file was taken out"
            );
        }
        let requete = Requete::ConclureAnalyse {
            dossier: attendu.dossier.clone(),
            piece: attendu.piece.clone(),
            sha256: attendu.sha256.clone(),
            sain: verdict == Verdict::Saine,
        };
        match comptoir.traiter(None, requete).await {
            // A dossier that is not there, or closed, has nothing to conclude.
            Ok(_) | Err(Faute::Refus(_)) => self
                .attente
                .oublier(attendu)
                .await
                .map_err(|e| e.to_string()),
            Err(autre) => Err(format!("{autre:?}")),
        }
    }
}
