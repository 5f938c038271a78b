//! What is understood of a mail, as far as the rest of the program needs it; the reading itself is of the edge.

use domain::campagne::{CodeReponse, TexteMail};
use domain::demande::{Classement, PieceRecue};
use domain::ids::ClasseCode;
use domain::langue::Langue;

/// What a mail is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NatureMail {
    /// Somebody wrote.
    #[default]
    Demande,
    /// A mail of ours came back.
    Rebond,
    /// An automatic answer, a challenge, a newsletter.
    Robot,
    /// A receipt.
    AccuseLecture,
    /// A provider reports a complaint (ARF).
    PlainteFbl,
}

/// One recipient that did not get a mail of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebondi {
    /// Whose address, in lower case.
    pub adresse: String,
    /// The address is no good; false when a later try may pass (S42).
    pub permanent: bool,
    /// A code and what the server said.
    pub raison: String,
}

/// A mail that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lecture {
    /// What it is.
    pub nature: NatureMail,
    /// The sender's address, normalised; empty if there is none.
    pub de: String,
    /// The sender's name.
    pub nom: String,
    /// Every address it names as a recipient, in lower case, those of the envelope too.
    pub destinataires: Vec<String>,
    /// Where it wants the answer, normalised, when that is another address than the sender's (S26).
    pub repondre_a: Option<String>,
    /// As written.
    pub objet: String,
    /// Without « Re : ».
    pub objet_nu: String,
    /// What the person wrote.
    pub texte: String,
    /// Of the answer.
    pub langue: Langue,
    /// Its Message-ID, without brackets.
    pub message_id: Option<String>,
    /// What it refers to, nearest last.
    pub references: Vec<String>,
    /// Message-IDs of mails attached to it or returned by it.
    pub joints: Vec<String>,
    /// What it asks, most pressing first.
    pub classes: Vec<Classement>,
    /// The class that may be answered without a person (S55).
    pub automatique: Option<ClasseCode>,
    /// Wants a person today (S57).
    pub urgent: bool,
    /// Thanks alone (S53).
    pub sans_suite: bool,
    /// A person who wrote to us alone: may be answered by a machine (S31).
    pub repondable: bool,
    /// What came with it.
    pub pieces: Vec<PieceRecue>,
    /// What was wrong with it.
    pub defauts: Vec<String>,
    /// Whose mail came back.
    pub rebonds: Vec<Rebondi>,
    /// It asks us to click before our mail is let through; nothing is clicked (S36).
    pub defi: bool,
    /// Our own host proved that the sender's domain sent it (S28).
    pub authentifie: bool,
    /// Candidate numbers and dossier numbers in subject or text: hints (S23).
    pub numeros: Vec<String>,
    /// The same for the same words of the same person, whatever way the mail took (S07).
    pub empreinte: String,
}

/// What an answer may speak of; every text comes from a template that managers can edit (S56).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faits {
    /// What was asked.
    pub classe: String,
    /// The subject it answers.
    pub objet: String,
    /// First name; empty unless the person is proved to be the owner of the account.
    pub prenom: String,
    /// The person is proved to be the owner of the account.
    pub authentifie: bool,
    /// A new link leaves by a mail of its own, to the address on file.
    pub lien_envoye: bool,
    /// The account is validated.
    pub valide: bool,
    /// The person's dossiers; empty unless proved.
    pub dossiers: Vec<FaitDossier>,
    /// The campaign's name.
    pub campagne: String,
    /// Files came with the mail.
    pub pieces_jointes: bool,
}

/// One dossier of the person who asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaitDossier {
    /// The formation's name.
    pub formation: String,
    /// Where it stands, in words.
    pub etat: String,
    /// Names of the pieces that are missing.
    pub manquantes: Vec<String>,
    /// The last moment to transmit.
    pub retour: Option<jiff::Timestamp>,
}

/// Who reads mails and writes answers from templates.
pub trait Lecteur: Send + Sync {
    /// Reads a mail. Never fails; may take long, so it runs on a thread of its own.
    fn lire(&self, octets: &[u8], enveloppe: &[String]) -> Lecture;

    /// What a text typed on a page asks.
    fn lire_texte(&self, objet: &str, texte: &str) -> Lecture;

    /// What a template says of the facts: the text staff gave it, or the one it has by itself if there is none, or if
    /// theirs fails.
    ///
    /// # Errors
    /// The reason: a value it needs is missing.
    fn rediger(
        &self,
        modele: CodeReponse,
        propre: Option<&TexteMail>,
        langue: Langue,
        faits: &Faits,
    ) -> Result<String, String>;
}
