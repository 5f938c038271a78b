//! The pages, as a browser without JavaScript sees them.

use crate::serveur::{MOT_DE_PASSE, PDF, Reponse, Serveur};

/// A browser's form: urlencoded fields, with the cookie.
pub(crate) async fn formulaire(
    serveur: &Serveur,
    chemin: &str,
    cookie: &str,
    champs: &[(&str, &str)],
) -> Reponse {
    let coder = |t: &str| t.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let corps: Vec<String> = champs
        .iter()
        .map(|(n, v)| format!("{n}={}", coder(v)))
        .collect();
    let entetes = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookie),
        ("origin", "http://localhost"),
    ];
    serveur
        .envoyer("POST", chemin, &entetes, corps.join("&").into_bytes())
        .await
}

pub(crate) async fn page(serveur: &Serveur, chemin: &str, cookie: &str) -> String {
    let reponse = serveur
        .envoyer("GET", chemin, &[("cookie", cookie)], vec![])
        .await;
    assert_eq!(reponse.statut, 200, "{chemin}");
    assert!(
        reponse.entetes["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
    String::from_utf8(reponse.octets.to_vec()).unwrap()
}

pub(crate) fn preuve(page: &str) -> String {
    let (_, suite) = page.split_once("name=\"preuve\" value=\"").unwrap();
    suite.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn q40_les_pages_menent_du_compte_a_la_transmission_sans_javascript() {
    let serveur = Serveur::new().await;
    let vide = formulaire(&serveur, "/inscription", "", &[("nom", "<b>x</b>")]).await;
    let vide = String::from_utf8(vide.octets.to_vec()).unwrap();
    assert!(
        vide.contains("à corriger") && vide.contains("Au moins 10 caractères."),
        "G02"
    );
    assert!(
        vide.contains("&#60;b&#62;x&#60;/b&#62;"),
        "what was typed comes back, escaped"
    );
    let session = serveur.candidat("elise@univ.example").await;
    let cookie = format!("__Host-session={session}");
    let identifiants = [
        ("identifiant", "elise@univ.example"),
        ("mot_de_passe", MOT_DE_PASSE),
    ];
    let connecte = formulaire(&serveur, "/connexion", "", &identifiants).await;
    assert_eq!(connecte.entetes["location"], "/dossiers");
    let pose = connecte.entetes["set-cookie"].to_str().unwrap();
    assert!(
        pose.starts_with("__Host-session=") && pose.contains("HttpOnly") && pose.contains("Secure"),
        "Q14"
    );
    assert!(
        page(&serveur, "/profil", &cookie)
            .await
            .contains("Votre profil est complet")
    );
    assert!(
        page(&serveur, "/?filtre=informatique", "")
            .await
            .contains("Candidater"),
        "G20"
    );
    let (formation, _) = serveur.formation(0).await;
    let candidater = format!("/formations/{formation}/candidater");
    let jeton = preuve(&page(&serveur, &candidater, &cookie).await);
    let sans = formulaire(&serveur, &candidater, &cookie, &[]).await;
    assert_eq!(sans.statut, 403, "Q14: no proof");
    let ouvert = formulaire(&serveur, &candidater, &cookie, &[("preuve", &jeton)]).await;
    let dossier = ouvert.entetes["location"].to_str().unwrap().to_owned();
    assert!(
        page(&serveur, "/dossiers", &cookie)
            .await
            .contains(&dossier),
        "G21"
    );
    let vue = serveur.lire(&dossier, &session).await.json();
    for piece in vue["pieces"].as_array().unwrap() {
        let code = piece["code"].as_str().unwrap();
        if piece["conditionnelle"] == true {
            let chemin = format!("{dossier}/pieces/{code}/non-concerne");
            let champs = [("preuve", jeton.as_str()), ("certifie", "oui")];
            assert_eq!(
                formulaire(&serveur, &chemin, &cookie, &champs).await.statut,
                303
            );
        } else {
            let chemin = format!("{dossier}/pieces/{code}/deposer?preuve={jeton}");
            let debut = b"--xx\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"cv.pdf\"\r\n\r\n";
            let corps = [&debut[..], PDF, b"\r\n--xx--\r\n"].concat();
            let entetes = [
                ("cookie", cookie.as_str()),
                ("content-type", "multipart/form-data; boundary=xx"),
            ];
            assert_eq!(
                serveur
                    .envoyer("POST", &chemin, &entetes, corps)
                    .await
                    .statut,
                303,
                "{code}"
            );
        }
    }
    assert!(
        page(&serveur, &dossier, &cookie)
            .await
            .contains("Transmettre ma candidature"),
        "G28"
    );
    let transmettre = format!("{dossier}/transmettre");
    let question = page(&serveur, &transmettre, &cookie).await;
    assert!(
        question.contains("plus aucune modification") && question.contains("Oui, transmettre"),
        "P02"
    );
    let ailleurs = [
        ("cookie", cookie.as_str()),
        ("origin", "https://ailleurs.example"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let refuse = serveur
        .envoyer(
            "POST",
            &transmettre,
            &ailleurs,
            format!("preuve={jeton}").into_bytes(),
        )
        .await;
    assert_eq!(refuse.statut, 403, "Q14: a form of another site");
    let transmis = formulaire(&serveur, &transmettre, &cookie, &[("preuve", &jeton)]).await;
    assert_eq!(transmis.statut, 303);
    let fini = page(&serveur, &dossier, &cookie).await;
    assert!(fini.contains("Réceptionné") && fini.contains("Accusé de réception"));
    assert!(
        !fini.contains("/deposer") && !fini.contains("/retirer"),
        "G30"
    );
}
