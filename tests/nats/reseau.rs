//! A node whose line to NATS is slow, repeats, is cut, and falls silent without being closed: nothing acknowledged is
//! missing or there twice, on any node (docs/adr/0011).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fixtures::client::Client;
use fixtures::outils::ServeurNats;
use postule::app::{App, Role};
use serde_json::json;
use storage::{Record, SledKv, Store};

use crate::acces::config;
use crate::mandataire::{Ligne, Mandataire};

/// How long an act may take to be acknowledged: a mute line is noticed by then.
const PATIENCE: Duration = Duration::from_secs(60);
/// Acts on each kind of line.
const ACTES: usize = 5;

/// A node with its folder.
struct Noeud {
    app: App,
    client: Client,
    dossier: PathBuf,
}

impl Noeud {
    async fn demarrer(dossier: PathBuf, port: u16) -> Self {
        let bus = format!("nats = \"nats://127.0.0.1:{port}\"\nreplicas = 1");
        let app = App::servir(config(&dossier, &bus), Role::Tout)
            .await
            .unwrap();
        let client = Client::new(app.adresse().unwrap(), dossier.join("mail"));
        Self {
            app,
            client,
            dossier,
        }
    }

    /// Stops it; what is in its journal.
    async fn finir(self) -> Vec<Record> {
        self.app.arreter().await;
        let journal = self.dossier.join("donnees/journal");
        let fin = Instant::now() + PATIENCE;
        // The last that hold it let go a moment later.
        let kv = loop {
            match SledKv::open(&journal) {
                Ok(kv) => break kv,
                Err(erreur) => assert!(Instant::now() < fin, "{erreur}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(storage::verify(&kv, |_| ()).unwrap().named, [""; 0]);
        let store = Store::open(Arc::new(kv)).unwrap();
        store.records_after(0, usize::MAX).unwrap()
    }
}

fn copier_les_cles(de: &Path, vers: &Path) {
    let place = vers.join("donnees/cles");
    std::fs::create_dir_all(&place).unwrap();
    for cle in std::fs::read_dir(de.join("donnees/cles")).unwrap() {
        let cle = cle.unwrap();
        std::fs::copy(cle.path(), place.join(cle.file_name())).unwrap();
    }
}

/// One candidate, who repeats each act under its key until it is acknowledged.
struct Elle<'a> {
    session: String,
    la: &'a Client,
    ailleurs: &'a Client,
    actes: usize,
    refus: usize,
}

impl Elle<'_> {
    fn ligne(&self) -> String {
        format!("{} rue du Fil", self.actes)
    }

    async fn agir(&mut self) {
        self.actes += 1;
        let fin = Instant::now() + PATIENCE;
        while !self.essayer().await {
            assert!(Instant::now() < fin, "act {}", self.actes);
        }
        // Read your writes, whichever node is asked.
        for client in [self.la, self.ailleurs] {
            let moi = client.lire("/moi", &self.session).await.json();
            assert_eq!(moi["profil"]["adresse"]["ligne1"], self.ligne());
        }
    }

    /// Whether it was acknowledged; else it was a 503 that says when to come back.
    async fn essayer(&mut self) -> bool {
        let corps =
            json!({ "ligne1": self.ligne(), "code_postal": "59300", "commune": "valenciennes" });
        let (autorisation, cle) = (
            format!("Bearer {}", self.session),
            format!("acte-{}", self.actes),
        );
        let entetes = [
            ("content-type", "application/json"),
            ("authorization", autorisation.as_str()),
            ("idempotency-key", cle.as_str()),
        ];
        let corps = corps.to_string().into_bytes();
        let fait = self
            .la
            .envoyer("PUT", "/api/v1/moi/adresse", &entetes, corps)
            .await;
        if fait.statut == 200 {
            return true;
        }
        assert_eq!(fait.code(), (503, "indisponible".to_owned()));
        assert!(fait.entetes.contains_key("retry-after"));
        self.refus += 1;
        false
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn une_mauvaise_ligne_vers_nats_ne_perd_et_ne_double_rien() {
    let dossier = tempfile::tempdir().unwrap();
    let ici = dossier.path();
    let nats = ServeurNats::demarrer(ici);
    let ligne = Mandataire::vers(nats.port()).await;
    let a = Noeud::demarrer(ici.join("a"), ligne.port).await;
    copier_les_cles(&ici.join("a"), &ici.join("b"));
    let b = Noeud::demarrer(ici.join("b"), nats.port()).await;
    let mut elle = Elle {
        session: a.client.candidat("fil@univ.example").await,
        la: &a.client,
        ailleurs: &b.client,
        actes: 0,
        refus: 0,
    };
    for forme in [Ligne::Lente, Ligne::Double, Ligne::Bonne] {
        ligne.devenir(forme);
        for rang in 0..ACTES {
            if forme == Ligne::Bonne && rang % 2 == 0 {
                ligne.couper();
            }
            elle.agir().await;
        }
    }
    // Half-open: a write is refused in time, reads go on, and it is noticed without anybody's help.
    ligne.devenir(Ligne::Muette);
    let avant = elle.ligne();
    elle.actes += 1;
    assert!(!elle.essayer().await, "nothing passes");
    let moi = elle.la.lire("/moi", &elle.session).await;
    assert_eq!(moi.statut, 200);
    assert_eq!(moi.json()["profil"]["adresse"]["ligne1"], avant);
    ligne.devenir(Ligne::Bonne);
    elle.actes -= 1;
    for _ in 0..ACTES {
        elle.agir().await;
    }
    println!("{} acts, {} told to come again", elle.actes, elle.refus);
    let actes = elle.actes;
    let (sur_a, sur_b) = (a.finir().await, b.finir().await);
    let commun = sur_a.len().min(sur_b.len());
    assert_eq!(sur_a[..commun], sur_b[..commun], "one history");
    let faits = sur_a
        .iter()
        .filter(|r| String::from_utf8_lossy(&r.data).contains("rue du Fil"));
    assert_eq!(faits.count(), actes, "each act once");
}
