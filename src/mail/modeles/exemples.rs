//! Mails as they will be, to try a template with.

use std::collections::BTreeSet;

use actors::ports::{Courrier, DetailsCourrier, LienCourrier};
use domain::campagne::{Formation, Texte};
use domain::dossier::Convocation;
use domain::effet::{But, CodeMail};
use domain::langue::Langue;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::variables::{self, Enseigne};

/// The names a mail of this code may use, such as `formation.libelle`.
pub(super) fn noms(code: CodeMail) -> BTreeSet<String> {
    let fuseau = TimeZone::UTC;
    let enseigne = Enseigne::exemple(&fuseau);
    exemples(code, Langue::Fr)
        .iter()
        .flat_map(|exemple| noms_de(&variables::contexte(exemple, &enseigne)))
        .collect()
}

/// The names in a context, those of its parts too.
pub(in crate::mail) fn noms_de(valeurs: &Map<String, Value>) -> BTreeSet<String> {
    let mut noms = BTreeSet::new();
    for (cle, valeur) in valeurs {
        if let Value::Object(champs) = valeur {
            noms.extend(champs.keys().map(|champ| format!("{cle}.{champ}")));
        }
        noms.insert(cle.clone());
    }
    noms
}

fn instant(jours: i64) -> Timestamp {
    // In December 2026.
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * (20_800 + jours))
}

fn formation() -> Formation {
    Formation {
        code: "M1-INFO".into(),
        libelle: Texte::fr("Master 1 Informatique"),
        composante: "UFR".into(),
        centre: "UFR".into(),
        niveau: "Master".to_owned(),
        mots_cles: vec!["données".to_owned()],
        candidature_debut: instant(0),
        candidature_fin: instant(90),
        retour: instant(100),
        confirmation: Some(instant(120)),
        confirmation_delai: None,
        confirmation_lc: None,
        confirmation_lc_delai: None,
        jury: Some(instant(105)),
        publication: Some(instant(110)),
        promotion: domain::campagne::Promotion::default(),
        capacite: None,
        liste_complementaire: false,
        pieces: Vec::new(),
        commission: None,
    }
}

fn simple(code: CodeMail, langue: Langue) -> Courrier {
    Courrier {
        id: "exemple.1.0".to_owned(),
        etiquette: "exemple".to_owned(),
        jeton_dossier: None,
        reponse: None,
        code,
        a: "elise.martin@exemple.example".to_owned(),
        langue,
        candidat: "exemple".into(),
        prenom: "Élise".to_owned(),
        nom: "Martin".to_owned(),
        numero: "EXEMPLE2".into(),
        compte_expire_le: instant(5),
        campagne: "Campagne 2027-2028".to_owned(),
        dossier: None,
        formation: None,
        jours: None,
        lien: None,
        details: DetailsCourrier::default(),
        propre: None,
        cadre: None,
    }
}

fn details() -> DetailsCourrier {
    DetailsCourrier {
        retour: Some(instant(100)),
        confirmation: Some(instant(120)),
        pieces: vec![
            ("Curriculum vitae".to_owned(), Some("Illisible.".to_owned())),
            ("Relevés de notes".to_owned(), None),
        ],
        retirees: vec!["Lettre de motivation".to_owned()],
        motif: Some("Prérequis insuffisants".to_owned()),
        raison: Some("Dossier ouvert par erreur.".to_owned()),
        commentaire: Some("Bon dossier.\nBon courage.".to_owned()),
        rang: Some(12),
        convocation: Some(Convocation {
            le: instant(104),
            lieu: "Bâtiment A, salle 12".to_owned(),
            consigne: Some("Apportez une pièce d'identité.".to_owned()),
        }),
        appel: true,
        signataire: Some("La présidente du jury".to_owned()),
        jury: Some("Commission informatique".to_owned()),
    }
}

/// Mails of this code: with all they may say, and with the least.
pub(super) fn exemples(code: CodeMail, langue: Langue) -> Vec<Courrier> {
    let simple = simple(code, langue);
    let avec_lien = |but| Courrier {
        lien: Some(LienCourrier {
            but,
            jeton: "exemple.de.jeton".to_owned(),
            expire_le: instant(1),
        }),
        ..simple.clone()
    };
    let dossier = Courrier {
        dossier: Some("EXEMPLE22222".into()),
        formation: Some(formation()),
        ..simple.clone()
    };
    let du_dossier = || {
        let complet = Courrier {
            details: details(),
            ..dossier.clone()
        };
        vec![complet, dossier.clone()]
    };
    match code {
        CodeMail::CptMinLienValidOublie => vec![avec_lien(But::Validation)],
        // Without a link: to people of the single sign-on (G01, G08).
        CodeMail::CptMinCreate => vec![avec_lien(But::Validation), simple.clone()],
        CodeMail::CptMinMdpOublie => vec![avec_lien(But::Reinitialisation), simple.clone()],
        CodeMail::CptMinModMail => vec![avec_lien(But::ChangementMail), simple.clone()],
        CodeMail::CompteExiste => vec![simple.clone(), avec_lien(But::Rattachement)],
        CodeMail::CptMinDelete => vec![simple.clone()],
        CodeMail::RelanceTransmission => [7, 1]
            .map(|jours| Courrier {
                jours: Some(jours),
                ..dossier.clone()
            })
            .to_vec(),
        CodeMail::Candidature
        | CodeMail::CandidatureAnnulation
        | CodeMail::CommissionAlertAnnulation
        | CodeMail::StatutRe
        | CodeMail::CommissionAlertTransmission
        | CodeMail::AnnulationGestion
        | CodeMail::CommissionAlertProposition
        | CodeMail::StatutIn
        | CodeMail::StatutReRepris
        | CodeMail::StatutCo
        | CodeMail::AvisFavorable
        | CodeMail::AvisDefavorable
        | CodeMail::AvisListeComp
        | CodeMail::AvisListeAtt
        | CodeMail::AvisPreselection
        | CodeMail::AvisListePrinc
        | CodeMail::CommissionAlertListePrinc
        | CodeMail::CandidatureConfirm
        | CodeMail::CandidatureDesist
        | CodeMail::CandidatureDesistAuto
        | CodeMail::CommissionAlertDesistement
        | CodeMail::CandidatureRelanceFavo
        | CodeMail::OffreRetablie
        | CodeMail::Prolongation
        | CodeMail::PiecesModifiees => du_dossier(),
    }
}

/// One of them.
pub(in crate::mail) fn exemple(code: CodeMail, langue: Langue) -> Courrier {
    exemples(code, langue).remove(0)
}
