//! The campaign set up by staff, by API and on pages; what it brings to candidates.

use serde_json::{Value, json};

use crate::pages::page;
use crate::pages_gestion::suivre;
use crate::serveur::{PDF, Reponse, Serveur};

impl Serveur {
    async fn definir(&self, agent: &str, chemin: &str, corps: Value) -> Reponse {
        self.demander("PUT", &format!("/gestion/{chemin}"), agent, corps)
            .await
    }

    /// The definition, with these fields changed.
    async fn avec(&self, agent: &str, chemin: &str, champs: Value) -> Value {
        let mut corps = self.lire(&format!("/gestion/{chemin}"), agent).await.json();
        for (nom, valeur) in champs.as_object().unwrap() {
            corps[nom] = valeur.clone();
        }
        corps
    }
}

fn texte(reponse: &Reponse) -> String {
    String::from_utf8_lossy(&reponse.octets).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn q17_chacun_regle_la_campagne_aussi_loin_que_ses_droits() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let (code, _) = serveur.formation(0).await;
    let formation = format!("formations/{code}");
    let actuelle = serveur.lire(&format!("/gestion/{formation}"), &admin).await;
    assert_eq!(actuelle.statut, 200, "{}", texte(&actuelle));
    let version = actuelle.entetes["etag"].to_str().unwrap().to_owned();
    assert_eq!(version, format!("\"{}\"", actuelle.json()["version"]));
    let centre = actuelle.json()["centre"].as_str().unwrap().to_lowercase();
    let autre = if centre == "droit" { "iae" } else { "droit" };
    let (dedans, dehors) = (serveur.agent(&centre).await, serveur.agent(autre).await);
    let candidat = serveur.candidat("elle@univ.example").await;
    for (agent, chemin, attendu) in [
        (&dedans, formation.as_str(), 200),
        (&dehors, formation.as_str(), 403),
        (&dedans, "campagne", 403),
        (&dedans, "centres/IAE", 403),
        (&candidat, formation.as_str(), 401),
        (&admin, "campagne", 200),
    ] {
        let corps = serveur.avec(&admin, chemin, json!({})).await;
        let fait = serveur.definir(agent, chemin, corps).await;
        assert_eq!(fait.statut, attendu, "{chemin} {}", texte(&fait));
    }
    // Out of one's own centre, and into it, are other people's formations.
    let ailleurs = serveur
        .avec(
            &admin,
            &formation,
            json!({ "centre": autre.to_uppercase() }),
        )
        .await;
    let parti = serveur.definir(&dedans, &formation, ailleurs).await;
    assert_eq!(parti.code(), (403, "droit_manquant".to_owned()));
    let jury = serveur.agent("jury").await;
    assert_eq!(
        serveur.lire("/gestion/formations", &jury).await.statut,
        403,
        "a jury has no say in it"
    );
}

