//! The profile: three required sections on one page (G11).

use actors::protocol::{Acte, Faute, Moi, Reponse};
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::formulaires::{AdresseForm, BaccalaureatForm, InformationsForm};
use domain::langue::Langue;
use domain::profil::Baccalaureat;
use domain::refus::{CodeRefus, Refus};
use jiff::tz::TimeZone;

use super::compte::valeur;
use super::gabarits::{Champ, Formulaire};
use super::visiteur::{Arret, Visiteur};
use crate::data::{CommunesFr, Listes};
use crate::edge::Etat;

type Saisie = Vec<(String, String)>;

fn pays() -> Vec<(String, String)> {
    Listes.choix_pays(Langue::Fr)
}

fn informations(moi: &Moi) -> Formulaire<'static> {
    let champs = vec![
        Champ::new("nationalite", "Nationalité", "text").choix(pays()),
        Champ::new("ine", "INE (facultatif)", "text")
            .aide("11 caractères, sur le relevé de notes du bac. Sans INE, laissez vide : l'inscription pourra prendre plus de temps."),
        Champ::new("date_naissance", "Date de naissance", "date").remplissage("bday"),
        Champ::new("lieu_naissance", "Ville de naissance", "text"),
        Champ::new("telephone", "Téléphone (facultatif)", "tel").remplissage("tel"),
    ];
    let connues = moi.profil.informations.as_ref().map(|i| {
        vec![
            ("nationalite".to_owned(), i.nationalite.clone()),
            (
                "ine".to_owned(),
                i.ine.as_ref().map(|i| i.valeur.clone()).unwrap_or_default(),
            ),
            ("date_naissance".to_owned(), i.date_naissance.to_string()),
            ("lieu_naissance".to_owned(), i.lieu_naissance.clone()),
            (
                "telephone".to_owned(),
                i.telephone.clone().unwrap_or_default(),
            ),
        ]
    });
    Formulaire::new("/profil/informations", "Enregistrer", champs)
        .remplir(&connues.unwrap_or_default())
}

fn adresse(moi: &Moi) -> Formulaire<'static> {
    let champs = vec![
        Champ::new("pays", "Pays", "text").choix(pays()),
        Champ::new("ligne1", "Numéro et rue", "text").remplissage("address-line1"),
        Champ::new("ligne2", "Complément (facultatif)", "text").remplissage("address-line2"),
        Champ::new("code_postal", "Code postal", "text").remplissage("postal-code"),
        Champ::new("commune", "Commune", "text").remplissage("address-level2"),
    ];
    let connue = moi.profil.adresse.as_ref();
    let texte = |t: Option<&String>| t.cloned().unwrap_or_default();
    let connues = vec![
        (
            "pays".to_owned(),
            connue.map_or_else(|| "FRA".to_owned(), |a| a.pays.clone()),
        ),
        ("ligne1".to_owned(), texte(connue.map(|a| &a.ligne1))),
        (
            "ligne2".to_owned(),
            texte(connue.and_then(|a| a.ligne2.as_ref())),
        ),
        (
            "code_postal".to_owned(),
            texte(connue.and_then(|a| a.code_postal.as_ref())),
        ),
        ("commune".to_owned(), texte(connue.map(|a| &a.commune))),
    ];
    Formulaire::new("/profil/adresse", "Enregistrer", champs).remplir(&connues)
}

fn baccalaureat(moi: &Moi, annee: Option<i16>) -> Formulaire<'static> {
    let mut champs = vec![
        Champ::new("situation", "Avez-vous le bac ou une équivalence ?", "text").choix(vec![
            (
                "avec".to_owned(),
                "J'ai le bac ou une équivalence".to_owned(),
            ),
            ("sans".to_owned(), "Je n'ai pas le bac".to_owned()),
        ]),
        Champ::new("annee", "Année du bac", "number").aide(
            "Elle décide des séries proposées : enregistrez-la d'abord, puis choisissez la série.",
        ),
    ];
    let mut connues = Vec::new();
    let mut retenue = annee;
    match &moi.profil.baccalaureat {
        Some(Baccalaureat::Sans) => connues.push(("situation".to_owned(), "sans".to_owned())),
        Some(Baccalaureat::Avec {
            annee,
            serie,
            mention,
            ..
        }) => {
            retenue = retenue.or(Some(*annee));
            connues.push(("situation".to_owned(), "avec".to_owned()));
            connues.push(("annee".to_owned(), annee.to_string()));
            connues.push(("serie".to_owned(), serie.clone()));
            connues.push(("mention".to_owned(), mention.clone().unwrap_or_default()));
        }
        None => {}
    }
    if let Some(annee) = retenue {
        champs.push(
            Champ::new("serie", "Série", "text").choix(Listes.choix_series(annee, Langue::Fr)),
        );
        champs.push(
            Champ::new("mention", "Mention (facultatif)", "text")
                .choix(Listes.choix_mentions(Langue::Fr)),
        );
    }
    Formulaire::new("/profil/baccalaureat", "Enregistrer", champs).remplir(&connues)
}

