//! What is asked about requests to the support, and what is answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::demande::{
    Auteur, Classement, EtatDemande, Message, Note, Projet, Rattachement, Surete,
};
use domain::ids::{
    CandidatId, ClasseCode, DemandeId, DossierId, FormationCode, Numero, PersonnelId, PieceCode,
};
use domain::langue::Langue;
use domain::personnel::droits::Pouvoir;

use super::{Envoi, Etat, Present};

/// One act on one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActeDemande {
    /// Which.
    pub id: DemandeId,
    /// The version the asker saw: who answers what somebody else has answered is told so (S59).
    #[serde(default)]
    pub version: Option<u64>,
    /// What.
    pub geste: GesteDemande,
}

/// What staff do with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "geste", rename_all = "snake_case")]
pub enum GesteDemande {
    /// Answers the one who asks.
    Repondre {
        /// The answer.
        texte: String,
        /// Ends the request as well.
        clore: bool,
    },
    /// For the team.
    Noter {
        /// It.
        texte: String,
    },
    /// Gives it to somebody, or to nobody.
    Attribuer {
        /// To whom.
        a: Option<PersonnelId>,
    },
    /// Moves the due time.
    FixerEcheance {
        /// To when.
        le: Timestamp,
    },
    /// Done.
    Clore,
    /// Not done after all.
    Rouvrir,
    /// Says whose it is, and about which dossier.
    Rattacher {
        /// By number or id; none says nobody's.
        candidat: Option<String>,
        /// Which.
        dossier: Option<DossierId>,
    },
    /// Says what it asks.
    Reclasser {
        /// Which classes, most pressing first.
        classes: Vec<ClasseCode>,
    },
    /// Puts it into another one.
    Fusionner {
        /// Which.
        dans: DemandeId,
    },
    /// Gives some of its messages a request of their own.
    Scinder {
        /// Which messages.
        messages: Vec<String>,
    },
}

/// What is asked about the intake as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "quoi", rename_all = "snake_case")]
pub enum ActeSupport {
    /// How it does.
    Etat,
    /// All automatic answers on or off (S63).
    Automatique {
        /// On.
        actif: bool,
    },
    /// Mails that could not be understood (S05).
    Quarantaine,
    /// One of them; the look is written down.
    Voir {
        /// Which.
        sha256: String,
    },
    /// One of them again, after a fix.
    Rejouer {
        /// Which.
        sha256: String,
    },
}

/// Which requests are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FiltreDemandes {
    /// In this state; none says all that are not done.
    pub etat: Option<EtatDemande>,
    /// In every state, also done.
    pub toutes: bool,
    /// Of this class.
    pub classe: Option<ClasseCode>,
    /// Somebody's.
    pub responsable: Option<PersonnelId>,
    /// Nobody's.
    pub sans_responsable: bool,
    /// Wants a person today.
    pub urgentes: bool,
    /// Due time passed.
    pub en_retard: bool,
    /// Of this candidate.
    pub candidat: Option<CandidatId>,
    /// About this dossier.
    pub dossier: Option<DossierId>,
    /// About this formation.
    pub formation: Option<FormationCode>,
    /// Words of subject, address or name; accents and case ignored.
    pub q: Option<String>,
    /// Where the former answer ended.
    pub curseur: Option<DemandeId>,
    /// How many rows.
    pub limite: Option<usize>,
}

/// A request in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LigneDemande {
    /// Itself.
    pub id: DemandeId,
    /// Where it stands.
    pub etat: EtatDemande,
    /// Its subject.
    pub objet: String,
    /// Who asks.
    pub demandeur: String,
    /// The name beside it.
    pub nom: String,
    /// What it asks.
    pub classes: Vec<ClasseCode>,
    /// Wants a person today.
    pub urgent: bool,
    /// What a person should know.
    pub signalements: Vec<String>,
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidat: Option<CandidatId>,
    /// About which dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dossier: Option<DossierId>,
    /// To which formation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formation: Option<FormationCode>,
    /// How sure.
    pub surete: Surete,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsable: Option<PersonnelId>,
    /// When it came in.
    pub recue_le: Timestamp,
    /// When its last message came or went.
    pub dernier_le: Timestamp,
    /// Until when it should be answered.
    pub echeance: Timestamp,
    /// That time has passed.
    pub en_retard: bool,
    /// Answered without a person.
    pub automatique: bool,
    /// Messages in and out.
    pub messages: usize,
    /// An answer did not leave, or came back (S60).
    pub echec_envoi: bool,
    /// Of its stream.
    pub version: u64,
}

/// How many requests there are of each kind, within the asker's scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComptesDemandes {
    /// By state.
    pub etats: BTreeMap<EtatDemande, u64>,
    /// By class, of those that are not done.
    pub classes: BTreeMap<ClasseCode, u64>,
    /// Not done, and urgent.
    pub urgentes: u64,
    /// Not done, and late.
    pub en_retard: u64,
    /// Not done, and nobody's.
    pub sans_responsable: u64,
}

/// One page of the list: urgent first, then by due time; what is done by its last message, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageDemandes {
    /// In order.
    pub demandes: Vec<LigneDemande>,
    /// To go on, if there is more.
    pub curseur: Option<DemandeId>,
    /// How many the filter leaves.
    pub total: usize,
    /// Of all states, whatever state is asked for.
    pub comptes: ComptesDemandes,
}

/// Something that happened to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceDemande {
    /// When.
    pub le: Timestamp,
    /// What: the event's stored name.
    pub quoi: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub par: Option<Auteur>,
}

