//! The texts of mails changed on screen: by API and on pages, checked before they are kept, in the next mail that leaves.

use std::time::Duration;

use postule::mail::{MailLu, lire};
use serde_json::{Value, json};

use crate::pages::{formulaire, page};
use crate::pages_gestion::{suivre, texte};
use crate::serveur::{Reponse, Serveur};

const STATUT_RE: &str = "/gestion/mails/statut_re/fr";
const PAGE: &str = "/gestion/campagne/mails/statut_re/fr";
/// How long a mail may take to leave.
const PATIENCE: Duration = Duration::from_secs(20);

impl Serveur {
    /// A campaign file brought in by API.
    pub(crate) async fn importer(&self, agent: &str, fichier: String) -> Reponse {
        let bearer = format!("Bearer {agent}");
        let entetes = [("authorization", bearer.as_str())];
        let chemin = "/api/v1/gestion/campagne/import";
        self.envoyer("POST", chemin, &entetes, fichier.into_bytes())
            .await
    }

    /// The last mail to this address whose subject begins so.
    pub(crate) async fn mail(&self, a: &str, objet: &str) -> MailLu {
        let fin = tokio::time::Instant::now() + PATIENCE;
        loop {
            let dossier = std::fs::read_dir(self.donnees.join("mail"));
            let mut noms: Vec<_> = dossier
                .map(|d| d.map(|e| e.unwrap().path()).collect())
                .unwrap_or_default();
            noms.sort();
            let cache = |n: &std::path::Path| {
                n.file_name()
                    .is_some_and(|f| f.to_string_lossy().starts_with('.'))
            };
            for nom in noms.iter().rev().filter(|n| !cache(n)) {
                let mail = lire(&std::fs::read(nom).unwrap()).unwrap();
                if mail.a == a && mail.objet.starts_with(objet) {
                    return mail;
                }
            }
            assert!(
                tokio::time::Instant::now() < fin,
                "no mail « {objet} » to {a}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// With `If-Match`.
    async fn si(&self, methode: &str, agent: &str, version: u64, corps: Value) -> Reponse {
        let entetes = [
            ("authorization", format!("Bearer {agent}")),
            ("content-type", "application/json".to_owned()),
            ("if-match", format!("\"{version}\"")),
        ];
        let entetes: Vec<(&str, &str)> = entetes.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let octets = serde_json::to_vec(&corps).unwrap();
        let chemin = format!("/api/v1{STATUT_RE}");
        self.envoyer(methode, &chemin, &entetes, octets).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn q17_seul_un_administrateur_lit_et_change_les_textes_des_mails() {
    let serveur = Serveur::new().await;
    let apercu = format!("{STATUT_RE}/apercu");
    for qui in ["iae", "jury", "support"] {
        let (agent, cookie) = (serveur.agent(qui).await, serveur.poste(qui).await);
        for (methode, chemin) in [
            ("GET", "/gestion/mails"),
            ("GET", STATUT_RE),
            ("PUT", STATUT_RE),
            ("DELETE", STATUT_RE),
            ("POST", apercu.as_str()),
        ] {
            let corps = if methode == "PUT" || methode == "POST" {
                json!({ "objet": "À moi" })
            } else {
                Value::Null
            };
            let refuse = serveur.demander(methode, chemin, &agent, corps).await;
            assert_eq!(
                refuse.code(),
                (403, "droit_manquant".to_owned()),
                "{qui} {methode} {chemin}"
            );
        }
        for chemin in ["/gestion/campagne/mails", PAGE] {
            let refuse = serveur
                .envoyer("GET", chemin, &[("cookie", &cookie)], vec![])
                .await;
            assert_eq!(refuse.statut, 403, "{qui} {chemin}");
        }
    }
    let elle = serveur.candidat("elle@univ.example").await;
    assert_eq!(serveur.lire("/gestion/mails", &elle).await.statut, 401);
    let admin = serveur.agent("admin").await;
    for inconnu in ["statut_xx/fr", "statut_re/de", "cadre/de", "page/fr"] {
        let chemin = format!("/gestion/mails/{inconnu}");
        let refuse = serveur.lire(&chemin, &admin).await;
        assert_eq!(refuse.statut, 404, "{inconnu}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn un_texte_change_part_au_prochain_mail_puis_le_texte_d_origine_revient() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let (formation, _) = serveur.formation(0).await;
    let lu = serveur.lire(STATUT_RE, &admin).await;
    assert_eq!(lu.statut, 200, "{}", texte(&lu));
    let avant = lu.json();
    assert_eq!(lu.entetes["etag"], "\"0\"");
    assert_eq!(
        (&avant["change"], &avant["le"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(avant["origine"]["source"], "integre");
    assert_eq!(avant["texte"], avant["origine"]["texte"]);
    let nomme = |nom: &str| {
        let variables = avant["variables"].as_array().unwrap();
        variables.iter().any(|v| v["nom"] == nom)
    };
    assert!(nomme("formation.libelle") && nomme("prenom") && !nomme("lienValidation"));
    let corps = json!({
        "objet": "Reçu : {{ formation.libelle }}",
        "texte": "Bonjour {{ prenom }} <{{ nom }}>,\r\n\r\nNous avons **tout** reçu.\r\n",
    });
    let apercu = format!("{STATUT_RE}/apercu");
    let vu = serveur
        .demander("POST", &apercu, &admin, corps.clone())
        .await;
    assert_eq!(vu.statut, 200, "{}", texte(&vu));
    let vu = &vu.json()["apercus"][0];
    assert_eq!(vu["objet"], "Reçu : Master 1 Informatique");
    let (brut, html) = (vu["texte"].as_str().unwrap(), vu["html"].as_str().unwrap());
    assert!(
        brut.starts_with("Bonjour Élise <Martin>,\n\nNous avons tout reçu.\n"),
        "{brut}"
    );
    assert!(
        html.contains("<strong>tout</strong>") && html.contains("&lt;Martin&gt;"),
        "{html}"
    );
    let encore = serveur.lire(STATUT_RE, &admin).await.json();
    assert_eq!(encore["change"], false, "a preview keeps nothing");
    let mis = serveur.si("PUT", &admin, 0, corps).await;
    assert_eq!(mis.statut, 200, "{}", texte(&mis));
    let mis = mis.json();
    assert_eq!(
        mis["texte"],
        "Bonjour {{ prenom }} <{{ nom }}>,\n\nNous avons **tout** reçu."
    );
    assert!(mis["nom"].is_string() && mis["le"].is_string(), "{mis}");
    let liste = serveur.lire("/gestion/mails", &admin).await.json();
    let lignes = liste["mails"].as_array().unwrap();
    assert_eq!(lignes.len(), 76);
    let changees: Vec<&Value> = lignes.iter().filter(|l| l["change"] == true).collect();
    assert_eq!(changees.len(), 1);
    assert_eq!(changees[0]["nom"], mis["nom"]);
    // What was read can be sent back as it is.
    let rendu = serveur
        .demander("PUT", STATUT_RE, &admin, mis.clone())
        .await;
    assert_eq!(
        rendu.json()["version"],
        mis["version"],
        "alike: nothing changes"
    );
    let elle = serveur.candidat("elle@univ.example").await;
    serveur.transmis(&elle, &formation).await;
    let parti = serveur.mail("elle@univ.example", "Reçu : ").await;
    assert!(
        parti
            .html
            .contains("Nous avons <strong>tout</strong> reçu."),
        "{}",
        parti.html
    );
    // The operator's file carries it, and takes it back without a change.
    let fichier = serveur.lire("/gestion/campagne/fichier", &admin).await;
    let fichier = texte(&fichier);
    assert!(
        fichier.contains("[[mails]]") && fichier.contains("mail = \"statut_re\""),
        "{fichier}"
    );
    assert_eq!(
        serveur.importer(&admin, fichier.clone()).await.json()["changes"],
        0
    );
    let faux = serveur
        .importer(&admin, fichier.replacen("{{ prenom }}", "{{ prenon }}", 1))
        .await;
    assert_eq!(faux.statut, 422, "{}", texte(&faux));
    assert!(texte(&faux).contains("prenon"), "{}", texte(&faux));
    let version = mis["version"].as_u64().unwrap();
    let remis = serveur.si("DELETE", &admin, version, Value::Null).await;
    assert_eq!(remis.statut, 204, "{}", texte(&remis));
    let apres = serveur.lire(STATUT_RE, &admin).await.json();
    assert_eq!(
        (&apres["change"], &apres["objet"]),
        (&json!(false), &avant["objet"])
    );
    assert_eq!(apres["nom"], mis["nom"], "who put it back is told");
    let histoire = serveur.lire("/gestion/campagne/historique", &admin).await;
    let lignes = histoire.json()["lignes"].clone();
    for (rang, effet) in [(0, "retire"), (1, "ajoute")] {
        assert_eq!(lignes[rang]["genre"], "mail");
        assert_eq!(lignes[rang]["code"], "statut_re.fr");
        assert_eq!(lignes[rang]["effet"], effet);
        assert!(lignes[rang]["nom"].is_string());
    }
    let lui = serveur.candidat("lui@univ.example").await;
    serveur.transmis(&lui, &formation).await;
    let debut = avant["objet"].as_str().unwrap().split("{{").next().unwrap();
    serveur.mail("lui@univ.example", debut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn toutes_les_fautes_d_un_texte_sont_dites_ensemble_et_ne_changent_rien() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let faux = json!({
        "objet": format!("{{{{ prenon }}}}{}", "o".repeat(250)),
        "texte": "Bonjour,\n\n{% if %}",
        "html": "<p>\n{{ candidat.ine }} {{ motif }} {{ inconnu }}</p>",
    });
    for (methode, chemin) in [
        ("PUT", STATUT_RE.to_owned()),
        ("POST", format!("{STATUT_RE}/apercu")),
    ] {
        let refuse = serveur
            .demander(methode, &chemin, &admin, faux.clone())
            .await;
        assert_eq!(refuse.statut, 422, "{}", texte(&refuse));
        assert_eq!(
            refuse.champs(),
            [
                "objet:variable_inconnue",
                "texte:modele_illisible",
                "html:variable_inconnue",
                "html:variable_inconnue",
            ],
            "{}",
            texte(&refuse)
        );
        let messages = texte(&refuse);
        assert!(
            messages.contains("Ligne 3") && messages.contains("« candidat.ine »"),
            "{messages}"
        );
        assert!(
            messages.contains("formation.libelle"),
            "what there is: {messages}"
        );
    }
    let longs = json!({ "objet": "o".repeat(201), "texte": "t".repeat(10_001), "html": "h".repeat(20_001) });
    let refuse = serveur.demander("PUT", STATUT_RE, &admin, longs).await;
    assert_eq!(
        refuse.champs(),
        ["objet:trop_long", "texte:trop_long", "html:trop_long"]
    );
    let vide = json!({ "objet": " ", "texte": "" });
    let refuse = serveur.demander("PUT", STATUT_RE, &admin, vide).await;
    assert_eq!(refuse.champs(), ["objet:manquant", "texte:manquant"]);
    // A mail that is there for its link must hold it; one that says nothing in some cases is none.
    let sans = json!({ "objet": "Bienvenue", "texte": "Bonjour {{ prenom }}." });
    let refuse = serveur
        .demander("PUT", "/gestion/mails/cpt_min_create/fr", &admin, sans)
        .await;
    assert_eq!(refuse.champs(), ["texte:lien_absent"]);
    assert!(
        texte(&refuse).contains("{{ lienValidation }}"),
        "{}",
        texte(&refuse)
    );
    let muet = json!({ "texte": "{% if raison %}{{ raison }}{% endif %}" });
    let refuse = serveur.demander("PUT", STATUT_RE, &admin, muet).await;
    assert_eq!(refuse.champs(), ["texte:rendu_vide"]);
    let sans_fin = json!({ "texte": "{% for i in range(90000) %}{{ i }}{% endfor %}" });
    let refuse = serveur.demander("PUT", STATUT_RE, &admin, sans_fin).await;
    assert_eq!(refuse.champs(), ["texte:rendu_impossible"]);
    let inconnu = json!({ "objet": "x", "couleur": "bleu" });
    let refuse = serveur.demander("PUT", STATUT_RE, &admin, inconnu).await;
    assert_eq!(refuse.code(), (400, "json_invalide".to_owned()));
    let parti = serveur
        .demander("DELETE", STATUT_RE, &admin, Value::Null)
        .await;
    assert_eq!(parti.statut, 404, "there is nothing to put back");
    let lu = serveur.lire(STATUT_RE, &admin).await.json();
    assert_eq!((&lu["change"], &lu["version"]), (&json!(false), &json!(0)));
    let juste = json!({ "objet": "Un" });
    assert_eq!(serveur.si("PUT", &admin, 0, juste).await.statut, 200);
    let perime = serveur
        .si("PUT", &admin, 0, json!({ "objet": "Deux" }))
        .await;
    assert_eq!(perime.statut, 412, "{}", texte(&perime));
    let perime = serveur.si("DELETE", &admin, 0, Value::Null).await;
    assert_eq!(perime.statut, 412, "{}", texte(&perime));
    assert_eq!(serveur.lire(STATUT_RE, &admin).await.json()["objet"], "Un");
}

#[tokio::test(flavor = "multi_thread")]
async fn les_pages_changent_montrent_comparent_et_remettent_un_texte() {
    let serveur = Serveur::new().await;
    let cookie = serveur.poste("admin").await;
    let sommaire = page(&serveur, "/gestion/campagne", &cookie).await;
    assert!(sommaire.contains("href=\"/gestion/campagne/mails\""));
    let gestionnaire = serveur.poste("iae").await;
    let sommaire = page(&serveur, "/gestion/campagne", &gestionnaire).await;
    assert!(!sommaire.contains("/gestion/campagne/mails"), "not theirs");
    let liste = page(&serveur, "/gestion/campagne/mails", &cookie).await;
    assert_eq!(liste.matches("href=\"/gestion/campagne/mails/").count(), 76);
    assert!(!liste.contains("Texte changé"));
    let vue = page(&serveur, PAGE, &cookie).await;
    for attendu in [
        "<textarea rows=\"18\"",
        "formation.libelle",
        "Texte d'origine",
        "formaction=\"/gestion/campagne/mails/statut_re/fr/apercu\"",
    ] {
        assert!(vue.contains(attendu), "{attendu}");
    }
    assert!(
        !vue.contains("Revenir au texte d'origine"),
        "it is the original"
    );
    let ecrit = [
        ("objet", "Bien reçu, {{ prenom }}"),
        ("texte", "Bonjour,\r\n\r\nTout est là."),
        ("html", ""),
    ];
    let apercu = format!("{PAGE}/apercu");
    let essayer = async |champs: &[(&str, &str)]| {
        let preuve = crate::pages::preuve(&vue);
        let champs = [champs, &[("preuve", preuve.as_str()), ("vue", "0")]].concat();
        formulaire(&serveur, &apercu, &cookie, &champs).await
    };
    let vu = essayer(&ecrit).await;
    assert_eq!(vu.statut, 200);
    let politique = vu.entetes["content-security-policy"].to_str().unwrap();
    assert!(
        politique.contains("style-src 'self' 'sha256-"),
        "{politique}"
    );
    assert!(politique.contains("frame-ancestors 'none'") && !politique.contains("unsafe"));
    let vu = texte(&vu);
    assert!(
        vu.contains("Bien reçu, Élise") && vu.contains("<iframe"),
        "{vu}"
    );
    assert!(
        vu.contains("sandbox") && vu.contains("Bien reçu, {{ prenom }}"),
        "typed stays"
    );
    let faux = essayer(&[("objet", "{{ prenon }}"), ("texte", "x"), ("html", "")]).await;
    let faux = texte(&faux);
    assert!(
        faux.contains("href=\"#objet\"") && faux.contains("« prenon »"),
        "{faux}"
    );
    let fait = suivre(&serveur, &vue, PAGE, &cookie, &ecrit).await;
    assert_eq!(fait.entetes["location"], format!("{PAGE}?fait=1").as_str());
    let vue = page(&serveur, &format!("{PAGE}?fait=1"), &cookie).await;
    assert!(vue.contains("C'est enregistré") && vue.contains("<ins>") && vue.contains("<del>"));
    // Somebody who opened the page before: told, what they typed stays, and what came in between is below.
    let ancien = [&ecrit[1..], &[("vue", "0"), ("objet", "Le mien")]].concat();
    let perime = texte(&suivre(&serveur, &vue, PAGE, &cookie, &ancien).await);
    assert!(
        perime.contains("Le mien") && perime.contains("class=\"alerte\""),
        "{perime}"
    );
    let liste = page(&serveur, "/gestion/campagne/mails", &cookie).await;
    assert_eq!(liste.matches("Texte changé").count(), 1);
    let question = page(&serveur, &format!("{PAGE}/origine"), &cookie).await;
    let remis = suivre(
        &serveur,
        &question,
        &format!("{PAGE}/origine"),
        &cookie,
        &[],
    )
    .await;
    assert_eq!(remis.entetes["location"], format!("{PAGE}?fait=1").as_str());
    let vue = page(&serveur, PAGE, &cookie).await;
    assert!(vue.contains("origine (remis)") && !vue.contains("<ins>"));
    let histoire = page(&serveur, "/gestion/campagne/historique", &cookie).await;
    assert!(histoire.contains("texte de mail statut_re.fr"));
}

/// What the dry run shows is what leaves: the same words, with the text changed on screen.
#[tokio::test(flavor = "multi_thread")]
async fn p09_l_essai_d_un_lot_montre_le_texte_meme_qui_partira() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (id, _) = serveur.transmis(&elle, &formation).await;
    let change = json!({
        "objet": "Complet : {{ formation.libelle }} ({{ numDossierOpi }})",
        "texte": "Chère {{ prenom }},\n\nIl ne manque rien à {{ dossier.lien }}",
    });
    let mis = serveur
        .demander("PUT", "/gestion/mails/statut_co/fr", &admin, change)
        .await;
    assert_eq!(mis.statut, 200, "{}", texte(&mis));
    let lot = |essai: bool| json!({ "acte": "complet", "dossiers": [id], "essai": essai });
    let essai = serveur
        .demander("POST", "/gestion/lots", &admin, lot(true))
        .await;
    let prevu = essai.json()["dossiers"][0]["mails"][0].clone();
    let (objet, ecrit) = (
        prevu["objet"].as_str().unwrap(),
        prevu["texte"].as_str().unwrap(),
    );
    assert!(
        objet.starts_with("Complet : ") && ecrit.contains(&id),
        "{prevu}"
    );
    let cookie = serveur.poste("admin").await;
    let liste = page(&serveur, "/gestion", &cookie).await;
    let choix = [("acte", "complet"), ("dossier", id.as_str())];
    let vue = texte(&suivre(&serveur, &liste, "/gestion/lots", &cookie, &choix).await);
    assert!(
        vue.contains("Chère Élise") && vue.contains("<details class=\"ligne-mail\">"),
        "{vue}"
    );
    let fait = serveur
        .demander("POST", "/gestion/lots", &admin, lot(false))
        .await;
    assert_eq!(fait.json()["fait"], true, "{}", texte(&fait));
    let parti = serveur.mail("elle@univ.example", objet).await;
    assert_eq!(parti.objet, objet);
    for ligne in ecrit.lines().filter(|l| l.starts_with("Chère")) {
        assert!(parti.html.contains(ligne), "{ligne} in {}", parti.html);
    }
}
