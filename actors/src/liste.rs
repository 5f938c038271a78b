//! The list of dossiers for staff: one row per dossier, folded from the journal and kept in memory (Q34).
//!
//! Nothing of it is stored: it is built at the first question, and before each answer it reads what the journal
//! got since, so it is never behind and can be dropped at any time. A row is the fold of its stream, read again
//! when something came to it.

mod rangee;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::campagne::Catalogue;
use domain::candidat::Evenement as EvenementCandidat;
use domain::ids::{CampagneCode, CandidatId, DossierId, FormationCode};
use memchr::memmem::Finder;
use storage::{ERASURES, Position, StoreError, erased};
use unicode_normalization::UnicodeNormalization;

use self::rangee::{Fond, Rangee, lire, ordre, premieres};
use crate::atelier::Atelier;
use crate::chiffres::{Comptages, chiffrer};
use crate::protocol::{
    Comptes, Etat, FiltreDossiers, LigneDossier, MAX_CHOISIS, PageDossiers, Statistiques, Voisins,
};
use crate::record;

/// Records of the journal read at once.
const LOT: usize = 2_000;
/// The most rows of one answer.
pub(crate) const MAX_LIGNES: usize = 200;
/// The rows of an answer when none are named.
const LIGNES: usize = 50;

/// The index of one process.
#[derive(Debug, Default)]
pub(crate) struct Liste(Mutex<Index>);

#[derive(Debug, Default)]
struct Index {
    position: Position,
    lignes: BTreeMap<DossierId, Rangee>,
    /// What is asked of formations is answered once, not row by row.
    formations: Rangs<FormationCode>,
    campagnes: Rangs<CampagneCode>,
    comptages: Comptages,
}

/// The rank of each name that ever had a row.
#[derive(Debug)]
struct Rangs<K>(HashMap<K, usize>);

impl<K> Default for Rangs<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Clone + Eq + Hash> Rangs<K> {
    fn donner(&mut self, nom: &K) -> usize {
        let autres = self.0.len();
        match self.0.get(nom) {
            Some(rang) => *rang,
            None => *self.0.entry(nom.clone()).or_insert(autres),
        }
    }
}

impl Liste {
    /// The rows, with what the journal got since.
    fn a_jour(&self, atelier: &Atelier) -> Result<MutexGuard<'_, Index>, StoreError> {
        let mut index = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        index.rattraper(atelier)?;
        Ok(index)
    }

    /// Rows of these formations that the filter leaves; `visible` says which formations the asker may see.
    pub(crate) fn chercher(
        &self,
        atelier: &Atelier,
        filtre: &FiltreDossiers,
        visible: impl Fn(&FormationCode) -> bool,
    ) -> Result<PageDossiers, StoreError> {
        let index = self.a_jour(atelier)?;
        Ok(index.chercher(&atelier.catalogue(), filtre, visible))
    }

    /// How many dossiers of the running campaign there are for each formation, those that were dropped too.
    pub(crate) fn comptes(
        &self,
        atelier: &Atelier,
    ) -> Result<BTreeMap<FormationCode, u64>, StoreError> {
        let index = self.a_jour(atelier)?;
        let catalogue = atelier.catalogue();
        let mut comptes = BTreeMap::new();
        for ligne in index.lignes.values().map(Rangee::ligne) {
            let code = ligne.campagne.as_ref();
            if code.is_some_and(|code| catalogue.archives.contains_key(code)) {
                continue;
            }
            *comptes.entry(ligne.formation.clone()).or_default() += 1;
        }
        Ok(comptes)
    }

    /// The dossiers of one candidate.
    pub(crate) fn du_candidat(
        &self,
        atelier: &Atelier,
        qui: &CandidatId,
    ) -> Result<Vec<LigneDossier>, StoreError> {
        let index = self.a_jour(atelier)?;
        let lignes = index.lignes.values().map(Rangee::ligne);
        Ok(lignes.filter(|l| l.candidat == *qui).cloned().collect())
    }

    /// The dossiers of one formation.
    pub(crate) fn de_la_formation(
        &self,
        atelier: &Atelier,
        formation: &FormationCode,
    ) -> Result<Vec<LigneDossier>, StoreError> {
        let index = self.a_jour(atelier)?;
        let lignes = index.lignes.values().map(Rangee::ligne);
        Ok(lignes
            .filter(|l| l.formation == *formation)
            .cloned()
            .collect())
    }

    /// The dossiers before and after one, in the order of the filter.
    pub(crate) fn voisins(
        &self,
        atelier: &Atelier,
        filtre: &FiltreDossiers,
        id: &DossierId,
        visible: impl Fn(&FormationCode) -> bool,
    ) -> Result<Voisins, StoreError> {
        let index = self.a_jour(atelier)?;
        let (gardees, _) = index.garder(&atelier.catalogue(), filtre, visible);
        let Some(lui) = index.lignes.get(id) else {
            return Ok(Voisins::default());
        };
        let avant = gardees.iter().filter(|r| ordre(filtre, r, lui).is_lt());
        let apres = gardees.iter().filter(|r| ordre(filtre, r, lui).is_gt());
        Ok(Voisins {
            rang: avant.clone().count(),
            avant: avant
                .max_by(|a, b| ordre(filtre, a, b))
                .map(|r| r.ligne().id.clone()),
            apres: apres
                .min_by(|a, b| ordre(filtre, a, b))
                .map(|r| r.ligne().id.clone()),
            total: gardees.len(),
        })
    }

    /// The row of one dossier.
    pub(crate) fn ligne(
        &self,
        atelier: &Atelier,
        id: &DossierId,
    ) -> Result<Option<LigneDossier>, StoreError> {
        let index = self.a_jour(atelier)?;
        Ok(index.lignes.get(id).map(|rangee| rangee.ligne().clone()))
    }

    /// The ids of the same rows, in the same order, where to go on, and how many there are in all.
    pub(crate) fn choisir(
        &self,
        atelier: &Atelier,
        filtre: &FiltreDossiers,
        visible: impl Fn(&FormationCode) -> bool,
    ) -> Result<Choisis, StoreError> {
        let index = self.a_jour(atelier)?;
        let (gardees, _) = index.garder(&atelier.catalogue(), filtre, visible);
        let total = gardees.len();
        let (lignes, suite) = index.couper(gardees, filtre, MAX_CHOISIS);
        Ok((
            lignes.into_iter().map(|r| r.ligne().id.clone()).collect(),
            suite,
            total,
        ))
    }

    /// The figures of the rows the filter leaves; of the accounts too, where everything is asked for.
    pub(crate) fn chiffrer(
        &self,
        atelier: &Atelier,
        (filtre, tout): (&FiltreDossiers, bool),
        visible: impl Fn(&FormationCode) -> bool,
    ) -> Result<Statistiques, StoreError> {
        let index = self.a_jour(atelier)?;
        let catalogue = atelier.catalogue();
        let rangees = index.convenir(&catalogue, filtre, visible);
        let comptages = tout.then_some(&index.comptages);
        let paires = rangees
            .filter(|r| filtre.etat.is_none_or(|e| e == r.etat))
            .map(|r| (r.ligne(), &r.fond.jours));
        Ok(chiffrer(&catalogue, paires, comptages))
    }
}

