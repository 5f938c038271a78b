//! The command line (`3-contract.md`): one file per command. Results go to standard output, everything else to
//! standard error; 0 done, 1 failed, 2 wrong usage or configuration, 75 try again later.

mod acces;
mod accuse;
mod admissions;
mod campagne;
mod check;
mod cluster;
mod courrier;
mod journal;
mod lieu;
mod livrer;
mod migration;
mod personnel;
mod sauvegarde;
mod scolarite;
mod servir;
mod signaux;
mod sortie;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

pub use acces::Acces;
pub use lieu::Lieu;

/// Why a command did not do what it was asked; each has its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Echec {
    /// It failed (1).
    Echoue(String),
    /// Wrong usage or configuration (2).
    Usage(String),
    /// Nothing is wrong, but not now (75).
    PlusTard(String),
}

impl Echec {
    fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Echoue(_) => 1,
            Self::Usage(_) => 2,
            Self::PlusTard(_) => 75,
        })
    }
}

impl std::fmt::Display for Echec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Echoue(raison) | Self::Usage(raison) | Self::PlusTard(raison)) = self;
        f.write_str(raison)
    }
}

impl From<String> for Echec {
    fn from(raison: String) -> Self {
        Self::Echoue(raison)
    }
}

/// What a command comes to.
pub type Issue = Result<(), Echec>;

/// How help is laid out.
const AIDE: &str = "\
{about-with-newline}
Utilisation : {usage}

{all-args}{after-help}";

/// La plateforme de candidature : candidats, dossiers, pièces, commissions.
#[derive(Debug, Parser)]
#[command(
    name = "postule",
    version,
    help_template = AIDE,
    subcommand_help_heading = "Commandes",
    disable_help_subcommand = true,
    after_help = "Codes de sortie : 0 fait, 1 échec, 2 usage ou configuration, 75 à réessayer plus tard."
)]
struct Arguments {
    #[command(flatten)]
    commun: Commun,
    #[command(subcommand)]
    commande: Commande,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Commun {
    /// Forme des journaux sur la sortie d'erreur.
    #[arg(long, value_enum, default_value_t, global = true, value_name = "FORME")]
    log: Forme,
    /// Résultat en JSON, pour un programme.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Forme {
    /// Une ligne lisible par événement.
    #[default]
    Texte,
    /// Un objet JSON par événement.
    Json,
}

/// Where the data are.
#[derive(Clone, Debug, Default, Args)]
pub struct OuArgs {
    /// Fichier de configuration ; sinon POSTULE_CONFIG, ./postule.toml ou /etc/postule/postule.toml.
    #[arg(long, value_name = "FICHIER")]
    pub config: Option<PathBuf>,
    /// Dossier des données, au lieu de celui de la configuration.
    #[arg(long, value_name = "DOSSIER")]
    pub data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Commande {
    /// Une campagne d'exemple complète, prête à essayer.
    #[command(help_template = AIDE)]
    Demo(servir::Demo),
    /// Le service, selon un fichier de configuration.
    #[command(help_template = AIDE)]
    Serve(servir::Serve),
    /// Toutes les fautes de la configuration et du fichier de campagne, avec leur ligne.
    #[command(help_template = AIDE)]
    Check(check::Check),
    /// La campagne : formations, pièces, centres.
    #[command(help_template = AIDE, subcommand_help_heading = "Commandes")]
    Campagne(campagne::Campagne),
    /// Le personnel et ses rôles.
    #[command(help_template = AIDE, subcommand_help_heading = "Commandes")]
    Personnel(personnel::Personnel),
    /// Le journal : le vérifier, l'exporter.
    #[command(help_template = AIDE, subcommand_help_heading = "Commandes")]
    Journal(journal::Journal),
    /// Le courrier reçu : ce qu'il veut dire, s'il est bien compris, le déposer.
    #[command(help_template = AIDE, subcommand_help_heading = "Commandes")]
    Mail(courrier::Mail),
    /// Les accusés de réception : en vérifier un.
    #[command(help_template = AIDE, subcommand_help_heading = "Commandes")]
    Accuse(accuse::Accuses),
    /// Dessine la page d'un document, dans un processus à part.
    #[command(hide = true, name = crate::apercu::SOUS_COMMANDE)]
    Dessiner {
        /// Type du document.
        mime: String,
        /// Page, à partir de 1.
        page: usize,
    },
    /// Copie cohérente de tout (journal, fichiers, clés), même pendant le service.
    #[command(help_template = AIDE)]
    Backup(sauvegarde::Backup),
    /// Remet une sauvegarde dans un dossier de données vide.
    #[command(help_template = AIDE)]
    Restore(sauvegarde::Restore),
    /// Plusieurs machines : les essayer sur une seule, faire leurs clés.
    #[command(help_template = AIDE, subcommand_help_heading = "Commandes")]
    Cluster(cluster::Cluster),
    /// La scolarité : lui pousser des cursus, relire ce qu'elle reçoit.
    #[command(help_template = AIDE, subcommand_help_heading = "Commandes")]
    Scolarite(scolarite::Scolarite),
}

/// Reads the command line, does what it says, and tells the exit code.
pub async fn lancer() -> ExitCode {
    let Arguments { commun, commande } = Arguments::parse();
    journaliser(commun.log, commande.niveau());
    let json = commun.json;
    let fait = match commande {
        Commande::Demo(demo) => demo.lancer().await,
        Commande::Serve(serve) => serve.lancer().await,
        Commande::Check(check) => check.lancer(json).await,
        Commande::Campagne(campagne) => campagne.lancer(json).await,
        Commande::Personnel(personnel) => personnel.lancer(json).await,
        Commande::Journal(journal) => journal.lancer(json).await,
        Commande::Mail(mail) => mail.lancer(json).await,
        Commande::Accuse(accuse) => accuse.lancer(json),
        Commande::Dessiner { mime, page } => return crate::apercu::dessin::a_part(&mime, page),
        Commande::Backup(backup) => backup.lancer(json).await,
        Commande::Restore(restore) => restore.lancer(json),
        Commande::Cluster(cluster) => cluster.lancer(json).await,
        Commande::Scolarite(scolarite) => scolarite.lancer(json).await,
    };
    match fait {
        Ok(()) => ExitCode::SUCCESS,
        Err(echec) => {
            sortie::dire(&format!("postule : {echec}"));
            echec.code()
        }
    }
}

impl Commande {
    /// What is logged unless `RUST_LOG` says otherwise: a server tells what it does, a command what goes wrong.
    const fn niveau(&self) -> &'static str {
        match self {
            Self::Demo(_) | Self::Serve(_) => "info",
            Self::Check(_)
            | Self::Campagne(_)
            | Self::Personnel(_)
            | Self::Journal(_)
            | Self::Mail(_)
            | Self::Accuse(_)
            | Self::Dessiner { .. }
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Cluster(_)
            | Self::Scolarite(_) => "error",
        }
    }
}

fn journaliser(forme: Forme, niveau: &str) {
    let filtre = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(niveau));
    let journal = tracing_subscriber::fmt()
        .with_env_filter(filtre)
        .with_writer(std::io::stderr);
    match forme {
        Forme::Texte => journal.init(),
        Forme::Json => journal.json().init(),
    }
}
