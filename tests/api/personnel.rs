//! Staff: log-in with a second factor, scope, the trail (Q15, Q17).

use actors::totp;
use postule::app::MOT_DE_PASSE_PERSONNEL;
use serde_json::{Value, json};

use crate::serveur::{Reponse, Serveur};

impl Serveur {
    /// A session of one of the demo's staff.
    pub(crate) async fn agent(&self, qui: &str) -> String {
        let session = self.entrer(&format!("{qui}@demo.example"), None).await;
        assert_eq!(
            session.statut,
            200,
            "{}",
            String::from_utf8_lossy(&session.octets)
        );
        session.json()["jeton"].as_str().unwrap().to_owned()
    }

    /// Sets up a second factor for one of the demo's staff; the recovery codes.
    pub(crate) async fn proteger(&self, mail: &str) -> Vec<String> {
        let session = self.entrer(mail, None).await.json()["jeton"].clone();
        let (session, chemin) = (session.as_str().unwrap(), "/gestion/second-facteur");
        let second = self.demander("POST", chemin, session, Value::Null).await;
        let second = second.json();
        let secret = totp::de_base32(second["secret"].as_str().unwrap()).unwrap();
        let code = totp::code_a(&secret, jiff::Timestamp::now());
        let juste = json!({ "nonce": second["nonce"], "code": code });
        let codes = self.demander("PUT", chemin, session, juste).await.json();
        let codes = codes["codes_de_secours"].as_array().unwrap().iter();
        codes.map(|c| c.as_str().unwrap().to_owned()).collect()
    }

