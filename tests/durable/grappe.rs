//! Postule on many machines: three nodes on three NATS servers, any of which dies (architecture, decision 8).

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fixtures::outils::GrappeNats;
use futures_util::future::join_all;
use serde_json::{Value, json};

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

/// One at a time: nine processes are enough for one machine.
static SEULE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

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
    async fn mourir(&mut self, qui: (Option<usize>, Option<usize>)) {
        tokio::time::sleep(CHARGE).await;
        self.mourir_vite(qui, CHARGE).await;
    }

    /// Dies, and comes back after this long.
    async fn mourir_vite(
        &mut self,
        (noeud, serveur): (Option<usize>, Option<usize>),
        absence: Duration,
    ) {
        if let Some(rang) = noeud {
            self.noeuds[rang].tuer();
        }
        if let Some(rang) = serveur {
            self.nats.tuer(rang);
        }
        tokio::time::sleep(absence).await;
        if let Some(rang) = serveur {
            self.nats.relancer(rang);
        }
        if let Some(rang) = noeud {
            self.noeuds[rang] = self.terrains[rang].demarrer();
        }
    }

    /// Ends all nodes, and looks at what each has.
    fn conclure(mut self, candidats: usize, commun: &Path) {
        for noeud in &mut self.noeuds {
            noeud.tuer();
        }
        replicas_egaux(&self.terrains);
        un_mail_chacun(&commun.join("mail"), candidats);
    }
}

/// Candidates act until they are told to stop.
struct Foule {
    arret: Arc<AtomicBool>,
    vies: Vec<tokio::task::JoinHandle<Candidat>>,
}

impl Foule {
    fn lancer(candidats: Vec<Candidat>) -> Self {
        let arret = Arc::new(AtomicBool::new(false));
        let vies = candidats.into_iter().map(|mut candidat| {
            let arret = arret.clone();
            tokio::spawn(async move {
                candidat.vivre(arret).await;
                candidat
            })
        });
        let vies = vies.collect();
        Self { arret, vies }
    }

    async fn arreter(self) -> Vec<Candidat> {
        self.arret.store(true, Ordering::Relaxed);
        let rendus = join_all(self.vies).await;
        rendus.into_iter().map(Result::unwrap).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trois_noeuds_trois_serveurs_rien_d_acquitte_ne_manque_sur_aucun() {
    let _seule = SEULE.lock().await;
    let commun = tempfile::tempdir().unwrap();
    let mut grappe = Grappe::demarrer(commun.path());
    let (mut candidats, adresses) = candidats(&grappe, 4).await;
    let mut acquittes = 0;
    for morts in MORTS {
        let foule = Foule::lancer(candidats);
        grappe.mourir(morts).await;
        candidats = foule.arreter().await;
        partout(&mut candidats, &adresses).await;
        let en_tout: usize = candidats.iter().map(|c| c.acquittes).sum();
        assert!(en_tout > acquittes, "there was load beside {morts:?}");
        acquittes = en_tout;
    }
    println!("{} deaths, {}", MORTS.len(), bilan(&candidats));
    grappe.conclure(candidats.len(), commun.path());
}

/// Who acts: one candidate after the other on each node, all of which they know.
async fn candidats(grappe: &Grappe, combien: usize) -> (Vec<Candidat>, Vec<SocketAddr>) {
    let adresses: Vec<_> = grappe.terrains.iter().map(|t| t.adresse).collect();
    let mut candidats = Vec::new();
    for rang in 0..combien {
        let mut candidat = Candidat::new(&grappe.terrains[rang % 3], rang).await;
        candidat.noeuds.clone_from(&adresses);
        candidats.push(candidat);
    }
    (candidats, adresses)
}

/// Each node tells each candidate everything.
async fn partout(candidats: &mut [Candidat], adresses: &[SocketAddr]) {
    for candidat in candidats {
        for adresse in adresses {
            candidat.noeuds = vec![*adresse];
            candidat.client.vers(*adresse);
            candidat.verifier().await;
        }
        candidat.noeuds = adresses.to_vec();
    }
}

fn bilan(candidats: &[Candidat]) -> String {
    let acquittes: usize = candidats.iter().map(|c| c.acquittes).sum();
    let attente = candidats.iter().map(|c| c.attente).max().unwrap();
    let refuses = candidats.iter().map(|c| format!("{:?}", c.refuses));
    let refuses = refuses.collect::<Vec<_>>().join(" ");
    format!(
        "{acquittes} commands acknowledged, the longest wait {attente:?}, told to come again: {refuses}"
    )
}

/// Two of three servers die: nothing is acknowledged, what is there is read, and it goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sans_quorum_rien_ne_s_ecrit_tout_se_lit_et_tout_reprend() {
    let _seule = SEULE.lock().await;
    let commun = tempfile::tempdir().unwrap();
    let mut grappe = Grappe::demarrer(commun.path());
    let (mut candidats, adresses) = candidats(&grappe, 1).await;
    let candidat = &mut candidats[0];
    for rang in [1, 2] {
        grappe.nats.tuer(rang);
    }
    let corps =
        json!({ "ligne1": "Sans quorum", "code_postal": "59300", "commune": "valenciennes" });
    for adresse in &adresses {
        candidat.client.vers(*adresse);
        let ecrit = candidat
            .client
            .demander("PUT", "/moi/adresse", Some("sans"), &corps)
            .await
            .unwrap();
        assert_eq!(ecrit.statut, 503, "{}", ecrit.json());
        assert_eq!(ecrit.json()["code"], "indisponible");
        assert!(ecrit.entetes.contains_key("retry-after"));
        let lu = candidat
            .client
            .demander("GET", "/moi", None, &Value::Null)
            .await
            .unwrap();
        assert_eq!(lu.statut, 200, "{}", lu.json());
    }
    // Who is told again at once is not kept waiting: what is away is known to be.
    let debut = Instant::now();
    let ecrit = candidat
        .client
        .demander("PUT", "/moi/adresse", Some("encore"), &corps)
        .await
        .unwrap();
    assert_eq!(ecrit.statut, 503);
    println!("a refusal without quorum took {:?}", debut.elapsed());
    for rang in [1, 2] {
        grappe.nats.relancer(rang);
    }
    let debut = Instant::now();
    candidat.noeuds.clone_from(&adresses);
    let foule = Foule::lancer(candidats);
    tokio::time::sleep(CHARGE).await;
    let mut candidats = foule.arreter().await;
    println!(
        "it went on after {:?}: {}",
        debut.elapsed(),
        bilan(&candidats)
    );
    partout(&mut candidats, &adresses).await;
    grappe.conclure(1, commun.path());
}

/// How long the random deaths go on, seconds, unless the environment says otherwise.
const MINUTE: u64 = 20;

/// Nodes and servers die at random; the seed is printed, and taken from `POSTULE_GRAINE`; `POSTULE_MORTS_S` makes it longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn au_hasard_des_morts_rien_d_acquitte_ne_manque() {
    let nombre = |nom: &str| std::env::var(nom).ok().map(|v| v.parse::<u64>().unwrap());
    let graine = nombre("POSTULE_GRAINE").unwrap_or_else(|| {
        let depuis = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        u64::from(depuis.subsec_nanos())
    });
    let duree = Duration::from_secs(nombre("POSTULE_MORTS_S").unwrap_or(MINUTE));
    println!(
        "POSTULE_GRAINE={graine} POSTULE_MORTS_S={}",
        duree.as_secs()
    );
    let mut hasard = Hasard(graine);
    let _seule = SEULE.lock().await;
    let commun = tempfile::tempdir().unwrap();
    let mut grappe = Grappe::demarrer(commun.path());
    let (acteurs, adresses) = candidats(&grappe, 3).await;
    let foule = Foule::lancer(acteurs);
    let fin = Instant::now() + duree;
    let mut morts = Vec::new();
    while Instant::now() < fin {
        // One server at a time, or the servers have no quorum; nodes as they come.
        let serveur = hasard.sur(2).eq(&0).then(|| hasard.sur(3));
        let noeud = (serveur.is_none() || hasard.sur(2) == 0).then(|| hasard.sur(3));
        morts.push((noeud, serveur));
        tokio::time::sleep(Duration::from_millis(hasard.sur(2000) as u64)).await;
        grappe
            .mourir_vite(
                (noeud, serveur),
                Duration::from_millis(hasard.sur(1500) as u64),
            )
            .await;
    }
    let mut rendus = foule.arreter().await;
    println!("{morts:?}: {}", bilan(&rendus));
    partout(&mut rendus, &adresses).await;
    grappe.conclure(rendus.len(), commun.path());
}

