//! An IMAP server that has one more mail whenever it is asked, and always the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The server.
pub(crate) struct BoiteSansFin {
    pub(crate) port: u16,
    donnes: Arc<AtomicUsize>,
}

fn mail_sans_fin() -> Vec<u8> {
    b"From: x@ailleurs.example\r\nSubject: Encore\r\n\r\nEncore.\r\n".to_vec()
}

impl BoiteSansFin {
    pub(crate) async fn ouvrir() -> Self {
        let ecoute = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = ecoute.local_addr().unwrap().port();
        let donnes = Arc::new(AtomicUsize::new(0));
        let ici = donnes.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = ecoute.accept().await {
                tokio::spawn(servir(client, ici.clone()));
            }
        });
        Self { port, donnes }
    }

    /// How often it handed its mail out.
    pub(crate) fn donnes(&self) -> usize {
        self.donnes.load(Ordering::SeqCst)
    }
}

async fn servir(mut client: TcpStream, donnes: Arc<AtomicUsize>) {
    let (lu, mut ecrit) = client.split();
    let mut lignes = BufReader::new(lu).lines();
    let mut uid = 0;
    ecrit.write_all(b"* OK ready\r\n").await.unwrap();
    while let Ok(Some(ligne)) = lignes.next_line().await {
        let (tag, reste) = ligne.split_once(' ').unwrap_or((&ligne, ""));
        let mot = reste.to_uppercase();
        let mut dit = Vec::new();
        if mot.starts_with("CAPABILITY") {
            dit.extend(b"* CAPABILITY IMAP4rev1 IDLE\r\n");
        } else if mot.starts_with("SELECT") {
            dit.extend(
                b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [PERMANENTFLAGS (\\*)] x\r\n",
            );
        } else if mot.starts_with("UID FETCH") && mot.contains("BODY") {
            donnes.fetch_add(1, Ordering::SeqCst);
            let mail = mail_sans_fin();
            let tete = format!("* 1 FETCH (UID {uid} BODY[]<0> {{{}}}\r\n", mail.len());
            dit.extend(tete.into_bytes());
            dit.extend(mail);
            dit.extend(b")\r\n");
        } else if mot.starts_with("UID FETCH") {
            uid += 1;
            let octets = mail_sans_fin().len();
            dit.extend(
                format!("* 1 FETCH (UID {uid} FLAGS () RFC822.SIZE {octets})\r\n").into_bytes(),
            );
        } else if mot.starts_with("IDLE") {
            ecrit
                .write_all(b"+ idling\r\n* 1 EXISTS\r\n")
                .await
                .unwrap();
            let _done = lignes.next_line().await;
        }
        dit.extend(format!("{tag} OK done\r\n").into_bytes());
        if ecrit.write_all(&dit).await.is_err() {
            return;
        }
    }
}
