//! Files by the SHA-256 of their content: streamed, synced before anything names them, never changed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::fs::{self, File};
use tokio::task::{JoinHandle, spawn_blocking};

/// Distinguishes the temporary files of one process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Bytes that are hashed and written at once, on a thread that may wait for the disk. A file on its way in holds two
/// times as many: those that come, and those before them.
const CHUNK: usize = 32 * 1024;

/// Where the files of all nodes are; the folder is then a cache that keeps everything it has seen.
#[async_trait]
pub trait Mirror: Send + Sync + 'static {
    /// Keeps a file.
    ///
    /// # Errors
    /// It is not kept for certain.
    async fn put(&self, sha256: &str, file: &Path) -> io::Result<()>;

    /// Writes a file that another node handed in; false when nobody did.
    ///
    /// # Errors
    /// The others do not answer.
    async fn get(&self, sha256: &str, to: &Path) -> io::Result<bool>;

    /// Forgets a file; one that is not there is forgotten already.
    ///
    /// # Errors
    /// It may be there still.
    async fn remove(&self, sha256: &str) -> io::Result<()>;
}

/// A folder of files by content: `<dir>/ab/cdef…`.
#[derive(Clone)]
pub struct Blobs {
    dir: PathBuf,
    mirror: Option<Arc<dyn Mirror>>,
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blobs({})", self.dir.display())
    }
}

/// A file that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub len: u64,
}

