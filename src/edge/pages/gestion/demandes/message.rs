//! One mail of a request in full: its headers, all its text, its attachments, its bytes as they came (S17, S45–S49).

use actors::protocol::Faute;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::PersonnelId;
use domain::refus::CodeRefus;

use super::super::super::visiteur::Arret;
use super::super::{Poste, nom_de};
use super::demande::chercher;
use super::fil::{Parole, parole};
use crate::edge::Etat;
use crate::edge::api::demandes as api;
use crate::edge::problemes::Probleme;
use crate::mail::entrant;
use crate::textes::Textes;

#[derive(Template)]
#[template(path = "demandes/message.html")]
struct Page {
    t: Textes,
    retour: String,
    parole: Parole,
    a: String,
    date: String,
    texte: String,
    absent: bool,
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path((id, message)): Path<(String, String)>,
    poste: Poste,
) -> Result<Response, Arret> {
    let vue = chercher(&etat, &poste, &id, Some(&message)).await?;
    let trouve = vue.messages.iter().find(|m| m.id == message);
    let trouve = trouve.ok_or(CodeRefus::Introuvable)?;
    let (lu, absent) = match api::brut(&etat, &vue, &message).await {
        Ok(octets) => {
            let lu = tokio::task::spawn_blocking(move || entrant::lire(&octets)).await;
            (lu.map_err(|e| Probleme::interne(&e))?, false)
        }
        Err(probleme) if est_absent(&probleme) => (entrant::MailEntrant::default(), true),
        Err(probleme) => return Err(Arret::vers(probleme, &format!("/gestion/demandes/{id}"))),
    };
    let gens = poste.collegues(&etat).await?;
    let t = poste.t();
    let base = format!("/gestion/demandes/{id}");
    let corps = Page {
        t,
        retour: format!("{base}#message-{message}"),
        parole: parole(t, trouve, (&base, &vue.nom), |id| {
            nom_de(&PersonnelId::new(id), &gens)
        }),
        a: if lu.a.is_empty() {
            trouve.a.clone()
        } else {
            lu.a.join(", ")
        },
        date: lu.entete("date").unwrap_or_default().to_owned(),
        texte: lu.texte.trim().to_owned(),
        absent,
    };
    Ok(poste.page(&t.message_titre(&trouve.objet), &corps))
}

/// Purged by rule (S09): what was kept of it is shown all the same.
fn est_absent(probleme: &Probleme) -> bool {
    match probleme {
        Probleme::Faute(Faute::Refus(refus)) => refus.code == CodeRefus::Introuvable,
        Probleme::Http(statut, ..) => *statut == StatusCode::GONE,
        Probleme::Faute(_) | Probleme::Fichier(..) => false,
    }
}

pub(super) async fn original(
    State(etat): State<Etat>,
    Path((id, message)): Path<(String, String)>,
    poste: Poste,
) -> Result<Response, Arret> {
    let vue = chercher(&etat, &poste, &id, Some(&message)).await?;
    let octets = api::brut(&etat, &vue, &message).await?;
    Ok(api::joindre("original.eml", "message/rfc822", octets))
}

pub(super) async fn piece(
    State(etat): State<Etat>,
    Path((id, message, rang)): Path<(String, String, usize)>,
    poste: Poste,
) -> Result<Response, Arret> {
    let vue = chercher(&etat, &poste, &id, Some(&message)).await?;
    Ok(api::rendre_piece(&etat, &vue, &message, rang).await?)
}
