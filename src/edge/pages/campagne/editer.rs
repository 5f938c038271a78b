//! Definitions in lists, one by one, changed, added, removed.

use axum::extract::{Path, Query, Request, State};
use domain::campagne::{Catalogue, Evenement};
use domain::ids::CentreCode;
use domain::refus::{CodeRefus, FauteChamp, Refus};

use super::super::cadrage::dire;
use super::super::compte::TexteEtFormulaire;
use super::ordre::Ordre;
use super::*;
use crate::campagne::{Lu, forme};
use crate::edge::problemes::Probleme;
use crate::edge::vues::plat;
use crate::views::{Champ, Formulaire};

struct Ligne {
    chemin: String,
    libelle: String,
    code: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "campagne/liste.html")]
struct Liste {
    t: Textes,
    /// Where the search is sent to.
    ici: String,
    q: String,
    /// There is enough to look for something in it.
    longue: bool,
    lignes: Vec<Ligne>,
    ajouter: String,
}

/// Definitions beyond which a list has a search.
const MAX_SANS_RECHERCHE: usize = 12;

/// What is looked for in a list.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Recherche {
    q: String,
}

impl Ligne {
    /// Every word is in the label, the code or what is said beside; accents and case are ignored.
    fn convient(&self, mots: &[&str]) -> bool {
        let texte = plat(&format!("{} {} {}", self.libelle, self.code, self.detail));
        mots.iter().all(|mot| texte.contains(mot))
    }
}

#[derive(Template)]
#[template(path = "campagne/definition.html")]
struct Definition {
    t: Textes,
    enregistre: bool,
    avis: String,
    form: Option<Formulaire>,
    lue: Vec<(String, String)>,
    modele: Option<Modele>,
    ordre: Option<Ordre>,
    actes: Vec<Lien>,
}

/// The form to download of a piece.
struct Modele {
    code: String,
    present: bool,
    preuve: String,
}

fn genre(nom: &str) -> Result<Genre, Arret> {
    let trouve = Genre::trouver(nom).filter(|g| Genre::LISTES.contains(g));
    trouve.ok_or_else(|| CodeRefus::Introuvable.into())
}

pub(super) async fn lister(
    State(etat): State<Etat>,
    Path(nom): Path<String>,
    Query(Recherche { q }): Query<Recherche>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let genre = genre(&nom)?;
    let agent = voir(&etat, &visiteur).await?;
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let ligne = |cle: &Cle| {
        let forme = forme(&catalogue.definition(cle)?);
        let texte = |champ: &str| forme.get(champ).and_then(|v| v.as_str()).map(str::to_owned);
        let en = texte("libelle_en").filter(|_| t.langue() == domain::langue::Langue::En);
        let usages = match genre {
            Genre::Pieces => Some(|f: &domain::campagne::Formation, code: &str| {
                f.pieces.iter().any(|p| p.as_str() == code)
            }),
            Genre::Campagne
            | Genre::Formations
            | Genre::Centres
            | Genre::Composantes
            | Genre::Commissions
            | Genre::Motifs
            | Genre::Mails => None,
        };
        let detail = match usages {
            Some(usage) => {
                let formations = catalogue.formations.values();
                t.campagne_voir_formations(formations.filter(|f| usage(f, cle.code())).count())
            }
            None => detail(t, &catalogue, genre, cle),
        };
        Some(Ligne {
            chemin: format!("/gestion/campagne/{}/{}", genre.nom(), cle.code()),
            libelle: en.or_else(|| texte("libelle")).unwrap_or_default(),
            code: cle.code().to_owned(),
            detail,
        })
    };
    let ajouter = modifiable(&etat, &agent, genre, None);
    let toutes: Vec<Ligne> = genre.cles(&catalogue).iter().filter_map(ligne).collect();
    let longue = toutes.len() > MAX_SANS_RECHERCHE;
    let cherche = plat(&q);
    let mots: Vec<&str> = cherche.split_whitespace().collect();
    let lignes = toutes.into_iter().filter(|l| l.convient(&mots)).collect();
    let corps = Liste {
        t,
        ici: format!("/gestion/campagne/{}", genre.nom()),
        q,
        longue,
        lignes,
        ajouter: if ajouter {
            format!("/gestion/campagne/{}/ajouter", genre.nom())
        } else {
            String::new()
        },
    };
    Ok(visiteur.page(titre(t, genre), &corps))
}

