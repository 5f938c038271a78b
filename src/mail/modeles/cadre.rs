//! What surrounds every mail: the text around its body, and the page around its HTML. The one changed on screen, else
//! the operator's, else the built-in one.

use std::collections::{BTreeMap, BTreeSet};

use domain::campagne::{Modele, TexteMail};
use domain::effet::CodeMail;
use domain::langue::Langue;
use minijinja::value::Value;
use minijinja::{Error, Template};

use super::propre::Defaut;
use super::{
    Apercu, CADRE, Cas, FauteModele, INTEGRE, LOCAL, Modeles, Partie, Rendu, blocs, exemples, page,
    remplir, reponses, variables,
};
use crate::mail::modeles::Enseigne;

/// The values of one mail, by name.
pub(super) type Valeurs = serde_json::Map<String, serde_json::Value>;

/// What the parts of a frame changed on screen are called in the engine; the ending decides whether values are escaped.
const ECRAN: [&str; 2] = ["ecran/cadre.txt", "ecran/cadre.html"];

/// What the frame knows beside the values of the mail; the page, all of it, the text, the first.
const SIENNES: [&str; 3] = ["corps", "objet", "pied"];

/// What a mail says, before it is framed.
#[derive(Clone, Debug)]
pub(super) struct Contenu {
    pub(super) objet: String,
    /// In our markup.
    pub(super) corps: String,
    /// A page of its own, which needs no frame.
    pub(super) page: Option<String>,
}

/// What goes wrong while a mail is framed.
enum Echec {
    /// A part of the frame fails.
    Moteur(Partie, Error),
    /// A part leaves the body out.
    SansCorps(Partie),
}

/// The mail with this frame.
fn entourer(
    (texte, page): (&Template<'_, '_>, &Template<'_, '_>),
    valeurs: &Valeurs,
    contenu: &Contenu,
) -> Result<Rendu, Echec> {
    let avec = |cles: [(&str, Value); 3]| {
        let mut tout: BTreeMap<&str, Value> = valeurs
            .iter()
            .map(|(cle, valeur)| (cle.as_str(), Value::from_serialize(valeur)))
            .collect();
        tout.extend(cles.into_iter().filter(|(_, v)| !v.is_undefined()));
        Value::from_serialize(tout)
    };
    let seul = |corps: &str| {
        let contexte = avec([
            ("corps", Value::from(corps)),
            ("objet", Value::UNDEFINED),
            ("pied", Value::UNDEFINED),
        ]);
        remplir(texte, &contexte).map_err(|e| Echec::Moteur(Partie::Texte, e))
    };
    let corps = contenu.corps.trim();
    let pied = seul("")?;
    let entoure = seul(corps)?;
    if !entoure.contains(corps) {
        return Err(Echec::SansCorps(Partie::Texte));
    }
    let html = if let Some(html) = &contenu.page {
        html.clone()
    } else {
        let corps = blocs::html(&blocs::lire(&contenu.corps));
        let contexte = avec([
            ("corps", Value::from_safe_string(corps.clone())),
            ("objet", Value::from(contenu.objet.clone())),
            (
                "pied",
                Value::from_safe_string(blocs::html(&blocs::lire(&pied))),
            ),
        ]);
        let html = remplir(page, &contexte).map_err(|e| Echec::Moteur(Partie::Html, e))?;
        if !html.contains(&corps) {
            return Err(Echec::SansCorps(Partie::Html));
        }
        html
    };
    Ok(Rendu {
        objet: contenu.objet.clone(),
        texte: blocs::texte(&blocs::lire(&entoure)),
        html,
    })
}

impl Modeles {
    /// The mail with the operator's frame, or the built-in one.
    ///
    /// # Errors
    /// What is wrong, in which file.
    pub(super) fn habiller(
        &self,
        origine: &str,
        langue: Langue,
        valeurs: &Valeurs,
        contenu: &Contenu,
    ) -> Result<Rendu, FauteModele> {
        let ou = |nom: String, sinon: String| {
            let ici = origine == LOCAL && self.surcharges.contains(&nom);
            if ici { nom } else { sinon }
        };
        let texte = |origine: &str| Partie::Texte.nom(origine, CADRE, langue);
        let (texte, page) = (
            ou(texte(LOCAL), texte(INTEGRE)),
            ou(page(LOCAL), page(INTEGRE)),
        );
        let lire = |nom: &str| {
            let modele = self.moteur.get_template(nom);
            modele.map_err(|e| FauteModele::moteur(nom, &e))
        };
        entourer((&lire(&texte)?, &lire(&page)?), valeurs, contenu).map_err(|echec| {
            let nom = |partie: Partie| match partie {
                Partie::Html => page.as_str(),
                Partie::Objet | Partie::Texte => texte.as_str(),
            };
            match echec {
                Echec::Moteur(partie, erreur) => FauteModele::moteur(nom(partie), &erreur),
                Echec::SansCorps(partie) => {
                    let texte = "le cadre doit contenir le texte du mail, {{ corps }}, tel quel";
                    FauteModele::new(nom(partie), None, texte.to_owned())
                }
            }
        })
    }

    /// The mail with a frame changed on screen.
    ///
    /// # Errors
    /// The first part that fails, or leaves the body out.
    pub(super) fn habiller_propre(
        &self,
        cadre: &TexteMail,
        valeurs: &Valeurs,
        contenu: &Contenu,
    ) -> Result<Rendu, Defaut> {
        let [texte, page] = ECRAN;
        let texte = self.moteur.template_from_named_str(texte, &cadre.texte);
        let texte = texte.map_err(|e| Defaut::illisible(Partie::Texte, &e))?;
        let page = match &cadre.html {
            Some(html) => self.moteur.template_from_named_str(page, html),
            None => self.page_d_origine(),
        };
        let page = page.map_err(|e| Defaut::illisible(Partie::Html, &e))?;
        entourer((&texte, &page), valeurs, contenu).map_err(|echec| match echec {
            Echec::Moteur(partie, erreur) => Defaut::echec(partie, &erreur),
            Echec::SansCorps(partie) => Defaut::sans_corps(partie),
        })
    }

