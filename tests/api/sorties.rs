//! Dossiers on paper, archives of many, figures (P14, P15).

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::time::Duration;

use hayro::hayro_syntax::Pdf;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::serveur::{Reponse, Serveur};

/// A picture as a telephone takes it.
fn photo() -> Vec<u8> {
    let mut octets = Cursor::new(Vec::new());
    let image = image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 90]));
    image
        .write_to(&mut octets, image::ImageFormat::Jpeg)
        .unwrap();
    octets.into_inner()
}

fn pages(octets: &[u8]) -> usize {
    Pdf::new(Arc::new(octets.to_vec())).unwrap().pages().len()
}

impl Serveur {
    /// A dossier handed in with PDFs, one of its pieces replaced by a picture before: its id and its files.
    async fn remis(&self, mail: &str, rang: usize) -> (String, Vec<String>) {
        let session = self.candidat(mail).await;
        let (formation, _) = self.formation(rang).await;
        self.transmis(&session, &formation).await
    }

    async fn imprimer(&self, agent: &str, id: &str) -> Reponse {
        self.lire(&format!("/gestion/dossiers/{id}.pdf"), agent)
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn un_dossier_s_imprime_avec_toutes_ses_pieces_et_dit_celle_qui_manque() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, _) = serveur.formation(0).await;
    let ouvert = serveur.ouvrir(&elle, &formation).await.json();
    let id = ouvert["id"].as_str().unwrap();
    let admin = serveur.agent("admin").await;
    let vide = serveur.imprimer(&admin, id).await;
    assert_eq!(vide.entetes["content-type"], "application/pdf");
    let resume = pages(&vide.octets);
    let codes: Vec<&str> = ouvert["pieces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["code"].as_str().unwrap())
        .collect();
    serveur
        .deposer(&elle, id, codes[0], "cv.pdf", crate::serveur::PDF)
        .await;
    let photo = serveur
        .deposer(&elle, id, codes[1], "photo.jpg", &photo())
        .await;
    assert_eq!(photo.statut, 200);
    let entier = serveur.imprimer(&admin, id).await;
    let siennes = pages(crate::serveur::PDF);
    assert_eq!(pages(&entier.octets), resume + siennes + 1);
    let nom = entier.entetes["content-disposition"].to_str().unwrap();
    assert!(nom.contains("Martin") && nom.contains(".pdf"), "{nom}");
    // A file that is damaged on disk: its page says so, the rest is there.
    let sha256 = photo.json()["pieces"][1]["fichier"]["sha256"].clone();
    let sha256 = sha256.as_str().unwrap();
    let place = serveur
        .donnees
        .join("fichiers")
        .join(&sha256[..2])
        .join(&sha256[2..]);
    std::fs::write(&place, b"rien").unwrap();
    let abime = serveur.imprimer(&admin, id).await;
    assert_eq!(abime.statut, 200);
    assert_eq!(pages(&abime.octets), resume + siennes + 1);

    let vu = serveur
        .lire(&format!("/gestion/dossiers/{id}"), &admin)
        .await;
    let centre = vu.json()["formation"]["centre"]
        .as_str()
        .unwrap()
        .to_lowercase();
    let ailleurs = if centre == "droit" { "iae" } else { "droit" };
    let autre = serveur.agent(ailleurs).await;
    let refus = serveur.imprimer(&autre, id).await;
    assert_eq!(refus.code(), (404, "introuvable".to_owned()), "Q15");
    assert_eq!(serveur.imprimer(&elle, id).await.statut, 401);
    let trace = serveur
        .lire(&format!("/gestion/audit?dossier={id}"), &admin)
        .await
        .json();
    let lignes = trace["lignes"].as_array().unwrap().iter();
    let regards = lignes.filter(|l| l["quoi"] == "imprimer_dossier").count();
    assert_eq!(regards, 3, "every print is in the trail, refusals are not");
}

/// The names in an archive; each is a whole PDF.
fn archive(octets: &[u8]) -> Vec<String> {
    let mut zip = ZipArchive::new(Cursor::new(octets)).unwrap();
    let mut noms = Vec::new();
    for rang in 0..zip.len() {
        let mut entree = zip.by_index(rang).unwrap();
        let mut pdf = Vec::new();
        entree.read_to_end(&mut pdf).unwrap();
        assert!(pages(&pdf) >= 1);
        noms.push(entree.name().unwrap().into_owned());
    }
    noms.sort();
    noms
}

#[tokio::test(flavor = "multi_thread")]
async fn p15_une_archive_tient_un_pdf_par_dossier_au_fil_de_l_eau_ou_en_arriere_plan() {
    let serveur = Serveur::new().await;
    let premier = serveur.remis("a@univ.example", 0).await.0;
    serveur.remis("b@univ.example", 1).await;
    let admin = serveur.agent("admin").await;
    let zip = serveur
        .lire("/gestion/exports/dossiers.zip?etat=transmis", &admin)
        .await;
    assert_eq!(zip.entetes["content-type"], "application/zip");
    let noms = archive(&zip.octets);
    assert_eq!(noms.len(), 2);
    let (formation, _) = serveur.formation(0).await;
    assert!(
        noms.iter()
            .any(|n| n.starts_with(&format!("{formation}/Martin"))),
        "{noms:?}"
    );
    let vide = serveur
        .lire("/gestion/exports/dossiers.zip?etat=complet", &admin)
        .await;
    assert_eq!(archive(&vide.octets), Vec::<String>::new());

    let chemin = format!("/gestion/exports/archives?formation={formation}");
    let commencee = serveur.demander("POST", &chemin, &admin, Value::Null).await;
    assert_eq!(commencee.statut, 202);
    assert_eq!(commencee.json()["total"], 1);
    let ici = commencee.entetes["location"].to_str().unwrap();
    let ici = ici.strip_prefix("/api/v1").unwrap().to_owned();
    let prete = loop {
        let vue = serveur.lire(&ici, &admin).await.json();
        match vue["etat"].as_str().unwrap() {
            "en_cours" => tokio::time::sleep(Duration::from_millis(30)).await,
            etat => {
                assert_eq!(etat, "prete");
                break vue;
            }
        }
    };
    assert_eq!((&prete["fait"], &prete["total"]), (&json!(1), &json!(1)));
    let fichier = prete["fichier"].as_str().unwrap();
    let fichier = fichier.strip_prefix("/api/v1").unwrap();
    let zip = serveur.lire(fichier, &admin).await;
    assert_eq!(archive(&zip.octets).len(), 1);
    assert_eq!(prete["octets"], zip.octets.len());
    let autre = serveur.agent("sciences").await;
    for chemin in [ici.as_str(), fichier] {
        let refus = serveur.lire(chemin, &autre).await;
        assert_eq!(refus.code(), (404, "introuvable".to_owned()), "another's");
    }
    let ote = serveur.demander("DELETE", &ici, &admin, Value::Null).await;
    assert_eq!(ote.statut, 204);
    assert_eq!(serveur.lire(fichier, &admin).await.statut, 404);
    let support = serveur.agent("support").await;
    let refus = serveur
        .demander("POST", &chemin, &support, Value::Null)
        .await;
    assert_eq!(refus.code(), (403, "droit_manquant".to_owned()));
    // P18, Q17: what left is in the trail of who took it.
    let moi = serveur.lire("/gestion/moi", &admin).await.json();
    let qui = moi["personnel"]["id"].as_str().unwrap();
    let trace = serveur
        .lire(&format!("/gestion/audit?personnel={qui}"), &admin)
        .await
        .json();
    assert!(trace.to_string().contains("zip, 2 dossiers, etat=transmis"));
    assert!(!premier.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn p14_les_chiffres_disent_ce_qui_attend_chaque_commission() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let (id, _) = serveur.remis("a@univ.example", 0).await;
    let lui = serveur.candidat("b@univ.example").await;
    let (formation, _) = serveur.formation(0).await;
    serveur.ouvrir(&lui, &formation).await;
    serveur.compte("c@univ.example").await;
    let chiffres = async |agent: &str| serveur.lire("/gestion/statistiques", agent).await.json();
    let vus = chiffres(&admin).await;
    let marche = |vus: &Value, etape: &str| {
        let marches = vus["entonnoir"].as_array().unwrap().iter();
        marches
            .clone()
            .find(|m| m["etape"] == etape)
            .map(|m| m["nombre"].as_u64().unwrap())
    };
    let etapes = [
        "comptes",
        "comptes_valides",
        "profils_complets",
        "candidats",
        "dossiers",
        "transmis",
        "complets",
    ];
    let nombres = etapes.map(|e| marche(&vus, e));
    assert_eq!(nombres, [3, 3, 2, 2, 2, 1, 0].map(Some));
    let attend = |vus: &Value| vus["commissions"][0].clone();
    assert_eq!(
        (&attend(&vus)["en_attente"], &attend(&vus)["a_examiner"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(vus["par_jour"].as_array().unwrap().len(), 1);
    assert_eq!(vus["par_jour"][0]["ouverts"], 2);
    assert_eq!(vus["par_jour"][0]["transmis"], 1);
    serveur.gerer(&admin, &id, "complet", Value::Null).await;
    assert_eq!(attend(&chiffres(&admin).await)["sans_avis"], 1);
    serveur
        .gerer(&admin, &id, "avis", json!({ "avis": "favorable" }))
        .await;
    assert_eq!(attend(&chiffres(&admin).await)["a_rendre"], 1);
    serveur
        .gerer(&admin, &id, "avis/validation", Value::Null)
        .await;
    let vus = chiffres(&admin).await;
    assert_eq!(attend(&vus)["offres"], 1);
    assert_eq!(vus["par_formation"][0]["avis"]["favorable"], 1);
    assert_eq!(vus["par_jour"][0]["avis"], 1);
    assert_eq!(marche(&vus, "favorables"), Some(1));
    assert_eq!(vus["etats"]["complet"], 1, "the former figures stay");

    let csv = serveur
        .lire("/gestion/statistiques.csv?quoi=commissions", &admin)
        .await;
    let texte = String::from_utf8(csv.octets.to_vec()).unwrap();
    assert!(
        texte.starts_with("\u{feff}Commission;Chez les candidats;"),
        "{texte}"
    );
    assert_eq!(texte.lines().count(), 2);
    let refus = serveur
        .lire("/gestion/statistiques.csv?quoi=rien", &admin)
        .await;
    assert_eq!(refus.champs(), ["quoi:inconnu"]);
    let support = serveur.agent("support").await;
    let refus = serveur.lire("/gestion/statistiques", &support).await;
    assert_eq!(refus.code(), (403, "droit_manquant".to_owned()));
    let vu = serveur
        .lire(&format!("/gestion/dossiers/{id}"), &admin)
        .await;
    let centre = vu.json()["formation"]["centre"]
        .as_str()
        .unwrap()
        .to_lowercase();
    let ici = chiffres(&serveur.agent(&centre).await).await;
    assert_eq!(marche(&ici, "dossiers"), Some(2));
    assert_eq!(
        marche(&ici, "comptes"),
        None,
        "an account belongs to no centre"
    );
    let ailleurs = if centre == "droit" { "iae" } else { "droit" };
    let rien = chiffres(&serveur.agent(ailleurs).await).await;
    assert_eq!(marche(&rien, "dossiers"), Some(0), "Q15");
}

#[tokio::test(flavor = "multi_thread")]
async fn p16_la_lettre_d_une_decision_se_lit_une_fois_rendue_et_part_avec_le_mail() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (formation, _) = serveur.formation(0).await;
    let (id, _) = serveur.transmis(&elle, &formation).await;
    let sienne = format!("/dossiers/{id}/lettre.pdf");
    let notre = format!("/gestion/dossiers/{id}/lettre.pdf");
    let favorable = json!({ "avis": "favorable", "commentaire": "Bravo" });
    serveur.gerer(&admin, &id, "avis", favorable).await;
    for (chemin, jeton) in [(&sienne, &elle), (&notre, &admin)] {
        let refus = serveur.lire(chemin, jeton).await;
        assert_eq!(
            refus.code(),
            (404, "introuvable".to_owned()),
            "not before the release"
        );
    }
    serveur
        .gerer(&admin, &id, "avis/validation", Value::Null)
        .await;
    for (chemin, jeton) in [(&sienne, &elle), (&notre, &admin)] {
        let lettre = serveur.lire(chemin, jeton).await;
        assert_eq!(lettre.entetes["content-type"], "application/pdf");
        assert_eq!(pages(&lettre.octets), 1);
    }
    let autre = serveur.candidat("lui@univ.example").await;
    assert_eq!(serveur.lire(&sienne, &autre).await.statut, 404);
    // The mail of the decision carries it.
    let joints = serveur.mails_avec("application/pdf").await;
    assert_eq!(joints.len(), 1, "one mail, one letter");
}
