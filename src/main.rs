//! The `postule` binary: parses arguments and calls one role.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use postule::app::{App, OptionsDemo};
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
}

#[tokio::main]
async fn main() -> ExitCode {
    let filtre = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filtre)
        .with_writer(std::io::stderr)
        .init();
    let Role::Demo { listen, data, now } = Arguments::parse().role;
    match demo(OptionsDemo {
        ecoute: listen,
        donnees: data,
        maintenant: now,
    })
    .await
    {
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
    println!("Postule : http://{}", app.adresse);
    println!("Boîte aux lettres : http://{}/demo/boite", app.adresse);
    tokio::signal::ctrl_c().await.map_err(|e| e.to_string())?;
    app.arreter().await;
    Ok(())
}
