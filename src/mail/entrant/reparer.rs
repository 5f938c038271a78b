//! Text out of bytes whatever their label says (S12, S13): false, missing or repeated encodings.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use unicode_normalization::UnicodeNormalization;

use super::defaut::Defaut;

/// How French Windows wrote before UTF-8.
const WINDOWS: &[u8] = b"windows-1252";
/// Encodings in which UTF-8 bytes would be another text.
const MULTI: [&str; 11] = [
    "gb", "big5", "shift", "euc", "iso-2022", "utf-16", "utf16", "utf-7", "utf7", "ucs", "unicode",
];

/// The text of a part.
pub(super) fn texte(octets: &[u8], annonce: Option<&str>, defauts: &mut Vec<Defaut>) -> String {
    let annonce = annonce
        .map(|a| a.trim().to_ascii_lowercase())
        .filter(|a| !a.is_empty());
    let lu = match (marque(octets), annonce.as_deref()) {
        (Some(texte), _) => texte,
        (None, Some(nom)) if MULTI.iter().any(|m| nom.starts_with(m)) => {
            multi(octets, nom, defauts)
        }
        (None, nom) => ordinaire(octets, nom, defauts),
    };
    let lu = if double(&lu) {
        defauts.push(Defaut::DoubleEncodage);
        deplier(&lu)
    } else {
        lu
    };
    lu.chars().filter(|c| *c != '\0').nfc().collect()
}

/// A byte order mark says it better than a label.
fn marque(octets: &[u8]) -> Option<String> {
    match octets {
        [0xef, 0xbb, 0xbf, suite @ ..] => Some(String::from_utf8_lossy(suite).into_owned()),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => decoder(b"utf-16", octets),
        _ => None,
    }
}

fn decoder(nom: &[u8], octets: &[u8]) -> Option<String> {
    charset_decoder(nom).map(|decode| decode(octets))
}

fn windows(octets: &[u8]) -> String {
    decoder(WINDOWS, octets).unwrap_or_else(|| String::from_utf8_lossy(octets).into_owned())
}

fn multi(octets: &[u8], nom: &str, defauts: &mut Vec<Defaut>) -> String {
    if nom.starts_with("utf-16") || nom.starts_with("utf16") {
        let zeros = |reste: usize| {
            let un_sur_deux = octets.iter().skip(reste).step_by(2).take(64);
            un_sur_deux.filter(|o| **o == 0).count()
        };
        let (pairs, impairs) = (zeros(0), zeros(1));
        if pairs + impairs == 0 && std::str::from_utf8(octets).is_ok() {
            defauts.push(Defaut::CharsetFaux);
            return String::from_utf8_lossy(octets).into_owned();
        }
        let sens: &[u8] = if pairs > impairs {
            b"utf-16be"
        } else {
            b"utf-16le"
        };
        return decoder(sens, octets).unwrap_or_default();
    }
    decoder(nom.as_bytes(), octets).unwrap_or_else(|| ordinaire(octets, None, defauts))
}

fn ordinaire(octets: &[u8], nom: Option<&str>, defauts: &mut Vec<Defaut>) -> String {
    let dit_utf8 = nom.is_some_and(|n| n.replace(['-', '_'], "") == "utf8");
    if let Ok(texte) = std::str::from_utf8(octets) {
        if !octets.is_ascii() && !dit_utf8 {
            defauts.push(if nom.is_some() {
                Defaut::CharsetFaux
            } else {
                Defaut::CharsetAbsent
            });
        }
        return texte.to_owned();
    }
    match nom.filter(|_| !dit_utf8) {
        Some("us-ascii" | "ascii") => {
            defauts.push(Defaut::CharsetFaux);
            windows(octets)
        }
        Some(nom) => decoder(nom.as_bytes(), octets).unwrap_or_else(|| {
            defauts.push(Defaut::CharsetAbsent);
            windows(octets)
        }),
        None if dit_utf8 => {
            defauts.push(Defaut::CharsetFaux);
            peu_abime(octets).unwrap_or_else(|| windows(octets))
        }
        None => {
            defauts.push(Defaut::CharsetAbsent);
            windows(octets)
        }
    }
}

/// UTF-8 with a few broken bytes stays UTF-8; bytes that are mostly not go elsewhere.
fn peu_abime(octets: &[u8]) -> Option<String> {
    let mut justes = 0;
    let mut faux = 0;
    for morceau in octets.utf8_chunks() {
        justes += morceau.valid().chars().filter(|c| !c.is_ascii()).count();
        faux += morceau.invalid().len();
    }
    (justes > faux).then(|| String::from_utf8_lossy(octets).into_owned())
}

