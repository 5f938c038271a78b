//! Stored events are a contract: one JSON per variant, read and written back unchanged.

use std::collections::{BTreeMap, BTreeSet};

use domain::dossier::{
    Annotation, Avis, Convocation, Depot, Evenement, Identite, Intitules, Nature, Reproche, Role,
    SERMENT, Verdict,
};
use domain::places;
use domain::profil::Profil;
use serde::{Serialize, de::DeserializeOwned};

use crate::matrice::{racine, tenir};
use crate::monde::{acteur, fichier, instant};

const DOSSIER: &str = "actors/domain/tests/golden/dossier";
const PLACES: &str = "actors/domain/tests/golden/places";

#[expect(clippy::too_many_lines, reason = "a table: one row per thing")]
fn exemples() -> Vec<Evenement> {
    let le = instant("2027-04-01T10:00:00Z");
    let par = || acteur(Role::Gestionnaire);
    let piece = || "LM".into();
    let avis = |nature| Avis {
        nature,
        commentaire: Some("Bravo".to_owned()),
        appel: false,
    };
    let depots = BTreeMap::from([
        (
            "CV".into(),
            Depot::Deposee {
                fichier: fichier('a'),
            },
        ),
        (
            "HANDICAP".into(),
            Depot::NonConcerne {
                certifie_le: le,
                serment: SERMENT.to_owned(),
            },
        ),
    ]);
    let reproches = BTreeMap::from([
        (
            "LM".into(),
            Reproche::Refusee {
                commentaire: "illisible".to_owned(),
            },
        ),
        (
            "HANDICAP".into(),
            Reproche::NonConcerneRejete {
                commentaire: "à fournir".to_owned(),
            },
        ),
        (
            "DIPLOME".into(),
            Reproche::Complementaire { commentaire: None },
        ),
    ]);
    let identite = Identite {
        id: "d1".into(),
        candidat: "c1".into(),
        formation: "M1".into(),
        cree_le: le,
        par: par(),
        proposition: true,
    };
    let convocation = Convocation {
        le,
        lieu: "Salle A".to_owned(),
        consigne: None,
    };
    vec![
        Evenement::DossierCree(identite),
        Evenement::DossierPropose {
            par: par(),
            le,
            profil: Box::new(Profil::default()),
        },
        Evenement::PieceDeposee {
            piece: piece(),
            fichier: domain::fichier::Fichier {
                en_analyse: true,
                ..fichier('a')
            },
        },
        Evenement::PieceRetiree { piece: piece() },
        Evenement::NonConcerneDeclare {
            piece: piece(),
            certifie_le: le,
            serment: SERMENT.to_owned(),
        },
        Evenement::NonConcerneRetire { piece: piece() },
        Evenement::PieceInfectee { piece: piece() },
        Evenement::DossierTransmis {
            transmis_le: le,
            intitules: Some(Intitules {
                campagne: "2027-2028".to_owned(),
                formation: "Master 1 Informatique".to_owned(),
                pieces: BTreeMap::from([("CV".into(), "Curriculum vitae".to_owned())]),
            }),
            pieces: depots,
            profil: Box::new(Profil::default()),
        },
        Evenement::DossierAnnule {
            annule_le: le,
            par: par(),
            motif: Some("doublon".to_owned()),
        },
        Evenement::PieceDecidee {
            piece: piece(),
            par: par(),
            le,
            verdict: Verdict::Refusee {
                commentaire: "flou".to_owned(),
            },
        },
        Evenement::PieceExigee {
            piece: piece(),
            par: par(),
            le,
            commentaire: Some("original".to_owned()),
        },
        Evenement::DossierRenvoye {
            par: par(),
            renvoye_le: le,
            pieces: reproches,
            retour: Some(le),
        },
        Evenement::RenvoiRepris { par: par(), le },
        Evenement::DossierComplet { par: par(), le },
        Evenement::ExamenRouvert { par: par(), le },
        Evenement::AvisSaisi {
            par: acteur(Role::Commission),
            le,
            avis: avis(Nature::Defavorable {
                motif: "NIVEAU".into(),
            }),
        },
        Evenement::AvisRetire { par: par(), le },
        Evenement::AvisPublie {
            par: par(),
            le,
            avis: avis(Nature::Preselection {
                convocation: Some(convocation),
            }),
            confirmation: Some(le),
        },
        Evenement::OffreConfirmee {
            par: acteur(Role::Candidat),
            le,
        },
        Evenement::Desistement {
            par: acteur(Role::Candidat),
            le,
            apres_confirmation: true,
        },
        Evenement::DesistementAuto { le },
        Evenement::Promotion {
            par: acteur(Role::Systeme),
            le,
            confirmation: Some(le),
        },
        Evenement::OffreRetablie {
            par: par(),
            le,
            motif: "erreur".to_owned(),
            confirmation: None,
        },
        Evenement::RappelEnvoye { jours: 7, le },
        Evenement::RelanceConfirmation { le },
        Evenement::EcheancesFixees {
            par: par(),
            le,
            retour: Some(le),
            confirmation: None,
        },
        Evenement::Annote {
            par: par(),
            le,
            annotation: Annotation::Note {
                texte: "vu".to_owned(),
            },
        },
    ]
}

