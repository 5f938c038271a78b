//! What staff need around a dossier: neighbours in the list, places of a formation, colleagues, what they keep at hand.

use domain::ids::{DossierId, FormationCode};
use domain::personnel::Commande;
use domain::personnel::affaires::Sorte;
use domain::personnel::droits::Pouvoir;
use domain::refus::CodeRefus;

use super::Guichet;
use super::agents::Agent;
use super::gestion::{autoriser, autoriser_formation};
use crate::atelier::faute;
use crate::protocol::{
    Collegue, EnListe, EtatPersonnel, FiltreDossiers, PlacesVue, Reponse, Resultat,
};

impl Guichet {
    pub(super) fn voisins(
        &self,
        agent: &Agent,
        id: &DossierId,
        filtre: &FiltreDossiers,
    ) -> Resultat {
        autoriser(agent, Pouvoir::Voir)?;
        let catalogue = self.atelier.catalogue();
        let visible = |code: &FormationCode| {
            autoriser_formation(agent, Pouvoir::Voir, &catalogue, code).is_ok()
        };
        let voisins = self.liste.voisins(&self.atelier, filtre, id, visible);
        Ok(Reponse::Voisins(voisins.map_err(|e| faute(&e))?))
    }

    pub(super) async fn voir_places(&self, agent: &Agent, code: FormationCode) -> Resultat {
        let catalogue = self.atelier.catalogue();
        autoriser_formation(agent, Pouvoir::Voir, &catalogue, &code)?;
        let formation = catalogue.formations.get(&code);
        let capacite = formation.ok_or(CodeRefus::Introuvable)?.capacite;
        let places = self.annuaire.lire_places(&code).await?;
        let mut liste = Vec::with_capacity(places.liste.len());
        for (rang, id) in &places.liste {
            let ligne = self.liste.ligne(&self.atelier, id).map_err(|e| faute(&e))?;
            liste.extend(ligne.map(|dossier| EnListe {
                rang: *rang,
                dossier,
            }));
        }
        Ok(Reponse::Places(Box::new(PlacesVue {
            formation: code,
            capacite,
            offres: places.offres.len(),
            confirmes: places.confirmes.len(),
            rendues: places.rendues,
            liste,
        })))
    }

    /// Names alone: whose name stands in a history, and to whom a dossier may be given.
    pub(super) async fn collegues(&self, agent: &Agent) -> Resultat {
        autoriser(agent, Pouvoir::Voir)?;
        let tous = self.tout_le_personnel().await?;
        let collegues = tous.into_iter().map(|p| Collegue {
            nom: format!("{} {}", p.prenom, p.nom),
            actif: p.etat == EtatPersonnel::Actif,
            id: p.id,
        });
        Ok(Reponse::Collegues {
            collegues: collegues.collect(),
        })
    }

    pub(super) async fn garder_affaire(
        &self,
        agent: &Agent,
        (sorte, nom, contenu): (Sorte, String, String),
    ) -> Resultat {
        let commande = Commande::GarderAffaire {
            sorte,
            nom: nom.trim().to_owned(),
            contenu,
        };
        self.annuaire.personnel(&agent.id, None, commande).await?;
        Ok(Reponse::Fait)
    }

    pub(super) async fn oublier_affaire(
        &self,
        agent: &Agent,
        sorte: Sorte,
        nom: String,
    ) -> Resultat {
        let commande = Commande::OublierAffaire { sorte, nom };
        self.annuaire.personnel(&agent.id, None, commande).await?;
        Ok(Reponse::Fait)
    }
}
