//! Pages of the account (G01–G10).

use actors::protocol::{Reponse, Requete};
use axum::extract::{Form, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use domain::formulaires::{Inscription, NouveauMotDePasse, normaliser_mail};
use domain::langue::Langue;
use serde::Deserialize;

use super::gabarits::{Champ, Formulaire, Message, rendu};
use super::visiteur::{Arret, Visiteur, cookie};
use crate::edge::Etat;

type Saisie = Vec<(String, String)>;

const ENVOYE: &str = "Un mail vient de partir à cette adresse. Ouvrez le lien qu'il contient. Regardez aussi dans les \
    indésirables, et ne créez pas un second compte.";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lien {
    jeton: String,
}

pub(super) fn valeur(saisie: &Saisie, nom: &str) -> Option<String> {
    saisie
        .iter()
        .find(|(n, _)| n == nom)
        .map(|(_, v)| v.clone())
}

fn mots_de_passe() -> [Champ; 2] {
    [
        Champ::new("mot_de_passe", "Mot de passe", "password")
            .aide("Au moins 10 caractères, dont un chiffre, une minuscule, une majuscule et un signe parmi @ # $ % ^ & + = ; aucun espace.")
            .remplissage("new-password"),
        Champ::new("mot_de_passe_confirmation", "Le même mot de passe", "password").remplissage("new-password"),
    ]
}

fn form_inscription() -> Formulaire<'static> {
    let mut champs = vec![
        Champ::new("nom", "Nom", "text").remplissage("family-name"),
        Champ::new("prenom", "Prénom", "text").remplissage("given-name"),
        Champ::new("mail", "Adresse mail", "email").remplissage("email"),
        Champ::new("mail_confirmation", "La même adresse mail", "email").remplissage("email"),
    ];
    champs.extend(mots_de_passe());
    Formulaire::new("/inscription", "Créer mon compte", champs)
}

pub(super) async fn inscription(visiteur: Visiteur) -> Response {
    visiteur.page("Créer un compte", &form_inscription().html())
}

pub(super) async fn inscrire(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Response {
    let lu = |nom| valeur(&saisie, nom);
    let form = Inscription {
        nom: lu("nom"),
        prenom: lu("prenom"),
        mail: lu("mail"),
        mail_confirmation: lu("mail_confirmation"),
        mot_de_passe: lu("mot_de_passe"),
        mot_de_passe_confirmation: lu("mot_de_passe_confirmation"),
    };
    let fait = match form.lire() {
        Err(refus) => Err(refus.into()),
        Ok((nom, prenom, mail, mot_de_passe)) => {
            let langue = Langue::Fr;
            let requete = Requete::Inscrire {
                nom,
                prenom,
                mail,
                mot_de_passe,
                langue,
            };
            etat.guichet.traiter(None, requete).await
        }
    };
    match fait {
        Ok(_) => envoye(&visiteur),
        Err(faute) => visiteur.page(
            "Créer un compte",
            &form_inscription().remplir(&saisie).refuser(&faute).html(),
        ),
    }
}

fn envoye(visiteur: &Visiteur) -> Response {
    let message = Message {
        texte: ENVOYE,
        suite: "/connexion",
        lien: "Se connecter",
    };
    visiteur.page("Regardez vos mails", &rendu(&message))
}

/// A page with one button: mail scanners that open the link use nothing up (G04).
fn page_lien(
    visiteur: &Visiteur,
    titre: &str,
    action: &str,
    bouton: &str,
    jeton: String,
) -> Response {
    let mut form = Formulaire::new(action, bouton, vec![]);
    form.caches.push(("jeton", jeton));
    visiteur.page(titre, &form.html())
}

pub(super) async fn validation(visiteur: Visiteur, Query(Lien { jeton }): Query<Lien>) -> Response {
    page_lien(
        &visiteur,
        "Valider mon compte",
        "/validation",
        "Valider mon compte",
        jeton,
    )
}

pub(super) async fn valider(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    let jeton = valeur(&saisie, "jeton").unwrap_or_default();
    let Reponse::Valide { numero } = etat
        .guichet
        .traiter(None, Requete::Valider { jeton })
        .await?
    else {
        return Ok(Redirect::to("/connexion").into_response());
    };
    let texte = format!(
        "Votre compte est validé. Votre numéro de candidat est {numero} : notez-le, il sert à vous connecter."
    );
    let message = Message {
        texte: &texte,
        suite: "/connexion",
        lien: "Se connecter",
    };
    Ok(visiteur.page("Compte validé", &rendu(&message)))
}

pub(super) async fn nouvelle_adresse(
    visiteur: Visiteur,
    Query(Lien { jeton }): Query<Lien>,
) -> Response {
    page_lien(
        &visiteur,
        "Confirmer ma nouvelle adresse",
        "/nouvelle-adresse",
        "Confirmer",
        jeton,
    )
}

pub(super) async fn confirmer(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    let jeton = valeur(&saisie, "jeton").unwrap_or_default();
    etat.guichet
        .traiter(None, Requete::ConfirmerMail { jeton })
        .await?;
    let texte = "Votre nouvelle adresse est confirmée.";
    let message = Message {
        texte,
        suite: "/profil",
        lien: "Voir mon profil",
    };
    Ok(visiteur.page("Adresse confirmée", &rendu(&message)))
}

fn form_connexion() -> Formulaire<'static> {
    let champs = vec![
        Champ::new("identifiant", "Numéro de candidat ou adresse mail", "text")
            .remplissage("username"),
        Champ::new("mot_de_passe", "Mot de passe", "password").remplissage("current-password"),
    ];
    Formulaire::new("/connexion", "Se connecter", champs)
}

