//! Q34: staff at work on a large campaign: the list, a batch of decisions, exports, an archive. Filled through the store
//! with the events the actors would write, then asked for over HTTP of the real program.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use actors::record;
use domain::candidat::{Compte, Evenement as EvenementCandidat};
use domain::dossier::{Acteur, Depot, Evenement as EvenementDossier, Identite};
use domain::effet::Lien;
use domain::fichier::{Fichier, TypeFichier};
use domain::ids::{CandidatId, DossierId, FormationCode, Numero};
use domain::langue::Langue;
use domain::profil::{Informations, Profil};
use fixtures::agent::Agent;
use fixtures::client::PDF;
use fixtures::processus::Postule;
use jiff::Timestamp;
use postule::app::MOT_DE_PASSE_PERSONNEL;
use serde_json::{Value, json};
use storage::blobs::Blobs;
use storage::{Append, Batch, Expected, SledKv, Store};

use crate::mesure::{Durees, memoire};
use crate::systeme::{au_fil, dossier};

/// Dossiers of the campaign, unless told otherwise.
pub(crate) const DOSSIERS: usize = 20_000;
/// Dossiers of the batch.
const LOT: usize = 5_000;
/// Dossiers of the archive.
const ARCHIVE: usize = 500;
/// Pages of the list that are read.
const LECTURES: usize = 500;
/// Dossiers of one request of a batch.
const PAQUET: usize = 500;
/// Formations the dossiers go to; the first one is the archive's.
const FORMATIONS: [&str; 4] = ["M1-INFO", "M1-CYBER", "M1-DONNEES", "L3-INFO"];
const NOMS: [&str; 6] = ["Martin", "Bernard", "Lefèvre", "Nguyen", "Diallo", "Moreau"];

/// Fills a folder, starts the program on it, asks.
pub(crate) fn mesurer(combien: usize) {
    let ici = dossier();
    let debut = Instant::now();
    au_fil(semer(ici.path(), combien));
    println!(
        "Q34 {combien} dossiers : remplis en {:.0} s",
        debut.elapsed().as_secs_f64()
    );
    let donnees = ici.path().display().to_string();
    let arguments = ["demo", "--listen", "127.0.0.1:0", "--data", &donnees];
    let processus = Postule::demarrer(env!("CARGO_BIN_EXE_postule"), &arguments);
    let adresse = processus.client(ici.path().join("mail")).adresse;
    au_fil(async {
        let mut agent = Agent::new(adresse);
        let identifiants =
            json!({ "identifiant": "admin@demo.example", "mot_de_passe": MOT_DE_PASSE_PERSONNEL });
        let session = agent
            .demander("POST", "/session", None, &identifiants)
            .await
            .unwrap();
        agent.session = session.json()["jeton"].as_str().map(str::to_owned);
        let mut banc = Banc {
            agent,
            pid: processus.pid(),
        };
        banc.liste().await;
        banc.exporter("dossiers.csv?colonnes=toutes", combien).await;
        banc.exporter("dossiers.xlsx?colonnes=toutes", combien)
            .await;
        let archive = ARCHIVE.min(combien / FORMATIONS.len());
        banc.exporter("dossiers.zip?formation=M1-INFO", archive)
            .await;
        banc.decider(LOT.min(combien)).await;
    });
}

struct Banc {
    agent: Agent,
    pid: u32,
}

impl Banc {
    async fn lire(&mut self, chemin: &str) -> Vec<u8> {
        let lu = self
            .agent
            .envoyer("GET", chemin, &[], bytes::Bytes::new())
            .await
            .unwrap();
        assert!(lu.statut.is_success(), "{chemin}: {}", lu.statut);
        lu.octets.to_vec()
    }

    /// Pages of fifty rows, filtered and sorted in turns.
    async fn liste(&mut self) {
        let debut = Instant::now();
        self.lire("/gestion/dossiers?limite=50").await;
        println!(
            "  première page, l'index à bâtir : {:.2} s",
            debut.elapsed().as_secs_f64()
        );
        let filtres = [
            "tri=nom",
            "tri=-transmis_le&etat=transmis",
            "tri=formation&q=lefevre",
            "tri=numero&formation=M1-CYBER",
            "tri=-cree_le&centre=SCIENCES&q=mar",
        ];
        let mut durees = Durees::default();
        let mut chacun = filtres.map(|filtre| (filtre, Durees::default()));
        let nombre = chacun.len();
        for tour in 0..LECTURES {
            let (filtre, sienne) = &mut chacun[tour % nombre];
            let debut = Instant::now();
            self.lire(&format!("/gestion/dossiers?limite=50&{filtre}"))
                .await;
            sienne.noter(debut.elapsed());
            durees.noter(debut.elapsed());
        }
        for (filtre, mut durees) in chacun {
            println!("    {filtre} : {}", durees.dire());
        }
        println!(
            "  {} pages de 50 lignes : {} (voulu p99 10)",
            durees.combien(),
            durees.dire()
        );
    }

    async fn exporter(&mut self, fichier: &str, combien: usize) {
        let avant = memoire(self.pid, "VmRSS");
        let debut = Instant::now();
        let octets = self
            .lire(&format!("/gestion/exports/{fichier}"))
            .await
            .len();
        let duree = debut.elapsed().as_secs_f64();
        println!(
            "  {fichier} : {combien} dossiers, {} Kio en {duree:.2} s, {:.0}/s ; mémoire {avant} Mio avant, {} après, {} au plus haut",
            octets / 1024,
            combien as f64 / duree,
            memoire(self.pid, "VmRSS"),
            memoire(self.pid, "VmHWM"),
        );
    }

