//! Which of our sessions end when the single sign-on ends one of its own (G01).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use storage::{Batch, StoreError};

use super::Guichet;
use crate::atelier::{faute, plus};
use crate::fil::json;
use crate::jetons;
use crate::protocol::{Faute, Reponse, Resultat, VuSso};

/// How long a form may wait between the provider's word and the session that comes of it.
const FORMULAIRE: SignedDuration = SignedDuration::from_hours(1);

/// What a session keeps of the one it came from, by hashes of the provider's names alone (Q18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LienSso {
    /// Of this session only: the row that says where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fin: Option<Vec<u8>>,
    /// Under which several sessions may end at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    noms: Vec<Vec<u8>>,
    /// Since when, by the provider's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    le: Option<Timestamp>,
}

/// A key and its row.
type Rangee = (Vec<u8>, Vec<u8>);

/// Where the session is that the provider ends under this name.
#[derive(Serialize, Deserialize)]
struct FinSso {
    cle: Vec<u8>,
    expire_le: Timestamp,
}

/// What began under this name until then is over.
#[derive(Serialize, Deserialize)]
struct Coupure {
    le: Timestamp,
    expire_le: Timestamp,
}

/// Never the token of a session: those hold no space.
fn cle(nom: &str) -> Vec<u8> {
    jetons::cle_session(&format!("sso {nom}"))
}

impl LienSso {
    /// Of somebody the single sign-on vouches for; none when it will never end the session.
    pub(super) fn de(vu: &VuSso) -> Option<Self> {
        let fin = vu.fin.as_deref().map(cle);
        let (noms, le) = match &vu.session {
            Some(session) => (
                session.noms.iter().map(|n| cle(n)).collect(),
                Some(session.le),
            ),
            None => (Vec::new(), None),
        };
        let lien = Self { fin, noms, le };
        (lien.fin.is_some() || lien.le.is_some()).then_some(lien)
    }

    /// The row beside a new session, under the provider's name for it.
    pub(super) fn ligne(
        &self,
        jeton: &str,
        expire_le: Timestamp,
    ) -> Result<Option<Rangee>, StoreError> {
        let Some(fin) = &self.fin else {
            return Ok(None);
        };
        let cle = jetons::cle_session(jeton);
        Ok(Some((fin.clone(), json(&FinSso { cle, expire_le })?)))
    }
}

impl Guichet {
    /// Refuses a session whose own at the provider is over.
    pub(super) fn encore_la_bas(&self, lien: Option<&LienSso>) -> Result<(), Faute> {
        let Some(LienSso {
            noms, le: Some(le), ..
        }) = lien
        else {
            return Ok(());
        };
        for nom in noms {
            if self.coupure(nom)?.is_some_and(|coupure| *le <= coupure.le) {
                return Err(Faute::SessionAbsente);
            }
        }
        Ok(())
    }

    fn coupure(&self, cle: &[u8]) -> Result<Option<Coupure>, Faute> {
        let ligne = self.atelier.store.session(cle).map_err(|e| faute(&e))?;
        Ok(ligne.and_then(|l| serde_json::from_slice(&l).ok()))
    }

    /// The provider ended a session: ours ends with it. Which are still ours is told to nobody.
    pub(super) async fn deconnecter_sso(&self, fin: &str) -> Resultat {
        let cle = cle(fin);
        let ligne = self.atelier.store.session(&cle).map_err(|e| faute(&e))?;
        let lue: Option<FinSso> = ligne.and_then(|l| serde_json::from_slice(&l).ok());
        let mut sessions_delete = vec![cle];
        sessions_delete.extend(lue.map(|l| l.cle));
        self.ecrire_sessions(Batch {
            sessions_delete,
            ..Batch::default()
        })
        .await
    }

    /// The provider ended every session of this name that began until then; ours end with them, and what begins
    /// afterwards does not, however often this is said.
    pub(super) async fn couper_sso(&self, nom: &str, le: Timestamp) -> Resultat {
        let cle = cle(nom);
        let le = self.coupure(&cle)?.map_or(le, |deja| deja.le.max(le));
        // No session of ours outlives this row.
        let debut = plus(self.atelier.maintenant(), FORMULAIRE);
        let expire_le = plus(debut, self.atelier.limites.vie_session);
        let ligne = json(&Coupure { le, expire_le }).map_err(|e| faute(&e))?;
        self.ecrire_sessions(Batch {
            sessions_put: vec![(cle, ligne)],
            ..Batch::default()
        })
        .await
    }

    async fn ecrire_sessions(&self, lot: Batch) -> Resultat {
        let fait = self.atelier.store.commit(lot).await;
        fait.map_err(|e| faute(&e))?;
        Ok(Reponse::Fait)
    }
}
