//! Dossiers taken out, many at a time: read from the journal, never through an actor each.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::campagne::Catalogue;
use domain::candidat::{Actif, Candidat};
use domain::dossier::Dossier;
use domain::ids::{CandidatId, DossierId, FormationCode};
use domain::personnel::droits::Pouvoir;
use domain::places::Places;
use domain::refus::CodeRefus;

use super::Guichet;
use super::agents::Agent;
use super::audit::Passage;
use super::gestion::{autoriser, autoriser_formation};
use crate::atelier::faute;
use crate::fil::Fil;
use crate::protocol::{
    DossierGestion, Faute, FiltreDossiers, MAX_CHOISIS, MAX_ENTIERS, Reponse, Resultat, Sortie,
};
use crate::vues::{self, Regard};

/// Bytes of one answer, about: half of what a message of the bus may carry.
const MAX_OCTETS: usize = 512 * 1024;

/// What several dossiers of one answer share, read once.
#[derive(Default)]
struct Lus {
    places: BTreeMap<FormationCode, Arc<Places>>,
    candidats: BTreeMap<CandidatId, Arc<Fil<Candidat>>>,
}

impl Guichet {
    /// Serves what is taken out.
    pub(super) async fn sortir(&self, agent: &Agent, sortie: Sortie) -> Resultat {
        match sortie {
            Sortie::Choisir { filtre, forme } => self.choisir(agent, *filtre, &forme).await,
            Sortie::Entiers { ids } => self.entiers(agent, ids).await,
            Sortie::Imprimer { id } => self.imprimer(agent, &id).await,
        }
    }

    /// The trail has it before an id leaves: who, how many, which.
    async fn choisir(&self, agent: &Agent, mut filtre: FiltreDossiers, forme: &str) -> Resultat {
        autoriser(agent, Pouvoir::Exporter)?;
        let catalogue = self.atelier.catalogue();
        let visible = |code: &FormationCode| {
            autoriser_formation(agent, Pouvoir::Exporter, &catalogue, code).is_ok()
        };
        let premiere = filtre.curseur.is_none();
        filtre.limite = Some(MAX_CHOISIS);
        let choisis = self.liste.choisir(&self.atelier, &filtre, visible);
        let (ids, curseur, total) = choisis.map_err(|e| faute(&e))?;
        if premiere {
            let passage = Passage {
                quoi: "exporter",
                dossier: None,
                detail: Some(decrire(forme, total, &filtre)),
            };
            self.tracer(&agent.id, passage).await?;
        }
        Ok(Reponse::Choisis {
            ids,
            curseur,
            total: total as u64,
        })
    }

    async fn entiers(&self, agent: &Agent, ids: Vec<DossierId>) -> Resultat {
        autoriser(agent, Pouvoir::Exporter)?;
        if ids.len() > MAX_ENTIERS {
            return Err(CodeRefus::TropDEntrees.into());
        }
        let catalogue = self.atelier.catalogue();
        let mut deja = Lus::default();
        let (mut dossiers, mut lus, mut octets) = (Vec::new(), 0, 0);
        for id in &ids {
            let entier = self.entier(agent, &catalogue, &mut deja, id).await?;
            if let Some(entier) = entier {
                let taille = serde_json::to_vec(&entier).map_or(MAX_OCTETS, |json| json.len());
                if octets + taille > MAX_OCTETS && lus > 0 {
                    break;
                }
                octets += taille;
                dossiers.push(entier);
            }
            lus += 1;
        }
        Ok(Reponse::Entiers { dossiers, lus })
    }

    /// One dossier with its candidate as they are today; none when it is not the asker's to take out, or its
    /// candidate was erased.
    async fn entier(
        &self,
        agent: &Agent,
        catalogue: &Catalogue,
        Lus { places, candidats }: &mut Lus,
        id: &DossierId,
    ) -> Result<Option<DossierGestion>, Faute> {
        let fil = Fil::<Dossier>::charger(&self.atelier, format!("dossier.{id}"));
        let fil = fil.map_err(|e| faute(&e))?;
        let Some(identite) = fil.etat.identite() else {
            return Ok(None);
        };
        let formation = &identite.formation;
        if autoriser_formation(agent, Pouvoir::Exporter, catalogue, formation).is_err() {
            return Ok(None);
        }
        let qui = &identite.candidat;
        let candidat = match candidats.get(qui) {
            Some(lu) => lu.clone(),
            None => {
                let lu = Fil::<Candidat>::charger(&self.atelier, format!("candidat.{qui}"));
                let lu = Arc::new(lu.map_err(|e| faute(&e))?);
                candidats.insert(qui.clone(), lu.clone());
                lu
            }
        };
        let Some(actif) = actif(&candidat.etat) else {
            return Ok(None);
        };
        let regard = (self.atelier.maintenant(), Regard::Gestion);
        let Some(mut dossier) = vues::dossier(&fil, actif, catalogue, regard) else {
            return Ok(None);
        };
        if let Some(decision) = &mut dossier.decision
            && decision.avis.nature.rang().is_some()
        {
            if !places.contains_key(formation) {
                let lues = self.annuaire.lire_places(formation).await?;
                places.insert(formation.clone(), lues);
            }
            decision.rang_reel = places.get(formation).and_then(|p| p.rang_reel(id));
        }
        Ok(Some(DossierGestion {
            candidat: vues::moi(actif, candidat.tete.version),
            pouvoirs: Vec::new(),
            presents: Vec::new(),
            dossier,
        }))
    }

    /// The look is in the trail before the answer leaves.
    async fn imprimer(&self, agent: &Agent, id: &DossierId) -> Resultat {
        self.regarder(agent, "imprimer_dossier", id).await
    }
}

fn actif(candidat: &Candidat) -> Option<&Actif> {
    match candidat {
        Candidat::Actif(actif) => Some(actif),
        Candidat::Absent | Candidat::AValider { .. } | Candidat::Expire(_) => None,
    }
}

/// For the trail: `csv, 120 dossiers, formation=M1-INFO, etat=complet`.
fn decrire(forme: &str, total: usize, filtre: &FiltreDossiers) -> String {
    let mut texte = format!("{forme}, {total} dossiers");
    let mut critere = |nom: &str, valeur: Option<String>| {
        if let Some(valeur) = valeur {
            texte.extend([", ", nom, "=", &valeur]);
        }
    };
    critere(
        "formation",
        filtre.formation.as_ref().map(ToString::to_string),
    );
    critere("centre", filtre.centre.as_ref().map(ToString::to_string));
    critere(
        "commission",
        filtre.commission.as_ref().map(ToString::to_string),
    );
    critere("etat", filtre.etat.map(code));
    critere("avis", filtre.avis.clone());
    critere("reponse", filtre.reponse.map(code));
    // Words of a name are personal data: that there were some is enough.
    critere("q", filtre.q.as_ref().map(|_| "…".to_owned()));
    texte
}

/// The code of a word of the contract.
fn code(valeur: impl serde::Serialize) -> String {
    let valeur = serde_json::to_value(valeur).ok();
    let code = valeur.as_ref().and_then(serde_json::Value::as_str);
    code.unwrap_or_default().to_owned()
}
