//! One member of staff: invited by mail, active once the invitation is accepted, disabled at the end
//! (`2-domain.md`, section 9; Q17). What each may do is in [`droits`].

pub mod affaires;
mod decide;
pub mod droits;
mod effets;
mod evolve;

pub use decide::{Facts, decide};
pub use effets::effets;
pub use evolve::evolve;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::effet::Lien;
use crate::ids::PersonnelId;
use crate::langue::Langue;
use affaires::{Affaires, Sorte};
use droits::Droits;

/// Recovery codes given at once; each works once.
pub const NOMBRE_RECOURS: usize = 10;

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fiche {
    /// Itself.
    pub id: PersonnelId,
    /// The address, normalised: the log-in name, and where the invitation goes.
    pub mail: String,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// What the person may do.
    pub droits: Droits,
    /// Of mails and pages.
    #[serde(default)]
    pub langue: Langue,
    /// Since when.
    pub cree_le: Timestamp,
}

/// A second factor that is in use. The secret is a keyed hash of the nonce, and is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFacteur {
    /// The secret comes from it and the server's key.
    pub nonce: String,
    /// The last step of time used: a code works once (RFC 6238, 5.2).
    pub dernier_pas: u64,
    /// Keyed hashes of the recovery codes that are left.
    pub recours: BTreeSet<String>,
}

/// Somebody who accepted the invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actif {
    /// Who.
    pub fiche: Fiche,
    /// The argon2id hash in PHC form.
    pub mot_de_passe: String,
    /// Rises when every open session must end.
    pub epoque: u32,
    /// The single live link to a new password.
    pub reinitialisation: Option<Lien>,
    /// The nonce of a second factor still to be confirmed by a first code.
    pub enrolement: Option<String>,
    /// The second factor in use.
    pub second: Option<SecondFacteur>,
    /// What the person keeps at hand.
    pub affaires: Affaires,
    /// The directory identity that came first; no other one comes in as this person.
    pub identite: Option<String>,
}

/// The states of a member of staff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Personnel {
    /// Nobody.
    #[default]
    Absent,
    /// Invited by mail, without a password yet.
    Invite {
        /// Who.
        fiche: Box<Fiche>,
        /// The only link that accepts.
        lien: Lien,
        /// Goes on counting through a second invitation, so that old sessions stay ended.
        epoque: u32,
    },
    /// At work.
    Actif(Box<Actif>),
    /// No longer let in; its acts stay in the trail under its name.
    Desactive {
        /// Who.
        fiche: Box<Fiche>,
        /// As above.
        epoque: u32,
    },
}

impl Personnel {
    /// Who it is, if anybody.
    pub fn fiche(&self) -> Option<&Fiche> {
        match self {
            Self::Absent => None,
            Self::Invite { fiche, .. } | Self::Desactive { fiche, .. } => Some(fiche),
            Self::Actif(actif) => Some(&actif.fiche),
        }
    }

    /// Whether it is an administrator who can act: at least one is left at all times.
    pub fn administre(&self) -> bool {
        match self {
            Self::Absent | Self::Invite { .. } | Self::Desactive { .. } => false,
            Self::Actif(actif) => actif.fiche.droits.administre(),
        }
    }
}

