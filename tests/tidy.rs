//! The house rules that a machine can hold.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The hard limit of lines in a source file.
const MAX_LIGNES: usize = 600;

fn racine() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the workspace, by path from its root.
fn sources() -> BTreeMap<String, String> {
    fn parcourir(dossier: &Path, trouves: &mut BTreeMap<String, String>) {
        for entree in std::fs::read_dir(dossier).unwrap() {
            let chemin = entree.unwrap().path();
            if chemin.is_dir() {
                parcourir(&chemin, trouves);
            } else if chemin.extension().is_some_and(|e| e == "rs") {
                let nom = chemin
                    .strip_prefix(racine())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                trouves.insert(nom, std::fs::read_to_string(&chemin).unwrap());
            }
        }
    }
    let mut trouves = BTreeMap::new();
    for dossier in ["src", "actors", "bus", "storage", "fixtures", "tests"] {
        parcourir(&racine().join(dossier), &mut trouves);
    }
    trouves
}

#[test]
fn les_dependances_vont_dans_un_seul_sens() {
    let sortie = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(racine())
        .output()
        .unwrap();
    assert!(
        sortie.status.success(),
        "{}",
        String::from_utf8_lossy(&sortie.stderr)
    );
    let tout: serde_json::Value = serde_json::from_slice(&sortie.stdout).unwrap();
    let permises: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("domain", &[][..]),
        ("storage", &[][..]),
        ("bus", &[][..]),
        ("actors", &["domain", "storage", "bus"][..]),
        ("fixtures", &["domain"][..]),
        ("postule", &["domain", "storage", "bus", "actors"][..]),
    ]);
    let mut vus = 0;
    for paquet in tout["packages"].as_array().unwrap() {
        let nom = paquet["name"].as_str().unwrap();
        vus += 1;
        for dependance in paquet["dependencies"].as_array().unwrap() {
            let vers = dependance["name"].as_str().unwrap();
            let notre = permises.contains_key(vers);
            let essai = dependance["kind"] == "dev";
            assert!(
                !notre || essai || permises[nom].contains(&vers),
                "{nom} must not depend on {vers}"
            );
        }
    }
    assert_eq!(vus, permises.len(), "every package has its line here");
}

#[test]
fn chaque_bibliotheque_n_est_nommee_que_chez_elle() {
    let chez: [(&str, &[&str]); 11] = [
        ("lettre::", &["src/mail/"]),
        ("mail_parser::", &["src/mail/", "fixtures/", "tests/mail/"]),
        ("async_imap::", &["src/portes/imap/"]),
        ("async_nats::", &["bus/src/nats"]),
        ("sled::", &["storage/src/sled", "storage/src/lib.rs"]),
        ("actix::", &["actors/src/"]),
        ("axum::", &["src/edge/", "tests/mail/jetons"]),
        ("hyper_util::", &["src/edge/", "tests/", "fixtures/"]),
        ("openidconnect::", &["src/edge/sso/"]),
        ("roxmltree::", &["src/edge/sso/"]),
        ("argon2::", &["actors/src/mots_de_passe"]),
    ];
    for (nom, texte) in sources().iter().filter(|(nom, _)| *nom != "tests/tidy.rs") {
        for (bibliotheque, places) in chez {
            let nommee = texte.lines().any(|l| {
                let code = l.trim_start();
                !code.starts_with("//") && code.contains(bibliotheque)
            });
            let ici = places.iter().any(|place| nom.starts_with(place));
            assert!(!nommee || ici, "{nom} names {bibliotheque}");
        }
    }
}

#[test]
fn les_fichiers_restent_courts_et_sans_reste() {
    let reste = ["to", "do!("].concat();
    for (nom, texte) in sources() {
        assert!(
            texte.lines().count() <= MAX_LIGNES,
            "{nom} has more than {MAX_LIGNES} lines"
        );
        assert!(!texte.contains(&reste), "{nom} has something left undone");
    }
}

#[test]
fn la_racine_ne_contient_que_ce_qui_est_convenu() {
    let convenus = [
        "Cargo.toml",
        "Cargo.lock",
        // askama reads where the templates are from here only.
        "askama.toml",
        "src",
        "actors",
        "bus",
        "storage",
        "fixtures",
        "tests",
        "docs",
        "deploy",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "rust-toolchain.toml",
        "target",
        "donnees",
    ];
    for entree in std::fs::read_dir(racine()).unwrap() {
        let nom = entree.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            nom.starts_with('.') || convenus.contains(&nom.as_str()),
            "{nom} is not expected here"
        );
    }
}

/// The names of every test function of the workspace.
fn noms_des_essais() -> Vec<String> {
    let fonctions = sources().into_values().flat_map(|texte| {
        let noms = texte.lines().filter_map(|ligne| {
            let (_, suite) = ligne.trim_start().split_once("fn ")?;
            let fin = suite.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
            Some(suite[..fin].to_owned())
        });
        noms.collect::<Vec<_>>()
    });
    fonctions.collect()
}

/// A rule of the guide has a test named after it, first of all; a transition and a quality are named by one.
#[test]
fn chaque_regle_a_un_essai_a_son_nom() {
    let noms = noms_des_essais();
    let commence = |id: &str| noms.iter().any(|nom| nom.starts_with(&format!("{id}_")));
    let nomme = |id: &str| commence(id) || noms.iter().any(|nom| nom.contains(&format!("_{id}_")));
    let guide = (2..=35).chain([37, 38]).map(|n| format!("g{n:02}"));
    let sans: Vec<String> = guide.filter(|id| !commence(id)).collect();
    assert_eq!(sans, [""; 0], "no test begins with these rules");
    let transitions = (1..=26).map(|n| format!("t{n:02}"));
    let qualites = [
        1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 19, 20, 40, 41, 43, 45,
    ];
    let qualites = qualites.into_iter().map(|n| format!("q{n:02}"));
    let sans: Vec<String> = transitions
        .chain(qualites)
        .filter(|id| !nomme(id))
        .collect();
    assert_eq!(sans, [""; 0], "no test names these");
}

/// A promise with a proof that is not there is worse than none.
#[test]
fn chaque_preuve_annoncee_est_un_essai() {
    let noms = noms_des_essais();
    let page = std::fs::read_to_string(racine().join("docs/qualities.md")).unwrap();
    let preuves = page
        .lines()
        .filter(|l| ["| Q", "| P", "| S"].iter().any(|d| l.starts_with(d)))
        .flat_map(|l| l.split('`').skip(1).step_by(2));
    let mut vues = 0;
    for preuve in preuves.filter(|p| p.contains(['_', '/'])) {
        vues += 1;
        let la = if preuve.contains('/') {
            racine().join(preuve).is_file()
        } else {
            noms.iter().any(|nom| nom == preuve)
        };
        assert!(la, "docs/qualities.md announces {preuve}");
    }
    assert!(vues > 100, "only {vues} proofs were read");
    let sans = (1..=23).map(|n| format!("| P{n:02} |"));
    let sans: Vec<String> = sans.filter(|p| !page.contains(p.as_str())).collect();
    assert_eq!(sans, [""; 0], "complaints without an answer");
    // Every rule of the support inbox has its line.
    for rang in 1..=66 {
        let regle = format!("S{rang:02}");
        let nommee = |l: &str| l.split('|').nth(1).is_some_and(|c| c.contains(&regle));
        assert!(
            page.lines().any(nommee),
            "docs/qualities.md says nothing of {regle}"
        );
    }
}
