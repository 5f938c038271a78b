//! Q30: a signed-in dossier as JSON and as a page, against a bare hyper server that sends as many bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fixtures::agent::Agent;

use crate::compagnon::Compagnon;
use crate::mesure::Durees;
use crate::q36;
use crate::systeme::{au_fil, dossier};
use crate::terrain::Terrain;

const DUREE: Duration = Duration::from_secs(3);
const TOURS: usize = 5;
/// At once.
const CONNEXIONS: usize = 16;

/// What each connection asks for, again and again.
#[derive(Clone)]
struct Demande {
    adresse: SocketAddr,
    chemin: String,
    entete: Option<(&'static str, String)>,
}

pub(crate) fn mesurer() {
    let terrain = Arc::new(Terrain::new());
    let mut processus = terrain.demarrer();
    let ici = dossier();
    let compagnon = Compagnon::demarrer(ici.path());
    let (session, id) = au_fil(q36::ouvrir(terrain.clone(), 0));
    let api = Demande {
        adresse: terrain.adresse,
        chemin: format!("/api/v1/dossiers/{id}"),
        entete: Some(("authorization", format!("Bearer {session}"))),
    };
    let page = Demande {
        adresse: terrain.adresse,
        chemin: format!("/dossiers/{id}"),
        entete: Some(("cookie", format!("__Host-session={session}"))),
    };
    comparer("JSON", 50, &api, compagnon.adresse);
    comparer("page", 35, &page, compagnon.adresse);
    processus.tuer();
}

fn comparer(nom: &str, voulu: u32, demande: &Demande, nu: SocketAddr) {
    let taille = au_fil(une(&mut Agent::new(demande.adresse), demande));
    let nue = Demande {
        adresse: nu,
        chemin: format!("/{taille}"),
        entete: None,
    };
    let mut rapports: Vec<f64> = Vec::new();
    for _ in 0..TOURS {
        let (servies, mut durees) = au_fil(charger(demande));
        let (nues, mut durees_nues) = au_fil(charger(&nue));
        println!(
            "  {nom} ({taille} o) : {servies:.0}/s ({}) ; nu {nues:.0}/s ({})",
            durees.dire(),
            durees_nues.dire()
        );
        rapports.push(servies / nues);
    }
    rapports.sort_by(f64::total_cmp);
    let [bas, milieu, haut] = [0, TOURS / 2, TOURS - 1].map(|i| rapports[i] * 100.0);
    println!("Q30 {nom} : {milieu:.0} % [{bas:.0}..{haut:.0}] (voulu {voulu} %)");
}

async fn une(agent: &mut Agent, demande: &Demande) -> usize {
    let entete = demande.entete.as_ref();
    let entetes: Vec<_> = entete.map(|(n, v)| (*n, v.as_str())).into_iter().collect();
    let reponse = agent.brut("GET", &demande.chemin, &entetes, Bytes::new());
    let reponse = reponse.await.unwrap();
    assert_eq!(reponse.statut, 200, "{}", demande.chemin);
    reponse.octets.len()
}

/// Answers a second, and how long each took.
async fn charger(demande: &Demande) -> (f64, Durees) {
    let fin = Instant::now() + DUREE;
    let taches: Vec<_> = (0..CONNEXIONS)
        .map(|_| {
            let demande = demande.clone();
            tokio::spawn(async move {
                let (mut agent, mut durees) = (Agent::new(demande.adresse), Durees::default());
                while Instant::now() < fin {
                    let debut = Instant::now();
                    une(&mut agent, &demande).await;
                    durees.noter(debut.elapsed());
                }
                durees
            })
        })
        .collect();
    let mut durees = Durees::default();
    for tache in taches {
        durees.joindre(tache.await.unwrap());
    }
    (durees.combien() as f64 / DUREE.as_secs_f64(), durees)
}
