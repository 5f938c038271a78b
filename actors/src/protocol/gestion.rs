//! What staff ask, and what they are answered.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::dossier::Reponse as ReponseCandidat;
use domain::ids::{
    CampagneCode, CandidatId, CentreCode, CommissionCode, DemandeId, DossierId, FormationCode,
    Numero, PersonnelId, PieceCode,
};
use domain::personnel::affaires::{Affaires, Sorte};
use domain::personnel::droits::Pouvoir;

use super::{
    ActeCampagne, ActeDemande, ActeDossier, ActePersonnel, ActeSupport, DossierVue, Etat,
    FiltreDemandes, Lot, Moi, PersonnelVue, Present, Reponse, Sortie,
};

/// The most lines of the trail in one answer; the asker comes back with the cursor.
pub const MAX_LIGNES_AUDIT: usize = 100;

/// What a member of staff with a session does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "acte", rename_all = "snake_case")]
pub enum ActeGestion {
    /// Who am I, what may I do.
    Moi,
    /// Q17: the code of the application, or a recovery code; ends the log-in.
    ProuverSecond {
        /// As typed.
        code: String,
    },
    /// Q17: a second factor to be shown.
    CommencerSecond,
    /// Q17: confirmed by a first code.
    ConfirmerSecond {
        /// Of which beginning.
        nonce: String,
        /// As typed.
        code: String,
    },
    /// New recovery codes; the older die.
    RenouvelerRecours {
        /// As typed.
        code: String,
    },
    /// With the present one.
    ChangerMotDePasse {
        /// The present one.
        actuel: String,
        /// Checked against G02.
        nouveau: String,
    },
    /// The staff ([`Pouvoir::GererPersonnel`]).
    Personnel(ActePersonnel),
    /// The campaign ([`Pouvoir::GererCampagne`], [`Pouvoir::GererFormations`]).
    Campagne(ActeCampagne),
    /// Q18: everything a person's account holds leaves for good ([`Pouvoir::GererCampagne`]).
    Effacer {
        /// By number or id.
        candidat: String,
        /// Only say what would leave.
        essai: bool,
    },
    /// One dossier with its candidate ([`Pouvoir::Voir`]); the look is written down.
    Dossier {
        /// Which.
        id: DossierId,
    },
    /// One act on one dossier (T07–T09, T12–T19, T22, T23, T25, T26).
    AgirDossier(ActeDossier),
    /// T02, T03.
    CreerDossier {
        /// By number or id.
        candidat: String,
        /// To what.
        formation: FormationCode,
        /// With the draft of an offer.
        proposition: bool,
    },
    /// The same acts over many dossiers.
    Lot(Lot),
    /// The list ([`Pouvoir::Voir`]), as far as the asker's scope goes.
    Dossiers(Box<FiltreDossiers>),
    /// The dossiers before and after one, in a list ([`Pouvoir::Voir`]).
    Voisins {
        /// Of which.
        id: DossierId,
        /// In which list.
        filtre: Box<FiltreDossiers>,
    },
    /// Ranks, offers and confirmed admissions ([`Pouvoir::Voir`]).
    Places {
        /// Of which formation.
        formation: FormationCode,
    },
    /// Everybody on the staff, by name.
    Collegues,
    /// Keeps a search or a comment at hand.
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
    /// The comments that the managers of a centre share ([`Pouvoir::Examiner`] there); of each of the asker's centres.
    Partages {
        /// Of this one alone.
        #[serde(default)]
        centre: Option<CentreCode>,
    },
    /// Shares one ([`Pouvoir::Examiner`] in the centre).
    PartagerModele {
        /// With whose managers.
        centre: CentreCode,
        /// Under what name.
        nom: String,
        /// What.
        contenu: String,
    },
    /// No longer shares it ([`Pouvoir::Examiner`] in the centre).
    OublierPartage {
        /// Whose.
        centre: CentreCode,
        /// Which.
        nom: String,
    },
    /// The figures of what the filter leaves ([`Pouvoir::Statistiques`]).
    Statistiques(Box<FiltreDossiers>),
    /// What is taken out as files.
    Sortir(Sortie),
    /// A piece of a dossier ([`Pouvoir::Voir`]); the look is written down.
    Piece {
        /// Of which dossier.
        id: DossierId,
        /// Which.
        piece: PieceCode,
    },
    /// Requests to the support ([`Pouvoir::VoirDemandes`]), as far as the asker's scope goes.
    Demandes(Box<FiltreDemandes>),
    /// One of them ([`Pouvoir::VoirDemandes`]); the look is written down.
    Demande {
        /// Which.
        id: DemandeId,
        /// The original or an attachment of this message is wanted as well.
        #[serde(default)]
        original: Option<String>,
    },
    /// The requests before and after one, in a list ([`Pouvoir::VoirDemandes`]).
    VoisinesDemande {
        /// Of which.
        id: DemandeId,
        /// In which list.
        filtre: Box<FiltreDemandes>,
    },
    /// One act on one of them ([`Pouvoir::TraiterDemandes`]).
    AgirDemande(Box<ActeDemande>),
    /// The intake as a whole ([`Pouvoir::TraiterDemandes`], everywhere).
    Support(ActeSupport),
    /// Whether our mails arrive ([`Pouvoir::VoirDemandes`], everywhere).
    Delivrabilite {
        /// Mails of so many days.
        jours: Option<u16>,
        /// To addresses of this domain.
        domaine: Option<String>,
    },
    /// Who looked at what ([`Pouvoir::LireAudit`]).
    Audit {
        /// Whose trail.
        sujet: SujetAudit,
        /// Where the former answer ended.
        #[serde(default)]
        curseur: Option<String>,
    },
}

