//! How much one address may ask (Q13).

use std::num::NonZeroU32;

/// Rates (`[limites]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// Requests of one address, a second.
    pub requetes_par_seconde: NonZeroU32,
    /// Log-ins, sign-ups and forgotten passwords of one address, a minute.
    pub connexions_par_minute: NonZeroU32,
}

impl Default for Cadence {
    fn default() -> Self {
        let taux = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            requetes_par_seconde: taux(50),
            connexions_par_minute: taux(20),
        }
    }
}
