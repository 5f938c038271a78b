//! Postule on many machines: three nodes on three NATS servers, any of which dies (architecture, decision 8).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fixtures::outils::GrappeNats;
use futures_util::future::join_all;

use crate::candidat::Candidat;
use crate::terrain::{Processus, Terrain};

/// Node, server, or both, by rank: every one of the six dies once or more.
const MORTS: [(Option<usize>, Option<usize>); 6] = [
    (Some(0), None),
    (None, Some(0)),
    (Some(1), Some(1)),
    (None, Some(2)),
    (Some(2), None),
    (Some(0), Some(2)),
];
/// How long there is load before a death, and after it.
const CHARGE: Duration = Duration::from_millis(1500);

struct Grappe {
    nats: GrappeNats,
    terrains: Vec<Terrain>,
    noeuds: Vec<Processus>,
}

impl Grappe {
    /// All with the keys of the first.
    fn demarrer(commun: &Path) -> Self {
        let nats = GrappeNats::demarrer(commun);
        let bus = format!("[bus]\nnats = \"{}\"\nreplicas = 3\n", nats.urls());
        let mails = commun.join("mail");
        let terrain = |_| Terrain::dans(tempfile::tempdir().unwrap(), &mails, &bus);
        let terrains: Vec<_> = (0..3).map(terrain).collect();
        let mut noeuds = vec![terrains[0].demarrer()];
        let cles = terrains[0].chemin("donnees/cles");
        for terrain in &terrains[1..] {
            let place = terrain.chemin("donnees/cles");
            std::fs::create_dir_all(&place).unwrap();
            for cle in std::fs::read_dir(&cles).unwrap() {
                let cle = cle.unwrap();
                std::fs::copy(cle.path(), place.join(cle.file_name())).unwrap();
            }
            noeuds.push(terrain.demarrer());
        }
        Self {
            nats,
            terrains,
            noeuds,
        }
    }

    /// Dies under load, and comes back.
    async fn mourir(&mut self, (noeud, serveur): (Option<usize>, Option<usize>)) {
        tokio::time::sleep(CHARGE).await;
        if let Some(rang) = noeud {
            self.noeuds[rang].tuer();
        }
        if let Some(rang) = serveur {
            self.nats.tuer(rang);
        }
        tokio::time::sleep(CHARGE).await;
        if let Some(rang) = serveur {
            self.nats.relancer(rang);
        }
        if let Some(rang) = noeud {
            self.noeuds[rang] = self.terrains[rang].demarrer();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trois_noeuds_trois_serveurs_rien_d_acquitte_ne_manque_sur_aucun() {
    let commun = tempfile::tempdir().unwrap();
    let mut grappe = Grappe::demarrer(commun.path());
    let adresses: Vec<_> = grappe.terrains.iter().map(|t| t.adresse).collect();
    let mut candidats = Vec::new();
    for rang in 0..4 {
        let mut candidat = Candidat::new(&grappe.terrains[rang % 3], rang).await;
        candidat.noeuds.clone_from(&adresses);
        candidats.push(candidat);
    }
    let mut acquittes = 0;
    for morts in MORTS {
        let arret = Arc::new(AtomicBool::new(false));
        let vies: Vec<_> = candidats
            .into_iter()
            .map(|mut candidat: Candidat| {
                let arret = arret.clone();
                tokio::spawn(async move {
                    candidat.vivre(arret).await;
                    candidat
                })
            })
            .collect();
        grappe.mourir(morts).await;
        arret.store(true, Ordering::Relaxed);
        candidats = join_all(vies)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        // Each node tells each candidate everything.
        for candidat in &mut candidats {
            for adresse in &adresses {
                candidat.noeuds = vec![*adresse];
                candidat.client.vers(*adresse);
                candidat.verifier().await;
            }
            candidat.noeuds.clone_from(&adresses);
        }
        let en_tout: usize = candidats.iter().map(|c| c.acquittes).sum();
        assert!(en_tout > acquittes, "there was load beside {morts:?}");
        acquittes = en_tout;
    }
    println!("{} deaths, {acquittes} commands acknowledged", MORTS.len());
    for noeud in &mut grappe.noeuds {
        noeud.tuer();
    }
    replicas_egaux(&grappe.terrains);
    un_mail_chacun(&commun.path().join("mail"), candidats.len());
}

/// One history: the same events in the same order, under the same chains, as far as each has come.
fn replicas_egaux(terrains: &[Terrain]) {
    let histoires: Vec<Vec<_>> = terrains
        .iter()
        .map(|terrain| terrain.verifier().records_after(0, usize::MAX).unwrap())
        .collect();
    let commun = histoires.iter().map(Vec::len).min().unwrap();
    assert!(commun > 100, "{commun} events");
    for histoire in &histoires {
        assert_eq!(histoire[..commun], histoires[0][..commun]);
    }
}

/// A mail is named by what owes it: sent again, it is the same file.
fn un_mail_chacun(mails: &Path, candidats: usize) {
    let lus = std::fs::read_dir(mails).unwrap().map(|e| e.unwrap().path());
    let lus: Vec<_> = lus
        .filter_map(|place| postule::mail::lire(&std::fs::read(place).ok()?))
        .collect();
    for rang in 0..candidats {
        let a = format!("c{rang}@univ.example");
        let liens = lus
            .iter()
            .filter(|m| m.a == a && m.html.contains("?jeton="));
        assert_eq!(liens.count(), 1, "{a}");
    }
}