    /// The page around every mail that staff have not changed.
    ///
    /// # Errors
    /// None: the built-in one is always there.
    pub(super) fn page_d_origine(&self) -> Result<Template<'_, '_>, Error> {
        let locale = self.surcharges.contains(&page(LOCAL));
        let origine = if locale { LOCAL } else { INTEGRE };
        self.moteur.get_template(&page(origine))
    }

    /// The mail with the frame changed on screen, else the operator's, else the built-in one; one that fails gives way
    /// to the next, so that no mail is lost.
    ///
    /// # Errors
    /// The reason, when the built-in one fails as well.
    pub(super) fn encadrer_au_mieux(
        &self,
        propre: Option<&TexteMail>,
        langue: Langue,
        valeurs: &Valeurs,
        contenu: &Contenu,
    ) -> Result<Rendu, FauteModele> {
        if let Some(cadre) = propre {
            match self.habiller_propre(cadre, valeurs, contenu) {
                Ok(rendu) => return Ok(rendu),
                Err(defaut) => {
                    tracing::error!(%defaut, "the frame of mails changed on screen failed: the one behind it is used instead");
                }
            }
        }
        self.habiller(LOCAL, langue, valeurs, contenu)
            .or_else(|faute| {
                tracing::error!(%faute, "the frame of mails failed: the built-in one is used instead");
                self.habiller(INTEGRE, langue, valeurs, contenu)
            })
    }

    /// Every fault of a frame that can be read: what fails with some mail or some answer.
    pub(super) fn essayer_cadre(&self, cadre: &TexteMail, langue: Langue) -> Vec<Defaut> {
        let fuseau = jiff::tz::TimeZone::UTC;
        let mut defauts = Vec::new();
        for (_, valeurs, contenu) in self.exemples_de_cadre(langue, &Enseigne::exemple(&fuseau)) {
            let essai = self.habiller_propre(cadre, &valeurs, &contenu);
            defauts.extend(essai.err().filter(|d| !defauts.contains(d)));
        }
        defauts
    }

    /// The frame as it will be around a mail of each sort.
    pub(super) fn apercus_du_cadre(
        &self,
        cadre: &TexteMail,
        langue: Langue,
        enseigne: &Enseigne<'_>,
    ) -> Result<Vec<Apercu>, Defaut> {
        let mut apercus: Vec<Apercu> = Vec::new();
        for (cas, valeurs, contenu) in self.exemples_de_cadre(langue, enseigne) {
            // One of each sort.
            if apercus.iter().all(|vu| vu.cas != cas) {
                let rendu = self.habiller_propre(cadre, &valeurs, &contenu)?;
                apercus.push(rendu.vu(cas));
            }
        }
        Ok(apercus)
    }

    /// Every mail and answer there is, to try a frame with.
    fn exemples_de_cadre(
        &self,
        langue: Langue,
        enseigne: &Enseigne<'_>,
    ) -> Vec<(Cas, Valeurs, Contenu)> {
        // What people look for first.
        let premiers = [CodeMail::StatutRe, CodeMail::CommissionAlertTransmission];
        let mut exemples = Vec::new();
        for mail in premiers.into_iter().chain(CodeMail::TOUS) {
            let cas = if super::destine_au_candidat(mail) {
                Cas::Candidat
            } else {
                Cas::Commission
            };
            for exemple in exemples::exemples(mail, langue) {
                let valeurs = variables::contexte(&exemple, enseigne);
                if let Ok(contenu) = self.contenu(INTEGRE, mail.nom(), langue, &valeurs) {
                    exemples.push((cas, valeurs, contenu));
                }
            }
        }
        for automatique in [true, false] {
            let cas = if automatique {
                Cas::Automatique
            } else {
                Cas::Personne
            };
            let valeurs = reponses::du_cadre((langue, automatique), enseigne);
            let contenu = reponses::contenu(self, langue, enseigne);
            exemples.extend(contenu.map(|contenu| (cas, valeurs, contenu)));
        }
        exemples
    }
}

/// What one part of a frame may speak of: what every mail knows, and what an answer does.
pub(super) fn connues(partie: Partie) -> BTreeSet<String> {
    let fuseau = jiff::tz::TimeZone::UTC;
    let enseigne = Enseigne::exemple(&fuseau);
    let mails = Modele::tous().filter_map(|modele| match modele {
        Modele::Mail(mail) => Some(mail),
        Modele::Reponse(_) | Modele::Cadre => None,
    });
    let contextes = mails.flat_map(|mail| exemples::exemples(mail, Langue::Fr));
    let noms = contextes.map(|c| exemples::noms_de(&variables::contexte(&c, &enseigne)));
    let mut connues = noms.reduce(|a, b| &a & &b).unwrap_or_default();
    let reponse = reponses::du_cadre((Langue::Fr, true), &enseigne);
    connues.extend(exemples::noms_de(&reponse));
    let siennes = match partie {
        Partie::Html => &SIENNES[..],
        Partie::Objet | Partie::Texte => &SIENNES[..1],
    };
    connues.extend(siennes.iter().map(|nom| (*nom).to_owned()));
    connues
}
