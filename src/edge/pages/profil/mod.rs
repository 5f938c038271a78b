//! The profile: an overview, and a page for each section (G11–G19).

mod entrees;
mod informations;
mod sections;

pub(super) use entrees::*;
pub(super) use informations::*;
pub(super) use sections::*;

use actors::protocol::Moi;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::profil::{Adresse, Baccalaureat, Profil, Rubrique};

use super::visiteur::{Arret, Visiteur};
use crate::data::Listes;
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::date;

/// A section in the overview.
struct Ligne {
    chemin: &'static str,
    titre: &'static str,
    lignes: Vec<String>,
    badge: Option<(&'static str, &'static str)>,
    etat: String,
    classe: &'static str,
}

#[derive(Template)]
#[template(path = "profil/sommaire.html")]
struct Sommaire {
    t: Textes,
    complet: bool,
    rubriques: Vec<Ligne>,
}

/// The words of a code in a list; the code itself if it is not there.
fn mot(choix: Vec<(String, String)>, code: &str) -> String {
    let trouve = choix.into_iter().find(|(connu, _)| connu == code);
    trouve.map_or_else(|| code.to_owned(), |(_, mot)| mot)
}

fn informations_en_mots(t: Textes, profil: &Profil) -> Vec<String> {
    let pays = || Listes.choix_pays(t.langue());
    let Some(i) = &profil.informations else {
        return Vec::new();
    };
    let ine = i.ine.as_ref().map(|ine| format!("INE {}", ine.valeur));
    let naissance = format!("{} – {}", date(t, i.date_naissance), i.lieu_naissance);
    [Some(mot(pays(), &i.nationalite)), Some(naissance), ine]
        .into_iter()
        .flatten()
        .collect()
}

fn bac_en_mots(t: Textes, bac: &Baccalaureat) -> Vec<String> {
    match bac {
        Baccalaureat::Sans => vec![t.bac_sans_resume().to_owned()],
        Baccalaureat::Avec {
            annee,
            serie,
            mention,
            ..
        } => {
            let serie = mot(Listes.choix_series(*annee, t.langue()), serie);
            let mention = mention
                .as_deref()
                .map(|m| mot(Listes.choix_mentions(t.langue()), m));
            let mention = mention.map(|m| format!(", {}", m.to_lowercase()));
            vec![format!("{annee} – {serie}{}", mention.unwrap_or_default())]
        }
    }
}

fn adresse_en_mots(a: &Adresse) -> Vec<String> {
    let ville = format!(
        "{} {}",
        a.code_postal.clone().unwrap_or_default(),
        a.commune
    );
    vec![a.ligne1.clone(), ville]
}

/// A whole profile in words, section by section: what staff read.
pub(super) fn en_mots(t: Textes, profil: &Profil) -> Vec<(&'static str, Vec<String>)> {
    let adresse = profil.adresse.as_ref().map(adresse_en_mots);
    let bac = profil.baccalaureat.as_ref().map(|b| bac_en_mots(t, b));
    let interne = profil.cursus_interne.as_ref();
    let inscriptions = interne.map(|c| {
        let lignes = c.inscriptions.iter();
        let lignes = lignes.map(|i| {
            let resultat = i.resultat.as_ref().map(|r| format!(" ({r})"));
            let resultat = resultat.unwrap_or_default();
            format!("{} – {}{resultat}", i.annee, i.formation)
        });
        lignes.collect::<Vec<_>>()
    });
    let mut informations = informations_en_mots(t, profil);
    if profil.ine_verifie() == Some(false) {
        // P22: what nobody could check is not read as if somebody had.
        informations.push(t.ine_non_verifie().to_owned());
    }
    let mut sections = vec![
        (t.informations().0, informations),
        (t.adresse().0, adresse.unwrap_or_default()),
        (t.baccalaureat().0, bac.unwrap_or_default()),
        (t.cursus_internes().0, inscriptions.unwrap_or_default()),
    ];
    for (rubrique, titre) in [
        (Rubrique::CursusExternes, t.cursus_externes()),
        (Rubrique::Stages, t.stages()),
        (Rubrique::Experiences, t.experiences()),
    ] {
        let entrees = profil.entrees.get(&rubrique);
        let lignes = entrees.into_iter().flat_map(|e| e.values()).map(|e| {
            let fin = e.fin.as_ref().map(|fin| format!(" – {fin}"));
            let quand = format!("{}{}", e.debut, fin.unwrap_or_default());
            format!("{quand} : {}, {}", e.intitule, e.organisme)
        });
        sections.push((titre.0, lignes.collect()));
    }
    sections.retain(|(_, lignes)| !lignes.is_empty());
    sections
}

fn obligatoire(
    t: Textes,
    (chemin, titre): (&'static str, &'static str),
    remplie: bool,
    lignes: Vec<String>,
) -> Ligne {
    Ligne {
        chemin,
        titre,
        lignes,
        badge: None,
        etat: if remplie { t.remplie() } else { t.a_remplir() }.to_string(),
        classe: if remplie { "fait" } else { "a-faire" },
    }
}

fn rubriques(t: Textes, moi: &Moi) -> Vec<Ligne> {
    let p = &moi.profil;
    let adresse = p.adresse.as_ref().map(adresse_en_mots);
    let bac = p.baccalaureat.as_ref().map(|b| bac_en_mots(t, b));
    let mut informations = obligatoire(
        t,
        ("informations", t.informations().0),
        p.informations.is_some(),
        informations_en_mots(t, p),
    );
    informations.badge = p.ine_verifie().map(|verifie| {
        if verifie {
            ("fait", t.ine_verifie().0)
        } else {
            ("a-faire", t.ine_non_verifie().0)
        }
    });
    let mut rubriques = vec![
        informations,
        obligatoire(
            t,
            ("adresse", t.adresse().0),
            adresse.is_some(),
            adresse.unwrap_or_default(),
        ),
        obligatoire(
            t,
            ("baccalaureat", t.baccalaureat().0),
            bac.is_some(),
            bac.unwrap_or_default(),
        ),
    ];
    let libre = |chemin, titre, n: usize| Ligne {
        chemin,
        titre,
        lignes: vec![],
        badge: None,
        etat: if n == 0 {
            t.si_concerne().to_owned()
        } else {
            t.entrees(n)
        },
        classe: if n == 0 { "discret" } else { "fait" },
    };
    let combien = |rubrique| p.entrees.get(&rubrique).map_or(0, |e| e.len());
    rubriques.extend([
        libre(
            "cursus-internes",
            t.cursus_internes().0,
            p.cursus_interne
                .as_ref()
                .map_or(0, |c| c.inscriptions.len()),
        ),
        libre(
            "cursus-externes",
            t.cursus_externes().0,
            combien(Rubrique::CursusExternes),
        ),
        libre("stages", t.stages().0, combien(Rubrique::Stages)),
        libre(
            "experiences",
            t.experiences().0,
            combien(Rubrique::Experiences),
        ),
    ]);
    rubriques
}

pub(super) async fn sommaire(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let moi = visiteur.moi(&etat).await?;
    let t = visiteur.t;
    let corps = Sommaire {
        t,
        complet: moi.profil.manque().is_empty(),
        rubriques: rubriques(t, &moi),
    };
    Ok(visiteur.page_de(&moi, &t.profil_titre(), &corps))
}