/// «Ã©» for «é»: UTF-8 read as windows-1252 and encoded again.
fn double(texte: &str) -> bool {
    let signes = [
        "Ã©", "Ã¨", "Ã ", "Ã\u{a0}", "Ã§", "Ãª", "â€™", "Ã´", "Ã®", "Ã‰", "Â«", "Ã¹",
    ];
    signes.iter().any(|signe| texte.contains(signe))
}

/// Undoes one encoding, run by run, so that what is right stays.
fn deplier(texte: &str) -> String {
    let mut sortie = String::with_capacity(texte.len());
    let mut suite: Vec<u8> = Vec::new();
    let mut brut = String::new();
    for c in texte.chars() {
        match octet_windows(c).filter(|_| !c.is_ascii()) {
            Some(octet) => {
                suite.push(octet);
                brut.push(c);
            }
            None => {
                verser(&mut sortie, &mut suite, &mut brut);
                sortie.push(c);
            }
        }
    }
    verser(&mut sortie, &mut suite, &mut brut);
    sortie
}

fn verser(sortie: &mut String, suite: &mut Vec<u8>, brut: &mut String) {
    match std::str::from_utf8(suite) {
        Ok(texte) => sortie.push_str(texte),
        // «Ã » with the no-break space turned into a space.
        Err(_) if brut == "Ã" => sortie.push('à'),
        Err(_) => sortie.push_str(brut),
    }
    suite.clear();
    brut.clear();
}

fn octet_windows(c: char) -> Option<u8> {
    let point = u32::from(c);
    if point < 0x80 || (0xa0..=0xff).contains(&point) {
        return u8::try_from(point).ok();
    }
    (0x80..=0x9f).find(|octet| windows(&[*octet]).starts_with(c))
}

/// A header value: encoded words decoded, even split, unlabelled or inside quotes (RFC 2047).
pub(super) fn entete(brut: &[u8], defauts: &mut Vec<Defaut>) -> String {
    let plat = if std::str::from_utf8(brut).is_ok() {
        String::from_utf8_lossy(brut).into_owned()
    } else {
        defauts.push(Defaut::EnteteHorsNorme);
        windows(brut)
    };
    let plat: String = plat.replace("\r\n", "\n").replace(['\n', '\t'], " ");
    let mut sortie = String::new();
    let mut reste = plat.as_str();
    // Adjacent words of one charset are decoded together: characters are cut between them.
    let mut attente: Option<(String, Vec<u8>)> = None;
    while let Some(debut) = reste.find("=?") {
        let (avant, ici) = reste.split_at(debut);
        let Some((charset, octets, suite)) = mot_encode(ici) else {
            vider(&mut attente, &mut sortie, defauts);
            sortie.push_str(avant);
            sortie.push_str("=?");
            reste = ici.get(2..).unwrap_or_default();
            continue;
        };
        let colle = avant.trim().is_empty();
        match &mut attente {
            Some((meme, deja)) if colle && meme.eq_ignore_ascii_case(charset) => {
                deja.extend_from_slice(&octets);
            }
            _ => {
                let suivait = attente.is_some();
                vider(&mut attente, &mut sortie, defauts);
                if !(colle && suivait) {
                    sortie.push_str(avant);
                }
                attente = Some((charset.to_owned(), octets));
            }
        }
        reste = suite;
    }
    vider(&mut attente, &mut sortie, defauts);
    sortie.push_str(reste);
    let propre: String = sortie.chars().filter(|c| !c.is_control()).collect();
    let propre = if double(&propre) {
        deplier(&propre)
    } else {
        propre
    };
    propre
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .nfc()
        .collect()
}

fn vider(attente: &mut Option<(String, Vec<u8>)>, sortie: &mut String, defauts: &mut Vec<Defaut>) {
    if let Some((charset, octets)) = attente.take() {
        sortie.push_str(&texte(&octets, Some(&charset), defauts));
    }
}

/// `=?charset?B?…?=` and what follows.
fn mot_encode(texte: &str) -> Option<(&str, Vec<u8>, &str)> {
    let corps = texte.strip_prefix("=?")?;
    let (charset, corps) = corps.split_once('?')?;
    let (sorte, corps) = corps.split_once('?')?;
    let (contenu, suite) = corps.split_once("?=")?;
    if charset.len() > 40 || charset.contains(' ') {
        return None;
    }
    let octets = match sorte {
        "B" | "b" => base64(contenu.as_bytes()),
        "Q" | "q" => lettres_q(contenu.as_bytes()),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset);
    Some((charset, octets, suite))
}