/// An update: every server and every node in turn ends well and comes back, under load.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn un_redemarrage_en_roulant_ne_se_voit_pas_de_qui_essaie_ailleurs() {
    let _seule = SEULE.lock().await;
    let commun = tempfile::tempdir().unwrap();
    let mut grappe = Grappe::demarrer(commun.path());
    let (acteurs, adresses) = candidats(&grappe, 2).await;
    let foule = Foule::lancer(acteurs);
    for rang in 0..3 {
        tokio::time::sleep(CHARGE).await;
        grappe.nats.arreter(rang);
        grappe.nats.relancer(rang);
        tokio::time::sleep(CHARGE).await;
        finir(&mut grappe.noeuds[rang]).await;
        grappe.noeuds[rang] = grappe.terrains[rang].demarrer();
    }
    let mut rendus = foule.arreter().await;
    println!("rolling: {}", bilan(&rendus));
    partout(&mut rendus, &adresses).await;
    grappe.conclure(rendus.len(), commun.path());
}

/// SIGTERM, and its end: what is under way is answered first.
async fn finir(noeud: &mut Processus) {
    let pid = noeud.pid().to_string();
    assert!(
        std::process::Command::new("kill")
            .arg(&pid)
            .status()
            .unwrap()
            .success()
    );
    let fin = Instant::now() + Duration::from_secs(60);
    // It has ended, and waits to be seen.
    while !std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .unwrap()
        .contains(") Z ")
    {
        assert!(Instant::now() < fin, "the node does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    noeud.tuer();
}

/// splitmix64: the same seed, the same deaths.
struct Hasard(u64);

impl Hasard {
    fn sur(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) as usize % n
    }
}

/// One history: the same events in the same order, under the same chains, as far as each has come.
fn replicas_egaux(terrains: &[Terrain]) {
    let histoires: Vec<Vec<_>> = terrains
        .iter()
        .map(|terrain| terrain.verifier().records_after(0, usize::MAX).unwrap())
        .collect();
    let commun = histoires.iter().map(Vec::len).min().unwrap();
    assert!(commun > 5, "{commun} events");
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
