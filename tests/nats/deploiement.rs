//! The units of `deploy/systemd`, read by systemd's own tool where there is one.

use std::path::Path;
use std::process::Command;

#[test]
fn les_unites_de_deploy_sont_valables() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/systemd");
    let dossier = tempfile::tempdir().unwrap();
    for nom in ["postule.service", "nats-server.service"] {
        let texte = std::fs::read_to_string(source.join(nom)).unwrap();
        assert!(
            texte.contains("TimeoutStopSec="),
            "{nom}: what is under way finishes first"
        );
        // The programs are not installed here; the tool wants them to be.
        let texte = texte
            .replace("/usr/local/bin/postule", "/bin/true")
            .replace("/usr/local/bin/nats-server", "/bin/true");
        std::fs::write(dossier.path().join(nom), texte).unwrap();
        let Ok(lue) = Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .arg(dossier.path().join(nom))
            .output()
        else {
            println!("systemd-analyze is not here: {nom} was not read");
            continue;
        };
        let dit = String::from_utf8_lossy(&lue.stderr);
        assert!(lue.status.success() && !dit.contains(nom), "{dit}");
    }
}
