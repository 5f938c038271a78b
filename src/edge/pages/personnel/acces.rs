//! One's own access: password, second factor, recovery codes.

use actors::protocol::Faute;
use axum::extract::Query;
use axum::http::{HeaderValue, header};
use domain::formulaires::ChangementMotDePasse;
use serde::Deserialize;

use super::super::compte::refuser;
use super::super::gestion::agent;
use super::super::gestion::connexion::Codes;
use super::super::visiteur::{COOKIE_SESSION, cookie};
use super::*;
use crate::views::{Champ, Formulaire};

#[derive(Template)]
#[template(path = "personnel/acces.html")]
struct Acces {
    t: Textes,
    message: String,
    mail: String,
    roles: String,
    second: String,
    mettre: bool,
    mot_de_passe: Formulaire,
    recours: Option<Formulaire>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Fait {
    fait: Option<u8>,
}

fn form_mot_de_passe(visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let secret = |nom, libelle: &str, remplissage| {
        Champ::ligne(t, nom, libelle, "password").remplissage(remplissage)
    };
    let champs = vec![
        secret("actuel", &t.acces_actuel(), "current-password"),
        secret("mot_de_passe", &t.mot_de_passe(), "new-password"),
        secret(
            "mot_de_passe_confirmation",
            &t.mot_de_passe_encore(),
            "new-password",
        ),
    ];
    visiteur.formulaire(
        "/gestion/acces/mot-de-passe",
        &t.acces_mot_de_passe(),
        champs,
    )
}

fn form_recours(visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let champ = Champ::ligne(t, "code", &t.second_code(), "text")
        .remplissage("one-time-code")
        .aide(&t.acces_recours_aide());
    visiteur
        .formulaire(
            "/gestion/acces/recours",
            &t.acces_recours_bouton(),
            vec![champ],
        )
        .discret()
}

async fn page(
    etat: &Etat,
    visiteur: &Visiteur,
    message: &str,
    forms: (Option<Formulaire>, Option<Formulaire>),
) -> Result<Response, Arret> {
    let agent = agent(etat, visiteur).await?;
    let (t, vue) = (visiteur.t, &agent.personnel);
    let corps = Acces {
        t,
        message: message.to_owned(),
        mail: vue.mail.clone(),
        roles: roles_dits(vue),
        second: if vue.second_facteur {
            t.acces_second_en_service(vue.recours)
        } else {
            t.acces_second_absent().to_owned()
        },
        mettre: !vue.second_facteur,
        mot_de_passe: forms.0.unwrap_or_else(|| form_mot_de_passe(visiteur)),
        recours: vue
            .second_facteur
            .then(|| forms.1.unwrap_or_else(|| form_recours(visiteur))),
    };
    Ok(visiteur.page(&t.acces_titre(), &corps))
}

pub(super) async fn montrer(
    State(etat): State<Etat>,
    Query(fait): Query<Fait>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let message = match fait.fait {
        Some(_) => visiteur.t.acces_change().0,
        None => "",
    };
    page(&etat, &visiteur, message, (None, None)).await
}

async fn demander(
    etat: &Etat,
    visiteur: &Visiteur,
    acte: ActeGestion,
) -> Result<Result<Reponse, Faute>, Arret> {
    let session = visiteur.session()?.to_owned();
    let requete = actors::protocol::Requete::Gestion { session, acte };
    match etat.guichet.traiter(None, requete).await {
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        fait => Ok(fait),
    }
}

pub(super) async fn mot_de_passe(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let form = ChangementMotDePasse {
        actuel: saisie.brut("actuel"),
        mot_de_passe: saisie.brut("mot_de_passe"),
        mot_de_passe_confirmation: saisie.brut("mot_de_passe_confirmation"),
    };
    let fait = match form.lire() {
        Err(refus) => Err(refus.into()),
        Ok((actuel, nouveau)) => {
            let acte = ActeGestion::ChangerMotDePasse { actuel, nouveau };
            demander(&etat, &visiteur, acte).await?
        }
    };
    match fait {
        Ok(reponse) => {
            let ouverte = reponse.session().ok_or_else(Arret::inattendu)?;
            let mut reponse = Redirect::to("/gestion/acces?fait=1").into_response();
            if let Ok(valeur) = HeaderValue::from_str(&cookie(COOKIE_SESSION, &ouverte.jeton)) {
                reponse.headers_mut().append(header::SET_COOKIE, valeur);
            }
            Ok(reponse)
        }
        Err(faute) => {
            let form = refuser(visiteur.t, form_mot_de_passe(&visiteur), &faute);
            page(&etat, &visiteur, "", (Some(form), None)).await
        }
    }
}

pub(super) async fn recours(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let code = saisie.brut("code").unwrap_or_default();
    let t = visiteur.t;
    match demander(&etat, &visiteur, ActeGestion::RenouvelerRecours { code }).await? {
        Ok(Reponse::Recours { codes }) => {
            Ok(visiteur.page(&t.acces_recours(), &Codes { t, codes }))
        }
        Ok(_) => Err(Arret::inattendu()),
        Err(faute) => {
            let form = refuser(t, form_recours(&visiteur), &faute);
            page(&etat, &visiteur, "", (None, Some(form))).await
        }
    }
}
