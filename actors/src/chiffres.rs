//! The figures of the campaign, from the rows of the list and the accounts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use domain::campagne::Catalogue;
use domain::candidat::Evenement as EvenementCandidat;
use domain::dossier::{Dossier, Evenement, Reponse};
use domain::ids::{CommissionCode, FormationCode};

use crate::fil::Fil;
use crate::protocol::{
    ChiffresCommission, ChiffresFormation, ChiffresJour, Comptes, Etat, LigneDossier, MAX_JOURS,
    Marche, Statistiques,
};

/// On which days what happened to a dossier last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Jours {
    transmis: Option<Date>,
    avis: Option<Date>,
    confirme: Option<Date>,
}

impl Jours {
    pub(crate) fn de(fil: &Fil<Dossier>, ligne: &LigneDossier, ici: &TimeZone) -> Self {
        let confirmee = |fait: &Evenement| matches!(fait, Evenement::OffreConfirmee { .. });
        let faits = fil.faits.iter().rev();
        let confirme = faits.map(|(fait, _)| fait).find(|fait| confirmee(&fait.e));
        let confirme = confirme.map(|fait| fait.le);
        let confirme = confirme.filter(|_| ligne.reponse == Some(Reponse::Confirmee));
        Self {
            transmis: ligne.transmis_le.map(|le| jour(ici, le)),
            avis: fil.etat.publie().map(|p| jour(ici, p.publie_le)),
            confirme: confirme.map(|le| jour(ici, le)),
        }
    }
}

/// Whose day it is: the establishment's.
pub(crate) fn ici() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

fn jour(ici: &TimeZone, instant: Timestamp) -> Date {
    ici.to_datetime(instant).date()
}

/// How far the accounts are: one octet each.
#[derive(Debug, Default)]
pub(crate) struct Comptages(HashMap<String, u8>);

const VALIDE: u8 = 1;
const INFORMATIONS: u8 = 2;
const ADRESSE: u8 = 4;
const BACCALAUREAT: u8 = 8;
const COMPLET: u8 = VALIDE | INFORMATIONS | ADRESSE | BACCALAUREAT;

impl Comptages {
    /// After an event of this candidate.
    pub(crate) fn suivre(&mut self, qui: &str, evenement: &EvenementCandidat) {
        use EvenementCandidat as E;
        if matches!(evenement, E::CompteExpire { .. }) {
            self.0.remove(qui);
            return;
        }
        // What says nothing of how far an account is, is passed over.
        let ajout = if matches!(evenement, E::CompteCree { .. }) {
            0
        } else if matches!(evenement, E::CompteValide { .. }) {
            VALIDE
        } else if matches!(evenement, E::InformationsEnregistrees(_)) {
            INFORMATIONS
        } else if matches!(evenement, E::AdresseEnregistree(_)) {
            ADRESSE
        } else if matches!(evenement, E::BaccalaureatEnregistre { .. }) {
            BACCALAUREAT
        } else {
            return;
        };
        *self.0.entry(qui.to_owned()).or_default() |= ajout;
    }

    fn marches(&self) -> [(&'static str, u64); 3] {
        let combien = |bits: u8| self.0.values().filter(|e| **e & bits == bits).count() as u64;
        [
            ("comptes", combien(0)),
            ("comptes_valides", combien(VALIDE)),
            ("profils_complets", combien(COMPLET)),
        ]
    }
}

/// Figures of these rows; of the accounts too, where the asker sees everything.
pub(crate) fn chiffrer<'a>(
    catalogue: &Catalogue,
    rangees: impl Iterator<Item = (&'a LigneDossier, &'a Jours)>,
    comptes: Option<&Comptages>,
) -> Statistiques {
    let ici = ici();
    let mut s = Somme::default();
    for (ligne, jours) in rangees {
        s.ajouter(catalogue, ligne, (jours, jour(&ici, ligne.cree_le)));
    }
    s.finir(catalogue, comptes)
}

#[derive(Default)]
struct Somme<'a> {
    comptes: Comptes,
    candidats: BTreeSet<&'a str>,
    marches: [u64; 5],
    formations: BTreeMap<&'a FormationCode, ChiffresFormation>,
    jours: BTreeMap<Date, ChiffresJour>,
    commissions: BTreeMap<Option<CommissionCode>, ChiffresCommission>,
}

