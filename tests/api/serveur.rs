//! A real server on a real disk, and a client.

use std::path::PathBuf;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use postule::app::{App, OptionsDemo};
use serde_json::{Value, json};

pub(crate) const MOT_DE_PASSE: &str = "Motdepasse1@";
pub(crate) const PDF: &[u8] = include_bytes!("../../src/demo/fichiers/demande-vapp.pdf");
/// How long a mail may take to reach the folder.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Serveur {
    pub(crate) app: Option<App>,
    pub(crate) donnees: PathBuf,
    _dossier: Option<tempfile::TempDir>,
}

pub(crate) struct Reponse {
    pub(crate) statut: StatusCode,
    pub(crate) entetes: hyper::HeaderMap,
    pub(crate) octets: Bytes,
}

impl Reponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.octets)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.octets)))
    }

    /// The stable code of a problem, with its status.
    pub(crate) fn code(&self) -> (u16, String) {
        let corps = self.json();
        assert_eq!(self.entetes["content-type"], "application/problem+json");
        assert_eq!(corps["status"], self.statut.as_u16());
        assert!(!corps["title"].as_str().unwrap().is_empty());
        (
            self.statut.as_u16(),
            corps["code"].as_str().unwrap().to_owned(),
        )
    }

    pub(crate) fn champs(&self) -> Vec<String> {
        let corps = self.json();
        let champs = corps["champs"].as_array().unwrap().iter();
        champs
            .map(|c| {
                format!(
                    "{}:{}",
                    c["champ"].as_str().unwrap(),
                    c["code"].as_str().unwrap()
                )
            })
            .collect()
    }
}

impl Serveur {
    pub(crate) async fn new() -> Self {
        let dossier = tempfile::tempdir().unwrap();
        let donnees = dossier.path().to_owned();
        let app = Some(Self::demarrer(donnees.clone()).await);
        Self {
            app,
            donnees,
            _dossier: Some(dossier),
        }
    }

    pub(crate) async fn demarrer(donnees: PathBuf) -> App {
        let ecoute = "127.0.0.1:0".parse().unwrap();
        App::demo(OptionsDemo {
            ecoute,
            donnees,
            maintenant: None,
        })
        .await
        .unwrap()
    }

    pub(crate) async fn redemarrer(&mut self) {
        self.app.take().unwrap().arreter().await;
        self.app = Some(Self::demarrer(self.donnees.clone()).await);
    }

    pub(crate) async fn envoyer(
        &self,
        methode: &str,
        chemin: &str,
        entetes: &[(&str, &str)],
        corps: Vec<u8>,
    ) -> Reponse {
        let flux = tokio::net::TcpStream::connect(self.app.as_ref().unwrap().adresse().unwrap())
            .await
            .unwrap();
        let (mut client, connexion) = hyper::client::conn::http1::handshake(TokioIo::new(flux))
            .await
            .unwrap();
        tokio::spawn(connexion);
        let mut requete = Request::builder()
            .method(methode)
            .uri(chemin)
            .header("host", "localhost");
        for (nom, valeur) in entetes {
            requete = requete.header(*nom, *valeur);
        }
        let requete = requete.body(Full::new(Bytes::from(corps))).unwrap();
        let reponse = client.send_request(requete).await.unwrap();
        let (tete, corps) = reponse.into_parts();
        let octets = corps.collect().await.unwrap().to_bytes();
        Reponse {
            statut: tete.status,
            entetes: tete.headers,
            octets,
        }
    }

    pub(crate) async fn demander(
        &self,
        methode: &str,
        chemin: &str,
        jeton: &str,
        corps: Value,
    ) -> Reponse {
        let autorisation = format!("Bearer {jeton}");
        let mut entetes = vec![("content-type", "application/json")];
        if !jeton.is_empty() {
            entetes.push(("authorization", &autorisation));
        }
        let corps = if corps.is_null() {
            vec![]
        } else {
            corps.to_string().into_bytes()
        };
        self.envoyer(methode, &format!("/api/v1{chemin}"), &entetes, corps)
            .await
    }

    pub(crate) async fn lire(&self, chemin: &str, jeton: &str) -> Reponse {
        self.demander("GET", chemin, jeton, Value::Null).await
    }

    pub(crate) async fn deposer(
        &self,
        jeton: &str,
        dossier: &str,
        piece: &str,
        nom: &str,
        octets: &[u8],
    ) -> Reponse {
        let autorisation = format!("Bearer {jeton}");
        let disposition = format!("attachment; filename=\"{nom}\"");
        let entetes = [
            ("authorization", autorisation.as_str()),
            ("content-type", "application/octet-stream"),
            ("content-disposition", disposition.as_str()),
        ];
        let chemin = format!("/api/v1/dossiers/{dossier}/pieces/{piece}");
        self.envoyer("PUT", &chemin, &entetes, octets.to_vec())
            .await
    }

