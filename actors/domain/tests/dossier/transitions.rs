//! Rules that a table cannot show: dates, mails, what stays.

use domain::dossier::{Commande, Dossier, Nature, Reponse, Role};
use domain::effet::{CodeMail, Effet, Publication};
use domain::refus::CodeRefus;

use crate::echantillons::{defavorable, liste};
use crate::monde::{JOUR, Monde, avis, deposer, instant, refuser, saisir, valider};
use Role::{Candidat as C, Commission as J, Gestionnaire as G, Systeme as S};

#[test]
fn t09_le_renvoi_ouvre_les_pieces_nommees_et_dit_lesquelles() {
    let mut monde = Monde::transmis("d1");
    assert_eq!(
        monde.non(G, Commande::Renvoyer { retour: None }),
        CodeRefus::RienARenvoyer
    );
    monde.ok(G, refuser("LM")).ok(G, refuser("HANDICAP"));
    let trop_tot = Commande::Renvoyer {
        retour: Some(instant("2027-05-30T00:00:00Z")),
    };
    assert_eq!(
        monde.non(G, trop_tot),
        CodeRefus::ChampsInvalides,
        "never earlier than the present one"
    );
    let retour = instant("2027-06-10T00:00:00Z");
    monde.ok(
        G,
        Commande::Renvoyer {
            retour: Some(retour),
        },
    );
    let nommees: Vec<String> = monde.nommees().into_iter().map(|(code, _)| code).collect();
    assert_eq!(nommees, ["HANDICAP", "LM"]);
    let mail = monde.dus.iter().find_map(|e| {
        let Effet::Mail(mail) = e else { return None };
        (mail.code == CodeMail::StatutIn)
            .then(|| mail.details.clone())
            .flatten()
    });
    let details = mail.unwrap();
    assert_eq!(details.retour, Some(retour));
    assert_eq!(details.pieces.len(), 2);
    monde.maintenant = instant("2027-06-09T00:00:00Z");
    monde.ok(C, deposer("LM", 'c'));
    monde.maintenant = instant("2027-06-11T00:00:00Z");
    assert_eq!(monde.non(C, deposer("LM", 'd')), CodeRefus::RetourDepasse);
}

#[test]
fn t09_un_renvoi_apres_la_date_donne_une_semaine() {
    let mut monde = Monde::transmis("d1");
    monde.maintenant = instant("2027-06-15T00:00:00Z");
    monde
        .ok(G, refuser("LM"))
        .ok(G, Commande::Renvoyer { retour: None });
    monde.maintenant += JOUR * 6;
    monde.ok(C, deposer("LM", 'c')).ok(C, Commande::Transmettre);
}

#[test]
fn t10_t11_seules_les_pieces_nommees_changent_et_les_autres_gardent_leur_decision() {
    let mut monde = Monde::transmis("d1");
    monde
        .ok(G, valider("CV"))
        .ok(G, refuser("LM"))
        .ok(G, Commande::Renvoyer { retour: None });
    assert_eq!(monde.non(C, deposer("CV", 'x')), CodeRefus::PieceClose);
    assert_eq!(
        monde.non(C, Commande::Transmettre),
        CodeRefus::PieceManquante,
        "a refused piece is not in"
    );
    monde.ok(C, deposer("LM", 'c'));
    monde.ok(C, Commande::Retirer { piece: "LM".into() });
    assert_eq!(
        monde.non(C, Commande::Transmettre),
        CodeRefus::PieceManquante,
        "refused again"
    );
    monde.ok(C, deposer("LM", 'd')).ok(C, Commande::Transmettre);
    let Dossier::Transmis(examen) = &monde.dossier else {
        panic!("{:?}", monde.dossier)
    };
    assert_eq!(
        examen.pieces["CV"].verdict,
        domain::dossier::Verdict::Validee
    );
    assert_eq!(
        examen.pieces["LM"].verdict,
        domain::dossier::Verdict::ADecider,
        "decided again"
    );
    monde.ok(G, Commande::DeclarerComplet);
}

