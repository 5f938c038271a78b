//! A person's data erased on request (Q18): first what would leave, then, confirmed, for good.

use actors::protocol::{EffacementVue, Faute, Requete};

use super::super::compte::{TexteEtFormulaire, refuser};
use super::*;
use crate::views::{Champ, Formulaire, Message};

fn formulaire(visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let champ = Champ::ligne(t, "candidat", &t.gestion_numero(), "text");
    visiteur
        .formulaire("/gestion/effacement", &t.effacement_voir(), vec![champ])
        .retour("/gestion/campagne", &t.annuler())
}

fn page(visiteur: &Visiteur, textes: Vec<String>, form: Formulaire) -> Response {
    let corps = TexteEtFormulaire {
        textes,
        form,
        suites: vec![],
    };
    visiteur.page(&visiteur.t.effacement_titre(), &corps)
}

pub(super) async fn demander(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let agent = voir(&etat, &visiteur).await?;
    if !modifiable(&etat, &agent, Genre::Campagne, None) {
        return Err(domain::refus::CodeRefus::DroitManquant.into());
    }
    let textes = vec![visiteur.t.effacement_aide().to_owned()];
    let form = formulaire(&visiteur);
    Ok(page(&visiteur, textes, form))
}

/// What leaves, in words.
fn dire(t: Textes, vue: &EffacementVue) -> Vec<String> {
    let codes: Vec<&str> = vue.formations.iter().map(|f| f.as_str()).collect();
    let mut textes = vec![t.effacement_de(
        format!("{} {}", vue.prenom, vue.nom),
        &vue.numero,
        codes.len(),
        codes.join(", "),
    )];
    if vue.demandes > 0 {
        textes.push(t.effacement_demandes(vue.demandes));
    }
    if !vue.admissions.is_empty() {
        let codes: Vec<&str> = vue.admissions.iter().map(|f| f.as_str()).collect();
        textes.push(t.effacement_admissions(codes.join(", ")));
    }
    textes
}

pub(super) async fn effacer(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let t = visiteur.t;
    let candidat = saisie.texte("candidat").unwrap_or_default();
    let candidat = candidat.trim().to_uppercase();
    let essai = saisie.texte("confirme").is_none();
    let acte = ActeGestion::Effacer {
        candidat: candidat.clone(),
        essai,
    };
    let session = visiteur.session()?.to_owned();
    let requete = Requete::Gestion { session, acte };
    match etat.guichet.traiter(None, requete).await {
        Ok(Reponse::Effacement(vue)) if vue.fait => {
            let corps = Message {
                texte: t.effacement_fait(&vue.numero),
                suites: vec![Lien::new("/gestion/campagne", &t.campagne_titre())],
            };
            Ok(visiteur.page(&t.effacement_titre(), &corps))
        }
        Ok(Reponse::Effacement(vue)) => {
            let form = visiteur
                .formulaire("/gestion/effacement", &t.effacement_confirmer(), vec![])
                .cache("candidat", candidat)
                .cache("confirme", "1")
                .retour("/gestion/effacement", &t.annuler());
            Ok(page(&visiteur, dire(t, &vue), form))
        }
        Ok(_) => Err(Arret::inattendu()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => {
            let form = formulaire(&visiteur).remplir(&saisie.0);
            let form = refuser(t, form, &faute);
            let textes = vec![t.effacement_aide().to_owned()];
            Ok(page(&visiteur, textes, form))
        }
    }
}
