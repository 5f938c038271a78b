//! What a template may speak of (`2-domain.md`, section 6): the names that universities know from the system
//! they use today, without INE and birth data, and our own.

use actors::ports::Courrier;
use domain::campagne::Formation;
use domain::effet::{But, CodeMail};
use domain::langue::Langue;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{Partie, Rendu, destine_au_candidat};

/// The most characters of a value on one line.
const MAX_VALEUR: usize = 1000;
/// The most lines of a text of staff.
const MAX_LIGNES: usize = 100;
/// The most characters of a person's name.
const MAX_NOM: usize = 80;

/// Who writes, and where the pages are.
pub(in crate::mail) struct Enseigne<'a> {
    pub(in crate::mail) nom: &'a str,
    pub(in crate::mail) url: &'a str,
    /// Where people write for help.
    pub(in crate::mail) support: Option<&'a str>,
    /// `#rrggbb`, dark enough for white letters.
    pub(in crate::mail) couleur: &'a str,
    pub(in crate::mail) fuseau: &'a TimeZone,
}

impl<'a> Enseigne<'a> {
    /// To try templates with.
    pub(in crate::mail) const fn exemple(fuseau: &'a TimeZone) -> Self {
        Self {
            nom: "Université",
            url: "https://candidature.univ.example",
            support: Some("candidature@univ.example"),
            couleur: "#1d4f91",
            fuseau,
        }
    }
}

/// The name of a mail's link among the variables.
pub(super) const fn nom_lien(courrier: &Courrier) -> Option<&'static str> {
    match &courrier.lien {
        None => None,
        Some(lien) => Some(match lien.but {
            But::Validation | But::ChangementMail | But::Invitation => "lienValidation",
            But::Rattachement => "lienRattachement",
            But::Reinitialisation | But::ReinitialisationPersonnel => "lienReinitialisation",
        }),
    }
}

/// Where a mail's link leads.
pub(super) fn lien(courrier: &Courrier, enseigne: &Enseigne<'_>) -> Option<String> {
    courrier.lien.as_ref().map(|lien| {
        let page = match lien.but {
            But::Validation => "validation",
            But::Reinitialisation | But::ReinitialisationPersonnel => "mot-de-passe",
            But::ChangementMail => "nouvelle-adresse",
            But::Rattachement => "sso/rattachement",
            But::Invitation => "gestion/invitation",
        };
        format!("{}/{page}?jeton={}", racine(enseigne), lien.jeton)
    })
}

/// Where a mail that is there for its link lacks it, and the link's name. Only an account that exists already can do
/// without: where there is no single sign-on, its text need not speak of it.
pub(super) fn sans_lien(
    courrier: &Courrier,
    enseigne: &Enseigne<'_>,
    rendu: &Rendu,
) -> Option<(Partie, &'static str)> {
    let lien = lien(courrier, enseigne)?;
    let nom = nom_lien(courrier).unwrap_or("lien");
    if courrier.code == CodeMail::CompteExiste {
        return None;
    }
    if !rendu.texte.contains(&lien) {
        return Some((Partie::Texte, nom));
    }
    let dans_html = rendu.html.contains(&lien.replace('&', "&amp;"));
    (!dans_html).then_some((Partie::Html, nom))
}

fn racine<'a>(enseigne: &Enseigne<'a>) -> &'a str {
    enseigne.url.trim_end_matches('/')
}

