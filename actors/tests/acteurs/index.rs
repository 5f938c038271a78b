//! The index is what the events make of it, and `journal verify` says where it is not (Q03).

use actors::protocol::Acte;
use domain::profil::ine::Ine;
use storage::{Batch, Store};

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
