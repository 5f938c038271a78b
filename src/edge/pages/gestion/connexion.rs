//! How staff come in: the invitation, the second factor.

use actors::protocol::{ActeGestion, EtapeSession, Faute, Reponse, Requete};
use actors::totp;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::formulaires::NouveauMotDePasse;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;

use super::super::compte::{TexteEtFormulaire, refuser};
use super::super::connexion::reprendre_en_gestion;
use super::super::saisie::Saisie;
use super::super::visiteur::{Arret, Visiteur};
use super::{agent, gerer};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Champ, Formulaire, Lien, Message};

#[derive(Template)]
#[template(path = "gestion/codes.html")]
pub(in crate::edge::pages) struct Codes {
    pub(in crate::edge::pages) t: Textes,
    pub(in crate::edge::pages) codes: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lu {
    jeton: String,
}

fn form_code(visiteur: &Visiteur, bouton: &str) -> Formulaire {
    let t = visiteur.t;
    let champ = Champ::ligne(t, "code", &t.second_code(), "text").remplissage("one-time-code");
    visiteur.formulaire("/gestion/second-facteur", bouton, vec![champ])
}

/// A second factor to be set up: the code to photograph, the key to type for who cannot.
#[derive(Template)]
#[template(path = "gestion/enrolement.html")]
struct Enrolement {
    t: Textes,
    qr: String,
    cle: String,
    form: Formulaire,
}

/// The key as applications photograph it; none for a key that is none.
fn qr(emetteur: &str, mail: &str, secret: &str) -> Option<String> {
    let secret = totp::de_base32(secret)?;
    let code = QrCode::new(totp::otpauth(emetteur, mail, &secret)).ok()?;
    let mut dessin = code.render::<svg::Color<'_>>();
    let image = dessin.min_dimensions(216, 216).build();
    // A part of the page, not a file of its own.
    image
        .find("<svg")
        .and_then(|i| image.get(i..))
        .map(str::to_owned)
}

async fn page_enrolement(
    etat: &Etat,
    visiteur: &Visiteur,
    secret: String,
    form: Formulaire,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let agent = agent(etat, visiteur).await?;
    let corps = Enrolement {
        t,
        qr: qr(&etat.maison.nom, &agent.personnel.mail, &secret).unwrap_or_default(),
        cle: t.second_cle(secret),
        form,
    };
    Ok(visiteur.page(&t.second_titre(), &corps))
}

/// With what waits for the proof: the form that was being sent, or the page that was asked for.
fn form_preuve(visiteur: &Visiteur, saisie: &Saisie) -> Formulaire {
    let mut form = form_code(visiteur, &visiteur.t.second_prouver());
    for nom in ["reprise", "suite"] {
        if let Some(valeur) = saisie.texte(nom) {
            form = form.cache(nom, valeur);
        }
    }
    form
}

/// The page that asks for the code, right after the password.
pub(in crate::edge::pages) fn second_facteur(visiteur: &Visiteur, saisie: &Saisie) -> Response {
    let form = form_preuve(visiteur, saisie);
    page_second(visiteur, vec![visiteur.t.second_aide().to_owned()], form)
}

fn page_second(visiteur: &Visiteur, textes: Vec<String>, form: Formulaire) -> Response {
    let corps = TexteEtFormulaire {
        textes,
        form,
        suites: vec![],
    };
    visiteur.page(&visiteur.t.second_titre(), &corps)
}

/// The code is asked for, or a second factor is set up.
pub(super) async fn second(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let agent = agent(&etat, &visiteur).await?;
    if agent.etape == EtapeSession::SecondFacteur {
        let form = form_code(&visiteur, &t.second_prouver());
        return Ok(page_second(
            &visiteur,
            vec![t.second_aide().to_owned()],
            form,
        ));
    }
    let Reponse::Second(second) = gerer(&etat, &visiteur, ActeGestion::CommencerSecond).await?
    else {
        return Err(Arret::inattendu());
    };
    let form = form_code(&visiteur, &t.second_en_service())
        .cache("nonce", second.nonce)
        .cache("secret", second.secret.clone());
    page_enrolement(&etat, &visiteur, second.secret, form).await
}

pub(super) async fn prouver(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let t = visiteur.t;
    let code = saisie.brut("code").unwrap_or_default();
    let (acte, secret, form) = match saisie.texte("nonce") {
        Some(nonce) => {
            let secret = saisie.brut("secret").unwrap_or_default();
            let form = form_code(&visiteur, &t.second_en_service())
                .cache("nonce", nonce.clone())
                .cache("secret", secret.clone());
            let acte = ActeGestion::ConfirmerSecond { nonce, code };
            (acte, Some(secret), form)
        }
        None => {
            let form = form_preuve(&visiteur, &saisie);
            (ActeGestion::ProuverSecond { code }, None, form)
        }
    };
    let session = visiteur.session()?.to_owned();
    let requete = Requete::Gestion { session, acte };
    match etat.guichet.traiter(None, requete).await {
        Ok(Reponse::Recours { codes }) => Ok(visiteur.page(&t.second_titre(), &Codes { t, codes })),
        Ok(reponse) => {
            let ouverte = reponse.session().ok_or_else(Arret::inattendu)?;
            let reprise = reprendre_en_gestion(&etat, &visiteur, Some(&saisie), &ouverte.jeton);
            Ok(reprise.await?)
        }
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => {
            let form = refuser(t, form, &faute);
            match secret {
                Some(secret) => page_enrolement(&etat, &visiteur, secret, form).await,
                None => Ok(page_second(
                    &visiteur,
                    vec![t.second_aide().to_owned()],
                    form,
                )),
            }
        }
    }
}

fn form_invitation(visiteur: &Visiteur, jeton: &str) -> Formulaire {
    let t = visiteur.t;
    let champs = vec![
        Champ::ligne(t, "mot_de_passe", &t.mot_de_passe(), "password").remplissage("new-password"),
        Champ::ligne(
            t,
            "mot_de_passe_confirmation",
            &t.mot_de_passe_encore(),
            "password",
        )
        .remplissage("new-password"),
    ];
    Formulaire::new(t, "/gestion/invitation", &t.invitation_titre(), champs).cache("jeton", jeton)
}

fn page_invitation(visiteur: &Visiteur, form: Formulaire) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![t.invitation_aide().to_owned()],
        form,
        suites: vec![],
    };
    visiteur.page(&t.invitation_titre(), &corps)
}