/// What is said beside a definition in its list: the office it is of; of a formation, also until when one applies, and
/// its places.
fn detail(t: Textes, catalogue: &Catalogue, genre: Genre, cle: &Cle) -> String {
    let nommer = |code: &CentreCode| {
        let centre = catalogue.centres.get(code);
        centre
            .map_or(code.as_str(), |c| c.libelle.dans(t.langue()))
            .to_owned()
    };
    match genre {
        Genre::Commissions => {
            let commission = catalogue.commissions.get(cle.code());
            commission.map(|c| nommer(&c.centre)).unwrap_or_default()
        }
        Genre::Formations => {
            let Some(f) = catalogue.formations.get(cle.code()) else {
                return String::new();
            };
            let (debut, fin) = (jour(t, f.candidature_debut), jour(t, f.candidature_fin));
            let mut dits = vec![nommer(&f.centre), t.formation_du_au(debut, fin)];
            dits.extend(f.capacite.map(|n| t.tableau_places(n)));
            dits.join(" · ")
        }
        Genre::Campagne
        | Genre::Pieces
        | Genre::Centres
        | Genre::Composantes
        | Genre::Motifs
        | Genre::Mails => String::new(),
    }
}

/// The form of a definition, filled in.
fn formulaire(
    etat: &Etat,
    visiteur: &Visiteur,
    genre: Genre,
    cle: Option<&Cle>,
    saisie: Option<&Saisie>,
) -> Formulaire {
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let definition = cle.and_then(|cle| catalogue.definition(cle));
    let forme = definition.as_ref().map(forme).unwrap_or_default();
    let pieces = forme.get("pieces").and_then(|p| p.as_array()).cloned();
    let choisies: Vec<String> = pieces
        .unwrap_or_default()
        .iter()
        .filter_map(|p| p.as_str().map(str::to_owned))
        .collect();
    let champs: Vec<Champ> = champs::champs(t, &catalogue, genre, definition.is_none(), &choisies);
    let liste = format!("/gestion/campagne/{}", genre.nom());
    let (action, retour) = match (genre, &definition, cle) {
        (Genre::Campagne, _, _) => (
            "/gestion/campagne/reglages".to_owned(),
            "/gestion/campagne".to_owned(),
        ),
        (_, Some(_), Some(cle)) => (format!("{liste}/{}", cle.code()), liste),
        (_, _, _) => (liste.clone(), liste),
    };
    let form = visiteur.formulaire(&action, &t.enregistrer(), champs);
    let form = match cle {
        Some(cle) => form.cache("vue", catalogue.version_de(cle).to_string()),
        None => form,
    };
    let valeurs = match saisie {
        Some(saisie) => saisie.0.clone(),
        None => champs::remplir(t, genre, &forme),
    };
    form.remplir(&valeurs).retour(&retour, &t.annuler())
}

pub(super) async fn nouvelle(
    State(etat): State<Etat>,
    Path(nom): Path<String>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let genre = genre(&nom)?;
    voir(&etat, &visiteur).await?;
    let form = formulaire(&etat, &visiteur, genre, None, None);
    Ok(page_nouvelle(&visiteur, genre, form))
}

fn page_nouvelle(visiteur: &Visiteur, genre: Genre, form: Formulaire) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![],
        form,
        suites: vec![],
    };
    let titre = format!("{} : {}", titre(t, genre), t.campagne_ajouter().0);
    visiteur.page(&titre, &corps)
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Fait {
    pub(super) fait: Option<u8>,
}

pub(super) async fn definition(
    State(etat): State<Etat>,
    Path((nom, code)): Path<(String, String)>,
    axum::extract::Query(fait): axum::extract::Query<Fait>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let genre = genre(&nom)?;
    let agent = voir(&etat, &visiteur).await?;
    let cle = genre.cle(&code);
    montrer(
        &etat,
        &visiteur,
        &agent,
        (genre, &cle),
        (None, fait.fait.is_some()),
    )
}

/// A definition: to be changed, or only read.
fn montrer(
    etat: &Etat,
    visiteur: &Visiteur,
    agent: &AgentVue,
    (genre, cle): (Genre, &Cle),
    (form, enregistre): (Option<Formulaire>, bool),
) -> Result<Response, Arret> {
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let definition = catalogue.definition(cle).ok_or(CodeRefus::Introuvable)?;
    let forme = forme(&definition);
    let modifiable = modifiable(etat, agent, genre, Some(cle));
    let lue = |(nom, valeur): (&String, &serde_json::Value)| {
        let libelle = champs::libelle(t, genre, nom);
        (libelle, champs::dire(t, &catalogue, genre, nom, valeur))
    };
    let chemin = format!("/gestion/campagne/{}/{}", genre.nom(), cle.code());
    let piece = catalogue.pieces.get(cle.code());
    let formation = catalogue.formations.get(cle.code());
    let formation = formation.filter(|_| genre == Genre::Formations && modifiable);
    let corps = Definition {
        t,
        enregistre,
        avis: if modifiable {
            String::new()
        } else {
            t.campagne_lecture_seule().to_owned()
        },
        lue: match (&forme, modifiable) {
            (serde_json::Value::Object(champs), false) => champs.iter().map(lue).collect(),
            (_, _) => vec![],
        },
        form: modifiable
            .then(|| form.unwrap_or_else(|| formulaire(etat, visiteur, genre, Some(cle), None))),
        modele: piece
            .filter(|_| genre == Genre::Pieces && modifiable)
            .map(|p| Modele {
                code: p.code.to_string(),
                present: p.modele.is_some(),
                preuve: visiteur.preuve().to_owned(),
            }),
        ordre: formation.and_then(|f| Ordre::de(etat, visiteur, f)),
        actes: if modifiable && genre != Genre::Campagne {
            vec![Lien::new(
                format!("{chemin}/retirer"),
                &t.campagne_retirer(),
            )]
        } else {
            vec![]
        },
    };
    let libelle = forme.get("libelle").and_then(|v| v.as_str());
    Ok(visiteur.page(libelle.unwrap_or(cle.code()), &corps))
}

