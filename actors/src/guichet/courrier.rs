//! Whether our mails arrive: counted over what is remembered of each, while somebody asks (S42, S43).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::candidat::Candidat;
use domain::ids::CandidatId;
use domain::personnel::droits::Pouvoir;
use domain::refus::CodeRefus;
use jiff::{SignedDuration, Timestamp};
use storage::StoreError;

use super::Guichet;
use super::agents::Agent;
use super::gestion::{autoriser, partout};
use crate::atelier::{Atelier, faute};
use crate::courriers::{self, Envoi, EtatEnvoi, Interne, Sort};
use crate::fil::Fil;
use crate::protocol::{
    AdresseRefusee, Delivrabilite, Faute, Fournisseur, NonRemis, Reponse, Resultat,
};

/// Days looked back to when none are named, and at most.
const JOURS: u16 = 30;
const MAX_JOURS: u16 = 400;
/// Mails read for one answer.
const MAX_COURRIERS: usize = 1_000_000;
/// Domains told of by name.
const MAX_FOURNISSEURS: usize = 50;
/// Refused addresses listed.
const MAX_REFUSEES: usize = 200;
/// Mails to staff and commissions that did not arrive, listed.
const MAX_NON_REMIS: usize = 100;
/// Refusals remembered while counting: some are over by now.
const MAX_EXAMINEES: usize = 1_000;

/// What is counted on the way through the mails.
#[derive(Default)]
struct Comptage {
    domaines: BTreeMap<String, Fournisseur>,
    /// By date, so that the newest stay.
    refus: BTreeSet<(Timestamp, CandidatId, String)>,
    non_remis: BTreeSet<NonRemis>,
    lus: usize,
}

impl Guichet {
    pub(super) async fn delivrabilite(
        &self,
        agent: &Agent,
        jours: Option<u16>,
        domaine: Option<String>,
    ) -> Resultat {
        autoriser(agent, Pouvoir::VoirDemandes)?;
        // Mails are of the whole university.
        if !partout(agent, Pouvoir::VoirDemandes) {
            return Err(CodeRefus::DroitManquant.into());
        }
        let jours = jours.unwrap_or(JOURS).clamp(1, MAX_JOURS);
        let depuis = self.atelier.maintenant() - SignedDuration::from_hours(24 * i64::from(jours));
        let domaine = domaine.map(|d| d.trim().trim_start_matches('@').to_lowercase());
        // It may be long, and nobody else waits for it: one at a time, on a thread of its own.
        let _seul = self.comptage.lock().await;
        let atelier: Arc<Atelier> = self.atelier.clone();
        let compte = tokio::task::spawn_blocking(move || compter(&atelier, depuis, domaine));
        let compte = compte.await.map_err(|e| Faute::Indisponible {
            raison: e.to_string(),
        })?;
        Ok(Reponse::Delivrabilite(Box::new(
            compte.map_err(|e| faute(&e))?,
        )))
    }
}

fn compter(
    atelier: &Atelier,
    depuis: Timestamp,
    domaine: Option<String>,
) -> Result<Delivrabilite, StoreError> {
    let mut comptage = Comptage::default();
    courriers::parcourir(&atelier.store, |sort| {
        comptage.lus += 1;
        let (a, le) = match &sort {
            Sort::Candidat(envoi) => (&envoi.a, envoi.le),
            Sort::Autre(a, le, _) => (a, *le),
            Sort::Interne(interne) => (&interne.a, interne.le),
        };
        let du_domaine = domaine.as_deref().is_none_or(|d| domaine_de(a) == d);
        if le >= depuis && du_domaine {
            comptage.noter(sort);
        }
        comptage.lus < MAX_COURRIERS
    })?;
    let mut tous = Fournisseur::default();
    let mut fournisseurs: Vec<Fournisseur> = comptage.domaines.into_values().collect();
    for f in &fournisseurs {
        tous.ajouter(f);
    }
    fournisseurs.sort_by(|a, b| (b.total, &a.domaine).cmp(&(a.total, &b.domaine)));
    fournisseurs.truncate(MAX_FOURNISSEURS);
    Ok(Delivrabilite {
        depuis,
        tous,
        fournisseurs,
        refusees: refusees(atelier, comptage.refus)?,
        non_remis: derniers(comptage.non_remis),
        partiel: comptage.lus >= MAX_COURRIERS,
    })
}

/// What stands behind the @, in lower case.
fn domaine_de(adresse: &str) -> String {
    let (_, domaine) = adresse.rsplit_once('@').unwrap_or_default();
    domaine.to_lowercase()
}