/// The values of one mail.
pub(super) fn contexte(c: &Courrier, enseigne: &Enseigne<'_>) -> Map<String, Value> {
    let quand = |instant: Timestamp| quand(instant, enseigne.fuseau, c.langue);
    let (nom, prenom) = (nom(&c.nom), nom(&c.prenom));
    let numero = c.numero.as_str();
    let lien = lien(c, enseigne).unwrap_or_default();
    let fin_lien = c
        .lien
        .as_ref()
        .map(|l| quand(l.expire_le))
        .unwrap_or_default();
    let selon = |voulu: &str, valeur: &str| {
        let est = nom_lien(c) == Some(voulu);
        if est {
            valeur.to_owned()
        } else {
            String::new()
        }
    };
    let mut valeurs = Map::new();
    let mut mettre = |cle: &str, valeur: Value| drop(valeurs.insert(cle.to_owned(), valeur));
    mettre("langue", json!(c.langue.tag()));
    mettre("libelleCampagne", json!(ligne(&c.campagne)));
    mettre("pourCandidat", json!(destine_au_candidat(c.code)));
    // Of an answer to a request these say so: the frame of all mails needs to know.
    mettre("reponse", json!(false));
    mettre("automatique", json!(true));
    mettre("nom", json!(nom));
    mettre("prenom", json!(prenom));
    mettre("numDossierOpi", json!(numero));
    mettre("jourDestructionCptMin", json!(quand(c.compte_expire_le)));
    mettre("etablissement", etablissement(enseigne));
    mettre(
        "candidat",
        json!({ "numDossierOpi": numero, "nomPat": nom, "prenom": prenom, "libLangue": c.langue.choisir("français", "English") }),
    );
    mettre("lienValidation", json!(selon("lienValidation", &lien)));
    mettre("lienRattachement", json!(selon("lienRattachement", &lien)));
    mettre(
        "lienReinitialisation",
        json!(selon("lienReinitialisation", &lien)),
    );
    mettre(
        "datFinReinitCptMin",
        json!(selon("lienReinitialisation", &fin_lien)),
    );
    mettre("lien", json!(lien));
    mettre("finLien", json!(fin_lien));
    if let Some(f) = &c.formation {
        mettre("formation", formation(f, c.langue, &quand));
    }
    if let Some(id) = &c.dossier {
        let lien = format!("{}/dossiers/{id}", racine(enseigne));
        mettre("dossier", json!({ "numero": id.as_str(), "lien": lien }));
    }
    if let Some(jours) = c.jours {
        mettre("jours", json!(jours));
    }
    if c.dossier.is_some() {
        valeurs.extend(suivi(c, &quand));
    }
    valeurs
}

/// The values of the frame around an answer to a request.
pub(super) fn reponse(
    (langue, automatique): (Langue, bool),
    enseigne: &Enseigne<'_>,
) -> Map<String, Value> {
    let valeurs = [
        ("langue", json!(langue.tag())),
        ("libelleCampagne", json!("")),
        ("pourCandidat", json!(false)),
        ("reponse", json!(true)),
        ("automatique", json!(automatique)),
        ("etablissement", etablissement(enseigne)),
    ];
    valeurs
        .into_iter()
        .map(|(cle, valeur)| (cle.to_owned(), valeur))
        .collect()
}

/// Who writes.
pub(in crate::mail) fn etablissement(enseigne: &Enseigne<'_>) -> Value {
    json!({
        "nom": ligne(enseigne.nom),
        "url": racine(enseigne),
        "support": enseigne.support.unwrap_or_default(),
        "couleur": enseigne.couleur,
    })
}

fn formation(f: &Formation, langue: Langue, quand: &dyn Fn(Timestamp) -> String) -> Value {
    let date = |d: Option<Timestamp>| d.map(quand).unwrap_or_default();
    json!({
        "code": f.code.as_str(),
        "libelle": ligne(f.libelle.dans(langue)),
        "motCle": ligne(&f.mots_cles.join(", ")),
        "niveau": ligne(&f.niveau),
        "datDebDepot": quand(f.candidature_debut),
        "datFinDepot": quand(f.candidature_fin),
        "datRetour": quand(f.retour),
        "datConfirm": date(f.confirmation),
        "datJury": date(f.jury),
        "datPubli": date(f.publication),
    })
}

