//! Q31: durable commands through bus and actors, against the same rows appended by the bare store in groups of the same size.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actors::protocol::Acte;
use domain::profil::Adresse;
use storage::{Change, Kv, Row, SledKv, StoreError};

use crate::mesure::Durees;
use crate::systeme::{Banc, au_fil, dossier};

pub(crate) const DUREE: Duration = Duration::from_secs(3);
const TOURS: usize = 3;

/// Counts what the committer writes, and keeps one group to write again.
struct Compteur {
    kv: SledKv,
    groupes: AtomicU64,
    rangees: AtomicU64,
    octets: AtomicU64,
}

impl Kv for Compteur {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.kv.get(key)
    }
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.kv.range(from, to, limit)
    }
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        self.kv.last(from, to)
    }
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let octets: usize = changes
            .iter()
            .map(|(k, v)| k.len() + v.as_ref().map_or(0, Vec::len))
            .sum();
        self.groupes.fetch_add(1, Ordering::Relaxed);
        self.rangees
            .fetch_add(changes.len() as u64, Ordering::Relaxed);
        self.octets.fetch_add(octets as u64, Ordering::Relaxed);
        self.kv.apply(changes)
    }
}

impl Compteur {
    fn prendre(&self) -> [u64; 3] {
        [&self.groupes, &self.rangees, &self.octets].map(|c| c.swap(0, Ordering::Relaxed))
    }
}

fn adresse(n: u64) -> Acte {
    Acte::Adresse(Box::new(Adresse {
        pays: "FRA".to_owned(),
        ligne1: format!("{n} rue de Mons"),
        ligne2: None,
        code_postal: Some("59300".to_owned()),
        commune: "Valenciennes".to_owned(),
        insee: Some("59606".to_owned()),
    }))
}

pub(crate) fn mesurer() {
    for clients in [16, 64, 256] {
        let mut rapports: Vec<f64> = Vec::new();
        let mut lignes = Vec::new();
        for _ in 0..TOURS {
            let (ligne, rapport) = tour(clients);
            lignes.push(ligne);
            rapports.push(rapport);
        }
        rapports.sort_by(f64::total_cmp);
        for ligne in lignes {
            println!("{ligne}");
        }
        let [bas, milieu, haut] = [0, TOURS / 2, TOURS - 1].map(|i| rapports[i] * 100.0);
        println!("Q31 {clients} clients : {milieu:.0} % [{bas:.0}..{haut:.0}] (voulu 60 %)");
    }
}

fn tour(clients: usize) -> (String, f64) {
    let ici = dossier();
    let compteur = Arc::new(Compteur {
        kv: SledKv::open(&ici.path().join("acteurs")).unwrap(),
        groupes: AtomicU64::new(0),
        rangees: AtomicU64::new(0),
        octets: AtomicU64::new(0),
    });
    let (faites, mut durees) = au_fil(charger(compteur.clone(), clients));
    let [groupes, rangees, octets] = compteur.prendre();
    let par_s = faites as f64 / DUREE.as_secs_f64();
    let groupe = faites as f64 / groupes as f64;
    let par_groupe = (rangees as f64 / groupes as f64).round() as usize;
    let par_rangee = (octets / rangees.max(1)) as usize;
    let nu = nu(&ici.path().join("nu"), par_groupe, par_rangee) * groupe;
    let ligne = format!(
        "  {clients} clients : {par_s:.0} commandes/s ({}), {groupe:.1} par groupe, {par_groupe} rangées de {par_rangee} o ; magasin nu {nu:.0}/s",
        durees.dire()
    );
    (ligne, par_s / nu)
}

async fn charger(kv: Arc<Compteur>, clients: usize) -> (u64, Durees) {
    let banc = Arc::new(Banc::ouvrir(kv.clone()));
    let sessions = peupler(&banc, clients).await;
    // What was counted until here is not of the commands.
    kv.prendre();
    agir(&banc, &sessions).await
}

/// The sessions of so many candidates.
pub(crate) async fn peupler(banc: &Banc, clients: usize) -> Vec<String> {
    banc.importer().await;
    let mut sessions = Vec::new();
    for rang in 0..clients {
        sessions.push(banc.candidat(rang).await);
    }
    sessions
}

/// All of them act for a while.
pub(crate) async fn agir(banc: &Arc<Banc>, sessions: &[String]) -> (u64, Durees) {
    let fin = Instant::now() + DUREE;
    let taches: Vec<_> = sessions
        .iter()
        .map(|session| {
            let (banc, session) = (banc.clone(), session.clone());
            tokio::spawn(async move {
                let mut durees = Durees::default();
                let mut n = 0;
                while Instant::now() < fin {
                    let debut = Instant::now();
                    banc.agir(&session, adresse(n)).await.unwrap();
                    durees.noter(debut.elapsed());
                    n += 1;
                }
                (n, durees)
            })
        })
        .collect();
    let mut total = (0, Durees::default());
    for tache in taches {
        let (n, durees) = tache.await.unwrap();
        total.0 += n;
        total.1.joindre(durees);
    }
    total
}

/// Groups of so many rows of so many bytes a second, in keys that rise as the journal's do.
fn nu(dossier: &std::path::Path, rangees: usize, octets: usize) -> f64 {
    let kv = SledKv::open(dossier).unwrap();
    let (debut, mut groupes, mut cle) = (Instant::now(), 0_u64, 0_u64);
    while debut.elapsed() < DUREE {
        let changes = (0..rangees).map(|r| {
            cle += 1;
            // As a stream's records and the positions: two places of the tree that grow.
            let table = if r % 2 == 0 { b'j' } else { b'p' };
            let key = [&[table][..], &cle.to_be_bytes()].concat();
            (key, Some(vec![b'x'; octets.saturating_sub(9)]))
        });
        kv.apply(changes.collect()).unwrap();
        groupes += 1;
    }
    groupes as f64 / debut.elapsed().as_secs_f64()
}
