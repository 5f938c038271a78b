//! Staff open a dossier for a candidate, or propose a place (T02, T03).

use actors::protocol::{ActeGestion, Reponse};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::FormationCode;
use domain::refus::{FauteChamp, Refus};

use super::super::compte::{TexteEtFormulaire, refuser};
use super::super::saisie::Saisie;
use super::super::visiteur::Arret;
use super::Poste;
use crate::edge::Etat;
use crate::views::{Champ, Formulaire};

fn formulaire(etat: &Etat, poste: &Poste) -> Formulaire {
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let formations = catalogue.formations.values();
    let formations = formations.map(|f| {
        let nom = f.libelle.dans(t.langue());
        (f.code.to_string(), format!("{nom} ({})", f.code))
    });
    let proposition = vec![("oui".to_owned(), t.nouveau_proposition().to_owned())];
    let champs = vec![
        Champ::ligne(t, "candidat", &t.gestion_numero(), "text").remplissage("off"),
        Champ::choix(t, "formation", &t.gestion_formation(), formations.collect()),
        Champ::cases(t, "proposition", &t.nouveau_genre(), proposition)
            .aide(&t.nouveau_proposition_aide())
            .facultatif(),
    ];
    poste
        .visiteur
        .formulaire("/gestion/dossiers/nouveau", &t.nouveau_bouton(), champs)
        .retour("/gestion", &t.annuler())
}

fn page(poste: &Poste, form: Formulaire) -> Response {
    let corps = TexteEtFormulaire {
        textes: vec![poste.t().nouveau_aide().to_owned()],
        form,
        suites: vec![],
    };
    poste.page(&poste.t().nouveau_titre(), &corps)
}

pub(super) async fn demander(State(etat): State<Etat>, poste: Poste) -> Response {
    let form = formulaire(&etat, &poste);
    page(&poste, form)
}

fn lire(saisie: &Saisie) -> Result<ActeGestion, Refus> {
    let mut fautes = Vec::new();
    let mut requis = |champ: &str| {
        let lu = saisie.texte(champ);
        if lu.is_none() {
            fautes.push(FauteChamp::new(
                champ,
                "manquant",
                "Ce champ est à remplir.",
                "Please fill in this field.",
            ));
        }
        lu.unwrap_or_default()
    };
    let (candidat, formation) = (requis("candidat"), requis("formation"));
    Refus::si_fautes(fautes)?;
    Ok(ActeGestion::CreerDossier {
        candidat: candidat.trim().to_owned(),
        formation: FormationCode::new(formation),
        proposition: saisie.texte("proposition").is_some(),
    })
}

pub(super) async fn creer(
    State(etat): State<Etat>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.verifier(&saisie)?;
    let fait = match lire(&saisie) {
        Ok(acte) => poste.agir(&etat, &saisie, acte).await,
        Err(refus) => Err(refus.into()),
    };
    match fait {
        Ok(Reponse::Dossier(vue)) => {
            let vers = format!("/gestion/dossiers/{}", vue.id);
            Ok(Redirect::to(&vers).into_response())
        }
        Ok(_) => Err(Arret::inattendu()),
        Err(faute) => {
            let form = formulaire(&etat, &poste).remplir(&saisie.0);
            Ok(page(&poste, refuser(poste.t(), form, &faute)))
        }
    }
}
