//! The texts compiled in. A mail without its two texts does not build.

use domain::effet::CodeMail;

macro_rules! textes {
    ($($variante:ident => $dossier:literal,)*) => {
        /// Every mail there is.
        pub(super) const CODES: &[CodeMail] = &[$(CodeMail::$variante),*];

        /// The folder of a mail's texts.
        pub(super) const fn dossier(code: CodeMail) -> &'static str {
            match code {
                $(CodeMail::$variante => $dossier,)*
            }
        }

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

textes! {
    CptMinCreate => "cpt_min_create",
    CptMinLienValidOublie => "cpt_min_lien_valid_oublie",
    CptMinMdpOublie => "cpt_min_mdp_oublie",
    CptMinModMail => "cpt_min_mod_mail",
    CptMinDelete => "cpt_min_delete",
    CompteExiste => "compte_existe",
    Candidature => "candidature",
    CandidatureAnnulation => "candidature_annulation",
    CommissionAlertAnnulation => "commission_alert_annulation",
    StatutRe => "statut_re",
    CommissionAlertTransmission => "commission_alert_transmission",
    RelanceTransmission => "relance_transmission",
    AnnulationGestion => "annulation_gestion",
    CommissionAlertProposition => "commission_alert_proposition",
    StatutIn => "statut_in",
    StatutReRepris => "statut_re_repris",
    StatutCo => "statut_co",
    AvisFavorable => "avis_favorable",
    AvisDefavorable => "avis_defavorable",
    AvisListeComp => "avis_liste_comp",
    AvisListeAtt => "avis_liste_att",
    AvisPreselection => "avis_preselection",
    AvisListePrinc => "avis_liste_princ",
    CommissionAlertListePrinc => "commission_alert_liste_princ",
    CandidatureConfirm => "candidature_confirm",
    CandidatureDesist => "candidature_desist",
    CandidatureDesistAuto => "candidature_desist_auto",
    CommissionAlertDesistement => "commission_alert_desistement",
    CandidatureRelanceFavo => "candidature_relance_favo",
    OffreRetablie => "offre_retablie",
    Prolongation => "prolongation",
    PiecesModifiees => "pieces_modifiees",
}

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

/// The mail whose texts are in this folder.
pub(super) fn code(dossier: &str) -> Option<CodeMail> {
    CODES.iter().copied().find(|c| self::dossier(*c) == dossier)
}