const SECOURS: &str = "<p><a href=\"/mot-de-passe-oublie\">J'ai oublié mon mot de passe</a></p>\
    <p><a href=\"/code-perdu\">J'ai perdu mon lien de validation</a></p>";

pub(super) async fn connexion(visiteur: Visiteur) -> Response {
    visiteur.page(
        "Se connecter",
        &format!("{}{SECOURS}", form_connexion().html()),
    )
}

pub(super) async fn connecter(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Response {
    let requete = Requete::Connecter {
        identifiant: valeur(&saisie, "identifiant").unwrap_or_default(),
        mot_de_passe: valeur(&saisie, "mot_de_passe").unwrap_or_default(),
    };
    match etat.guichet.traiter(None, requete).await {
        Ok(reponse) => {
            let jeton = if let Reponse::Session { jeton, .. } = reponse {
                jeton
            } else {
                String::new()
            };
            (
                [(header::SET_COOKIE, cookie(&jeton))],
                Redirect::to("/dossiers"),
            )
                .into_response()
        }
        Err(faute) => {
            let form = form_connexion().remplir(&saisie).refuser(&faute).html();
            visiteur.page("Se connecter", &format!("{form}{SECOURS}"))
        }
    }
}

pub(super) async fn deconnecter(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    visiteur.verifier(valeur(&saisie, "preuve").as_deref())?;
    let session = visiteur.session()?.to_owned();
    etat.guichet
        .traiter(None, Requete::Deconnecter { session })
        .await?;
    Ok(([(header::SET_COOKIE, cookie(""))], Redirect::to("/")).into_response())
}

fn form_mail(action: &'static str) -> Formulaire<'static> {
    let champ = Champ::new("mail", "Adresse mail du compte", "email").remplissage("email");
    Formulaire::new(action, "Recevoir un lien", vec![champ])
}

pub(super) async fn code_perdu(visiteur: Visiteur) -> Response {
    visiteur.page(
        "J'ai perdu mon lien de validation",
        &form_mail("/code-perdu").html(),
    )
}

pub(super) async fn renvoyer(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    let mail = normaliser_mail(&valeur(&saisie, "mail").unwrap_or_default());
    etat.guichet
        .traiter(None, Requete::RenvoyerLien { mail })
        .await?;
    Ok(envoye(&visiteur))
}

pub(super) async fn oublie(visiteur: Visiteur) -> Response {
    visiteur.page(
        "J'ai oublié mon mot de passe",
        &form_mail("/mot-de-passe-oublie").html(),
    )
}

pub(super) async fn demander(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    let mail = normaliser_mail(&valeur(&saisie, "mail").unwrap_or_default());
    etat.guichet
        .traiter(None, Requete::DemanderReinitialisation { mail })
        .await?;
    Ok(envoye(&visiteur))
}

fn form_mot_de_passe(jeton: String) -> Formulaire<'static> {
    let mut form = Formulaire::new("/mot-de-passe", "Enregistrer", mots_de_passe().to_vec());
    form.caches.push(("jeton", jeton));
    form
}

pub(super) async fn mot_de_passe(
    visiteur: Visiteur,
    Query(Lien { jeton }): Query<Lien>,
) -> Response {
    visiteur.page("Choisir un mot de passe", &form_mot_de_passe(jeton).html())
}

pub(super) async fn reinitialiser(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Response {
    let form = NouveauMotDePasse {
        jeton: valeur(&saisie, "jeton"),
        mot_de_passe: valeur(&saisie, "mot_de_passe"),
        mot_de_passe_confirmation: valeur(&saisie, "mot_de_passe_confirmation"),
    };
    let fait = match form.lire() {
        Err(refus) => Err(refus.into()),
        Ok((jeton, mot_de_passe)) => {
            etat.guichet
                .traiter(
                    None,
                    Requete::Reinitialiser {
                        jeton,
                        mot_de_passe,
                    },
                )
                .await
        }
    };
    match fait {
        Ok(_) => Redirect::to("/connexion").into_response(),
        Err(faute) => {
            let jeton = form.jeton.unwrap_or_default();
            visiteur.page(
                "Choisir un mot de passe",
                &form_mot_de_passe(jeton).refuser(&faute).html(),
            )
        }
    }
}
