//! Attacks on the real binary, from outside (Q10–Q19).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

mod connexions;
mod formulaires;
mod secrets;

use std::path::PathBuf;

use fixtures::client::Client;
use fixtures::processus::{Postule, campagne_ouverte, configuration};

/// `postule serve` on a folder of its own.
pub(crate) struct Site {
    pub(crate) postule: Postule,
    pub(crate) client: Client,
    pub(crate) donnees: PathBuf,
    admin: Client,
    _dossier: tempfile::TempDir,
}

impl Site {
    pub(crate) fn ouvrir() -> Self {
        let dossier = tempfile::tempdir().unwrap();
        let place = dossier.path();
        let config = configuration(place, &campagne_ouverte(place), "");
        // Free a moment ago.
        let libre = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let admin = libre.local_addr().unwrap();
        drop(libre);
        let texte = std::fs::read_to_string(&config).unwrap();
        let texte = texte.replace("[serveur]\n", &format!("[serveur]\nadmin = \"{admin}\"\n"));
        std::fs::write(&config, texte).unwrap();
        let arguments = ["serve", "--config", config.to_str().unwrap()];
        let postule = Postule::demarrer(env!("CARGO_BIN_EXE_postule"), &arguments);
        Self {
            client: postule.client(place.join("mail")),
            postule,
            donnees: place.join("donnees"),
            admin: Client::new(admin, place.join("mail")),
            _dossier: dossier,
        }
    }

    /// Commits to the disk since the start.
    pub(crate) async fn commits(&self) -> u64 {
        // The figures are looked at every two seconds at most.
        tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
        let chiffres = self.admin.envoyer("GET", "/metrics", &[], vec![]).await;
        let texte = String::from_utf8(chiffres.octets.to_vec()).unwrap();
        let ligne = texte
            .lines()
            .find(|l| l.starts_with("postule_stockage_commits "));
        ligne.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    }
}
