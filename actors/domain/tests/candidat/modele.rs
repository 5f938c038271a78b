//! Whatever happens to an account in whatever order comes to what a naive model says (Q03).
//!
//! The model is flags and lists. Links are known by their number: only the newest of its kind works, once, for a day.

use std::collections::{BTreeMap, BTreeSet};

use domain::candidat::{Candidat, Commande, evolve};
use domain::dossier::{ActeTiroir, Acteur};
use domain::langue::Langue;
use domain::profil::{Baccalaureat, MAX_ENTREES, Rubrique};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::monde::{
    AUTRE_MAIL, FORMATIONS, JOUR, MAIL, Monde, adresse, creer, entree, fiche, gestionnaire,
    informations, instant, lien, ouvrir, ranger,
};

#[derive(Clone, Debug)]
enum Geste {
    Creer,
    RenvoyerLien,
    /// With the link so many numbers before the newest.
    Valider(u32),
    Expirer,
    CorrigerMail,
    DemanderReinitialisation,
    Reinitialiser(u32),
    ChangerMotDePasse,
    ChangerLangue(Langue),
    DemanderMail,
    ConfirmerMail(u32),
    Informations,
    Adresse,
    Bac,
    Reprendre(i8),
    Recevoir(i8),
    Ecrire(usize, bool),
    Retirer(usize),
    /// Which formation, and whether by a manager.
    Ouvrir(usize, bool),
    Clore(usize),
    Ranger,
    Oter,
    Rebond,
    LeverRebond,
    Heures(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Etat {
    Absent,
    AValider,
    Actif,
    Expire,
}

#[derive(Clone, Debug)]
struct Modele {
    maintenant: Timestamp,
    etat: Etat,
    /// The newest link's number; what each kind waits for, with its end.
    liens: u32,
    validation: Option<(u32, Timestamp)>,
    reinitialisation: Option<(u32, Timestamp)>,
    nouvelle_adresse: Option<(u32, Timestamp)>,
    mail: &'static str,
    rebond: bool,
    /// Times the password was changed: sessions of before are over.
    epoque: u32,
    langue: Langue,
    sections: BTreeSet<&'static str>,
    /// The day of the scolarité's record that is kept.
    cursus: Option<i8>,
    entrees: BTreeSet<usize>,
    cv: bool,
    /// By id: the formation, and whether it counts.
    dossiers: BTreeMap<usize, (usize, bool)>,
    permis: bool,
}

type Attente = Option<(u32, Timestamp)>;

impl Modele {
    fn new() -> Self {
        Self {
            maintenant: instant("2027-03-01T00:00:00Z"),
            etat: Etat::Absent,
            liens: 0,
            validation: None,
            reinitialisation: None,
            nouvelle_adresse: None,
            mail: MAIL,
            rebond: false,
            epoque: 0,
            langue: Langue::Fr,
            sections: BTreeSet::new(),
            cursus: None,
            entrees: BTreeSet::new(),
            cv: false,
            dossiers: BTreeMap::new(),
            permis: true,
        }
    }

    fn nouveau_lien(&mut self) -> Attente {
        self.liens += 1;
        Some((self.liens, self.maintenant + JOUR))
    }

    /// Whether the link so many before the newest is the one awaited, in time.
    fn bon(&self, attendu: Attente, avant: u32) -> bool {
        attendu.is_some_and(|(n, fin)| {
            Some(n) == self.liens.checked_sub(avant) && self.maintenant < fin
        })
    }

    fn jouer(&mut self, geste: &Geste) -> bool {
        if let Geste::Heures(heures) = geste {
            self.maintenant += jiff::SignedDuration::from_hours(*heures);
            return true;
        }
        match self.etat {
            Etat::Absent => self.absent(geste),
            Etat::AValider => self.a_valider(geste),
            Etat::Actif => self.actif(geste),
            Etat::Expire => sans_suite(geste),
        }
    }

    fn absent(&mut self, geste: &Geste) -> bool {
        if matches!(geste, Geste::Creer) {
            self.validation = self.nouveau_lien();
            self.etat = Etat::AValider;
            return true;
        }
        sans_suite(geste)
    }

    fn a_valider(&mut self, geste: &Geste) -> bool {
        match geste {
            Geste::RenvoyerLien | Geste::DemanderReinitialisation => {
                self.validation = self.nouveau_lien();
            }
            Geste::Valider(avant) => {
                if !self.bon(self.validation, *avant) {
                    return false;
                }
                (self.etat, self.validation) = (Etat::Actif, None);
            }
            Geste::Expirer => self.etat = Etat::Expire,
            Geste::CorrigerMail => {
                self.validation = self.nouveau_lien();
                (self.mail, self.rebond) = (AUTRE_MAIL, false);
            }
            Geste::Rebond => self.rebond |= self.mail == MAIL,
            Geste::LeverRebond => self.rebond = false,
            Geste::Creer
            | Geste::Reinitialiser(_)
            | Geste::ChangerMotDePasse
            | Geste::ChangerLangue(_)
            | Geste::DemanderMail
            | Geste::ConfirmerMail(_)
            | Geste::Informations
            | Geste::Adresse
            | Geste::Bac
            | Geste::Reprendre(_)
            | Geste::Recevoir(_)
            | Geste::Ecrire(..)
            | Geste::Retirer(_)
            | Geste::Ouvrir(..)
            | Geste::Clore(_)
            | Geste::Ranger
            | Geste::Oter
            | Geste::Heures(_) => return sans_suite(geste),
        }
        true
    }

    fn actif(&mut self, geste: &Geste) -> bool {
        match geste {
            Geste::Creer | Geste::Valider(_) | Geste::CorrigerMail => return false,
            Geste::RenvoyerLien | Geste::Expirer | Geste::Heures(_) => {}
            Geste::DemanderReinitialisation => self.reinitialisation = self.nouveau_lien(),
            Geste::Reinitialiser(avant) => {
                if !self.bon(self.reinitialisation, *avant) {
                    return false;
                }
                self.changer_mot_de_passe();
            }
            Geste::ChangerMotDePasse => self.changer_mot_de_passe(),
            Geste::ChangerLangue(langue) => self.langue = *langue,
            Geste::DemanderMail => self.nouvelle_adresse = self.nouveau_lien(),
            Geste::ConfirmerMail(avant) => {
                if !self.bon(self.nouvelle_adresse, *avant) {
                    return false;
                }
                (self.mail, self.rebond) = (AUTRE_MAIL, false);
                (self.nouvelle_adresse, self.reinitialisation) = (None, None);
            }
            Geste::Informations => drop(self.sections.insert("informations")),
            Geste::Adresse => drop(self.sections.insert("adresse")),
            Geste::Bac => drop(self.sections.insert("bac")),
            Geste::Reprendre(jour) => {
                self.sections.extend(["informations", "adresse", "bac"]);
                self.cursus = Some(*jour);
            }
            Geste::Recevoir(jour) => {
                if self.sections.contains("informations") {
                    self.cursus = self.cursus.max(Some(*jour));
                }
            }
            Geste::Ecrire(id, nouvelle) => return self.ecrire(*id, *nouvelle),
            Geste::Retirer(id) => return self.entrees.remove(id),
            Geste::Ouvrir(f, par_gestion) => return self.ouvrir(*f, *par_gestion),
            Geste::Clore(id) => {
                if let Some((_, vivant)) = self.dossiers.get_mut(id) {
                    *vivant = false;
                }
            }
            Geste::Ranger => self.cv = true,
            Geste::Oter => return std::mem::take(&mut self.cv),
            Geste::Rebond => self.rebond |= self.mail == MAIL,
            Geste::LeverRebond => self.rebond = false,
        }
        true
    }

    fn changer_mot_de_passe(&mut self) {
        self.epoque += 1;
        self.reinitialisation = None;
    }

    fn ecrire(&mut self, id: usize, nouvelle: bool) -> bool {
        let connue = self.entrees.contains(&id);
        let permis = connue || (nouvelle && self.entrees.len() < MAX_ENTREES);
        if permis {
            self.entrees.insert(id);
        }
        permis
    }

    /// G11, G22, G23; managers are held by the profile and by one dossier per formation alone (T02).
    fn ouvrir(&mut self, f: usize, par_gestion: bool) -> bool {
        let vivants: Vec<usize> = self
            .dossiers
            .values()
            .filter(|(_, v)| *v)
            .map(|(f, _)| *f)
            .collect();
        let du_centre = vivants
            .iter()
            .filter(|v| FORMATIONS[**v].1 == FORMATIONS[f].1)
            .count();
        let ouverte = self.maintenant <= instant("2027-05-15T00:00:00Z");
        let en_campagne = self.maintenant <= instant("2027-12-01T00:00:00Z");
        let limites = ouverte && vivants.len() < 2 && (FORMATIONS[f].1 != "A" || du_centre < 1);
        let permis = en_campagne
            && self.sections.len() == 3
            && !vivants.contains(&f)
            && (par_gestion || limites);
        if permis {
            self.dossiers.insert(self.dossiers.len(), (f, true));
        }
        permis
    }
}

/// Late timers and steps of the process are no fault where there is no account; all else is.
fn sans_suite(geste: &Geste) -> bool {
    matches!(
        geste,
        Geste::Expirer
            | Geste::Clore(_)
            | Geste::Recevoir(_)
            | Geste::Rebond
            | Geste::LeverRebond
            | Geste::Heures(_)
    )
}

impl ReferenceStateMachine for Modele {
    type State = Self;
    type Transition = Geste;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(modele: &Self) -> BoxedStrategy<Geste> {
        let avant = || prop_oneof![4 => Just(0_u32), 1 => 1..3_u32];
        let debut = prop_oneof![
            4 => Just(Geste::Creer),
            2 => Just(Geste::RenvoyerLien),
            6 => avant().prop_map(Geste::Valider),
            1 => Just(Geste::CorrigerMail),
            1 => Just(Geste::Expirer),
        ];
        let compte = prop_oneof![
            2 => Just(Geste::DemanderReinitialisation),
            2 => avant().prop_map(Geste::Reinitialiser),
            1 => Just(Geste::ChangerMotDePasse),
            1 => prop_oneof![Just(Langue::Fr), Just(Langue::En)].prop_map(Geste::ChangerLangue),
            2 => Just(Geste::DemanderMail),
            2 => avant().prop_map(Geste::ConfirmerMail),
            1 => Just(Geste::Rebond),
            1 => Just(Geste::LeverRebond),
        ];
        let profil = prop_oneof![
            2 => Just(Geste::Informations),
            2 => Just(Geste::Adresse),
            2 => Just(Geste::Bac),
            1 => (1..9_i8).prop_map(Geste::Reprendre),
            1 => (1..9_i8).prop_map(Geste::Recevoir),
            2 => (0..4_usize, any::<bool>()).prop_map(|(id, n)| Geste::Ecrire(id, n)),
            1 => (0..4_usize).prop_map(Geste::Retirer),
            1 => Just(Geste::Ranger),
            1 => Just(Geste::Oter),
        ];
        let dossiers = prop_oneof![
            5 => (0..FORMATIONS.len(), prop::bool::weighted(0.2)).prop_map(|(f, g)| Geste::Ouvrir(f, g)),
            1 => (0..4_usize).prop_map(Geste::Clore),
        ];
        let heures = prop::sample::select(&[1_i64, 23, 25, 24 * 40][..]).prop_map(Geste::Heures);
        let (tot, tard) = match modele.etat {
            Etat::Absent | Etat::AValider => (8, 1),
            Etat::Actif | Etat::Expire => (1, 6),
        };
        prop_oneof![tot => debut, tard => compte, tard => profil, tard => dossiers, 1 => heures]
            .boxed()
    }

    fn apply(mut modele: Self, geste: &Geste) -> Self {
        modele.permis = modele.jouer(geste);
        modele
    }
}

/// The command; links made by it bear the number the model gave last.
#[expect(clippy::too_many_lines, reason = "a table: one row per act")]
fn commande(geste: &Geste, modele: &Modele, dossiers: usize) -> Option<Commande> {
    let neuf = || lien(modele.liens, modele.maintenant);
    let nonce = |avant: &u32| format!("{:04}", modele.liens.saturating_sub(*avant));
    let mot_de_passe = || format!("hache-{}", modele.epoque);
    let rubrique = Rubrique::Stages;
    Some(match geste {
        Geste::Heures(_) => return None,
        Geste::Creer => creer(modele.maintenant, neuf()),
        Geste::RenvoyerLien => Commande::RenvoyerLien { lien: neuf() },
        Geste::Valider(avant) => Commande::Valider {
            nonce: nonce(avant),
        },
        Geste::Expirer => Commande::Expirer,
        Geste::CorrigerMail => Commande::CorrigerMail {
            mail: AUTRE_MAIL.to_owned(),
            lien: neuf(),
        },
        Geste::DemanderReinitialisation => Commande::DemanderReinitialisation {
            lien: neuf(),
            sso: false,
        },
        Geste::Reinitialiser(avant) => Commande::Reinitialiser {
            nonce: nonce(avant),
            mot_de_passe: mot_de_passe(),
        },
        Geste::ChangerMotDePasse => Commande::ChangerMotDePasse {
            mot_de_passe: mot_de_passe(),
        },
        Geste::ChangerLangue(langue) => Commande::ChangerLangue { langue: *langue },
        Geste::DemanderMail => Commande::DemanderChangementMail {
            mail: AUTRE_MAIL.to_owned(),
            lien: neuf(),
        },
        Geste::ConfirmerMail(avant) => Commande::ConfirmerMail {
            nonce: nonce(avant),
        },
        Geste::Informations => Commande::EnregistrerInformations(informations()),
        Geste::Adresse => Commande::EnregistrerAdresse(Box::new(adresse())),
        Geste::Bac => Commande::EnregistrerBaccalaureat(Box::new(Baccalaureat::Sans)),
        Geste::Reprendre(jour) => Commande::ReprendreScolarite {
            informations: informations(),
            fiche: fiche(*jour),
        },
        Geste::Recevoir(jour) => Commande::RecevoirCursus(fiche(*jour)),
        Geste::Ecrire(id, nouvelle) => {
            let id = format!("e{id}").as_str().into();
            Commande::EcrireEntree {
                rubrique,
                id,
                nouvelle: *nouvelle,
                entree: entree(),
            }
        }
        Geste::Retirer(id) => Commande::RetirerEntree {
            rubrique,
            id: format!("e{id}").as_str().into(),
        },
        Geste::Ouvrir(f, par_gestion) => {
            let par = if *par_gestion {
                gestionnaire()
            } else {
                Acteur::Candidat
            };
            ouvrir(&format!("d{dossiers}"), FORMATIONS[*f].0, par)
        }
        Geste::Clore(id) => Commande::CloreDossier {
            dossier: format!("d{id}").as_str().into(),
        },
        Geste::Ranger => ranger(),
        Geste::Oter => Commande::Tiroir(ActeTiroir::Oter { piece: "CV".into() }),
        Geste::Rebond => Commande::SignalerRebond {
            mail: MAIL.to_owned(),
            raison: "550".to_owned(),
        },
        Geste::LeverRebond => Commande::LeverRebond {
            mail: MAIL.to_owned(),
        },
    })
}

struct Essai;

impl StateMachineTest for Essai {
    type SystemUnderTest = Monde;
    type Reference = Modele;

    fn init_test(_: &Modele) -> Monde {
        Monde::new()
    }

    fn apply(mut monde: Monde, modele: &Modele, geste: Geste) -> Monde {
        monde.maintenant = modele.maintenant;
        let ouverts = match &monde.candidat {
            Candidat::Actif(actif) => actif.dossiers.len(),
            Candidat::Absent | Candidat::AValider { .. } | Candidat::Expire(_) => 0,
        };
        let Some(commande) = commande(&geste, modele, ouverts) else {
            return monde;
        };
        let avant = monde.candidat.clone();
        let fait = monde.faire(commande);
        assert_eq!(
            fait.is_ok(),
            modele.permis,
            "{geste:?}: {fait:?}\n{modele:#?}"
        );
        if fait.is_err() {
            assert_eq!(avant, monde.candidat, "a refusal changes nothing");
        }
        monde
    }

    fn check_invariants(monde: &Monde, modele: &Modele) {
        let rejoue = monde.faits.iter().fold(Candidat::Absent, evolve);
        assert_eq!(rejoue, monde.candidat, "replay gives what lives");
        let etat = match &monde.candidat {
            Candidat::Absent => Etat::Absent,
            Candidat::AValider { .. } => Etat::AValider,
            Candidat::Actif(_) => Etat::Actif,
            Candidat::Expire(_) => Etat::Expire,
        };
        assert_eq!(etat, modele.etat);
        if let Some(base) = monde.candidat.base() {
            assert_eq!(base.compte.mail, modele.mail);
            assert_eq!(base.epoque, modele.epoque);
            assert_eq!(base.compte.langue, modele.langue);
            assert_eq!(base.rebond.is_some(), modele.rebond);
        }
        let Candidat::Actif(actif) = &monde.candidat else {
            return;
        };
        assert_eq!(
            actif.profil.manque().len(),
            3 - modele.sections.len(),
            "G11"
        );
        let cursus = actif.profil.cursus_interne.as_ref();
        let attendu = modele.cursus.map(|jour| fiche(jour).emis_le);
        assert_eq!(cursus.map(|c| c.emis_le), attendu, "G18");
        let entrees = actif
            .profil
            .entrees
            .get(&Rubrique::Stages)
            .map_or(0, BTreeMap::len);
        assert_eq!(entrees, modele.entrees.len(), "G19");
        assert_eq!(!actif.tiroir.is_empty(), modele.cv);
        let vivants = |f: usize| {
            let mut tous = actif.dossiers.values();
            tous.by_ref()
                .filter(|d| d.vivant && d.formation.as_str() == FORMATIONS[f].0)
                .count()
        };
        for f in 0..FORMATIONS.len() {
            let attendus = modele
                .dossiers
                .values()
                .filter(|(g, v)| *g == f && *v)
                .count();
            assert_eq!(vivants(f), attendus, "G22");
            assert!(attendus <= 1, "G22: one dossier per formation");
        }
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 512, max_shrink_iters: 20_000, ..ProptestConfig::default() })]
    #[test]
    fn q03_g05_g11_g18_g22_g23_un_compte_suit_le_modele_quoi_qu_il_arrive(sequential 1..60 => Essai);
}
