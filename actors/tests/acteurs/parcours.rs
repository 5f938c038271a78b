//! The candidate's journey through actors, store, outbox and timers.

use crate::commun::{MOT_DE_PASSE, Monde, refus};
use actors::ports::EchecPoste;
use actors::protocol::{Acte, Etat, Faute, Reponse, Requete};
use domain::dossier::{Commande, Depot};
use domain::effet::CodeMail;
use domain::refus::CodeRefus;
use jiff::SignedDuration;

const HEURE: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn g03_g04_le_lien_valide_une_fois_et_vit_un_jour() {
    let monde = Monde::new().await;
    monde.inscrire("a@b.fr").await;
    assert_eq!(
        refus(monde.connecter("a@b.fr").await),
        CodeRefus::CompteNonValide
    );
    let premier = monde.jeton(CodeMail::CptMinCreate);
    monde.avancer(HEURE * 25);
    let valider = |jeton: &str| Requete::Valider {
        jeton: jeton.to_owned(),
    };
    assert_eq!(
        refus(monde.demander(valider(&premier)).await),
        CodeRefus::LienExpire
    );
    monde
        .demander(Requete::RenvoyerLien {
            mail: "a@b.fr".to_owned(),
        })
        .await
        .unwrap();
    monde.relayer().await;
    assert_eq!(
        refus(monde.demander(valider(&premier)).await),
        CodeRefus::LienRemplace,
        "G07"
    );
    let second = monde.jeton(CodeMail::CptMinLienValidOublie);
    let faux = format!("{second}x");
    assert_eq!(
        refus(monde.demander(valider(&faux)).await),
        CodeRefus::LienInvalide
    );
    monde.demander(valider(&second)).await.unwrap();
    assert_eq!(
        refus(monde.demander(valider(&second)).await),
        CodeRefus::CompteDejaValide
    );
    assert!(monde.connecter("a@b.fr").await.is_ok());
}

#[tokio::test]
async fn g05_un_second_compte_est_repondu_pareil_et_le_proprietaire_prevenu() {
    let monde = Monde::new().await;
    monde.inscrire("a@b.fr").await;
    monde.inscrire("a@b.fr").await;
    assert_eq!(monde.mails(CodeMail::CptMinCreate).len(), 1);
    assert_eq!(monde.mails(CodeMail::CompteExiste).len(), 1);
    assert_eq!(monde.mails(CodeMail::CompteExiste)[0].a, "a@b.fr");
}

#[tokio::test]
async fn g05_vingt_inscriptions_a_la_fois_font_un_compte() {
    let monde = Monde::new().await;
    let toutes = (0..20).map(|_| monde.demander_compte("a@b.fr"));
    futures_util::future::join_all(toutes).await;
    monde.relayer().await;
    assert_eq!(monde.mails(CodeMail::CptMinCreate).len(), 1);
    assert_eq!(monde.mails(CodeMail::CompteExiste).len(), 19);
}

#[tokio::test]
async fn un_compte_jamais_valide_expire_et_rend_son_adresse() {
    let monde = Monde::new().await;
    monde.inscrire("a@b.fr").await;
    monde.avancer(HEURE * 24 * 5);
    monde.relayer().await;
    assert_eq!(monde.mails(CodeMail::CptMinDelete).len(), 1);
    assert_eq!(
        monde.connecter("a@b.fr").await.unwrap_err(),
        Faute::IdentifiantsFaux
    );
    monde.inscrire("a@b.fr").await;
    assert_eq!(monde.mails(CodeMail::CptMinCreate).len(), 2);
}

