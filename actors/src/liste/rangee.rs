//! A row of the list: what it is read from, found by and ordered by.

use std::cmp::Ordering;

use domain::candidat::Evenement as EvenementCandidat;
use domain::dossier::Dossier;
use domain::ids::{CampagneCode, CandidatId, DossierId};
use storage::StoreError;

use super::plat;
use crate::atelier::Atelier;
use crate::chiffres::{Jours, ici};
use crate::fil::Fil;
use crate::protocol::{Etat, FiltreDossiers, LigneDossier, TriDossiers};
use crate::record;

/// A row. What every question looks at lies close together; the rest is reached for the few rows that need it.
#[derive(Debug)]
pub(super) struct Rangee {
    /// The beginning of what it is ordered by, in each of the orders.
    debuts: [u128; TriDossiers::TOUS.len()],
    /// Of its formation.
    pub(super) rang: usize,
    pub(super) campagne: Option<usize>,
    pub(super) etat: Etat,
    /// Staff or the candidate have said something.
    pub(super) avise: bool,
    pub(super) fond: Box<Fond>,
}

/// A row with the text it is found by.
#[derive(Debug)]
pub(super) struct Fond {
    pub(super) ligne: LigneDossier,
    pub(super) texte: String,
    pub(super) jours: Jours,
}

impl Rangee {
    pub(super) fn new(fond: Fond, rang: usize, campagne: Option<usize>) -> Self {
        let ligne = &fond.ligne;
        Self {
            debuts: TriDossiers::TOUS.map(|tri| debut(ligne, tri)),
            rang,
            campagne,
            etat: ligne.etat,
            avise: ligne.avis.is_some() || ligne.avis_saisi.is_some() || ligne.reponse.is_some(),
            fond: Box::new(fond),
        }
    }

    pub(super) fn ligne(&self) -> &LigneDossier {
        &self.fond.ligne
    }
}

/// Rows beyond those wanted that are gathered before the last ones go.
const MARGE: usize = 512;

/// The first `n` of an order, sorted. The thousands behind them are each compared once, with the last that counts.
pub(super) fn premieres<'a, L>(
    lignes: impl Iterator<Item = &'a L>,
    n: usize,
    ordre: impl Fn(&L, &L) -> Ordering,
) -> Vec<&'a L> {
    let mut gardees: Vec<&L> = Vec::new();
    let mut derniere: Option<&L> = None;
    for ligne in lignes {
        if derniere.is_some_and(|d| ordre(ligne, d).is_ge()) {
            continue;
        }
        gardees.push(ligne);
        if gardees.len() >= n + MARGE {
            let (_, nieme, _) = gardees.select_nth_unstable_by(n - 1, |a, b| ordre(a, b));
            derniere = Some(nieme);
            gardees.truncate(n);
        }
    }
    gardees.sort_unstable_by(|a, b| ordre(a, b));
    gardees.truncate(n);
    gardees
}

/// How two rows follow one another: mostly told by the beginnings alone.
pub(super) fn ordre(filtre: &FiltreDossiers, a: &Rangee, b: &Rangee) -> Ordering {
    let debut = |r: &Rangee| r.debuts.get(filtre.tri as usize).copied();
    let entier = || {
        cle(a.ligne(), filtre.tri)
            .cmp(&cle(b.ligne(), filtre.tri))
            .then_with(|| a.ligne().id.cmp(&b.ligne().id))
    };
    let ordre = debut(a).cmp(&debut(b)).then_with(entier);
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

/// The beginning of such a key as a number: what comes first has no greater one.
fn debut(ligne: &LigneDossier, tri: TriDossiers) -> u128 {
    let (instant, un, deux) = cle(ligne, tri);
    match tri {
        TriDossiers::CreeLe | TriDossiers::TransmisLe => instant.abs_diff(i64::MIN).into(),
        TriDossiers::Nom | TriDossiers::Numero | TriDossiers::Formation => {
            // A zero ends the first text, which has none, so that a shorter one comes first.
            let octets = un.bytes().chain([0]).chain(deux.bytes());
            let mut debut = [0; 16];
            for (place, octet) in debut.iter_mut().zip(octets) {
                *place = octet;
            }
            u128::from_be_bytes(debut)
        }
    }
}

/// The row of a dossier; none for a stream that is absent.
pub(super) fn lire(atelier: &Atelier, id: &DossierId) -> Result<Option<Fond>, StoreError> {
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
        avis: publie.map(|p| p.avis.nature.code().to_owned()),
        brouillon: saisi.is_some(),
        avis_saisi: saisi.map(|avis| avis.nature.code().to_owned()),
        assigne: base.fiche.assigne.clone(),
        etiquettes: base.fiche.etiquettes.clone(),
        reponse: publie.and_then(|p| p.reponse),
        cree_le: identite.cree_le,
        transmis_le: examen.and_then(|e| e.transmis_le),
        version: fil.tete.version,
    };
    let jours = Jours::de(&fil, &ligne, &ici());
    Ok(Some(Fond {
        ligne,
        texte,
        jours,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::ids::Numero;

    use super::*;

    fn ligne(rang: u64) -> LigneDossier {
        // A walk through all numbers, in no order; beginnings that are alike.
        let melange = rang.wrapping_mul(7_919) % 500;
        let instant = jiff::Timestamp::from_millisecond(250 - melange as i64).unwrap();
        LigneDossier {
            id: DossierId::new(format!("{rang:06}")),
            candidat: CandidatId::new("c"),
            numero: Numero::new(format!("N{}", "é".repeat(melange as usize % 12))),
            nom: format!("Nom{}{melange}", ["", "-bien-trop-long"][rang as usize % 2]),
            prenom: format!("{}", melange % 7),
            campagne: None,
            formation: ["M", "M1", "M1-INFO"][rang as usize % 3].into(),
            etat: Etat::TOUS[rang as usize % 5],
            avis: None,
            brouillon: false,
            avis_saisi: None,
            assigne: None,
            etiquettes: BTreeSet::new(),
            reponse: None,
            cree_le: instant,
            transmis_le: melange.is_multiple_of(2).then_some(instant),
            version: 1,
        }
    }

    #[test]
    fn les_premieres_sont_celles_d_un_tri_entier() {
        let rangee = |rang| {
            let fond = Fond {
                ligne: ligne(rang),
                texte: String::new(),
                jours: Jours::default(),
            };
            Rangee::new(fond, 0, None)
        };
        let rangees: Vec<_> = (0..2_000).map(rangee).collect();
        for (tri, inverse) in TriDossiers::TOUS
            .into_iter()
            .flat_map(|tri| [(tri, false), (tri, true)])
        {
            let filtre = FiltreDossiers {
                tri,
                inverse,
                ..FiltreDossiers::default()
            };
            let mut triees: Vec<&LigneDossier> = rangees.iter().map(Rangee::ligne).collect();
            triees.sort_by(|a, b| (cle(a, tri), &a.id).cmp(&(cle(b, tri), &b.id)));
            if inverse {
                triees.reverse();
            }
            for n in [1, 2, 51, 999, 1_000, 1_001, 2_000, 3_000] {
                let premieres = premieres(rangees.iter(), n, |a, b| ordre(&filtre, a, b));
                let premieres: Vec<_> = premieres.into_iter().map(Rangee::ligne).collect();
                assert_eq!(premieres, triees[..n.min(triees.len())], "{filtre:?} {n}");
            }
        }
    }
}
