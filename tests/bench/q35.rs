//! Q35: mails to the support: understood per core, stored durably, sorted; and a flood of many, in order, without as many
//! answers (S64).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actors::ports::HorlogeSysteme;
use actors::protocol::Requete;
use actors::support::OptionsSupport;
use postule::mail::entrant::comprendre_surement;
use postule::mail::{Facteur, Maison, Modeles, Transport};
use storage::blobs::Blobs;
use storage::{SledKv, Store};

use crate::systeme::{Banc, au_fil, dossier};

/// How many of the flood, unless told otherwise.
pub(crate) const MAILS: usize = 10_000;
/// Doors that bring mails at once.
const ENSEMBLE: usize = 64;
/// How long understanding is measured.
const DUREE: Duration = Duration::from_secs(3);
const SERVEUR: &str = "mx.univ.example";

/// The labelled corpus: what the support really gets.
fn corpus() -> Vec<Vec<u8>> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail/corpus");
    let mut noms: Vec<_> = std::fs::read_dir(place)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    noms.sort();
    noms.iter().map(|nom| std::fs::read(nom).unwrap()).collect()
}

/// One of many who ask at once, each a mail of their own.
fn question(rang: usize) -> Vec<u8> {
    format!(
        "Return-Path: <c{rang}@ailleurs.example>\r\nFrom: c{rang}@ailleurs.example\r\nTo: aide@univ.example\r\n\
         Subject: Lien expir=C3=A9 {rang}\r\nMessage-ID: <{rang}@ailleurs.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Bonjour,\r\nJ'ai voulu cliquer sur le lien de validation mais il a expiré. Pouvez-vous m'en envoyer un autre ?\r\n"
    )
    .into_bytes()
}

pub(crate) fn mesurer(mails: usize) {
    comprendre();
    let questions: Arc<Vec<Vec<u8>>> = Arc::new((0..mails).map(question).collect());
    let ici = dossier();
    let nu = au_fil(ecrire_nus(ici.path().join("nus"), questions.clone()));
    au_fil(async {
        let kv = SledKv::open(&ici.path().join("journal")).unwrap();
        let banc = Arc::new(Banc::sur(Store::open(Arc::new(kv)).unwrap()));
        banc.importer().await;
        let blobs = Blobs::open(&ici.path().join("fichiers")).await.unwrap();
        let gardes = garder(&banc, &blobs, questions.clone()).await;
        println!(
            "Q35 gardés : {gardes:.0} mails/s (voulu 2 000), {:.0} % de fichiers nus écrits et synchronisés ({nu:.0}/s)",
            gardes / nu * 100.0
        );
        trier(&banc, &blobs, mails).await;
    });
}

fn comprendre() {
    let mails = corpus();
    let octets: usize = mails.iter().map(Vec::len).sum();
    let (debut, mut lus) = (Instant::now(), 0_usize);
    while debut.elapsed() < DUREE {
        for mail in &mails {
            std::hint::black_box(comprendre_surement(mail));
        }
        lus += mails.len();
    }
    println!(
        "Q35 compris : {:.0} mails/s sur un cœur (voulu 5 000), {} mails de {} octets en moyenne",
        lus as f64 / debut.elapsed().as_secs_f64(),
        mails.len(),
        octets / mails.len()
    );
}

/// The same bytes into files, synced with their folder, by as many at once; and nothing else.
async fn ecrire_nus(dossier: std::path::PathBuf, mails: Arc<Vec<Vec<u8>>>) -> f64 {
    std::fs::create_dir_all(&dossier).unwrap();
    let dossier = Arc::new(dossier);
    par_tous(mails, move |rang, mail| {
        let dossier = dossier.clone();
        async move {
            let ecrire = move || {
                use std::io::Write;
                let provisoire = dossier.join(format!(".{rang}"));
                let mut fichier = std::fs::File::create(&provisoire).unwrap();
                fichier.write_all(&mail).unwrap();
                fichier.sync_all().unwrap();
                std::fs::rename(provisoire, dossier.join(format!("{rang}"))).unwrap();
                std::fs::File::open(dossier.as_path())
                    .unwrap()
                    .sync_all()
                    .unwrap();
            };
            tokio::task::spawn_blocking(ecrire).await.unwrap();
        }
    })
    .await
}

async fn garder(banc: &Arc<Banc>, blobs: &Blobs, mails: Arc<Vec<Vec<u8>>>) -> f64 {
    let (banc, blobs) = (banc.clone(), blobs.clone());
    par_tous(mails, move |_, mail| {
        let (banc, blobs) = (banc.clone(), blobs.clone());
        async move {
            let mut ecrivain = blobs.create(1 << 20).await.unwrap();
            ecrivain.write(&mail).await.unwrap();
            let range = ecrivain.finish().await.unwrap();
            let requete = Requete::RecevoirMail {
                sha256: range.sha256,
                octets: range.len,
                porte: "crochet".to_owned(),
                destinataires: Vec::new(),
            };
            banc.demander(requete).await.unwrap();
        }
    })
    .await
}

/// Mails a second when so many doors bring them.
async fn par_tous<F: Future<Output = ()> + Send + 'static>(
    mails: Arc<Vec<Vec<u8>>>,
    faire: impl Fn(usize, Vec<u8>) -> F + Clone + Send + 'static,
) -> f64 {
    let (prochain, debut) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let taches: Vec<_> = (0..ENSEMBLE)
        .map(|_| {
            let (mails, prochain, faire) = (mails.clone(), prochain.clone(), faire.clone());
            tokio::spawn(async move {
                loop {
                    let rang = prochain.fetch_add(1, Ordering::Relaxed);
                    let Some(mail) = mails.get(rang) else { return };
                    faire(rang, mail.clone()).await;
                }
            })
        })
        .collect();
    for tache in taches {
        tache.await.unwrap();
    }
    mails.len() as f64 / debut.elapsed().as_secs_f64()
}

async fn trier(banc: &Banc, blobs: &Blobs, mails: usize) {
    let maison = Maison {
        nom: "Université".to_owned(),
        url: "https://c.example".to_owned(),
        from: "candidature@univ.example".to_owned(),
        enveloppe: None,
        support: Some("aide@univ.example".to_owned()),
        fuseau: jiff::tz::TimeZone::UTC,
    };
    let sortie = Transport::Dossier(std::env::temp_dir());
    let modeles = Modeles::integres().unwrap();
    let lecteur = Facteur::new(sortie, maison, modeles, Arc::new(HorlogeSysteme)).unwrap();
    banc.atelier
        .lire_avec(Arc::new(lecteur.croire(Some(SERVEUR.to_owned()))));
    let options = OptionsSupport {
        adresses: vec!["aide@univ.example".to_owned()],
        automatique: true,
        ..OptionsSupport::default()
    };
    let tri = banc.systeme.guichet.tri(blobs.clone(), options);
    let debut = Instant::now();
    let mut faits = 0;
    while faits < mails {
        faits += tri.tour().await.unwrap();
    }
    let duree = debut.elapsed().as_secs_f64();
    let dues = banc.atelier.store.outbox_len(mails).unwrap();
    println!(
        "Q35 triés : {:.0} mails/s ; {mails} d'un coup deviennent des demandes en {duree:.1} s, {dues} reçoivent une réponse seule (S64)",
        mails as f64 / duree
    );
    assert!(dues <= 300, "a flood is not answered: {dues}");
}