#[tokio::test]
async fn g08_un_nouveau_mot_de_passe_ferme_les_sessions_et_le_lien_ne_sert_qu_une_fois() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let mail = "a@b.fr".to_owned();
    monde
        .demander(Requete::DemanderReinitialisation { mail, sso: false })
        .await
        .unwrap();
    monde.relayer().await;
    let jeton = monde.jeton(CodeMail::CptMinMdpOublie);
    let changer = || Requete::Reinitialiser {
        jeton: jeton.clone(),
        mot_de_passe: "Autrechose2#".to_owned(),
    };
    monde.demander(changer()).await.unwrap();
    assert_eq!(
        monde.agir(&session, Acte::Moi).await.unwrap_err(),
        Faute::SessionAbsente
    );
    assert_eq!(
        monde.connecter("a@b.fr").await.unwrap_err(),
        Faute::IdentifiantsFaux
    );
    assert_eq!(
        refus(monde.demander(changer()).await),
        CodeRefus::LienRemplace
    );
    // A link of one kind serves no other end.
    assert_eq!(
        refus(monde.demander(Requete::Valider { jeton }).await),
        CodeRefus::LienInvalide
    );
}

#[tokio::test]
async fn q12_une_adresse_inconnue_est_repondue_pareil() {
    let monde = Monde::new().await;
    let mail = || "inconnu@b.fr".to_owned();
    for requete in [
        Requete::RenvoyerLien { mail: mail() },
        Requete::DemanderReinitialisation {
            mail: mail(),
            sso: false,
        },
    ] {
        assert!(matches!(monde.demander(requete).await, Ok(Reponse::Fait)));
    }
    assert_eq!(
        monde.connecter("inconnu@b.fr").await.unwrap_err(),
        Faute::IdentifiantsFaux
    );
    assert_eq!(
        monde.connecter("ABCDEFGH").await.unwrap_err(),
        Faute::IdentifiantsFaux
    );
    assert_eq!(monde.boite.recus.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn g09_un_compte_ne_vit_qu_une_campagne() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let numero = monde.moi(&session).await.numero;
    monde.regler("2027-10-01T00:00:00Z");
    let refuse = monde.connecter(numero.as_str()).await;
    assert_eq!(refus(refuse), CodeRefus::CompteHorsCampagne);
    let faux = Requete::Connecter {
        identifiant: numero.to_string(),
        mot_de_passe: format!("{MOT_DE_PASSE}x"),
        code: None,
    };
    assert_eq!(
        monde.demander(faux).await.unwrap_err(),
        Faute::IdentifiantsFaux
    );
}

#[tokio::test]
async fn g10_la_nouvelle_adresse_compte_une_fois_prouvee() {
    let monde = Monde::new().await;
    monde.candidat("pris@b.fr").await;
    let session = monde.candidat("a@b.fr").await;
    let changer = |mail: &str| Acte::ChangerMail {
        mail: mail.to_owned(),
    };
    monde.agir(&session, changer("pris@b.fr")).await.unwrap();
    monde.relayer().await;
    let jeton = monde.jeton(CodeMail::CptMinModMail);
    let refuse = monde.demander(Requete::ConfirmerMail { jeton }).await;
    assert_eq!(refus(refuse), CodeRefus::AdressePrise);
    monde.agir(&session, changer("c@b.fr")).await.unwrap();
    monde.relayer().await;
    assert_eq!(monde.moi(&session).await.mail, "a@b.fr");
    let jeton = monde.jeton(CodeMail::CptMinModMail);
    monde
        .demander(Requete::ConfirmerMail { jeton })
        .await
        .unwrap();
    monde.relayer().await;
    assert_eq!(
        monde.mails(CodeMail::CptMinModMail).last().unwrap().a,
        "a@b.fr",
        "the old one is told"
    );
    assert!(monde.connecter("c@b.fr").await.is_ok());
    assert_eq!(
        monde.connecter("a@b.fr").await.unwrap_err(),
        Faute::IdentifiantsFaux
    );
    monde.inscrire("a@b.fr").await;
    assert_eq!(
        monde.mails(CodeMail::CptMinCreate).len(),
        3,
        "the old address is free again"
    );
}

#[tokio::test]
async fn g11_sans_profil_complet_aucun_dossier() {
    let monde = Monde::new().await;
    let session = monde.sans_profil("a@b.fr").await;
    assert_eq!(
        refus(monde.ouvrir(&session, "A1").await),
        CodeRefus::ProfilIncomplet
    );
    monde.remplir(&session).await;
    assert!(monde.ouvrir(&session, "A1").await.is_ok());
}

#[tokio::test]
async fn g21_un_dossier_ouvert_parait_et_un_mail_part() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let vue = monde.ouvrir(&session, "A1").await.unwrap();
    monde.relayer().await;
    assert_eq!(vue.etat, Etat::EnAttente);
    assert_eq!(
        monde.mails(CodeMail::Candidature).len(),
        1,
        "once, though the relay creates it too"
    );
    let Ok(Reponse::Dossiers { dossiers }) = monde.agir(&session, Acte::Dossiers).await else {
        panic!("no list");
    };
    assert_eq!(dossiers.len(), 1);
    assert_eq!(dossiers[0].id, vue.id);
}

