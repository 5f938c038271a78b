//! Q15: every route of pages and API, walked by those it is not for. The routes are read from the sources, so that
//! a new one is walked too, and has to be named here if it is for everybody.

use std::collections::BTreeSet;
use std::path::Path;

use crate::pages::{page, preuve};
use crate::serveur::{Reponse, Serveur};

/// For everybody: the offer, how one gets in, what proves a receipt.
const PUBLIQUES: &[&str] = &[
    "/",
    "/inscription",
    "/inscription/adresse",
    "/validation",
    "/code-perdu",
    "/mot-de-passe-oublie",
    "/mot-de-passe",
    "/nouvelle-adresse",
    "/connexion",
    "/sso",
    "/sso/retour",
    "/sso/deconnexion",
    "/sso/inscription",
    "/sso/rattacher",
    "/sso/rattachement",
    "/verification",
    "/statique/{nom}",
    "/gestion/invitation",
    "/api/v1/formations",
    "/api/v1/pieces/{code}/modele",
    "/api/v1/comptes",
    "/api/v1/comptes/validation",
    "/api/v1/comptes/code-perdu",
    "/api/v1/comptes/mot-de-passe-oublie",
    "/api/v1/comptes/mot-de-passe",
    "/api/v1/comptes/nouvelle-adresse",
    "/api/v1/comptes/adresse",
    "/api/v1/session",
    "/api/v1/accuses/cle",
    "/api/v1/accuses/verification",
    "/api/v1/openapi.json",
    "/api/v1/docs",
    "/api/v1/personnel/invitation",
];
/// Pieces of a form, the same for everybody.
const LIBRES: &[&str] = &["/profil/adresse/communes", "/profil/baccalaureat/champs"];

/// One route: method and path, with what stands in braces.
pub(crate) type Route = (String, String);

fn lire_dossier(dossier: &Path, prefixe: &str, routes: &mut BTreeSet<Route>) {
    for entree in std::fs::read_dir(dossier).unwrap() {
        let chemin = entree.unwrap().path();
        if chemin.is_dir() {
            lire_dossier(&chemin, prefixe, routes);
            continue;
        }
        if chemin.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let source = std::fs::read_to_string(&chemin).unwrap();
        for morceau in source.split(".route(").skip(1) {
            let Some(route) = morceau.split('"').nth(1).filter(|r| r.starts_with('/')) else {
                continue;
            };
            // Up to where the call ends: what comes behind belongs to another route.
            let mut profondeur = 1_i32;
            let suite: String = morceau
                .chars()
                .take_while(|c| {
                    profondeur += i32::from(*c == '(') - i32::from(*c == ')');
                    profondeur > 0
                })
                .collect();
            for methode in ["get", "post", "put", "delete"] {
                if suite.contains(&format!("{methode}(")) {
                    routes.insert((methode.to_uppercase(), format!("{prefixe}{route}")));
                }
            }
        }
    }
}

/// The routes of one part of the edge, below a prefix.
pub(crate) fn routes_de(partie: &str, prefixe: &str) -> BTreeSet<Route> {
    let edge = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/edge");
    let mut routes = BTreeSet::new();
    lire_dossier(&edge.join(partie), prefixe, &mut routes);
    routes
}

fn routes() -> BTreeSet<Route> {
    let mut routes = routes_de("pages", "");
    routes.extend(routes_de("api", "/api/v1"));
    assert!(routes.len() > 90, "the routes are read from the sources");
    routes
}

/// Somebody who walks: a session, and the proof the forms of its pages carry.
struct Passant {
    jeton: String,
    preuve: String,
}

impl Passant {
    fn anonyme() -> Self {
        Self {
            jeton: String::new(),
            preuve: String::new(),
        }
    }

    async fn avec(serveur: &Serveur, jeton: String, ou: &str) -> Self {
        let vue = page(serveur, ou, &format!("__Host-session={jeton}")).await;
        Self {
            jeton,
            preuve: preuve(&vue),
        }
    }

