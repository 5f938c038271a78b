//! `/sante/vive`, `/sante/prete` and `/metrics` (Q45): a named check per part.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::protocol::{Faute, Reponse, Requete, Sante};
use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Etat;

/// How long one part may take to answer.
const DELAI: Duration = Duration::from_secs(3);
/// How long an answer is shown again before the parts are asked again.
const FRAICHEUR: Duration = Duration::from_secs(2);
/// The least room on the disk, bytes.
const PLACE_MIN: u64 = 256 * 1024 * 1024;

/// How long a mail to the support may wait before it is an alarm (S61), seconds.
const ATTENTE_MAX_S: u64 = 600;
/// And how long one may be in quarantine, seconds.
const QUARANTAINE_MAX_S: u64 = 24 * 3600;

/// A part that can be asked how it is.
#[async_trait]
pub trait Verifier: Send + Sync {
    /// Its name in the health page.
    fn nom(&self) -> &'static str;
    /// Whether requests may come all the same when it is not well.
    fn sert_sans(&self) -> bool {
        false
    }
    /// Asks.
    ///
    /// # Errors
    /// What is wrong, for the operator.
    async fn verifier(&self) -> Result<(), String>;
}

/// Room on the disk the data is on.
#[derive(Debug)]
pub struct Disque(pub PathBuf);

#[async_trait]
impl Verifier for Disque {
    fn nom(&self) -> &'static str {
        "disque"
    }

    async fn verifier(&self) -> Result<(), String> {
        let etat =
            rustix::fs::statvfs(&self.0).map_err(|e| format!("{} : {e}", self.0.display()))?;
        let libre = etat.f_bavail.saturating_mul(etat.f_frsize);
        if libre < PLACE_MIN {
            return Err(format!(
                "{} : il reste {} Mio, il en faut au moins {} ; libérez de la place ou agrandissez le disque",
                self.0.display(),
                libre >> 20,
                PLACE_MIN >> 20
            ));
        }
        let essai = self.0.join(".sante");
        tokio::fs::write(&essai, b"ok")
            .await
            .map_err(|e| format!("{} : {e}", essai.display()))
    }
}

/// How a part was found.
#[derive(Clone, Debug)]
struct Constat {
    nom: &'static str,
    panne: Option<String>,
    /// All the same it may be asked: what does not work here works nowhere, and the rest works.
    sert: bool,
}

impl Constat {
    const fn new(nom: &'static str, panne: Option<String>) -> Self {
        Self {
            nom,
            panne,
            sert: false,
        }
    }

    const fn etat(&self) -> &'static str {
        match (&self.panne, self.sert) {
            (None, _) => "ok",
            (Some(_), true) => "degrade",
            (Some(_), false) => "panne",
        }
    }
}

/// How a node follows the journal it shares.
fn journal_partage(acteurs: &Sante) -> Option<Constat> {
    let replique = acteurs.replique.as_ref()?;
    let mut constat = Constat::new("journal_partage", replique.panne.clone());
    if constat.panne.is_none() && !replique.ecriture {
        constat.panne = Some(
            "JetStream ne prend rien : les lectures continuent, les actes attendent".to_owned(),
        );
        constat.sert = true;
    }
    Some(constat)
}

/// S61: a mail waits too long, or nobody looks at the quarantine; a door that does not open. The rest works.
fn boite(acteurs: &Sante) -> Vec<Constat> {
    let support = &acteurs.support;
    let attente = (support.plus_vieux_s > ATTENTE_MAX_S).then(|| {
        format!(
            "un mail attend depuis {} min ({} en tout) : le tri est arrêté, ou un mail le retient ; voyez le journal du service",
            support.plus_vieux_s / 60,
            support.attente
        )
    });
    let quarantaine = (support.quarantaine_s > QUARANTAINE_MAX_S).then(|| {
        format!(
            "{} mail(s) en quarantaine, le plus ancien depuis {} h : lisez-les, puis rejouez-les (/api/v1/gestion/support/quarantaine)",
            support.quarantaine,
            support.quarantaine_s / 3600
        )
    });
    let mut constats = vec![
        Constat::new("support_attente", attente),
        Constat::new("support_quarantaine", quarantaine),
    ];
    constats.extend(acteurs.portes.iter().map(|porte| {
        let laisses = (porte.laisses > 0)
            .then(|| format!("{} mail(s) que le serveur ne donne pas", porte.laisses));
        Constat::new(
            super::metriques::porte(&porte.nom),
            porte.panne.clone().or(laisses),
        )
    }));
    for constat in &mut constats {
        constat.sert = true;
    }
    constats
}

