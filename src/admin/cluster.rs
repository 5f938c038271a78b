//! `postule cluster`: several machines tried on one, and the keys by which they name themselves to NATS.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use clap::{Args, Subcommand};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::signaux::Arret;
use super::{Echec, Issue, lieu, migration, sortie};
use crate::app;

/// Servers, and nodes.
const COMBIEN: u16 = 3;
/// How long a node may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a process may take to end after it was asked to.
const FIN: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(super) struct Cluster {
    #[command(subcommand)]
    quoi: Quoi,
}

#[derive(Debug, Subcommand)]
enum Quoi {
    /// Trois nats-server et trois nœuds sur cette machine, avec la campagne d'exemple ; tuez-en un, le service continue.
    Demo(Demo),
    /// Fait d'un dossier de données, service arrêté, le début d'un journal partagé.
    Fonder(migration::Fonder),
    /// Rend un nœud arrêté indépendant, avec tous ses fichiers.
    Quitter(migration::Quitter),
    /// Dépose un instantané pour les nœuds à venir, et peut alléger le journal partagé.
    Instantane(migration::Instantane),
    /// Fait une NKey : écrit la graine dans le fichier (lisible par vous seul), et la clé publique sur la sortie.
    Cle {
        /// Le fichier de la graine, qui ne doit pas exister.
        #[arg(value_name = "FICHIER")]
        fichier: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Demo {
    /// Port du premier nœud ; les autres suivent.
    #[arg(long, default_value_t = 8081, value_name = "PORT")]
    port: u16,
    /// Dossier des données.
    #[arg(long, default_value = "donnees-cluster", value_name = "DOSSIER")]
    data: PathBuf,
    /// Le programme nats-server, s'il n'est pas dans le PATH.
    #[arg(long, default_value = "nats-server", value_name = "PROGRAMME")]
    nats_server: PathBuf,
}

impl Cluster {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        match self.quoi {
            Quoi::Demo(demo) => demo.lancer().await,
            Quoi::Fonder(fonder) => fonder.lancer(json).await,
            Quoi::Quitter(quitter) => quitter.lancer(json).await,
            Quoi::Instantane(instantane) => instantane.lancer(json).await,
            Quoi::Cle { fichier } => cle(&fichier),
        }
    }
}

fn cle(fichier: &Path) -> Issue {
    let (publique, graine) = bus::nkey().map_err(Echec::Echoue)?;
    let ouvert = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(fichier);
    let dire = |e: std::io::Error| Echec::Usage(format!("{} : {e}", fichier.display()));
    let mut ouvert = ouvert.map_err(dire)?;
    writeln!(ouvert, "{graine}").map_err(dire)?;
    ouvert.sync_all().map_err(dire)?;
    sortie::ecrire(&publique)
}

/// A process of the demo, with the name people see.
struct Enfant {
    nom: String,
    processus: Child,
}

impl Enfant {
    fn lancer(nom: String, commande: &mut Command) -> Result<Self, Echec> {
        // In a group of its own: Ctrl-C reaches the demo, which ends the others in order.
        let lance = commande
            .process_group(0)
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .spawn();
        let processus = lance.map_err(|e| {
            let programme = commande.as_std().get_program().to_string_lossy();
            Echec::Usage(format!(
                "{programme} : {e} ; installez nats-server 2.12 ou plus récent, ou donnez --nats-server"
            ))
        })?;
        Ok(Self { nom, processus })
    }

