//! What whoever edits a mail on screen needs to see: the text it has by itself, what it may speak of, and how it will look.

use std::sync::Arc;

use actors::ports::Courrier;
use domain::campagne::TexteMail;
use domain::effet::CodeMail;
use domain::ids::TexteMailCode;
use domain::langue::Langue;
use domain::refus::FauteChamp;
use serde_json::Value;

use super::{INTEGRE, LOCAL, Modeles, Partie, exemples, sens, variables};
use crate::mail::Maison;

/// The texts of mails as they are edited, for one university.
#[derive(Debug)]
pub struct Redaction {
    modeles: Modeles,
    maison: Maison,
}

/// The text a mail has while staff gave it none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origine {
    /// As it would be written on screen.
    pub(crate) texte: TexteMail,
    /// Whether it comes from the operator's folder; else it is built in.
    pub(crate) exploitant: bool,
}

/// A mail as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Apercu {
    /// The subject.
    pub(crate) objet: String,
    /// The plain text.
    pub(crate) texte: String,
    /// The page of HTML.
    pub(crate) html: String,
}

/// What a text may speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Between double braces.
    pub(crate) nom: String,
    /// What it stands for, in French and English.
    pub(crate) sens: (&'static str, &'static str),
    /// What it is in the sample.
    pub(crate) exemple: String,
}

impl Redaction {
    /// With the texts of this folder and these names.
    pub fn new(modeles: Modeles, maison: Maison) -> Arc<Self> {
        Arc::new(Self { modeles, maison })
    }

    /// The text of a mail that staff have not changed.
    pub(crate) fn origine(&self, mail: CodeMail, langue: Langue) -> Origine {
        let lue = |partie: Partie, origine: &str| {
            let nom = partie.nom(origine, mail.nom(), langue);
            let modele = self.modeles.moteur.get_template(&nom);
            modele.map_or_else(|_| String::new(), |m| m.source().trim().to_owned())
        };
        let local = |partie: Partie| {
            let nom = partie.nom(LOCAL, mail.nom(), langue);
            self.modeles.surcharges.contains(&nom)
        };
        let ou = if local(Partie::Texte) { LOCAL } else { INTEGRE };
        Origine {
            texte: TexteMail {
                code: TexteMailCode::de(mail, langue),
                objet: lue(Partie::Objet, ou),
                texte: lue(Partie::Texte, ou),
                html: local(Partie::Html).then(|| lue(Partie::Html, LOCAL)),
            },
            exploitant: local(Partie::Texte) || local(Partie::Html),
        }
    }

    /// The mail with this text, as samples: first with all it may say, then with the least.
    ///
    /// # Errors
    /// Every fault, as [`super::verifier`] names them.
    pub(crate) fn apercus(&self, texte: &TexteMail) -> Result<Vec<Apercu>, Vec<FauteChamp>> {
        let fautes = super::verifier(texte);
        if !fautes.is_empty() {
            return Err(fautes);
        }
        let Some((mail, langue)) = texte.code.mail() else {
            return Ok(Vec::new());
        };
        let enseigne = self.maison.enseigne();
        let mut apercus: Vec<Apercu> = Vec::new();
        for exemple in exemples::exemples(mail, langue) {
            let rendu = self.modeles.rendre_propre(texte, &exemple, &enseigne);
            let rendu = rendu.map_err(|defaut| vec![defaut.into()])?;
            let apercu = Apercu {
                objet: rendu.objet,
                texte: rendu.texte,
                html: rendu.html,
            };
            if !apercus.contains(&apercu) {
                apercus.push(apercu);
            }
        }
        Ok(apercus)
    }

    /// Subject and plain text of a mail, as they will leave.
    pub(crate) fn ecrire(&self, courrier: &Courrier) -> Option<(String, String)> {
        let rendu = self.modeles.rendre(courrier, &self.maison.enseigne());
        rendu.ok().map(|rendu| (rendu.objet, rendu.texte))
    }

    /// What the text of a mail may speak of: what is never empty in all its samples, in the order of the table.
    pub(crate) fn variables(&self, mail: CodeMail, langue: Langue) -> Vec<Variable> {
        let enseigne = self.maison.enseigne();
        let exemples = exemples::exemples(mail, langue);
        let contextes: Vec<_> = exemples
            .iter()
            .map(|exemple| variables::contexte(exemple, &enseigne))
            .collect();
        let variable = |(nom, fr, en): &(&str, &'static str, &'static str)| {
            let dites = contextes.iter().filter_map(|c| valeur(c, nom));
            let exemple = dites
                .filter(|dite| !dite.is_empty())
                .max_by_key(String::len)?;
            Some(Variable {
                nom: (*nom).to_owned(),
                sens: (*fr, *en),
                exemple,
            })
        };
        sens::VARIABLES.iter().filter_map(variable).collect()
    }
}

/// A value of the context by its name, such as `formation.libelle`, as it is written.
fn valeur(contexte: &serde_json::Map<String, Value>, nom: &str) -> Option<String> {
    let mut parties = nom.split('.');
    let debut = contexte.get(parties.next()?)?;
    let valeur = parties.try_fold(debut, |ou, champ| ou.get(champ))?;
    Some(match valeur {
        Value::String(dit) => dit.replace('\n', " "),
        Value::Null => String::new(),
        Value::Array(tout) => {
            // Pieces are called by their label.
            let un = |v: &Value| {
                let dit = v.as_str().or_else(|| v.get("libelle")?.as_str());
                dit.unwrap_or_default().to_owned()
            };
            tout.iter().map(un).collect::<Vec<_>>().join(", ")
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => valeur.to_string(),
    })
}
