//! The list of requests for staff: one row per request, folded from the journal and kept in memory, as [`crate::liste`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::demande::{Demande, EtatDemande, EtatMessage, Evenement, Fond};
use domain::ids::{CandidatId, DemandeId};
use jiff::Timestamp;
use storage::{ERASURES, Position, StoreError, erased};

use crate::atelier::Atelier;
use crate::fil::Fil;
use crate::liste::plat;
use crate::protocol::{
    ComptesDemandes, FiltreDemandes, LigneDemande, PageDemandes, VoisinesDemande,
};

/// Records of the journal read at once.
const LOT: usize = 2_000;
/// The most rows of one answer.
pub(crate) const MAX_LIGNES: usize = 200;
/// The rows of an answer when none are named.
const LIGNES: usize = 50;

/// Requests that are done whose rows stay in memory; older ones are found by their person, and read from the journal then.
const MAX_FAITES: usize = 50_000;
/// The part of these by which they may be more before the oldest leave, together.
const MARGE_FAITES: usize = 10;

/// The index of one process.
#[derive(Debug, Default)]
pub(crate) struct ListeDemandes(Mutex<Index>);

#[derive(Debug, Default)]
struct Index {
    position: Position,
    lignes: BTreeMap<DemandeId, Rangee>,
    /// Whose each is, also of those that have no row any more.
    par_personne: BTreeMap<Cle, Vec<DemandeId>>,
    /// Rows of requests that are done.
    faites: usize,
    /// Those that are done and have no row any more.
    parties: BTreeMap<DemandeId, Partie>,
}

/// What is left of a row that left: whose, and what it counts.
#[derive(Debug)]
struct Partie {
    cle: Cle,
    comptee: Comptees,
}

/// What is counted of requests.
#[derive(Clone, Copy, Debug, Default)]
struct Comptees {
    repondues: u64,
    seules: u64,
    rouvertes_apres_seule: u64,
    mal_rattachees: u64,
}

impl Comptees {
    fn sommer(&mut self, autre: Self) {
        self.repondues += autre.repondues;
        self.seules += autre.seules;
        self.rouvertes_apres_seule += autre.rouvertes_apres_seule;
        self.mal_rattachees += autre.mal_rattachees;
    }

    fn ajouter(&mut self, rangee: &Rangee) {
        self.repondues += u64::from(rangee.premiere_s.is_some());
        self.seules += u64::from(rangee.ligne.automatique);
        self.rouvertes_apres_seule += u64::from(rangee.ligne.automatique && rangee.rouverte);
        self.mal_rattachees += u64::from(rangee.mal_rattachee);
    }
}

/// A row the filter leaves, and whether it is late now.
type Gardee<'a> = (&'a LigneDemande, bool);

/// Whose a request is: an account's, or else an address's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cle {
    Candidat(CandidatId),
    Adresse(String),
}

impl Cle {
    fn de(ligne: &LigneDemande) -> Self {
        match &ligne.candidat {
            Some(qui) => Self::Candidat(qui.clone()),
            None => Self::Adresse(ligne.demandeur.clone()),
        }
    }
}

#[derive(Debug)]
struct Rangee {
    ligne: LigneDemande,
    texte: String,
    /// Seconds until the first answer.
    premiere_s: Option<u64>,
    rouverte: bool,
    mal_rattachee: bool,
}

/// What is measured over all requests (S61).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mesures {
    pub(crate) repondues: u64,
    pub(crate) seules: u64,
    pub(crate) rouvertes_apres_seule: u64,
    pub(crate) mal_rattachees: u64,
    pub(crate) mediane_s: u64,
}

