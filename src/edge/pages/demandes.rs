//! What a candidate asks the support, from their own pages: writes, reads the answers, goes on. Nothing written here
//! goes into a dossier (S48).

use actors::protocol::{Acte, DossierVue, Faute, MaDemande, MonMessage, Reponse};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::demande::EtatDemande;
use domain::formulaires::{DemandeForm, TexteForm};
use domain::ids::DemandeId;
use serde::Deserialize;

use super::compte::refuser;
use super::dossiers::libelle;
use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::Etat;
use crate::textes::{Dit, Textes};
use crate::views::{Champ, Formulaire, quand};

/// One of the candidate's requests, in the list.
struct Ligne {
    id: String,
    objet: String,
    etat: Dit,
    classe: &'static str,
    dernier: String,
    /// The last word is ours.
    repondue: bool,
}

#[derive(Template)]
#[template(path = "demandes/miennes.html")]
struct Liste {
    t: Textes,
    lignes: Vec<Ligne>,
    form: Formulaire,
}

struct Parole {
    de_moi: bool,
    qui: Dit,
    le: String,
    texte: String,
    pieces: String,
}

#[derive(Template)]
#[template(path = "demandes/la_mienne.html")]
struct Une {
    t: Textes,
    etat: Dit,
    classe: &'static str,
    dossier: Option<(String, String)>,
    fil: Vec<Parole>,
    form: Formulaire,
}

/// About which dossier one writes.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sur {
    dossier: String,
}

/// In the candidate's words: whether somebody is at it, not how the team counts.
const fn etat(t: Textes, etat: EtatDemande) -> (Dit, &'static str) {
    match etat {
        EtatDemande::Nouvelle => (t.mienne_envoyee(), ""),
        EtatDemande::EnCours => (t.mienne_en_cours(), ""),
        EtatDemande::EnAttente => (t.mienne_repondue(), "fait"),
        EtatDemande::Close | EtatDemande::Fusionnee => (t.mienne_close(), "ferme"),
    }
}

async fn les_miennes(etat: &Etat, visiteur: &Visiteur) -> Result<Vec<MaDemande>, Arret> {
    let Reponse::MesDemandes { demandes } = visiteur.lire(etat, Acte::Demandes).await? else {
        return Err(Arret::inattendu());
    };
    Ok(demandes)
}

async fn dossiers(etat: &Etat, visiteur: &Visiteur) -> Result<Vec<DossierVue>, Arret> {
    let Reponse::Dossiers { dossiers } = visiteur.lire(etat, Acte::Dossiers).await? else {
        return Err(Arret::inattendu());
    };
    Ok(dossiers)
}

fn formulaire(etat: &Etat, visiteur: &Visiteur, dossiers: &[DossierVue]) -> Formulaire {
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let choix = dossiers.iter();
    let choix = choix.map(|d| (d.id.to_string(), libelle(t, &catalogue, &d.formation)));
    let mut champs = vec![
        Champ::ligne(t, "objet", &t.message_objet(), "text").remplissage("off"),
        Champ::texte(t, "texte", &t.mienne_texte()).aide(&t.mienne_texte_aide()),
    ];
    if !dossiers.is_empty() {
        let champ = Champ::choix(t, "dossier", &t.mienne_dossier(), choix.collect());
        champs.push(champ.facultatif());
    }
    visiteur.formulaire("/demandes", &t.mienne_envoyer(), champs)
}

async fn page(etat: &Etat, visiteur: &Visiteur, form: Formulaire) -> Result<Response, Arret> {
    let t = visiteur.t;
    let demandes = les_miennes(etat, visiteur).await?;
    let lignes = demandes.iter().map(|d| {
        let (etat, classe) = self::etat(t, d.etat);
        let dernier = d.messages.last();
        Ligne {
            id: d.id.to_string(),
            objet: d.objet.clone(),
            etat,
            classe,
            dernier: dernier.map_or(String::new(), |m| quand(t, m.le)),
            repondue: dernier.is_some_and(|m| !m.de_moi),
        }
    });
    let corps = Liste {
        t,
        lignes: lignes.collect(),
        form,
    };
    Ok(visiteur.page(&t.miennes_titre(), &corps))
}

