//! *Informations perso.* (G12–G15): nationality, INE and birth date first; then who the scolarité knows confirms
//! that it is them (G13), who it does not know that the INE is theirs (G14, G15); then the rest.

use actors::protocol::{Acte, Moi, Reponse};
use axum::extract::State;
use axum::response::Response;
use domain::formulaires::InformationsForm;
use domain::profil::Fiche;
use domain::refus::Refus;
use jiff::civil::Date;

use super::super::compte::refuser;
use super::super::saisie::Saisie;
use super::super::visiteur::{Arret, Visiteur};
use super::sections::{Champs, Section, aujourd_hui, champ, enregistrer};
use super::{adresse_en_mots, bac_en_mots};
use crate::data::Listes;
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Champ, Formulaire, date};

/// What a form holds that says « it is me » (G13).
const OUI: &str = "oui";
/// The fields of the section, as the forms name them.
const CHAMPS: [&str; 8] = [
    "nationalite",
    "ine",
    "date_naissance",
    "lieu_naissance",
    "pays_naissance",
    "nom_usage",
    "autres_prenoms",
    "telephone",
];

fn champs_ine(t: Textes) -> Vec<Champ> {
    let pays = Listes.choix_pays(t.langue());
    vec![
        Champ::choix(t, "nationalite", &t.nationalite(), pays),
        Champ::ligne(t, "ine", &t.ine(), "text")
            .aide(&t.ine_aide())
            .facultatif()
            .donnee("ine"),
    ]
}

fn champ_naissance(t: Textes) -> Champ {
    Champ::ligne(t, "date_naissance", &t.date_naissance(), "date").remplissage("bday")
}

fn champs_informations(t: Textes) -> Vec<Champ> {
    let pays = Listes.choix_pays(t.langue());
    let mut champs = champs_ine(t);
    champs.extend([
        champ_naissance(t),
        Champ::ligne(t, "lieu_naissance", &t.lieu_naissance(), "text"),
        Champ::choix(t, "pays_naissance", &t.pays_naissance(), pays).valeur("FRA"),
        Champ::ligne(t, "nom_usage", &t.nom_usage(), "text")
            .aide(&t.nom_usage_aide())
            .facultatif(),
        Champ::ligne(t, "autres_prenoms", &t.autres_prenoms(), "text")
            .remplissage("additional-name")
            .facultatif(),
        Champ::ligne(t, "telephone", &t.telephone(), "tel")
            .remplissage("tel")
            .facultatif(),
    ]);
    champs
}

fn informations_connues(moi: &Moi) -> Option<Champs> {
    let i = moi.profil.informations.as_ref()?;
    let libre = |t: &Option<String>| t.clone().unwrap_or_default();
    Some(vec![
        champ("nationalite", &i.nationalite),
        champ(
            "ine",
            i.ine.as_ref().map(|i| i.valeur.clone()).unwrap_or_default(),
        ),
        champ("date_naissance", i.date_naissance.to_string()),
        champ("lieu_naissance", &i.lieu_naissance),
        champ("pays_naissance", &i.pays_naissance),
        champ("nom_usage", libre(&i.nom_usage)),
        champ("autres_prenoms", libre(&i.autres_prenoms)),
        champ("telephone", libre(&i.telephone)),
    ])
}

/// Nationality and INE first (G12), with the birth date that proves whose INE it is (G13).
fn premiere_etape(visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let mut champs = champs_ine(t);
    champs.push(champ_naissance(t).aide(&t.date_naissance_aide()));
    visiteur
        .formulaire("/profil/informations", &t.suivant(), champs)
        .cache("etape", "ine")
}

/// The whole section; `confirme` says that its owner has recognised the scolarité's record.
fn derniere_etape(visiteur: &Visiteur, confirme: bool) -> Formulaire {
    let t = visiteur.t;
    let champs = champs_informations(t);
    let form = visiteur
        .formulaire("/profil/informations", &t.enregistrer(), champs)
        .cache("etape", "tout")
        .retour("/profil", &t.annuler());
    if confirme {
        form.cache("confirme", OUI)
    } else {
        form
    }
}

