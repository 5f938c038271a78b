//! A text changed on screen (`/gestion/campagne/mails`): checked before it is kept, filled in when a mail leaves.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actors::ports::Courrier;
use domain::campagne::{Modele, TexteMail};
use domain::langue::Langue;
use domain::refus::FauteChamp;
use minijinja::Error;
use minijinja::value::Value;

use super::cadre::{self, Contenu};
use super::surcharges::DU_MOTEUR;
use super::variables::{self, Enseigne};
use super::{FauteModele, Modeles, Partie, Rendu, exemples, objet, remplir, reponses};

/// What texts changed on screen are called in the engine.
pub(super) const ECRAN: &str = "ecran";

/// What texts are checked with: the same on every machine, whatever an operator's folder holds.
static INTEGRES: LazyLock<Option<Modeles>> = LazyLock::new(|| Modeles::integres().ok());

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Defaut {
    partie: Partie,
    code: &'static str,
    ligne: Option<usize>,
    fr: String,
    en: String,
}

impl std::fmt::Display for Defaut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.ligne {
            Some(ligne) => write!(f, "{}:{ligne}: {}", champ(self.partie), self.en),
            None => write!(f, "{}: {}", champ(self.partie), self.en),
        }
    }
}

impl From<Defaut> for FauteChamp {
    fn from(d: Defaut) -> Self {
        // A subject is one line.
        let ligne = d.ligne.filter(|_| d.partie != Partie::Objet);
        let (fr, en) = match ligne {
            Some(n) => (
                format!("Ligne {n} : {}", d.fr),
                format!("Line {n}: {}", d.en),
            ),
            None => (d.fr, d.en),
        };
        Self::new(champ(d.partie), d.code, &fr, &en)
    }
}

/// The name of a part in forms and in the JSON body.
const fn champ(partie: Partie) -> &'static str {
    match partie {
        Partie::Objet => "objet",
        Partie::Texte => "texte",
        Partie::Html => "html",
    }
}

/// The parts that are there, with their sources.
fn parties(texte: &TexteMail) -> impl Iterator<Item = (Partie, &str)> {
    let html = texte.html.as_deref();
    [
        Some((Partie::Objet, texte.objet.as_str())),
        Some((Partie::Texte, texte.texte.as_str())),
        html.map(|html| (Partie::Html, html)),
    ]
    .into_iter()
    .flatten()
}

/// Every fault of a text, before it is kept: what the engine cannot read, variables that are not there, and what fails
/// when a sample is written with it. A code that is none is for the domain to refuse.
pub(crate) fn verifier(texte: &TexteMail) -> Vec<FauteChamp> {
    let (Some((modele, langue)), Some(modeles)) = (texte.code.modele(), INTEGRES.as_ref()) else {
        return Vec::new();
    };
    let mut defauts = Vec::new();
    for (partie, source) in parties(texte) {
        defauts.extend(modeles.lire_propre((modele, langue), partie, source));
    }
    // What is missing altogether is for the domain to say.
    let sans_objet = modele.a_un_objet() && texte.objet.trim().is_empty();
    let vide = sans_objet || texte.texte.trim().is_empty();
    if defauts.is_empty() && !vide {
        defauts = match modele {
            Modele::Mail(_) => modeles.essayer_propre(texte),
            Modele::Reponse(reponse) => modeles.essayer_reponse(texte, (reponse, langue)),
            Modele::Cadre => modeles.essayer_cadre(texte, langue),
        };
    }
    defauts.into_iter().map(Into::into).collect()
}

/// What one part may speak of.
fn connues(modele: Modele, partie: Partie) -> BTreeSet<String> {
    match modele {
        Modele::Mail(mail) => exemples::noms(mail),
        Modele::Reponse(_) => reponses::connues(),
        Modele::Cadre => cadre::connues(partie),
    }
}

impl Modeles {
    /// What cannot be read of one part, or names what is not there.
    fn lire_propre(
        &self,
        (modele, langue): (Modele, Langue),
        partie: Partie,
        source: &str,
    ) -> Vec<Defaut> {
        let nom = partie.nom(ECRAN, modele.nom(), langue);
        let lu = match self.moteur.template_from_named_str(&nom, source) {
            Ok(lu) => lu,
            Err(erreur) => return vec![Defaut::illisible(partie, &erreur)],
        };
        let connues = connues(modele, partie);
        let mut inconnues: Vec<String> = lu
            .undeclared_variables(true)
            .into_iter()
            .filter(|n| !connues.contains(n) && !DU_MOTEUR.contains(&n.as_str()))
            .collect();
        let place = |nom: &String| source.lines().position(|l| l.contains(nom));
        inconnues.sort_by_key(|nom| (place(nom), nom.clone()));
        let choix = connues.into_iter().collect::<Vec<_>>().join(", ");
        let defaut = |nom: String| Defaut {
            partie,
            code: "variable_inconnue",
            ligne: place(&nom).map(|l| l + 1),
            fr: format!("la variable « {nom} » n'existe pas ici. Il y a : {choix}."),
            en: format!("there is no variable “{nom}” here. There are: {choix}."),
        };
        inconnues.into_iter().map(defaut).collect()
    }

