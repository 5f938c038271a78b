//! The campaign as a file, in and out; its closing, and the next one. What changes is shown before it does.

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use domain::campagne::Texte;
use domain::refus::CodeRefus;

use super::super::cadrage::dire;
use super::super::compte::TexteEtFormulaire;
use super::*;
use crate::edge::problemes::Probleme;
use crate::views::{Champ, Formulaire, Message};

struct Ligne {
    genre: &'static str,
    code: String,
    effet: &'static str,
    classe: &'static str,
}

#[derive(Template)]
#[template(path = "campagne/apercu.html")]
struct Apercu {
    texte: String,
    lignes: Vec<Ligne>,
    form: Option<Formulaire>,
    retour: Lien,
}

#[derive(Template)]
#[template(path = "campagne/import.html")]
struct Import {
    t: Textes,
    preuve: String,
    fautes: Vec<String>,
}

/// Only administrators get this far; anybody else is told why not.
async fn administrer(etat: &Etat, visiteur: &Visiteur) -> Result<(), Arret> {
    let agent = voir(etat, visiteur).await?;
    if modifiable(etat, &agent, Genre::Campagne, None) {
        return Ok(());
    }
    Err(CodeRefus::DroitManquant.into())
}

pub(super) async fn exporter(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    voir(&etat, &visiteur).await?;
    Ok(api::campagne::fichier(&etat)?)
}

fn page_import(visiteur: &Visiteur, fautes: Vec<String>) -> Response {
    let t = visiteur.t;
    let corps = Import {
        t,
        preuve: visiteur.preuve().to_owned(),
        fautes,
    };
    visiteur.page(&t.campagne_importer(), &corps)
}

pub(super) async fn import(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    administrer(&etat, &visiteur).await?;
    Ok(page_import(&visiteur, vec![]))
}

fn illisible() -> Probleme {
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "formulaire_invalide",
        "Le fichier n'est pas arrivé en entier. Choisissez-le de nouveau.",
        "The file did not arrive in full. Choose it again.",
    )
}

/// Reads the file and shows what it would change.
pub(super) async fn lire(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    mut parties: Multipart,
) -> Result<Response, Arret> {
    administrer(&etat, &visiteur).await?;
    let (mut preuve, mut texte) = (None, String::new());
    while let Some(champ) = parties.next_field().await.map_err(|_| illisible())? {
        let nom = champ.name().unwrap_or_default().to_owned();
        let valeur = champ.text().await.map_err(|_| illisible())?;
        match nom.as_str() {
            "preuve" => preuve = Some(valeur),
            "fichier" => texte = valeur,
            _ => {}
        }
    }
    visiteur.verifier(preuve.as_deref())?;
    let t = visiteur.t;
    let essai = match api::campagne::lire_fichier(&etat, &texte) {
        Ok(changements) => changer(&etat, &visiteur, changements, (None, true)).await,
        Err(probleme) => Err(probleme.into()),
    };
    match essai {
        Ok((differences, 0)) => {
            let corps = apercu(t, &t.import_rien(), &differences, None);
            Ok(visiteur.page(&t.campagne_importer(), &corps))
        }
        Ok((differences, _)) => {
            let form = visiteur
                .formulaire("/gestion/campagne/import", &t.import_confirmer(), vec![])
                .cache("vue", etat.catalogue().version.to_string())
                .cache("fichier", texte)
                .retour("/gestion/campagne/import", &t.annuler());
            let corps = apercu(t, "", &differences, Some(form));
            Ok(visiteur.page(&t.import_voir(), &corps))
        }
        Err(Arret { probleme, .. }) => Ok(page_import(&visiteur, fautes(t, probleme)?)),
    }
}

/// Every fault in words; who is not logged in any more is sent there.
fn fautes(t: Textes, probleme: Probleme) -> Result<Vec<String>, Arret> {
    if let Probleme::Faute(actors::protocol::Faute::SessionAbsente) = probleme {
        return Err(probleme.into());
    }
    let (_, texte, champs, _) = dire(t, &probleme);
    if champs.is_empty() {
        return Ok(vec![texte]);
    }
    let langue = t.langue();
    let dire = |f: &domain::refus::FauteChamp| {
        if f.champ.starts_with("ligne_") {
            return f.texte(langue).to_owned();
        }
        format!("{} : {}", f.champ, f.texte(langue))
    };
    Ok(champs.iter().map(dire).collect())
}

/// What changes, then what does not.
fn apercu(t: Textes, texte: &str, differences: &[Difference], form: Option<Formulaire>) -> Apercu {
    let mut lignes: Vec<&Difference> = differences
        .iter()
        .filter(|d| d.effet != Sort::Inchange)
        .collect();
    lignes.sort_by_key(|d| d.effet == Sort::Absent);
    let ligne = |d: &&Difference| {
        let (effet, classe) = sort_dit(t, d.effet);
        Ligne {
            genre: d.cle.nom(t.langue()),
            code: d.cle.code().to_owned(),
            effet,
            classe,
        }
    };
    Apercu {
        texte: texte.to_owned(),
        lignes: lignes.iter().map(ligne).collect(),
        form,
        retour: Lien::new("/gestion/campagne", &t.campagne_titre()),
    }
}