fn page_informations(visiteur: &Visiteur, moi: &Moi, form: Formulaire) -> Response {
    let t = visiteur.t;
    let mut section = Section::new(t, form);
    section.replis = vec![
        (t.ine_ou().0, t.ine_ou_aide().0),
        (t.ine_sans().0, t.ine_sans_aide().0),
    ];
    if moi.profil.ine_verifie() == Some(false) {
        section.avis = t.ine_non_verifie_aide().to_owned();
    }
    visiteur.page_de(moi, &t.informations(), &section)
}

pub(in super::super) async fn informations(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let moi = visiteur.moi(&etat).await?;
    let form = match informations_connues(&moi) {
        Some(connues) => derniere_etape(&visiteur, false).remplir(&connues),
        None => premiere_etape(&visiteur).remplir(&informations_de_l_etablissement(&moi)),
    };
    Ok(page_informations(&visiteur, &moi, form))
}

/// G01: what the single sign-on said; it is asked to be confirmed like any other (G13).
fn informations_de_l_etablissement(moi: &Moi) -> Champs {
    let ine = moi.identite.as_ref().and_then(|i| i.ine.clone());
    ine.map(|ine| champ("ine", ine)).into_iter().collect()
}

fn form_de(saisie: &Saisie) -> InformationsForm {
    InformationsForm {
        nationalite: saisie.texte("nationalite"),
        ine: saisie.texte("ine"),
        date_naissance: saisie.texte("date_naissance"),
        lieu_naissance: saisie.texte("lieu_naissance"),
        pays_naissance: saisie.texte("pays_naissance"),
        nom_usage: saisie.texte("nom_usage"),
        autres_prenoms: saisie.texte("autres_prenoms"),
        telephone: saisie.texte("telephone"),
        ..InformationsForm::default()
    }
}

/// The faults of the first step alone.
fn fautes_ine(form: &InformationsForm, jour: Date) -> Option<Refus> {
    let mut refus = form.lire(&Listes, jour).err()?;
    refus
        .champs
        .retain(|f| matches!(f.champ.as_str(), "nationalite" | "ine" | "date_naissance"));
    (!refus.champs.is_empty()).then_some(refus)
}

/// G13: what the scolarité knows of who gives this INE and birth date. Who has not changed them is not looked up
/// again: the record comes by itself when there is one (G18).
async fn connue(
    etat: &Etat,
    visiteur: &Visiteur,
    form: &InformationsForm,
) -> Result<Option<Box<Fiche>>, Arret> {
    let Some((ine, date_naissance)) = form.identite() else {
        return Ok(None);
    };
    let moi = visiteur.moi(etat).await?;
    let informations = moi.profil.informations.as_ref();
    if informations
        .is_some_and(|i| i.ine.as_ref() == Some(&ine) && i.date_naissance == date_naissance)
    {
        return Ok(None);
    }
    let acte = Acte::ChercherScolarite {
        ine,
        date_naissance,
    };
    let Reponse::Fiche { fiche } = visiteur.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(fiche)
}

/// A question that keeps what was typed, for the step that follows.
fn question(visiteur: &Visiteur, saisie: &Saisie, etape: &'static str, oui: &str) -> Formulaire {
    let form = visiteur
        .formulaire("/profil/informations", oui, vec![])
        .cache("etape", etape)
        .retour("/profil/informations", &visiteur.t.non_corriger());
    CHAMPS
        .into_iter()
        .fold(form, |form, nom| match saisie.texte(nom) {
            Some(valeur) => form.cache(nom, valeur),
            None => form,
        })
}

/// G14, G15: is it really so?
fn question_ine(visiteur: &Visiteur, moi: &Moi, saisie: &Saisie) -> Response {
    let t = visiteur.t;
    let (titre, aide) = match saisie.texte("ine") {
        None => (t.question_sans_ine().to_owned(), t.question_sans_ine_aide()),
        Some(ine) => {
            let ine = domain::profil::ine::Ine::lire(&ine).map_or(ine, |ine| ine.valeur);
            (t.question_ine_inconnu(ine), t.question_ine_inconnu_aide())
        }
    };
    let form = question(visiteur, saisie, "confirme", &t.oui_continuer());
    let mut section = Section::new(t, form);
    section.avis = aide.to_owned();
    visiteur.page_de(moi, &titre, &section)
}

/// G13: is this you? Only who gave the right birth date comes here.
fn question_scolarite(visiteur: &Visiteur, moi: &Moi, saisie: &Saisie, fiche: &Fiche) -> Response {
    let t = visiteur.t;
    let form = question(visiteur, saisie, "connu", &t.oui_c_est_moi());
    let mut section = Section::new(t, form);
    section.avis = t.question_scolarite_aide().to_owned();
    section.resume = fiche_en_mots(t, fiche);
    visiteur.page_de(moi, &t.question_scolarite(), &section)
}

