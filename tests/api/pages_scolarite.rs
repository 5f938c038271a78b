//! The pages for who the scolarité knows (G13), and for who gives somebody else's INE.

use postule::app::ETUDIANTE_DEMO;

use crate::pages::{formulaire, page, preuve};
use crate::serveur::{Reponse, Serveur};

const INE: &str = ETUDIANTE_DEMO.0;
const NAISSANCE: &str = ETUDIANTE_DEMO.1;

/// A person with a validated account and an empty profile, at the pages.
struct Personne<'a> {
    serveur: &'a Serveur,
    session: String,
    cookie: String,
    preuve: String,
}

impl<'a> Personne<'a> {
    async fn new(serveur: &'a Serveur, mail: &str) -> Self {
        let session = serveur.compte(mail).await;
        let cookie = format!("__Host-session={session}");
        let preuve = preuve(&page(serveur, "/profil", &cookie).await);
        Self {
            serveur,
            session,
            cookie,
            preuve,
        }
    }

    async fn envoyer(&self, champs: &[(&str, &str)]) -> Reponse {
        let champs = [&[("preuve", self.preuve.as_str())], champs].concat();
        formulaire(self.serveur, "/profil/informations", &self.cookie, &champs).await
    }

    async fn premiere_etape(&self, ine: &str, naissance: &str) -> String {
        let champs = [
            ("etape", "ine"),
            ("nationalite", "FRA"),
            ("ine", ine),
            ("date_naissance", naissance),
        ];
        mots(&self.envoyer(&champs).await)
    }

    async fn profil(&self) -> serde_json::Value {
        self.serveur.lire("/moi", &self.session).await.json()["profil"].clone()
    }
}

fn mots(reponse: &Reponse) -> String {
    assert_eq!(reponse.statut, 200);
    String::from_utf8(reponse.octets.to_vec())
        .unwrap()
        .replace("&#39;", "'")
}

/// The hidden fields and values of a form, as a browser sends them back.
fn champs_du(page: &str) -> Vec<(String, String)> {
    let valeur = |balise: &str, nom: &str| {
        let (_, suite) = balise.split_once(&format!(" {nom}=\""))?;
        Some(suite.split('"').next().unwrap().to_owned())
    };
    let formulaire = page
        .rsplit("<form")
        .find(|f| f.contains("/profil/informations\""));
    let formulaire = formulaire.unwrap();
    let saisies = formulaire.split("<input").skip(1).filter_map(|balise| {
        let balise = balise.split('>').next().unwrap();
        Some((
            valeur(balise, "name")?,
            valeur(balise, "value").unwrap_or_default(),
        ))
    });
    let choisies = formulaire.split("<select").skip(1).filter_map(|balise| {
        let (_, choisie) = balise.split_once(" selected")?;
        let avant = balise.len() - choisie.len();
        let (_, dernier) = balise[..avant].rsplit_once("value=\"")?;
        Some((
            valeur(balise, "name")?,
            dernier.split('"').next().unwrap().to_owned(),
        ))
    });
    saisies.chain(choisies).collect()
}