pub(super) async fn reglages(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    axum::extract::Query(fait): axum::extract::Query<Fait>,
) -> Result<Response, Arret> {
    let agent = voir(&etat, &visiteur).await?;
    let catalogue = etat.catalogue();
    let Some(campagne) = &catalogue.campagne else {
        let form = formulaire(&etat, &visiteur, Genre::Campagne, None, None);
        return Ok(page_nouvelle(&visiteur, Genre::Campagne, form));
    };
    let cle = Cle::Campagne(campagne.code.clone());
    let deja = fait.fait.is_some();
    montrer(
        &etat,
        &visiteur,
        &agent,
        (Genre::Campagne, &cle),
        (None, deja),
    )
}

/// The body of a form with its faults: those of the form, and, by an attempt, those of the campaign.
async fn soumettre(
    etat: &Etat,
    visiteur: &Visiteur,
    genre: Genre,
    code: Option<&str>,
    saisie: &Saisie,
) -> Result<Result<(), Probleme>, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let t = visiteur.t;
    let mut corps = champs::lire(t, genre, saisie);
    let faux = champs::faux_nombres(t, genre, &mut corps);
    if let (Genre::Pieces, Some(code), serde_json::Value::Object(champs)) =
        (genre, code, &mut corps)
        && let Some(modele) = etat
            .catalogue()
            .pieces
            .get(code)
            .and_then(|p| p.modele.clone())
    {
        champs.insert("modele".to_owned(), modele.into());
    }
    let Lu {
        evenement,
        mut fautes,
    } = match api::campagne::lire(etat, genre, code, corps) {
        Ok(lu) => lu,
        Err(probleme) => return Ok(Err(probleme)),
    };
    fautes.extend(faux.into_iter().map(|champ| {
        FauteChamp::new(
            champ,
            "nombre_invalide",
            "Tapez un nombre entier.",
            "Type a whole number.",
        )
    }));
    if code.is_none() && etat.catalogue().definition(&evenement.cle()).is_some() {
        fautes.push(api::campagne::deja_la());
    }
    let vue = saisie.texte("vue").and_then(|v| v.parse().ok());
    let essai = !fautes.is_empty();
    let fait = changer(etat, visiteur, vec![evenement], (vue, essai)).await;
    let probleme = match fait {
        Ok(_) => None,
        Err(Arret { probleme, .. }) => Some(probleme),
    };
    if fautes.is_empty() {
        return Ok(probleme.map_or(Ok(()), Err));
    }
    if let Some(Probleme::Faute(actors::protocol::Faute::Refus(refus))) = probleme {
        api::campagne::completer(&mut fautes, refus.champs);
    }
    let code = CodeRefus::ChampsInvalides;
    let champs = fautes;
    Ok(Err(Refus { code, champs }.into()))
}

/// Shows why it was refused; who is not logged in any more is sent there.
pub(super) fn refuser(
    t: Textes,
    form: Formulaire,
    probleme: Probleme,
) -> Result<Formulaire, Arret> {
    if let Probleme::Faute(actors::protocol::Faute::SessionAbsente) = probleme {
        return Err(probleme.into());
    }
    let (_, texte, champs, _) = dire(t, &probleme);
    Ok(form.refuser(&texte, &champs))
}

pub(super) async fn creer(
    State(etat): State<Etat>,
    Path(nom): Path<String>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let genre = genre(&nom)?;
    let fait = soumettre(&etat, &visiteur, genre, None, &saisie).await?;
    let Err(probleme) = fait else {
        return Ok(vers(&format!("/gestion/campagne/{}", genre.nom())));
    };
    let form = formulaire(&etat, &visiteur, genre, None, Some(&saisie));
    let form = refuser(visiteur.t, form, probleme)?;
    Ok(page_nouvelle(&visiteur, genre, form))
}

