//! Whatever one candidate and a manager do, also several things at once, comes to what a naive model says (Q03).
//!
//! Each round sends its commands together, through actors and store. The model knows no actors: it
//! plays the round in every order, and one of them must give the same answers and the same dossiers.

use crate::commun::{Monde, instant};
use actors::protocol::{
    Acte, ActeDossier, ActeGestion, DossierVue, Etat, Faute, PieceVue, Reponse, Requete,
    StatutPiece,
};
use domain::dossier::{Commande, Verdict};
use domain::ids::DossierId;
use futures_util::future::join_all;
use proptest::prelude::*;

/// Formations with their centre and pieces, as [`crate::commun::campagne`] defines them: four at most in all, two in A.
const FORMATIONS: [(&str, char, &[&str]); 5] = [
    ("A1", 'A', &["CV", "LM", "HANDICAP"]),
    ("A2", 'A', &["CV"]),
    ("A3", 'A', &["CV"]),
    ("B1", 'B', &["CV", "LM"]),
    ("B2", 'B', &["CV"]),
];
/// Applications are open; only transmissions are; neither is.
const PHASES: [&str; 3] = [
    "2027-03-01T08:00:00Z",
    "2027-05-20T08:00:00Z",
    "2027-06-02T08:00:00Z",
];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Geste {
    Ouvrir(usize),
    Deposer(usize, &'static str),
    Retirer(usize, &'static str),
    NonConcerne(usize),
    Transmettre(usize),
    Annuler(usize),
    /// By a manager: a piece refused, the dossier sent back, or found complete.
    Refuser(usize, &'static str),
    Renvoyer(usize),
    Completer(usize),
}

#[derive(Clone, Debug)]
pub(crate) enum Tour {
    /// Each by way of a node, by rank.
    Ensemble(Vec<(usize, Geste)>),
    Temps,
}

fn geste() -> impl Strategy<Value = Geste> {
    // One formation more than the others: what takes many steps is reached.
    let f = || prop_oneof![2 => Just(1), 3 => 0..FORMATIONS.len()];
    let piece = || prop_oneof![Just("CV"), Just("LM")];
    prop_oneof![
        4 => f().prop_map(Geste::Ouvrir),
        4 => (f(), piece()).prop_map(|(f, p)| Geste::Deposer(f, p)),
        1 => (f(), piece()).prop_map(|(f, p)| Geste::Retirer(f, p)),
        1 => f().prop_map(Geste::NonConcerne),
        4 => f().prop_map(Geste::Transmettre),
        1 => f().prop_map(Geste::Annuler),
        2 => (f(), piece()).prop_map(|(f, p)| Geste::Refuser(f, p)),
        2 => f().prop_map(Geste::Renvoyer),
        1 => f().prop_map(Geste::Completer),
    ]
}

pub(crate) fn tour(noeud: impl Strategy<Value = usize>) -> impl Strategy<Value = Tour> {
    prop_oneof![
        12 => prop::collection::vec((noeud, geste()), 1..4).prop_map(Tour::Ensemble),
        1 => Just(Tour::Temps),
    ]
}

/// One dossier as the answer shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Vue {
    formation: usize,
    etat: &'static str,
    pieces: Vec<&'static str>,
}

/// One dossier as the model sees it.
#[derive(Clone, Debug)]
struct Fiche {
    vue: Vue,
    refusees: Vec<&'static str>,
    /// Named by the send-back.
    nommees: Vec<&'static str>,
    /// Sent back after the return date: a week more.
    prolonge: bool,
}

#[derive(Clone, Debug, Default)]
struct Modele {
    phase: usize,
    cv: bool,
    fiches: Vec<Fiche>,
}

impl Fiche {
    /// G30, G33: what the candidate may change.
    fn ouverte(&self, piece: &str) -> bool {
        match self.vue.etat {
            "en_attente" => FORMATIONS[self.vue.formation].2.contains(&piece),
            "incomplet" => self.nommees.contains(&piece),
            _ => false,
        }
    }

    fn examinee(&self) -> bool {
        matches!(self.vue.etat, "transmis" | "complet")
    }

    fn mettre(&mut self, piece: &'static str) {
        if !self.vue.pieces.contains(&piece) {
            self.vue.pieces.push(piece);
        }
    }

    /// What a manager does.
    fn examiner(&mut self, geste: Geste, tard: bool) -> bool {
        match geste {
            Geste::Refuser(_, p) if self.examinee() && self.vue.pieces.contains(&p) => {
                self.refusees.push(p);
            }
            Geste::Renvoyer(_) if self.examinee() && !self.refusees.is_empty() => {
                self.nommees = std::mem::take(&mut self.refusees);
                self.vue.pieces.retain(|p| !self.nommees.contains(p));
                self.vue.etat = "incomplet";
                self.prolonge |= tard;
            }
            Geste::Completer(_) if self.vue.etat == "transmis" && self.refusees.is_empty() => {
                self.vue.etat = "complet";
            }
            Geste::Ouvrir(_)
            | Geste::Deposer(..)
            | Geste::Retirer(..)
            | Geste::NonConcerne(_)
            | Geste::Transmettre(_)
            | Geste::Annuler(_)
            | Geste::Refuser(..)
            | Geste::Renvoyer(_)
            | Geste::Completer(_) => return false,
        }
        true
    }
}

impl Modele {
    /// Whether the rules allow it; what it changes, if they do. `cible` is the dossier meant.
    fn jouer(&mut self, geste: Geste, cible: Option<usize>) -> bool {
        if let Geste::Ouvrir(f) = geste {
            return self.ouvrir(f);
        }
        let (tard, cv) = (self.phase > 1, &mut self.cv);
        let Some(fiche) = cible.and_then(|c| self.fiches.get_mut(c)) else {
            return false;
        };
        // A common file is in the drawer until its dossier is handed in, then the dossier's own.
        let tiroir = fiche.vue.etat == "en_attente";
        let a_temps = !tard || fiche.prolonge;
        match geste {
            Geste::Annuler(_) if tiroir => {
                fiche.vue.etat = "annule";
                fiche.vue.pieces.clear();
            }
            Geste::Deposer(_, p) if a_temps && fiche.ouverte(p) => {
                if p == "CV" && tiroir {
                    *cv = true;
                } else {
                    fiche.mettre(p);
                }
            }
            Geste::Retirer(_, "CV") if a_temps && tiroir && fiche.ouverte("CV") => {
                return std::mem::take(cv);
            }
            Geste::Retirer(_, p)
                if a_temps && fiche.ouverte(p) && fiche.vue.pieces.contains(&p) =>
            {
                fiche.vue.pieces.retain(|q| *q != p);
            }
            Geste::NonConcerne(_) if a_temps && fiche.ouverte("HANDICAP") => {
                fiche.mettre("HANDICAP");
            }
            Geste::Transmettre(_)
                if a_temps && matches!(fiche.vue.etat, "en_attente" | "incomplet") =>
            {
                let demandees = FORMATIONS[fiche.vue.formation].2;
                let la = |p: &&str| fiche.vue.pieces.contains(p) || (tiroir && *cv && **p == *"CV");
                if !demandees.iter().all(la) {
                    return false;
                }
                fiche.vue.etat = "transmis";
                fiche.vue.pieces = demandees.to_vec();
                fiche.nommees.clear();
            }
            Geste::Ouvrir(_)
            | Geste::Deposer(..)
            | Geste::Retirer(..)
            | Geste::NonConcerne(_)
            | Geste::Transmettre(_)
            | Geste::Annuler(_)
            | Geste::Refuser(..)
            | Geste::Renvoyer(_)
            | Geste::Completer(_) => return fiche.examiner(geste, tard),
        }
        true
    }

    /// G22, G23.
    fn ouvrir(&mut self, f: usize) -> bool {
        let vivantes = || {
            self.fiches
                .iter()
                .map(|f| &f.vue)
                .filter(|d| d.etat != "annule")
        };
        let en_a = vivantes()
            .filter(|d| FORMATIONS[d.formation].1 == 'A')
            .count();
        let permis = self.phase == 0
            && vivantes().all(|d| d.formation != f)
            && vivantes().count() < 4
            && (FORMATIONS[f].1 != 'A' || en_a < 2);
        if permis {
            let vue = Vue {
                formation: f,
                etat: "en_attente",
                pieces: Vec::new(),
            };
            self.fiches.push(Fiche {
                vue,
                refusees: Vec::new(),
                nommees: Vec::new(),
                prolonge: false,
            });
        }
        permis
    }

    /// As it is shown: a common file appears in every dossier that asks for it and is not handed in yet.
    fn vues(&self) -> Vec<Vue> {
        let mut vues: Vec<Vue> = self.fiches.iter().map(|f| f.vue.clone()).collect();
        for vue in &mut vues {
            if vue.etat == "en_attente" && self.cv {
                vue.pieces.push("CV");
            }
            vue.pieces.sort_unstable();
        }
        vues.sort();
        vues
    }
}

fn vu(vue: &DossierVue) -> Vue {
    let formation = FORMATIONS
        .iter()
        .position(|f| f.0 == vue.formation.as_str());
    let formation = formation.unwrap();
    // What was refused is shown until another file takes its place.
    let close = |p: &&PieceVue| vue.etat != Etat::Incomplet || p.statut != StatutPiece::Refusee;
    let deposees = vue
        .pieces
        .iter()
        .filter(|p| p.depot.is_some())
        .filter(close);
    let mut pieces: Vec<&'static str> = deposees
        .map(|p| {
            let mut connues = FORMATIONS[formation].2.iter();
            *connues.find(|c| **c == p.code.as_str()).unwrap()
        })
        .collect();
    pieces.sort_unstable();
    Vue {
        formation,
        etat: match vue.etat {
            Etat::EnAttente => "en_attente",
            Etat::Transmis => "transmis",
            Etat::Annule => "annule",
            Etat::Incomplet => "incomplet",
            Etat::Complet => "complet",
        },
        pieces,
    }
}

pub(crate) struct Essai {
    /// One, or several on one log.
    pub(crate) noeuds: Vec<Monde>,
    session: String,
    /// A manager's session.
    agent: String,
    modele: Modele,
    /// The dossiers in the order of the model's.
    ids: Vec<DossierId>,
}

impl Essai {
    pub(crate) async fn new(noeuds: Vec<Monde>) -> Self {
        let monde = &noeuds[0];
        let session = monde.candidat("a@b.fr").await;
        monde.recruter().await;
        let agent = monde.agent().await;
        Self {
            noeuds,
            session,
            agent,
            modele: Modele::default(),
            ids: Vec::new(),
        }
    }

    /// Every node tells the same.
    pub(crate) async fn vues(&self) -> Vec<DossierVue> {
        let mut vues: Option<Vec<DossierVue>> = None;
        for (rang, noeud) in self.noeuds.iter().enumerate() {
            let lues = match noeud.agir(&self.session, Acte::Dossiers).await {
                Ok(Reponse::Dossiers { dossiers }) => dossiers,
                autre => panic!("{autre:?}"),
            };
            let premieres = vues.get_or_insert_with(|| lues.clone());
            assert_eq!(*premieres, lues, "node {rang}");
        }
        vues.unwrap()
    }

    async fn avancer(&mut self) {
        if self.modele.phase + 1 == PHASES.len() {
            return;
        }
        self.modele.phase += 1;
        let monde = &self.noeuds[0];
        monde.regler(PHASES[self.modele.phase]);
        monde.relayer().await;
        match monde.connecter("a@b.fr").await {
            Ok(Reponse::Session { jeton, .. }) => self.session = jeton,
            autre => panic!("{autre:?}"),
        }
        self.agent = monde.agent().await;
    }

    pub(crate) async fn jouer(&mut self, tours: &[Tour]) {
        assert_eq!(instant(PHASES[0]), instant(crate::commun::DEBUT));
        for tour in tours {
            match tour {
                Tour::Ensemble(gestes) => self.ensemble(gestes).await,
                Tour::Temps => self.avancer().await,
            }
        }
        self.noeuds[0].relayer().await;
    }

    /// The newest dossier of the formation, in the model's order.
    fn cible(&self, geste: Geste) -> Option<usize> {
        let (Geste::Ouvrir(f)
        | Geste::Deposer(f, _)
        | Geste::Retirer(f, _)
        | Geste::NonConcerne(f)
        | Geste::Transmettre(f)
        | Geste::Annuler(f)
        | Geste::Refuser(f, _)
        | Geste::Renvoyer(f)
        | Geste::Completer(f)) = geste;
        let mut fiches = self.modele.fiches.iter();
        fiches.rposition(|d| d.vue.formation == f)
    }

    fn requete(&self, geste: Geste) -> Requete {
        let du_candidat = |acte| Requete::Candidat {
            session: self.session.clone(),
            acte,
        };
        let commande = match geste {
            Geste::Ouvrir(f) => {
                return du_candidat(Acte::OuvrirDossier {
                    formation: FORMATIONS[f].0.into(),
                });
            }
            Geste::Refuser(_, piece) => Commande::DeciderPiece {
                piece: piece.into(),
                verdict: Verdict::Refusee {
                    commentaire: "illisible".to_owned(),
                },
            },
            Geste::Renvoyer(_) => Commande::Renvoyer { retour: None },
            Geste::Completer(_) => Commande::DeclarerComplet,
            Geste::Deposer(_, piece) => self.noeuds[0].deposer(piece, 'b'),
            Geste::Retirer(_, piece) => Commande::Retirer {
                piece: piece.into(),
            },
            Geste::NonConcerne(_) => Commande::DeclarerNonConcerne {
                piece: "HANDICAP".into(),
                certifie: true,
            },
            Geste::Transmettre(_) => Commande::Transmettre,
            Geste::Annuler(_) => Commande::Annuler,
        };
        let absent = || DossierId::new("AAAAAAAAAAAA");
        let cible = self.cible(geste);
        let dossier = cible.map_or_else(absent, |c| self.ids[c].clone());
        if let Geste::Refuser(..) | Geste::Renvoyer(_) | Geste::Completer(_) = geste {
            let session = self.agent.clone();
            let acte = ActeGestion::AgirDossier(ActeDossier {
                dossier,
                commande,
                version: None,
            });
            return Requete::Gestion { session, acte };
        }
        du_candidat(Acte::AgirDossier {
            id: dossier,
            commande,
            version: None,
        })
    }

    /// Sends the commands at once, and finds the order in which the model agrees.
    async fn ensemble(&mut self, envoyes: &[(usize, Geste)]) {
        let gestes: Vec<_> = envoyes.iter().map(|(_, g)| *g).collect();
        let cibles: Vec<_> = gestes.iter().map(|g| self.cible(*g)).collect();
        let envois = envoyes
            .iter()
            .map(|(noeud, g)| self.noeuds[*noeud].demander(self.requete(*g)));
        let reponses = join_all(envois).await;
        let faits: Vec<bool> = reponses
            .iter()
            .map(|r| match r {
                Ok(_) => true,
                Err(Faute::Refus(_)) => false,
                autre => panic!("{autre:?}"),
            })
            .collect();
        let vues = self.vues().await;
        let mut vus: Vec<_> = vues.iter().map(vu).collect();
        vus.sort();
        let essais = ordres(gestes.len()).into_iter().map(|ordre| {
            let mut modele = self.modele.clone();
            let dits: Vec<_> = ordre
                .iter()
                .map(|i| (*i, modele.jouer(gestes[*i], cibles[*i])))
                .collect();
            (modele, dits)
        });
        let pareil = |(modele, dits): &(Modele, Vec<(usize, bool)>)| {
            dits.iter().all(|(i, fait)| faits[*i] == *fait) && modele.vues() == vus
        };
        let trouve = essais.clone().find(pareil);
        let Some((modele, _)) = trouve else {
            let essais: Vec<_> = essais.map(|(m, dits)| (dits, m.vues())).collect();
            panic!("{envoyes:?}: {faits:?}\n{vus:#?}\nno order gives that: {essais:#?}");
        };
        self.modele = modele;
        // New dossiers take the place the model gave them.
        for fiche in self.modele.fiches.iter().skip(self.ids.len()) {
            let code = FORMATIONS[fiche.vue.formation].0;
            let neuve = vues
                .iter()
                .find(|v| v.formation.as_str() == code && !self.ids.contains(&v.id));
            self.ids.push(neuve.unwrap().id.clone());
        }
    }
}

/// Every order of so many things.
fn ordres(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let courts = ordres(n - 1);
    let inserer = |ordre: &Vec<usize>, place: usize| {
        let mut ordre = ordre.clone();
        ordre.insert(place, n - 1);
        ordre
    };
    courts
        .iter()
        .flat_map(|ordre| {
            (0..n)
                .map(|place| inserer(ordre, place))
                .collect::<Vec<_>>()
        })
        .collect()
}

pub(crate) fn dans_un_fil(travail: impl Future<Output = ()>) {
    let fil = tokio::runtime::Builder::new_current_thread();
    let fil = { fil }.enable_all().build().unwrap();
    fil.block_on(travail);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn q03_g22_g23_g29_g30_g33_a_plusieurs_a_la_fois_comme_dans_un_ordre(tours in prop::collection::vec(tour(Just(0)), 1..20)) {
        dans_un_fil(async {
            let mut essai = Essai::new(vec![Monde::new().await]).await;
            essai.jouer(&tours).await;
            essai.noeuds[0].verifier();
            // Replay gives what lives (Q03).
            let vivantes = essai.vues().await;
            let monde = essai.noeuds.remove(0).redemarrer();
            essai.noeuds.push(monde);
            assert_eq!(essai.vues().await, vivantes);
        });
    }
}
