//! Postule with a folder for what it sends, and what its journal says.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use fixtures::client::Client;
use fixtures::processus::{Postule, campagne_ouverte, configuration};
use serde_json::Value;

/// Postule, its folder, its process.
pub(crate) struct Monde {
    postule: Option<Postule>,
    dossier: tempfile::TempDir,
}

impl Monde {
    /// Not started yet: the mailbox is to be filled first.
    pub(crate) fn new() -> Self {
        Self {
            postule: None,
            dossier: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn ici(&self) -> &Path {
        self.dossier.path()
    }

    /// With these keys of `[support]`.
    pub(crate) fn configurer(&self, support: &str) {
        let campagne = campagne_ouverte(self.ici());
        configuration(self.ici(), &campagne, &format!("[support]\n{support}\n"));
    }

    /// With this mailbox.
    pub(crate) fn relever(&self, imap: &str) {
        self.configurer(&format!(
            "addresses = [\"aide@univ.example\"]\nimap = {imap:?}"
        ));
    }

    pub(crate) fn demarrer(&mut self) -> Client {
        let config = self.ici().join("postule.toml");
        let arguments = ["serve", "--config", config.to_str().unwrap()];
        let postule = Postule::demarrer(env!("CARGO_BIN_EXE_postule"), &arguments);
        let client = postule.client(self.ici().join("mail"));
        self.postule = Some(postule);
        client
    }

    /// Of the process that runs.
    pub(crate) fn pid(&self) -> u32 {
        self.postule.as_ref().unwrap().pid()
    }

    pub(crate) fn tuer(&mut self) {
        self.postule.take().unwrap().tuer();
    }

    pub(crate) fn commande(&self, quoi: &[&str]) -> Output {
        let mut commande = Command::new(env!("CARGO_BIN_EXE_postule"));
        let config = self.ici().join("postule.toml");
        commande.args(quoi).arg("--config").arg(config);
        commande.output().unwrap()
    }

    /// What happened, from the journal: stream and event.
    pub(crate) fn faits(&self, genre: &str) -> Vec<(String, Value)> {
        let sortie = self.commande(&["journal", "export"]);
        let texte = String::from_utf8(sortie.stdout).unwrap();
        let lignes = texte
            .lines()
            .map(|l| serde_json::from_str::<Value>(l).unwrap());
        lignes
            .map(|l| {
                (
                    l["flux"].as_str().unwrap().to_owned(),
                    l["fait"]["e"].clone(),
                )
            })
            .filter(|(flux, _)| flux.starts_with(genre))
            .collect()
    }

    /// Subjects of the requests, in the order they were opened.
    pub(crate) fn demandes(&self) -> Vec<String> {
        let faits = self.faits("demande.").into_iter();
        faits
            .filter(|(_, fait)| fait["type"] == "demande_recue")
            .map(|(_, fait)| fait["arrivee"]["objet"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The same once there are so many.
    pub(crate) async fn attendre(&self, combien: usize) -> Vec<String> {
        for _ in 0..300 {
            let demandes = self.demandes();
            if demandes.len() >= combien {
                return demandes;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{combien} requests: {:?}", self.demandes());
    }

    /// Mails that left for this address.
    pub(crate) fn partis(&self, a: &str) -> Vec<String> {
        let lus = std::fs::read_dir(self.ici().join("mail"))
            .into_iter()
            .flatten();
        let mut noms: Vec<_> = lus.map(|e| e.unwrap().path()).collect();
        noms.retain(|n| !n.file_name().unwrap().to_string_lossy().starts_with('.'));
        noms.sort();
        let textes = noms.iter().filter_map(|n| std::fs::read_to_string(n).ok());
        textes.filter(|t| t.contains(&format!("To: {a}"))).collect()
    }

    /// Mails that came in.
    pub(crate) fn recus(&self) -> usize {
        let faits = self.faits("boite.");
        faits.iter().filter(|(_, f)| f["type"] == "recu").count()
    }
}

/// How a part is, as the health page says.
pub(crate) async fn partie(client: &Client, nom: &str) -> String {
    let sante = client.envoyer("GET", "/sante/prete", &[], Vec::new()).await;
    let sante = sante.json();
    let parties = sante["verifications"].as_array().unwrap().iter();
    let mut etats = parties
        .filter(|p| p["nom"] == nom)
        .map(|p| p["etat"].clone());
    etats
        .next()
        .map_or(String::new(), |e| e.as_str().unwrap().to_owned())
}

/// Waits until it is so.
pub(crate) async fn jusque(quoi: &str, mut vrai: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if vrai().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{quoi}");
}
