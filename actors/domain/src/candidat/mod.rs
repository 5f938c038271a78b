//! One candidate: account, profile, list of dossiers, drawer of common files (G01–G22).

mod decide;
mod effets;
mod evolve;
pub mod mot_de_passe;

pub use decide::{Facts, decide};
pub use effets::effets;
pub use evolve::evolve;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dossier::{ActeTiroir, Acteur, Tiroir};
use crate::effet::Lien;
use crate::ids::{
    CampagneCode, CandidatId, CentreCode, DossierId, EntreeId, FormationCode, Numero,
};
use crate::langue::Langue;
use crate::profil::{
    Adresse, Baccalaureat, CursusInterne, Entree, Fiche, Informations, Profil, Rubrique,
};
use crate::refus::CodeRefus;

/// Left out of what is stored: it is the rule.
fn par_le_candidat(par: &Acteur) -> bool {
    *par == Acteur::Candidat
}

/// Who somebody is at the establishment's single sign-on (G01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identite {
    /// The provider and the name there: by it the person is recognised.
    pub cle: String,
    /// As the establishment says; the form still asks to confirm it (G13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ine: Option<String>,
    /// Of the establishment's own students.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numero_etudiant: Option<String>,
}

/// The account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compte {
    /// Itself.
    pub id: CandidatId,
    /// The log-in name.
    pub numero: Numero,
    /// The campaign it lives for (G09).
    pub campagne: CampagneCode,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// The proved address, or the one to prove while the account waits.
    pub mail: String,
    /// The argon2id hash in PHC form; never the password.
    pub mot_de_passe: String,
    /// The language of the mails.
    pub langue: Langue,
    /// When it was created.
    pub cree_le: Timestamp,
    /// When it goes if it is never validated.
    pub expire_le: Timestamp,
    /// Of a person who comes by the single sign-on (G01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identite: Option<Identite>,
}

/// What every account that exists carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The account.
    pub compte: Compte,
    /// Rises when every open session must end (password changed).
    pub epoque: u32,
    /// Our mails to this address come back (G38).
    pub rebond: Option<Rebond>,
}

/// A provider's refusal of an address, for good (G38).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebond {
    /// Which address.
    pub mail: String,
    /// In the provider's words.
    pub raison: String,
    /// When it came.
    pub le: Timestamp,
}

/// A dossier in the candidate's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ouverture {
    /// To what.
    pub formation: FormationCode,
    /// Whose limit it counts in.
    pub centre: CentreCode,
    /// Whether it still counts (G22): dropped ones do not.
    pub vivant: bool,
}

/// A validated account and all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actif {
    /// The account.
    pub base: Base,
    /// The single live link to a new password (G08).
    pub reinitialisation: Option<Lien>,
    /// The address to be proved, with its link (G10).
    pub changement: Option<(String, Lien)>,
    /// The single live link that joins the account to a single sign-on identity (G01).
    pub rattachement: Option<Lien>,
    /// The profile.
    pub profil: Profil,
    /// The common files.
    pub tiroir: Tiroir,
    /// Every dossier ever opened.
    pub dossiers: BTreeMap<DossierId, Ouverture>,
}

/// The states of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Candidat {
    /// No such account.
    #[default]
    Absent,
    /// Waits for its address to be proved (G03).
    AValider {
        /// The account.
        base: Box<Base>,
        /// The only link that validates it.
        lien: Lien,
    },
    /// Validated.
    Actif(Box<Actif>),
    /// Never validated, gone; its number is not used again.
    Expire(Box<Base>),
}

impl Candidat {
    /// The account, if there is one.
    pub fn base(&self) -> Option<&Base> {
        match self {
            Self::Absent => None,
            Self::AValider { base, .. } | Self::Expire(base) => Some(base),
            Self::Actif(actif) => Some(&actif.base),
        }
    }
}

