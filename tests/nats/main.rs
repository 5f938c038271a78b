//! The real binary over a real NATS server: edge and actors in processes of their own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that fails is a failed test"
)]

mod acces;
mod brut;
mod demo;
mod deploiement;
mod disque;
mod mandataire;
mod migration;
mod operateur;
mod rattrapage;
mod reseau;
mod sante;

use fixtures::outils::ServeurNats;
use fixtures::processus::{Postule, campagne_ouverte, configuration};

const BINAIRE: &str = env!("CARGO_BIN_EXE_postule");

/// Goal: the edge holds no store; what it is told is durable in the actors' process, whichever of the two dies.
#[tokio::test(flavor = "multi_thread")]
async fn le_bord_et_les_acteurs_vivent_dans_deux_processus() {
    let dossier = tempfile::tempdir().unwrap();
    let nats = ServeurNats::demarrer(dossier.path());
    let bus = format!("[bus]\nnats = \"{}\"\n", nats.url());
    let config = configuration(dossier.path(), &campagne_ouverte(dossier.path()), &bus);
    let config = config.to_str().unwrap();
    let lancer = |role| Postule::demarrer(BINAIRE, &["serve", "--config", config, "--role", role]);
    let mut acteurs = lancer("acteurs");
    let mut bord = lancer("bord");
    let client = bord.client(dossier.path().join("mail"));
    let session = client.candidat("deux@univ.example").await;
    let (formation, _) = client.formation(0).await;
    let dossier_ouvert = client.ouvrir(&session, &formation).await;
    assert_eq!(dossier_ouvert.statut, 201);
    let id = dossier_ouvert.json()["id"].as_str().unwrap().to_owned();

    acteurs.tuer();
    let reponse = client.lire("/dossiers", &session).await;
    assert_eq!(reponse.code(), (503, "indisponible".to_owned()));
    assert!(reponse.entetes.contains_key("retry-after"));

    let acteurs = lancer("acteurs");
    let chemin = format!("/dossiers/{id}");
    assert_eq!(client.lire(&chemin, &session).await.statut, 200);
    bord.tuer();
    let bord = lancer("bord");
    let client = bord.client(dossier.path().join("mail"));
    assert_eq!(client.lire(&chemin, &session).await.statut, 200);
    assert!(bord.arreter(), "the edge ends well on SIGTERM");
    assert!(acteurs.arreter(), "the actors end well on SIGTERM");
}

/// Goal: one process over NATS serves as well as one without.
#[tokio::test(flavor = "multi_thread")]
async fn un_seul_processus_sert_par_nats() {
    let dossier = tempfile::tempdir().unwrap();
    let nats = ServeurNats::demarrer(dossier.path());
    let config = configuration(dossier.path(), &campagne_ouverte(dossier.path()), "");
    let config = config.to_str().unwrap();
    let tout = Postule::demarrer(
        BINAIRE,
        &["serve", "--config", config, "--nats", &nats.url()],
    );
    let client = tout.client(dossier.path().join("mail"));
    let session = client.candidat("seul@univ.example").await;
    let (formation, _) = client.formation(0).await;
    assert_eq!(client.ouvrir(&session, &formation).await.statut, 201);
}