    async fn entrer(&self, mail: &str, code: Option<&str>) -> Reponse {
        let mut corps = json!({ "identifiant": mail, "mot_de_passe": MOT_DE_PASSE_PERSONNEL });
        if let Some(code) = code {
            corps["code"] = json!(code);
        }
        self.demander("POST", "/session", "", corps).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn q17_le_second_facteur_est_demande_une_fois_en_service() {
    let serveur = Serveur::new().await;
    let premiere = serveur.entrer("Sciences@demo.example ", None).await.json();
    assert_eq!(premiere["roles"], json!(["gestionnaire"]));
    let session = premiere["jeton"].as_str().unwrap();
    let chemin = "/gestion/second-facteur";
    let second = serveur
        .demander("POST", chemin, session, Value::Null)
        .await
        .json();
    let secret = totp::de_base32(second["secret"].as_str().unwrap()).unwrap();
    let faux = json!({ "nonce": second["nonce"], "code": "000000" });
    let refuse = serveur.demander("PUT", chemin, session, faux).await;
    assert_eq!(refuse.code(), (401, "second_facteur_faux".to_owned()));
    let code = totp::code_a(&secret, jiff::Timestamp::now());
    let juste = json!({ "nonce": second["nonce"], "code": code });
    let codes = serveur.demander("PUT", chemin, session, juste).await.json();
    let codes = codes["codes_de_secours"].as_array().unwrap().clone();
    assert_eq!(codes.len(), 10);
    let mail = "sciences@demo.example";
    assert_eq!(
        serveur.entrer(mail, None).await.code(),
        (401, "second_facteur_requis".to_owned())
    );
    let encore = serveur.entrer(mail, Some(&code)).await;
    assert_eq!(
        encore.code(),
        (401, "second_facteur_faux".to_owned()),
        "a code works once"
    );
    let secours = codes[3].as_str().unwrap().to_lowercase();
    assert_eq!(serveur.entrer(mail, Some(&secours)).await.statut, 200);
    assert_eq!(
        serveur.entrer(mail, Some(&secours)).await.statut,
        401,
        "and so does a recovery code"
    );
    for _ in 0..5 {
        serveur.entrer(mail, Some("111111")).await;
    }
    let trop = serveur.entrer(mail, Some(codes[4].as_str().unwrap())).await;
    assert_eq!(trop.code(), (429, "trop_d_essais".to_owned()));
    assert!(trop.entetes.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn q15_q17_un_dossier_ne_se_voit_que_dans_son_centre_et_chaque_regard_laisse_une_trace() {
    let serveur = Serveur::new().await;
    let candidat = serveur.candidat("elise@univ.example").await;
    let (formation, _) = serveur.formation(0).await;
    let ouvert = serveur.ouvrir(&candidat, &formation).await.json();
    let id = ouvert["id"].as_str().unwrap().to_owned();
    let centre = ouvert["formation"]["centre"]
        .as_str()
        .unwrap()
        .to_lowercase();
    let autre = if centre == "droit" { "iae" } else { "droit" };
    let chemin = format!("/gestion/dossiers/{id}");
    let dedans = serveur.agent(&centre).await;
    let dehors = serveur.agent(autre).await;
    let admin = serveur.agent("admin").await;
    let vu = serveur.lire(&chemin, &dedans).await;
    assert_eq!(vu.statut, 200, "{}", String::from_utf8_lossy(&vu.octets));
    assert_eq!(vu.json()["candidat"]["mail"], "elise@univ.example", "P17");
    assert_eq!(
        serveur.lire(&chemin, &dehors).await.code(),
        (404, "introuvable".to_owned())
    );
    assert_eq!(
        serveur.lire(&chemin, &candidat).await.statut,
        401,
        "a candidate is no staff"
    );
    assert_eq!(serveur.lire(&chemin, "").await.statut, 401);
    let liste = serveur
        .lire(
            "/gestion/dossiers?q=martin%20elise&etat=en_attente&tri=-nom",
            &dedans,
        )
        .await;
    let liste = liste.json();
    assert_eq!(liste["dossiers"][0]["id"], json!(id), "{liste}");
    assert_eq!(liste["comptes"], json!({ "en_attente": 1 }));
    assert_eq!(
        serveur.lire("/gestion/dossiers", &dehors).await.json()["total"],
        0,
        "another centre"
    );
    assert_eq!(
        serveur.lire("/gestion/dossiers", &candidat).await.statut,
        401
    );
    assert_eq!(
        serveur
            .lire("/gestion/dossiers?tri=age", &dedans)
            .await
            .champs(),
        ["tri:inconnu"]
    );
    assert_eq!(
        serveur
            .lire("/gestion/dossiers?q=personne", &admin)
            .await
            .json()["total"],
        0
    );
    let trace = format!("/gestion/audit?dossier={id}");
    assert_eq!(
        serveur.lire(&trace, &dedans).await.code(),
        (403, "droit_manquant".to_owned())
    );
    let lignes = serveur.lire(&trace, &admin).await.json();
    let lignes = lignes["lignes"].as_array().unwrap().clone();
    assert_eq!(lignes.len(), 1, "one look, and none of who saw nothing");
    assert_eq!(lignes[0]["quoi"], "voir_dossier");
    let qui = lignes[0]["personnel"].as_str().unwrap();
    let ses_actes = serveur
        .lire(&format!("/gestion/audit?personnel={qui}"), &admin)
        .await
        .json();
    assert_eq!(ses_actes["lignes"], json!(lignes));
}

#[tokio::test(flavor = "multi_thread")]
async fn q17_un_administrateur_invite_change_et_ferme_des_acces() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let vide = serveur
        .demander("POST", "/gestion/personnel", &admin, json!({ "mail": "x" }))
        .await;
    assert_eq!(vide.statut, 422);
    assert_eq!(
        vide.champs(),
        [
            "mail:mail_invalide",
            "nom:manquant",
            "prenom:manquant",
            "roles:manquant"
        ]
    );
    let corps = json!({ "mail": "Nora@univ.example", "nom": "Petit", "prenom": "Nora", "roles": ["gestionnaire"], "centres": ["IAE"] });
    let invite = serveur
        .demander("POST", "/gestion/personnel", &admin, corps.clone())
        .await;
    assert_eq!(
        invite.statut,
        201,
        "{}",
        String::from_utf8_lossy(&invite.octets)
    );
    let id = invite.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(invite.json()["etat"], "invite");
    let encore = serveur
        .demander("POST", "/gestion/personnel", &admin, corps)
        .await;
    assert_eq!(encore.code(), (409, "personnel_existe".to_owned()));
    let jeton = serveur.jeton("nora@univ.example", "accès").await;
    let accepter = json!({ "jeton": jeton, "mot_de_passe": MOT_DE_PASSE_PERSONNEL, "mot_de_passe_confirmation": MOT_DE_PASSE_PERSONNEL });
    let accepte = serveur
        .demander("POST", "/personnel/invitation", "", accepter)
        .await;
    assert_eq!(accepte.statut, 204);
    let session = serveur.entrer("nora@univ.example", None).await.json()["jeton"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        serveur.lire("/gestion/personnel", &session).await.statut,
        403
    );
    let elle = format!("/gestion/personnel/{id}");
    let corps = json!({ "nom": "Petit", "prenom": "Nora", "roles": ["administrateur"] });
    assert_eq!(
        serveur.demander("PUT", &elle, &admin, corps).await.statut,
        200
    );
    assert_eq!(
        serveur.lire("/gestion/personnel", &session).await.statut,
        200,
        "rights count at once"
    );
    assert_eq!(
        serveur
            .demander("DELETE", &elle, &admin, Value::Null)
            .await
            .statut,
        200
    );
    assert_eq!(
        serveur.lire("/gestion/moi", &session).await.statut,
        401,
        "sessions end"
    );
    let moi = serveur.lire("/gestion/moi", &admin).await.json();
    let moi = format!(
        "/gestion/personnel/{}",
        moi["personnel"]["id"].as_str().unwrap()
    );
    let dernier = serveur.demander("DELETE", &moi, &admin, Value::Null).await;
    assert_eq!(dernier.code(), (409, "dernier_administrateur".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn q15_q17_les_pages_de_gestion_s_ouvrent_au_personnel_seul() {
    let serveur = Serveur::new().await;
    let formulaire = [("content-type", "application/x-www-form-urlencoded")];
    let corps = b"identifiant=sciences%40demo.example&mot_de_passe=Demo2027%40demo".to_vec();
    let entre = serveur
        .envoyer("POST", "/connexion", &formulaire, corps)
        .await;
    assert_eq!(entre.entetes["location"], "/gestion");
    let cookie = entre.entetes["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let cookie = [("cookie", cookie.as_str())];
    for (chemin, attendu) in [
        ("/gestion", "Dossiers"),
        ("/gestion?q=personne&lang=en", "No application matches."),
        ("/gestion/second-facteur", "one-time-code"),
    ] {
        let page = serveur.envoyer("GET", chemin, &cookie, vec![]).await;
        assert_eq!(page.statut, 200, "{chemin}");
        let texte = String::from_utf8_lossy(&page.octets).into_owned();
        assert!(texte.contains(attendu), "{chemin}: {texte}");
        let dehors = serveur.envoyer("GET", chemin, &[], vec![]).await;
        assert_eq!(dehors.statut, 303, "{chemin} leads to the log-in");
    }
    let absent = serveur
        .envoyer("GET", "/gestion/dossiers/AAAAAAAAAAAA", &cookie, vec![])
        .await;
    assert_eq!(absent.statut, 404);
}
