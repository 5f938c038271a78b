//! A mistyped or refused address, corrected before the account is validated (G38): no second account is needed.

use actors::protocol::{Faute, Requete};
use axum::extract::State;
use axum::response::Response;
use domain::formulaires::CorrectionAdresse;

use super::compte::{TexteEtFormulaire, envoye, mails, refuser};
use super::saisie::Saisie;
use super::visiteur::Visiteur;
use crate::edge::Etat;
use crate::views::{Champ, Formulaire, Lien};

fn formulaire(visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let mut champs = vec![
        Champ::ligne(t, "identifiant", &t.corriger_identifiant(), "text").remplissage("username"),
        Champ::ligne(t, "mot_de_passe", &t.mot_de_passe(), "password")
            .remplissage("current-password"),
    ];
    champs.extend(mails(t, &t.nouvelle_adresse()));
    Formulaire::new(t, "/inscription/adresse", &t.corriger_bouton(), champs)
}

fn page(visiteur: &Visiteur, form: Formulaire) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![t.corriger_aide().to_owned()],
        form,
        suites: vec![Lien::new("/connexion", &t.se_connecter())],
    };
    visiteur.page(&t.corriger_titre(), &corps)
}

pub(super) async fn corriger(visiteur: Visiteur) -> Response {
    page(&visiteur, formulaire(&visiteur))
}

pub(super) async fn enregistrer(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Response {
    let form = CorrectionAdresse {
        identifiant: saisie.brut("identifiant"),
        mot_de_passe: saisie.brut("mot_de_passe"),
        mail: saisie.brut("mail"),
        mail_confirmation: saisie.brut("mail_confirmation"),
    };
    let fait = match form.lire() {
        Err(refus) => Err(Faute::from(refus)),
        Ok((identifiant, mot_de_passe, mail)) => {
            let requete = Requete::CorrigerAdresse {
                identifiant,
                mot_de_passe,
                mail,
            };
            etat.guichet.traiter(None, requete).await
        }
    };
    match fait {
        Ok(_) => envoye(&visiteur, true),
        Err(faute) => {
            let form = formulaire(&visiteur).remplir(&saisie.0);
            page(&visiteur, refuser(visiteur.t, form, &faute))
        }
    }
}
