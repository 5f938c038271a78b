//! The trail in words: what each act is called, and what its detail says.

use actors::protocol::{LigneAudit, PersonnelVue};
use domain::campagne::{Catalogue, Cle};
use domain::ids::TexteMailCode;

use super::nom;
use crate::campagne::Genre;
use crate::textes::{Dit, Textes, titre_modele};

/// What an act is called.
type Mot = fn(Textes) -> Dit;

/// Code of an act, and its words.
const ACTES: &[(&str, Mot)] = &[
    ("voir_dossier", Textes::trace_voir_dossier),
    ("voir_piece", Textes::trace_voir_piece),
    ("imprimer_dossier", Textes::trace_imprimer_dossier),
    ("exporter", Textes::trace_exporter),
    ("creer", Textes::trace_creer),
    ("proposer", Textes::trace_proposer),
    ("decider_piece", Textes::trace_decider_piece),
    ("exiger_piece", Textes::trace_exiger_piece),
    ("renvoyer", Textes::trace_renvoyer),
    ("reprendre", Textes::trace_reprendre),
    ("declarer_complet", Textes::trace_declarer_complet),
    ("rouvrir", Textes::trace_rouvrir),
    ("saisir_avis", Textes::trace_saisir_avis),
    ("retirer_avis", Textes::trace_retirer_avis),
    ("publier_avis", Textes::trace_publier_avis),
    ("annuler_par_gestion", Textes::trace_annuler),
    ("confirmer", Textes::trace_confirmer),
    ("se_desister", Textes::trace_se_desister),
    ("fixer_echeances", Textes::trace_fixer_echeances),
    ("retablir", Textes::trace_retablir),
    ("promouvoir", Textes::trace_promouvoir),
    ("annoter", Textes::trace_annoter),
    ("voir_demande", Textes::trace_voir_demande),
    ("voir_original", Textes::trace_voir_original),
    ("regler_support", Textes::trace_regler_support),
    ("changer_campagne", Textes::trace_changer_campagne),
    ("partager_commentaire", Textes::trace_partager_commentaire),
    ("oublier_commentaire", Textes::trace_oublier_commentaire),
    ("effacer", Textes::trace_effacer),
    ("inviter_personnel", Textes::trace_inviter_personnel),
    ("renvoyer_invitation", Textes::trace_renvoyer_invitation),
    ("modifier_personnel", Textes::trace_modifier_personnel),
    ("desactiver_personnel", Textes::trace_desactiver_personnel),
    (
        "retirer_second_facteur",
        Textes::trace_retirer_second_facteur,
    ),
    ("delier_identite", Textes::trace_delier_identite),
    ("changer_acces", Textes::trace_changer_acces),
];

/// An act in words; one of a later version by its code.
pub(super) fn acte(t: Textes, code: &str) -> String {
    let trouve = ACTES.iter().find(|(connu, _)| *connu == code);
    trouve.map_or_else(|| code.replace('_', " "), |(_, mot)| mot(t).0.to_owned())
}

/// What a line says beyond its act.
pub(super) fn detail(
    t: Textes,
    catalogue: &Catalogue,
    personnes: &[PersonnelVue],
    ligne: &LigneAudit,
) -> String {
    let Some(detail) = ligne.detail.as_deref().map(str::trim) else {
        return String::new();
    };
    match ligne.quoi.as_str() {
        "voir_piece" => {
            let piece = catalogue.pieces.get(detail);
            piece
                .map_or(detail, |p| p.libelle.dans(t.langue()))
                .to_owned()
        }
        "changer_campagne" => definition(t, detail),
        "exporter" => export(t, detail),
        "regler_support" => reglage(t, detail),
        _ => {
            let qui = personnes.iter().find(|p| p.id.as_str() == detail);
            qui.map_or_else(|| detail.to_owned(), nom)
        }
    }
}

/// `formation M1-INFO`, or how many definitions at once.
fn definition(t: Textes, detail: &str) -> String {
    let Some((genre, code)) = detail.split_once(' ') else {
        return t.trace_definitions(detail);
    };
    if let Some((mail, langue)) = TexteMailCode::from(code)
        .modele()
        .filter(|_| genre == "mail")
    {
        return t.trace_texte_mail(titre_modele(t, mail), langue.tag());
    }
    let genres = Genre::LISTES.into_iter().chain([Genre::Campagne]);
    let cles = genres.map(|g| g.cle(code));
    let cle: Option<Cle> = cles.into_iter().find(|cle| cle.genre() == genre);
    cle.map_or_else(
        || detail.to_owned(),
        |cle| format!("{} {code}", cle.nom(t.langue())),
    )
}

