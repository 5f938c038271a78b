//! What the program is built from: the lists of `.deny.toml`, held from what cargo says (Q20).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;
use spdx::{Expression, ParseMode};

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banni>,
}

#[derive(Deserialize)]
struct Banni {
    #[serde(rename = "crate")]
    nom: String,
    /// Who alone may depend on it; nobody if absent.
    #[serde(default)]
    wrappers: BTreeSet<String>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: BTreeSet<String>,
}

fn racine() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn regles() -> Deny {
    let texte = std::fs::read_to_string(racine().join(".deny.toml")).unwrap();
    toml::from_str(&texte).unwrap()
}

/// Every package that the lock names, as cargo sees it. Those of other systems, which no build here needs, are fetched
/// when they are not there yet.
fn metadonnees() -> &'static Value {
    static LUES: OnceLock<Value> = OnceLock::new();
    LUES.get_or_init(|| {
        let sortie = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(racine())
            .output()
            .unwrap();
        let erreur = String::from_utf8_lossy(&sortie.stderr);
        assert!(sortie.status.success(), "{erreur}");
        serde_json::from_slice(&sortie.stdout).unwrap()
    })
}

fn paquets() -> impl Iterator<Item = (&'static str, &'static Value)> {
    let paquets = metadonnees()["packages"].as_array().unwrap().iter();
    paquets.map(|p| (p["name"].as_str().unwrap(), p))
}

/// Whether a licence expression can be met with these licences alone.
fn convient(licence: &str, permises: &BTreeSet<String>) -> bool {
    let expression = Expression::parse_mode(licence, ParseMode::LAX).unwrap();
    expression.evaluate(|demande| {
        let id = demande.license.id();
        id.is_some_and(|id| permises.contains(id.name))
    })
}

#[test]
fn q20_chaque_licence_est_permise() {
    let permises = regles().licenses.allow;
    assert!(!convient("GPL-3.0-only", &permises) && !convient("MIT AND SSPL-1.0", &permises));
    let (mut vus, mut refuses) = (0, vec![]);
    // Without a source it is ours.
    for (nom, paquet) in paquets().filter(|(_, p)| !p["source"].is_null()) {
        vus += 1;
        let licence = paquet["license"].as_str().unwrap_or("NONE");
        if licence == "NONE" || !convient(licence, &permises) {
            refuses.push(format!("{nom}: {licence}"));
        }
    }
    assert!(vus > 100, "cargo names what we depend on");
    assert!(refuses.is_empty(), "{refuses:#?}");
}

#[test]
fn q20_tout_vient_du_registre_public() {
    let permis = regles().sources.allow_registry;
    for (nom, paquet) in paquets() {
        let Some(source) = paquet["source"].as_str() else {
            let chemin = paquet["manifest_path"].as_str().unwrap();
            assert!(
                PathBuf::from(chemin).starts_with(racine()),
                "{nom} is outside: {chemin}"
            );
            continue;
        };
        let registre = source.strip_prefix("registry+");
        assert!(
            registre.is_some_and(|r| permis.contains(r)),
            "{nom} comes from {source}"
        );
    }
}

#[test]
fn q20_ce_qui_est_banni_n_est_pas_la_et_le_reste_n_a_qu_une_porte() {
    for banni in regles().bans.deny {
        for (nom, paquet) in paquets() {
            assert!(
                nom != banni.nom || !banni.wrappers.is_empty(),
                "{nom} is banned: {}",
                banni.reason
            );
            let dependances = paquet["dependencies"].as_array().unwrap().iter();
            let porte = dependances
                .filter(|d| d["kind"] != "dev" && d["optional"] == false)
                .any(|d| d["name"] == banni.nom.as_str());
            assert!(
                !porte || banni.wrappers.contains(nom) || banni.wrappers.is_empty(),
                "{nom} must not depend on {}: {}",
                banni.nom,
                banni.reason
            );
        }
    }
}

#[test]
fn q20_aucun_code_unsafe_n_est_permis_chez_nous() {
    let lire = |chemin: PathBuf| -> toml::Table {
        toml::from_str(&std::fs::read_to_string(chemin).unwrap()).unwrap()
    };
    let racine = lire(racine().join("Cargo.toml"));
    let regle = racine["workspace"]["lints"]["rust"]["unsafe_code"].as_str();
    assert_eq!(regle, Some("forbid"));
    let mut vus = 0;
    for (nom, paquet) in paquets().filter(|(_, p)| p["source"].is_null()) {
        vus += 1;
        let manifeste = lire(paquet["manifest_path"].as_str().unwrap().into());
        let lints = &manifeste["lints"];
        assert_eq!(
            lints["workspace"].as_bool(),
            Some(true),
            "{nom} has lints of its own"
        );
    }
    assert_eq!(vus, 6, "every package of ours");
}
