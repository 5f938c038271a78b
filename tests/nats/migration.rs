//! From one machine to many and back: one command each, nothing lost, and what cannot be is refused (docs/exploitation.md).

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fixtures::client::{Client, PDF};
use fixtures::outils::ServeurNats;
use fixtures::processus::{Postule, configuration};
use serde_json::Value;

use crate::BINAIRE;

/// The folder of one installation, or of one node.
pub(crate) struct Lieu {
    dossier: PathBuf,
}

impl Lieu {
    pub(crate) fn new(dossier: &Path, nom: &str) -> Self {
        let dossier = dossier.join(nom);
        std::fs::create_dir_all(&dossier).unwrap();
        Self { dossier }
    }

    /// Another node, with the keys of the first.
    pub(crate) fn avec_les_cles_de(dossier: &Path, nom: &str, autre: &Self) -> Self {
        let lieu = Self::new(dossier, nom);
        let cles = lieu.dossier.join("donnees/cles");
        std::fs::create_dir_all(&cles).unwrap();
        for cle in std::fs::read_dir(autre.dossier.join("donnees/cles")).unwrap() {
            let cle = cle.unwrap();
            std::fs::copy(cle.path(), cles.join(cle.file_name())).unwrap();
        }
        lieu
    }

    fn config(&self, bus: &str) -> String {
        let campagne = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scolarite/campagne.toml");
        let config = configuration(&self.dossier, &campagne, bus);
        config.to_str().unwrap().to_owned()
    }

    pub(crate) fn servir(&self, bus: &str) -> (Postule, Client) {
        let config = self.config(bus);
        let serveur = Postule::demarrer(BINAIRE, &["serve", "--config", &config]);
        let client = serveur.client(self.dossier.join("mail"));
        (serveur, client)
    }

    fn commande(&self, bus: &str, arguments: &[&str]) -> Output {
        let config = self.config(bus);
        let mut commande = Command::new(BINAIRE);
        commande
            .args(arguments)
            .args(["--json", "--config", &config]);
        commande.output().unwrap()
    }

    pub(crate) fn reussir(&self, bus: &str, arguments: &[&str]) -> Value {
        let fait = self.commande(bus, arguments);
        let dit = String::from_utf8_lossy(&fait.stderr);
        assert!(fait.status.success(), "{arguments:?}: {dit}");
        serde_json::from_slice(&fait.stdout).unwrap()
    }

    fn echouer(&self, bus: &str, arguments: &[&str]) -> String {
        let fait = self.commande(bus, arguments);
        assert!(!fait.status.success(), "{arguments:?} went");
        String::from_utf8(fait.stderr).unwrap()
    }
}

/// Everything of the candidate is there: the dossier and the bytes of its file.
async fn tout_est_la(client: &Client, session: &str, dossier: &Value) {
    let id = dossier["id"].as_str().unwrap();
    let lu = client.lire(&format!("/dossiers/{id}"), session).await;
    assert_eq!(lu.json()["pieces"], dossier["pieces"]);
    let piece = client
        .lire(&format!("/dossiers/{id}/pieces/CV"), session)
        .await;
    assert_eq!(piece.octets, PDF);
}

#[tokio::test(flavor = "multi_thread")]
async fn d_une_machine_a_plusieurs_et_retour_rien_ne_manque() {
    let temporaire = tempfile::tempdir().unwrap();
    let ici = temporaire.path();
    let nats = ServeurNats::demarrer(ici);
    let bus = format!("[bus]\nnats = \"{}\"\nreplicas = 1\n", nats.url());
    let a = Lieu::new(ici, "a");
    let (serveur, client) = a.servir("");
    let session = client.candidat("elle@univ.example").await;
    let ouvert = client.ouvrir(&session, "M1").await.json();
    let id = ouvert["id"].as_str().unwrap().to_owned();
    let depose = client.deposer(&session, &id, "CV", "cv.pdf", PDF).await;
    assert_eq!(depose.statut, 200);
    let dossier = client
        .lire(&format!("/dossiers/{id}"), &session)
        .await
        .json();
    let refus = a.echouer(&bus, &["cluster", "fonder"]);
    assert!(refus.contains("arrêtez d'abord le service"), "{refus}");
    assert!(serveur.arreter());

    // With data of its own it does not join; it becomes the beginning.
    let refus = a.echouer(&bus, &["serve"]);
    assert!(refus.contains("postule cluster fonder"), "{refus}");
    let fonde = a.reussir(&bus, &["cluster", "fonder"]);
    assert_eq!(fonde["fichiers"], 1, "{fonde}");
    let (noeud_a, client) = a.servir(&bus);
    tout_est_la(&client, &session, &dossier).await;
    let b = Lieu::avec_les_cles_de(ici, "b", &a);
    let (noeud_b, client_b) = b.servir(&bus);
    tout_est_la(&client_b, &session, &dossier).await;
    assert!(noeud_b.arreter());
    for n in 0..5 {
        let stage = serde_json::json!({ "debut": "2023-01", "fin": "2023-06", "intitule": format!("Stage {n}"), "organisme": "Mairie" });
        let fait = client
            .demander("POST", "/moi/stages", &session, stage)
            .await;
        assert!(fait.statut.is_success());
    }

    // A snapshot; what is in it leaves the log; who is behind it is told, who is new starts with it.
    let fait = a.reussir(
        &bus,
        &["cluster", "instantane", "--elaguer", "--garder", "0"],
    );
    assert!(fait["retirees"].as_u64().unwrap() > 5, "{fait}");
    let refus = b.echouer(&bus, &["serve"]);
    assert!(refus.contains("dossier vide"), "{refus}");
    let c = Lieu::avec_les_cles_de(ici, "c", &a);
    let (noeud_c, client_c) = c.servir(&bus);
    tout_est_la(&client_c, &session, &dossier).await;
    let stages = client_c.lire("/moi/stages", &session).await.json();
    assert_eq!(stages["entrees"].as_array().unwrap().len(), 5);
    assert!(noeud_a.arreter());

    // Back: the last node that runs takes everything with it.
    let refus = c.echouer("", &["cluster", "quitter"]);
    assert!(refus.contains("arrêtez d'abord le service"), "{refus}");
    assert!(noeud_c.arreter());
    let refus = c.echouer("", &["serve"]);
    assert!(refus.contains("postule cluster quitter"), "{refus}");
    let seul = c.reussir(&bus, &["cluster", "quitter"]);
    assert_eq!(seul["fichiers"], 1, "{seul}");
    drop(nats);
    let (serveur, client) = c.servir("");
    tout_est_la(&client, &session, &dossier).await;
    let encore = client.ouvrir(&session, "M2").await;
    assert_eq!(encore.statut, 201);
    assert!(serveur.arreter());
    let verifie = c.reussir("", &["journal", "verify"]);
    assert_eq!(verifie["fautes"], 0, "{verifie}");
}
