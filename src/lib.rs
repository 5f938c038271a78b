//! Postule: the edges around the actors. `main` parses arguments and calls one role.

pub mod campagne;
pub mod data;
