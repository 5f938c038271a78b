//! What the actors need from outside, so that tests and the demo can move it.

use async_trait::async_trait;
use jiff::Timestamp;

use domain::campagne::{Catalogue, Formation, Modele, TexteMail};
use domain::candidat::Compte;
use domain::dossier::Convocation;
use domain::effet::{But, CodeMail, CodePersonnel, DetailsMail, MailDu, Publication};
use domain::ids::{CandidatId, DossierId, MotifCode, Numero, PieceCode};
use domain::langue::Langue;
use domain::profil::Profil;

/// The time.
pub trait Horloge: Send + Sync {
    /// Now.
    fn maintenant(&self) -> Timestamp;
}

/// Randomness for identifiers, tokens and nonces.
pub trait Alea: Send + Sync {
    /// Fills with random bytes.
    fn remplir(&self, octets: &mut [u8]);
}

/// The system's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct HorlogeSysteme;

impl Horloge for HorlogeSysteme {
    fn maintenant(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The system's own randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct AleaSysteme;

impl Alea for AleaSysteme {
    fn remplir(&self, octets: &mut [u8]) {
        // Without randomness no token is safe, and nothing can be served; the operating system gives it or is broken.
        if let Err(erreur) = getrandom::fill(octets) {
            tracing::error!(%erreur, "the operating system gives no randomness");
            std::process::abort();
        }
    }
}

/// The link a mail carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LienCourrier {
    /// What it is for.
    pub but: But,
    /// The token of the URL; in memory only, never stored.
    pub jeton: String,
    /// When it expires.
    pub expire_le: Timestamp,
}

/// A mail to render and send, with all it may speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Courrier {
    /// Of the outbox.
    pub id: String,
    /// Its tag, from the id: in the Message-ID and in the address bounces come back to.
    pub etiquette: String,
    /// Which mail.
    pub code: CodeMail,
    /// To whom.
    pub a: String,
    /// The token of the address to answer to, for a mail about a dossier (S21).
    pub jeton_dossier: Option<String>,
    /// The mail it answers, if it answers one (S34).
    pub reponse: Option<EnReponse>,
    /// In which language.
    pub langue: Langue,
    /// About whom.
    pub candidat: CandidatId,
    /// First name.
    pub prenom: String,
    /// Family name.
    pub nom: String,
    /// The log-in name.
    pub numero: Numero,
    /// When the account goes if it is never validated.
    pub compte_expire_le: Timestamp,
    /// The campaign's name, in the mail's language.
    pub campagne: String,
    /// About which dossier.
    pub dossier: Option<DossierId>,
    /// For which formation.
    pub formation: Option<Formation>,
    /// Days left, for a reminder.
    pub jours: Option<u8>,
    /// The link.
    pub lien: Option<LienCourrier>,
    /// What it says of the dossier.
    pub details: DetailsCourrier,
    /// The text staff gave it, in place of the built-in one.
    pub propre: Option<TexteMail>,
    /// What staff put around every mail, in place of the built-in frame.
    pub cadre: Option<TexteMail>,
}

impl Courrier {
    /// What a mail about this person says, in the words of the campaign; what only the one that leaves has (its id,
    /// its tokens) is left empty.
    pub fn prevu(
        mail: MailDu,
        (prenom, nom, numero): (&str, &str, &Numero),
        catalogue: &Catalogue,
    ) -> Self {
        let langue = mail.langue;
        let formation = mail.formation.as_ref();
        let formation = formation.and_then(|code| catalogue.formations.get(code));
        let details = mail.details.map(|details| *details).unwrap_or_default();
        let details = DetailsCourrier::nommer(details, catalogue, langue);
        let campagne = catalogue.campagne.as_ref();
        Self {
            id: String::new(),
            etiquette: String::new(),
            code: mail.code,
            a: mail.a,
            jeton_dossier: None,
            reponse: None,
            langue,
            candidat: mail.candidat,
            prenom: prenom.to_owned(),
            nom: nom.to_owned(),
            numero: numero.clone(),
            compte_expire_le: Timestamp::UNIX_EPOCH,
            campagne: campagne
                .map(|c| c.libelle.dans(langue).to_owned())
                .unwrap_or_default(),
            dossier: mail.dossier,
            details: details.du_jury(formation, catalogue, langue),
            formation: formation.cloned(),
            jours: mail.jours,
            lien: None,
            propre: catalogue.texte_mail(mail.code, langue).cloned(),
            cadre: catalogue.texte_mail(Modele::Cadre, langue).cloned(),
        }
    }
}

/// The mail an answer of ours belongs to; identifiers as received, with their angle brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnReponse {
    /// Its Message-ID.
    pub message_id: String,
    /// Those it refers to itself, oldest first.
    pub references: Vec<String>,
}

