//! The INE: 11 characters, three families (G12; `2-domain.md`, section 7).

use serde::{Deserialize, Serialize};

/// The family of an INE, and so how far it can be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Famille {
    /// Ten digits and a key letter, verified.
    Bea,
    /// The older base-36 form, verified.
    Nne,
    /// Nine digits and two letters: no public algorithm gives the key, so never verified here.
    Ines,
}

/// A well-formed INE.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ine {
    /// Upper case, without spaces.
    pub valeur: String,
    /// Which family.
    pub famille: Famille,
}

/// Why a text is no INE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FauteIne {
    /// Not 11 characters of a known shape.
    Forme,
    /// The key does not fit: a typing error.
    Cle,
}

const LETTRES_BEA: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";

impl Ine {
    /// Reads an INE as people type it: spaces and dashes dropped, upper-cased.
    ///
    /// # Errors
    /// [`FauteIne::Forme`] or [`FauteIne::Cle`].
    pub fn lire(texte: &str) -> Result<Self, FauteIne> {
        let valeur: String = texte
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
            .flat_map(char::to_uppercase)
            .collect();
        let octets = valeur.as_bytes();
        if octets.len() != 11 || !octets.iter().all(u8::is_ascii_alphanumeric) {
            return Err(FauteIne::Forme);
        }
        let famille = famille(octets).ok_or(FauteIne::Forme)?;
        let juste = match famille {
            Famille::Bea => cle_bea(octets),
            Famille::Nne => cle_nne(octets),
            Famille::Ines => true,
        };
        if juste {
            Ok(Self { valeur, famille })
        } else {
            Err(FauteIne::Cle)
        }
    }

    /// Whether its key was verified (G12).
    pub const fn verifie(&self) -> bool {
        match self.famille {
            Famille::Bea | Famille::Nne => true,
            Famille::Ines => false,
        }
    }
}

/// By shape. The three never overlap: they end in a letter after ten digits, in two letters after nine, in a digit.
fn famille(octets: &[u8]) -> Option<Famille> {
    let chiffres = octets.iter().take_while(|c| c.is_ascii_digit()).count();
    match (chiffres, octets.last()?.is_ascii_digit()) {
        (10, false) => Some(Famille::Bea),
        (9, false) => Some(Famille::Ines),
        (_, true) => Some(Famille::Nne),
        (_, false) => None,
    }
}

fn cle_bea(octets: &[u8]) -> bool {
    let (chiffres, cle) = octets.split_at(10);
    let nombre = chiffres
        .iter()
        .fold(0_u64, |n, c| n * 10 + u64::from(c - b'0'));
    let attendue = usize::try_from(nombre % 23)
        .ok()
        .and_then(|r| LETTRES_BEA.get(r));
    !tous_egaux(chiffres) && attendue == cle.first()
}

fn cle_nne(octets: &[u8]) -> bool {
    let (corps, cle) = octets.split_at(10);
    let valeur = |c: &u8| (*c as char).to_digit(36).unwrap_or(0);
    let (neuf, dixieme) = corps.split_at(9);
    let somme = 6 * neuf.iter().map(valeur).sum::<u32>() + dixieme.iter().map(valeur).sum::<u32>();
    let lettres = corps.iter().all(u8::is_ascii_alphabetic);
    let repete = tous_egaux(corps) && corps.iter().all(u8::is_ascii_digit);
    !lettres
        && !repete
        && cle
            .first()
            .is_some_and(|c| u32::from(c - b'0') == somme % 10)
}

fn tous_egaux(octets: &[u8]) -> bool {
    octets
        .windows(2)
        .all(|paire| matches!(paire, [a, b] if a == b))
}
