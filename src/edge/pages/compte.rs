//! Creating an account, and the links in mails (G01–G08, G10).

use actors::protocol::{Faute, Reponse, Requete};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use domain::formulaires::{Inscription, NouveauMotDePasse, normaliser_mail};
use serde::Deserialize;

use super::cadrage::dire;
use super::emport::{BoutonSso, Emport};
use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::Etat;
use crate::edge::problemes::Probleme;
use crate::textes::Textes;
use crate::views::{Champ, Formulaire, Lien};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lu {
    pub(super) jeton: String,
    mail: String,
}

/// A sentence or two, a form, and other ways on.
#[derive(Template)]
#[template(path = "compte/texte_et_formulaire.html")]
pub(super) struct TexteEtFormulaire {
    pub(super) textes: Vec<String>,
    pub(super) form: Formulaire,
    pub(super) suites: Vec<Lien>,
}

#[derive(Template)]
#[template(path = "compte/inscription.html")]
struct PageInscription {
    t: Textes,
    sso: Option<BoutonSso>,
    form: Formulaire,
}

#[derive(Template)]
#[template(path = "compte/envoye.html")]
struct Envoye {
    t: Textes,
    inscription: bool,
}

#[derive(Template)]
#[template(path = "compte/valide.html")]
struct Valide {
    t: Textes,
    numero: String,
}

/// Shows a refusal in the form that caused it.
pub(super) fn refuser(t: Textes, form: Formulaire, faute: &Faute) -> Formulaire {
    let (_, texte, champs, _) = dire(t, &Probleme::Faute(faute.clone()));
    form.refuser(&texte, &champs)
}

/// The two fields of a new password (G02), with its rules.
pub(super) fn mots_de_passe(t: Textes, libelle: &str) -> [Champ; 2] {
    let regles = [
        ("longueur", t.regle_longueur().0),
        ("chiffre", t.regle_chiffre().0),
        ("minuscule", t.regle_minuscule().0),
        ("majuscule", t.regle_majuscule().0),
        ("special", t.regle_special().0),
        ("espace", t.regle_espace().0),
    ];
    [
        Champ::ligne(t, "mot_de_passe", libelle, "password")
            .regles(regles.to_vec())
            .remplissage("new-password")
            .donnee("regles"),
        Champ::ligne(
            t,
            "mot_de_passe_confirmation",
            &t.mot_de_passe_encore(),
            "password",
        )
        .remplissage("new-password")
        .donnee("egal=mot_de_passe"),
    ]
}

pub(super) fn mails(t: Textes, libelle: &str) -> [Champ; 2] {
    [
        Champ::ligne(t, "mail", libelle, "email").remplissage("email"),
        Champ::ligne(t, "mail_confirmation", &t.mail_encore(), "email")
            .remplissage("email")
            .donnee("egal=mail"),
    ]
}

/// The form of a new account, sent there.
pub(super) fn form_d_inscription(visiteur: &Visiteur, action: &str) -> Formulaire {
    let t = visiteur.t;
    let mut champs = vec![
        Champ::ligne(t, "nom", &t.nom(), "text").remplissage("family-name"),
        Champ::ligne(t, "prenom", &t.prenom(), "text").remplissage("given-name"),
    ];
    champs.extend(mails(t, &t.mail()));
    champs.extend(mots_de_passe(t, &t.mot_de_passe()));
    Formulaire::new(t, action, &t.creer_mon_compte(), champs)
}

fn form_inscription(visiteur: &Visiteur) -> Formulaire {
    form_d_inscription(visiteur, "/inscription")
}

impl From<&Saisie> for Inscription {
    fn from(saisie: &Saisie) -> Self {
        Self {
            nom: saisie.brut("nom"),
            prenom: saisie.brut("prenom"),
            mail: saisie.brut("mail"),
            mail_confirmation: saisie.brut("mail_confirmation"),
            mot_de_passe: saisie.brut("mot_de_passe"),
            mot_de_passe_confirmation: saisie.brut("mot_de_passe_confirmation"),
        }
    }
}

