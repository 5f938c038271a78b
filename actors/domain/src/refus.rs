//! Refusals: a rule said no. A refusal changes nothing and sends nothing.

mod textes;

use serde::{Deserialize, Serialize};

use crate::langue::Langue;

/// The stable code of a refusal, for programs; the text for people is beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeRefus {
    /// Fields are at fault; they are all listed (422).
    ChampsInvalides,
    /// What is named does not exist, or is not the asker's.
    Introuvable,
    /// The account was already validated (G04).
    CompteDejaValide,
    /// The account is not validated yet (G06).
    CompteNonValide,
    /// The account is not validated, and its provider refuses our mails (G38).
    AdresseRefusee,
    /// The account belongs to a campaign that is over, or not yet open (G09).
    CompteHorsCampagne,
    /// The dossier is of a campaign that is archived: it is only to be read.
    CampagneArchivee,
    /// No campaign is open: no account can be created.
    CampagneFermee,
    /// The link is older than its life (G04).
    LienExpire,
    /// A newer link was sent, or this one was used (G07).
    LienRemplace,
    /// The link is none of ours.
    LienInvalide,
    /// The account, or the single sign-on identity, is joined to another one (G01).
    IdentiteAutre,
    /// No account is joined to this single sign-on identity (G01).
    IdentiteInconnue,
    /// The address belongs to another account of the campaign (G05, G10).
    AdressePrise,
    /// The profile has a required section missing (G11).
    ProfilIncomplet,
    /// The formation does not take applications now (G23).
    FormationFermee,
    /// The limit of the campaign is reached (G22).
    LimiteCampagne,
    /// The limit of the centre is reached (G22).
    LimiteCentre,
    /// There is a live dossier for this formation (G22).
    DossierExiste,
    /// The return date has passed (G23, T24).
    RetourDepasse,
    /// A piece is missing (G29).
    PieceManquante,
    /// The dossier is transmitted: nothing in it can change (G30).
    DossierTransmis,
    /// The dossier was dropped.
    DossierAnnule,
    /// The formation does not ask for this piece.
    PieceInconnue,
    /// The piece must be given by everybody: it is not conditional (G27).
    PieceObligatoire,
    /// The sworn statement is missing (G27).
    CertificationManquante,
    /// The piece is declared « non concerné »: take the declaration back first.
    PieceNonConcernee,
    /// There is no file to remove, or no declaration to take back.
    PieceAttendue,
    /// The profile has as many entries of this kind as it may.
    TropDEntrees,
    /// This act is not for who asks.
    ActeNonPermis,
    /// The dossier is not transmitted: it is not examined.
    DossierNonTransmis,
    /// The dossier was sent back to the candidate.
    DossierIncomplet,
    /// The dossier is not sent back.
    DossierNonRenvoye,
    /// The dossier is complete already.
    DossierComplet,
    /// The dossier is not declared complete.
    DossierNonComplet,
    /// Only the named pieces of a send-back can change.
    PieceClose,
    /// A piece is refused, or a further one still awaited.
    PieceRefusee,
    /// The dossier has this piece already.
    PieceDejaDemandee,
    /// No piece is refused or asked for in addition.
    RienARenvoyer,
    /// The candidate changed something since the send-back.
    RenvoiEntame,
    /// There is no draft.
    AvisAbsent,
    /// A decision is released.
    AvisPublie,
    /// After a refusal, the next decision is flagged as « appel ».
    AppelRequis,
    /// Another dossier of the formation has this rank.
    RangPris,
    /// No place is free.
    AucunePlace,
    /// The dossier is not the first on the list.
    PasPremierRang,
    /// The dossier is not on the list.
    PasSurListe,
    /// No offer waits for an answer.
    AucuneOffre,
    /// The answer was given already.
    ReponseDonnee,
    /// The confirmation date has passed.
    ConfirmationDepassee,
    /// There is no withdrawal to take back.
    RienARetablir,
    /// The person's roles do not carry this act (Q17).
    DroitManquant,
    /// The member of staff was disabled.
    CompteDesactive,
    /// There is a member of staff with this address.
    PersonnelExiste,
    /// The last administrator would be gone.
    DernierAdministrateur,
    /// The password is right; the second factor's code is asked for (Q17).
    SecondFacteurRequis,
    /// The code is wrong, was used, or is none of the recovery codes left.
    SecondFacteurFaux,
    /// A second factor is in use already.
    SecondFacteurActif,
    /// No second factor is in use.
    SecondFacteurAbsent,
    /// A second factor must be set up before anything else (Q17).
    EnrolementRequis,
    /// The request has ended; a new one begins (S59).
    DemandeClose,
    /// The request was merged into another one.
    DemandeFusionnee,
    /// The two requests are of different people: merged, one would read the other's (S65).
    DemandeursDifferents,
    /// The candidate has as many open requests as they may.
    TropDeDemandes,
    /// No automatic answer may leave: one did, or a person has it (S35).
    ReponseAutomatiqueExclue,
}

