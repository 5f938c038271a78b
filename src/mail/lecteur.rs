//! Mails to the support as the actors need them, and what templates say to them.

use std::collections::BTreeSet;

use actors::support::{FaitDossier, Faits, Lecteur, Lecture, NatureMail, Rebondi};
use domain::campagne::{CodeReponse, TexteMail};
use domain::demande::{Classement, PieceRecue};
use domain::formulaires::normaliser_mail;
use domain::ids::ClasseCode;
use domain::langue::Langue;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::entrant::{self, Code, MailEntrant, Nature, Suite};
use super::modeles::{Enseigne, quand};
use super::transport::Facteur;

/// Numbers taken from one mail (S23).
const MAX_NUMEROS: usize = 10;
/// Recipients taken from one mail.
const MAX_DESTINATAIRES: usize = 60;
/// Headers that say for whom a mail was, when it went through a list or an alias.
const POUR: [&str; 4] = [
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
];

impl Lecteur for Facteur {
    fn lire(&self, octets: &[u8], enveloppe: &[String]) -> Lecture {
        let mail = entrant::lire(octets);
        let authentifie = entrant::authentifie(&mail, self.authserv());
        let mut destinataires: Vec<String> = enveloppe.iter().map(|a| a.to_lowercase()).collect();
        for (nom, valeur) in &mail.entetes {
            if POUR.contains(&nom.as_str()) {
                destinataires.push(valeur.trim().trim_matches(['<', '>']).to_lowercase());
            }
        }
        destinataires.extend(mail.a.iter().cloned());
        destinataires.truncate(MAX_DESTINATAIRES);
        let repondable = entrant::repondable(&mail);
        let defi = entrant::defi(&mail);
        let empreinte = empreinte(&mail);
        let numeros = numeros(&format!("{} {}", mail.sujet, mail.texte));
        let joint = mail.joint.iter().find(|(nom, _)| nom == "message-id");
        let joint = joint.map(|(_, id)| id.trim().trim_matches(['<', '>']).to_owned());
        let base = Lecture {
            de: normaliser_mail(&mail.de),
            nom: mail.de_nom.clone(),
            repondre_a: entrant::repondre_a(&mail).map(|a| normaliser_mail(&a)),
            destinataires,
            objet: mail.sujet.clone(),
            message_id: mail
                .message_id
                .clone()
                .map(|id| id.trim_matches(['<', '>']).to_owned()),
            references: mail.references.clone(),
            authentifie,
            repondable,
            defi,
            empreinte,
            numeros,
            ..Lecture::default()
        };
        completer(base, joint, entrant::juger(mail))
    }

    fn lire_texte(&self, objet: &str, texte: &str) -> Lecture {
        let mail = MailEntrant {
            sujet: objet.to_owned(),
            sujet_nu: objet.to_owned(),
            texte: texte.to_owned(),
            texte_utile: texte.to_owned(),
            ..MailEntrant::default()
        };
        completer(Lecture::default(), None, entrant::juger(mail))
    }

    fn rediger(
        &self,
        modele: CodeReponse,
        propre: Option<&TexteMail>,
        langue: Langue,
        faits: &Faits,
    ) -> Result<String, String> {
        let enseigne = self.enseigne();
        let valeurs = valeurs(faits, langue, &enseigne);
        self.modeles().rediger(modele, propre, langue, &valeurs)
    }
}

