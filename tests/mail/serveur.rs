//! The mail server of the tests, and Postule in front of it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fixtures::client::Client;
use fixtures::outils::environnement;
use fixtures::processus::{Postule, campagne_ouverte};
use serde_json::Value;

/// How long a mail may take, retries included.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the mail server must know to hand mails over.
pub(crate) const SECRET: &str = "un secret de trente-deux lettres";

/// A mail server, ended with this value.
pub(crate) struct Smtp {
    pub(crate) url: String,
    port: u16,
    /// None while it is away.
    processus: Option<Fin>,
}

struct Fin(Child);

impl Drop for Fin {
    fn drop(&mut self) {
        let _mort = self.0.kill();
        let _attendu = self.0.wait();
    }
}

impl Smtp {
    fn lancer(dossier: &Path, port: u16, arguments: &[&str]) -> (u16, Fin) {
        let python = environnement("smtp", "aiosmtpd==1.4.6").join("bin/python");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/serveur.py");
        let mut commande = Command::new(python);
        commande
            .arg(script)
            .arg(dossier.join("mail"))
            .args(arguments)
            .env("PORT", port.to_string());
        let mut processus = commande.stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        let sortie = processus.stdout.take().unwrap();
        BufReader::new(sortie).read_line(&mut port).unwrap();
        (port.trim().parse().unwrap(), Fin(processus))
    }

    /// In clear, on this machine.
    pub(crate) fn simple(dossier: &Path) -> Self {
        let (port, processus) = Self::lancer(dossier, 0, &[]);
        Self {
            url: format!("smtp://127.0.0.1:{port}"),
            port,
            processus: Some(processus),
        }
    }

    /// STARTTLS with a certificate of its own, then a password.
    pub(crate) fn tls(dossier: &Path) -> Self {
        let place = |nom: &str| dossier.join(nom).to_str().unwrap().to_owned();
        let (cert, cle) = (place("cert.pem"), place("cle.pem"));
        let fait = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
            ])
            .args([
                "-keyout",
                &cle,
                "-out",
                &cert,
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
            ])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .stderr(Stdio::null())
            .status();
        assert!(fait.unwrap().success(), "openssl makes a certificate");
        let (port, processus) = Self::lancer(dossier, 0, &[&cert, &cle, "postule", "secret/+"]);
        Self {
            url: format!("smtp://postule:secret%2F%2B@localhost:{port}?tls=required&ca={cert}"),
            port,
            processus: Some(processus),
        }
    }
}

impl Smtp {
    /// The same server, whose certificate nobody vouches for.
    pub(crate) fn sans_autorite(mut self) -> Self {
        let (url, _) = self.url.split_once("&ca=").unwrap();
        self.url = url.to_owned();
        self
    }
}

/// A mail as the server received it.
#[derive(Debug)]
pub(crate) struct Recu {
    pub(crate) de: String,
    pub(crate) a: String,
    pub(crate) sujet: String,
    pub(crate) message_id: String,
    pub(crate) tls: bool,
    pub(crate) auth: bool,
}

/// Postule, its mail server, a client.
pub(crate) struct Monde {
    pub(crate) client: Client,
    mails: PathBuf,
    _postule: Postule,
    smtp: Smtp,
    dossier: tempfile::TempDir,
}

impl Monde {
    pub(crate) async fn new(smtp: impl Fn(&Path) -> Smtp) -> Self {
        let dossier = tempfile::tempdir().unwrap();
        let smtp = smtp(dossier.path());
        let campagne = campagne_ouverte(dossier.path());
        let config = dossier.path().join("postule.toml");
        let texte = format!(
            "[etablissement]\nname = \"Université d'essai\"\nsupport = \"aide@univ.example\"\n\n\
             [serveur]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1\"\n\n[donnees]\ndir = \"donnees\"\n\n\
             [mail]\nsmtp = {:?}\nfrom = \"candidature@univ.example\"\n\n[campagne]\nfile = {campagne:?}\n\n\
             [support]\nwebhook_secret = {SECRET:?}\nauthserv_id = \"mx.univ.example\"\n",
            smtp.url
        );
        std::fs::write(&config, texte).unwrap();
        let config = config.to_str().unwrap();
        let postule = Postule::demarrer(
            env!("CARGO_BIN_EXE_postule"),
            &["serve", "--config", config],
        );
        let mails = dossier.path().join("mail");
        Self {
            client: postule.client(mails.clone()),
            mails,
            _postule: postule,
            smtp,
            dossier,
        }
    }

    /// The mail server ends.
    pub(crate) fn couper(&mut self) {
        self.smtp.processus = None;
    }

    /// It is there again, where it was.
    pub(crate) fn rallumer(&mut self) {
        let (_, processus) = Smtp::lancer(self.dossier.path(), self.smtp.port, &[]);
        self.smtp.processus = Some(processus);
    }

    /// How the mail server is, as the health page tells, and whether requests may come.
    pub(crate) async fn sante(&self) -> (String, u16) {
        let prete = self
            .client
            .envoyer("GET", "/sante/prete", &[], Vec::new())
            .await;
        let json = prete.json();
        let parties = json["verifications"].as_array().unwrap();
        let courrier = parties.iter().find(|p| p["nom"] == "courrier").unwrap();
        let etat = courrier["etat"].as_str().unwrap().to_owned();
        (etat, prete.statut.as_u16())
    }

    /// The configuration it runs with.
    pub(crate) fn config(&self) -> PathBuf {
        self.dossier.path().join("postule.toml")
    }

    /// The mails to this address, in the order of their arrival.
    pub(crate) fn recus(&self, adresse: &str) -> Vec<Recu> {
        let mut noms: Vec<PathBuf> = std::fs::read_dir(&self.mails)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "eml"))
            .filter(|p| !p.file_name().unwrap().to_str().unwrap().starts_with('.'))
            .collect();
        noms.sort();
        let recus = noms.iter().map(|nom| {
            let octets = std::fs::read(nom).unwrap();
            let mail = mail_parser::MessageParser::default()
                .parse(&octets)
                .unwrap();
            let enveloppe = std::fs::read(nom.with_extension("json")).unwrap();
            let enveloppe: Value = serde_json::from_slice(&enveloppe).unwrap();
            Recu {
                de: enveloppe["de"].as_str().unwrap().to_owned(),
                a: enveloppe["a"][0].as_str().unwrap().to_owned(),
                sujet: mail.subject().unwrap().to_owned(),
                message_id: mail.message_id().unwrap().to_owned(),
                tls: enveloppe["tls"] == true,
                auth: enveloppe["auth"] == true,
            }
        });
        recus.filter(|r| r.a == adresse).collect()
    }

    /// The same, once there are so many.
    pub(crate) async fn attendre(&self, adresse: &str, combien: usize) -> Vec<Recu> {
        let fin = tokio::time::Instant::now() + PATIENCE;
        loop {
            let recus = self.recus(adresse);
            if recus.len() >= combien {
                return recus;
            }
            assert!(
                tokio::time::Instant::now() < fin,
                "{combien} mails to {adresse}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