impl CodeRefus {
    /// The rule behind it, as `1-guide-rules.md` and `2-domain.md` number them.
    pub const fn regle(self) -> Option<&'static str> {
        match self {
            Self::ChampsInvalides | Self::Introuvable => None,
            Self::CompteDejaValide | Self::LienExpire | Self::LienInvalide => Some("G04"),
            Self::CompteNonValide => Some("G06"),
            Self::AdresseRefusee => Some("G38"),
            Self::CompteHorsCampagne | Self::CampagneFermee | Self::CampagneArchivee => Some("G09"),
            Self::IdentiteAutre | Self::IdentiteInconnue => Some("G01"),
            Self::LienRemplace => Some("G07"),
            Self::AdressePrise => Some("G05"),
            Self::ProfilIncomplet => Some("G11"),
            Self::LimiteCampagne | Self::LimiteCentre | Self::DossierExiste => Some("G22"),
            Self::FormationFermee | Self::RetourDepasse => Some("G23"),
            Self::PieceManquante => Some("G29"),
            Self::DossierTransmis => Some("G30"),
            Self::DossierAnnule => Some("T06"),
            Self::PieceInconnue | Self::PieceAttendue => Some("T04"),
            Self::PieceObligatoire | Self::CertificationManquante | Self::PieceNonConcernee => {
                Some("G27")
            }
            Self::TropDEntrees => Some("G19"),
            Self::ActeNonPermis => None,
            Self::DossierNonTransmis => Some("G31"),
            Self::DossierIncomplet => Some("T10"),
            Self::DossierNonRenvoye | Self::RenvoiEntame => Some("T12"),
            Self::DossierComplet | Self::PieceRefusee => Some("T13"),
            Self::DossierNonComplet => Some("T14"),
            Self::PieceClose => Some("G33"),
            Self::PieceDejaDemandee | Self::RienARenvoyer => Some("T09"),
            Self::AvisAbsent | Self::AvisPublie => Some("T16"),
            Self::AppelRequis => Some("T17"),
            Self::RangPris => Some("T15"),
            Self::AucunePlace | Self::PasPremierRang | Self::PasSurListe => Some("T22"),
            Self::AucuneOffre | Self::ReponseDonnee => Some("T18"),
            Self::ConfirmationDepassee => Some("G34"),
            Self::RienARetablir => Some("T23"),
            Self::DroitManquant
            | Self::CompteDesactive
            | Self::PersonnelExiste
            | Self::DernierAdministrateur
            | Self::SecondFacteurRequis
            | Self::SecondFacteurFaux
            | Self::SecondFacteurActif
            | Self::SecondFacteurAbsent
            | Self::EnrolementRequis => Some("Q17"),
            Self::DemandeClose | Self::DemandeFusionnee => Some("S59"),
            Self::DemandeursDifferents => Some("S65"),
            Self::TropDeDemandes => Some("S64"),
            Self::ReponseAutomatiqueExclue => Some("S35"),
        }
    }

    /// What is wrong and what to do, in one sentence or two.
    pub const fn texte(self, langue: Langue) -> &'static str {
        let (fr, en) = self.textes();
        langue.choisir(fr, en)
    }
}

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FauteChamp {
    /// The field's name in the form and in the JSON body.
    pub champ: String,
    /// The stable code of the fault.
    pub code: String,
    /// What is wrong and what to do, in the asker's language or French.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

impl FauteChamp {
    /// A fault, in both languages.
    pub fn new(champ: &str, code: &str, fr: &str, en: &str) -> Self {
        Self {
            champ: champ.to_owned(),
            code: code.to_owned(),
            message: fr.to_owned(),
            message_en: en.to_owned(),
        }
    }

    /// The sentence for people.
    pub fn texte(&self, langue: Langue) -> &str {
        langue.choisir(&self.message, &self.message_en)
    }
}

/// A refusal, with everything that is wrong at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refus {
    /// Why.
    pub code: CodeRefus,
    /// The fields at fault, or the names of the pieces or sections that are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub champs: Vec<FauteChamp>,
}

impl From<CodeRefus> for Refus {
    fn from(code: CodeRefus) -> Self {
        Self {
            code,
            champs: Vec::new(),
        }
    }
}

impl Refus {
    /// All faults of a form; `Ok` when there is none.
    ///
    /// # Errors
    /// [`CodeRefus::ChampsInvalides`] with the faults.
    pub fn si_fautes(champs: Vec<FauteChamp>) -> Result<(), Self> {
        if champs.is_empty() {
            return Ok(());
        }
        Err(Self {
            code: CodeRefus::ChampsInvalides,
            champs,
        })
    }
}

impl std::fmt::Display for Refus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.texte(Langue::Fr))
    }
}

impl std::error::Error for Refus {}
