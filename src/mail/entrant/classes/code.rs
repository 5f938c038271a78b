//! The stable codes of what people ask.

use serde::{Deserialize, Serialize};

/// What a mail asks for. The order is the specification's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The validation mail has not come.
    LienNonRecu,
    /// A link that has expired, was used or replaced.
    LienExpire,
    /// The candidate number is lost.
    NumeroPerdu,
    /// The password is lost or refused.
    MotDePassePerdu,
    /// Single sign-on fails or shows an empty profile.
    SsoEnt,
    /// «Un compte existe déjà», or two accounts.
    CompteExistant,
    /// A changed or mistyped address.
    ChangementAdresse,
    /// An account of last campaign.
    CompteAncienneCampagne,
    /// The INE is refused, unknown or lacking.
    Ine,
    /// A formation cannot be chosen.
    ChoixFormation,
    /// An upload is refused.
    DepotRefuse,
    /// A piece the person has not got, or non concerné.
    PieceManquante,
    /// The dossier does not transmit.
    TransmissionImpossible,
    /// Something to change after transmission.
    ModifierApresTransmission,
    /// To confirm or withdraw.
    ConfirmerDesister,
    /// A date has passed.
    DateDepassee,
    /// Where is my dossier.
    SuiviDossier,
    /// A refusal, its motive, an appeal.
    RefusRecours,
    /// The waiting list.
    ListeComplementaire,
    /// Enrolment, fees, visa, Campus France.
    Inscription,
    /// A page or browser fails.
    ProblemeTechnique,
    /// A document sent by mail.
    PieceParMail,
    /// A right over personal data.
    DonneesPersonnelles,
    /// Disability.
    Handicap,
    /// A complaint or a threat.
    Plainte,
    /// Distress.
    Detresse,
    /// A journalist, a service, a parent, a school.
    Tiers,
    /// Thanks: closes, no answer.
    Remerciement,
    /// Spam.
    Indesirable,
    /// Nothing written.
    Vide,
    /// Anything else.
    Autre,
}

impl Code {
    /// All of them.
    pub const TOUS: [Self; 31] = [
        Self::LienNonRecu,
        Self::LienExpire,
        Self::NumeroPerdu,
        Self::MotDePassePerdu,
        Self::SsoEnt,
        Self::CompteExistant,
        Self::ChangementAdresse,
        Self::CompteAncienneCampagne,
        Self::Ine,
        Self::ChoixFormation,
        Self::DepotRefuse,
        Self::PieceManquante,
        Self::TransmissionImpossible,
        Self::ModifierApresTransmission,
        Self::ConfirmerDesister,
        Self::DateDepassee,
        Self::SuiviDossier,
        Self::RefusRecours,
        Self::ListeComplementaire,
        Self::Inscription,
        Self::ProblemeTechnique,
        Self::PieceParMail,
        Self::DonneesPersonnelles,
        Self::Handicap,
        Self::Plainte,
        Self::Detresse,
        Self::Tiers,
        Self::Remerciement,
        Self::Indesirable,
        Self::Vide,
        Self::Autre,
    ];