async fn moi(etat: &Etat, visiteur: &Visiteur) -> Result<Box<Moi>, Arret> {
    match visiteur.agir(etat, Acte::Moi).await? {
        Reponse::Moi(moi) => Ok(moi),
        Reponse::Fait
        | Reponse::Valide { .. }
        | Reponse::Session { .. }
        | Reponse::Entree { .. }
        | Reponse::Dossiers { .. }
        | Reponse::Dossier(_)
        | Reponse::Campagne { .. }
        | Reponse::Importe { .. }
        | Reponse::Sante(_) => Err(CodeRefus::Introuvable.into()),
    }
}

fn page(visiteur: &Visiteur, moi: &Moi, refuse: Option<(&str, &Saisie, &Faute)>) -> Response {
    let annee = refuse.and_then(|(_, saisie, _)| valeur(saisie, "annee")?.parse().ok());
    let preuve = visiteur.preuve();
    let mut corps = if moi.profil.manque().is_empty() {
        "<div class=\"message\" role=\"status\"><p>Votre profil est complet : vous pouvez candidater.</p></div>".to_owned()
    } else {
        "<p>Les trois rubriques sont nécessaires avant d'ouvrir un dossier.</p>".to_owned()
    };
    for (section, titre, form, fait) in [
        (
            "informations",
            "Informations personnelles",
            informations(moi),
            moi.profil.informations.is_some(),
        ),
        (
            "adresse",
            "Adresse",
            adresse(moi),
            moi.profil.adresse.is_some(),
        ),
        (
            "baccalaureat",
            "Baccalauréat",
            baccalaureat(moi, annee),
            moi.profil.baccalaureat.is_some(),
        ),
    ] {
        let form = match refuse {
            Some((ici, saisie, faute)) if ici == section => form.remplir(saisie).refuser(faute),
            Some(_) | None => form,
        };
        let form = Formulaire {
            preuve: &preuve,
            ..form
        };
        let (classe, etat) = if fait {
            ("etat fait", "Enregistré")
        } else {
            ("etat", "À remplir")
        };
        corps.push_str(
            &[
                "<section class=\"carte\"><h2>",
                titre,
                " <span class=\"",
                classe,
                "\">",
                etat,
                "</span></h2>",
                &form.html(),
                "</section>",
            ]
            .concat(),
        );
    }
    visiteur.page("Mon profil", &corps)
}

pub(super) async fn lire(State(etat): State<Etat>, visiteur: Visiteur) -> Result<Response, Arret> {
    let moi = moi(&etat, &visiteur).await?;
    Ok(page(&visiteur, &moi, None))
}

fn acte(etat: &Etat, section: &str, saisie: &Saisie) -> Result<Acte, Refus> {
    let lu = |nom| valeur(saisie, nom).filter(|v| !v.trim().is_empty());
    let jour = etat.maintenant().to_zoned_datetime(TimeZone::UTC).date();
    match section {
        "informations" => {
            let form = InformationsForm {
                nationalite: lu("nationalite"),
                ine: lu("ine"),
                date_naissance: lu("date_naissance"),
                lieu_naissance: lu("lieu_naissance"),
                telephone: lu("telephone"),
                ..InformationsForm::default()
            };
            Ok(Acte::Informations(Box::new(form.lire(&Listes, jour)?)))
        }
        "adresse" => {
            let form = AdresseForm {
                pays: lu("pays"),
                ligne1: lu("ligne1"),
                ligne2: lu("ligne2"),
                code_postal: lu("code_postal"),
                commune: lu("commune"),
            };
            Ok(Acte::Adresse(Box::new(
                form.lire(&Listes, CommunesFr::embarquees())?,
            )))
        }
        "baccalaureat" => {
            let form = BaccalaureatForm {
                situation: lu("situation"),
                annee: lu("annee").and_then(|a| a.trim().parse().ok()),
                serie: lu("serie"),
                mention: lu("mention"),
                ..BaccalaureatForm::default()
            };
            Ok(Acte::Baccalaureat {
                baccalaureat: Box::new(form.lire(&Listes, jour)?),
            })
        }
        _ => Err(CodeRefus::Introuvable.into()),
    }
}

pub(super) async fn enregistrer(
    State(etat): State<Etat>,
    Path(section): Path<String>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    visiteur.verifier(valeur(&saisie, "preuve").as_deref())?;
    match acte(&etat, &section, &saisie) {
        Ok(acte) => {
            visiteur.agir(&etat, acte).await?;
            Ok(Redirect::to("/profil").into_response())
        }
        Err(refus) => {
            let moi = moi(&etat, &visiteur).await?;
            Ok(page(
                &visiteur,
                &moi,
                Some((&section, &saisie, &refus.into())),
            ))
        }
    }
}
