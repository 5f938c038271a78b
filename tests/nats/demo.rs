//! `postule cluster demo`: three servers and three nodes on one machine, started and ended by one command.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

use fixtures::client::Client;
use fixtures::outils::nats_server;

use crate::BINAIRE;

/// Three ports in a row that were free a moment ago.
fn ports() -> u16 {
    loop {
        let premier = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = premier.local_addr().unwrap().port();
        let suivants: Vec<_> = (1..3)
            .filter_map(|n| TcpListener::bind(("127.0.0.1", port.checked_add(n)?)).ok())
            .collect();
        if suivants.len() == 2 {
            return port;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trois_noeuds_en_une_commande_servent_la_meme_campagne_et_s_arretent_ensemble() {
    let dossier = tempfile::tempdir().unwrap();
    let port = ports().to_string();
    let mut demo = Command::new(BINAIRE)
        .args(["cluster", "demo", "--port", &port, "--data"])
        .arg(dossier.path().join("demo"))
        .arg("--nats-server")
        .arg(nats_server())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lignes = BufReader::new(demo.stdout.take().unwrap()).lines();
    let mut adresses = Vec::<SocketAddr>::new();
    let mut urls = String::new();
    for ligne in lignes.by_ref().map_while(Result::ok) {
        if let Some((_, suite)) = ligne.split_once(" : http://") {
            adresses.push(suite.split(' ').next().unwrap().parse().unwrap());
        }
        if let Some(nats) = ligne.strip_prefix("NATS : ") {
            urls = nats.to_owned();
        }
        if ligne.starts_with("Ctrl-C") {
            break;
        }
    }
    assert_eq!(adresses.len(), 3);
    // What one node is told, another knows.
    let mails = dossier.path().join("demo/mail");
    let un = Client::new(adresses[0], mails.clone());
    let session = un.candidat("demo@univ.example").await;
    let (formation, _) = un.formation(0).await;
    let ouvert = un.ouvrir(&session, &formation).await.json();
    let trois = Client::new(adresses[2], mails);
    let chemin = format!("/dossiers/{}", ouvert["id"].as_str().unwrap());
    assert_eq!(
        trois.lire(&chemin, &session).await.json()["id"],
        ouvert["id"]
    );

    let pid = demo.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(demo.wait().unwrap().success());
    let serveurs = urls
        .split(',')
        .map(|u| u.strip_prefix("nats://").unwrap().parse().unwrap());
    for adresse in adresses.into_iter().chain(serveurs) {
        assert!(
            TcpStream::connect(adresse).is_err(),
            "{adresse} still listens"
        );
    }
}