    /// The token of the last mail to this address whose subject contains the text.
    pub(crate) async fn jeton(&self, adresse: &str, objet: &str) -> String {
        let fin = tokio::time::Instant::now() + PATIENCE;
        loop {
            let mut noms: Vec<_> = std::fs::read_dir(self.donnees.join("mail"))
                .map(|d| d.map(|e| e.unwrap().path()).collect())
                .unwrap_or_default();
            noms.sort();
            for nom in noms
                .iter()
                .rev()
                .filter(|n| n.extension().is_some_and(|e| e == "eml"))
                // A name that begins with a point is a mail still being written.
                .filter(|n| {
                    !n.file_name()
                        .is_some_and(|f| f.to_string_lossy().starts_with('.'))
                })
            {
                let mail = postule::mail::lire(&std::fs::read(nom).unwrap()).unwrap();
                if mail.a == adresse && mail.objet.contains(objet) {
                    let (_, suite) = mail.html.split_once("?jeton=").unwrap();
                    return suite.split('"').next().unwrap().to_owned();
                }
            }
            assert!(
                tokio::time::Instant::now() < fin,
                "no mail « {objet} » to {adresse}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn inscrire(&self, mail: &str) -> Reponse {
        let corps = json!({
            "nom": "Martin", "prenom": "Élise", "mail": mail, "mail_confirmation": mail,
            "mot_de_passe": MOT_DE_PASSE, "mot_de_passe_confirmation": MOT_DE_PASSE,
        });
        self.demander("POST", "/comptes", "", corps).await
    }

    pub(crate) async fn connecter(&self, identifiant: &str) -> Reponse {
        let corps = json!({ "identifiant": identifiant, "mot_de_passe": MOT_DE_PASSE });
        self.demander("POST", "/session", "", corps).await
    }

    /// A session of a validated account with a complete profile.
    pub(crate) async fn candidat(&self, mail: &str) -> String {
        assert_eq!(self.inscrire(mail).await.statut, 202);
        let jeton = self.jeton(mail, "Validez").await;
        let valide = self
            .demander("POST", "/comptes/validation", "", json!({ "jeton": jeton }))
            .await;
        let numero = valide.json()["numero"].as_str().unwrap().to_owned();
        assert_eq!(numero.len(), 8);
        let session = self.connecter(&numero).await;
        let session = session.json()["jeton"].as_str().unwrap().to_owned();
        for (section, corps) in [
            (
                "informations",
                json!({ "nationalite": "FRA", "ine": "0123456789M", "date_naissance": "2004-05-06", "lieu_naissance": "Lille" }),
            ),
            (
                "adresse",
                json!({ "ligne1": "1 rue de Mons", "code_postal": "59300", "commune": "valenciennes" }),
            ),
            (
                "baccalaureat",
                json!({ "annee": 2022, "serie": "GENERALE", "specialites": ["MATHS", "NSI"], "mention": "B" }),
            ),
        ] {
            let reponse = self
                .demander("PUT", &format!("/moi/{section}"), &session, corps)
                .await;
            assert_eq!(
                reponse.statut,
                200,
                "{}",
                String::from_utf8_lossy(&reponse.octets)
            );
        }
        session
    }

    /// An open formation's code, and its pieces with whether they are conditional.
    pub(crate) async fn formation(&self, rang: usize) -> (String, Vec<String>) {
        let offre = self.lire("/formations", "").await.json();
        let mut ouvertes = Vec::new();
        for composante in offre["composantes"].as_array().unwrap() {
            for niveau in composante["niveaux"].as_array().unwrap() {
                ouvertes.extend(niveau["formations"].as_array().unwrap().clone());
            }
        }
        ouvertes.retain(|f| f["ouverte"] == true);
        let formation = &ouvertes[rang];
        let pieces = formation["pieces"].as_array().unwrap().iter();
        let pieces = pieces.map(|p| p.as_str().unwrap().to_owned()).collect();
        (formation["code"].as_str().unwrap().to_owned(), pieces)
    }

    pub(crate) async fn ouvrir(&self, session: &str, formation: &str) -> Reponse {
        self.demander(
            "POST",
            "/dossiers",
            session,
            json!({ "formation": formation }),
        )
        .await
    }
}
