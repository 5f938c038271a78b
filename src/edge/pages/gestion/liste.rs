//! The list of dossiers.

use actors::protocol::{ActeGestion, Etat as EtatDossier, FiltreDossiers, LigneDossier, Reponse};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::campagne::Catalogue;
use domain::ids::FormationCode;
use serde::Deserialize;

use super::super::cadrage;
use super::super::visiteur::Arret;
use super::{Poste, etat_dit, libelle};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::quand;

struct Choix {
    code: String,
    texte: String,
    combien: u64,
    choisi: bool,
}

struct Ligne {
    id: String,
    nom: String,
    numero: String,
    formation: String,
    transmis: String,
    etat: String,
    classe: &'static str,
}

#[derive(Template)]
#[template(path = "gestion/liste.html")]
struct Liste {
    t: Textes,
    q: String,
    etats: Vec<Choix>,
    formations: Vec<Choix>,
    total: String,
    lignes: Vec<Ligne>,
    suite: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Voulus {
    q: String,
    etat: String,
    formation: String,
    curseur: Option<String>,
}

const ETATS: [(EtatDossier, &str); 5] = [
    (EtatDossier::EnAttente, "en_attente"),
    (EtatDossier::Transmis, "transmis"),
    (EtatDossier::Incomplet, "incomplet"),
    (EtatDossier::Complet, "complet"),
    (EtatDossier::Annule, "annule"),
];

fn ligne(t: Textes, catalogue: &Catalogue, l: &LigneDossier) -> Ligne {
    let (etat, classe) = etat_dit(t, l.etat, catalogue);
    Ligne {
        id: l.id.to_string(),
        nom: format!("{} {}", l.nom, l.prenom),
        numero: l.numero.to_string(),
        formation: libelle(t, catalogue, &l.formation),
        transmis: l.transmis_le.map(|le| quand(t, le)).unwrap_or_default(),
        etat,
        classe,
    }
}

/// The list.
pub(super) async fn lister(
    State(etat): State<Etat>,
    poste: Poste,
    Query(voulus): Query<Voulus>,
) -> Result<Response, Arret> {
    let voulu = ETATS.iter().find(|(_, code)| *code == voulus.etat);
    let filtre = FiltreDossiers {
        etat: voulu.map(|(etat, _)| *etat),
        formation: Some(voulus.formation.as_str())
            .filter(|f| !f.is_empty())
            .map(FormationCode::from),
        q: Some(voulus.q.clone()),
        curseur: voulus.curseur.clone(),
        ..FiltreDossiers::default()
    };
    let acte = ActeGestion::Dossiers(Box::new(filtre));
    let Reponse::ListeDossiers(page) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let etats = ETATS.iter().map(|(e, code)| Choix {
        code: (*code).to_owned(),
        texte: etat_dit(t, *e, &catalogue).0,
        combien: page.comptes.etats.get(e).copied().unwrap_or_default(),
        choisi: *code == voulus.etat,
    });
    let formations = page.comptes.formations.keys().map(|code| Choix {
        code: code.to_string(),
        texte: libelle(t, &catalogue, code),
        combien: 0,
        choisi: code.as_str() == voulus.formation,
    });
    let suite = page.curseur.as_ref().map(|curseur| {
        let q = cadrage::percent(&voulus.q);
        let formation = cadrage::percent(&voulus.formation);
        format!(
            "/gestion?q={q}&etat={}&formation={formation}&curseur={curseur}",
            voulus.etat
        )
    });
    let corps = Liste {
        t,
        q: voulus.q,
        etats: etats.collect(),
        formations: formations.collect(),
        total: t.gestion_total(page.total),
        lignes: page
            .dossiers
            .iter()
            .map(|l| ligne(t, &catalogue, l))
            .collect(),
        suite: suite.unwrap_or_default(),
    };
    Ok(poste.page(&t.gestion_dossiers(), &corps))
}