pub(super) async fn definir(
    State(etat): State<Etat>,
    Path((nom, code)): Path<(String, String)>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let genre = genre(&nom)?;
    let fait = soumettre(&etat, &visiteur, genre, Some(&code), &saisie).await?;
    let Err(probleme) = fait else {
        return Ok(vers(&format!(
            "/gestion/campagne/{}/{code}?fait=1",
            genre.nom()
        )));
    };
    let cle = genre.cle(&code);
    let form = formulaire(&etat, &visiteur, genre, Some(&cle), Some(&saisie));
    let form = refuser(visiteur.t, form, probleme)?;
    let agent = voir(&etat, &visiteur).await?;
    montrer(&etat, &visiteur, &agent, (genre, &cle), (Some(form), false))
}

pub(super) async fn regler(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let genre = Genre::Campagne;
    let catalogue = etat.catalogue();
    let code = catalogue.campagne.as_ref().map(|c| c.code.to_string());
    let fait = soumettre(&etat, &visiteur, genre, code.as_deref(), &saisie).await?;
    let Err(probleme) = fait else {
        return Ok(vers("/gestion/campagne/reglages?fait=1"));
    };
    let cle = code.map(|code| genre.cle(&code));
    let form = formulaire(&etat, &visiteur, genre, cle.as_ref(), Some(&saisie));
    let form = refuser(visiteur.t, form, probleme)?;
    let agent = voir(&etat, &visiteur).await?;
    match cle {
        Some(cle) => montrer(&etat, &visiteur, &agent, (genre, &cle), (Some(form), false)),
        None => Ok(page_nouvelle(&visiteur, genre, form)),
    }
}

fn question(visiteur: &Visiteur, genre: Genre, code: &str) -> Formulaire {
    let chemin = format!("/gestion/campagne/{}/{code}", genre.nom());
    let t = visiteur.t;
    let form = visiteur.formulaire(&format!("{chemin}/retirer"), &t.campagne_retirer(), vec![]);
    form.retour(&chemin, &t.annuler())
}

fn page_retirer(visiteur: &Visiteur, code: &str, form: Formulaire) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![t.campagne_retirer_question(code)],
        form,
        suites: vec![],
    };
    visiteur.page(&t.campagne_retirer(), &corps)
}

pub(super) async fn question_retirer(
    State(etat): State<Etat>,
    Path((nom, code)): Path<(String, String)>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let genre = genre(&nom)?;
    voir(&etat, &visiteur).await?;
    let form = question(&visiteur, genre, &code);
    Ok(page_retirer(&visiteur, &code, form))
}

pub(super) async fn retirer(
    State(etat): State<Etat>,
    Path((nom, code)): Path<(String, String)>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let genre = genre(&nom)?;
    let retrait = vec![Evenement::Retiree(genre.cle(&code))];
    match changer(&etat, &visiteur, retrait, (None, false)).await {
        Ok(_) => Ok(vers(&format!("/gestion/campagne/{}", genre.nom()))),
        Err(Arret { probleme, .. }) => {
            let form = question(&visiteur, genre, &code);
            let form = refuser(visiteur.t, form, probleme)?;
            Ok(page_retirer(&visiteur, &code, form))
        }
    }
}

pub(super) async fn deposer_modele(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    Bureau(visiteur): Bureau,
    requete: Request,
) -> Result<Response, Arret> {
    // The proof is in the address: the body is the file.
    let preuve = requete
        .uri()
        .query()
        .and_then(|q| q.strip_prefix("preuve="));
    visiteur.verifier(preuve)?;
    voir(&etat, &visiteur).await?;
    let retour = format!("/gestion/campagne/pieces/{code}");
    let changement = api::campagne::avec_modele(&etat, &code, requete).await;
    let changement = changement.map_err(|p| Arret::vers(p, &retour))?;
    let fait = changer(&etat, &visiteur, vec![changement], (None, false)).await;
    fait.map_err(|a| Arret::vers(a.probleme, &retour))?;
    Ok(vers(&format!("{retour}?fait=1")))
}

pub(super) async fn retirer_modele(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    voir(&etat, &visiteur).await?;
    let catalogue = etat.catalogue();
    let piece = catalogue.pieces.get(code.as_str()).cloned();
    let mut piece = piece.ok_or(CodeRefus::Introuvable)?;
    piece.modele = None;
    let changements = vec![Evenement::PieceDefinie(piece)];
    changer(&etat, &visiteur, changements, (None, false)).await?;
    Ok(vers(&format!("/gestion/campagne/pieces/{code}?fait=1")))
}
