//! The candidate's profile: what is filled in, and what is missing (G11).

pub mod ine;
mod sections;

pub use sections::{
    Adresse, Baccalaureat, Entree, Informations, MAX_ENTREES, Profil, Rubrique, Section,
};
