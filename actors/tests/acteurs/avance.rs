//! Acts that go ahead of the question where the shared log ends (docs/adr/0020), on a node that is behind: what it is
//! decided by must be so for all nodes, or nothing is done.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::protocol::{Acte, Faute, Requete};
use async_trait::async_trait;
use domain::dossier::Commande;
use domain::langue::Langue;
use domain::profil::Adresse;
use domain::refus::CodeRefus;
use storage::{Log, LogError, MemoryKv, MemoryLog};

use crate::commun::{Boite, DEBUT, HorlogeFixe, MOT_DE_PASSE, Monde, instant, refus};

/// A log that tells nothing for a while, and counts who asks where it ends.
#[derive(Default)]
struct JournalLent {
    journal: Arc<MemoryLog>,
    retenu: AtomicBool,
    questions: AtomicUsize,
}

#[async_trait]
impl Log for JournalLent {
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, LogError> {
        self.journal.append(id, entry).await
    }
    async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        let entrees = self.journal.next(after).await;
        while self.retenu.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        entrees
    }
    async fn last(&self) -> Result<u64, LogError> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        self.journal.last().await
    }
}

/// Two nodes; the second one can be held back.
struct Scene {
    lent: Arc<JournalLent>,
    un: Monde,
    deux: Arc<Monde>,
}

impl Scene {
    async fn new() -> Self {
        let lent = Arc::new(JournalLent::default());
        let horloge = Arc::new(HorlogeFixe(Mutex::new(instant(DEBUT))));
        let boite = Arc::new(Boite::default());
        let noeud = |log| {
            Monde::noeud(
                Arc::new(MemoryKv::default()),
                log,
                (horloge.clone(), boite.clone()),
            )
        };
        let un = noeud(lent.journal.clone());
        let deux = Arc::new(noeud(lent.clone()));
        un.importer().await;
        Self { lent, un, deux }
    }

    /// A candidate both nodes know.
    async fn candidat(&self) -> String {
        let session = self.un.candidat("a@b.fr").await;
        self.deux.agir(&session, adresse(1)).await.unwrap();
        session
    }

    /// What the second node, which hears of nothing meanwhile, makes of an act after something was done on the first.
    async fn agir_en_retard(
        &self,
        avant: impl Future<Output = ()>,
        session: &str,
        acte: Acte,
    ) -> Result<(), Faute> {
        self.lent.retenu.store(true, Ordering::SeqCst);
        avant.await;
        let (deux, session) = (self.deux.clone(), session.to_owned());
        let fait = tokio::spawn(async move { deux.agir(&session, acte).await.map(drop) });
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert!(!fait.is_finished(), "it waits for what the log says");
        self.lent.retenu.store(false, Ordering::SeqCst);
        fait.await.unwrap()
    }

    fn questions(&self) -> usize {
        self.lent.questions.load(Ordering::SeqCst)
    }
}

fn adresse(numero: u32) -> Acte {
    Acte::Adresse(Box::new(Adresse {
        pays: "FRA".to_owned(),
        ligne1: format!("{numero} rue du Retard"),
        ligne2: None,
        code_postal: Some("59300".to_owned()),
        commune: "Valenciennes".to_owned(),
        insee: Some("59606".to_owned()),
    }))
}

#[tokio::test]
async fn un_acte_qui_reussit_ne_demande_pas_ou_finit_le_journal_un_refus_si() {
    let scene = Scene::new().await;
    let session = scene.candidat().await;
    let avant = scene.questions();
    scene.deux.agir(&session, adresse(2)).await.unwrap();
    let dossier = {
        let dossier = scene.deux.ouvrir(&session, "A1").await.unwrap();
        let ouverte = scene.questions();
        assert_eq!(ouverte, avant + 1, "opening one is two commits");
        let depot = scene.deux.deposer("CV", 'a');
        scene
            .deux
            .sur_dossier(&session, &dossier, depot)
            .await
            .unwrap();
        assert_eq!(scene.questions(), ouverte);
        dossier
    };
    let inconnue = scene.deux.deposer("RIEN", 'a');
    let refuse = scene.deux.sur_dossier(&session, &dossier, inconnue).await;
    assert!(refuse.is_err());
    assert_eq!(scene.questions(), avant + 2, "a refusal is certain");
    let deja = Acte::ChangerLangue { langue: Langue::Fr };
    scene.deux.agir(&session, deja).await.unwrap();
    assert_eq!(
        scene.questions(),
        avant + 3,
        "and so is that there is nothing to do"
    );
    assert_eq!(
        scene.un.moi(&session).await.version,
        scene.deux.moi(&session).await.version
    );
}

