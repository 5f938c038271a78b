//! Two nodes on one log, asked at once: what the model says of one holds of both, and what is erased is gone on both (Q03, Q18).

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actors::protocol::{Acte, ActeGestion, Faute, Requete};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use storage::{Kv, MemoryKv, MemoryLog};

use crate::commun::{Boite, DEBUT, HorlogeFixe, Monde, instant, profil};
use crate::modele::{Essai, dans_un_fil, tour};

/// Two nodes on one log; each has a disk of its own.
struct Paire {
    log: Arc<MemoryLog>,
    disques: [Arc<MemoryKv>; 2],
    horloge: Arc<HorlogeFixe>,
    boite: Arc<Boite>,
}

impl Paire {
    fn new() -> Self {
        Self {
            log: Arc::default(),
            disques: Default::default(),
            horloge: Arc::new(HorlogeFixe(Mutex::new(instant(DEBUT)))),
            boite: Arc::default(),
        }
    }

    fn noeud(&self, rang: usize) -> Monde {
        let communs = (self.horloge.clone(), self.boite.clone());
        Monde::noeud(self.disques[rang].clone(), self.log.clone(), communs)
    }

    /// Once both have applied everything, they are equal, row by row, and every law holds on each.
    async fn comparer(&self, noeuds: &[Monde]) {
        for noeud in noeuds {
            let a_jour = noeud.atelier.store.catch_up(PATIENCE).await;
            a_jour.unwrap();
            noeud.atelier.store.kv().sync().unwrap();
            noeud.verifier();
        }
        let [un, deux] = &self.disques;
        let lignes = |kv: &MemoryKv| kv.range(&[0], &[u8::MAX], usize::MAX).unwrap();
        assert_eq!(lignes(un), lignes(deux));
    }
}

/// How long a node may take to have everything.
const PATIENCE: Duration = Duration::from_secs(20);

/// The commands of one candidate and a manager come by two nodes, on the same candidate and the same dossiers. The seed
/// of what they do is printed, and taken from `POSTULE_GRAINE`.
#[test]
fn q03_g22_g23_g29_g30_g33_sur_deux_noeuds_a_la_fois_comme_dans_un_ordre() {
    let graine = std::env::var("POSTULE_GRAINE").map(|g| g.parse::<u64>().unwrap());
    let graine = graine.unwrap_or_else(|_| {
        let depuis = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        u64::from(depuis.subsec_nanos())
    });
    println!("POSTULE_GRAINE={graine}");
    let mut octets = [0; 32];
    octets[..8].copy_from_slice(&graine.to_le_bytes());
    let hasard = TestRng::from_seed(RngAlgorithm::ChaCha, &octets);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(96)
    };
    let tours = prop::collection::vec(tour(0..2_usize), 1..20);
    let joue = TestRunner::new_with_rng(config, hasard).run(&tours, |tours| {
        dans_un_fil(async {
            let paire = Paire::new();
            let noeuds = vec![paire.noeud(0), paire.noeud(1)];
            noeuds[0].importer().await;
            let mut essai = Essai::new(noeuds).await;
            essai.jouer(&tours).await;
            paire.comparer(&essai.noeuds).await;
            // Who comes back, and who goes on, tell the same.
            let vivantes = essai.vues().await;
            drop(essai.noeuds.pop());
            essai.noeuds.push(paire.noeud(1));
            assert_eq!(essai.vues().await, vivantes);
        });
        Ok(())
    });
    joue.unwrap_or_else(|faute| panic!("POSTULE_GRAINE={graine}: {faute}"));
}

/// Goal: a person acts on one node while an administrator erases them on the other, whose actors know nothing of it.
/// Nothing of theirs is left on either, whichever comes first, and nobody writes there any more.
#[tokio::test]
async fn q18_qui_est_efface_sur_un_noeud_l_est_sur_l_autre_meme_s_il_agit() {
    let paire = Paire::new();
    let noeuds = [paire.noeud(0), paire.noeud(1)];
    let [un, deux] = &noeuds;
    un.importer().await;
    un.recruter().await;
    let admin = un.agent().await;
    let mut agi = 0;
    for essai in 0..6 {
        let session = un.candidat(&format!("c{essai}@b.fr")).await;
        let moi = deux.moi(&session).await;
        deux.ouvrir(&session, "A1").await.unwrap();
        let effacer = || Requete::Gestion {
            session: admin.clone(),
            acte: ActeGestion::Effacer {
                candidat: moi.id.to_string(),
                essai: false,
            },
        };
        let agir = async {
            let mut faits = 0;
            for _ in 0..essai {
                let remplir = deux.agir(&session, profil().remove(1)).await;
                let ouvert = deux.ouvrir(&session, "B2").await;
                faits += usize::from(remplir.is_ok()) + usize::from(ouvert.is_ok());
            }
            faits
        };
        let (efface, faits) = tokio::join!(un.demander(effacer()), agir);
        if let Err(faute) = efface {
            // Each act of the person came first: the next try meets a silent one.
            assert!(matches!(faute, Faute::Occupe { .. }), "{faute:?}");
            un.demander(effacer()).await.unwrap();
        }
        agi += faits;
        for noeud in &noeuds {
            for acte in [Acte::Moi, Acte::Dossiers, profil().remove(1)] {
                let refuse = noeud.agir(&session, acte).await;
                assert!(refuse.is_err(), "{essai}: {refuse:?}");
            }
        }
    }
    assert!(agi > 0, "something was done in between");
    un.relayer().await;
    paire.comparer(&noeuds).await;
    let faits = un.atelier.store.records_after(0, usize::MAX).unwrap();
    let mut restes = faits.iter().filter(|r| {
        !r.data.is_empty()
            && (r.stream.starts_with("candidat.") || r.stream.starts_with("dossier."))
    });
    assert_eq!(restes.next(), None);
}

/// Goal: what is owed is performed by one node; when that one is silent, by the other, and by it alone (the lease).
#[tokio::test]
async fn q02_ce_qui_est_du_part_d_un_seul_noeud_et_de_l_autre_s_il_se_tait() {
    let paire = Paire::new();
    let noeuds = [paire.noeud(0), paire.noeud(1)];
    let [un, deux] = &noeuds;
    un.importer().await;
    un.relayer().await;
    let partis = || {
        let recus = paire.boite.recus.lock().unwrap();
        recus.iter().map(|c| c.a.clone()).collect::<Vec<_>>()
    };
    deux.demander_compte("a@b.fr").await;
    assert_eq!(deux.systeme.relais.tour().await.unwrap(), 0);
    un.atelier.store.catch_up(PATIENCE).await.unwrap();
    un.relayer().await;
    assert_eq!(partis(), ["a@b.fr"]);
    // The first falls silent; the other waits to be sure, then does what is owed.
    un.demander_compte("c@d.fr").await;
    let fin = Instant::now() + PATIENCE;
    while deux.systeme.relais.tour().await.unwrap() == 0 {
        assert!(Instant::now() < fin, "nobody takes over");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    deux.relayer().await;
    un.demander_compte("e@f.fr").await;
    un.atelier.store.catch_up(PATIENCE).await.unwrap();
    assert_eq!(
        un.systeme.relais.tour().await.unwrap(),
        0,
        "it was replaced"
    );
    deux.atelier.store.catch_up(PATIENCE).await.unwrap();
    deux.relayer().await;
    assert_eq!(partis(), ["a@b.fr", "c@d.fr", "e@f.fr"]);
    paire.comparer(&noeuds).await;
}
