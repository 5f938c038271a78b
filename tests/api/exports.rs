//! Lists as files: filters, columns, scope, the trail, and cells that are never formulas (P15).

use std::io::Cursor;

use calamine::{Data, DataType, Reader, Xlsx};
use serde_json::json;

use crate::serveur::{Reponse, Serveur};

impl Serveur {
    async fn exporter(&self, agent: &str, fichier: &str) -> Reponse {
        self.lire(&format!("/gestion/exports/{fichier}"), agent)
            .await
    }

    /// A candidate whose profile would be formulas, with a dossier to the first formation.
    async fn hostile(&self) -> (String, String) {
        let elle = self.candidat("elle@univ.example").await;
        let informations = json!({
            "nationalite": "FRA", "ine": "0123456789M", "date_naissance": "2004-02-29",
            "lieu_naissance": "@SOMME(A1:A9)", "telephone": "+33 6 12 34 56 78",
        });
        let dit = self
            .demander("PUT", "/moi/informations", &elle, informations)
            .await;
        assert_eq!(dit.statut, 200);
        let stage = json!({
            "debut": "2023", "intitule": "=HYPERLINK(\"http://x\";\"clic\")", "organisme": "a;b\"c\nd",
        });
        let dit = self.demander("POST", "/moi/stages", &elle, stage).await;
        assert_eq!(dit.statut, 201, "{}", String::from_utf8_lossy(&dit.octets));
        let (formation, _) = self.formation(0).await;
        let id = self.ouvrir(&elle, &formation).await.json()["id"].clone();
        (formation, id.as_str().unwrap().to_owned())
    }
}

