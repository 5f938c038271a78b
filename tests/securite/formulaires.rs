//! Pages and their forms: cookies, proofs, policies (Q14).

use std::collections::BTreeSet;

use fixtures::client::MOT_DE_PASSE;
use url::form_urlencoded::Serializer;

use crate::Site;

const FORMULAIRE: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The code of every page, as it is built.
fn sources() -> Vec<String> {
    fn lire(dossier: &std::path::Path, lues: &mut Vec<String>) {
        for entree in std::fs::read_dir(dossier).unwrap() {
            let chemin = entree.unwrap().path();
            if chemin.is_dir() {
                lire(&chemin, lues);
            } else {
                lues.push(std::fs::read_to_string(chemin).unwrap());
            }
        }
    }
    let mut lues = Vec::new();
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/src/edge/pages");
    lire(std::path::Path::new(pages), &mut lues);
    lues
}

/// Every route of the pages with a method, its parameters filled in.
fn routes(methode: &str) -> BTreeSet<String> {
    let mut trouvees = BTreeSet::new();
    for source in sources() {
        for route in source.split(".route(").skip(1) {
            let Some((chemin, reste)) = route.split_once('"').and_then(|(_, r)| r.split_once('"'))
            else {
                continue;
            };
            let fin = reste
                .find("\n        .")
                .or_else(|| reste.find(";"))
                .unwrap_or(reste.len());
            let reste: String = reste[..fin].split_whitespace().collect();
            if chemin.starts_with('/') && reste.contains(&format!("{methode}(")) {
                let parties = chemin
                    .split('/')
                    .map(|p| if p.starts_with('{') { "x" } else { p });
                trouvees.insert(parties.collect::<Vec<_>>().join("/"));
            }
        }
    }
    trouvees
}

/// What needs no session, and so has nothing to ride on.
const PUBLICS: [&str; 15] = [
    "/inscription",
    "/inscription/adresse",
    "/validation",
    "/code-perdu",
    "/mot-de-passe-oublie",
    "/mot-de-passe",
    "/nouvelle-adresse",
    "/connexion",
    "/verification",
    "/gestion/invitation",
    "/sso/inscription",
    "/sso/rattacher",
    "/sso/retour",
    "/sso/deconnexion",
    "/gestion/second-facteur",
];

/// Q14: no form of another site is taken, and none of ours without the proof of the session it was made for.
#[tokio::test(flavor = "multi_thread")]
async fn q14_chaque_formulaire_refuse_un_autre_site_et_une_preuve_absente() {
    let site = Site::ouvrir();
    let session = site.client.candidat("elise@univ.example").await;
    let cookie = format!("__Host-session={session}");
    let chemins = routes("post");
    assert!(
        chemins.len() > 20 && chemins.contains("/dossiers/x/transmettre"),
        "{chemins:#?}"
    );
    for chemin in &chemins {
        for (nom, valeur) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://ailleurs.example"),
        ] {
            let entetes = [FORMULAIRE, ("cookie", cookie.as_str()), (nom, valeur)];
            let refus = site.client.envoyer("POST", chemin, &entetes, vec![]).await;
            // A single sign-on's back channel is no browser's form: it opens nothing, and the word it needs is secret.
            let canal = ["/sso/retour", "/sso/deconnexion"].contains(&chemin.as_str());
            let muet = canal && refus.statut == 404;
            assert!(
                refus.statut == 403 || muet,
                "{chemin} from {valeur}: {}",
                refus.statut
            );
        }
        if PUBLICS.contains(&chemin.as_str()) {
            continue;
        }
        for preuve in ["", "preuve=", "preuve=00"] {
            let entetes = [
                FORMULAIRE,
                ("cookie", cookie.as_str()),
                ("sec-fetch-site", "same-origin"),
            ];
            let refus = site
                .client
                .envoyer("POST", chemin, &entetes, preuve.into())
                .await;
            // Staff's forms are closed to a candidate before the proof is looked at; a dossier that is not there is not found.
            let ferme = [400, 401, 403, 404].contains(&refus.statut.as_u16());
            assert!(ferme, "{chemin} without proof: {}", refus.statut);
        }
    }
    let apres = site.client.lire("/moi", &session).await;
    assert_eq!(apres.statut, 200, "nothing happened to the session");
}