/// Whom a request may be from, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonneDemande {
    /// Itself.
    pub id: CandidatId,
    /// The log-in name.
    pub numero: Numero,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// The address on file.
    pub mail: String,
    /// Whether the account is validated.
    pub valide: bool,
    /// The account ended before it was validated, or with its campaign.
    #[serde(default)]
    pub expire: bool,
    /// Our mails to it come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebond: Option<String>,
    /// What became of the last mails to this person, newest first.
    #[serde(default)]
    pub courriers: Vec<Envoi>,
    /// The dossiers the asker may see.
    #[serde(default)]
    pub dossiers: Vec<DossierDemande>,
}

/// A dossier of the person who asks, as far as an answer speaks of it (S54).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierDemande {
    /// Itself.
    pub id: DossierId,
    /// To what.
    pub formation: FormationCode,
    /// Where it stands.
    pub etat: Etat,
    /// A decision is released.
    pub decide: bool,
    /// What is still to be handed in.
    pub manquantes: Vec<PieceCode>,
    /// The last moment to transmit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retour: Option<Timestamp>,
    /// When it was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transmis_le: Option<Timestamp>,
}

/// Where a request is in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoisinesDemande {
    /// The one before.
    pub avant: Option<DemandeId>,
    /// The one after.
    pub apres: Option<DemandeId>,
    /// How many come before it.
    pub rang: usize,
    /// How many the filter leaves.
    pub total: usize,
}

/// A request as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandeVue {
    /// Itself.
    pub id: DemandeId,
    /// Where it stands.
    pub etat: EtatDemande,
    /// Its subject.
    pub objet: String,
    /// Of its answers.
    pub langue: Langue,
    /// Who asks.
    pub demandeur: String,
    /// The name beside it.
    pub nom: String,
    /// Whose it is.
    pub rattachement: Rattachement,
    /// That candidate as known today (S54).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personne: Option<PersonneDemande>,
    /// What it asks.
    pub classes: Vec<Classement>,
    /// Wants a person today.
    pub urgent: bool,
    /// What a person should know.
    pub signalements: Vec<String>,
    /// Who takes care of it.
    pub responsable: Option<PersonnelId>,
    /// When it came in.
    pub recue_le: Timestamp,
    /// Until when it should be answered.
    pub echeance: Timestamp,
    /// In and out.
    pub messages: Vec<Message>,
    /// Of the team.
    pub notes: Vec<Note>,
    /// A draft.
    pub projet: Option<Projet>,
    /// When it was answered without a person.
    pub automatique_le: Option<Timestamp>,
    /// How often it was opened again.
    pub reouvertures: u32,
    /// What it goes on from, or was split from.
    pub origine: Option<DemandeId>,
    /// Where it was merged into.
    pub fusionnee_dans: Option<DemandeId>,
    /// What was merged into it.
    pub absorbees: Vec<DemandeId>,
    /// What happened.
    pub historique: Vec<TraceDemande>,
    /// What the asker may do with it.
    pub pouvoirs: Vec<Pouvoir>,
    /// Who else looks at it (S59).
    #[serde(default)]
    pub presents: Vec<Present>,
    /// Of its stream.
    pub version: u64,
}

/// A request as its candidate sees it: the messages, nothing of the team's (S65).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaDemande {
    /// Itself.
    pub id: DemandeId,
    /// Where it stands.
    pub etat: EtatDemande,
    /// Its subject.
    pub objet: String,
    /// About which dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dossier: Option<DossierId>,
    /// When it was made.
    pub recue_le: Timestamp,
    /// In and out.
    pub messages: Vec<MonMessage>,
    /// Of its stream.
    pub version: u64,
}

/// A message as its candidate sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonMessage {
    /// Written by the candidate.
    pub de_moi: bool,
    /// Nobody wrote it.
    pub automatique: bool,
    /// When.
    pub le: Timestamp,
    /// What.
    pub texte: String,
    /// The names of the files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<String>,
    /// SHA-256 of the mail as the candidate sent it, for who takes their data along (S62).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
}

/// How the intake does (S61).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EtatSupport {
    /// Automatic answers leave.
    pub automatique: bool,
    /// Mails received, not understood yet.
    pub attente: u64,
    /// How long the oldest of them waits, seconds.
    pub plus_vieux_s: u64,
    /// Mails in quarantine.
    pub quarantaine: u64,
    /// How long the oldest of them is there, seconds.
    pub quarantaine_s: u64,
    /// Mails received since the start.
    pub recus: u64,
    /// Requests answered.
    pub repondues: u64,
    /// Of them, without a person.
    pub repondues_seules: u64,
    /// Of those, opened again by the person.
    pub rouvertes_apres_seule: u64,
    /// Whose owner was corrected by a person.
    pub mal_rattachees: u64,
    /// Half of the requests were first answered within so many seconds.
    pub premiere_reponse_mediane_s: u64,
}

/// How a door does by which mails come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SantePorte {
    /// Its name.
    pub nom: String,
    /// Why it does not open.
    pub panne: Option<String>,
    /// Mails taken since the start.
    pub recus: u64,
    /// Of them, those too large to be taken whole.
    pub parques: u64,
    /// Mails that are there and cannot be had.
    pub laisses: u64,
    /// How long ago it was last looked at to the end, seconds.
    pub derniere_s: Option<u64>,
}

/// A mail that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnQuarantaine {
    /// Its bytes.
    pub sha256: String,
    /// When it came in.
    pub recu_le: Timestamp,
    /// Size.
    pub octets: u64,
    /// By which door.
    pub porte: String,
    /// What went wrong.
    pub erreur: String,
    /// How often it was tried.
    pub essais: u32,
}
