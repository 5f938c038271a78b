//! A candidate who never stops, and remembers what was acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fixtures::agent::{Agent, Reponse};
use serde_json::{Value, json};

use crate::terrain::Terrain;

const MOT_DE_PASSE: &str = "Motdepasse1@";
/// Internships kept at once; the oldest goes then.
const STAGES: usize = 6;
/// How long one request may be repeated: a restart takes less.
const PATIENCE: Duration = Duration::from_secs(90);
const PDF: &[u8] = include_bytes!("../../src/demo/fichiers/demande-vapp.pdf");

/// A request that can be repeated.
#[derive(Clone, Copy)]
enum Envoi<'a> {
    Json(&'a str, &'a str, &'a Value),
    Piece(&'a str, &'a str),
}

pub(crate) struct Candidat {
    pub(crate) client: Agent,
    rang: usize,
    suivant: usize,
    tours: usize,
    /// The line of the address that was acknowledged last.
    ligne: String,
    /// Internships by id.
    stages: BTreeMap<String, String>,
    /// The dossier that is being filled in, and how many pieces are in.
    dossier: Option<(String, usize)>,
    transmis: Vec<Value>,
    /// Where else to ask when one does not answer.
    pub(crate) noeuds: Vec<std::net::SocketAddr>,
    pub(crate) acquittes: usize,
    pub(crate) repetes: usize,
    /// The longest any request waited for its acknowledgement.
    pub(crate) attente: Duration,
    /// Answers that were asked to come again, by code.
    pub(crate) refuses: BTreeMap<String, usize>,
}

impl Candidat {
    /// An account with a complete profile.
    pub(crate) async fn new(terrain: &Terrain, rang: usize) -> Self {
        let mut client = Agent::new(terrain.adresse);
        let mail = format!("c{rang}@univ.example");
        let corps = json!({
            "nom": "Martin", "prenom": "Élise", "mail": mail, "mail_confirmation": mail,
            "mot_de_passe": MOT_DE_PASSE, "mot_de_passe_confirmation": MOT_DE_PASSE,
        });
        let fait = client
            .demander("POST", "/comptes", None, &corps)
            .await
            .unwrap();
        assert_eq!(fait.statut, 202, "{}", fait.json());
        let corps = json!({ "jeton": terrain.jeton(&mail).await });
        let fait = client
            .demander("POST", "/comptes/validation", None, &corps)
            .await
            .unwrap();
        assert_eq!(fait.statut, 200, "{}", fait.json());
        let corps = json!({ "identifiant": mail, "mot_de_passe": MOT_DE_PASSE });
        let session = client
            .demander("POST", "/session", None, &corps)
            .await
            .unwrap();
        client.session = session.json()["jeton"].as_str().map(str::to_owned);
        let mut candidat = Self {
            client,
            rang,
            suivant: 0,
            tours: rang,
            ligne: String::new(),
            stages: BTreeMap::new(),
            dossier: None,
            transmis: Vec::new(),
            noeuds: vec![terrain.adresse],
            acquittes: 0,
            repetes: 0,
            attente: Duration::ZERO,
            refuses: BTreeMap::new(),
        };
        let informations = json!({
            "nationalite": "FRA", "ine": null, "date_naissance": "2004-05-06", "lieu_naissance": "Lille",
        });
        candidat
            .faire("PUT", "/moi/informations", &informations)
            .await;
        let bac = json!({ "annee": 2022, "serie": "GENERALE", "specialites": ["MATHS", "NSI"], "mention": "B" });
        candidat.faire("PUT", "/moi/baccalaureat", &bac).await;
        candidat.adresse().await;
        candidat
    }

    /// Sends until it is answered, each time under the same key.
    async fn faire(&mut self, methode: &str, chemin: &str, corps: &Value) -> Reponse {
        self.insister(Envoi::Json(methode, chemin, corps)).await
    }