/// What the examination and the decision add.
fn suivi(c: &Courrier, quand: &dyn Fn(Timestamp) -> String) -> Map<String, Value> {
    let d = &c.details;
    let date = |d: Option<Timestamp>| d.map(quand).unwrap_or_default();
    let retour = d.retour.or_else(|| c.formation.as_ref().map(|f| f.retour));
    let pieces: Vec<Value> = d
        .pieces
        .iter()
        .map(|(libelle, commentaire)| {
            let commentaire = ligne(commentaire.as_deref().unwrap_or_default());
            json!({ "libelle": ligne(libelle), "commentaire": commentaire })
        })
        .collect();
    let convocation = d.convocation.as_ref();
    let consigne = convocation.and_then(|c| c.consigne.as_deref());
    let valeurs = [
        ("datRetour", json!(date(retour))),
        ("nouveauRetour", json!(date(d.retour))),
        ("datConfirm", json!(date(d.confirmation))),
        ("pieces", json!(pieces)),
        (
            "retirees",
            json!(d.retirees.iter().map(|r| ligne(r)).collect::<Vec<_>>()),
        ),
        (
            "motif",
            json!(ligne(d.motif.as_deref().unwrap_or_default())),
        ),
        (
            "raison",
            json!(lignes(d.raison.as_deref().unwrap_or_default())),
        ),
        (
            "commentaire",
            json!(lignes(d.commentaire.as_deref().unwrap_or_default())),
        ),
        (
            "rang",
            json!(d.rang.map(|r| r.to_string()).unwrap_or_default()),
        ),
        ("appel", json!(d.appel)),
        (
            "convocation",
            json!({
                "le": date(convocation.map(|c| c.le)),
                "lieu": ligne(convocation.map_or("", |c| &c.lieu)),
                "consigne": lignes(consigne.unwrap_or_default()),
            }),
        ),
    ];
    valeurs
        .into_iter()
        .map(|(cle, valeur)| (cle.to_owned(), valeur))
        .collect()
}

/// A text of staff, its lines kept.
fn lignes(texte: &str) -> String {
    let lignes: Vec<String> = texte.lines().take(MAX_LIGNES).map(ligne).collect();
    lignes.join("\n").trim().to_owned()
}

/// On one line, without characters that hide or turn text (S58).
pub(in crate::mail) fn ligne(texte: &str) -> String {
    let visible: String = texte
        .chars()
        .map(|c| {
            if c.is_control() || invisible(c) {
                ' '
            } else {
                c
            }
        })
        .collect();
    let mots: Vec<&str> = visible.split_whitespace().collect();
    mots.join(" ").chars().take(MAX_VALEUR).collect()
}

/// Marks of direction, and zero-width characters.
const fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A person's name as it may stand in a mail to somebody who perhaps never gave it: whoever signs up types
/// a name and an address of their choice, and must not send advertisements or links with our mail.
pub(in crate::mail) fn nom(texte: &str) -> String {
    let ligne = ligne(texte);
    let mut sur = String::new();
    let mut suite = ligne.chars().take(MAX_NOM).peekable();
    while let Some(c) = suite.next() {
        let point = c == '.' && suite.peek().is_none_or(|s| s.is_whitespace() || *s == '-');
        if c.is_alphabetic() || matches!(c, '\'' | '’' | '-') || point || marque(c) {
            sur.push(c);
        } else if !sur.ends_with(' ') {
            sur.push(' ');
        }
    }
    sur.trim().to_owned()
}

/// Accents that stand for themselves.
const fn marque(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}')
}

const MOIS: [(&str, &str); 12] = [
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
];

/// As one writes it: « 15 mai 2027 à 23 h 59 (heure de Paris) », “15 May 2027 at 23:59 (Paris time)”.
pub(in crate::mail) fn quand(instant: Timestamp, fuseau: &TimeZone, langue: Langue) -> String {
    let local = instant.to_zoned_datetime(fuseau.clone());
    let rang = usize::from(local.month().unsigned_abs()).saturating_sub(1);
    let (fr, en) = MOIS.get(rang).copied().unwrap_or_default();
    let (jour, an) = (local.day(), local.year());
    let (heure, minute) = (local.hour(), local.minute());
    let paris = fuseau.iana_name() == Some("Europe/Paris");
    let lieu = if paris {
        langue.choisir("heure de Paris", "Paris time").to_owned()
    } else {
        format!("UTC{}", local.strftime("%:z"))
    };
    match langue {
        Langue::Fr => {
            let jour = if jour == 1 {
                "1er".to_owned()
            } else {
                jour.to_string()
            };
            format!("{jour} {fr} {an} à {heure} h {minute:02} ({lieu})")
        }
        Langue::En => format!("{jour} {en} {an} at {heure}:{minute:02} ({lieu})"),
    }
}
