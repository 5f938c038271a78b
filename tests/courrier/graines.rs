//! The bodies of the fuzz targets on their seeds, whole and cut, on the ordinary toolchain.

#[path = "../fuzz/corps.rs"]
mod corps;

use std::path::Path;

/// Every file of these folders, from the root.
fn graines(dossiers: &[&str]) -> Vec<Vec<u8>> {
    let mut noms = Vec::new();
    for dossier in dossiers {
        let la = Path::new(env!("CARGO_MANIFEST_DIR")).join(dossier);
        noms.extend(std::fs::read_dir(la).unwrap().map(|e| e.unwrap().path()));
    }
    noms.sort();
    assert!(!noms.is_empty(), "{dossiers:?}");
    noms.iter().map(|nom| std::fs::read(nom).unwrap()).collect()
}

/// As they are, and broken off at an odd place.
fn rejouer(corps: impl Fn(&[u8]), graines: &[Vec<u8>]) {
    for graine in graines {
        corps(graine);
        corps(&graine[..graine.len() * 5 / 7]);
    }
}

#[test]
fn s10_les_graines_des_mails_ont_une_reponse() {
    let mails = graines(&["fixtures/mail/corpus", "tests/fuzz/graines/mail_entrant"]);
    rejouer(corps::mail_entrant, &mails);
}

#[test]
fn les_graines_des_fichiers_de_l_exploitant_ont_une_reponse() {
    let configurations = graines(&["tests/fuzz/graines/configuration"]);
    rejouer(corps::configuration, &configurations);
    rejouer(corps::campagne, &graines(&["tests/fuzz/graines/campagne"]));
    rejouer(corps::boite, &graines(&["tests/fuzz/graines/boite"]));
}

#[test]
fn q16_les_graines_des_pieces_ont_une_reponse() {
    rejouer(corps::fichier, &graines(&["tests/fuzz/graines/fichier"]));
}
