//! One look at the mailbox: what is new, oldest first, by pages, each let go of once it is on disk (S01).

use std::collections::BTreeMap;

use async_imap::types::{Fetch, Flag, UnsolicitedResponse};
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use storage::blobs::Writer;

use super::Outils;
use super::connexion::{Echec, MARQUE, Ouverte, limiter, marque};
use super::place::Place;
use crate::edge::MAX_MAIL;
use crate::portes::{DEBUT, Refus};

/// The most mails listed in one look; the next look lists the others.
const MAX_RELEVE: usize = 100_000;
/// Mails fetched with one command.
const PAGE: usize = 100;
/// And their bytes.
const POIDS: u64 = 4 * 1024 * 1024;
/// A larger mail is fetched alone, by pieces of this size.
const MORCEAU: u64 = 1024 * 1024;
/// How much earlier than the last look a mail may have come that the server says it got before it, seconds.
const RECOUVREMENT: i64 = 24 * 3600;

/// A mail on the server.
#[derive(Clone, Copy, Debug)]
struct Vu {
    uid: u32,
    octets: u64,
}

/// What a look at the mailbox works with.
pub(super) struct Releve<'a> {
    pub(super) ouverte: Ouverte,
    pub(super) place: Place,
    pub(super) outils: &'a Outils,
    /// Of the mailbox, in the log.
    pub(super) boite: String,
}