    async fn aller(&self, serveur: &Serveur, methode: &str, chemin: &str, id: &str) -> Reponse {
        let cookie = format!("__Host-session={}", self.jeton);
        let autorisation = format!("Bearer {}", self.jeton);
        let api = chemin.starts_with("/api/");
        let mut entetes = vec![("origin", "http://localhost")];
        if !self.jeton.is_empty() {
            entetes.push(if api {
                ("authorization", autorisation.as_str())
            } else {
                ("cookie", cookie.as_str())
            });
        }
        let corps = match (methode, api) {
            ("GET" | "DELETE", _) => vec![],
            (_, true) => {
                entetes.push(("content-type", "application/json"));
                b"{}".to_vec()
            }
            (_, false) => {
                entetes.push(("content-type", "application/x-www-form-urlencoded"));
                let champs = "texte=x&acte=complet&etape=faire&mode=possible";
                format!("preuve={}&dossier={id}&{champs}", self.preuve).into_bytes()
            }
        };
        serveur.envoyer(methode, chemin, &entetes, corps).await
    }
}

fn concret(route: &str, id: &str, piece: &str, formation: &str) -> String {
    let code = if route.contains("/formations/{code}") {
        formation
    } else {
        piece
    };
    route
        .replace("{id}", id)
        .replace("{code}", code)
        .replace("{message}", "premier")
        .replace("{rang}", "0")
        .replace("{sha256}", "0")
        .replace("{acte}", "notes")
        .replace("{rubrique}", "stages")
        .replace("{genre}", "formations")
        .replace("{mail}", "statut_re")
        .replace("{langue}", "fr")
        .replace("{quoi}", "mail")
        .replace("{nom}", "style.css")
}

#[tokio::test(flavor = "multi_thread")]
async fn q15_aucune_route_ne_s_ouvre_a_qui_elle_n_est_pas() {
    let serveur = Serveur::new().await;
    let (formation, pieces) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let numero = serveur.lire("/moi", &elle).await.json()["numero"].clone();
    let numero = numero.as_str().unwrap().to_owned();
    let (id, _) = serveur.transmis(&elle, &formation).await;
    let demande = serveur.demande(&elle, "La sienne").await;
    let admin = serveur.agent("admin").await;
    let lire = async || {
        let chemin = format!("/gestion/dossiers/{id}");
        serveur.lire(&chemin, &admin).await.json()
    };
    let avant = lire().await;
    let centre = avant["formation"]["centre"]
        .as_str()
        .unwrap()
        .to_lowercase();
    let dehors = if centre == "droit" { "iae" } else { "droit" };
    let anonyme = Passant::anonyme();
    let autre = serveur.candidat("autre@univ.example").await;
    let autre = Passant::avec(&serveur, autre, "/compte").await;
    let gestionnaire = serveur.agent(dehors).await;
    let gestionnaire = Passant::avec(&serveur, gestionnaire, "/gestion").await;
    let secret = |reponse: &Reponse, qui: &str| {
        let texte = String::from_utf8_lossy(&reponse.octets);
        assert!(
            !texte.contains("elle@univ.example") && !texte.contains(&numero),
            "{qui} reads of her"
        );
    };
    for (methode, route) in routes() {
        let sur_demande = route.contains("/demandes/{id}");
        let sujet = if sur_demande { &demande } else { &id };
        let chemin = concret(&route, sujet, &pieces[0], &formation);
        let quoi = format!("{methode} {route}");
        let publique = PUBLIQUES.contains(&route.as_str()) && methode != "DELETE";
        if publique || LIBRES.contains(&route.as_str()) {
            continue;
        }
        let reponse = anonyme.aller(&serveur, &methode, &chemin, &id).await;
        let entrer = reponse.entetes.get("location");
        let entrer = entrer.is_some_and(|l| l.to_str().unwrap().starts_with("/connexion"));
        assert!(
            matches!(reponse.statut.as_u16(), 400 | 401) || entrer,
            "{quoi} is open to anybody: {}",
            reponse.statut
        );
        secret(&reponse, &quoi);
        // A log-out is what it says, for whoever has the session.
        if route.ends_with("/session") || route == "/deconnexion" {
            continue;
        }
        let reponse = autre.aller(&serveur, &methode, &chemin, &id).await;
        secret(&reponse, &quoi);
        let personnel = route.contains("/gestion");
        if personnel || sur_demande || route.contains("/dossiers/{id}") {
            assert!(
                !reponse.statut.is_success(),
                "{quoi} is open to another candidate"
            );
        }
        let reponse = gestionnaire.aller(&serveur, &methode, &chemin, &id).await;
        secret(&reponse, &quoi);
        if sur_demande || route.contains("/dossiers/{id}") {
            assert!(
                !reponse.statut.is_success(),
                "{quoi} is open to another centre"
            );
        }
    }
    let apres = lire().await;
    assert_eq!(
        avant["version"], apres["version"],
        "nothing was changed on the way"
    );
}
