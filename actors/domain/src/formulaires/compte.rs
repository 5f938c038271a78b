//! Forms of the account.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::lecteur::{LONGUEUR_MAX, Lecteur};
use crate::candidat::mot_de_passe;
use crate::refus::Refus;

/// The most characters of a mail address (RFC 5321, 4.5.3.1.3, less the brackets).
const MAIL_MAX: usize = 254;

/// An address as it is compared (G05): case and spacing ignored, NFC.
pub fn normaliser_mail(mail: &str) -> String {
    mail.chars()
        .filter(|c| !c.is_whitespace())
        .nfc()
        .collect::<String>()
        .to_lowercase()
}

/// Whether a mail can be sent there, as far as the shape tells: the link proves the rest.
pub fn mail_plausible(mail: &str) -> bool {
    let Some((local, domaine)) = mail.rsplit_once('@') else {
        return false;
    };
    let etiquette = |e: &str| {
        !e.is_empty()
            && e.len() <= 63
            && !e.starts_with('-')
            && !e.ends_with('-')
            && e.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let interdit = |c: char| c.is_control() || "()<>[]:;,\\\"@".contains(c);
    !local.is_empty()
        && local.len() <= 64
        && !local.contains(interdit)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domaine.contains('.')
        && domaine.split('.').all(etiquette)
}

pub(super) fn lire_mail(lecteur: &mut Lecteur, champ: &str, valeur: Option<&str>) -> String {
    let mail = normaliser_mail(&lecteur.requis(champ, valeur, MAIL_MAX));
    if !mail.is_empty() && !mail_plausible(&mail) {
        lecteur.faute(
            champ,
            "mail_invalide",
            "Cette adresse n'a pas la forme nom@domaine.fr.",
            "This address does not look like name@domain.org.",
        );
    }
    mail
}

fn lire_mail_double(
    lecteur: &mut Lecteur,
    mail: Option<&str>,
    confirmation: Option<&str>,
) -> String {
    let lu = lire_mail(lecteur, "mail", mail);
    if normaliser_mail(confirmation.unwrap_or_default()) != lu {
        lecteur.faute(
            "mail_confirmation",
            "different",
            "Les deux adresses diffèrent.",
            "The two addresses differ.",
        );
    }
    lu
}

/// G01, G02, G03.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Inscription {
    /// Family name.
    pub nom: Option<String>,
    /// First name.
    pub prenom: Option<String>,
    /// Address.
    pub mail: Option<String>,
    /// Again.
    pub mail_confirmation: Option<String>,
    /// Password.
    pub mot_de_passe: Option<String>,
    /// Again.
    pub mot_de_passe_confirmation: Option<String>,
}

impl Inscription {
    /// Nom, prénom, normalised address, password.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(&self) -> Result<(String, String, String, String), Refus> {
        let mut lecteur = Lecteur::default();
        let nom = lecteur.requis("nom", self.nom.as_deref(), LONGUEUR_MAX);
        let prenom = lecteur.requis("prenom", self.prenom.as_deref(), LONGUEUR_MAX);
        let (mail, encore) = (self.mail.as_deref(), self.mail_confirmation.as_deref());
        let mail = lire_mail_double(&mut lecteur, mail, encore);
        let mot_de_passe = self.mot_de_passe.clone().unwrap_or_default();
        let encore = self
            .mot_de_passe_confirmation
            .as_deref()
            .unwrap_or_default();
        lecteur.fautes(mot_de_passe::fautes(&mot_de_passe, encore));
        lecteur.finir((nom, prenom, mail, mot_de_passe))
    }
}

/// G08: a new password, by link.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NouveauMotDePasse {
    /// From the link.
    pub jeton: Option<String>,
    /// Password.
    pub mot_de_passe: Option<String>,
    /// Again.
    pub mot_de_passe_confirmation: Option<String>,
}

impl NouveauMotDePasse {
    /// Token and password.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(&self) -> Result<(String, String), Refus> {
        let mut lecteur = Lecteur::default();
        let jeton = lecteur.requis("jeton", self.jeton.as_deref(), LONGUEUR_MAX * 2);
        let mot_de_passe = self.mot_de_passe.clone().unwrap_or_default();
        let encore = self
            .mot_de_passe_confirmation
            .as_deref()
            .unwrap_or_default();
        lecteur.fautes(mot_de_passe::fautes(&mot_de_passe, encore));
        lecteur.finir((jeton, mot_de_passe))
    }
}

/// A new password, by who knows the present one.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChangementMotDePasse {
    /// The present one.
    pub actuel: Option<String>,
    /// Password.
    pub mot_de_passe: Option<String>,
    /// Again.
    pub mot_de_passe_confirmation: Option<String>,
}

impl ChangementMotDePasse {
    /// Present and new password.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(&self) -> Result<(String, String), Refus> {
        let mut lecteur = Lecteur::default();
        let actuel = self.actuel.clone().unwrap_or_default();
        if actuel.is_empty() {
            lecteur.requis("actuel", None, LONGUEUR_MAX);
        }
        let mot_de_passe = self.mot_de_passe.clone().unwrap_or_default();
        let encore = self
            .mot_de_passe_confirmation
            .as_deref()
            .unwrap_or_default();
        lecteur.fautes(mot_de_passe::fautes(&mot_de_passe, encore));
        lecteur.finir((actuel, mot_de_passe))
    }
}

/// G10.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChangementMail {
    /// The new address.
    pub mail: Option<String>,
    /// Again.
    pub mail_confirmation: Option<String>,
}

impl ChangementMail {
    /// The normalised new address.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(&self) -> Result<String, Refus> {
        let mut lecteur = Lecteur::default();
        let (mail, encore) = (self.mail.as_deref(), self.mail_confirmation.as_deref());
        let mail = lire_mail_double(&mut lecteur, mail, encore);
        lecteur.finir(mail)
    }
}

/// G38: another address for an account that is not validated yet.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionAdresse {
    /// Candidate number, or the address typed at sign-up.
    pub identifiant: Option<String>,
    /// The password typed at sign-up.
    pub mot_de_passe: Option<String>,
    /// The new address.
    pub mail: Option<String>,
    /// Again.
    pub mail_confirmation: Option<String>,
}

impl CorrectionAdresse {
    /// Who, the password, the normalised new address.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(&self) -> Result<(String, String, String), Refus> {
        let mut lecteur = Lecteur::default();
        let qui = lecteur.requis("identifiant", self.identifiant.as_deref(), MAIL_MAX);
        let mot_de_passe = self.mot_de_passe.clone().unwrap_or_default();
        let longueur = mot_de_passe.chars().count();
        if !(1..=mot_de_passe::LONGUEUR_MAX).contains(&longueur) {
            lecteur.faute(
                "mot_de_passe",
                "requis",
                "Donnez le mot de passe choisi à la création.",
                "Give the password you chose at sign-up.",
            );
        }
        let (mail, encore) = (self.mail.as_deref(), self.mail_confirmation.as_deref());
        let mail = lire_mail_double(&mut lecteur, mail, encore);
        lecteur.finir((qui, mot_de_passe, mail))
    }
}