    async fn insister(&mut self, envoi: Envoi<'_>) -> Reponse {
        let cle = format!("cle-{}-{}", self.rang, self.suivant);
        self.suivant += 1;
        let debut = Instant::now();
        let fin = debut + PATIENCE;
        loop {
            let client = &mut self.client;
            let reponse = match envoi {
                Envoi::Json(methode, chemin, corps) => {
                    client.demander(methode, chemin, Some(&cle), corps).await
                }
                Envoi::Piece(dossier, piece) => {
                    let fichier = Bytes::from_static(PDF);
                    client.deposer(dossier, piece, Some(&cle), fichier).await
                }
            };
            match reponse {
                Ok(reponse) if reponse.statut.is_success() => {
                    self.acquittes += 1;
                    self.attente = self.attente.max(debut.elapsed());
                    return reponse;
                }
                Ok(reponse) if reponse.statut == 503 => {
                    let code = reponse.json()["code"].as_str().unwrap().to_owned();
                    *self.refuses.entry(code).or_default() += 1;
                }
                Ok(reponse) => panic!("{cle}: {} {}", reponse.statut, reponse.json()),
                Err(_coupe) => self.repetes += 1,
            }
            assert!(Instant::now() < fin, "{cle}: no answer");
            self.tours += 1;
            self.client
                .vers(self.noeuds[self.tours % self.noeuds.len()]);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    async fn adresse(&mut self) {
        let ligne = format!("{} rue de Mons", self.suivant);
        let corps = json!({ "ligne1": ligne, "code_postal": "59300", "commune": "valenciennes" });
        self.faire("PUT", "/moi/adresse", &corps).await;
        self.ligne = ligne;
    }

    async fn stage(&mut self) {
        if self.stages.len() >= STAGES {
            let (id, _) = self.stages.pop_first().unwrap();
            let chemin = format!("/moi/stages/{id}");
            self.faire("DELETE", &chemin, &Value::Null).await;
        }
        let intitule = format!("Stage {}", self.suivant);
        let corps = json!({ "debut": "2023-01", "fin": "2023-06", "intitule": intitule, "organisme": "Mairie" });
        let fait = self.faire("POST", "/moi/stages", &corps).await;
        let id = fait.json()["id"].as_str().unwrap().to_owned();
        self.stages.insert(id, intitule);
    }

    /// One step of a dossier: opened, two pieces, transmitted or dropped.
    async fn pas_du_dossier(&mut self) {
        let Some((id, pieces)) = self.dossier.take() else {
            if let Some(formation) = ["M1", "M2", "M3"].get(self.transmis.len()) {
                let fait = self
                    .faire("POST", "/dossiers", &json!({ "formation": formation }))
                    .await;
                let id = fait.json()["id"].as_str().unwrap().to_owned();
                self.dossier = Some((id, 0));
            }
            return;
        };
        if let Some(piece) = ["CV", "LM"].get(pieces) {
            self.insister(Envoi::Piece(&id, piece)).await;
            self.dossier = Some((id, pieces + 1));
        } else if self.suivant.is_multiple_of(3) {
            let chemin = format!("/dossiers/{id}/transmission");
            let fait = self.faire("POST", &chemin, &Value::Null).await;
            self.transmis.push(fait.json());
        } else {
            let chemin = format!("/dossiers/{id}/annulation");
            self.faire("POST", &chemin, &Value::Null).await;
        }
    }

    /// Acts until told to stop.
    pub(crate) async fn vivre(&mut self, arret: Arc<AtomicBool>) {
        while !arret.load(Ordering::Relaxed) {
            match self.suivant % 3 {
                0 => self.adresse().await,
                1 => self.stage().await,
                _ => self.pas_du_dossier().await,
            }
        }
    }

    /// Everything acknowledged is there, and nothing else.
    pub(crate) async fn verifier(&mut self) {
        let moi = self.lire("/moi").await;
        assert_eq!(moi["profil"]["adresse"]["ligne1"], self.ligne.as_str());
        let stages = self.lire("/moi/stages").await;
        let lus: BTreeMap<String, String> = entrees(&stages);
        assert_eq!(lus, self.stages);
        for transmis in self.transmis.clone() {
            let chemin = format!("/dossiers/{}", transmis["id"].as_str().unwrap());
            let lu = self.lire(&chemin).await;
            for partie in ["etat", "pieces", "version", "historique"] {
                assert_eq!(lu[partie], transmis[partie], "G30");
            }
        }
        let dossiers = self.lire("/dossiers").await;
        let vivants = dossiers["dossiers"].as_array().unwrap().iter();
        let vivants = vivants.filter(|d| d["etat"] != "annule").count();
        assert_eq!(
            vivants,
            self.transmis.len() + usize::from(self.dossier.is_some())
        );
    }

    async fn lire(&mut self, chemin: &str) -> Value {
        self.insister(Envoi::Json("GET", chemin, &Value::Null))
            .await
            .json()
    }
}

/// Ids and titles.
fn entrees(liste: &Value) -> BTreeMap<String, String> {
    let texte = |valeur: &Value| valeur.as_str().unwrap().to_owned();
    let entrees = liste["entrees"].as_array().unwrap().iter();
    entrees
        .map(|e| (texte(&e["id"]), texte(&e["entree"]["intitule"])))
        .collect()
}
