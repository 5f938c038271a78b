//! One test per rule of the guide that no other test is named after: what the rule says, seen over HTTP.

use serde_json::{Value, json};

use crate::pages::{formulaire, page, preuve};
use crate::serveur::{PDF, Serveur};

impl Serveur {
    async fn avancer(&self, duree: &str) {
        let corps = json!({ "avancer": duree }).to_string().into_bytes();
        let json = [("content-type", "application/json")];
        let fait = self.envoyer("POST", "/demo/horloge", &json, corps).await;
        assert_eq!(fait.statut, 200);
    }

    async fn session(&self, mail: &str) -> String {
        let session = self.connecter(mail).await.json();
        session["jeton"].as_str().unwrap().to_owned()
    }

    /// A candidate with a dossier being filled in: session, id, and the dossier.
    async fn en_attente(&self, mail: &str) -> (String, String, Value) {
        let session = self.candidat(mail).await;
        let (formation, _) = self.formation(0).await;
        let ouvert = self.ouvrir(&session, &formation).await.json();
        let id = ouvert["id"].as_str().unwrap().to_owned();
        (session, id, ouvert)
    }

    /// Fills in all that is asked for but the last file; its code.
    async fn remplir(&self, session: &str, id: &str, dossier: &Value) -> String {
        let toutes = dossier["pieces"].as_array().unwrap().iter();
        let mut fichiers = vec![];
        for piece in toutes {
            let code = piece["code"].as_str().unwrap();
            if piece["conditionnelle"] == true {
                let chemin = format!("/dossiers/{id}/pieces/{code}/non-concerne");
                let serment = json!({ "certifie": true });
                let fait = self.demander("POST", &chemin, session, serment).await;
                assert_eq!(fait.statut, 200);
            } else {
                fichiers.push(code.to_owned());
            }
        }
        let derniere = fichiers.pop().unwrap();
        for code in fichiers {
            let fait = self.deposer(session, id, &code, "f.pdf", PDF).await;
            assert_eq!(fait.statut, 200);
        }
        derniere
    }
}

fn piece(dossier: &Value, code: &str) -> Value {
    let mut toutes = dossier["pieces"].as_array().unwrap().iter();
    toutes.find(|p| p["code"] == code).unwrap().clone()
}

