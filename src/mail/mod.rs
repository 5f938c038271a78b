//! Mail out: rendered here, handed to SMTP or written in a folder. The only place that names lettre.

mod modeles;
mod transport;

pub use transport::{Facteur, Transport};