pub(super) async fn lister(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Query(sur): Query<Sur>,
) -> Result<Response, Arret> {
    let dossiers = dossiers(&etat, &visiteur).await?;
    let form = formulaire(&etat, &visiteur, &dossiers);
    let form = form.remplir(&[("dossier".to_owned(), sur.dossier)]);
    page(&etat, &visiteur, form).await
}

/// Writes; then shows the request the words are in.
async fn ecrire(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
    acte: Acte,
) -> Result<Response, Faute> {
    let Reponse::MaDemande(vue) = visiteur.agir(etat, saisie, acte).await? else {
        return Ok(Arret::inattendu().into_response());
    };
    let vers = format!("/demandes/{}", vue.id);
    Ok(Redirect::to(&vers).into_response())
}

pub(super) async fn demander(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let form = DemandeForm {
        objet: saisie.brut("objet"),
        texte: saisie.brut("texte"),
        dossier: saisie.texte("dossier"),
    };
    let fait = match form.lire() {
        Ok((objet, texte, dossier)) => {
            let acte = Acte::EcrireDemande {
                demande: None,
                objet,
                texte,
                dossier,
            };
            ecrire(&etat, &visiteur, &saisie, acte).await
        }
        Err(refus) => Err(refus.into()),
    };
    match fait {
        Ok(reponse) => Ok(reponse),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => {
            let dossiers = dossiers(&etat, &visiteur).await?;
            let form = formulaire(&etat, &visiteur, &dossiers).remplir(&saisie.0);
            page(&etat, &visiteur, refuser(visiteur.t, form, &faute)).await
        }
    }
}

fn suite(visiteur: &Visiteur, id: &str) -> Formulaire {
    let t = visiteur.t;
    let champs = vec![Champ::texte(t, "texte", &t.mienne_suite())];
    let form = visiteur.formulaire(&format!("/demandes/{id}"), &t.mienne_envoyer(), champs);
    form.retour("/demandes", &t.miennes_toutes())
}

fn parole(t: Textes, m: &MonMessage) -> Parole {
    Parole {
        de_moi: m.de_moi,
        qui: match (m.de_moi, m.automatique) {
            (true, _) => t.mienne_moi(),
            (false, true) => t.demande_automate(),
            (false, false) => t.mienne_equipe(),
        },
        le: quand(t, m.le),
        texte: m.texte.trim().to_owned(),
        pieces: m.pieces.join(", "),
    }
}

async fn page_une(
    etat: &Etat,
    visiteur: &Visiteur,
    id: &str,
    form: Formulaire,
) -> Result<Response, Arret> {
    let acte = Acte::Demande {
        id: DemandeId::new(id),
    };
    let Reponse::MaDemande(vue) = visiteur.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let t = visiteur.t;
    let (dit, classe) = self::etat(t, vue.etat);
    let dossier = match &vue.dossier {
        Some(id) => {
            let tous = dossiers(etat, visiteur).await?;
            let le_sien = tous.iter().find(|d| d.id == *id);
            le_sien.map(|d| {
                let nom = libelle(t, &etat.catalogue(), &d.formation);
                (format!("/dossiers/{id}"), nom)
            })
        }
        None => None,
    };
    let corps = Une {
        t,
        etat: dit,
        classe,
        dossier,
        fil: vue.messages.iter().map(|m| parole(t, m)).collect(),
        form,
    };
    Ok(visiteur.page(&vue.objet, &corps))
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let form = suite(&visiteur, &id);
    page_une(&etat, &visiteur, &id, form).await
}

pub(super) async fn poursuivre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let form = TexteForm {
        texte: saisie.brut("texte"),
        clore: false,
    };
    let fait = match form.lire() {
        Ok(texte) => {
            let acte = Acte::EcrireDemande {
                demande: Some(DemandeId::new(id.clone())),
                objet: String::new(),
                texte,
                dossier: None,
            };
            ecrire(&etat, &visiteur, &saisie, acte).await
        }
        Err(refus) => Err(refus.into()),
    };
    match fait {
        Ok(reponse) => Ok(reponse),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => {
            let form = suite(&visiteur, &id).remplir(&saisie.0);
            let form = refuser(visiteur.t, form, &faute);
            page_une(&etat, &visiteur, &id, form).await
        }
    }
}
