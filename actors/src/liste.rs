//! The list of dossiers for staff: one row per dossier, folded from the journal and kept in memory (Q34).
//!
//! Nothing of it is stored: it is built at the first question, and before each answer it reads what the journal
//! got since, so it is never behind and can be dropped at any time. A row is the fold of its stream, read again
//! when something came to it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::campagne::Catalogue;
use domain::candidat::Evenement as EvenementCandidat;
use domain::dossier::{Dossier, Nature};
use domain::ids::{CampagneCode, CandidatId, DossierId, FormationCode};
use storage::{ERASURES, Position, StoreError, erased};
use unicode_normalization::UnicodeNormalization;

use crate::atelier::Atelier;
use crate::chiffres::{Comptages, Jours, chiffrer, ici};
use crate::fil::Fil;
use crate::protocol::{
    Comptes, Etat, FiltreDossiers, LigneDossier, MAX_CHOISIS, PageDossiers, Statistiques,
    TriDossiers, Voisins,
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
    /// The rank of each formation that ever had a row: what is asked of formations is answered once, not row by row.
    rangs: HashMap<FormationCode, usize>,
    comptages: Comptages,
}

/// A row with the text it is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rangee {
    ligne: LigneDossier,
    texte: String,
    jours: Jours,
    /// Of its formation.
    rang: usize,
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
        for rangee in index.lignes.values() {
            let code = rangee.ligne.campagne.as_ref();
            if code.is_some_and(|code| catalogue.archives.contains_key(code)) {
                continue;
            }
            *comptes.entry(rangee.ligne.formation.clone()).or_default() += 1;
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
        let lignes = index.lignes.values().map(|r| &r.ligne);
        Ok(lignes.filter(|l| l.candidat == *qui).cloned().collect())
    }

    /// The dossiers of one formation.
    pub(crate) fn de_la_formation(
        &self,
        atelier: &Atelier,
        formation: &FormationCode,
    ) -> Result<Vec<LigneDossier>, StoreError> {
        let index = self.a_jour(atelier)?;
        let lignes = index.lignes.values().map(|r| &r.ligne);
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
        let Some(lui) = index.lignes.get(id).map(|rangee| &rangee.ligne) else {
            return Ok(Voisins::default());
        };
        let avant = gardees.iter().filter(|l| ordre(filtre, l, lui).is_lt());
        let apres = gardees.iter().filter(|l| ordre(filtre, l, lui).is_gt());
        Ok(Voisins {
            rang: avant.clone().count(),
            avant: avant
                .max_by(|a, b| ordre(filtre, a, b))
                .map(|l| l.id.clone()),
            apres: apres
                .min_by(|a, b| ordre(filtre, a, b))
                .map(|l| l.id.clone()),
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
        Ok(index.lignes.get(id).map(|rangee| rangee.ligne.clone()))
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
            lignes.into_iter().map(|l| l.id.clone()).collect(),
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
            .filter(|r| filtre.etat.is_none_or(|e| e == r.ligne.etat))
            .map(|r| (&r.ligne, &r.jours));
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
                match ranger(atelier, &id)? {
                    Some(mut rangee) => {
                        let autres = self.rangs.len();
                        let formation = rangee.ligne.formation.clone();
                        rangee.rang = *self.rangs.entry(formation).or_insert(autres);
                        self.lignes.insert(id, rangee);
                    }
                    None => drop(self.lignes.remove(&id)),
                }
            }
            self.position = dernier;
        }
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
            dossiers: lignes.into_iter().cloned().collect(),
            curseur,
            total,
            comptes,
        }
    }

    /// The rows the filter leaves, in no order, and the figures of all states.
    fn garder(
        &self,
        catalogue: &Catalogue,
        filtre: &FiltreDossiers,
        visible: impl Fn(&FormationCode) -> bool,
    ) -> (Vec<&LigneDossier>, Comptes) {
        let mut comptes = Comptes::default();
        let mut gardees: Vec<&LigneDossier> = Vec::new();
        for Rangee { ligne, .. } in self.convenir(catalogue, filtre, visible) {
            comptes.ajouter(ligne);
            if filtre.etat.is_none_or(|e| e == ligne.etat) {
                gardees.push(ligne);
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
        let mots: Vec<String> = texte.split_whitespace().map(str::to_owned).collect();
        let mut voulues = vec![false; self.rangs.len()];
        for f in catalogue.formations.values() {
            if let Some(voulue) = self.rangs.get(&f.code).and_then(|r| voulues.get_mut(*r)) {
                *voulue = filtre.formation.as_ref().is_none_or(|c| *c == f.code)
                    && filtre.centre.as_ref().is_none_or(|c| *c == f.centre)
                    && (filtre.commission.is_none() || f.commission == filtre.commission)
                    && visible(&f.code);
            }
        }
        let filtre = filtre.clone();
        let courante = catalogue.campagne.as_ref().map(|c| c.code.clone());
        let campagne = filtre.campagne.clone().or(courante);
        self.lignes.values().filter(move |rangee| {
            let ligne = &rangee.ligne;
            voulues.get(rangee.rang).is_some_and(|voulue| *voulue)
                && convient(ligne, &filtre)
                && (ligne.campagne.is_none() || ligne.campagne == campagne)
                && mots.iter().all(|mot| rangee.texte.contains(mot.as_str()))
        })
    }

    /// The rows after the cursor, in order, and where to go on.
    fn couper<'a>(
        &'a self,
        gardees: Vec<&'a LigneDossier>,
        filtre: &FiltreDossiers,
        max: usize,
    ) -> (Vec<&'a LigneDossier>, Option<String>) {
        let ordre = |a: &LigneDossier, b: &LigneDossier| ordre(filtre, a, b);
        let apres = filtre.curseur.as_deref();
        let borne = apres.and_then(|id| self.lignes.get(id)).map(|r| &r.ligne);
        let restent = gardees
            .into_iter()
            .filter(|l| borne.is_none_or(|borne| ordre(l, borne).is_gt()));
        let limite = filtre.limite.unwrap_or(LIGNES).clamp(1, max);
        let mut lignes = premieres(restent, limite + 1, ordre);
        let reste = lignes.len() > limite;
        lignes.truncate(limite);
        let suite = lignes.last().filter(|_| reste).map(|l| l.id.to_string());
        (lignes, suite)
    }
}

