//! Lists that are loaded, never hard-coded: communes, countries, départements, series of the bac.

mod communes;
mod listes;

pub use communes::CommunesFr;
pub use listes::Listes;