/// What one may ask of a candidate's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "commande", rename_all = "snake_case")]
pub enum Commande {
    /// G03: with the fields checked and the password hashed.
    Creer {
        /// The account to be.
        compte: Box<Compte>,
        /// The link to prove the address.
        lien: Lien,
        /// The single sign-on has proved the address already (G01): no link is needed.
        #[serde(default)]
        prouve: bool,
    },
    /// G05: somebody asked for an account with this address.
    SignalerDoublon,
    /// G07: a new link, the older dies.
    RenvoyerLien {
        /// The new one.
        lien: Lien,
    },
    /// G04.
    Valider {
        /// From the link.
        nonce: String,
    },
    /// The account was not validated in time.
    Expirer,
    /// G08.
    DemanderReinitialisation {
        /// The single-use link.
        lien: Lien,
        /// There is a single sign-on: who comes by it is told to use that one.
        #[serde(default)]
        sso: bool,
    },
    /// G01: an unknown identity asked for an account with this address, which may be the same person.
    DemanderRattachement {
        /// The single-use link that proves it.
        lien: Lien,
    },
    /// G01: the same person, proved by the account's password or its link.
    Rattacher {
        /// From the link; none after the password.
        nonce: Option<String>,
        /// Who it is there.
        identite: Box<Identite>,
    },
    /// G08.
    Reinitialiser {
        /// From the link.
        nonce: String,
        /// The new hash.
        mot_de_passe: String,
    },
    /// With the old password already checked.
    ChangerMotDePasse {
        /// The new hash.
        mot_de_passe: String,
    },
    /// Q41: of the mails, and of the pages until the visitor chooses another.
    ChangerLangue {
        /// The new one.
        langue: Langue,
    },
    /// Q10: the same password under stronger parameters; sessions go on.
    Rehacher {
        /// The new hash.
        mot_de_passe: String,
    },
    /// G10.
    DemanderChangementMail {
        /// The new address.
        mail: String,
        /// The link that proves it.
        lien: Lien,
    },
    /// G10.
    ConfirmerMail {
        /// From the link.
        nonce: String,
    },
    /// G12, with the fields checked.
    EnregistrerInformations(Box<Informations>),
    /// G16, with the fields checked.
    EnregistrerAdresse(Box<Adresse>),
    /// G17, with the fields checked.
    EnregistrerBaccalaureat(Box<Baccalaureat>),
    /// G19: adds an entry, or changes the one of this id.
    EcrireEntree {
        /// Of which kind.
        rubrique: Rubrique,
        /// Which.
        id: EntreeId,
        /// To be added, or already there.
        nouvelle: bool,
        /// Its content, checked.
        entree: Entree,
    },
    /// G19.
    RetirerEntree {
        /// Of which kind.
        rubrique: Rubrique,
        /// Which.
        id: EntreeId,
    },
    /// G13: the person confirmed to be the one the scolarité knows, by INE and birth date.
    ReprendreScolarite {
        /// The form, as saved.
        informations: Box<Informations>,
        /// What the scolarité knows.
        fiche: Box<Fiche>,
    },
    /// G18: the scolarité pushed a record with this INE.
    RecevoirCursus(Box<Fiche>),
    /// T01, T02, T03.
    OuvrirDossier {
        /// The dossier to be.
        dossier: DossierId,
        /// To what.
        formation: FormationCode,
        /// By whom: staff are held by neither window nor limits (T02).
        par: Acteur,
        /// Proposed by staff (T03).
        proposition: bool,
    },
    /// T06: the dossier was dropped; a repeat changes nothing.
    CloreDossier {
        /// Which.
        dossier: DossierId,
    },
    /// T04 on a common piece; only a dossier asks this, under its own guard.
    Tiroir(ActeTiroir),
    /// G38: the provider refuses this address for good.
    SignalerRebond {
        /// Which address.
        mail: String,
        /// In the provider's words.
        raison: String,
    },
    /// G38: a mail to this address arrived after all.
    LeverRebond {
        /// Which address.
        mail: String,
    },
    /// G38: another address before the account is validated; the password was checked.
    CorrigerMail {
        /// The new one.
        mail: String,
        /// The link that validates the account with it.
        lien: Lien,
    },
}

