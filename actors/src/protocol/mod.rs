//! What the edge may ask, and what it is answered. These travel on `cmd.*`, in process or over NATS.

mod bureau;
mod campagne;
mod candidat;
mod courrier;
mod demande;
mod dossier;
mod gestion;
mod instruction;
mod personnel;
mod sorties;
mod sso;
mod statistiques;

use bus::{Routed, Subject};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::campagne::{Difference, Evenement as EvenementCampagne};
use domain::ids::{CandidatId, DossierId, EntreeId, Numero, PieceCode};
use domain::langue::Langue;
use domain::profil::Fiche;
use domain::refus::Refus;

pub use crate::courriers::{Envoi, EtatEnvoi};
pub use bureau::{Collegue, EnListe, Partages, PlacesVue, Present, Voisins};
pub use campagne::{ActeCampagne, LigneCampagne, MAX_CHANGEMENTS, MAX_HISTORIQUE};
pub use candidat::{Acte, Moi};
pub use courrier::{AdresseRefusee, Delivrabilite, Fournisseur, NonRemis};
pub use demande::{
    ActeDemande, ActeSupport, ComptesDemandes, DemandeVue, DossierDemande, EnQuarantaine,
    EtatSupport, FiltreDemandes, GesteDemande, LigneDemande, MaDemande, MonMessage, PageDemandes,
    PersonneDemande, SantePorte, TraceDemande, VoisinesDemande,
};
pub use dossier::{
    DecisionVue, DossierVue, EcheancesVue, Etat, GestionVue, PieceVue, Remise, StatutPiece, Trace,
};
pub use gestion::{
    ActeGestion, AgentVue, Comptes, DossierGestion, EffacementVue, EtapeSession, FiltreDossiers,
    LigneAudit, LigneDossier, MAX_LIGNES_AUDIT, PageDossiers, SecondVue, SessionOuverte,
    SujetAudit, TriDossiers,
};
pub use instruction::{ActeDossier, LigneLot, Lot, MAX_CONTENUS, MAX_LOT, MailPrevu};
pub use personnel::{ActePersonnel, EtatPersonnel, NouveauPersonnel, PersonnelVue};
pub use sorties::{MAX_CHOISIS, MAX_ENTIERS, Sortie};
pub use sso::{PersonnelSso, PreuveCompte, SessionSso, VuSso};
pub use statistiques::{
    ChiffresCommission, ChiffresFormation, ChiffresJour, MAX_JOURS, Marche, Statistiques,
};

/// The most events of the campaign in one answer; the asker comes back for the rest.
pub const MAX_EVENEMENTS_CAMPAGNE: usize = 200;