impl ListeDemandes {
    /// The rows, with what the journal got since.
    fn a_jour(&self, atelier: &Atelier) -> Result<MutexGuard<'_, Index>, StoreError> {
        let mut index = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        index.rattraper(atelier)?;
        Ok(index)
    }

    /// Rows the filter leaves; `visible` says which the asker may see.
    pub(crate) fn chercher(
        &self,
        atelier: &Atelier,
        filtre: &FiltreDemandes,
        visible: impl Fn(&LigneDemande) -> bool,
    ) -> Result<PageDemandes, StoreError> {
        let index = self.a_jour(atelier)?;
        let parties = index.parties_de(atelier, filtre.candidat.as_ref())?;
        let (gardees, comptes) = index.garder(&parties, atelier.maintenant(), filtre, visible);
        Ok(paginer(gardees, comptes, filtre))
    }

    /// The requests before and after one, in the order of the list.
    pub(crate) fn voisines(
        &self,
        atelier: &Atelier,
        filtre: &FiltreDemandes,
        id: &DemandeId,
        visible: impl Fn(&LigneDemande) -> bool,
    ) -> Result<VoisinesDemande, StoreError> {
        let index = self.a_jour(atelier)?;
        let parties = index.parties_de(atelier, filtre.candidat.as_ref())?;
        let (gardees, _) = index.garder(&parties, atelier.maintenant(), filtre, visible);
        let Some(elle) = index.lignes.get(id).map(|rangee| ordre(&rangee.ligne)) else {
            return Ok(VoisinesDemande::default());
        };
        // One that has just been answered may have left the list: its place is where it would be.
        let rang = gardees.partition_point(|(l, _)| ordre(l) < elle);
        let avant = rang.checked_sub(1).and_then(|n| gardees.get(n));
        let apres = gardees.iter().skip(rang).find(|(l, _)| ordre(l) > elle);
        Ok(VoisinesDemande {
            avant: avant.map(|(l, _)| l.id.clone()),
            apres: apres.map(|(l, _)| l.id.clone()),
            rang,
            total: gardees.len(),
        })
    }

    /// The requests of a person: tied to them, or tied to nobody and from their address (S62).
    pub(crate) fn de(
        &self,
        atelier: &Atelier,
        qui: &CandidatId,
        mail: &str,
    ) -> Result<Vec<DemandeId>, StoreError> {
        let index = self.a_jour(atelier)?;
        let siennes = [Cle::Candidat(qui.clone()), Cle::Adresse(mail.to_owned())];
        let ids = siennes.iter().filter_map(|cle| index.par_personne.get(cle));
        Ok(ids.flatten().cloned().collect())
    }

    /// What is measured (S61).
    pub(crate) fn mesurer(&self, atelier: &Atelier) -> Result<Mesures, StoreError> {
        let index = self.a_jour(atelier)?;
        Ok(index.mesurer())
    }
}

impl Index {
    /// Reads what the journal got since.
    fn rattraper(&mut self, atelier: &Atelier) -> Result<(), StoreError> {
        loop {
            let records = atelier.store.records_after(self.position, LOT)?;
            let Some(dernier) = records.last().map(|r| r.position) else {
                return Ok(());
            };
            let mut touches: BTreeSet<DemandeId> = BTreeSet::new();
            let mut toucher = |stream: &str| {
                touches.extend(stream.strip_prefix("demande.").map(DemandeId::new));
            };
            for record in &records {
                toucher(&record.stream);
                // Erased requests have no row any more (S62).
                if record.stream == ERASURES {
                    erased(&record.data).iter().for_each(|s| toucher(s));
                }
            }
            for id in touches {
                let rangee = ranger(atelier, &id)?;
                self.remplacer(id, rangee);
            }
            self.alleger(MAX_FAITES);
            self.position = dernier;
        }
    }

    fn remplacer(&mut self, id: DemandeId, rangee: Option<Rangee>) {
        if let Some(ancienne) = self.lignes.remove(&id) {
            self.faites -= usize::from(!vivante(ancienne.ligne.etat));
            self.delier(&Cle::de(&ancienne.ligne), &id);
        }
        if let Some(partie) = self.parties.remove(&id) {
            self.delier(&partie.cle, &id);
        }
        if let Some(rangee) = rangee {
            self.faites += usize::from(!vivante(rangee.ligne.etat));
            let siennes = self.par_personne.entry(Cle::de(&rangee.ligne)).or_default();
            if let Err(place) = siennes.binary_search(&id) {
                siennes.insert(place, id.clone());
            }
            self.lignes.insert(id, rangee);
        }
    }

