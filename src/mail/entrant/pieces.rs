//! Attachments: a name that can be written on a disk, a type read from the content (S45–S47).

use serde::Serialize;

/// Letters of a name.
const MAX_NOM: usize = 120;
/// Names Windows keeps for itself.
const RESERVES: [&str; 8] = ["con", "prn", "aux", "nul", "com1", "com2", "lpt1", "lpt2"];
/// Extensions of programs: a name ending so behind another one lies.
const PROGRAMMES: [&str; 14] = [
    "exe", "scr", "bat", "cmd", "com", "js", "vbs", "jar", "msi", "ps1", "hta", "lnk", "pif", "wsf",
];

/// One attachment, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PieceJointe {
    /// Safe to show and to write.
    pub nom: String,
    /// By content; by declaration when the content says nothing.
    #[serde(rename = "type")]
    pub genre: String,
    /// Decoded size.
    pub octets: usize,
}

impl PieceJointe {
    /// Something a person meant to send: not a logo, a signature or a calendar entry.
    pub fn document(&self) -> bool {
        !(self.genre.contains("pkcs7")
            || self.genre.contains("pgp")
            || self.genre == "text/calendar"
            || self.genre.contains("vcard"))
    }
}

/// A safe name, and whether it had to be changed for safety.
pub(super) fn nom_sur(brut: &str) -> (String, bool) {
    let dernier = brut.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut suspect = dernier.len() != brut.len() || brut.contains("..");
    let mut nom = String::new();
    for c in dernier.chars() {
        let interdit = c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        if interdit {
            suspect = true;
        } else if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') {
            nom.push('_');
        } else {
            nom.push(c);
        }
    }
    let mut nom = nom.trim().trim_matches('.').trim().to_owned();
    let (base, extension) = match nom.rsplit_once('.') {
        Some((base, ext)) if ext.chars().count() <= 10 => (base.to_owned(), Some(ext.to_owned())),
        _ => (nom.clone(), None),
    };
    let programme = extension
        .as_ref()
        .is_some_and(|e| PROGRAMMES.contains(&e.to_lowercase().as_str()));
    suspect |= programme;
    if RESERVES.contains(&base.to_lowercase().as_str()) {
        suspect = true;
        nom.insert(0, '_');
    }
    if nom.chars().count() > MAX_NOM {
        suspect = true;
        let gardees: String = base.chars().take(MAX_NOM - 12).collect();
        nom = extension.map_or_else(|| gardees.clone(), |e| format!("{gardees}.{e}"));
    }
    (nom, suspect)
}

/// Names are told apart: «releve.pdf», «releve (2).pdf».
pub(super) fn distinguer(pieces: &mut [PieceJointe]) {
    let mut vus: Vec<String> = Vec::new();
    for piece in pieces {
        let voulu = piece.nom.clone();
        let mut essai = 2;
        while vus.contains(&piece.nom.to_lowercase()) {
            piece.nom = match voulu.rsplit_once('.') {
                Some((base, ext)) => format!("{base} ({essai}).{ext}"),
                None => format!("{voulu} ({essai})"),
            };
            essai += 1;
        }
        vus.push(piece.nom.to_lowercase());
    }
}

/// The type the first bytes show.
pub(super) fn genre(octets: &[u8]) -> Option<&'static str> {
    let debut = octets.get(..octets.len().min(4096)).unwrap_or_default();
    let contient = |motif: &[u8]| debut.windows(motif.len()).any(|w| w == motif);
    let vu = match debut {
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'B', b'M', _, _, _, _, 0, 0, ..] => "image/bmp",
        [b'I', b'I', 0x2a, 0, ..] | [b'M', b'M', 0, 0x2a, ..] => "image/tiff",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e' | b'm', ..] => "image/heic",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "video/mp4",
        [b'P', b'K', 3, 4, ..] => archive(&contient),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "application/x-ole-storage",
        [0x78, 0x9f, 0x3e, 0x22, ..] => "application/ms-tnef",
        [b'{', b'\\', b'r', b't', b'f', ..] => "application/rtf",
        [b'7', b'z', 0xbc, 0xaf, ..] => "application/x-7z-compressed",
        [b'R', b'a', b'r', b'!', ..] => "application/vnd.rar",
        [0x1f, 0x8b, ..] => "application/gzip",
        [b'M', b'Z', ..] => "application/x-msdownload",
        [0x7f, b'E', b'L', b'F', ..] => "application/x-elf",
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        _ if contient(b"<svg") => "image/svg+xml",
        _ if contient(b"<html") || contient(b"<!DOCTYPE html") || contient(b"<!doctype html") => {
            "text/html"
        }
        _ if contient(b"BEGIN:VCALENDAR") => "text/calendar",
        _ => return None,
    };
    Some(vu)
}

fn archive(contient: &dyn Fn(&[u8]) -> bool) -> &'static str {
    if contient(b"word/") {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    } else if contient(b"xl/") {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    } else if contient(b"ppt/") {
        "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    } else if contient(b"opendocument.text") {
        "application/vnd.oasis.opendocument.text"
    } else {
        "application/zip"
    }
}

/// The type a name promises, when a name of a document or picture promises one.
pub(super) fn promesse(nom: &str) -> Option<&'static str> {
    let (_, extension) = nom.rsplit_once('.')?;
    Some(match extension.to_lowercase().as_str() {
        "pdf" => "application/pdf",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s45_les_noms_deviennent_surs() {
        let cas = [
            ("../../etc/passwd", "passwd", true),
            ("C:\\Temp\\cv.pdf", "cv.pdf", true),
            ("photo\u{202e}gpj.exe", "photogpj.exe", true),
            ("releve.pdf", "releve.pdf", false),
            ("CON.pdf", "_CON.pdf", true),
            ("a\0b.pdf", "ab.pdf", true),
        ];
        for (brut, nom, suspect) in cas {
            assert_eq!(nom_sur(brut), (nom.to_owned(), suspect), "{brut:?}");
        }
        assert!(nom_sur(&"x".repeat(300)).0.chars().count() <= MAX_NOM);
    }

    #[test]
    fn s46_le_type_vient_du_contenu() {
        assert_eq!(genre(b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(genre(b"MZ\x90"), Some("application/x-msdownload"));
        assert_eq!(genre(b"bonjour"), None);
    }
}
