//! The parts of a mail: which are its text, which attachments, reports, or messages within (S11, S45, S47).

use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::corps::Corps;
use super::coupe::{recoller, uuencode};
use super::defaut::Defaut;
use super::lecture::{MAX_PROFONDEUR, MailEntrant, champs, entetes, valeur};
use super::pieces::{self, PieceJointe};
use super::{html, reparer};

/// Parts that are looked at.
const MAX_PARTIES: usize = 500;
/// Reports kept of one mail.
const MAX_RAPPORTS: usize = 20;

/// Reads every part: texts into the body, the rest as attachments, reports and messages within.
pub(super) fn lire_parties(
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
