//! The small forms of a dossier's page, refused: why stands beside the field, what was typed stays, nothing changes (T08, T26).

use serde_json::json;

use crate::pages::page;
use crate::pages_gestion::{suivre, texte};
use crate::serveur::Serveur;

#[tokio::test(flavor = "multi_thread")]
async fn t26_un_montant_illisible_est_refuse_et_n_efface_pas_celui_qui_est_la() {
    let serveur = Serveur::new().await;
    let (admin, cookie) = (serveur.agent("admin").await, serveur.poste("admin").await);
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, pieces) = serveur.formation(0).await;
    let (id, _) = serveur.transmis(&elle, &formation).await;
    let base = format!("/gestion/dossiers/{id}");
    let fiche = format!("{base}/fiche");
    let vue = page(&serveur, &base, &cookie).await;
    let fait = suivre(&serveur, &vue, &fiche, &cookie, &[("montant", "243,50")]).await;
    assert_eq!(fait.statut, 303, "{}", texte(&fait));
    let vue = page(&serveur, &base, &cookie).await;
    let faux = [("montant", "beaucoup"), ("regime", "Alternance")];
    let refuse = suivre(&serveur, &vue, &fiche, &cookie, &faux).await;
    assert_eq!(refuse.statut, 422);
    let html = texte(&refuse);
    for attendu in [
        "href=\"#montant\"",
        "value=\"beaucoup\"",
        "value=\"Alternance\"",
        "aria-describedby=\"montant-faute\" aria-invalid=\"true\"",
    ] {
        assert!(html.contains(attendu), "{attendu}\n{html}");
    }
    let lu = serveur.lire(&base, &admin).await.json();
    let lu = lu.to_string();
    assert!(lu.contains("24350") && !lu.contains("Alternance"), "{lu}");

    // A refusal says why; the comment's own form is open again, at the piece it is about.
    let vue = page(&serveur, &format!("{base}?piece={}", pieces[1]), &cookie).await;
    let decision = format!("{base}/pieces/{}/decision", pieces[1]);
    let muet = [("statut", "refusee"), ("commentaire", " ")];
    let refuse = suivre(&serveur, &vue, &decision, &cookie, &muet).await;
    assert_eq!(refuse.statut, 422);
    let html = texte(&refuse);
    assert!(html.contains("href=\"#commentaire-piece\""), "{html}");
    assert!(html.contains("<details class=\"refuser\" open>"), "{html}");
    assert!(
        html.contains(&format!("/pieces/{}/decision", pieces[1])),
        "{html}"
    );
    // A note that is too long is not lost.
    let long = "é".repeat(4_001);
    let notes = format!("{base}/notes");
    let refuse = suivre(&serveur, &vue, &notes, &cookie, &[("texte", &long)]).await;
    assert_eq!(refuse.statut, 422);
    let html = texte(&refuse);
    assert!(html.contains(&long) && html.contains("href=\"#texte\""));
}

/// A list is no object: read as one it would leave every field out, and erase what they hold.
#[tokio::test(flavor = "multi_thread")]
async fn un_corps_qui_n_est_pas_un_objet_est_refuse_et_un_parametre_faux_est_nomme() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, _) = serveur.formation(0).await;
    let (id, _) = serveur.transmis(&elle, &formation).await;
    serveur
        .gerer(&admin, &id, "fiche", json!({ "regime": "Alternance" }))
        .await;
    let fiche = format!("/gestion/dossiers/{id}/fiche");
    for faux in [json!([]), json!("x"), json!(5)] {
        let refuse = serveur.demander("POST", &fiche, &admin, faux.clone()).await;
        assert_eq!(refuse.code(), (400, "json_invalide".to_owned()), "{faux}");
    }
    let lu = serveur
        .lire(&format!("/gestion/dossiers/{id}"), &admin)
        .await;
    assert!(texte(&lu).contains("Alternance"));
    let faux = serveur.lire("/gestion/audit?limite=beaucoup", &admin).await;
    assert_eq!(faux.code(), (400, "requete_invalide".to_owned()));
    assert!(texte(&faux).contains("limite"), "{}", texte(&faux));
}

/// P09: a batch says what it cannot do before it does anything, all at once.
#[tokio::test(flavor = "multi_thread")]
async fn p09_un_lot_vide_double_ou_d_un_acte_inconnu_est_refuse_en_entier() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let lot = async |acte: &str, dossiers: &[&str]| {
        let corps = json!({ "acte": acte, "dossiers": dossiers });
        serveur
            .demander("POST", "/gestion/lots", &admin, corps)
            .await
    };
    let refuse = lot("danser", &[]).await;
    assert_eq!(refuse.statut, 422);
    assert_eq!(refuse.champs(), ["acte:acte_inconnu", "dossiers:manquant"]);
    assert!(texte(&refuse).contains("renvoi"), "{}", texte(&refuse));
    let refuse = lot("complet", &["AAAA", "BBBB", "AAAA"]).await;
    assert_eq!(refuse.champs(), ["dossiers:dossier_en_double"]);
    assert!(texte(&refuse).contains("AAAA") && !texte(&refuse).contains("BBBB"));
}
