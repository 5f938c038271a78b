//! What the address of the list asks for: filters, order, where to go on.

use actors::protocol::{Etat as EtatDossier, FiltreDossiers, TriDossiers};
use domain::dossier::Reponse;
use domain::ids::{FormationCode, PersonnelId};
use serde::{Deserialize, Serialize};

use crate::views::de_champ;

/// Rows of a page.
const PAR_PAGE: usize = 50;

pub(super) const ETATS: [(EtatDossier, &str); 5] = [
    (EtatDossier::EnAttente, "en_attente"),
    (EtatDossier::Transmis, "transmis"),
    (EtatDossier::Incomplet, "incomplet"),
    (EtatDossier::Complet, "complet"),
    (EtatDossier::Annule, "annule"),
];

/// As typed: what means nothing filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Voulus {
    pub(super) q: String,
    pub(super) formation: String,
    pub(super) etat: String,
    /// A released avis, or `brouillon`: one is entered.
    pub(super) avis: String,
    /// An answer, or `attente`: an offer waits for it.
    pub(super) reponse: String,
    /// `moi`, or somebody's id.
    pub(super) assigne: String,
    pub(super) etiquette: String,
    pub(super) depuis: String,
    pub(super) avant: String,
    pub(super) tri: String,
    #[serde(skip_serializing)]
    pub(super) curseur: String,
}

impl Voulus {
    /// From what stands behind the question mark.
    pub(super) fn de_requete(requete: &str) -> Self {
        let mut voulus = Self::default();
        for (nom, valeur) in form_urlencoded::parse(requete.as_bytes()).into_owned() {
            if let Some(champ) = voulus.champ(&nom) {
                *champ = valeur;
            }
        }
        voulus
    }

    fn champ(&mut self, nom: &str) -> Option<&mut String> {
        Some(match nom {
            "q" => &mut self.q,
            "formation" => &mut self.formation,
            "etat" => &mut self.etat,
            "avis" => &mut self.avis,
            "reponse" => &mut self.reponse,
            "assigne" => &mut self.assigne,
            "etiquette" => &mut self.etiquette,
            "depuis" => &mut self.depuis,
            "avant" => &mut self.avant,
            "tri" => &mut self.tri,
            _ => return None,
        })
    }

    /// What stands behind the question mark; without what is empty, and without the place in the list.
    pub(super) fn requete(&self) -> String {
        let champs = [
            ("q", &self.q),
            ("formation", &self.formation),
            ("etat", &self.etat),
            ("avis", &self.avis),
            ("reponse", &self.reponse),
            ("assigne", &self.assigne),
            ("etiquette", &self.etiquette),
            ("depuis", &self.depuis),
            ("avant", &self.avant),
            ("tri", &self.tri),
        ];
        let mut requete = form_urlencoded::Serializer::new(String::new());
        for (nom, valeur) in champs.into_iter().filter(|(_, v)| !v.is_empty()) {
            requete.append_pair(nom, valeur);
        }
        requete.finish()
    }

    /// The list in another order, or in the same the other way round.
    pub(super) fn trie(&self, tri: &str) -> Self {
        let meme = self.tri == tri || (tri == "nom" && self.tri.is_empty());
        Self {
            tri: if meme {
                format!("-{tri}")
            } else {
                tri.to_owned()
            },
            ..self.clone()
        }
    }

    /// Whether anything but the order is asked for.
    pub(super) fn filtre_quelque_chose(&self) -> bool {
        let sans_tri = Self {
            tri: String::new(),
            ..self.clone()
        };
        !sans_tri.requete().is_empty()
    }

    /// As the list takes it; `moi` is who asks.
    pub(super) fn filtre(&self, moi: &PersonnelId) -> FiltreDossiers {
        let plein = |texte: &str| Some(texte.to_owned()).filter(|t| !t.is_empty());
        let (inverse, tri) = match self.tri.strip_prefix('-') {
            Some(tri) => (true, tri),
            None => (false, self.tri.as_str()),
        };
        let etat = ETATS.iter().find(|(_, code)| *code == self.etat);
        let assigne = match self.assigne.as_str() {
            "" => None,
            "moi" => Some(moi.clone()),
            id => Some(PersonnelId::new(id)),
        };
        FiltreDossiers {
            formation: plein(&self.formation).map(FormationCode::new),
            etat: etat.map(|(etat, _)| *etat),
            avis: plein(&self.avis).filter(|a| a != "brouillon"),
            brouillon: (self.avis == "brouillon").then_some(true),
            reponse: match self.reponse.as_str() {
                "confirmee" => Some(Reponse::Confirmee),
                "desistee" => Some(Reponse::Desistee),
                "desistee_auto" => Some(Reponse::DesisteeAuto),
                _ => None,
            },
            attend_reponse: (self.reponse == "attente").then_some(true),
            assigne,
            etiquette: plein(&self.etiquette),
            transmis_apres: de_champ(&self.depuis),
            transmis_avant: de_champ(&self.avant),
            q: plein(&self.q),
            tri: match tri {
                "numero" => TriDossiers::Numero,
                "formation" => TriDossiers::Formation,
                "cree_le" => TriDossiers::CreeLe,
                "transmis_le" => TriDossiers::TransmisLe,
                _ => TriDossiers::Nom,
            },
            inverse,
            curseur: plein(&self.curseur),
            limite: Some(PAR_PAGE),
            ..FiltreDossiers::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_recherche_se_garde_dans_une_adresse() {
        let voulus = Voulus {
            q: "Élodie & fils".to_owned(),
            avis: "brouillon".to_owned(),
            assigne: "moi".to_owned(),
            tri: "-transmis_le".to_owned(),
            ..Voulus::default()
        };
        assert_eq!(Voulus::de_requete(&voulus.requete()), voulus);
        let moi = PersonnelId::new("moi-meme");
        let filtre = voulus.filtre(&moi);
        assert_eq!(filtre.brouillon, Some(true));
        assert_eq!(filtre.avis, None, "a draft is no released avis");
        assert_eq!(filtre.assigne, Some(moi));
        assert!(filtre.inverse);
        assert_eq!(filtre.tri, TriDossiers::TransmisLe);
        assert!(voulus.filtre_quelque_chose());
        assert!(!Voulus::default().trie("numero").filtre_quelque_chose());
        assert_eq!(Voulus::default().trie("nom").tri, "-nom", "by name already");
    }
}