    fn delier(&mut self, cle: &Cle, id: &DemandeId) {
        if let Some(siennes) = self.par_personne.get_mut(cle) {
            siennes.retain(|autre| autre != id);
            if siennes.is_empty() {
                self.par_personne.remove(cle);
            }
        }
    }

    /// The oldest of those that are done lose their rows when there are too many; whose they are stays known.
    fn alleger(&mut self, max: usize) {
        // Some more gather first: sorting them costs.
        if self.faites <= max + max / MARGE_FAITES {
            return;
        }
        let faites = self.lignes.values().filter(|r| !vivante(r.ligne.etat));
        let mut vieilles: Vec<(Timestamp, DemandeId)> = faites
            .map(|r| (r.ligne.dernier_le, r.ligne.id.clone()))
            .collect();
        vieilles.sort_unstable();
        vieilles.truncate(self.faites - max);
        for (_, id) in vieilles {
            if let Some(rangee) = self.lignes.remove(&id) {
                let mut comptee = Comptees::default();
                comptee.ajouter(&rangee);
                let cle = Cle::de(&rangee.ligne);
                self.parties.insert(id, Partie { cle, comptee });
                self.faites -= 1;
            }
        }
    }

    /// The rows of one person's requests that are no longer in memory, from the journal.
    fn parties_de(
        &self,
        atelier: &Atelier,
        candidat: Option<&CandidatId>,
    ) -> Result<Vec<Rangee>, StoreError> {
        let siennes = candidat.and_then(|qui| self.par_personne.get(&Cle::Candidat(qui.clone())));
        let absentes = siennes
            .into_iter()
            .flatten()
            .filter(|id| !self.lignes.contains_key(*id));
        absentes
            .filter_map(|id| ranger(atelier, id).transpose())
            .collect()
    }

    /// The rows the filter leaves, in order, and the figures of all states.
    fn garder<'a>(
        &'a self,
        parties: &'a [Rangee],
        maintenant: Timestamp,
        filtre: &FiltreDemandes,
        visible: impl Fn(&LigneDemande) -> bool,
    ) -> (Vec<Gardee<'a>>, ComptesDemandes) {
        let texte = plat(filtre.q.as_deref().unwrap_or_default());
        let mots: Vec<&str> = texte.split_whitespace().collect();
        let mut comptes = ComptesDemandes::default();
        let mut gardees = Vec::new();
        let rangees = self.rangees(filtre.candidat.as_ref()).chain(parties);
        for Rangee { ligne, texte, .. } in rangees {
            let en_retard = vivante(ligne.etat) && ligne.echeance < maintenant;
            let convient = visible(ligne)
                && retenue(ligne, filtre)
                && (!filtre.en_retard || en_retard)
                && mots.iter().all(|mot| texte.contains(mot));
            if !convient {
                continue;
            }
            compter(&mut comptes, ligne, en_retard);
            let etat = match filtre.etat {
                Some(etat) => ligne.etat == etat,
                None => filtre.toutes || vivante(ligne.etat),
            };
            if etat {
                gardees.push((ligne, en_retard));
            }
        }
        gardees.sort_by_cached_key(|(ligne, _)| ordre(ligne));
        (gardees, comptes)
    }

    /// All rows, or those of one person, found without looking at everybody's.
    fn rangees(&self, candidat: Option<&CandidatId>) -> Box<dyn Iterator<Item = &Rangee> + '_> {
        match candidat {
            None => Box::new(self.lignes.values()),
            Some(qui) => {
                let siennes = self.par_personne.get(&Cle::Candidat(qui.clone()));
                let siennes = siennes.into_iter().flatten();
                Box::new(siennes.filter_map(|id| self.lignes.get(id)))
            }
        }
    }

    /// Over all, but the middle delay: that of those with a row.
    fn mesurer(&self) -> Mesures {
        let mut comptees = Comptees::default();
        self.parties
            .values()
            .for_each(|partie| comptees.sommer(partie.comptee));
        self.lignes
            .values()
            .for_each(|rangee| comptees.ajouter(rangee));
        let mut delais: Vec<u64> = self.lignes.values().filter_map(|r| r.premiere_s).collect();
        delais.sort_unstable();
        Mesures {
            repondues: comptees.repondues,
            seules: comptees.seules,
            rouvertes_apres_seule: comptees.rouvertes_apres_seule,
            mal_rattachees: comptees.mal_rattachees,
            mediane_s: delais.get(delais.len() / 2).copied().unwrap_or_default(),
        }
    }
}