/// The first `n` of an order, sorted. The thousands behind them are each compared once, with the last that counts.
fn premieres<'a>(
    lignes: impl Iterator<Item = &'a LigneDossier>,
    n: usize,
    ordre: impl Fn(&LigneDossier, &LigneDossier) -> Ordering,
) -> Vec<&'a LigneDossier> {
    let mut gardees: Vec<&LigneDossier> = Vec::new();
    let mut derniere: Option<&LigneDossier> = None;
    for ligne in lignes {
        if derniere.is_some_and(|d| ordre(ligne, d).is_ge()) {
            continue;
        }
        gardees.push(ligne);
        if gardees.len() >= 2 * n {
            let (_, nieme, _) = gardees.select_nth_unstable_by(n - 1, |a, b| ordre(a, b));
            derniere = Some(nieme);
            gardees.truncate(n);
        }
    }
    gardees.sort_unstable_by(|a, b| ordre(a, b));
    gardees.truncate(n);
    gardees
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

/// How two rows follow one another.
fn ordre(filtre: &FiltreDossiers, a: &LigneDossier, b: &LigneDossier) -> Ordering {
    let ordre = cle(a, filtre.tri)
        .cmp(&cle(b, filtre.tri))
        .then_with(|| a.id.cmp(&b.id));
    if filtre.inverse {
        ordre.reverse()
    } else {
        ordre
    }
}

/// What rows are ordered by.
fn cle(ligne: &LigneDossier, tri: TriDossiers) -> (i64, &str, &str) {
    let instant = |i: Option<jiff::Timestamp>| i.map_or(i64::MAX, jiff::Timestamp::as_millisecond);
    match tri {
        TriDossiers::Nom => (0, &ligne.nom, &ligne.prenom),
        TriDossiers::Numero => (0, ligne.numero.as_str(), ""),
        TriDossiers::Formation => (0, ligne.formation.as_str(), &ligne.nom),
        TriDossiers::CreeLe => (ligne.cree_le.as_millisecond(), "", ""),
        TriDossiers::TransmisLe => (instant(ligne.transmis_le), "", ""),
    }
}