#[tokio::test]
async fn q11_qui_s_est_deconnecte_ailleurs_n_agit_plus_meme_sur_un_noeud_en_retard() {
    let scene = Scene::new().await;
    let session = scene.candidat().await;
    let deconnecter = async {
        let requete = Requete::Deconnecter {
            session: session.clone(),
        };
        scene.un.demander(requete).await.unwrap();
    };
    let fait = scene
        .agir_en_retard(deconnecter, &session, adresse(3))
        .await;
    assert_eq!(fait, Err(Faute::SessionAbsente));
    scene.rien_d_ecrit("3 rue").await;
}

#[tokio::test]
async fn q11_un_mot_de_passe_change_ailleurs_ferme_la_session_sur_un_noeud_en_retard() {
    let scene = Scene::new().await;
    let session = scene.candidat().await;
    let changer = async {
        let acte = Acte::ChangerMotDePasse {
            actuel: MOT_DE_PASSE.to_owned(),
            nouveau: "Autremotdepasse2@".to_owned(),
        };
        scene.un.agir(&session, acte).await.unwrap();
    };
    let fait = scene.agir_en_retard(changer, &session, adresse(4)).await;
    assert_eq!(fait, Err(Faute::SessionAbsente));
    scene.rien_d_ecrit("4 rue").await;
}

#[tokio::test]
async fn g29_ce_qui_est_transmis_ailleurs_ne_change_plus_meme_sur_un_noeud_en_retard() {
    let scene = Scene::new().await;
    let session = scene.candidat().await;
    let dossier = scene.deux.ouvrir(&session, "A1").await.unwrap();
    for piece in dossier.pieces.iter().map(|piece| piece.code.as_str()) {
        let depot = scene.deux.deposer(piece, 'a');
        scene
            .deux
            .sur_dossier(&session, &dossier, depot)
            .await
            .unwrap();
    }
    let transmettre = async {
        let transmis = scene
            .un
            .sur_dossier(&session, &dossier, Commande::Transmettre);
        transmis.await.unwrap();
    };
    let piece = dossier.pieces[0].code.as_str();
    let acte = Acte::AgirDossier {
        id: dossier.id.clone(),
        commande: scene.deux.deposer(piece, 'b'),
        version: None,
    };
    let fait = scene.agir_en_retard(transmettre, &session, acte).await;
    assert_eq!(refus(fait), CodeRefus::DossierTransmis);
}

/// What was changed elsewhere is no reason to refuse what does not depend on it.
#[tokio::test]
async fn un_acte_devance_par_un_autre_est_decide_de_nouveau() {
    let scene = Scene::new().await;
    let session = scene.candidat().await;
    let avant = async {
        scene.un.agir(&session, adresse(5)).await.unwrap();
    };
    scene
        .agir_en_retard(avant, &session, adresse(6))
        .await
        .unwrap();
    let moi = scene.un.moi(&session).await;
    assert_eq!(moi.profil.adresse.unwrap().ligne1, "6 rue du Retard");
}

impl Scene {
    /// Nothing of it is in the journal.
    async fn rien_d_ecrit(&self, texte: &str) {
        self.un
            .atelier
            .store
            .catch_up(Duration::from_secs(5))
            .await
            .unwrap();
        let faits = self.un.atelier.store.records_after(0, usize::MAX).unwrap();
        let ecrits = faits
            .iter()
            .filter(|fait| String::from_utf8_lossy(&fait.data).contains(texte));
        assert_eq!(ecrits.count(), 0);
        self.un.verifier();
    }
}
