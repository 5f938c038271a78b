//! The forms of the pages: what they refuse, what they keep, in which language.

use crate::pages::{formulaire, page, preuve};
use crate::serveur::{MOT_DE_PASSE, Reponse, Serveur};

/// The words of an answer, its entities undone.
fn mots(reponse: &Reponse) -> String {
    let texte = String::from_utf8(reponse.octets.to_vec()).unwrap();
    decoder(&texte)
}

fn decoder(texte: &str) -> String {
    texte
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

fn identifiants(mail: &str) -> [(&str, &str); 2] {
    [("identifiant", mail), ("mot_de_passe", MOT_DE_PASSE)]
}

/// Logs in by the page; the cookies a browser would keep.
pub(crate) fn cookies(reponse: &Reponse) -> String {
    let poses = reponse.entetes.get_all("set-cookie").iter();
    let paires = poses.map(|c| c.to_str().unwrap().split(';').next().unwrap().to_owned());
    paires.collect::<Vec<_>>().join("; ")
}

async fn avancer(serveur: &Serveur, duree: &str) {
    let corps = format!("{{\"avancer\":\"{duree}\"}}").into_bytes();
    let entetes = [("content-type", "application/json")];
    let fait = serveur
        .envoyer("POST", "/demo/horloge", &entetes, corps)
        .await;
    assert_eq!(fait.statut, 200);
}

const INSCRIPTION: [(&str, &str); 6] = [
    ("nom", "Martin"),
    ("prenom", "Élise"),
    ("mail", "elise@univ.example"),
    ("mail_confirmation", "elise@univ.example"),
    ("mot_de_passe", MOT_DE_PASSE),
    ("mot_de_passe_confirmation", MOT_DE_PASSE),
];

#[tokio::test(flavor = "multi_thread")]
async fn g03_g04_g05_g06_g07_le_compte_se_cree_et_se_valide_par_les_pages() {
    let serveur = Serveur::new().await;
    let cree = formulaire(&serveur, "/inscription", "", &INSCRIPTION).await;
    let texte = mots(&cree);
    assert!(
        texte.contains("indésirables (spam)") && texte.contains("pas un second compte"),
        "G03"
    );
    let encore = formulaire(&serveur, "/inscription", "", &INSCRIPTION).await;
    assert_eq!(
        texte_sans_heure(&encore),
        texte_sans_heure(&cree),
        "G05: the page answers alike"
    );
    let refuse = formulaire(
        &serveur,
        "/connexion",
        "",
        &identifiants("elise@univ.example"),
    )
    .await;
    let texte = mots(&refuse);
    assert!(
        texte.contains("Connexion impossible") && texte.contains("/code-perdu"),
        "G06"
    );
    let ancien = serveur.jeton("elise@univ.example", "Validez").await;
    for _ in 0..2 {
        let vue = page(&serveur, &format!("/validation?jeton={ancien}"), "").await;
        assert!(
            vue.contains("Valider mon compte"),
            "G04: opening the link uses nothing up"
        );
    }
    let renvoi = formulaire(
        &serveur,
        "/code-perdu",
        "",
        &[("mail", " Elise@univ.example")],
    )
    .await;
    assert_eq!(renvoi.statut, 200);
    let nouveau = serveur.jeton("elise@univ.example", "nouveau lien").await;
    let mort = formulaire(&serveur, "/validation", "", &[("jeton", &ancien)]).await;
    assert_eq!(mort.statut, 409, "G07: the older link dies");
    assert!(mots(&mort).contains("Recevoir un nouveau lien"));
    avancer(&serveur, "PT25H").await;
    let expire = formulaire(&serveur, "/validation", "", &[("jeton", &nouveau)]).await;
    assert!(
        mots(&expire).contains("expiré") && mots(&expire).contains("/code-perdu"),
        "G04"
    );
}

/// The bar of the demo tells the time.
fn texte_sans_heure(reponse: &Reponse) -> String {
    let texte = mots(reponse);
    let lignes = texte.lines().filter(|l| !l.contains("Démonstration :"));
    lignes.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn q41_les_pages_parlent_la_langue_du_visiteur_et_ne_l_oublient_pas() {
    let serveur = Serveur::new().await;
    let lire = async |chemin: &str, entetes: &[(&str, &str)]| {
        serveur.envoyer("GET", chemin, entetes, vec![]).await
    };
    let anglais = lire("/", &[("accept-language", "de-DE,en-GB;q=0.9,fr;q=0.8")]).await;
    assert!(mots(&anglais).contains("<html lang=\"en\">") && mots(&anglais).contains("Programmes"));
    let choisi = lire("/connexion?suite=/profil&lang=en", &[]).await;
    assert_eq!(cookies(&choisi), "langue=en");
    assert!(
        mots(&choisi).contains("/connexion?suite=/profil&lang=fr"),
        "the switch keeps the page"
    );
    let garde = [("cookie", "langue=en"), ("accept-language", "fr-FR")];
    assert!(mots(&lire("/inscription", &garde).await).contains("Create my account"));
    let absente = lire("/nulle-part", &garde).await;
    assert_eq!(absente.statut, 404);
    assert!(mots(&absente).contains("This page does not exist"));
    assert_eq!(
        lire("/api/v1/nulle-part", &garde).await.code().0,
        404,
        "programs get JSON"
    );
    let (cookie, jeton) = connecte(&serveur, "elise@univ.example", true).await;
    let champs = [("preuve", jeton.as_str()), ("langue", "en")];
    let change = formulaire(&serveur, "/compte/langue", &cookie, &champs).await;
    assert_eq!(change.entetes["location"], "/compte/langue?lang=en");
    let ailleurs = formulaire(
        &serveur,
        "/connexion",
        "",
        &identifiants("elise@univ.example"),
    )
    .await;
    assert!(
        cookies(&ailleurs).ends_with("langue=en"),
        "another browser speaks the account's language"
    );
    let vide = formulaire(&serveur, "/inscription?lang=en", "", &[]).await;
    assert!(
        mots(&vide).contains("Please fill in this field."),
        "faults too"
    );
    let francais = lire("/", &[]).await;
    assert!(
        mots(&francais).contains("<html lang=\"fr\">"),
        "French first"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn q43_la_premiere_page_est_legere_et_ses_fichiers_restent_en_cache() {
    let serveur = Serveur::new().await;
    let accueil = page(&serveur, "/", "").await;
    let mut octets = accueil.len();
    assert!(!accueil.contains("//"), "nothing from elsewhere: {accueil}");
    let fichiers: Vec<_> = accueil
        .split('"')
        .filter(|t| t.starts_with("/statique/"))
        .collect();
    assert_eq!(fichiers.len(), 2, "style and script");
    for fichier in fichiers {
        let gzip = [("accept-encoding", "br, gzip")];
        let reponse = serveur.envoyer("GET", fichier, &gzip, vec![]).await;
        assert_eq!(reponse.entetes["content-encoding"], "gzip");
        assert!(
            reponse.entetes["cache-control"]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        octets += reponse.octets.len();
        let etiquette = reponse.entetes["etag"].to_str().unwrap();
        let connue = [("if-none-match", etiquette)];
        let reponse = serveur.envoyer("GET", fichier, &connue, vec![]).await;
        assert_eq!((reponse.statut.as_u16(), reponse.octets.len()), (304, 0));
        let simple = serveur.envoyer("GET", fichier, &[], vec![]).await;
        assert!(simple.entetes.get("content-encoding").is_none());
    }
    assert!(octets < 60_000, "{octets} bytes");
}

/// A candidate logged in by the page, with what is filled in so far.
async fn connecte(serveur: &Serveur, mail: &str, complet: bool) -> (String, String) {
    if complet {
        serveur.candidat(mail).await;
    } else {
        serveur.inscrire(mail).await;
        let jeton = serveur.jeton(mail, "Validez").await;
        formulaire(serveur, "/validation", "", &[("jeton", &jeton)]).await;
    }
    let connecte = formulaire(serveur, "/connexion", "", &identifiants(mail)).await;
    let suite = if complet { "/dossiers" } else { "/profil" };
    assert_eq!(connecte.entetes["location"], suite);
    let cookie = cookies(&connecte);
    let jeton = preuve(&page(serveur, "/profil", &cookie).await);
    (cookie, jeton)
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_g12_g14_g15_g16_g17_le_profil_se_remplit_par_etapes() {
    let serveur = Serveur::new().await;
    let (cookie, jeton) = connecte(&serveur, "elise@univ.example", false).await;
    let compte = page(&serveur, "/compte", &cookie).await;
    assert!(
        compte.contains("href=\"/profil/adresse\""),
        "G11: what is missing is shown at all times"
    );
    let offre = page(&serveur, "/", &cookie).await;
    assert!(offre.contains("Remplissez d&#39;abord votre profil"), "P06");
    let (formation, _) = serveur.formation(0).await;
    let chemin = format!("/formations/{formation}/candidater");
    let refuse = serveur
        .envoyer("GET", &chemin, &[("cookie", &cookie)], vec![])
        .await;
    assert_eq!(refuse.statut, 409, "G11");
    let envoyer = async |section: &str, champs: &[(&str, &str)]| {
        let champs = [&[("preuve", jeton.as_str())], champs].concat();
        formulaire(&serveur, &format!("/profil/{section}"), &cookie, &champs).await
    };
    let faux = envoyer(
        "informations",
        &[
            ("etape", "ine"),
            ("nationalite", "FRA"),
            ("ine", "0123456789A"),
            ("date_naissance", "2004-05-06"),
        ],
    )
    .await;
    assert!(mots(&faux).contains("clé de cet INE"), "G12");
    let sans = envoyer(
        "informations",
        &[
            ("etape", "ine"),
            ("nationalite", "FRA"),
            ("ine", ""),
            ("date_naissance", "2004-05-06"),
        ],
    )
    .await;
    assert!(
        mots(&sans).contains("Confirmez-vous n'avoir aucun INE") && mots(&sans).contains("retards"),
        "G15"
    );
    let inconnu = envoyer(
        "informations",
        &[
            ("etape", "ine"),
            ("nationalite", "FRA"),
            ("ine", "123456789 ab"),
            ("date_naissance", "2004-05-06"),
        ],
    )
    .await;
    assert!(
        mots(&inconnu).contains("L'INE 123456789AB n'est pas connu"),
        "G14"
    );
    let suite = envoyer(
        "informations",
        &[
            ("etape", "confirme"),
            ("nationalite", "FRA"),
            ("ine", "123456789AB"),
            ("date_naissance", "2004-05-06"),
        ],
    )
    .await;
    assert!(
        mots(&suite).contains("value=\"123456789AB\"")
            && mots(&suite).contains("Date de naissance")
    );
    let tout = [
        ("etape", "tout"),
        ("nationalite", "FRA"),
        ("ine", "123456789AB"),
        ("date_naissance", "2004-05-06"),
        ("lieu_naissance", "Lille"),
    ];
    assert_eq!(
        envoyer("informations", &tout).await.entetes["location"],
        "/profil"
    );
    assert!(
        page(&serveur, "/profil", &cookie)
            .await
            .contains("INE non vérifié"),
        "G12: an INES"
    );
    let ailleurs = envoyer(
        "adresse",
        &[
            ("pays", "FRA"),
            ("ligne1", "1 rue"),
            ("code_postal", "59300"),
            ("commune", "Lille"),
        ],
    )
    .await;
    let texte = mots(&ailleurs);
    assert!(
        texte.contains("<option value=\"Valenciennes\""),
        "G16: the towns of the postal code"
    );
    assert!(texte.contains("value=\"1 rue\""), "what was typed stays");
    let ici = [
        ("pays", "FRA"),
        ("ligne1", "1 rue"),
        ("code_postal", "59300"),
        ("commune", "Valenciennes"),
    ];
    assert_eq!(envoyer("adresse", &ici).await.statut, 303);
    let annee = |annee| [("etape", "annee"), ("situation", "avec"), ("annee", annee)];
    let recente = mots(&envoyer("baccalaureat", &annee("2022")).await);
    assert!(
        recente.contains("value=\"GENERALE\"") && recente.contains("value=\"NSI\""),
        "G17"
    );
    let ancienne = mots(&envoyer("baccalaureat", &annee("2010")).await);
    assert!(
        ancienne.contains("<option value=\"S\"") && !ancienne.contains("value=\"NSI\""),
        "G17"
    );
    assert!(
        !ancienne.contains("à corriger"),
        "the first step is no fault"
    );
    assert_eq!(
        envoyer("baccalaureat", &[("situation", "sans")])
            .await
            .statut,
        303
    );
    let profil = page(&serveur, "/profil", &cookie).await;
    assert!(
        profil.contains("Votre profil est complet") && !profil.contains("class=\"manque\""),
        "G11"
    );
    let rang = page(&serveur, &chemin, &cookie).await;
    assert!(rang.contains("Oui, ouvrir un dossier"), "G21");
}

#[tokio::test(flavor = "multi_thread")]
async fn g18_g19_les_rubriques_s_ajoutent_se_changent_et_se_retirent() {
    let serveur = Serveur::new().await;
    let (cookie, jeton) = connecte(&serveur, "elise@univ.example", true).await;
    let interne = page(&serveur, "/profil/cursus-internes", &cookie).await;
    assert!(!interne.contains("name=\"intitule\""), "G18: read-only");
    for rubrique in ["cursus-externes", "stages", "experiences"] {
        let liste = format!("/profil/{rubrique}");
        let champs = |intitule, fin| {
            vec![
                ("preuve", jeton.as_str()),
                ("intitule", intitule),
                ("organisme", "SNCF"),
                ("debut", "2023-06"),
                ("fin", fin),
            ]
        };
        let faux = formulaire(&serveur, &liste, &cookie, &champs("Agent", "2021")).await;
        let texte = mots(&faux);
        assert!(texte.contains("La fin précède le début.") && texte.contains("value=\"Agent\""));
        assert_eq!(
            formulaire(&serveur, &liste, &cookie, &champs("Agent", ""))
                .await
                .statut,
            303
        );
        let vue = page(&serveur, &liste, &cookie).await;
        let (_, suite) = vue.split_once(&format!("href=\"{liste}/")).unwrap();
        let ligne = format!("{liste}/{}", suite.split('"').next().unwrap());
        assert!(
            page(&serveur, &ligne, &cookie)
                .await
                .contains("value=\"Agent\"")
        );
        assert_eq!(
            formulaire(&serveur, &ligne, &cookie, &champs("Cheffe", "2024"))
                .await
                .statut,
            303
        );
        assert!(
            page(&serveur, &liste, &cookie)
                .await
                .contains("<h2>Cheffe</h2>")
        );
        let retirer = format!("{ligne}/retirer");
        assert!(
            page(&serveur, &retirer, &cookie)
                .await
                .contains("Retirer « Cheffe » ?")
        );
        assert_eq!(
            formulaire(&serveur, &retirer, &cookie, &[("preuve", &jeton)])
                .await
                .statut,
            303
        );
        assert!(!page(&serveur, &liste, &cookie).await.contains("Cheffe"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn q40_ce_qui_est_saisi_survit_a_la_fin_de_la_session_et_ne_va_qu_a_la_meme_personne() {
    let serveur = Serveur::new().await;
    let (cookie, jeton) = connecte(&serveur, "elise@univ.example", true).await;
    serveur.candidat("autre@univ.example").await;
    avancer(&serveur, "PT13H").await;
    let saisie = [
        ("preuve", jeton.as_str()),
        ("intitule", "Stage <rare>"),
        ("organisme", "CNRS"),
        ("debut", "2024"),
    ];
    let finie = formulaire(&serveur, "/profil/stages", &cookie, &saisie).await;
    assert_eq!(finie.statut, 401);
    let texte = mots(&finie);
    assert!(texte.contains("ce que vous aviez saisi est gardé"));
    let (_, suite) = texte.split_once("name=\"reprise\" value=\"").unwrap();
    let reprise = suite.split('"').next().unwrap();
    let reconnecter = async |mail| {
        let champs = [
            &identifiants(mail)[..],
            &[("reprise", reprise), ("suite", "/profil/stages")],
        ]
        .concat();
        formulaire(&serveur, "/connexion", "", &champs).await
    };
    let autre = reconnecter("autre@univ.example").await;
    assert_eq!(autre.statut, 303, "somebody else is shown nothing of it");
    let falsifiee = reprise.replacen(['a', 'b', 'c', 'e'], "d", 1);
    let champs = [
        &identifiants("elise@univ.example")[..],
        &[("reprise", falsifiee.as_str())],
    ]
    .concat();
    assert_eq!(
        formulaire(&serveur, "/connexion", "", &champs).await.statut,
        303,
        "sealed"
    );
    let elle = reconnecter("elise@univ.example").await;
    assert_eq!(elle.statut, 200);
    let texte = mots(&elle);
    assert!(
        texte.contains("Votre saisie vous attendait") && texte.contains("value=\"Stage <rare>\"")
    );
    let (cookie, jeton) = (cookies(&elle), preuve(&texte));
    let renvoi = [("preuve", jeton.as_str()), saisie[1], saisie[2], saisie[3]];
    assert_eq!(
        formulaire(&serveur, "/profil/stages", &cookie, &renvoi)
            .await
            .statut,
        303
    );
    assert!(
        page(&serveur, "/profil/stages", &cookie)
            .await
            .contains("CNRS")
    );
    avancer(&serveur, "PT13H").await;
    let lecture = serveur
        .envoyer("GET", "/profil/stages", &[("cookie", &cookie)], vec![])
        .await;
    assert_eq!(
        lecture.entetes["location"],
        "/connexion?suite=/profil/stages"
    );
    for piege in ["//mal.example", "https://mal.example", "/\\mal.example"] {
        let champs = [&identifiants("elise@univ.example")[..], &[("suite", piege)]].concat();
        let suite = formulaire(&serveur, "/connexion", "", &champs).await;
        assert_eq!(suite.entetes["location"], "/dossiers", "{piege}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g08_g10_l_adresse_et_le_mot_de_passe_se_changent() {
    let serveur = Serveur::new().await;
    let (cookie, jeton) = connecte(&serveur, "elise@univ.example", true).await;
    let autre = "Autremotdepasse2@";
    let changer = async |actuel| {
        let champs = [
            ("preuve", jeton.as_str()),
            ("actuel", actuel),
            ("mot_de_passe", autre),
            ("mot_de_passe_confirmation", autre),
        ];
        formulaire(&serveur, "/compte/mot-de-passe", &cookie, &champs).await
    };
    assert!(mots(&changer("faux").await).contains("Ce n'est pas votre mot de passe actuel."));
    let change = changer(MOT_DE_PASSE).await;
    assert_eq!(change.entetes["location"], "/compte/change");
    let nouveau = cookies(&change);
    assert!(
        page(&serveur, "/compte/change", &nouveau)
            .await
            .contains("mot de passe est changé")
    );
    let ancienne = serveur
        .envoyer("GET", "/compte", &[("cookie", &cookie)], vec![])
        .await;
    assert_eq!(ancienne.statut, 303, "other sessions ended");
    let jeton = preuve(&page(&serveur, "/compte", &nouveau).await);
    let champs = [
        ("preuve", jeton.as_str()),
        ("mail", "neuve@univ.example"),
        ("mail_confirmation", "neuve@univ.example"),
    ];
    assert_eq!(
        formulaire(&serveur, "/compte/mail", &nouveau, &champs)
            .await
            .statut,
        303
    );
    assert!(
        page(&serveur, "/compte", &nouveau)
            .await
            .contains("neuve@univ.example"),
        "G10: it waits"
    );
    let lien = serveur.jeton("neuve@univ.example", "Confirmez").await;
    let confirme = formulaire(&serveur, "/nouvelle-adresse", "", &[("jeton", &lien)]).await;
    assert!(
        mots(&confirme).contains("Votre nouvelle adresse est confirmée"),
        "G10"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g21_g22_un_double_clic_ouvre_un_seul_dossier() {
    let serveur = Serveur::new().await;
    let (cookie, jeton) = connecte(&serveur, "elise@univ.example", true).await;
    let (formation, _) = serveur.formation(0).await;
    let chemin = format!("/formations/{formation}/candidater");
    let champs = [("preuve", jeton.as_str()), ("cle", "0123456789abcdef")];
    let (un, deux) = tokio::join!(
        formulaire(&serveur, &chemin, &cookie, &champs),
        formulaire(&serveur, &chemin, &cookie, &champs)
    );
    assert_eq!(un.statut, 303);
    assert_eq!(un.entetes["location"], deux.entetes["location"], "P10");
    let offre = page(&serveur, "/", &cookie).await;
    assert!(offre.contains("Vous avez déjà un dossier"), "P06");
    let encore = formulaire(&serveur, &chemin, &cookie, &[("preuve", &jeton)]).await;
    assert_eq!(encore.statut, 409, "G22");
}