/// Why a file was not stored.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// More bytes than allowed; nothing is kept.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The disk refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Blobs {
    /// Opens or creates the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir.join("tmp")).await?;
        Ok(Self {
            dir: dir.to_owned(),
            mirror: None,
        })
    }

    /// Shares the files with other nodes.
    pub fn mirrored(mut self, mirror: Arc<dyn Mirror>) -> Self {
        self.mirror = Some(mirror);
        self
    }

    /// Brings a file that another node has into the folder.
    async fn fetch(&self, sha256: &str) -> io::Result<()> {
        let path = self.path(sha256).ok_or(io::ErrorKind::NotFound)?;
        let mirror = self.mirror.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let temporary = Temporary(Some(self.temporary()));
        let place = temporary.0.as_deref().ok_or(io::ErrorKind::NotFound)?;
        if !mirror.get(sha256, place).await? {
            return Err(io::ErrorKind::NotFound.into());
        }
        if digest(File::open(place).await?).await? != sha256 {
            let other = format!("{sha256}: the other nodes have something else");
            return Err(io::Error::other(other));
        }
        self.place(temporary, &path).await
    }

    /// Gives a file its name, and syncs the folder.
    async fn place(&self, temporary: Temporary, path: &Path) -> io::Result<()> {
        let (dir, path) = (self.dir.clone(), path.to_owned());
        off(move || place(&dir, temporary, &path)).await
    }

    fn temporary(&self) -> PathBuf {
        let name = format!(
            "{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        self.dir.join("tmp").join(name)
    }

    /// Starts a file of at most `limit` bytes.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn create(&self, limit: u64) -> io::Result<Writer> {
        let temporary = self.temporary();
        let path = temporary.clone();
        let file = off(move || std::fs::File::create(path)).await?;
        Ok(Writer {
            blobs: self.clone(),
            temporary: Temporary(Some(temporary)),
            part: Part::Here(Written {
                file,
                hash: Sha256::new(),
                chunk: Vec::new(),
                synced: false,
            }),
            chunk: Vec::new(),
            len: 0,
            limit,
        })
    }

    /// Where a content is, whether or not it is there; none for a text that is no SHA-256.
    pub fn path(&self, sha256: &str) -> Option<PathBuf> {
        let hexa = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if sha256.len() != 64 || !sha256.bytes().all(hexa) {
            return None;
        }
        let (folder, name) = sha256.split_at_checked(2)?;
        Some(self.dir.join(folder).join(name))
    }

    /// Opens a content for reading.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] and others.
    pub async fn read(&self, sha256: &str) -> io::Result<File> {
        let path = self.path(sha256).ok_or(io::ErrorKind::NotFound)?;
        match File::open(&path).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.mirror.is_some() => {
                self.fetch(sha256).await?;
                File::open(&path).await
            }
            found => found,
        }
    }

    /// Whether the content on disk is still what its name says (Q06).
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn sound(&self, sha256: &str) -> io::Result<bool> {
        Ok(digest(self.read(sha256).await?).await? == sha256)
    }

    /// Removes a content whose time is over, here and from where the nodes share it. False when it was not here.
    ///
    /// # Errors
    /// When the disk or the others refuse: it may be there still.
    pub async fn remove(&self, sha256: &str) -> io::Result<bool> {
        let path = self.path(sha256).ok_or(io::ErrorKind::NotFound)?;
        match fs::remove_file(&path).await {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
        if let Some(mirror) = &self.mirror {
            mirror.remove(sha256).await?;
        }
        Ok(true)
    }

    /// The folders of contents, by the two characters their names begin with.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn folders(&self) -> io::Result<Vec<String>> {
        let mut names = names(&self.dir).await?;
        names.retain(|name| name.len() == 2);
        Ok(names)
    }

    /// Every content of one of those folders, by SHA-256.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn contents(&self, folder: &str) -> io::Result<Vec<String>> {
        let names = names(&self.dir.join(folder)).await?;
        Ok(names.iter().map(|name| format!("{folder}{name}")).collect())
    }

    /// Removes leftovers of uploads and contents nothing names, if they are older than `age`.
    /// Returns how many went.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn sweep(&self, named: impl Fn(&str) -> bool, age: Duration) -> io::Result<u64> {
        let mut removed = 0;
        let mut folders = fs::read_dir(&self.dir).await?;
        while let Some(folder) = folders.next_entry().await? {
            let prefix = folder.file_name().to_string_lossy().into_owned();
            let mut files = fs::read_dir(folder.path()).await?;
            while let Some(file) = files.next_entry().await? {
                let sha256 = format!("{prefix}{}", file.file_name().to_string_lossy());
                let since = file
                    .metadata()
                    .await?
                    .modified()
                    .unwrap_or(SystemTime::UNIX_EPOCH);
                let old = since.elapsed().is_ok_and(|elapsed| elapsed >= age);
                if old && (prefix == "tmp" || !named(&sha256)) {
                    fs::remove_file(file.path()).await?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

async fn names(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut entries = fs::read_dir(dir).await?;
    while let Some(entry) = entries.next_entry().await? {
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Removes the temporary file unless it was given its name.
struct Temporary(Option<PathBuf>);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // What stays behind is swept later.
            let _left = std::fs::remove_file(path);
        }
    }
}

/// What the disk has of a file on its way in.
struct Written {
    file: std::fs::File,
    hash: Sha256,
    /// What comes next.
    chunk: Vec<u8>,
    /// All of it is on the disk itself.
    synced: bool,
}

impl Written {
    fn absorb(mut self) -> io::Result<Self> {
        if !self.chunk.is_empty() {
            self.hash.update(&self.chunk);
            self.file.write_all(&self.chunk)?;
            self.chunk.clear();
            self.synced = false;
        }
        Ok(self)
    }

    fn sync(mut self) -> io::Result<Self> {
        if !self.synced {
            self.file.sync_all()?;
            self.synced = true;
        }
        Ok(self)
    }
}

/// Where that is.
enum Part {
    Here(Written),
    /// On a thread, at work.
    Away(JoinHandle<io::Result<Written>>),
    /// The disk refused.
    Lost,
}

/// A file on its way in. Dropped before [`Writer::finish`], it leaves nothing.
pub struct Writer {
    blobs: Blobs,
    temporary: Temporary,
    part: Part,
    /// What came last.
    chunk: Vec<u8>,
    len: u64,
    limit: u64,
}

impl Writer {
    /// Takes the next bytes, counted while they stream (Q16).
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] as soon as there is one byte too many.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        self.len += bytes.len() as u64;
        if self.len > self.limit {
            return Err(BlobError::TooLarge { limit: self.limit });
        }
        loop {
            let room = CHUNK.saturating_sub(self.chunk.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.chunk.extend_from_slice(now);
            if self.chunk.len() < CHUNK {
                return Ok(());
            }
            self.hand_on(Written::absorb).await?;
            bytes = later;
        }
    }

    /// What the disk has, once it has it.
    async fn written(&mut self) -> io::Result<Written> {
        match std::mem::replace(&mut self.part, Part::Lost) {
            Part::Here(written) => Ok(written),
            Part::Away(work) => work.await.map_err(io::Error::other)?,
            Part::Lost => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Lets a thread go on with what came last; what comes meanwhile goes into the chunk it had before.
    async fn hand_on(
        &mut self,
        work: impl FnOnce(Written) -> io::Result<Written> + Send + 'static,
    ) -> io::Result<()> {
        let mut written = self.written().await?;
        std::mem::swap(&mut written.chunk, &mut self.chunk);
        self.part = Part::Away(spawn_blocking(move || work(written)));
        Ok(())
    }

    /// Where the bytes are until [`Writer::finish`], to look at them before. They are synced meanwhile.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn flushed(&mut self) -> io::Result<&Path> {
        self.hand_on(Written::absorb).await?;
        let written = self.written().await?;
        self.part = Part::Away(spawn_blocking(move || written.sync()));
        let path = self.temporary.0.as_deref();
        path.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Syncs the file, gives it its name, and syncs the folder: from here on an event may name it.
    ///
    /// # Errors
    /// When the disk refuses; nothing is stored then.
    pub async fn finish(mut self) -> Result<Stored, BlobError> {
        let mut written = self.written().await?;
        std::mem::swap(&mut written.chunk, &mut self.chunk);
        let temporary = std::mem::replace(&mut self.temporary, Temporary(None));
        let blobs = self.blobs.clone();
        let ending = move || {
            let written = written.absorb()?.sync()?;
            let sha256 = hexadecimal(&written.hash.finalize());
            let path = blobs.path(&sha256).ok_or(io::ErrorKind::InvalidData)?;
            place(&blobs.dir, temporary, &path)?;
            Ok((sha256, path))
        };
        let (sha256, path) = off(ending).await?;
        if let Some(mirror) = &self.blobs.mirror {
            // Before an event names it: a node that reads the event must find the file.
            mirror.put(&sha256, &path).await?;
        }
        Ok(Stored {
            sha256,
            len: self.len,
        })
    }
}

/// On a thread that may wait for the disk.
async fn off<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Gives a file that is synced its name, and syncs the folder.
fn place(dir: &Path, mut temporary: Temporary, path: &Path) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidData)?;
    if !folder.try_exists()? {
        std::fs::create_dir_all(folder)?;
        std::fs::File::open(dir)?.sync_all()?;
    }
    // A name that is taken has the same content.
    let from = temporary.0.as_deref().ok_or(io::ErrorKind::NotFound)?;
    std::fs::rename(from, path)?;
    temporary.0 = None;
    std::fs::File::open(folder)?.sync_all()
}

/// The SHA-256 of a file's content.
async fn digest(mut file: File) -> io::Result<String> {
    use tokio::io::AsyncReadExt;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = file.read(&mut buffer).await?;
        if n == 0 {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(buffer.get(..n).unwrap_or_default());
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ok = write!(text, "{byte:02x}");
            text
        })
}
