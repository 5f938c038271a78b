//! The OpenAPI document: every route, and answers that follow its schemas.

use std::collections::BTreeSet;
use std::path::Path;

use fixtures::client::PDF;
use serde_json::{Value, json};

use crate::serveur::Serveur;

/// Every route the API's sources name, as `method path`.
fn routes_des_sources() -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    let mut dossiers = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/edge/api")];
    while let Some(dossier) = dossiers.pop() {
        for entree in std::fs::read_dir(dossier).unwrap() {
            let chemin = entree.unwrap().path();
            if chemin.is_dir() {
                dossiers.push(chemin);
            } else if chemin.extension().is_some_and(|e| e == "rs") {
                routes_de(&std::fs::read_to_string(chemin).unwrap(), &mut routes);
            }
        }
    }
    routes
}

fn routes_de(source: &str, routes: &mut BTreeSet<String>) {
    for morceau in source.split(".route(").skip(1) {
        let chemin = morceau.split('"').nth(1).unwrap();
        let suite = morceau.split("\n}").next().unwrap();
        let suite = suite.split("\n        .merge").next().unwrap();
        for methode in ["get", "post", "put", "delete"] {
            if !suite.contains(&format!("{methode}(")) {
                continue;
            }
            if !chemin.ends_with("/{acte}") || !source.contains("fn commande(") {
                routes.insert(format!("{methode} {chemin}"));
            } else if methode == "post" {
                // One route for many acts, each named where it becomes a command. PUT is the same.
                let noms = source.split("fn commande(").nth(1).unwrap();
                let noms = noms.split("\n}").next().unwrap().lines();
                for nom in noms.filter_map(|l| l.strip_prefix("        \"")?.split_once("\" =>")) {
                    routes.insert(format!("post {}", chemin.replace("{acte}", nom.0)));
                }
            }
        }
    }
    if source.contains("strip_suffix(\".pdf\")") {
        routes.insert("get /gestion/dossiers/{id}.pdf".to_owned());
    }
}

/// The answers staff get follow the schemas of the rows that describe them.
async fn personnel(serveur: &Serveur, id: &str, suivre: &impl Fn(&str, &Value)) {
    let admin = serveur.agent("admin").await;
    for (schema, chemin) in [
        ("Agent", "/gestion/moi".to_owned()),
        ("Personnels", "/gestion/personnel".to_owned()),
        ("ListeDossiers", "/gestion/dossiers?limite=1".to_owned()),
        ("DossierGestion", format!("/gestion/dossiers/{id}")),
        ("Commentaires", "/gestion/commentaires".to_owned()),
        ("Statistiques", "/gestion/statistiques".to_owned()),
        ("TextesMails", "/gestion/mails".to_owned()),
        ("TexteMail", "/gestion/mails/statut_in/en".to_owned()),
        ("Audit", format!("/gestion/audit?dossier={id}")),
        ("Colonnes", "/gestion/exports/colonnes".to_owned()),
        ("Archives", "/gestion/exports/archives".to_owned()),
        (
            "DemandesGestion",
            "/gestion/demandes?toutes=true".to_owned(),
        ),
        ("Support", "/gestion/support".to_owned()),
        ("Quarantaine", "/gestion/support/quarantaine".to_owned()),
        ("Delivrabilite", "/gestion/courrier".to_owned()),
    ] {
        let lu = serveur.lire(&chemin, &admin).await;
        assert_eq!(lu.statut, 200, "{chemin}");
        suivre(schema, &lu.json());
    }
    let lot = json!({ "acte": "complet", "dossiers": [id, "inconnu"], "essai": true });
    let lot = serveur.demander("POST", "/gestion/lots", &admin, lot).await;
    suivre("RapportLot", &lot.json());
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
    let corps =
        json!({ "objet": "Une question", "texte": "Où en est mon dossier ?", "dossier": id });
    let ecrite = serveur
        .demander("POST", "/moi/demandes", &session, corps)
        .await
        .json();
    suivre("MaDemande", &ecrite);
    suivre(
        "Donnees",
        &serveur.lire("/moi/donnees", &session).await.json(),
    );
    let support = serveur.agent("support").await;
    let chemin = format!("/gestion/demandes/{}", ecrite["id"].as_str().unwrap());
    suivre(
        "DemandeGestion",
        &serveur.lire(&chemin, &support).await.json(),
    );
    personnel(&serveur, id, &suivre).await;
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