    async fn finir(mut self) {
        let pid = self.processus.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            // One that has ended already is what is wanted.
            let _fini = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        if tokio::time::timeout(FIN, self.processus.wait())
            .await
            .is_err()
        {
            sortie::dire(&format!("{} ne s'arrête pas : tué", self.nom));
            let _mort = self.processus.kill().await;
        }
    }
}

impl Demo {
    async fn lancer(self) -> Issue {
        let donnees = std::path::absolute(&self.data).map_err(|e| e.to_string())?;
        let dire = |e: std::io::Error| Echec::Echoue(format!("{} : {e}", donnees.display()));
        std::fs::create_dir_all(&donnees).map_err(dire)?;
        let mut enfants = Vec::new();
        let mut arret = Arret::ecouter()?;
        let fait = tokio::select! {
            fait = self.servir(&donnees, &mut enfants) => fait,
            () = arret.demande() => Ok(()),
        };
        // The nodes first, which still say their last word to the servers.
        for enfant in enfants.into_iter().rev() {
            enfant.finir().await;
        }
        fait
    }

    async fn servir(&self, donnees: &Path, enfants: &mut Vec<Enfant>) -> Issue {
        self.demarrer(donnees, enfants).await?;
        veiller(enfants).await
    }

    async fn demarrer(&self, donnees: &Path, enfants: &mut Vec<Enfant>) -> Issue {
        let ports = ports_libres(usize::from(COMBIEN) * 2)?;
        let (clients, routes) = ports.split_at(usize::from(COMBIEN));
        for (rang, port) in clients.iter().enumerate() {
            let config = donnees.join(format!("nats-{}.conf", rang + 1));
            ecrire(&config, &conf_nats(donnees, rang, *port, routes))?;
            let mut commande = Command::new(&self.nats_server);
            commande.arg("-c").arg(&config).arg("-l");
            commande.arg(donnees.join(format!("nats-{}.log", rang + 1)));
            let nom = format!("nats-{}", rang + 1);
            let enfant = Enfant::lancer(nom.clone(), &mut commande)?;
            let pid = enfant.processus.id().unwrap_or_default();
            enfants.push(enfant);
            sortie::ecrire(&format!(
                "{nom} : 127.0.0.1:{port} (processus {pid} ; pour le relancer : {} -c {})",
                self.nats_server.display(),
                config.display()
            ))?;
        }
        let urls: Vec<_> = clients
            .iter()
            .map(|port| format!("nats://127.0.0.1:{port}"))
            .collect();
        let urls = urls.join(",");
        let mut configs = Vec::new();
        for rang in 0..COMBIEN {
            let adresse = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port + rang));
            let dossier = donnees.join(format!("noeud-{}", rang + 1));
            std::fs::create_dir_all(dossier.join("donnees")).map_err(|e| e.to_string())?;
            let config = dossier.join("postule.toml");
            ecrire(&config, &conf_noeud(donnees, &urls, adresse))?;
            configs.push((adresse, dossier, config));
        }
        sortie::dire("les serveurs NATS s'accordent…");
        if let Some((_, premier, config)) = configs.first() {
            app::amorcer(lieu::ouvrir(config)?).await?;
            for (_, autre, _) in configs.iter().skip(1) {
                partager_cles(premier, autre)?;
            }
        }
        let programme = std::env::current_exe().map_err(|e| e.to_string())?;
        for (rang, (adresse, dossier, config)) in configs.iter().enumerate() {
            let nom = format!("nœud {}", rang + 1);
            let journal = dossier.join("postule.log");
            let journal = std::fs::File::create(&journal).map_err(|e| e.to_string())?;
            let mut commande = Command::new(&programme);
            commande.args(["serve", "--config"]).arg(config);
            commande.stdout(Stdio::null()).stderr(journal);
            let enfant = Enfant::lancer(nom.clone(), &mut commande)?;
            let pid = enfant.processus.id().unwrap_or_default();
            enfants.push(enfant);
            ecouter(&nom, *adresse, dossier).await?;
            sortie::ecrire(&format!(
                "{nom} : http://{adresse} (processus {pid} ; pour le relancer : {} serve --config {})",
                programme.display(),
                config.display()
            ))?;
        }
        sortie::ecrire(&format!("NATS : {urls}"))?;
        sortie::ecrire(&format!(
            "Mails : {}\nGestion : /connexion, admin@demo.example, mot de passe {}\nCtrl-C arrête tout.",
            donnees.join("mail").display(),
            app::MOT_DE_PASSE_PERSONNEL
        ))
    }
}

