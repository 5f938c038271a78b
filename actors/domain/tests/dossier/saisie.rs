//! Transitions of a dossier being filled in and examined that the other files do not name (T01–T06, T13, T14, T26).

use domain::dossier::{Annotation, Commande, Depot, Dossier, Evenement, Role};
use domain::effet::CodeMail;
use domain::refus::CodeRefus;

use crate::monde::{Monde, deposer, instant, non_concerne, refuser};
use Role::{Candidat as C, Commission as J, Gestionnaire as G};

#[test]
fn t01_un_dossier_ne_se_cree_qu_une_fois_et_le_dit_par_mail() {
    let mut monde = Monde::ouvert("d1");
    assert_eq!(monde.mails(), [CodeMail::Candidature]);
    let encore = Commande::Creer {
        id: "d1".into(),
        candidat: "c1".into(),
        formation: "M1".into(),
    };
    assert_eq!(
        monde.faire(C, &encore).unwrap(),
        [],
        "a repeat changes nothing"
    );
    assert_eq!(monde.mails(), [CodeMail::Candidature]);
}

#[test]
fn t04_les_pieces_changent_jusqu_a_la_date_de_retour_sans_aucun_mail() {
    let mut monde = Monde::ouvert("d1");
    let avant = monde.mails();
    let revenir = Commande::RevenirConcerne {
        piece: "HANDICAP".into(),
    };
    let retirer = Commande::Retirer { piece: "LM".into() };
    monde
        .ok(C, deposer("LM", 'a'))
        .ok(C, retirer)
        .ok(C, deposer("LM", 'b'))
        .ok(C, non_concerne())
        .ok(C, revenir)
        .ok(C, non_concerne());
    assert_eq!(
        monde.non(C, deposer("DIPLOME", 'a')),
        CodeRefus::PieceInconnue
    );
    let obligatoire = Commande::DeclarerNonConcerne {
        piece: "LM".into(),
        certifie: true,
    };
    assert_eq!(monde.non(C, obligatoire), CodeRefus::PieceObligatoire);
    monde.maintenant = instant("2027-05-31T00:00:00Z");
    monde.ok(C, deposer("LM", 'c'));
    monde.maintenant = instant("2027-05-31T00:00:01Z");
    assert_eq!(monde.non(C, deposer("LM", 'd')), CodeRefus::RetourDepasse);
    assert_eq!(monde.mails(), avant);
}

#[test]
fn t05_la_transmission_fige_chaque_piece_et_previent_les_deux_cotes() {
    let mut monde = Monde::ouvert("d1");
    monde.ok(C, deposer("CV", 'a')).ok(C, deposer("LM", 'b'));
    assert_eq!(
        monde.non(C, Commande::Transmettre),
        CodeRefus::PieceManquante
    );
    monde.ok(C, non_concerne()).ok(C, Commande::Transmettre);
    let Some(Evenement::DossierTransmis { pieces, .. }) = monde.faits.last() else {
        panic!("{:?}", monde.faits.last())
    };
    let codes: Vec<&str> = pieces.keys().map(|c| c.as_str()).collect();
    assert_eq!(codes, ["CV", "HANDICAP", "LM"]);
    assert!(matches!(&pieces["CV"], Depot::Deposee { fichier } if fichier.sha256.starts_with('a')));
    for code in [CodeMail::StatutRe, CodeMail::CommissionAlertTransmission] {
        assert!(monde.mails().contains(&code), "{code:?}");
    }
    assert_eq!(
        monde.non(C, Commande::Transmettre),
        CodeRefus::DossierTransmis
    );
}

