//! What the operator sees of NATS: health by part, and the metrics of the shared log (Q45).

use std::time::{Duration, Instant};

use bus::NatsAccess;
use bus::wire::scolarite::Accuse;
use fixtures::client::Client;
use fixtures::outils::ServeurNats;
use postule::app::{App, Role};
use serde_json::{Value, json};

use crate::acces::{config, fiche, joindre};
use crate::brut::Brut;

/// How long health may take to tell.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running node, and its operator's address.
struct Poste {
    app: App,
    client: Client,
    admin: Client,
    nats: ServeurNats,
    _dossier: tempfile::TempDir,
}

impl Poste {
    async fn new(nats: ServeurNats, dossier: tempfile::TempDir, replicas: &str) -> Self {
        let bus = format!("nats = \"{}\"\n{replicas}", nats.url());
        let app = App::servir(config(dossier.path(), &bus), Role::Tout)
            .await
            .unwrap();
        let mails = dossier.path().join("mail");
        Self {
            client: Client::new(app.adresse().unwrap(), mails.clone()),
            admin: Client::new(app.admin().unwrap(), mails),
            app,
            nats,
            _dossier: dossier,
        }
    }

    /// The part of this name, once it is in this state.
    async fn attendre(&self, nom: &str, etat: &str) -> Value {
        let fin = Instant::now() + PATIENCE;
        loop {
            let lue = self.admin.envoyer("GET", "/sante/prete", &[], vec![]).await;
            let lue = lue.json();
            let partie = lue["verifications"]
                .as_array()
                .unwrap()
                .iter()
                .find(|v| v["nom"] == nom);
            if let Some(partie) = partie.filter(|p| p["etat"] == etat) {
                return partie.clone();
            }
            assert!(Instant::now() < fin, "{nom} is not {etat}: {lue}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    async fn metrique(&self, debut: &str) -> f64 {
        let texte = self.admin.envoyer("GET", "/metrics", &[], vec![]).await;
        let texte = String::from_utf8(texte.octets.to_vec()).unwrap();
        let ligne = texte.lines().find_map(|l| l.strip_prefix(debut));
        ligne
            .unwrap_or_else(|| panic!("{debut} in {texte}"))
            .trim()
            .parse()
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn q45_sante_et_metriques_disent_ou_en_est_le_noeud_et_que_nats_manque() {
    let dossier = tempfile::tempdir().unwrap();
    let nats = ServeurNats::demarrer(dossier.path());
    let mut poste = Poste::new(nats, dossier, "replicas = 1").await;
    let session = poste.client.candidat("sante@univ.example").await;
    for nom in ["journal_partage", "nats"] {
        poste.attendre(nom, "ok").await;
    }
    let fin = poste
        .metrique("postule_journal_partage{bout=\"fin\"}")
        .await;
    let ici = poste
        .metrique("postule_journal_partage{bout=\"ici\"}")
        .await;
    assert!(
        fin > 3.0 && (0.0..=3.0).contains(&(fin - ici)),
        "{ici} of {fin}"
    );
    let corps = json!({ "ligne1": "1 rue", "code_postal": "59300", "commune": "valenciennes" });
    let ecrire = |poste: &Poste| {
        let (client, session, corps) = (poste.client.clone(), session.clone(), corps.clone());
        async move {
            client
                .demander("PUT", "/moi/adresse", &session, corps)
                .await
        }
    };
    poste.nats.tuer();
    assert_eq!(
        ecrire(&poste).await.code(),
        (503, "indisponible".to_owned())
    );
    assert_eq!(poste.client.lire("/moi", &session).await.statut, 200);
    poste.attendre("nats", "degrade").await;
    let journal = poste.attendre("journal_partage", "degrade").await;
    assert!(
        journal["raison"].as_str().unwrap().contains("lectures"),
        "{journal}"
    );
    assert_eq!(
        poste
            .metrique("postule_partie_prete{partie=\"nats\"}")
            .await,
        0.0
    );
    // Reads are served: a balancer goes on sending them.
    let prete = poste
        .client
        .envoyer("GET", "/sante/prete", &[], vec![])
        .await;
    assert_eq!(prete.statut, 200);
    poste.nats.relancer();
    poste.attendre("nats", "ok").await;
    let fin = Instant::now() + PATIENCE;
    while ecrire(&poste).await.statut != 200 {
        assert!(Instant::now() < fin, "it takes nothing any more");
    }
    poste.attendre("journal_partage", "ok").await;
    poste.app.arreter().await;
}

/// A later release writes in the log what this one does not know: it stops rather than guess, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn une_entree_d_une_version_plus_recente_arrete_le_noeud_qui_le_dit() {
    let dossier = tempfile::tempdir().unwrap();
    let nats = ServeurNats::demarrer(dossier.path());
    let poste = Poste::new(nats, dossier, "replicas = 1").await;
    poste.attendre("journal_partage", "ok").await;
    let mut brut = Brut::joindre(poste.nats.port(), "", "");
    assert!(brut.publie("postule.v1.journal", "\u{7f}demain"));
    let dit = poste.attendre("journal_partage", "panne").await;
    let raison = dit["raison"].as_str().unwrap();
    assert!(raison.contains("run the later release"), "{raison}");
    let prete = poste
        .client
        .envoyer("GET", "/sante/prete", &[], vec![])
        .await;
    assert_eq!(prete.statut, 503, "a balancer goes elsewhere");
    poste.app.arreter().await;
}

/// What goes back to the scolarité finds no room: it waits, that is said, and it leaves once there is some.
#[tokio::test(flavor = "multi_thread")]
async fn un_flux_de_sortie_plein_est_dit_et_rien_ne_se_perd() {
    let dossier = tempfile::tempdir().unwrap();
    let nats = ServeurNats::demarrer(dossier.path());
    let mut brut = Brut::joindre(nats.port(), "", "");
    let regler = |brut: &mut Brut, verbe: &str, max_bytes: i32| {
        let sujets = ["cursus.rejet", "admission", "admission.annulation"];
        let sujets = sujets.map(|s| format!("postule.v1.scolarite.{s}"));
        let flux = json!({
            "name": "SCOLARITE_SORTIE", "subjects": sujets, "max_bytes": max_bytes, "discard": "new",
        });
        let sujet = format!("$JS.API.STREAM.{verbe}.SCOLARITE_SORTIE");
        let fait: Value = brut.demander(&sujet, &flux.to_string());
        assert_eq!(fait["error"], Value::Null, "{fait}");
    };
    regler(&mut brut, "CREATE", 100);
    let poste = Poste::new(nats, dossier, "").await;
    poste.attendre("nats", "ok").await;
    let combien = |brut: &mut Brut, flux: &str| {
        let etat: Value = brut.demander(&format!("$JS.API.STREAM.INFO.{flux}"), "");
        etat["state"]["messages"].clone()
    };
    // The stream is there once somebody reads from it.
    let fin = Instant::now() + PATIENCE;
    while combien(&mut brut, "SCOLARITE").is_null() {
        assert!(Instant::now() < fin, "nobody reads");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(brut.publie("postule.v1.scolarite.cursus.push", "pas du json"));
    let dit = poste.attendre("nats", "degrade").await;
    let raison = dit["raison"].as_str().unwrap();
    assert!(
        raison.contains("nats stream edit SCOLARITE_SORTIE"),
        "{raison}"
    );
    assert_eq!(combien(&mut brut, "SCOLARITE"), 1, "it waits");
    regler(&mut brut, "UPDATE", -1);
    poste.attendre("nats", "ok").await;
    assert_eq!(combien(&mut brut, "SCOLARITE_SORTIE"), 1);
    poste.app.arreter().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn un_flux_de_la_scolarite_d_une_autre_forme_est_dit_et_le_reste_marche() {
    let dossier = tempfile::tempdir().unwrap();
    let nats = ServeurNats::demarrer(dossier.path());
    let mut brut = Brut::joindre(nats.port(), "", "");
    let mut regler = |verbe: &str, sujet: &str| {
        let flux = json!({ "name": "SCOLARITE", "subjects": [sujet], "retention": "workqueue", "no_ack": true });
        let sujet = format!("$JS.API.STREAM.{verbe}.SCOLARITE");
        let fait: Value = brut.demander(&sujet, &flux.to_string());
        assert_eq!(fait["error"], Value::Null, "{fait}");
    };
    regler("CREATE", "autre.chose");
    let poste = Poste::new(nats, dossier, "").await;
    let dit = poste.attendre("nats", "degrade").await;
    let raison = dit["raison"].as_str().unwrap();
    let suite = "nats stream edit SCOLARITE --subjects postule.v1.scolarite.cursus.push";
    assert!(raison.contains(suite), "{raison}");
    // Who waits for an answer has one, and candidates see nothing of it.
    let elle = joindre(poste.nats.url(), NatsAccess::default()).await;
    let accuse = elle.push_cursus("1", fiche()).await.unwrap();
    assert_eq!(accuse, Accuse::Accepte { accepte: true });
    poste.client.candidat("flux@univ.example").await;
    // Mended as it was said; nothing is started again.
    regler("UPDATE", "postule.v1.scolarite.cursus.push");
    poste.attendre("nats", "ok").await;
    poste.app.arreter().await;
}
