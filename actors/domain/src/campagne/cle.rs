//! What a definition is found by.

use serde::{Deserialize, Serialize};

use super::{Catalogue, Evenement};
use crate::ids::{
    CampagneCode, CentreCode, CommissionCode, ComposanteCode, FormationCode, MotifCode, PieceCode,
    TexteMailCode,
};
use crate::langue::Langue;

/// The kind and the code of a definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "genre", content = "code", rename_all = "snake_case")]
pub enum Cle {
    /// The campaign's own settings.
    Campagne(CampagneCode),
    /// A centre.
    Centre(CentreCode),
    /// A composante.
    Composante(ComposanteCode),
    /// A piece.
    Piece(PieceCode),
    /// A commission.
    Commission(CommissionCode),
    /// A motive.
    Motif(MotifCode),
    /// A formation.
    Formation(FormationCode),
    /// What a mail says in one language.
    Mail(TexteMailCode),
}

impl Cle {
    /// The kind, for programs.
    pub const fn genre(&self) -> &'static str {
        match self {
            Self::Campagne(_) => "campagne",
            Self::Centre(_) => "centre",
            Self::Composante(_) => "composante",
            Self::Piece(_) => "piece",
            Self::Commission(_) => "commission",
            Self::Motif(_) => "motif",
            Self::Formation(_) => "formation",
            Self::Mail(_) => "mail",
        }
    }

    /// The kind, for people.
    pub const fn nom(&self, langue: Langue) -> &'static str {
        let (fr, en) = match self {
            Self::Campagne(_) => ("campagne", "campaign"),
            Self::Centre(_) => ("centre", "office"),
            Self::Composante(_) => ("composante", "faculty"),
            Self::Piece(_) => ("pièce", "document"),
            Self::Commission(_) => ("commission", "jury"),
            Self::Motif(_) => ("motif", "reason"),
            Self::Formation(_) => ("formation", "programme"),
            Self::Mail(_) => ("texte de mail", "mail text"),
        };
        langue.choisir(fr, en)
    }

    /// The code.
    pub fn code(&self) -> &str {
        match self {
            Self::Campagne(c) => c.as_str(),
            Self::Centre(c) => c.as_str(),
            Self::Composante(c) => c.as_str(),
            Self::Piece(c) => c.as_str(),
            Self::Commission(c) => c.as_str(),
            Self::Motif(c) => c.as_str(),
            Self::Formation(c) => c.as_str(),
            Self::Mail(c) => c.as_str(),
        }
    }
}

impl Evenement {
    /// What it defines or removes.
    pub fn cle(&self) -> Cle {
        match self {
            Self::CampagneParametree(v) => Cle::Campagne(v.code.clone()),
            Self::CampagneArchivee { code, .. } => Cle::Campagne(code.clone()),
            Self::CentreDefini(v) => Cle::Centre(v.code.clone()),
            Self::ComposanteDefinie(v) => Cle::Composante(v.code.clone()),
            Self::PieceDefinie(v) => Cle::Piece(v.code.clone()),
            Self::CommissionDefinie(v) => Cle::Commission(v.code.clone()),
            Self::MotifDefini(v) => Cle::Motif(v.code.clone()),
            Self::FormationDefinie(v) => Cle::Formation(v.code.clone()),
            Self::MailRedige(v) => Cle::Mail(v.code.clone()),
            Self::Retiree(cle) => cle.clone(),
        }
    }
}

impl Catalogue {
    /// Everything it defines, in the order of the file.
    pub fn cles(&self) -> Vec<Cle> {
        let campagne = self.campagne.iter().map(|c| Cle::Campagne(c.code.clone()));
        campagne
            .chain(self.centres.keys().cloned().map(Cle::Centre))
            .chain(self.composantes.keys().cloned().map(Cle::Composante))
            .chain(self.pieces.keys().cloned().map(Cle::Piece))
            .chain(self.commissions.keys().cloned().map(Cle::Commission))
            .chain(self.motifs.keys().cloned().map(Cle::Motif))
            .chain(self.formations.keys().cloned().map(Cle::Formation))
            .chain(self.mails.keys().cloned().map(Cle::Mail))
            .collect()
    }

    /// The definition under a key, as the event that makes it.
    pub fn definition(&self, cle: &Cle) -> Option<Evenement> {
        match cle {
            Cle::Campagne(code) => self
                .campagne
                .clone()
                .filter(|c| c.code == *code)
                .map(Evenement::CampagneParametree),
            Cle::Centre(code) => self.centres.get(code).cloned().map(Evenement::CentreDefini),
            Cle::Composante(code) => {
                let trouvee = self.composantes.get(code).cloned();
                trouvee.map(Evenement::ComposanteDefinie)
            }
            Cle::Piece(code) => self.pieces.get(code).cloned().map(Evenement::PieceDefinie),
            Cle::Commission(code) => {
                let trouvee = self.commissions.get(code).cloned();
                trouvee.map(Evenement::CommissionDefinie)
            }
            Cle::Motif(code) => self.motifs.get(code).cloned().map(Evenement::MotifDefini),
            Cle::Mail(code) => self.mails.get(code).cloned().map(Evenement::MailRedige),
            Cle::Formation(code) => {
                let trouvee = self.formations.get(code).cloned();
                trouvee.map(Evenement::FormationDefinie)
            }
        }
    }
}