    /// Writes samples of the mail with a text that can be read.
    fn essayer_propre(&self, texte: &TexteMail) -> Vec<Defaut> {
        let Some((Modele::Mail(mail), langue)) = texte.code.modele() else {
            return Vec::new();
        };
        let fuseau = jiff::tz::TimeZone::UTC;
        let enseigne = Enseigne::exemple(&fuseau);
        let mut defauts = Vec::new();
        for exemple in exemples::exemples(mail, langue) {
            let essai = self.rendre_propre(texte, &exemple, &enseigne);
            defauts.extend(essai.err().filter(|d| !defauts.contains(d)));
        }
        defauts
    }

    /// The mail with this text.
    ///
    /// # Errors
    /// The first part that fails, that says nothing, or that lacks the link the mail is there for.
    pub(super) fn rendre_propre(
        &self,
        texte: &TexteMail,
        courrier: &Courrier,
        enseigne: &Enseigne<'_>,
    ) -> Result<Rendu, Defaut> {
        let (code, langue) = (courrier.code.nom(), courrier.langue);
        let valeurs = variables::contexte(courrier, enseigne);
        let contexte = Value::from_serialize(&valeurs);
        let dire = |partie: Partie, source: &str| {
            let nom = partie.nom(ECRAN, code, langue);
            let modele = self.moteur.template_from_named_str(&nom, source);
            let modele = modele.map_err(|e| Defaut::illisible(partie, &e))?;
            let dit = remplir(&modele, &contexte).map_err(|e| Defaut::echec(partie, &e))?;
            if dit.trim().is_empty() {
                return Err(Defaut::muet(partie));
            }
            Ok(dit)
        };
        let html = texte.html.as_deref();
        let contenu = Contenu {
            objet: objet(&dire(Partie::Objet, &texte.objet)?),
            corps: dire(Partie::Texte, &texte.texte)?,
            page: html.map(|html| dire(Partie::Html, html)).transpose()?,
        };
        let rendu = self.encadrer_au_mieux(courrier.cadre.as_ref(), langue, &valeurs, &contenu);
        let rendu = rendu.map_err(|faute| Defaut::du_cadre(&faute))?;
        match variables::sans_lien(courrier, enseigne, &rendu) {
            Some((dans, lien)) => Err(Defaut {
                partie: dans,
                code: "lien_absent",
                ligne: None,
                fr: format!("ce mail doit contenir son lien, {{{{ {lien} }}}}, dans tous les cas."),
                en: format!("this mail must hold its link, {{{{ {lien} }}}}, in every case."),
            }),
            None => Ok(rendu),
        }
    }
}

/// In the engine's own words, which are English.
fn detail(erreur: &Error) -> String {
    let detail = erreur.detail().unwrap_or_default();
    format!("{} {detail}", erreur.kind()).trim_end().to_owned()
}

impl Defaut {
    pub(super) fn illisible(partie: Partie, erreur: &Error) -> Self {
        let detail = detail(erreur);
        Self {
            partie,
            code: "modele_illisible",
            ligne: erreur.line(),
            fr: format!(
                "ce modèle ne se lit pas ({detail}). Une variable s'écrit {{{{ nom }}}}, une condition {{% if nom %}} … {{% endif %}}."
            ),
            en: format!(
                "this template cannot be read ({detail}). A variable is written {{{{ nom }}}}, a condition {{% if nom %}} … {{% endif %}}."
            ),
        }
    }

    pub(super) fn echec(partie: Partie, erreur: &Error) -> Self {
        let detail = detail(erreur);
        Self {
            partie,
            code: "rendu_impossible",
            ligne: erreur.line(),
            fr: format!("un mail ne peut pas être écrit avec ce texte ({detail})."),
            en: format!("no mail can be written with this text ({detail})."),
        }
    }

    pub(super) fn muet(partie: Partie) -> Self {
        Self {
            partie,
            code: "rendu_vide",
            ligne: None,
            fr: "il ne reste rien de ce texte dans certains cas : écrivez une partie qui vaut toujours."
                .to_owned(),
            en: "nothing is left of this text in some cases: write a part that always holds."
                .to_owned(),
        }
    }

    /// A frame without the mail.
    pub(super) fn sans_corps(partie: Partie) -> Self {
        Self {
            partie,
            code: "corps_absent",
            ligne: None,
            fr: "ce cadre doit contenir le texte du mail, {{ corps }}, tel quel et dans tous les cas."
                .to_owned(),
            en: "this frame must hold the mail's text, {{ corps }}, as it is and in every case."
                .to_owned(),
        }
    }

    /// What surrounds the mail fails, whatever its text.
    pub(super) fn du_cadre(faute: &FauteModele) -> Self {
        Self {
            partie: Partie::Texte,
            code: "rendu_impossible",
            ligne: None,
            fr: format!("le cadre de ce mail ne s'écrit pas ({faute})."),
            en: format!("what surrounds this mail cannot be written ({faute})."),
        }
    }
}
