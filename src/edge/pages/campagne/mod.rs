//! The pages where the campaign is set up (`/gestion/campagne`): read by whoever manages formations, changed as far
//! as the person's rights go.

mod champs;
mod editer;
mod efface;
mod fichier;
mod historique;
mod mails;
mod ordre;

use actors::protocol::{ActeCampagne, ActeGestion, AgentVue, Reponse};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::campagne::{Cle, Difference, Evenement, Sort};
use domain::personnel::droits::{Portee, Pouvoir, Verdict};

use super::gestion::{Bureau, agent, gerer};
use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::campagne::Genre;
use crate::edge::{Etat, api};
use crate::textes::Textes;
use crate::views::{Lien, jour, quand};

/// Bytes of a form with a campaign file in it, as browsers escape it.
const MAX_IMPORT: usize = 6 * 1024 * 1024;
/// Bytes of a form with a PDF.
const MAX_MODELE: usize = 4 * 1024 * 1024 + 64 * 1024;

pub(super) fn routes() -> Router<Etat> {
    use {editer as e, fichier as f};
    Router::new()
        .route("/gestion/campagne", get(sommaire))
        .route(
            "/gestion/campagne/reglages",
            get(e::reglages).post(e::regler),
        )
        .route("/gestion/campagne/historique", get(historique::montrer))
        .route("/gestion/campagne/fichier", get(f::exporter))
        .route(
            "/gestion/campagne/suivante",
            get(f::suivante).post(f::ouvrir_suivante),
        )
        .route(
            "/gestion/campagne/fermer",
            get(f::question_fermer).post(f::fermer),
        )
        .route(
            "/gestion/effacement",
            get(efface::demander).post(efface::effacer),
        )
        .merge(mails::routes())
        .route("/gestion/campagne/{genre}", get(e::lister).post(e::creer))
        .route("/gestion/campagne/{genre}/ajouter", get(e::nouvelle))
        .route(
            "/gestion/campagne/{genre}/{code}",
            get(e::definition).post(e::definir),
        )
        .route(
            "/gestion/campagne/{genre}/{code}/retirer",
            get(e::question_retirer).post(e::retirer),
        )
        .route(
            "/gestion/campagne/formations/{code}/ordre",
            post(ordre::changer_l_ordre),
        )
        .route(
            "/gestion/campagne/pieces/{code}/modele/retirer",
            post(e::retirer_modele),
        )
}

/// Forms with a file in them.
pub(super) fn envois() -> Router<Etat> {
    let import = Router::new()
        .route(
            "/gestion/campagne/import",
            get(fichier::import).post(fichier::importer),
        )
        .route("/gestion/campagne/import/lecture", post(fichier::lire))
        .layer(DefaultBodyLimit::max(MAX_IMPORT));
    Router::new()
        .route(
            "/gestion/campagne/pieces/{code}/modele",
            post(editer::deposer_modele),
        )
        .layer(DefaultBodyLimit::max(MAX_MODELE))
        .merge(import)
}

/// Who looks, once they may; the copy of the campaign is brought up to date.
async fn voir(etat: &Etat, visiteur: &Visiteur) -> Result<Box<AgentVue>, Arret> {
    gerer(etat, visiteur, ActeGestion::Campagne(ActeCampagne::Lire)).await?;
    etat.vitrine.rafraichir().await?;
    agent(etat, visiteur).await
}

/// Whether the person may change this definition; for one that is to be made, whether any of its kind.
fn modifiable(etat: &Etat, agent: &AgentVue, genre: Genre, cle: Option<&Cle>) -> bool {
    let droits = &agent.personnel.droits;
    if genre != Genre::Formations {
        return droits.verdict(Pouvoir::GererCampagne, None) == Verdict::Permis;
    }
    let catalogue = etat.catalogue();
    let formation = cle.and_then(|cle| catalogue.formations.get(cle.code()));
    let portee = formation.map(|f| Portee {
        centre: &f.centre,
        commission: f.commission.as_ref(),
    });
    droits.verdict(Pouvoir::GererFormations, portee) == Verdict::Permis
}

/// Makes changes, or says what they would do.
async fn changer(
    etat: &Etat,
    visiteur: &Visiteur,
    changements: Vec<Evenement>,
    (version, essai): (Option<u64>, bool),
) -> Result<(Vec<Difference>, u64), Arret> {
    let acte = ActeGestion::Campagne(ActeCampagne::Changer {
        changements,
        version,
        essai,
    });
    let Reponse::CampagneChangee {
        differences,
        changes,
        ..
    } = gerer(etat, visiteur, acte).await?
    else {
        return Err(Arret::inattendu());
    };
    etat.vitrine.rafraichir().await?;
    Ok((differences, changes))
}

