//! Whatever candidate, managers, jury and time do in whatever order, a dossier comes to what a naive model says (Q03).
//!
//! The model is flags and lists; it predicts for each act whether it is allowed and what is then visible. Beside it,
//! the two laws are looked at on the real dossier alone, before and after each act.

use std::collections::{BTreeMap, BTreeSet};

use domain::dossier::{Commande, Depot, Dossier, Nature, Role, evolve};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::echantillons::defavorable;
use crate::matrice::etat;
use crate::monde::{JOUR, Monde, deposer, instant, refuser, saisir, valider};

/// Of the formation; `DIPLOME` is what managers may ask for besides.
const PIECES: [&str; 3] = ["CV", "LM", "HANDICAP"];
const TOUTES: [&str; 4] = ["CV", "LM", "HANDICAP", "DIPLOME"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Geste {
    Deposer(&'static str),
    Retirer(&'static str),
    Declarer(&'static str),
    Revenir(&'static str),
    Transmettre,
    Annuler,
    Valider(&'static str),
    Refuser(&'static str),
    Exiger,
    Renvoyer,
    Reprendre,
    Complet,
    Rouvrir,
    Saisir(Issue),
    Publier,
    Confirmer,
    SeDesister,
    AnnulerParGestion,
    Temps(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Issue {
    Favorable,
    Defavorable,
    Attente,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    ADecider,
    Validee,
    Refusee,
}

/// What is in for a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dedans {
    Fichier,
    Declaration,
}

#[derive(Clone, Debug)]
struct Modele {
    maintenant: Timestamp,
    retour: Timestamp,
    etat: &'static str,
    /// Being filled in; the common CV counts as any other.
    depots: BTreeMap<&'static str, Dedans>,
    remises: BTreeMap<&'static str, (Dedans, Verdict)>,
    /// Named by the send-back, with what came since.
    nommees: BTreeMap<&'static str, Option<Dedans>>,
    touche: bool,
    exigee: bool,
    brouillon: Option<Issue>,
    publie: Option<Issue>,
    reponse: Option<&'static str>,
    /// Whether the last act was allowed.
    permis: bool,
}

impl Modele {
    fn new() -> Self {
        Self {
            maintenant: instant("2027-03-01T00:00:00Z"),
            retour: instant("2027-05-31T00:00:00Z"),
            etat: "en_attente",
            depots: BTreeMap::new(),
            remises: BTreeMap::new(),
            nommees: BTreeMap::new(),
            touche: false,
            exigee: false,
            brouillon: None,
            publie: None,
            reponse: None,
            permis: true,
        }
    }

    fn examine(&self) -> bool {
        matches!(self.etat, "transmis" | "complet")
    }

    fn bonnes(&self) -> bool {
        !self.exigee && self.remises.values().all(|(_, v)| *v != Verdict::Refusee)
    }

    /// Plays an act; false when the rules forbid it, and then nothing has changed.
    #[expect(clippy::too_many_lines, reason = "a table: one row per act")]
    fn jouer(&mut self, geste: Geste) -> bool {
        match geste {
            Geste::Temps(jours) => self.maintenant += JOUR * i32::try_from(jours).unwrap(),
            Geste::Deposer(p) => return self.saisir_piece(p, Some(Dedans::Fichier)),
            Geste::Declarer(p) => {
                return p == "HANDICAP" && self.saisir_piece(p, Some(Dedans::Declaration));
            }
            Geste::Retirer(p) => {
                return self.dedans(p) == Some(Dedans::Fichier) && self.saisir_piece(p, None);
            }
            Geste::Revenir(p) => {
                return self.dedans(p) == Some(Dedans::Declaration) && self.saisir_piece(p, None);
            }
            Geste::Transmettre => return self.transmettre(),
            Geste::Annuler if self.etat == "en_attente" => self.etat = "annule",
            Geste::AnnulerParGestion
                if self.etat != "annule" && self.reponse != Some("confirmee") =>
            {
                self.etat = "annule";
            }
            Geste::Valider(p) | Geste::Refuser(p)
                if self.examine() && self.remises.contains_key(p) =>
            {
                let verdict = if geste == Geste::Valider(p) {
                    Verdict::Validee
                } else {
                    Verdict::Refusee
                };
                self.remises.get_mut(p).unwrap().1 = verdict;
            }
            Geste::Exiger
                if self.examine()
                    && self.publie.is_none()
                    && !self.exigee
                    && !self.remises.contains_key("DIPLOME") =>
            {
                self.exigee = true;
            }
            Geste::Renvoyer if self.examine() && self.publie.is_none() && !self.bonnes() => {
                self.renvoyer();
            }
            Geste::Reprendre if self.etat == "incomplet" && !self.touche => self.etat = "transmis",
            Geste::Complet if self.etat == "transmis" && self.bonnes() => self.etat = "complet",
            Geste::Rouvrir if self.etat == "complet" && self.publie.is_none() => {
                self.etat = "transmis";
            }
            Geste::Saisir(issue) if self.examine() && self.suite_permise() => {
                self.brouillon = Some(issue);
            }
            Geste::Publier if self.examine() && self.suite_permise() => return self.publier(),
            Geste::Confirmer
                if self.examine()
                    && self.publie == Some(Issue::Favorable)
                    && self.reponse.is_none() =>
            {
                self.reponse = Some("confirmee");
            }
            Geste::SeDesister if self.examine() => return self.se_desister(),
            Geste::Annuler
            | Geste::AnnulerParGestion
            | Geste::Valider(_)
            | Geste::Refuser(_)
            | Geste::Exiger
            | Geste::Renvoyer
            | Geste::Reprendre
            | Geste::Complet
            | Geste::Rouvrir
            | Geste::Saisir(_)
            | Geste::Publier
            | Geste::Confirmer
            | Geste::SeDesister => return false,
        }
        true
    }

    fn dedans(&self, p: &'static str) -> Option<Dedans> {
        match self.etat {
            "en_attente" => self.depots.get(p).copied(),
            "incomplet" => self.nommees.get(p).copied().flatten(),
            _ => None,
        }
    }

    /// G30, G33: only while it is being filled in, or for a named piece; and in time.
    fn saisir_piece(&mut self, p: &'static str, quoi: Option<Dedans>) -> bool {
        let ouverte = match self.etat {
            "en_attente" => PIECES.contains(&p),
            "incomplet" => self.nommees.contains_key(p),
            _ => false,
        };
        let declaree = self.dedans(p) == Some(Dedans::Declaration);
        if !ouverte || self.maintenant > self.retour || (declaree && quoi == Some(Dedans::Fichier))
        {
            return false;
        }
        if declaree && quoi == Some(Dedans::Declaration) {
            return true;
        }
        if self.etat == "incomplet" {
            self.touche = true;
            self.nommees.insert(p, quoi);
            return true;
        }
        match quoi {
            Some(quoi) => self.depots.insert(p, quoi),
            None => self.depots.remove(p),
        };
        true
    }

    /// G29.
    fn transmettre(&mut self) -> bool {
        let tout = match self.etat {
            "en_attente" => PIECES.iter().all(|p| self.depots.contains_key(p)),
            "incomplet" => self.nommees.values().all(Option::is_some),
            _ => false,
        };
        if !tout || self.maintenant > self.retour {
            return false;
        }
        let nouvelles: Vec<_> = match self.etat {
            "en_attente" => self.depots.iter().map(|(p, d)| (*p, *d)).collect(),
            _ => self.nommees.iter().map(|(p, d)| (*p, d.unwrap())).collect(),
        };
        for (p, depot) in nouvelles {
            self.remises.insert(p, (depot, Verdict::ADecider));
        }
        (self.etat, self.exigee, self.touche) = ("transmis", false, false);
        true
    }

    fn renvoyer(&mut self) {
        let refusees = self
            .remises
            .iter()
            .filter(|(_, (_, v))| *v == Verdict::Refusee);
        self.nommees = refusees.map(|(p, _)| (*p, None)).collect();
        if self.exigee {
            self.nommees.insert("DIPLOME", None);
        }
        if self.retour <= self.maintenant {
            self.retour = self.maintenant + JOUR * 7;
        }
        (self.etat, self.touche) = ("incomplet", false);
    }

    fn suite_permise(&self) -> bool {
        self.reponse.is_none() && matches!(self.publie, None | Some(Issue::Attente))
    }

    fn publier(&mut self) -> bool {
        let permis = self
            .brouillon
            .is_some_and(|b| b != Issue::Favorable || self.bonnes());
        if permis {
            self.publie = self.brouillon.take();
        }
        permis
    }

    fn se_desister(&mut self) -> bool {
        let permis = match self.publie {
            Some(Issue::Favorable) => matches!(self.reponse, None | Some("confirmee")),
            Some(Issue::Attente) => self.reponse.is_none(),
            Some(Issue::Defavorable) | None => false,
        };
        if permis {
            self.reponse = Some("desistee");
        }
        permis
    }
}

impl ReferenceStateMachine for Modele {
    type State = Self;
    type Transition = Geste;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Geste> {
        let piece = || prop::sample::select(&TOUTES[..]);
        let issue = prop_oneof![
            3 => Just(Issue::Favorable),
            1 => Just(Issue::Defavorable),
            1 => Just(Issue::Attente),
        ];
        prop_oneof![
            8 => piece().prop_map(Geste::Deposer),
            2 => piece().prop_map(Geste::Retirer),
            4 => Just(Geste::Declarer("HANDICAP")),
            1 => piece().prop_map(Geste::Declarer),
            1 => piece().prop_map(Geste::Revenir),
            5 => Just(Geste::Transmettre),
            3 => piece().prop_map(Geste::Valider),
            4 => piece().prop_map(Geste::Refuser),
            1 => Just(Geste::Exiger),
            4 => Just(Geste::Renvoyer),
            1 => Just(Geste::Reprendre),
            2 => Just(Geste::Complet),
            1 => Just(Geste::Rouvrir),
            3 => issue.prop_map(Geste::Saisir),
            2 => Just(Geste::Publier),
            2 => Just(Geste::Confirmer),
            1 => Just(Geste::SeDesister),
            1 => prop_oneof![1 => Just(Geste::Annuler), 1 => Just(Geste::AnnulerParGestion)],
            1 => prop::sample::select(&[1_i64, 40, 60][..]).prop_map(Geste::Temps),
        ]
        .boxed()
    }

    fn apply(mut modele: Self, geste: &Geste) -> Self {
        modele.permis = modele.jouer(*geste);
        modele
    }

    /// Past the confirmation date other timers speak, which have their own tests (T21).
    fn preconditions(modele: &Self, geste: &Geste) -> bool {
        let fin = instant("2027-07-31T00:00:00Z");
        !matches!(geste, Geste::Temps(j) if modele.maintenant + SignedDuration::from_hours(j * 24) >= fin)
    }
}

/// Who does it, and the command.
fn commande(geste: Geste) -> Option<(Role, Commande)> {
    use Role::{Candidat as C, Commission as J, Gestionnaire as G};
    let piece = |p: &str| p.into();
    Some(match geste {
        Geste::Deposer(p) => (C, deposer(p, 'a')),
        Geste::Retirer(p) => (C, Commande::Retirer { piece: piece(p) }),
        Geste::Declarer(p) => {
            let certifie = true;
            (
                C,
                Commande::DeclarerNonConcerne {
                    piece: piece(p),
                    certifie,
                },
            )
        }
        Geste::Revenir(p) => (C, Commande::RevenirConcerne { piece: piece(p) }),
        Geste::Transmettre => (C, Commande::Transmettre),
        Geste::Annuler => (C, Commande::Annuler),
        Geste::Valider(p) => (G, valider(p)),
        Geste::Refuser(p) => (G, refuser(p)),
        Geste::Exiger => {
            let (piece, commentaire) = (piece("DIPLOME"), None);
            (G, Commande::ExigerPiece { piece, commentaire })
        }
        Geste::Renvoyer => (G, Commande::Renvoyer { retour: None }),
        Geste::Reprendre => (G, Commande::Reprendre),
        Geste::Complet => (G, Commande::DeclarerComplet),
        Geste::Rouvrir => (G, Commande::Rouvrir),
        Geste::Saisir(Issue::Favorable) => (J, saisir(Nature::Favorable)),
        Geste::Saisir(Issue::Defavorable) => (J, saisir(defavorable())),
        Geste::Saisir(Issue::Attente) => (J, saisir(Nature::ListeAttente)),
        Geste::Publier => (G, Commande::PublierAvis),
        Geste::Confirmer => (C, Commande::Confirmer),
        Geste::SeDesister => (C, Commande::SeDesister),
        Geste::AnnulerParGestion => {
            let motif = "doublon".to_owned();
            (G, Commande::AnnulerParGestion { motif })
        }
        Geste::Temps(_) => return None,
    })
}

/// What of a dossier the candidate handed in or declared, by piece.
fn dedans(monde: &Monde) -> BTreeMap<String, Depot> {
    let mut vus = BTreeMap::new();
    match &monde.dossier {
        Dossier::EnAttente(saisie) => {
            for code in PIECES {
                let def = &monde.catalogue.pieces[code];
                vus.extend(
                    saisie
                        .depot(def, &monde.tiroir)
                        .map(|d| (code.to_owned(), d)),
                );
            }
        }
        Dossier::Transmis(examen) | Dossier::Complet(examen) => {
            vus.extend(
                examen
                    .pieces
                    .iter()
                    .map(|(c, p)| (c.to_string(), p.depot.clone())),
            );
        }
        Dossier::Incomplet(renvoi) => {
            vus.extend(
                renvoi
                    .examen
                    .pieces
                    .iter()
                    .map(|(c, p)| (c.to_string(), p.depot.clone())),
            );
            for (code, ouverte) in &renvoi.ouvertes {
                match &ouverte.depot {
                    Some(depot) => vus.insert(code.to_string(), depot.clone()),
                    None => vus.remove(code.as_str()),
                };
            }
        }
        Dossier::Absent | Dossier::Annule(_) => {}
    }
    vus
}

/// G29, G30, G33: told by the dossier alone, before and after an act of somebody.
fn tenir_les_lois(avant: &Monde, apres: &Monde, role: Role) {
    let (vus_avant, vus) = (dedans(avant), dedans(apres));
    if matches!(apres.dossier, Dossier::Transmis(_) | Dossier::Complet(_)) {
        for code in PIECES {
            assert!(
                vus.contains_key(code),
                "G29: {code} is missing after a transmission"
            );
        }
    }
    match &avant.dossier {
        Dossier::Transmis(_) | Dossier::Complet(_) if role == Role::Candidat => {
            assert_eq!(
                vus_avant, vus,
                "G30: the candidate changed what was handed in"
            );
            assert_eq!(etat(&avant.dossier), etat(&apres.dossier), "G30");
        }
        Dossier::Incomplet(renvoi) if matches!(apres.dossier, Dossier::Incomplet(_)) => {
            let codes: BTreeSet<&String> = vus_avant.keys().chain(vus.keys()).collect();
            for code in codes {
                let nommee = renvoi.ouvertes.contains_key(code.as_str());
                assert!(
                    nommee || vus_avant.get(code) == vus.get(code),
                    "G33: {code} was not named"
                );
            }
        }
        Dossier::Absent
        | Dossier::EnAttente(_)
        | Dossier::Transmis(_)
        | Dossier::Incomplet(_)
        | Dossier::Complet(_)
        | Dossier::Annule(_) => {}
    }
}

struct Essai;

impl StateMachineTest for Essai {
    type SystemUnderTest = Monde;
    type Reference = Modele;

    fn init_test(_: &Modele) -> Monde {
        Monde::ouvert("d1")
    }

    fn apply(mut monde: Monde, modele: &Modele, geste: Geste) -> Monde {
        monde.maintenant = modele.maintenant;
        let Some((role, commande)) = commande(geste) else {
            return monde;
        };
        let avant = monde.clone();
        let fait = monde.faire(role, &commande);
        assert_eq!(
            fait.is_ok(),
            modele.permis,
            "{geste:?}: {fait:?}\n{modele:#?}"
        );
        if fait.is_err() {
            assert_eq!(avant.dossier, monde.dossier, "a refusal changes nothing");
            assert_eq!(avant.dus, monde.dus, "a refusal sends nothing");
        }
        tenir_les_lois(&avant, &monde, role);
        monde
    }

    fn check_invariants(monde: &Monde, modele: &Modele) {
        assert_eq!(etat(&monde.dossier), modele.etat);
        if modele.etat != "annule" {
            let publie = monde.dossier.publie();
            assert_eq!(publie.is_some(), modele.publie.is_some());
            let reponse = publie.and_then(|p| p.reponse);
            assert_eq!(reponse.is_some(), modele.reponse.is_some());
        }
        let rejoue = monde.faits.iter().fold(Dossier::Absent, evolve);
        assert_eq!(rejoue, monde.dossier, "replay gives what lives");
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 512, max_shrink_iters: 20_000, ..ProptestConfig::default() })]
    #[test]
    fn q03_g29_g30_g33_un_dossier_suit_le_modele_quoi_que_chacun_fasse(sequential 1..40 => Essai);
}
