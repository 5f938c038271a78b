//! Performs what is owed: mails, steps between streams, timers. At least once, from the durable outbox.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use storage::{Batch, OutboxItem, StoreError, Timer};

use domain::candidat::{Candidat, Commande};
use domain::dossier::Commande as CommandeDossier;
use domain::effet::{Echeance, Effet, MailDu, MailPersonnel, Publication};
use domain::ids::{CandidatId, DossierId, FormationCode};

use crate::acteurs::{Annuaire, Demande};
use crate::atelier::{Atelier, plus};
use crate::ports::{
    Courrier, CourrierPersonnel, DetailsCourrier, EchecPoste, Editeur, LienCourrier, Parution,
    Postier,
};
use crate::protocol::Faute;

/// Things done in one round.
const LOT: usize = 64;
/// How often the relay looks although nothing woke it: for timers and retries.
const RONDE: Duration = Duration::from_millis(500);
/// The first wait after a failure; it doubles.
const ATTENTE_MIN_S: i64 = 15;
/// The longest wait between two tries.
const ATTENTE_MAX_S: i64 = 3600;
/// The longest wait for NATS.
const ATTENTE_NATS_MAX_S: i64 = 60;
/// Tries of a mail before it is given up, about three days.
const ESSAIS_MAX: u32 = 80;

/// The relay of one process.
pub struct Relais {
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
    postier: Arc<dyn Postier>,
    /// Absent without NATS: nobody listens.
    editeur: Option<Arc<dyn Editeur>>,
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

impl Relais {
    pub(crate) fn new(
        atelier: Arc<Atelier>,
        annuaire: Annuaire,
        postier: Arc<dyn Postier>,
    ) -> Self {
        Self {
            atelier,
            annuaire,
            postier,
            editeur: None,
        }
    }

    /// Publishes what other systems are owed.
    pub fn editer(&mut self, editeur: Arc<dyn Editeur>) {
        self.editeur = Some(editeur);
    }

    /// Goes round until its task is dropped.
    pub async fn tourner(&self) {
        loop {
            match self.tour().await {
                Ok(0) => {
                    let reveil = self.atelier.reveil.notified();
                    // Either the one or the other; both mean « look again ».
                    let _ecoule = tokio::time::timeout(RONDE, reveil).await;
                }
                Ok(_) => {}
                Err(erreur) => {
                    tracing::error!(%erreur, "the relay cannot read or write the store");
                    tokio::time::sleep(RONDE).await;
                }
            }
        }
    }

    /// One round; returns how many things were looked at.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn tour(&self) -> Result<usize, StoreError> {
        let maintenant = self.atelier.maintenant().as_millisecond();
        let echeances = self.atelier.store.timers_due(maintenant, LOT)?;
        let dus = self.atelier.store.outbox_due(maintenant, LOT)?;
        let combien = echeances.len() + dus.len();
        for echeance in echeances {
            self.sonner(echeance).await?;
        }
        let taches = dus.into_iter().map(|du| self.acquitter(du));
        for issue in futures_util::future::join_all(taches).await {
            issue?;
        }
        Ok(combien)
    }

    async fn sonner(&self, minuteur: Timer) -> Result<(), StoreError> {
        let (stream, _) = minuteur.key.split_once('/').unwrap_or((&minuteur.key, ""));
        let echeance = serde_json::from_slice::<Echeance>(&minuteur.data)
            .map_err(|e| StoreError::Corrupt(format!("timer {}: {e}", minuteur.key)))?;
        // The same ring is recognised when the process dies before the timer is cleared.
        let sonnerie = format!("{}/{}", minuteur.key, minuteur.due_ms);
        let fait = match (echeance, stream.split_once('.')) {
            (Echeance::ExpirationCompte, Some((_, id))) => {
                let qui = CandidatId::new(id);
                self.annuaire
                    .candidat(&qui, None, Commande::Expirer)
                    .await
                    .map(drop)
            }
            (Echeance::RelanceJ7, Some((_, id))) => {
                self.rappeler(id, sonnerie, CommandeDossier::Rappeler { jours: 7 })
                    .await
            }
            (Echeance::RelanceJ1, Some((_, id))) => {
                self.rappeler(id, sonnerie, CommandeDossier::Rappeler { jours: 1 })
                    .await
            }
            (Echeance::RelanceConfirmation, Some((_, id))) => {
                self.rappeler(id, sonnerie, CommandeDossier::RelancerConfirmation)
                    .await
            }
            (Echeance::FinConfirmation, Some((_, id))) => {
                self.rappeler(id, sonnerie, CommandeDossier::ExpirerConfirmation)
                    .await
            }
            (_, None) => Ok(()),
        };
        let mut lot = Batch::default();
        match fait {
            Ok(()) | Err(Faute::Refus(_)) => lot.timers_clear.push(minuteur.key),
            Err(faute) => {
                tracing::warn!(?faute, cle = minuteur.key, "a timer will be tried again");
                lot.timers_set.push(Timer {
                    due_ms: self.dans(ATTENTE_MIN_S),
                    ..minuteur
                });
            }
        }
        self.atelier.store.commit(lot).await.map(drop)
    }

    /// The dossier looks again whether the act is still due.
    async fn rappeler(
        &self,
        dossier: &str,
        id: String,
        commande: CommandeDossier,
    ) -> Result<(), Faute> {
        let mut demande = Demande::du_systeme(commande);
        demande.id = Some(id);
        let dossier = DossierId::new(dossier);
        self.annuaire.dossier(&dossier, demande).await.map(drop)
    }

