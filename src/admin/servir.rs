//! `postule demo` and `postule serve`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use tokio::signal::unix::{Signal, SignalKind};

use super::signaux::{Arret, ecouter};
use super::{Echec, Issue, lieu, sortie};
use crate::app::{App, ETUDIANTE_DEMO, MOT_DE_PASSE_PERSONNEL, OptionsDemo, Role, personnel_demo};
use crate::config::Nats;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Adresse d'écoute.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADRESSE")]
    listen: SocketAddr,
    /// Dossier des données.
    #[arg(long, default_value = "donnees", value_name = "DOSSIER")]
    data: PathBuf,
    /// Heure de départ de l'horloge (RFC 3339).
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
}

impl Demo {
    pub(super) async fn lancer(self) -> Issue {
        let app = App::demo(OptionsDemo {
            ecoute: self.listen,
            donnees: self.data,
            maintenant: self.now,
        })
        .await?;
        let signaux = Signaux::ecouter()?;
        if let Some(adresse) = app.adresse() {
            sortie::ecrire(&format!(
                "Postule : http://{adresse}\nBoîte aux lettres : http://{adresse}/demo/boite"
            ))?;
            sortie::ecrire(&format!(
                "Gestion : http://{adresse}/connexion, mot de passe {MOT_DE_PASSE_PERSONNEL}"
            ))?;
            let (ine, naissance) = ETUDIANTE_DEMO;
            sortie::ecrire(&format!(
                "Connue de la scolarité : INE {ine}, née le {naissance}"
            ))?;
            for (mail, _, _, droits) in personnel_demo() {
                let roles: Vec<_> = droits.roles.iter().map(|r| r.code()).collect();
                sortie::ecrire(&format!("  {mail} ({})", roles.join(", ")))?;
            }
            montrer(adresse);
        }
        signaux.attendre(app).await
    }
}

/// Opens the first page where somebody looks at a desktop; elsewhere the address, printed already, says enough.
fn montrer(adresse: SocketAddr) {
    let bureau = |nom| std::env::var_os(nom).is_some_and(|v| !v.is_empty());
    let programme = match std::env::consts::OS {
        "macos" => "open",
        _ if bureau("DISPLAY") || bureau("WAYLAND_DISPLAY") => "xdg-open",
        _ => return,
    };
    if !std::io::stdout().is_terminal() {
        return;
    }
    let ouvert = tokio::process::Command::new(programme)
        .arg(format!("http://{adresse}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(erreur) = ouvert {
        tracing::debug!(%erreur, programme, "no browser was opened");
    }
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Le fichier `postule.toml`.
    #[arg(long, value_name = "FICHIER")]
    config: PathBuf,
    /// Adresse d'écoute, au lieu de celle du fichier.
    #[arg(long, value_name = "ADRESSE")]
    listen: Option<SocketAddr>,
    /// Dossier des données, au lieu de celui du fichier.
    #[arg(long, value_name = "DOSSIER")]
    data: Option<PathBuf>,
    /// URL de NATS, au lieu de celle du fichier.
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Ce que fait ce processus : le bord et les acteurs se parlent alors par NATS.
    #[arg(long, value_enum, default_value_t, value_name = "PARTIE")]
    role: RoleServe,
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

impl From<RoleServe> for Role {
    fn from(role: RoleServe) -> Self {
        match role {
            RoleServe::Tout => Self::Tout,
            RoleServe::Bord => Self::Bord,
            RoleServe::Acteurs => Self::Acteurs,
        }
    }
}

impl Serve {
    pub(super) async fn lancer(self) -> Issue {
        let mut lue = lieu::ouvrir(&self.config)?;
        lue.serveur.listen = self.listen.unwrap_or(lue.serveur.listen);
        lue.donnees = self.data.unwrap_or(lue.donnees);
        if let Some(url) = self.nats {
            let (acces, replicas) = lue.nats.map(|n| (n.acces, n.replicas)).unwrap_or_default();
            lue.nats = Some(Nats {
                url,
                acces,
                replicas,
            });
        }
        let app = App::servir(lue, self.role.into()).await?;
        let signaux = Signaux::ecouter()?;
        match app.adresse() {
            Some(adresse) => tracing::info!(%adresse, "Postule écoute sur {adresse}"),
            None => tracing::info!("les acteurs servent"),
        }
        signaux.attendre(app).await
    }
}

/// What ends a server, and what does not. Made before the address is printed: who has read it may signal.
struct Signaux {
    arret: Arret,
    relire: Signal,
}

impl Signaux {
    fn ecouter() -> Result<Self, Echec> {
        Ok(Self {
            arret: Arret::ecouter()?,
            relire: ecouter(SignalKind::hangup())?,
        })
    }

    /// Until Ctrl-C or SIGTERM; then what is under way finishes.
    async fn attendre(mut self, app: App) -> Issue {
        loop {
            tokio::select! {
                () = self.arret.demande() => break,
                // `systemctl reload`, or a terminal that was closed: certificates are read again by who uses them.
                _ = self.relire.recv() => tracing::info!("SIGHUP : le certificat est relu, le reste l'est au démarrage"),
            }
        }
        app.arreter().await;
        Ok(())
    }
}
