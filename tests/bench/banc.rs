//! How fast it is, as ratios and percentiles measured in one run, printed with the machine and the date.
//!
//! `cargo bench --bench postule` runs everything; `-- q31 q36` some; `-- q33 --candidats 1000000`, `-- q34 --dossiers 2000`,
//! `-- q35 --mails 1000` or `-- cursus --fiches 1000000` with that many.
//! One module per question of `5-quality.md`; what they found is in `docs/performance.md`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails loudly"
)]

mod compagnon;
mod grappe;
mod mesure;
mod q30;
mod q31;
mod q32;
mod q33;
mod q34;
mod q35;
mod q36;
mod systeme;
#[path = "../durable/terrain.rs"]
mod terrain;

/// As the program: some of what is measured runs here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    // The second half of Q33, in processes of its own.
    if let [quoi, dossier] = arguments.as_slice()
        && quoi == q33::MESURER
    {
        return q33::mesurer(dossier.as_ref());
    }
    if let [quoi, dossier] = arguments.as_slice()
        && quoi == q33::OUVRIR
    {
        return q33::ouvrir(dossier.as_ref());
    }
    if let [quoi, dossier] = arguments.as_slice()
        && quoi == compagnon::SERVIR
    {
        return compagnon::servir(dossier.into());
    }
    let valeur = |nom: &str| {
        let rang = arguments.iter().position(|a| a == nom)?;
        arguments.get(rang + 1)?.parse::<usize>().ok()
    };
    let voulues = [
        "q30", "q31", "q32", "q33", "q34", "q35", "q36", "grappe", "r1", "r3", "morts", "cursus",
    ];
    let nommees = arguments.iter().any(|a| voulues.contains(&a.as_str()));
    let voulue = |nom: &str| !nommees || arguments.iter().any(|a| a == nom);
    println!("{}", mesure::machine());
    if voulue("q30") {
        q30::mesurer();
    }
    if voulue("q31") {
        q31::mesurer();
    }
    if voulue("q32") {
        q32::mesurer();
    }
    if voulue("grappe") || voulue("r1") {
        grappe::mesurer();
    }
    if voulue("grappe") || voulue("r3") {
        grappe::mesurer_trois();
    }
    if voulue("grappe") || voulue("morts") {
        grappe::mesurer_morts();
    }
    if voulue("cursus") {
        grappe::pousser(valeur("--fiches").unwrap_or(grappe::FICHES));
    }
    if voulue("q33") {
        q33::preparer(valeur("--candidats").unwrap_or(q33::CANDIDATS));
    }
    if voulue("q34") {
        q34::mesurer(valeur("--dossiers").unwrap_or(q34::DOSSIERS));
    }
    if voulue("q35") {
        q35::mesurer(valeur("--mails").unwrap_or(q35::MAILS));
    }
    if voulue("q36") {
        q36::mesurer(valeur("--parcours").unwrap_or(q36::PARCOURS));
    }
}
