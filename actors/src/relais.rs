//! Performs what is owed: mails, steps between streams, timers. At least once, from the durable outbox.

mod demande;
mod personnel;
mod sonnerie;
mod suites;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use jiff::SignedDuration;
use storage::{Batch, Guard, OutboxItem, StoreError};

use domain::candidat::{Candidat, Commande};
use domain::dossier::Commande as CommandeDossier;
use domain::effet::{CodeMail, Effet, MailDu, Publication};
use domain::ids::{FormationCode, Numero};

use crate::acteurs::{Annuaire, Demande};
use crate::atelier::{Atelier, Compteurs, plus};
use crate::bail::Bail;
use crate::courriers::{self, Envoi, EtatEnvoi};
use crate::guichet::personne;
use crate::jetons::identifiant;
use crate::liste::Liste;
use crate::ports::{Courrier, EchecPoste, Editeur, LienCourrier, Parution, Postier};
use crate::protocol::Faute;

/// Things done in one round.
const LOT: usize = 64;
/// Things under way at once.
const EN_VOL_MAX: usize = 256;
/// How often the relay looks although nothing woke it: for timers and retries.
const RONDE: Duration = Duration::from_millis(500);
/// Between the end of an account that was never validated and its erasure.
const UN_JOUR_S: i64 = 24 * 3600;
/// The longest wait before what was done is noted again in a store that does not take it.
const ECRITURE_MAX: Duration = Duration::from_secs(10);
/// The first wait after a failure; it doubles.
const ATTENTE_MIN_S: i64 = 5;
/// The longest wait between two tries.
const ATTENTE_MAX_S: i64 = 3600;
/// The longest wait for NATS.
const ATTENTE_NATS_MAX_S: i64 = 60;
/// Tries of a mail before it is given up, about three days.
const ESSAIS_MAX: u32 = 80;
const TROP_D_ESSAIS: &str = "too many tries";

/// The relay of one process.
pub struct Relais {
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
    postier: Arc<dyn Postier>,
    bail: Bail,
    /// Absent without NATS: nobody listens.
    editeur: Option<Arc<dyn Editeur>>,
    liste: Arc<Liste>,
}

impl std::fmt::Debug for Relais {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Relais")
    }
}

/// What performing one thing came to.
enum Issue {
    Fait,
    PlusTard,
    /// Tried again for ever: the other side will be back, and is owed it.
    Attend,
    Abandonne(String),
}

/// What one round found to do.
#[derive(Default)]
struct Pris {
    /// Timers fired.
    sonnees: usize,
    /// Things owed, to be performed.
    dus: Vec<OutboxItem>,
    /// Under which the relay may write.
    gardes: Vec<Guard>,
}

impl Relais {
    pub(crate) fn new(
        atelier: Arc<Atelier>,
        annuaire: Annuaire,
        postier: Arc<dyn Postier>,
        liste: Arc<Liste>,
    ) -> Self {
        let nom = identifiant(atelier.alea.as_ref());
        Self {
            bail: Bail::pour("relais", nom),
            atelier,
            annuaire,
            postier,
            editeur: None,
            liste,
        }
    }

    /// Publishes what other systems are owed.
    pub fn editer(&mut self, editeur: Arc<dyn Editeur>) {
        self.editeur = Some(editeur);
    }

    /// Goes round until its task is dropped. What hangs, such as a mail server that does not answer, keeps nothing
    /// else waiting: as many things are under way at once as [`EN_VOL_MAX`] allows.
    pub async fn tourner(&self) {
        let mut en_vol = FuturesUnordered::new();
        let mut ids = HashSet::new();
        let mut arrete = false;
        loop {
            match self.prendre(&ids).await {
                Ok(pris) => {
                    if std::mem::take(&mut arrete) {
                        tracing::info!("the relay reads and writes the store again");
                    }
                    for du in pris.dus {
                        ids.insert(du.id.clone());
                        let gardes = pris.gardes.clone();
                        en_vol.push(async {
                            let id = du.id.clone();
                            self.acquitter_enfin(du, gardes).await;
                            id
                        });
                    }
                }
                Err(erreur) => {
                    // Once: without the log it is so at every round.
                    if !std::mem::replace(&mut arrete, true) {
                        tracing::error!(%erreur, "the relay cannot read or write the store");
                    }
                    tokio::time::sleep(RONDE).await;
                }
            }
            let mut fini = tokio::select! {
                fini = en_vol.next(), if !en_vol.is_empty() => fini,
                () = self.atelier.reveil.notified() => None,
                () = tokio::time::sleep(RONDE) => None,
            };
            while let Some(id) = fini {
                ids.remove(&id);
                fini = en_vol.next().now_or_never().flatten();
            }
        }
    }

