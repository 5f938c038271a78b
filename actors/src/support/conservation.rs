//! What leaves after its time (S09): the bytes of mails that are done with. What became of each, and its hash, stay.

use domain::demande::Demande;
use domain::ids::DemandeId;
use storage::{Batch, StoreError};

use super::reception::{self, Evenement};
use crate::acteurs::Annuaire;
use crate::atelier::{Atelier, faute};
use crate::protocol::Faute;
use crate::record;

/// Records looked at in one step.
const LOT: usize = 500;
/// What the streams of mails begin with.
const PREFIXE: &str = "boite.";

/// One step of the purge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oublies {
    /// Whose bytes are to go, of now and of before: other nodes have them, too.
    pub sha256: Vec<String>,
    /// Where the next step begins; none at the end.
    pub suite: Option<String>,
}

/// What is known of a mail.
#[derive(Default)]
struct Sort {
    le: Option<jiff::Timestamp>,
    issue: Option<String>,
    purge: bool,
}

impl Sort {
    fn evolve(mut self, evenement: Evenement) -> Self {
        match evenement {
            Evenement::Recu { recu } => self.le = Some(recu.le),
            Evenement::Traite { issue } => self.issue = Some(issue),
            // It waits for a person, or for another try.
            Evenement::Ecarte { .. } | Evenement::Rejoue { .. } => self.issue = None,
            Evenement::Purge => self.purge = true,
        }
        self
    }
}

/// The mails after a stream whose time is over: the event first, so that a crash before their bytes go leaves them to
/// the next round.
pub(crate) async fn oublier(
    atelier: &Atelier,
    annuaire: &Annuaire,
    apres: Option<&str>,
) -> Result<Oublies, Faute> {
    let (flux, suite) = page(atelier, apres.unwrap_or(PREFIXE)).map_err(|e| faute(&e))?;
    let mut oublies = Oublies {
        suite,
        ..Oublies::default()
    };
    for stream in flux {
        let sha256 = stream.trim_start_matches(PREFIXE).to_owned();
        let sort = lire(atelier, &stream).map_err(|e| faute(&e))?;
        if !sort.purge {
            if !du(atelier, annuaire, &sort).await? {
                continue;
            }
            let mut lot = Batch::default();
            reception::purger(atelier, &mut lot, &sha256).map_err(|e| faute(&e))?;
            atelier.store.commit(lot).await.map_err(|e| faute(&e))?;
        }
        oublies.sha256.push(sha256);
    }
    Ok(oublies)
}

fn lire(atelier: &Atelier, stream: &str) -> Result<Sort, StoreError> {
    let mut sort = Sort::default();
    for fait in atelier.store.stream(stream)? {
        // Erased with its person.
        if fait.data.is_empty() {
            continue;
        }
        let fait = record::lire(&fait.data);
        let fait = fait.map_err(|e| StoreError::Corrupt(format!("{stream}: {e}")))?;
        sort = sort.evolve(fait.e);
    }
    Ok(sort)
}

/// Done with, long enough ago, and of no request that is still open.
async fn du(atelier: &Atelier, annuaire: &Annuaire, sort: &Sort) -> Result<bool, Faute> {
    let (Some(le), Some(issue)) = (sort.le, &sort.issue) else {
        return Ok(false);
    };
    if atelier.maintenant().duration_since(le) < atelier.limites.conservation_mails {
        return Ok(false);
    }
    let mots = issue.strip_prefix("demande ").map(str::split_whitespace);
    let Some(id) = mots.and_then(|mut mots| mots.next()) else {
        return Ok(true);
    };
    let mut lu = annuaire.lire_demande(&DemandeId::new(id)).await?;
    if let Demande::Fusionnee { dans, .. } = lu.etat.as_ref() {
        lu = annuaire.lire_demande(&dans.clone()).await?;
    }
    Ok(match lu.etat.as_ref() {
        Demande::Absente | Demande::Close { .. } | Demande::Fusionnee { .. } => true,
        Demande::Nouvelle(_) | Demande::EnCours(_) | Demande::EnAttente(_) => false,
    })
}

/// Streams of mails after one, and where the next page begins.
fn page(atelier: &Atelier, apres: &str) -> Result<(Vec<String>, Option<String>), StoreError> {
    let lus = atelier
        .store
        .journal_after(Some((apres, u64::MAX - 1)), LOT)?;
    let pleine = lus.len() == LOT;
    let mut flux: Vec<String> = lus.into_iter().map(|r| r.stream).collect();
    flux.dedup();
    let dedans = flux.iter().take_while(|s| s.starts_with(PREFIXE)).count();
    let encore = pleine && dedans == flux.len();
    flux.truncate(dedans);
    let suite = flux.last().cloned().filter(|_| encore);
    Ok((flux, suite))
}
