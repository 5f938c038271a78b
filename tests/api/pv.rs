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

/// T15, T16: minutes in which two candidates exchange their ranks are entered, and released, as the whole they are.
#[tokio::test(flavor = "multi_thread")]
async fn t15_t16_un_pv_qui_echange_des_rangs_se_saisit_et_se_publie_en_entier() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let definitions = serveur.lire("/gestion/formations", &admin).await.json();
    let definitions = definitions["formations"].as_array().unwrap().clone();
    let mut rang = 0;
    let formation = loop {
        let (code, _) = serveur.formation(rang).await;
        let definition = definitions.iter().find(|f| f["code"] == code).unwrap();
        if definition["liste_complementaire"] == true {
            break code;
        }
        rang += 1;
    };
    let mut ids = vec![];
    for mail in ["a@univ.example", "b@univ.example", "c@univ.example"] {
        ids.push(serveur.candidate(&admin, mail, &formation).await.1);
    }
    let lignes = |rangs: [&str; 3]| {
        let ligne = |(id, rang): (&String, &str)| {
            let avis = if rang.is_empty() { "FA" } else { "LC" };
            format!("{id};{avis};{rang}\n")
        };
        let lignes: String = ids.iter().zip(rangs).map(ligne).collect();
        format!("dossier;avis;rang\n{lignes}")
    };
    let requete = format!("formation={formation}");
    let saisir = async |rangs| {
        let essai = format!("{requete}&essai=1");
        let pv = lignes(rangs);
        let prevu = serveur.pv(&admin, &essai, pv.as_bytes()).await.json();
        let fait = serveur.pv(&admin, &requete, pv.as_bytes()).await.json();
        assert_eq!(prevu["refus"], fait["refus"], "{prevu} {fait}");
        (fait["fait"] == true, fait)
    };
    let rangs = async || {
        let mut rangs = vec![];
        for id in &ids {
            let chemin = format!("/gestion/dossiers/{id}");
            let vu = serveur.lire(&chemin, &admin).await.json();
            rangs.push(vu["decision"]["rang"].as_u64());
        }
        rangs
    };
    let publier = async || {
        let lot = json!({ "acte": "avis/validation", "dossiers": ids, "tout_ou_rien": true });
        let lot = serveur.demander("POST", "/gestion/lots", &admin, lot).await;
        lot.json()
    };
    assert!(saisir(["1", "2", "3"]).await.0);
    let (fait, rapport) = saisir(["2", "3", "1"]).await;
    assert!(fait, "three drafts go round: {rapport}");
    assert_eq!(rangs().await, [Some(2), Some(3), Some(1)]);
    assert_eq!(publier().await["fait"], true);
    let (fait, rapport) = saisir(["1", "3", "2"]).await;
    assert!(fait, "two that are released change places: {rapport}");
    let un = json!({ "acte": "avis/validation", "dossiers": [ids[0]], "tout_ou_rien": true });
    let un = serveur.demander("POST", "/gestion/lots", &admin, un).await;
    assert_eq!(
        un.json()["dossiers"][0]["refus"]["code"],
        "rang_pris",
        "one of them alone"
    );
    assert_eq!(publier().await["fait"], true);
    assert_eq!(rangs().await, [Some(1), Some(3), Some(2)]);
    // The first is admitted, the others move up: all in one file.
    let (fait, rapport) = saisir(["", "2", "1"]).await;
    assert!(fait, "{rapport}");
    let publie = publier().await;
    assert_eq!(publie["fait"], true, "{publie}");
    assert_eq!(rangs().await, [None, Some(2), Some(1)]);
    // A rank that somebody outside the file holds stays theirs.
    let reste = format!("dossier;avis;rang\n{};LC;2\n", ids[2]);
    let refus = serveur.pv(&admin, &requete, reste.as_bytes()).await.json();
    assert_eq!(fautes(&refus)[0], ["rang_pris"]);
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
