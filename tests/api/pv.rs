//! The minutes of a commission, from the workbook to the drafts (T15, P09).

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

use crate::serveur::{Reponse, Serveur};

impl Serveur {
    async fn pv(&self, agent: &str, requete: &str, fichier: &[u8]) -> Reponse {
        let autorisation = format!("Bearer {agent}");
        let entetes = [
            ("authorization", autorisation.as_str()),
            ("content-type", "application/octet-stream"),
        ];
        let chemin = format!("/api/v1/gestion/pv?{requete}");
        self.envoyer("POST", &chemin, &entetes, fichier.to_vec())
            .await
    }

    /// The candidate's number and the dossier's id, ready for the jury.
    async fn candidate(&self, agent: &str, mail: &str, formation: &str) -> (String, String) {
        let session = self.candidat(mail).await;
        let numero = self.lire("/moi", &session).await.json()["numero"].clone();
        let (id, _) = self.transmis(&session, formation).await;
        self.gerer(agent, &id, "complet", Value::Null).await;
        (numero.as_str().unwrap().to_owned(), id)
    }
}

/// The codes of the faults of each line.
fn fautes(rapport: &Value) -> Vec<Vec<String>> {
    let codes = |l: &Value| {
        let fautes = l["fautes"].as_array().unwrap().iter();
        let codes = fautes.map(|f| f["code"].as_str().unwrap().to_owned());
        codes.collect()
    };
    let lignes = rapport["lignes"].as_array().unwrap().iter();
    lignes.map(codes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn t15_un_pv_se_verifie_ligne_par_ligne_puis_se_saisit_en_entier_ou_pas_du_tout() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    // One with a waiting list.
    let offre = serveur.lire("/formations", "").await.json();
    let (formation, _) = serveur.formation(0).await;
    assert!(offre.to_string().contains(&formation));
    let (un, id_un) = serveur
        .candidate(&admin, "a@univ.example", &formation)
        .await;
    let (deux, id_deux) = serveur
        .candidate(&admin, "b@univ.example", &formation)
        .await;
    let (trois, id_trois) = serveur
        .candidate(&admin, "c@univ.example", &formation)
        .await;

    let modele = format!("/gestion/pv/modele.xlsx?formation={formation}");
    let modele = serveur.lire(&modele, &admin).await;
    let mut classeur = Xlsx::new(Cursor::new(modele.octets.to_vec())).unwrap();
    let feuille = classeur.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(feuille.height(), 4);
    let mut ids: Vec<String> = (1..4)
        .map(|l| feuille.get_value((l, 0)).unwrap().to_string())
        .collect();
    ids.sort();
    let mut attendus = vec![id_un.clone(), id_deux.clone(), id_trois.clone()];
    attendus.sort();
    assert_eq!(ids, attendus);
    assert_eq!(
        feuille.get_value((0, 4)),
        Some(&Data::String("avis".to_owned()))
    );
    // Sent back as it is: nobody said anything.
    let vide = serveur.pv(&admin, "essai=1", &modele.octets).await.json();
    assert_eq!((&vide["sans_avis"], &vide["refus"]), (&json!(3), &json!(0)));

    let faux = format!(
        "numéro;avis;rang;motif;commentaire\n{un};Favorable;;;Bravo\n{un};LC;2;;\n{deux};LC;2;;\n{trois};Défavorable;;;\nZZZZZZZZ;FA;;;\n{deux};peut-être;x;;\n"
    );
    let requete = format!("formation={formation}&essai=1");
    let rapport = serveur.pv(&admin, &requete, faux.as_bytes()).await.json();
    let vus = fautes(&rapport);
    assert_eq!(rapport["fait"], false);
    assert_eq!(vus.len(), 6);
    assert!(vus[0].contains(&"dossier_en_double".to_owned()), "{vus:?}");
    assert!(
        vus[1].contains(&"rang_en_double".to_owned())
            && vus[2].contains(&"rang_en_double".to_owned())
    );
    assert!(!vus[3].is_empty(), "a reason is required");
    assert_eq!(vus[4], ["candidat_inconnu"]);
    assert!(vus[5].contains(&"rang_illisible".to_owned()));
    // The same, to be entered: nothing is.
    let requete = format!("formation={formation}");
    let rapport = serveur.pv(&admin, &requete, faux.as_bytes()).await.json();
    assert_eq!(rapport["fait"], false);
    let vu = serveur
        .lire(&format!("/gestion/dossiers/{id_un}"), &admin)
        .await
        .json();
    assert_eq!(vu["decision"], Value::Null);

    let bon = format!(
        "dossier;numéro;avis;rang;motif;commentaire\n{id_un};{un};Favorable;;;Bravo\n{id_deux};;Favorable;;;\n{id_trois};{trois};;;;\n"
    );
    let decale = bon.replacen(&un, &deux, 1);
    let rapport = serveur
        .pv(&admin, "essai=1", decale.as_bytes())
        .await
        .json();
    assert_eq!(fautes(&rapport)[0], ["numero_different"], "shifted lines");
    let rapport = serveur.pv(&admin, "", bon.as_bytes()).await.json();
    assert_eq!(rapport["fait"], true, "{rapport}");
    assert_eq!(rapport["sans_avis"], 1);
    let vu = serveur
        .lire(&format!("/gestion/dossiers/{id_un}"), &admin)
        .await
        .json();
    assert_eq!(vu["decision"]["avis"], "favorable");
    assert_eq!(vu["decision"]["publiee"], false, "entered, not released");
    assert_eq!(vu["decision"]["commentaire"], "Bravo");

    let centre = vu["formation"]["centre"].as_str().unwrap().to_lowercase();
    let ailleurs = if centre == "droit" { "iae" } else { "droit" };
    let autre = serveur.agent(ailleurs).await;
    let rapport = serveur.pv(&autre, "essai=1", bon.as_bytes()).await.json();
    assert_eq!(fautes(&rapport)[0], ["dossier_inconnu"], "another centre's");
    let support = serveur.agent("support").await;
    let rapport = serveur.pv(&support, "", bon.as_bytes()).await.json();
    assert_eq!(fautes(&rapport)[0], ["droit_manquant"]);
    for (fichier, code) in [
        (&b"PK\x03\x04abime"[..], "classeur_illisible"),
        (&b"nom;prenom\na;b"[..], "colonnes_absentes"),
    ] {
        let refus = serveur.pv(&admin, "essai=1", fichier).await;
        assert_eq!(refus.code(), (422, code.to_owned()));
    }
    let gros = serveur.pv(&admin, "essai=1", &vec![b'a'; 3_000_000]).await;
    assert_eq!(gros.statut, 413);
}
