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
const DE_LA_PAGE: [&str; 11] = [
    "preuve", "cle", "version", "retour_a", "etape", "acte", "dossier", "mode", "statut", "a",
    "clore",
];

/// What was typed, what the others did, and the way to do it all the same.
#[derive(Template)]
#[template(path = "gestion/perime.html")]
pub(super) struct Perime {
    t: Textes,
    texte: String,
    revoir: String,
    action: String,
    /// Sent again as they are, with the version that is read now.
    caches: Vec<(String, String)>,
    /// What was typed, to be read.
    saisis: Vec<String>,
    recents: Vec<(String, String, String)>,
    /// What somebody else has just written, under its title.
    cite: Option<(String, String)>,
    retour: String,
}

impl Perime {
    /// Of a form that came too late; `recents` is the history, newest first, `retour` where it was sent from.
    pub(super) fn de(
        poste: &Poste,
        saisie: &Saisie,
        version: u64,
        (mut recents, retour): (Vec<(String, String, String)>, String),
    ) -> Self {
        let t = poste.t();
        let de_la_session = ["preuve", "cle", "version"];
        let gardes = saisie.0.iter();
        let gardes = gardes.filter(|(nom, _)| !de_la_session.contains(&nom.as_str()));
        let mut caches: Vec<(String, String)> = gardes.cloned().collect();
        caches.push(("preuve".to_owned(), poste.visiteur.preuve().to_owned()));
        caches.push(("cle".to_owned(), Visiteur::cle()));
        caches.push(("version".to_owned(), version.to_string()));
        let saisis = saisie.0.iter().filter(|(nom, valeur)| {
            !DE_LA_PAGE.contains(&nom.as_str()) && !valeur.trim().is_empty()
        });
        recents.truncate(LIGNES);
        Self {
            t,
            texte: t.perime().to_owned(),
            revoir: t.perime_revoir().to_owned(),
            action: poste.visiteur.adresse(),
            caches,
            saisis: saisis.map(|(_, valeur)| valeur.clone()).collect(),
            recents,
            cite: None,
            retour,
        }
    }

    /// In other words than those of a dossier.
    pub(super) fn dire(self, texte: &str, revoir: &str) -> Self {
        Self {
            texte: texte.to_owned(),
            revoir: revoir.to_owned(),
            ..self
        }
    }

    /// Shows what somebody else has written.
    pub(super) fn citer(self, titre: &str, texte: Option<String>) -> Self {
        Self {
            cite: texte.map(|texte| (titre.to_owned(), texte)),
            ..self
        }
    }
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
    let gens = poste.collegues(etat).await?;
    let recents = historique(t, &vue.dossier, &etat.catalogue(), &gens);
    let retour = format!("/gestion/dossiers/{id}");
    let corps = Perime::de(poste, saisie, vue.dossier.version, (recents, retour));
    let mut reponse = poste.page(&t.perime_titre(), &corps).into_response();
    *reponse.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(reponse)
}