fn page_inscription(visiteur: &Visiteur, form: Formulaire) -> Response {
    let t = visiteur.t;
    let sso = BoutonSso::d_inscription(visiteur);
    visiteur.page(&t.inscription_titre(), &PageInscription { t, sso, form })
}

pub(super) async fn inscription(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    entetes: HeaderMap,
) -> Response {
    let form = form_inscription(&visiteur).remplir(&Emport::de(&etat, &entetes).champs);
    page_inscription(&visiteur, form)
}

/// The page again, with what was typed and why it did not go on.
pub(super) fn page_inscription_refusee(
    visiteur: &Visiteur,
    saisie: &Saisie,
    texte: &str,
) -> Response {
    let form = form_inscription(visiteur).remplir(&saisie.0);
    page_inscription(visiteur, form.refuser(texte, &[]))
}

pub(super) async fn inscrire(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Response {
    let fait = match Inscription::from(&saisie).lire() {
        Err(refus) => Err(refus.into()),
        Ok((nom, prenom, mail, mot_de_passe)) => {
            let requete = Requete::Inscrire {
                nom,
                prenom,
                mail,
                mot_de_passe,
                langue: visiteur.t.langue(),
            };
            etat.guichet.traiter(None, requete).await
        }
    };
    match fait {
        Ok(_) => envoye(&visiteur, true),
        Err(faute) => {
            let form = form_inscription(&visiteur).remplir(&saisie.0);
            page_inscription(&visiteur, refuser(visiteur.t, form, &faute))
        }
    }
}

pub(super) fn envoye(visiteur: &Visiteur, inscription: bool) -> Response {
    let t = visiteur.t;
    visiteur.page(&t.mail_parti_titre(), &Envoye { t, inscription })
}

/// A page with one button: mail scanners that open the link use nothing up (G04).
fn page_lien(
    visiteur: &Visiteur,
    (titre, aide, bouton): (&str, &str, &str),
    jeton: String,
) -> Response {
    let form = Formulaire::new(visiteur.t, &visiteur.chemin, bouton, vec![]);
    let corps = TexteEtFormulaire {
        textes: vec![aide.to_owned()],
        form: form.cache("jeton", jeton),
        suites: vec![],
    };
    visiteur.page(titre, &corps)
}

pub(super) async fn validation(visiteur: Visiteur, Query(lu): Query<Lu>) -> Response {
    let t = visiteur.t;
    let mots = (t.valider_titre(), t.valider_aide());
    page_lien(&visiteur, (&mots.0, &mots.1, &mots.0), lu.jeton)
}

pub(super) async fn valider(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let jeton = saisie.brut("jeton").unwrap_or_default();
    let requete = Requete::Valider { jeton };
    let Reponse::Valide { numero } = etat.guichet.traiter(None, requete).await? else {
        return Err(Arret::inattendu());
    };
    let t = visiteur.t;
    let numero = numero.to_string();
    Ok(visiteur.page(&t.valide_titre(), &Valide { t, numero }))
}

pub(super) async fn nouvelle_adresse(visiteur: Visiteur, Query(lu): Query<Lu>) -> Response {
    let t = visiteur.t;
    let titre = t.adresse_nouvelle_titre();
    page_lien(
        &visiteur,
        (&titre, &t.valider_aide(), &t.confirmer()),
        lu.jeton,
    )
}

pub(super) async fn confirmer(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let jeton = saisie.brut("jeton").unwrap_or_default();
    let requete = Requete::ConfirmerMail { jeton };
    etat.guichet.traiter(None, requete).await?;
    let t = visiteur.t;
    let corps = crate::views::Message {
        texte: t.adresse_confirmee().to_owned(),
        suites: vec![Lien::new("/compte", &t.mon_compte())],
    };
    Ok(visiteur.page(&t.adresse_confirmee_titre(), &corps))
}

fn form_mail(visiteur: &Visiteur, mail: &str) -> Formulaire {
    let t = visiteur.t;
    let champ = Champ::ligne(t, "mail", &t.mail_du_compte(), "email").remplissage("email");
    Formulaire::new(
        t,
        &visiteur.chemin,
        &t.recevoir_lien(),
        vec![champ.valeur(mail)],
    )
}

pub(super) async fn code_perdu(visiteur: Visiteur, Query(lu): Query<Lu>) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![t.code_perdu_aide().to_owned()],
        form: form_mail(&visiteur, &lu.mail),
        suites: vec![Lien::new("/connexion", &t.se_connecter())],
    };
    visiteur.page(&t.code_perdu(), &corps)
}

