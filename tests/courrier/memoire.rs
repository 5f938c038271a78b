//! S02: what reading one mail may cost, however it is made.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The most the process may hold, KiB: the mail as it was read, its copy without what the parser should not meet, and parts,
/// headers and text within their limits.
const MEMOIRE_MAX: u64 = 224 * 1024;
/// Bytes of each mail; without limits, ten million would be five hundred and more.
const TAILLE: usize = 10 * 1024 * 1024;

/// A mail that repeats one thing until it is large.
fn plein(debut: &str, motif: &str) -> Vec<u8> {
    let fois = TAILLE / motif.len();
    [debut.as_bytes(), motif.repeat(fois).as_bytes()].concat()
}

/// Understands a mail in a process of its own; the most that process held, KiB.
fn au_plus(mail: Vec<u8>) -> u64 {
    let mut enfant = Command::new(env!("CARGO_BIN_EXE_postule"))
        .args(["mail", "classify", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut entree = enfant.stdin.take().unwrap();
    let ecriture = std::thread::spawn(move || entree.write_all(&mail).is_ok());
    let mut haut = 0;
    // The figure only grows; the last one seen before the end is the highest but for its last millisecond.
    let code = loop {
        if let Some(code) = enfant.try_wait().unwrap() {
            break code;
        }
        let etat = std::fs::read_to_string(format!("/proc/{}/status", enfant.id()));
        let ligne = etat.unwrap_or_default();
        let ligne = ligne.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let lu = ligne.and_then(|l| l.split_whitespace().next()?.parse().ok());
        haut = haut.max(lu.unwrap_or_default());
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(ecriture.join().unwrap() && code.success());
    haut
}

#[test]
fn s02_aucun_mail_ne_prend_plus_que_sa_part_de_memoire() {
    let parties = "From: a@b.fr\nContent-Type: multipart/mixed; boundary=a\n\n";
    for (nom, mail) in [
        ("empty parts", plein(parties, "--a\n\n")),
        ("headers", plein("From: a@b.fr\n", "a:\n")),
        ("addresses", plein("To: ", "<a@b.fr>,")),
        ("encoded words", plein("Subject: ", "=?utf-8?B?w6k=?= ")),
        (
            "elements",
            plein("Content-Type: text/html\n\n", "<td><a href=x>"),
        ),
        ("quotes", plein("From: a@b.fr\n\n", "> x\n")),
        ("one line", plein("From: a@b.fr\n\n", "mot de passe ")),
    ] {
        let haut = au_plus(mail);
        assert!(haut > 0 && haut < MEMOIRE_MAX, "{nom}: {haut} KiB");
    }
}