impl Comptage {
    fn noter(&mut self, sort: Sort) {
        let (a, etat) = match &sort {
            Sort::Candidat(envoi) => (&envoi.a, envoi.etat),
            Sort::Autre(a, _, etat) => (a, *etat),
            Sort::Interne(interne) => (&interne.a, interne.etat),
        };
        let domaine = domaine_de(a);
        let fournisseur = self
            .domaines
            .entry(domaine.clone())
            .or_insert_with(|| Fournisseur {
                domaine,
                ..Fournisseur::default()
            });
        fournisseur.compter(etat);
        match sort {
            Sort::Candidat(envoi) if envoi.code.commission() => {
                self.non_remis.extend(non_remis_commission(envoi));
            }
            Sort::Candidat(envoi) if etat == EtatEnvoi::Refuse => {
                self.refus.insert((envoi.maj_le, envoi.candidat, envoi.a));
            }
            Sort::Interne(interne) => self.non_remis.extend(non_remis(interne)),
            Sort::Candidat(_) | Sort::Autre(..) => {}
        }
        if self.refus.len() > MAX_EXAMINEES {
            self.refus.pop_first();
        }
        if self.non_remis.len() > MAX_EXAMINEES {
            self.non_remis.pop_first();
        }
    }
}

/// A mail to staff that came back, was put off or given up.
fn non_remis(interne: Interne) -> Option<NonRemis> {
    manque(interne.etat).then(|| NonRemis {
        le: interne.maj_le.unwrap_or(interne.le),
        adresse: interne.a,
        refuse: interne.etat == EtatEnvoi::Refuse,
        raison: interne.raison.unwrap_or_default(),
    })
}

/// The same for an alert to a commission.
fn non_remis_commission(envoi: Envoi) -> Option<NonRemis> {
    manque(envoi.etat).then(|| NonRemis {
        le: envoi.maj_le,
        adresse: envoi.a,
        refuse: envoi.etat == EtatEnvoi::Refuse,
        raison: envoi.raison.unwrap_or_default(),
    })
}

const fn manque(etat: EtatEnvoi) -> bool {
    match etat {
        EtatEnvoi::Differe | EtatEnvoi::Refuse | EtatEnvoi::Abandonne => true,
        EtatEnvoi::EnFile | EtatEnvoi::Envoye | EtatEnvoi::Plainte => false,
    }
}

/// Newest first, one for each address.
fn derniers(non_remis: BTreeSet<NonRemis>) -> Vec<NonRemis> {
    let mut vues = BTreeSet::new();
    let lus = non_remis.into_iter().rev();
    lus.filter(|lu| vues.insert(lu.adresse.clone()))
        .take(MAX_NON_REMIS)
        .collect()
}

impl Fournisseur {
    fn compter(&mut self, etat: EtatEnvoi) {
        self.total += 1;
        match etat {
            EtatEnvoi::EnFile => self.en_file += 1,
            EtatEnvoi::Envoye => self.envoyes += 1,
            EtatEnvoi::Differe => self.differes += 1,
            EtatEnvoi::Refuse => self.refuses += 1,
            EtatEnvoi::Abandonne => self.abandonnes += 1,
            EtatEnvoi::Plainte => self.plaintes += 1,
        }
    }

    fn ajouter(&mut self, autre: &Self) {
        self.total += autre.total;
        self.en_file += autre.en_file;
        self.envoyes += autre.envoyes;
        self.differes += autre.differes;
        self.refuses += autre.refuses;
        self.abandonnes += autre.abandonnes;
        self.plaintes += autre.plaintes;
    }
}

/// Those whose account still says so: a later success or a new address clears it (S42).
fn refusees(
    atelier: &Atelier,
    refus: BTreeSet<(Timestamp, CandidatId, String)>,
) -> Result<Vec<AdresseRefusee>, StoreError> {
    let mut vus = BTreeSet::new();
    let mut refusees = Vec::new();
    for (le, candidat, adresse) in refus.into_iter().rev() {
        if refusees.len() >= MAX_REFUSEES {
            break;
        }
        if !vus.insert((candidat.clone(), adresse.clone())) {
            continue;
        }
        let fil = Fil::<Candidat>::charger(atelier, format!("candidat.{candidat}"))?;
        let Some(base) = fil.etat.base() else {
            continue;
        };
        let Some(rebond) = base.rebond.as_ref().filter(|r| r.mail == adresse) else {
            continue;
        };
        refusees.push(AdresseRefusee {
            numero: base.compte.numero.clone(),
            nom: base.compte.nom.clone(),
            prenom: base.compte.prenom.clone(),
            valide: matches!(fil.etat.as_ref(), Candidat::Actif(_)),
            raison: rebond.raison.clone(),
            adresse,
            candidat,
            le,
        });
    }
    Ok(refusees)
}