/// Base64 with spaces, bad padding or rubbish: what decodes of it.
pub(super) fn base64(contenu: &[u8]) -> Vec<u8> {
    let sien = |o: &u8| o.is_ascii_alphanumeric() || *o == b'+' || *o == b'/';
    let mut complet: Vec<u8> = Vec::with_capacity(contenu.len());
    let mut fini = false;
    for ligne in contenu.split(|o| *o == b'\n') {
        let nue = ligne.trim_ascii();
        // Behind the padding, what a gateway or a list has written below is no part of it.
        if fini && !nue.iter().all(|o| sien(o) || *o == b'=') {
            break;
        }
        fini |= nue.ends_with(b"=");
        complet.extend(nue.iter().copied().filter(sien));
    }
    while complet.len() % 4 == 1 {
        complet.pop();
    }
    while !complet.len().is_multiple_of(4) {
        complet.push(b'=');
    }
    base64_decode(&complet).unwrap_or_default()
}

fn lettres_q(contenu: &[u8]) -> Vec<u8> {
    let hexa = |octet: Option<&u8>| char::from(*octet?).to_digit(16);
    let mut sortie = Vec::with_capacity(contenu.len());
    let mut i = 0;
    while let Some(octet) = contenu.get(i) {
        i += 1;
        match octet {
            b'_' => sortie.push(b' '),
            b'=' => match (hexa(contenu.get(i)), hexa(contenu.get(i + 1))) {
                (Some(haut), Some(bas)) => {
                    sortie.extend(u8::try_from(haut * 16 + bas));
                    i += 2;
                }
                _ => sortie.push(b'='),
            },
            autre => sortie.push(*autre),
        }
    }
    sortie
}

/// Quoted-printable, bad escapes kept as they are.
pub(super) fn quoted(octets: &[u8]) -> Vec<u8> {
    let mut sortie = Vec::with_capacity(octets.len());
    let mut i = 0;
    while let Some(octet) = octets.get(i) {
        i += 1;
        if *octet != b'=' {
            sortie.push(*octet);
            continue;
        }
        let suite = octets.get(i..).unwrap_or_default();
        let blancs = suite
            .iter()
            .take_while(|o| matches!(o, b' ' | b'\t'))
            .count();
        match suite.get(blancs..) {
            Some([b'\r', b'\n', ..]) => i += blancs + 2,
            Some([b'\n', ..]) => i += blancs + 1,
            Some([]) => break,
            _ => {
                let hexa = |o: Option<&u8>| o.and_then(|o| char::from(*o).to_digit(16));
                if let (Some(haut), Some(bas)) = (hexa(suite.first()), hexa(suite.get(1))) {
                    sortie.extend(u8::try_from(haut * 16 + bas));
                    i += 2;
                } else {
                    sortie.push(b'=');
                }
            }
        }
    }
    sortie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s13_les_jeux_de_caracteres_faux_se_lisent() {
        let cas: [(&[u8], Option<&str>, &str); 8] = [
            (b"caf\xe9 \x80", Some("iso-8859-1"), "café €"),
            (b"caf\xe9 \xa4", Some("iso-8859-15"), "café €"),
            (b"caf\xe9", Some("utf-8"), "café"),
            (b"caf\xe9", None, "café"),
            ("café".as_bytes(), Some("iso-8859-1"), "café"),
            ("cafÃ© reÃ§u".as_bytes(), Some("utf-8"), "café reçu"),
            (b"\xff\xfec\0a\0f\0\xe9\0", Some("us-ascii"), "café"),
            ("cafe\u{301}".as_bytes(), Some("utf-8"), "café"),
        ];
        for (octets, annonce, attendu) in cas {
            assert_eq!(
                texte(octets, annonce, &mut Vec::new()),
                attendu,
                "{annonce:?}"
            );
        }
    }

    #[test]
    fn s12_les_mots_encodes_se_lisent_meme_coupes() {
        let cas = [
            ("=?utf-8?B?w6k=?= =?utf-8?Q?=C3=A9?=", "éé"),
            ("=?utf-8?Q?caf=C3?=\r\n =?utf-8?Q?=A9_bon?=", "café bon"),
            ("\"=?iso-8859-1?Q?Ren=E9e?=\"", "\"Renée\""),
            ("=?inconnu?Q?Ren=E9e?=", "Renée"),
            (
                "Ré : =?utf-8?q?probl=C3=A8me?= urgent",
                "Ré : problème urgent",
            ),
            ("=?utf-8?B?cHJvYmzDqG1l", "=?utf-8?B?cHJvYmzDqG1l"),
        ];
        for (brut, attendu) in cas {
            assert_eq!(entete(brut.as_bytes(), &mut Vec::new()), attendu);
        }
    }
}
