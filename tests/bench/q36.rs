//! Q36: the deadline hour. Whole journeys over HTTP against the real program: log in, look, open, hand in, transmit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use fixtures::agent::{Agent, Reponse};
use serde_json::{Value, json};

use crate::mesure::{Durees, memoire};
use crate::systeme::{MOT_DE_PASSE, au_fil};
use crate::terrain::Terrain;

/// How many, unless told otherwise.
pub(crate) const PARCOURS: usize = 200;
/// At once.
const ENSEMBLE: usize = 32;
const PDF: &[u8] = include_bytes!("../../src/demo/fichiers/demande-vapp.pdf");

#[derive(Default)]
struct Releve {
    pas: BTreeMap<&'static str, Durees>,
    erreurs: BTreeMap<String, usize>,
}

impl Releve {
    fn joindre(&mut self, autre: Self) {
        for (nom, durees) in autre.pas {
            self.pas.entry(nom).or_default().joindre(durees);
        }
        for (nom, n) in autre.erreurs {
            *self.erreurs.entry(nom).or_default() += n;
        }
    }

    fn noter(
        &mut self,
        nom: &'static str,
        debut: Instant,
        reponse: Result<Reponse, String>,
    ) -> Value {
        self.pas.entry(nom).or_default().noter(debut.elapsed());
        let erreur = match reponse {
            Ok(reponse) if reponse.statut.is_success() => {
                return serde_json::from_slice(&reponse.octets).unwrap_or_default();
            }
            Ok(reponse) => format!("{nom} {}", reponse.statut.as_u16()),
            Err(erreur) => format!("{nom} {erreur}"),
        };
        *self.erreurs.entry(erreur).or_default() += 1;
        Value::Null
    }
}

pub(crate) fn mesurer(parcours: usize) {
    let terrain = Arc::new(Terrain::new());
    let processus = terrain.demarrer();
    let pid = processus.pid();
    au_fil(async {
        let inscrits = Instant::now();
        let comptes = par_groupes(&terrain, parcours, inscrire).await;
        println!(
            "Q36 {parcours} comptes ouverts en {:.1} s ({} erreurs) : la dépense d'argon2 les borne",
            inscrits.elapsed().as_secs_f64(),
            comptes.erreurs.values().sum::<usize>()
        );
        let debut = Instant::now();
        let mut releve = par_groupes(&terrain, parcours, jouer).await;
        let duree = debut.elapsed().as_secs_f64();
        let requetes: usize = releve.pas.values().map(Durees::combien).sum();
        println!(
            "  {parcours} parcours, {ENSEMBLE} à la fois : {:.1} parcours/s, {:.0} requêtes/s",
            parcours as f64 / duree,
            requetes as f64 / duree
        );
        for (nom, durees) in &mut releve.pas {
            println!("  {nom:<12} {}", durees.dire());
        }
        println!(
            "  erreurs : {:?} ; mémoire du serveur {} Mio, au plus haut {} Mio",
            releve.erreurs,
            memoire(pid, "VmRSS"),
            memoire(pid, "VmHWM")
        );
        assert!(releve.erreurs.is_empty(), "{:?}", releve.erreurs);
    });
    let mut processus = processus;
    processus.tuer();
    terrain.verifier();
}

async fn par_groupes<F: Future<Output = Releve> + Send + 'static>(
    terrain: &Arc<Terrain>,
    parcours: usize,
    faire: fn(Arc<Terrain>, usize) -> F,
) -> Releve {
    let prochain = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let taches = (0..ENSEMBLE).map(|_| {
        let (terrain, prochain) = (terrain.clone(), prochain.clone());
        tokio::spawn(async move {
            let mut releve = Releve::default();
            loop {
                let rang = prochain.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if rang >= parcours {
                    return releve;
                }
                releve.joindre(faire(terrain.clone(), rang).await);
            }
        })
    });
    let taches: Vec<_> = taches.collect();
    let mut tout = Releve::default();
    for tache in taches {
        tout.joindre(tache.await.unwrap());
    }
    tout
}

