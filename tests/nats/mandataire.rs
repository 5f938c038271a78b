//! A bad line between Postule and a NATS server: slow, cut, mute without being closed, or saying everything twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How long a slow line keeps each piece.
const RETARD: Duration = Duration::from_millis(80);
/// What is said twice, on a line that repeats: publications on this subject.
const JOURNAL: &[u8] = b"postule.v1.journal ";

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ligne {
    Bonne,
    Lente,
    /// Each entry of the log goes out twice.
    Double,
    /// Open at both ends, and nothing passes; what was connected then stays so.
    Muette,
}

/// The line; a new epoch cuts what is connected.
#[derive(Clone)]
pub(crate) struct Mandataire {
    pub(crate) port: u16,
    etat: Arc<watch::Sender<(Ligne, u64)>>,
}

impl Mandataire {
    pub(crate) async fn vers(port: u16) -> Self {
        let ecoute = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let moi = Self {
            port: ecoute.local_addr().unwrap().port(),
            etat: Arc::new(watch::Sender::new((Ligne::Bonne, 0))),
        };
        let etat = moi.etat.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = ecoute.accept().await {
                let Ok(serveur) = TcpStream::connect(("127.0.0.1", port)).await else {
                    continue;
                };
                let ((lu, dit), (lu_la, dit_la)) = (client.into_split(), serveur.into_split());
                let vu = || etat.subscribe();
                let (aller, retour) = (aller(lu, dit_la, vu()), retour(lu_la, dit, vu()));
                let mut coupe = vu();
                let epoque = coupe.borrow().1;
                tokio::spawn(async move {
                    // One way that ends ends the other.
                    tokio::select! {
                        _ = aller => {}
                        _ = retour => {}
                        _ = coupe.wait_for(|(_, e)| *e != epoque) => {}
                    }
                });
            }
        });
        moi
    }

    pub(crate) fn devenir(&self, ligne: Ligne) {
        self.etat.send_modify(|etat| etat.0 = ligne);
    }

    pub(crate) fn couper(&self) {
        self.etat.send_modify(|etat| etat.1 += 1);
    }
}

type Etat = watch::Receiver<(Ligne, u64)>;

/// Passes a piece on as the line is now; a mute line keeps it, and whoever waits, for good.
async fn passer(vers: &mut OwnedWriteHalf, octets: &[u8], etat: &Etat) -> std::io::Result<()> {
    let ligne = etat.borrow().0;
    match ligne {
        Ligne::Bonne | Ligne::Double => {}
        Ligne::Lente => tokio::time::sleep(RETARD).await,
        Ligne::Muette => std::future::pending().await,
    }
    vers.write_all(octets).await
}

/// From the client, operation by operation.
async fn aller(de: OwnedReadHalf, mut vers: OwnedWriteHalf, etat: Etat) -> std::io::Result<()> {
    let mut de = BufReader::new(de);
    loop {
        let mut operation = Vec::new();
        if de.read_until(b'\n', &mut operation).await? == 0 {
            return Ok(());
        }
        let publie = operation.starts_with(b"PUB ") || operation.starts_with(b"HPUB ");
        if publie {
            let ligne = String::from_utf8_lossy(&operation).into_owned();
            let taille: usize = ligne
                .split_whitespace()
                .next_back()
                .unwrap()
                .parse()
                .unwrap();
            let debut = operation.len();
            operation.resize(debut + taille + 2, 0);
            de.read_exact(&mut operation[debut..]).await?;
        }
        let journal = publie && operation.windows(JOURNAL.len()).any(|w| w == JOURNAL);
        passer(&mut vers, &operation, &etat).await?;
        if journal && etat.borrow().0 == Ligne::Double {
            vers.write_all(&operation).await?;
        }
    }
}

/// From the server, as it comes.
async fn retour(
    mut de: OwnedReadHalf,
    mut vers: OwnedWriteHalf,
    etat: Etat,
) -> std::io::Result<()> {
    let mut octets = vec![0; 16 * 1024];
    loop {
        let lus = de.read(&mut octets).await?;
        if lus == 0 {
            return Ok(());
        }
        passer(&mut vers, &octets[..lus], &etat).await?;
    }
}