/// With what the mail is and wants.
fn completer(base: Lecture, joint: Option<String>, compris: entrant::Comprehension) -> Lecture {
    let rendu = compris.rebond.as_ref().and_then(|r| r.message_id.clone());
    let classes = compris.classes.iter().map(|classe| Classement {
        code: ClasseCode::new(classe.code.texte()),
        confiance: pour_cent(classe.confiance),
        raisons: classe.raisons.clone(),
    });
    let premiere = compris.classes.first().map(|c| c.code);
    let rebonds = compris.rebond.iter().flat_map(|r| &r.destinataires);
    Lecture {
        nature: match compris.nature {
            Nature::Demande => NatureMail::Demande,
            Nature::Rebond => NatureMail::Rebond,
            Nature::Robot => NatureMail::Robot,
            Nature::AccuseLecture => NatureMail::AccuseLecture,
            Nature::PlainteFbl => NatureMail::PlainteFbl,
        },
        objet_nu: compris.sujet.clone(),
        langue: if compris.langue == entrant::Langue::En {
            Langue::En
        } else {
            Langue::Fr
        },
        joints: joint.into_iter().chain(rendu).collect(),
        classes: classes.collect(),
        automatique: premiere
            .filter(|_| compris.suite == Suite::Automatique)
            .map(|code| ClasseCode::new(code.texte())),
        urgent: compris.urgent || matches!(premiere, Some(Code::Detresse | Code::Plainte)),
        sans_suite: compris.suite == Suite::Clore,
        pieces: compris
            .pieces_jointes
            .iter()
            .map(|p| PieceRecue {
                nom: p.nom.clone(),
                genre: p.genre.clone(),
                octets: p.octets as u64,
            })
            .collect(),
        defauts: compris.defauts.iter().map(code).collect(),
        rebonds: rebonds
            .map(|d| Rebondi {
                adresse: d.adresse.clone(),
                permanent: d.permanent,
                raison: format!("{} {} {}", d.statut, code(&d.raison), d.detail)
                    .trim()
                    .to_owned(),
            })
            .collect(),
        texte: compris.texte_utile,
        ..base
    }
}

