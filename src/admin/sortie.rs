//! What a command prints: results on standard output, the rest on standard error, a bar on a terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Echec;
use crate::controle::Suivi;

/// How often the bar moves.
const PAS: Duration = Duration::from_millis(100);

/// A line of the result.
///
/// # Errors
/// When standard output is closed.
pub(super) fn ecrire(ligne: &str) -> Result<(), Echec> {
    let mut sortie = io::stdout().lock();
    let fait = writeln!(sortie, "{ligne}");
    fait.map_err(|e| Echec::Echoue(format!("sortie standard : {e}")))
}

/// The result as one JSON value.
///
/// # Errors
/// When standard output is closed.
pub(super) fn ecrire_json(valeur: &impl serde::Serialize) -> Result<(), Echec> {
    let ligne = serde_json::to_string(valeur).map_err(|e| Echec::Echoue(e.to_string()))?;
    ecrire(&ligne)
}

/// A message for people.
#[expect(clippy::print_stderr, reason = "messages of commands go there")]
pub(super) fn dire(message: &str) {
    eprintln!("{message}");
}

/// A bar on standard error, on a terminal only; ends when dropped.
pub(super) struct Barre(ProgressBar);

impl Barre {
    pub(super) fn new() -> Self {
        let cible = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let barre = ProgressBar::with_draw_target(None, cible);
        barre.enable_steady_tick(PAS);
        Self(barre)
    }

    /// Whether anybody sees it: what only it would tell need not be found out otherwise.
    pub(super) fn visible(&self) -> bool {
        !self.0.is_hidden()
    }

    /// Moves it.
    pub(super) fn avancer(&self, etape: &str, fait: u64, total: Option<u64>) {
        let forme = match total {
            Some(_) => "{spinner} {msg} {bar:30} {pos}/{len} ({per_sec}, reste {eta})",
            None => "{spinner} {msg} {pos} ({per_sec})",
        };
        if let Ok(forme) = ProgressStyle::with_template(forme) {
            self.0.set_style(forme);
        }
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_message(etape.to_owned());
        self.0.set_position(fait);
    }

    /// Moves with the work.
    pub(super) fn suivi(self: &Arc<Self>) -> Suivi {
        let barre = self.clone();
        Arc::new(move |a| barre.avancer(&a.etape, a.fait, a.total))
    }
}

impl Drop for Barre {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
