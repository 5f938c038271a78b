//! The trail: every act and every look of staff at a dossier, by whom and when (Q17).
//!
//! The truth is the stream `audit.<dossier>` (or `audit.<person>` for what is about no dossier), chained like
//! every stream; view rows under `audit/<person>/` find what one person did, those under `audit-tout/` everything.
//! An act and its line are one commit; a look, which changes nothing, has a commit of its own before it is answered.

use serde::{Deserialize, Serialize};
use storage::{Append, Batch, Expected, StoreError};

use domain::ids::{CandidatId, DossierId, PersonnelId};

use super::Guichet;
use crate::atelier::faute;
use crate::fil::json;
use crate::protocol::{Faute, LigneAudit, MAX_LIGNES_AUDIT, Reponse, Resultat, SujetAudit};
use crate::record;

/// The stored form of a line; when it was is beside it, as for every event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Evenement {
    /// Somebody looked or acted.
    Passage {
        personnel: PersonnelId,
        quoi: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dossier: Option<DossierId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        candidat: Option<CandidatId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
}

/// What is written down.
#[derive(Clone, Debug, Default)]
pub(super) struct Passage<'a> {
    /// The act's code.
    pub(super) quoi: &'a str,
    /// About which dossier, and whose.
    pub(super) dossier: Option<(&'a DossierId, &'a CandidatId)>,
    /// More.
    pub(super) detail: Option<String>,
}

impl Guichet {
    /// Writes a line, durably, before anything is shown: no look without a trace.
    pub(super) async fn tracer(
        &self,
        qui: &PersonnelId,
        passage: Passage<'_>,
    ) -> Result<(), Faute> {
        let lot = self.trace(qui, passage)?;
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }

    /// A line, to be committed with what it tells of.
    pub(super) fn trace(&self, qui: &PersonnelId, passage: Passage<'_>) -> Result<Batch, Faute> {
        let le = self.atelier.maintenant();
        let (dossier, candidat) = passage.dossier.unzip();
        let ligne = LigneAudit {
            le,
            personnel: qui.clone(),
            quoi: passage.quoi.to_owned(),
            dossier: dossier.cloned(),
            candidat: candidat.cloned(),
            detail: passage.detail,
        };
        let sujet = dossier.map_or(qui.as_str(), DossierId::as_str);
        let alea = crate::jetons::identifiant(self.atelier.alea.as_ref());
        // Newest first, and two of the same millisecond apart.
        let rang = u64::MAX - u64::try_from(le.as_millisecond()).unwrap_or_default();
        let place = format!("{rang:016x}{alea}");
        let cle = format!("{}{place}", prefixe(qui));
        let valeur = json(&ligne).map_err(|e| faute(&e))?;
        let evenement = Evenement::Passage {
            personnel: ligne.personnel,
            quoi: ligne.quoi,
            dossier: ligne.dossier,
            candidat: ligne.candidat,
            detail: ligne.detail,
        };
        let octets = record::ecrire(le, &evenement).map_err(|e| faute(&StoreError::Corrupt(e)))?;
        Ok(Batch {
            appends: vec![Append {
                stream: format!("audit.{sujet}"),
                expected: Expected::Any,
                events: vec![octets],
            }],
            views_put: vec![
                (cle.into_bytes(), valeur.clone()),
                (format!("{TOUT}{place}").into_bytes(), valeur),
            ],
            ..Batch::default()
        })
    }

    /// The trail of a dossier or of a person, newest first.
    pub(super) fn lire_audit(&self, sujet: &SujetAudit, curseur: Option<&str>) -> Resultat {
        let (lignes, curseur) = match sujet {
            SujetAudit::Dossier(id) => self.audit_dossier(id, curseur),
            SujetAudit::Personnel(id) => self.audit_vue(&prefixe(id), curseur),
            SujetAudit::Tout => self.audit_vue(TOUT, curseur),
        }
        .map_err(|e| faute(&e))?;
        Ok(Reponse::Audit { lignes, curseur })
    }

    fn audit_dossier(&self, id: &DossierId, curseur: Option<&str>) -> Result<Page, StoreError> {
        let stream = format!("audit.{id}");
        let store = &self.atelier.store;
        let fin = match curseur.and_then(|c| c.parse::<u64>().ok()) {
            Some(fin) => fin,
            None => store.head(&stream)?.version,
        };
        let debut = fin.saturating_sub(MAX_LIGNES_AUDIT as u64);
        let mut lignes = Vec::new();
        for enregistre in store.stream_after(&stream, debut)? {
            if enregistre.version > fin {
                break;
            }
            let fait = record::lire::<Evenement>(&enregistre.data).map_err(StoreError::Corrupt)?;
            let Evenement::Passage {
                personnel,
                quoi,
                dossier,
                candidat,
                detail,
            } = fait.e;
            lignes.push(LigneAudit {
                le: fait.le,
                personnel,
                quoi,
                dossier,
                candidat,
                detail,
            });
        }
        lignes.reverse();
        Ok((lignes, (debut > 0).then(|| debut.to_string())))
    }

    fn audit_vue(&self, prefixe: &str, curseur: Option<&str>) -> Result<Page, StoreError> {
        let apres = curseur.map(|c| format!("{prefixe}{c}").into_bytes());
        let lues =
            self.atelier
                .store
                .views(prefixe.as_bytes(), apres.as_deref(), MAX_LIGNES_AUDIT)?;
        let pleine = lues.len() == MAX_LIGNES_AUDIT;
        let derniere = lues.last().map(|(cle, _)| {
            String::from_utf8_lossy(cle.get(prefixe.len()..).unwrap_or_default()).into_owned()
        });
        let lignes = lues.iter().map(|(_, ligne)| serde_json::from_slice(ligne));
        let lignes = lignes
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| StoreError::Corrupt(e.to_string()))?;
        Ok((lignes, derniere.filter(|_| pleine)))
    }
}

/// Everybody's lines.
const TOUT: &str = "audit-tout/";

/// Lines, and where to go on.
type Page = (Vec<LigneAudit>, Option<String>);

fn prefixe(qui: &PersonnelId) -> String {
    format!("audit/{qui}/")
}
