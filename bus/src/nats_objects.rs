//! Files in a JetStream object store, by the SHA-256 of their content.

use std::path::Path;

use async_nats::jetstream;
use async_nats::jetstream::object_store::{Config, ObjectStore};
use async_nats::jetstream::stream::StorageType;
use futures_util::TryStreamExt;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::nats_log::losses;
use crate::{BusError, Nats};

/// The bucket's name.
const BUCKET: &str = "POSTULE_FICHIERS";
/// The stream it is in.
const STREAM: &str = "OBJ_POSTULE_FICHIERS";

/// The files of one installation.
#[derive(Clone)]
pub struct NatsObjects(ObjectStore);

impl std::fmt::Debug for NatsObjects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NatsObjects")
    }
}

fn away(error: &dyn std::fmt::Display) -> BusError {
    BusError::Away(error.to_string())
}

impl NatsObjects {
    /// Opens the bucket, made at the first start with this many replicas.
    ///
    /// # Errors
    /// [`BusError::Away`]; also when it exists in a form that would lose files: with every fault, and what to do.
    pub async fn open(nats: &Nats, replicas: usize) -> Result<Self, BusError> {
        let context = jetstream::new(nats.client.clone());
        if let Ok(store) = context.get_object_store(BUCKET).await {
            let stream = context.get_stream(STREAM).await.map_err(|e| away(&e))?;
            let losses = losses(&stream.cached_info().config, replicas);
            if losses.is_empty() {
                return Ok(Self(store));
            }
            return Err(away(&format!(
                "the object store {BUCKET} exists, and cannot serve: {}",
                losses.join("; ")
            )));
        }
        let config = Config {
            bucket: BUCKET.to_owned(),
            storage: StorageType::File,
            num_replicas: replicas,
            ..Config::default()
        };
        let store = context.create_object_store(config).await;
        Ok(Self(store.map_err(|e| away(&e))?))
    }

    /// Keeps a file under its name; one that is there already is left as it is.
    ///
    /// # Errors
    /// [`BusError::Away`]: it is not kept for certain.
    pub async fn put(&self, name: &str, file: &Path) -> Result<(), BusError> {
        if self.0.info(name).await.is_ok_and(|info| !info.deleted) {
            return Ok(());
        }
        let mut file = File::open(file).await.map_err(|e| away(&e))?;
        let kept = self.0.put(name, &mut file).await;
        kept.map(drop).map_err(|e| away(&e))
    }

    /// Keeps a file under a name in place of the one before.
    ///
    /// # Errors
    /// [`BusError::Away`]: the one before may be there still.
    pub async fn replace(&self, name: &str, file: &Path) -> Result<(), BusError> {
        let mut file = File::open(file).await.map_err(|e| away(&e))?;
        let kept = self.0.put(name, &mut file).await;
        kept.map(drop).map_err(|e| away(&e))
    }

    /// Every name.
    ///
    /// # Errors
    /// [`BusError::Away`].
    pub async fn names(&self) -> Result<Vec<String>, BusError> {
        let list = self.0.list().await.map_err(|e| away(&e))?;
        let names = list.map_ok(|info| info.name).try_collect();
        names.await.map_err(|e| away(&e))
    }

    /// How many bytes a file has, if it is kept.
    pub async fn size(&self, name: &str) -> Option<u64> {
        let info = self.0.info(name).await.ok()?;
        (!info.deleted).then_some(info.size as u64)
    }

    /// Forgets a file, if it is kept.
    ///
    /// # Errors
    /// [`BusError::Away`]: it may be kept still.
    pub async fn remove(&self, name: &str) -> Result<(), BusError> {
        if self.0.info(name).await.is_ok_and(|info| !info.deleted) {
            self.0.delete(name).await.map_err(|e| away(&e))?;
        }
        Ok(())
    }

    /// Writes a file that is kept, if it is.
    ///
    /// # Errors
    /// [`BusError::Away`].
    pub async fn get(&self, name: &str, to: &Path) -> Result<bool, BusError> {
        let Ok(mut object) = self.0.get(name).await else {
            return Ok(false);
        };
        let mut file = File::create(to).await.map_err(|e| away(&e))?;
        tokio::io::copy(&mut object, &mut file)
            .await
            .map_err(|e| away(&e))?;
        file.flush().await.map_err(|e| away(&e))?;
        file.sync_all().await.map_err(|e| away(&e))?;
        Ok(true)
    }
}
