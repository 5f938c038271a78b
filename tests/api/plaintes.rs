//! What people complained of in the systems before, where no other test of the edges shows it (`docs/qualities.md`).

use postule::app::MOT_DE_PASSE_PERSONNEL;
use serde_json::json;

use crate::pages::page;
use crate::serveur::Serveur;

/// P18: somebody no directory knows comes in by a mail, gives an avis in their commission, and sees nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn p18_un_jure_de_l_exterieur_donne_son_avis_dans_sa_commission_et_ne_voit_qu_elle() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let definitions = serveur.lire("/gestion/formations", &admin).await.json();
    let definitions = definitions["formations"].as_array().unwrap().clone();
    let commission = |code: &str| {
        let definition = definitions.iter().find(|f| f["code"] == code).unwrap();
        definition["commission"].as_str().map(str::to_owned)
    };
    let (ici, _) = serveur.formation(0).await;
    let sienne = commission(&ici).unwrap();
    let mut ailleurs = None;
    for rang in 1..definitions.len() {
        let (code, _) = serveur.formation(rang).await;
        if commission(&code).as_ref() != Some(&sienne) {
            ailleurs = Some(code);
            break;
        }
    }
    let elle = serveur.candidat("elle@univ.example").await;
    let (dossier, _) = serveur.transmis(&elle, &ici).await;
    let (autre, _) = serveur.transmis(&elle, &ailleurs.unwrap()).await;

    let invite = json!({ "mail": "jure@entreprise.example", "nom": "Roy", "prenom": "Ada", "roles": ["commission"], "commissions": [sienne], "peut_saisir_avis": true });
    let invite = serveur
        .demander("POST", "/gestion/personnel", &admin, invite)
        .await;
    assert_eq!(invite.statut, 201);
    let jeton = serveur.jeton("jure@entreprise.example", "accès").await;
    let accepter = json!({ "jeton": jeton, "mot_de_passe": MOT_DE_PASSE_PERSONNEL, "mot_de_passe_confirmation": MOT_DE_PASSE_PERSONNEL });
    let accepte = serveur
        .demander("POST", "/personnel/invitation", "", accepter)
        .await;
    assert_eq!(accepte.statut, 204);
    let entre =
        json!({ "identifiant": "jure@entreprise.example", "mot_de_passe": MOT_DE_PASSE_PERSONNEL });
    let entre = serveur.demander("POST", "/session", "", entre).await;
    let jure = entre.json()["jeton"].as_str().unwrap().to_owned();

    let liste = serveur.lire("/gestion/dossiers", &jure).await.json();
    assert_eq!(liste["total"], 1, "{liste}");
    assert_eq!(liste["dossiers"][0]["id"], json!(dossier));
    let avis = json!({ "avis": "favorable" });
    let saisi = serveur.gerer(&jure, &dossier, "avis", avis.clone()).await;
    assert_eq!(saisi["decision"]["publiee"], false);
    let refus = serveur.refuser(&jure, &autre, "avis", avis).await;
    assert_eq!(refus, (404, "introuvable".to_owned()));
    let refus = serveur
        .refuser(&jure, &dossier, "avis/validation", json!({}))
        .await;
    assert_eq!(refus, (403, "droit_manquant".to_owned()));
}

/// P22: an INES has no public key; who examines the dossier is told that nobody has checked it.
#[tokio::test(flavor = "multi_thread")]
async fn p22_un_ines_se_voit_non_verifie_chez_qui_instruit() {
    let serveur = Serveur::new().await;
    let cookie = serveur.poste("admin").await;
    let (formation, _) = serveur.formation(0).await;
    for (mail, ine, doute) in [
        ("un@univ.example", "0123456789M", false),
        ("deux@univ.example", "123456789AB", true),
    ] {
        let elle = serveur.candidat(mail).await;
        let informations = json!({ "nationalite": "FRA", "ine": ine, "date_naissance": "2004-05-06", "lieu_naissance": "Lille" });
        let change = serveur
            .demander("PUT", "/moi/informations", &elle, informations)
            .await;
        assert_eq!(change.statut, 200);
        let (dossier, _) = serveur.transmis(&elle, &formation).await;
        let vue = page(&serveur, &format!("/gestion/dossiers/{dossier}"), &cookie).await;
        assert!(vue.contains(ine));
        assert_eq!(vue.contains("INE non vérifié"), doute, "{ine}");
    }
}
