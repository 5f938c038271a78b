//! The real `postule serve` in a folder of its own.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actors::jetons::CleServeur;
use postule::cles::Cles;
use storage::{SledKv, Store};

/// How long the program may take to start, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with a configuration, and the address it listens on.
pub(crate) struct Terrain {
    dossier: tempfile::TempDir,
    pub(crate) adresse: SocketAddr,
    mails: PathBuf,
}

impl Terrain {
    pub(crate) fn new() -> Self {
        let dossier = tempfile::tempdir().unwrap();
        let mails = dossier.path().join("mail");
        Self::dans(dossier, &mails, "")
    }

    /// With mails in a folder of its own, and more in the configuration.
    pub(crate) fn dans(dossier: tempfile::TempDir, mails: &Path, encore: &str) -> Self {
        // Free a moment ago; the program asks for this one, so that it comes back under the same address.
        let libre = TcpListener::bind("127.0.0.1:0").unwrap();
        let adresse = libre.local_addr().unwrap();
        let config = format!(
            "[etablissement]\nname = \"Essai\"\n\n[serveur]\npublic_url = \"http://{adresse}\"\nlisten = \"{adresse}\"\n\n\
             [donnees]\ndir = \"donnees\"\n\n[mail]\nfolder = \"{}\"\nfrom = \"c@univ.example\"\n\n[campagne]\nfile = \"campagne.toml\"\n\n\
             [limites]\nrequetes_par_seconde = 100000\nconnexions_par_minute = 100000\n\n{encore}",
            mails.display()
        );
        std::fs::write(dossier.path().join("postule.toml"), config).unwrap();
        std::fs::write(dossier.path().join("campagne.toml"), fixtures::CAMPAGNE).unwrap();
        Self {
            dossier,
            adresse,
            mails: mails.to_owned(),
        }
    }

    pub(crate) fn chemin(&self, nom: &str) -> PathBuf {
        self.dossier.path().join(nom)
    }

    pub(crate) fn demarrer(&self) -> Processus {
        self.demarrer_sous(Command::new(env!("CARGO_BIN_EXE_postule")))
    }

    /// Starts the program as the last arguments of another command.
    pub(crate) fn demarrer_sous(&self, mut commande: Command) -> Processus {
        commande.args(["serve", "--config"]);
        commande
            .arg(self.chemin("postule.toml"))
            .env("RUST_LOG", "warn");
        commande.stdout(Stdio::null()).stderr(Stdio::inherit());
        let mut processus = Processus(commande.spawn().unwrap());
        let fin = Instant::now() + PATIENCE;
        while TcpStream::connect(self.adresse).is_err() {
            let mort = processus.0.try_wait().unwrap();
            assert!(mort.is_none(), "the program ended: {mort:?}");
            assert!(Instant::now() < fin, "the program does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        processus
    }

    /// The token of the mail to this address.
    pub(crate) async fn jeton(&self, adresse: &str) -> String {
        let fin = Instant::now() + PATIENCE;
        loop {
            for mail in mails(&self.mails) {
                if mail.a == adresse && mail.html.contains("?jeton=") {
                    let (_, suite) = mail.html.split_once("?jeton=").unwrap();
                    return suite.split('"').next().unwrap().to_owned();
                }
            }
            assert!(Instant::now() < fin, "no mail to {adresse}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Every row is sound and every law holds, once the program has ended.
    pub(crate) fn verifier(&self) -> Store {
        let donnees = self.chemin("donnees");
        let kv = SledKv::open(&donnees.join("journal")).unwrap();
        let store = Store::open(std::sync::Arc::new(kv)).unwrap();
        let lignes = storage::verify(store.kv(), |_| ()).unwrap();
        assert_eq!(lignes.named, Vec::<String>::new());
        let cle = CleServeur::new(Cles::ouvrir(&donnees).unwrap().serveur);
        let bilan = actors::verification::verifier(&store, &cle).unwrap();
        assert_eq!(bilan.nommees, Vec::<String>::new());
        assert!(bilan.candidats > 0);
        store
    }
}

fn mails(dossier: &Path) -> Vec<postule::mail::MailLu> {
    let Ok(lecture) = std::fs::read_dir(dossier) else {
        return Vec::new();
    };
    let noms = lecture.map(|e| e.unwrap().path());
    // A name that begins with a point is a mail still being written.
    let entiers = noms.filter(|n| !n.file_name().unwrap().to_string_lossy().starts_with('.'));
    let lus = entiers.filter_map(|n| postule::mail::lire(&std::fs::read(n).ok()?));
    lus.collect()
}

/// A running program, killed with this value.
pub(crate) struct Processus(Child);

impl Processus {
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// SIGKILL: no handler, no farewell.
    pub(crate) fn tuer(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Processus {
    fn drop(&mut self) {
        // strace killed lets go of what it watches, which would outlive the test.
        let pid = self.pid();
        let enfants = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        // Already dead is as dead as wanted.
        let _mort = self.0.kill();
        let _attendu = self.0.wait();
        for enfant in enfants.unwrap_or_default().split_whitespace() {
            let _mort = Command::new("kill").args(["-9", enfant]).status();
        }
    }
}
