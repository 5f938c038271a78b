//! Many machines: Q31 over JetStream with one copy and with three, the pause when a leader dies, how fast a node catches up,
//! and a push of the scolarité's records.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bus::{Nats, NatsAccess, NatsLog, NatsOptions};
use fixtures::outils::{GrappeNats, ServeurNats, Synchro};
use futures_util::future::join_all;
use serde_json::json;
use storage::{Log, LogError, SledKv, Store};

use crate::mesure::Durees;
use crate::q31::{DUREE, agir, peupler};
use crate::systeme::{Banc, au_fil, dossier};

/// At once.
const CLIENTS: [usize; 2] = [64, 256];
/// How often each is measured.
const TOURS: usize = 3;
/// Bare publications at once, so many that nothing but the servers limits them.
const BEAUCOUP: usize = 32;
/// How long a new node may take to have everything.
const RATTRAPAGE: Duration = Duration::from_secs(600);
/// Records pushed unless told otherwise.
pub(crate) const FICHES: usize = 20_000;
/// Leaders that die.
const MORTS: usize = 5;

/// The log, with what passes counted.
struct Journal {
    log: NatsLog,
    entrees: AtomicU64,
    octets: AtomicU64,
    /// Until they were acknowledged, nanoseconds in all.
    attente: AtomicU64,
    /// Entries offered and not acknowledged yet, and the most there were.
    en_vol: AtomicUsize,
    en_vol_au_plus: AtomicUsize,
}

/// What passed.
struct Passe {
    entrees: u64,
    /// Bytes of an entry, on average.
    octets: usize,
    /// Until it was acknowledged, on average.
    attente: Duration,
    en_vol: usize,
}

impl Journal {
    /// Since it was taken last.
    fn prendre(&self) -> Passe {
        let entrees = self.entrees.swap(0, Ordering::Relaxed).max(1);
        let octets = self.octets.swap(0, Ordering::Relaxed) / entrees;
        Passe {
            entrees,
            octets: octets as usize,
            attente: Duration::from_nanos(self.attente.swap(0, Ordering::Relaxed) / entrees),
            en_vol: self.en_vol_au_plus.swap(0, Ordering::Relaxed),
        }
    }
}

#[async_trait]
impl Log for Journal {
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, LogError> {
        let octets = entry.len() as u64;
        let ensemble = self.en_vol.fetch_add(1, Ordering::Relaxed) + 1;
        self.en_vol_au_plus.fetch_max(ensemble, Ordering::Relaxed);
        let debut = Instant::now();
        let fait = self.log.append(id, entry).await;
        let attente = debut.elapsed().as_nanos() as u64;
        self.attente.fetch_add(attente, Ordering::Relaxed);
        self.en_vol.fetch_sub(1, Ordering::Relaxed);
        let place = fait.map_err(|e| LogError(e.to_string()))?;
        self.entrees.fetch_add(1, Ordering::Relaxed);
        self.octets.fetch_add(octets, Ordering::Relaxed);
        Ok(place)
    }
    async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        self.log
            .next(after)
            .await
            .map_err(|e| LogError(e.to_string()))
    }
    async fn last(&self) -> Result<u64, LogError> {
        self.log.last().await.map_err(|e| LogError(e.to_string()))
    }
}

async fn journal(urls: &str, replicas: usize) -> Arc<Journal> {
    let options = NatsOptions {
        url: urls.to_owned(),
        access: NatsAccess::default(),
        deadline: Duration::from_secs(10),
    };
    let nats = Nats::connect(&options).await.unwrap();
    assert!(nats.ready(Duration::from_secs(20)).await);
    Arc::new(Journal {
        log: NatsLog::open(&nats, replicas).await.unwrap(),
        entrees: AtomicU64::new(0),
        octets: AtomicU64::new(0),
        attente: AtomicU64::new(0),
        en_vol: AtomicUsize::new(0),
        en_vol_au_plus: AtomicUsize::new(0),
    })
}

fn store(place: &Path, journal: &Arc<Journal>, noeud: &str) -> Store {
    let kv = Arc::new(SledKv::open(place).unwrap());
    Store::replicated(kv, journal.clone(), noeud.to_owned()).unwrap()
}

