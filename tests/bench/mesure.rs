//! Figures: percentiles, memory, the machine.

use std::time::Duration;

/// The machine and the date.
pub(crate) fn machine() -> String {
    let lire = |chemin: &str| std::fs::read_to_string(chemin).unwrap_or_default();
    let champ = |texte: &str, nom: &str| {
        let ligne = texte.lines().find(|l| l.starts_with(nom))?.to_owned();
        Some(ligne.split_once(':')?.1.trim().to_owned())
    };
    let processeur = champ(&lire("/proc/cpuinfo"), "model name").unwrap_or_default();
    let memoire = champ(&lire("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let coeurs = std::thread::available_parallelism().map_or(1, usize::from);
    let le = jiff::Timestamp::now();
    format!("{le:.0} : {coeurs} × {processeur}, {memoire}")
}

/// A field of `/proc/<pid>/status`, MiB.
pub(crate) fn memoire(pid: u32, champ: &str) -> u64 {
    let texte = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let ligne = texte.lines().find(|l| l.starts_with(champ));
    let kib = ligne.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// Times of one kind of act.
#[derive(Default)]
pub(crate) struct Durees(Vec<Duration>);

impl Durees {
    pub(crate) fn noter(&mut self, duree: Duration) {
        self.0.push(duree);
    }

    pub(crate) fn joindre(&mut self, autres: Self) {
        self.0.extend(autres.0);
    }

    pub(crate) fn combien(&self) -> usize {
        self.0.len()
    }

    /// p50, p95, p99, worst.
    pub(crate) fn dire(&mut self) -> String {
        self.0.sort_unstable();
        let centile = |c: usize| {
            let rang = (self.0.len() * c / 100).min(self.0.len().saturating_sub(1));
            let duree = self.0.get(rang).copied().unwrap_or_default();
            format!("{:.2}", duree.as_secs_f64() * 1000.0)
        };
        let [p50, p95, p99, pire] = [50, 95, 99, 100].map(centile);
        format!("p50 {p50} ms, p95 {p95}, p99 {p99}, pire {pire}")
    }
}
