//! *Adresse* and *Baccalauréat*, each in its steps (G16, G17), and what the required sections share.

use actors::protocol::{Acte, Faute, Moi};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use domain::formulaires::{AdresseForm, BaccalaureatForm, Communes};
use domain::profil::Baccalaureat;
use domain::refus::Refus;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::super::compte::refuser;
use super::super::saisie::Saisie;
use super::super::visiteur::{Arret, Visiteur};
use crate::data::{CommunesFr, Listes};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Champ, Formulaire, rendu};

/// The first session with specialities (G17).
const ANNEE_SPECIALITES: i16 = 2021;

#[derive(Template)]
#[template(path = "profil/section.html")]
pub(super) struct Section {
    t: Textes,
    aide: String,
    pub(super) avis: String,
    /// What is shown to read before the form: names and values.
    pub(super) resume: Vec<(&'static str, Vec<String>)>,
    pub(super) replis: Vec<(&'static str, &'static str)>,
    form: Formulaire,
}

impl Section {
    pub(super) fn new(t: Textes, form: Formulaire) -> Self {
        Self {
            t,
            aide: String::new(),
            avis: String::new(),
            resume: Vec::new(),
            replis: Vec::new(),
            form,
        }
    }
}

pub(super) type Champs = Vec<(String, String)>;

pub(super) fn champ(nom: &str, valeur: impl Into<String>) -> (String, String) {
    (nom.to_owned(), valeur.into())
}

pub(super) fn aujourd_hui(etat: &Etat) -> Date {
    etat.maintenant().to_zoned_datetime(TimeZone::UTC).date()
}

/// Saves a section and goes back to the overview, or shows what is wrong.
pub(super) async fn enregistrer(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
    acte: Result<Acte, Refus>,
    page: impl FnOnce(&Moi, &Faute) -> Response,
) -> Result<Response, Arret> {
    let fait = match acte {
        Ok(acte) => visiteur.agir(etat, saisie, acte).await.map(|_| ()),
        Err(refus) => Err(refus.into()),
    };
    match fait {
        Ok(()) => Ok(Redirect::to("/profil").into_response()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => Ok(page(&*visiteur.moi(etat).await?, &faute)),
    }
}

// *Adresse* (G16).

/// The town is chosen from the postal code's once it is known.
fn form_adresse(visiteur: &Visiteur, valeurs: &[(String, String)]) -> Formulaire {
    let t = visiteur.t;
    let lu = |nom: &str| {
        valeurs
            .iter()
            .find(|(n, _)| n == nom)
            .map(|(_, v)| v.as_str())
    };
    let francaise = lu("pays").is_none_or(|p| p == "FRA");
    let code = lu("code_postal").unwrap_or_default();
    let noms = if francaise {
        CommunesFr::embarquees().noms(code)
    } else {
        Vec::new()
    };
    let commune = if noms.is_empty() {
        Champ::ligne(t, "commune", &t.commune(), "text").remplissage("address-level2")
    } else {
        let choix = noms.into_iter().map(|nom| (nom.clone(), nom)).collect();
        Champ::choix(t, "commune", &t.commune(), choix)
    };
    let champs = vec![
        Champ::choix(t, "pays", &t.pays(), Listes.choix_pays(t.langue())).remplissage("country"),
        Champ::ligne(t, "ligne1", &t.ligne1(), "text").remplissage("address-line1"),
        Champ::ligne(t, "ligne2", &t.ligne2(), "text")
            .remplissage("address-line2")
            .facultatif(),
        Champ::ligne(t, "code_postal", &t.code_postal(), "text")
            .aide(&t.code_postal_aide())
            .remplissage("postal-code")
            .donnee("communes"),
        commune,
    ];
    visiteur
        .formulaire("/profil/adresse", &t.enregistrer(), champs)
        .retour("/profil", &t.annuler())
        .remplir(valeurs)
}

fn page_adresse(visiteur: &Visiteur, moi: &Moi, form: Formulaire) -> Response {
    let t = visiteur.t;
    visiteur.page_de(moi, &t.adresse(), &Section::new(t, form))
}

pub(in super::super) async fn adresse(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let moi = visiteur.moi(&etat).await?;
    let connue = match &moi.profil.adresse {
        None => vec![champ("pays", "FRA")],
        Some(a) => vec![
            champ("pays", &a.pays),
            champ("ligne1", &a.ligne1),
            champ("ligne2", a.ligne2.clone().unwrap_or_default()),
            champ("code_postal", a.code_postal.clone().unwrap_or_default()),
            champ("commune", &a.commune),
        ],
    };
    Ok(page_adresse(
        &visiteur,
        &moi,
        form_adresse(&visiteur, &connue),
    ))
}

pub(in super::super) async fn enregistrer_adresse(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let form = AdresseForm {
        pays: saisie.texte("pays"),
        ligne1: saisie.texte("ligne1"),
        ligne2: saisie.texte("ligne2"),
        code_postal: saisie.texte("code_postal"),
        commune: saisie.texte("commune"),
    };
    let acte = form
        .lire(&Listes, CommunesFr::embarquees())
        .map(|adresse| Acte::Adresse(Box::new(adresse)));
    enregistrer(&etat, &visiteur, &saisie, acte, |moi, faute| {
        let form = refuser(visiteur.t, form_adresse(&visiteur, &saisie.0), faute);
        page_adresse(&visiteur, moi, form)
    })
    .await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in super::super) struct CodePostal {
    code_postal: String,
}

/// The towns of a postal code, for the script.
pub(in super::super) async fn communes(Query(lu): Query<CodePostal>) -> Json<Vec<String>> {
    Json(CommunesFr::embarquees().noms(&lu.code_postal))
}

// *Baccalauréat* (G17): whether, and the year; then the fields of that year.

fn champs_de_l_annee(t: Textes, annee: i16) -> Vec<Champ> {
    let l = t.langue();
    let departements = Listes.choix_departements();
    let mut champs = vec![
        Champ::choix(t, "serie", &t.serie(), Listes.choix_series(annee, l)).si("situation=avec"),
    ];
    if annee >= ANNEE_SPECIALITES {
        champs.push(
            Champ::cases(
                t,
                "specialites",
                &t.specialites(),
                Listes.choix_specialites(annee, l),
            )
            .aide(&t.specialites_aide())
            .facultatif()
            .si("serie=GENERALE"),
        );
    }
    champs.extend([
        Champ::choix(t, "mention", &t.mention(), Listes.choix_mentions(l))
            .facultatif()
            .si("situation=avec"),
        Champ::ligne(t, "etablissement", &t.lycee(), "text")
            .facultatif()
            .si("situation=avec"),
        Champ::choix(t, "departement", &t.departement(), departements)
            .facultatif()
            .si("serie!=EQUIVALENCE"),
        Champ::choix(t, "pays", &t.bac_pays(), Listes.choix_pays(l))
            .aide(&t.bac_pays_aide())
            .facultatif()
            .si("serie=EQUIVALENCE"),
    ]);
    champs
}

fn form_bac(visiteur: &Visiteur, valeurs: &[(String, String)]) -> Formulaire {
    let t = visiteur.t;
    let lu = |nom: &str| {
        valeurs
            .iter()
            .find(|(n, _)| n == nom)
            .map(|(_, v)| v.as_str())
    };
    let situations = vec![
        ("avec".to_owned(), t.bac_avec().to_string()),
        ("sans".to_owned(), t.bac_sans().to_string()),
    ];
    let mut champs = vec![
        Champ::boutons(t, "situation", &t.situation(), situations),
        Champ::ligne(t, "annee", &t.annee_bac(), "number")
            .aide(&t.annee_bac_aide())
            .si("situation=avec")
            .donnee("annee"),
    ];
    let annee = lu("annee").and_then(|a| a.trim().parse::<i16>().ok());
    let annee = annee.filter(|_| lu("situation") == Some("avec"));
    if let Some(annee) = annee {
        champs.extend(champs_de_l_annee(t, annee));
    }
    let complet = annee.is_some() || lu("situation") == Some("sans");
    let bouton = if complet {
        t.enregistrer()
    } else {
        t.suivant()
    };
    visiteur
        .formulaire("/profil/baccalaureat", &bouton, champs)
        .cache("etape", if annee.is_some() { "tout" } else { "annee" })
        .retour("/profil", &t.annuler())
        .remplir(valeurs)
}

fn page_bac(visiteur: &Visiteur, moi: &Moi, form: Formulaire) -> Response {
    let t = visiteur.t;
    visiteur.page_de(moi, &t.baccalaureat(), &Section::new(t, form))
}

fn bac_connu(moi: &Moi) -> Champs {
    match &moi.profil.baccalaureat {
        None => Vec::new(),
        Some(Baccalaureat::Sans) => vec![champ("situation", "sans")],
        Some(Baccalaureat::Avec {
            annee,
            serie,
            specialites,
            mention,
            etablissement,
            departement,
            pays,
        }) => {
            let libre = |nom, v: &Option<String>| champ(nom, v.clone().unwrap_or_default());
            let mut champs = vec![
                champ("situation", "avec"),
                champ("annee", annee.to_string()),
                champ("serie", serie),
                libre("mention", mention),
                libre("etablissement", etablissement),
                libre("departement", departement),
                libre("pays", pays),
            ];
            champs.extend(specialites.iter().map(|s| champ("specialites", s)));
            champs
        }
    }
}

pub(in super::super) async fn baccalaureat(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let moi = visiteur.moi(&etat).await?;
    let form = form_bac(&visiteur, &bac_connu(&moi));
    Ok(page_bac(&visiteur, &moi, form))
}

pub(in super::super) async fn enregistrer_baccalaureat(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let annee = saisie.texte("annee").and_then(|a| a.trim().parse().ok());
    let form = BaccalaureatForm {
        situation: saisie.texte("situation"),
        annee,
        serie: saisie.texte("serie"),
        specialites: saisie.tous("specialites"),
        mention: saisie.texte("mention"),
        etablissement: saisie.texte("etablissement"),
        departement: saisie.texte("departement"),
        pays: saisie.texte("pays"),
    };
    let lu = form.lire(&Listes, aujourd_hui(&etat));
    let seulement_la_serie = |refus: &Refus| refus.champs.iter().all(|f| f.champ == "serie");
    // The first step has no series yet: what it decides is shown, and that is no fault.
    if saisie.brut("etape").as_deref() == Some("annee")
        && form.serie.is_none()
        && lu.as_ref().is_err_and(seulement_la_serie)
    {
        let moi = visiteur.moi(&etat).await?;
        return Ok(page_bac(&visiteur, &moi, form_bac(&visiteur, &saisie.0)));
    }
    let acte = lu.map(|bac| Acte::Baccalaureat {
        baccalaureat: Box::new(bac),
    });
    enregistrer(&etat, &visiteur, &saisie, acte, |moi, faute| {
        let form = refuser(visiteur.t, form_bac(&visiteur, &saisie.0), faute);
        page_bac(&visiteur, moi, form)
    })
    .await
}

#[derive(Deserialize)]
pub(in super::super) struct Annee {
    annee: i16,
}

/// The fields of a year, for the script.
pub(in super::super) async fn champs_du_bac(
    visiteur: Visiteur,
    Query(lu): Query<Annee>,
) -> Html<String> {
    let champs = champs_de_l_annee(visiteur.t, lu.annee);
    Html(champs.iter().map(rendu).collect())
}