    /// One round, to its end; returns how many things were looked at.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn tour(&self) -> Result<usize, StoreError> {
        let pris = self.prendre(&HashSet::new()).await?;
        let combien = pris.sonnees + pris.dus.len();
        let gardes = &pris.gardes;
        let taches = pris
            .dus
            .into_iter()
            .map(|du| self.acquitter(du, gardes.clone()));
        for issue in futures_util::future::join_all(taches).await {
            issue?;
        }
        Ok(combien)
    }

    /// Fires the timers whose time has come, and gives what is owed and not under way: nothing where another node does it.
    async fn prendre(&self, en_vol: &HashSet<String>) -> Result<Pris, StoreError> {
        let Some(gardes) = self.bail.tenir(&self.atelier.store).await? else {
            return Ok(Pris::default());
        };
        let maintenant = self.atelier.maintenant().as_millisecond();
        let echeances = self.atelier.store.timers_due(maintenant, LOT)?;
        let sonnees = echeances.len();
        for echeance in echeances {
            self.sonner(echeance, &gardes).await?;
        }
        let libres = EN_VOL_MAX.saturating_sub(en_vol.len()).min(LOT);
        let mut dus = Vec::new();
        if libres > 0 {
            dus = self
                .atelier
                .store
                .outbox_due(maintenant, libres + en_vol.len())?;
            dus.retain(|du| !en_vol.contains(&du.id));
            dus.truncate(libres);
        }
        Ok(Pris {
            sonnees,
            dus,
            gardes,
        })
    }

    /// Under the lease: whoever lost it leaves the rows to the node that has it now.
    async fn noter(&self, mut lot: Batch, gardes: &[Guard]) -> Result<(), StoreError> {
        lot.guards.extend_from_slice(gardes);
        match self.atelier.store.commit(lot).await {
            Ok(_) | Err(StoreError::Taken(_)) => Ok(()),
            Err(erreur) => Err(erreur),
        }
    }

    async fn acquitter(&self, du: OutboxItem, gardes: Vec<Guard>) -> Result<(), StoreError> {
        let lot = self.accomplir(du).await?;
        self.noter(lot, &gardes).await
    }

    /// What was done is done: only its note is tried again, more and more slowly, or a mail would leave again and again.
    async fn acquitter_enfin(&self, du: OutboxItem, gardes: Vec<Guard>) {
        let id = du.id.clone();
        let mut pause = RONDE;
        let lot = match self.accomplir(du).await {
            Ok(lot) => lot,
            Err(erreur) => {
                tracing::error!(%erreur, id, "the relay cannot read the store");
                return tokio::time::sleep(ECRITURE_MAX).await;
            }
        };
        while let Err(erreur) = self.noter(lot.clone(), &gardes).await {
            tracing::error!(%erreur, id, "the relay cannot write the store");
            tokio::time::sleep(pause).await;
            pause = ECRITURE_MAX.min(pause * 2);
        }
    }

    /// Does what is owed, and says what to write.
    async fn accomplir(&self, du: OutboxItem) -> Result<Batch, StoreError> {
        let mut lot = Batch::default();
        let issue = match serde_json::from_slice::<Effet>(&du.data) {
            Ok(Effet::Mail(mail)) => self.poster(&du, mail, &mut lot).await?,
            Ok(effet) => self.faire(&du, effet, &mut lot).await,
            Err(erreur) => Issue::Abandonne(erreur.to_string()),
        };
        match issue {
            Issue::Fait => lot.outbox_delete.push(du.id),
            Issue::PlusTard if du.attempts < ESSAIS_MAX => {
                lot.outbox_put.push(self.repousser(du, ATTENTE_MAX_S));
            }
            Issue::Attend => lot.outbox_put.push(self.repousser(du, ATTENTE_NATS_MAX_S)),
            Issue::PlusTard => abandonner(&mut lot, du.id, TROP_D_ESSAIS),
            Issue::Abandonne(raison) => abandonner(&mut lot, du.id, &raison),
        }
        Ok(lot)
    }

    fn repousser(&self, du: OutboxItem, au_plus: i64) -> OutboxItem {
        let attente = ATTENTE_MIN_S.saturating_mul(1 << du.attempts.min(16));
        // A quarter earlier or not: what failed together does not come back together.
        let mut hasard = [0];
        self.atelier.alea.remplir(&mut hasard);
        let attente_ms = attente.min(au_plus).saturating_mul(1000);
        let avance_ms = attente_ms / 4 * i64::from(hasard[0]) / 256;
        OutboxItem {
            due_ms: self.dans(0).saturating_add(attente_ms - avance_ms),
            attempts: du.attempts.saturating_add(1),
            ..du
        }
    }

    fn dans(&self, secondes: i64) -> i64 {
        plus(
            self.atelier.maintenant(),
            SignedDuration::from_secs(secondes),
        )
        .as_millisecond()
    }

    async fn faire(&self, du: &OutboxItem, effet: Effet, lot: &mut Batch) -> Issue {
        match effet {
            Effet::Publier(publication) => self.publier(du, publication).await,
            Effet::MailPersonnel(mail) => self.poster_personnel(du, mail, lot).await,
            Effet::MailDemande(mail) => self.poster_demande(du, mail, lot).await,
            Effet::CreerDossier {
                dossier,
                candidat,
                formation,
                par,
                proposition,
            } => {
                let id = dossier.clone();
                let commande = if proposition {
                    CommandeDossier::Proposer {
                        id,
                        candidat,
                        formation,
                    }
                } else {
                    CommandeDossier::Creer {
                        id,
                        candidat,
                        formation,
                    }
                };
                let demande = Demande {
                    par,
                    ..Demande::du_systeme(commande)
                };
                issue(self.annuaire.dossier(&dossier, demande).await)
            }
            Effet::Suivre(suites) => issue(self.suivre(du, suites).await),
            Effet::PromouvoirListe { formation } => issue(self.promouvoir(&formation).await),
            Effet::CloreDossier { dossier, candidat } => {
                let clore = Commande::CloreDossier { dossier };
                issue(self.annuaire.candidat(&candidat, None, clore).await)
            }
            // Mails go another way; timers are rows of their own, written with the event.
            Effet::Mail(_) | Effet::Armer { .. } | Effet::Desarmer { .. } => Issue::Fait,
        }
    }

    /// T22: as long as a place was given back and is free, the first on the list is promoted. The places decide
    /// again with each commit, so a repeat or a second process promotes nobody twice.
    async fn promouvoir(&self, code: &FormationCode) -> Result<(), Faute> {
        loop {
            let catalogue = self.atelier.catalogue();
            let Some(formation) = catalogue.formations.get(code) else {
                return Ok(());
            };
            let places = self.annuaire.lire_places(code).await?;
            let Some(premier) = places.a_promouvoir(formation) else {
                return Ok(());
            };
            let demande = Demande::du_systeme(CommandeDossier::Promouvoir);
            self.annuaire.dossier(premier, demande).await?;
        }
    }

    /// Hands a mail over, and keeps what became of it (G38).
    async fn poster(
        &self,
        du: &OutboxItem,
        mail: MailDu,
        lot: &mut Batch,
    ) -> Result<Issue, StoreError> {
        let etat = match self.annuaire.lire_candidat(&mail.candidat).await {
            Ok(lu) => lu.etat,
            Err(_occupe) => return Ok(Issue::PlusTard),
        };
        let (atelier, maintenant) = (&self.atelier, self.atelier.maintenant());
        let etiquette = atelier.cle.etiquette(&du.id);
        let connu = courriers::lire(&atelier.store, &etiquette)?;
        let mut envoi = connu.unwrap_or_else(|| Envoi::en_file(etiquette, &mail, maintenant));
        if etat.base().is_none() && mail.code == CodeMail::CptMinDelete {
            // The person is told, and nothing of it is kept.
            return Ok(self.dire_efface(du, mail).await);
        }
        let Some(courrier) = self.courrier(&du.id, mail, &etat) else {
            return Ok(Issue::Abandonne("the account is not there".to_owned()));
        };
        let (a, candidat) = (courrier.a.clone(), courrier.candidat.clone());
        if courriers::importune(&atelier.store, &courrier)? {
            envoi.noter(EtatEnvoi::Plainte, None, maintenant);
            envoi.poser(lot)?;
            return Ok(Issue::Fait);
        }
        let (issue, suite) = match self.postier.poster(&courrier).await {
            Ok(()) => {
                Compteurs::compter(&atelier.compteurs.envoyes);
                envoi.noter(EtatEnvoi::Envoye, None, maintenant);
                let rebond = etat.base().and_then(|b| b.rebond.as_ref());
                let leve = rebond.filter(|r| r.mail == a);
                (Issue::Fait, leve.map(|_| Commande::LeverRebond { mail: a }))
            }
            Err(EchecPoste::Temporaire(raison)) => {
                tracing::warn!(id = du.id, raison, essais = du.attempts, "a mail waits");
                Compteurs::compter(&atelier.compteurs.remis);
                let fini = du.attempts >= ESSAIS_MAX;
                let etat = if fini {
                    EtatEnvoi::Abandonne
                } else {
                    EtatEnvoi::Differe
                };
                envoi.noter(etat, Some(raison), maintenant);
                (Issue::PlusTard, None)
            }
            Err(EchecPoste::Definitif(raison)) => {
                Compteurs::compter(&atelier.compteurs.abandonnes);
                envoi.noter(EtatEnvoi::Abandonne, Some(raison.clone()), maintenant);
                (Issue::Abandonne(raison), None)
            }
            Err(EchecPoste::AdresseRefusee(raison)) => {
                Compteurs::compter(&atelier.compteurs.abandonnes);
                envoi.noter(EtatEnvoi::Refuse, Some(raison.clone()), maintenant);
                let signaler = Commande::SignalerRebond {
                    mail: a,
                    raison: raison.clone(),
                };
                (Issue::Abandonne(raison), Some(signaler))
            }
        };
        if let Some(commande) = suite {
            let fait = self.annuaire.candidat(&candidat, None, commande).await;
            // A refusal is an answer; anything else is tried again with the mail, whose id does not change.
            if !matches!(fait, Ok(_) | Err(Faute::Refus(_))) {
                return Ok(Issue::PlusTard);
            }
        }
        envoi.poser(lot)?;
        courriers::elaguer(&atelier.store, &candidat, maintenant, lot)?;
        Ok(issue)
    }

    /// Q18: the last mail, to an address that nothing here knows any more.
    async fn dire_efface(&self, du: &OutboxItem, mail: MailDu) -> Issue {
        let personne = ("", "", &Numero::new(""));
        let courrier = Courrier {
            id: du.id.clone(),
            etiquette: self.atelier.cle.etiquette(&du.id),
            compte_expire_le: self.atelier.maintenant(),
            ..Courrier::prevu(mail, personne, &self.atelier.catalogue())
        };
        self.remise(du, self.postier.poster(&courrier).await).0
    }

    /// At least once; without NATS nobody listens, and it is done.
    async fn publier(&self, du: &OutboxItem, publication: Publication) -> Issue {
        let Some(editeur) = &self.editeur else {
            return Issue::Fait;
        };
        let Ok(personne) = personne(&self.annuaire, &publication).await else {
            return Issue::PlusTard;
        };
        let parution = Parution {
            id: du.id.clone(),
            publication,
            personne,
        };
        match editeur.publier(&parution).await {
            Ok(()) => Issue::Fait,
            Err(raison) => {
                tracing::warn!(id = du.id, raison, "a publication waits");
                Issue::Attend
            }
        }
    }

    /// With the token of its link, made now and stored nowhere (ADR 0005).
    fn courrier(&self, id: &str, mail: MailDu, etat: &Candidat) -> Option<Courrier> {
        let compte = &etat.base()?.compte;
        let cle = &self.atelier.cle;
        let lien = mail.lien.clone().map(|(but, lien)| LienCourrier {
            but,
            jeton: cle.jeton(but, &mail.candidat, &lien.nonce),
            expire_le: lien.expire_le,
        });
        let qui = (compte.prenom.as_str(), compte.nom.as_str(), &compte.numero);
        let prevu = Courrier::prevu(mail, qui, &self.atelier.catalogue());
        Some(Courrier {
            id: id.to_owned(),
            etiquette: cle.etiquette(id),
            jeton_dossier: prevu.dossier.as_ref().map(|d| cle.jeton_dossier(d)),
            compte_expire_le: compte.expire_le,
            lien,
            ..prevu
        })
    }
}

fn issue<T>(fait: Result<T, Faute>) -> Issue {
    match fait {
        // A refusal is an answer: the step was done, or is no longer to be done.
        Ok(_) | Err(Faute::Refus(_)) => Issue::Fait,
        Err(_autre) => Issue::PlusTard,
    }
}

/// What could not be done is kept where the health page and the support see it (G38).
fn abandonner(lot: &mut Batch, id: String, raison: &str) {
    tracing::error!(id, raison, "given up");
    lot.views_put.push((
        format!("abandon/{id}").into_bytes(),
        raison.as_bytes().to_vec(),
    ));
    lot.outbox_delete.push(id);
}