#[tokio::test]
async fn g22_les_limites_tiennent_sous_des_demandes_simultanees() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let formations = ["A1", "A1", "A2", "A3", "B1", "B2", "B3", "B3"];
    let demandes = formations.iter().map(|f| monde.ouvrir(&session, f));
    let ouverts = futures_util::future::join_all(demandes).await;
    let vivants = monde.moi(&session).await.dossiers_vivants;
    assert_eq!(
        ouverts.iter().filter(|o| o.is_ok()).count(),
        4,
        "the campaign's limit"
    );
    assert_eq!(vivants.len(), 4);
    assert!(
        vivants
            .iter()
            .filter(|f| f.as_str().starts_with('A'))
            .count()
            <= 2,
        "the centre's limit"
    );
    let mut uniques = vivants.clone();
    uniques.dedup();
    assert_eq!(uniques, vivants, "one dossier per formation");
}

#[tokio::test]
async fn g22_un_dossier_annule_libere_sa_place() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let vue = monde.ouvrir(&session, "A1").await.unwrap();
    monde.ouvrir(&session, "A2").await.unwrap();
    assert_eq!(
        refus(monde.ouvrir(&session, "A3").await),
        CodeRefus::LimiteCentre
    );
    monde
        .sur_dossier(&session, &vue, Commande::Annuler)
        .await
        .unwrap();
    assert!(monde.ouvrir(&session, "A3").await.is_ok());
    monde.relayer().await;
    assert_eq!(monde.mails(CodeMail::CandidatureAnnulation).len(), 1);
    assert_eq!(
        monde.mails(CodeMail::CommissionAlertAnnulation)[0].a,
        "jury@univ.example"
    );
    let refuse = monde
        .sur_dossier(&session, &vue, Commande::Transmettre)
        .await;
    assert_eq!(refus(refuse), CodeRefus::DossierAnnule);
}

#[tokio::test]
async fn g23_hors_des_dates_rien_ne_s_ouvre_ni_ne_se_transmet() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let vue = monde.ouvrir(&session, "A2").await.unwrap();
    monde.regler("2027-05-15T00:00:01Z");
    let session = match monde.connecter("a@b.fr").await {
        Ok(Reponse::Session { jeton, .. }) => jeton,
        autre => panic!("{autre:?}"),
    };
    assert_eq!(
        refus(monde.ouvrir(&session, "B1").await),
        CodeRefus::FormationFermee
    );
    monde
        .sur_dossier(&session, &vue, monde.deposer("CV", 'a'))
        .await
        .unwrap();
    monde.regler("2027-05-31T00:00:01Z");
    let session = match monde.connecter("a@b.fr").await {
        Ok(Reponse::Session { jeton, .. }) => jeton,
        autre => panic!("{autre:?}"),
    };
    let refuse = monde
        .sur_dossier(&session, &vue, Commande::Transmettre)
        .await;
    assert_eq!(refus(refuse), CodeRefus::RetourDepasse);
    assert!(monde.lire(&session, &vue).await.echu, "T24");
}

