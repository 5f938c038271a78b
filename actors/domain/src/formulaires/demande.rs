//! What is written to the support, and by it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lecteur::Lecteur;
use crate::demande::MAX_TEXTE;
use crate::ids::{ClasseCode, DemandeId, DossierId, PersonnelId};
use crate::refus::Refus;

/// The most characters of a subject.
const OBJET_MAX: usize = 150;
/// The most characters of a text: of four bytes each they still fit.
const TEXTE_MAX: usize = MAX_TEXTE / 4;
/// The most characters of a code or an id.
const CODE_MAX: usize = 64;
/// The most classes of one request, and messages of one split.
const LISTE_MAX: usize = 50;

/// A candidate asks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DemandeForm {
    /// What it is about.
    pub objet: Option<String>,
    /// What.
    pub texte: Option<String>,
    /// About which dossier.
    pub dossier: Option<String>,
}

impl DemandeForm {
    /// Subject, text and dossier, or every fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`].
    pub fn lire(&self) -> Result<(String, String, Option<DossierId>), Refus> {
        let mut l = Lecteur::default();
        let objet = l.requis("objet", self.objet.as_deref(), OBJET_MAX);
        let objet = objet.split_whitespace().collect::<Vec<_>>().join(" ");
        let texte = l.requis("texte", self.texte.as_deref(), TEXTE_MAX);
        let dossier = l.libre("dossier", self.dossier.as_deref(), CODE_MAX);
        l.finir((objet, texte, dossier.map(DossierId::new)))
    }
}

/// A message, a note or an answer.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TexteForm {
    /// What.
    pub texte: Option<String>,
    /// Ends the request as well.
    pub clore: bool,
}

impl TexteForm {
    /// The text, or every fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`].
    pub fn lire(&self) -> Result<String, Refus> {
        let mut l = Lecteur::default();
        let texte = l.requis("texte", self.texte.as_deref(), TEXTE_MAX);
        l.finir(texte)
    }
}

/// Everything else staff say about a request; each act reads its own fields.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct GesteForm {
    /// Who takes care of it; none says nobody.
    pub a: Option<String>,
    /// The due time.
    pub le: Option<Timestamp>,
    /// The request it is put into.
    pub dans: Option<String>,
    /// The messages that leave.
    pub messages: Vec<String>,
    /// Whose it is, by number or id.
    pub candidat: Option<String>,
    /// About which dossier.
    pub dossier: Option<String>,
    /// What it asks.
    pub classes: Vec<String>,
}

impl GesteForm {
    /// To whom it is given.
    pub fn attribution(&self) -> Option<PersonnelId> {
        let qui = self.a.as_deref().filter(|a| !a.is_empty());
        qui.map(PersonnelId::new)
    }

    /// The due time, or the fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`].
    pub fn echeance(&self) -> Result<Timestamp, Refus> {
        let mut l = Lecteur::default();
        if self.le.is_none() {
            manquant(&mut l, "le");
        }
        l.finir(self.le.unwrap_or_default())
    }

    /// Where it is put, or the fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`].
    pub fn fusion(&self) -> Result<DemandeId, Refus> {
        let mut l = Lecteur::default();
        let dans = l.requis("dans", self.dans.as_deref(), CODE_MAX);
        l.finir(DemandeId::new(dans.to_uppercase()))
    }

    /// The messages that leave, or the fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`].
    pub fn scission(&self) -> Result<Vec<String>, Refus> {
        liste("messages", &self.messages)
    }

    /// Whose it is.
    pub fn rattachement(&self) -> (Option<String>, Option<DossierId>) {
        let plein = |t: &Option<String>| t.clone().filter(|t| !t.trim().is_empty());
        (
            plein(&self.candidat),
            plein(&self.dossier).map(DossierId::new),
        )
    }

    /// What it asks, or the fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`].
    pub fn classement(&self) -> Result<Vec<ClasseCode>, Refus> {
        let codes = liste("classes", &self.classes)?;
        Ok(codes.into_iter().map(ClasseCode::new).collect())
    }
}

fn manquant(l: &mut Lecteur, champ: &str) {
    l.faute(
        champ,
        "manquant",
        "Ce champ est à remplir.",
        "Please fill in this field.",
    );
}

fn liste(champ: &str, valeurs: &[String]) -> Result<Vec<String>, Refus> {
    let mut l = Lecteur::default();
    let bonnes = valeurs.iter().all(|v| !v.is_empty() && v.len() <= CODE_MAX);
    if valeurs.is_empty() || valeurs.len() > LISTE_MAX || !bonnes {
        manquant(&mut l, champ);
    }
    l.finir(valeurs.to_vec())
}
