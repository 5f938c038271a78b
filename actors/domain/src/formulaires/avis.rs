//! The jury's decision as it is sent (T15).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lecteur::Lecteur;
use crate::dossier::{Avis, Convocation, Nature};
use crate::ids::MotifCode;
use crate::refus::Refus;

/// The most characters of a comment or an instruction.
const COMMENTAIRE_MAX: usize = 4000;
/// The most characters of a place.
const LIEU_MAX: usize = 300;

/// T15.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AvisForm {
    /// Which.
    pub avis: Option<String>,
    /// For LC.
    pub rang: Option<u32>,
    /// For DE.
    pub motif: Option<String>,
    /// To the candidate.
    pub commentaire: Option<String>,
    /// For PR.
    pub convocation: Option<ConvocationForm>,
    /// A second look after a refusal.
    pub appel: bool,
}

/// The interview or test.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConvocationForm {
    /// When.
    pub le: Option<Timestamp>,
    /// Where.
    pub lieu: Option<String>,
    /// What to bring.
    pub consigne: Option<String>,
}

impl AvisForm {
    /// The decision, or every fault.
    ///
    /// # Errors
    /// [`crate::refus::CodeRefus::ChampsInvalides`].
    pub fn lire(&self) -> Result<Avis, Refus> {
        let mut l = Lecteur::default();
        let texte = self.avis.as_deref().unwrap_or_default();
        let nature = match texte {
            "favorable" => Nature::Favorable,
            "defavorable" => Nature::Defavorable {
                motif: MotifCode::new(l.requis("motif", self.motif.as_deref(), LIEU_MAX)),
            },
            "liste_complementaire" => Nature::ListeComplementaire {
                rang: self.rang(&mut l),
            },
            "liste_attente" => Nature::ListeAttente,
            "preselection" => Nature::Preselection {
                convocation: self.convocation(&mut l),
            },
            _ => {
                l.faute(
                    "avis",
                    "inconnu",
                    "Choisissez un avis : favorable, defavorable, liste_complementaire, liste_attente ou preselection.",
                    "Choose a decision: favorable, defavorable, liste_complementaire, liste_attente or preselection.",
                );
                Nature::ListeAttente
            }
        };
        let mut en_trop = |champ, present, permis: bool| {
            if present && !permis {
                l.faute(
                    champ,
                    "inattendu",
                    "Ce champ ne va pas avec cet avis.",
                    "This field does not go with this decision.",
                );
            }
        };
        en_trop("rang", self.rang.is_some(), texte == "liste_complementaire");
        en_trop("motif", self.motif.is_some(), texte == "defavorable");
        en_trop(
            "convocation",
            self.convocation.is_some(),
            texte == "preselection",
        );
        let commentaire = l.libre("commentaire", self.commentaire.as_deref(), COMMENTAIRE_MAX);
        let appel = self.appel;
        l.finir(Avis {
            nature,
            commentaire,
            appel,
        })
    }

    fn rang(&self, l: &mut Lecteur) -> u32 {
        let rang = self.rang.filter(|rang| *rang > 0);
        if rang.is_none() {
            l.faute(
                "rang",
                "manquant",
                "Donnez un rang, à partir de 1.",
                "Give a rank, from 1.",
            );
        }
        rang.unwrap_or_default()
    }

    fn convocation(&self, l: &mut Lecteur) -> Option<Convocation> {
        let form = self.convocation.as_ref()?;
        if form.le.is_none() {
            l.faute(
                "convocation.le",
                "manquant",
                "Donnez la date et l'heure.",
                "Give the date and time.",
            );
        }
        let lieu = l.requis("convocation.lieu", form.lieu.as_deref(), LIEU_MAX);
        let consigne = l.libre(
            "convocation.consigne",
            form.consigne.as_deref(),
            COMMENTAIRE_MAX,
        );
        Some(Convocation {
            le: form.le?,
            lieu,
            consigne,
        })
    }
}