/// Ids, where to go on, how many there are in all.
pub(crate) type Choisis = (Vec<DossierId>, Option<String>, usize);

impl Index {
    /// Reads what the journal got since.
    fn rattraper(&mut self, atelier: &Atelier) -> Result<(), StoreError> {
        loop {
            let records = atelier.store.records_after(self.position, LOT)?;
            let Some(dernier) = records.last().map(|r| r.position) else {
                return Ok(());
            };
            for record in &records {
                if let Some(qui) = record.stream.strip_prefix("candidat.") {
                    // What was erased is no longer an event, and is not counted (Q18).
                    if let Ok(fait) = record::lire::<EvenementCandidat>(&record.data) {
                        self.comptages.suivre(qui, &fait.e);
                    }
                }
            }
            let mut touches: BTreeSet<DossierId> = BTreeSet::new();
            let mut toucher = |stream: &str| {
                touches.extend(stream.strip_prefix("dossier.").map(DossierId::new));
            };
            for record in &records {
                toucher(&record.stream);
                // Erased dossiers have no row any more (Q18).
                if record.stream == ERASURES {
                    erased(&record.data).iter().for_each(|s| toucher(s));
                }
            }
            for id in touches {
                match lire(atelier, &id)? {
                    Some(fond) => self.ranger(fond),
                    None => drop(self.lignes.remove(&id)),
                }
            }
            self.position = dernier;
        }
    }

    fn ranger(&mut self, fond: Fond) {
        let ligne = &fond.ligne;
        let rang = self.formations.donner(&ligne.formation);
        let campagne = ligne.campagne.as_ref();
        let campagne = campagne.map(|code| self.campagnes.donner(code));
        let id = ligne.id.clone();
        self.lignes.insert(id, Rangee::new(fond, rang, campagne));
    }

    fn chercher(
        &self,
        catalogue: &Catalogue,
        filtre: &FiltreDossiers,
        visible: impl Fn(&FormationCode) -> bool,
    ) -> PageDossiers {
        let (gardees, comptes) = self.garder(catalogue, filtre, visible);
        let total = gardees.len();
        let (lignes, curseur) = self.couper(gardees, filtre, MAX_LIGNES);
        PageDossiers {
            dossiers: lignes.into_iter().map(|r| r.ligne().clone()).collect(),
            curseur,
            total,
            comptes,
        }
    }

