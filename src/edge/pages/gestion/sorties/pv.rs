//! The minutes of a commission: download, fill in, send back, read the report, enter.

use actors::protocol::FiltreDossiers;
use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::Response;
use domain::ids::FormationCode;
use domain::langue::Langue;
use domain::refus::CodeRefus;
use serde::Deserialize;

use crate::edge::exports::pv::{self, Rapport};
use crate::edge::pages::gestion::Poste;
use crate::edge::pages::saisie::Saisie;
use crate::edge::pages::visiteur::Arret;
use crate::edge::problemes::Probleme;
use crate::edge::{Etat, api, exports};
use crate::sorties::pv as lecture;
use crate::textes::Textes;

#[derive(Template)]
#[template(path = "sorties/pv.html")]
struct Page {
    t: Textes,
    preuve: String,
    formations: Vec<(String, String)>,
}

struct Ligne {
    rang: usize,
    qui: String,
    avis: String,
    fautes: Vec<String>,
}

#[derive(Template)]
#[template(path = "sorties/pv_rapport.html")]
struct Compte {
    t: Textes,
    preuve: String,
    /// Under which id the minutes wait; empty when they cannot be entered.
    id: String,
    fait: bool,
    resume: String,
    alertes: Vec<String>,
    lignes: Vec<Ligne>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Modele {
    formation: String,
}

pub(super) async fn page(State(etat): State<Etat>, poste: Poste) -> Result<Response, Arret> {
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let tout = FiltreDossiers::default();
    let session = poste.visiteur.session()?;
    let chiffres = api::statistiques::compter(&etat, session, tout).await?;
    let formations = chiffres.par_formation.iter().map(|f| {
        let connue = catalogue.formations.get(&f.formation);
        let libelle = connue.map_or(f.formation.as_str(), |c| c.libelle.dans(t.langue()));
        (f.formation.to_string(), libelle.to_owned())
    });
    let corps = Page {
        t,
        preuve: poste.visiteur.preuve().to_owned(),
        formations: formations.collect(),
    };
    Ok(poste.page(&t.pv_titre(), &corps))
}

pub(super) async fn modele(
    State(etat): State<Etat>,
    Query(Modele { formation }): Query<Modele>,
    poste: Poste,
) -> Result<Response, Arret> {
    let session = poste.visiteur.session()?;
    let langue = poste.t().langue();
    Ok(exports::modele_pv(&etat, session, &formation, langue).await?)
}

fn interrompu() -> Probleme {
    Probleme::http(
        axum::http::StatusCode::BAD_REQUEST,
        "formulaire_invalide",
        "Ce fichier n'est pas arrivé en entier, ou dépasse 2 Mo. Revenez à la page, puis recommencez.",
        "This file did not arrive in full, or is larger than 2 MB. Go back to the page, then try again.",
    )
}

/// The fields of the form: proof, formation, file.
async fn lire(mut envoi: Multipart) -> Result<(String, String, Vec<u8>), Probleme> {
    let (mut preuve, mut formation, mut octets) = (String::new(), String::new(), Vec::new());
    while let Some(champ) = envoi.next_field().await.map_err(|_| interrompu())? {
        let nom = champ.name().unwrap_or_default().to_owned();
        let valeur = champ.bytes().await.map_err(|_| interrompu())?;
        match nom.as_str() {
            "preuve" => preuve = String::from_utf8_lossy(&valeur).into_owned(),
            "formation" => formation = String::from_utf8_lossy(&valeur).into_owned(),
            "fichier" => octets = valeur.to_vec(),
            _ => {}
        }
    }
    Ok((preuve, formation, octets))
}

/// The dry run.
pub(super) async fn recevoir(
    State(etat): State<Etat>,
    poste: Poste,
    envoi: Multipart,
) -> Result<Response, Arret> {
    let retour = |probleme| Arret::vers(probleme, "/gestion/pv");
    let (preuve, formation, octets) = lire(envoi).await.map_err(retour)?;
    poste.visiteur.verifier(Some(&preuve))?;
    let lignes = lecture::lire(&octets).map_err(|e| retour(api::illisible(e)))?;
    let formation = Some(formation)
        .filter(|f| !f.is_empty())
        .map(FormationCode::new);
    let session = poste.visiteur.session()?;
    let rapport = pv::examiner(&etat, session, formation.as_ref(), lignes.clone()).await?;
    let mut id = String::new();
    if rapport.refus() == 0 && !rapport.verdicts.is_empty() {
        let qui = poste.agent.personnel.id.clone();
        let quoi = (formation, lignes);
        id = etat.outils.minutes.garder(qui, etat.maintenant(), quoi)?;
    }
    Ok(compte(&poste, &rapport, id))
}

/// The entry.
pub(super) async fn appliquer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let qui = &poste.agent.personnel.id;
    let attente = etat.outils.minutes.prendre(qui, etat.maintenant(), &id);
    let (formation, lignes) =
        attente.ok_or_else(|| Arret::vers(CodeRefus::Introuvable, "/gestion/pv"))?;
    let session = poste.visiteur.session()?;
    let rapport = pv::appliquer(&etat, session, formation.as_ref(), lignes).await?;
    Ok(compte(&poste, &rapport, String::new()))
}

fn compte(poste: &Poste, rapport: &Rapport, id: String) -> Response {
    let t = poste.t();
    let (bons, refus) = (rapport.verdicts.len() - rapport.refus(), rapport.refus());
    let resume = if rapport.fait {
        t.pv_fait(bons)
    } else if refus > 0 {
        t.pv_refus(refus)
    } else {
        t.pv_essai(bons)
    };
    let mut alertes = Vec::new();
    if rapport.sans_avis > 0 {
        alertes.push(t.pv_sans_avis(rapport.sans_avis));
    }
    for (formation, trous) in &rapport.trous {
        let rangs: Vec<String> = trous.iter().map(ToString::to_string).collect();
        alertes.push(t.pv_trous(formation, rangs.join(", ")));
    }
    let lignes = rapport.verdicts.iter().map(|v| {
        let qui = match &v.dossier {
            Some(d) => format!("{} {} ({})", d.nom, d.prenom, d.numero),
            None => v.ligne.numero.clone(),
        };
        let fautes = v.fautes.iter().map(|(_, fr, en)| match t.langue() {
            Langue::Fr => fr.clone(),
            Langue::En => en.clone(),
        });
        let rang = Some(v.ligne.rang.as_str()).filter(|r| !r.is_empty());
        Ligne {
            rang: v.ligne.rang_fichier,
            qui,
            avis: match rang {
                Some(rang) => format!("{} ({rang})", v.ligne.avis),
                None => v.ligne.avis.clone(),
            },
            fautes: fautes.collect(),
        }
    });
    let mut lignes: Vec<Ligne> = lignes.collect();
    // What is to be corrected comes first.
    lignes.sort_by_key(|l| l.fautes.is_empty());
    let corps = Compte {
        t,
        preuve: poste.visiteur.preuve().to_owned(),
        id,
        fait: rapport.fait,
        resume,
        alertes,
        lignes,
    };
    poste.page(&t.pv_titre(), &corps)
}
