//! What became of each mail we sent: queued, deferred, sent, refused (G38). Rows of a view, found by the mail's tag
//! and by the candidate; the candidate and the support read them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use storage::{Batch, Store, StoreError};

use domain::effet::{CodeMail, MailDemande, MailDu};
use domain::ids::{CandidatId, DemandeId, DossierId};

use crate::atelier::Atelier;
use crate::fil::json;
use crate::ports::Courrier;

/// Mails remembered for one candidate; the oldest go first.
pub const MAX_PAR_CANDIDAT: usize = 100;
/// How long a mail is remembered.
pub const MEMOIRE: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Characters kept of a server's words.
const MAX_RAISON: usize = 500;

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatEnvoi {
    /// Owed, not tried yet.
    EnFile,
    /// The next server took it.
    Envoye,
    /// Refused for now; it will be tried again.
    Differe,
    /// The provider refuses the address, at once or by a bounce afterwards.
    Refuse,
    /// Given up for another reason.
    Abandonne,
    /// The addressee called it unwanted (S43).
    Plainte,
}

/// One mail and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envoi {
    /// Its tag, as in its Message-ID.
    pub etiquette: String,
    /// Which mail.
    pub code: CodeMail,
    /// To whom it went.
    pub a: String,
    /// About whom.
    pub candidat: CandidatId,
    /// About which dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dossier: Option<DossierId>,
    /// Where it stands.
    pub etat: EtatEnvoi,
    /// When it was owed.
    pub le: Timestamp,
    /// When it last changed.
    pub maj_le: Timestamp,
    /// How often it was tried.
    pub essais: u32,
    /// In the server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raison: Option<String>,
}

/// What the rows of mails begin with.
const COURRIERS: &[u8] = b"courrier/";
/// Rows read at once.
const LOT: usize = 1_000;

fn cle(etiquette: &str) -> Vec<u8> {
    [COURRIERS, etiquette.as_bytes()].concat()
}

fn prefixe(candidat: &CandidatId) -> String {
    format!("courriers-de/{candidat}/")
}

impl Envoi {
    /// Owed since this moment.
    pub(crate) fn en_file(etiquette: String, mail: &MailDu, le: Timestamp) -> Self {
        Self {
            etiquette,
            code: mail.code,
            a: mail.a.clone(),
            candidat: mail.candidat.clone(),
            dossier: mail.dossier.clone(),
            etat: EtatEnvoi::EnFile,
            le,
            maj_le: le,
            essais: 0,
            raison: None,
        }
    }

    /// After a try, or when a bounce came.
    pub fn noter(&mut self, etat: EtatEnvoi, raison: Option<String>, le: Timestamp) {
        if !matches!(etat, EtatEnvoi::Plainte) {
            self.essais = self.essais.saturating_add(1);
        }
        self.etat = etat;
        self.raison = raison.map(|r| r.chars().take(MAX_RAISON).collect());
        self.maj_le = le;
    }

    /// Into a batch, with its place among the candidate's.
    ///
    /// # Errors
    /// None for these types.
    pub fn poser(&self, lot: &mut Batch) -> Result<(), StoreError> {
        let place = format!("{}{}", prefixe(&self.candidat), self.etiquette);
        lot.views_put.push((cle(&self.etiquette), json(self)?));
        lot.views_put.push((place.into_bytes(), Vec::new()));
        Ok(())
    }
}

/// The mail of this tag.
///
/// # Errors
/// When the store cannot be read.
pub fn lire(store: &Store, etiquette: &str) -> Result<Option<Envoi>, StoreError> {
    let ligne = store.view(&cle(etiquette))?;
    ligne
        .map(|octets| {
            serde_json::from_slice(&octets)
                .map_err(|e| StoreError::Corrupt(format!("mail {etiquette}: {e}")))
        })
        .transpose()
}

