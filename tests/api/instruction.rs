//! Staff examine, decide and answer; the candidate sees what is released and nothing else.

use serde_json::{Value, json};

use crate::serveur::{PDF, Serveur};

impl Serveur {
    /// A dossier handed in: its id and the codes of the pieces that have a file.
    pub(crate) async fn transmis(&self, session: &str, formation: &str) -> (String, Vec<String>) {
        let ouvert = self.ouvrir(session, formation).await.json();
        let id = ouvert["id"].as_str().unwrap().to_owned();
        let mut deposees = vec![];
        for piece in ouvert["pieces"].as_array().unwrap() {
            let code = piece["code"].as_str().unwrap();
            let reponse = if piece["conditionnelle"] == true {
                let chemin = format!("/dossiers/{id}/pieces/{code}/non-concerne");
                let serment = json!({ "certifie": true });
                self.demander("POST", &chemin, session, serment).await
            } else {
                deposees.push(code.to_owned());
                self.deposer(session, &id, code, "f.pdf", PDF).await
            };
            assert_eq!(reponse.statut, 200, "{code}");
        }
        let chemin = format!("/dossiers/{id}/transmission");
        let transmis = self.demander("POST", &chemin, session, Value::Null).await;
        assert_eq!(transmis.json()["etat"], "transmis");
        (id, deposees)
    }

    /// A staff act that must be done; what it answers.
    pub(crate) async fn gerer(&self, agent: &str, id: &str, acte: &str, corps: Value) -> Value {
        let chemin = format!("/gestion/dossiers/{id}/{acte}");
        let reponse = self.demander("POST", &chemin, agent, corps).await;
        let texte = String::from_utf8_lossy(&reponse.octets).into_owned();
        assert_eq!(reponse.statut, 200, "{acte}: {texte}");
        reponse.json()
    }