/// The stable code of a value.
fn code(valeur: &impl Serialize) -> String {
    let lu = serde_json::to_value(valeur).ok();
    lu.as_ref()
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn pour_cent(confiance: f32) -> u8 {
    // Between 0 and 1, so between 0 and 100.
    (confiance.clamp(0.0, 1.0) * 100.0).round() as u8
}

/// Of who wrote what, whatever way the mail took: trace headers and dates are left out (S07).
fn empreinte(mail: &MailEntrant) -> String {
    let mut somme = Sha256::new();
    let mots = |texte: &str| texte.split_whitespace().collect::<Vec<_>>().join(" ");
    for partie in [mots(&mail.de), mots(&mail.sujet_nu), mots(&mail.texte)] {
        somme.update((partie.len() as u64).to_be_bytes());
        somme.update(partie);
    }
    for piece in &mail.pieces {
        somme.update(piece.nom.as_bytes());
        somme.update((piece.octets as u64).to_be_bytes());
    }
    actors::jetons::hexa(&somme.finalize())
}

/// Words that look like a candidate's or a dossier's number.
fn numeros(texte: &str) -> Vec<String> {
    let debut = texte
        .get(..texte.floor_char_boundary(16 * 1024))
        .unwrap_or_default();
    let mut trouves: Vec<String> = Vec::new();
    for mot in debut.split(|c: char| !c.is_ascii_alphanumeric()) {
        let longueur = matches!(mot.len(), 8 | 12);
        let melange = mot
            .chars()
            .any(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let mot = mot.to_ascii_uppercase();
        if longueur && melange && trouves.len() < MAX_NUMEROS && !trouves.contains(&mot) {
            trouves.push(mot);
        }
    }
    trouves
}

/// What templates of the support may speak of.
pub(super) fn valeurs(
    faits: &Faits,
    langue: Langue,
    enseigne: &Enseigne<'_>,
) -> Map<String, Value> {
    let dossiers: Vec<Value> = faits
        .dossiers
        .iter()
        .map(|d| dossier(d, langue, enseigne.fuseau))
        .collect();
    let valeurs = [
        ("langue", json!(langue.tag())),
        ("classe", json!(faits.classe)),
        ("objet", json!(super::modeles::ligne(&faits.objet))),
        ("prenom", json!(super::modeles::nom(&faits.prenom))),
        ("authentifie", json!(faits.authentifie)),
        ("lienEnvoye", json!(faits.lien_envoye)),
        ("valide", json!(faits.valide)),
        ("dossiers", json!(dossiers)),
        ("libelleCampagne", json!(faits.campagne)),
        ("piecesJointes", json!(faits.pieces_jointes)),
        ("etablissement", super::modeles::etablissement(enseigne)),
    ];
    valeurs
        .into_iter()
        .map(|(cle, valeur)| (cle.to_owned(), valeur))
        .collect()
}

fn dossier(d: &FaitDossier, langue: Langue, fuseau: &TimeZone) -> Value {
    let etat = match d.etat.as_str() {
        "en_attente" => langue.choisir(
            "à compléter et à transmettre",
            "to be completed and transmitted",
        ),
        "transmis" => langue.choisir(
            "transmis, pas encore examiné",
            "transmitted, not examined yet",
        ),
        "incomplet" => langue.choisir(
            "renvoyé car incomplet : voyez les pièces demandées",
            "sent back as incomplete: see the documents asked for",
        ),
        "complet" => langue.choisir(
            "complet, en attente de décision",
            "complete, awaiting the decision",
        ),
        "annule" => langue.choisir("annulé", "cancelled"),
        _ => langue.choisir(
            "une décision est publiée : lisez-la dans votre compte",
            "a decision is released: read it in your account",
        ),
    };
    json!({
        "formation": super::modeles::ligne(&d.formation),
        "etat": etat,
        "manquantes": d.manquantes,
        "retour": d.retour.map(|r| quand(r, fuseau, langue)).unwrap_or_default(),
    })
}

/// The names templates of the support may use.
pub(super) fn noms() -> BTreeSet<String> {
    let fuseau = TimeZone::UTC;
    let valeurs = valeurs(&exemple(), Langue::Fr, &Enseigne::exemple(&fuseau));
    super::modeles::noms_de(&valeurs)
}

/// A request to try templates with.
pub(super) fn exemple() -> Faits {
    Faits {
        classe: "suivi_dossier".to_owned(),
        objet: "Mon dossier".to_owned(),
        prenom: "Élise".to_owned(),
        authentifie: true,
        lien_envoye: false,
        valide: true,
        dossiers: vec![FaitDossier {
            formation: "Master 1 Informatique".to_owned(),
            etat: "en_attente".to_owned(),
            manquantes: vec!["Relevés de notes".to_owned()],
            retour: Some(jiff::Timestamp::UNIX_EPOCH),
        }],
        campagne: "Campagne 2027-2028".to_owned(),
        pieces_jointes: true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::modeles::Modeles;
    use super::*;

    /// S56: every template says something in both languages, for every class, whoever asks.
    #[test]
    fn s56_chaque_modele_du_support_s_ecrit() {
        let modeles = Modeles::integres().unwrap();
        let fuseau = TimeZone::UTC;
        let enseigne = Enseigne::exemple(&fuseau);
        let classes = Code::TOUS.map(Code::texte);
        let envoye = Faits {
            lien_envoye: true,
            ..exemple()
        };
        let gens = [exemple(), Faits::default(), envoye];
        for (modele, classes) in [
            (CodeReponse::Projet, &classes[..]),
            (CodeReponse::LienExpire, &["lien_expire"]),
            (CodeReponse::CompteAncien, &["compte_ancienne_campagne"]),
            (CodeReponse::Suivi, &["suivi_dossier"]),
            (CodeReponse::TropGros, &["autre"]),
        ] {
            for langue in [Langue::Fr, Langue::En] {
                for (classe, gens) in classes
                    .iter()
                    .flat_map(|c| gens.iter().map(move |g| (c, g)))
                {
                    let faits = Faits {
                        classe: (*classe).to_owned(),
                        ..gens.clone()
                    };
                    let valeurs = valeurs(&faits, langue, &enseigne);
                    let texte = modeles.rediger(modele, None, langue, &valeurs).unwrap();
                    assert!(
                        texte.len() > 60 && !texte.contains("{{"),
                        "{modele:?} {classe}: {texte}"
                    );
                    let dit = texte.contains("Relevés de notes") || texte.contains("Élise");
                    assert!(!dit || faits.authentifie, "S28: {texte}");
                }
            }
        }
    }

    /// S58: what a mail says is a value, never a template.
    #[test]
    fn s58_un_objet_qui_parle_le_langage_des_modeles_reste_un_texte() {
        let modeles = Modeles::integres().unwrap();
        let fuseau = TimeZone::UTC;
        let faits = Faits {
            objet: "{{ 7 * 7 }} {% raw %}".to_owned(),
            prenom: "{{ etablissement }}".to_owned(),
            authentifie: true,
            ..Faits::default()
        };
        let valeurs = valeurs(&faits, Langue::Fr, &Enseigne::exemple(&fuseau));
        let texte = modeles
            .rediger(CodeReponse::Projet, None, Langue::Fr, &valeurs)
            .unwrap();
        assert!(
            !texte.contains("49") && !texte.contains("couleur"),
            "{texte}"
        );
    }
}
