//! Between Postule and a server: counts what the server says, and cuts the line.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Never cut.
const SANS_FIN: i64 = i64::MAX;

/// A way to a server on this machine.
#[derive(Clone)]
pub(crate) struct Relais {
    pub(crate) port: u16,
    reste: Arc<AtomicI64>,
    octets: Arc<AtomicU64>,
    connexions: Arc<AtomicU64>,
}

impl Relais {
    pub(crate) async fn vers(port: u16) -> Self {
        let ecoute = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relais = Self {
            port: ecoute.local_addr().unwrap().port(),
            reste: Arc::new(AtomicI64::new(SANS_FIN)),
            octets: Arc::default(),
            connexions: Arc::default(),
        };
        let moi = relais.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = ecoute.accept().await {
                let moi = moi.clone();
                tokio::spawn(async move { moi.passer(client, port).await });
            }
        });
        relais
    }

    /// The line is cut after so many bytes of the server, once.
    pub(crate) fn couper_apres(&self, octets: i64) {
        self.reste.store(octets, Ordering::SeqCst);
    }

    /// Whether the cut asked for was made.
    pub(crate) fn coupe(&self) -> bool {
        self.reste.load(Ordering::SeqCst) == SANS_FIN
    }

    /// What the server said so far, in bytes, and on how many connections.
    pub(crate) fn compte(&self) -> (u64, u64) {
        (
            self.octets.load(Ordering::SeqCst),
            self.connexions.load(Ordering::SeqCst),
        )
    }

    async fn passer(&self, mut client: TcpStream, port: u16) {
        let Ok(mut serveur) = TcpStream::connect(("127.0.0.1", port)).await else {
            return;
        };
        self.connexions.fetch_add(1, Ordering::SeqCst);
        let (mut lu_client, mut vers_client) = client.split();
        let (mut lu_serveur, mut vers_serveur) = serveur.split();
        let aller = tokio::io::copy(&mut lu_client, &mut vers_serveur);
        let retour = async {
            let mut morceau = vec![0; 4096];
            while let Ok(lus @ 1..) = lu_serveur.read(&mut morceau).await {
                let reste = self.reste.load(Ordering::SeqCst);
                let passe = usize::try_from(reste).unwrap().min(lus);
                if vers_client.write_all(&morceau[..passe]).await.is_err() {
                    return;
                }
                self.octets.fetch_add(passe as u64, Ordering::SeqCst);
                if passe < lus {
                    self.reste.store(SANS_FIN, Ordering::SeqCst);
                    return;
                }
                if reste != SANS_FIN {
                    self.reste
                        .fetch_sub(i64::try_from(lus).unwrap(), Ordering::SeqCst);
                }
            }
        };
        tokio::select! {
            _ = aller => {}
            () = retour => {}
        }
    }
}