/// What happened to a candidate's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evenement {
    /// G03.
    CompteCree {
        /// The account.
        compte: Box<Compte>,
        /// The link.
        lien: Lien,
        /// The address was proved by the single sign-on (G01): the link is not sent.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        prouve: bool,
    },
    /// G05.
    DoublonSignale {
        /// When.
        le: Timestamp,
    },
    /// G07.
    LienRenvoye {
        /// The new link.
        lien: Lien,
    },
    /// G04.
    CompteValide {
        /// When.
        le: Timestamp,
    },
    /// Never validated, removed.
    CompteExpire {
        /// When.
        le: Timestamp,
    },
    /// G08.
    ReinitialisationDemandee {
        /// The single-use link.
        lien: Lien,
    },
    /// G08: who comes by the single sign-on asked for a new password, and is told to use that one.
    SsoRappele {
        /// When.
        le: Timestamp,
    },
    /// G01: a link to join the account to an identity left.
    RattachementDemande {
        /// The single-use link.
        lien: Lien,
    },
    /// G01: the account is joined to an identity.
    IdentiteRattachee {
        /// Who it is there.
        identite: Box<Identite>,
    },
    /// A new password: by link (G08) or by the candidate. Sessions end.
    MotDePasseChange {
        /// The new hash.
        mot_de_passe: String,
    },
    /// Q41.
    LangueChangee {
        /// The new one.
        langue: Langue,
    },
    /// Q10. Sessions go on.
    MotDePasseRehache {
        /// The new hash.
        mot_de_passe: String,
    },
    /// G10.
    ChangementMailDemande {
        /// The new address.
        mail: String,
        /// Its link.
        lien: Lien,
    },
    /// G10: the new address is proved and counts.
    MailChange {
        /// The former one, told of it.
        ancien: String,
        /// The new one.
        nouveau: String,
    },
    /// G12.
    InformationsEnregistrees(Box<Informations>),
    /// G16.
    AdresseEnregistree(Box<Adresse>),
    /// G17. In a struct variant: the section is tagged by itself.
    BaccalaureatEnregistre {
        /// The section.
        baccalaureat: Box<Baccalaureat>,
    },
    /// G19.
    EntreeEcrite {
        /// Of which kind.
        rubrique: Rubrique,
        /// Which.
        id: EntreeId,
        /// Its content.
        entree: Entree,
    },
    /// G19.
    EntreeRetiree {
        /// Of which kind.
        rubrique: Rubrique,
        /// Which.
        id: EntreeId,
    },
    /// G18: what the scolarité says of the person, as far as the profile keeps it.
    CursusInterneRecu {
        /// The record.
        cursus: Box<CursusInterne>,
    },
    /// T01: the dossier counts from now on; its own stream follows.
    DossierOuvert {
        /// Which.
        dossier: DossierId,
        /// To what.
        formation: FormationCode,
        /// Whose limit it counts in.
        centre: CentreCode,
        /// By whom.
        #[serde(default, skip_serializing_if = "par_le_candidat")]
        par: Acteur,
        /// Proposed by staff (T03).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        proposition: bool,
        /// Which rules it went beyond, by the code of their refusal (T02).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        derogations: Vec<CodeRefus>,
    },
    /// T06: it counts no more.
    DossierClos {
        /// Which.
        dossier: DossierId,
    },
    /// T04 on a common piece.
    TiroirChange(ActeTiroir),
    /// G38.
    RebondSignale {
        /// What came back.
        rebond: Rebond,
    },
    /// G38: mails arrive again.
    RebondLeve {
        /// Which address.
        mail: String,
    },
    /// G38: another address before the account is validated; the older link dies.
    MailCorrige {
        /// The former one.
        ancien: String,
        /// The new one.
        nouveau: String,
        /// The link that went there.
        lien: Lien,
    },
}