impl<'a> Somme<'a> {
    fn ajouter(
        &mut self,
        catalogue: &Catalogue,
        ligne: &'a LigneDossier,
        (jours, ouvert): (&Jours, Date),
    ) {
        self.comptes.ajouter(ligne);
        for (jour, compter) in [
            (
                Some(ouvert),
                (|j| &mut j.ouverts) as fn(&mut ChiffresJour) -> &mut u64,
            ),
            (jours.transmis, |j| &mut j.transmis),
            (jours.avis, |j| &mut j.avis),
            (jours.confirme, |j| &mut j.confirmes),
        ] {
            if let Some(jour) = jour {
                let chiffres = self.jours.entry(jour).or_insert(ChiffresJour {
                    jour,
                    ..ChiffresJour::default()
                });
                *compter(chiffres) += 1;
            }
        }
        let formation = catalogue.formations.get(&ligne.formation);
        self.formation(ligne, formation.and_then(|f| f.capacite));
        if ligne.etat == Etat::Annule {
            return;
        }
        self.candidats.insert(ligne.candidat.as_str());
        let favorable = ligne.avis.as_deref() == Some("favorable");
        let pas = [
            true,
            ligne.transmis_le.is_some(),
            ligne.etat == Etat::Complet,
            favorable,
            ligne.reponse == Some(Reponse::Confirmee),
        ];
        for (marche, franchie) in self.marches.iter_mut().zip(pas) {
            *marche += u64::from(franchie);
        }
        self.commission(ligne, formation.and_then(|f| f.commission.clone()));
    }

    fn formation(&mut self, ligne: &'a LigneDossier, capacite: Option<u32>) {
        let chiffres = self.formations.entry(&ligne.formation);
        let chiffres = chiffres.or_insert_with(|| ChiffresFormation {
            formation: ligne.formation.clone(),
            capacite,
            dossiers: 0,
            etats: BTreeMap::new(),
            saisis: 0,
            avis: BTreeMap::new(),
            offres: 0,
            reponses: BTreeMap::new(),
        });
        *chiffres.etats.entry(ligne.etat).or_default() += 1;
        if ligne.etat == Etat::Annule {
            return;
        }
        chiffres.dossiers += 1;
        chiffres.saisis += u64::from(ligne.brouillon);
        chiffres.offres += u64::from(offre(ligne));
        if let Some(avis) = &ligne.avis {
            *chiffres.avis.entry(avis.clone()).or_default() += 1;
        }
        if let Some(reponse) = ligne.reponse {
            let code = match reponse {
                Reponse::Confirmee => "confirmee",
                Reponse::Desistee => "desistee",
                Reponse::DesisteeAuto => "desistee_auto",
            };
            *chiffres.reponses.entry(code.to_owned()).or_default() += 1;
        }
    }

    fn commission(&mut self, ligne: &LigneDossier, commission: Option<CommissionCode>) {
        let chiffres = self.commissions.entry(commission.clone());
        let chiffres = chiffres.or_insert(ChiffresCommission {
            commission,
            en_attente: 0,
            a_examiner: 0,
            renvoyes: 0,
            sans_avis: 0,
            a_rendre: 0,
            offres: 0,
        });
        match ligne.etat {
            Etat::EnAttente => chiffres.en_attente += 1,
            Etat::Transmis => chiffres.a_examiner += 1,
            Etat::Incomplet => chiffres.renvoyes += 1,
            Etat::Complet if ligne.avis.is_none() && !ligne.brouillon => chiffres.sans_avis += 1,
            Etat::Complet | Etat::Annule => {}
        }
        chiffres.a_rendre += u64::from(ligne.brouillon);
        chiffres.offres += u64::from(offre(ligne));
    }

    fn finir(self, catalogue: &Catalogue, comptes: Option<&Comptages>) -> Statistiques {
        let [dossiers, transmis, complets, favorables, confirmes] = self.marches;
        let siennes = [
            ("candidats", self.candidats.len() as u64),
            ("dossiers", dossiers),
            ("transmis", transmis),
            ("complets", complets),
            ("favorables", favorables),
            ("confirmes", confirmes),
        ];
        let comptes = comptes.into_iter().flat_map(Comptages::marches);
        let entonnoir = comptes.chain(siennes).map(|(etape, nombre)| Marche {
            etape: etape.to_owned(),
            nombre,
        });
        let anciens = self.jours.len().saturating_sub(MAX_JOURS);
        let mut commissions: Vec<_> = self.commissions.into_values().collect();
        // By name; what has no commission comes last.
        commissions.sort_by(|a, b| {
            let nom = |c: &ChiffresCommission| {
                let code = c.commission.as_ref()?;
                Some(
                    catalogue
                        .commissions
                        .get(code)
                        .map(|c| c.libelle.fr.clone()),
                )
            };
            let sans = (a.commission.is_none(), b.commission.is_none());
            sans.0.cmp(&sans.1).then_with(|| nom(a).cmp(&nom(b)))
        });
        Statistiques {
            comptes: self.comptes,
            entonnoir: entonnoir.collect(),
            par_formation: self.formations.into_values().collect(),
            par_jour: self.jours.into_values().skip(anciens).collect(),
            commissions,
        }
    }
}

/// An offer that waits for its answer.
fn offre(ligne: &LigneDossier) -> bool {
    ligne.avis.as_deref() == Some("favorable") && ligne.reponse.is_none()
}
