//! `kill -9` of the program under load, again and again over one data folder (Q01).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;

use crate::candidat::Candidat;
use crate::terrain::Terrain;

const MORTS: usize = 20;
const CANDIDATS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn q01_tue_vingt_fois_sous_charge_rien_d_acquitte_ne_manque() {
    let terrain = Terrain::new();
    let mut processus = terrain.demarrer();
    let mut candidats = Vec::new();
    for rang in 0..CANDIDATS {
        candidats.push(Candidat::new(&terrain, rang).await);
    }
    let mut acquittes = 0;
    for mort in 0..MORTS {
        let arret = Arc::new(AtomicBool::new(false));
        let vies = candidats.into_iter().map(|mut candidat| {
            let arret = arret.clone();
            tokio::spawn(async move {
                candidat.vivre(arret).await;
                candidat
            })
        });
        let vies: Vec<_> = vies.collect();
        // A different moment each time, without randomness to repeat a failure.
        tokio::time::sleep(Duration::from_millis(150 + (mort as u64 * 137) % 400)).await;
        processus.tuer();
        processus = terrain.demarrer();
        // What was not answered is repeated against the new process, then all stop.
        arret.store(true, Ordering::Relaxed);
        candidats = join_all(vies)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        for candidat in &mut candidats {
            candidat.verifier().await;
        }
        let en_tout: usize = candidats.iter().map(|c| c.acquittes).sum();
        assert!(en_tout > acquittes, "there was load before death {mort}");
        acquittes = en_tout;
    }
    let repetes: usize = candidats.iter().map(|c| c.repetes).sum();
    println!("{MORTS} deaths, {acquittes} commands acknowledged, {repetes} repeated unanswered");
    assert!(repetes > 0, "some commands were cut off");
    processus.tuer();
    terrain.verifier();
}