pub(super) async fn invitation(visiteur: Visiteur, Query(lu): Query<Lu>) -> Response {
    let form = form_invitation(&visiteur, &lu.jeton);
    page_invitation(&visiteur, form)
}

pub(super) async fn accepter(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Response {
    let form = NouveauMotDePasse {
        jeton: saisie.brut("jeton"),
        mot_de_passe: saisie.brut("mot_de_passe"),
        mot_de_passe_confirmation: saisie.brut("mot_de_passe_confirmation"),
    };
    let fait = match form.lire() {
        Err(refus) => Err(refus.into()),
        Ok((jeton, mot_de_passe)) => {
            let requete = Requete::AccepterInvitation {
                jeton,
                mot_de_passe,
            };
            etat.guichet.traiter(None, requete).await
        }
    };
    let t = visiteur.t;
    match fait {
        Ok(_) => {
            let corps = Message {
                texte: t.invitation_faite().to_owned(),
                suites: vec![Lien::new("/connexion", &t.se_connecter())],
            };
            visiteur.page(&t.invitation_titre(), &corps)
        }
        Err(faute) => {
            let jeton = saisie.brut("jeton").unwrap_or_default();
            let form = refuser(t, form_invitation(&visiteur, &jeton), &faute);
            page_invitation(&visiteur, form)
        }
    }
}
