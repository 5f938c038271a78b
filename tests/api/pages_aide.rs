//! What candidates write to the support, on their own pages; their requests beside their dossier, in their data, erased.

use serde_json::json;

use crate::pages::page;
use crate::pages_demandes::{SIMPLE, mail};
use crate::pages_gestion::{suivre, texte};
use crate::serveur::Serveur;

/// S21, S48, S65: a candidate writes, reads the answer and goes on, from their own pages; nothing of the team's is there.
#[tokio::test(flavor = "multi_thread")]
async fn s65_le_candidat_ecrit_lit_et_repond_depuis_son_compte() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let dossier = serveur.ouvrir(&elle, &formation).await.json();
    let dossier = dossier["id"].as_str().unwrap();
    let cookie = format!("__Host-session={elle}");
    let vue = page(&serveur, &format!("/dossiers/{dossier}"), &cookie).await;
    assert!(vue.contains(&format!("/demandes?dossier={dossier}#ecrire")));
    let vue = page(&serveur, &format!("/demandes?dossier={dossier}"), &cookie).await;
    assert!(vue.contains(&format!("value=\"{dossier}\" selected")));
    assert!(vue.contains("Aucun document à joindre ici"), "S48");
    let vide = texte(
        &suivre(
            &serveur,
            &vue,
            "/demandes",
            &cookie,
            &[("objet", "Un objet")],
        )
        .await,
    );
    assert!(
        vide.contains("à corriger") && vide.contains("Un objet"),
        "nothing typed is lost"
    );
    let ecrit = [
        ("objet", "Mon CV"),
        ("texte", "Où le déposer ?"),
        ("dossier", dossier),
    ];
    let ecrit = suivre(&serveur, &vue, "/demandes", &cookie, &ecrit).await;
    let la = ecrit.entetes["location"].to_str().unwrap().to_owned();
    let id = la.rsplit('/').next().unwrap();
    let support = serveur.poste("support").await;
    let chemin = format!("/gestion/demandes/{id}");
    let vue = page(&serveur, &chemin, &support).await;
    assert!(
        vue.contains("Identité prouvée") && vue.contains("Un brouillon est proposé"),
        "S55"
    );
    let note = [("texte", "secret de l'équipe")];
    suivre(&serveur, &vue, &format!("{chemin}/notes"), &support, &note).await;
    let vue = page(&serveur, &chemin, &support).await;
    let reponse = [("texte", "Dans votre dossier.")];
    suivre(
        &serveur,
        &vue,
        &format!("{chemin}/reponse"),
        &support,
        &reponse,
    )
    .await;
    let lue = page(&serveur, &la, &cookie).await;
    assert!(
        lue.contains("Dans votre dossier.") && !lue.contains("secret"),
        "S65"
    );
    assert!(
        page(&serveur, "/demandes", &cookie)
            .await
            .contains("Une réponse vous attend")
    );
    let suite = [("texte", "Merci, et la lettre ?")];
    let suite = suivre(&serveur, &lue, &la, &cookie, &suite).await;
    assert_eq!(suite.entetes["location"], la.as_str());
    assert!(page(&serveur, &la, &cookie).await.contains("et la lettre"));
    let lui = serveur.candidat("lui@univ.example").await;
    let lui = format!("__Host-session={lui}");
    let ailleurs = serveur
        .envoyer("GET", &la, &[("cookie", &lui)], vec![])
        .await;
    assert_eq!(ailleurs.statut, 404, "Q15");
    // Beside the dossier, for its manager.
    let centre = serveur.etat(dossier).await["formation"]["centre"]
        .as_str()
        .unwrap()
        .to_lowercase();
    let gestion = serveur.poste(&centre).await;
    let vue = page(&serveur, &format!("/gestion/dossiers/{dossier}"), &gestion).await;
    assert!(vue.contains("Demandes du candidat au support") && vue.contains(&chemin));
    let jury = serveur.poste("jury").await;
    let liste = serveur
        .envoyer("GET", "/gestion/demandes", &[("cookie", &jury)], vec![])
        .await;
    assert_eq!(liste.statut, 403, "Q15");
}

/// S62, Q18: one's data holds the requests with the mails as they came; an erasure takes them, and their bytes.
#[tokio::test(flavor = "multi_thread")]
async fn s62_les_demandes_partent_avec_les_donnees_et_s_effacent_avec_elles() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let lui = serveur.candidat("lui@univ.example").await;
    let corps = format!("{SIMPLE}Une question tres personnelle, et mon nom.\r\n");
    let recu = mail("elle@univ.example", true, "Question intime", &corps);
    let id = serveur.ecrire_au_support(&recu, "Question intime").await;
    let reste = serveur.demande(&lui, "La sienne").await;
    let admin = serveur.agent("admin").await;
    let reponse = json!({ "texte": "Une reponse privee." });
    serveur
        .demander(
            "POST",
            &format!("/gestion/demandes/{id}/reponse"),
            &admin,
            reponse,
        )
        .await;
    assert_eq!(serveur.mails_avec("Une reponse privee.").await.len(), 1);
    let donnees = serveur.lire("/moi/donnees", &elle).await.json();
    assert_eq!(
        donnees["demandes"][0]["messages"].as_array().unwrap().len(),
        2
    );
    let archive = serveur.lire("/moi/donnees.zip", &elle).await;
    let archive = std::io::Cursor::new(archive.octets.to_vec());
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    let mut original = Vec::new();
    let mut fichier = archive.by_name(&format!("demandes/{id}/1.eml")).unwrap();
    std::io::Read::read_to_end(&mut fichier, &mut original).unwrap();
    assert_eq!(original, recu, "the mail with its attachments, as it came");
    let numero = serveur.lire("/moi", &elle).await.json()["numero"].clone();
    let essai = json!({ "candidat": numero, "essai": true });
    let essai = serveur
        .demander("POST", "/gestion/effacements", &admin, essai)
        .await
        .json();
    assert_eq!(essai["demandes"], 1);
    let faire = json!({ "candidat": numero, "essai": false });
    let fait = serveur
        .demander("POST", "/gestion/effacements", &admin, faire)
        .await;
    assert_eq!(fait.statut, 200);
    let lue = serveur
        .lire(&format!("/gestion/demandes/{id}"), &admin)
        .await;
    assert_eq!(lue.statut, 404);
    let liste = serveur.lire("/gestion/demandes?toutes=true", &admin).await;
    let liste = String::from_utf8_lossy(&liste.octets).into_owned();
    assert!(!liste.contains("elle@univ.example") && liste.contains(&reste));
}
