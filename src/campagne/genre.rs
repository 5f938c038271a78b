//! The kinds of definitions, by the names they have in addresses and files.

use domain::campagne::{Catalogue, Cle, Evenement};
use jiff::Timestamp;
use serde_json::Value;

use super::ecrire::local;
use super::forme::{
    CampagneForme, CentreForme, CommissionForme, FormationForme, LibelleForme, MailForme,
    PieceForme,
};
use super::lecture::Lu;

/// A kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Genre {
    Campagne,
    Formations,
    Pieces,
    Centres,
    Composantes,
    Commissions,
    Motifs,
    /// Texts of mails: as many as there are mails, so that lists and addresses are their own.
    Mails,
}

impl Genre {
    /// Those of which there are several, each made and removed by its code.
    pub(crate) const LISTES: [Self; 6] = [
        Self::Formations,
        Self::Pieces,
        Self::Commissions,
        Self::Centres,
        Self::Composantes,
        Self::Motifs,
    ];

    /// As in addresses.
    pub(crate) const fn nom(self) -> &'static str {
        match self {
            Self::Campagne => "campagne",
            Self::Formations => "formations",
            Self::Pieces => "pieces",
            Self::Centres => "centres",
            Self::Composantes => "composantes",
            Self::Commissions => "commissions",
            Self::Motifs => "motifs",
            Self::Mails => "mails",
        }
    }

    /// By its name in addresses.
    pub(crate) fn trouver(nom: &str) -> Option<Self> {
        let tous = Self::LISTES.into_iter().chain([Self::Campagne]);
        tous.into_iter().find(|g| g.nom() == nom)
    }

    /// What a definition of this kind is found by.
    pub(crate) fn cle(self, code: &str) -> Cle {
        match self {
            Self::Campagne => Cle::Campagne(code.into()),
            Self::Formations => Cle::Formation(code.into()),
            Self::Pieces => Cle::Piece(code.into()),
            Self::Centres => Cle::Centre(code.into()),
            Self::Composantes => Cle::Composante(code.into()),
            Self::Commissions => Cle::Commission(code.into()),
            Self::Motifs => Cle::Motif(code.into()),
            Self::Mails => Cle::Mail(code.into()),
        }
    }

    /// Reads a form.
    ///
    /// # Errors
    /// A key that is unknown, or a value of another type.
    pub(crate) fn lire(
        self,
        forme: Value,
        modele: &mut impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Lu, serde_json::Error> {
        use serde_json::from_value;
        Ok(match self {
            Self::Campagne => from_value::<CampagneForme<String>>(forme)?.lire(),
            Self::Formations => from_value::<FormationForme<String>>(forme)?.lire(),
            Self::Pieces => from_value::<PieceForme>(forme)?.lire(modele),
            Self::Centres => from_value::<CentreForme>(forme)?.lire(),
            Self::Composantes => from_value::<LibelleForme>(forme)?.composante(),
            Self::Commissions => from_value::<CommissionForme>(forme)?.lire(),
            Self::Motifs => from_value::<LibelleForme>(forme)?.motif(),
            Self::Mails => from_value::<MailForme>(forme)?.lire(),
        })
    }

    /// The keys of this kind, by code.
    pub(crate) fn cles(self, catalogue: &Catalogue) -> Vec<Cle> {
        let mut cles = catalogue.cles();
        cles.retain(|cle| self.cle(cle.code()) == *cle);
        cles
    }
}

/// A definition as its form; a removal has none.
pub(crate) fn forme(evenement: &Evenement) -> Value {
    let date = |instant: Timestamp| local(instant);
    let ecrite = match evenement {
        Evenement::CampagneParametree(v) => serde_json::to_value(CampagneForme::de(v, date)),
        Evenement::FormationDefinie(v) => serde_json::to_value(FormationForme::de(v, date)),
        Evenement::PieceDefinie(v) => serde_json::to_value(PieceForme::from(v)),
        Evenement::CentreDefini(v) => serde_json::to_value(CentreForme::from(v)),
        Evenement::ComposanteDefinie(v) => serde_json::to_value(LibelleForme::from(v)),
        Evenement::CommissionDefinie(v) => serde_json::to_value(CommissionForme::from(v)),
        Evenement::MotifDefini(v) => serde_json::to_value(LibelleForme::from(v)),
        Evenement::MailRedige(v) => serde_json::to_value(MailForme::from(v)),
        Evenement::Retiree(_) | Evenement::CampagneArchivee { .. } => Ok(Value::Null),
    };
    ecrite.unwrap_or_default()
}

/// The fields that differ between two forms: name, before, after.
pub(crate) fn ecarts(avant: &Value, apres: &Value) -> Vec<(String, Value, Value)> {
    let vide = serde_json::Map::new();
    let (avant, apres) = (
        avant.as_object().unwrap_or(&vide),
        apres.as_object().unwrap_or(&vide),
    );
    let mut champs: Vec<&String> = avant.keys().chain(apres.keys()).collect();
    champs.sort();
    champs.dedup();
    let valeur = |ou: &serde_json::Map<String, Value>, champ: &String| {
        ou.get(champ).cloned().unwrap_or_default()
    };
    champs
        .into_iter()
        .map(|champ| (champ.clone(), valeur(avant, champ), valeur(apres, champ)))
        .filter(|(_, avant, apres)| avant != apres)
        .collect()
}