/// For ever; who dies is named, and the others go on.
async fn veiller(enfants: &mut Vec<Enfant>) -> Issue {
    let mut ronde = tokio::time::interval(Duration::from_millis(500));
    loop {
        ronde.tick().await;
        enfants.retain_mut(|enfant| match enfant.processus.try_wait() {
            Ok(Some(fin)) => {
                sortie::dire(&format!(
                    "{} s'est arrêté ({fin}) ; les autres continuent",
                    enfant.nom
                ));
                false
            }
            Ok(None) | Err(_) => true,
        });
    }
}

async fn ecouter(nom: &str, adresse: SocketAddr, dossier: &Path) -> Issue {
    let ecoute = async {
        while TcpStream::connect(adresse).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let fini = tokio::time::timeout(PATIENCE, ecoute).await;
    fini.map_err(|_trop_long| {
        let journal = dossier.join("postule.log");
        Echec::Echoue(format!("{nom} n'écoute pas : voyez {}", journal.display()))
    })
}

/// All asked for at once, so that they differ.
fn ports_libres(combien: usize) -> Result<Vec<u16>, Echec> {
    let prises: Result<Vec<_>, _> = (0..combien)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect();
    let ports = prises.and_then(|prises| {
        let ports = prises.iter().map(|p| p.local_addr().map(|a| a.port()));
        ports.collect()
    });
    ports.map_err(|e| Echec::Echoue(e.to_string()))
}

fn conf_nats(donnees: &Path, rang: usize, port: u16, routes: &[u16]) -> String {
    let mut texte = format!(
        "server_name: nats-{0}\nlisten: \"127.0.0.1:{port}\"\njetstream {{\n  store_dir: \"{1}\"\n  sync_interval: always\n}}\n",
        rang + 1,
        donnees.join(format!("nats-{}", rang + 1)).display(),
    );
    let toutes: Vec<_> = routes
        .iter()
        .map(|p| format!("nats://127.0.0.1:{p}"))
        .collect();
    if let Some(route) = routes.get(rang) {
        // Writing to a String cannot fail.
        let _ok = writeln!(
            texte,
            "cluster {{\n  name: demo\n  listen: \"127.0.0.1:{route}\"\n  routes: [{}]\n}}",
            toutes.join(", ")
        );
    }
    texte
}

fn conf_noeud(donnees: &Path, urls: &str, adresse: SocketAddr) -> String {
    format!(
        "[etablissement]\nname = \"Université de démonstration\"\n\n[serveur]\nlisten = \"{adresse}\"\npublic_url = \"http://{adresse}\"\n\n\
         [donnees]\ndir = \"donnees\"\n\n[bus]\nnats = \"{urls}\"\nreplicas = {COMBIEN}\n\n\
         [mail]\nfolder = {:?}\nfrom = \"candidature@demo.example\"\n",
        donnees.join("mail")
    )
}

fn ecrire(fichier: &Path, texte: &str) -> Issue {
    std::fs::write(fichier, texte)
        .map_err(|e| Echec::Echoue(format!("{} : {e}", fichier.display())))
}

/// The nodes of one installation have the same keys.
fn partager_cles(premier: &Path, autre: &Path) -> Issue {
    let cles = "donnees/cles";
    let copier = || -> std::io::Result<()> {
        std::fs::create_dir_all(autre.join(cles))?;
        for cle in std::fs::read_dir(premier.join(cles))? {
            let cle = cle?;
            // The mode goes with the content.
            std::fs::copy(cle.path(), autre.join(cles).join(cle.file_name()))?;
        }
        Ok(())
    };
    copier().map_err(|e| Echec::Echoue(e.to_string()))
}
