//! A client of NATS as another system has one: nothing of ours, only the protocol's lines.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use fixtures::client::PATIENCE;

/// A connection.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) async fn joindre(url: &str) -> Self {
        let adresse = url.strip_prefix("nats://").unwrap();
        let flux = TcpStream::connect(adresse).await.unwrap();
        let mut client = Self(BufReader::new(flux));
        assert!(client.ligne().await.starts_with("INFO "));
        client
            .dire(b"CONNECT {\"verbose\":false,\"headers\":true}\r\n")
            .await;
        client.attendre_le_serveur().await;
        client
    }

    async fn dire(&mut self, octets: &[u8]) {
        self.0.get_mut().write_all(octets).await.unwrap();
    }

    async fn ligne(&mut self) -> String {
        let mut ligne = String::new();
        let lue = tokio::time::timeout(PATIENCE, self.0.read_line(&mut ligne)).await;
        lue.expect("NATS says something in time").unwrap();
        ligne.trim_end().to_owned()
    }

    /// What was sent before is with the server now.
    async fn attendre_le_serveur(&mut self) {
        self.dire(b"PING\r\n").await;
        while self.ligne().await != "PONG" {}
    }

    pub(crate) async fn publier(&mut self, sujet: &str, charge: &str) {
        let ligne = format!("PUB {sujet} {}\r\n{charge}\r\n", charge.len());
        self.dire(ligne.as_bytes()).await;
        self.attendre_le_serveur().await;
    }

    /// Asks, as whoever pushes and waits for the answer does.
    pub(crate) async fn demander(&mut self, sujet: &str, charge: &str) -> serde_json::Value {
        let retour = "_INBOX.scolarite.1";
        let ligne = format!(
            "SUB {retour} 2\r\nUNSUB 2 1\r\nPUB {sujet} {retour} {}\r\n{charge}\r\n",
            charge.len()
        );
        self.dire(ligne.as_bytes()).await;
        serde_json::from_slice(&self.message().await).unwrap()
    }

    /// The payload of the next message.
    async fn message(&mut self) -> Vec<u8> {
        loop {
            let ligne = self.ligne().await;
            if ligne == "PING" {
                self.dire(b"PONG\r\n").await;
                continue;
            }
            let nombres: Vec<usize> = ligne.split(' ').filter_map(|m| m.parse().ok()).collect();
            // MSG subject sid [reply] bytes; HMSG subject sid [reply] bytes-of-headers bytes.
            let entetes = if ligne.starts_with("HMSG ") {
                nombres[nombres.len() - 2]
            } else {
                0
            };
            let mut octets = vec![0; nombres[nombres.len() - 1] + 2];
            let lus = self.0.read_exact(&mut octets);
            tokio::time::timeout(Duration::from_secs(5), lus)
                .await
                .unwrap()
                .unwrap();
            octets.truncate(octets.len() - 2);
            return octets.split_off(entetes);
        }
    }

    pub(crate) async fn souscrire(mut self, sujet: &str) -> Abonnement {
        self.dire(format!("SUB {sujet} 1\r\n").as_bytes()).await;
        self.attendre_le_serveur().await;
        Abonnement(self)
    }
}

/// What comes on one subject.
pub(crate) struct Abonnement(Client);

impl Abonnement {
    /// The payload of the next message.
    pub(crate) async fn suivant(&mut self) -> Vec<u8> {
        self.0.message().await
    }
}
