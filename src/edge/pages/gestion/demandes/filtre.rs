//! What the address of the list of requests asks for.

use actors::protocol::FiltreDemandes;
use domain::demande::EtatDemande;
use domain::ids::{CandidatId, ClasseCode, DemandeId, PersonnelId};
use serde::{Deserialize, Serialize};

/// Rows of a page.
const PAR_PAGE: usize = 50;

/// The states, under the names the API gives them.
pub(super) const ETATS: [(EtatDemande, &str); 5] = [
    (EtatDemande::Nouvelle, "nouvelle"),
    (EtatDemande::EnCours, "en_cours"),
    (EtatDemande::EnAttente, "en_attente"),
    (EtatDemande::Close, "close"),
    (EtatDemande::Fusionnee, "fusionnee"),
];
/// Every state, done or not.
pub(super) const TOUTES: &str = "toutes";
/// Me, whoever asks.
pub(super) const MOI: &str = "moi";
/// Nobody.
pub(super) const PERSONNE: &str = "personne";

/// As typed: what means nothing filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Voulues {
    pub(super) q: String,
    pub(super) etat: String,
    pub(super) classe: String,
    /// `moi`, `personne`, or somebody's id.
    pub(super) responsable: String,
    pub(super) urgentes: String,
    pub(super) en_retard: String,
    pub(super) candidat: String,
    #[serde(skip_serializing)]
    pub(super) curseur: String,
}

impl Voulues {
    /// From what stands behind the question mark.
    pub(super) fn de_requete(requete: &str) -> Self {
        let mut voulues = Self::default();
        for (nom, valeur) in form_urlencoded::parse(requete.as_bytes()).into_owned() {
            let champ = match nom.as_str() {
                "q" => &mut voulues.q,
                "etat" => &mut voulues.etat,
                "classe" => &mut voulues.classe,
                "responsable" => &mut voulues.responsable,
                "urgentes" => &mut voulues.urgentes,
                "en_retard" => &mut voulues.en_retard,
                "candidat" => &mut voulues.candidat,
                _ => continue,
            };
            *champ = valeur;
        }
        voulues
    }

    /// What stands behind the question mark; without what is empty, and without the place in the list.
    pub(super) fn requete(&self) -> String {
        let champs = [
            ("q", &self.q),
            ("etat", &self.etat),
            ("classe", &self.classe),
            ("responsable", &self.responsable),
            ("urgentes", &self.urgentes),
            ("en_retard", &self.en_retard),
            ("candidat", &self.candidat),
        ];
        let mut requete = form_urlencoded::Serializer::new(String::new());
        for (nom, valeur) in champs.into_iter().filter(|(_, v)| !v.is_empty()) {
            requete.append_pair(nom, valeur);
        }
        requete.finish()
    }

    /// The list of this search.
    pub(super) fn chemin(&self) -> String {
        let requete = self.requete();
        if requete.is_empty() {
            "/gestion/demandes".to_owned()
        } else {
            format!("/gestion/demandes?{requete}")
        }
    }

    /// Whether anything is asked for.
    pub(super) fn filtre_quelque_chose(&self) -> bool {
        !self.requete().is_empty()
    }

    /// As the list takes it; `moi` is who asks.
    pub(super) fn filtre(&self, moi: &PersonnelId) -> FiltreDemandes {
        let plein = |texte: &str| Some(texte.to_owned()).filter(|t| !t.is_empty());
        let etat = ETATS.iter().find(|(_, code)| *code == self.etat);
        FiltreDemandes {
            etat: etat.map(|(etat, _)| *etat),
            toutes: self.etat == TOUTES,
            classe: plein(&self.classe).map(ClasseCode::new),
            responsable: match self.responsable.as_str() {
                "" | PERSONNE => None,
                MOI => Some(moi.clone()),
                id => Some(PersonnelId::new(id)),
            },
            sans_responsable: self.responsable == PERSONNE,
            urgentes: !self.urgentes.is_empty(),
            en_retard: !self.en_retard.is_empty(),
            candidat: plein(&self.candidat).map(CandidatId::new),
            q: plein(&self.q),
            curseur: plein(&self.curseur).map(DemandeId::new),
            limite: Some(PAR_PAGE),
            ..FiltreDemandes::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_recherche_de_demandes_se_garde_dans_une_adresse() {
        let voulues = Voulues {
            q: "Élise & fils".to_owned(),
            etat: TOUTES.to_owned(),
            responsable: MOI.to_owned(),
            urgentes: "1".to_owned(),
            ..Voulues::default()
        };
        assert_eq!(Voulues::de_requete(&voulues.requete()), voulues);
        let moi = PersonnelId::new("moi-meme");
        let filtre = voulues.filtre(&moi);
        assert!(filtre.toutes && filtre.urgentes && !filtre.sans_responsable);
        assert_eq!(filtre.responsable, Some(moi.clone()));
        let libres = Voulues {
            responsable: PERSONNE.to_owned(),
            ..Voulues::default()
        };
        assert!(libres.filtre(&moi).sans_responsable);
        assert_eq!(Voulues::default().chemin(), "/gestion/demandes");
    }
}