fn vers(chemin: &str) -> Response {
    Redirect::to(chemin).into_response()
}

/// The name of a kind.
fn titre(t: Textes, genre: Genre) -> &'static str {
    match genre {
        Genre::Campagne => t.campagne_reglages().0,
        Genre::Formations => t.campagne_formations().0,
        Genre::Pieces => t.campagne_pieces().0,
        Genre::Centres => t.campagne_centres().0,
        Genre::Composantes => t.campagne_composantes().0,
        Genre::Commissions => t.campagne_commissions().0,
        Genre::Motifs => t.campagne_motifs().0,
        Genre::Mails => t.mails_titre().0,
    }
}

/// What becomes of a definition: in words, and the class of its mark.
fn sort_dit(t: Textes, sort: Sort) -> (&'static str, &'static str) {
    match sort {
        Sort::Ajoute => (t.sort_ajoute().0, "fait"),
        Sort::Change => (t.sort_change().0, "a-faire"),
        Sort::Inchange => (t.sort_inchange().0, ""),
        Sort::Retire => (t.sort_retire().0, "refus"),
        Sort::Absent => (t.sort_absent().0, ""),
    }
}

struct Rubrique {
    lien: Lien,
    combien: String,
}

#[derive(Template)]
#[template(path = "campagne/sommaire.html")]
struct Sommaire {
    etat: String,
    rubriques: Vec<Rubrique>,
    actes: Vec<Lien>,
    archives: Vec<String>,
    t: Textes,
}

async fn sommaire(State(etat): State<Etat>, Bureau(visiteur): Bureau) -> Result<Response, Arret> {
    let agent = voir(&etat, &visiteur).await?;
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let admin = modifiable(&etat, &agent, Genre::Campagne, None);
    let maintenant = etat.maintenant();
    let dit = match &catalogue.campagne {
        None => t.campagne_aucune().to_owned(),
        Some(c) if c.fermeture < maintenant => t.campagne_fermee_depuis(quand(t, c.fermeture)),
        Some(c) => t.campagne_ouverte_du(quand(t, c.ouverture), quand(t, c.fermeture)),
    };
    let rubrique = |genre: Genre| Rubrique {
        lien: Lien::new(
            format!("/gestion/campagne/{}", genre.nom()),
            titre(t, genre),
        ),
        combien: match (genre, genre.cles(&catalogue).len()) {
            // Every mail has a text: what counts is how many were changed.
            (Genre::Mails, 0) => t.mails_aucun_change().to_owned(),
            (Genre::Mails, n) => t.mails_changes(n),
            (_, n) => n.to_string(),
        },
    };
    let mut rubriques: Vec<Rubrique> = Genre::LISTES.into_iter().map(rubrique).collect();
    let mut actes = vec![
        Lien::new("/gestion/campagne/historique", &t.campagne_historique()),
        Lien::new("/gestion/campagne/fichier", &t.campagne_exporter()),
    ];
    if admin {
        rubriques.push(rubrique(Genre::Mails));
        actes.insert(
            0,
            Lien::new("/gestion/campagne/reglages", &t.campagne_reglages()),
        );
        actes.push(Lien::new(
            "/gestion/campagne/import",
            &t.campagne_importer(),
        ));
        actes.push(Lien::new("/gestion/effacement", &t.effacement_titre()));
        let ouverte = catalogue
            .campagne
            .as_ref()
            .map(|c| maintenant <= c.fermeture);
        actes.extend(ouverte.map(|ouverte| {
            if ouverte {
                Lien::new("/gestion/campagne/fermer", &t.campagne_fermer())
            } else {
                Lien::new("/gestion/campagne/suivante", &t.campagne_suivante())
            }
        }));
    }
    let archives = catalogue.archives.values();
    let corps = Sommaire {
        etat: dit,
        rubriques,
        actes,
        archives: archives
            .map(|a| t.campagne_archivee_le(a.libelle.dans(t.langue()), jour(t, a.le)))
            .collect(),
        t,
    };
    let nom = catalogue.campagne.as_ref();
    let nom = nom.map_or(t.campagne_titre().0, |c| c.libelle.dans(t.langue()));
    Ok(visiteur.page(nom, &corps))
}