/// The order of the pieces is changed by buttons, step by step; candidates see it at once, and no mail leaves.
#[tokio::test(flavor = "multi_thread")]
async fn l_ordre_des_pieces_se_change_d_un_cran_a_la_fois() {
    let serveur = Serveur::new().await;
    let cookie = serveur.poste("admin").await;
    let (code, pieces) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let dossier = serveur.ouvrir(&elle, &code).await.json()["id"].clone();
    let dossier = format!("/dossiers/{}", dossier.as_str().unwrap());
    let ordre = async || {
        let vue = serveur.lire(&dossier, &elle).await.json();
        let pieces = vue["pieces"].as_array().unwrap().clone();
        pieces
            .iter()
            .map(|p| p["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ordre().await, pieces);
    let chemin = format!("/gestion/campagne/formations/{code}");
    let action = format!("{chemin}/ordre");
    let vue = page(&serveur, &chemin, &cookie).await;
    let premiere = format!("name=\"monter\" value=\"{}\"", pieces[0]);
    assert!(!vue.contains(&premiere), "the first goes no higher");
    let descendre = [("descendre", pieces[0].as_str())];
    let fait = suivre(&serveur, &vue, &action, &cookie, &descendre).await;
    assert_eq!(fait.statut, 303, "{}", texte(&fait));
    assert_eq!(
        fait.entetes["location"],
        format!("{chemin}#piece-{}", pieces[0]).as_str()
    );
    let mut attendu = pieces.clone();
    attendu.swap(0, 1);
    assert_eq!(ordre().await, attendu);
    let perimee = suivre(&serveur, &vue, &action, &cookie, &descendre).await;
    assert_eq!(perimee.statut, 412, "the page is out of date");
    let vue = page(&serveur, &chemin, &cookie).await;
    let monter = [("monter", pieces[0].as_str())];
    suivre(&serveur, &vue, &action, &cookie, &monter).await;
    assert_eq!(ordre().await, pieces);
    let inconnue = [("monter", "INCONNUE")];
    let refus = suivre(&serveur, &vue, &action, &cookie, &inconnue).await;
    assert_eq!(refus.statut, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn toutes_les_fautes_d_une_formation_sont_dites_ensemble() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let corps = json!({
        "code": "M1 É",
        "libelle": " ",
        "composante": "NULLE",
        "centre": "AILLEURS",
        "candidature_debut": "2020-02-01T08:00:00+01:00",
        "candidature_fin": "2020-01-01T08:00:00+01:00",
        "retour": "demain",
        "confirmation_delai": "sept jours",
        "pieces": ["INCONNUE"],
    });
    let refuse = serveur
        .demander("POST", "/gestion/formations", &admin, corps)
        .await;
    assert_eq!(refuse.statut, 422, "{}", texte(&refuse));
    let champs = refuse.champs();
    for attendu in [
        "retour:date_invalide",
        "code:code_invalide",
        "libelle:manquant",
        "niveau:manquant",
        "composante:inconnu",
        "centre:inconnu",
        "pieces:inconnu",
        "candidature_fin:ordre_des_dates",
        "candidature_fin:date_passee",
        "confirmation_delai:duree_invalide",
    ] {
        assert!(champs.contains(&attendu.to_owned()), "{attendu} {champs:?}");
    }
    let inconnu = json!({ "code": "X", "couleur": "bleu" });
    let refuse = serveur
        .demander("POST", "/gestion/centres", &admin, inconnu)
        .await;
    assert_eq!(refuse.code(), (400, "json_invalide".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn un_changement_se_voit_aussitot_se_date_et_se_signe() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let nouveau = json!({ "code": "NUIT", "libelle": "Centre de nuit", "max_dossiers": 2 });
    let cree = serveur
        .demander("POST", "/gestion/centres", &admin, nouveau.clone())
        .await;
    assert_eq!(cree.statut, 201, "{}", texte(&cree));
    let encore = serveur
        .demander("POST", "/gestion/centres", &admin, nouveau)
        .await;
    assert_eq!(encore.champs(), ["code:doublon"]);
    let corps = serveur
        .avec(&admin, "centres/NUIT", json!({ "max_dossiers": 3 }))
        .await;
    let etiquette = format!("\"{}\"", corps["version"]);
    let entetes = [
        ("authorization", format!("Bearer {admin}")),
        ("content-type", "application/json".to_owned()),
        ("if-match", etiquette),
    ];
    let entetes: Vec<(&str, &str)> = entetes.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let chemin = "/api/v1/gestion/centres/NUIT";
    let octets = serde_json::to_vec(&corps).unwrap();
    let fait = serveur
        .envoyer("PUT", chemin, &entetes, octets.clone())
        .await;
    assert_eq!(fait.statut, 200, "{}", texte(&fait));
    let mut autre = corps.clone();
    autre["max_dossiers"] = json!(4);
    let perime = serveur
        .envoyer("PUT", chemin, &entetes, serde_json::to_vec(&autre).unwrap())
        .await;
    assert_eq!(perime.statut, 412, "{}", texte(&perime));
    let histoire = serveur
        .lire("/gestion/campagne/historique", &admin)
        .await
        .json();
    let derniere = &histoire["lignes"][0];
    assert_eq!(derniere["code"], "NUIT");
    assert_eq!(derniere["effet"], "change");
    assert_eq!(
        derniere["champs"],
        json!([{ "champ": "max_dossiers", "avant": 2, "apres": 3 }])
    );
    assert!(derniere["nom"].is_string(), "{derniere}");
    let parti = serveur
        .demander("DELETE", "/gestion/centres/NUIT", &admin, Value::Null)
        .await;
    assert_eq!(parti.statut, 204);
    assert_eq!(
        serveur.lire("/gestion/centres/NUIT", &admin).await.statut,
        404
    );
    let utilise = serveur
        .demander("DELETE", "/gestion/centres/IAE", &admin, Value::Null)
        .await;
    assert_eq!(utilise.champs(), ["code:utilise"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn le_fichier_exporte_se_reimporte_sans_rien_changer_et_un_essai_ne_change_rien() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let fichier = serveur.lire("/gestion/campagne/fichier", &admin).await;
    assert_eq!(fichier.statut, 200);
    let importer = async |texte: &str, essai: &str| {
        let entetes = [("authorization", format!("Bearer {admin}"))];
        let entetes: Vec<(&str, &str)> = entetes.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let chemin = format!("/api/v1/gestion/campagne/import{essai}");
        let octets = texte.as_bytes().to_vec();
        serveur.envoyer("POST", &chemin, &entetes, octets).await
    };
    let ecrit = texte(&fichier);
    let meme = importer(&ecrit, "").await;
    assert_eq!(meme.statut, 200, "{}", texte(&meme));
    assert_eq!(meme.json()["changes"], 0);
    let autre = ecrit.replacen("max_dossiers = 10", "max_dossiers = 9", 1);
    let essai = importer(&autre, "?essai=1").await.json();
    assert_eq!(
        (&essai["changes"], &essai["essai"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(
        serveur.lire("/gestion/campagne", &admin).await.json()["max_dossiers"],
        10
    );
    assert_eq!(importer(&autre, "").await.json()["changes"], 1);
    assert_eq!(
        serveur.lire("/gestion/campagne", &admin).await.json()["max_dossiers"],
        9
    );
    let faux = importer(&autre.replacen("centre = \"", "centre = \"X", 1), "").await;
    assert_eq!(faux.statut, 422);
    assert!(
        faux.champs()[0].starts_with("ligne_"),
        "{:?}",
        faux.champs()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g26_le_formulaire_d_une_piece_se_depose_et_se_telecharge() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let piece = json!({ "code": "CHARTE", "libelle": "Charte", "conditionnelle": true });
    let cree = serveur
        .demander("POST", "/gestion/pieces", &admin, piece)
        .await;
    assert_eq!(cree.statut, 201);
    let envoyer = async |octets: &[u8]| {
        let bearer = format!("Bearer {admin}");
        let entetes = [("authorization", bearer.as_str())];
        let chemin = "/api/v1/gestion/pieces/CHARTE/modele";
        serveur
            .envoyer("PUT", chemin, &entetes, octets.to_vec())
            .await
    };
    let depose = envoyer(PDF).await;
    assert_eq!(depose.statut, 200, "{}", texte(&depose));
    let modele = serveur.lire("/pieces/CHARTE/modele", "").await;
    assert_eq!(modele.octets.as_ref(), PDF);
    // Changed otherwise, it keeps its form.
    let corps = serveur
        .avec(&admin, "pieces/CHARTE", json!({ "aide": "À signer" }))
        .await;
    assert_eq!(
        serveur.definir(&admin, "pieces/CHARTE", corps).await.statut,
        200
    );
    assert_eq!(serveur.lire("/pieces/CHARTE/modele", "").await.statut, 200);
    assert_eq!(envoyer(b"pas un pdf").await.statut, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn g09_p04_la_campagne_se_ferme_s_archive_et_la_suivante_s_ouvre() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, _) = serveur.formation(0).await;
    assert_eq!(serveur.ouvrir(&elle, &formation).await.statut, 201);
    let suivante = json!({ "code": "2099-2100", "libelle": "Campagne 2099-2100", "annees": 1 });
    let chemin = "/gestion/campagne/suivante";
    let trop_tot = serveur
        .demander("POST", chemin, &admin, suivante.clone())
        .await;
    assert_eq!(trop_tot.statut, 422, "{}", texte(&trop_tot));
    let ferme = serveur
        .demander("POST", "/gestion/campagne/fermeture", &admin, Value::Null)
        .await;
    assert_eq!(ferme.statut, 200, "{}", texte(&ferme));
    let refuse = serveur.connecter("elle@univ.example").await;
    assert_eq!(refuse.code(), (403, "compte_hors_campagne".to_owned()));
    let essai = format!("{chemin}?essai=1");
    let vu = serveur
        .demander("POST", &essai, &admin, suivante.clone())
        .await;
    assert_eq!(vu.statut, 200, "{}", texte(&vu));
    let ouverte = serveur.demander("POST", chemin, &admin, suivante).await;
    assert_eq!(ouverte.statut, 200, "{}", texte(&ouverte));
    let campagne = serveur.lire("/gestion/campagne", &admin).await.json();
    assert_eq!(campagne["code"], "2099-2100");
    // By mail address: only after the right password is anything told (Q12).
    let faux = json!({ "identifiant": "elle@univ.example", "mot_de_passe": "Motdepasse9@" });
    let faux = serveur.demander("POST", "/session", "", faux).await;
    assert_eq!(faux.statut, 401);
    let refuse = serveur.connecter("elle@univ.example").await;
    assert_eq!(refuse.code(), (403, "compte_hors_campagne".to_owned()));
    assert!(
        texte(&refuse).contains("nouveau compte"),
        "says the way out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn q18_les_donnees_d_une_personne_s_effacent_et_le_journal_tient() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, pieces) = serveur.formation(0).await;
    let ouvert = serveur.ouvrir(&elle, &formation).await.json();
    let id = ouvert["id"].as_str().unwrap().to_owned();
    serveur.deposer(&elle, &id, &pieces[0], "cv.pdf", PDF).await;
    let numero = serveur.lire("/moi", &elle).await.json()["numero"].clone();
    let effacer = async |agent: &str, essai: bool| {
        let corps = json!({ "candidat": numero, "essai": essai });
        serveur
            .demander("POST", "/gestion/effacements", agent, corps)
            .await
    };
    let gestionnaire = serveur.agent("sciences").await;
    assert_eq!(effacer(&gestionnaire, false).await.statut, 403);
    let vu = effacer(&admin, true).await.json();
    assert_eq!(
        (&vu["fait"], &vu["formations"]),
        (&json!(false), &json!([formation]))
    );
    assert_eq!(
        serveur.lire("/moi", &elle).await.statut,
        200,
        "an attempt erases nothing"
    );
    let fait = effacer(&admin, false).await;
    assert_eq!(fait.statut, 200, "{}", texte(&fait));
    assert_ne!(serveur.lire("/moi", &elle).await.statut, 200);
    assert_eq!(serveur.connecter("elle@univ.example").await.statut, 401);
    let chemin = format!("/gestion/dossiers/{id}");
    assert_eq!(serveur.lire(&chemin, &admin).await.statut, 404);
    let liste = serveur.lire("/gestion/dossiers", &admin).await.json();
    assert_eq!(liste["total"], 0);
    assert_eq!(effacer(&admin, false).await.statut, 404, "once");
    let trace = serveur.lire("/gestion/audit", &admin).await.json();
    assert_eq!(trace["lignes"][0]["quoi"], "effacer");
    // The address is free again, and the same person may come back.
    assert_eq!(serveur.inscrire("elle@univ.example").await.statut, 202);
    let revenue = serveur.connecter("elle@univ.example").await;
    assert_eq!(revenue.code(), (403, "compte_non_valide".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn q18_le_candidat_emporte_ses_donnees_avec_ses_fichiers() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, pieces) = serveur.formation(0).await;
    let ouvert = serveur.ouvrir(&elle, &formation).await.json();
    let id = ouvert["id"].as_str().unwrap();
    serveur.deposer(&elle, id, &pieces[0], "cv.pdf", PDF).await;
    let donnees = serveur.lire("/moi/donnees", &elle).await.json();
    assert_eq!(donnees["compte"]["mail"], "elle@univ.example");
    assert_eq!(donnees["dossiers"][0]["id"], id);
    assert!(!donnees["courriers"].as_array().unwrap().is_empty());
    let archive = serveur.lire("/moi/donnees.zip", &elle).await;
    assert_eq!(archive.entetes["content-type"], "application/zip");
    // Stored, not packed: what goes in is seen in it.
    let contient = |octets: &[u8]| archive.octets.windows(octets.len()).any(|w| w == octets);
    assert!(archive.octets.starts_with(b"PK"));
    assert!(contient(b"donnees.json") && contient(b"elle@univ.example"));
    assert!(contient(format!("{id}/{}-cv.pdf", pieces[0]).as_bytes()) && contient(PDF));
    assert_eq!(serveur.lire("/moi/donnees.zip", "").await.statut, 401);
}
