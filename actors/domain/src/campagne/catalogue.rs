//! The campaign as a fold of its events: one event per thing, so that each stays small.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use jiff::Timestamp;

use super::{
    Campagne, Centre, Cle, Commission, Composante, Formation, Modele, Motif, PieceDef, Texte,
    TexteMail,
};
use crate::ids::{
    CampagneCode, CentreCode, CommissionCode, ComposanteCode, FormationCode, MotifCode, PieceCode,
    TexteMailCode,
};
use crate::langue::Langue;

#[expect(
    clippy::large_enum_variant,
    reason = "formations are nine in ten of these events"
)]
/// What an import adds or changes. Each replaces the former definition under the same code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "valeur", rename_all = "snake_case")]
pub enum Evenement {
    /// The campaign's own settings.
    CampagneParametree(Campagne),
    /// A centre.
    CentreDefini(Centre),
    /// A composante.
    ComposanteDefinie(Composante),
    /// A piece.
    PieceDefinie(PieceDef),
    /// A formation.
    FormationDefinie(Formation),
    /// A commission.
    CommissionDefinie(Commission),
    /// A motive.
    MotifDefini(Motif),
    /// What a mail says in one language.
    MailRedige(TexteMail),
    /// A definition is no more.
    Retiree(Cle),
    /// The campaign is over: its accounts and dossiers stay to be read until they are purged.
    CampagneArchivee {
        /// Which.
        code: CampagneCode,
        /// When.
        le: Timestamp,
    },
}

/// A campaign that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// Shown.
    pub libelle: Texte,
    /// Since when: the retention counts from here.
    pub le: Timestamp,
}

/// Everything the campaign offers. Empty until the first import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The campaign, once imported.
    pub campagne: Option<Campagne>,
    /// By code.
    pub centres: BTreeMap<CentreCode, Centre>,
    /// By code.
    pub composantes: BTreeMap<ComposanteCode, Composante>,
    /// By code.
    pub pieces: BTreeMap<PieceCode, PieceDef>,
    /// By code.
    pub formations: BTreeMap<FormationCode, Formation>,
    /// By code.
    pub commissions: BTreeMap<CommissionCode, Commission>,
    /// By code.
    pub motifs: BTreeMap<MotifCode, Motif>,
    /// Texts of mails that were changed on screen, by code.
    #[serde(default)]
    pub mails: BTreeMap<TexteMailCode, TexteMail>,
    /// Campaigns that are over, by code.
    #[serde(default)]
    pub archives: BTreeMap<CampagneCode, Archive>,
    /// How many changes made it.
    #[serde(skip)]
    pub version: u64,
    #[serde(skip)]
    versions: BTreeMap<Cle, u64>,
}

impl Catalogue {
    /// The change that a definition comes from, from 1; 0 when it was never there.
    pub fn version_de(&self, cle: &Cle) -> u64 {
        self.versions.get(cle).copied().unwrap_or_default()
    }

    /// The catalogue after the event.
    pub fn evolve(&mut self, evenement: Evenement) {
        self.version += 1;
        self.versions.insert(evenement.cle(), self.version);
        match evenement {
            Evenement::CampagneParametree(v) => self.campagne = Some(v),
            Evenement::CentreDefini(v) => drop(self.centres.insert(v.code.clone(), v)),
            Evenement::ComposanteDefinie(v) => drop(self.composantes.insert(v.code.clone(), v)),
            Evenement::PieceDefinie(v) => drop(self.pieces.insert(v.code.clone(), v)),
            Evenement::FormationDefinie(v) => drop(self.formations.insert(v.code.clone(), v)),
            Evenement::CommissionDefinie(v) => drop(self.commissions.insert(v.code.clone(), v)),
            Evenement::MotifDefini(v) => drop(self.motifs.insert(v.code.clone(), v)),
            Evenement::MailRedige(v) => drop(self.mails.insert(v.code.clone(), v)),
            Evenement::Retiree(cle) => self.retirer(&cle),
            Evenement::CampagneArchivee { code, le } => {
                let campagne = self.campagne.take_if(|c| c.code == code);
                let libelle = campagne.map(|c| c.libelle).unwrap_or_default();
                self.archives.insert(code, Archive { libelle, le });
            }
        }
    }

    fn retirer(&mut self, cle: &Cle) {
        match cle {
            Cle::Campagne(_) => {}
            Cle::Centre(code) => drop(self.centres.remove(code)),
            Cle::Composante(code) => drop(self.composantes.remove(code)),
            Cle::Piece(code) => drop(self.pieces.remove(code)),
            Cle::Commission(code) => drop(self.commissions.remove(code)),
            Cle::Motif(code) => drop(self.motifs.remove(code)),
            Cle::Formation(code) => drop(self.formations.remove(code)),
            Cle::Mail(code) => drop(self.mails.remove(code)),
        }
    }

    /// Whether the event would change anything: an import keeps only those that do, and so is idempotent.
    pub fn change(&self, evenement: &Evenement) -> bool {
        match evenement {
            Evenement::CampagneParametree(v) => self.campagne.as_ref() != Some(v),
            Evenement::CentreDefini(v) => self.centres.get(&v.code) != Some(v),
            Evenement::ComposanteDefinie(v) => self.composantes.get(&v.code) != Some(v),
            Evenement::PieceDefinie(v) => self.pieces.get(&v.code) != Some(v),
            Evenement::FormationDefinie(v) => self.formations.get(&v.code) != Some(v),
            Evenement::CommissionDefinie(v) => self.commissions.get(&v.code) != Some(v),
            Evenement::MotifDefini(v) => self.motifs.get(&v.code) != Some(v),
            Evenement::MailRedige(v) => self.mails.get(&v.code) != Some(v),
            Evenement::Retiree(cle) => self.cles().contains(cle),
            Evenement::CampagneArchivee { code, .. } => !self.archives.contains_key(code),
        }
    }

    /// What the university itself wants a mail, an answer or the frame to say.
    pub fn texte_mail(&self, modele: impl Into<Modele>, langue: Langue) -> Option<&TexteMail> {
        self.mails.get(&TexteMailCode::de(modele, langue))
    }

    /// The pieces a formation asks for, in its order.
    pub fn pieces_de<'a>(
        &'a self,
        formation: &'a Formation,
    ) -> impl Iterator<Item = &'a PieceDef> + 'a {
        formation
            .pieces
            .iter()
            .filter_map(|code| self.pieces.get(code))
    }

    /// The mail of a formation's commission, where alerts go.
    pub fn mail_commission(&self, formation: &Formation) -> Option<&str> {
        let commission = self.commissions.get(formation.commission.as_ref()?)?;
        commission.mail.as_deref()
    }
}
