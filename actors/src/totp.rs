//! The second factor: codes by time (RFC 6238, SHA-1, 30 s, 6 digits, as every authenticator application has it),
//! and recovery codes.

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha1::Sha1;

/// Seconds of one step.
const PAS_S: i64 = 30;
/// Steps before and after now that are accepted: clocks differ, people type slowly.
const TOLERANCE: u64 = 1;
/// Bytes of the secret: as many as SHA-1 has.
pub const LONGUEUR_SECRET: usize = 20;
/// Digits of a code.
const CHIFFRES: usize = 6;

/// The code of a step.
fn code(secret: &[u8], pas: u64) -> String {
    // HMAC takes a key of any length; an empty code would match nothing typed.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(&pas.to_be_bytes());
    let sceau = mac.finalize().into_bytes();
    let debut = sceau.last().map_or(0, |o| usize::from(o & 15));
    let nombre = sceau
        .iter()
        .skip(debut)
        .take(4)
        .fold(0_u32, |nombre, octet| (nombre << 8) | u32::from(*octet));
    format!("{:06}", (nombre & 0x7fff_ffff) % 1_000_000)
}

/// The step of this instant.
fn pas(maintenant: Timestamp) -> u64 {
    u64::try_from(maintenant.as_second() / PAS_S).unwrap_or_default()
}

/// The step whose code this is, near now; spaces people put between digits are dropped.
pub(crate) fn reconnaitre(secret: &[u8], tape: &str, maintenant: Timestamp) -> Option<u64> {
    let tape: String = tape.chars().filter(|c| !c.is_whitespace()).collect();
    if tape.len() != CHIFFRES {
        return None;
    }
    let pas = pas(maintenant);
    (pas.saturating_sub(TOLERANCE)..=pas.saturating_add(TOLERANCE))
        .find(|p| code(secret, *p) == tape)
}

/// A code that is right now, for tests and for programs that enrol.
pub fn code_a(secret: &[u8], maintenant: Timestamp) -> String {
    code(secret, pas(maintenant))
}

/// RFC 4648, without padding: what people type when they cannot scan.
pub fn base32(octets: &[u8]) -> String {
    const LETTRES: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut texte = String::with_capacity(octets.len().div_ceil(5) * 8);
    for groupe in octets.chunks(5) {
        let mut bits = 0_u64;
        for rang in 0..5 {
            bits = (bits << 8) | u64::from(groupe.get(rang).copied().unwrap_or_default());
        }
        for rang in 0..(groupe.len() * 8).div_ceil(5) {
            let indice = (bits >> (35 - 5 * rang)) & 31;
            let lettre = usize::try_from(indice).ok().and_then(|i| LETTRES.get(i));
            texte.extend(lettre.map(|l| *l as char));
        }
    }
    texte
}

/// The bytes of a secret as it is shown; none for what is no base 32.
pub fn de_base32(texte: &str) -> Option<Vec<u8>> {
    let (mut bits, mut combien, mut octets) = (0_u32, 0, Vec::new());
    for lettre in texte.chars().filter(|c| !c.is_whitespace()) {
        let valeur = match lettre.to_ascii_uppercase() {
            c @ 'A'..='Z' => c as u32 - 'A' as u32,
            c @ '2'..='7' => c as u32 - '2' as u32 + 26,
            _ => return None,
        };
        bits = ((bits << 5) | valeur) & 0xfff;
        combien += 5;
        if combien >= 8 {
            combien -= 8;
            octets.push(u8::try_from((bits >> combien) & 0xff).ok()?);
        }
    }
    Some(octets)
}

/// What the QR code says.
pub fn otpauth(emetteur: &str, mail: &str, secret: &[u8]) -> String {
    let sur = |texte: &str| {
        let mut lettres = String::new();
        for octet in texte.bytes() {
            if octet.is_ascii_alphanumeric() || b"-._~@".contains(&octet) {
                lettres.push(char::from(octet));
            } else {
                lettres.extend([format!("%{octet:02X}")]);
            }
        }
        lettres
    };
    let (emetteur, mail) = (sur(emetteur), sur(mail));
    format!(
        "otpauth://totp/{emetteur}:{mail}?secret={}&issuer={emetteur}&algorithm=SHA1&digits=6&period=30",
        base32(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q17_les_codes_sont_ceux_de_la_rfc_6238() {
        // Appendix B of the RFC gives 8 digits; the last six are the code of six digits.
        let secret = b"12345678901234567890";
        for (instant, attendu) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let instant = Timestamp::from_second(instant).unwrap();
            assert_eq!(code_a(secret, instant), attendu);
            let espace = format!("{} {}", &attendu[..3], &attendu[3..]);
            assert_eq!(reconnaitre(secret, &espace, instant), Some(pas(instant)));
        }
    }

    #[test]
    fn q17_un_code_vaut_une_minute_et_demie_au_plus() {
        let (secret, alors) = (
            b"12345678901234567890",
            Timestamp::from_second(90_000).unwrap(),
        );
        let tape = code_a(secret, alors);
        for (ecart, accepte) in [
            (-60, false),
            (-30, true),
            (0, true),
            (59, true),
            (60, false),
        ] {
            let maintenant = Timestamp::from_second(90_000 + ecart).unwrap();
            let vu = reconnaitre(secret, &tape, maintenant);
            assert_eq!(vu.is_some(), accepte, "{ecart} s");
        }
        assert_eq!(reconnaitre(secret, "", alors), None);
    }

    #[test]
    fn la_base_32_est_celle_de_la_rfc_4648() {
        for (octets, texte) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(octets.as_bytes()), texte);
            assert_eq!(de_base32(texte).unwrap(), octets.as_bytes());
        }
        assert_eq!(de_base32("0189"), None);
    }

    #[test]
    fn le_lien_du_code_qr_est_echappe() {
        let lien = otpauth(
            "Université de Lille",
            "a+b@univ.example",
            b"12345678901234567890",
        );
        assert_eq!(
            lien,
            "otpauth://totp/Universit%C3%A9%20de%20Lille:a%2Bb@univ.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Universit%C3%A9%20de%20Lille&algorithm=SHA1&digits=6&period=30"
        );
    }
}