/// A request. Forms are already checked and translated into the domain's types.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "requete", rename_all = "snake_case")]
pub enum Requete {
    /// G03, G05: always answered [`Reponse::Fait`], known address or not.
    Inscrire {
        /// Family name.
        nom: String,
        /// First name.
        prenom: String,
        /// Normalised address.
        mail: String,
        /// Checked against G02.
        mot_de_passe: String,
        /// Of the mails.
        langue: Langue,
    },
    /// G01: as [`Requete::Inscrire`], by somebody whom the single sign-on vouches for; answered by a session when
    /// it proved the address, too.
    InscrireSso {
        /// Who.
        vu: Box<VuSso>,
        /// Family name.
        nom: String,
        /// First name.
        prenom: String,
        /// Normalised address.
        mail: String,
        /// Checked against G02.
        mot_de_passe: String,
        /// Of the mails.
        langue: Langue,
    },
    /// G01: opens the session of whoever the single sign-on names.
    ConnecterSso {
        /// Who.
        vu: Box<VuSso>,
    },
    /// G01: joins an account to an identity, and opens its session.
    RattacherSso {
        /// Who.
        vu: Box<VuSso>,
        /// That the account is theirs.
        preuve: PreuveCompte,
    },
    /// The single sign-on ended one of its sessions.
    DeconnecterSso {
        /// Its name for it.
        fin: String,
    },
    /// The single sign-on ended all its sessions of a name that had begun by then.
    CouperSso {
        /// Its name for one session, or for all of one identity.
        nom: String,
        /// By its clock.
        le: Timestamp,
    },
    /// G04.
    Valider {
        /// From the link.
        jeton: String,
    },
    /// G07: always answered alike.
    RenvoyerLien {
        /// Normalised address.
        mail: String,
    },
    /// G08: always answered alike.
    DemanderReinitialisation {
        /// Normalised address.
        mail: String,
        /// There is a single sign-on: its people are told to use that one.
        #[serde(default)]
        sso: bool,
    },
    /// G08.
    Reinitialiser {
        /// From the link.
        jeton: String,
        /// Checked against G02.
        mot_de_passe: String,
    },
    /// G10: the link in the mail to the new address.
    ConfirmerMail {
        /// From the link.
        jeton: String,
    },
    /// G38: another address for an account that is not validated; answered alike whether or not that one is known.
    CorrigerAdresse {
        /// Candidate number or address typed at sign-up.
        identifiant: String,
        /// As typed.
        mot_de_passe: String,
        /// Normalised new address.
        mail: String,
    },
    /// Opens a session.
    Connecter {
        /// Candidate number or address.
        identifiant: String,
        /// As typed.
        mot_de_passe: String,
        /// Of the second factor, for staff who give it at once (Q17).
        #[serde(default)]
        code: Option<String>,
    },
    /// Ends a session; a session that is over already is no fault.
    Deconnecter {
        /// The session's token.
        session: String,
    },
    /// A candidate asks or acts.
    Candidat {
        /// The session's token.
        session: String,
        /// What.
        acte: Acte,
    },
    /// A member of staff asks or acts.
    Gestion {
        /// The session's token.
        session: String,
        /// What.
        acte: ActeGestion,
    },
    /// A member of staff accepts the invitation.
    AccepterInvitation {
        /// From the link.
        jeton: String,
        /// Checked against G02.
        mot_de_passe: String,
    },
    /// The operator at the console acts on staff.
    Personnel {
        /// What.
        acte: ActePersonnel,
    },
    /// The campaign's events after this many, at most [`MAX_EVENEMENTS_CAMPAGNE`].
    Campagne {
        /// How many the asker has.
        depuis: u64,
    },
    /// Adds or changes what the campaign offers; what is as it was is left out.
    Importer {
        /// New definitions.
        evenements: Vec<EvenementCampagne>,
    },
    /// The antivirus has a verdict on a file that was handed in (Q16).
    ConclureAnalyse {
        /// In which dossier.
        dossier: DossierId,
        /// As which piece.
        piece: PieceCode,
        /// Which content.
        sha256: String,
        /// Nothing bad was found.
        sain: bool,
    },
    /// A mail to the support came in; its bytes are stored already. Answered once it is remembered (S01).
    RecevoirMail {
        /// Of the bytes.
        sha256: String,
        /// How many.
        octets: u64,
        /// By which door.
        porte: String,
        /// Whom the envelope named, if the door knows.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        destinataires: Vec<String>,
    },
    /// How the actors and their store are.
    Sante,
}