    /// As programs read it.
    pub const fn texte(self) -> &'static str {
        match self {
            Self::LienNonRecu => "lien_non_recu",
            Self::LienExpire => "lien_expire",
            Self::NumeroPerdu => "numero_perdu",
            Self::MotDePassePerdu => "mot_de_passe_perdu",
            Self::SsoEnt => "sso_ent",
            Self::CompteExistant => "compte_existant",
            Self::ChangementAdresse => "changement_adresse",
            Self::CompteAncienneCampagne => "compte_ancienne_campagne",
            Self::Ine => "ine",
            Self::ChoixFormation => "choix_formation",
            Self::DepotRefuse => "depot_refuse",
            Self::PieceManquante => "piece_manquante",
            Self::TransmissionImpossible => "transmission_impossible",
            Self::ModifierApresTransmission => "modifier_apres_transmission",
            Self::ConfirmerDesister => "confirmer_desister",
            Self::DateDepassee => "date_depassee",
            Self::SuiviDossier => "suivi_dossier",
            Self::RefusRecours => "refus_recours",
            Self::ListeComplementaire => "liste_complementaire",
            Self::Inscription => "inscription",
            Self::ProblemeTechnique => "probleme_technique",
            Self::PieceParMail => "piece_par_mail",
            Self::DonneesPersonnelles => "donnees_personnelles",
            Self::Handicap => "handicap",
            Self::Plainte => "plainte",
            Self::Detresse => "detresse",
            Self::Tiers => "tiers",
            Self::Remerciement => "remerciement",
            Self::Indesirable => "indesirable",
            Self::Vide => "vide",
            Self::Autre => "autre",
        }
    }

    /// From a stable code.
    pub fn lire(texte: &str) -> Option<Self> {
        Self::TOUS.into_iter().find(|code| code.texte() == texte)
    }

    /// Who must be read first (S57): distress, then threats, then everything else.
    pub const fn urgence(self) -> u8 {
        match self {
            Self::Detresse => 2,
            Self::Plainte => 1,
            Self::LienNonRecu
            | Self::LienExpire
            | Self::NumeroPerdu
            | Self::MotDePassePerdu
            | Self::SsoEnt
            | Self::CompteExistant
            | Self::ChangementAdresse
            | Self::CompteAncienneCampagne
            | Self::Ine
            | Self::ChoixFormation
            | Self::DepotRefuse
            | Self::PieceManquante
            | Self::TransmissionImpossible
            | Self::ModifierApresTransmission
            | Self::ConfirmerDesister
            | Self::DateDepassee
            | Self::SuiviDossier
            | Self::RefusRecours
            | Self::ListeComplementaire
            | Self::Inscription
            | Self::ProblemeTechnique
            | Self::PieceParMail
            | Self::DonneesPersonnelles
            | Self::Handicap
            | Self::Tiers
            | Self::Remerciement
            | Self::Indesirable
            | Self::Vide
            | Self::Autre => 0,
        }
    }

    /// Harmless to answer from a template, and never said wrongly of a text the rules had not seen (`fixtures/mail`).
    pub const fn automatique(self) -> bool {
        matches!(
            self,
            Self::LienExpire | Self::CompteAncienneCampagne | Self::SuiviDossier
        )
    }

    /// Whether this class, surer by `avance`, explains `autre` away.
    pub(super) fn efface(self, autre: Self, avance: f32) -> bool {
        let marge = EXPLIQUE
            .iter()
            .find(|(celle_ci, celles_la, _)| *celle_ci == self && celles_la.contains(&autre))
            .map(|(_, _, marge)| *marge);
        marge.is_some_and(|marge| avance >= marge)
    }
}

use Code as C;

