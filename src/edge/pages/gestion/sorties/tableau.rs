//! The dashboard: what waits, and the campaign in charts. Every chart is a table too.

use actors::protocol::{FiltreDossiers, Statistiques};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::campagne::Catalogue;

use super::graphes::{self, Barre, Colonne, Graduation, Places};
use crate::edge::pages::gestion::Poste;
use crate::edge::pages::visiteur::Arret;
use crate::edge::{Etat, api};
use crate::sorties::cellule::Cellule;
use crate::sorties::chiffres::{self, Tableau};
use crate::textes::Textes;
use crate::views::date;

/// A table beside a chart, and its code for the file.
struct Table {
    nom: String,
    code: &'static str,
    titres: Vec<String>,
    lignes: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "sorties/tableau.html")]
struct Page {
    t: Textes,
    vide: bool,
    cles: Vec<(String, String)>,
    attend: Table,
    parcours: Vec<Barre>,
    parcours_hauteur: u32,
    table_parcours: Table,
    jours_desc: String,
    graduations: Vec<Graduation>,
    barres: Vec<Colonne>,
    ligne: String,
    points: Vec<(String, String)>,
    jour_debut: String,
    jour_fin: String,
    table_jours: Table,
    formations: Vec<Places>,
    formations_hauteur: u32,
    table_formations: Table,
}

/// As people read it: a day in words, a number with its thousands apart.
fn dire(t: Textes, cellule: &Cellule) -> String {
    match cellule {
        Cellule::Vide => String::new(),
        Cellule::Texte(texte) => texte.clone(),
        Cellule::Nombre(nombre) => nombre.to_string(),
        Cellule::Jour(jour) => date(t, *jour),
        Cellule::Instant(instant) => date(t, instant.date()),
    }
}

fn table(
    t: Textes,
    (chiffres, catalogue): (&Statistiques, &Catalogue),
    quoi: Tableau,
    nom: &str,
) -> Table {
    let mut lignes = chiffres::lignes(chiffres, quoi, catalogue, t.langue())
        .into_iter()
        .map(|l| l.iter().map(|c| dire(t, c)).collect::<Vec<_>>());
    Table {
        nom: nom.to_owned(),
        code: quoi.code(),
        titres: lignes.next().unwrap_or_default(),
        lignes: lignes.collect(),
    }
}

/// The figures one looks for first.
fn cles(t: Textes, chiffres: &Statistiques) -> Vec<(String, String)> {
    let somme = |lire: fn(&actors::protocol::ChiffresCommission) -> u64| -> u64 {
        chiffres.commissions.iter().map(lire).sum()
    };
    [
        t.cle_a_examiner(somme(|c| c.a_examiner)),
        t.cle_sans_avis(somme(|c| c.sans_avis)),
        t.cle_a_publier(somme(|c| c.a_rendre)),
        t.cle_offres(somme(|c| c.offres)),
        t.cle_confirmees(chiffres.comptes.confirmes),
    ]
    .into_iter()
    .filter_map(|dit| {
        // The number is shown large, its words beneath.
        let (nombre, nom) = dit.split_once(' ')?;
        Some((nom.to_owned(), nombre.to_owned()))
    })
    .collect()
}

pub(super) async fn page(State(etat): State<Etat>, poste: Poste) -> Result<Response, Arret> {
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let tout = FiltreDossiers::default();
    let chiffres = api::statistiques::compter(&etat, poste.visiteur.session()?, tout).await?;
    let deux = (&*chiffres, &*catalogue);
    let parcours = graphes::parcours(&chiffres, t.langue());
    let jours = graphes::jours(&chiffres.par_jour);
    let formations = graphes::formations(&chiffres, &catalogue, t);
    let (debut, fin) = jours.bornes;
    let dite = |jour: Option<jiff::civil::Date>| jour.map(|j| date(t, j)).unwrap_or_default();
    let corps = Page {
        t,
        vide: chiffres.par_formation.is_empty(),
        cles: cles(t, &chiffres),
        attend: table(t, deux, Tableau::Commissions, &t.tableau_attend()),
        parcours_hauteur: graphes::hauteur(parcours.len()),
        parcours,
        table_parcours: table(t, deux, Tableau::Entonnoir, &t.tableau_parcours()),
        jours_desc: t.tableau_jours_desc(dite(debut), dite(fin)),
        graduations: jours.graduations,
        barres: jours.barres,
        ligne: jours.ligne,
        points: jours.points,
        jour_debut: dite(debut),
        jour_fin: dite(fin),
        table_jours: table(t, deux, Tableau::Jours, &t.tableau_jours()),
        formations_hauteur: graphes::hauteur(formations.len()),
        formations,
        table_formations: table(t, deux, Tableau::Formations, &t.tableau_formations()),
    };
    Ok(poste.page(&t.tableau_titre(), &corps))
}

pub(super) async fn csv(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    poste: Poste,
) -> Result<Response, Arret> {
    let session = poste.visiteur.session()?;
    Ok(api::statistiques::tableau(&etat, session, requete.as_deref()).await?)
}
