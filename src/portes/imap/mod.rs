//! A mailbox read over IMAP: looked at when the server says that something came (IDLE), and now and then anyway.
//!
//! Where the reading stands is remembered by the numbers the server gives (UIDVALIDITY, UID), so that a mailbox which
//! keeps no marks, or shows the same mail for ever, is read once all the same. What is taken is marked `$Postule` as
//! well, for people and for a mailbox that is numbered anew; a mail taken twice is recognised (S03). Nothing is
//! removed, and nothing counts as read.

mod boite;
mod connexion;
mod jetons;
mod place;
mod releve;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::support::{Porte, Tri};

pub use boite::Boite;
pub(crate) use connexion::Echec;
use connexion::{Ouverte, limiter};
use jetons::Jetons;
pub use jetons::OAuth;
use place::Place;
use releve::Releve;

use super::Depot;

/// The name it goes by.
pub const NOM: &str = "imap";
/// Between two looks when the server says nothing; also the longest IDLE.
const RONDE: Duration = Duration::from_secs(60);
/// Between two looks in any case: a mailbox that always has something new does not keep us busy.
const SOUFFLE: Duration = Duration::from_millis(300);
/// Between two looks at everything, also at what could not be had before.
const ENTIERE: Duration = Duration::from_secs(3600);
/// The wait after a failure; it doubles up to the longest.
const REPRISE: Duration = Duration::from_secs(1);
const REPRISE_MAX: Duration = Duration::from_secs(300);
/// The least wait after the server said no: some lock an account that tries too often.
const REPRISE_REFUS: Duration = Duration::from_secs(30);

/// What the door works with.
#[derive(Clone, Debug)]
pub struct Outils {
    /// Where mails go.
    pub depot: Depot,
    /// How the door does.
    pub porte: Porte,
    /// Of many nodes the one that sorts reads the mailbox.
    pub tri: Arc<Tri>,
}

/// Takes what comes, until its task is dropped.
pub async fn tourner(boite: Boite, outils: Outils) {
    let mut attente = REPRISE;
    let mut jetons = Jetons::new();
    loop {
        let mut vue = false;
        let Err(echec) = suivre(&boite, &mut jetons, &outils, &mut vue).await;
        if vue {
            attente = REPRISE;
        }
        tracing::warn!(%echec, %boite, "the support's mailbox waits");
        match &echec {
            Echec::Refus(dit) => {
                attente = attente.max(REPRISE_REFUS);
                outils.porte.refusee(dit);
            }
            Echec::Panne(dit) => outils.porte.en_panne(dit),
        }
        tokio::time::sleep(attente).await;
        attente = (attente * 2).min(REPRISE_MAX);
    }
}

/// What `postule check` finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Constat {
    /// Mails in the mailbox.
    pub(crate) combien: u32,
    /// It keeps marks.
    pub(crate) marque: bool,
    /// The server says when something comes.
    pub(crate) previent: bool,
}

/// Opens the mailbox and leaves; nothing in it changes.
pub(crate) async fn essayer(boite: &Boite) -> Result<Constat, Echec> {
    let mut ouverte = connexion::ouvrir(boite, &mut Jetons::new()).await?;
    limiter(ouverte.session.logout()).await?;
    Ok(Constat {
        combien: ouverte.combien,
        marque: ouverte.marque,
        previent: ouverte.previent,
    })
}

/// One connection, as long as it lasts. `vue` once the mailbox was looked at.
async fn suivre(
    boite: &Boite,
    jetons: &mut Jetons,
    outils: &Outils,
    vue: &mut bool,
) -> Result<std::convert::Infallible, Echec> {
    attendre_son_tour(outils).await?;
    let ouverte = connexion::ouvrir(boite, jetons).await?;
    let place = reprendre(boite, outils, ouverte.validite)?;
    let mut releve = Releve {
        ouverte,
        place,
        outils,
        boite: boite.to_string(),
    };
    let mut entiere_le: Option<Instant> = None;
    loop {
        let entiere = entiere_le.is_none_or(|le| le.elapsed() > ENTIERE);
        let encore = releve.tour(entiere).await?;
        if entiere {
            entiere_le = Some(Instant::now());
        }
        *vue = true;
        tokio::time::sleep(SOUFFLE).await;
        if !encore {
            releve.ouverte = attendre(releve.ouverte).await?;
        }
        if !outils.tri.responsable().await.map_err(panne)? {
            return Err(Echec::Panne("un autre nœud relève la boîte".to_owned()));
        }
    }
}

fn panne(faute: actors::protocol::Faute) -> Echec {
    Echec::Panne(format!("{faute:?}"))
}

async fn attendre_son_tour(outils: &Outils) -> Result<(), Echec> {
    while !outils.tri.responsable().await.map_err(panne)? {
        outils.porte.vue(0);
        tokio::time::sleep(RONDE / 12).await;
    }
    Ok(())
}

/// Where the reading stood, if the numbers still mean the same.
fn reprendre(boite: &Boite, outils: &Outils, validite: u32) -> Result<Place, Echec> {
    let lue = outils.porte.place(&boite.to_string()).map_err(panne)?;
    let place: Place = lue
        .and_then(|octets| serde_json::from_slice(&octets).ok())
        .unwrap_or_default();
    if place.validite == validite {
        return Ok(place);
    }
    tracing::info!(validite, %boite, "the mailbox is read from its beginning");
    Ok(place.renumerotee(validite))
}

/// Until something comes, or long enough.
async fn attendre(mut ouverte: Ouverte) -> Result<Ouverte, Echec> {
    if !ouverte.previent {
        tokio::time::sleep(RONDE).await;
        limiter(ouverte.session.run_command_and_check_ok("NOOP")).await?;
        return Ok(ouverte);
    }
    let mut veille = ouverte.session.idle();
    limiter(veille.init()).await?;
    let (arrive, _arret) = veille.wait_with_timeout(RONDE);
    // A server that says « still here » all the time is left after a while, too.
    if let Ok(dit) = tokio::time::timeout(2 * RONDE, arrive).await {
        dit.map_err(Echec::from)?;
    }
    let session = limiter(veille.done()).await?;
    Ok(Ouverte { session, ..ouverte })
}
