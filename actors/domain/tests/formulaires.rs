//! The forms: every fault at once, and good ones read.

use domain::formulaires::{
    AdresseForm, BaccalaureatForm, Communes, EntreeForm, InformationsForm, Inscription,
    Nomenclatures, normaliser_mail,
};
use domain::profil::Baccalaureat;
use domain::refus::Refus;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const AUJOURD_HUI: Date = date(2027, 3, 1);

struct Listes;

impl Nomenclatures for Listes {
    fn pays(&self, code: &str) -> bool {
        ["FRA", "BEL"].contains(&code)
    }
    fn serie(&self, annee: i16, code: &str) -> bool {
        (annee >= 2021 && code == "GENERALE") || (annee < 2021 && code == "S")
    }
    fn specialite(&self, annee: i16, code: &str) -> bool {
        annee >= 2021 && code == "MATHS"
    }
    fn mention(&self, code: &str) -> bool {
        code == "TB"
    }
    fn departement(&self, code: &str) -> bool {
        code == "59"
    }
}

impl Communes for Listes {
    fn trouver(&self, code_postal: &str, commune: &str) -> Option<(String, String)> {
        let juste = code_postal == "59300" && commune.to_lowercase() == "valenciennes";
        juste.then(|| ("59606".to_owned(), "Valenciennes".to_owned()))
    }
    fn noms(&self, code_postal: &str) -> Vec<String> {
        if code_postal == "59300" {
            vec!["Valenciennes".to_owned()]
        } else {
            vec![]
        }
    }
}

fn codes<T: std::fmt::Debug>(lu: Result<T, Refus>) -> Vec<String> {
    let Err(refus) = lu else { return vec![] };
    refus
        .champs
        .iter()
        .map(|c| format!("{}:{}", c.champ, c.code))
        .collect()
}

fn inscription(mot_de_passe: &str) -> Inscription {
    let texte = |s: &str| Some(s.to_owned());
    Inscription {
        nom: texte(" Martin "),
        prenom: texte("Élise"),
        mail: texte(" Elise.Martin@Univ.FR "),
        mail_confirmation: texte("elise.martin@univ.fr"),
        mot_de_passe: texte(mot_de_passe),
        mot_de_passe_confirmation: texte(mot_de_passe),
    }
}

#[test]
fn g02_chaque_regle_du_mot_de_passe_est_nommee_a_la_fois() {
    assert_eq!(codes(inscription("Motdepasse1@").lire()), [""; 0]);
    assert_eq!(
        codes(inscription("a b").lire()),
        [
            "trop_court",
            "sans_chiffre",
            "sans_majuscule",
            "sans_special",
            "espace"
        ]
        .map(|c| format!("mot_de_passe:{c}"))
    );
    for special in domain::candidat::mot_de_passe::SPECIAUX.chars() {
        assert_eq!(
            codes(inscription(&format!("Motdepasse1{special}")).lire()),
            [""; 0]
        );
    }
    assert_eq!(
        codes(inscription("Motdepasse1!").lire()),
        ["mot_de_passe:sans_special"]
    );
}

#[test]
fn g01_un_formulaire_vide_nomme_tous_les_champs() {
    let champs = codes(Inscription::default().lire());
    for champ in [
        "nom:manquant",
        "prenom:manquant",
        "mail:manquant",
        "mot_de_passe:trop_court",
    ] {
        assert!(champs.iter().any(|c| c == champ), "{champ} in {champs:?}");
    }
    let mut autre = inscription("Motdepasse1@");
    autre.mail_confirmation = Some("autre@univ.fr".to_owned());
    autre.mot_de_passe_confirmation = None;
    assert_eq!(
        codes(autre.lire()),
        [
            "mail_confirmation:different",
            "mot_de_passe_confirmation:different"
        ]
    );
}

#[test]
fn g05_la_casse_et_les_espaces_d_une_adresse_sont_ignores() {
    let (nom, _, mail, _) = inscription("Motdepasse1@").lire().unwrap();
    assert_eq!(
        (nom.as_str(), mail.as_str()),
        ("Martin", "elise.martin@univ.fr")
    );
    for mauvaise in [
        "a",
        "a@b",
        "@b.fr",
        "a@.fr",
        "a@b..fr",
        "a b@c,d.fr",
        "a@b@c.fr",
        "a..b@c.fr",
    ] {
        let mut form = inscription("Motdepasse1@");
        form.mail = Some(mauvaise.to_owned());
        form.mail_confirmation = Some(mauvaise.to_owned());
        assert_eq!(codes(form.lire()), ["mail:mail_invalide"], "{mauvaise}");
    }
}

