//! The sample campaign of `postule demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use actors::protocol::{Reponse, Requete};
use jiff::{SignedDuration, Timestamp};
use storage::blobs::Blobs;

use crate::campagne;
use crate::comptoir::Comptoir;

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