/// Urgent first, then by due time; what is done by its last message, newest first.
fn ordre(ligne: &LigneDemande) -> (bool, bool, i64, DemandeId) {
    let vive = vivante(ligne.etat);
    let rang = if vive {
        ligne.echeance.as_millisecond()
    } else {
        ligne.dernier_le.as_millisecond().saturating_neg()
    };
    (!vive, !ligne.urgent, rang, ligne.id.clone())
}

const fn vivante(etat: EtatDemande) -> bool {
    match etat {
        EtatDemande::Nouvelle | EtatDemande::EnCours | EtatDemande::EnAttente => true,
        EtatDemande::Close | EtatDemande::Fusionnee => false,
    }
}

fn retenue(ligne: &LigneDemande, filtre: &FiltreDemandes) -> bool {
    let est = |voulu: &Option<_>, est: &Option<_>| voulu.is_none() || voulu == est;
    filtre
        .classe
        .as_ref()
        .is_none_or(|c| ligne.classes.contains(c))
        && filtre
            .responsable
            .as_ref()
            .is_none_or(|r| ligne.responsable.as_ref() == Some(r))
        && est(&filtre.candidat, &ligne.candidat)
        && filtre
            .dossier
            .as_ref()
            .is_none_or(|d| ligne.dossier.as_ref() == Some(d))
        && filtre
            .formation
            .as_ref()
            .is_none_or(|f| ligne.formation.as_ref() == Some(f))
        && (!filtre.sans_responsable || ligne.responsable.is_none())
        && (!filtre.urgentes || ligne.urgent)
}

fn compter(comptes: &mut ComptesDemandes, ligne: &LigneDemande, en_retard: bool) {
    *comptes.etats.entry(ligne.etat).or_default() += 1;
    if !vivante(ligne.etat) {
        return;
    }
    for classe in &ligne.classes {
        *comptes.classes.entry(classe.clone()).or_default() += 1;
    }
    comptes.urgentes += u64::from(ligne.urgent);
    comptes.en_retard += u64::from(en_retard);
    comptes.sans_responsable += u64::from(ligne.responsable.is_none());
}

fn paginer(
    mut gardees: Vec<Gardee<'_>>,
    comptes: ComptesDemandes,
    filtre: &FiltreDemandes,
) -> PageDemandes {
    let total = gardees.len();
    if let Some(apres) = &filtre.curseur
        && let Some(place) = gardees.iter().position(|(l, _)| l.id == *apres)
    {
        gardees.drain(..=place);
    }
    let limite = filtre.limite.unwrap_or(LIGNES).clamp(1, MAX_LIGNES);
    let reste = gardees.len() > limite;
    gardees.truncate(limite);
    let lignes = gardees.iter();
    let lignes = lignes.map(|(ligne, en_retard)| LigneDemande {
        en_retard: *en_retard,
        ..(*ligne).clone()
    });
    PageDemandes {
        curseur: gardees.last().filter(|_| reste).map(|(l, _)| l.id.clone()),
        demandes: lignes.collect(),
        total,
        comptes,
    }
}

/// The row of a request; none for a stream that is absent.
fn ranger(atelier: &Atelier, id: &DemandeId) -> Result<Option<Rangee>, StoreError> {
    let fil = Fil::<Demande>::charger(atelier, format!("demande.{id}"))?;
    let (Some(fond), Some(etat)) = (fil.etat.fond(), fil.etat.etat()) else {
        return Ok(None);
    };
    let corrige = |fait: &Evenement| matches!(fait, Evenement::DemandeRattachee { .. });
    Ok(Some(Rangee {
        ligne: ligne(fond, etat, fil.tete.version),
        texte: plat(&format!(
            "{} {} {} {id}",
            fond.objet, fond.demandeur, fond.nom
        )),
        premiere_s: fond.repondue_le.map(|le| {
            let delai = le.duration_since(fond.recue_le).as_secs();
            u64::try_from(delai).unwrap_or_default()
        }),
        rouverte: fond.reouvertures > 0
            || fond
                .automatique_le
                .is_some_and(|auto| fond.dernier_recu().is_some_and(|recu| recu.le > auto)),
        mal_rattachee: fil.faits.iter().any(|(fait, _)| corrige(&fait.e)),
    }))
}

