//! Whether the mails we send arrive: provider by provider, and whose address is refused (S42, S43).

use actors::protocol::{ActeGestion, AdresseRefusee, Fournisseur, NonRemis, Reponse};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::super::cadrage::percent;
use super::super::super::visiteur::Arret;
use super::super::Poste;
use super::Onglets;
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{jour, quand};

/// The periods offered, in days; the first is the one when none is asked for.
const PERIODES: [u16; 3] = [30, 7, 365];

/// As typed: what means nothing filters nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Voulu {
    jours: String,
    domaine: String,
}

struct Periode {
    jours: u16,
    texte: String,
    choisie: bool,
}

struct Ligne {
    domaine: String,
    lien: String,
    nombres: Vec<(String, u64, &'static str)>,
}

struct Refusee {
    adresse: String,
    qui: String,
    lien: String,
    numero: String,
    valide: bool,
    raison: String,
    le: String,
}

struct Interne {
    adresse: String,
    classe: &'static str,
    etat: String,
    raison: String,
    le: String,
}

#[derive(Template)]
#[template(path = "demandes/courrier.html")]
struct Page {
    t: Textes,
    onglets: Onglets,
    domaine: String,
    periodes: Vec<Periode>,
    depuis: String,
    total: u64,
    tous: Vec<(String, u64, &'static str)>,
    lignes: Vec<Ligne>,
    refusees: Vec<Refusee>,
    internes: Vec<Interne>,
    partiel: bool,
}

pub(super) async fn montrer(
    State(etat): State<Etat>,
    poste: Poste,
    Query(voulu): Query<Voulu>,
) -> Result<Response, Arret> {
    let t = poste.t();
    let choisi = voulu.jours.parse().ok();
    let jours = PERIODES.into_iter().find(|j| Some(*j) == choisi);
    let jours = jours.unwrap_or(PERIODES[0]);
    let domaine = voulu.domaine.trim().to_owned();
    let acte = ActeGestion::Delivrabilite {
        jours: Some(jours),
        domaine: Some(domaine.clone()).filter(|d| !d.is_empty()),
    };
    let Reponse::Delivrabilite(lu) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let periodes = PERIODES.into_iter().map(|n| Periode {
        jours: n,
        texte: t.courrier_jours(n),
        choisie: n == jours,
    });
    let corps = Page {
        t,
        onglets: Onglets::de(&poste),
        periodes: periodes.collect(),
        depuis: jour(t, lu.depuis),
        total: lu.tous.total,
        tous: nombres(t, &lu.tous),
        lignes: lu
            .fournisseurs
            .iter()
            .map(|f| Ligne {
                lien: format!(
                    "/gestion/demandes/courrier?jours={jours}&domaine={}",
                    percent(&f.domaine)
                ),
                domaine: f.domaine.clone(),
                nombres: nombres(t, f),
            })
            .collect(),
        refusees: lu.refusees.iter().map(|r| refusee(t, r)).collect(),
        internes: lu.non_remis.iter().map(|n| interne(t, n)).collect(),
        partiel: lu.partiel,
        domaine,
    };
    Ok(poste.page(&t.courrier_titre(), &corps))
}

/// The figures of a line, with the colour of those that should be nought.
fn nombres(t: Textes, f: &Fournisseur) -> Vec<(String, u64, &'static str)> {
    let rouge = |n: u64, classe: &'static str| if n > 0 { classe } else { "" };
    [
        (t.courrier_col_envoyes(), f.envoyes, ""),
        (t.courrier_col_en_file(), f.en_file, ""),
        (
            t.courrier_col_differes(),
            f.differes,
            rouge(f.differes, "a-faire"),
        ),
        (
            t.courrier_col_refuses(),
            f.refuses,
            rouge(f.refuses, "refus"),
        ),
        (
            t.courrier_col_abandonnes(),
            f.abandonnes,
            rouge(f.abandonnes, "refus"),
        ),
        (
            t.courrier_col_plaintes(),
            f.plaintes,
            rouge(f.plaintes, "refus"),
        ),
    ]
    .map(|(nom, n, classe)| (nom.to_owned(), n, classe))
    .to_vec()
}

fn refusee(t: Textes, r: &AdresseRefusee) -> Refusee {
    Refusee {
        adresse: r.adresse.clone(),
        qui: format!("{} {}", r.prenom, r.nom),
        lien: format!(
            "/gestion/demandes?etat=toutes&candidat={}",
            percent(r.candidat.as_str())
        ),
        numero: r.numero.to_string(),
        valide: r.valide,
        raison: r.raison.clone(),
        le: quand(t, r.le),
    }
}

fn interne(t: Textes, n: &NonRemis) -> Interne {
    let (classe, etat) = if n.refuse {
        ("refus", t.courrier_refuse())
    } else {
        ("a-faire", t.courrier_differe())
    };
    Interne {
        adresse: n.adresse.clone(),
        classe,
        etat: etat.to_string(),
        raison: n.raison.clone(),
        le: quand(t, n.le),
    }
}