impl Routed for Requete {
    fn subject(&self) -> Subject {
        Subject::command(match self {
            Self::Inscrire { .. }
            | Self::InscrireSso { .. }
            | Self::Valider { .. }
            | Self::RenvoyerLien { .. }
            | Self::DemanderReinitialisation { .. }
            | Self::Reinitialiser { .. }
            | Self::CorrigerAdresse { .. }
            | Self::ConfirmerMail { .. } => "compte",
            Self::Connecter { .. }
            | Self::ConnecterSso { .. }
            | Self::RattacherSso { .. }
            | Self::DeconnecterSso { .. }
            | Self::CouperSso { .. }
            | Self::Deconnecter { .. } => "session",
            Self::Candidat { .. } | Self::ConclureAnalyse { .. } => "candidat",
            Self::Gestion { .. } => "gestion",
            Self::RecevoirMail { .. } => "support",
            Self::AccepterInvitation { .. } | Self::Personnel { .. } => "personnel",
            Self::Campagne { .. } | Self::Importer { .. } => "campagne",
            Self::Sante => "sante",
        })
    }
}

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
// What is told is apart: a view may have a field of any name.
#[serde(tag = "reponse", content = "avec", rename_all = "snake_case")]
pub enum Reponse {
    /// Done, nothing to tell.
    Fait,
    /// G04: the account is validated.
    Valide {
        /// The log-in name.
        numero: Numero,
    },
    /// A session is open.
    Session {
        /// The token, shown once.
        jeton: String,
        /// Until when.
        expire_le: Timestamp,
        /// Of whom.
        candidat: CandidatId,
    },
    /// A session of a member of staff is open.
    SessionPersonnel {
        /// The token, shown once.
        jeton: String,
        /// Until when.
        expire_le: Timestamp,
        /// The codes of the roles.
        roles: Vec<String>,
        /// What it may be used for.
        etape: EtapeSession,
    },
    /// Who asks.
    Agent(Box<AgentVue>),
    /// A second factor to be confirmed.
    Second(SecondVue),
    /// Recovery codes, shown once.
    Recours {
        /// As people write them down.
        codes: Vec<String>,
    },
    /// Everybody on the staff.
    Personnels {
        /// By name.
        personnels: Vec<PersonnelVue>,
    },
    /// One member of staff.
    Personnel {
        /// Who.
        personnel: Box<PersonnelVue>,
        /// The token of the invitation just made: for the operator at the console, where no mail may be set up yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invitation: Option<String>,
    },
    /// What became of a batch.
    Lot {
        /// Whether anything was to be done.
        fait: bool,
        /// Every dossier named, in order.
        lignes: Vec<LigneLot>,
    },
    /// A dossier as staff see it.
    DossierGestion(Box<DossierGestion>),
    /// Dossiers of the list.
    ListeDossiers(Box<PageDossiers>),
    /// Where a dossier is in a list.
    Voisins(Voisins),
    /// The places of a formation.
    Places(Box<PlacesVue>),
    /// The staff, by name.
    Collegues {
        /// In order.
        collegues: Vec<Collegue>,
    },
    /// What the managers of centres share.
    Partages {
        /// Each centre.
        centres: Vec<Partages>,
    },
    /// Requests of the list.
    ListeDemandes(Box<PageDemandes>),
    /// A request as staff see it.
    Demande(Box<DemandeVue>),
    /// Where a request is in a list.
    VoisinesDemande(VoisinesDemande),
    /// A candidate's own requests, newest first.
    MesDemandes {
        /// Each.
        demandes: Vec<MaDemande>,
    },
    /// One of them.
    MaDemande(Box<MaDemande>),
    /// How the intake does.
    Support(EtatSupport),
    /// Mails that could not be understood, oldest first.
    Quarantaine {
        /// Each.
        mails: Vec<EnQuarantaine>,
    },
    /// Whether mails arrive.
    Delivrabilite(Box<Delivrabilite>),
    /// The figures.
    Statistiques(Box<Statistiques>),
    /// Dossiers to be taken out, in the order asked for.
    Choisis {
        /// Which.
        ids: Vec<DossierId>,
        /// To go on, if there is more.
        curseur: Option<String>,
        /// How many the filter leaves.
        total: u64,
    },
    /// Dossiers taken out, whole.
    Entiers {
        /// In the order asked for.
        dossiers: Vec<DossierGestion>,
        /// How many of the ids this answers; the rest is to be asked for again.
        lus: usize,
    },
    /// The trail, newest first.
    Audit {
        /// The lines.
        lignes: Vec<LigneAudit>,
        /// To go on, if there is more.
        curseur: Option<String>,
    },
    /// The account.
    Moi(Box<Moi>),
    /// G13: what the scolarité knows of the asker.
    Fiche {
        /// None also for who does not prove to be that person: a stranger learns nothing.
        fiche: Option<Box<Fiche>>,
    },
    /// An entry was written.
    Entree {
        /// Under this id.
        id: EntreeId,
        /// The account's version.
        version: u64,
    },
    /// What became of mails, newest first.
    Courriers {
        /// Each.
        courriers: Vec<Envoi>,
    },
    /// The list.
    Dossiers {
        /// By date of creation.
        dossiers: Vec<DossierVue>,
    },
    /// One.
    Dossier(Box<DossierVue>),
    /// Events of the campaign.
    Campagne {
        /// In order.
        evenements: Vec<EvenementCampagne>,
        /// How many there are in all.
        total: u64,
    },
    /// An import changed this many definitions.
    Importe {
        /// How many.
        changes: u64,
    },
    /// What a change of the campaign did, or would do.
    CampagneChangee {
        /// Of every definition named.
        differences: Vec<Difference>,
        /// Of the campaign since.
        version: u64,
        /// How many definitions changed.
        changes: u64,
    },
    /// What an erasure took away, or would.
    Effacement(Box<EffacementVue>),
    /// Changes of the campaign, newest first.
    HistoriqueCampagne {
        /// Each.
        lignes: Vec<LigneCampagne>,
        /// Where to go on, if there is more.
        suite: Option<u64>,
    },
    /// How things are.
    Sante(Sante),
}

