//! Postule on many machines: what the store and its files need of NATS (docs/adr/0011).

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::jetons::identifiant;
use actors::ports::AleaSysteme;
use async_trait::async_trait;
use bus::{Nats, NatsLog, NatsObjects};
use jiff::Timestamp;
use storage::blobs::{Blobs, Mirror};
use storage::{Kv, Log, LogError, Store};

use super::parties::{Acteurs, comptoir_local};
use super::{App, Role, demo};
use crate::config::Config;
use crate::vitrine::Vitrine;

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
    pub(super) async fn store(&self, kv: Arc<dyn Kv>, donnees: &Path) -> Result<Store, String> {
        self.accueillir(kv.as_ref(), donnees).await?;
        // New at every start: what a former life of this process proposed is not this one's.
        let noeud = identifiant(&AleaSysteme);
        let store = Store::replicated(kv, self.journal.clone(), noeud);
        let store = store.map_err(|e| e.to_string())?;
        let fin = loop {
            match store.frontier(ETAPE).await {
                Ok(fin) => break fin,
                Err(erreur) => {
                    tracing::warn!(%erreur, "le journal partagé ne répond pas encore");
                    tokio::time::sleep(ETAPE).await;
                }
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

/// Gives an installation of many nodes the sample campaign and its staff, unless it has a campaign.
///
/// # Errors
/// The reason in words.
pub async fn amorcer(config: Config) -> Result<(), String> {
    let app = App::servir(config, Role::Acteurs).await?;
    let fait = match &app.acteurs {
        Some(acteurs) => semer(&app, acteurs).await,
        None => Ok(()),
    };
    app.arreter().await;
    fait
}

async fn semer(app: &App, acteurs: &Acteurs) -> Result<(), String> {
    let comptoir = comptoir_local(acteurs.guichet.clone());
    let vitrine = Vitrine::new(comptoir.clone());
    super::rafraichir(&vitrine).await?;
    if vitrine.catalogue().campagne.is_some() {
        return Ok(());
    }
    demo::importer(&comptoir, &app.blobs, Timestamp::now()).await?;
    demo::recruter(&comptoir).await
}

/// A store of its own; a node's folder is none until it has left the others, files and all.
pub(super) fn seul(kv: Arc<dyn Kv>, donnees: &Path) -> Result<Store, String> {
    let lignee = storage::lineage(kv.as_ref()).map_err(|e| e.to_string())?;
    if lignee.log.is_some() {
        return Err(format!(
            "{} suit un journal partagé : donnez [bus] nats et replicas, ou rendez-le indépendant par « postule cluster quitter »",
            donnees.display()
        ));
    }
    Store::open(kv).map_err(|e| e.to_string())
}

/// Files that are looked for on the other nodes, too.
pub(crate) fn partages(blobs: Blobs, fichiers: NatsObjects) -> Blobs {
    blobs.mirrored(Arc::new(Fichiers(fichiers)))
}

/// The name of the snapshot among the files.
pub(crate) const INSTANTANE: &str = "instantane";

impl Partage {
    /// Lets a folder follow the log, from the snapshot if it is new; refuses one that cannot.
    async fn accueillir(&self, kv: &dyn Kv, donnees: &Path) -> Result<(), String> {
        let lignee = storage::lineage(kv).map_err(|e| e.to_string())?;
        let journal = &self.journal.0;
        let (debut, fin) = journal.extent().await.map_err(|e| e.to_string())?;
        let ici = donnees.display();
        match &lignee.log {
            Some(suivi) if suivi != journal.identity() => {
                return Err(format!(
                    "{ici} suit un autre journal que celui de ces serveurs NATS : vérifiez [bus] nats, ou démarrez ce nœud \
                     dans un dossier vide (avec donnees/cles)"
                ));
            }
            Some(_) => {}
            None if lignee.empty => {
                self.restaurer(kv, donnees, debut).await?;
                storage::adopt(kv, journal.identity()).map_err(|e| e.to_string())?;
            }
            // A node of a release that did not keep it.
            None if lignee.applied > 0 => {
                storage::adopt(kv, journal.identity()).map_err(|e| e.to_string())?;
            }
            None => {
                return Err(format!(
                    "{ici} a déjà des données à lui : « postule cluster fonder » en fait le début d'un journal partagé ; pour \
                     rejoindre celui qui existe, démarrez dans un dossier vide (avec donnees/cles)"
                ));
            }
        }
        let place = storage::lineage(kv).map_err(|e| e.to_string())?.applied;
        if place + 1 < debut {
            return Err(format!(
                "ce nœud est à {place}, le journal partagé ne commence plus qu'à {debut} : démarrez-le dans un dossier vide \
                 (avec donnees/cles), il prendra l'instantané"
            ));
        }
        if place > fin {
            return Err(format!(
                "ce nœud est à {place}, le journal partagé finit à {fin} : les serveurs NATS ont perdu ou oublié des entrées ; \
                 arrêtez tout et voyez docs/exploitation.md, « Repartir d'un nœud »"
            ));
        }
        Ok(())
    }

    /// Everything up to some place of the log at once.
    async fn restaurer(&self, kv: &dyn Kv, donnees: &Path, debut: u64) -> Result<(), String> {
        let fichiers = &self.fichiers.0;
        let Some(taille) = fichiers.size(INSTANTANE).await else {
            if debut > 1 {
                return Err(format!(
                    "le journal partagé ne commence qu'à {debut} et il n'y a pas d'instantané : faites-en un sur un nœud qui \
                     marche (postule cluster instantane)"
                ));
            }
            return Ok(());
        };
        tracing::info!(taille, "un instantané est repris : {} Mio", taille >> 20);
        let place = donnees.join("instantane.recu");
        let repris = match self.recevoir(&place, taille).await? {
            true => reprendre(&place, kv),
            false => {
                Err("l'instantané a disparu pendant qu'il était repris : recommencez".to_owned())
            }
        };
        // What was received is of no more use.
        let _parti = tokio::fs::remove_file(&place).await;
        let lignes = repris?;
        tracing::info!(lignes, "l'instantané est repris : {lignes} lignes");
        Ok(())
    }

    /// Fetches the snapshot, and tells how far it is; false when it is gone.
    async fn recevoir(&self, place: &Path, taille: u64) -> Result<bool, String> {
        let mut recu = std::pin::pin!(self.fichiers.0.get(INSTANTANE, place));
        loop {
            if let Ok(recu) = tokio::time::timeout(ETAPE, &mut recu).await {
                return recu.map_err(|e| e.to_string());
            }
            let ici = tokio::fs::metadata(place).await.map_or(0, |m| m.len());
            let (vu, tout) = (ici >> 20, taille >> 20);
            tracing::info!(ici, taille, "instantané : {vu} de {tout} Mio reçus");
        }
    }
}

/// Takes over every row of a snapshot, and tells how far it is.
fn reprendre(place: &Path, kv: &dyn Kv) -> Result<u64, String> {
    let mut dit = Instant::now();
    let suivi = |lignes| {
        if dit.elapsed() >= ETAPE {
            dit = Instant::now();
            tracing::info!(lignes, "instantané : {lignes} lignes reprises");
        }
    };
    let repris = storage::restore(place, kv, suivi);
    Ok(repris.map_err(|e| e.to_string())?.rows)
}

struct Journal(NatsLog);

fn perdu(erreur: &bus::BusError) -> LogError {
    LogError(erreur.to_string())
}

#[async_trait]
impl Log for Journal {
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, LogError> {
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

    async fn remove(&self, sha256: &str) -> io::Result<()> {
        self.0.remove(sha256).await.map_err(io::Error::other)
    }
}
