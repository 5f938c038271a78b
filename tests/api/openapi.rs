//! The OpenAPI document: every route, and answers that follow its schemas.

use std::collections::BTreeSet;

use fixtures::client::PDF;
use serde_json::{Value, json};

use crate::serveur::Serveur;

/// Every route the API's sources name, as `method path`.
fn routes_des_sources() -> BTreeSet<String> {
    let routes = crate::routes::routes_de("api", "").into_iter();
    routes
        .map(|(methode, chemin)| format!("{} {chemin}", methode.to_lowercase()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn le_document_openapi_dit_toutes_les_routes_et_les_reponses_suivent_ses_schemas() {
    let serveur = Serveur::new().await;
    let document = serveur.lire("/openapi.json", "").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut dites = BTreeSet::new();
    for (chemin, methodes) in document["paths"].as_object().unwrap() {
        for methode in methodes.as_object().unwrap().keys() {
            dites.insert(format!("{methode} {chemin}"));
        }
    }
    assert_eq!(dites, routes_des_sources());
    let suivre = |nom: &str, valeur: &Value| {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": format!("#/components/schemas/{nom}"),
            "components": document["components"],
        });
        let validateur = jsonschema::validator_for(&schema).unwrap();
        let fautes: Vec<String> = validateur
            .iter_errors(valeur)
            .map(|e| format!("{} {e}", e.instance_path()))
            .collect();
        assert_eq!(fautes, Vec::<String>::new(), "{nom}");
    };
    let session = serveur.candidat("elise@univ.example").await;
    suivre("Offre", &serveur.lire("/formations", "").await.json());
    suivre("Moi", &serveur.lire("/moi", &session).await.json());
    suivre(
        "Entrees",
        &serveur.lire("/moi/stages", &session).await.json(),
    );
    suivre(
        "Courriers",
        &serveur.lire("/moi/courriers", &session).await.json(),
    );
    suivre("Cle", &serveur.lire("/accuses/cle", "").await.json());
    let (formation, pieces) = serveur.formation(0).await;
    let ouvert = serveur.ouvrir(&session, &formation).await.json();
    suivre("Dossier", &ouvert);
    let id = ouvert["id"].as_str().unwrap();
    let depose = serveur
        .deposer(&session, id, &pieces[0], "cv.pdf", PDF)
        .await
        .json();
    suivre("Dossier", &depose);
    suivre(
        "Dossiers",
        &serveur.lire("/dossiers?limite=1", &session).await.json(),
    );
    suivre(
        "Session",
        &serveur.connecter("elise@univ.example").await.json(),
    );
    suivre("Probleme", &serveur.lire("/moi", "").await.json());
    suivre(
        "Probleme",
        &serveur
            .demander("POST", "/comptes", "", json!({}))
            .await
            .json(),
    );
    let page = serveur.envoyer("GET", "/api/v1/docs", &[], vec![]).await;
    let page = String::from_utf8(page.octets.to_vec()).unwrap();
    assert!(page.contains("PUT /api/v1/dossiers/{id}/pieces/{code}"));
}
