//! What ends a command that stays: Ctrl-C, or SIGTERM from whoever runs it.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Echec;

/// Made before the first line is printed: who has read it may signal.
pub(super) struct Arret {
    interruption: Signal,
    terme: Signal,
}

impl Arret {
    pub(super) fn ecouter() -> Result<Self, Echec> {
        Ok(Self {
            interruption: ecouter(SignalKind::interrupt())?,
            terme: ecouter(SignalKind::terminate())?,
        })
    }

    pub(super) async fn demande(&mut self) {
        tokio::select! {
            _ = self.interruption.recv() => (),
            _ = self.terme.recv() => (),
        }
    }
}

pub(super) fn ecouter(genre: SignalKind) -> Result<Signal, Echec> {
    signal(genre).map_err(|e| Echec::Echoue(e.to_string()))
}
