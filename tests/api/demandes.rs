//! Requests to the support: a candidate asks, the team answers, nothing of the team's leaves (S59, S60, S65).

use std::time::Duration;

use serde_json::{Value, json};

use crate::serveur::Serveur;

impl Serveur {
    /// A request from the candidate's page; its id.
    pub(crate) async fn demande(&self, session: &str, objet: &str) -> String {
        let corps = json!({ "objet": objet, "texte": "Où en est mon dossier ?" });
        let ecrite = self.demander("POST", "/moi/demandes", session, corps).await;
        assert_eq!(ecrite.statut, 201);
        ecrite.json()["id"].as_str().unwrap().to_owned()
    }

    /// An act of staff on a request that must be done; what it answers.
    async fn traiter(&self, agent: &str, id: &str, verbe: &str, acte: &str, corps: Value) -> Value {
        let chemin = format!("/gestion/demandes/{id}/{acte}");
        let fait = self.demander(verbe, &chemin, agent, corps).await;
        let texte = String::from_utf8_lossy(&fait.octets).into_owned();
        assert_eq!(fait.statut, 200, "{acte}: {texte}");
        fait.json()
    }

    /// Mails in the folder whose text holds these words.
    pub(crate) async fn mails_avec(&self, mots: &str) -> Vec<String> {
        for _ in 0..200 {
            let trouves: Vec<String> = std::fs::read_dir(&self.mails)
                .into_iter()
                .flatten()
                .map(|e| e.unwrap())
                // One that is still being written is about to have another name.
                .filter(|e| !e.file_name().to_string_lossy().starts_with('.'))
                .filter_map(|e| std::fs::read_to_string(e.path()).ok())
                .filter(|mail| mail.contains(mots))
                .collect();
            if !trouves.is_empty() {
                return trouves;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s59_une_demande_va_du_candidat_au_support_et_revient() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let support = serveur.agent("support").await;
    let id = serveur.demande(&elle, "Mon dossier").await;
    let liste = serveur.lire("/gestion/demandes", &support).await.json();
    assert_eq!(liste["total"], 1);
    assert_eq!(liste["demandes"][0]["surete"], "authentifiee");
    assert_eq!(liste["comptes"]["etats"]["nouvelle"], 1);
    let note = json!({ "texte": "secret de l'équipe" });
    serveur.traiter(&support, &id, "POST", "notes", note).await;
    let reponse = json!({ "texte": "Il est complet." });
    let vue = serveur
        .traiter(&support, &id, "POST", "reponse", reponse)
        .await;
    assert_eq!(vue["etat"], "en_attente");
    assert_eq!(vue["personne"]["mail"], "elle@univ.example");
    let chemin = format!("/moi/demandes/{id}");
    let lue = serveur.lire(&chemin, &elle).await;
    let texte = String::from_utf8_lossy(&lue.octets).into_owned();
    assert!(
        texte.contains("Il est complet.") && !texte.contains("secret"),
        "S65: {texte}"
    );
    let partis = serveur.mails_avec("Il est complet.").await;
    let [mail] = &partis[..] else {
        panic!("one answer: {partis:?}")
    };
    assert!(mail.contains("To: ") && mail.contains("elle@univ.example"));
    assert!(
        !mail.contains("secret") && !mail.contains("Auto-Submitted"),
        "{mail}"
    );
    assert!(mail.contains("Reply-To: candidature+"), "S21: {mail}");
    let suite = json!({ "texte": "Et maintenant ?" });
    let suite = serveur
        .demander("POST", &format!("{chemin}/messages"), &elle, suite)
        .await;
    assert_eq!(suite.json()["etat"], "en_cours");
    let close = serveur
        .traiter(&support, &id, "POST", "cloture", Value::Null)
        .await;
    assert_eq!(close["etat"], "close");
    let merci = json!({ "texte": "Encore une question" });
    let rouverte = serveur
        .demander("POST", &format!("{chemin}/messages"), &elle, merci)
        .await;
    assert_eq!(
        rouverte.json()["etat"],
        "en_cours",
        "a reply opens it again"
    );
    let trop_tard = json!({ "avancer": "P20D" });
    serveur
        .traiter(&support, &id, "POST", "cloture", Value::Null)
        .await;
    serveur
        .envoyer(
            "POST",
            "/demo/horloge",
            &[("content-type", "application/json")],
            trop_tard.to_string().into_bytes(),
        )
        .await;
    let elle = serveur.connecter("elle@univ.example").await.json();
    let elle = elle["jeton"].as_str().unwrap();
    let tard = json!({ "texte": "Longtemps après" });
    let nouvelle = serveur
        .demander("POST", &format!("{chemin}/messages"), elle, tard)
        .await
        .json();
    assert_ne!(nouvelle["id"], id, "a new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn s59_s60_deux_reponses_se_voient_et_une_repetition_n_en_fait_qu_une() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let support = serveur.agent("support").await;
    let id = serveur.demande(&elle, "Question").await;
    let chemin = format!("/api/v1/gestion/demandes/{id}/reponse");
    let bearer = format!("Bearer {support}");
    let corps = json!({ "texte": "Réponse unique" })
        .to_string()
        .into_bytes();
    let envoyer = async |cle: &'static str, version: &'static str| {
        let entetes = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", cle),
            ("if-match", version),
        ];
        serveur
            .envoyer("POST", &chemin, &entetes, corps.clone())
            .await
    };
    assert_eq!(envoyer("k1", "\"1\"").await.statut, 200);
    assert_eq!(envoyer("k1", "\"1\"").await.statut, 200, "pressed twice");
    assert_eq!(
        envoyer("k2", "\"1\"").await.code(),
        (412, "version_perimee".to_owned()),
        "somebody has answered"
    );
    let vue = serveur
        .lire(&format!("/gestion/demandes/{id}"), &support)
        .await
        .json();
    assert_eq!(vue["messages"].as_array().unwrap().len(), 2);
    assert_eq!(serveur.mails_avec("Re: Question").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s59_des_demandes_se_reunissent_et_se_separent() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let support = serveur.agent("support").await;
    let une = serveur.demande(&elle, "Première").await;
    let autre = serveur.demande(&elle, "Seconde").await;
    let dans = json!({ "dans": une });
    let reunie = serveur
        .traiter(&support, &autre, "POST", "fusion", dans)
        .await;
    assert_eq!(reunie["id"], une);
    assert_eq!(reunie["messages"].as_array().unwrap().len(), 2);
    let vide = serveur
        .lire(&format!("/gestion/demandes/{autre}"), &support)
        .await
        .json();
    assert_eq!(
        (&vide["etat"], &vide["fusionnee_dans"]),
        (&json!("fusionnee"), &json!(une))
    );
    let message = reunie["messages"][1]["id"].clone();
    let part = json!({ "messages": [message] });
    let separee = serveur
        .traiter(&support, &une, "POST", "scission", part)
        .await;
    assert_eq!(separee["origine"], une);
    assert_eq!(separee["messages"].as_array().unwrap().len(), 1);
    let reste = serveur
        .lire(&format!("/gestion/demandes/{une}"), &support)
        .await
        .json();
    assert_eq!(reste["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn q15_une_demande_ne_se_lit_que_dans_son_perimetre() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let lui = serveur.candidat("lui@univ.example").await;
    let id = serveur.demande(&elle, "À moi").await;
    let ailleurs = serveur.lire(&format!("/moi/demandes/{id}"), &lui).await;
    assert_eq!(ailleurs.statut, 404);
    let droit = serveur.agent("droit").await;
    let liste = serveur.lire("/gestion/demandes", &droit).await.json();
    assert_eq!(
        liste["total"], 0,
        "without a formation it is the whole support's"
    );
    let lue = serveur
        .lire(&format!("/gestion/demandes/{id}"), &droit)
        .await;
    assert_eq!(lue.statut, 404);
    let jury = serveur.agent("jury").await;
    let interdit = serveur.lire("/gestion/demandes", &jury).await;
    assert_eq!(interdit.code(), (403, "droit_manquant".to_owned()));
}
