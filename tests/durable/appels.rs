//! What the program asks of the system, watched by strace: an answer comes after the fsync (architecture, decision 2).

use std::fs;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::candidat::Candidat;
use crate::terrain::Terrain;

const PDF: &[u8] = include_bytes!("../../src/demo/fichiers/demande-vapp.pdf");
/// Threads of the program are followed; paths are shown with each handle.
const STRACE: [&str; 8] = [
    "-f",
    "-y",
    "-s",
    "64",
    "-e",
    "trace=fsync,fdatasync,rename,renameat,renameat2,write,writev,sendto,sendmsg,pwrite64",
    "-e",
    "signal=none",
];

/// One system call as strace tells it.
fn lignes(trace: &str) -> Vec<&str> {
    trace
        .lines()
        .filter(|l| !l.contains("resumed>") || l.contains("= "))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn un_acquittement_vient_apres_la_synchronisation_et_le_fichier_avant_l_evenement() {
    let terrain = Terrain::new();
    let trace = terrain.chemin("trace");
    let mut commande = Command::new("strace");
    commande.args(STRACE).arg("-o").arg(&trace);
    commande.arg(env!("CARGO_BIN_EXE_postule"));
    let processus = terrain.demarrer_sous(commande);
    let mut candidat = Candidat::new(&terrain, 0).await;
    let client = &mut candidat.client;
    let debut = calme(&trace).await;
    let stage = json!({ "debut": "2023-01", "fin": "2023-06", "intitule": "repere-commande", "organisme": "Mairie" });
    let fait = client
        .demander("POST", "/moi/stages", None, &stage)
        .await
        .unwrap();
    assert_eq!(fait.statut, 201, "{}", fait.json());
    let commande = lire_apres(&trace, debut);
    let reponse = position(&commande, |l| l.contains("HTTP/1.1 201"));
    let synchro = position(&commande, |l| {
        l.contains("fdatasync(") && l.contains("/journal/db")
    });
    assert!(
        synchro < reponse,
        "acknowledged before it was on disk:\n{}",
        commande.join("\n")
    );

    let ouvert = client
        .demander("POST", "/dossiers", None, &json!({ "formation": "M1" }))
        .await;
    let dossier = ouvert.unwrap().json()["id"].as_str().unwrap().to_owned();
    let debut = calme(&trace).await;
    let depose = client
        .deposer(&dossier, "LM", None, Bytes::from_static(PDF))
        .await
        .unwrap();
    assert_eq!(depose.statut, 200, "{}", depose.json());
    let depot = lire_apres(&trace, debut);
    let texte = || depot.join("\n");
    let fichier = position(&depot, |l| {
        l.contains("fsync(") && l.contains("/fichiers/tmp/")
    });
    let nom = position(&depot, |l| {
        l.contains("rename") && l.contains("/fichiers/tmp/")
    });
    let dossiers = |l: &String| {
        l.contains("fsync(") && l.contains("/fichiers/") && !l.contains("/fichiers/tmp/")
    };
    let folder = depot
        .iter()
        .rposition(dossiers)
        .unwrap_or_else(|| panic!("{}", texte()));
    let reponse = position(&depot, |l| l.contains("HTTP/1.1 200"));
    let journal = |l: &String| l.contains("fdatasync(") && l.contains("/journal/db");
    let evenement = depot[..reponse].iter().rposition(journal);
    let evenement = evenement.unwrap_or_else(|| panic!("{}", texte()));
    let ordre = [fichier, nom, folder, evenement, reponse];
    assert!(ordre.is_sorted(), "{ordre:?}\n{}", texte());
    let lu = client
        .demander("GET", "/dossiers", None, &Value::Null)
        .await
        .unwrap();
    assert_eq!(lu.statut, 200);
    drop(processus);
}

/// Waits until nothing is owed any more and the relay is silent; returns how long the trace is.
async fn calme(trace: &std::path::Path) -> usize {
    let ecrits = || {
        fs::read_to_string(trace)
            .unwrap()
            .matches("/journal/db")
            .count()
    };
    loop {
        let avant = ecrits();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        if ecrits() == avant {
            return fs::read(trace).unwrap().len();
        }
    }
}

fn lire_apres(trace: &std::path::Path, debut: usize) -> Vec<String> {
    let tout = fs::read(trace).unwrap();
    let texte = String::from_utf8_lossy(tout.get(debut..).unwrap_or_default()).into_owned();
    lignes(&texte).into_iter().map(str::to_owned).collect()
}

fn position(lignes: &[String], voulue: impl Fn(&str) -> bool) -> usize {
    let trouvee = lignes.iter().position(|l| voulue(l));
    trouvee.unwrap_or_else(|| panic!("no such call in:\n{}", lignes.join("\n")))
}
