//! One actix actor per candidate and one per dossier: order, durability, effects.
//!
//! A request enters at the [`guichet::Guichet`], finds its actor through the registry, is decided by
//! the pure domain, appended to the journal, and answered once it is on disk. What is owed after that
//! leaves from the durable outbox through the [`relais`].

mod acteurs;
pub mod atelier;
mod bail;
mod chiffres;
pub mod courriers;
mod demandes;
mod effacement;
pub mod etiquettes;
mod fil;
mod generations;
pub mod guichet;
pub mod jetons;
mod liste;
pub mod mots_de_passe;
pub mod ports;
pub mod protocol;
pub mod record;
pub mod relais;
pub mod scolarite;
pub mod support;
pub mod systeme;
pub mod totp;
pub mod verification;
mod vues;
