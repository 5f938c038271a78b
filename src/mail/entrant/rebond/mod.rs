//! Mails of ours that came back: RFC 3464 reports, and all the ways providers say it otherwise (S38, S39, S42).

mod raison;

use serde::Serialize;

use super::lecture::{MailEntrant, champs, est_adresse, valeur};
use super::nature::{machine, plat};
use raison::{raison_du_code, raison_du_texte};

pub use raison::Raison;

/// Recipients kept of one report.
const MAX_DESTINATAIRES: usize = 100;
/// Letters of a diagnostic kept.
const MAX_DETAIL: usize = 300;
/// Letters of free text looked at.
const MAX_TEXTE: usize = 16 * 1024;

/// Whose mail came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rebond {
    /// Each recipient that did not get it.
    pub destinataires: Vec<Destinataire>,
    /// The Message-ID of the mail that came back, when the report says.
    pub message_id: Option<String>,
}

/// One recipient that did not get a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Destinataire {
    /// Whose address.
    pub adresse: String,
    /// The address is no good; false when a later try may pass (S42).
    pub permanent: bool,
    /// The enhanced status code (RFC 3463).
    pub statut: String,
    /// Why.
    pub raison: Raison,
    /// What the server said.
    pub detail: String,
}

/// A bounce, if the mail is one. A report that only says «delivered» has no recipient left.
pub(super) fn rebond(mail: &MailEntrant) -> Option<Rebond> {
    let message_id =
        valeur(&mail.joint, "message-id").map(|id| id.trim_matches(['<', '>', ' ']).to_owned());
    let rapport = mail
        .rapports
        .iter()
        .find(|(genre, _)| genre.ends_with("delivery-status"));
    if let Some((_, texte)) = rapport {
        let (mut destinataires, livres) = rapport_normal(texte);
        if destinataires.is_empty() && !livres {
            destinataires = libres(mail);
        }
        if destinataires.is_empty() && !livres {
            return None;
        }
        preciser(&mut destinataires, mail);
        return Some(Rebond {
            destinataires,
            message_id,
        });
    }
    if !ressemble(mail) {
        return None;
    }
    let destinataires = libres(mail);
    (!destinataires.is_empty()).then_some(Rebond {
        destinataires,
        message_id,
    })
}

/// RFC 3464: one group of fields per recipient; whether some were delivered.
fn rapport_normal(texte: &str) -> (Vec<Destinataire>, bool) {
    let mut groupes: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (nom, valeur) in champs(texte) {
        let debut = matches!(nom.as_str(), "final-recipient" | "original-recipient");
        let ici = groupes.last().is_none_or(|g| {
            g.iter()
                .any(|(n, _)| *n == nom || n == "action" || n == "status")
        });
        if debut && ici {
            groupes.push(Vec::new());
        }
        if let Some(groupe) = groupes.last_mut() {
            groupe.push((nom, valeur));
        }
    }
    let mut livres = false;
    let mut sortie: Vec<Destinataire> = Vec::new();
    for groupe in groupes {
        let brute =
            valeur(&groupe, "final-recipient").or_else(|| valeur(&groupe, "original-recipient"));
        let Some(adresse) = brute.and_then(adresse_de) else {
            continue;
        };
        let action = valeur(&groupe, "action").unwrap_or("failed").to_lowercase();
        if ["delivered", "relayed", "expanded"]
            .iter()
            .any(|a| action.starts_with(a))
        {
            livres = true;
            continue;
        }
        let detail = valeur(&groupe, "diagnostic-code").unwrap_or_default();
        let statut = valeur(&groupe, "status").and_then(code).unwrap_or_default();
        if sortie.len() < MAX_DESTINATAIRES && !sortie.iter().any(|d| d.adresse == adresse) {
            sortie.push(juger(adresse, statut, detail, action.starts_with("delay")));
        }
    }
    (sortie, livres)
}

/// `rfc822; <x@y>` and what programs make of it.
fn adresse_de(brute: &str) -> Option<String> {
    let texte = brute.rsplit_once(';').map_or(brute, |(_, a)| a);
    super::lecture::premiere_adresse(texte)
}

/// The first enhanced status code of a text.
fn code(texte: &str) -> Option<String> {
    texte
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|mot| mot.trim_matches('.'))
        .find(|mot| {
            let chiffres: Vec<&str> = mot.split('.').collect();
            chiffres.len() == 3
                && matches!(chiffres.first(), Some(&("2" | "4" | "5")))
                && chiffres.iter().all(|c| !c.is_empty() && c.len() <= 3)
        })
        .map(str::to_owned)
}

/// The reply code at the head of a server's words: 550, 421…
fn reponse(texte: &str) -> Option<char> {
    texte
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|mot| {
            mot.len() == 3 && mot.starts_with(['4', '5']) && mot.bytes().all(|o| o.is_ascii_digit())
        })
        .and_then(|mot| mot.chars().next())
}

/// The server's words say more than the code, which is often the general one, or wrong (S38).
fn juger(adresse: String, statut: String, detail: &str, differe: bool) -> Destinataire {
    let du_detail = code(detail);
    let general = statut.is_empty() || statut.ends_with(".0.0");
    let declare = match du_detail {
        Some(precis) if general => precis,
        _ if statut.is_empty() => String::new(),
        _ => statut,
    };
    let du_texte = raison_du_texte(detail);
    let du_code = raison_du_code(&declare);
    let raison = match (du_texte, du_code) {
        _ if differe => Raison::Differe,
        (
            Some(Raison::Bloque | Raison::Differe),
            Raison::AdresseInconnue | Raison::BoitePleine | Raison::CompteInactif,
        ) => du_code,
        (Some(texte), _) => texte,
        (None, code) => code,
    };
    let temporaire =
        differe || declare.starts_with('4') || declare.is_empty() && reponse(detail) == Some('4');
    // «4.2.2 user unknown» is unknown; «4.1.1 try later» is later.
    let permanent = raison.definitive()
        && (!temporaire || du_texte.is_some_and(Raison::definitive) && !differe);
    let contredit = !differe
        && du_texte.is_some_and(|t| {
            t != du_code && t != Raison::Bloque && t != Raison::Differe && du_code != Raison::Autre
        });
    let statut = if declare.is_empty() || contredit {
        raison.statut().to_owned()
    } else {
        declare
    };
    Destinataire {
        adresse,
        permanent,
        statut,
        raison,
        detail: detail.chars().take(MAX_DETAIL).collect(),
    }
}

