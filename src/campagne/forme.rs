//! The campaign as it is written: the file's tables, the API's bodies and the pages' forms, one shape for all.
//! Unknown keys are errors; every field may be left out, so that all that is missing is named together.

use domain::campagne::{EtatTransmis, Promotion};
use serde::{Deserialize, Serialize};

/// Made with a macro: each is the same with unknown keys refused, missing ones empty.
macro_rules! formes {
    ($($(#[$doc:meta])* $nom:ident $(<$date:ident>)? { $($champ:ident : $type_:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $nom $(<$date>)? {
            $(#[serde(default = "Default::default", skip_serializing_if = "vide")] pub(crate) $champ: $type_,)*
        }

        impl $(<$date>)? Default for $nom $(<$date>)? {
            fn default() -> Self {
                Self { $($champ: Default::default(),)* }
            }
        }
    )*};
}

/// Left out where it is written.
fn vide<T: Vide>(valeur: &T) -> bool {
    valeur.vide()
}

/// What goes without saying.
pub(crate) trait Vide {
    fn vide(&self) -> bool;
}

impl<T> Vide for Option<T> {
    fn vide(&self) -> bool {
        self.is_none()
    }
}

impl Vide for Vec<String> {
    fn vide(&self) -> bool {
        self.is_empty()
    }
}

impl Vide for String {
    fn vide(&self) -> bool {
        self.is_empty()
    }
}

impl Vide for bool {
    fn vide(&self) -> bool {
        !self
    }
}

impl Vide for Promotion {
    fn vide(&self) -> bool {
        *self == Self::default()
    }
}

impl Vide for EtatTransmis {
    fn vide(&self) -> bool {
        *self == Self::default()
    }
}

formes! {
    /// The campaign's own settings.
    CampagneForme<D> {
        code: String,
        libelle: String,
        libelle_en: Option<String>,
        ouverture: Option<D>,
        fermeture: Option<D>,
        max_dossiers: Option<u32>,
        etat_transmis: EtatTransmis,
    }
    /// A composante, or a motive.
    LibelleForme {
        code: String,
        libelle: String,
        libelle_en: Option<String>,
    }
    /// A centre.
    CentreForme {
        code: String,
        libelle: String,
        libelle_en: Option<String>,
        max_dossiers: Option<u32>,
    }
    /// A piece.
    PieceForme {
        code: String,
        libelle: String,
        libelle_en: Option<String>,
        commune: bool,
        conditionnelle: bool,
        aide: String,
        aide_en: Option<String>,
        modele: Option<String>,
    }
    /// A commission.
    CommissionForme {
        code: String,
        libelle: String,
        libelle_en: Option<String>,
        centre: String,
        mail: Option<String>,
        signataire: Option<String>,
    }
    /// A formation.
    FormationForme<D> {
        code: String,
        libelle: String,
        libelle_en: Option<String>,
        composante: String,
        centre: String,
        niveau: String,
        mots_cles: Vec<String>,
        candidature_debut: Option<D>,
        candidature_fin: Option<D>,
        retour: Option<D>,
        confirmation: Option<D>,
        confirmation_delai: Option<String>,
        confirmation_lc: Option<D>,
        confirmation_lc_delai: Option<String>,
        jury: Option<D>,
        publication: Option<D>,
        capacite: Option<u32>,
        liste_complementaire: bool,
        pieces: Vec<String>,
        commission: Option<String>,
        promotion: Promotion,
    }
    /// What a mail says in one language.
    MailForme {
        mail: String,
        langue: String,
        objet: String,
        texte: String,
        html: Option<String>,
    }
}