pub(super) async fn importer(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let t = visiteur.t;
    let texte = saisie.brut("fichier").unwrap_or_default();
    let vue = saisie.texte("vue").and_then(|v| v.parse().ok());
    let fait = match api::campagne::lire_fichier(&etat, &texte) {
        Ok(changements) => changer(&etat, &visiteur, changements, (vue, false)).await,
        Err(probleme) => Err(probleme.into()),
    };
    match fait {
        Ok((_, combien)) => Ok(fini(&visiteur, t.import_fait(combien))),
        Err(Arret { probleme, .. }) => Ok(page_import(&visiteur, fautes(t, probleme)?)),
    }
}

fn fini(visiteur: &Visiteur, texte: String) -> Response {
    let t = visiteur.t;
    let suites = vec![Lien::new("/gestion/campagne", &t.campagne_titre())];
    visiteur.page(&t.campagne_change(), &Message { texte, suites })
}

fn form_suivante(visiteur: &Visiteur, saisie: &[(String, String)]) -> Formulaire {
    let t = visiteur.t;
    let champs = vec![
        Champ::ligne(t, "code", &t.champ_code(), "text").aide(&t.champ_code_aide()),
        Champ::ligne(t, "libelle", &t.champ_libelle(), "text"),
        Champ::ligne(t, "libelle_en", &t.champ_libelle_en(), "text").facultatif(),
        Champ::ligne(t, "annees", &t.suivante_annees(), "number"),
    ];
    visiteur
        .formulaire("/gestion/campagne/suivante", &t.suivante_voir(), champs)
        .remplir(saisie)
        .retour("/gestion/campagne", &t.annuler())
}

fn page_suivante(visiteur: &Visiteur, form: Formulaire) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![t.suivante_aide().to_owned()],
        form,
        suites: vec![],
    };
    visiteur.page(&t.campagne_suivante(), &corps)
}

pub(super) async fn suivante(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    administrer(&etat, &visiteur).await?;
    let un_an = vec![("annees".to_owned(), "1".to_owned())];
    let form = form_suivante(&visiteur, &un_an);
    Ok(page_suivante(&visiteur, form))
}

/// First what it would do, then, confirmed, the doing.
pub(super) async fn ouvrir_suivante(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let t = visiteur.t;
    let code = saisie.texte("code").unwrap_or_default();
    let libelle = Texte {
        fr: saisie.texte("libelle").unwrap_or_default(),
        en: saisie.texte("libelle_en"),
    };
    let annees = saisie.texte("annees").map(|a| a.parse().unwrap_or(-1));
    let essai = saisie.texte("vue").is_none();
    let vue = saisie.texte("vue").and_then(|v| v.parse().ok());
    let fait = match api::campagne::campagne_suivante(&etat, (code.trim(), libelle), annees) {
        Ok(changements) => changer(&etat, &visiteur, changements, (vue, essai)).await,
        Err(probleme) => Err(probleme.into()),
    };
    match fait {
        Ok((differences, _)) if essai => {
            let mut form = visiteur
                .formulaire(
                    "/gestion/campagne/suivante",
                    &t.suivante_confirmer(),
                    vec![],
                )
                .cache("vue", etat.catalogue().version.to_string());
            for nom in ["code", "libelle", "libelle_en", "annees"] {
                form = form.cache(nom, saisie.brut(nom).unwrap_or_default());
            }
            let form = form.retour("/gestion/campagne/suivante", &t.annuler());
            let corps = apercu(t, &t.suivante_aide(), &differences, Some(form));
            Ok(visiteur.page(&t.campagne_suivante(), &corps))
        }
        Ok((_, combien)) => Ok(fini(&visiteur, t.import_fait(combien))),
        Err(Arret { probleme, .. }) => {
            let fautes = fautes(t, probleme)?;
            let form = form_suivante(&visiteur, &saisie.0).refuser(&fautes.join(" "), &[]);
            Ok(page_suivante(&visiteur, form))
        }
    }
}

pub(super) async fn question_fermer(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    administrer(&etat, &visiteur).await?;
    let t = visiteur.t;
    let form = visiteur.formulaire("/gestion/campagne/fermer", &t.campagne_fermer(), vec![]);
    let corps = TexteEtFormulaire {
        textes: vec![t.campagne_fermer_question().to_owned()],
        form: form.retour("/gestion/campagne", &t.annuler()),
        suites: vec![],
    };
    Ok(visiteur.page(&t.campagne_fermer(), &corps))
}

pub(super) async fn fermer(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    administrer(&etat, &visiteur).await?;
    let fermee = api::campagne::fermeture(&etat)?;
    changer(&etat, &visiteur, vec![fermee], (None, false)).await?;
    Ok(vers("/gestion/campagne"))
}
