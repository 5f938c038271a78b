//! What mails say, changed on screen: one definition per mail and language, in place of the built-in text (ADR 0009).

use serde::{Deserialize, Serialize};

use crate::effet::CodeMail;
use crate::ids::TexteMailCode;
use crate::langue::Langue;

/// Characters of a subject, before its variables are filled in.
pub const MAX_OBJET: usize = 200;
/// Characters of a text.
pub const MAX_TEXTE: usize = 10_000;
/// Characters of a page of HTML.
pub const MAX_HTML: usize = 20_000;

/// A mail's text in one language. Whether it is a template that can be filled in is for the edge to say, before
/// it comes here: the domain knows no template engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TexteMail {
    /// Which mail, in which language.
    pub code: TexteMailCode,
    /// On one line.
    pub objet: String,
    /// The body, from which plain text and HTML are both made.
    pub texte: String,
    /// A page of its own in place of the HTML made from the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

impl TexteMailCode {
    /// The code of a mail's text, such as `statut_re.fr`.
    pub fn de(mail: CodeMail, langue: Langue) -> Self {
        Self::new(format!("{}.{}", mail.nom(), langue.tag()))
    }

    /// Of each mail in each language, in the order of the mails.
    pub fn tous() -> impl Iterator<Item = Self> {
        let langues = [Langue::Fr, Langue::En];
        CodeMail::TOUS
            .into_iter()
            .flat_map(move |mail| langues.map(|langue| Self::de(mail, langue)))
    }

    /// The mail and the language, if there are such.
    pub fn mail(&self) -> Option<(CodeMail, Langue)> {
        let (nom, tag) = self.as_str().split_once('.')?;
        let mail = CodeMail::trouver(nom)?;
        let langue = [Langue::Fr, Langue::En].into_iter();
        Some((mail, langue.into_iter().find(|l| l.tag() == tag)?))
    }
}

/// Hands every mail, with its name, to a macro: there is one list of them.
#[macro_export]
macro_rules! chaque_mail {
    ($suite:ident) => {
        $suite! {
            CptMinCreate => "cpt_min_create",
            CptMinLienValidOublie => "cpt_min_lien_valid_oublie",
            CptMinMdpOublie => "cpt_min_mdp_oublie",
            CptMinModMail => "cpt_min_mod_mail",
            CptMinDelete => "cpt_min_delete",
            CompteExiste => "compte_existe",
            Candidature => "candidature",
            CandidatureAnnulation => "candidature_annulation",
            CommissionAlertAnnulation => "commission_alert_annulation",
            StatutRe => "statut_re",
            CommissionAlertTransmission => "commission_alert_transmission",
            RelanceTransmission => "relance_transmission",
            AnnulationGestion => "annulation_gestion",
            CommissionAlertProposition => "commission_alert_proposition",
            StatutIn => "statut_in",
            StatutReRepris => "statut_re_repris",
            StatutCo => "statut_co",
            AvisFavorable => "avis_favorable",
            AvisDefavorable => "avis_defavorable",
            AvisListeComp => "avis_liste_comp",
            AvisListeAtt => "avis_liste_att",
            AvisPreselection => "avis_preselection",
            AvisListePrinc => "avis_liste_princ",
            CommissionAlertListePrinc => "commission_alert_liste_princ",
            CandidatureConfirm => "candidature_confirm",
            CandidatureDesist => "candidature_desist",
            CandidatureDesistAuto => "candidature_desist_auto",
            CommissionAlertDesistement => "commission_alert_desistement",
            CandidatureRelanceFavo => "candidature_relance_favo",
            OffreRetablie => "offre_retablie",
            Prolongation => "prolongation",
            PiecesModifiees => "pieces_modifiees",
        }
    };
}

macro_rules! noms {
    ($($variante:ident => $nom:literal,)*) => {
        impl CodeMail {
            /// Every mail there is.
            pub const TOUS: [Self; [$($nom),*].len()] = [$(Self::$variante),*];

            /// As in folders and addresses.
            pub const fn nom(self) -> &'static str {
                match self {
                    $(Self::$variante => $nom,)*
                }
            }

            /// By that name.
            pub fn trouver(nom: &str) -> Option<Self> {
                Self::TOUS.into_iter().find(|mail| mail.nom() == nom)
            }
        }
    };
}

chaque_mail!(noms);
