//! The JSON API: the candidate's journey, and bad input.

use serde_json::{Value, json};

use crate::serveur::{PDF, Serveur};

#[tokio::test(flavor = "multi_thread")]
async fn g20_g30_le_parcours_entier_du_candidat_et_un_redemarrage() {
    let mut serveur = Serveur::new().await;
    let session = serveur.candidat("elise@univ.example").await;
    let moi = serveur.lire("/moi", &session).await.json();
    assert_eq!(moi["activation"]["complete"], true, "{moi}");
    assert_eq!(moi["profil"]["adresse"]["insee"], "59606", "G16");
    let (formation, pieces) = serveur.formation(0).await;
    let ouvert = serveur.ouvrir(&session, &formation).await;
    assert_eq!(
        ouvert.statut,
        201,
        "{}",
        String::from_utf8_lossy(&ouvert.octets)
    );
    let id = ouvert.json()["id"].as_str().unwrap().to_owned();
    let transmission = format!("/dossiers/{id}/transmission");
    let refuse = serveur
        .demander("POST", &transmission, &session, Value::Null)
        .await;
    assert_eq!(refuse.code(), (409, "piece_manquante".to_owned()), "G29");
    assert_eq!(
        refuse.champs().len(),
        pieces.len(),
        "every missing piece is named"
    );
    let mut vue = ouvert.json();
    for piece in ouvert.json()["pieces"].as_array().unwrap() {
        let code = piece["code"].as_str().unwrap();
        let reponse = if piece["conditionnelle"] == true {
            let chemin = format!("/dossiers/{id}/pieces/{code}/non-concerne");
            let refuse = serveur
                .demander("POST", &chemin, &session, json!({ "certifie": false }))
                .await;
            assert_eq!(
                refuse.code(),
                (422, "certification_manquante".to_owned()),
                "G27"
            );
            serveur
                .demander("POST", &chemin, &session, json!({ "certifie": true }))
                .await
        } else {
            serveur
                .deposer(&session, &id, code, "relevé de notes.pdf", PDF)
                .await
        };
        assert_eq!(
            reponse.statut,
            200,
            "{code}: {}",
            String::from_utf8_lossy(&reponse.octets)
        );
        vue = reponse.json();
    }
    assert_eq!(vue["transmissible"], true, "G28");
    let deposee = vue["pieces"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["statut"] == "deposee")
        .unwrap();
    let code = deposee["code"].as_str().unwrap();
    let fichier = serveur
        .lire(&format!("/dossiers/{id}/pieces/{code}"), &session)
        .await;
    assert_eq!(fichier.octets, PDF, "G25");
    assert!(
        fichier.entetes["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let transmis = serveur
        .demander("POST", &transmission, &session, Value::Null)
        .await;
    assert_eq!(transmis.json()["libelle"], "Réceptionné", "G30");
    serveur.redemarrer().await;
    let relu = serveur.lire(&format!("/dossiers/{id}"), &session).await;
    assert_eq!(
        relu.json(),
        transmis.json(),
        "Q01: acknowledged means durable"
    );
    let refuse = serveur.deposer(&session, &id, code, "autre.pdf", PDF).await;
    assert_eq!(refuse.code(), (409, "dossier_transmis".to_owned()), "G30");
    let accuse = serveur
        .lire(&format!("/dossiers/{id}/accuse.json"), &session)
        .await
        .json();
    assert_eq!(accuse["contenu"]["chaine"], relu.json()["chaine"]);
    let signe: postule::accuse::Accuse = serde_json::from_value(accuse).unwrap();
    let cle = postule::cles::Cles::ouvrir(&serveur.donnees)
        .unwrap()
        .accuse
        .verifying_key();
    assert_eq!(postule::accuse::verifier(&cle, &signe), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn g24_chaque_mauvais_fichier_est_refuse_avec_sa_raison() {
    let serveur = Serveur::new().await;
    let session = serveur.candidat("elise@univ.example").await;
    let (formation, pieces) = serveur.formation(0).await;
    let id = serveur.ouvrir(&session, &formation).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let piece = &pieces[0];
    let juste = {
        let mut octets = PDF.to_vec();
        octets.resize(4 * 1024 * 1024, b'\n');
        octets
    };
    let mut trop = juste.clone();
    trop.push(b'\n');
    for (octets, attendu) in [
        (&b""[..], "fichier_vide"),
        (b"%PDF-1.4\ncasse", "pdf_illisible"),
        (b"\x89PNG\r\n\x1a\nrien", "image_illisible"),
    ] {
        let refuse = serveur
            .deposer(&session, &id, piece, "cv.pdf", octets)
            .await;
        assert_eq!(refuse.code(), (422, "champs_invalides".to_owned()));
        assert_eq!(refuse.champs(), [format!("fichier:{attendu}")]);
    }
    let refuse = serveur
        .deposer(&session, &id, piece, "cv.pdf", b"du texte")
        .await;
    assert_eq!(refuse.code(), (415, "type_refuse".to_owned()));
    assert_eq!(refuse.champs(), ["fichier:type_refuse"]);
    let refuse = serveur.deposer(&session, &id, piece, "cv.pdf", &trop).await;
    assert_eq!(refuse.code(), (413, "fichier_trop_gros".to_owned()));
    let accepte = serveur
        .deposer(&session, &id, piece, "cv.pdf", &juste)
        .await;
    assert_eq!(accepte.statut, 200, "4 MiB exactly");
    let inconnue = serveur
        .deposer(&session, &id, "INCONNUE", "cv.pdf", PDF)
        .await;
    assert_eq!(inconnue.code().0, 404);
    let autorisation = format!("Bearer {session}");
    let corps = [
        b"--xx\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"../../cv.pdf\"\r\n\r\n",
        PDF,
        b"\r\n--xx--\r\n",
    ]
    .concat();
    let entetes = [
        ("authorization", autorisation.as_str()),
        ("content-type", "multipart/form-data; boundary=xx"),
    ];
    let chemin = format!("/api/v1/dossiers/{id}/pieces/{piece}");
    let accepte = serveur.envoyer("PUT", &chemin, &entetes, corps).await;
    assert_eq!(accepte.json()["pieces"][0]["fichier"]["nom"], "cv.pdf");
}

#[tokio::test(flavor = "multi_thread")]
async fn g02_g05_q12_les_formulaires_et_les_mauvaises_requetes() {
    let serveur = Serveur::new().await;
    let vide = serveur.demander("POST", "/comptes", "", json!({})).await;
    assert_eq!(vide.code(), (422, "champs_invalides".to_owned()));
    assert!(vide.champs().len() >= 7, "{:?}", vide.champs());
    let premiere = serveur.inscrire("elise@univ.example").await;
    let seconde = serveur.inscrire(" ELISE@univ.example").await;
    assert_eq!(
        (premiere.statut, premiere.octets),
        (seconde.statut, seconde.octets),
        "G05"
    );
    let inconnue = json!({ "mail": "personne@univ.example" });
    let inconnue = serveur
        .demander("POST", "/comptes/code-perdu", "", inconnue)
        .await;
    assert_eq!(inconnue.statut, 202, "Q12");
    let json = [("content-type", "application/json")];
    for (corps, entetes, attendu) in [
        (&b"{"[..], &json[..], (400, "json_invalide")),
        (b"{\"couleur\":1}", &json[..], (400, "json_invalide")),
        (b"{}", &[][..], (415, "type_de_corps_refuse")),
        (&vec![b' '; 70_000], &json[..], (413, "corps_trop_gros")),
    ] {
        let refuse = serveur
            .envoyer("POST", "/api/v1/comptes", entetes, corps.to_vec())
            .await;
        assert_eq!(refuse.code(), (attendu.0, attendu.1.to_owned()));
    }
    let refuse = serveur.demander("PATCH", "/comptes", "", json!({})).await;
    assert_eq!(refuse.code(), (405, "methode_refusee".to_owned()));
    assert_eq!(serveur.lire("/nulle-part", "").await.code().0, 404);
    let valider = |jeton: &str| json!({ "jeton": jeton });
    let refuse = serveur
        .demander("POST", "/comptes/validation", "", valider("faux"))
        .await;
    assert_eq!(refuse.code(), (400, "lien_invalide".to_owned()));
    let refuse = serveur.connecter("elise@univ.example").await;
    assert_eq!(refuse.code(), (403, "compte_non_valide".to_owned()), "G06");
}

#[tokio::test(flavor = "multi_thread")]
async fn g04_la_demonstration_avance_l_horloge_et_le_lien_expire() {
    let serveur = Serveur::new().await;
    serveur.inscrire("elise@univ.example").await;
    let jeton = serveur.jeton("elise@univ.example", "Validez").await;
    let entetes = [("content-type", "application/json")];
    let avance = serveur
        .envoyer(
            "POST",
            "/demo/horloge",
            &entetes,
            b"{\"avancer\":\"PT25H\"}".to_vec(),
        )
        .await;
    assert_eq!(avance.statut, 200);
    let refuse = serveur
        .demander("POST", "/comptes/validation", "", json!({ "jeton": jeton }))
        .await;
    assert_eq!(refuse.code(), (409, "lien_expire".to_owned()));
    let boite = serveur.envoyer("GET", "/demo/boite", &[], vec![]).await;
    assert!(String::from_utf8_lossy(&boite.octets).contains("elise@univ.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn q15_chaque_route_refuse_l_anonyme_et_cache_le_dossier_d_un_autre() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let lui = serveur.candidat("lui@univ.example").await;
    let (formation, pieces) = serveur.formation(0).await;
    let id = serveur.ouvrir(&elle, &formation).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let piece = &pieces[0];
    let avant = serveur.lire(&format!("/dossiers/{id}"), &elle).await.json();
    for (methode, suite, corps) in [
        ("GET", String::new(), Value::Null),
        ("POST", "/transmission".to_owned(), Value::Null),
        ("POST", "/annulation".to_owned(), Value::Null),
        ("GET", "/accuse.json".to_owned(), Value::Null),
        ("PUT", format!("/pieces/{piece}"), json!("x")),
        ("GET", format!("/pieces/{piece}"), Value::Null),
        ("DELETE", format!("/pieces/{piece}"), Value::Null),
        (
            "POST",
            format!("/pieces/{piece}/non-concerne"),
            json!({ "certifie": true }),
        ),
        (
            "DELETE",
            format!("/pieces/{piece}/non-concerne"),
            Value::Null,
        ),
    ] {
        let chemin = format!("/dossiers/{id}{suite}");
        let anonyme = serveur.demander(methode, &chemin, "", corps.clone()).await;
        assert_eq!(
            anonyme.code(),
            (401, "session_absente".to_owned()),
            "{methode} {chemin}"
        );
        let autre = serveur.demander(methode, &chemin, &lui, corps).await;
        assert_eq!(
            autre.code(),
            (404, "introuvable".to_owned()),
            "{methode} {chemin}"
        );
    }
    assert_eq!(
        serveur.lire(&format!("/dossiers/{id}"), &elle).await.json(),
        avant
    );
    for chemin in ["/moi", "/dossiers", "/moi/stages", "/moi/cursus-internes"] {
        assert_eq!(serveur.lire(chemin, "").await.code().0, 401, "{chemin}");
    }
    assert_eq!(
        serveur
            .demander("DELETE", "/session", &elle, Value::Null)
            .await
            .statut,
        204
    );
    assert_eq!(
        serveur.lire("/moi", &elle).await.code().0,
        401,
        "the session is over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g19_g20_les_entrees_du_profil_et_le_filtre_de_l_offre() {
    let serveur = Serveur::new().await;
    let session = serveur.candidat("elise@univ.example").await;
    let stage =
        json!({ "debut": "2023-06", "fin": "2023-08", "intitule": "Stage", "organisme": "SNCF" });
    let ajoute = serveur
        .demander("POST", "/moi/stages", &session, stage)
        .await;
    assert_eq!(ajoute.statut, 201);
    let id = ajoute.json()["id"].as_str().unwrap().to_owned();
    let chemin = format!("/moi/stages/{id}");
    assert_eq!(
        serveur.lire(&chemin, &session).await.json()["entree"]["organisme"],
        "SNCF"
    );
    assert_eq!(
        serveur
            .demander("DELETE", &chemin, &session, Value::Null)
            .await
            .statut,
        204
    );
    assert_eq!(serveur.lire(&chemin, &session).await.code().0, 404);
    let compte = |offre: &Value| offre.to_string().matches("candidature_debut").count();
    let tout = serveur.lire("/formations", "").await.json();
    let filtre = serveur
        .lire("/formations?filtre=INFORMATIQUE", "")
        .await
        .json();
    assert!(compte(&filtre) > 0 && compte(&filtre) < compte(&tout));
    let accents = serveur.lire("/formations?filtre=donnees", "").await.json();
    assert!(compte(&accents) > 0, "accents are ignored");
}
