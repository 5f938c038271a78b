//! Mails whose reading hangs, and two workers of which one is slow at the worst moment.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use actors::protocol::Faute;
use actors::support::{Faits, Lecteur, Lecture, OptionsSupport};
use domain::campagne::{CodeReponse, TexteMail};
use domain::langue::Langue;

use crate::courrier::{Bureau, LecteurSimple, QUESTION};

/// Opens once.
#[derive(Default)]
struct Porte(Mutex<bool>, Condvar);

impl Porte {
    fn ouvrir(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }

    fn passer(&self) {
        let mut ouverte = self.0.lock().unwrap();
        while !*ouverte {
            ouverte = self.1.wait(ouverte).unwrap();
        }
    }
}

/// Reads « sans fin » until the door opens.
struct LecteurQuiPend(LecteurSimple, Arc<Porte>);

impl Lecteur for LecteurQuiPend {
    fn lire(&self, octets: &[u8], enveloppe: &[String]) -> Lecture {
        if String::from_utf8_lossy(octets).contains("sans fin") {
            self.1.passer();
        }
        self.0.lire(octets, enveloppe)
    }
    fn lire_texte(&self, objet: &str, texte: &str) -> Lecture {
        self.0.lire_texte(objet, texte)
    }
    fn rediger(
        &self,
        modele: CodeReponse,
        propre: Option<&TexteMail>,
        langue: Langue,
        faits: &Faits,
    ) -> Result<String, String> {
        self.0.rediger(modele, propre, langue, faits)
    }
}

/// S02: a mail whose reading takes too long is left, the next one is read; when several readings hang no further one is begun,
/// mails are still taken, and the work goes on once they are back.
#[tokio::test]
async fn s02_une_lecture_qui_dure_est_quittee_et_le_suivant_est_lu() {
    const PENDENT: usize = 4;
    let mut bureau = Bureau::new().await;
    let porte = Arc::new(Porte::default());
    let lecteur = LecteurQuiPend(LecteurSimple { repare: false }, porte.clone());
    let options = OptionsSupport {
        delai_lecture: Duration::from_millis(100),
        ..OptionsSupport::default()
    };
    for rang in 0..PENDENT {
        let mail = format!("From: x@y\nSubject: {rang}\nMessage-ID: {rang}@x\n\nsans fin");
        bureau.livrer(&mail).await;
    }
    bureau.livrer(QUESTION).await;
    let tri = bureau.tri_avec(Arc::new(lecteur), options).await;
    assert_eq!(tri.tour().await, Ok(PENDENT + 1));
    let ecartes = bureau.evenements("ecarte");
    assert_eq!(ecartes.len(), PENDENT, "{ecartes:?}");
    for ecarte in &ecartes {
        assert_eq!(ecarte["erreur"], "la lecture dure plus de 100ms");
    }
    assert_eq!(bureau.evenements("demande_recue").len(), 1);
    let apres = format!("Delivered-To: autre@univ.example\n{QUESTION}");
    bureau.livrer(&apres).await;
    assert!(matches!(tri.tour().await, Err(Faute::Indisponible { .. })));
    porte.ouvrir();
    for _ in 0..100 {
        if tri.tour().await == Ok(1) {
            return assert_eq!(bureau.evenements("traite").len(), 2);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the readings are back, the mail still waits");
}

/// Stops at the first draft, after all that is looked up before the commit; the second reading of the slow mail fails.
struct LecteurLent {
    simple: LecteurSimple,
    lus: AtomicUsize,
    au_brouillon: AtomicBool,
    porte: Arc<Porte>,
}

impl Lecteur for LecteurLent {
    fn lire(&self, octets: &[u8], enveloppe: &[String]) -> Lecture {
        if octets.starts_with(b"X-Lent") {
            let deja = self.lus.fetch_add(1, Ordering::SeqCst);
            assert_eq!(deja, 0, "this reading fails");
        }
        self.simple.lire(octets, enveloppe)
    }
    fn lire_texte(&self, objet: &str, texte: &str) -> Lecture {
        self.simple.lire_texte(objet, texte)
    }
    fn rediger(
        &self,
        modele: CodeReponse,
        propre: Option<&TexteMail>,
        langue: Langue,
        faits: &Faits,
    ) -> Result<String, String> {
        if !self.au_brouillon.swap(true, Ordering::SeqCst) {
            self.porte.passer();
        }
        self.simple.rediger(modele, propre, langue, faits)
    }
}

/// S04: one worker has looked, found nothing, and is slow; another takes the same mail by its other way to the end. The slow
/// one's commit is refused, it looks again, and finds the request: one request, one answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s04_un_trieur_en_retard_ne_fait_pas_une_seconde_demande() {
    let mut bureau = Bureau::new().await;
    let porte = Arc::new(Porte::default());
    let lecteur = Arc::new(LecteurLent {
        simple: LecteurSimple { repare: false },
        lus: AtomicUsize::new(0),
        au_brouillon: AtomicBool::new(false),
        porte: porte.clone(),
    });
    bureau.livrer(&format!("X-Lent: oui\n{QUESTION}")).await;
    let lent = bureau
        .tri_avec(lecteur.clone(), OptionsSupport::default())
        .await;
    let vif = bureau
        .tri_avec(lecteur.clone(), OptionsSupport::default())
        .await;
    let en_retard = tokio::spawn(async move { lent.tour().await });
    while !lecteur.au_brouillon.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bureau.livrer(QUESTION).await;
    // The first round of the quick one cannot read the slow mail, and puts it aside.
    assert_eq!(vif.tour().await, Ok(1));
    assert_eq!(vif.tour().await, Ok(1));
    assert_eq!(bureau.evenements("demande_recue").len(), 1);
    porte.ouvrir();
    assert_eq!(en_retard.await.unwrap(), Ok(1));
    bureau.travailler().await;
    let issues = bureau.evenements("traite");
    let doubles = issues
        .iter()
        .filter(|i| i["issue"].as_str().unwrap().starts_with("double"));
    assert_eq!((issues.len(), doubles.count()), (2, 1), "{issues:?}");
    assert_eq!(bureau.evenements("demande_recue").len(), 1);
    assert_eq!(bureau.reponses().values().sum::<usize>(), 1);
}
