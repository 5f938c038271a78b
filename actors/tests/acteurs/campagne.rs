//! What a change of the campaign brings to dossiers, ranks and timers.

use actors::protocol::{Reponse, Requete};
use domain::campagne::{Evenement, Formation};
use domain::dossier::{Commande, Nature};
use domain::effet::CodeMail;
use domain::ids::FormationCode;
use jiff::SignedDuration;

use crate::commun::{Monde, formation, instant};
use crate::examen::{Jury, liste};

fn changee(code: &str, pieces: &[&str], changer: impl FnOnce(&mut Formation)) -> Evenement {
    let mut definie = formation(code, "B", pieces);
    if let Evenement::FormationDefinie(f) = &mut definie {
        changer(f);
    }
    definie
}

async fn importer(monde: &Monde, evenement: Evenement) {
    let evenements = vec![evenement];
    let fait = monde.demander(Requete::Importer { evenements }).await;
    assert!(
        matches!(fait, Ok(Reponse::Importe { changes: 1 })),
        "{fait:?}"
    );
    monde.relayer().await;
}

#[tokio::test]
async fn t22_une_capacite_relevee_fait_avancer_la_liste_aussitot() {
    let jury = Jury::new(3).await;
    let places = |capacite| {
        changee("L1", &["CV"], move |f| {
            f.capacite = Some(capacite);
            f.liste_complementaire = true;
        })
    };
    jury.publier(0, Nature::Favorable).await;
    jury.publier(1, liste(1)).await;
    jury.publier(2, liste(2)).await;
    importer(&jury.monde, places(1)).await;
    assert!(jury.monde.mails(CodeMail::AvisListePrinc).is_empty());
    importer(&jury.monde, places(2)).await;
    let promus = jury.monde.mails(CodeMail::AvisListePrinc);
    assert_eq!(promus.len(), 1, "as many as there are new places");
    assert_eq!(promus[0].a, "c1@b.fr", "in the order of the ranks");
    importer(&jury.monde, places(9)).await;
    assert_eq!(jury.monde.mails(CodeMail::AvisListePrinc).len(), 2);
    jury.monde.verifier();
}

#[tokio::test]
async fn g30_d_autres_pieces_se_disent_a_qui_n_a_pas_transmis_et_a_nul_autre() {
    let monde = Monde::new().await;
    let (presse, lent) = (
        monde.candidat("presse@b.fr").await,
        monde.candidat("lent@b.fr").await,
    );
    let transmis = monde.ouvrir(&presse, "B2").await.unwrap();
    for commande in [monde.deposer("CV", 'a'), Commande::Transmettre] {
        monde
            .sur_dossier(&presse, &transmis, commande)
            .await
            .unwrap();
    }
    let ouvert = monde.ouvrir(&lent, "B2").await.unwrap();
    let avant = monde.lire(&presse, &transmis).await;
    importer(&monde, changee("B2", &["LM", "CV"], |_| {})).await;
    let dits = monde.mails(CodeMail::PiecesModifiees);
    assert_eq!(dits.len(), 1);
    assert_eq!(dits[0].a, "lent@b.fr");
    assert_eq!(dits[0].details.pieces, [("LM".to_owned(), None)]);
    assert!(dits[0].details.retirees.is_empty());
    let codes = |vue: actors::protocol::DossierVue| -> Vec<String> {
        vue.pieces.iter().map(|p| p.code.to_string()).collect()
    };
    assert_eq!(codes(monde.lire(&lent, &ouvert).await), ["LM", "CV"]);
    let apres = monde.lire(&presse, &transmis).await;
    assert_eq!(apres, avant, "what is handed in does not change");
}

#[tokio::test]
async fn t24_les_relances_suivent_la_date_de_la_formation() {
    let monde = Monde::new().await;
    let elle = monde.candidat("elle@b.fr").await;
    monde.ouvrir(&elle, "B2").await.unwrap();
    let retour = instant("2027-07-31T00:00:00Z");
    importer(&monde, changee("B2", &["CV"], |f| f.retour = retour)).await;
    monde.regler("2027-05-31T12:00:00Z");
    monde.relayer().await;
    let relances = || monde.mails(CodeMail::RelanceTransmission).len();
    assert_eq!(relances(), 0, "the date it had then counts no more");
    monde.regler("2027-07-24T12:00:00Z");
    monde.relayer().await;
    assert_eq!(relances(), 1, "seven days before the new one");
    monde.avancer(SignedDuration::from_hours(6 * 24));
    monde.relayer().await;
    assert_eq!(relances(), 2, "and the day before");
}

#[tokio::test]
async fn une_formation_qui_a_des_dossiers_ne_se_retire_pas() {
    let monde = Monde::new().await;
    let elle = monde.candidat("elle@b.fr").await;
    monde.ouvrir(&elle, "B2").await.unwrap();
    let retirer = |code: &str| Requete::Importer {
        evenements: vec![Evenement::Retiree(domain::campagne::Cle::Formation(
            FormationCode::from(code),
        ))],
    };
    let refuse = monde.demander(retirer("B2")).await.unwrap_err();
    let actors::protocol::Faute::Refus(refus) = refuse else {
        panic!("{refuse:?}")
    };
    assert_eq!(refus.champs[0].code, "a_des_dossiers");
    assert!(refus.champs[0].message.contains("(1)"));
    let fait = monde.demander(retirer("A1")).await;
    assert!(matches!(fait, Ok(Reponse::Importe { changes: 1 })));
}
