//! What was wrong with a mail, so that the person who reads it knows what to doubt.

use serde::Serialize;

/// One thing that had to be repaired or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Defaut {
    /// Nothing could be read: see the original.
    Illisible,
    /// No header at all.
    SansEntete,
    /// Not one sender.
    SansExpediteur,
    /// No Message-ID, or an empty one.
    SansIdentifiant,
    /// Several fields where one is allowed.
    EnteteRepete,
    /// Headers with raw eight-bit bytes, NUL or bare CR.
    EnteteHorsNorme,
    /// The bytes are not of the character set announced.
    CharsetFaux,
    /// No usable character set announced.
    CharsetAbsent,
    /// UTF-8 encoded twice.
    DoubleEncodage,
    /// A transfer encoding that does not decode.
    EncodageFaux,
    /// Parts that are not closed or not there.
    MultipartCasse,
    /// Only HTML.
    HtmlSeul,
    /// Text and HTML do not say the same.
    TexteEtHtmlDifferents,
    /// More parts, depth or text than is read.
    Tronque,
    /// Encrypted: nobody can read it here.
    Chiffre,
    /// A part of a mail sent in several.
    Partiel,
    /// Nothing was left after the quoted part; the whole is shown.
    CiteSeulement,
    /// An attachment whose name was not safe.
    NomSuspect,
    /// An attachment that is not what its name says.
    TypeMensonger,
}
