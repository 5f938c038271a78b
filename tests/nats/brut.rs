//! The protocol of NATS as it is on the wire: what the server lets one do, without a library in between.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

/// A connection.
pub(crate) struct Brut(BufReader<TcpStream>);

impl Brut {
    /// With a name and a password; without, when the name is empty.
    pub(crate) fn joindre(port: u16, nom: &str, mot_de_passe: &str) -> Self {
        let flux = TcpStream::connect(("127.0.0.1", port)).unwrap();
        flux.set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut brut = Self(BufReader::new(flux));
        assert!(brut.ligne().starts_with("INFO "));
        let mut qui = json!({ "verbose": false, "headers": true });
        if !nom.is_empty() {
            qui["user"] = json!(nom);
            qui["pass"] = json!(mot_de_passe);
        }
        brut.dire(&format!("CONNECT {qui}\r\n"));
        assert!(brut.accorde(), "{nom} may come in");
        brut
    }

    fn dire(&mut self, texte: &str) {
        self.0.get_mut().write_all(texte.as_bytes()).unwrap();
    }

    fn ligne(&mut self) -> String {
        let mut ligne = String::new();
        self.0.read_line(&mut ligne).unwrap();
        ligne.trim_end().to_owned()
    }

    /// A message's bytes, after its line.
    fn octets(&mut self, ligne: &str) -> Vec<u8> {
        let taille: usize = ligne.split(' ').next_back().unwrap().parse().unwrap();
        let mut octets = vec![0; taille + 2];
        self.0.read_exact(&mut octets).unwrap();
        octets.truncate(taille);
        octets
    }

    /// Whether the server said nothing against what was sent before.
    fn accorde(&mut self) -> bool {
        self.dire("PING\r\n");
        let mut accorde = true;
        loop {
            let ligne = self.ligne();
            if ligne == "PONG" {
                return accorde;
            } else if ligne == "PING" {
                self.dire("PONG\r\n");
            } else if ligne.starts_with("-ERR") {
                accorde = false;
            } else if ligne.starts_with("MSG ") || ligne.starts_with("HMSG ") {
                self.octets(&ligne);
            }
        }
    }

    /// Whether it may publish here.
    pub(crate) fn publie(&mut self, sujet: &str, charge: &str) -> bool {
        self.dire(&format!("PUB {sujet} {}\r\n{charge}\r\n", charge.len()));
        self.accorde()
    }

    /// Whether it may hear this.
    pub(crate) fn souscrit(&mut self, sujet: &str) -> bool {
        self.dire(&format!("SUB {sujet} 9\r\n"));
        let accorde = self.accorde();
        self.dire("UNSUB 9\r\n");
        accorde
    }

    /// Asks, and reads the answer.
    pub(crate) fn demander(&mut self, sujet: &str, charge: &str) -> Value {
        self.dire(&format!(
            "SUB _INBOX.brut 1\r\nUNSUB 1 1\r\nPUB {sujet} _INBOX.brut {}\r\n{charge}\r\n",
            charge.len()
        ));
        loop {
            let ligne = self.ligne();
            if ligne.starts_with("MSG ") {
                return serde_json::from_slice(&self.octets(&ligne)).unwrap();
            }
            assert!(!ligne.starts_with("-ERR"), "{ligne}");
        }
    }
}
