//! Raw bytes → what they say. Never fails: the worst answer is «unreadable, see the original» (S10).

use std::borrow::Cow;

use mail_parser::{Address, Message, MessageParser};

use super::corps::{Corps, choisir_texte};
use super::coupe::{couper, sujet_nu};
use super::defaut::Defaut;
use super::parties::lire_parties;
use super::pieces::{self, PieceJointe};
use super::reparer;

/// Bytes of a mail that are read; the rest stays in the original.
const MAX_OCTETS: usize = 40 * 1024 * 1024;
/// Messages within messages: their destruction is recursive in the parser, and no letter needs more.
pub(super) const MAX_PROFONDEUR: usize = 30;
/// Multipart headers in the whole mail: each may cost the parser one look through the rest.
const MAX_MULTIPARTS: usize = 100;
/// Lines of a mail that are read: each may be a part or a header, which costs the parser a hundred times its bytes (S02).
const MAX_LIGNES: usize = 1_000_000;
/// Bytes before the first empty line that are read: addresses and encoded words cost many times their bytes, too.
const MAX_BLOC: usize = 1024 * 1024;
/// Headers kept.
const MAX_ENTETES: usize = 300;
/// Bytes of one header.
const MAX_ENTETE: usize = 8 * 1024;
/// Bytes of text kept.
const MAX_TEXTE: usize = 512 * 1024;

/// A mail as the rest of the program sees it.
#[derive(Clone, Debug, Default)]
pub struct MailEntrant {
    /// The sender's address, in lower case; empty if there is none.
    pub de: String,
    /// The sender's name.
    pub de_nom: String,
    /// To whom, in lower case.
    pub a: Vec<String>,
    /// The subject as written.
    pub sujet: String,
    /// Without `Re:` and the like.
    pub sujet_nu: String,
    /// The subject says it answers something.
    pub repond: bool,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// What it answers, nearest last.
    pub references: Vec<String>,
    /// All headers, names in lower case.
    pub entetes: Vec<(String, String)>,
    /// The whole text.
    pub texte: String,
    /// What the person wrote.
    pub texte_utile: String,
    /// Attachments.
    pub pieces: Vec<PieceJointe>,
    /// Machine-readable reports: their type and text.
    pub rapports: Vec<(String, String)>,
    /// The headers of the message returned or attached.
    pub joint: Vec<(String, String)>,
    /// What was wrong with it.
    pub defauts: Vec<Defaut>,
    /// The bytes of the attachments, in their order; kept only when asked for.
    pub contenus: Option<Vec<Vec<u8>>>,
}

impl MailEntrant {
    /// The first header of this name (lower case).
    pub fn entete(&self, nom: &str) -> Option<&str> {
        valeur(&self.entetes, nom)
    }

    /// Keeps an attachment, and its bytes when they are asked for.
    pub(super) fn joindre(&mut self, piece: PieceJointe, octets: &[u8]) {
        self.pieces.push(piece);
        if let Some(contenus) = &mut self.contenus {
            contenus.push(octets.to_vec());
        }
    }
}

pub(super) fn valeur<'a>(entetes: &'a [(String, String)], nom: &str) -> Option<&'a str> {
    let trouvee = entetes.iter().find(|(n, _)| n == nom);
    trouvee.map(|(_, v)| v.as_str())
}

/// Reads a mail.
pub(super) fn lire(octets: &[u8]) -> MailEntrant {
    lire_dans(octets, MailEntrant::default())
}

/// Reads a mail, and keeps the bytes of its attachments.
pub(super) fn lire_avec_contenus(octets: &[u8]) -> MailEntrant {
    let vide = MailEntrant {
        contenus: Some(Vec::new()),
        ..MailEntrant::default()
    };
    lire_dans(octets, vide)
}

fn lire_dans(octets: &[u8], mut mail: MailEntrant) -> MailEntrant {
    let brut = assainir(octets, &mut mail.defauts);
    let Some(message) = MessageParser::default().parse(brut.as_ref()) else {
        mail.defauts.push(Defaut::Illisible);
        let texte = reparer::texte(&brut, None, &mut mail.defauts);
        mail.texte = texte;
        return finir(mail);
    };
    lire_entetes(&message, &brut, &mut mail);
    let mut corps = Corps::default();
    lire_parties(&message, &brut, 0, &mut corps, &mut mail);
    choisir_texte(corps, &mut mail);
    finir(mail)
}

