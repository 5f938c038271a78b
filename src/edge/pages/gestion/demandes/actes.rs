//! What staff do with a request from its page. Two who answer at once are told before anything leaves (S59), and
//! « Send » pressed twice sends once (S60).

use actors::protocol::{ActeDemande, ActeGestion, DemandeVue, Faute, GesteDemande, Reponse};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::formulaires::{GesteForm, TexteForm};
use domain::ids::{DemandeId, PersonnelId};
use domain::refus::{CodeRefus, Refus};

use super::super::super::saisie::Saisie;
use super::super::super::visiteur::Arret;
use super::super::perime::Perime;
use super::super::{Poste, chemin_de_retour, nom_de};
use super::demande::{chercher, derniers_mots};
use super::filtre::MOI;
use super::mots;
use crate::edge::Etat;
use crate::views::de_champ;

/// What a form asks, by the name the API gives the act.
fn geste(acte: &str, saisie: &Saisie, moi: &PersonnelId) -> Result<GesteDemande, Refus> {
    let ecrit = || TexteForm {
        texte: saisie.brut("texte"),
        clore: saisie.texte("clore").is_some(),
    };
    let form = || GesteForm {
        a: saisie
            .texte("a")
            .map(|a| if a == MOI { moi.to_string() } else { a }),
        le: saisie.texte("le").and_then(|le| de_champ(&le)),
        dans: saisie.texte("dans"),
        messages: saisie.tous("messages"),
        candidat: saisie.texte("candidat"),
        dossier: saisie.texte("dossier"),
        classes: saisie.tous("classes"),
    };
    Ok(match acte {
        "reponse" => {
            let ecrit = ecrit();
            GesteDemande::Repondre {
                texte: ecrit.lire()?,
                clore: ecrit.clore,
            }
        }
        "notes" => GesteDemande::Noter {
            texte: ecrit().lire()?,
        },
        "responsable" => GesteDemande::Attribuer {
            a: form().attribution(),
        },
        "echeance" => GesteDemande::FixerEcheance {
            le: form().echeance()?,
        },
        "cloture" => GesteDemande::Clore,
        "reouverture" => GesteDemande::Rouvrir,
        "fusion" => GesteDemande::Fusionner {
            dans: form().fusion()?,
        },
        "scission" => GesteDemande::Scinder {
            messages: form().scission()?,
        },
        "rattachement" => {
            let (candidat, dossier) = form().rattachement();
            GesteDemande::Rattacher { candidat, dossier }
        }
        "classes" => GesteDemande::Reclasser {
            classes: form().classement()?,
        },
        _ => return Err(CodeRefus::Introuvable.into()),
    })
}

pub(super) async fn agir(
    State(etat): State<Etat>,
    Path((id, acte)): Path<(String, String)>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.verifier(&saisie)?;
    let vers = chemin_de_retour(&saisie);
    let geste = geste(&acte, &saisie, &poste.agent.personnel.id);
    let geste = geste.map_err(|refus| Arret::vers(Faute::from(refus), &vers))?;
    let vue_alors = saisie.texte("version").and_then(|v| v.parse().ok());
    // A note disturbs nobody, whatever came in between.
    let mut version = vue_alors.filter(|_| acte != "notes");
    let ailleurs = matches!(acte.as_str(), "fusion" | "scission");
    loop {
        let demande = ActeDemande {
            id: DemandeId::new(id.clone()),
            version,
            geste: geste.clone(),
        };
        let demande = ActeGestion::AgirDemande(Box::new(demande));
        match poste.agir(&etat, &saisie, demande).await {
            Ok(Reponse::Demande(vue)) if ailleurs => {
                let la = format!("/gestion/demandes/{}", vue.id);
                return Ok(Redirect::to(&la).into_response());
            }
            Ok(_) => return Ok(Redirect::to(&vers).into_response()),
            Err(Faute::VersionPerimee { .. }) => {
                let vue = chercher(&etat, &poste, &id, None).await?;
                if !seuls_des_envois(&vue, version) {
                    return perimee(&etat, &poste, &vue, &saisie).await;
                }
                version = Some(vue.version);
            }
            Err(faute) => return Err(Arret::vers(faute, &vers)),
        }
    }
}

/// Whether nothing came since but word of what became of an answer: that is no reason to stop anybody.
fn seuls_des_envois(vue: &DemandeVue, version: Option<u64>) -> bool {
    let vus = version.and_then(|v| usize::try_from(v).ok());
    let depuis = vus.and_then(|vus| vue.historique.get(vus..));
    depuis.is_some_and(|faits| !faits.is_empty() && faits.iter().all(|f| f.quoi == "envoi_note"))
}

/// S59: what was written is there, with what the other did; nothing has left.
async fn perimee(
    etat: &Etat,
    poste: &Poste,
    vue: &DemandeVue,
    saisie: &Saisie,
) -> Result<Response, Arret> {
    let t = poste.t();
    let gens = poste.collegues(etat).await?;
    let recents = mots::historique(t, vue, |id| nom_de(&PersonnelId::new(id), &gens));
    let la = format!("/gestion/demandes/{}", vue.id);
    let derniers = derniers_mots(vue).map(|(_, texte)| texte.to_owned());
    let corps = Perime::de(poste, saisie, vue.version, (recents, la))
        .dire(&t.demande_perimee(), &t.demande_revoir())
        .citer(&t.demande_derniers_mots(), derniers);
    let mut reponse = poste.page(&t.demande_perimee_titre(), &corps);
    *reponse.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(reponse)
}