#[test]
fn t10_une_piece_commune_renvoyee_est_independante_du_tiroir() {
    let mut monde = Monde::transmis("d1");
    monde
        .ok(G, refuser("CV"))
        .ok(G, Commande::Renvoyer { retour: None });
    let tiroir = monde.tiroir.clone();
    monde.ok(C, deposer("CV", 'n'));
    assert_eq!(monde.tiroir, tiroir, "the drawer is left alone");
    monde.ok(C, Commande::Retirer { piece: "CV".into() });
    monde.ok(C, Commande::Puiser { piece: "CV".into() });
    monde.ok(C, Commande::Transmettre);
}

#[test]
fn t12_un_renvoi_se_reprend_tant_que_le_candidat_n_a_rien_change() {
    let mut monde = Monde::incomplet("d1");
    monde.clone().ok(G, Commande::Reprendre);
    monde
        .ok(C, deposer("LM", 'c'))
        .ok(C, Commande::Retirer { piece: "LM".into() });
    assert_eq!(monde.non(G, Commande::Reprendre), CodeRefus::RenvoiEntame);
}

#[test]
fn t15_un_rang_est_unique_dans_la_formation() {
    let mut un = Monde::complet("d1");
    un.ok(J, saisir(liste(1)));
    let mut deux = Monde::complet("d2");
    deux.places = un.places.clone();
    assert_eq!(deux.non(J, saisir(liste(1))), CodeRefus::RangPris);
    deux.ok(J, saisir(liste(2)));
    un.places = deux.places.clone();
    un.ok(J, saisir(Nature::Favorable));
    assert!(
        !un.places.reserves.contains_key("d1"),
        "the rank is given up with the draft"
    );
}

#[test]
fn t16_chaque_avis_publie_ecrit_une_fois_et_un_avis_favorable_veut_des_pieces_bonnes() {
    for (nature, code) in [
        (Nature::Favorable, CodeMail::AvisFavorable),
        (defavorable(), CodeMail::AvisDefavorable),
        (liste(1), CodeMail::AvisListeComp),
        (Nature::ListeAttente, CodeMail::AvisListeAtt),
        (
            Nature::Preselection { convocation: None },
            CodeMail::AvisPreselection,
        ),
    ] {
        let mut monde = Monde::publie("d1", nature);
        assert_eq!(monde.mails().iter().filter(|c| **c == code).count(), 1);
        assert_eq!(
            monde.non(G, Commande::PublierAvis),
            CodeRefus::AvisAbsent,
            "released once"
        );
    }
    let mut monde = Monde::transmis("d1");
    monde.ok(G, refuser("LM")).ok(J, saisir(Nature::Favorable));
    assert_eq!(monde.non(J, Commande::PublierAvis), CodeRefus::PieceRefusee);
}

#[test]
fn t17_p08_un_brouillon_ne_cache_jamais_l_avis_publie() {
    let mut monde = Monde::publie("d1", liste(1));
    monde.ok(J, saisir(Nature::Favorable));
    assert_eq!(monde.dossier.publie().unwrap().avis, avis(liste(1)));
    monde.ok(J, Commande::PublierAvis);
    assert_eq!(
        monde.dossier.publie().unwrap().avis.nature,
        Nature::Favorable
    );
    assert!(monde.places.liste.is_empty() && monde.places.offres.contains("d1"));
    let mut refuse = Monde::publie("d1", defavorable());
    assert_eq!(
        refuse.non(J, saisir(Nature::Favorable)),
        CodeRefus::AppelRequis
    );
}

#[test]
fn t18_t19_confirmer_puis_se_desister_retire_l_admission() {
    let mut monde = Monde::publie("d1", Nature::Favorable);
    monde.ok(C, Commande::Confirmer);
    let admission = |e: &&Effet| matches!(e, Effet::Publier(Publication::Admission { .. }));
    assert_eq!(monde.dus.iter().filter(admission).count(), 1);
    assert_eq!(monde.non(C, Commande::Confirmer), CodeRefus::ReponseDonnee);
    let motif = "erreur".to_owned();
    assert_eq!(
        monde.non(G, Commande::AnnulerParGestion { motif }),
        CodeRefus::ReponseDonnee,
        "T07"
    );
    monde.ok(C, Commande::SeDesister);
    let retrait = |e: &&Effet| matches!(e, Effet::Publier(Publication::AdmissionAnnulation { .. }));
    assert_eq!(monde.dus.iter().filter(retrait).count(), 1);
    assert_eq!(monde.places.occupees(), 0);
}

