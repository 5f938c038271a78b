//! *Cursus externe*, *Stages*, *Expériences pro.*: any number of entries (G19); *Cursus interne* to read (G18).

use actors::protocol::{Acte, Faute, Moi};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::formulaires::EntreeForm;
use domain::ids::EntreeId;
use domain::profil::{Entree, Inscription, Rubrique};
use domain::refus::CodeRefus;

use super::super::compte::{TexteEtFormulaire, refuser};
use super::super::saisie::Saisie;
use super::super::visiteur::{Arret, Visiteur};
use super::mot;
use crate::data::Listes;
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Champ, Formulaire};

struct Ligne {
    intitule: String,
    organisme: String,
    periode: String,
    description: String,
    /// Where it is changed; nothing for what the candidate only reads.
    chemin: Option<String>,
}

#[derive(Template)]
#[template(path = "profil/entrees.html")]
struct Liste {
    t: Textes,
    aide: String,
    lignes: Vec<Ligne>,
    titre_form: String,
    form: Option<Formulaire>,
}

fn rubrique(nom: &str) -> Result<Rubrique, Arret> {
    match nom {
        "cursus-externes" => Ok(Rubrique::CursusExternes),
        "stages" => Ok(Rubrique::Stages),
        "experiences" => Ok(Rubrique::Experiences),
        _ => Err(CodeRefus::Introuvable.into()),
    }
}

/// Title, help, and what the two first fields are called.
fn mots(t: Textes, rubrique: Rubrique) -> [&'static str; 5] {
    match rubrique {
        Rubrique::CursusExternes => [
            t.cursus_externes().0,
            t.cursus_externes_aide().0,
            t.diplome().0,
            t.etablissement().0,
            t.resultat().0,
        ],
        Rubrique::Stages => [
            t.stages().0,
            t.stages_aide().0,
            t.sujet().0,
            t.organisme().0,
            t.description().0,
        ],
        Rubrique::Experiences => [
            t.experiences().0,
            t.experiences_aide().0,
            t.poste().0,
            t.employeur().0,
            t.description().0,
        ],
    }
}

fn form_entree(visiteur: &Visiteur, rubrique: Rubrique, bouton: &str, action: &str) -> Formulaire {
    let t = visiteur.t;
    let [_, _, intitule, organisme, description] = mots(t, rubrique);
    let champs = vec![
        Champ::ligne(t, "intitule", intitule, "text"),
        Champ::ligne(t, "organisme", organisme, "text"),
        Champ::ligne(t, "lieu", &t.lieu(), "text").facultatif(),
        Champ::ligne(t, "debut", &t.debut(), "text").aide(&t.periode_aide()),
        Champ::ligne(t, "fin", &t.fin(), "text")
            .aide(&t.fin_aide())
            .facultatif(),
        Champ::texte(t, "description", description).facultatif(),
    ];
    visiteur.formulaire(action, bouton, champs)
}

fn ligne(t: Textes, nom: &str, id: &EntreeId, entree: &Entree) -> Ligne {
    let lieu = entree.lieu.as_ref().map(|l| format!(", {l}"));
    Ligne {
        intitule: entree.intitule.clone(),
        organisme: format!("{}{}", entree.organisme, lieu.unwrap_or_default()),
        periode: match &entree.fin {
            Some(fin) => format!("{} – {fin}", entree.debut),
            None => t.depuis(&entree.debut),
        },
        description: entree.description.clone().unwrap_or_default(),
        chemin: Some(format!("/profil/{nom}/{id}")),
    }
}

/// A year that the scolarité tells (G18).
fn annee(t: Textes, inscription: &Inscription) -> Ligne {
    let mention = inscription
        .mention
        .as_ref()
        .map(|m| mot(Listes.choix_mentions(t.langue()), m));
    let resultat = inscription
        .resultat
        .as_deref()
        .map(|r| t.resultat_scolarite(r));
    let precisions: Vec<String> = resultat.into_iter().chain(mention).collect();
    Ligne {
        intitule: inscription.formation.clone(),
        organisme: inscription.composante.clone().unwrap_or_default(),
        periode: inscription.annee.clone(),
        description: precisions.join(", "),
        chemin: None,
    }
}

fn page_liste(
    visiteur: &Visiteur,
    moi: &Moi,
    nom: &str,
    rubrique: Rubrique,
    form: Formulaire,
) -> Response {
    let t = visiteur.t;
    let [titre, aide, ..] = mots(t, rubrique);
    let entrees = moi.profil.entrees.get(&rubrique).into_iter().flatten();
    let mut entrees: Vec<_> = entrees.collect();
    // The latest first.
    entrees.sort_by(|(_, a), (_, b)| b.debut.cmp(&a.debut));
    let corps = Liste {
        t,
        aide: aide.to_owned(),
        lignes: entrees
            .into_iter()
            .map(|(id, e)| ligne(t, nom, id, e))
            .collect(),
        titre_form: t.ajouter().to_owned(),
        form: Some(form),
    };
    visiteur.page_de(moi, titre, &corps)
}

pub(in super::super) async fn cursus_internes(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let moi = visiteur.moi(&etat).await?;
    let t = visiteur.t;
    let cursus = moi.profil.cursus_interne.iter();
    let corps = Liste {
        t,
        aide: t.cursus_internes_aide().to_owned(),
        lignes: cursus
            .flat_map(|c| c.inscriptions.iter().rev())
            .map(|i| annee(t, i))
            .collect(),
        titre_form: String::new(),
        form: None,
    };
    Ok(visiteur.page_de(&moi, &t.cursus_internes(), &corps))
}

