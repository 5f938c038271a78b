//! Ready comments on pieces: one's own, and those that all managers of a centre share.

use actors::protocol::{ActeGestion, Partages, Reponse};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::CentreCode;
use domain::personnel::affaires::Sorte;

use super::super::compte::refuser;
use super::super::saisie::Saisie;
use super::super::visiteur::{Arret, Visiteur};
use super::Poste;
use crate::edge::Etat;
use crate::edge::problemes::Probleme;
use crate::textes::Textes;
use crate::views::{Champ, Formulaire};

const ICI: &str = "/gestion/commentaires";
/// For whom one's own are; no centre has a code of this kind.
const MOI: &str = "";

/// Comments of one person or centre.
struct Liste {
    /// For whom.
    pour: String,
    titre: String,
    commentaires: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "gestion/commentaires.html")]
struct Page {
    t: Textes,
    preuve: String,
    cle: String,
    listes: Vec<Liste>,
    form: Formulaire,
}

/// What one centre shares.
pub(super) async fn du_centre(
    etat: &Etat,
    poste: &Poste,
    centre: Option<CentreCode>,
) -> Result<Vec<Partages>, Arret> {
    let acte = ActeGestion::Partages { centre };
    let Reponse::Partages { centres } = poste.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(centres)
}

/// Keeps a comment, for oneself or for a centre.
pub(super) fn garder(pour: &str, nom: String, contenu: String) -> ActeGestion {
    if pour == MOI {
        let sorte = Sorte::Modele;
        return ActeGestion::GarderAffaire {
            sorte,
            nom,
            contenu,
        };
    }
    ActeGestion::PartagerModele {
        centre: CentreCode::new(pour),
        nom,
        contenu,
    }
}

fn oublier(pour: &str, nom: String) -> ActeGestion {
    if pour == MOI {
        let sorte = Sorte::Modele;
        return ActeGestion::OublierAffaire { sorte, nom };
    }
    let centre = CentreCode::new(pour);
    ActeGestion::OublierPartage { centre, nom }
}

fn listes(etat: &Etat, poste: &Poste, centres: Vec<Partages>) -> Vec<Liste> {
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let miens = Liste {
        pour: MOI.to_owned(),
        titre: t.commentaires_miens().to_owned(),
        commentaires: poste.agent.affaires.modeles.clone().into_iter().collect(),
    };
    let partages = centres.into_iter().map(|p| {
        let centre = catalogue.centres.get(&p.centre);
        let nom = centre.map_or(p.centre.as_str(), |c| c.libelle.dans(t.langue()));
        Liste {
            titre: t.commentaires_partages(nom),
            pour: p.centre.to_string(),
            commentaires: p.modeles.into_iter().collect(),
        }
    });
    [miens].into_iter().chain(partages).collect()
}

fn formulaire(poste: &Poste, listes: &[Liste]) -> Formulaire {
    let t = poste.t();
    // An empty choice would be none: one's own has a word in the form.
    let pour = listes.iter().map(|l| {
        let code = if l.pour == MOI { "moi" } else { &l.pour };
        (code.to_owned(), l.titre.clone())
    });
    let champs = vec![
        Champ::choix(t, "pour", &t.commentaires_pour(), pour.collect()),
        Champ::ligne(t, "nom", &t.commentaires_nom(), "text"),
        Champ::texte(t, "contenu", &t.examen_commentaire()).aide(&t.examen_commentaire_aide()),
    ];
    poste
        .visiteur
        .formulaire(ICI, &t.enregistrer(), champs)
        .retour("/gestion", &t.gestion_retour())
}

fn page(poste: &Poste, listes: Vec<Liste>, form: Formulaire) -> Response {
    let t = poste.t();
    let corps = Page {
        t,
        preuve: poste.visiteur.preuve().to_owned(),
        cle: Visiteur::cle(),
        listes,
        form,
    };
    poste.page(&t.commentaires_titre(), &corps)
}

pub(super) async fn montrer(State(etat): State<Etat>, poste: Poste) -> Result<Response, Arret> {
    let centres = du_centre(&etat, &poste, None).await?;
    let listes = listes(&etat, &poste, centres);
    let form = formulaire(&poste, &listes);
    Ok(page(&poste, listes, form))
}

pub(super) async fn changer(
    State(etat): State<Etat>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.verifier(&saisie)?;
    let pour = saisie.texte("pour").unwrap_or_default();
    let pour = if pour == "moi" { MOI } else { &pour };
    if let Some(nom) = saisie.texte("oublier") {
        let fait = poste.agir(&etat, &saisie, oublier(pour, nom)).await;
        fait.map_err(|faute| Arret::vers(Probleme::Faute(faute), ICI))?;
        return Ok(Redirect::to(ICI).into_response());
    }
    let contenu = saisie.texte("contenu").unwrap_or_default();
    let acte = garder(pour, saisie.texte("nom").unwrap_or_default(), contenu);
    match poste.agir(&etat, &saisie, acte).await {
        Ok(_) => Ok(Redirect::to(ICI).into_response()),
        Err(faute) => {
            let centres = du_centre(&etat, &poste, None).await?;
            let listes = listes(&etat, &poste, centres);
            let form = formulaire(&poste, &listes).remplir(&saisie.0);
            Ok(page(&poste, listes, refuser(poste.t(), form, &faute)))
        }
    }
}
