//! Q32: uploads, against a bare hyper handler that writes the body to a file and syncs it; memory per upload in flight.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fixtures::agent::Agent;
use fixtures::pdf::{assembler, flux};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::compagnon::Compagnon;
use crate::mesure::{Durees, memoire};
use crate::q36;
use crate::systeme::{au_fil, dossier};
use crate::terrain::Terrain;

const DUREE: Duration = Duration::from_secs(4);
const TOURS: usize = 5;
/// Candidates who hand in at once.
const ENSEMBLE: usize = 8;
/// Bytes of a file.
const TAILLE: usize = 2 * 1024 * 1024;
/// Uploads held in mid-body to see what each costs.
const EN_VOL: usize = 200;

/// A PDF of one blank page that carries so many bytes, and differs by its number.
fn pdf(octets: usize, numero: u64) -> Bytes {
    let objets = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_vec(),
        flux("", format!("{numero:020}{}", "0".repeat(octets)).as_bytes()),
    ];
    assembler(&objets).into()
}

pub(crate) fn mesurer() {
    let terrain = Arc::new(Terrain::new());
    let mut processus = terrain.demarrer();
    let ici = dossier();
    let compagnon = Compagnon::demarrer(ici.path());
    let candidats = au_fil(async {
        let mut candidats = Vec::new();
        for rang in 0..ENSEMBLE {
            candidats.push(q36::ouvrir(terrain.clone(), rang).await);
        }
        candidats
    });
    let mut rapports: Vec<f64> = Vec::new();
    for tour in 0..TOURS {
        let (deposes, mut durees) = au_fil(charger(terrain.adresse, &candidats, tour));
        let (nus, mut durees_nues) = au_fil(charger(compagnon.adresse, &candidats, tour));
        println!(
            "  {TAILLE} o : {deposes:.1}/s ({}) ; nu {nus:.1}/s ({})",
            durees.dire(),
            durees_nues.dire()
        );
        rapports.push(deposes / nus);
    }
    rapports.sort_by(f64::total_cmp);
    let [bas, milieu, haut] = [0, TOURS / 2, TOURS - 1].map(|i| rapports[i] * 100.0);
    println!("Q32 dépôts : {milieu:.0} % [{bas:.0}..{haut:.0}] (voulu 70 %)");
    let avant = memoire(processus.pid(), "VmRSS");
    let (session, id) = &candidats[0];
    let pendant = au_fil(suspendre(terrain.adresse, session, id, processus.pid()));
    let chacun = pendant.saturating_sub(avant) * 1024 / EN_VOL as u64;
    println!("Q32 mémoire : {EN_VOL} dépôts en vol, {chacun} Kio chacun (voulu ≤ 128)");
    processus.tuer();
}

/// Files a second, and how long each took.
async fn charger(
    adresse: SocketAddr,
    candidats: &[(String, String)],
    tour: usize,
) -> (f64, Durees) {
    let debut = Instant::now();
    let taches = candidats.iter().cloned().enumerate();
    let taches: Vec<_> = taches
        .map(|(rang, (session, id))| {
            tokio::spawn(async move {
                let (mut agent, mut durees) = (Agent::new(adresse), Durees::default());
                agent.session = Some(session);
                let mut numero = (tour as u64 * 1000 + rang as u64) * 1_000_000;
                while debut.elapsed() < DUREE {
                    numero += 1;
                    let fichier = pdf(TAILLE, numero);
                    let depart = Instant::now();
                    let reponse = agent.deposer(&id, "CV", None, fichier).await.unwrap();
                    assert_eq!(reponse.statut, 200, "{}", reponse.json());
                    durees.noter(depart.elapsed());
                }
                durees
            })
        })
        .collect();
    let mut durees = Durees::default();
    for tache in taches {
        durees.joindre(tache.await.unwrap());
    }
    (
        durees.combien() as f64 / debut.elapsed().as_secs_f64(),
        durees,
    )
}

/// The server's memory while so many uploads wait in the middle of their bodies, MiB.
async fn suspendre(adresse: SocketAddr, session: &str, id: &str, pid: u32) -> u64 {
    let corps = pdf(TAILLE, 7);
    let tete = format!(
        "PUT /api/v1/dossiers/{id}/pieces/CV HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {session}\r\n\
         content-type: application/pdf\r\ncontent-length: {}\r\n\r\n",
        corps.len()
    );
    let mut ouverts = Vec::new();
    for _ in 0..EN_VOL {
        let mut flux = TcpStream::connect(adresse).await.unwrap();
        flux.write_all(tete.as_bytes()).await.unwrap();
        flux.write_all(&corps[..TAILLE / 2]).await.unwrap();
        ouverts.push(flux);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    memoire(pid, "VmRSS")
}