/// `csv, 12 dossiers, etat=transmis`.
fn export(t: Textes, detail: &str) -> String {
    let mots = detail.split(", ").map(|mot| {
        if let Some(combien) = mot.strip_suffix(" dossiers") {
            return t.trace_dossiers(combien);
        }
        let Some((critere, valeur)) = mot.split_once('=') else {
            return mot.to_uppercase();
        };
        let critere = match critere {
            "formation" => t.trace_formation().0,
            "centre" => t.trace_centre().0,
            "commission" => t.trace_commission().0,
            "etat" => t.trace_etat().0,
            "avis" => t.trace_avis().0,
            "reponse" => t.trace_reponse().0,
            "q" => t.trace_mots().0,
            autre => autre,
        };
        format!("{critere} {}", valeur.replace('_', " "))
    });
    mots.collect::<Vec<_>>().join(", ")
}

fn reglage(t: Textes, detail: &str) -> String {
    match detail.split_once(' ') {
        Some(("rejouer", sha256)) => t.trace_rejouer(sha256),
        _ if detail == "actif" => t.trace_reponses_reprises().to_owned(),
        _ if detail == "arret" => t.trace_reponses_arretees().to_owned(),
        _ => detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn source(nom: &str) -> String {
        let racine = Path::new(env!("CARGO_MANIFEST_DIR")).join("actors/src/guichet");
        std::fs::read_to_string(racine.join(nom)).unwrap()
    }

    /// Every code the counter writes, read from its sources: one without words would be shown raw.
    #[test]
    fn chaque_acte_trace_a_ses_mots() {
        let mut codes = Vec::new();
        let guichet = Path::new(env!("CARGO_MANIFEST_DIR")).join("actors/src/guichet");
        for entree in std::fs::read_dir(guichet).unwrap() {
            let texte = std::fs::read_to_string(entree.unwrap().path()).unwrap();
            for debut in ["quoi: \"", "regarder(agent, \"", "regarder(&agent, \""] {
                let suites = texte.split(debut).skip(1);
                codes.extend(suites.map(|s| s.split('"').next().unwrap().to_owned()));
            }
        }
        let personnel = source("personnel.rs");
        let noms = personnel.split_once("const fn nom(").unwrap().1;
        let equipe = source("equipe.rs");
        let noms = noms.split("=> \"").skip(1);
        let noms = noms.chain(equipe.split("=> (\"").skip(1));
        codes.extend(noms.map(|s| s.split('"').next().unwrap().to_owned()));
        // An act on a dossier goes by its command's own name.
        let instruction = source("instruction.rs");
        let pouvoir = instruction.split_once("const fn pouvoir(").unwrap().1;
        let pouvoir = pouvoir.split("Some(Pouvoir::Annoter)").next().unwrap();
        for variante in pouvoir.split("Commande::").skip(1) {
            let nom: String = variante
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .collect();
            let mut code = String::new();
            for c in nom.chars() {
                if c.is_ascii_uppercase() && !code.is_empty() {
                    code.push('_');
                }
                code.push(c.to_ascii_lowercase());
            }
            codes.push(code);
        }
        assert!(codes.len() >= 30, "{codes:?}");
        for code in codes {
            assert!(
                ACTES.iter().any(|(connu, _)| *connu == code),
                "{code} has no words"
            );
        }
    }

    #[test]
    fn un_detail_se_lit() {
        let t = Textes(domain::langue::Langue::Fr);
        for (quoi, detail_, attendu) in [
            ("changer_campagne", "formation M1-INFO", "formation M1-INFO"),
            ("changer_campagne", "piece CV", "pièce CV"),
            (
                "changer_campagne",
                "mail statut_re.fr",
                "texte du mail « Dossier transmis » (fr)",
            ),
            ("changer_campagne", "43", "43 définitions"),
            (
                "exporter",
                "csv, 12 dossiers, etat=en_attente",
                "CSV, 12 dossiers, état en attente",
            ),
            ("regler_support", "arret", "réponses automatiques arrêtées"),
            ("voir_demande", "ABCD ", "ABCD"),
            ("acte_de_demain", "x", "x"),
        ] {
            let ligne = LigneAudit {
                le: jiff::Timestamp::UNIX_EPOCH,
                personnel: "x".into(),
                quoi: quoi.to_owned(),
                dossier: None,
                candidat: None,
                detail: Some(detail_.to_owned()),
            };
            let dit = detail(t, &Catalogue::default(), &[], &ligne);
            assert_eq!(dit, attendu);
        }
        assert_eq!(acte(t, "acte_de_demain"), "acte de demain");
    }
}
