//! What was being written at the support desk when a session ended comes back after the log-in (Q40).

use postule::app::MOT_DE_PASSE_PERSONNEL;

use crate::pages::formulaire;
use crate::pages_gestion::texte;
use crate::serveur::Serveur;

/// Q40: an answer that was being written when the session ended is there after the log-in, for the same person alone.
#[tokio::test(flavor = "multi_thread")]
async fn q40_une_reponse_ecrite_survit_a_la_session_qui_finit() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let id = serveur.demande(&elle, "Question").await;
    let qui = |nom: &str| {
        let adresse = format!("{nom}@demo.example");
        [
            ("identifiant", adresse),
            ("mot_de_passe", MOT_DE_PASSE_PERSONNEL.to_owned()),
            ("suite", "/gestion/demandes".to_owned()),
        ]
    };
    let entrer = async |nom: &str, reprise: &str| {
        let champs = qui(nom);
        let mut champs: Vec<(&str, &str)> = champs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        champs.push(("reprise", reprise));
        formulaire(&serveur, "/connexion", "", &champs).await
    };
    let entree = entrer("support", "").await;
    assert_eq!(entree.entetes["location"], "/gestion/demandes");
    let poses = entree.entetes.get_all("set-cookie").iter();
    let mut poses = poses.map(|c| c.to_str().unwrap().split(';').next().unwrap().to_owned());
    let sceau = poses.find(|c| c.starts_with("__Host-qui=")).unwrap();
    let chemin = format!("/gestion/demandes/{id}/reponse");
    let finie = format!("__Host-session=finie; {sceau}");
    let champs = [("preuve", "vieille"), ("texte", "Une longue reponse")];
    let perdue = formulaire(&serveur, &chemin, &finie, &champs).await;
    assert_eq!(perdue.statut, 401);
    let perdue = texte(&perdue);
    let (_, reprise) = perdue.split_once("name=\"reprise\" value=\"").unwrap();
    let reprise = reprise.split('"').next().unwrap();
    let retour = texte(&entrer("support", reprise).await);
    assert!(
        retour.contains("Une longue reponse") && retour.contains(&chemin),
        "{retour}"
    );
    let autre = entrer("admin", reprise).await;
    assert_eq!(autre.statut, 303, "somebody else reads nothing of it");
}

/// Q40: the same when a second factor is asked for in between: also after a wrong code, and for the same person alone.
#[tokio::test(flavor = "multi_thread")]
async fn q40_une_reponse_ecrite_survit_au_second_facteur() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let id = serveur.demande(&elle, "Question").await;
    let entrer = async |reprise: &str| {
        let champs = [
            ("identifiant", "support@demo.example"),
            ("mot_de_passe", MOT_DE_PASSE_PERSONNEL),
            ("suite", "/gestion/demandes"),
            ("reprise", reprise),
        ];
        formulaire(&serveur, "/connexion", "", &champs).await
    };
    let sceau = crate::pages_formulaires::cookies(&entrer("").await);
    let sceau = sceau
        .split("; ")
        .find(|c| c.starts_with("__Host-qui="))
        .unwrap();
    let codes = serveur.proteger("support@demo.example").await;
    let chemin = format!("/gestion/demandes/{id}/reponse");
    let finie = format!("__Host-session=finie; {sceau}");
    let champs = [("preuve", "vieille"), ("texte", "Une longue reponse")];
    let perdue = formulaire(&serveur, &chemin, &finie, &champs).await;
    let cache = |page: &str, nom: &str| {
        let (_, suite) = page
            .split_once(&format!("name=\"{nom}\" value=\""))
            .unwrap();
        suite.split('"').next().unwrap().to_owned()
    };
    let reprise = cache(&texte(&perdue), "reprise");
    let second = entrer(&reprise).await;
    assert_eq!(second.statut, 200);
    let cookie = crate::pages_formulaires::cookies(&second);
    let mut page = texte(&second);
    let mut retour = second;
    for code in ["000000", codes[0].as_str()] {
        let (gardee, suite) = (cache(&page, "reprise"), cache(&page, "suite"));
        let preuve = crate::pages::preuve(&page);
        let champs = [
            ("preuve", preuve.as_str()),
            ("code", code),
            ("reprise", &gardee),
            ("suite", &suite),
        ];
        retour = formulaire(&serveur, "/gestion/second-facteur", &cookie, &champs).await;
        page = texte(&retour);
    }
    assert_eq!(retour.statut, 200);
    assert!(
        page.contains("Une longue reponse") && page.contains(&chemin),
        "{page}"
    );
    let cookie = crate::pages_formulaires::cookies(&retour);
    let preuve = crate::pages::preuve(&page);
    let renvoi = [("preuve", preuve.as_str()), ("texte", "Une longue reponse")];
    let partie = formulaire(&serveur, &chemin, &cookie, &renvoi).await;
    assert_eq!(partie.statut, 303, "{}", texte(&partie));
}