/// What one may ask. `par` is the administrator who asks; none from the operator's console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "commande", rename_all = "snake_case")]
pub enum Commande {
    /// A new member of staff, or one who comes back.
    Inviter {
        /// Who.
        fiche: Box<Fiche>,
        /// The link to accept.
        lien: Lien,
        /// Who asks.
        par: Option<PersonnelId>,
    },
    /// At once, with a password: for the demo, where no mail is read.
    Installer {
        /// Who.
        fiche: Box<Fiche>,
        /// The hash.
        mot_de_passe: String,
    },
    /// A new link, the older dies.
    RenvoyerInvitation {
        /// The new one.
        lien: Lien,
        /// Who asks.
        par: Option<PersonnelId>,
    },
    /// With the password chosen.
    Accepter {
        /// From the link.
        nonce: String,
        /// The hash.
        mot_de_passe: String,
    },
    /// Name and rights.
    Modifier {
        /// Family name.
        nom: String,
        /// First name.
        prenom: String,
        /// What the person may do from now on.
        droits: Droits,
        /// Who asks.
        par: Option<PersonnelId>,
    },
    /// No longer let in.
    Desactiver {
        /// Who asks.
        par: Option<PersonnelId>,
    },
    /// The password is forgotten.
    DemanderReinitialisation {
        /// The single-use link.
        lien: Lien,
    },
    /// By that link.
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
    /// Q10: the same password under stronger parameters.
    Rehacher {
        /// The new hash.
        mot_de_passe: String,
    },
    /// The directory vouches for the person under this identity.
    LierIdentite {
        /// The provider and the name there.
        cle: String,
    },
    /// A second factor to be shown to the person, and confirmed by a code.
    CommencerSecond {
        /// What its secret comes from.
        nonce: String,
    },
    /// The first code was right.
    ConfirmerSecond {
        /// Of which beginning.
        nonce: String,
        /// The step of time of the code.
        pas: u64,
        /// Keyed hashes of the recovery codes.
        recours: BTreeSet<String>,
    },
    /// A code was right: it may not serve again.
    ProuverSecond {
        /// The step of time of the code.
        pas: u64,
    },
    /// A recovery code instead.
    UtiliserRecours {
        /// Its keyed hash.
        empreinte: String,
    },
    /// New recovery codes; the older die.
    RenouvelerRecours {
        /// Keyed hashes.
        recours: BTreeSet<String>,
    },
    /// The telephone is lost: an administrator takes the second factor away.
    RetirerSecond {
        /// Who asks.
        par: Option<PersonnelId>,
    },
    /// The directory gave the person another identity: the one that is tied no longer comes in.
    DelierIdentite {
        /// Who asks.
        par: Option<PersonnelId>,
    },
    /// Keeps something at hand, in place of what had the name.
    GarderAffaire {
        /// Of what kind.
        sorte: Sorte,
        /// Under what name.
        nom: String,
        /// What.
        contenu: String,
    },
    /// No longer keeps it.
    OublierAffaire {
        /// Of what kind.
        sorte: Sorte,
        /// Which.
        nom: String,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evenement {
    /// Invited, for the first time or again.
    PersonnelInvite {
        /// Who.
        fiche: Box<Fiche>,
        /// The link.
        lien: Lien,
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        par: Option<PersonnelId>,
    },
    /// At work without an invitation.
    PersonnelInstalle {
        /// Who.
        fiche: Box<Fiche>,
        /// The hash.
        mot_de_passe: String,
    },
    /// The invitation was accepted.
    InvitationAcceptee {
        /// The hash.
        mot_de_passe: String,
    },
    /// Name or rights changed.
    PersonnelModifie {
        /// Family name.
        nom: String,
        /// First name.
        prenom: String,
        /// Rights.
        droits: Droits,
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        par: Option<PersonnelId>,
    },
    /// No longer let in. Sessions end.
    PersonnelDesactive {
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        par: Option<PersonnelId>,
    },
    /// A link to a new password left.
    ReinitialisationDemandee {
        /// The link.
        lien: Lien,
    },
    /// A new password. Sessions end.
    MotDePasseChange {
        /// The hash.
        mot_de_passe: String,
    },
    /// Q10. Sessions go on.
    MotDePasseRehache {
        /// The hash.
        mot_de_passe: String,
    },
    /// The directory identity of the person, until another invitation.
    IdentiteLiee {
        /// The provider and the name there.
        cle: String,
    },
    /// A second factor was shown.
    SecondCommence {
        /// What its secret comes from.
        nonce: String,
    },
    /// It is in use from now on.
    SecondConfirme {
        /// What its secret comes from.
        nonce: String,
        /// The step of time of the first code.
        pas: u64,
        /// Keyed hashes of the recovery codes.
        recours: BTreeSet<String>,
    },
    /// A code was used.
    SecondProuve {
        /// Its step of time.
        pas: u64,
    },
    /// A recovery code was used.
    RecoursUtilise {
        /// Its keyed hash.
        empreinte: String,
    },
    /// New recovery codes.
    RecoursRenouveles {
        /// Keyed hashes.
        recours: BTreeSet<String>,
    },
    /// The second factor was taken away. Sessions end.
    SecondRetire {
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        par: Option<PersonnelId>,
    },
    /// The directory identity was untied; the next that comes in is. Sessions end.
    IdentiteDeliee {
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        par: Option<PersonnelId>,
    },
    /// The person keeps something at hand.
    AffaireGardee {
        /// Of what kind.
        sorte: Sorte,
        /// Under what name.
        nom: String,
        /// What.
        contenu: String,
    },
    /// No longer.
    AffaireOubliee {
        /// Of what kind.
        sorte: Sorte,
        /// Which.
        nom: String,
    },
}
