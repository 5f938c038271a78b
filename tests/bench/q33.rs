//! Q33: a large campaign: start, memory, cold reads, throughput. Filled through the store with the events the actors would write.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use actors::mots_de_passe::Hacheur;
use actors::ports::AleaSysteme;
use actors::protocol::{Acte, Reponse};
use actors::record;
use domain::candidat::{Compte, Evenement as EvenementCandidat};
use domain::dossier::{Acteur, Depot, Evenement as EvenementDossier, Identite};
use domain::effet::Lien;
use domain::fichier::{Fichier, TypeFichier};
use domain::ids::{CandidatId, DossierId, FormationCode, Numero};
use domain::langue::Langue;
use domain::profil::Profil;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use storage::{Append, Batch, Expected, SledKv, Store};

use crate::mesure::{Durees, memoire};
use crate::systeme::{Banc, COUT, MOT_DE_PASSE, au_fil, cle, dossier};

/// How many, unless told otherwise.
pub(crate) const CANDIDATS: usize = 100_000;
/// The argument of the second process.
pub(crate) const MESURER: &str = "q33-mesurer";
/// That of the one before it, which only opens.
pub(crate) const OUVRIR: &str = "q33-ouvrir";
const FORMATIONS: [&str; 3] = ["M1", "M2", "M3"];
const LECTURES: usize = 5000;
/// The characters of a dossier's id.
const LISIBLES: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Fills a folder, then measures in fresh processes: the first finds all that was written since the folder was opened last, the
/// second what a start finds after the night's housekeeping.
pub(crate) fn preparer(candidats: usize) {
    let ici = dossier();
    let debut = Instant::now();
    au_fil(semer(ici.path(), candidats));
    println!(
        "Q33 {candidats} candidats, {} dossiers : remplis en {:.0} s",
        candidats * FORMATIONS.len(),
        debut.elapsed().as_secs_f64()
    );
    std::fs::write(ici.path().join("combien"), candidats.to_string()).unwrap();
    let programme = std::env::current_exe().unwrap();
    for quoi in [OUVRIR, MESURER] {
        let fait = Command::new(&programme).arg(quoi).arg(ici.path()).status();
        assert!(fait.unwrap().success());
    }
}

/// Opens the folder, no more.
pub(crate) fn ouvrir(dossier: &Path) {
    let debut = Instant::now();
    let banc = Banc::ouvrir(Arc::new(SledKv::open(&dossier.join("journal")).unwrap()));
    let journal = dossier.join("journal/db").metadata().unwrap().len();
    println!(
        "  démarrage sans entretien depuis le remplissage : {:.2} s, journal {} Mio",
        debut.elapsed().as_secs_f64(),
        journal >> 20
    );
    drop(banc);
}

async fn semer(dossier: &Path, candidats: usize) {
    let kv = Arc::new(SledKv::open(&dossier.join("journal")).unwrap());
    let banc = Banc::ouvrir(kv.clone());
    banc.importer().await;
    drop(banc);
    let hache = Hacheur::new(COUT, Arc::new(AleaSysteme)).unwrap();
    let hache = hache.hacher(MOT_DE_PASSE.to_owned()).await.unwrap();
    let store = Store::open(kv).unwrap();
    let le = Timestamp::now();
    let mut lots = Vec::new();
    for rang in 0..candidats {
        lots.push(store.commit(candidat(rang, &hache, le)));
        if lots.len() == 256 {
            for fait in futures_util::future::join_all(lots.drain(..)).await {
                fait.unwrap();
            }
        }
    }
    for fait in futures_util::future::join_all(lots).await {
        fait.unwrap();
    }
}

fn numero(rang: usize) -> String {
    format!("{rang:08}")
}

/// As the actors' ids: twelve characters that follow from nothing.
fn id_dossier(rang: usize, formation: usize) -> DossierId {
    let hache = Sha256::digest((rang * FORMATIONS.len() + formation).to_be_bytes());
    let caracteres = hache.iter().take(12);
    let lisibles = caracteres.map(|o| LISIBLES[usize::from(*o) % LISIBLES.len()] as char);
    DossierId::new(lisibles.collect::<String>())
}

