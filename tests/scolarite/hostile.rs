//! Records as they should not come: nothing breaks, every one is answered, the next good one is taken.

use bus::wire::scolarite::Accuse;
use serde_json::json;

use crate::client::Client;
use crate::{Monde, fiche, sien};
use fixtures::client::PATIENCE;

#[tokio::test(flavor = "multi_thread")]
async fn g37_ce_qui_est_mal_fait_est_rejete_avec_ses_raisons_et_ne_gene_rien() {
    let monde = Monde::new().await;
    let codes = async |octets: Vec<u8>| {
        let id = format!("{:?}", std::time::Instant::now());
        match monde.client.push_cursus(&id, octets).await.unwrap() {
            Accuse::Accepte { .. } => Vec::new(),
            Accuse::Rejet { rejet } => rejet.into_iter().map(|r| r.code).collect(),
        }
    };
    let bonne = || fiche("0123456789M", "2026-09-01T08:00:00Z", "L1");
    for octets in [
        b"".to_vec(),
        b"{".to_vec(),
        b"[]".to_vec(),
        b"null".to_vec(),
        vec![0xff; 100],
        "[".repeat(100_000).into_bytes(),
        // As large as NATS carries.
        json!({ "version": 1, "nom": "x".repeat(1_000_000) })
            .to_string()
            .into_bytes(),
    ] {
        let debut = octets.len();
        assert!(!codes(octets).await.is_empty(), "{debut} bytes");
    }
    let mut autre = bonne();
    autre["version"] = json!(2);
    assert!(
        !codes(autre.to_string().into_bytes()).await.is_empty(),
        "of another version"
    );
    for ine in [
        "",
        "0123456789A",
        "ZZZZZZZZZZZ",
        "0123456789MM",
        "ÉÉÉÉÉÉÉÉÉÉÉ",
    ] {
        let fausse = fiche(ine, "2026-09-01T08:00:00Z", "L1").to_string();
        assert!(!codes(fausse.into_bytes()).await.is_empty(), "INE {ine:?}");
    }
    for quand in ["hier", "2026-13-01T00:00:00Z", ""] {
        let fausse = fiche("0123456789M", quand, "L1").to_string();
        assert!(
            !codes(fausse.into_bytes()).await.is_empty(),
            "emis_le {quand:?}"
        );
    }
    // What is unknown is passed over: the contract grows.
    let mut plus = bonne();
    plus["un_champ_de_demain"] = json!({ "a": [1, 2] });
    assert_eq!(
        codes(plus.to_string().into_bytes()).await,
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_dans_quelque_ordre_que_viennent_les_fiches_la_plus_recente_reste() {
    let monde = Monde::new().await;
    let ine = "0123456789M";
    let session = monde.serveur.compte("ordre@univ.example").await;
    monde.informations(&session, &sien(ine)).await;
    // All at once, out of order, each twice, under time zones that only look later.
    let fiches = [
        ("2026-09-03T08:00:00Z", "M1"),
        ("2026-09-03T09:30:00+02:00", "tard sur le papier"),
        ("2026-09-01T08:00:00Z", "L1"),
        ("2026-09-02T08:00:00Z", "L2"),
    ];
    let toutes = fiches.iter().chain(&fiches).map(|(le, quoi)| {
        let fiche = fiche(ine, le, quoi);
        let monde = &monde;
        async move { monde.prendre(&fiche).await }
    });
    futures_util::future::join_all(toutes).await;
    assert_eq!(monde.cursus(&session).await[0]["formation"], "M1");
}

/// The clock of the scolarité is its own affair: it orders its records, and ours has no say. One dated far ahead stays until
/// one dated later comes, which is how a wrong clock is mended.
#[tokio::test(flavor = "multi_thread")]
async fn g18_une_horloge_fausse_chez_la_scolarite_n_ordonne_que_ses_fiches() {
    let monde = Monde::new().await;
    let ine = "0123456789M";
    let session = monde.serveur.compte("horloge@univ.example").await;
    monde.informations(&session, &sien(ine)).await;
    for (emis_le, formation, reste) in [
        ("1999-12-31T23:59:59Z", "vieille", "vieille"),
        ("2099-01-01T00:00:00Z", "en avance", "en avance"),
        ("2026-09-01T08:00:00Z", "à l'heure", "en avance"),
        ("2099-01-01T00:00:00Z", "du même instant", "en avance"),
        ("2099-01-01T00:00:01Z", "corrigée", "corrigée"),
    ] {
        monde.prendre(&fiche(ine, emis_le, formation)).await;
        assert_eq!(monde.cursus(&session).await[0]["formation"], reste);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g37_un_flot_de_fiches_est_pris_et_le_service_repond_pendant() {
    let monde = Monde::new().await;
    let session = monde.serveur.compte("flot@univ.example").await;
    let flot = (0..2000).map(|n| {
        let cle = b"ABCDEFGHJKLMNPRSTUVWXYZ"[(1_000_000_000 + n) % 23] as char;
        let ine = format!("{}{cle}", 1_000_000_000 + n);
        let fiche = fiche(&ine, "2026-09-01T08:00:00Z", "L1");
        let monde = &monde;
        async move { monde.pousser(&fiche).await }
    });
    let flot = futures_util::future::join_all(flot);
    let pendant = async {
        for _ in 0..20 {
            assert_eq!(monde.serveur.lire("/moi", &session).await.statut, 200);
        }
    };
    let (repondus, ()) = tokio::join!(flot, pendant);
    let acceptes = repondus
        .iter()
        .filter(|r| matches!(r, Accuse::Accepte { .. }));
    assert_eq!(acceptes.count(), 2000);
    // And without waiting for an answer: the stream keeps what is too much at once.
    monde.informations(&session, &sien("0123456789M")).await;
    let mut scolarite = Client::joindre(&monde.nats.url()).await;
    for n in 0..200 {
        let emis_le = format!("2026-09-01T08:{:02}:{:02}Z", n / 60, n % 60);
        let fiche = fiche("0123456789M", &emis_le, "L1").to_string();
        scolarite
            .publier("postule.v1.scolarite.cursus.push", &fiche)
            .await;
    }
    assert_eq!(monde.serveur.lire("/moi", &session).await.statut, 200);
    let fin = tokio::time::Instant::now() + PATIENCE;
    let reste = "$JS.API.STREAM.INFO.SCOLARITE";
    while scolarite.demander(reste, "").await["state"]["messages"] != 0 {
        assert!(tokio::time::Instant::now() < fin, "records wait for ever");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(monde.cursus(&session).await[0]["formation"], "L1");
}
