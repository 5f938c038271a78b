//! The scolarité over a real NATS server: records pushed, answered, kept, sent back; the candidate who is known (G13, G18, G37).
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

mod admissions;
mod client;
mod hostile;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use admissions::conforme;
use bus::wire::scolarite::Accuse;
use bus::{Nats, NatsAccess, NatsOptions};
use client::Client;
use fixtures::client::{Client as Api, PATIENCE};
use fixtures::outils::ServeurNats;
use postule::app::{App, Role};
use postule::config::Config;
use serde_json::{Value, json};

const INE: &str = "0123456789M";

/// A record of a person born on 6 May 2004.
fn fiche(ine: &str, emis_le: &str, formation: &str) -> Value {
    json!({
        "version": 1, "ine": ine, "numero_etudiant": "21904567", "nom": "Martin", "prenoms": ["Élise", "Anne"],
        "date_naissance": "2004-05-06", "lieu_naissance": "Lille", "nationalite": "FRA",
        "adresse": { "ligne1": "1 rue du Port", "code_postal": "59300", "commune": "Valenciennes" },
        "baccalaureat": { "annee": 2022, "serie": "GENERALE", "mention": "B" },
        "inscriptions": [{ "annee": "2022-2023", "formation": formation, "resultat": "admis" }],
        "emis_le": emis_le,
    })
}

async fn connecter(url: &str) -> Nats {
    let options = NatsOptions {
        url: url.to_owned(),
        access: NatsAccess::default(),
        deadline: Duration::from_secs(10),
    };
    let nats = Nats::connect(&options).await.unwrap();
    assert!(nats.ready(PATIENCE).await);
    nats
}

/// A server of the platform beside a NATS server.
struct Monde {
    app: Option<App>,
    serveur: Api,
    donnees: PathBuf,
    nats: ServeurNats,
    client: Nats,
    _dossier: tempfile::TempDir,
}

impl Monde {
    async fn new() -> Self {
        let dossier = tempfile::tempdir().unwrap();
        let nats = ServeurNats::demarrer(dossier.path());
        let donnees = dossier.path().join("donnees");
        let app = Self::servir(&donnees, &nats).await;
        let client = connecter(&nats.url()).await;
        let serveur = Api::new(app.adresse().unwrap(), donnees.join("mail"));
        Self {
            app: Some(app),
            serveur,
            donnees,
            nats,
            client,
            _dossier: dossier,
        }
    }

    async fn servir(donnees: &Path, nats: &ServeurNats) -> App {
        let campagne = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scolarite/campagne.toml");
        let texte = format!(
            "[etablissement]\nname = \"U\"\n[serveur]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1\"\n\
             [donnees]\ndir = {donnees:?}\n[bus]\nnats = \"{}\"\n[mail]\nfolder = {:?}\nfrom = \"c@univ.example\"\n\
             [campagne]\nfile = {campagne:?}\n",
            nats.url(),
            donnees.join("mail"),
        );
        let mut config = Config::lire(&texte, &[]).unwrap();
        // What staff prove at the log-in is shown elsewhere.
        config.limites.exiger_second_facteur = false;
        App::servir(config, Role::Tout).await.unwrap()
    }

    /// Pushes with a reply subject.
    async fn pousser(&self, fiche: &Value) -> Accuse {
        let octets = fiche.to_string().into_bytes();
        let id = format!("{:?}", std::time::Instant::now());
        self.client.push_cursus(&id, octets).await.unwrap()
    }

    async fn prendre(&self, fiche: &Value) {
        assert_eq!(self.pousser(fiche).await, Accuse::Accepte { accepte: true });
    }

    async fn informations(&self, session: &str, corps: &Value) -> Value {
        let chemin = "/moi/informations";
        let reponse = self.serveur.demander("PUT", chemin, session, corps.clone());
        let reponse = reponse.await;
        assert_eq!(reponse.statut, 200, "{:?}", reponse.json());
        reponse.json()
    }

