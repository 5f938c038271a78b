//! What happened to a dossier. Stored for ever: variants and fields are added with defaults, never renamed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Acteur, Annotation, Avis, Depot, Identite, Intitules, Reproche, Verdict, par_le_candidat,
};
use crate::fichier::Fichier;
use crate::ids::PieceCode;
use crate::profil::Profil;

/// What happened to a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evenement {
    /// T01, T02.
    DossierCree(Identite),
    /// T03: complete at once, with the draft of an offer.
    DossierPropose {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// As it was then.
        profil: Box<Profil>,
    },
    /// T04, T10: an own file.
    PieceDeposee {
        /// Which piece.
        piece: PieceCode,
        /// The file.
        fichier: Fichier,
    },
    /// T04, T10.
    PieceRetiree {
        /// Which piece.
        piece: PieceCode,
    },
    /// T04, T10, G27.
    NonConcerneDeclare {
        /// Which piece.
        piece: PieceCode,
        /// When.
        certifie_le: Timestamp,
        /// The text sworn to.
        serment: String,
    },
    /// T04, T10, G27.
    NonConcerneRetire {
        /// Which piece.
        piece: PieceCode,
    },
    /// The analysis found something bad: the file is out.
    PieceInfectee {
        /// Which piece.
        piece: PieceCode,
    },
    /// T05, T11: with everything that was handed in.
    DossierTransmis {
        /// When.
        transmis_le: Timestamp,
        /// Every piece.
        pieces: BTreeMap<PieceCode, Depot>,
        /// The profile as handed in first.
        profil: Box<Profil>,
        /// What everything was called then; absent in transmissions of before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intitules: Option<Intitules>,
    },
    /// T06, T07.
    DossierAnnule {
        /// When.
        annule_le: Timestamp,
        /// By whom.
        #[serde(default, skip_serializing_if = "par_le_candidat")]
        par: Acteur,
        /// Why, when staff did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        motif: Option<String>,
    },
    /// T08.
    PieceDecidee {
        /// Which piece.
        piece: PieceCode,
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// What.
        verdict: Verdict,
    },
    /// T09: a further piece, to be asked for.
    PieceExigee {
        /// Which piece.
        piece: PieceCode,
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// What to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commentaire: Option<String>,
    },
    /// T09.
    DossierRenvoye {
        /// By whom.
        par: Acteur,
        /// When.
        renvoye_le: Timestamp,
        /// The named pieces.
        pieces: BTreeMap<PieceCode, Reproche>,
        /// A new return date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retour: Option<Timestamp>,
    },
    /// T12.
    RenvoiRepris {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
    },
    /// T13.
    DossierComplet {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
    },
    /// T14.
    ExamenRouvert {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
    },
    /// T15, T17.
    AvisSaisi {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// What.
        avis: Avis,
    },
    /// T15.
    AvisRetire {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
    },
    /// T16, T17.
    AvisPublie {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// What.
        avis: Avis,
        /// The last moment to confirm, for an offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmation: Option<Timestamp>,
    },
    /// T18.
    OffreConfirmee {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
    },
    /// T19, T20.
    Desistement {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// It was confirmed before: the admission is withdrawn.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        apres_confirmation: bool,
    },
    /// T21.
    DesistementAuto {
        /// When.
        le: Timestamp,
    },
    /// T22.
    Promotion {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// The last moment to confirm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmation: Option<Timestamp>,
    },
    /// T23.
    OffreRetablie {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// Why.
        motif: String,
        /// The last moment to confirm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmation: Option<Timestamp>,
    },
    /// T24: a reminder left.
    RappelEnvoye {
        /// Days before the return date.
        jours: u8,
        /// When.
        le: Timestamp,
    },
    /// A reminder to confirm left.
    RelanceConfirmation {
        /// When.
        le: Timestamp,
    },
    /// T25.
    EcheancesFixees {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// The last moment to transmit, if it was changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retour: Option<Timestamp>,
        /// The last moment to confirm, if it was changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmation: Option<Timestamp>,
    },
    /// T26.
    Annote {
        /// By whom.
        par: Acteur,
        /// When.
        le: Timestamp,
        /// What.
        annotation: Annotation,
    },
}

