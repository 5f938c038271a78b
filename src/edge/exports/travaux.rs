//! Archives made in the background: how far they are, and where they are kept until they are fetched.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actors::protocol::{ActeGestion, Faute, Reponse, Requete};
use domain::ids::PersonnelId;
use domain::refus::CodeRefus;
use jiff::{SignedDuration, Timestamp};
use tokio::io::AsyncWriteExt;
use tokio::sync::OwnedSemaphorePermit;

use super::archive::Archive;
use crate::edge::Etat;

/// How long an archive is kept once it is made.
pub(in crate::edge) const VIE: SignedDuration = SignedDuration::from_hours(24);
/// Archives one person has at a time; the oldest that is done makes room.
pub(in crate::edge) const MAX_PAR_PERSONNE: usize = 3;

/// How an archive stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::edge) enum Stade {
    EnCours,
    /// To be fetched until then.
    Pret {
        octets: u64,
        jusqu_a: Timestamp,
    },
    Echoue,
}

#[derive(Debug)]
struct Travail {
    qui: PersonnelId,
    cree_le: Timestamp,
    total: u64,
    fait: Arc<AtomicU64>,
    stade: Stade,
    chemin: PathBuf,
}

impl Drop for Travail {
    fn drop(&mut self) {
        // Gone already is as gone as wanted; one being made is unlinked and its space freed with its writer.
        let _parti = std::fs::remove_file(&self.chemin);
    }
}

/// What its owner sees of it.
#[derive(Clone, Debug)]
pub(in crate::edge) struct Avancement {
    pub(in crate::edge) id: String,
    pub(in crate::edge) cree_le: Timestamp,
    pub(in crate::edge) fait: u64,
    pub(in crate::edge) total: u64,
    pub(in crate::edge) stade: Stade,
}

/// The archives of one process.
#[derive(Debug, Default)]
pub struct Travaux(Mutex<BTreeMap<String, Travail>>);

impl Travaux {
    fn tenir<T>(
        &self,
        maintenant: Timestamp,
        agir: impl FnOnce(&mut BTreeMap<String, Travail>) -> T,
    ) -> T {
        let mut travaux = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        travaux.retain(|_, t| match t.stade {
            Stade::Pret { jusqu_a, .. } => maintenant <= jusqu_a,
            Stade::EnCours => true,
            Stade::Echoue => maintenant.duration_since(t.cree_le) < VIE,
        });
        agir(&mut travaux)
    }

    /// Everything of one person, newest first.
    pub(in crate::edge) fn de(&self, qui: &PersonnelId, maintenant: Timestamp) -> Vec<Avancement> {
        let mut miens: Vec<_> = self.tenir(maintenant, |travaux| {
            let miens = travaux.iter().filter(|(_, t)| &t.qui == qui);
            miens.map(|(id, t)| t.voir(id)).collect()
        });
        miens.sort_by_key(|a| std::cmp::Reverse(a.cree_le));
        miens
    }

    /// One of this person.
    pub(in crate::edge) fn un(
        &self,
        qui: &PersonnelId,
        id: &str,
        maintenant: Timestamp,
    ) -> Option<Avancement> {
        self.de(qui, maintenant).into_iter().find(|a| a.id == id)
    }

    /// The file of one of this person's, once it is made.
    pub(super) fn ouvrir(
        &self,
        qui: &PersonnelId,
        id: &str,
        maintenant: Timestamp,
    ) -> Option<std::io::Result<File>> {
        self.tenir(maintenant, |travaux| {
            let travail = travaux.get(id).filter(|t| &t.qui == qui)?;
            matches!(travail.stade, Stade::Pret { .. }).then(|| File::open(&travail.chemin))
        })
    }

    /// Takes one away, made or not.
    pub(in crate::edge) fn oter(&self, qui: &PersonnelId, id: &str, maintenant: Timestamp) -> bool {
        self.tenir(maintenant, |travaux| {
            let sien = travaux.get(id).is_some_and(|t| &t.qui == qui);
            sien && travaux.remove(id).is_some()
        })
    }