/// Which class explains which away, and by how much it must lead: the words of one are often met in the story of the other.
const EXPLIQUE: &[(C, &[C], f32)] = &[
    (
        C::Detresse,
        &[
            C::RefusRecours,
            C::Plainte,
            C::SuiviDossier,
            C::Remerciement,
            C::Autre,
            C::ProblemeTechnique,
            C::DateDepassee,
            C::LienNonRecu,
        ],
        -1.0,
    ),
    (
        C::Indesirable,
        &[
            C::MotDePassePerdu,
            C::Plainte,
            C::Inscription,
            C::Tiers,
            C::Autre,
            C::DonneesPersonnelles,
            C::PieceParMail,
            C::ChangementAdresse,
            C::CompteExistant,
            C::SuiviDossier,
            C::Remerciement,
            C::LienExpire,
            C::DateDepassee,
        ],
        -0.1,
    ),
    (
        C::LienExpire,
        &[
            C::MotDePassePerdu,
            C::LienNonRecu,
            C::DateDepassee,
            C::ProblemeTechnique,
            C::TransmissionImpossible,
        ],
        -0.06,
    ),
    (
        C::LienNonRecu,
        &[C::SuiviDossier, C::ProblemeTechnique, C::CompteExistant],
        -0.05,
    ),
    (C::MotDePassePerdu, &[C::SsoEnt, C::LienExpire], 0.1),
    (
        C::SsoEnt,
        &[
            C::MotDePassePerdu,
            C::NumeroPerdu,
            C::ProblemeTechnique,
            C::Inscription,
            C::ChoixFormation,
            C::CompteExistant,
        ],
        -0.08,
    ),
    (
        C::CompteAncienneCampagne,
        &[
            C::CompteExistant,
            C::NumeroPerdu,
            C::MotDePassePerdu,
            C::RefusRecours,
            C::LienExpire,
            C::PieceManquante,
            C::SsoEnt,
        ],
        -0.1,
    ),
    (
        C::CompteExistant,
        &[
            C::ChangementAdresse,
            C::DonneesPersonnelles,
            C::NumeroPerdu,
            C::LienNonRecu,
            C::Tiers,
        ],
        -0.08,
    ),
    (
        C::ChangementAdresse,
        &[
            C::LienNonRecu,
            C::Inscription,
            C::PieceManquante,
            C::ChoixFormation,
        ],
        -0.05,
    ),
    (
        C::Ine,
        &[
            C::NumeroPerdu,
            C::DepotRefuse,
            C::PieceManquante,
            C::ProblemeTechnique,
            C::CompteExistant,
            C::ChangementAdresse,
            C::RefusRecours,
        ],
        -0.08,
    ),
    (
        C::ChoixFormation,
        &[
            C::DateDepassee,
            C::Inscription,
            C::ListeComplementaire,
            C::SuiviDossier,
            C::RefusRecours,
        ],
        0.0,
    ),
    (
        C::DepotRefuse,
        &[
            C::PieceManquante,
            C::RefusRecours,
            C::ProblemeTechnique,
            C::MotDePassePerdu,
        ],
        -0.05,
    ),
    (C::PieceManquante, &[C::RefusRecours, C::DepotRefuse], 0.03),
    (
        C::TransmissionImpossible,
        &[
            C::ProblemeTechnique,
            C::SuiviDossier,
            C::ChoixFormation,
            C::RefusRecours,
            C::LienExpire,
        ],
        -0.08,
    ),
    (
        C::ModifierApresTransmission,
        &[
            C::TransmissionImpossible,
            C::PieceManquante,
            C::PieceParMail,
            C::ChangementAdresse,
            C::SuiviDossier,
            C::ConfirmerDesister,
            C::ProblemeTechnique,
            C::ChoixFormation,
            C::Inscription,
        ],
        -0.08,
    ),
    (
        C::ConfirmerDesister,
        &[
            C::ModifierApresTransmission,
            C::SuiviDossier,
            C::RefusRecours,
            C::DonneesPersonnelles,
        ],
        -0.02,
    ),
    (
        C::DateDepassee,
        &[
            C::ConfirmerDesister,
            C::PieceManquante,
            C::ChoixFormation,
            C::RefusRecours,
            C::SuiviDossier,
            C::Inscription,
        ],
        -0.03,
    ),
    (
        C::RefusRecours,
        &[
            C::SuiviDossier,
            C::PieceManquante,
            C::ListeComplementaire,
            C::ConfirmerDesister,
        ],
        -0.05,
    ),
    (
        C::ListeComplementaire,
        &[
            C::RefusRecours,
            C::ConfirmerDesister,
            C::SuiviDossier,
            C::CompteAncienneCampagne,
        ],
        0.03,
    ),
    (
        C::Inscription,
        &[
            C::SuiviDossier,
            C::PieceManquante,
            C::DateDepassee,
            C::LienNonRecu,
        ],
        -0.02,
    ),
    (
        C::ProblemeTechnique,
        &[C::LienNonRecu, C::ChangementAdresse, C::Inscription],
        0.0,
    ),
    (
        C::DonneesPersonnelles,
        &[
            C::SuiviDossier,
            C::ChangementAdresse,
            C::CompteExistant,
            C::ConfirmerDesister,
            C::Plainte,
        ],
        -0.05,
    ),
    (
        C::Handicap,
        &[
            C::PieceManquante,
            C::DepotRefuse,
            C::ProblemeTechnique,
            C::SuiviDossier,
        ],
        0.0,
    ),
    (C::Plainte, &[C::SuiviDossier, C::Remerciement], -0.02),
    (
        C::Tiers,
        &[
            C::TransmissionImpossible,
            C::PieceManquante,
            C::ProblemeTechnique,
            C::Inscription,
            C::ChoixFormation,
            C::DateDepassee,
        ],
        0.0,
    ),
    (
        C::PieceParMail,
        &[C::SuiviDossier, C::PieceManquante, C::ConfirmerDesister],
        -0.1,
    ),
];
