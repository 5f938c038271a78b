//! Reads fields and gathers faults.

use unicode_normalization::UnicodeNormalization;

use crate::refus::{FauteChamp, Refus};

/// The most characters of an ordinary field.
pub(super) const LONGUEUR_MAX: usize = 150;

/// Gathers the faults of one form.
#[derive(Debug, Default)]
pub struct Lecteur {
    fautes: Vec<FauteChamp>,
}

impl Lecteur {
    /// Adds a fault.
    pub fn faute(&mut self, champ: &str, code: &str, fr: &str, en: &str) {
        self.fautes.push(FauteChamp::new(champ, code, fr, en));
    }

    /// Adds faults.
    pub fn fautes(&mut self, fautes: impl IntoIterator<Item = FauteChamp>) {
        self.fautes.extend(fautes);
    }

    /// A field that may be left empty: trimmed, in NFC, of one line, at most `max` characters.
    pub fn libre(&mut self, champ: &str, valeur: Option<&str>, max: usize) -> Option<String> {
        let texte: String = valeur.unwrap_or_default().trim().nfc().collect();
        if texte.is_empty() {
            return None;
        }
        if texte.chars().count() > max {
            let (fr, en) = (
                format!("Au plus {max} caractères."),
                format!("At most {max} characters."),
            );
            self.faute(champ, "trop_long", &fr, &en);
        }
        if texte
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r'))
        {
            self.faute(
                champ,
                "caractere_interdit",
                "Un caractère invisible n'est pas accepté : retapez ce champ.",
                "An invisible character is not accepted: type this field again.",
            );
        }
        Some(texte)
    }

    /// A field that must be filled in; empty when it is not, and then the form is refused.
    pub fn requis(&mut self, champ: &str, valeur: Option<&str>, max: usize) -> String {
        let lu = self.libre(champ, valeur, max);
        if lu.is_none() {
            self.faute(
                champ,
                "manquant",
                "Ce champ est à remplir.",
                "Please fill in this field.",
            );
        }
        lu.unwrap_or_default()
    }

    /// What was read, if nothing was at fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`] with every fault.
    pub fn finir<T>(self, lu: T) -> Result<T, Refus> {
        Refus::si_fautes(self.fautes).map(|()| lu)
    }
}