async fn renvoyer(personne: &Personne<'_>, page: &str) -> Reponse {
    let champs = champs_du(page);
    let champs: Vec<(&str, &str)> = champs
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    formulaire(
        personne.serveur,
        "/profil/informations",
        &personne.cookie,
        &champs,
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_les_pages_demandent_est_ce_bien_vous_avant_de_reprendre_quoi_que_ce_soit() {
    let serveur = Serveur::new().await;
    let camille = Personne::new(&serveur, "camille@univ.example").await;
    let question = camille.premiere_etape(INE, NAISSANCE).await;
    for vu in [
        "Est-ce bien vous ?",
        "Camille Jeanne Lefebvre",
        "12 rue de Famars",
        "Licence 3 Informatique",
        "Oui, c'est moi",
        "Non, corriger",
    ] {
        assert!(question.contains(vu), "{vu}: {question}");
    }
    assert_eq!(
        camille.profil().await,
        serde_json::json!({}),
        "nothing is taken before « oui »"
    );
    let suite = mots(&renvoyer(&camille, &question).await);
    assert!(
        suite.contains("value=\"Maubeuge\"") && suite.contains("value=\"Jeanne\""),
        "pre-filled: {suite}"
    );
    assert_eq!(
        camille.profil().await,
        serde_json::json!({}),
        "nothing is taken before it is saved"
    );
    assert_eq!(
        renvoyer(&camille, &suite).await.entetes["location"],
        "/profil"
    );
    let profil = camille.profil().await;
    assert_eq!(profil["informations"]["lieu_naissance"], "Maubeuge");
    assert_eq!(profil["adresse"]["commune"], "Valenciennes");
    assert_eq!(profil["baccalaureat"]["annee"], 2023);
    let sommaire = page(&serveur, "/profil", &camille.cookie).await;
    assert!(sommaire.contains("Votre profil est complet") && sommaire.contains("3 lignes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_le_cursus_interne_se_lit_et_ne_se_change_pas() {
    let serveur = Serveur::new().await;
    let camille = Personne::new(&serveur, "camille@univ.example").await;
    let vide = page(&serveur, "/profil/cursus-internes", &camille.cookie).await;
    assert!(vide.contains("Rien pour l&#39;instant.") || vide.contains("Rien pour l'instant."));
    let question = camille.premiere_etape(INE, NAISSANCE).await;
    let suite = mots(&renvoyer(&camille, &question).await);
    renvoyer(&camille, &suite).await;
    let cursus = page(&serveur, "/profil/cursus-internes", &camille.cookie).await;
    for vu in [
        "Licence 1 Informatique",
        "2023-2024",
        "Admis, Assez bien",
        "En cours",
    ] {
        assert!(cursus.contains(vu), "{vu}: {cursus}");
    }
    assert!(!cursus.contains("name=\"intitule\"") && !cursus.contains("/retirer"));
    let refuse = camille
        .serveur
        .demander(
            "POST",
            "/moi/cursus-internes",
            &camille.session,
            serde_json::json!({}),
        )
        .await;
    assert_eq!(refuse.code().0, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_par_les_pages_un_ine_connu_sans_la_bonne_date_parait_inconnu() {
    let serveur = Serveur::new().await;
    let curieux = Personne::new(&serveur, "curieux@univ.example").await;
    let connu = curieux.premiere_etape(INE, "2005-02-15").await;
    let inconnu = curieux.premiere_etape("1299012345R", "2005-02-15").await;
    assert!(
        inconnu.contains("n'est pas connu de notre scolarité"),
        "G14: {inconnu}"
    );
    let comparable = |page: &str, ine: &str| {
        let sans_cle = page.lines().filter(|l| {
            !l.contains("name=\"cle\"")
                && !l.contains("name=\"preuve\"")
                && !l.contains("Démonstration :")
        });
        sans_cle.collect::<String>().replace(ine, "INE")
    };
    assert_eq!(comparable(&connu, INE), comparable(&inconnu, "1299012345R"));
    // Nor does the form saved in one go take anything, whatever it says of itself.
    let tout = [
        ("etape", "tout"),
        ("confirme", "oui"),
        ("nationalite", "FRA"),
        ("ine", INE),
        ("date_naissance", "2005-02-15"),
        ("lieu_naissance", "Lille"),
    ];
    assert_eq!(curieux.envoyer(&tout).await.statut, 303);
    let profil = curieux.profil().await;
    assert_eq!(profil["adresse"], serde_json::Value::Null);
    assert_eq!(profil["cursus_interne"], serde_json::Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_qui_change_son_ine_plus_tard_est_aussi_interroge_et_ne_perd_pas_sa_saisie() {
    let serveur = Serveur::new().await;
    let camille = Personne::new(&serveur, "camille@univ.example").await;
    let tout = |ine| {
        [
            ("etape", "tout"),
            ("nationalite", "FRA"),
            ("ine", ine),
            ("date_naissance", NAISSANCE),
            ("lieu_naissance", "Lille"),
            ("pays_naissance", "FRA"),
            ("telephone", "06 01 02 03 04"),
        ]
    };
    assert_eq!(camille.envoyer(&tout("")).await.statut, 303);
    let question = mots(&camille.envoyer(&tout(INE)).await);
    assert!(question.contains("Est-ce bien vous ?"));
    let suite = mots(&renvoyer(&camille, &question).await);
    assert!(
        suite.contains("06 01 02 03 04") && suite.contains("value=\"Lille\""),
        "{suite}"
    );
    assert_eq!(renvoyer(&camille, &suite).await.statut, 303);
    let profil = camille.profil().await;
    assert_eq!(profil["informations"]["telephone"], "06 01 02 03 04");
    assert_eq!(profil["adresse"]["commune"], "Valenciennes");
}
#[tokio::test(flavor = "multi_thread")]
async fn g14_un_ine_inconnu_se_confirme_puis_le_formulaire_est_a_remplir() {
    let serveur = Serveur::new().await;
    let personne = Personne::new(&serveur, "elise@univ.example").await;
    let question = personne.premiere_etape("123456789 ab", "2004-05-06").await;
    assert!(
        question.contains("L'INE 123456789AB n'est pas connu")
            && question.contains("Non, corriger")
    );
    let suite = mots(&renvoyer(&personne, &question).await);
    let champs = champs_du(&suite);
    let valeur = |nom: &str| {
        champs
            .iter()
            .find(|(n, _)| n == nom)
            .map(|(_, v)| v.as_str())
    };
    assert_eq!(valeur("ine"), Some("123456789 ab"), "what was typed stays");
    assert_eq!(valeur("date_naissance"), Some("2004-05-06"));
    assert_eq!(valeur("lieu_naissance"), Some(""));
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_sans_ine_la_page_avertit_que_l_inscription_peut_tarder() {
    let serveur = Serveur::new().await;
    let personne = Personne::new(&serveur, "elise@univ.example").await;
    let question = personne.premiere_etape("", "2004-05-06").await;
    assert!(
        question.contains("Confirmez-vous n'avoir aucun INE")
            && question.contains("retards d'inscription")
    );
    let suite = mots(&renvoyer(&personne, &question).await);
    assert!(suite.contains("name=\"lieu_naissance\""));
    let tout = [
        ("etape", "tout"),
        ("nationalite", "MAR"),
        ("ine", ""),
        ("date_naissance", "2004-05-06"),
        ("lieu_naissance", "Fès"),
        ("pays_naissance", "MAR"),
    ];
    assert_eq!(personne.envoyer(&tout).await.statut, 303);
    assert_eq!(
        personne.profil().await["informations"]["ine"],
        serde_json::Value::Null
    );
}
