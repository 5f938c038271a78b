//! What one may ask of a dossier.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Avis, Verdict};
use crate::fichier::Fichier;
use crate::ids::{CandidatId, DossierId, FormationCode, PersonnelId, PieceCode};

/// What one may ask of a dossier. Who may is in [`super::autorise`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "commande", rename_all = "snake_case")]
pub enum Commande {
    /// T01, T02, from the candidate's own stream; a repeat changes nothing.
    Creer {
        /// Itself.
        id: DossierId,
        /// Whose.
        candidat: CandidatId,
        /// To what.
        formation: FormationCode,
    },
    /// T03, from the candidate's own stream; a repeat changes nothing.
    Proposer {
        /// Itself.
        id: DossierId,
        /// Whose.
        candidat: CandidatId,
        /// To what.
        formation: FormationCode,
    },
    /// T04, T10: a file for a piece; for a common piece of a dossier being filled in it goes to the drawer.
    Deposer {
        /// Which piece.
        piece: PieceCode,
        /// The file, already stored and checked.
        fichier: Fichier,
    },
    /// T10: hands in the file of the drawer for a named common piece.
    Puiser {
        /// Which piece.
        piece: PieceCode,
    },
    /// T04, T10: takes the file away.
    Retirer {
        /// Which piece.
        piece: PieceCode,
    },
    /// T04, T10, G27.
    DeclarerNonConcerne {
        /// Which piece.
        piece: PieceCode,
        /// The box is ticked.
        certifie: bool,
    },
    /// T04, T10, G27.
    RevenirConcerne {
        /// Which piece.
        piece: PieceCode,
    },
    /// The analysis of a file ended; nothing when the file is no longer the one in.
    ConclureAnalyse {
        /// Which piece.
        piece: PieceCode,
        /// Of which content.
        sha256: String,
        /// Nothing bad was found.
        sain: bool,
    },
    /// T05, T11.
    Transmettre,
    /// T06.
    Annuler,
    /// T07.
    AnnulerParGestion {
        /// Why; mailed.
        motif: String,
    },
    /// T08.
    DeciderPiece {
        /// Which piece.
        piece: PieceCode,
        /// What.
        verdict: Verdict,
    },
    /// T09: a further piece, asked for with the next send-back.
    ExigerPiece {
        /// Which, of the campaign's.
        piece: PieceCode,
        /// What to say.
        commentaire: Option<String>,
    },
    /// T09.
    Renvoyer {
        /// A new return date, never earlier than the present one.
        retour: Option<Timestamp>,
    },
    /// T12.
    Reprendre,
    /// T13.
    DeclarerComplet,
    /// T14.
    Rouvrir,
    /// T15, T17: enters, or replaces, the draft.
    SaisirAvis {
        /// What.
        avis: Avis,
    },
    /// T15: removes the draft.
    RetirerAvis,
    /// T16, T17: releases the draft.
    PublierAvis,
    /// T18.
    Confirmer,
    /// T19, T20.
    SeDesister,
    /// T21: the confirmation date has passed.
    ExpirerConfirmation,
    /// T22.
    Promouvoir,
    /// T23.
    Retablir {
        /// Why.
        motif: String,
        /// The new date.
        confirmation: Option<Timestamp>,
    },
    /// T24: the reminder is due; sent only when the dossier still waits.
    Rappeler {
        /// Days before the return date.
        jours: u8,
    },
    /// The confirmation date is near; sent only when the offer still waits.
    RelancerConfirmation,
    /// T25: what is absent stays.
    FixerEcheances {
        /// The last moment to transmit.
        retour: Option<Timestamp>,
        /// The last moment to confirm.
        confirmation: Option<Timestamp>,
    },
    /// T26.
    Annoter {
        /// What.
        annotation: Annotation,
    },
}

/// What staff note about a dossier (T26).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "annotation", rename_all = "snake_case")]
pub enum Annotation {
    /// Adds a note.
    Note {
        /// What.
        texte: String,
    },
    /// Replaces the labels.
    Etiquettes {
        /// All of them.
        etiquettes: BTreeSet<String>,
    },
    /// Takes labels away, then adds others; the rest stays. The event says what is there afterwards.
    Etiqueter {
        /// To add.
        #[serde(default)]
        ajouter: BTreeSet<String>,
        /// To take away.
        #[serde(default)]
        retirer: BTreeSet<String>,
    },
    /// Replaces what the scolarité wants to know.
    Inscription {
        /// The number of the pre-enrolment record.
        #[serde(default)]
        numero_opi: Option<String>,
        /// Régime or statut.
        #[serde(default)]
        regime: Option<String>,
        /// The fee, in euro cents.
        #[serde(default)]
        montant_centimes: Option<u64>,
    },
    /// Who on the staff takes care of it; none: nobody.
    Assignation {
        /// Who.
        #[serde(default)]
        a: Option<PersonnelId>,
    },
}

impl Annotation {
    /// The labels it leaves where these are; none when it is about something else.
    pub fn etiquettes(&self, avant: &BTreeSet<String>) -> Option<BTreeSet<String>> {
        match self {
            Self::Etiquettes { etiquettes } => Some(etiquettes.clone()),
            Self::Etiqueter { ajouter, retirer } => {
                let restent = avant.difference(retirer);
                Some(restent.chain(ajouter).cloned().collect())
            }
            Self::Note { .. } | Self::Inscription { .. } | Self::Assignation { .. } => None,
        }
    }
}
