//! Why a mail came back: what codes and servers' words mean, in English and French.

use serde::Serialize;

use crate::mail::entrant::nature::plat;

/// Why a mail came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Raison {
    /// Nobody has this address.
    AdresseInconnue,
    /// The account is closed or asleep.
    CompteInactif,
    /// The domain takes no mail.
    DomaineInconnu,
    /// The box is full.
    BoitePleine,
    /// Refused as spam, by policy or reputation.
    Bloque,
    /// The mail is too large.
    TropGros,
    /// Not yet delivered.
    Differe,
    /// Anything else.
    Autre,
}

impl Raison {
    /// Whether the address itself is no good.
    pub(super) const fn definitive(self) -> bool {
        matches!(
            self,
            Self::AdresseInconnue | Self::CompteInactif | Self::DomaineInconnu
        )
    }

    /// The code that says so.
    pub(super) const fn statut(self) -> &'static str {
        match self {
            Self::AdresseInconnue => "5.1.1",
            Self::CompteInactif => "5.2.1",
            Self::DomaineInconnu => "5.1.2",
            Self::BoitePleine => "5.2.2",
            Self::Bloque => "5.7.1",
            Self::TropGros => "5.3.4",
            Self::Differe => "4.4.7",
            Self::Autre => "5.0.0",
        }
    }
}

/// What servers write, without accents, for each reason; the first that is found counts.
const TEXTES: [(Raison, &[&str]); 9] = [
    // A greylist says «address rejected» first, and takes the mail later.
    (
        Raison::Differe,
        &[
            "greylist",
            "graylist",
            "grey-list",
            "liste grise",
            "greylisted",
        ],
    ),
    (
        Raison::BoitePleine,
        &[
            "ofr_417",
            "ofr417",
            "mailbox full",
            "mailbox is full",
            "over quota",
            "overquota",
            "quota exceeded",
            "exceeded storage",
            "quota",
            "insufficient system storage for",
            "boite pleine",
            "boite du destinataire pleine",
            "boite aux lettres pleine",
            "boite aux lettres est pleine",
            "est pleine",
            "out of storage",
            "storage limit",
            "not enough storage",
            "mailbox size limit",
            "depassement",
        ],
    ),
    (
        Raison::CompteInactif,
        &[
            "ofr_420",
            "ofr_426",
            "ofr_418",
            "archivee",
            "account disabled",
            "account is disabled",
            "disabled",
            "inactive",
            "suspended",
            "desactive",
            "inactif",
            "compte ferme",
            "no longer active",
            "account has been closed",
            "deactivated",
            "not active",
        ],
    ),
    (
        Raison::AdresseInconnue,
        &[
            "ofr_416",
            "ofr416",
            "user unknown",
            "unknown user",
            "no such user",
            "does not exist",
            "doesn't exist",
            "not exist",
            "invalid recipient",
            "recipient unknown",
            "unknown recipient",
            "recipient not found",
            "recipnotfound",
            "no such recipient",
            "no mailbox here",
            "mailbox unavailable",
            "mailbox not found",
            "unknown mailbox",
            "user not found",
            "address not found",
            "addressee unknown",
            "utilisateur inconnu",
            "utilisateur est inconnu",
            "destinataire inconnu",
            "adresse inconnue",
            "adresse invalide",
            "adresse d au moins un destinataire invalide",
            "destinataire invalide",
            "n'existe pas",
            "n existe pas",
            "inexistant",
            "introuvable",
            "n'a pas ete trouve",
            "bad destination",
            "invalid address",
            "undeliverable address",
            "doesn't have a",
            "dosn't have",
            "not a valid",
            "unrouteable",
            "no user",
            "invalid mailbox",
            "unknown address",
            "unknown local",
            "no such address",
            "user doesn",
            "not listed",
            "not our customer",
            "isn't in",
            "wasn't found",
            "couldn't be found",
            "could not be found",
            "unknown or illegal",
            "user is unknown",
            "inconnu a cette adresse",
        ],
    ),
    (
        Raison::DomaineInconnu,
        &[
            "host unknown",
            "domain not found",
            "host not found",
            "unknown host",
            "no mx",
            "mx record",
            "domaine inconnu",
            "nom de domaine",
            "bad destination system",
            "name service error",
            "unable to route",
            "unrouteable mail domain",
            "nxdomain",
            "domain name not found",
        ],
    ),
    (
        Raison::TropGros,
        &[
            "message too large",
            "too large",
            "size exceeds",
            "message size",
            "trop volumineux",
            "exceeds size",
            "trop gros",
        ],
    ),
    (
        Raison::Differe,
        &[
            "delayed",
            "will be retried",
            "will keep trying",
            "encore ete remis",
            "retarde",
            "timed out",
            "timeout",
            "try again later",
            "temporarily",
            "greylist",
            "graylist",
            "veuillez reessayer",
            "veuillez essayer plus tard",
            "connection refused",
            "could not connect",
            "too many connections",
            "service unavailable",
        ],
    ),
    // What Postfix writes before any reason: it only counts when no reason follows.
    (
        Raison::AdresseInconnue,
        &["address rejected", "rejected recipient"],
    ),
    (
        Raison::Bloque,
        &[
            "ofr_",
            "ofr1",
            "ofr5",
            "lpn",
            "blocked",
            "block list",
            "blocklist",
            "blacklist",
            "spam",
            "spamhaus",
            "policy",
            "rejected",
            "denied",
            "refused",
            "bloque",
            "unsolicited",
            "reputation",
            "dmarc",
            "spf",
            "not authorized",
            "not permitted",
            "administratively",
            "prohibited",
            "virus",
            "banned",
            "refuse",
        ],
    ),
];

