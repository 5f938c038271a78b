//! The dossier changed while somebody was writing: what they wrote is there, with what the others did (P03).

use actors::protocol::{ActeGestion, Reponse};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::ids::DossierId;

use super::super::saisie::Saisie;
use super::super::visiteur::{Arret, Visiteur};
use super::{Poste, historique};
use crate::edge::Etat;
use crate::textes::Textes;

/// Lines of the history that are shown: what came since is among them.
const LIGNES: usize = 5;
/// What belongs to the page, not to what was typed.
const DE_LA_PAGE: [&str; 9] = [
    "preuve", "cle", "version", "retour_a", "etape", "acte", "dossier", "mode", "statut",
];

#[derive(Template)]
#[template(path = "gestion/perime.html")]
struct Perime {
    t: Textes,
    action: String,
    /// Sent again as they are, with the version that is read now.
    caches: Vec<(String, String)>,
    /// What was typed, to be read.
    saisis: Vec<String>,
    recents: Vec<(String, String, String)>,
    dossier: String,
}

/// The page; sending it again acts on the dossier as it is now.
pub(super) async fn page(
    etat: &Etat,
    poste: &Poste,
    id: &DossierId,
    saisie: &Saisie,
) -> Result<Response, Arret> {
    let acte = ActeGestion::Dossier { id: id.clone() };
    let Reponse::DossierGestion(vue) = poste.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let t = poste.t();
    let gardes = saisie
        .0
        .iter()
        .filter(|(nom, _)| !["preuve", "cle", "version"].contains(&nom.as_str()));
    let mut caches: Vec<(String, String)> = gardes.cloned().collect();
    caches.push(("preuve".to_owned(), poste.visiteur.preuve()));
    caches.push(("cle".to_owned(), Visiteur::cle()));
    caches.push(("version".to_owned(), vue.dossier.version.to_string()));
    let saisis = saisie
        .0
        .iter()
        .filter(|(nom, valeur)| !DE_LA_PAGE.contains(&nom.as_str()) && !valeur.trim().is_empty());
    let gens = poste.collegues(etat).await?;
    let mut recents = historique(t, &vue.dossier, &etat.catalogue(), &gens);
    recents.truncate(LIGNES);
    let corps = Perime {
        t,
        action: poste.visiteur.adresse(),
        caches,
        saisis: saisis.map(|(_, valeur)| valeur.clone()).collect(),
        recents,
        dossier: format!("/gestion/dossiers/{id}"),
    };
    let mut reponse = poste.page(&t.perime_titre(), &corps).into_response();
    *reponse.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(reponse)
}