/// What a mail says of a dossier, labels in the mail's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetailsCourrier {
    /// The last moment to transmit this dossier.
    pub retour: Option<Timestamp>,
    /// The last moment to confirm.
    pub confirmation: Option<Timestamp>,
    /// The named pieces of a send-back: label, the manager's comment.
    pub pieces: Vec<(String, Option<String>)>,
    /// Pieces no longer asked for.
    pub retirees: Vec<String>,
    /// The reason of a refusal (DE).
    pub motif: Option<String>,
    /// Why staff did it (T07, T23).
    pub raison: Option<String>,
    /// The jury's comment.
    pub commentaire: Option<String>,
    /// The rank on the list.
    pub rang: Option<u32>,
    /// The interview or test.
    pub convocation: Option<Convocation>,
    /// A second look after a refusal.
    pub appel: bool,
    /// Who signs the letter of decision.
    pub signataire: Option<String>,
    /// The jury's name.
    pub jury: Option<String>,
}

impl DetailsCourrier {
    /// With the labels of the campaign.
    pub fn nommer(details: DetailsMail, catalogue: &Catalogue, langue: Langue) -> Self {
        let piece = |(code, commentaire): (PieceCode, _)| {
            let def = catalogue.pieces.get(&code);
            let libelle = def.map_or(code.as_str(), |d| d.libelle.dans(langue));
            (libelle.to_owned(), commentaire)
        };
        let motif = |code: MotifCode| {
            let connu = catalogue.motifs.get(&code);
            connu
                .map_or(code.as_str(), |m| m.libelle.dans(langue))
                .to_owned()
        };
        Self {
            retour: details.retour,
            confirmation: details.confirmation,
            pieces: details.pieces.into_iter().map(piece).collect(),
            retirees: details
                .retirees
                .into_iter()
                .map(|code| piece((code, None)).0)
                .collect(),
            motif: details.motif.map(motif),
            raison: details.raison,
            commentaire: details.commentaire,
            rang: details.rang,
            convocation: details.convocation,
            appel: details.appel,
            signataire: None,
            jury: None,
        }
    }

    /// With the jury of the formation the mail is about.
    #[must_use]
    pub fn du_jury(
        mut self,
        formation: Option<&Formation>,
        catalogue: &Catalogue,
        langue: Langue,
    ) -> Self {
        let code = formation.and_then(|f| f.commission.as_ref());
        if let Some(commission) = code.and_then(|code| catalogue.commissions.get(code)) {
            self.signataire.clone_from(&commission.signataire);
            self.jury = Some(commission.libelle.dans(langue).to_owned());
        }
        self
    }
}

/// A mail to a member of staff about their own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourrierPersonnel {
    /// Of the outbox.
    pub id: String,
    /// Its tag, from the id: in the Message-ID and in the address bounces come back to.
    pub etiquette: String,
    /// Which mail.
    pub code: CodePersonnel,
    /// To whom.
    pub a: String,
    /// In which language.
    pub langue: Langue,
    /// First name.
    pub prenom: String,
    /// The link.
    pub lien: Option<LienCourrier>,
}

/// An answer to a request, to be put into a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourrierDemande {
    /// Of the outbox.
    pub id: String,
    /// Its tag, from the id: in the Message-ID and in the address bounces come back to.
    pub etiquette: String,
    /// The token of the address to answer to (S21).
    pub jeton: String,
    /// To whom.
    pub a: String,
    /// The name beside the address.
    pub nom: String,
    /// The subject it answers.
    pub objet: String,
    /// What it says.
    pub texte: String,
    /// In which language.
    pub langue: Langue,
    /// Nobody wrote it (S34).
    pub automatique: bool,
    /// Message-IDs of the thread, without brackets, nearest last.
    pub references: Vec<String>,
    /// What staff put around every mail, in place of the built-in frame.
    pub cadre: Option<TexteMail>,
}

/// Why a mail did not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EchecPoste {
    /// Try again later.
    Temporaire(String),
    /// Never.
    Definitif(String),
    /// The provider refuses this address for good: it counts as a bounce (G38).
    AdresseRefusee(String),
}

impl EchecPoste {
    /// In the server's words.
    pub fn raison(&self) -> &str {
        match self {
            Self::Temporaire(raison) | Self::Definitif(raison) | Self::AdresseRefusee(raison) => {
                raison
            }
        }
    }
}

/// Who renders and sends mails.
#[async_trait]
pub trait Postier: Send + Sync {
    /// Hands the mail over; `Ok` once the next server has it. A repeat carries the same id.
    ///
    /// # Errors
    /// [`EchecPoste`].
    async fn poster(&self, courrier: &Courrier) -> Result<(), EchecPoste>;

    /// The same for a mail to staff.
    ///
    /// # Errors
    /// [`EchecPoste`].
    async fn poster_personnel(&self, courrier: &CourrierPersonnel) -> Result<(), EchecPoste>;

    /// The same for an answer to a request.
    ///
    /// # Errors
    /// [`EchecPoste`].
    async fn poster_demande(&self, courrier: &CourrierDemande) -> Result<(), EchecPoste>;
}

/// A publication with all it may speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parution {
    /// Of the outbox; the id other systems recognise a repeat by.
    pub id: String,
    /// What.
    pub publication: Publication,
    /// About whom, for what the scolarité gets.
    pub personne: Option<Box<(Compte, Profil)>>,
}

/// Who publishes to other systems.
#[async_trait]
pub trait Editeur: Send + Sync {
    /// Publishes; `Ok` once it is stored there. A repeat carries the same id.
    ///
    /// # Errors
    /// The reason; it is tried again.
    async fn publier(&self, parution: &Parution) -> Result<(), String>;
}