    /// A staff act that must be refused, with its status and code.
    pub(crate) async fn refuser(
        &self,
        agent: &str,
        id: &str,
        acte: &str,
        corps: Value,
    ) -> (u16, String) {
        let chemin = format!("/gestion/dossiers/{id}/{acte}");
        self.demander("POST", &chemin, agent, corps).await.code()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t08_t19_de_l_examen_a_la_reponse() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let admin = serveur.agent("admin").await;
    let (formation, _) = serveur.formation(0).await;
    let (id, pieces) = serveur.transmis(&elle, &formation).await;
    let (premiere, seconde) = (&pieces[0], &pieces[1]);
    let chemin = format!("/dossiers/{id}");
    let decision = format!("pieces/{premiere}/decision");
    let sans = json!({ "statut": "refusee" });
    let refus = serveur.refuser(&admin, &id, &decision, sans).await;
    assert_eq!(
        refus,
        (422, "champs_invalides".to_owned()),
        "a comment is required"
    );
    let refus = serveur.refuser(&admin, &id, "renvoi", json!({})).await;
    assert_eq!(refus, (409, "rien_a_renvoyer".to_owned()));
    let illisible = json!({ "statut": "refusee", "commentaire": "illisible" });
    serveur.gerer(&admin, &id, &decision, illisible).await;
    let vu = serveur.lire(&chemin, &elle).await.json();
    assert!(
        !vu.to_string().contains("illisible"),
        "not before the send-back (T08)"
    );
    let refus = serveur.refuser(&admin, &id, "complet", Value::Null).await;
    assert_eq!(refus, (409, "piece_refusee".to_owned()));
    let renvoye = serveur.gerer(&admin, &id, "renvoi", json!({})).await;
    assert_eq!(renvoye["etat"], "incomplet");
    let vu = serveur.lire(&chemin, &elle).await.json();
    let piece = |vu: &Value, code: &str| {
        let toutes = vu["pieces"].as_array().unwrap().iter();
        toutes.clone().find(|p| p["code"] == code).unwrap().clone()
    };
    assert_eq!(piece(&vu, premiere)["commentaire"], "illisible", "G33");
    assert_eq!(piece(&vu, premiere)["modifiable"], true);
    assert_eq!(piece(&vu, seconde)["modifiable"], false);
    let close = serveur.deposer(&elle, &id, seconde, "g.pdf", PDF).await;
    assert_eq!(close.code(), (409, "piece_close".to_owned()), "T10");
    assert_eq!(
        serveur
            .deposer(&elle, &id, premiere, "g.pdf", PDF)
            .await
            .statut,
        200
    );
    let transmission = format!("{chemin}/transmission");
    let repris = serveur
        .demander("POST", &transmission, &elle, Value::Null)
        .await;
    assert_eq!(repris.json()["etat"], "transmis", "T11");
    assert_eq!(
        serveur.gerer(&admin, &id, "complet", Value::Null).await["etat"],
        "complet"
    );
    let faux = json!({ "avis": "liste_complementaire", "motif": "NIVEAU" });
    let refus = serveur.refuser(&admin, &id, "avis", faux).await;
    assert_eq!(refus, (422, "champs_invalides".to_owned()));
    let favorable = json!({ "avis": "favorable", "commentaire": "Bravo" });
    let saisi = serveur.gerer(&admin, &id, "avis", favorable).await;
    assert_eq!(saisi["decision"]["publiee"], false);
    let vu = serveur.lire(&chemin, &elle).await.json();
    assert_eq!(vu["decision"], Value::Null, "a draft is nobody's business");
    assert!(!vu.to_string().contains("avis_saisi"));
    serveur
        .gerer(&admin, &id, "avis/validation", Value::Null)
        .await;
    let vu = serveur.lire(&chemin, &elle).await.json();
    assert_eq!(vu["decision"]["avis"], "favorable", "T16");
    assert_eq!(vu["decision"]["commentaire"], "Bravo");
    let repondre = |quoi: &str| format!("{chemin}/{quoi}");
    let confirme = serveur
        .demander("POST", &repondre("confirmation"), &elle, Value::Null)
        .await;
    assert_eq!(confirme.json()["reponse"], "confirmee", "T18");
    let encore = serveur
        .demander("POST", &repondre("confirmation"), &elle, Value::Null)
        .await;
    assert_eq!(encore.code(), (409, "reponse_donnee".to_owned()));
    let desiste = serveur
        .demander("POST", &repondre("desistement"), &elle, Value::Null)
        .await;
    assert_eq!(desiste.json()["reponse"], "desistee", "T19");
    let retabli = json!({ "motif": "erreur", "confirmation": "2100-01-01T00:00:00Z" });
    let retabli = serveur.gerer(&admin, &id, "retablissement", retabli).await;
    assert_eq!(retabli["reponse"], Value::Null, "T23");
    let trace = serveur
        .lire(&format!("/gestion/audit?dossier={id}"), &admin)
        .await
        .json();
    let lignes = trace["lignes"].as_array().unwrap();
    assert_eq!(lignes.len(), 6, "every act that was done is in the trail");
}

#[tokio::test(flavor = "multi_thread")]
async fn p09_un_lot_rend_compte_de_chaque_dossier_et_un_essai_ne_change_rien() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let (formation, _) = serveur.formation(0).await;
    let mut ids = vec![];
    for mail in ["a@univ.example", "b@univ.example"] {
        let session = serveur.candidat(mail).await;
        ids.push(serveur.transmis(&session, &formation).await.0);
    }
    ids.push("inconnu".to_owned());
    let lot = |essai: bool, tout: bool| json!({ "acte": "complet", "dossiers": ids, "essai": essai, "tout_ou_rien": tout });
    let envoyer = |corps: Value| serveur.demander("POST", "/gestion/lots", &admin, corps);
    let etat = async |id: &str| {
        let vu = serveur
            .lire(&format!("/gestion/dossiers/{id}"), &admin)
            .await;
        vu.json()["etat"].as_str().unwrap().to_owned()
    };
    let essai = envoyer(lot(true, false)).await.json();
    assert_eq!(
        (&essai["fait"], &essai["refus"]),
        (&json!(false), &json!(1)),
        "{essai}"
    );
    let prevus = essai["dossiers"][0]["mails"].as_array().unwrap();
    assert_eq!(prevus.len(), 1, "{essai}");
    assert_eq!(
        (&prevus[0]["code"], &prevus[0]["a"]),
        (&json!("STATUT_CO"), &json!("a@univ.example"))
    );
    assert_eq!(essai["dossiers"][2]["refus"]["code"], "introuvable");
    let rien = envoyer(lot(false, true)).await.json();
    assert_eq!(rien["fait"], false, "all or nothing");
    assert_eq!(etat(&ids[0]).await, "transmis");
    let fait = envoyer(lot(false, false)).await.json();
    assert_eq!((&fait["fait"], &fait["refus"]), (&json!(true), &json!(1)));
    assert_eq!(
        (etat(&ids[0]).await, etat(&ids[1]).await),
        ("complet".to_owned(), "complet".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t02_t03_t07_t25_le_personnel_ouvre_propose_prolonge_et_annule() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let elle = serveur.candidat("elle@univ.example").await;
    let numero = serveur.lire("/moi", &elle).await.json()["numero"].clone();
    let (formation, _) = serveur.formation(0).await;
    let (autre, _) = serveur.formation(1).await;
    let creer = |formation: &str, proposition: bool| {
        let corps =
            json!({ "candidat": numero, "formation": formation, "proposition": proposition });
        serveur.demander("POST", "/gestion/dossiers", &admin, corps)
    };
    let cree = creer(&formation, false).await;
    assert_eq!(
        cree.statut,
        201,
        "{}",
        String::from_utf8_lossy(&cree.octets)
    );
    let propose = creer(&autre, true).await.json();
    assert_eq!(propose["etat"], "complet", "T03");
    assert_eq!(propose["decision"]["publiee"], false);
    let liste = serveur.lire("/dossiers", &elle).await.json();
    assert_eq!(
        liste["dossiers"].as_array().unwrap().len(),
        1,
        "a proposition is hidden"
    );
    let id = propose["id"].as_str().unwrap();
    assert_eq!(
        serveur
            .lire(&format!("/dossiers/{id}"), &elle)
            .await
            .code()
            .0,
        404
    );
    serveur
        .gerer(&admin, id, "avis/validation", Value::Null)
        .await;
    let vu = serveur.lire(&format!("/dossiers/{id}"), &elle).await.json();
    assert_eq!(vu["decision"]["avis"], "favorable");
    let id = cree.json()["id"].as_str().unwrap().to_owned();
    let plus_tard = json!({ "retour": "2100-01-01T00:00:00Z" });
    let prolonge = serveur.gerer(&admin, &id, "echeances", plus_tard).await;
    assert_eq!(
        prolonge["echeances"]["retour"], "2100-01-01T00:00:00Z",
        "T25"
    );
    let version = prolonge["version"].as_u64().unwrap() - 1;
    let autorisation = format!("Bearer {admin}");
    let si = format!("\"{version}\"");
    let entetes = [
        ("authorization", autorisation.as_str()),
        ("if-match", si.as_str()),
        ("content-type", "application/json"),
    ];
    let chemin = format!("/api/v1/gestion/dossiers/{id}/annulation");
    let corps = br#"{"motif":"doublon"}"#.to_vec();
    let perime = serveur.envoyer("POST", &chemin, &entetes, corps).await;
    assert_eq!(perime.code(), (412, "version_perimee".to_owned()));
    let annule = serveur
        .gerer(&admin, &id, "annulation", json!({ "motif": "doublon" }))
        .await;
    assert_eq!(annule["etat"], "annule", "T07");
    let refus = serveur
        .refuser(&elle, &id, "notes", json!({ "texte": "x" }))
        .await;
    assert_eq!(refus.0, 401, "a candidate is no staff");
}