/// How everything was found.
#[derive(Clone, Debug)]
struct Bilan {
    constats: Vec<Constat>,
    acteurs: Option<Sante>,
}

/// The parts, and how they last were.
#[derive(Default)]
pub struct Sentinelle {
    parties: Vec<Arc<dyn Verifier>>,
    dernier: Mutex<Option<(Instant, Bilan)>>,
}

impl std::fmt::Debug for Sentinelle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let noms: Vec<_> = self.parties.iter().map(|p| p.nom()).collect();
        f.debug_tuple("Sentinelle").field(&noms).finish()
    }
}

impl Sentinelle {
    /// Watches these, beside the actors, their store and the bus.
    pub fn new(parties: Vec<Arc<dyn Verifier>>) -> Self {
        Self {
            parties,
            dernier: Mutex::default(),
        }
    }

    /// Asks every part at once; who asks often gets the same answer for a moment.
    async fn bilan(&self, etat: &Etat) -> Bilan {
        // Held while asking: a thousand askers are one question.
        let mut dernier = self.dernier.lock().await;
        if let Some((quand, bilan)) = &*dernier
            && quand.elapsed() < FRAICHEUR
        {
            return bilan.clone();
        }
        let sante = tokio::time::timeout(DELAI, etat.guichet.traiter(None, Requete::Sante));
        let parties = self.parties.iter().map(async |partie| {
            let verifie = tokio::time::timeout(DELAI, partie.verifier()).await;
            let tard = |_| Err(format!("pas de réponse en {DELAI:?}"));
            Constat {
                sert: partie.sert_sans(),
                ..Constat::new(partie.nom(), verifie.unwrap_or_else(tard).err())
            }
        });
        let parties = futures_util::future::join_all(parties);
        let (sante, mut autres) = tokio::join!(sante, parties);
        let (acteurs, bus) = match sante {
            Ok(Ok(Reponse::Sante(sante))) => (Some(sante), None),
            Ok(Ok(autre)) => (None, Some(format!("réponse inattendue : {autre:?}"))),
            Ok(Err(Faute::Indisponible { raison })) => (None, Some(raison)),
            Ok(Err(faute)) => (None, Some(format!("{faute:?}"))),
            Err(_trop_long) => (None, Some(format!("pas de réponse en {DELAI:?}"))),
        };
        let inconnu = || Some("les acteurs ne répondent pas".to_owned());
        let mut constats = vec![
            Constat::new(
                "stockage",
                acteurs
                    .as_ref()
                    .map_or_else(inconnu, |s| s.stockage.clone()),
            ),
            Constat::new("bus", bus),
        ];
        constats.extend(acteurs.as_ref().and_then(journal_partage));
        constats.extend(acteurs.iter().flat_map(boite));
        constats.append(&mut autres);
        for constat in &constats {
            etat.outils
                .metriques
                .partie(constat.nom, constat.panne.is_none());
        }
        if let Some(sante) = &acteurs {
            etat.outils.metriques.acteurs(sante);
        }
        let bilan = Bilan { constats, acteurs };
        *dernier = Some((Instant::now(), bilan.clone()));
        bilan
    }
}

impl Bilan {
    fn pret(&self) -> bool {
        self.constats.iter().all(|c| c.panne.is_none() || c.sert)
    }

