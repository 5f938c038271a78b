//! The actors of one process, ready to serve.

use std::sync::Arc;

use crate::acteurs::{Salle, demarrer};
use crate::atelier::Atelier;
use crate::guichet::Guichet;
use crate::liste::Liste;
use crate::mots_de_passe::{Cout, Hacheur};
use crate::ports::Postier;
use crate::relais::Relais;

/// The counter and the relay, with the thread of the actors behind them.
#[derive(Debug)]
pub struct Systeme {
    /// Serves requests.
    pub guichet: Guichet,
    /// To be run: `relais.tourner()`.
    pub relais: Relais,
    _salle: Salle,
}

impl Systeme {
    /// Starts the actors.
    ///
    /// # Errors
    /// The reason: no thread, or a cost argon2 does not take.
    pub fn demarrer(
        atelier: Arc<Atelier>,
        postier: Arc<dyn Postier>,
        cout: Cout,
    ) -> Result<Self, String> {
        let hacheur = Hacheur::new(cout, atelier.alea.clone())?;
        let (annuaire, salle) = demarrer(atelier.clone()).map_err(|e| e.to_string())?;
        let liste = Arc::new(Liste::default());
        Ok(Self {
            guichet: Guichet::new(atelier.clone(), annuaire.clone(), hacheur, liste.clone()),
            relais: Relais::new(atelier, annuaire, postier, liste),
            _salle: salle,
        })
    }
}
