//! Postule on many machines: what the store and its files need of NATS (docs/adr/0011).

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actors::jetons::identifiant;
use actors::ports::AleaSysteme;
use async_trait::async_trait;
use bus::{Nats, NatsLog, NatsObjects};
use storage::blobs::{Blobs, Mirror};
use storage::{Kv, Log, LogError, Store};

/// How long one step of catching up may take before it is told.
const ETAPE: Duration = Duration::from_secs(2);

/// One log and one place for files, shared by all nodes.
pub(super) struct Partage {
    journal: Arc<Journal>,
    fichiers: Arc<Fichiers>,
}

impl Partage {
    /// Opens what the nodes share, made at the first start with this many replicas.
    pub(super) async fn ouvrir(nats: &Nats, replicas: usize) -> Result<Self, String> {
        if replicas == 1 {
            tracing::warn!(
                "[bus] replicas = 1 : ce qui est confirmé survit à la mort de nats-server, pas à celle de sa machine"
            );
        }
        let journal = NatsLog::open(nats, replicas).await;
        let fichiers = NatsObjects::open(nats, replicas).await;
        Ok(Self {
            journal: Arc::new(Journal(journal.map_err(|e| e.to_string())?)),
            fichiers: Arc::new(Fichiers(fichiers.map_err(|e| e.to_string())?)),
        })
    }

    pub(super) fn fichiers(&self, blobs: Blobs) -> Blobs {
        blobs.mirrored(self.fichiers.clone())
    }

    /// Opens the store as a replica, and waits until it has all that the others have.
    pub(super) async fn store(&self, kv: Arc<dyn Kv>) -> Result<Store, String> {
        // New at every start: what a former life of this process proposed is not this one's.
        let noeud = identifiant(&AleaSysteme);
        let store = Store::replicated(kv, self.journal.clone(), noeud);
        let store = store.map_err(|e| e.to_string())?;
        let fin = loop {
            match store.frontier(ETAPE).await {
                Ok(fin) => break fin,
                Err(erreur) => tracing::warn!(%erreur, "le journal partagé ne répond pas encore"),
            }
        };
        let mut avant = store.applied();
        while !store.reach(fin, ETAPE).await {
            let ici = store.applied();
            tracing::info!(ici, fin, "rattrapage du journal partagé : {ici} de {fin}");
            if ici == avant {
                tracing::warn!(ici, "le rattrapage n'avance pas");
            }
            avant = ici;
        }
        Ok(store)
    }
}

struct Journal(NatsLog);

fn perdu(erreur: &bus::BusError) -> LogError {
    LogError(erreur.to_string())
}

#[async_trait]
impl Log for Journal {
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<(), LogError> {
        self.0.append(id, entry).await.map_err(|e| perdu(&e))
    }

    async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        self.0.next(after).await.map_err(|e| perdu(&e))
    }

    async fn last(&self) -> Result<u64, LogError> {
        self.0.last().await.map_err(|e| perdu(&e))
    }
}

struct Fichiers(NatsObjects);

#[async_trait]
impl Mirror for Fichiers {
    async fn put(&self, sha256: &str, file: &Path) -> io::Result<()> {
        self.0.put(sha256, file).await.map_err(io::Error::other)
    }

    async fn get(&self, sha256: &str, to: &Path) -> io::Result<bool> {
        self.0.get(sha256, to).await.map_err(io::Error::other)
    }
}