fn mail(rang: usize) -> String {
    format!("c{rang}@univ.example")
}

async fn inscrire(terrain: Arc<Terrain>, rang: usize) -> Releve {
    let (mut releve, mut agent) = (Releve::default(), Agent::new(terrain.adresse));
    let corps = json!({
        "nom": "Martin", "prenom": "Élise", "mail": mail(rang), "mail_confirmation": mail(rang),
        "mot_de_passe": MOT_DE_PASSE, "mot_de_passe_confirmation": MOT_DE_PASSE,
    });
    pas(
        &mut releve,
        &mut agent,
        "inscription",
        ("POST", "/comptes", corps),
    )
    .await;
    let jeton = terrain.jeton(&mail(rang)).await;
    let corps = json!({ "jeton": jeton });
    pas(
        &mut releve,
        &mut agent,
        "validation",
        ("POST", "/comptes/validation", corps),
    )
    .await;
    releve
}

async fn pas(
    releve: &mut Releve,
    agent: &mut Agent,
    nom: &'static str,
    (methode, chemin, corps): (&str, &str, Value),
) -> Value {
    let debut = Instant::now();
    let reponse = agent.demander(methode, chemin, None, &corps).await;
    releve.noter(nom, debut, reponse)
}

/// A candidate with a session and an open dossier: the session's token and the dossier's id.
pub(crate) async fn ouvrir(terrain: Arc<Terrain>, rang: usize) -> (String, String) {
    let (mut releve, mut agent) = (
        inscrire(terrain.clone(), rang).await,
        Agent::new(terrain.adresse),
    );
    let id = entrer(&mut releve, &mut agent, rang).await;
    assert!(releve.erreurs.is_empty(), "{:?}", releve.erreurs);
    (agent.session.unwrap_or_default(), id)
}

/// Logs in, fills the profile, looks at the offer and opens a dossier, whose id it gives.
async fn entrer(r: &mut Releve, a: &mut Agent, rang: usize) -> String {
    let corps = json!({ "identifiant": mail(rang), "mot_de_passe": MOT_DE_PASSE });
    let session = pas(r, a, "connexion", ("POST", "/session", corps)).await;
    a.session = session["jeton"].as_str().map(str::to_owned);
    let profil = [
        (
            "/moi/informations",
            json!({ "nationalite": "FRA", "ine": null, "date_naissance": "2004-05-06", "lieu_naissance": "Lille" }),
        ),
        (
            "/moi/adresse",
            json!({ "ligne1": "1 rue de Mons", "code_postal": "59300", "commune": "valenciennes" }),
        ),
        (
            "/moi/baccalaureat",
            json!({ "annee": 2022, "serie": "GENERALE", "specialites": ["MATHS", "NSI"], "mention": "B" }),
        ),
    ];
    for (chemin, corps) in profil {
        pas(r, a, "profil", ("PUT", chemin, corps)).await;
    }
    pas(r, a, "offre", ("GET", "/formations", Value::Null)).await;
    let corps = json!({ "formation": "M1" });
    let ouvert = pas(r, a, "ouverture", ("POST", "/dossiers", corps)).await;
    ouvert["id"].as_str().unwrap_or_default().to_owned()
}

async fn jouer(terrain: Arc<Terrain>, rang: usize) -> Releve {
    let (mut releve, mut agent) = (Releve::default(), Agent::new(terrain.adresse));
    let (r, a) = (&mut releve, &mut agent);
    let id = entrer(r, a, rang).await;
    for piece in ["CV", "LM"] {
        let debut = Instant::now();
        let reponse = a.deposer(&id, piece, None, Bytes::from_static(PDF)).await;
        r.noter("depot", debut, reponse);
    }
    let chemin = format!("/dossiers/{id}");
    for _ in 0..3 {
        pas(r, a, "regard", ("GET", &chemin, Value::Null)).await;
    }
    let chemin = format!("/dossiers/{id}/transmission");
    pas(r, a, "transmission", ("POST", &chemin, Value::Null)).await;
    pas(r, a, "liste", ("GET", "/dossiers", Value::Null)).await;
    releve
}