/// The mails of a candidate, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn de(store: &Store, candidat: &CandidatId) -> Result<Vec<Envoi>, StoreError> {
    let prefixe = prefixe(candidat);
    let places = store.views(prefixe.as_bytes(), None, 2 * MAX_PAR_CANDIDAT)?;
    let mut envois = Vec::new();
    for (place, _) in places {
        let place = String::from_utf8_lossy(&place);
        envois.extend(lire(
            store,
            place.strip_prefix(&prefixe).unwrap_or_default(),
        )?);
    }
    envois.sort_by(|a, b| (b.le, &b.etiquette).cmp(&(a.le, &a.etiquette)));
    Ok(envois)
}

fn oter(lot: &mut Batch, envoi: &Envoi) {
    lot.views_delete.push(cle(&envoi.etiquette));
    let place = format!("{}{}", prefixe(&envoi.candidat), envoi.etiquette);
    lot.views_delete.push(place.into_bytes());
}

/// Drops what is remembered beyond the limits.
pub(crate) fn elaguer(
    store: &Store,
    candidat: &CandidatId,
    maintenant: Timestamp,
    lot: &mut Batch,
) -> Result<(), StoreError> {
    let vieux = |envoi: &Envoi| maintenant.duration_since(envoi.le) > MEMOIRE;
    for (rang, envoi) in de(store, candidat)?.iter().enumerate() {
        if rang >= MAX_PAR_CANDIDAT || vieux(envoi) {
            oter(lot, envoi);
        }
    }
    Ok(())
}

/// Forgets all mails of a candidate, when the account is erased (Q18).
///
/// # Errors
/// When the store cannot be read.
pub fn effacer(store: &Store, candidat: &CandidatId, lot: &mut Batch) -> Result<(), StoreError> {
    for envoi in de(store, candidat)? {
        oter(lot, &envoi);
    }
    lot.views_delete.push(cle_plainte(candidat));
    lot.views_delete.push(cle_douce(candidat));
    Ok(())
}

/// Where soft bounces of a candidate's address are counted.
pub(crate) fn cle_douce(candidat: &CandidatId) -> Vec<u8> {
    format!("rebonds/{candidat}").into_bytes()
}

/// How one mail fared, whoever it was for.
pub(crate) enum Sort {
    /// Of a candidate.
    Candidat(Envoi),
    /// An answer of the support: to whom, when, and how.
    Autre(String, Timestamp, EtatEnvoi),
    /// Of staff.
    Interne(Interne),
}