/// One server and one copy, or three and three; synced before each acknowledgement, or not.
pub(crate) fn mesurer() {
    for synchro in [Synchro::Toujours, Synchro::Defaut] {
        let ici = dossier();
        let notre = ServeurNats::avec(&sous(ici.path(), "un"), synchro);
        let nu = ServeurNats::avec(&sous(ici.path(), "nu"), synchro);
        let nom = format!("R1 {synchro:?}");
        au_fil(commandes(ici.path(), &nom, (&notre.url(), &nu.url()), 1));
    }
}

/// The same of three.
pub(crate) fn mesurer_trois() {
    for synchro in [Synchro::Toujours, Synchro::Defaut] {
        let ici = dossier();
        let notre = GrappeNats::avec(&sous(ici.path(), "trois"), synchro);
        let nu = GrappeNats::avec(&sous(ici.path(), "nus"), synchro);
        let nom = format!("R3 {synchro:?}");
        au_fil(commandes(ici.path(), &nom, (&notre.urls(), &nu.urls()), 3));
    }
}

/// Deaths of servers.
pub(crate) fn mesurer_morts() {
    let ici = dossier();
    let mut trois = GrappeNats::demarrer(&sous(ici.path(), "trois"));
    au_fil(bascule(ici.path(), &mut trois));
}

fn sous(ici: &Path, nom: &str) -> std::path::PathBuf {
    let place = ici.join(nom);
    std::fs::create_dir_all(&place).unwrap();
    place
}

/// Q31 over a log of servers, several times, each in turn with bare publications of entries as large into a log of servers of
/// the same kind that nobody applies: one after the other, as the store's peer writes its groups (q31.rs), as many at once as ours
/// were at most, and 32.
async fn commandes(ici: &Path, nom: &str, (urls, nus): (&str, &str), replicas: usize) {
    let journal_nu = journal(nus, replicas).await;
    let journal = journal(urls, replicas).await;
    let banc = Arc::new(Banc::sur(store(&ici.join(nom), &journal, "bench")));
    let sessions = peupler(&banc, CLIENTS[1]).await;
    for clients in CLIENTS {
        let quoi = format!("{nom}, {clients} clients");
        let journaux = (&journal, &journal_nu);
        comparer(&quoi, &banc, &sessions[..clients], journaux).await;
    }
    drop(banc);
    rattraper(ici, nom, &journal).await;
}

async fn comparer(
    quoi: &str,
    banc: &Arc<Banc>,
    sessions: &[String],
    (journal, journal_nu): (&Arc<Journal>, &Arc<Journal>),
) {
    let mut rapports = [const { Vec::new() }; 3];
    for _ in 0..TOURS {
        journal.prendre();
        let (faites, mut durees) = agir(banc, sessions).await;
        let Passe {
            entrees,
            octets,
            attente,
            en_vol,
        } = journal.prendre();
        let groupe = faites as f64 / entrees as f64;
        let par_s = faites as f64 / DUREE.as_secs_f64();
        println!(
            "  {quoi} : {par_s:.0} commandes/s ({}), {groupe:.1} par entrée de {octets} o, confirmée en {attente:.1?}, {en_vol} en vol au plus",
            durees.dire()
        );
        for (rapports, ensemble) in rapports.iter_mut().zip([1, en_vol, BEAUCOUP]) {
            journal_nu.prendre();
            let nu = nu(journal_nu, octets, ensemble).await * groupe;
            let attente = journal_nu.prendre().attente;
            println!(
                "    JetStream nu, {ensemble} à la fois : {nu:.0}/s, confirmée en {attente:.1?}"
            );
            rapports.push(par_s / nu * 100.0);
        }
    }
    let [une, autant, beaucoup] = rapports.map(|mut rapports| {
        rapports.sort_by(f64::total_cmp);
        let [bas, milieu, haut] = [0, TOURS / 2, TOURS - 1].map(|rang| rapports[rang]);
        format!("{milieu:.0} % [{bas:.0}..{haut:.0}]")
    });
    println!(
        "Q31 {quoi} : {une} de JetStream nu, une entrée après l'autre (voulu 60 %) ; {autant} d'autant à la fois que les nôtres ; {beaucoup} de {BEAUCOUP} à la fois"
    );
}

