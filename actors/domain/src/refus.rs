//! Refusals: a rule said no. A refusal changes nothing and sends nothing.

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
    /// The account belongs to a campaign that is over, or not yet open (G09).
    CompteHorsCampagne,
    /// No campaign is open: no account can be created.
    CampagneFermee,
    /// The link is older than its life (G04).
    LienExpire,
    /// A newer link was sent, or this one was used (G07).
    LienRemplace,
    /// The link is none of ours.
    LienInvalide,
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
}

impl CodeRefus {
    /// The rule behind it, as `1-guide-rules.md` and `2-domain.md` number them.
    pub const fn regle(self) -> Option<&'static str> {
        match self {
            Self::ChampsInvalides | Self::Introuvable => None,
            Self::CompteDejaValide | Self::LienExpire | Self::LienInvalide => Some("G04"),
            Self::CompteNonValide => Some("G06"),
            Self::CompteHorsCampagne | Self::CampagneFermee => Some("G09"),
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
        }
    }

    /// What is wrong and what to do, in one sentence or two.
    pub const fn texte(self, langue: Langue) -> &'static str {
        let (fr, en) = self.textes();
        langue.choisir(fr, en)
    }

    #[expect(clippy::too_many_lines, reason = "a table: one row per code")]
    const fn textes(self) -> (&'static str, &'static str) {
        match self {
            Self::ChampsInvalides => (
                "Certains champs sont à corriger. Chacun est nommé ci-dessous.",
                "Some fields need correcting. Each one is named below.",
            ),
            Self::Introuvable => (
                "Cet élément n'existe pas, ou n'est pas à vous.",
                "This does not exist, or is not yours.",
            ),
            Self::CompteDejaValide => (
                "Ce compte est déjà validé. Vous pouvez vous connecter.",
                "This account is already validated. You can log in.",
            ),
            Self::CompteNonValide => (
                "Connexion impossible : le compte n'est pas encore validé. Ouvrez le lien reçu par mail, ou demandez-en un nouveau.",
                "You cannot log in yet: the account is not validated. Open the link you received by mail, or ask for a new one.",
            ),
            Self::CompteHorsCampagne => (
                "Ce compte appartient à une campagne fermée. Créez un nouveau compte pour la campagne en cours, avec la même adresse si vous le souhaitez.",
                "This account belongs to a closed campaign. Create a new account for the current one, with the same address if you like.",
            ),
            Self::CampagneFermee => (
                "Aucune campagne n'est ouverte en ce moment. Revenez à la date d'ouverture indiquée par l'université.",
                "No campaign is open now. Come back on the opening date the university gives.",
            ),
            Self::LienExpire => (
                "Ce lien a expiré. Demandez-en un nouveau.",
                "This link has expired. Ask for a new one.",
            ),
            Self::LienRemplace => (
                "Ce lien a déjà servi ou a été remplacé par un plus récent. Ouvrez le dernier mail reçu, ou demandez un nouveau lien.",
                "This link was used, or replaced by a newer one. Open the latest mail, or ask for a new link.",
            ),
            Self::LienInvalide => (
                "Ce lien n'est pas valable. Vérifiez qu'il est copié en entier, ou demandez-en un nouveau.",
                "This link is not valid. Check that it is copied in full, or ask for a new one.",
            ),
            Self::AdressePrise => (
                "Un compte utilise déjà cette adresse pour la campagne en cours.",
                "An account already uses this address for the current campaign.",
            ),
            Self::ProfilIncomplet => (
                "Complétez d'abord votre profil : informations personnelles, adresse et baccalauréat.",
                "Complete your profile first: personal information, address and baccalauréat.",
            ),
            Self::FormationFermee => (
                "Cette formation ne reçoit pas de candidature en ce moment. Consultez ses dates dans l'offre.",
                "This programme is not taking applications now. See its dates in the list of programmes.",
            ),
            Self::LimiteCampagne => (
                "Vous avez atteint le nombre maximal de dossiers de la campagne. Annulez un dossier non transmis pour en ouvrir un autre.",
                "You have reached the campaign's limit of applications. Drop one that is not transmitted to open another.",
            ),
            Self::LimiteCentre => (
                "Vous avez atteint le nombre maximal de dossiers de ce centre de candidature. Annulez un dossier non transmis pour en ouvrir un autre.",
                "You have reached this office's limit of applications. Drop one that is not transmitted to open another.",
            ),
            Self::DossierExiste => (
                "Vous avez déjà un dossier pour cette formation.",
                "You already have an application for this programme.",
            ),
            Self::RetourDepasse => (
                "La date limite de retour est passée : ce dossier ne peut plus être modifié ni transmis.",
                "The return date has passed: this application can no longer be changed or transmitted.",
            ),
            Self::PieceManquante => (
                "Il manque au moins une pièce justificative. Déposez-la avant de transmettre.",
                "At least one document is missing. Hand it in before you transmit.",
            ),
            Self::DossierTransmis => (
                "Ce dossier est transmis : plus rien ne peut y être modifié.",
                "This application is transmitted: nothing in it can be changed any more.",
            ),
            Self::DossierAnnule => (
                "Ce dossier a été annulé. Vous pouvez en ouvrir un autre pour cette formation.",
                "This application was dropped. You can open another one for this programme.",
            ),
            Self::PieceInconnue => (
                "Cette formation ne demande pas cette pièce.",
                "This programme does not ask for this document.",
            ),
            Self::PieceObligatoire => (
                "Cette pièce est demandée à tous : elle ne peut pas être déclarée « non concerné ».",
                "This document is asked of everybody: it cannot be declared not applicable.",
            ),
            Self::CertificationManquante => (
                "Cochez la case par laquelle vous certifiez sur l'honneur ne pas être concerné.",
                "Tick the box by which you certify on your honour that this does not apply to you.",
            ),
            Self::PieceNonConcernee => (
                "Vous vous êtes déclaré non concerné par cette pièce. Revenez d'abord sur cette déclaration.",
                "You declared this document not applicable. Take that declaration back first.",
            ),
            Self::PieceAttendue => (
                "Il n'y a rien à retirer : cette pièce est encore attendue.",
                "There is nothing to remove: this document is still awaited.",
            ),
            Self::TropDEntrees => (
                "Cette rubrique est pleine. Retirez une ligne pour en ajouter une autre.",
                "This section is full. Remove a line to add another.",
            ),
        }
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
