//! What a mail to the support address is and wants (`S10`–`S58`). Pure: bytes in, a value out, no store, no clock;
//! whatever the bytes, an answer comes out in bounded time.

mod authentification;
mod classes;
mod corps;
mod coupe;
mod defaut;
mod html;
mod lecture;
pub mod mesure;
mod nature;
mod parties;
mod pieces;
mod rebond;
mod reparer;

use serde::Serialize;

pub use authentification::authentifie;
pub use classes::{Classe, Code, Langue};
pub use defaut::Defaut;
pub use lecture::{MailEntrant, repondre_a};
pub use nature::{Nature, defi, repondable};
pub use pieces::PieceJointe;
pub use rebond::{Destinataire, Raison, Rebond};

/// Bytes of text shown.
const MAX_MONTRE: usize = 64 * 1024;

/// What may happen without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Suite {
    /// A harmless answer from a template, once the facts allow it (S55).
    Automatique,
    /// A person, with a draft.
    Personne,
    /// Nothing to answer: the request closes.
    Clore,
    /// Noted about an address; no request.
    Noter,
    /// Nothing at all.
    Rien,
}

/// What is understood of a mail.
#[derive(Clone, Debug, Serialize)]
pub struct Comprehension {
    /// A request, or one of the things that are none.
    pub nature: Nature,
    /// What it asks, most pressing first; empty unless it is a request.
    pub classes: Vec<Classe>,
    /// Whose mail came back, and why.
    pub rebond: Option<Rebond>,
    /// Its language.
    pub langue: Langue,
    /// What the person wrote.
    pub texte_utile: String,
    /// What came with it.
    pub pieces_jointes: Vec<PieceJointe>,
    /// What was wrong with it.
    pub defauts: Vec<Defaut>,
    /// The subject without `Re:`.
    pub sujet: String,
    /// What may happen without a person.
    pub suite: Suite,
    /// It wants a person today (S57).
    #[serde(skip)]
    pub urgent: bool,
}

/// Reads a mail; should a parser fail on bytes nobody has seen yet, it is «unreadable, see the original» (S10).
pub fn lire(octets: &[u8]) -> MailEntrant {
    std::panic::catch_unwind(|| lecture::lire(octets)).unwrap_or_else(|_| {
        tracing::error!(octets = octets.len(), "a mail made the reading fail");
        MailEntrant {
            defauts: vec![Defaut::Illisible],
            ..MailEntrant::default()
        }
    })
}

/// Reads a mail and says what it is.
pub fn comprendre(octets: &[u8]) -> Comprehension {
    juger(lecture::lire(octets))
}

/// One attachment with its bytes, by its place among those of [`comprendre`]; read from the original when
/// somebody opens it, so that nothing is stored twice (S49).
pub fn piece(octets: &[u8], rang: usize) -> Option<(PieceJointe, Vec<u8>)> {
    let lire = || {
        let mail = lecture::lire_avec_contenus(octets);
        let contenu = mail.contenus?.into_iter().nth(rang)?;
        Some((mail.pieces.into_iter().nth(rang)?, contenu))
    };
    std::panic::catch_unwind(lire).unwrap_or_default()
}

/// The same, also should a parser fail on bytes nobody has seen yet: then «unreadable, see the original» (S10).
pub fn comprendre_surement(octets: &[u8]) -> Comprehension {
    std::panic::catch_unwind(|| comprendre(octets)).unwrap_or_else(|_| {
        tracing::error!(octets = octets.len(), "a mail made the reading fail");
        juger(MailEntrant {
            defauts: vec![Defaut::Illisible],
            ..MailEntrant::default()
        })
    })
}

/// Says what a mail that was read is.
pub fn juger(mail: MailEntrant) -> Comprehension {
    let (nature, rebond) = nature::nature(&mail);
    let langue = classes::langue(&format!("{}\n{}", mail.sujet_nu, mail.texte_utile));
    let classes = if nature == Nature::Demande {
        classes::classer(classes::Lettre::de(&mail))
    } else {
        Vec::new()
    };
    let suite = suite(&mail, nature, &classes);
    let urgent = nature == Nature::Demande && classes::urgent(&mail.texte_utile, &mail.sujet_nu);
    let mut texte_utile = mail.texte_utile;
    texte_utile.truncate(texte_utile.floor_char_boundary(MAX_MONTRE));
    Comprehension {
        nature,
        suite,
        urgent,
        classes,
        rebond,
        langue,
        texte_utile,
        pieces_jointes: mail.pieces,
        defauts: mail.defauts,
        sujet: mail.sujet_nu,
    }
}

/// An automatic answer needs one harmless class, a measured confidence and a person who may be answered (S31, S51, S55).
fn suite(mail: &MailEntrant, nature: Nature, classes: &[Classe]) -> Suite {
    match nature {
        Nature::Rebond | Nature::PlainteFbl => return Suite::Noter,
        Nature::Robot | Nature::AccuseLecture => return Suite::Rien,
        Nature::Demande => {}
    }
    let [seule] = classes else {
        return Suite::Personne;
    };
    let sure = seule.code.automatique() && !seule.discutee && seule.sure;
    if seule.code == Code::Remerciement && seule.sure {
        Suite::Clore
    } else if sure
        && nature::repondable(mail)
        && !classes::urgent(&mail.texte_utile, &mail.sujet_nu)
        && !classes::incertain(&mail.texte_utile, &mail.sujet_nu)
    {
        Suite::Automatique
    } else {
        Suite::Personne
    }
}