    /// Reasons are for the operator: strangers learn which part, not why.
    fn reponse(&self, raisons: bool) -> Response {
        let verifications: Vec<Value> = self
            .constats
            .iter()
            .map(|c| {
                let mut ligne = json!({ "nom": c.nom, "etat": c.etat() });
                if let (true, Some(raison)) = (raisons, &c.panne) {
                    ligne["raison"] = json!(raison);
                }
                ligne
            })
            .collect();
        let mut corps = json!({
            "etat": if self.pret() { "pret" } else { "panne" },
            "verifications": verifications,
        });
        if let (true, Some(sante)) = (raisons, &self.acteurs) {
            corps["acteurs"] = json!(sante);
        }
        let statut = if self.pret() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let mut reponse =
            (statut, [(header::CACHE_CONTROL, "no-store")], Json(corps)).into_response();
        if !self.pret() {
            let attente = header::HeaderValue::from(FRAICHEUR.as_secs());
            reponse.headers_mut().insert(header::RETRY_AFTER, attente);
        }
        reponse
    }
}

/// `/sante/vive` and `/sante/prete`, for anybody.
pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/sante/vive", get(vive))
        .route("/sante/prete", get(prete))
}

/// The operator's: with reasons, and the figures.
pub(super) fn routes_admin() -> Router<Etat> {
    Router::new()
        .route("/sante/vive", get(vive))
        .route("/sante/prete", get(prete_admin))
        .route("/metrics", get(metriques))
}

/// The process answers: nothing else is asked.
async fn vive() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn prete(State(etat): State<Etat>) -> Response {
    etat.outils.sentinelle.bilan(&etat).await.reponse(false)
}

async fn prete_admin(State(etat): State<Etat>) -> Response {
    etat.outils.sentinelle.bilan(&etat).await.reponse(true)
}

async fn metriques(State(etat): State<Etat>) -> Response {
    // Gauges are brought up to date by looking.
    etat.outils.sentinelle.bilan(&etat).await;
    let type_ = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (
        [(header::CONTENT_TYPE, type_)],
        etat.outils.metriques.texte(),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actors::protocol::{EtatSupport, SantePorte};

    fn etats(support: EtatSupport, portes: Vec<SantePorte>) -> Vec<(&'static str, &'static str)> {
        let acteurs = Sante {
            support,
            portes,
            ..Sante::default()
        };
        boite(&acteurs).iter().map(|c| (c.nom, c.etat())).collect()
    }

    /// S61: a mail that waits, one that nobody looks at, and a door that does not open are alarms, and the rest goes on.
    #[test]
    fn s61_un_mail_qui_attend_et_une_porte_fermee_sont_des_alarmes() {
        let porte = |panne: Option<&str>, laisses| SantePorte {
            nom: "imap".to_owned(),
            panne: panne.map(str::to_owned),
            laisses,
            ..SantePorte::default()
        };
        let calme = EtatSupport {
            attente: 3,
            plus_vieux_s: 600,
            quarantaine: 1,
            quarantaine_s: 24 * 3600,
            ..EtatSupport::default()
        };
        let tard = EtatSupport {
            plus_vieux_s: 601,
            quarantaine_s: 24 * 3600 + 1,
            ..calme
        };
        let (attente, quarantaine) = ("support_attente", "support_quarantaine");
        assert_eq!(
            etats(calme, vec![porte(None, 0)]),
            [(attente, "ok"), (quarantaine, "ok"), ("support_imap", "ok")]
        );
        for fermee in [porte(Some("refusé"), 0), porte(None, 2)] {
            assert_eq!(
                etats(tard.clone(), vec![fermee]),
                [
                    (attente, "degrade"),
                    (quarantaine, "degrade"),
                    ("support_imap", "degrade")
                ]
            );
        }
        let bilan = Bilan {
            constats: boite(&Sante {
                support: tard,
                ..Sante::default()
            }),
            acteurs: None,
        };
        assert!(bilan.pret(), "requests may come all the same");
    }
}
