//! The page where anybody checks a receipt.

use askama::Template;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::langue::Langue;

use super::visiteur::{Arret, Visiteur};
use crate::accuse::{self, Accuse};
use crate::edge::Etat;
use crate::edge::api::accuses::dire;
use crate::edge::problemes::Probleme;

struct Attestation {
    valable: bool,
    phrase: &'static str,
    faits: Vec<(&'static str, String)>,
    pieces: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "verification.html")]
struct Vue {
    langue: Langue,
    attestation: Option<Attestation>,
    cle: String,
}

impl Vue {
    fn dit(&self, fr: &'static str, en: &'static str) -> &'static str {
        self.langue.choisir(fr, en)
    }
}

fn page(etat: &Etat, visiteur: &Visiteur, attestation: Option<Attestation>) -> Response {
    let refus = attestation.as_ref().is_some_and(|a| !a.valable);
    let vue = Vue {
        langue: visiteur.t.langue(),
        attestation,
        cle: actors::jetons::hexa(etat.cle_accuse.verifying_key().as_bytes()),
    };
    let titre = vue.dit("Vérifier un accusé de réception", "Check a receipt");
    let mut reponse = visiteur.page(titre, &vue);
    if refus {
        *reponse.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    reponse
}

pub(super) async fn montrer(State(etat): State<Etat>, visiteur: Visiteur) -> Response {
    page(&etat, &visiteur, None)
}

pub(super) async fn verifier(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    formulaire: Multipart,
) -> Result<Response, Arret> {
    let octets = lire(formulaire).await?;
    let attestation = attester(&etat, visiteur.t.langue(), &octets);
    Ok(page(&etat, &visiteur, Some(attestation)))
}

/// The file, else the text.
async fn lire(mut formulaire: Multipart) -> Result<Vec<u8>, Probleme> {
    let invalide = || {
        Probleme::http(
            StatusCode::BAD_REQUEST,
            "formulaire_invalide",
            "Ce formulaire ne se lit pas, ou il est trop long. Recommencez avec le fichier .json de l'accusé.",
            "This form cannot be read, or is too long. Try again with the receipt's .json file.",
        )
    };
    let mut lu = Vec::new();
    while let Some(champ) = formulaire.next_field().await.map_err(|_| invalide())? {
        let octets = champ.bytes().await.map_err(|_| invalide())?;
        if lu.is_empty() {
            lu = octets.to_vec();
        }
    }
    Ok(lu)
}

fn attester(etat: &Etat, langue: Langue, octets: &[u8]) -> Attestation {
    let refuser = |fr, en| Attestation {
        valable: false,
        phrase: langue.choisir(fr, en),
        faits: Vec::new(),
        pieces: Vec::new(),
    };
    let Ok(accuse) = serde_json::from_slice::<Accuse>(octets) else {
        return refuser(
            "Ce n'est pas un accusé de réception : déposez le fichier .json, sans y rien changer.",
            "This is no receipt: hand in the .json file, with nothing changed in it.",
        );
    };
    if let Err(doute) = accuse::verifier(&etat.cle_accuse.verifying_key(), &accuse) {
        let (_, fr, en) = dire(doute);
        return refuser(fr, en);
    }
    let contenu = accuse.contenu;
    let non_concerne = langue.choisir("non concerné", "not applicable");
    let pieces = contenu.pieces.into_iter().map(|p| {
        let empreinte = p.sha256.unwrap_or_else(|| non_concerne.to_owned());
        (p.libelle, empreinte)
    });
    Attestation {
        valable: true,
        phrase: langue.choisir(
            "Il vient de cette plateforme, et rien n'y a été changé.",
            "It comes from this platform, and nothing in it was changed.",
        ),
        pieces: pieces.collect(),
        faits: vec![
            (langue.choisir("Dossier", "Application"), contenu.dossier),
            (
                langue.choisir("Candidat", "Candidate"),
                format!("{} {}, {}", contenu.prenom, contenu.nom, contenu.numero),
            ),
            (langue.choisir("Formation", "Programme"), contenu.libelle),
            (langue.choisir("Campagne", "Campaign"), contenu.campagne),
            (
                langue.choisir("Transmis le", "Transmitted on"),
                contenu.transmis_le.to_string(),
            ),
        ],
    }
}
