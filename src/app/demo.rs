//! The sample campaign of `postule demo`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use actors::protocol::{ActePersonnel, NouveauPersonnel, Reponse, Requete};
use actors::scolarite::Scolarite;
use bus::{Reception, Recipient};
use domain::langue::Langue;
use domain::personnel::droits::{Droits, Role};
use jiff::{SignedDuration, Timestamp};
use storage::blobs::Blobs;

use crate::campagne;
use crate::comptoir::Comptoir;
use crate::config::Support;

/// The instant at which the sample campaign is in full swing.
const COEUR: &str = "2027-03-15T09:00:00Z";
/// The sample campaign.
const CAMPAGNE: &str = include_str!("../demo/campagne.toml");
/// Its forms to download.
const MODELES: [(&str, &[u8]); 2] = [
    (
        "fichiers/amenagement-handicap.pdf",
        include_bytes!("../demo/fichiers/amenagement-handicap.pdf"),
    ),
    (
        "fichiers/demande-vapp.pdf",
        include_bytes!("../demo/fichiers/demande-vapp.pdf"),
    ),
];

/// What the scolarité of the demo knows.
const SCOLARITE: &str = include_str!("../demo/scolarite.jsonl");
/// INE and birth date of a student it knows, printed at the start (G13).
pub const ETUDIANTE_DEMO: (&str, &str) = ("1122334455F", "2005-02-14");

/// How the demo is started.
#[derive(Clone, Debug)]
pub struct OptionsDemo {
    /// Where it listens.
    pub ecoute: SocketAddr,
    /// Where it keeps everything.
    pub donnees: PathBuf,
    /// Where its clock starts; the real time if absent.
    pub maintenant: Option<Timestamp>,
}

/// Imports the sample campaign, its dates moved by whole days so that it is open now.
pub(super) async fn importer(
    comptoir: &Comptoir,
    blobs: &Blobs,
    maintenant: Timestamp,
) -> Result<(), String> {
    let mut modeles = Vec::new();
    for (chemin, octets) in MODELES {
        let mut ecrivain = blobs
            .create(octets.len() as u64)
            .await
            .map_err(|e| e.to_string())?;
        ecrivain.write(octets).await.map_err(|e| e.to_string())?;
        modeles.push((
            chemin,
            ecrivain.finish().await.map_err(|e| e.to_string())?.sha256,
        ));
    }
    let trouver = |chemin: &str| {
        let modele = modeles.iter().find(|(connu, _)| *connu == chemin);
        modele
            .map(|(_, sha256)| sha256.clone())
            .ok_or_else(|| "fichier absent".to_owned())
    };
    let mut evenements = campagne::lire(CAMPAGNE, trouver).map_err(|fautes| {
        let fautes: Vec<String> = fautes.iter().map(ToString::to_string).collect();
        fautes.join("\n")
    })?;
    let coeur: Timestamp = COEUR.parse().map_err(|e: jiff::Error| e.to_string())?;
    let jours = maintenant.duration_since(coeur).as_hours() / 24;
    campagne::decaler(&mut evenements, SignedDuration::from_hours(jours * 24));
    match comptoir
        .traiter(None, Requete::Importer { evenements })
        .await
    {
        Ok(Reponse::Importe { .. }) => Ok(()),
        autre => Err(format!("the sample campaign was not imported: {autre:?}")),
    }
}

/// Hands the scolarité's records in, as its system would.
pub(super) async fn immatriculer(scolarite: &Scolarite) -> Result<(), String> {
    for ligne in SCOLARITE.lines() {
        match scolarite.receive(ligne.as_bytes()).await {
            Reception::Accepted => {}
            autre @ (Reception::Refused(_) | Reception::Later(_)) => {
                return Err(format!("a record of the demo was not taken: {autre:?}"));
            }
        }
    }
    Ok(())
}

/// The password of all staff log-ins of the demo, which are printed at its start.
pub const MOT_DE_PASSE_PERSONNEL: &str = "Demo2027@demo";

/// The staff of the demo: log-in name, family name, first name, rights.
pub fn personnel_demo() -> Vec<(String, &'static str, &'static str, Droits)> {
    let droits = |role, peut_saisir_avis, peut_valider_avis| Droits {
        roles: [role].into(),
        peut_saisir_avis,
        peut_valider_avis,
    };
    let gestionnaire = |centre: &str| {
        let centres = [centre.into()].into();
        droits(Role::Gestionnaire { centres }, true, true)
    };
    let commission = Role::Commission {
        commissions: ["JURY-INFO".into()].into(),
    };
    [
        (
            "admin",
            "Laurent",
            "Agnès",
            droits(Role::Administrateur, true, true),
        ),
        ("sciences", "Benoît", "Thierry", gestionnaire("SCIENCES")),
        (
            "humanites",
            "Carpentier",
            "Louise",
            gestionnaire("HUMANITES"),
        ),
        ("droit", "Delmotte", "Yanis", gestionnaire("DROIT")),
        ("insa", "Evrard", "Maud", gestionnaire("INSA")),
        ("iae", "Flament", "Hugo", gestionnaire("IAE")),
        (
            "jury",
            "Gosselin",
            "Claire",
            droits(commission, true, false),
        ),
        (
            "support",
            "Hennebelle",
            "Sami",
            droits(Role::Support, false, false),
        ),
    ]
    .into_iter()
    .map(|(qui, nom, prenom, droits)| (format!("{qui}@demo.example"), nom, prenom, droits))
    .collect()
}

/// The support inbox of the demo: a folder to drop mails into, and the form of the post box.
pub(super) fn support(donnees: &Path) -> Support {
    Support {
        adresses: vec![super::courrier::ADRESSE_DEMO.to_owned()],
        dossier: Some(donnees.join("support")),
        authserv_id: Some(super::courrier::SERVEUR_DEMO.to_owned()),
        ..Support::default()
    }
}

/// Creates the staff of the demo.
pub(super) async fn recruter(comptoir: &Comptoir) -> Result<(), String> {
    let nouveau = |(mail, nom, prenom, droits): (String, &str, &str, Droits)| NouveauPersonnel {
        mail,
        nom: nom.to_owned(),
        prenom: prenom.to_owned(),
        droits,
        langue: Langue::Fr,
    };
    let acte = ActePersonnel::Installer {
        nouveaux: personnel_demo().into_iter().map(nouveau).collect(),
        mot_de_passe: MOT_DE_PASSE_PERSONNEL.to_owned(),
    };
    let fait = comptoir.traiter(None, Requete::Personnel { acte }).await;
    fait.map(drop)
        .map_err(|faute| format!("the staff of the demo was not created: {faute:?}"))
}
