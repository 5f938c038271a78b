//! What pages are made of: the frame, forms, dates. Templates are in `src/templates`, texts in `src/textes`.

mod cadre;
mod dates;
mod ecart;
mod formulaire;
mod maison;

pub(crate) use cadre::{Alerte, Cadre, Lien, Message, Page, rendu};
pub(crate) use dates::{date, de_champ, jour, pour_champ, quand, reste};
pub(crate) use ecart::{Ecart, ecart};
pub(crate) use formulaire::{Champ, Formulaire};
pub use maison::Maison;
