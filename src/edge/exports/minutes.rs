//! Minutes between their dry run and their entry: kept for a while, for who sent them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use actors::protocol::FiltreDossiers;
use axum::response::Response;
use domain::ids::{FormationCode, PersonnelId};
use domain::langue::Langue;
use jiff::{SignedDuration, Timestamp};

use super::fichiers::{XLSX, disposer};
use super::source::Source;
use super::{entrer, travaux};
use crate::edge::Etat;
use crate::edge::problemes::Probleme;
use crate::sorties::modele_pv;
use crate::sorties::pv::{Ligne, MAX_LIGNES};

/// How long minutes wait for their entry.
const VIE: SignedDuration = SignedDuration::from_hours(1);
/// Minutes that wait at a time; the oldest makes room.
const MAX: usize = 50;

#[derive(Debug)]
struct Attente {
    qui: PersonnelId,
    le: Timestamp,
    formation: Option<FormationCode>,
    lignes: Vec<Ligne>,
}

/// The minutes one process keeps.
#[derive(Debug, Default)]
pub struct Minutes(Mutex<BTreeMap<String, Attente>>);

impl Minutes {
    /// Keeps them; under which id.
    pub(in crate::edge) fn garder(
        &self,
        qui: PersonnelId,
        maintenant: Timestamp,
        (formation, lignes): (Option<FormationCode>, Vec<Ligne>),
    ) -> Result<String, Probleme> {
        let id = travaux::identifiant()?;
        let mut attentes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attentes.retain(|_, a| maintenant.duration_since(a.le) < VIE);
        while attentes.len() >= MAX {
            let vieille = attentes.iter().min_by_key(|(_, a)| a.le);
            let Some(vieille) = vieille.map(|(id, _)| id.clone()) else {
                break;
            };
            attentes.remove(&vieille);
        }
        let attente = Attente {
            qui,
            le: maintenant,
            formation,
            lignes,
        };
        attentes.insert(id.clone(), attente);
        Ok(id)
    }

    /// Takes them to be entered: once.
    pub(in crate::edge) fn prendre(
        &self,
        qui: &PersonnelId,
        maintenant: Timestamp,
        id: &str,
    ) -> Option<(Option<FormationCode>, Vec<Ligne>)> {
        let mut attentes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sienne = attentes.get(id).is_some_and(|a| &a.qui == qui);
        let prise = sienne.then(|| attentes.remove(id)).flatten()?;
        let fraiche = maintenant.duration_since(prise.le) < VIE;
        fraiche.then_some((prise.formation, prise.lignes))
    }
}

/// The workbook to fill in, with the dossiers of this formation that the jury looks at.
pub(in crate::edge) async fn modele_pv(
    etat: &Etat,
    session: &str,
    formation: &str,
    langue: Langue,
) -> Result<Response, Probleme> {
    let place = entrer()?;
    let filtre = FiltreDossiers {
        formation: Some(FormationCode::from(formation)),
        ..FiltreDossiers::default()
    };
    let mut source = Source::ouvrir(etat, session, filtre, "pv").await?;
    let mut entiers = Vec::new();
    while let Some(suivants) = source.suivants().await? {
        // What is still being filled in, or was dropped, is not the jury's.
        entiers.extend(suivants.into_iter().filter(|e| {
            matches!(
                e.dossier.etat,
                actors::protocol::Etat::Transmis | actors::protocol::Etat::Complet
            )
        }));
        if entiers.len() > MAX_LIGNES {
            entiers.truncate(MAX_LIGNES);
            break;
        }
    }
    let catalogue = etat.catalogue();
    let ecriture = tokio::task::spawn_blocking(move || {
        let ecrit = modele_pv::composer(&entiers, &catalogue, langue);
        drop(place);
        ecrit
    });
    let octets = ecriture.await.map_err(|e| Probleme::interne(&e))?;
    let octets = octets.map_err(|e| Probleme::interne(&e))?;
    let nom: String = format!("pv-{formation}.xlsx");
    Ok(disposer(
        octets.into(),
        XLSX,
        &crate::fichiers::nom_sur(&nom),
    ))
}