    async fn moi(&self, session: &str) -> Value {
        self.serveur.lire("/moi", session).await.json()
    }

    async fn cursus(&self, session: &str) -> Value {
        let lu = self.serveur.lire("/moi/cursus-internes", session).await;
        lu.json()["entrees"].clone()
    }
}

fn sien(ine: &str) -> Value {
    json!({ "nationalite": "FRA", "ine": ine, "date_naissance": "2004-05-06", "lieu_naissance": "Lille" })
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_un_ine_connu_se_confirme_et_remplit_le_profil() {
    let monde = Monde::new().await;
    monde
        .prendre(&fiche(INE, "2026-09-01T08:00:00Z", "L1"))
        .await;
    let session = monde.serveur.compte("elise@univ.example").await;
    // INE and birth date are enough to be recognised; nothing is saved until it is confirmed.
    let corps = json!({ "ine": "0123456789 m", "date_naissance": "2004-05-06" });
    let trouve = monde.informations(&session, &corps).await;
    assert_eq!(trouve["trouve"], true);
    assert_eq!(trouve["apercu"]["prenoms"], json!(["Élise", "Anne"]));
    assert_eq!(monde.moi(&session).await["activation"]["complete"], false);
    let corps = json!({ "ine": INE, "date_naissance": "2004-05-06", "confirme": true });
    let moi = monde.informations(&session, &corps).await;
    assert_eq!(moi["activation"]["complete"], true, "{moi}");
    assert_eq!(moi["profil"]["informations"]["lieu_naissance"], "Lille");
    assert_eq!(moi["profil"]["adresse"]["commune"], "Valenciennes");
    assert_eq!(moi["profil"]["baccalaureat"]["annee"], 2022);
    assert_eq!(monde.cursus(&session).await[0]["formation"], "L1");
    // Who has confirmed is not asked again, and saves as anybody.
    let mut corps = sien(INE);
    corps["telephone"] = json!("06 01 02 03 04");
    let moi = monde.informations(&session, &corps).await;
    assert_eq!(moi["profil"]["informations"]["telephone"], "06 01 02 03 04");
    assert_eq!(monde.cursus(&session).await[0]["formation"], "L1");
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_l_ine_d_un_autre_repond_comme_un_ine_inconnu() {
    let monde = Monde::new().await;
    monde
        .prendre(&fiche(INE, "2026-09-01T08:00:00Z", "L1"))
        .await;
    let curieux = monde.serveur.compte("curieux@univ.example").await;
    let autre = monde.serveur.compte("autre@univ.example").await;
    let mut corps = sien(INE);
    corps["date_naissance"] = json!("2001-01-01");
    corps["confirme"] = json!(true);
    let sans = |mut moi: Value| {
        for champ in ["id", "numero", "mail", "profil"] {
            moi.as_object_mut().unwrap().remove(champ);
        }
        moi
    };
    let connu = monde.informations(&curieux, &corps).await;
    corps["ine"] = json!("1299012345R");
    let inconnu = monde.informations(&autre, &corps).await;
    assert_eq!(sans(connu), sans(inconnu));
    assert_eq!(monde.cursus(&curieux).await, json!([]));
    // Guessing on ends: from some try on, even the right date is answered as if unknown.
    for jour in 1..=20 {
        corps["ine"] = json!(INE);
        corps["date_naissance"] = json!(format!("2001-01-{jour:02}"));
        monde.informations(&curieux, &corps).await;
    }
    let moi = monde.informations(&curieux, &sien(INE)).await;
    assert_eq!(moi["trouve"], Value::Null, "{moi}");
    assert_eq!(monde.cursus(&curieux).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_le_cursus_arrive_aussi_apres_l_inscription_et_confirme_un_ines() {
    let monde = Monde::new().await;
    let ines = "123456789AB";
    let session = monde.serveur.compte("tot@univ.example").await;
    let moi = monde.informations(&session, &sien(ines)).await;
    assert_eq!(moi["ine_verifie"], false, "{moi}");
    assert_eq!(monde.cursus(&session).await, json!([]));
    monde
        .prendre(&fiche(ines, "2026-09-02T08:00:00Z", "L2"))
        .await;
    assert_eq!(monde.cursus(&session).await[0]["formation"], "L2");
    assert_eq!(monde.moi(&session).await["ine_verifie"], true);
    let cookie = format!("__Host-session={session}");
    let page = async |chemin: &str| {
        let entetes = [("cookie", cookie.as_str())];
        let page = monde.serveur.envoyer("GET", chemin, &entetes, vec![]);
        String::from_utf8(page.await.octets.to_vec()).unwrap()
    };
    assert!(
        page("/profil/cursus-internes")
            .await
            .contains("<h2>L2</h2>")
    );
    assert!(page("/profil").await.contains("INE vérifié"));
    // An older one is ignored, a newer one replaces.
    monde
        .prendre(&fiche(ines, "2026-09-01T08:00:00Z", "L1"))
        .await;
    assert_eq!(monde.cursus(&session).await[0]["formation"], "L2");
    monde
        .prendre(&fiche(ines, "2026-09-03T08:00:00Z", "L3"))
        .await;
    assert_eq!(monde.cursus(&session).await[0]["formation"], "L3");
    // Another INE is about another person.
    monde.informations(&session, &sien("1299012345R")).await;
    assert_eq!(monde.cursus(&session).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn g37_le_flux_garde_ce_qui_vient_pendant_l_absence_et_rend_ce_qui_est_faux() {
    let mut monde = Monde::new().await;
    // The stream is there once somebody has read from it.
    monde
        .prendre(&fiche("2405678901W", "2026-09-01T08:00:00Z", "L1"))
        .await;
    let session = monde.serveur.compte("elise@univ.example").await;
    monde.informations(&session, &sien(INE)).await;
    let url = monde.nats.url();
    let rejets = Client::joindre(&url).await;
    let mut rejets = rejets.souscrire("postule.v1.scolarite.cursus.rejet").await;
    let mut scolarite = Client::joindre(&url).await;
    monde.app.take().unwrap().arreter().await;
    let bonne = fiche(INE, "2026-09-01T08:00:00Z", "M1").to_string();
    for charge in [
        "pas du json",
        r#"{"version":1,"nom":"Sans rien d'autre"}"#,
        &bonne,
        &bonne,
    ] {
        scolarite
            .publier("postule.v1.scolarite.cursus.push", charge)
            .await;
    }
    let app = Monde::servir(&monde.donnees, &monde.nats).await;
    monde.serveur.adresse = app.adresse().unwrap();
    monde.app = Some(app);
    let mut rendus = Vec::new();
    for _ in 0..2 {
        let rendu: Value = serde_json::from_slice(&rejets.suivant().await).unwrap();
        assert!(!rendu["rejet"].as_array().unwrap().is_empty());
        conforme(&rendu, "Rejet");
        rendus.push(rendu);
    }
    assert!(rendus.iter().any(|r| r["enregistrement"] == "pas du json"));
    let incomplet = rendus
        .iter()
        .find(|r| r["enregistrement"]["version"] == 1)
        .unwrap();
    assert!(
        incomplet["rejet"].as_array().unwrap().len() >= 4,
        "every reason: {incomplet}"
    );
    let fin = tokio::time::Instant::now() + PATIENCE;
    while monde.cursus(&session).await == json!([]) {
        assert!(
            tokio::time::Instant::now() < fin,
            "the good record between bad ones never came"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Who looks later finds what was sent back, once each.
    let flux = "$JS.API.STREAM.INFO.SCOLARITE_SORTIE";
    assert_eq!(scolarite.demander(flux, "").await["state"]["messages"], 2);
    let flux = "$JS.API.STREAM.INFO.SCOLARITE";
    assert_eq!(scolarite.demander(flux, "").await["state"]["messages"], 0);
}

/// What is pushed, and what it is answered, as they are on the wire.
#[tokio::test(flavor = "multi_thread")]
async fn g37_ce_qui_passe_sur_le_fil_suit_le_contrat() {
    let monde = Monde::new().await;
    let mut scolarite = Client::joindre(&monde.nats.url()).await;
    let bonne = fiche(INE, "2026-09-01T08:00:00Z", "L1");
    conforme(&bonne, "Cursus");
    let mut fausse = bonne.clone();
    fausse["ine"] = json!("0123456789A");
    for (envoyee, attendue) in [(&bonne, json!({ "accepte": true })), (&fausse, Value::Null)] {
        let sujet = "postule.v1.scolarite.cursus.push";
        let accuse = scolarite.demander(sujet, &envoyee.to_string()).await;
        conforme(&accuse, "Accuse");
        if attendue.is_null() {
            assert_eq!(accuse["rejet"][0]["champ"], "ine", "{accuse}");
        } else {
            assert_eq!(accuse, attendue);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g37_postule_scolarite_push_dit_ce_qui_est_pris_et_ce_qui_ne_l_est_pas() {
    let monde = Monde::new().await;
    let fichier = monde.donnees.join("cursus.jsonl");
    let lignes: Vec<String> = (0..500)
        .map(|n| {
            let chiffres = format!("{n:010}");
            let cle = b"ABCDEFGHJKLMNPRSTUVWXYZ"[n % 23] as char;
            fiche(&format!("{chiffres}{cle}"), "2026-09-01T08:00:00Z", "L1").to_string()
        })
        .chain(["".to_owned(), r#"{"version":1}"#.to_owned()])
        .collect();
    // Ten equal digits are no INE: the first line is refused too.
    std::fs::write(&fichier, lignes.join("\n")).unwrap();
    let pousser = || {
        let mut commande = Command::new(env!("CARGO_BIN_EXE_postule"));
        commande.args(["scolarite", "push", "--json", "--nats", &monde.nats.url()]);
        let sortie = commande.arg(&fichier).output().unwrap();
        let texte = String::from_utf8(sortie.stdout).unwrap();
        assert!(sortie.status.success(), "{texte}");
        let lignes = texte
            .lines()
            .map(|l| serde_json::from_str::<Value>(l).unwrap());
        lignes.collect::<Vec<_>>()
    };
    let resultat = tokio::task::block_in_place(pousser);
    let [premier, dernier, bilan] = &resultat[..] else {
        unreachable!("{resultat:?}")
    };
    assert_eq!(premier["rejet"][0]["code"], "ine_cle");
    assert_eq!(dernier["ligne"], 502);
    assert_eq!(
        *bilan,
        json!({ "lignes": 501, "acceptes": 499, "rejetes": 2, "sans_reponse": 0 })
    );
    // The same file again is recognised.
    assert_eq!(tokio::task::block_in_place(pousser).last(), Some(bilan));
}

#[tokio::test(flavor = "multi_thread")]
async fn ce_qui_arrive_est_publie_sans_donnee_personnelle() {
    let monde = Monde::new().await;
    let client = Client::joindre(&monde.nats.url()).await;
    let mut evenements = client.souscrire("postule.v1.evt.>").await;
    monde.serveur.compte("elise@univ.example").await;
    let mut noms = Vec::new();
    for _ in 0..2 {
        let texte = String::from_utf8(evenements.suivant().await).unwrap();
        assert!(
            !texte.contains("elise") && !texte.contains("Martin"),
            "{texte}"
        );
        let evenement: Value = serde_json::from_str(&texte).unwrap();
        conforme(&evenement, "EvenementCandidat");
        noms.push(evenement["evenement"].as_str().unwrap().to_owned());
    }
    noms.sort();
    assert_eq!(noms, ["compte_cree", "compte_valide"]);
}
