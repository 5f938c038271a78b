//! The pages about staff: the list, one person, an invitation; one's own access; the trail.

mod acces;
mod audit;
mod fiche;
mod mots;

use actors::protocol::{ActeGestion, ActePersonnel, EtatPersonnel, PersonnelVue, Reponse};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::personnel::droits::Role;

use super::gestion::{Bureau, gerer};
use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::Lien;

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/gestion/personnel", get(lister))
        .route(
            "/gestion/personnel/inviter",
            get(fiche::nouvelle).post(fiche::inviter),
        )
        .route(
            "/gestion/personnel/{id}",
            get(fiche::lire).post(fiche::modifier),
        )
        .route(
            "/gestion/personnel/{id}/{acte}",
            get(fiche::question).post(fiche::agir),
        )
        .route("/gestion/acces", get(acces::montrer))
        .route("/gestion/acces/mot-de-passe", post(acces::mot_de_passe))
        .route("/gestion/acces/recours", post(acces::recours))
        .route("/gestion/audit", get(audit::montrer))
}

struct Ligne {
    id: String,
    nom: String,
    mail: String,
    roles: String,
    etat: &'static str,
    classe: &'static str,
    second: &'static str,
}

#[derive(Template)]
#[template(path = "personnel/liste.html")]
struct Liste {
    t: Textes,
    lignes: Vec<Ligne>,
}

/// How a person stands, and the class of the mark.
fn etat_dit(t: Textes, etat: EtatPersonnel) -> (&'static str, &'static str) {
    match etat {
        EtatPersonnel::Invite => (t.personnel_invite().0, "a-faire"),
        EtatPersonnel::Actif => (t.personnel_actif().0, "fait"),
        EtatPersonnel::Desactive => (t.personnel_desactive().0, ""),
    }
}

/// A role in a word, with where it holds.
fn role_dit(role: &Role) -> String {
    let ou: Vec<&str> = match role {
        Role::Gestionnaire { centres } => centres.iter().map(|c| c.as_str()).collect(),
        Role::Commission { commissions } => commissions.iter().map(|c| c.as_str()).collect(),
        Role::Administrateur | Role::Support | Role::SupportLecture => vec![],
    };
    let code = role.code().replace('_', " ");
    if ou.is_empty() {
        return code;
    }
    format!("{code} ({})", ou.join(", "))
}

fn roles_dits(vue: &PersonnelVue) -> String {
    let roles: Vec<String> = vue.droits.roles.iter().map(role_dit).collect();
    roles.join(" · ")
}

fn nom(vue: &PersonnelVue) -> String {
    format!("{} {}", vue.prenom, vue.nom)
}

/// Everybody on the staff.
async fn tous(etat: &Etat, visiteur: &Visiteur) -> Result<Vec<PersonnelVue>, Arret> {
    let acte = ActeGestion::Personnel(ActePersonnel::Lister);
    let Reponse::Personnels { personnels } = gerer(etat, visiteur, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(personnels)
}

async fn lister(State(etat): State<Etat>, Bureau(visiteur): Bureau) -> Result<Response, Arret> {
    let t = visiteur.t;
    let ligne = |vue: &PersonnelVue| {
        let (etat, classe) = etat_dit(t, vue.etat);
        Ligne {
            id: vue.id.to_string(),
            nom: nom(vue),
            mail: vue.mail.clone(),
            roles: roles_dits(vue),
            etat,
            classe,
            second: match (vue.etat, vue.second_facteur) {
                (EtatPersonnel::Actif, true) => t.personnel_second().0,
                (EtatPersonnel::Actif, false) => t.personnel_sans_second().0,
                (EtatPersonnel::Invite | EtatPersonnel::Desactive, _) => "",
            },
        }
    };
    let lignes = tous(&etat, &visiteur).await?.iter().map(ligne).collect();
    Ok(visiteur.page(&t.personnel_titre(), &Liste { t, lignes }))
}
