//! What whoever edits a mail on screen needs to see: the text it has by itself, what it may speak of, and how it will look.

use std::sync::Arc;

use actors::ports::Courrier;
use domain::campagne::{Catalogue, Modele, TexteMail};
use domain::effet::CodeMail;
use domain::ids::TexteMailCode;
use domain::langue::Langue;
use domain::refus::FauteChamp;
use serde_json::{Value, json};

use super::cadre::Valeurs;
use super::propre::Defaut;
use super::{Enseigne, INTEGRE, LOCAL, Modeles, Partie, exemples, page, reponses, sens, variables};
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

/// What a preview is a sample of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cas {
    /// With all the text may say.
    Complet,
    /// With the least.
    Court,
    /// The answer about a link, when a new one has just left.
    LienEnvoye,
    /// The draft for what is asked, by its stable code.
    Classe(&'static str),
    /// The frame around a mail to a candidate.
    Candidat,
    /// Around an alert to a commission.
    Commission,
    /// Around an answer nobody wrote.
    Automatique,
    /// Around an answer a person wrote.
    Personne,
}

impl Cas {
    /// For programs.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Complet => "complet",
            Self::Court => "court",
            Self::LienEnvoye => "lien_envoye",
            Self::Classe(classe) => classe,
            Self::Candidat => "candidat",
            Self::Commission => "commission",
            Self::Automatique => "automatique",
            Self::Personne => "personne",
        }
    }
}

/// A mail as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Apercu {
    /// Of what.
    pub(crate) cas: Cas,
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

    /// A text that staff have not changed.
    pub(crate) fn origine(&self, modele: Modele, langue: Langue) -> Origine {
        let source = |nom: &str| {
            let lu = self.modeles.moteur.get_template(nom);
            lu.map_or_else(|_| String::new(), |m| m.source().trim().to_owned())
        };
        let lue =
            |partie: Partie, origine: &str| source(&partie.nom(origine, modele.nom(), langue));
        let a_nous = |nom: &str| self.modeles.surcharges.contains(nom);
        let local = |partie: Partie| a_nous(&partie.nom(LOCAL, modele.nom(), langue));
        let ou = if local(Partie::Texte) { LOCAL } else { INTEGRE };
        let (html, page_locale) = match modele {
            Modele::Mail(_) | Modele::Reponse(_) => {
                let html = local(Partie::Html).then(|| lue(Partie::Html, LOCAL));
                (html, local(Partie::Html))
            }
            Modele::Cadre => {
                let locale = a_nous(&page(LOCAL));
                let ou = if locale { LOCAL } else { INTEGRE };
                (Some(source(&page(ou))), locale)
            }
        };
        Origine {
            texte: TexteMail {
                code: TexteMailCode::de(modele, langue),
                objet: if modele.a_un_objet() {
                    lue(Partie::Objet, ou)
                } else {
                    String::new()
                },
                texte: lue(Partie::Texte, ou),
                html,
            },
            exploitant: local(Partie::Texte) || page_locale,
        }
    }

    /// The text in force: the one changed on screen, or the one it has by itself. A frame changed without its page keeps
    /// the page it had.
    pub(crate) fn en_vigueur(
        &self,
        catalogue: &Catalogue,
        (modele, langue): (Modele, Langue),
    ) -> TexteMail {
        let origine = self.origine(modele, langue).texte;
        let Some(change) = catalogue.texte_mail(modele, langue).cloned() else {
            return origine;
        };
        match modele {
            Modele::Mail(_) | Modele::Reponse(_) => change,
            Modele::Cadre => TexteMail {
                html: change.html.or(origine.html),
                ..change
            },
        }
    }

    /// What would leave with this text, as samples: first with all it may say, then with the least; `cadre` is the frame
    /// in force.
    ///
    /// # Errors
    /// Every fault, as [`super::verifier`] names them.
    pub(crate) fn apercus(
        &self,
        texte: &TexteMail,
        cadre: Option<&TexteMail>,
    ) -> Result<Vec<Apercu>, Vec<FauteChamp>> {
        let fautes = super::verifier(texte);
        if !fautes.is_empty() {
            return Err(fautes);
        }
        let Some((modele, langue)) = texte.code.modele() else {
            return Ok(Vec::new());
        };
        let enseigne = self.maison.enseigne();
        let apercus = match modele {
            Modele::Mail(mail) => {
                let exemples = exemples::exemples(mail, langue).into_iter();
                let exemples = exemples.map(|exemple| Courrier {
                    cadre: cadre.cloned(),
                    ..exemple
                });
                self.apercus_de_mail(texte, exemples, &enseigne)
            }
            Modele::Reponse(reponse) => {
                let sur = (texte, cadre);
                self.modeles
                    .apercus_de_reponse(sur, (reponse, langue), &enseigne)
            }
            Modele::Cadre => self.modeles.apercus_du_cadre(texte, langue, &enseigne),
        };
        apercus.map_err(|defaut| vec![defaut.into()])
    }

    fn apercus_de_mail(
        &self,
        texte: &TexteMail,
        exemples: impl Iterator<Item = Courrier>,
        enseigne: &Enseigne<'_>,
    ) -> Result<Vec<Apercu>, Defaut> {
        let mut apercus: Vec<Apercu> = Vec::new();
        for exemple in exemples {
            let cas = if apercus.is_empty() {
                Cas::Complet
            } else {
                Cas::Court
            };
            let apercu = self
                .modeles
                .rendre_propre(texte, &exemple, enseigne)?
                .vu(cas);
            if apercus
                .iter()
                .all(|vu| (&vu.objet, &vu.html) != (&apercu.objet, &apercu.html))
            {
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

    /// What a text may speak of: what is never empty in all its samples, in the order of the table.
    pub(crate) fn variables(&self, modele: Modele, langue: Langue) -> Vec<Variable> {
        let (table, contextes) = self.dicible(modele, langue);
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
        table.iter().filter_map(variable).collect()
    }

    /// The words for the variables of a text, and samples of their values.
    fn dicible(&self, modele: Modele, langue: Langue) -> (sens::Table, Vec<Valeurs>) {
        let enseigne = self.maison.enseigne();
        match modele {
            Modele::Mail(mail) => {
                let exemples = exemples::exemples(mail, langue).into_iter();
                let contextes = exemples.map(|e| variables::contexte(&e, &enseigne));
                (sens::VARIABLES, contextes.collect())
            }
            Modele::Reponse(reponse) => {
                let exemples = reponses::exemples(reponse).into_iter();
                let contextes =
                    exemples.map(|(_, f)| crate::mail::lecteur::valeurs(&f, langue, &enseigne));
                (sens::REPONSES, contextes.collect())
            }
            Modele::Cadre => {
                let exemple = exemples::exemple(CodeMail::StatutRe, langue);
                let mut contexte = variables::contexte(&exemple, &enseigne);
                let dits = [
                    ("corps", langue.choisir("Bonjour, …", "Hello, …")),
                    (
                        "objet",
                        langue.choisir("Votre candidature", "Your application"),
                    ),
                    ("pied", enseigne.nom),
                ];
                contexte.extend(dits.map(|(nom, dit)| (nom.to_owned(), json!(dit))));
                (sens::CADRE, vec![contexte])
            }
        }
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
            // Pieces are called by their label, applications by their programme.
            let un = |v: &Value| {
                let nom = || v.get("libelle").or_else(|| v.get("formation"));
                let dit = v.as_str().or_else(|| nom()?.as_str());
                dit.unwrap_or_default().to_owned()
            };
            tout.iter().map(un).collect::<Vec<_>>().join(", ")
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => valeur.to_string(),
    })
}
