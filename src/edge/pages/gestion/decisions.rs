//! What the jury decided, formation by formation: drafts to be released, places, waiting lists (T16, T22, T23).

use actors::protocol::{ActeGestion, PlacesVue, Reponse};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ids::FormationCode;
use domain::personnel::droits::Pouvoir;

use super::super::cadrage::percent;
use super::super::visiteur::Arret;
use super::actes::{Acte, avis_dit};
use super::filtre::Voulus;
use super::{Poste, libelle};
use crate::edge::Etat;
use crate::textes::Textes;

struct Ligne {
    nom: String,
    saisis: Vec<(String, u64)>,
    total: u64,
    voir: String,
    /// What the release acts on.
    filtre: String,
    places: String,
    plein: bool,
    attente: usize,
    liste: String,
}

#[derive(Template)]
#[template(path = "gestion/decisions.html")]
struct Decisions {
    t: Textes,
    preuve: String,
    publier: bool,
    acte: &'static str,
    lignes: Vec<Ligne>,
}

struct Rang {
    rang: u32,
    reel: usize,
    id: String,
    nom: String,
    numero: String,
    lien: String,
}

#[derive(Template)]
#[template(path = "gestion/liste_complementaire.html")]
struct ListeComplementaire {
    t: Textes,
    preuve: String,
    ici: String,
    places: String,
    rendues: u32,
    libre: bool,
    conduire: bool,
    rangs: Vec<Rang>,
    desistes: String,
    promotion: &'static str,
    desistement: &'static str,
}

fn places_dites(t: Textes, places: &PlacesVue) -> String {
    match places.capacite {
        Some(capacite) => t.decisions_places(places.confirmes, places.offres, capacite),
        None => t.decisions_sans_limite(places.confirmes, places.offres),
    }
}

fn libre(places: &PlacesVue) -> bool {
    let prises = places.confirmes + places.offres;
    let capacite = places
        .capacite
        .map(|c| usize::try_from(c).unwrap_or(usize::MAX));
    capacite.is_none_or(|c| prises < c)
}

/// Every formation in sight, with what waits there.
pub(super) async fn montrer(State(etat): State<Etat>, poste: Poste) -> Result<Response, Arret> {
    let filtre = Voulus::default().filtre(&poste.agent.personnel.id);
    let acte = ActeGestion::Dossiers(Box::new(filtre));
    let Reponse::ListeDossiers(page) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let mut lignes = Vec::new();
    for code in page.comptes.formations.keys() {
        let saisis = page.comptes.saisis.get(code).cloned().unwrap_or_default();
        let total = saisis.values().sum();
        let filtre = Voulus {
            formation: code.to_string(),
            avis: "brouillon".to_owned(),
            ..Voulus::default()
        }
        .requete();
        // A formation that left the campaign has no places any more; its dossiers stay in the list.
        if !catalogue.formations.contains_key(code) {
            continue;
        }
        let places = poste.places(&etat, code.clone()).await?;
        lignes.push(Ligne {
            nom: libelle(t, &catalogue, code),
            saisis: saisis
                .iter()
                .map(|(avis, n)| (avis_dit(t, avis).to_owned(), *n))
                .collect(),
            total,
            voir: format!("/gestion?{filtre}"),
            filtre,
            places: places_dites(t, &places),
            plein: !libre(&places),
            attente: places.liste.len(),
            liste: format!("/gestion/formations/{}/liste", percent(code.as_str())),
        });
    }
    lignes.sort_by(|a, b| (b.total > 0, &a.nom).cmp(&(a.total > 0, &b.nom)));
    let corps = Decisions {
        t,
        preuve: poste.visiteur.preuve().to_owned(),
        publier: poste.peut(Pouvoir::ValiderAvis),
        acte: Acte::Validation.code(),
        lignes,
    };
    Ok(poste.page(&t.decisions_titre(), &corps))
}

/// The liste complémentaire of a formation.
pub(super) async fn liste(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    poste: Poste,
) -> Result<Response, Arret> {
    let code = FormationCode::new(code);
    let places = poste.places(&etat, code.clone()).await?;
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let rangs = places.liste.iter().enumerate().map(|(n, attend)| Rang {
        rang: attend.rang,
        reel: n + 1,
        id: attend.dossier.id.to_string(),
        nom: format!("{} {}", attend.dossier.nom, attend.dossier.prenom),
        numero: attend.dossier.numero.to_string(),
        lien: format!("/gestion/dossiers/{}", attend.dossier.id),
    });
    let desistes = Voulus {
        formation: code.to_string(),
        reponse: "desistee".to_owned(),
        ..Voulus::default()
    };
    let corps = ListeComplementaire {
        t,
        preuve: poste.visiteur.preuve().to_owned(),
        ici: poste.visiteur.chemin.clone(),
        places: places_dites(t, &places),
        rendues: places.rendues,
        libre: libre(&places),
        conduire: poste.peut(Pouvoir::Conduire),
        rangs: rangs.collect(),
        desistes: format!("/gestion?{}", desistes.requete()),
        promotion: Acte::Promotion.code(),
        desistement: Acte::Desistement.code(),
    };
    let nom = libelle(t, &catalogue, &code);
    Ok(poste.page(&t.attente_titre(nom), &corps))
}
