//! The support's answers and what surrounds every mail, changed on screen like the mails themselves, and kept for the next
//! campaign.

use serde_json::{Value, json};

use crate::pages::{formulaire, page, preuve};
use crate::pages_gestion::{suivre, texte};
use crate::serveur::Serveur;

const CADRE: &str = "/gestion/mails/cadre/fr";
const PROJET: &str = "/gestion/mails/support_projet/fr";

impl Serveur {
    /// A text changed by API, which must be done; what it is then.
    async fn ecrire(&self, agent: &str, chemin: &str, corps: Value) -> Value {
        let fait = self.demander("PUT", chemin, agent, corps).await;
        assert_eq!(fait.statut, 200, "{}", texte(&fait));
        fait.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s56_les_reponses_du_support_se_changent_et_servent_a_la_prochaine_demande() {
    let serveur = Serveur::new().await;
    let (admin, support) = (serveur.agent("admin").await, serveur.agent("support").await);
    let lu = serveur.lire(PROJET, &admin).await.json();
    assert_eq!((&lu["objet"], &lu["html"]), (&json!(""), &Value::Null));
    assert_eq!(lu["change"], false);
    let sans = lu["variables"].as_array().unwrap();
    assert!(sans.iter().any(|v| v["nom"] == "classe") && !sans.iter().any(|v| v["nom"] == "rang"));
    let faux = json!({ "objet": "À moi", "html": "<p>", "texte": "{{ formation.libelle }}" });
    let refuse = serveur.demander("PUT", PROJET, &admin, faux).await;
    assert_eq!(
        refuse.champs(),
        [
            "texte:variable_inconnue",
            "objet:sans_objet",
            "html:sans_page"
        ]
    );
    let corps = json!({ "texte": "Bonjour {{ prenom }},\n\n**Chez nous**, {{ classe }}." });
    let apercu = format!("{PROJET}/apercu");
    let vus = serveur
        .demander("POST", &apercu, &admin, corps.clone())
        .await
        .json();
    let vus = vus["apercus"].as_array().unwrap();
    let ine = vus.iter().find(|vu| vu["cas"] == "ine").unwrap();
    let dit = ine["texte"].as_str().unwrap();
    assert!(dit.starts_with("Bonjour ,\n\nChez nous, ine."), "{dit}");
    assert_eq!(vus[0]["objet"], "Re: Mon dossier");
    let mis = serveur.ecrire(&admin, PROJET, corps).await;
    assert!(mis["nom"].is_string() && mis["le"].is_string(), "{mis}");
    // What was read can be sent back as it is.
    let rendu = serveur.ecrire(&admin, PROJET, mis.clone()).await;
    assert_eq!(rendu["version"], mis["version"]);
    let elle = serveur.candidat("elle@univ.example").await;
    let id = serveur.demande(&elle, "Mon dossier").await;
    let vue = serveur
        .lire(&format!("/gestion/demandes/{id}"), &support)
        .await
        .json();
    let projet = vue["projet"]["texte"].as_str().unwrap();
    assert!(projet.contains("**Chez nous**"), "{projet}");
    let histoire = serveur.lire("/gestion/campagne/historique", &admin).await;
    let derniere = histoire.json()["lignes"][0].clone();
    assert_eq!(derniere["code"], "support_projet.fr");
    assert!(derniere["nom"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn le_cadre_change_entoure_les_mails_et_les_reponses_et_va_dans_le_fichier() {
    let serveur = Serveur::new().await;
    let (admin, support) = (serveur.agent("admin").await, serveur.agent("support").await);
    let avant = serveur.lire(CADRE, &admin).await.json();
    let page_d_origine = avant["html"].as_str().unwrap();
    assert!(page_d_origine.contains("{{ pied }}"), "{page_d_origine}");
    let faux = json!({ "texte": "Sans le mail", "html": "{{ rang }}" });
    let refuse = serveur.demander("PUT", CADRE, &admin, faux).await;
    assert_eq!(refuse.champs(), ["html:variable_inconnue"]);
    let sans = json!({ "texte": "Sans le mail", "html": "<p>rien</p>" });
    let refuse = serveur.demander("PUT", CADRE, &admin, sans).await;
    assert_eq!(refuse.champs(), ["texte:corps_absent"]);
    assert!(texte(&refuse).contains("{{ corps }}"), "{}", texte(&refuse));
    let corps = json!({ "texte": "{{ corps }}\n\nLa scolarité, rue des Écoles" });
    let apercu = format!("{CADRE}/apercu");
    let vus = serveur
        .demander("POST", &apercu, &admin, corps.clone())
        .await
        .json();
    let cas: Vec<&str> = vus["apercus"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vu| vu["cas"].as_str().unwrap())
        .collect();
    assert_eq!(cas, ["candidat", "commission", "automatique", "personne"]);
    let mis = serveur.ecrire(&admin, CADRE, corps).await;
    assert_eq!(mis["html"], avant["html"], "the page follows the original");
    let rendu = serveur.ecrire(&admin, CADRE, mis.clone()).await;
    assert_eq!(rendu["version"], mis["version"], "alike: nothing changes");
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, _) = serveur.formation(0).await;
    serveur.transmis(&elle, &formation).await;
    let parti = serveur.mail("elle@univ.example", "").await;
    assert!(
        parti.html.contains("<p>La scolarité, rue des Écoles</p>"),
        "{}",
        parti.html
    );
    let id = serveur.demande(&elle, "Mon dossier").await;
    let reponse = json!({ "texte": "Il est complet." });
    let chemin = format!("/gestion/demandes/{id}/reponse");
    let fait = serveur.demander("POST", &chemin, &support, reponse).await;
    assert_eq!(fait.statut, 200, "{}", texte(&fait));
    let parti = serveur.mail("elle@univ.example", "Re: ").await;
    assert!(parti.html.contains("rue des Écoles"), "{}", parti.html);
    let fichier = texte(&serveur.lire("/gestion/campagne/fichier", &admin).await);
    assert!(fichier.contains("mail = \"cadre\""), "{fichier}");
    assert!(!fichier.contains("objet = \"\""), "{fichier}");
    assert_eq!(
        serveur.importer(&admin, fichier.clone()).await.json()["changes"],
        0
    );
    let faux = serveur
        .importer(&admin, fichier.replacen("{{ corps }}", "", 1))
        .await;
    assert_eq!(faux.statut, 422, "{}", texte(&faux));
    assert!(texte(&faux).contains("{{ corps }}"), "{}", texte(&faux));
    let remis = serveur.demander("DELETE", CADRE, &admin, Value::Null).await;
    assert_eq!(remis.statut, 204);
    let apres = serveur.lire(CADRE, &admin).await.json();
    assert_eq!(apres["texte"], avant["texte"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn les_pages_changent_le_cadre_et_les_reponses() {
    let serveur = Serveur::new().await;
    let cookie = serveur.poste("admin").await;
    let liste = page(&serveur, "/gestion/campagne/mails", &cookie).await;
    assert!(liste.contains("Réponses du support") && liste.contains("Autour de chaque mail"));
    let chemin = "/gestion/campagne/mails/cadre/fr";
    let vue = page(&serveur, chemin, &cookie).await;
    assert!(!vue.contains("name=\"objet\"") && vue.contains("name=\"html\""));
    let html = "<p>{{ objet }}</p>{{ corps }}{{ pied }}";
    let ecrit = [("texte", "{{ corps }}\r\n\r\nNous"), ("html", html)];
    let preuve = preuve(&vue);
    let essai = [&ecrit[..], &[("preuve", preuve.as_str()), ("vue", "0")]].concat();
    let vu = formulaire(&serveur, &format!("{chemin}/apercu"), &cookie, &essai).await;
    let vu = texte(&vu);
    assert!(vu.contains("une alerte à une commission"), "{vu}");
    assert_eq!(vu.matches("<iframe").count(), 4);
    let fait = suivre(&serveur, &vue, chemin, &cookie, &ecrit).await;
    let vers = format!("{chemin}?fait=1");
    assert_eq!(fait.entetes["location"], vers.as_str(), "{}", texte(&fait));
    let vue = page(&serveur, &vers, &cookie).await;
    assert!(vue.contains("<ins>") && vue.contains("{{ pied }}"));
    let question = page(&serveur, &format!("{chemin}/origine"), &cookie).await;
    assert!(
        question.contains("« Le cadre de tous les mails (fr) »"),
        "{question}"
    );
    let chemin = "/gestion/campagne/mails/support_suivi/en";
    let vue = page(&serveur, chemin, &cookie).await;
    assert!(!vue.contains("name=\"objet\"") && !vue.contains("name=\"html\""));
    let faux = suivre(&serveur, &vue, chemin, &cookie, &[("texte", "{{ rang }}")]).await;
    let faux = texte(&faux);
    assert!(
        faux.contains("href=\"#texte\"") && faux.contains("« rang »"),
        "{faux}"
    );
    let ecrit = [("texte", "Hello {{ prenom }}")];
    let fait = suivre(&serveur, &vue, chemin, &cookie, &ecrit).await;
    assert_eq!(fait.statut, 303, "{}", texte(&fait));
    let histoire = page(&serveur, "/gestion/campagne/historique", &cookie).await;
    assert!(histoire.contains("texte de mail support_suivi.en"));
    let audit = page(&serveur, "/gestion/audit", &cookie).await;
    assert!(
        audit.contains("Réponse automatique : où en sont mes dossiers"),
        "{audit}"
    );
}

/// What staff wrote once holds in the next campaign, with who wrote it.
#[tokio::test(flavor = "multi_thread")]
async fn la_campagne_suivante_garde_les_textes_changes() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let statut = "/gestion/mails/cpt_min_create/fr";
    let corps =
        json!({ "objet": "Bienvenue chez nous", "texte": "[Valider]({{ lienValidation }})" });
    let ecrits = [
        (statut, serveur.ecrire(&admin, statut, corps).await),
        (
            CADRE,
            serveur
                .ecrire(
                    &admin,
                    CADRE,
                    json!({ "texte": "{{ corps }}\n\nD'une année à l'autre" }),
                )
                .await,
        ),
        (
            PROJET,
            serveur
                .ecrire(&admin, PROJET, json!({ "texte": "Bonjour." }))
                .await,
        ),
    ];
    let fermee = serveur
        .demander("POST", "/gestion/campagne/fermeture", &admin, Value::Null)
        .await;
    assert_eq!(fermee.statut, 200, "{}", texte(&fermee));
    let suivante = json!({ "code": "2099-2100", "libelle": "Campagne 2099-2100", "annees": 1 });
    let ouverte = serveur
        .demander("POST", "/gestion/campagne/suivante", &admin, suivante)
        .await;
    assert_eq!(ouverte.statut, 200, "{}", texte(&ouverte));
    for (chemin, ecrit) in ecrits {
        let lu = serveur.lire(chemin, &admin).await.json();
        assert_eq!(lu, ecrit, "{chemin}");
        assert_eq!(lu["change"], true);
    }
}