    /// The rows the filter leaves, by their ids, and the figures of all states.
    fn garder(
        &self,
        catalogue: &Catalogue,
        filtre: &FiltreDossiers,
        visible: impl Fn(&FormationCode) -> bool,
    ) -> (Vec<&Rangee>, Comptes) {
        let mut comptes = Comptes::default();
        let mut etats = vec![[0; Etat::TOUS.len()]; self.formations.0.len()];
        let mut gardees: Vec<&Rangee> = Vec::new();
        for rangee in self.convenir(catalogue, filtre, visible) {
            if let Some(n) = etats
                .get_mut(rangee.rang)
                .and_then(|e| e.get_mut(rangee.etat as usize))
            {
                *n += 1;
            }
            if rangee.avise {
                comptes.ajouter_avis(rangee.ligne());
            }
            if filtre.etat.is_none_or(|e| e == rangee.etat) {
                gardees.push(rangee);
            }
        }
        for (formation, rang) in &self.formations.0 {
            let nombres = etats.get(*rang).into_iter().flatten();
            for (etat, nombre) in Etat::TOUS.into_iter().zip(nombres) {
                comptes.ajouter_etat(formation, etat, *nombre);
            }
        }
        (gardees, comptes)
    }

    /// The rows the filter leaves, in whatever state.
    fn convenir(
        &self,
        catalogue: &Catalogue,
        filtre: &FiltreDossiers,
        visible: impl Fn(&FormationCode) -> bool,
    ) -> impl Iterator<Item = &Rangee> {
        let texte = plat(filtre.q.as_deref().unwrap_or_default());
        let mots = texte.split_whitespace();
        let mots: Vec<_> = mots.map(|mot| Finder::new(mot).into_owned()).collect();
        let formations = &self.formations.0;
        let mut voulues = vec![false; formations.len()];
        for f in catalogue.formations.values() {
            if let Some(voulue) = formations.get(&f.code).and_then(|r| voulues.get_mut(*r)) {
                *voulue = filtre.formation.as_ref().is_none_or(|c| *c == f.code)
                    && filtre.centre.as_ref().is_none_or(|c| *c == f.centre)
                    && (filtre.commission.is_none() || f.commission == filtre.commission)
                    && visible(&f.code);
            }
        }
        let courante = catalogue.campagne.as_ref().map(|c| &c.code);
        let campagne = filtre.campagne.as_ref().or(courante);
        let campagne = campagne.and_then(|code| self.campagnes.0.get(code).copied());
        let filtre = filtre.clone();
        self.lignes.values().filter(move |rangee| {
            let trouvee = |mot: &Finder<'_>| mot.find(rangee.fond.texte.as_bytes()).is_some();
            voulues.get(rangee.rang).is_some_and(|voulue| *voulue)
                && (rangee.campagne.is_none() || rangee.campagne == campagne)
                && convient(rangee.ligne(), &filtre)
                && mots.iter().all(trouvee)
        })
    }

    /// The rows after the cursor, in order, and where to go on.
    fn couper<'a>(
        &'a self,
        mut gardees: Vec<&'a Rangee>,
        filtre: &FiltreDossiers,
        max: usize,
    ) -> (Vec<&'a Rangee>, Option<String>) {
        // They come by their ids, which is how rows that are alike follow one another: few are better than those before.
        if filtre.inverse {
            gardees.reverse();
        }
        let ordre = |a: &Rangee, b: &Rangee| ordre(filtre, a, b);
        let borne = filtre.curseur.as_deref().and_then(|id| self.lignes.get(id));
        let restent = gardees
            .into_iter()
            .filter(|r| borne.is_none_or(|borne| ordre(r, borne).is_gt()));
        let limite = filtre.limite.unwrap_or(LIGNES).clamp(1, max);
        let mut lignes = premieres(restent, limite + 1, ordre);
        let reste = lignes.len() > limite;
        lignes.truncate(limite);
        let suite = lignes.last().filter(|_| reste);
        let suite = suite.map(|r| r.ligne().id.to_string());
        (lignes, suite)
    }
}

/// Accents and case ignored.
pub(crate) fn plat(texte: &str) -> String {
    texte
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect::<String>()
        .to_lowercase()
}

/// Whether a row is one that is asked for, but for state, formation and words.
fn convient(ligne: &LigneDossier, filtre: &FiltreDossiers) -> bool {
    let attend = || ligne.avis.as_deref() == Some("favorable") && ligne.reponse.is_none();
    let avis = filtre.avis.as_ref();
    let qui = filtre.assigne.as_ref();
    let etiquette = filtre.etiquette.as_ref();
    avis.is_none_or(|a| ligne.avis.as_ref() == Some(a))
        && filtre.reponse.is_none_or(|r| ligne.reponse == Some(r))
        && filtre.attend_reponse.is_none_or(|a| a == attend())
        && filtre.brouillon.is_none_or(|b| b == ligne.brouillon)
        && qui.is_none_or(|q| ligne.assigne.as_ref() == Some(q))
        && etiquette.is_none_or(|e| ligne.etiquettes.contains(e))
        && (filtre.transmis_apres).is_none_or(|le| ligne.transmis_le.is_some_and(|t| t >= le))
        && (filtre.transmis_avant).is_none_or(|le| ligne.transmis_le.is_some_and(|t| t < le))
}