#[test]
fn g12_g15_l_ine_est_facultatif_mais_juste() {
    let mut form = InformationsForm {
        nationalite: Some("fra".to_owned()),
        date_naissance: Some("2004-05-06".to_owned()),
        lieu_naissance: Some("Lille".to_owned()),
        ..Default::default()
    };
    assert_eq!(form.lire(&Listes, AUJOURD_HUI).unwrap().ine, None);
    form.ine = Some("0123456789 m".to_owned());
    assert!(
        form.lire(&Listes, AUJOURD_HUI)
            .unwrap()
            .ine
            .unwrap()
            .verifie()
    );
    form.ine = Some("0123456789A".to_owned());
    form.nationalite = Some("XYZ".to_owned());
    form.date_naissance = Some("2030-01-01".to_owned());
    form.telephone = Some("appelez-moi".to_owned());
    assert_eq!(
        codes(form.lire(&Listes, AUJOURD_HUI)),
        [
            "nationalite:pays_inconnu",
            "ine:ine_cle",
            "date_naissance:date_invalide",
            "telephone:telephone_invalide"
        ]
    );
}

#[test]
fn g16_une_adresse_francaise_est_verifiee_une_autre_est_libre() {
    let form = |pays: &str, code: &str, commune: &str| AdresseForm {
        pays: Some(pays.to_owned()),
        ligne1: Some("1 rue".to_owned()),
        code_postal: Some(code.to_owned()),
        commune: Some(commune.to_owned()),
        ..Default::default()
    };
    let lue = form("FRA", "59300", "VALENCIENNES")
        .lire(&Listes, &Listes)
        .unwrap();
    assert_eq!(
        (lue.commune.as_str(), lue.insee.as_deref()),
        ("Valenciennes", Some("59606"))
    );
    assert_eq!(
        codes(form("FRA", "59300", "Lille").lire(&Listes, &Listes)),
        ["commune:commune_inconnue"]
    );
    let inconnu = form("FRA", "99999", "Lille").lire(&Listes, &Listes);
    assert_eq!(codes(inconnu), ["code_postal:code_postal_inconnu"]);
    assert!(form("BEL", "B-7000", "Mons").lire(&Listes, &Listes).is_ok());
}

#[test]
fn g17_l_annee_du_bac_decide_des_series() {
    let form = |annee, serie: &str, specialites: &[&str]| BaccalaureatForm {
        annee: Some(annee),
        serie: Some(serie.to_owned()),
        specialites: specialites.iter().map(|s| (*s).to_owned()).collect(),
        ..Default::default()
    };
    assert!(
        form(2022, "GENERALE", &["MATHS"])
            .lire(&Listes, AUJOURD_HUI)
            .is_ok()
    );
    assert!(form(2010, "S", &[]).lire(&Listes, AUJOURD_HUI).is_ok());
    let ancien = form(2010, "GENERALE", &["MATHS"]).lire(&Listes, AUJOURD_HUI);
    assert_eq!(
        codes(ancien),
        ["serie:valeur_inconnue", "specialites:valeur_inconnue"]
    );
    assert_eq!(
        codes(form(2031, "GENERALE", &[]).lire(&Listes, AUJOURD_HUI)),
        ["annee:annee_invalide"]
    );
    let sans = BaccalaureatForm {
        situation: Some("sans".to_owned()),
        ..Default::default()
    };
    assert_eq!(sans.lire(&Listes, AUJOURD_HUI), Ok(Baccalaureat::Sans));
}

#[test]
fn g19_une_entree_a_des_dates_dans_l_ordre() {
    let form = |debut: &str, fin: &str| EntreeForm {
        debut: Some(debut.to_owned()),
        fin: Some(fin.to_owned()),
        intitule: Some("Licence".to_owned()),
        organisme: Some("UPHF".to_owned()),
        ..Default::default()
    };
    assert!(form("2023-09", "2024").lire().is_ok());
    assert_eq!(
        codes(form("hier", "2024-13").lire()),
        ["debut:date_invalide", "fin:date_invalide"]
    );
    assert_eq!(codes(form("2024", "2023").lire()), ["fin:fin_avant_debut"]);
    assert_eq!(
        codes(EntreeForm::default().lire()),
        ["debut:manquant", "intitule:manquant", "organisme:manquant"]
    );
}

proptest! {
    #[test]
    fn aucun_texte_ne_fait_echouer_un_formulaire(texte in "\\PC{0,300}") {
        let valeur = Some(texte.clone());
        let form = Inscription {
            nom: valeur.clone(),
            prenom: valeur.clone(),
            mail: valeur.clone(),
            mail_confirmation: valeur.clone(),
            mot_de_passe: valeur.clone(),
            mot_de_passe_confirmation: valeur,
        };
        if let Ok((nom, ..)) = form.lire() {
            prop_assert!(!nom.is_empty() && nom.chars().count() <= 150);
        }
        let une = normaliser_mail(&texte);
        prop_assert_eq!(normaliser_mail(&une), une);
    }
}
