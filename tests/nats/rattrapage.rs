//! A new node far behind, on a slow line: it says how far it is, and is not to be asked before it has everything (Q45).

use std::path::Path;

use bus::wire::scolarite::Accuse;
use bus::{Nats, NatsAccess};
use fixtures::client::Client;
use fixtures::outils::ServeurNats;
use fixtures::processus::Postule;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::acces::{fiche, joindre};
use crate::mandataire::{Ligne, Mandataire};
use crate::migration::Lieu;

/// Records in the log before the node comes: some seconds of a slow line.
const FICHES: usize = 1500;
/// Pushed at once.
const EN_VOL: usize = 128;

/// Fills the log.
async fn remplir(nats: &Nats) {
    let modele: Value = serde_json::from_slice(&fiche()).unwrap();
    let pousser = async |n: usize| {
        let chiffres = 1_000_000_000 + n;
        let cle = b"ABCDEFGHJKLMNPRSTUVWXYZ"[chiffres % 23] as char;
        let mut fiche = modele.clone();
        fiche["ine"] = json!(format!("{chiffres}{cle}"));
        fiche["inscriptions"] = (0..12)
            .map(|annee| json!({ "annee": annee.to_string(), "formation": "Licence mention informatique", "resultat": "admis" }))
            .collect();
        let (id, octets) = (n.to_string(), fiche.to_string().into_bytes());
        let pousse = nats.push_cursus(&id, octets);
        assert_eq!(pousse.await.unwrap(), Accuse::Accepte { accepte: true });
    };
    let tous = futures_util::stream::iter((0..FICHES).map(pousser));
    tous.buffer_unordered(EN_VOL).collect::<Vec<()>>().await;
}

async fn habiter(client: &Client, session: &str, ligne: &str) {
    let corps = json!({ "ligne1": ligne, "code_postal": "59300", "commune": "valenciennes" });
    let fait = client.demander("PUT", "/moi/adresse", session, corps).await;
    assert_eq!(fait.statut, 200);
}

/// A new node in this folder, while somebody writes on another; the first answer it gives is the last that was written.
async fn arriver(lieu: Lieu, bus: &str, (client, session): (&Client, &str)) -> Vec<String> {
    let bus = bus.to_owned();
    let arrive = tokio::task::spawn_blocking(move || lieu.servir(&bus));
    for n in 0..10 {
        habiter(client, session, &format!("{n} rue du Temps")).await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let (noeud, ici): (Postule, Client) = arrive.await.unwrap();
    let moi = ici.lire("/moi", session).await;
    assert_eq!(moi.statut, 200);
    assert_eq!(moi.json()["profil"]["adresse"]["ligne1"], "9 rue du Temps");
    let dits = noeud.dits().to_vec();
    assert!(noeud.arreter());
    dits
}

/// The numbers of the lines that begin so, in order.
fn avancees(dits: &[String], debut: &str) -> Vec<u64> {
    let lues = dits.iter().filter_map(|ligne| ligne.split_once(debut));
    let nombres = lues.filter_map(|(_, suite)| suite.split(' ').next()?.parse().ok());
    nombres.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn q45_un_noeud_neuf_dit_ou_il_en_est_et_ne_sert_qu_une_fois_a_jour() {
    let temporaire = tempfile::tempdir().unwrap();
    let ici: &Path = temporaire.path();
    let nats = ServeurNats::demarrer(ici);
    let ligne = Mandataire::vers(nats.port()).await;
    let bus = |port: u16| format!("[bus]\nnats = \"nats://127.0.0.1:{port}\"\nreplicas = 1\n");
    let (directe, lente) = (bus(nats.port()), bus(ligne.port));
    let a = Lieu::new(ici, "a");
    let (noeud_a, client) = a.servir(&directe);
    let session = client.candidat("temps@univ.example").await;
    remplir(&joindre(nats.url(), NatsAccess::default()).await).await;
    ligne.devenir(Ligne::Lente);
    let b = Lieu::avec_les_cles_de(ici, "b", &a);
    let dits = arriver(b, &lente, (&client, &session)).await;
    let places = avancees(&dits, "rattrapage du journal partagé : ");
    assert!(places.len() > 1 && places.is_sorted(), "{dits:#?}");
    // From a snapshot.
    let commande = ["cluster", "instantane", "--elaguer", "--garder", "0"];
    let fait = tokio::task::block_in_place(|| a.reussir(&directe, &commande));
    assert!(fait["retirees"].as_u64().unwrap() > 5, "{fait}");
    let c = Lieu::avec_les_cles_de(ici, "c", &a);
    let dits = arriver(c, &lente, (&client, &session)).await;
    let recus = avancees(&dits, "instantané : ");
    assert!(!recus.is_empty() && recus.is_sorted(), "{dits:#?}");
    assert!(
        dits.iter()
            .any(|l| l.contains("l'instantané est repris : ")),
        "{dits:#?}"
    );
    assert!(noeud_a.arreter());
}