/// Q14: whatever a page answers, it says what a browser may do with it.
#[tokio::test(flavor = "multi_thread")]
async fn q14_chaque_page_dit_sa_politique() {
    let site = Site::ouvrir();
    let session = site.client.candidat("elise@univ.example").await;
    let cookie = format!("__Host-session={session}");
    let chemins = routes("get");
    assert!(chemins.len() > 30, "{chemins:#?}");
    for chemin in chemins.iter().map(String::as_str).chain([
        "/nulle-part",
        "/dossiers/%00",
        "/%2e%2e/etc/passwd",
    ]) {
        for cookie in ["", cookie.as_str()] {
            let page = site
                .client
                .envoyer("GET", chemin, &[("cookie", cookie)], vec![])
                .await;
            let dit = |nom: &str| page.entetes.get(nom).map_or("", |v| v.to_str().unwrap());
            let politique = dit("content-security-policy");
            assert!(
                politique.starts_with("default-src 'none'"),
                "{chemin}: {politique}"
            );
            assert!(
                politique.contains("frame-ancestors 'none'")
                    && politique.contains("base-uri 'none'"),
                "{chemin}"
            );
            assert!(
                !politique.contains("unsafe") && !politique.contains('*'),
                "{chemin}: {politique}"
            );
            assert_eq!(dit("x-content-type-options"), "nosniff", "{chemin}");
            assert_eq!(dit("referrer-policy"), "same-origin", "{chemin}");
            assert!(page.statut.as_u16() < 500, "{chemin}: {}", page.statut);
            let html = String::from_utf8_lossy(&page.octets).into_owned();
            if dit("content-type").starts_with("text/html") {
                assert_eq!(dit("cache-control"), "no-store", "{chemin}");
                let interdits = [" style=\"", "<style", "onclick=", "onload=", "javascript:"];
                assert!(
                    !interdits.iter().any(|i| html.contains(i)),
                    "{chemin} has something inline"
                );
            }
        }
    }
}

/// Q14: a session is new at each log-in, whatever the browser came with; its cookie is kept from scripts and other sites.
#[tokio::test(flavor = "multi_thread")]
async fn q14_une_session_imposee_ne_sert_pas() {
    let site = Site::ouvrir();
    let session = site.client.compte("elise@univ.example").await;
    drop(session);
    let corps = Serializer::new(String::new())
        .extend_pairs([
            ("identifiant", "elise@univ.example"),
            ("mot_de_passe", MOT_DE_PASSE),
        ])
        .finish();
    let impose = "A".repeat(43);
    let cookie = format!("__Host-session={impose}");
    let entetes = [
        FORMULAIRE,
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    let entree = site
        .client
        .envoyer("POST", "/connexion", &entetes, corps.into_bytes())
        .await;
    assert_eq!(entree.statut, 303);
    let poses: Vec<&str> = entree
        .entetes
        .get_all("set-cookie")
        .iter()
        .map(|c| c.to_str().unwrap())
        .collect();
    let session = poses
        .iter()
        .find(|c| c.starts_with("__Host-session="))
        .unwrap();
    assert!(!session.contains(&impose));
    for pose in poses.iter().filter(|c| c.starts_with("__Host-")) {
        for attendu in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(pose.contains(attendu), "{pose}");
        }
        assert!(!pose.contains("Domain="), "{pose}");
    }
    assert_eq!(site.client.lire("/moi", &impose).await.statut, 401);
    // After the log-out the token opens nothing.
    let jeton = session.split(['=', ';']).nth(1).unwrap().to_owned();
    assert_eq!(site.client.lire("/moi", &jeton).await.statut, 200);
    site.client
        .demander("DELETE", "/session", &jeton, serde_json::Value::Null)
        .await;
    assert_eq!(site.client.lire("/moi", &jeton).await.statut, 401);
}
