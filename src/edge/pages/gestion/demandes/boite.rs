//! The inbox as a whole: its switch, how it does, and the mails that could not be understood (S05, S61, S63).

use actors::protocol::{
    ActeGestion, ActeSupport, EnQuarantaine, EtatSupport, Faute, Reponse, Resultat,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::personnel::droits::Pouvoir;
use domain::refus::CodeRefus;

use super::super::super::saisie::Saisie;
use super::super::super::visiteur::{Arret, Visiteur};
use super::super::Poste;
use super::Onglets;
use super::fil::taille;
use crate::edge::Etat;
use crate::edge::api::demandes as api;
use crate::textes::Textes;
use crate::views::quand;

/// Seconds a mail may wait before the page says so in red.
const ATTENTE_MAX: u64 = 300;
/// Where the page is.
const ICI: &str = "/gestion/demandes/boite";

/// A figure, and whether it asks for somebody.
struct Mesure {
    nom: String,
    valeur: String,
    alerte: bool,
}

struct Ecarte {
    sha256: String,
    erreur: String,
    recu: String,
    porte: String,
    taille: String,
    essais: u32,
}

#[derive(Template)]
#[template(path = "demandes/boite.html")]
struct Page {
    t: Textes,
    onglets: Onglets,
    preuve: String,
    cle: String,
    traite: bool,
    automatique: bool,
    mesures: Vec<Mesure>,
    ecartes: Vec<Ecarte>,
}

async fn demander(etat: &Etat, poste: &Poste, acte: ActeSupport) -> Result<Reponse, Arret> {
    poste.lire(etat, ActeGestion::Support(acte)).await
}

pub(super) async fn montrer(State(etat): State<Etat>, poste: Poste) -> Result<Response, Arret> {
    let Reponse::Support(lu) = demander(&etat, &poste, ActeSupport::Etat).await? else {
        return Err(Arret::inattendu());
    };
    let Reponse::Quarantaine { mails } = demander(&etat, &poste, ActeSupport::Quarantaine).await?
    else {
        return Err(Arret::inattendu());
    };
    let t = poste.t();
    let corps = Page {
        t,
        onglets: Onglets::de(&poste),
        preuve: poste.visiteur.preuve().to_owned(),
        cle: Visiteur::cle(),
        traite: poste.peut(Pouvoir::TraiterDemandes),
        automatique: lu.automatique,
        mesures: mesures(t, &lu),
        ecartes: mails.iter().map(|m| ecarte(t, m)).collect(),
    };
    Ok(poste.page(&t.boite_titre(), &corps))
}

/// A length of time as people say it.
fn duree(t: Textes, secondes: u64) -> String {
    match secondes {
        0..60 => t.duree_secondes(secondes),
        60..7_200 => t.duree_minutes(secondes / 60),
        7_200..172_800 => t.duree_heures(secondes / 3_600),
        172_800.. => t.duree_jours(secondes / 86_400),
    }
}

fn part(t: Textes, combien: u64, sur: u64) -> String {
    match (combien * 100).checked_div(sur) {
        Some(pour_cent) => t.boite_part(combien, pour_cent),
        None => combien.to_string(),
    }
}

fn mesures(t: Textes, lu: &EtatSupport) -> Vec<Mesure> {
    let mesure = |nom: &str, valeur: String, alerte: bool| Mesure {
        nom: nom.to_owned(),
        valeur,
        alerte,
    };
    let age = |combien: u64, secondes: u64| match combien {
        0 => "0".to_owned(),
        _ => t.boite_age(combien, duree(t, secondes)),
    };
    vec![
        mesure(
            &t.boite_premiere(),
            match lu.repondues {
                0 => "–".to_owned(),
                _ => duree(t, lu.premiere_reponse_mediane_s),
            },
            false,
        ),
        mesure(&t.boite_repondues(), lu.repondues.to_string(), false),
        mesure(
            &t.boite_seules(),
            part(t, lu.repondues_seules, lu.repondues),
            false,
        ),
        mesure(
            &t.boite_rouvertes(),
            part(t, lu.rouvertes_apres_seule, lu.repondues_seules),
            false,
        ),
        mesure(
            &t.boite_mal_rattachees(),
            lu.mal_rattachees.to_string(),
            false,
        ),
        mesure(
            &t.boite_attente(),
            age(lu.attente, lu.plus_vieux_s),
            lu.plus_vieux_s > ATTENTE_MAX,
        ),
        mesure(
            &t.boite_quarantaine(),
            age(lu.quarantaine, lu.quarantaine_s),
            lu.quarantaine > 0,
        ),
        mesure(&t.boite_recus(), lu.recus.to_string(), false),
    ]
}

fn ecarte(t: Textes, m: &EnQuarantaine) -> Ecarte {
    Ecarte {
        sha256: m.sha256.clone(),
        erreur: m.erreur.clone(),
        recu: quand(t, m.recu_le),
        porte: m.porte.clone(),
        taille: taille(t, m.octets),
        essais: m.essais,
    }
}

async fn faire(
    etat: &Etat,
    poste: &Poste,
    saisie: &Saisie,
    acte: ActeSupport,
) -> Result<Response, Arret> {
    poste.verifier(saisie)?;
    let fait: Resultat = poste.agir(etat, saisie, ActeGestion::Support(acte)).await;
    fait.map_err(|faute: Faute| Arret::vers(faute, ICI))?;
    Ok(Redirect::to(ICI).into_response())
}

/// S63: all automatic answers on or off at once; mails go on being stored.
pub(super) async fn regler(
    State(etat): State<Etat>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let actif = saisie.texte("automatique").as_deref() == Some("oui");
    let acte = ActeSupport::Automatique { actif };
    faire(&etat, &poste, &saisie, acte).await
}

pub(super) async fn rejouer(
    State(etat): State<Etat>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let sha256 = saisie.texte("sha256").unwrap_or_default();
    let acte = ActeSupport::Rejouer { sha256 };
    faire(&etat, &poste, &saisie, acte).await
}

/// The bytes of a mail in quarantine; the look is in the trail.
pub(super) async fn original(
    State(etat): State<Etat>,
    Path(sha256): Path<String>,
    poste: Poste,
) -> Result<Response, Arret> {
    let acte = ActeSupport::Voir { sha256 };
    let Reponse::Quarantaine { mails } = demander(&etat, &poste, acte).await? else {
        return Err(Arret::inattendu());
    };
    let mail = mails.first().ok_or(CodeRefus::Introuvable)?;
    let octets = api::octets(&etat, &mail.sha256).await;
    let octets = octets.map_err(|probleme| Arret::vers(probleme, ICI))?;
    Ok(api::joindre("original.eml", "message/rfc822", octets))
}