fn csv(reponse: &Reponse, separateur: u8) -> Vec<Vec<String>> {
    let octets = reponse.octets.strip_prefix("\u{feff}".as_bytes());
    let mut lecteur = csv::ReaderBuilder::new()
        .delimiter(separateur)
        .has_headers(false)
        .from_reader(octets.unwrap());
    let lignes = lecteur.records().map(|l| l.unwrap());
    lignes
        .map(|l| l.iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn p15_un_export_s_ouvre_dans_un_tableur_sans_retouche_ni_formule() {
    let serveur = Serveur::new().await;
    let (formation, id) = serveur.hostile().await;
    let admin = serveur.agent("admin").await;
    let colonnes = "colonnes=dossier,nom,telephone,lieu_naissance,date_naissance,cree_le,stages,bac_annee,bac_mention,pays_naissance,pieces_attendues&colonnes=etat";
    let reponse = serveur
        .exporter(&admin, &format!("dossiers.csv?{colonnes}"))
        .await;
    assert_eq!(reponse.statut, 200);
    assert!(
        reponse.entetes["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    let nom = reponse.entetes["content-disposition"].to_str().unwrap();
    assert!(nom.starts_with("attachment; filename=\"dossiers-"), "{nom}");
    let lignes = csv(&reponse, b';');
    assert_eq!(lignes.len(), 2);
    assert_eq!(lignes[0][0..3], ["Dossier", "Nom", "Téléphone"]);
    assert_eq!(lignes[0][11], "État");
    assert_eq!(lignes[1][0..2], [id.as_str(), "Martin"]);
    assert_eq!(lignes[1][2], "'+33 6 12 34 56 78");
    assert_eq!(lignes[1][3], "'@SOMME(A1:A9)");
    assert_eq!(lignes[1][4], "2004-02-29");
    assert_eq!(lignes[1][7..10], ["2022", "Bien", "France"]);
    assert_eq!(lignes[1][11], "En attente");
    let instant = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", &lignes[1][5]);
    assert!(instant.is_ok(), "{}", lignes[1][5]);
    let anglais = serveur
        .exporter(
            &admin,
            "dossiers.csv?colonnes=etat,bac_mention&langue=en&separateur=,",
        )
        .await;
    let lignes = csv(&anglais, b',');
    assert_eq!(lignes[0], ["State", "Mention of the bac"]);
    assert_eq!(lignes[1], ["In preparation", "Good"]);
    let codes = format!(
        "dossiers.csv?colonnes=etat,formation&codes=1&separateur=tabulation&formation={formation}"
    );
    let lignes = csv(&serveur.exporter(&admin, &codes).await, b'\t');
    assert_eq!(lignes[0], ["etat", "formation"]);
    assert_eq!(lignes[1], ["en_attente", formation.as_str()]);

    let classeur = serveur
        .exporter(&admin, &format!("dossiers.xlsx?{colonnes}"))
        .await;
    let mut classeur = Xlsx::new(Cursor::new(classeur.octets.to_vec())).unwrap();
    let formules = classeur.worksheet_formula("Dossiers").unwrap();
    assert_eq!(formules.used_cells().count(), 0, "no formula at all");
    let feuille = classeur.worksheet_range("Dossiers").unwrap();
    assert_eq!(feuille.height(), 2);
    let case = |colonne| feuille.get_value((1, colonne)).unwrap().clone();
    assert_eq!(case(2), Data::String("+33 6 12 34 56 78".to_owned()));
    assert_eq!(case(3), Data::String("@SOMME(A1:A9)".to_owned()));
    assert!(case(4).is_datetime() && case(5).is_datetime(), "real dates");
    assert_eq!(
        case(4).get_datetime().unwrap().as_f64(),
        38046.0,
        "29 February 2004"
    );
    assert_eq!(case(7), Data::Float(2022.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn p15_q15_un_export_suit_les_filtres_et_la_portee_et_laisse_une_trace() {
    let serveur = Serveur::new().await;
    let (formation, id) = serveur.hostile().await;
    let admin = serveur.agent("admin").await;
    let compter = async |agent: &str, filtre: &str| {
        let fichier = format!("dossiers.csv?colonnes=dossier&{filtre}");
        csv(&serveur.exporter(agent, &fichier).await, b';').len() - 1
    };
    assert_eq!(compter(&admin, "").await, 1);
    assert_eq!(
        compter(&admin, "etat=en_attente&q=martin&tri=-nom").await,
        1
    );
    assert_eq!(compter(&admin, "etat=complet").await, 0);
    assert_eq!(
        compter(&admin, "etat=&q=&formation=").await,
        1,
        "as forms send it"
    );
    let vu = serveur
        .lire(&format!("/gestion/dossiers/{id}"), &admin)
        .await;
    let centre = vu.json()["formation"]["centre"]
        .as_str()
        .unwrap()
        .to_lowercase();
    let ailleurs = if centre == "droit" { "iae" } else { "droit" };
    assert_eq!(compter(&serveur.agent(&centre).await, "").await, 1);
    let autre = serveur.agent(ailleurs).await;
    assert_eq!(compter(&autre, "").await, 0, "another centre's");
    assert_eq!(compter(&autre, &format!("formation={formation}")).await, 0);
    let support = serveur.agent("support").await;
    for fichier in ["dossiers.csv", "dossiers.xlsx"] {
        let refus = serveur.exporter(&support, fichier).await;
        assert_eq!(refus.code(), (403, "droit_manquant".to_owned()));
        let refus = serveur.exporter("", fichier).await;
        assert_eq!(refus.statut, 401);
    }
    let refus = serveur
        .exporter(
            &admin,
            "dossiers.csv?colonnes=nom,rien,mot_de_passe&separateur=x&langue=de",
        )
        .await;
    assert_eq!(refus.code().0, 422);
    assert_eq!(
        refus.champs(),
        [
            "separateur:inconnu",
            "langue:inconnu",
            "colonnes:inconnu",
            "colonnes:inconnu"
        ]
    );
    let refus = serveur.exporter(&admin, "dossiers.csv?inconnu=1").await;
    assert_eq!(refus.code(), (400, "filtre_invalide".to_owned()));
    let moi = serveur.lire("/gestion/moi", &admin).await.json();
    let qui = moi["personnel"]["id"].as_str().unwrap();
    let trace = serveur
        .lire(&format!("/gestion/audit?personnel={qui}"), &admin)
        .await
        .json();
    let lignes: Vec<_> = trace["lignes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| l["quoi"] == "exporter")
        .map(|l| l["detail"].as_str().unwrap())
        .collect();
    assert_eq!(
        lignes.len(),
        4,
        "one line for each export, none for a refusal"
    );
    assert_eq!(lignes[2], "csv, 1 dossiers, etat=en_attente, q=…");
    assert_eq!(lignes[3], "csv, 1 dossiers");
}

#[tokio::test(flavor = "multi_thread")]
async fn p15_toutes_les_colonnes_se_remplissent() {
    let serveur = Serveur::new().await;
    serveur.hostile().await;
    let admin = serveur.agent("admin").await;
    let connues = serveur.exporter(&admin, "colonnes").await.json();
    let connues = connues["colonnes"].as_array().unwrap().clone();
    let reponse = serveur
        .exporter(&admin, "dossiers.csv?colonnes=toutes&codes=1")
        .await;
    let lignes = csv(&reponse, b';');
    let codes: Vec<_> = connues
        .iter()
        .map(|c| c["code"].as_str().unwrap())
        .collect();
    assert_eq!(lignes[0], codes);
    let case = |code: &str| {
        let rang = codes.iter().position(|c| *c == code).unwrap();
        lignes[1][rang].as_str()
    };
    assert_eq!(case("ine"), "0123456789M");
    assert_eq!(case("ine_verifie"), "oui");
    assert_eq!(case("commune"), "Valenciennes");
    assert_eq!(case("bac_serie"), "GENERALE");
    assert_eq!(case("bac_specialites"), "MATHS, NSI");
    assert_eq!(case("pays"), "FRA");
    assert_eq!(case("mail"), "elle@univ.example");
    assert!(case("stages").contains("=HYPERLINK") && case("stages").starts_with("2023 : "));
    let piece = codes
        .iter()
        .find(|c| c.starts_with("piece.") && case(c) == "attendue");
    assert!(piece.is_some(), "a column for each piece");
}