/// What the parser should not meet: bare CR, too many levels, too many bytes.
fn assainir<'a>(octets: &'a [u8], defauts: &mut Vec<Defaut>) -> Cow<'a, [u8]> {
    let mut fin = octets.len();
    if fin > MAX_OCTETS {
        fin = MAX_OCTETS;
        defauts.push(Defaut::Tronque);
    }
    // Nested messages and multiparts both need these words, in clear.
    let coupes = [
        (&b"rfc822"[..], MAX_PROFONDEUR),
        (b"message/global", MAX_PROFONDEUR),
        (b"multipart/", MAX_MULTIPARTS),
    ];
    for (mot, max) in coupes {
        if let Some(place) = nieme(octets, mot, max) {
            fin = fin.min(place);
            defauts.push(Defaut::Tronque);
        }
    }
    if let Some((place, _)) = lignes(octets.get(..fin).unwrap_or(octets)).nth(MAX_LIGNES) {
        fin = place;
        defauts.push(Defaut::Tronque);
    }
    let octets = octets.get(..fin).unwrap_or(octets);
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    if octets.contains(&b'\r') && !octets.contains(&b'\n') {
        defauts.push(Defaut::EnteteHorsNorme);
        return octets
            .iter()
            .map(|o| if *o == b'\r' { b'\n' } else { *o })
            .collect();
    }
    match bloc_trop_long(octets) {
        Some((debut, corps)) => {
            defauts.push(Defaut::Tronque);
            [debut, b"\n", corps].concat().into()
        }
        None => octets.into(),
    }
}

/// Where each line begins, and itself with its end.
fn lignes(octets: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    octets
        .split_inclusive(|o| *o == b'\n')
        .scan(0, |place, ligne| {
            let ici = *place;
            *place += ligne.len();
            Some((ici, ligne))
        })
}

/// Headers too long to be read whole: those that are read, and what comes from the empty line on.
fn bloc_trop_long(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    if octets.len() <= MAX_BLOC {
        return None;
    }
    let vide = |ligne: &[u8]| ligne == b"\n" || ligne == b"\r\n";
    let corps = lignes(octets)
        .find(|(_, ligne)| vide(ligne))
        .map_or(octets.len(), |(place, _)| place);
    if corps <= MAX_BLOC {
        return None;
    }
    Some((octets.get(..MAX_BLOC)?, octets.get(corps..)?))
}

/// Where a word stands for the `n`th time, case ignored.
fn nieme(octets: &[u8], mot: &[u8], n: usize) -> Option<usize> {
    let premiere = *mot.first()?;
    let mut places = octets.windows(mot.len()).enumerate().filter(|(_, w)| {
        w.first().is_some_and(|o| o.eq_ignore_ascii_case(&premiere)) && w.eq_ignore_ascii_case(mot)
    });
    places.nth(n).map(|(i, _)| i)
}

pub(super) fn entetes(
    message: &Message<'_>,
    brut: &[u8],
    defauts: &mut Vec<Defaut>,
) -> Vec<(String, String)> {
    let lues = message.headers().iter().take(MAX_ENTETES).map(|h| {
        let debut = h.offset_start as usize;
        let fin = (h.offset_end as usize).min(debut + MAX_ENTETE);
        let valeur = reparer::entete(brut.get(debut..fin).unwrap_or_default(), defauts);
        let nom = if let mail_parser::HeaderName::Other(nom) = &h.name {
            nom.to_string()
        } else {
            h.name.as_static_str().to_owned()
        };
        (nom.trim().to_lowercase(), valeur)
    });
    lues.collect()
}