#[test]
fn t20_seul_le_candidat_renonce_a_un_rang() {
    let mut monde = Monde::publie("d1", liste(1));
    assert_eq!(monde.non(G, Commande::SeDesister), CodeRefus::ActeNonPermis);
    monde.ok(C, Commande::SeDesister);
    assert!(monde.places.liste.is_empty(), "the rank is free again");
}

#[test]
fn t21_la_date_passee_rend_la_place_et_une_date_repoussee_la_garde() {
    let mut monde = Monde::publie("d1", Nature::Favorable);
    monde.maintenant = instant("2027-07-31T00:00:00Z");
    monde.ok(S, Commande::ExpirerConfirmation);
    assert_eq!(
        monde.dossier.publie().unwrap().reponse,
        None,
        "the date itself still counts"
    );
    let retour = None;
    let confirmation = Some(instant("2027-08-15T00:00:00Z"));
    monde.ok(
        G,
        Commande::FixerEcheances {
            retour,
            confirmation,
        },
    );
    monde.maintenant = instant("2027-08-01T00:00:00Z");
    monde.ok(S, Commande::ExpirerConfirmation);
    assert_eq!(
        monde.dossier.publie().unwrap().reponse,
        None,
        "T25 moved it"
    );
    monde.maintenant = instant("2027-08-15T00:00:01Z");
    assert_eq!(
        monde.non(C, Commande::Confirmer),
        CodeRefus::ConfirmationDepassee
    );
    monde.ok(S, Commande::ExpirerConfirmation);
    assert_eq!(
        monde.dossier.publie().unwrap().reponse,
        Some(Reponse::DesisteeAuto)
    );
    assert_eq!(monde.places.occupees(), 0);
}

#[test]
fn t22_la_promotion_suit_le_rang_et_s_arrete_a_la_capacite() {
    let mut premier = Monde::publie("d1", liste(1));
    let mut second = Monde::complet("d2");
    second.places = premier.places.clone();
    second.publier(liste(2));
    assert_eq!(
        second.non(G, Commande::Promouvoir),
        CodeRefus::PasPremierRang
    );
    assert_eq!(second.places.rang_reel(&"d2".into()), Some(2));
    premier.places = second.places.clone();
    premier.places.offres.extend(["x".into(), "y".into()]);
    assert_eq!(premier.non(G, Commande::Promouvoir), CodeRefus::AucunePlace);
    premier.places.offres.remove("x");
    premier.ok(S, Commande::Promouvoir);
    assert!(premier.dossier.publie().unwrap().offre_ouverte());
    assert_eq!(
        premier.places.rang_reel(&"d2".into()),
        Some(1),
        "those behind move up"
    );
    assert_eq!(
        premier
            .mails()
            .iter()
            .filter(|c| **c == CodeMail::AvisListePrinc)
            .count(),
        1
    );
}

#[test]
fn t23_un_desistement_se_retablit_tant_qu_une_place_reste() {
    let mut monde = Monde::publie("d1", Nature::Favorable);
    monde.ok(C, Commande::SeDesister);
    let retablir = |motif: &str| Commande::Retablir {
        motif: motif.to_owned(),
        confirmation: None,
    };
    assert_eq!(
        monde.non(G, retablir(" ")),
        CodeRefus::ChampsInvalides,
        "a reason is given"
    );
    let mut plein = monde.clone();
    plein.places.confirmes.extend(["x".into(), "y".into()]);
    assert_eq!(plein.non(G, retablir("erreur")), CodeRefus::AucunePlace);
    monde.ok(G, retablir("erreur")).ok(C, Commande::Confirmer);
}

#[test]
fn t03_une_proposition_reste_cachee_jusqu_a_sa_publication() {
    let mut monde = Monde::new("d1");
    let proposer = Commande::Proposer {
        id: "d1".into(),
        candidat: "c1".into(),
        formation: "M1".into(),
    };
    monde.ok(G, proposer);
    assert!(monde.dossier.cache());
    assert_eq!(
        monde.mails(),
        [CodeMail::CommissionAlertProposition],
        "the commission is told, the candidate is not"
    );
    assert!(!monde.dus.iter().any(|e| matches!(e, Effet::Publier(_))));
    monde.ok(G, Commande::PublierAvis);
    assert!(!monde.dossier.cache());
}