/// The row of a dossier; none for a stream that is absent.
fn ranger(atelier: &Atelier, id: &DossierId) -> Result<Option<Rangee>, StoreError> {
    let fil = Fil::<Dossier>::charger(atelier, format!("dossier.{id}"))?;
    let Some(base) = fil.etat.base() else {
        return Ok(None);
    };
    let identite = &base.identite;
    let etat = match fil.etat.as_ref() {
        Dossier::Absent | Dossier::Annule(_) => Etat::Annule,
        Dossier::EnAttente(_) => Etat::EnAttente,
        Dossier::Transmis(_) => Etat::Transmis,
        Dossier::Incomplet(_) => Etat::Incomplet,
        Dossier::Complet(_) => Etat::Complet,
    };
    let publie = fil.etat.publie();
    let examen = fil.etat.examen();
    let saisi = examen.and_then(|e| e.decisions.brouillon.as_ref());
    let (numero, nom, prenom, campagne) = nommer(atelier, &identite.candidat)?;
    let texte = plat(&format!("{nom} {prenom} {numero}"));
    let ligne = LigneDossier {
        id: id.clone(),
        candidat: identite.candidat.clone(),
        numero: numero.as_str().into(),
        nom,
        prenom,
        campagne,
        formation: identite.formation.clone(),
        etat,
        avis: publie.map(|p| code(&p.avis.nature).to_owned()),
        brouillon: saisi.is_some(),
        avis_saisi: saisi.map(|avis| code(&avis.nature).to_owned()),
        assigne: base.fiche.assigne.clone(),
        etiquettes: base.fiche.etiquettes.clone(),
        reponse: publie.and_then(|p| p.reponse),
        cree_le: identite.cree_le,
        transmis_le: fil.etat.examen().and_then(|e| e.transmis_le),
        version: fil.tete.version,
    };
    let jours = Jours::de(&fil, &ligne, &ici());
    Ok(Some(Rangee {
        ligne,
        texte,
        jours,
        rang: 0,
    }))
}

/// Number, names and campaign of a candidate.
type Nomme = (String, String, String, Option<CampagneCode>);

/// From the first event of the candidate; a stream that was erased has none.
fn nommer(atelier: &Atelier, qui: &CandidatId) -> Result<Nomme, StoreError> {
    let stream = format!("candidat.{qui}");
    let records = atelier.store.stream_after(&stream, 0)?;
    let Some(premier) = records.first() else {
        return Ok(Default::default());
    };
    let fait = record::lire::<EvenementCandidat>(&premier.data)
        .map_err(|e| StoreError::Corrupt(format!("{stream}: {e}")))?;
    Ok(
        if let EvenementCandidat::CompteCree { compte, .. } = fait.e {
            let numero = compte.numero.to_string();
            (numero, compte.nom, compte.prenom, Some(compte.campagne))
        } else {
            Default::default()
        },
    )
}

const fn code(nature: &Nature) -> &'static str {
    match nature {
        Nature::Favorable => "favorable",
        Nature::Defavorable { .. } => "defavorable",
        Nature::ListeComplementaire { .. } => "liste_complementaire",
        Nature::ListeAttente => "liste_attente",
        Nature::Preselection { .. } => "preselection",
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ligne(rang: u64) -> LigneDossier {
        // A walk through all numbers, in no order.
        let nom = format!("{:03}", rang.wrapping_mul(7_919) % 500);
        LigneDossier {
            id: DossierId::new(format!("{rang:06}")),
            candidat: CandidatId::new("c"),
            numero: "N".into(),
            nom,
            prenom: String::new(),
            campagne: None,
            formation: "M1".into(),
            etat: Etat::Transmis,
            avis: None,
            brouillon: false,
            avis_saisi: None,
            assigne: None,
            etiquettes: BTreeSet::new(),
            reponse: None,
            cree_le: jiff::Timestamp::UNIX_EPOCH,
            transmis_le: None,
            version: 1,
        }
    }

    #[test]
    fn les_premieres_sont_celles_d_un_tri_entier() {
        let lignes: Vec<_> = (0..2_000).map(ligne).collect();
        for inverse in [false, true] {
            let filtre = FiltreDossiers {
                inverse,
                ..FiltreDossiers::default()
            };
            let mut triees: Vec<&LigneDossier> = lignes.iter().collect();
            triees.sort_by(|a, b| ordre(&filtre, a, b));
            for n in [1, 2, 51, 999, 1_000, 1_001, 2_000, 3_000] {
                let premieres = premieres(lignes.iter(), n, |a, b| ordre(&filtre, a, b));
                assert_eq!(premieres, triees[..n.min(triees.len())], "{n} {inverse}");
            }
        }
    }
}
