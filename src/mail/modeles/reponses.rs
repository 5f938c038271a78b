//! What the support answers by itself, or proposes to the person who answers (S55, S56).

use std::collections::BTreeSet;

use actors::support::Faits;
use domain::campagne::{CodeReponse, TexteMail};
use domain::langue::Langue;
use minijinja::value::Value;

use super::cadre::{Contenu, Valeurs};
use super::propre::{Defaut, ECRAN};
use super::{
    Apercu, Cas, Enseigne, INTEGRE, LOCAL, Modeles, Partie, blocs, objet, remplir, variables,
};
use crate::mail::entrant::Code;
use crate::mail::lecteur::{exemple, valeurs};

impl Modeles {
    /// The text of an answer, without what surrounds a mail: the one changed on screen, else the operator's, else the
    /// built-in one. One that fails gives way to the next.
    ///
    /// # Errors
    /// The reason, when the built-in one fails as well.
    pub(in crate::mail) fn rediger(
        &self,
        modele: CodeReponse,
        propre: Option<&TexteMail>,
        langue: Langue,
        valeurs: &Valeurs,
    ) -> Result<String, String> {
        if let Some(propre) = propre {
            match self.rediger_propre(propre, (modele, langue), valeurs) {
                Ok(texte) => return Ok(texte),
                Err(defaut) => {
                    let modele = modele.nom();
                    tracing::error!(%defaut, modele, "an answer changed on screen failed: the text behind it is used instead");
                }
            }
        }
        let contexte = Value::from_serialize(valeurs);
        let local = Partie::Texte.nom(LOCAL, modele.nom(), langue);
        if self.surcharges.contains(&local) {
            match self.dire(&local, &contexte) {
                Ok(texte) => return Ok(blocs::propre(&texte)),
                Err(faute) => {
                    tracing::error!(%faute, "a template of the support failed: the built-in text is used instead");
                }
            }
        }
        let integre = Partie::Texte.nom(INTEGRE, modele.nom(), langue);
        let texte = self.dire(&integre, &contexte);
        texte
            .map(|texte| blocs::propre(&texte))
            .map_err(|faute| faute.to_string())
    }

    fn rediger_propre(
        &self,
        texte: &TexteMail,
        (modele, langue): (CodeReponse, Langue),
        valeurs: &Valeurs,
    ) -> Result<String, Defaut> {
        let partie = Partie::Texte;
        let nom = partie.nom(ECRAN, modele.nom(), langue);
        let lu = self.moteur.template_from_named_str(&nom, &texte.texte);
        let lu = lu.map_err(|e| Defaut::illisible(partie, &e))?;
        let dit = remplir(&lu, &Value::from_serialize(valeurs));
        let dit = dit.map_err(|e| Defaut::echec(partie, &e))?;
        if dit.trim().is_empty() {
            return Err(Defaut::muet(partie));
        }
        Ok(blocs::propre(&dit))
    }

    /// Every fault of an answer that can be read: what fails with some question, or some person.
    pub(super) fn essayer_reponse(
        &self,
        texte: &TexteMail,
        (modele, langue): (CodeReponse, Langue),
    ) -> Vec<Defaut> {
        let fuseau = jiff::tz::TimeZone::UTC;
        let enseigne = Enseigne::exemple(&fuseau);
        let mut defauts = Vec::new();
        for (_, faits) in exemples(modele) {
            let valeurs = valeurs(&faits, langue, &enseigne);
            let essai = self.rediger_propre(texte, (modele, langue), &valeurs);
            defauts.extend(essai.err().filter(|d| !defauts.contains(d)));
        }
        defauts
    }

    /// The answer as it will be, in the frame it leaves in.
    pub(super) fn apercus_de_reponse(
        &self,
        (texte, cadre): (&TexteMail, Option<&TexteMail>),
        (modele, langue): (CodeReponse, Langue),
        enseigne: &Enseigne<'_>,
    ) -> Result<Vec<Apercu>, Defaut> {
        // A draft is sent by a person.
        let automatique = modele != CodeReponse::Projet;
        let autour = du_cadre((langue, automatique), enseigne);
        let mut apercus: Vec<Apercu> = Vec::new();
        for (cas, faits) in exemples(modele) {
            let valeurs = valeurs(&faits, langue, enseigne);
            let contenu = Contenu {
                objet: objet(&format!("Re: {}", exemple().objet)),
                corps: self.rediger_propre(texte, (modele, langue), &valeurs)?,
                page: None,
            };
            let rendu = self.encadrer_au_mieux(cadre, langue, &autour, &contenu);
            let apercu = rendu.map_err(|faute| Defaut::du_cadre(&faute))?.vu(cas);
            if apercus.iter().all(|vu| vu.texte != apercu.texte) {
                apercus.push(apercu);
            }
        }
        Ok(apercus)
    }
}

/// What an answer may be written from: somebody who is known, somebody who is not, and each question for the draft.
pub(super) fn exemples(modele: CodeReponse) -> Vec<(Cas, Faits)> {
    let avec = |classe: &str, faits: Faits| Faits {
        classe: classe.to_owned(),
        ..faits
    };
    let deux = |classe: &str| {
        vec![
            (Cas::Complet, avec(classe, exemple())),
            (Cas::Court, avec(classe, Faits::default())),
        ]
    };
    match modele {
        CodeReponse::Projet => {
            let connu = (Cas::Complet, avec("suivi_dossier", exemple()));
            let autres = Code::TOUS.into_iter().map(|code| {
                (
                    Cas::Classe(code.texte()),
                    avec(code.texte(), Faits::default()),
                )
            });
            [connu].into_iter().chain(autres).collect()
        }
        CodeReponse::LienExpire => {
            let envoye = Faits {
                lien_envoye: true,
                valide: false,
                ..avec("lien_expire", exemple())
            };
            let mut cas = deux("lien_expire");
            cas.push((Cas::LienEnvoye, envoye));
            cas
        }
        CodeReponse::CompteAncien => deux("compte_ancienne_campagne"),
        CodeReponse::Suivi => deux("suivi_dossier"),
        CodeReponse::TropGros => deux("autre"),
    }
}

/// What a text of the support may speak of.
pub(super) fn connues() -> BTreeSet<String> {
    crate::mail::lecteur::noms()
}

/// What the frame around an answer knows.
pub(super) fn du_cadre((langue, automatique): (Langue, bool), enseigne: &Enseigne<'_>) -> Valeurs {
    variables::reponse((langue, automatique), enseigne)
}

/// An answer, to try a frame with.
pub(super) fn contenu(
    modeles: &Modeles,
    langue: Langue,
    enseigne: &Enseigne<'_>,
) -> Option<Contenu> {
    let exemple = exemple();
    let valeurs = valeurs(&exemple, langue, enseigne);
    let corps = modeles.rediger(CodeReponse::Suivi, None, langue, &valeurs);
    Some(Contenu {
        objet: format!("Re: {}", exemple.objet),
        corps: corps.ok()?,
        page: None,
    })
}
