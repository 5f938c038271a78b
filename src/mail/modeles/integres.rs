//! The texts compiled in. A mail without its two texts does not build.

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
    ($($dossier:literal),*) => {
        /// The folders of what the support answers, or proposes to.
        pub(super) const REPONSES: &[&str] = &[$($dossier),*];

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

reponses!(
    "support_projet",
    "support_lien_expire",
    "support_compte_ancien",
    "support_suivi",
    "support_trop_gros"
);

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