fn conditionnelle(dossier: &Value, oui: bool) -> String {
    let mut toutes = dossier["pieces"].as_array().unwrap().iter();
    let trouvee = toutes.find(|p| p["conditionnelle"] == oui).unwrap();
    trouvee["code"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn g06_avant_la_validation_la_connexion_est_refusee_et_dit_que_faire() {
    let serveur = Serveur::new().await;
    serveur.inscrire("elise@univ.example").await;
    let refuse = serveur.connecter("elise@univ.example").await;
    assert_eq!(refuse.code(), (403, "compte_non_valide".to_owned()));
    assert_eq!(refuse.json()["regle"], "G06");
    let champs = [
        ("identifiant", "elise@univ.example"),
        ("mot_de_passe", crate::serveur::MOT_DE_PASSE),
    ];
    let vue = formulaire(&serveur, "/connexion", "", &champs).await;
    let texte = String::from_utf8_lossy(&vue.octets).into_owned();
    assert!(texte.contains("Connexion impossible") && texte.contains("href=\"/code-perdu\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn g07_un_code_d_activation_perdu_se_renvoie_et_l_ancien_lien_meurt() {
    let serveur = Serveur::new().await;
    serveur.inscrire("elise@univ.example").await;
    let ancien = serveur.jeton("elise@univ.example", "Validez").await;
    let mail = json!({ "mail": " ELISE@univ.example" });
    let renvoye = serveur
        .demander("POST", "/comptes/code-perdu", "", mail)
        .await;
    assert_eq!(renvoye.statut, 202);
    let nouveau = serveur.jeton("elise@univ.example", "nouveau lien").await;
    let valider = |jeton: &str| {
        serveur.demander("POST", "/comptes/validation", "", json!({ "jeton": jeton }))
    };
    assert_eq!(
        valider(&ancien).await.code(),
        (409, "lien_remplace".to_owned())
    );
    assert_eq!(
        valider(&nouveau).await.json()["numero"]
            .as_str()
            .unwrap()
            .len(),
        8
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_la_cle_d_un_ine_est_verifiee_et_un_ines_reste_a_verifier() {
    let serveur = Serveur::new().await;
    let session = serveur.compte("elise@univ.example").await;
    let enregistrer = |ine: &str| {
        let corps = json!({ "nationalite": "FRA", "ine": ine, "date_naissance": "2004-05-06", "lieu_naissance": "Lille" });
        serveur.demander("PUT", "/moi/informations", &session, corps)
    };
    for (ine, code) in [("0123456789A", "ine:ine_cle"), ("12", "ine:ine_forme")] {
        let refuse = enregistrer(ine).await;
        assert_eq!(refuse.code(), (422, "champs_invalides".to_owned()));
        assert_eq!(refuse.champs(), [code]);
    }
    for (ine, verifie) in [
        ("0123456789M", true),
        ("1A2B3C4D5E0", true),
        ("123456789ab", false),
    ] {
        assert_eq!(
            enregistrer(ine).await.json()["ine_verifie"],
            verifie,
            "{ine}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g16_une_commune_va_avec_son_code_postal_et_l_etranger_est_libre() {
    let serveur = Serveur::new().await;
    let session = serveur.compte("elise@univ.example").await;
    let enregistrer = |corps: Value| serveur.demander("PUT", "/moi/adresse", &session, corps);
    let ailleurs = json!({ "ligne1": "1 rue", "code_postal": "59300", "commune": "Lille" });
    let refuse = enregistrer(ailleurs).await;
    assert_eq!(refuse.code().0, 422);
    assert!(
        refuse.champs()[0].starts_with("commune:"),
        "{:?}",
        refuse.champs()
    );
    let ici = json!({ "ligne1": "1 rue", "code_postal": "59300", "commune": "valenciennes" });
    assert_eq!(
        enregistrer(ici).await.json()["profil"]["adresse"]["insee"],
        "59606"
    );
    let libre =
        json!({ "pays": "BEL", "ligne1": "1 rue", "code_postal": "B-7000", "commune": "Mons" });
    let libre = enregistrer(libre).await.json();
    assert_eq!(libre["profil"]["adresse"]["commune"], "Mons");
    assert_eq!(libre["profil"]["adresse"]["insee"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn g17_l_annee_du_bac_decide_de_ce_qui_suit() {
    let serveur = Serveur::new().await;
    let session = serveur.compte("elise@univ.example").await;
    let enregistrer = |corps: Value| serveur.demander("PUT", "/moi/baccalaureat", &session, corps);
    for (corps, champ) in [
        (json!({ "annee": 2010, "serie": "GENERALE" }), "serie:"),
        (json!({ "annee": 2022, "serie": "S" }), "serie:"),
        (
            json!({ "annee": 2022, "serie": "GENERALE", "specialites": ["INCONNUE"] }),
            "specialites:",
        ),
    ] {
        let refuse = enregistrer(corps.clone()).await;
        assert_eq!(refuse.code().0, 422, "{corps}");
        assert!(
            refuse.champs().iter().any(|c| c.starts_with(champ)),
            "{corps}: {:?}",
            refuse.champs()
        );
    }
    for corps in [
        json!({ "annee": 2010, "serie": "S", "mention": "B" }),
        json!({ "annee": 2022, "serie": "GENERALE", "specialites": ["MATHS", "NSI"] }),
        json!({ "annee": 2022, "serie": "EQUIVALENCE", "pays": "BEL" }),
        json!({ "situation": "sans" }),
    ] {
        assert_eq!(enregistrer(corps.clone()).await.statut, 200, "{corps}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g23_apres_les_dates_rien_ne_s_ouvre_ni_ne_se_transmet() {
    let serveur = Serveur::new().await;
    let (session, id, dossier) = serveur.en_attente("elise@univ.example").await;
    let derniere = serveur.remplir(&session, &id, &dossier).await;
    serveur
        .deposer(&session, &id, &derniere, "f.pdf", PDF)
        .await;
    let (autre, _) = serveur.formation(1).await;
    serveur.avancer("PT2640H").await;
    let session = serveur.session("elise@univ.example").await;
    let refuse = serveur.ouvrir(&session, &autre).await;
    assert_eq!(refuse.code(), (409, "formation_fermee".to_owned()));
    let chemin = format!("/dossiers/{id}/transmission");
    let refuse = serveur
        .demander("POST", &chemin, &session, Value::Null)
        .await;
    assert_eq!(refuse.code(), (409, "retour_depasse".to_owned()));
    let vu = serveur
        .lire(&format!("/dossiers/{id}"), &session)
        .await
        .json();
    assert_eq!(
        (&vu["etat"], &vu["echu"]),
        (&json!("en_attente"), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g26_une_piece_peut_porter_un_formulaire_a_telecharger() {
    let serveur = Serveur::new().await;
    let (session, _) = (serveur.candidat("elise@univ.example").await, ());
    let mut vus = 0;
    for rang in 0..8 {
        let (formation, codes) = serveur.formation(rang).await;
        for code in codes {
            let modele = serveur
                .lire(&format!("/pieces/{code}/modele"), &session)
                .await;
            if modele.statut == 404 {
                continue;
            }
            assert_eq!(
                modele.entetes["content-type"], "application/pdf",
                "{formation} {code}"
            );
            let disposition = modele.entetes["content-disposition"].to_str().unwrap();
            assert!(disposition.starts_with("attachment"), "{disposition}");
            assert!(modele.octets.starts_with(b"%PDF-"));
            vus += 1;
        }
    }
    assert!(vus > 0, "the demo has forms to fill in");
    assert_eq!(
        serveur.lire("/pieces/INCONNUE/modele", "").await.code().0,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g27_une_piece_conditionnelle_se_declare_non_concernee_et_la_declaration_se_reprend() {
    let serveur = Serveur::new().await;
    let (session, id, dossier) = serveur.en_attente("elise@univ.example").await;
    let (code, obligatoire) = (
        conditionnelle(&dossier, true),
        conditionnelle(&dossier, false),
    );
    let acte = |methode: &'static str, code: &str, corps: Value| {
        let chemin = format!("/dossiers/{id}/pieces/{code}/non-concerne");
        let (serveur, session) = (&serveur, &session);
        async move { serveur.demander(methode, &chemin, session, corps).await }
    };
    let sans_serment = acte("POST", &code, json!({ "certifie": false })).await;
    assert_eq!(
        sans_serment.code(),
        (422, "certification_manquante".to_owned())
    );
    let refuse = acte("POST", &obligatoire, json!({ "certifie": true })).await;
    assert_eq!(refuse.code().1, "piece_obligatoire");
    let declare = acte("POST", &code, json!({ "certifie": true }))
        .await
        .json();
    assert_eq!(piece(&declare, &code)["statut"], "non_concerne");
    let repris = acte("DELETE", &code, Value::Null).await.json();
    assert_eq!(piece(&repris, &code)["statut"], "attendue");
}

#[tokio::test(flavor = "multi_thread")]
async fn g28_la_derniere_piece_le_dit_et_le_bouton_devient_vert() {
    let serveur = Serveur::new().await;
    let (session, id, dossier) = serveur.en_attente("elise@univ.example").await;
    let cookie = format!("__Host-session={session}");
    let derniere = serveur.remplir(&session, &id, &dossier).await;
    let chemin = format!("/dossiers/{id}");
    assert_eq!(
        serveur.lire(&chemin, &session).await.json()["transmissible"],
        false
    );
    let avant = page(&serveur, &chemin, &cookie).await;
    assert!(
        !avant.contains("Toutes les pièces sont là") && !avant.contains("class=\"bouton pret\"")
    );
    let depose = serveur
        .deposer(&session, &id, &derniere, "f.pdf", PDF)
        .await
        .json();
    assert_eq!(depose["transmissible"], true);
    let apres = page(&serveur, &chemin, &cookie).await;
    assert!(apres.contains("Toutes les pièces sont là"));
    let (_, bouton) = apres.split_once("class=\"bouton pret\"").unwrap();
    assert!(
        bouton
            .split("</a>")
            .next()
            .unwrap()
            .contains("Transmettre ma candidature")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g29_une_piece_manquante_interdit_la_transmission_par_l_api_et_par_la_page() {
    let serveur = Serveur::new().await;
    let (session, id, dossier) = serveur.en_attente("elise@univ.example").await;
    let derniere = serveur.remplir(&session, &id, &dossier).await;
    let chemin = format!("/dossiers/{id}/transmission");
    let refuse = serveur
        .demander("POST", &chemin, &session, Value::Null)
        .await;
    assert_eq!(refuse.code(), (409, "piece_manquante".to_owned()));
    assert_eq!(refuse.champs(), [format!("{derniere}:manquante")]);
    let cookie = format!("__Host-session={session}");
    let jeton = preuve(&page(&serveur, &format!("/dossiers/{id}"), &cookie).await);
    let chemin = format!("/dossiers/{id}/transmettre");
    let refuse = formulaire(&serveur, &chemin, &cookie, &[("preuve", &jeton)]).await;
    assert_eq!(refuse.statut, 409);
    let vu = serveur
        .lire(&format!("/dossiers/{id}"), &session)
        .await
        .json();
    assert_eq!(vu["etat"], "en_attente");
}

#[tokio::test(flavor = "multi_thread")]
async fn g31_un_dossier_non_transmis_ne_s_examine_pas() {
    let serveur = Serveur::new().await;
    let (session, id, dossier) = serveur.en_attente("elise@univ.example").await;
    let derniere = serveur.remplir(&session, &id, &dossier).await;
    serveur
        .deposer(&session, &id, &derniere, "f.pdf", PDF)
        .await;
    let admin = serveur.agent("admin").await;
    let decision = format!("pieces/{derniere}/decision");
    for (acte, corps) in [
        (decision.as_str(), json!({ "statut": "validee" })),
        ("complet", Value::Null),
        ("renvoi", json!({})),
        ("avis", json!({ "avis": "favorable" })),
        ("avis/validation", Value::Null),
    ] {
        let chemin = format!("/gestion/dossiers/{id}/{acte}");
        let refuse = serveur.demander("POST", &chemin, &admin, corps).await;
        assert_eq!(
            refuse.code(),
            (409, "dossier_non_transmis".to_owned()),
            "{acte}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g32_chaque_etape_se_suit_sur_le_site_et_part_par_mail() {
    let serveur = Serveur::new().await;
    let (session, id, dossier) = serveur.en_attente("elise@univ.example").await;
    let derniere = serveur.remplir(&session, &id, &dossier).await;
    serveur
        .deposer(&session, &id, &derniere, "f.pdf", PDF)
        .await;
    let chemin = format!("/dossiers/{id}/transmission");
    serveur
        .demander("POST", &chemin, &session, Value::Null)
        .await;
    let admin = serveur.agent("admin").await;
    let chemin = format!("/gestion/dossiers/{id}/complet");
    let fait = serveur.demander("POST", &chemin, &admin, Value::Null).await;
    assert_eq!(fait.statut, 200);
    let vu = serveur
        .lire(&format!("/dossiers/{id}"), &session)
        .await
        .json();
    assert_eq!(vu["etat"], "complet");
    assert!(vu["historique"].as_array().unwrap().len() >= 3, "{vu}");
    let cookie = format!("__Host-session={session}");
    assert!(
        page(&serveur, "/dossiers", &cookie)
            .await
            .contains("Complet")
    );
    let courriers = serveur.lire("/moi/courriers", &session).await.json();
    let codes: Vec<&str> = courriers["courriers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["dossier"] == id)
        .map(|c| c["code"].as_str().unwrap())
        .collect();
    for code in ["CANDIDATURE", "STATUT_RE", "STATUT_CO"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g33_un_dossier_renvoye_n_ouvre_que_les_pieces_nommees_et_dit_pourquoi() {
    let serveur = Serveur::new().await;
    let (session, id, dossier) = serveur.en_attente("elise@univ.example").await;
    let refusee = serveur.remplir(&session, &id, &dossier).await;
    serveur.deposer(&session, &id, &refusee, "f.pdf", PDF).await;
    let transmission = format!("/dossiers/{id}/transmission");
    serveur
        .demander("POST", &transmission, &session, Value::Null)
        .await;
    let admin = serveur.agent("admin").await;
    for (acte, corps) in [
        (
            format!("pieces/{refusee}/decision"),
            json!({ "statut": "refusee", "commentaire": "La page 2 est illisible." }),
        ),
        ("renvoi".to_owned(), json!({})),
    ] {
        let chemin = format!("/gestion/dossiers/{id}/{acte}");
        assert_eq!(
            serveur
                .demander("POST", &chemin, &admin, corps)
                .await
                .statut,
            200
        );
    }
    let cookie = format!("__Host-session={session}");
    let vue = page(&serveur, &format!("/dossiers/{id}"), &cookie).await;
    assert!(vue.contains("La page 2 est illisible."));
    let vu = serveur
        .lire(&format!("/dossiers/{id}"), &session)
        .await
        .json();
    for p in vu["pieces"].as_array().unwrap() {
        let code = p["code"].as_str().unwrap();
        let nommee = code == refusee;
        assert_eq!(p["modifiable"], nommee, "{code}");
        assert_eq!(
            vue.contains(&format!("/pieces/{code}/deposer")),
            nommee,
            "{code}"
        );
    }
    let encore = serveur
        .demander("POST", &transmission, &session, Value::Null)
        .await;
    assert_eq!(
        encore.code().1,
        "piece_manquante",
        "it must be replaced first"
    );
    serveur.deposer(&session, &id, &refusee, "g.pdf", PDF).await;
    let repris = serveur
        .demander("POST", &transmission, &session, Value::Null)
        .await;
    assert_eq!(repris.json()["etat"], "transmis");
}
