//! The `postule` binary: parses arguments and calls one role.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use postule::app::{App, OptionsDemo, Role as Partie};
use postule::config::{Config, Nats};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// La plateforme de candidature : candidats, dossiers, pièces, commissions.
#[derive(Parser)]
#[command(name = "postule", version)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Une campagne d'exemple complète, prête à essayer.
    Demo {
        /// Adresse d'écoute.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Dossier des données.
        #[arg(long, default_value = "donnees")]
        data: PathBuf,
        /// Heure de départ de l'horloge (RFC 3339).
        #[arg(long)]
        now: Option<Timestamp>,
    },
    /// Le service, selon un fichier de configuration.
    Serve {
        /// Le fichier `postule.toml`.
        #[arg(long)]
        config: PathBuf,
        /// Adresse d'écoute, au lieu de celle du fichier.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Dossier des données, au lieu de celui du fichier.
        #[arg(long)]
        data: Option<PathBuf>,
        /// URL de NATS, au lieu de celle du fichier.
        #[arg(long)]
        nats: Option<String>,
        /// Ce que fait ce processus : le bord et les acteurs se parlent alors par NATS.
        #[arg(long, value_enum, default_value_t)]
        role: RoleServe,
    },
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum RoleServe {
    /// Le bord et les acteurs.
    #[default]
    Tout,
    /// Le bord seul.
    Bord,
    /// Les acteurs seuls.
    Acteurs,
}

impl From<RoleServe> for Partie {
    fn from(role: RoleServe) -> Self {
        match role {
            RoleServe::Tout => Self::Tout,
            RoleServe::Bord => Self::Bord,
            RoleServe::Acteurs => Self::Acteurs,
        }
    }
}

/// Wrong usage or configuration (`3-contract.md`).
const CODE_CONFIGURATION: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let filtre = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filtre)
        .with_writer(std::io::stderr)
        .init();
    let fait = match Arguments::parse().role {
        Role::Demo { listen, data, now } => {
            demo(OptionsDemo {
                ecoute: listen,
                donnees: data,
                maintenant: now,
            })
            .await
        }
        Role::Serve {
            config,
            listen,
            data,
            nats,
            role,
        } => {
            let mut lue = match Config::ouvrir(&config) {
                Ok(lue) => lue,
                Err(fautes) => {
                    for faute in fautes {
                        tracing::error!("{} : {faute}", config.display());
                    }
                    return ExitCode::from(CODE_CONFIGURATION);
                }
            };
            lue.serveur.listen = listen.unwrap_or(lue.serveur.listen);
            lue.donnees = data.unwrap_or(lue.donnees);
            if let Some(url) = nats {
                let credentials = lue.nats.and_then(|n| n.credentials);
                lue.nats = Some(Nats { url, credentials });
            }
            servir(lue, role.into()).await
        }
    };
    match fait {
        Ok(()) => ExitCode::SUCCESS,
        Err(raison) => {
            tracing::error!("{raison}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the address is this command's result")]
async fn demo(options: OptionsDemo) -> Result<(), String> {
    let app = App::demo(options).await?;
    if let Some(adresse) = app.adresse() {
        println!("Postule : http://{adresse}");
        println!("Boîte aux lettres : http://{adresse}/demo/boite");
    }
    attendre(app).await
}

async fn servir(config: Config, role: Partie) -> Result<(), String> {
    let app = App::servir(config, role).await?;
    match app.adresse() {
        Some(adresse) => tracing::info!(%adresse, "Postule écoute sur {adresse}"),
        None => tracing::info!("les acteurs servent"),
    }
    attendre(app).await
}

/// Until Ctrl-C or SIGTERM; then what is under way finishes.
async fn attendre(app: App) -> Result<(), String> {
    let mut terme = signal(SignalKind::terminate()).map_err(|e| e.to_string())?;
    tokio::select! {
        arret = tokio::signal::ctrl_c() => arret.map_err(|e| e.to_string())?,
        _ = terme.recv() => {}
    }
    app.arreter().await;
    Ok(())
}
