//! The texts compiled in. A mail or an answer without its two texts does not build.

macro_rules! textes {
    ($($variante:ident => $dossier:literal,)*) => {
        const TEXTES: &[(&str, &str)] = &[$(
            (
                concat!($dossier, "/fr.txt"),
                include_str!(concat!("../../templates/mail/", $dossier, "/fr.txt")),
            ),
            (
                concat!($dossier, "/en.txt"),
                include_str!(concat!("../../templates/mail/", $dossier, "/en.txt")),
            ),
        )*];
    };
}

domain::chaque_mail!(textes);

macro_rules! reponses {
    ($($(#[$dit:meta])* $variante:ident => $dossier:literal,)*) => {
        const TEXTES_REPONSES: &[(&str, &str)] = &[$(
            (
                concat!($dossier, "/fr.txt"),
                include_str!(concat!("../../templates/mail/", $dossier, "/fr.txt")),
            ),
            (
                concat!($dossier, "/en.txt"),
                include_str!(concat!("../../templates/mail/", $dossier, "/en.txt")),
            ),
        )*];
    };
}

domain::chaque_reponse!(reponses);

const CADRE: [(&str, &str); 3] = [
    (
        "cadre/fr.txt",
        include_str!("../../templates/mail/cadre/fr.txt"),
    ),
    (
        "cadre/en.txt",
        include_str!("../../templates/mail/cadre/en.txt"),
    ),
    (
        "cadre/page.html",
        include_str!("../../templates/mail/cadre/page.html"),
    ),
];

/// Path and content of every file.
pub(super) fn tous() -> impl Iterator<Item = (&'static str, &'static str)> {
    let reponses = TEXTES_REPONSES.iter().copied();
    CADRE
        .into_iter()
        .chain(TEXTES.iter().copied())
        .chain(reponses)
}
