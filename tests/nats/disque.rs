//! What an acknowledgement of JetStream promises: with `sync_interval: always` it comes after the fsync; otherwise it does
//! not, and a power cut takes what was acknowledged (docs/adr/0011, deploy/nats/nats.conf).

use std::path::Path;
use std::time::{Duration, Instant};

use fixtures::outils::ServeurNats;
use serde_json::{Value, json};

use crate::brut::Brut;

/// How long the trace may take to be written.
const PATIENCE: Duration = Duration::from_secs(20);
/// In the published message, in its file, and in the answer to it.
const REPERE: &str = "repere-du-message";
const ACCUSE: &str = "\\\"seq\\\":1}";

/// Publishes one message to a stream of a server with this setting; the system calls around it.
fn trace(dossier: &Path, sync_interval: &str) -> Vec<String> {
    let conf = dossier.join("nats.conf");
    let texte = format!(
        "server_name: nats-1\nlisten: \"127.0.0.1:-1\"\njetstream {{\n  store_dir: {:?}\n  sync_interval: {sync_interval}\n}}\n",
        dossier.join("js")
    );
    std::fs::write(&conf, texte).unwrap();
    let ecrit = dossier.join("trace");
    let appels = "trace=fsync,fdatasync,write,pwrite64,writev";
    let nats = ServeurNats::observe(dossier, &conf, (appels, &ecrit));
    let mut brut = Brut::joindre(nats.port(), "", "");
    let flux = json!({ "name": "ESSAI", "subjects": ["essai"], "storage": "file" });
    let fait: Value = brut.demander("$JS.API.STREAM.CREATE.ESSAI", &flux.to_string());
    assert_eq!(fait["error"], Value::Null, "{fait}");
    let accuse = brut.demander("essai", REPERE);
    assert_eq!(accuse, json!({ "stream": "ESSAI", "seq": 1 }));
    let lire = || std::fs::read_to_string(&ecrit).unwrap();
    let fin = Instant::now() + PATIENCE;
    while !lire().contains(ACCUSE) {
        assert!(Instant::now() < fin, "strace wrote nothing");
        std::thread::sleep(Duration::from_millis(20));
    }
    lire().lines().map(str::to_owned).collect()
}

#[test]
fn avec_sync_interval_always_l_accuse_vient_apres_le_disque_et_sans_lui_avant() {
    for (sync_interval, synchrone) in [("always", true), ("2m", false)] {
        let dossier = tempfile::tempdir().unwrap();
        let trace = trace(dossier.path(), sync_interval);
        let place = |voulue: &dyn Fn(&str) -> bool| trace.iter().position(|l| voulue(l));
        let ecrit = place(&|l| l.contains(REPERE) && l.contains(".blk")).unwrap();
        let accuse = place(&|l| l.contains(ACCUSE)).unwrap();
        assert!(ecrit < accuse, "{sync_interval}");
        let entre = &trace[ecrit..accuse];
        let synchronise = entre
            .iter()
            .any(|l| l.contains("sync(") && l.contains(".blk"));
        assert_eq!(synchronise, synchrone, "{sync_interval}: {entre:#?}");
    }
    // What is installed asks for it.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nats/nats.conf");
    let texte = std::fs::read_to_string(source).unwrap();
    assert!(
        texte
            .lines()
            .any(|ligne| ligne.trim() == "sync_interval: always")
    );
}