/// What the second and third figures of a code mean.
pub(super) fn raison_du_code(statut: &str) -> Raison {
    let mut suite = statut.splitn(2, '.');
    let classe = suite.next().unwrap_or_default();
    match suite.next().unwrap_or_default() {
        "1.1" | "1.0" | "1.3" | "1.6" | "1.10" | "5.1.1" => Raison::AdresseInconnue,
        "1.2" | "4.4" => Raison::DomaineInconnu,
        "2.1" => Raison::CompteInactif,
        "2.2" => Raison::BoitePleine,
        "2.3" | "3.4" => Raison::TropGros,
        code if code.starts_with("7.") => Raison::Bloque,
        _ if classe == "4" => Raison::Differe,
        _ => Raison::Autre,
    }
}

/// What the server's words mean.
pub(super) fn raison_du_texte(texte: &str) -> Option<Raison> {
    let bas = plat(texte);
    TEXTES
        .iter()
        .find(|(_, motifs)| motifs.iter().any(|motif| bas.contains(motif)))
        .map(|(raison, _)| *raison)
}

/// Subjects of machines that could not deliver.
pub(super) const SUJETS: [&str; 32] = [
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "delivery failed",
    "failure notice",
    "failed delivery",
    "mail delivery",
    "returned mail",
    "delivery has failed",
    "message status",
    "could not be delivered",
    "non remis",
    "non distribu",
    "echec de la remise",
    "echec de remise",
    "echec de livraison",
    "echec d'envoi",
    "notification d'etat",
    "rapport de non-remise",
    "non-delivery",
    "nondeliverable",
    "mail system error",
    "delayed mail",
    "delayed",
    "warning: could not send",
    "retour de courrier",
    "courrier non",
    "message non",
    "undelivered",
    "delivery problem",
    "unzustellbar",
    "remise retardee",
];

/// What they write.
pub(super) const RATES: [&str; 27] = [
    "could not be delivered",
    "couldn't be delivered",
    "wasn't able to deliver",
    "was not able to deliver",
    "unable to deliver",
    "delivery to the following recipient",
    "could not deliver",
    "did not reach the following",
    "failed permanently",
    "has failed to these",
    "n'a pas pu etre remis",
    "n'a pas ete remis",
    "n'a pas pu etre delivre",
    "n'a pas ete delivre",
    "pas parvenu",
    "ne peuvent pas etre joints",
    "not yet been delivered",
    "not been delivered",
    "pas encore ete remis",
    "invalid user address",
    "requested action not taken",
    "n'a pas pu etre distribue",
    "n'a pu etre remis",
    "permanent error",
    "permanent fatal errors",
    "undeliverable",
    "delivery failed",
];