impl Releve<'_> {
    /// Takes what is new; everything not yet taken when `entiere`. Returns whether there is more already.
    pub(super) async fn tour(&mut self, entiere: bool) -> Result<bool, Echec> {
        self.arrivees();
        let (vus, jusque) = self.lister(entiere).await?;
        let tout = vus.len() < MAX_RELEVE;
        let mut page = Vec::new();
        let mut poids = 0;
        for (uid, octets) in vus {
            let vu = Vu { uid, octets };
            if octets > MORCEAU || page.len() >= PAGE || poids + octets > POIDS {
                self.prendre(std::mem::take(&mut page)).await?;
                poids = 0;
            }
            if octets > MORCEAU {
                self.grand(vu).await?;
            } else {
                poids += octets;
                page.push(vu);
            }
        }
        self.prendre(page).await?;
        if tout {
            // What was passed over is not listed again, and from here on everything that comes is ours.
            self.place.haut = self.place.haut.max(jusque);
            self.place.vue = Timestamp::now().as_second();
            self.place.debut = 0;
        }
        self.retenir_place().await?;
        let laisses = self.place.restes.len() as u64;
        self.outils.porte.vue(laisses);
        Ok(self.arrivees() || !tout)
    }

    /// Whether the server said that something came; what it said is then heard.
    fn arrivees(&mut self) -> bool {
        let (mut combien, mut arrivee) = (0, false);
        let dits = &self.ouverte.session.unsolicited_responses;
        let plein = dits.capacity().unwrap_or(usize::MAX);
        while let Ok(dit) = dits.try_recv() {
            combien += 1;
            arrivee |= matches!(dit, UnsolicitedResponse::Exists(_));
        }
        // The library drops what does not fit.
        arrivee || combien >= plein
    }

    /// What is there and not taken, with the highest number seen.
    async fn lister(&mut self, entiere: bool) -> Result<(BTreeMap<u32, u64>, u32), Echec> {
        let depuis = if entiere {
            1
        } else {
            self.place.haut.saturating_add(1)
        };
        let quoi = "(UID FLAGS INTERNALDATE RFC822.SIZE)";
        let place = &self.place;
        let mut flux = limiter(self.ouverte.session.uid_fetch(format!("{depuis}:*"), quoi)).await?;
        let (mut vus, mut jusque) = (BTreeMap::new(), 0);
        let mut presents = std::collections::BTreeSet::new();
        while let Some(lu) = suivant(&mut flux).await? {
            let (Some(uid), Some(octets)) = (lu.uid, lu.size) else {
                continue;
            };
            jusque = jusque.max(uid);
            if place.restes.contains(&uid) {
                presents.insert(uid);
            }
            // « n:* » names the last mail even when it is older than n.
            if uid >= depuis && !place.connait(uid) && a_prendre(place, &lu) {
                vus.insert(uid, u64::from(octets));
                if vus.len() > MAX_RELEVE {
                    vus.pop_last();
                }
            }
        }
        drop(flux);
        if entiere {
            // Somebody removed them: they are waited for no more.
            self.place.restes.retain(|uid| presents.contains(uid));
        }
        Ok((vus, jusque))
    }

    /// A page of small mails.
    async fn prendre(&mut self, page: Vec<Vu>) -> Result<(), Echec> {
        if page.is_empty() {
            return Ok(());
        }
        let uids: Vec<u32> = page.iter().map(|vu| vu.uid).collect();
        let mut pris = self.page(&uids).await?;
        for vu in page {
            if pris.contains(&vu.uid) {
                continue;
            }
            // One that the server does not hand out must not keep the others: alone, it is gone, or left.
            let seul = self.page(&[vu.uid]).await?;
            if seul.is_empty() {
                self.laisser(vu.uid);
            }
            pris.extend(seul);
        }
        self.marquer(&pris, "").await?;
        for uid in pris {
            self.place.prendre(uid);
        }
        self.retenir_place().await
    }

    /// Fetches these, stores each as it comes, and says which.
    async fn page(&mut self, uids: &[u32]) -> Result<Vec<u32>, Echec> {
        let depot = &self.outils.depot;
        // Never more than was announced, whatever the server's sizes are worth.
        let quoi = format!("(UID BODY.PEEK[]<0.{}>)", MORCEAU + 1);
        let ensemble = uids
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(",");
        let mut flux = limiter(self.ouverte.session.uid_fetch(ensemble, quoi)).await?;
        let (mut pris, mut longs) = (Vec::new(), Vec::new());
        while let Some(lu) = suivant(&mut flux).await? {
            let (Some(uid), Some(octets)) = (lu.uid, lu.body()) else {
                continue;
            };
            if octets.len() as u64 > MORCEAU {
                longs.push(Vu {
                    uid,
                    octets: octets.len() as u64,
                });
            } else if uids.contains(&uid) && !pris.contains(&uid) {
                depot.octets(octets, None).await.map_err(disque)?;
                self.outils.porte.recu();
                pris.push(uid);
            }
        }
        drop(flux);
        for vu in longs {
            if self.grand(vu).await? {
                pris.push(vu.uid);
            }
        }
        Ok(pris)
    }

    /// A large mail, by pieces; of one beyond the limit the beginning is taken and the whole stays there (S08).
    /// False when it cannot be had.
    async fn grand(&mut self, vu: Vu) -> Result<bool, Echec> {
        let lu = if vu.octets > MAX_MAIL {
            let debut = self.morceau(vu.uid, 0, DEBUT).await?;
            debut.map(|debut| (debut, None))
        } else {
            self.par_morceaux(vu.uid).await?
        };
        let depot = &self.outils.depot;
        let drapeau = match lu {
            None => {
                self.laisser(vu.uid);
                self.retenir_place().await?;
                return Ok(false);
            }
            Some((_, Some(entier))) => {
                depot.retenir(entier, None).await.map_err(disque)?;
                ""
            }
            Some((debut, None)) => {
                let taille = vu.octets.max(MAX_MAIL + 1);
                depot.octets(&debut, Some(taille)).await.map_err(disque)?;
                let (uid, boite) = (vu.uid, &self.boite);
                tracing::warn!(uid, taille, boite, "a mail is too large: it stays, flagged");
                self.outils.porte.parque();
                // Whoever opens the mailbox sees which one.
                " \\Flagged"
            }
        };
        self.outils.porte.recu();
        self.marquer(&[vu.uid], drapeau).await?;
        self.place.prendre(vu.uid);
        self.retenir_place().await?;
        Ok(true)
    }

    /// The beginning, and the whole if it is no larger than a mail may be, whatever size was announced.
    async fn par_morceaux(&mut self, uid: u32) -> Result<Option<(Vec<u8>, Option<Writer>)>, Echec> {
        let mut ecrivain = self.outils.depot.commencer().await.map_err(disque)?;
        let (mut debut, mut depuis) = (Vec::new(), 0);
        loop {
            let Some(octets) = self.morceau(uid, depuis, MORCEAU).await? else {
                return Ok(None);
            };
            if depuis == 0 {
                debut = octets.iter().take(DEBUT as usize).copied().collect();
            }
            match ecrivain.write(&octets).await.map_err(Refus::from) {
                Ok(()) => {}
                Err(Refus::TropGros) => return Ok(Some((debut, None))),
                Err(refus @ Refus::PlusTard(_)) => return Err(disque(refus)),
            }
            depuis += octets.len() as u64;
            // The server has no more.
            if (octets.len() as u64) < MORCEAU {
                return Ok(Some((debut, Some(ecrivain))));
            }
        }
    }

    /// Bytes of a mail from a place on, fewer at its end; none when the server does not hand it out.
    async fn morceau(
        &mut self,
        uid: u32,
        depuis: u64,
        combien: u64,
    ) -> Result<Option<Vec<u8>>, Echec> {
        let quoi = format!("(UID BODY.PEEK[]<{depuis}.{combien}>)");
        let mut flux = limiter(self.ouverte.session.uid_fetch(uid.to_string(), quoi)).await?;
        let mut octets = None;
        while let Some(lu) = suivant(&mut flux).await? {
            if lu.uid == Some(uid) && (lu.body().is_some() || octets.is_none()) {
                octets = Some(lu.body().unwrap_or_default().to_vec());
            }
        }
        Ok(octets)
    }

    fn laisser(&mut self, uid: u32) {
        let retenu = self.place.laisser(uid);
        tracing::error!(
            uid,
            retenu,
            boite = self.boite,
            "the server does not hand a mail out"
        );
    }

    /// For people, and for a mailbox that is numbered anew. A server that keeps no marks is asked once.
    async fn marquer(&mut self, uids: &[u32], et: &str) -> Result<(), Echec> {
        if uids.is_empty() || !self.ouverte.marque {
            return Ok(());
        }
        let ensemble = uids
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(",");
        let commande = format!("UID STORE {ensemble} +FLAGS.SILENT ({MARQUE}{et})");
        match limiter(self.ouverte.session.run_command_and_check_ok(commande)).await {
            Err(Echec::Refus(dit)) => {
                tracing::warn!(
                    dit,
                    boite = self.boite,
                    "the mailbox keeps no marks: where we stand is remembered here"
                );
                self.ouverte.marque = false;
                Ok(())
            }
            fait => fait,
        }
    }

    async fn retenir_place(&self) -> Result<(), Echec> {
        let place = serde_json::to_vec(&self.place).map_err(|e| Echec::Panne(e.to_string()))?;
        let retenue = self.outils.porte.retenir_place(&self.boite, place).await;
        retenue.map_err(|faute| Echec::Panne(format!("{faute:?}")))
    }
}

/// Not one we have, nor one a person threw away, nor one that people dealt with before we came.
fn a_prendre(place: &Place, lu: &Fetch) -> bool {
    let (mut prise, mut lue) = (false, false);
    for flag in lu.flags() {
        prise |= marque(&flag) || flag == Flag::Deleted;
        lue |= flag == Flag::Seen;
    }
    let recent = place.vue > 0
        && lu
            .internal_date()
            .is_some_and(|le| le.timestamp() >= place.debut - RECOUVREMENT);
    !prise && (!lue || recent)
}

async fn suivant<S>(flux: &mut S) -> Result<Option<Fetch>, Echec>
where
    S: Stream<Item = async_imap::error::Result<Fetch>> + Unpin,
{
    limiter(async { flux.next().await.transpose() }).await
}

fn disque(refus: Refus) -> Echec {
    Echec::Panne(format!("le mail n'est pas gardé : {refus}"))
}
