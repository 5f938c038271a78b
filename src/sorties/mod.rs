//! What leaves Postule as files: lists for spreadsheets, dossiers on paper, archives (P15).

pub mod cellule;
pub mod chiffres;
pub mod classeur;
pub mod colonnes;
pub mod csv;
pub mod dossier;
pub mod modele_pv;
pub mod mots;
pub mod pv;
mod table;
