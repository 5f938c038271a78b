//! A whole system of actors on a store in memory: the journeys, crashes at every step, and a model.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that fails is a failed test"
)]

mod avance;
mod boite;
mod campagne;
mod commun;
mod courrier;
mod examen;
mod index;
mod lenteur;
mod modele;
mod noeuds;
mod pannes;
mod parcours;
mod rattachement;
