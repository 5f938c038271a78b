//! Dossiers as files: what is asked for, read page by page from the actors, written as it comes (P15).

mod archive;
mod demande;
mod fichiers;
mod minutes;
mod papier;
pub(super) mod pv;
mod source;
mod travaux;

use std::sync::{Arc, LazyLock};

use actors::protocol::Faute;
use axum::response::Response;
use domain::ids::PersonnelId;
use domain::refus::CodeRefus;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Etat;
use super::problemes::Probleme;
use archive::Archive;
pub(super) use demande::{Demande, Options};
pub(super) use fichiers::{CSV, disposer};
pub use minutes::Minutes;
pub(super) use minutes::modele_pv;
pub(super) use papier::{imprimer, lire_entier};
use source::Source;
pub use travaux::Travaux;
pub(super) use travaux::{Avancement, Stade, VIE, qui};

/// Files being made at once.
const EXPORTS: usize = 4;
/// Seconds after which to try again when there are too many.
const ATTENTE_S: u32 = 5;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(EXPORTS)));

/// As what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forme {
    Csv,
    Xlsx,
    Zip,
}

impl Forme {
    const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Zip => "zip",
        }
    }
}

/// The file, for who holds this session.
pub(super) async fn servir(
    etat: &Etat,
    session: &str,
    forme: Forme,
    requete: Option<&str>,
) -> Result<Response, Probleme> {
    let demande = Demande::lire(requete.unwrap_or_default(), &etat.catalogue())?;
    let place = entrer()?;
    let source = Source::ouvrir(etat, session, demande.filtre.clone(), forme.code()).await?;
    match forme {
        Forme::Csv => Ok(fichiers::csv(etat, demande, source, place)),
        Forme::Xlsx => fichiers::xlsx(etat, demande, source, place).await,
        Forme::Zip => {
            let archive = Archive::new(etat, source, demande.options.langue);
            Ok(fichiers::zip(etat, archive, place))
        }
    }
}

fn entrer() -> Result<OwnedSemaphorePermit, Probleme> {
    let place = PLACES.clone().try_acquire_owned();
    place.map_err(|_| {
        let reessayer_s = ATTENTE_S;
        Probleme::from(Faute::Occupe { reessayer_s })
    })
}

/// Begins an archive in the background; its id.
pub(super) async fn archiver(
    etat: &Etat,
    session: &str,
    requete: &str,
) -> Result<(PersonnelId, String), Probleme> {
    let demande = Demande::lire(requete, &etat.catalogue())?;
    let place = entrer()?;
    let qui = travaux::qui(etat, session).await?;
    let code = Forme::Zip.code();
    let source = Source::ouvrir(etat, session, demande.filtre.clone(), code).await?;
    let total = source.total;
    let archive = Archive::new(etat, source, demande.options.langue);
    let id = Travaux::commencer(etat, qui.clone(), (archive, total), place)?;
    Ok((qui, id))
}

/// The file of an archive of this person's.
pub(super) fn rendre(etat: &Etat, qui: &PersonnelId, id: &str) -> Result<Response, Probleme> {
    let fichier = etat.outils.travaux.ouvrir(qui, id, etat.maintenant());
    let fichier = fichier.ok_or(CodeRefus::Introuvable)?;
    let fichier = fichier.map_err(|e| Probleme::interne(&e))?;
    fichiers::envoyer_fichier(fichier, (), fichiers::ZIP, &fichiers::nom(etat, "zip"))
}
