//! The scolarité's admissions, read again from the journal: for a replay, or as a file (T18, T19).

use domain::candidat::{Candidat, Compte};
use domain::dossier::{Dossier, Evenement, Joindre, effets, evolve};
use domain::effet::{Effet, Publication};
use domain::langue::Langue;
use domain::profil::Profil;
use jiff::Timestamp;
use storage::{Position, StoreError};

use super::Guichet;
use crate::acteurs::Annuaire;
use crate::atelier::faute;
use crate::ports::Parution;
use crate::protocol::Faute;
use crate::record;

/// Records looked at in one go.
const PAGE: usize = 500;

/// A page of what the scolarité was told.
#[derive(Debug, Default)]
pub struct Admissions {
    /// With when it happened.
    pub parutions: Vec<(Timestamp, Parution)>,
    /// Admissions of people whose data have left since: their number, and nothing else, is known.
    pub effacees: u64,
    /// Where to go on; none at the journal's end.
    pub suite: Option<Position>,
}

impl Guichet {
    /// Admissions and their annulments among the records after a position, as they were published, under the same ids.
    ///
    /// # Errors
    /// [`Faute`].
    pub async fn admissions(&self, apres: Position) -> Result<Admissions, Faute> {
        let store = &self.atelier.store;
        let lus = store.records_after(apres, PAGE).map_err(|e| faute(&e))?;
        let mut page = Admissions {
            suite: lus.last().map(|lu| lu.position),
            ..Admissions::default()
        };
        for lu in lus.iter().filter(|lu| lu.stream.starts_with("dossier.")) {
            let fait: record::Fait<Evenement> = record::lire(&lu.data)
                .map_err(|e| faute(&StoreError::Corrupt(format!("{}: {e}", lu.stream))))?;
            if !concerne(&fait.e) {
                continue;
            }
            for (id, publication) in self.dues(&lu.stream, lu.version)? {
                match personne(&self.annuaire, &publication).await? {
                    None => page.effacees += 1,
                    personne => page.parutions.push((
                        fait.le,
                        Parution {
                            id,
                            publication,
                            personne,
                        },
                    )),
                }
            }
        }
        Ok(page)
    }

    /// What the event of this version owed the scolarité.
    fn dues(&self, stream: &str, version: u64) -> Result<Vec<(String, Publication)>, Faute> {
        let mut etat = Dossier::default();
        let mut dernier = None;
        for lu in self.atelier.store.stream(stream).map_err(|e| faute(&e))? {
            if lu.version > version {
                break;
            }
            let fait: record::Fait<Evenement> = record::lire(&lu.data)
                .map_err(|e| faute(&StoreError::Corrupt(format!("{stream}: {e}"))))?;
            etat = evolve(etat, &fait.e);
            dernier = Some(fait.e);
        }
        let Some(evenement) = dernier else {
            return Ok(Vec::new());
        };
        // Nobody is written to: only what is published is looked at.
        let personne = Joindre {
            mail: "",
            langue: Langue::Fr,
        };
        let dus = effets(&etat, &evenement, &self.atelier.catalogue(), personne);
        let dues = dus.into_iter().enumerate().filter_map(|(rang, effet)| {
            let id = format!("{stream}.{version}.{rang}");
            let Effet::Publier(publication) = effet else {
                return None;
            };
            let admission = matches!(
                publication,
                Publication::Admission { .. } | Publication::AdmissionAnnulation { .. }
            );
            admission.then_some((id, publication))
        });
        Ok(dues.collect())
    }
}

/// Whether it told the scolarité of an admission, or of its end.
fn concerne(evenement: &Evenement) -> bool {
    matches!(
        evenement,
        Evenement::OffreConfirmee { .. }
            | Evenement::Desistement {
                apres_confirmation: true,
                ..
            }
    )
}

/// Whom the scolarité is told of; events name nobody.
///
/// # Errors
/// [`Faute`] when the account cannot be read now.
pub(crate) async fn personne(
    annuaire: &Annuaire,
    publication: &Publication,
) -> Result<Option<Box<(Compte, Profil)>>, Faute> {
    let (Publication::Admission { candidat, .. }
    | Publication::AdmissionAnnulation { candidat, .. }) = publication
    else {
        return Ok(None);
    };
    let etat = annuaire.lire_candidat(candidat).await?.etat;
    Ok(match etat.as_ref() {
        Candidat::Actif(actif) => Some(Box::new((actif.base.compte.clone(), actif.profil.clone()))),
        Candidat::Absent | Candidat::AValider { .. } | Candidat::Expire(_) => None,
    })
}