fn exemples_places() -> Vec<places::Evenement> {
    use places::Evenement as P;
    let dossier = || "d1".into();
    vec![
        P::RangReserve {
            dossier: dossier(),
            rang: 3,
        },
        P::RangRelache { dossier: dossier() },
        P::ListeRejointe {
            dossier: dossier(),
            rang: 3,
        },
        P::ListeQuittee { dossier: dossier() },
        P::PlaceOfferte {
            dossier: dossier(),
            promotion: true,
        },
        P::PlaceConfirmee { dossier: dossier() },
        P::PlaceRendue { dossier: dossier() },
        P::PlacesAjoutees { combien: 5 },
        P::Recommencees,
    ]
}

/// The stored form of each sample is the file's, and what the file says is read back as the sample.
fn garder<E: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    dossier: &str,
    exemples: &[E],
) {
    let mut noms = BTreeSet::new();
    for exemple in exemples {
        let valeur = serde_json::to_value(exemple).unwrap();
        let nom = valeur["type"].as_str().unwrap().to_owned();
        let chemin = format!("{dossier}/{nom}.json");
        tenir(
            &chemin,
            &(serde_json::to_string_pretty(&valeur).unwrap() + "\n"),
        );
        let lu = std::fs::read_to_string(racine().join(&chemin)).unwrap();
        assert_eq!(&serde_json::from_str::<E>(&lu).unwrap(), exemple, "{nom}");
        assert!(noms.insert(nom), "each variant once");
    }
    // No file without its variant: a renamed event would leave its old name here.
    let fichiers = std::fs::read_dir(racine().join(dossier)).unwrap();
    let fichiers: BTreeSet<String> = fichiers
        .map(|f| {
            f.unwrap()
                .file_name()
                .into_string()
                .unwrap()
                .replace(".json", "")
        })
        .filter(|nom| !nom.ends_with(".v0"))
        .collect();
    assert_eq!(fichiers, noms);
}

#[test]
fn chaque_evenement_du_dossier_garde_sa_forme() {
    garder(DOSSIER, &exemples());
    let noms: BTreeSet<&str> = exemples().iter().map(Evenement::nom).collect();
    assert_eq!(noms.len(), exemples().len());
    for exemple in exemples() {
        let valeur = serde_json::to_value(&exemple).unwrap();
        assert_eq!(valeur["type"], exemple.nom(), "the stored name");
    }
}

#[test]
fn chaque_evenement_des_places_garde_sa_forme() {
    garder(PLACES, &exemples_places());
}

#[test]
fn les_formes_d_avant_l_examen_se_lisent_et_se_recrivent() {
    let le = instant("2027-04-01T10:00:00Z");
    for ancien in [
        r#"{"type":"dossier_cree","id":"d1","candidat":"c1","formation":"M1","cree_le":"2027-04-01T10:00:00Z"}"#,
        r#"{"type":"dossier_annule","annule_le":"2027-04-01T10:00:00Z"}"#,
        r#"{"type":"piece_deposee","piece":"LM","fichier":{"sha256":"aa","nom":"f.pdf","type":"pdf","taille":10,"depose_le":"2027-04-01T10:00:00Z"}}"#,
    ] {
        let lu: Evenement = serde_json::from_str(ancien).unwrap();
        assert_eq!(serde_json::to_string(&lu).unwrap(), ancien);
        assert_eq!(lu.par(), &acteur(Role::Candidat));
    }
    let annule: Evenement =
        serde_json::from_str(r#"{"type":"dossier_annule","annule_le":"2027-04-01T10:00:00Z"}"#)
            .unwrap();
    assert_eq!(
        annule,
        Evenement::DossierAnnule {
            annule_le: le,
            par: acteur(Role::Candidat),
            motif: None
        }
    );
}