    /// Avis entered, then released: every one sends a mail.
    async fn decider(&mut self, combien: usize) {
        let ids: Vec<String> = (0..combien)
            .map(|rang| id_dossier(rang).to_string())
            .collect();
        for (acte, parametres) in [
            ("avis", json!({ "avis": "favorable" })),
            ("avis/validation", Value::Null),
        ] {
            let debut = Instant::now();
            for paquet in ids.chunks(PAQUET) {
                let corps = json!({ "acte": acte, "dossiers": paquet, "parametres": parametres });
                let fait = self
                    .agent
                    .demander("POST", "/gestion/lots", None, &corps)
                    .await
                    .unwrap();
                assert_eq!(
                    fait.json()["refus"],
                    0,
                    "{}",
                    String::from_utf8_lossy(&fait.octets)
                );
            }
            let duree = debut.elapsed().as_secs_f64();
            println!(
                "  lot {acte} : {combien} dossiers en {duree:.2} s, {:.0}/s",
                combien as f64 / duree
            );
        }
    }
}

fn id_dossier(rang: usize) -> DossierId {
    DossierId::new(format!("{rang:012}"))
}

async fn semer(dossier: &Path, combien: usize) {
    let blobs = Blobs::open(&dossier.join("fichiers")).await.unwrap();
    let mut ecrivain = blobs.create(PDF.len() as u64).await.unwrap();
    ecrivain.write(PDF).await.unwrap();
    let sha256 = ecrivain.finish().await.unwrap().sha256;
    let kv = Arc::new(SledKv::open(&dossier.join("journal")).unwrap());
    let store = Store::open(kv).unwrap();
    let le = Timestamp::now();
    for debut in (0..combien).step_by(256) {
        let lots =
            (debut..combien.min(debut + 256)).map(|rang| store.commit(un(rang, &sha256, le)));
        for fait in futures_util::future::join_all(lots).await {
            fait.unwrap();
        }
    }
}

/// One candidate with one dossier handed in.
fn un(rang: usize, sha256: &str, le: Timestamp) -> Batch {
    // As the actors' ids: random in their first bytes.
    let melange = (rang as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let id = CandidatId::new(format!("{melange:016x}{rang:016x}"));
    let formation = FormationCode::from(FORMATIONS[rang % FORMATIONS.len()]);
    let compte = Box::new(Compte {
        id: id.clone(),
        numero: Numero::new(format!("{rang:08}")),
        campagne: "2027-2028".into(),
        nom: format!("{}{rang}", NOMS[melange as usize % NOMS.len()]),
        prenom: "Élise".to_owned(),
        mail: format!("c{rang}@univ.example"),
        mot_de_passe: String::new(),
        langue: Langue::Fr,
        cree_le: le,
        expire_le: le,
        identite: None,
    });
    let lien = Lien {
        nonce: format!("{rang}"),
        expire_le: le,
    };
    let dossier = id_dossier(rang);
    let candidat = [
        EvenementCandidat::CompteCree {
            compte,
            lien,
            prouve: false,
        },
        EvenementCandidat::CompteValide { le },
        EvenementCandidat::DossierOuvert {
            dossier: dossier.clone(),
            formation: formation.clone(),
            centre: "SCIENCES".into(),
            par: Acteur::Candidat,
            proposition: false,
            derogations: Vec::new(),
        },
    ];
    Batch {
        appends: vec![
            append(format!("candidat.{id}"), &candidat, le),
            append(
                format!("dossier.{dossier}"),
                &remis(dossier, id, formation, (sha256, le)),
                le,
            ),
        ],
        ..Batch::default()
    }
}

fn remis(
    id: DossierId,
    candidat: CandidatId,
    formation: FormationCode,
    (sha256, le): (&str, Timestamp),
) -> [EvenementDossier; 2] {
    let depot = || Depot::Deposee {
        fichier: Fichier {
            sha256: sha256.to_owned(),
            nom: "piece.pdf".to_owned(),
            type_: TypeFichier::Pdf,
            taille: PDF.len() as u64,
            depose_le: le,
            en_analyse: false,
        },
    };
    let profil = Profil {
        informations: Some(Informations {
            nationalite: "FRA".to_owned(),
            ine: None,
            date_naissance: jiff::civil::date(2004, 5, 6),
            lieu_naissance: "Valenciennes".to_owned(),
            pays_naissance: "FRA".to_owned(),
            nom_usage: None,
            autres_prenoms: None,
            telephone: Some("06 12 34 56 78".to_owned()),
        }),
        ..Profil::default()
    };
    [
        EvenementDossier::DossierCree(Identite {
            id,
            candidat,
            formation,
            cree_le: le,
            par: Acteur::Candidat,
            proposition: false,
        }),
        EvenementDossier::DossierTransmis {
            intitules: None,
            transmis_le: le,
            pieces: ["CV", "LM", "RELEVES"]
                .map(|code| (code.into(), depot()))
                .into(),
            profil: Box::new(profil),
        },
    ]
}

fn append<E: serde::Serialize>(stream: String, faits: &[E], le: Timestamp) -> Append {
    let ecrits = faits.iter().map(|f| record::ecrire(le, f).unwrap());
    Append {
        stream,
        expected: Expected::Exact(0),
        events: ecrits.collect(),
    }
}
