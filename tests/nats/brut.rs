//! The protocol of NATS as it is on the wire: what the server lets one do, without a library in between.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// A connection.
pub(crate) struct Brut(BufReader<TcpStream>);

impl Brut {
    /// With a name and a password; without, when the name is empty.
    pub(crate) fn joindre(port: u16, nom: &str, mot_de_passe: &str) -> Self {
        let (mut brut, _) = Self::ouvrir(port);
        let qui = match nom {
            "" => json!({}),
            _ => json!({ "user": nom, "pass": mot_de_passe }),
        };
        brut.se_nommer(qui);
        brut
    }

    /// With a JWT, and the key it names.
    pub(crate) fn par_jwt(port: u16, jwt: &str, cle: &KeyPair) -> Self {
        let (mut brut, info) = Self::ouvrir(port);
        let defi = info["nonce"].as_str().unwrap();
        let sceau = cle.sign(defi.as_bytes()).unwrap();
        brut.se_nommer(json!({ "jwt": jwt, "sig": URL_SAFE_NO_PAD.encode(sceau) }));
        brut
    }

    /// Connected, with what the server says of itself.
    fn ouvrir(port: u16) -> (Self, Value) {
        let flux = TcpStream::connect(("127.0.0.1", port)).unwrap();
        flux.set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut brut = Self(BufReader::new(flux));
        let info = brut.ligne();
        let info = info.strip_prefix("INFO ").unwrap();
        let info = serde_json::from_str(info).unwrap();
        (brut, info)
    }

    fn se_nommer(&mut self, mut qui: Value) {
        qui["verbose"] = json!(false);
        qui["headers"] = json!(true);
        self.dire(&format!("CONNECT {qui}\r\n"));
        assert!(self.accorde(), "may come in");
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