/// Reads every mail remembered, in no order, until `suivre` says stop.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn parcourir(
    store: &Store,
    mut suivre: impl FnMut(Sort) -> bool,
) -> Result<(), StoreError> {
    type Lire = fn(&[u8]) -> Result<Sort, serde_json::Error>;
    let genres: [(&[u8], Lire); 3] = [
        (COURRIERS, |octets| {
            serde_json::from_slice(octets).map(Sort::Candidat)
        }),
        (REPONSES, |octets| {
            let lue: Reponse = serde_json::from_slice(octets)?;
            Ok(Sort::Autre(lue.a, lue.le, lue.etat))
        }),
        (INTERNES, |octets| {
            serde_json::from_slice(octets).map(Sort::Interne)
        }),
    ];
    for (prefixe, lire) in genres {
        let mut apres: Option<Vec<u8>> = None;
        loop {
            let page = store.views(prefixe, apres.as_deref(), LOT)?;
            let Some((derniere, _)) = page.last() else {
                break;
            };
            apres = Some(derniere.clone());
            for (cle, octets) in page {
                let lu = lire(&octets).map_err(|e| {
                    StoreError::Corrupt(format!("{}: {e}", String::from_utf8_lossy(&cle)))
                })?;
                if !suivre(lu) {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// A mail to a member of staff, found by its tag: what comes back is noted there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interne {
    /// To whom it went.
    pub(crate) a: String,
    /// When it was first tried.
    pub(crate) le: Timestamp,
    /// How it fared.
    pub(crate) etat: EtatEnvoi,
    /// In the server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) raison: Option<String>,
    /// When that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) maj_le: Option<Timestamp>,
}

/// What the rows of mails to staff begin with.
const INTERNES: &[u8] = b"courrier-personnel/";

impl Interne {
    /// The mail of this tag.
    pub(crate) fn lire(store: &Store, etiquette: &str) -> Result<Option<Self>, StoreError> {
        let ligne = store.view(&[INTERNES, etiquette.as_bytes()].concat())?;
        Ok(ligne.and_then(|octets| serde_json::from_slice(&octets).ok()))
    }

    /// How it fared; those that are too old leave on the way.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn noter(
        atelier: &Atelier,
        (etiquette, a): (&str, &str),
        (etat, raison): (EtatEnvoi, Option<String>),
        lot: &mut Batch,
    ) -> Result<(), StoreError> {
        let cle = [INTERNES, etiquette.as_bytes()].concat();
        let maintenant = atelier.maintenant();
        let connu = atelier.store.view(&cle)?;
        let connu = connu.and_then(|octets| serde_json::from_slice::<Self>(&octets).ok());
        let moi = Self {
            a: a.to_owned(),
            le: connu.map_or(maintenant, |c| c.le),
            etat,
            raison: raison.map(|r| r.chars().take(MAX_RAISON).collect()),
            maj_le: Some(maintenant),
        };
        for (autre, octets) in atelier.store.views(INTERNES, None, LOT)? {
            let lu = serde_json::from_slice::<Self>(&octets);
            let vieux = |lu: Self| maintenant.duration_since(lu.le) > MEMOIRE;
            if autre != cle && lu.is_ok_and(vieux) {
                lot.views_delete.push(autre);
            }
        }
        lot.views_put.push((cle, json(&moi)?));
        Ok(())
    }
}

/// An answer of ours to a request, found by its tag: what comes back to it belongs there (S22, S44).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reponse {
    /// To which request.
    pub(crate) demande: DemandeId,
    /// Which message of it.
    pub(crate) message: String,
    /// To whom it went.
    pub(crate) a: String,
    /// When.
    pub(crate) le: Timestamp,
    /// How it fared.
    #[serde(default = "parti")]
    pub(crate) etat: EtatEnvoi,
}

/// Rows of before do not say.
const fn parti() -> EtatEnvoi {
    EtatEnvoi::Envoye
}

/// What the rows of answers begin with.
const REPONSES: &[u8] = b"courrier-demande/";

fn cle_reponse(etiquette: &str) -> Vec<u8> {
    [REPONSES, etiquette.as_bytes()].concat()
}

/// Forgets to whom an answer went.
pub(crate) fn oublier_reponse(lot: &mut Batch, etiquette: &str) {
    lot.views_delete.push(cle_reponse(etiquette));
}

impl Reponse {
    pub(crate) fn en_route(mail: &MailDemande, le: Timestamp) -> Self {
        Self {
            demande: mail.demande.clone(),
            message: mail.message.clone(),
            a: mail.a.clone(),
            le,
            etat: EtatEnvoi::EnFile,
        }
    }

    pub(crate) fn poser(&self, lot: &mut Batch, etiquette: &str) -> Result<(), StoreError> {
        lot.views_put.push((cle_reponse(etiquette), json(self)?));
        Ok(())
    }

    /// The answer of this tag.
    pub(crate) fn lire(store: &Store, etiquette: &str) -> Result<Option<Self>, StoreError> {
        let ligne = store.view(&cle_reponse(etiquette))?;
        ligne
            .map(|octets| {
                serde_json::from_slice(&octets)
                    .map_err(|e| StoreError::Corrupt(format!("answer {etiquette}: {e}")))
            })
            .transpose()
    }
}

/// Where it stands that a candidate called our mails unwanted.
pub(crate) fn cle_plainte(candidat: &CandidatId) -> Vec<u8> {
    format!("plainte/{candidat}").into_bytes()
}

/// S43: a reminder to an address that called our mails unwanted. What people must know goes on.
pub(crate) fn importune(store: &Store, courrier: &Courrier) -> Result<bool, StoreError> {
    let rappel = matches!(
        courrier.code,
        CodeMail::RelanceTransmission | CodeMail::CandidatureRelanceFavo
    );
    let plainte = || store.view(&cle_plainte(&courrier.candidat));
    Ok(rappel && plainte()?.is_some_and(|a| a == courrier.a.as_bytes()))
}