#[tokio::test]
async fn g28_g29_une_piece_manquante_interdit_la_transmission_et_est_nommee() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let vue = monde.ouvrir(&session, "A1").await.unwrap();
    monde
        .sur_dossier(&session, &vue, monde.deposer("CV", 'a'))
        .await
        .unwrap();
    let Err(Faute::Refus(refuse)) = monde
        .sur_dossier(&session, &vue, Commande::Transmettre)
        .await
    else {
        panic!("transmitted with pieces missing");
    };
    assert_eq!(refuse.code, CodeRefus::PieceManquante);
    assert_eq!(
        refuse
            .champs
            .iter()
            .map(|c| c.champ.as_str())
            .collect::<Vec<_>>(),
        ["LM", "HANDICAP"]
    );
    let vue = monde
        .sur_dossier(&session, &vue, monde.deposer("LM", 'b'))
        .await
        .unwrap();
    assert!(!vue.transmissible);
    let declarer = |certifie| Commande::DeclarerNonConcerne {
        piece: "HANDICAP".into(),
        certifie,
    };
    let refuse = monde.sur_dossier(&session, &vue, declarer(false)).await;
    assert_eq!(refus(refuse), CodeRefus::CertificationManquante, "G27");
    let vue = monde
        .sur_dossier(&session, &vue, declarer(true))
        .await
        .unwrap();
    assert!(vue.transmissible, "G28");
    let vue = monde
        .sur_dossier(&session, &vue, Commande::Transmettre)
        .await
        .unwrap();
    assert_eq!(vue.etat, Etat::Transmis);
    monde.relayer().await;
    assert_eq!(monde.mails(CodeMail::StatutRe).len(), 1);
    assert_eq!(monde.mails(CodeMail::CommissionAlertTransmission).len(), 1);
}

#[tokio::test]
async fn g30_q04_apres_transmission_rien_ne_change_meme_par_une_piece_commune() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let remis = monde.ouvrir(&session, "A2").await.unwrap();
    let ouvert = monde.ouvrir(&session, "B2").await.unwrap();
    monde
        .sur_dossier(&session, &remis, monde.deposer("CV", 'a'))
        .await
        .unwrap();
    assert!(
        monde.lire(&session, &ouvert).await.transmissible,
        "the common piece serves both"
    );
    let remis = monde
        .sur_dossier(&session, &remis, Commande::Transmettre)
        .await
        .unwrap();
    for commande in [
        monde.deposer("CV", 'b'),
        Commande::Retirer { piece: "CV".into() },
        Commande::RevenirConcerne { piece: "CV".into() },
        Commande::Transmettre,
        Commande::Annuler,
    ] {
        let refuse = monde.sur_dossier(&session, &remis, commande).await;
        assert_eq!(refus(refuse), CodeRefus::DossierTransmis);
    }
    monde
        .sur_dossier(&session, &ouvert, monde.deposer("CV", 'c'))
        .await
        .unwrap();
    monde
        .sur_dossier(&session, &ouvert, Commande::Retirer { piece: "CV".into() })
        .await
        .unwrap();
    monde.remplir(&session).await;
    assert_eq!(monde.lire(&session, &remis).await, remis);
    let Some(Depot::Deposee { fichier }) = &remis.pieces[0].depot else {
        panic!("no file")
    };
    assert_eq!(fichier.sha256, "a".repeat(64));
}

#[tokio::test]
async fn q15_le_dossier_d_un_autre_est_comme_absent() {
    let monde = Monde::new().await;
    let elle = monde.candidat("elle@b.fr").await;
    let lui = monde.candidat("lui@b.fr").await;
    let vue = monde.ouvrir(&elle, "A2").await.unwrap();
    let lu = monde.agir(&lui, Acte::Dossier { id: vue.id.clone() }).await;
    assert_eq!(refus(lu), CodeRefus::Introuvable);
    for commande in [
        monde.deposer("CV", 'x'),
        Commande::Transmettre,
        Commande::Annuler,
    ] {
        let refuse = monde.sur_dossier(&lui, &vue, commande).await;
        assert_eq!(refus(refuse), CodeRefus::Introuvable);
    }
    let refuse = monde.agir("inconnue", Acte::Moi).await;
    assert_eq!(refuse.unwrap_err(), Faute::SessionAbsente);
}