/// One candidate with a transmitted dossier in each formation.
fn candidat(rang: usize, hache: &str, le: Timestamp) -> Batch {
    // As the actors' ids: random in their first bytes.
    let id = CandidatId::new(format!(
        "{:016x}{rang:016x}",
        (rang as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    ));
    let mail = format!("c{rang}@univ.example");
    let compte = Box::new(Compte {
        identite: None,
        id: id.clone(),
        numero: Numero::new(numero(rang)),
        campagne: "essai".into(),
        nom: "Martin".to_owned(),
        prenom: "Élise".to_owned(),
        mail: mail.clone(),
        mot_de_passe: hache.to_owned(),
        langue: Langue::Fr,
        cree_le: le,
        expire_le: le,
    });
    let lien = Lien {
        nonce: numero(rang),
        expire_le: le,
    };
    let mut faits = vec![
        EvenementCandidat::CompteCree {
            compte,
            lien,
            prouve: false,
        },
        EvenementCandidat::CompteValide { le },
    ];
    let mut lot = Batch::default();
    for (f, code) in FORMATIONS.iter().enumerate() {
        let dossier = id_dossier(rang, f);
        faits.push(EvenementCandidat::DossierOuvert {
            dossier: dossier.clone(),
            formation: (*code).into(),
            centre: "C".into(),
            par: Acteur::Candidat,
            proposition: false,
            derogations: Vec::new(),
        });
        lot.appends.push(append(
            format!("dossier.{dossier}"),
            &un_dossier(dossier.clone(), &id, (*code).into(), le),
            le,
        ));
    }
    lot.appends
        .push(append(format!("candidat.{id}"), &faits, le));
    let octets = id.as_str().as_bytes().to_vec();
    lot.index_put
        .push((cle().cle_adresse(&"essai".into(), &mail), octets.clone()));
    lot.index_put
        .push((actors::jetons::cle_numero(&numero(rang)), octets));
    lot
}

fn un_dossier(
    id: DossierId,
    candidat: &CandidatId,
    formation: FormationCode,
    le: Timestamp,
) -> [EvenementDossier; 3] {
    let fichier = Fichier {
        sha256: "a".repeat(64),
        nom: "piece.pdf".to_owned(),
        type_: TypeFichier::Pdf,
        taille: 100_000,
        depose_le: le,
        en_analyse: false,
    };
    let depot = || Depot::Deposee {
        fichier: fichier.clone(),
    };
    [
        EvenementDossier::DossierCree(Identite {
            id,
            candidat: candidat.clone(),
            formation,
            cree_le: le,
            par: Acteur::Candidat,
            proposition: false,
        }),
        EvenementDossier::PieceDeposee {
            piece: "LM".into(),
            fichier: fichier.clone(),
        },
        EvenementDossier::DossierTransmis {
            intitules: None,
            transmis_le: le,
            pieces: [("CV".into(), depot()), ("LM".into(), depot())].into(),
            profil: Box::new(Profil::default()),
        },
    ]
}

fn append<E: serde::Serialize>(stream: String, faits: &[E], le: Timestamp) -> Append {
    Append {
        stream,
        expected: Expected::Exact(0),
        events: faits
            .iter()
            .map(|f| record::ecrire(le, f).unwrap())
            .collect(),
    }
}

/// Opens the folder as a start would, then reads dossiers nobody has looked at.
pub(crate) fn mesurer(dossier: &Path) {
    let candidats: usize = std::fs::read_to_string(dossier.join("combien"))
        .unwrap()
        .parse()
        .unwrap();
    let moi = std::process::id();
    let debut = Instant::now();
    let kv = Arc::new(SledKv::open(&dossier.join("journal")).unwrap());
    let banc = Banc::ouvrir(kv);
    let pret = debut.elapsed();
    println!(
        "  démarrage {:.2} s (voulu 5), mémoire {} Mio (voulu 1024)",
        pret.as_secs_f64(),
        memoire(moi, "VmRSS")
    );
    au_fil(async {
        let (mut connexions, mut froides) = (Durees::default(), Durees::default());
        // A stride that visits the whole folder out of order.
        for i in 0..LECTURES.min(candidats) {
            let rang = (i * 7919 + 13) % candidats;
            let debut = Instant::now();
            let session = banc.connecter(&numero(rang)).await;
            connexions.noter(debut.elapsed());
            let id = id_dossier(rang, i % FORMATIONS.len());
            let debut = Instant::now();
            let lu = banc.agir(&session, Acte::Dossier { id }).await;
            froides.noter(debut.elapsed());
            assert!(matches!(lu, Ok(Reponse::Dossier(_))), "{lu:?}");
        }
        println!(
            "  {} connexions : {}",
            connexions.combien(),
            connexions.dire()
        );
        println!(
            "  {} dossiers froids : {} (voulu p99 20)",
            froides.combien(),
            froides.dire()
        );
    });
    println!(
        "  mémoire après : {} Mio, au plus haut {} Mio",
        memoire(moi, "VmRSS"),
        memoire(moi, "VmHWM")
    );
}