impl Evenement {
    /// Its stored name.
    pub const fn nom(&self) -> &'static str {
        match self {
            Self::DossierCree(_) => "dossier_cree",
            Self::DossierPropose { .. } => "dossier_propose",
            Self::PieceDeposee { .. } => "piece_deposee",
            Self::PieceRetiree { .. } => "piece_retiree",
            Self::NonConcerneDeclare { .. } => "non_concerne_declare",
            Self::NonConcerneRetire { .. } => "non_concerne_retire",
            Self::PieceInfectee { .. } => "piece_infectee",
            Self::DossierTransmis { .. } => "dossier_transmis",
            Self::DossierAnnule { .. } => "dossier_annule",
            Self::PieceDecidee { .. } => "piece_decidee",
            Self::PieceExigee { .. } => "piece_exigee",
            Self::DossierRenvoye { .. } => "dossier_renvoye",
            Self::RenvoiRepris { .. } => "renvoi_repris",
            Self::DossierComplet { .. } => "dossier_complet",
            Self::ExamenRouvert { .. } => "examen_rouvert",
            Self::AvisSaisi { .. } => "avis_saisi",
            Self::AvisRetire { .. } => "avis_retire",
            Self::AvisPublie { .. } => "avis_publie",
            Self::OffreConfirmee { .. } => "offre_confirmee",
            Self::Desistement { .. } => "desistement",
            Self::DesistementAuto { .. } => "desistement_auto",
            Self::Promotion { .. } => "promotion",
            Self::OffreRetablie { .. } => "offre_retablie",
            Self::RappelEnvoye { .. } => "rappel_envoye",
            Self::RelanceConfirmation { .. } => "relance_confirmation",
            Self::EcheancesFixees { .. } => "echeances_fixees",
            Self::Annote { .. } => "annote",
        }
    }

    /// Who did it.
    pub const fn par(&self) -> &Acteur {
        match self {
            Self::DossierCree(identite) => &identite.par,
            Self::PieceDeposee { .. }
            | Self::PieceRetiree { .. }
            | Self::NonConcerneDeclare { .. }
            | Self::NonConcerneRetire { .. }
            | Self::DossierTransmis { .. } => &Acteur::Candidat,
            Self::PieceInfectee { .. }
            | Self::DesistementAuto { .. }
            | Self::RappelEnvoye { .. }
            | Self::RelanceConfirmation { .. } => &Acteur::Systeme,
            Self::DossierPropose { par, .. }
            | Self::DossierAnnule { par, .. }
            | Self::PieceDecidee { par, .. }
            | Self::PieceExigee { par, .. }
            | Self::DossierRenvoye { par, .. }
            | Self::RenvoiRepris { par, .. }
            | Self::DossierComplet { par, .. }
            | Self::ExamenRouvert { par, .. }
            | Self::AvisSaisi { par, .. }
            | Self::AvisRetire { par, .. }
            | Self::AvisPublie { par, .. }
            | Self::OffreConfirmee { par, .. }
            | Self::Desistement { par, .. }
            | Self::Promotion { par, .. }
            | Self::OffreRetablie { par, .. }
            | Self::EcheancesFixees { par, .. }
            | Self::Annote { par, .. } => par,
        }
    }

    /// The piece it is about.
    pub const fn piece(&self) -> Option<&PieceCode> {
        match self {
            Self::PieceDeposee { piece, .. }
            | Self::PieceRetiree { piece }
            | Self::NonConcerneDeclare { piece, .. }
            | Self::NonConcerneRetire { piece }
            | Self::PieceInfectee { piece }
            | Self::PieceDecidee { piece, .. }
            | Self::PieceExigee { piece, .. } => Some(piece),
            Self::DossierCree(_)
            | Self::DossierPropose { .. }
            | Self::DossierTransmis { .. }
            | Self::DossierAnnule { .. }
            | Self::DossierRenvoye { .. }
            | Self::RenvoiRepris { .. }
            | Self::DossierComplet { .. }
            | Self::ExamenRouvert { .. }
            | Self::AvisSaisi { .. }
            | Self::AvisRetire { .. }
            | Self::AvisPublie { .. }
            | Self::OffreConfirmee { .. }
            | Self::Desistement { .. }
            | Self::DesistementAuto { .. }
            | Self::Promotion { .. }
            | Self::OffreRetablie { .. }
            | Self::RappelEnvoye { .. }
            | Self::RelanceConfirmation { .. }
            | Self::EcheancesFixees { .. }
            | Self::Annote { .. } => None,
        }
    }

    /// Whether the candidate sees it in the history: a draft, a note or an undelivered verdict is none of his (T08, T15, T26).
    pub const fn public(&self) -> bool {
        match self {
            Self::PieceDecidee { .. }
            | Self::PieceExigee { .. }
            | Self::AvisSaisi { .. }
            | Self::AvisRetire { .. }
            | Self::ExamenRouvert { .. }
            | Self::DossierPropose { .. }
            | Self::Annote { .. } => false,
            Self::DossierCree(_)
            | Self::PieceDeposee { .. }
            | Self::PieceRetiree { .. }
            | Self::NonConcerneDeclare { .. }
            | Self::NonConcerneRetire { .. }
            | Self::PieceInfectee { .. }
            | Self::DossierTransmis { .. }
            | Self::DossierAnnule { .. }
            | Self::DossierRenvoye { .. }
            | Self::RenvoiRepris { .. }
            | Self::DossierComplet { .. }
            | Self::AvisPublie { .. }
            | Self::OffreConfirmee { .. }
            | Self::Desistement { .. }
            | Self::DesistementAuto { .. }
            | Self::Promotion { .. }
            | Self::OffreRetablie { .. }
            | Self::RappelEnvoye { .. }
            | Self::RelanceConfirmation { .. }
            | Self::EcheancesFixees { .. } => true,
        }
    }
}
