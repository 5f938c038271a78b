//! The forms candidates send, read into the domain's types with every fault at once.
//!
//! Every field is optional to the reader, so that all that is missing is named together.

mod avis;
mod compte;
mod demande;
mod lecteur;
mod personnel;
mod profil;

pub use avis::{AvisForm, ConvocationForm};
pub use compte::{
    ChangementMail, ChangementMotDePasse, CorrectionAdresse, Inscription, NouveauMotDePasse,
    mail_plausible, normaliser_mail,
};
pub use demande::{DemandeForm, GesteForm, TexteForm};
pub use lecteur::Lecteur;
pub use personnel::{PersonnelForm, PersonnelLu};
pub use profil::{
    AdresseForm, BaccalaureatForm, Communes, EntreeForm, InformationsForm, Nomenclatures,
};
