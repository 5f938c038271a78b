//! What the edge counts, for Prometheus (Q45). Labels never hold an id, a name or an address.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use actors::protocol::Sante;
use axum::http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the latency histogram, seconds.
const BORNES: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0,
];
/// What a request nothing answers to is counted under.
const AUCUNE: &str = "aucune";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Requete {
    methode: &'static str,
    route: String,
    statut: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    methode: &'static str,
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Quoi {
    quoi: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Porte {
    porte: &'static str,
    quoi: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Issue {
    issue: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Partie {
    partie: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Bout {
    bout: &'static str,
}

/// What is counted of the requests of one route, by method and status.
type Comptes = HashMap<(&'static str, u16), (Histogram, Counter)>;

/// Everything counted.
#[derive(Debug)]
pub struct Metriques {
    registre: Registry,
    /// Of each route, so that a request is counted without a name being made for it.
    comptes: RwLock<HashMap<String, Comptes>>,
    requetes: Family<Requete, Counter>,
    durees: Family<Route, Histogram, fn() -> Histogram>,
    en_cours: Gauge,
    depots: Family<Issue, Counter>,
    octets_deposes: Counter,
    parties: Family<Partie, Gauge>,
    acteurs: Gauge,
    position: Gauge,
    dus: Gauge,
    plus_vieux_du: Gauge,
    mails: Family<Issue, Gauge>,
    support: Family<Quoi, Gauge>,
    portes: Family<Porte, Gauge>,
    commits: Gauge,
    groupes: Gauge,
    journal: Family<Bout, Gauge>,
}

fn histogramme() -> Histogram {
    Histogram::new(BORNES)
}

impl Default for Metriques {
    fn default() -> Self {
        let mut moi = Self {
            registre: Registry::with_prefix("postule"),
            comptes: RwLock::default(),
            requetes: Family::default(),
            durees: Family::new_with_constructor(histogramme as fn() -> Histogram),
            en_cours: Gauge::default(),
            depots: Family::default(),
            octets_deposes: Counter::default(),
            parties: Family::default(),
            acteurs: Gauge::default(),
            position: Gauge::default(),
            dus: Gauge::default(),
            plus_vieux_du: Gauge::default(),
            mails: Family::default(),
            support: Family::default(),
            portes: Family::default(),
            commits: Gauge::default(),
            groupes: Gauge::default(),
            journal: Family::default(),
        };
        moi.inscrire();
        moi
    }
}

impl Metriques {
    fn inscrire(&mut self) {
        self.inscrire_support();
        let r = &mut self.registre;
        r.register("requetes", "Requests answered", self.requetes.clone());
        r.register(
            "requete_duree_secondes",
            "Time from the head of a request to the head of its answer",
            self.durees.clone(),
        );
        r.register(
            "requetes_en_cours",
            "Requests under way",
            self.en_cours.clone(),
        );
        r.register(
            "depots",
            "Files handed in, by what came of them",
            self.depots.clone(),
        );
        r.register(
            "depots_octets",
            "Bytes of the files accepted",
            self.octets_deposes.clone(),
        );
        r.register(
            "partie_prete",
            "1 when this part is well, 0 when not",
            self.parties.clone(),
        );
        r.register("acteurs", "Actors in memory", self.acteurs.clone());
        r.register(
            "journal_position",
            "Records in the journal",
            self.position.clone(),
        );
        r.register(
            "outbox",
            "Mails and publications that are owed",
            self.dus.clone(),
        );
        r.register(
            "outbox_plus_vieux_secondes",
            "How long the oldest thing owed is late",
            self.plus_vieux_du.clone(),
        );
        r.register(
            "mails",
            "Mails handed over, put off or given up since the start",
            self.mails.clone(),
        );
        r.register(
            "stockage_commits",
            "Commits since the start",
            self.commits.clone(),
        );
        r.register(
            "stockage_groupes",
            "Groups of commits synced together since the start; commits by groups is the mean size",
            self.groupes.clone(),
        );
        r.register(
            "journal_partage",
            "Places of the journal that many nodes share: where this node is, where it ended when asked last",
            self.journal.clone(),
        );
    }

    fn inscrire_support(&mut self) {
        let r = &mut self.registre;
        r.register(
            "support",
            "The support inbox: what waits, what failed, how it answers",
            self.support.clone(),
        );
        r.register(
            "support_porte",
            "The doors mails to the support come in by, since the start",
            self.portes.clone(),
        );
    }

    /// A request begins.
    pub(super) fn commencer(&self) {
        self.en_cours.inc();
    }

    /// A request is over, answered or not.
    pub(super) fn partir(&self) {
        self.en_cours.dec();
    }

    /// A request is answered; `route` is the pattern, never the path.
    pub(super) fn finir(
        &self,
        methode: &Method,
        route: Option<&str>,
        statut: StatusCode,
        duree: Duration,
    ) {
        let (route, methode) = (route.unwrap_or(AUCUNE), nom(methode));
        let cle = (methode, statut.as_u16());
        let comptes = self.comptes.read().unwrap_or_else(PoisonError::into_inner);
        let connu = comptes.get(route).and_then(|c| c.get(&cle));
        if let Some((durees, requetes)) = connu {
            durees.observe(duree.as_secs_f64());
            requetes.inc();
            return;
        }
        drop(comptes);
        let (durees, requetes) = self.compter(methode, route, cle.1);
        durees.observe(duree.as_secs_f64());
        requetes.inc();
        let mut comptes = self.comptes.write().unwrap_or_else(PoisonError::into_inner);
        let comptes = comptes.entry(route.to_owned()).or_default();
        comptes.insert(cle, (durees, requetes));
    }

    fn compter(&self, methode: &'static str, route: &str, statut: u16) -> (Histogram, Counter) {
        let durees = self.durees.get_or_create_owned(&Route {
            methode,
            route: route.to_owned(),
        });
        let requetes = self.requetes.get_or_create_owned(&Requete {
            methode,
            route: route.to_owned(),
            statut,
        });
        (durees, requetes)
    }

    /// A file came: its bytes if it was taken.
    pub(super) fn depot(&self, accepte: Option<u64>) {
        let issue = if accepte.is_some() {
            "accepte"
        } else {
            "refuse"
        };
        self.depots.get_or_create(&Issue { issue }).inc();
        self.octets_deposes.inc_by(accepte.unwrap_or_default());
    }

    /// How a part is.
    pub(super) fn partie(&self, partie: &'static str, prete: bool) {
        let jauge = self.parties.get_or_create(&Partie { partie });
        jauge.set(i64::from(prete));
    }

    /// What the actors say of themselves.
    pub(super) fn acteurs(&self, sante: &Sante) {
        let entier = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.acteurs.set(entier(sante.acteurs));
        self.position.set(entier(sante.position));
        self.dus.set(entier(sante.outbox));
        self.plus_vieux_du.set(entier(sante.retard_s));
        self.commits.set(entier(sante.commits));
        self.groupes.set(entier(sante.groupes));
        for (bout, place) in sante
            .replique
            .iter()
            .flat_map(|r| [("ici", r.ici), ("fin", r.fin)])
        {
            self.journal
                .get_or_create(&Bout { bout })
                .set(entier(place));
        }
        let support = &sante.support;
        for (quoi, combien) in [
            ("attente", support.attente),
            ("plus_vieux_secondes", support.plus_vieux_s),
            ("quarantaine", support.quarantaine),
            ("quarantaine_secondes", support.quarantaine_s),
            ("repondues", support.repondues),
            ("repondues_seules", support.repondues_seules),
            ("rouvertes_apres_seule", support.rouvertes_apres_seule),
            ("mal_rattachees", support.mal_rattachees),
            (
                "premiere_reponse_mediane_secondes",
                support.premiere_reponse_mediane_s,
            ),
        ] {
            self.support
                .get_or_create(&Quoi { quoi })
                .set(entier(combien));
        }
        for vue in &sante.portes {
            let porte = porte(&vue.nom);
            for (quoi, combien) in [
                ("recus", vue.recus),
                ("parques", vue.parques),
                ("laisses", vue.laisses),
                ("derniere_secondes", vue.derniere_s.unwrap_or(0)),
            ] {
                let ligne = Porte { porte, quoi };
                self.portes.get_or_create(&ligne).set(entier(combien));
            }
        }
        for (issue, combien) in [
            ("envoye", sante.mails.envoyes),
            ("remis", sante.mails.remis),
            ("abandonne", sante.mails.abandonnes),
        ] {
            self.mails
                .get_or_create(&Issue { issue })
                .set(entier(combien));
        }
    }

    /// The text Prometheus reads.
    pub(super) fn texte(&self) -> String {
        let mut texte = String::new();
        // Writing to a String cannot fail.
        let _ok = text::encode(&mut texte, &self.registre);
        texte
    }
}

/// The name of a door among the parts: a closed set.
pub(super) fn porte(nom: &str) -> &'static str {
    match nom {
        crate::portes::imap::NOM => "support_imap",
        crate::portes::dossier::NOM => "support_dossier",
        _ => "support_porte",
    }
}

/// A closed set: a made-up method must not make a new row.
fn nom(methode: &Method) -> &'static str {
    match methode.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "autre",
    }
}
