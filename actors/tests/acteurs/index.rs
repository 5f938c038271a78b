//! The index is what the events make of it, and `journal verify` says where it is not (Q03).

use actors::protocol::{Acte, ActeGestion, Requete};
use domain::profil::ine::Ine;
use storage::{Batch, OutboxItem, Store};

use crate::commun::{Monde, cle, profil};

fn fautes(monde: &Monde) -> Vec<String> {
    let store = Store::open(monde.kv.clone()).unwrap();
    actors::verification::verifier(&store, &cle())
        .unwrap()
        .nommees
}

#[tokio::test]
async fn q03_une_ligne_d_index_en_trop_ou_en_moins_est_trouvee() {
    let monde = Monde::new().await;
    let session = monde.sans_profil("a@b.fr").await;
    for mut acte in profil() {
        if let Acte::Informations(informations) = &mut acte {
            informations.ine = Some(Ine::lire("0123456789M").unwrap());
        }
        monde.agir(&session, acte).await.unwrap();
    }
    let moi = monde.moi(&session).await;
    assert_eq!(fautes(&monde), [""; 0]);
    let ine = Ine::lire("0123456789M").unwrap();
    let store = Store::open(monde.kv.clone()).unwrap();
    let rangees = [
        (cle().cle_adresse(&"2027-2028".into(), "a@b.fr"), "adresse"),
        (actors::jetons::cle_numero(moi.numero.as_str()), "numero"),
        (cle().cle_candidat_ine(&ine, &moi.id), "ine-candidat"),
    ];
    for (rangee, genre) in rangees {
        let valeur = store.index(&rangee).unwrap().unwrap();
        let oter = Batch {
            index_delete: vec![rangee.clone()],
            ..Batch::default()
        };
        store.commit(oter).await.unwrap();
        let trouvees = fautes(&monde);
        assert_eq!(
            trouvees.len(),
            2,
            "{genre}: gone, and counted: {trouvees:?}"
        );
        assert!(trouvees.iter().all(|f| f.contains(genre)), "{trouvees:?}");
        let mut en_trop = rangee.clone();
        en_trop.extend_from_slice(b"x");
        let remettre = Batch {
            index_put: vec![(rangee, valeur.clone()), (en_trop.clone(), valeur)],
            ..Batch::default()
        };
        store.commit(remettre).await.unwrap();
        let trouvees = fautes(&monde);
        assert_eq!(trouvees.len(), 1, "{genre}: one too many: {trouvees:?}");
        let oter = Batch {
            index_delete: vec![en_trop],
            ..Batch::default()
        };
        store.commit(oter).await.unwrap();
    }
    assert_eq!(fautes(&monde), [""; 0]);
}

/// The number of an erased account stays taken (ADR 0013): that row, and no other, has no event behind it.
#[tokio::test]
async fn q18_le_numero_d_un_compte_efface_reste_pris_et_lui_seul() {
    let monde = Monde::new().await;
    let (elle, reste) = (
        monde.candidat("a@b.fr").await,
        monde.candidat("c@d.fr").await,
    );
    monde.ouvrir(&elle, "A1").await.unwrap();
    let (moi, autre) = (monde.moi(&elle).await, monde.moi(&reste).await);
    monde.recruter().await;
    let effacer = Requete::Gestion {
        session: monde.agent().await,
        acte: ActeGestion::Effacer {
            candidat: moi.id.to_string(),
            essai: false,
        },
    };
    monde.demander(effacer).await.unwrap();
    assert!(
        monde.atelier.store.outbox_len(10).unwrap() > 0,
        "a last mail"
    );
    assert_eq!(fautes(&monde), [""; 0], "while it is owed");
    monde.relayer().await;
    assert_eq!(fautes(&monde), [""; 0]);
    let changer = async |put: Vec<(Vec<u8>, Vec<u8>)>, delete: Vec<Vec<u8>>| {
        let lot = Batch {
            index_put: put,
            index_delete: delete,
            ..Batch::default()
        };
        monde.atelier.store.commit(lot).await.unwrap();
        fautes(&monde)
    };
    let cle = |numero: &str| actors::jetons::cle_numero(numero);
    let (sien, id) = (
        cle(moi.numero.as_str()),
        moi.id.as_str().as_bytes().to_vec(),
    );
    let libre = changer(vec![], vec![sien.clone()]).await;
    assert_eq!(libre.len(), 1, "{libre:?}");
    assert!(libre[0].starts_with("Q18"), "{libre:?}");
    // A second row of the erased account, one of nobody's, one of a living account's.
    for qui in [id.clone(), b"personne".to_vec(), autre.id.as_str().into()] {
        let trop = cle("ZZZZZZZZ");
        let trouvees = changer(
            vec![(sien.clone(), id.clone()), (trop.clone(), qui)],
            vec![],
        )
        .await;
        assert_eq!(trouvees.len(), 1, "{trouvees:?}");
        assert!(trouvees[0].contains("numero"), "{trouvees:?}");
        assert_eq!(changer(vec![], vec![trop]).await, [""; 0]);
    }
    // What an erasure owes is owed by an erasure that was.
    for id in ["effacement.personne", "effacement.personne.0"] {
        let du = OutboxItem {
            id: id.to_owned(),
            due_ms: i64::MAX - 2,
            attempts: 0,
            data: b"{}".to_vec(),
        };
        let lot = Batch {
            outbox_put: vec![du],
            ..Batch::default()
        };
        monde.atelier.store.commit(lot).await.unwrap();
        assert_eq!(fautes(&monde), [format!("{id} is owed by no event")]);
        let lot = Batch {
            outbox_delete: vec![id.to_owned()],
            ..Batch::default()
        };
        monde.atelier.store.commit(lot).await.unwrap();
    }
}