fn ligne(fond: &Fond, etat: EtatDemande, version: u64) -> LigneDemande {
    LigneDemande {
        id: fond.id.clone(),
        etat,
        objet: fond.objet.clone(),
        demandeur: fond.demandeur.clone(),
        nom: fond.nom.clone(),
        classes: fond.classes.iter().map(|c| c.code.clone()).collect(),
        urgent: fond.urgent,
        signalements: fond.signalements.clone(),
        candidat: fond.rattachement.candidat.clone(),
        dossier: fond.rattachement.dossier.clone(),
        formation: fond.rattachement.formation.clone(),
        surete: fond.rattachement.surete,
        responsable: fond.responsable.clone(),
        recue_le: fond.recue_le,
        dernier_le: fond.messages.last().map_or(fond.recue_le, |m| m.le),
        echeance: fond.echeance,
        en_retard: false,
        automatique: fond.automatique_le.is_some(),
        messages: fond.messages.len(),
        echec_envoi: fond
            .messages
            .iter()
            .any(|m| matches!(m.envoi, Some(EtatMessage::Echec { .. }))),
        version,
    }
}

#[cfg(test)]
mod tests {
    use domain::demande::Surete;

    use super::*;

    fn rangee(rang: i64, etat: EtatDemande) -> Rangee {
        let quand = |n: i64| Timestamp::from_second(n).unwrap_or_default();
        Rangee {
            ligne: LigneDemande {
                id: DemandeId::new(format!("D{rang:03}")),
                etat,
                objet: String::new(),
                demandeur: "elle@univ.example".to_owned(),
                nom: String::new(),
                classes: Vec::new(),
                urgent: false,
                signalements: Vec::new(),
                candidat: None,
                dossier: None,
                formation: None,
                surete: Surete::default(),
                responsable: None,
                recue_le: quand(rang),
                dernier_le: quand(rang),
                echeance: quand(rang),
                en_retard: false,
                automatique: true,
                messages: 1,
                echec_envoi: false,
                version: 1,
            },
            texte: String::new(),
            premiere_s: Some(60),
            rouverte: false,
            mal_rattachee: false,
        }
    }

    /// The oldest of those that are done leave memory; what is measured, and whose they are, stays right, also when one comes back.
    #[test]
    fn s61_les_plus_anciennes_faites_quittent_la_memoire_sans_rien_fausser() {
        let mut index = Index::default();
        let cle = Cle::Adresse("elle@univ.example".to_owned());
        for rang in 0..20 {
            let etat = if rang < 5 {
                EtatDemande::Nouvelle
            } else {
                EtatDemande::Close
            };
            let une = rangee(rang, etat);
            index.remplacer(une.ligne.id.clone(), Some(une));
        }
        index.alleger(10);
        assert_eq!(
            (index.lignes.len(), index.faites, index.parties.len()),
            (15, 10, 5)
        );
        assert!(
            index.lignes.contains_key(&DemandeId::new("D000")),
            "what is not done stays"
        );
        assert!(
            !index.lignes.contains_key(&DemandeId::new("D005")),
            "the oldest that is done left"
        );
        assert_eq!(index.par_personne[&cle].len(), 20);
        assert_eq!(index.mesurer().repondues, 20);
        // Reopened: it has a row again, and is counted once.
        index.remplacer(
            DemandeId::new("D005"),
            Some(rangee(5, EtatDemande::EnCours)),
        );
        assert_eq!((index.lignes.len(), index.mesurer().seules), (16, 20));
        assert_eq!(index.par_personne[&cle].len(), 20);
        // Erased: nothing is left of it.
        index.remplacer(DemandeId::new("D006"), None);
        assert_eq!(
            (index.mesurer().repondues, index.par_personne[&cle].len()),
            (19, 19)
        );
    }
}