    async fn acquitter(&self, du: OutboxItem) -> Result<(), StoreError> {
        let issue = match serde_json::from_slice::<Effet>(&du.data) {
            Ok(effet) => self.faire(&du, effet).await,
            Err(erreur) => Issue::Abandonne(erreur.to_string()),
        };
        let mut lot = Batch::default();
        match issue {
            Issue::Fait => lot.outbox_delete.push(du.id),
            Issue::PlusTard if du.attempts < ESSAIS_MAX => {
                lot.outbox_put.push(self.repousser(du, ATTENTE_MAX_S));
            }
            Issue::Attend => lot.outbox_put.push(self.repousser(du, ATTENTE_NATS_MAX_S)),
            Issue::PlusTard => abandonner(&mut lot, du.id, "too many tries"),
            Issue::Abandonne(raison) => abandonner(&mut lot, du.id, &raison),
        }
        self.atelier.store.commit(lot).await.map(drop)
    }

    fn repousser(&self, du: OutboxItem, au_plus: i64) -> OutboxItem {
        let attente = ATTENTE_MIN_S.saturating_mul(1 << du.attempts.min(16));
        OutboxItem {
            due_ms: self.dans(attente.min(au_plus)),
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

    async fn faire(&self, du: &OutboxItem, effet: Effet) -> Issue {
        match effet {
            Effet::Mail(mail) => self.poster(du, mail).await,
            Effet::Publier(publication) => self.publier(du, publication).await,
            Effet::MailPersonnel(mail) => self.poster_personnel(du, mail).await,
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
            Effet::PromouvoirListe { formation } => issue(self.promouvoir(&formation).await),
            Effet::CloreDossier { dossier, candidat } => {
                let clore = Commande::CloreDossier { dossier };
                issue(self.annuaire.candidat(&candidat, None, clore).await)
            }
            // Timers are rows of their own, written with the event.
            Effet::Armer { .. } | Effet::Desarmer { .. } => Issue::Fait,
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

    async fn poster(&self, du: &OutboxItem, mail: MailDu) -> Issue {
        let etat = match self.annuaire.lire_candidat(&mail.candidat).await {
            Ok(lu) => lu.etat,
            Err(_occupe) => return Issue::PlusTard,
        };
        let Some(courrier) = self.courrier(&du.id, mail, &etat) else {
            return Issue::Abandonne("the account is not there".to_owned());
        };
        remise(du, self.postier.poster(&courrier).await)
    }

    async fn poster_personnel(&self, du: &OutboxItem, mail: MailPersonnel) -> Issue {
        let cle = &self.atelier.cle;
        let lien = mail.lien.map(|(but, lien)| LienCourrier {
            but,
            jeton: cle.jeton_personnel(but, &mail.personnel, &lien.nonce),
            expire_le: lien.expire_le,
        });
        let courrier = CourrierPersonnel {
            id: du.id.clone(),
            code: mail.code,
            a: mail.a,
            langue: mail.langue,
            prenom: mail.prenom,
            lien,
        };
        remise(du, self.postier.poster_personnel(&courrier).await)
    }

    /// At least once; without NATS nobody listens, and it is done.
    async fn publier(&self, du: &OutboxItem, publication: Publication) -> Issue {
        let Some(editeur) = &self.editeur else {
            return Issue::Fait;
        };
        let parution = Parution {
            id: du.id.clone(),
            publication,
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
        let catalogue = self.atelier.catalogue();
        let campagne = catalogue.campagne.as_ref();
        Some(Courrier {
            id: id.to_owned(),
            etiquette: self.atelier.cle.etiquette(id),
            code: mail.code,
            a: mail.a,
            jeton_dossier: mail
                .dossier
                .as_ref()
                .map(|d| self.atelier.cle.jeton_dossier(d)),
            reponse: None,
            langue: mail.langue,
            prenom: compte.prenom.clone(),
            nom: compte.nom.clone(),
            numero: compte.numero.clone(),
            compte_expire_le: compte.expire_le,
            campagne: campagne
                .map(|c| c.libelle.dans(mail.langue).to_owned())
                .unwrap_or_default(),
            dossier: mail.dossier,
            formation: mail
                .formation
                .and_then(|code| catalogue.formations.get(&code).cloned()),
            jours: mail.jours,
            details: DetailsCourrier::nommer(
                mail.details.map(|details| *details).unwrap_or_default(),
                &catalogue,
                mail.langue,
            ),
            lien: mail.lien.map(|(but, lien)| LienCourrier {
                but,
                jeton: self.atelier.cle.jeton(but, &mail.candidat, &lien.nonce),
                expire_le: lien.expire_le,
            }),
            candidat: mail.candidat,
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

/// What became of a mail.
fn remise(du: &OutboxItem, remis: Result<(), EchecPoste>) -> Issue {
    match remis {
        Ok(()) => Issue::Fait,
        Err(EchecPoste::Temporaire(raison)) => {
            tracing::warn!(id = du.id, raison, essais = du.attempts, "a mail waits");
            Issue::PlusTard
        }
        Err(EchecPoste::Definitif(raison) | EchecPoste::AdresseRefusee(raison)) => {
            Issue::Abandonne(raison)
        }
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