pub(super) async fn renvoyer(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let mail = normaliser_mail(&saisie.brut("mail").unwrap_or_default());
    let requete = Requete::RenvoyerLien { mail };
    etat.guichet.traiter(None, requete).await?;
    Ok(envoye(&visiteur, true))
}

/// G08: who comes by the single sign-on changes that password where it is kept.
pub(super) async fn oublie(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Query(lu): Query<Lu>,
) -> Response {
    let t = visiteur.t;
    let mut textes = vec![t.oublie_aide().to_owned()];
    let mut suites = vec![Lien::new("/connexion", &t.se_connecter())];
    if let Some(sso) = &etat.sso {
        textes.push(t.oublie_ent().to_owned());
        let aide = sso.aide.as_ref();
        suites.extend(aide.map(|url| Lien::new(url.as_str(), &t.sso_aide_mot_de_passe())));
    }
    let corps = TexteEtFormulaire {
        textes,
        form: form_mail(&visiteur, &lu.mail),
        suites,
    };
    visiteur.page(&t.oublie(), &corps)
}

pub(super) async fn demander(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let mail = normaliser_mail(&saisie.brut("mail").unwrap_or_default());
    let sso = etat.sso.is_some();
    let requete = Requete::DemanderReinitialisation { mail, sso };
    etat.guichet.traiter(None, requete).await?;
    Ok(envoye(&visiteur, false))
}

fn page_mot_de_passe(visiteur: &Visiteur, jeton: String, faute: Option<&Faute>) -> Response {
    let t = visiteur.t;
    let champs = mots_de_passe(t, &t.nouveau_mot_de_passe()).to_vec();
    let mut form =
        Formulaire::new(t, "/mot-de-passe", &t.enregistrer(), champs).cache("jeton", jeton);
    if let Some(faute) = faute {
        form = refuser(t, form, faute);
    }
    let corps = TexteEtFormulaire {
        textes: vec![],
        form,
        suites: vec![],
    };
    visiteur.page(&t.nouveau_mot_de_passe_titre(), &corps)
}

pub(super) async fn mot_de_passe(visiteur: Visiteur, Query(lu): Query<Lu>) -> Response {
    page_mot_de_passe(&visiteur, lu.jeton, None)
}

pub(super) async fn reinitialiser(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let form = NouveauMotDePasse {
        jeton: saisie.brut("jeton"),
        mot_de_passe: saisie.brut("mot_de_passe"),
        mot_de_passe_confirmation: saisie.brut("mot_de_passe_confirmation"),
    };
    let (jeton, mot_de_passe) = match form.lire() {
        Ok(lus) => lus,
        Err(refus) => {
            let jeton = form.jeton.unwrap_or_default();
            return Ok(page_mot_de_passe(&visiteur, jeton, Some(&refus.into())));
        }
    };
    let requete = Requete::Reinitialiser {
        jeton,
        mot_de_passe,
    };
    etat.guichet.traiter(None, requete).await?;
    Ok(Redirect::to("/connexion").into_response())
}