#[test]
fn t06_un_dossier_s_annule_avant_la_transmission_seulement() {
    let mut monde = Monde::rempli("d1");
    monde.ok(C, Commande::Annuler);
    assert!(matches!(monde.dossier, Dossier::Annule(_)));
    for code in [
        CodeMail::CandidatureAnnulation,
        CodeMail::CommissionAlertAnnulation,
    ] {
        assert!(monde.mails().contains(&code), "{code:?}");
    }
    assert_eq!(monde.non(C, deposer("LM", 'z')), CodeRefus::DossierAnnule);
    let mut transmis = Monde::transmis("d2");
    assert_eq!(
        transmis.non(C, Commande::Annuler),
        CodeRefus::DossierTransmis
    );
}

#[test]
fn t13_complet_veut_chaque_piece_bonne_et_s_ecrit() {
    let mut monde = Monde::transmis("d1");
    monde.ok(G, refuser("LM"));
    assert_eq!(
        monde.non(G, Commande::DeclarerComplet),
        CodeRefus::PieceRefusee
    );
    let mut monde = Monde::transmis("d1");
    assert_eq!(
        monde.non(J, Commande::DeclarerComplet),
        CodeRefus::ActeNonPermis
    );
    monde.ok(G, Commande::DeclarerComplet);
    assert!(monde.mails().contains(&CodeMail::StatutCo));
}

#[test]
fn t14_l_examen_se_rouvre_tant_qu_aucun_avis_n_est_publie() {
    let mut monde = Monde::complet("d1");
    let dus = monde.mails();
    monde.ok(G, Commande::Rouvrir);
    assert!(matches!(monde.dossier, Dossier::Transmis(_)));
    assert_eq!(monde.mails(), dus, "nobody is written to");
    assert_eq!(
        monde.non(G, Commande::Rouvrir),
        CodeRefus::DossierNonComplet
    );
    let mut publie = Monde::publie("d2", domain::dossier::Nature::Favorable);
    assert_eq!(publie.non(G, Commande::Rouvrir), CodeRefus::AvisPublie);
}

#[test]
fn t26_les_notes_sont_au_personnel_seul() {
    let mut monde = Monde::transmis("d1");
    let dus = monde.mails();
    let noter = |texte: &str| Commande::Annoter {
        annotation: Annotation::Note {
            texte: texte.to_owned(),
        },
    };
    monde.ok(G, noter("vu au téléphone"));
    assert_eq!(monde.mails(), dus);
    assert_eq!(monde.dossier.base().unwrap().fiche.notes.len(), 1);
    assert_eq!(monde.non(C, noter("moi")), CodeRefus::ActeNonPermis);
    assert_eq!(monde.non(G, noter(" ")), CodeRefus::ChampsInvalides);
}

#[test]
fn t26_des_etiquettes_s_ajoutent_et_se_retirent_sans_toucher_aux_autres() {
    let mots = |mots: &[&str]| mots.iter().map(|m| (*m).to_owned()).collect();
    let etiqueter = |ajouter: &[&str], retirer: &[&str]| Commande::Annoter {
        annotation: Annotation::Etiqueter {
            ajouter: mots(ajouter),
            retirer: mots(retirer),
        },
    };
    let mut monde = Monde::transmis("d1");
    monde.ok(G, etiqueter(&["boursier", "alternance"], &[]));
    monde.ok(G, etiqueter(&["à revoir"], &["alternance", "inconnue"]));
    let restent = Annotation::Etiquettes {
        etiquettes: mots(&["boursier", "à revoir"]),
    };
    let dernier = monde.faits.last();
    assert!(
        matches!(dernier, Some(Evenement::Annote { annotation, .. }) if *annotation == restent),
        "{dernier:?}"
    );
    let faits = monde.faits.len();
    monde.ok(G, etiqueter(&["boursier"], &["inconnue"]));
    assert_eq!(monde.faits.len(), faits, "nothing changes");
    let trop: Vec<String> = (0..40).map(|n| format!("e{n}")).collect();
    let trop: Vec<&str> = trop.iter().map(String::as_str).collect();
    assert_eq!(monde.non(G, etiqueter(&trop, &[])), CodeRefus::TropDEntrees);
}