/// Publications a second of so many bytes, so many at once.
async fn nu(journal: &Arc<Journal>, octets: usize, ensemble: usize) -> f64 {
    let (debut, fin) = (Instant::now(), Instant::now() + DUREE);
    let taches = (0..ensemble).map(|tache| {
        let journal = journal.clone();
        tokio::spawn(async move {
            let mut n = 0_u64;
            while Instant::now() < fin {
                let id = format!("{debut:?}.{tache}.{n}");
                journal.append(&id, vec![b'x'; octets]).await.unwrap();
                n += 1;
            }
            n
        })
    });
    let faites: u64 = join_all(taches).await.into_iter().map(Result::unwrap).sum();
    faites as f64 / debut.elapsed().as_secs_f64()
}

/// A new node applies everything.
async fn rattraper(ici: &Path, nom: &str, journal: &Arc<Journal>) {
    let fin = journal.last().await.unwrap();
    let debut = Instant::now();
    let neuf = store(&ici.join(format!("{nom}-neuf")), journal, "neuf");
    assert!(neuf.reach(fin, RATTRAPAGE).await);
    let duree = debut.elapsed().as_secs_f64();
    let faits = neuf.last_position().unwrap();
    println!(
        "rattrapage {nom} : {fin} entrées, {faits} événements en {duree:.2} s : {:.0} événements/s",
        faits as f64 / duree
    );
}

/// Every server dies in turn; the longest a bare publication and a commit waited.
async fn bascule(ici: &Path, grappe: &mut GrappeNats) {
    let journal = journal(&grappe.urls(), 3).await;
    let store = Arc::new(store(&ici.join("bascule"), &journal, "bascule"));
    let mut attentes = Durees::default();
    for mort in 0..MORTS {
        let rang = mort % 3;
        tokio::time::sleep(Duration::from_secs(3)).await;
        grappe.tuer(rang);
        let debut = Instant::now();
        let lot = storage::Batch {
            index_put: vec![(b"bench:bascule".to_vec(), mort.to_string().into_bytes())],
            ..storage::Batch::default()
        };
        let mut essais = 1;
        while store.commit(lot.clone()).await.is_err() {
            essais += 1;
        }
        let attente = debut.elapsed();
        println!(
            "bascule : serveur {rang} tué, écriture confirmée après {attente:?} ({essais} essai)"
        );
        attentes.noter(attente);
        grappe.relancer(rang);
    }
    println!("bascule, {MORTS} morts : {}", attentes.dire());
}

/// A push of so many records to the real program.
pub(crate) fn pousser(fiches: usize) {
    let ici = dossier();
    let nats = ServeurNats::demarrer(ici.path());
    let fichier = ici.path().join("cursus.jsonl");
    let mut texte = String::new();
    for n in 0..fiches as u64 {
        let cle = b"ABCDEFGHJKLMNPRSTUVWXYZ"[((1_000_000_000 + n) % 23) as usize] as char;
        let fiche = json!({
            "version": 1, "ine": format!("{}{cle}", 1_000_000_000 + n), "nom": "Martin", "prenoms": ["Élise"],
            "date_naissance": "2004-05-06", "emis_le": "2026-09-01T08:00:00Z",
            "inscriptions": [{ "annee": "2022-2023", "formation": "L1", "resultat": "admis" }],
        });
        texte.push_str(&fiche.to_string());
        texte.push('\n');
    }
    std::fs::write(&fichier, texte).unwrap();
    let terrain_dossier = dossier();
    let mails = terrain_dossier.path().join("mail");
    let bus = format!("[bus]\nnats = \"{}\"\n", nats.url());
    let terrain = crate::terrain::Terrain::dans(terrain_dossier, &mails, &bus);
    let serveur = terrain.demarrer();
    let debut = Instant::now();
    let mut commande = std::process::Command::new(env!("CARGO_BIN_EXE_postule"));
    commande.args(["scolarite", "push", "--json", "--nats", &nats.url()]);
    let fait = commande.arg(&fichier).output().unwrap();
    let duree = debut.elapsed().as_secs_f64();
    let bilan = String::from_utf8_lossy(&fait.stdout);
    println!(
        "cursus : {fiches} fiches en {duree:.1} s : {:.0}/s, {} Mio ; {}",
        fiches as f64 / duree,
        crate::mesure::memoire(serveur.pid(), "VmHWM"),
        bilan.lines().last().unwrap_or_default()
    );
}
