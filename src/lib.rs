//! Postule.