#[tokio::test]
async fn q01_apres_un_redemarrage_tout_est_la() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let vue = monde.ouvrir(&session, "A1").await.unwrap();
    let vue = monde
        .sur_dossier(&session, &vue, monde.deposer("LM", 'a'))
        .await
        .unwrap();
    let moi = monde.moi(&session).await;
    let monde = monde.redemarrer();
    assert_eq!(monde.moi(&session).await, moi);
    assert_eq!(monde.lire(&session, &vue).await, vue, "replay equals live");
    monde.relayer().await;
    assert_eq!(
        monde.mails(CodeMail::Candidature).len(),
        1,
        "what was owed leaves after the restart"
    );
    assert_eq!(
        storage::verify(monde.kv.as_ref(), |_| ()).unwrap().named,
        [] as [String; 0]
    );
}

#[tokio::test]
async fn une_commande_repetee_ne_se_fait_qu_une_fois() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let ouvrir = || {
        let acte = Acte::OuvrirDossier {
            formation: "A2".into(),
        };
        let requete = Requete::Candidat {
            session: session.clone(),
            acte,
        };
        monde
            .systeme
            .guichet
            .traiter(Some("clic-1".to_owned()), requete)
    };
    let (un, deux) = tokio::join!(ouvrir(), ouvrir());
    let (un, deux) = (
        crate::commun::dossier(un).unwrap(),
        crate::commun::dossier(deux).unwrap(),
    );
    assert_eq!(
        un.id, deux.id,
        "a double click opens one dossier and both see it"
    );
    assert_eq!(monde.moi(&session).await.dossiers_vivants.len(), 1);
}

#[tokio::test]
async fn une_version_perimee_est_refusee() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    let vue = monde.ouvrir(&session, "B1").await.unwrap();
    monde
        .sur_dossier(&session, &vue, monde.deposer("LM", 'a'))
        .await
        .unwrap();
    let acte = Acte::AgirDossier {
        id: vue.id.clone(),
        commande: Commande::Annuler,
        version: Some(vue.version),
    };
    let refuse = monde.agir(&session, acte).await;
    assert_eq!(
        refuse.unwrap_err(),
        Faute::VersionPerimee {
            actuelle: vue.version + 1
        }
    );
}

#[tokio::test]
async fn p11_une_panne_de_la_poste_ne_perd_aucun_mail() {
    let monde = Monde::new().await;
    *monde.boite.panne.lock().unwrap() = Some(EchecPoste::Temporaire("421".to_owned()));
    monde.inscrire("a@b.fr").await;
    assert_eq!(monde.boite.recus.lock().unwrap().len(), 0);
    *monde.boite.panne.lock().unwrap() = None;
    monde.relayer().await;
    assert_eq!(
        monde.boite.recus.lock().unwrap().len(),
        0,
        "not before its time"
    );
    monde.avancer(HEURE);
    monde.relayer().await;
    assert_eq!(monde.mails(CodeMail::CptMinCreate).len(), 1);
}

#[tokio::test]
async fn t24_deux_rappels_partent_et_s_arretent_a_la_transmission() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    monde.ouvrir(&session, "A1").await.unwrap();
    let remis = monde.ouvrir(&session, "A2").await.unwrap();
    monde
        .sur_dossier(&session, &remis, monde.deposer("CV", 'a'))
        .await
        .unwrap();
    monde
        .sur_dossier(&session, &remis, Commande::Transmettre)
        .await
        .unwrap();
    let rappels = || {
        let recus = monde.mails(CodeMail::RelanceTransmission);
        recus.iter().filter_map(|c| c.jours).collect::<Vec<_>>()
    };
    monde.regler("2027-05-24T00:00:00Z");
    monde.relayer().await;
    assert_eq!(rappels(), [7]);
    monde.regler("2027-05-30T00:00:00Z");
    monde.relayer().await;
    monde.regler("2027-06-15T00:00:00Z");
    monde.relayer().await;
    assert_eq!(rappels(), [7, 1]);
}