fn lire_entetes(message: &Message<'_>, brut: &[u8], mail: &mut MailEntrant) {
    mail.entetes = entetes(message, brut, &mut mail.defauts);
    for unique in ["from", "subject", "message-id", "date", "to"] {
        if mail.entetes.iter().filter(|(n, _)| n == unique).count() > 1 {
            mail.defauts.push(Defaut::EnteteRepete);
        }
    }
    if let Some(premier) = message.from().and_then(Address::first) {
        let nom = premier.name.as_deref().unwrap_or_default();
        mail.de_nom = reparer::entete(nom.as_bytes(), &mut mail.defauts);
        mail.de = adresse(premier.address.as_deref().unwrap_or_default());
    }
    if mail.de.is_empty() {
        mail.de = mail
            .entete("from")
            .and_then(premiere_adresse)
            .unwrap_or_default();
    }
    if mail.de.is_empty() && mail.de_nom.eq_ignore_ascii_case("mailer-daemon") {
        mail.de = mail.de_nom.to_lowercase();
    }
    if mail.de.is_empty() {
        mail.defauts.push(Defaut::SansExpediteur);
    }
    let a = message
        .all_to()
        .chain(message.all_cc())
        .flat_map(Address::iter);
    mail.a = a
        .filter_map(|x| x.address())
        .map(adresse)
        .take(50)
        .collect();
    mail.sujet = mail.entete("subject").unwrap_or_default().to_owned();
    mail.message_id = message
        .message_id()
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned);
    if mail.message_id.is_none() {
        mail.defauts.push(Defaut::SansIdentifiant);
    }
    let identifiants = |nom: &str| -> Vec<String> {
        let valeur = mail.entete(nom).unwrap_or_default();
        let ids = valeur
            .split(['<', '>', ' ', ','])
            .filter(|id| id.contains('@'));
        ids.map(str::to_owned).collect()
    };
    let mut references = identifiants("references");
    references.extend(identifiants("in-reply-to"));
    references.truncate(100);
    mail.references = references;
    if mail.entetes.is_empty() {
        mail.defauts.push(Defaut::SansEntete);
    }
}

fn adresse(brute: &str) -> String {
    brute
        .trim()
        .trim_matches(['<', '>', '"', '\''])
        .to_lowercase()
}

/// Where a mail wants its answer, when that is not its sender (S26).
pub fn repondre_a(mail: &MailEntrant) -> Option<String> {
    let la = premiere_adresse(mail.entete("reply-to")?)?;
    (la != mail.de).then_some(la)
}

/// The first address somewhere in a text.
pub(super) fn premiere_adresse(texte: &str) -> Option<String> {
    texte
        .split(|c: char| c.is_whitespace() || "<>()[],;:\"'«»".contains(c))
        .map(|mot| mot.trim_matches(['.', '*', '=', '!', '?']))
        .find(|mot| est_adresse(mot))
        .map(str::to_lowercase)
}

/// `local@domaine.fr`.
pub(super) fn est_adresse(mot: &str) -> bool {
    mot.split_once('@').is_some_and(|(local, domaine)| {
        !local.is_empty()
            && domaine.contains('.')
            && !domaine.contains('@')
            && domaine.len() > 3
            && !domaine.starts_with('.')
            && mot.len() < 255
    })
}

/// `Nom: valeur` lines, folded ones joined.
pub(super) fn champs(texte: &str) -> Vec<(String, String)> {
    let mut sortie: Vec<(String, String)> = Vec::new();
    for ligne in texte.lines().take(2_000) {
        if ligne.starts_with([' ', '\t']) {
            if let Some((_, valeur)) = sortie.last_mut() {
                valeur.push(' ');
                valeur.push_str(ligne.trim());
            }
        } else if let Some((nom, valeur)) = ligne.split_once(':') {
            sortie.push((nom.trim().to_lowercase(), valeur.trim().to_owned()));
        }
    }
    sortie
}

fn finir(mut mail: MailEntrant) -> MailEntrant {
    if mail.texte.len() > MAX_TEXTE {
        mail.defauts.push(Defaut::Tronque);
        mail.texte
            .truncate(mail.texte.floor_char_boundary(MAX_TEXTE));
    }
    let (nu, repond) = sujet_nu(&mail.sujet);
    mail.sujet_nu = nu.to_owned();
    mail.repond = repond;
    let coupe = couper(&mail.texte);
    if coupe.cite_seulement {
        mail.defauts.push(Defaut::CiteSeulement);
    }
    mail.texte_utile = coupe.texte;
    pieces::distinguer(&mut mail.pieces);
    mail.defauts.sort_unstable();
    mail.defauts.dedup();
    mail
}