/// Whose trail is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sujet", content = "id", rename_all = "snake_case")]
pub enum SujetAudit {
    /// Everything about a dossier.
    Dossier(DossierId),
    /// Everything a person did.
    Personnel(PersonnelId),
    /// Everything.
    Tout,
}

/// What a session may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtapeSession {
    /// Everything the person may do.
    Complete,
    /// The password was right; the second factor is still to be proved.
    SecondFacteur,
    /// A second factor is still to be set up.
    Enrolement,
}

/// Who asks, as their own pages see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentVue {
    /// Who.
    pub personnel: PersonnelVue,
    /// What the session may be used for.
    pub etape: EtapeSession,
    /// Whether a second factor is demanded here.
    pub second_exige: bool,
    /// What the person may do somewhere.
    pub pouvoirs: Vec<Pouvoir>,
    /// What the person keeps at hand.
    #[serde(default)]
    pub affaires: Affaires,
}

/// A second factor being set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondVue {
    /// To be given back with the first code.
    pub nonce: String,
    /// In base 32, to be typed.
    pub secret: String,
}

/// A dossier as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierGestion {
    /// The dossier, with the profile as it was handed in.
    pub dossier: DossierVue,
    /// Its candidate as they are today, with the contact mail (P17).
    pub candidat: Moi,
    /// What the asker may do in it.
    pub pouvoirs: Vec<Pouvoir>,
    /// Who else looks at it.
    #[serde(default)]
    pub presents: Vec<Present>,
}

/// What an erasure takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffacementVue {
    /// Whose.
    pub candidat: CandidatId,
    /// The log-in name, which is never given again.
    pub numero: Numero,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Of which campaign.
    pub campagne: CampagneCode,
    /// The formations of the dossiers.
    pub formations: Vec<FormationCode>,
    /// Those whose confirmed admission the scolarité was told of: it keeps its own record.
    pub admissions: Vec<FormationCode>,
    /// Requests to the support, with the mails they wrote.
    #[serde(default)]
    pub demandes: usize,
    /// Whether it was done.
    pub fait: bool,
}

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LigneAudit {
    /// When.
    pub le: Timestamp,
    /// Who.
    pub personnel: PersonnelId,
    /// What: the act's code.
    pub quoi: String,
    /// About which dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dossier: Option<DossierId>,
    /// About whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidat: Option<CandidatId>,
    /// More: the piece's code, the number of dossiers of an export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A session just opened, a candidate's or a member of staff's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOuverte {
    /// The token.
    pub jeton: String,
    /// Until when.
    pub expire_le: Timestamp,
    /// The codes of the roles; `candidat` for candidates.
    pub roles: Vec<String>,
    /// What it may be used for; none for candidates, who have no stages.
    pub etape: Option<EtapeSession>,
}

impl Reponse {
    /// The session that was opened, if that is the answer.
    pub fn session(self) -> Option<SessionOuverte> {
        if let Self::Session {
            jeton, expire_le, ..
        } = self
        {
            return Some(SessionOuverte {
                jeton,
                expire_le,
                roles: vec!["candidat".to_owned()],
                etape: None,
            });
        }
        let Self::SessionPersonnel {
            jeton,
            expire_le,
            roles,
            etape,
        } = self
        else {
            return None;
        };
        Some(SessionOuverte {
            jeton,
            expire_le,
            roles,
            etape: Some(etape),
        })
    }
}

/// What rows are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriDossiers {
    /// Name of the candidate.
    #[default]
    Nom,
    /// Number of the candidate.
    Numero,
    /// Code of the formation.
    Formation,
    /// Since when.
    CreeLe,
    /// When it was handed in.
    TransmisLe,
}

impl TriDossiers {
    /// Each at its own place.
    pub(crate) const TOUS: [Self; 5] = [
        Self::Nom,
        Self::Numero,
        Self::Formation,
        Self::CreeLe,
        Self::TransmisLe,
    ];
}

