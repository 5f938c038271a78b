//! Postule: the edges around the actors. `main` parses arguments and calls one role.

pub mod accuse;
pub mod admin;
pub mod antivirus;
pub mod apercu;
pub mod app;
pub mod campagne;
pub mod cles;
pub mod comptoir;
pub mod confiance;
pub mod config;
pub mod controle;
pub mod data;
pub mod edge;
pub mod entretien;
pub mod fichiers;
pub mod lettres;
pub mod mail;
pub mod papier;
pub mod portes;
pub mod publication;
pub mod sorties;
mod textes;
pub mod views;
pub mod vitrine;