/// A record as a person reads it.
fn fiche_en_mots(t: Textes, fiche: &Fiche) -> Vec<(&'static str, Vec<String>)> {
    let mut naissance = date(t, fiche.date_naissance);
    if let Some(lieu) = &fiche.lieu_naissance {
        naissance = format!("{naissance} – {lieu}");
    }
    let inscriptions = fiche.inscriptions.iter();
    let lignes = [
        (
            t.nom_et_prenoms().0,
            vec![format!("{} {}", fiche.prenoms.join(" "), fiche.nom)],
        ),
        (t.naissance().0, vec![naissance]),
        (
            t.numero_etudiant().0,
            fiche.numero_etudiant.iter().cloned().collect(),
        ),
        (
            t.adresse().0,
            fiche
                .adresse
                .as_ref()
                .map(adresse_en_mots)
                .unwrap_or_default(),
        ),
        (
            t.baccalaureat().0,
            fiche
                .baccalaureat
                .as_ref()
                .map(|b| bac_en_mots(t, b))
                .unwrap_or_default(),
        ),
        (
            t.cursus_internes().0,
            inscriptions
                .map(|i| format!("{} – {}", i.annee, i.formation))
                .collect(),
        ),
    ];
    lignes.into_iter().filter(|(_, l)| !l.is_empty()).collect()
}

/// The last step, filled with what was typed and, for who is known, with what the scolarité adds.
fn suite(visiteur: &Visiteur, saisie: &Saisie, fiche: Option<&Fiche>) -> Formulaire {
    let mut form = form_de(saisie);
    if let Some(fiche) = fiche {
        form.completer(fiche);
    }
    let mut valeurs = saisie.0.clone();
    valeurs.retain(|(nom, _)| !matches!(nom.as_str(), "lieu_naissance" | "autres_prenoms"));
    valeurs.push(champ(
        "lieu_naissance",
        form.lieu_naissance.unwrap_or_default(),
    ));
    valeurs.push(champ(
        "autres_prenoms",
        form.autres_prenoms.unwrap_or_default(),
    ));
    // Only where it was not asked yet.
    valeurs.push(champ("pays_naissance", "FRA"));
    derniere_etape(visiteur, fiche.is_some()).remplir(&valeurs)
}

pub(in super::super) async fn enregistrer_informations(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let jour = aujourd_hui(&etat);
    let form = form_de(&saisie);
    let moi = visiteur.moi(&etat).await?;
    let etape = saisie.brut("etape").unwrap_or_default();
    if etape == "ine"
        && let Some(refus) = fautes_ine(&form, jour)
    {
        let form = premiere_etape(&visiteur).remplir(&saisie.0);
        let form = refuser(visiteur.t, form, &refus.into());
        return Ok(page_informations(&visiteur, &moi, form));
    }
    if etape == "confirme" {
        return Ok(page_informations(
            &visiteur,
            &moi,
            suite(&visiteur, &saisie, None),
        ));
    }
    let fiche = connue(&etat, &visiteur, &form).await?;
    match (etape.as_str(), fiche) {
        ("ine", None) => Ok(question_ine(&visiteur, &moi, &saisie)),
        ("connu", fiche) => {
            let form = suite(&visiteur, &saisie, fiche.as_deref());
            Ok(page_informations(&visiteur, &moi, form))
        }
        (_, Some(fiche)) if saisie.brut("confirme").as_deref() != Some(OUI) => {
            Ok(question_scolarite(&visiteur, &moi, &saisie, &fiche))
        }
        (_, fiche) => {
            let lues = form.lire(&Listes, jour).map(Box::new);
            let confirme = fiche.is_some();
            let acte = lues.map(|i| {
                if confirme {
                    Acte::ReprendreScolarite(i)
                } else {
                    Acte::Informations(i)
                }
            });
            enregistrer(&etat, &visiteur, &saisie, acte, |moi, faute| {
                let form = derniere_etape(&visiteur, confirme).remplir(&saisie.0);
                page_informations(&visiteur, moi, refuser(visiteur.t, form, faute))
            })
            .await
        }
    }
}