fn form_ajout(visiteur: &Visiteur, nom: &str, rubrique: Rubrique) -> Formulaire {
    form_entree(
        visiteur,
        rubrique,
        &visiteur.t.ajouter(),
        &format!("/profil/{nom}"),
    )
}

pub(in super::super) async fn entrees(
    State(etat): State<Etat>,
    Path(nom): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let rubrique = rubrique(&nom)?;
    let moi = visiteur.moi(&etat).await?;
    let form = form_ajout(&visiteur, &nom, rubrique);
    Ok(page_liste(&visiteur, &moi, &nom, rubrique, form))
}

fn entree_de<'a>(moi: &'a Moi, rubrique: Rubrique, id: &str) -> Result<&'a Entree, Arret> {
    let entrees = moi.profil.entrees.get(&rubrique);
    let entree = entrees.and_then(|e| e.get(id));
    Ok(entree.ok_or(CodeRefus::Introuvable)?)
}

fn page_entree(visiteur: &Visiteur, moi: &Moi, form: Formulaire) -> Response {
    let corps = TexteEtFormulaire {
        textes: vec![],
        form,
        suites: vec![],
    };
    visiteur.page_de(moi, &visiteur.t.changer_ligne(), &corps)
}

fn form_changement(visiteur: &Visiteur, nom: &str, rubrique: Rubrique) -> Formulaire {
    let form = form_entree(
        visiteur,
        rubrique,
        &visiteur.t.enregistrer(),
        &visiteur.chemin,
    );
    form.retour(&format!("/profil/{nom}"), &visiteur.t.annuler())
}

pub(in super::super) async fn entree(
    State(etat): State<Etat>,
    Path((nom, id)): Path<(String, String)>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let rubrique = rubrique(&nom)?;
    let moi = visiteur.moi(&etat).await?;
    let e = entree_de(&moi, rubrique, &id)?.clone();
    let libre = |texte: Option<String>| texte.unwrap_or_default();
    let valeurs = [
        ("intitule", e.intitule),
        ("organisme", e.organisme),
        ("lieu", libre(e.lieu)),
        ("debut", e.debut),
        ("fin", libre(e.fin)),
        ("description", libre(e.description)),
    ];
    let valeurs = valeurs.map(|(champ, valeur)| (champ.to_owned(), valeur));
    let form = form_changement(&visiteur, &nom, rubrique).remplir(&valeurs);
    Ok(page_entree(&visiteur, &moi, form))
}

async fn ecrire(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
    (rubrique, id): (Rubrique, Option<EntreeId>),
) -> Result<(), Faute> {
    let form = EntreeForm {
        debut: saisie.texte("debut"),
        fin: saisie.texte("fin"),
        intitule: saisie.texte("intitule"),
        organisme: saisie.texte("organisme"),
        lieu: saisie.texte("lieu"),
        description: saisie.texte("description"),
    };
    let entree = form.lire()?;
    let acte = Acte::EcrireEntree {
        rubrique,
        id,
        entree,
    };
    visiteur.agir(etat, saisie, acte).await.map(|_| ())
}

pub(in super::super) async fn ajouter(
    State(etat): State<Etat>,
    Path(nom): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let rubrique = rubrique(&nom)?;
    match ecrire(&etat, &visiteur, &saisie, (rubrique, None)).await {
        Ok(()) => Ok(Redirect::to(&format!("/profil/{nom}")).into_response()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => {
            let moi = visiteur.moi(&etat).await?;
            let form = form_ajout(&visiteur, &nom, rubrique).remplir(&saisie.0);
            let form = refuser(visiteur.t, form, &faute);
            Ok(page_liste(&visiteur, &moi, &nom, rubrique, form))
        }
    }
}

pub(in super::super) async fn changer(
    State(etat): State<Etat>,
    Path((nom, id)): Path<(String, String)>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let rubrique = rubrique(&nom)?;
    match ecrire(
        &etat,
        &visiteur,
        &saisie,
        (rubrique, Some(EntreeId::new(id))),
    )
    .await
    {
        Ok(()) => Ok(Redirect::to(&format!("/profil/{nom}")).into_response()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => {
            let moi = visiteur.moi(&etat).await?;
            let form = form_changement(&visiteur, &nom, rubrique).remplir(&saisie.0);
            Ok(page_entree(
                &visiteur,
                &moi,
                refuser(visiteur.t, form, &faute),
            ))
        }
    }
}

pub(in super::super) async fn question_retirer(
    State(etat): State<Etat>,
    Path((nom, id)): Path<(String, String)>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let rubrique = rubrique(&nom)?;
    let moi = visiteur.moi(&etat).await?;
    let t = visiteur.t;
    let entree = entree_de(&moi, rubrique, &id)?;
    let form = visiteur.formulaire(&visiteur.chemin, &t.oui_retirer(), vec![]);
    let corps = TexteEtFormulaire {
        textes: vec![],
        form: form.retour(&format!("/profil/{nom}"), &t.annuler()),
        suites: vec![],
    };
    Ok(visiteur.page_de(&moi, &t.retirer_question(&entree.intitule), &corps))
}

pub(in super::super) async fn retirer(
    State(etat): State<Etat>,
    Path((nom, id)): Path<(String, String)>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let acte = Acte::RetirerEntree {
        rubrique: rubrique(&nom)?,
        id: EntreeId::new(id),
    };
    visiteur.agir(&etat, &saisie, acte).await?;
    Ok(Redirect::to(&format!("/profil/{nom}")).into_response())
}