/// How the actors are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sante {
    /// Why the store does not take writes, if it does not.
    pub stockage: Option<String>,
    /// Effects that wait.
    pub outbox: u64,
    /// Records in the journal.
    pub position: u64,
    /// Actors in memory.
    pub acteurs: u64,
    /// How long the oldest effect is late, seconds.
    #[serde(default)]
    pub retard_s: u64,
    /// Commits since the start.
    #[serde(default)]
    pub commits: u64,
    /// Groups of commits synced together since the start.
    #[serde(default)]
    pub groupes: u64,
    /// What became of the mails since the start.
    #[serde(default)]
    pub mails: SanteMails,
    /// Where many nodes share one journal: how this one follows.
    #[serde(default)]
    pub replique: Option<SanteReplique>,
    /// The support inbox.
    #[serde(default)]
    pub support: EtatSupport,
    /// The doors mails to the support come in by.
    #[serde(default)]
    pub portes: Vec<SantePorte>,
}

/// How a node follows the journal that many share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanteReplique {
    /// How far it is.
    pub ici: u64,
    /// Where the journal ended when it was asked last.
    pub fin: u64,
    /// Whether the journal took what was offered last.
    pub ecriture: bool,
    /// Why it follows no more, or not well.
    pub panne: Option<String>,
}

/// What became of the mails since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanteMails {
    /// Handed over.
    pub envoyes: u64,
    /// Put off, to be tried again.
    pub remis: u64,
    /// Given up.
    pub abandonnes: u64,
}

/// Why a request was not served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "faute", rename_all = "snake_case")]
pub enum Faute {
    /// A rule said no.
    Refus(Refus),
    /// No such session, or it is over.
    SessionAbsente,
    /// The number or the password is wrong; which of them is never told (Q12).
    IdentifiantsFaux,
    /// The asker saw an older version (`If-Match`).
    VersionPerimee {
        /// What it is now.
        actuelle: u64,
    },
    /// Too many wrong tries: try again in so many seconds.
    TropDEssais {
        /// Seconds.
        reessayer_s: u32,
    },
    /// Too much at once: try again in so many seconds.
    Occupe {
        /// Seconds.
        reessayer_s: u32,
    },
    /// This asker asks too often (Q13): again in so many seconds.
    TropVite {
        /// Seconds.
        reessayer_s: u32,
    },
    /// The store does not answer: nothing was done, try again.
    Indisponible {
        /// For the log and the health page.
        raison: String,
    },
}

impl From<Refus> for Faute {
    fn from(refus: Refus) -> Self {
        Self::Refus(refus)
    }
}

impl From<domain::refus::CodeRefus> for Faute {
    fn from(code: domain::refus::CodeRefus) -> Self {
        Self::Refus(code.into())
    }
}

/// What the edge gets.
pub type Resultat = Result<Reponse, Faute>;
