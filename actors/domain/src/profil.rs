//! The candidate's profile: what is filled in, and what is missing (G11).

pub mod ine;
mod scolarite;
mod sections;

pub use scolarite::{CursusInterne, Fiche, Inscription, MAX_INSCRIPTIONS};
pub use sections::{
    Adresse, Baccalaureat, Entree, Informations, MAX_ENTREES, Profil, Rubrique, Section,
};