/// A report without a diagnostic: the text beside it may have one.
fn preciser(destinataires: &mut [Destinataire], mail: &MailEntrant) {
    let texte = tete(mail);
    for destinataire in destinataires
        .iter_mut()
        .filter(|d| d.raison == Raison::Autre)
    {
        let autour = autour(&texte, &destinataire.adresse);
        if raison_du_texte(&autour).is_some() {
            let statut = if destinataire.statut.ends_with(".0.0") {
                String::new()
            } else {
                destinataire.statut.clone()
            };
            *destinataire = juger(destinataire.adresse.clone(), statut, &autour, false);
        }
    }
}

/// The words before the copy of the returned message.
fn tete(mail: &MailEntrant) -> String {
    const COPIES: [&str; 12] = [
        "--- below this line is a copy",
        "------ this is a copy",
        "--- the header of the original",
        "original message follows",
        "----- original message",
        "---- original message",
        "--- copie du message",
        "unsent message below",
        "message d'origine",
        "----- message header follows",
        "--- message d'origine",
        "message original",
    ];
    let texte = mail
        .texte
        .get(..mail.texte.floor_char_boundary(MAX_TEXTE))
        .unwrap_or_default();
    let bas = texte.to_ascii_lowercase();
    let fin = COPIES
        .iter()
        .filter_map(|c| bas.find(c))
        .min()
        .unwrap_or(texte.len());
    let tete = texte.get(..fin).unwrap_or(texte).to_owned();
    if tete.trim().is_empty() {
        texte.to_owned()
    } else {
        tete
    }
}

/// What is said near an address.
fn autour(texte: &str, adresse: &str) -> String {
    let bas = texte.to_ascii_lowercase();
    let debut = bas.find(adresse).unwrap_or_default();
    let suite = texte.get(debut..).unwrap_or(texte);
    suite.chars().take(900).collect()
}

/// Written by a machine that could not deliver.
fn ressemble(mail: &MailEntrant) -> bool {
    let sujet = plat(&mail.sujet);
    let du_sujet = !mail.repond && raison::SUJETS.iter().any(|s| sujet.contains(s));
    let texte = plat(&tete(mail));
    let du_texte = raison::RATES.iter().any(|t| texte.contains(t));
    let automate = machine(&mail.de)
        || mail.entete("return-path").is_some_and(|r| r.trim() == "<>")
        || mail.entete("x-failed-recipients").is_some()
        || mail
            .entete("content-type")
            .is_some_and(|t| t.to_lowercase().contains("delivery-status"));
    (automate && (du_sujet || du_texte))
        || (du_sujet && du_texte)
        || mail.entete("x-failed-recipients").is_some()
}

/// Recipients named in free text.
fn libres(mail: &MailEntrant) -> Vec<Destinataire> {
    let texte = tete(mail);
    let mut adresses: Vec<String> = Vec::new();
    let nommes = mail.entete("x-failed-recipients").unwrap_or_default();
    adresses.extend(
        nommes
            .split([',', ' '])
            .map(str::to_lowercase)
            .filter(|a| est_adresse(a)),
    );
    if adresses.is_empty() {
        for ligne in texte.lines().take(400) {
            let candidates = ligne
                .split(|c: char| c.is_whitespace() || "<>()[],;:\"'«»=".contains(c))
                .map(|mot| mot.trim_matches(['.', '*', '!', '?', '-']).to_lowercase())
                .map(|mot| mot.strip_prefix("mailto").map(str::to_owned).unwrap_or(mot))
                .filter(|mot| {
                    est_adresse(mot) && !machine(mot) && *mot != mail.de && !mail.a.contains(mot)
                });
            adresses.extend(candidates);
        }
    }
    if adresses.is_empty() {
        // A mail sent to oneself: the one who is told is the one who did not get it.
        let siens = mail
            .a
            .iter()
            .filter(|a| texte.to_lowercase().contains(a.as_str()));
        adresses.extend(siens.cloned());
    }
    if adresses.is_empty() {
        let retour = valeur(&mail.joint, "to").and_then(super::lecture::premiere_adresse);
        adresses.extend(retour);
    }
    if adresses.is_empty() {
        adresses.extend(
            texte
                .lines()
                .filter_map(|l| l.trim().strip_prefix("To:"))
                .filter_map(super::lecture::premiere_adresse),
        );
    }
    let mut vues: Vec<String> = Vec::new();
    for adresse in adresses {
        if !vues.contains(&adresse) && vues.len() < MAX_DESTINATAIRES {
            vues.push(adresse);
        }
    }
    let differe = {
        let s = plat(&mail.sujet);
        s.contains("delay") || s.contains("retard")
    };
    vues.into_iter()
        .map(|adresse| {
            let ici = autour(&texte, &adresse);
            let dit = if raison_du_texte(&ici).is_some() {
                ici
            } else {
                texte.clone()
            };
            let statut = code(&dit).unwrap_or_default();
            juger(adresse, statut, dit.trim(), differe)
        })
        .collect()
}