    /// Begins one, if the person has not too many under way.
    pub(super) fn commencer(
        etat: &Etat,
        qui: PersonnelId,
        (mut archive, total): (Archive, u64),
        place: OwnedSemaphorePermit,
    ) -> Result<String, Faute> {
        let id = identifiant()?;
        let (travaux, cree_le) = (etat.outils.travaux.clone(), etat.maintenant());
        let chemin = etat.outils.sorties.join(format!("{id}.zip"));
        let fait = Arc::new(AtomicU64::new(0));
        travaux.tenir(cree_le, |tous| {
            let miens = tous.iter().filter(|(_, t)| t.qui == qui);
            let mut finis: Vec<_> = miens
                .clone()
                .filter(|(_, t)| t.stade != Stade::EnCours)
                .map(|(id, t)| (t.cree_le, id.clone()))
                .collect();
            finis.sort();
            if miens.count() >= MAX_PAR_PERSONNE {
                let (_, ancien) = finis.first().ok_or(CodeRefus::TropDEntrees)?;
                tous.remove(ancien);
            }
            let travail = Travail {
                qui,
                cree_le,
                total,
                fait: fait.clone(),
                stade: Stade::EnCours,
                chemin: chemin.clone(),
            };
            tous.insert(id.clone(), travail);
            Ok::<_, Faute>(())
        })?;
        let (horloge, rendu) = (etat.horloge.clone(), id.clone());
        tokio::spawn(async move {
            let ecrit = ecrire(&mut archive, &chemin, &fait).await;
            drop(place);
            let maintenant = horloge.maintenant();
            let stade = match ecrit {
                Ok(octets) => Stade::Pret {
                    octets,
                    jusqu_a: maintenant.saturating_add(VIE).unwrap_or(Timestamp::MAX),
                },
                Err(erreur) => {
                    tracing::error!(%erreur, "an archive was not made");
                    Stade::Echoue
                }
            };
            travaux.tenir(maintenant, |tous| match tous.get_mut(&id) {
                Some(travail) => travail.stade = stade,
                // Taken away meanwhile: what was written goes too.
                None => drop(std::fs::remove_file(&chemin)),
            });
        });
        Ok(rendu)
    }
}

impl Travail {
    fn voir(&self, id: &str) -> Avancement {
        Avancement {
            id: id.to_owned(),
            cree_le: self.cree_le,
            fait: self.fait.load(Ordering::Relaxed).min(self.total),
            total: self.total,
            stade: self.stade.clone(),
        }
    }
}

async fn ecrire(archive: &mut Archive, chemin: &PathBuf, fait: &AtomicU64) -> Result<u64, String> {
    let mut fichier = tokio::fs::File::create(chemin)
        .await
        .map_err(|e| e.to_string())?;
    let mut total = 0;
    while let Some(octets) = archive.suite().await? {
        total += octets.len() as u64;
        fichier
            .write_all(&octets)
            .await
            .map_err(|e| e.to_string())?;
        fait.fetch_add(1, Ordering::Relaxed);
    }
    fichier.flush().await.map_err(|e| e.to_string())?;
    Ok(total)
}

/// Nobody guesses it; and who did would still have to be its owner.
pub(super) fn identifiant() -> Result<String, Faute> {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets).map_err(|e| Faute::Indisponible {
        raison: e.to_string(),
    })?;
    Ok(actors::jetons::hexa(&octets))
}

/// Who holds this session.
pub(in crate::edge) async fn qui(etat: &Etat, session: &str) -> Result<PersonnelId, Faute> {
    let requete = Requete::Gestion {
        session: session.to_owned(),
        acte: ActeGestion::Moi,
    };
    let Reponse::Agent(agent) = etat.guichet.traiter(None, requete).await? else {
        return Err(Faute::Indisponible {
            raison: "unexpected answer".to_owned(),
        });
    };
    Ok(agent.personnel.id)
}
