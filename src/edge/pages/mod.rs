//! The pages: rendered here, working without JavaScript.

mod adresse;
mod cadrage;
mod campagne;
mod compte;
mod connexion;
mod decision;
mod demandes;
mod dossiers;
mod emport;
mod gestion;
mod offre;
mod personnel;
mod pieces;
mod profil;
mod reprise;
mod saisie;
mod sso;
mod verification;
mod visiteur;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::{Etat, statiques};
pub(super) use cadrage::{introuvable, refuser};

/// Bytes of a form with one file.
const MAX_ENVOI: usize = 4 * 1024 * 1024 + 64 * 1024;
/// Bytes of a form without a file.
const MAX_FORMULAIRE: usize = 64 * 1024;

pub(super) fn routes(etat: &Etat) -> Router<Etat> {
    compte()
        .merge(profil())
        .merge(dossiers())
        .merge(gestion::routes())
        .merge(campagne::routes())
        .merge(personnel::routes())
        .layer(DefaultBodyLimit::max(MAX_FORMULAIRE))
        .merge(envois())
        .merge(campagne::envois())
        .fallback(introuvable)
        .layer(from_fn_with_state(etat.clone(), cadrage::encadrer))
        .route("/statique/{nom}", get(statiques::servir))
}

fn compte() -> Router<Etat> {
    use compte as c;
    use connexion as x;
    Router::new()
        .route("/inscription", get(c::inscription).post(c::inscrire))
        .route(
            "/inscription/adresse",
            get(adresse::corriger).post(adresse::enregistrer),
        )
        .route("/sso", get(sso::partir).post(emport::emporter))
        .route("/sso/retour", get(sso::retour).post(sso::clore))
        .route("/sso/deconnexion", post(sso::couper))
        .route("/sso/inscription", post(sso::inscrire))
        .route("/sso/rattacher", post(sso::rattacher))
        .route("/sso/rattachement", get(sso::rattachement))
        .route("/validation", get(c::validation).post(c::valider))
        .route("/code-perdu", get(c::code_perdu).post(c::renvoyer))
        .route("/mot-de-passe-oublie", get(c::oublie).post(c::demander))
        .route("/mot-de-passe", get(c::mot_de_passe).post(c::reinitialiser))
        .route(
            "/nouvelle-adresse",
            get(c::nouvelle_adresse).post(c::confirmer),
        )
        .route("/connexion", get(x::connexion).post(x::connecter))
        .route("/deconnexion", post(x::deconnecter))
        .route(
            "/verification",
            get(verification::montrer).post(verification::verifier),
        )
        .route("/compte", get(x::compte))
        .route("/compte/donnees.zip", get(x::donnees))
        .route("/compte/{quoi}", get(x::compte).post(x::changer))
}

fn profil() -> Router<Etat> {
    use profil as p;
    Router::new()
        .route("/profil", get(p::sommaire))
        .route(
            "/profil/informations",
            get(p::informations).post(p::enregistrer_informations),
        )
        .route(
            "/profil/adresse",
            get(p::adresse).post(p::enregistrer_adresse),
        )
        .route("/profil/adresse/communes", get(p::communes))
        .route(
            "/profil/baccalaureat",
            get(p::baccalaureat).post(p::enregistrer_baccalaureat),
        )
        .route("/profil/baccalaureat/champs", get(p::champs_du_bac))
        .route("/profil/cursus-internes", get(p::cursus_internes))
        .route("/profil/{rubrique}", get(p::entrees).post(p::ajouter))
        .route("/profil/{rubrique}/{id}", get(p::entree).post(p::changer))
        .route(
            "/profil/{rubrique}/{id}/retirer",
            get(p::question_retirer).post(p::retirer),
        )
}

fn dossiers() -> Router<Etat> {
    use decision as r;
    use dossiers as d;
    use pieces as f;
    Router::new()
        .route("/", get(offre::offre))
        .route(
            "/formations/{code}/candidater",
            get(offre::candidater).post(offre::ouvrir),
        )
        .route("/dossiers", get(d::lister))
        .route("/dossiers/{id}", get(d::lire))
        .route("/dossiers/{id}/accuse", get(d::accuse))
        .route("/dossiers/{id}/accuse.pdf", get(d::accuse_pdf))
        .route("/dossiers/{id}/lettre.pdf", get(r::lettre))
        .route(
            "/dossiers/{id}/transmettre",
            get(d::question_transmettre).post(d::transmettre),
        )
        .route(
            "/dossiers/{id}/annuler",
            get(d::question_annuler).post(d::annuler),
        )
        .route(
            "/dossiers/{id}/confirmer",
            get(r::question_confirmer).post(r::confirmer),
        )
        .route(
            "/dossiers/{id}/desister",
            get(r::question_desister).post(r::desister),
        )
        .route("/demandes", get(demandes::lister).post(demandes::demander))
        .route(
            "/demandes/{id}",
            get(demandes::lire).post(demandes::poursuivre),
        )
        .route("/dossiers/{id}/pieces/{code}", get(f::fichier))
        .route("/dossiers/{id}/pieces/{code}/{acte}", post(f::agir))
}

fn envois() -> Router<Etat> {
    Router::new()
        .route(
            "/dossiers/{id}/pieces/{code}/deposer",
            post(pieces::deposer),
        )
        .layer(DefaultBodyLimit::max(MAX_ENVOI))
}
