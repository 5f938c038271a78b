//! Raw bytes → what they say. Never fails: the worst answer is «unreadable, see the original» (S10).

use std::borrow::Cow;

use mail_parser::{Address, Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::corps::{Corps, choisir_texte};
use super::coupe::{couper, recoller, sujet_nu, uuencode};
use super::defaut::Defaut;
use super::pieces::{self, PieceJointe};
use super::{html, reparer};

/// Bytes of a mail that are read; the rest stays in the original.
const MAX_OCTETS: usize = 40 * 1024 * 1024;
/// Messages within messages: their destruction is recursive in the parser, and no letter needs more.
const MAX_PROFONDEUR: usize = 30;
/// Multipart headers in the whole mail: each may cost the parser one look through the rest.
const MAX_MULTIPARTS: usize = 100;
/// Lines of a mail that are read: each may be a part or a header, which costs the parser a hundred times its bytes (S02).
const MAX_LIGNES: usize = 1_000_000;
/// Bytes before the first empty line that are read: addresses and encoded words cost many times their bytes, too.
const MAX_BLOC: usize = 1024 * 1024;
/// Parts that are looked at.
const MAX_PARTIES: usize = 500;
/// Headers kept.
const MAX_ENTETES: usize = 300;
/// Bytes of one header.
const MAX_ENTETE: usize = 8 * 1024;
/// Bytes of text kept.
const MAX_TEXTE: usize = 512 * 1024;
/// Reports kept of one mail.
const MAX_RAPPORTS: usize = 20;

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

    fn joindre(&mut self, piece: PieceJointe, octets: &[u8]) {
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

fn entetes(message: &Message<'_>, brut: &[u8], defauts: &mut Vec<Defaut>) -> Vec<(String, String)> {
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

fn lire_parties(
    message: &Message<'_>,
    brut: &[u8],
    profondeur: usize,
    corps: &mut Corps,
    mail: &mut MailEntrant,
) {
    if profondeur > MAX_PROFONDEUR {
        mail.defauts.push(Defaut::Tronque);
        return;
    }
    for (i, partie) in message.parts.iter().enumerate() {
        corps.parties += 1;
        if corps.parties > MAX_PARTIES {
            mail.defauts.push(Defaut::Tronque);
            return;
        }
        if partie.is_encoding_problem {
            mail.defauts.push(Defaut::MultipartCasse);
        }
        let genre = partie.content_type().map_or_else(
            || "text/plain".to_owned(),
            |ct| format!("{}/{}", ct.ctype(), ct.subtype().unwrap_or_default()).to_lowercase(),
        );
        let id = u32::try_from(i).unwrap_or(u32::MAX);
        let affichee = message.text_body.contains(&id) || message.html_body.contains(&id);
        match &partie.body {
            PartType::Multipart(_) => {}
            PartType::Message(dedans) => {
                let source =
                    if dedans.raw_message.len() < brut.len() || partie.encoding != Encoding::None {
                        dedans.raw_message.as_ref()
                    } else {
                        brut
                    };
                lire_joint(dedans, source, profondeur, corps, mail);
            }
            PartType::Text(lu) | PartType::Html(lu) => {
                lire_texte(
                    partie,
                    lu,
                    brut,
                    &genre,
                    affichee || i == 0,
                    profondeur,
                    corps,
                    mail,
                );
            }
            PartType::Binary(octets) | PartType::InlineBinary(octets) => {
                lire_binaire(partie, octets, &genre, mail);
            }
        }
    }
}

/// The bytes of an attached message alone: the parser gives it those of the whole mail, and where it stands in them.
fn propre<'a>(dedans: &'a Message<'_>) -> &'a [u8] {
    let tout = dedans.raw_message.as_ref();
    let Some(premiere) = dedans.parts.first() else {
        return &[];
    };
    let (debut, fin) = (
        premiere.offset_header as usize,
        premiere.offset_end as usize,
    );
    let fin = if fin > debut {
        fin.min(tout.len())
    } else {
        tout.len()
    };
    tout.get(debut..fin).unwrap_or_default()
}

fn lire_joint(
    dedans: &Message<'_>,
    source: &[u8],
    profondeur: usize,
    corps: &mut Corps,
    mail: &mut MailEntrant,
) {
    let lues = entetes(dedans, source, &mut mail.defauts);
    let rapport = mail
        .entete("content-type")
        .is_some_and(|t| t.to_lowercase().contains("report"));
    if !rapport {
        let sujet = valeur(&lues, "subject").unwrap_or("message");
        let (nom, _) = pieces::nom_sur(&format!("{sujet}.eml"));
        let contenu = propre(dedans);
        let piece = PieceJointe {
            nom,
            genre: "message/rfc822".to_owned(),
            octets: contenu.len(),
        };
        mail.joindre(piece, contenu);
    }
    if mail.joint.is_empty() {
        mail.joint = lues;
    }
    let mut siens = Corps {
        parties: corps.parties,
        ..Corps::default()
    };
    let avant = mail.pieces.len();
    lire_parties(dedans, source, profondeur + 1, &mut siens, mail);
    if rapport {
        mail.pieces.truncate(avant);
        if let Some(contenus) = &mut mail.contenus {
            contenus.truncate(avant);
        }
    }
    corps.parties = siens.parties;
    corps.joints.extend(siens.textes);
    corps.joints.extend(siens.pages);
    corps.joints.extend(siens.joints);
}

#[expect(clippy::too_many_arguments, reason = "one part and where it goes")]
fn lire_texte(
    partie: &MessagePart<'_>,
    lu: &str,
    brut: &[u8],
    genre: &str,
    affichee: bool,
    profondeur: usize,
    corps: &mut Corps,
    mail: &mut MailEntrant,
) {
    let charset = partie.content_type().and_then(|ct| ct.attribute("charset"));
    let attribut = |nom: &str| partie.content_type().and_then(|ct| ct.attribute(nom));
    let texte = octets_de(partie, brut).map_or_else(
        || lu.to_owned(),
        |octets| reparer::texte(&octets, charset, &mut mail.defauts),
    );
    if genre.starts_with("message/") || genre == "text/rfc822-headers" {
        if genre == "text/rfc822-headers" && mail.joint.is_empty() {
            mail.joint = champs(&texte);
        }
        rapporter(genre, texte, mail);
        return;
    }
    let jointe = partie
        .content_disposition()
        .is_some_and(mail_parser::ContentType::is_attachment);
    if (jointe || !affichee && profondeur == 0 && genre != "text/plain" && genre != "text/html")
        && partie.attachment_name().is_some()
    {
        ajouter_piece(
            partie.attachment_name(),
            genre,
            texte.as_bytes(),
            texte.len(),
            mail,
        );
        return;
    }
    if genre == "text/html" || genre != "text/plain" && texte.trim_start().starts_with("<html") {
        corps.pages.push(html::texte(&texte));
    } else {
        let flowed = attribut("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed"));
        let delsp = attribut("delsp").is_some_and(|d| d.eq_ignore_ascii_case("yes"));
        let texte = if flowed {
            recoller(&texte, delsp)
        } else {
            texte
        };
        let (texte, fichiers) = uuencode(&texte);
        for (nom, octets) in fichiers {
            ajouter_piece(
                Some(&nom),
                "application/octet-stream",
                &octets,
                octets.len(),
                mail,
            );
        }
        corps.textes.push(texte);
    }
}

/// The bytes of a text part, transfer encoding undone: what is needed to doubt its label.
fn octets_de(partie: &MessagePart<'_>, brut: &[u8]) -> Option<Vec<u8>> {
    let fin = (partie.offset_end as usize).min(brut.len());
    let octets = brut.get(partie.offset_body as usize..fin)?;
    // What the parser could not decode it leaves as it came; some of it can be had.
    let abime = partie.is_encoding_problem
        && partie
            .content_transfer_encoding()
            .is_some_and(|codage| codage.trim().eq_ignore_ascii_case("base64"));
    Some(match partie.encoding {
        Encoding::None if abime => reparer::base64(octets),
        Encoding::None => octets.to_vec(),
        Encoding::QuotedPrintable => reparer::quoted(octets),
        Encoding::Base64 => reparer::base64(octets),
    })
}

fn lire_binaire(partie: &MessagePart<'_>, octets: &[u8], genre: &str, mail: &mut MailEntrant) {
    match genre {
        "message/delivery-status"
        | "message/global-delivery-status"
        | "message/disposition-notification"
        | "message/feedback-report" => {
            let texte = reparer::texte(octets, None, &mut mail.defauts);
            rapporter(genre, texte, mail);
            return;
        }
        "message/partial" => mail.defauts.push(Defaut::Partiel),
        "application/pgp-encrypted" => mail.defauts.push(Defaut::Chiffre),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            let signe = partie
                .content_type()
                .and_then(|ct| ct.attribute("smime-type"));
            if !signe.is_some_and(|s| s.starts_with("signed")) {
                mail.defauts.push(Defaut::Chiffre);
            }
        }
        _ => {}
    }
    // A logo: shown within the page, never sent as a document.
    let jointe = partie
        .content_disposition()
        .is_some_and(mail_parser::ContentType::is_attachment);
    if !jointe && partie.content_id().is_some() && genre.starts_with("image/") {
        return;
    }
    ajouter_piece(partie.attachment_name(), genre, octets, octets.len(), mail);
}

fn ajouter_piece(
    nom: Option<&str>,
    genre: &str,
    octets: &[u8],
    taille: usize,
    mail: &mut MailEntrant,
) {
    let brut = reparer::entete(nom.unwrap_or_default().as_bytes(), &mut mail.defauts);
    let (nom, suspect) = pieces::nom_sur(&brut);
    let nom = if nom.is_empty() {
        "sans-nom".to_owned()
    } else {
        nom
    };
    if suspect || nom_a_controle(nom.as_str()) {
        mail.defauts.push(Defaut::NomSuspect);
    }
    let vu = pieces::genre(octets);
    if let (Some(promis), Some(vu)) = (pieces::promesse(&nom), vu)
        && promis != vu
    {
        mail.defauts.push(Defaut::TypeMensonger);
    }
    let genre = vu.map_or_else(|| genre.to_owned(), str::to_owned);
    let piece = PieceJointe {
        nom,
        genre,
        octets: taille,
    };
    if !(piece.genre.contains("pkcs7-signature") || piece.genre.contains("pgp-signature")) {
        mail.joindre(piece, octets);
    }
}

fn nom_a_controle(nom: &str) -> bool {
    nom.chars().any(char::is_control)
}

fn rapporter(genre: &str, texte: String, mail: &mut MailEntrant) {
    if mail.rapports.len() < MAX_RAPPORTS {
        mail.rapports.push((genre.to_owned(), texte));
    }
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