/// Which dossiers are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FiltreDossiers {
    /// Of this campaign; of the running one without.
    pub campagne: Option<CampagneCode>,
    /// To this formation.
    pub formation: Option<FormationCode>,
    /// Of this centre.
    pub centre: Option<CentreCode>,
    /// Of this commission.
    pub commission: Option<CommissionCode>,
    /// In this state.
    pub etat: Option<Etat>,
    /// With this released avis.
    pub avis: Option<String>,
    /// With this answer.
    pub reponse: Option<ReponseCandidat>,
    /// With an offer that waits for its answer, or not.
    pub attend_reponse: Option<bool>,
    /// With an avis entered and not released, or without.
    pub brouillon: Option<bool>,
    /// This person takes care of it.
    pub assigne: Option<PersonnelId>,
    /// With this label.
    pub etiquette: Option<String>,
    /// Handed in from then on.
    pub transmis_apres: Option<Timestamp>,
    /// Handed in before.
    pub transmis_avant: Option<Timestamp>,
    /// Words of name or number; accents and case ignored.
    pub q: Option<String>,
    /// In which order.
    pub tri: TriDossiers,
    /// From the end.
    pub inverse: bool,
    /// Where the former answer ended.
    pub curseur: Option<String>,
    /// How many rows.
    pub limite: Option<usize>,
}

/// A dossier in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LigneDossier {
    /// Itself.
    pub id: DossierId,
    /// Whose.
    pub candidat: CandidatId,
    /// The log-in name.
    pub numero: Numero,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Of which campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campagne: Option<CampagneCode>,
    /// To what.
    pub formation: FormationCode,
    /// Where it stands.
    pub etat: Etat,
    /// The released avis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avis: Option<String>,
    /// An avis is entered, not released.
    #[serde(default)]
    pub brouillon: bool,
    /// Which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avis_saisi: Option<String>,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigne: Option<PersonnelId>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub etiquettes: BTreeSet<String>,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reponse: Option<ReponseCandidat>,
    /// Since when.
    pub cree_le: Timestamp,
    /// When it was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transmis_le: Option<Timestamp>,
    /// Of its stream.
    pub version: u64,
}

/// How many dossiers there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comptes {
    /// By state.
    pub etats: BTreeMap<Etat, u64>,
    /// By released avis.
    pub avis: BTreeMap<String, u64>,
    /// Offers confirmed.
    pub confirmes: u64,
    /// Avis entered and not released, by formation, then avis.
    #[serde(default)]
    pub saisis: BTreeMap<FormationCode, BTreeMap<String, u64>>,
    /// By formation, then state.
    pub formations: BTreeMap<FormationCode, BTreeMap<Etat, u64>>,
}

impl Comptes {
    /// Counts one more.
    pub(crate) fn ajouter(&mut self, ligne: &LigneDossier) {
        self.ajouter_etat(&ligne.formation, ligne.etat, 1);
        self.ajouter_avis(ligne);
    }

    /// Counts so many more of a formation, in this state.
    pub(crate) fn ajouter_etat(&mut self, formation: &FormationCode, etat: Etat, nombre: u64) {
        if nombre == 0 {
            return;
        }
        *self.etats.entry(etat).or_default() += nombre;
        let formation = match self.formations.get_mut(formation) {
            Some(formation) => formation,
            None => self.formations.entry(formation.clone()).or_default(),
        };
        *formation.entry(etat).or_default() += nombre;
    }

    /// Counts what was said of one more.
    pub(crate) fn ajouter_avis(&mut self, ligne: &LigneDossier) {
        if let Some(avis) = &ligne.avis {
            compter(&mut self.avis, avis);
        }
        if let Some(avis) = &ligne.avis_saisi {
            let ici = match self.saisis.get_mut(&ligne.formation) {
                Some(ici) => ici,
                None => self.saisis.entry(ligne.formation.clone()).or_default(),
            };
            compter(ici, avis);
        }
        if ligne.reponse == Some(ReponseCandidat::Confirmee) {
            self.confirmes += 1;
        }
    }
}

/// One more under a name, which is copied only the first time: a page of the list counts thousands of rows.
fn compter(figures: &mut BTreeMap<String, u64>, nom: &str) {
    match figures.get_mut(nom) {
        Some(combien) => *combien += 1,
        None => drop(figures.insert(nom.to_owned(), 1)),
    }
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageDossiers {
    /// In order.
    pub dossiers: Vec<LigneDossier>,
    /// To go on, if there is more.
    pub curseur: Option<String>,
    /// How many the filter leaves.
    pub total: usize,
    /// Of all states, whatever state is asked for.
    pub comptes: Comptes,
}
