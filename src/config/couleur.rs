//! The establishment's colour, and what is derived from it so that everything stays readable (Q42).

/// The least contrast of a text (WCAG 2.2, 1.4.3).
const CONTRASTE: f64 = 4.5;
/// The ground of the dark pages, as `style.css` has it.
const NUIT: Couleur = Couleur(0x1b, 0x22, 0x2a);
const BLANC: Couleur = Couleur(255, 255, 255);

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Couleur(u8, u8, u8);

impl Default for Couleur {
    /// A calm petrol blue.
    fn default() -> Self {
        Self(0x0b, 0x5b, 0x70)
    }
}

impl Couleur {
    /// Reads `#0b5b70`, dark enough to be read on white.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub fn lire(texte: &str) -> Result<Self, String> {
        let faux = || "écrivez une couleur comme #0b5b70".to_owned();
        let chiffres = texte
            .strip_prefix('#')
            .filter(|c| c.len() == 6)
            .ok_or_else(faux)?;
        let octet = |ou: usize| {
            let partie = chiffres.get(ou..ou + 2).ok_or_else(faux)?;
            u8::from_str_radix(partie, 16).map_err(|_| faux())
        };
        let couleur = Self(octet(0)?, octet(2)?, octet(4)?);
        let contraste = couleur.contraste(BLANC);
        if contraste < CONTRASTE {
            return Err(format!(
                "trop claire pour être lue sur du blanc (contraste {contraste:.1}, il faut {CONTRASTE}) : prenez-la plus foncée"
            ));
        }
        Ok(couleur)
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let lineaire = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * lineaire(self.0) + 0.7152 * lineaire(self.1) + 0.0722 * lineaire(self.2)
    }

    fn contraste(self, autre: Self) -> f64 {
        let (a, b) = (self.luminance(), autre.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// So many tenths of the way to white.
    fn eclaircie(self, dixiemes: u16) -> Self {
        let vers = |c: u8| {
            let reste = u16::from(255 - c) * dixiemes / 10;
            u8::try_from(u16::from(c) + reste).unwrap_or(u8::MAX)
        };
        Self(vers(self.0), vers(self.1), vers(self.2))
    }

    /// The same hue, light enough to be read on the dark ground.
    fn de_nuit(self) -> Self {
        let claires = (0..=10).map(|d| self.eclaircie(d));
        // A little more than needed: links are thin.
        let mut assez = claires.filter(|c| c.contraste(NUIT) >= CONTRASTE + 1.5);
        assez.next().unwrap_or(BLANC)
    }

    fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The rules that put it into the style.
    pub fn regles(self) -> String {
        let (jour, nuit) = (self.css(), self.de_nuit().css());
        format!(":root{{--accent-jour:{jour};--accent-nuit:{nuit}}}\n")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn q41_une_couleur_trop_claire_est_refusee_avec_la_raison() {
        assert_eq!(Couleur::lire("#0b5b70"), Ok(Couleur::default()));
        assert!(
            Couleur::lire("#ffcc00")
                .unwrap_err()
                .contains("trop claire")
        );
        for fausse in ["bleu", "#12", "#12345é", "0b5b70", "#gggggg"] {
            assert!(
                Couleur::lire(fausse).unwrap_err().starts_with("écrivez"),
                "{fausse}"
            );
        }
    }

    proptest! {
        #[test]
        fn q42_toute_couleur_admise_se_lit_de_jour_et_de_nuit(r: u8, v: u8, b: u8) {
            let texte = Couleur(r, v, b).css();
            if let Ok(couleur) = Couleur::lire(&texte) {
                prop_assert!(couleur.contraste(BLANC) >= CONTRASTE);
                prop_assert!(couleur.de_nuit().contraste(NUIT) >= CONTRASTE);
            }
        }
    }
}
