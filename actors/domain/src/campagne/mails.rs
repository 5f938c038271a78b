//! What mails say, changed on screen: one definition per mail and language, in place of the built-in text (ADR 0009).
//! The answers of the support and what surrounds every mail are changed alike.

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
    /// Which text, in which language.
    pub code: TexteMailCode,
    /// On one line; empty where there is none ([`Modele::a_un_objet`]).
    pub objet: String,
    /// The body, from which plain text and HTML are both made; of the frame, what stands around the plain text.
    pub texte: String,
    /// A page of its own in place of the HTML made from the body; of the frame, the page around every body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

/// What a university may word itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modele {
    /// A mail to a candidate or a commission.
    Mail(CodeMail),
    /// What the support answers by itself, or proposes to the person who answers (S55, S56).
    Reponse(CodeReponse),
    /// What surrounds every mail and every answer.
    Cadre,
}

/// The folder's and the code's name of [`Modele::Cadre`].
const CADRE: &str = "cadre";

impl Modele {
    /// Everything that may be worded: the mails, the answers, what surrounds them.
    pub fn tous() -> impl Iterator<Item = Self> {
        let mails = CodeMail::TOUS.into_iter().map(Self::Mail);
        let reponses = CodeReponse::TOUS.into_iter().map(Self::Reponse);
        mails.chain(reponses).chain([Self::Cadre])
    }

    /// As in folders and addresses.
    pub const fn nom(self) -> &'static str {
        match self {
            Self::Mail(mail) => mail.nom(),
            Self::Reponse(reponse) => reponse.nom(),
            Self::Cadre => CADRE,
        }
    }

    /// By that name.
    pub fn trouver(nom: &str) -> Option<Self> {
        Self::tous().find(|modele| modele.nom() == nom)
    }

    /// Whether it has a subject of its own: an answer takes the one of the request, and the frame has none.
    pub const fn a_un_objet(self) -> bool {
        matches!(self, Self::Mail(_))
    }

    /// Whether it may have a page of HTML: an answer is changed by the person who sends it, as text.
    pub const fn a_une_page(self) -> bool {
        !matches!(self, Self::Reponse(_))
    }
}

impl From<CodeMail> for Modele {
    fn from(mail: CodeMail) -> Self {
        Self::Mail(mail)
    }
}

impl From<CodeReponse> for Modele {
    fn from(reponse: CodeReponse) -> Self {
        Self::Reponse(reponse)
    }
}

impl TexteMailCode {
    /// The code of a text, such as `statut_re.fr`.
    pub fn de(modele: impl Into<Modele>, langue: Langue) -> Self {
        Self::new(format!("{}.{}", modele.into().nom(), langue.tag()))
    }

    /// Of each text in each language, in the order of [`Modele::tous`].
    pub fn tous() -> impl Iterator<Item = Self> {
        let langues = [Langue::Fr, Langue::En];
        Modele::tous().flat_map(move |modele| langues.map(|langue| Self::de(modele, langue)))
    }

    /// What it words, in which language, if there are such.
    pub fn modele(&self) -> Option<(Modele, Langue)> {
        let (nom, tag) = self.as_str().split_once('.')?;
        let modele = Modele::trouver(nom)?;
        let langue = [Langue::Fr, Langue::En].into_iter();
        Some((modele, langue.into_iter().find(|l| l.tag() == tag)?))
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

/// Hands every answer of the support, with its name, to a macro.
#[macro_export]
macro_rules! chaque_reponse {
    ($suite:ident) => {
        $suite! {
            /// The draft for the person who answers, by what is asked.
            Projet => "support_projet",
            /// A link that no longer serves.
            LienExpire => "support_lien_expire",
            /// An account of a campaign that is over (G09).
            CompteAncien => "support_compte_ancien",
            /// Where one's applications stand.
            Suivi => "support_suivi",
            /// A mail too large to be read.
            TropGros => "support_trop_gros",
        }
    };
}

macro_rules! reponses {
    ($($(#[$dit:meta])* $variante:ident => $nom:literal,)*) => {
        /// What the support answers by itself, or proposes to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CodeReponse {
            $($(#[$dit])* $variante,)*
        }

        noms!(CodeReponse: $($variante => $nom,)*);
    };
}

macro_rules! mails {
    ($($variante:ident => $nom:literal,)*) => {
        noms!(CodeMail: $($variante => $nom,)*);
    };
}

macro_rules! noms {
    ($code:ident: $($variante:ident => $nom:literal,)*) => {
        impl $code {
            /// Every one there is.
            pub const TOUS: [Self; [$($nom),*].len()] = [$(Self::$variante),*];

            /// As in folders and addresses.
            pub const fn nom(self) -> &'static str {
                match self {
                    $(Self::$variante => $nom,)*
                }
            }

            /// By that name.
            pub fn trouver(nom: &str) -> Option<Self> {
                Self::TOUS.into_iter().find(|code| code.nom() == nom)
            }
        }
    };
}

chaque_mail!(mails);
chaque_reponse!(reponses);
