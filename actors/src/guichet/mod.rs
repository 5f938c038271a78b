//! Where every request comes in: finds who asks, what is asked, and the actor that answers.

mod admissions;
mod agents;
mod audit;
mod avance;
mod bureau;
mod campagne;
mod candidat;
mod comptes;
mod courrier;
mod demande_vue;
mod demandes;
mod effacement;
mod equipe;
mod essais;
mod gestion;
mod instruction;
mod lien_sso;
mod lots;
mod mes_demandes;
mod personnel;
mod presences;
mod repetition;
mod sessions;
mod sorties;
mod sso;
pub(crate) mod support;

use std::sync::Arc;

use agents::Entree;
use async_trait::async_trait;
use bus::{Envelope, Service};
use jiff::Timestamp;
use serde::Serialize;
use storage::Batch;

use domain::candidat::Commande;
use domain::dossier::Commande as CommandeDossier;
use domain::effet::But;
use domain::formulaires::normaliser_mail;
use domain::ids::{CandidatId, DossierId, PieceCode};
use domain::refus::CodeRefus;

use crate::acteurs::{Annuaire, Demande, Repere};
use crate::atelier::{Atelier, faute};
use crate::fil::json;
use crate::jetons;
use crate::mots_de_passe::Hacheur;
use crate::protocol::{
    Faute, MAX_EVENEMENTS_CAMPAGNE, Reponse, Requete, Resultat, Sante, SanteReplique,
};
use crate::scolarite::Scolarite;
use crate::support::{OptionsSupport, Oublies, Porte, Tri, conservation, reception};
use storage::blobs::Blobs;

pub use admissions::Admissions;
pub(crate) use admissions::personne;

/// Things owed that the health page counts; more show as this many.
const MAX_COMPTES: usize = 10_000;
/// Entries of the shared log behind which a node should be asked nothing.
const RETARD_MAX: u64 = 1000;

/// The counter. Clones share everything.
#[derive(Clone)]
pub struct Guichet {
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
    hacheur: Hacheur,
    essais: Arc<essais::Essais>,
    sessions: Arc<sessions::Sessions>,
    liste: Arc<crate::liste::Liste>,
    presences: Arc<presences::Presences>,
    /// The mails sent are counted by one asker at a time.
    comptage: Arc<tokio::sync::Mutex<()>>,
}

/// A row that stands for nothing.
#[derive(Serialize)]
struct Leurre {
    expire_le: Timestamp,
}

impl std::fmt::Debug for Guichet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guichet")
    }
}

#[async_trait]
impl Service<Requete, Resultat> for Guichet {
    async fn serve(&self, request: Envelope<Requete>) -> Resultat {
        self.traiter(request.id, request.body).await
    }
}

impl Guichet {
    pub(crate) fn new(
        atelier: Arc<Atelier>,
        annuaire: Annuaire,
        hacheur: Hacheur,
        liste: Arc<crate::liste::Liste>,
    ) -> Self {
        Self {
            atelier,
            annuaire,
            hacheur,
            essais: Arc::default(),
            sessions: Arc::default(),
            presences: Arc::default(),
            comptage: Arc::default(),
            liste,
        }
    }

    /// Sorts the mails to the support that were received.
    pub fn tri(&self, blobs: Blobs, options: OptionsSupport) -> Tri {
        Tri::new(self.atelier.clone(), self.annuaire.clone(), blobs, options)
    }

    /// A door mails to the support come in by, under the name they carry.
    pub fn porte(&self, nom: &'static str) -> Porte {
        Porte::new(self.atelier.clone(), nom)
    }

    /// The mails to the support whose bytes are to go, after a former step (S09).
    ///
    /// # Errors
    /// When the store or the actors do not answer.
    pub async fn oublier_mails(&self, apres: Option<&str>) -> Result<Oublies, Faute> {
        conservation::oublier(&self.atelier, &self.annuaire, apres).await
    }

    /// Where the scolarité's records come in and are looked up.
    pub fn scolarite(&self) -> Scolarite {
        Scolarite::new(self.atelier.clone(), self.annuaire.clone())
    }

    /// Serves a request. `id` recognises a repeat of the same command by the same candidate.
    ///
    /// # Errors
    /// [`Faute`]; nothing was done then, unless it is [`Faute::Occupe`] or [`Faute::Indisponible`],
    /// after which a repeat under the same id finds out.
    pub async fn traiter(&self, id: Option<String>, requete: Requete) -> Resultat {
        // How it is, is told at once: being behind is part of it.
        if !matches!(requete, Requete::Sante) {
            if let Some(fait) = self.devancer(id.as_deref(), &requete).await {
                return fait;
            }
            self.atelier.a_jour().await?;
        }
        let cle = repetition::cle(id.as_deref(), &requete);
        if let Some(cle) = &cle
            && let Some(reponse) = self.deja_repondu(cle)?
        {
            return Ok(reponse);
        }
        // Boxed: what goes ahead does not carry the size of everything else.
        let reponse = Box::pin(self.servir(id, requete)).await?;
        if let Some(cle) = cle {
            self.retenir(cle, &reponse).await?;
        }
        Ok(reponse)
    }

    #[expect(clippy::too_many_lines, reason = "a table: one arm per request")]
    async fn servir(&self, id: Option<String>, requete: Requete) -> Resultat {
        match requete {
            Requete::Inscrire {
                nom,
                prenom,
                mail,
                mot_de_passe,
                langue,
            } => {
                self.inscrire(None, (nom, prenom), (mail, mot_de_passe), langue)
                    .await
            }
            Requete::InscrireSso {
                vu,
                nom,
                prenom,
                mail,
                mot_de_passe,
                langue,
            } => {
                let secrets = (mail, mot_de_passe);
                self.inscrire(Some(&vu), (nom, prenom), secrets, langue)
                    .await
            }
            Requete::ConnecterSso { vu } => self.connecter_sso(&vu).await,
            Requete::RattacherSso { vu, preuve } => self.rattacher_sso(&vu, preuve).await,
            Requete::DeconnecterSso { fin } => self.deconnecter_sso(&fin).await,
            Requete::CouperSso { nom, le } => self.couper_sso(&nom, le).await,
            Requete::Valider { jeton } => self.valider(&jeton).await,
            Requete::RenvoyerLien { mail } => {
                let lien = self.atelier.lien();
                self.ecrire_a(&mail, Commande::RenvoyerLien { lien }).await
            }
            Requete::DemanderReinitialisation { mail, sso } => {
                let lien = self.atelier.lien();
                self.reinitialiser_personnel(&mail).await?;
                self.ecrire_a(&mail, Commande::DemanderReinitialisation { lien, sso })
                    .await
            }
            Requete::Reinitialiser {
                jeton,
                mot_de_passe,
            } => self.reinitialiser(&jeton, mot_de_passe).await,
            Requete::ConfirmerMail { jeton } => {
                let (qui, nonce) = self.lien(But::ChangementMail, &jeton)?;
                self.faire(&qui, None, Commande::ConfirmerMail { nonce })
                    .await
            }
            Requete::CorrigerAdresse {
                identifiant,
                mot_de_passe,
                mail,
            } => self.corriger(&identifiant, mot_de_passe, mail).await,
            Requete::Connecter {
                identifiant,
                mot_de_passe,
                code,
            } => self.entrer(&identifiant, mot_de_passe, code).await,
            Requete::Gestion { session, acte } => self.gerer(&session, id, acte).await,
            Requete::AccepterInvitation {
                jeton,
                mot_de_passe,
            } => self.accepter_invitation(&jeton, mot_de_passe).await,
            Requete::Personnel { acte } => self.administrer(None, id, acte).await,
            Requete::Deconnecter { session } => self.deconnecter(&session).await,
            Requete::Candidat { session, acte } => {
                let (qui, lu) = self.authentifier(&session).await?;
                let id = id.map(|id| format!("{qui}/{id}"));
                self.agir(&qui, lu, id.into(), acte).await
            }
            Requete::Campagne { depuis } => self.campagne(depuis),
            Requete::Importer { evenements } => {
                let change = self.changer_campagne(None, evenements, None, false).await?;
                Ok(Reponse::Importe {
                    changes: change.changes,
                })
            }
            Requete::ConclureAnalyse {
                dossier,
                piece,
                sha256,
                sain,
            } => self.conclure(&dossier, (piece, sha256, sain)).await,
            Requete::RecevoirMail {
                sha256,
                octets,
                porte,
                destinataires,
            } => {
                let mail = (sha256, octets);
                let recu = reception::recevoir(&self.atelier, mail, porte, destinataires);
                recu.await.map_err(|e| faute(&e))?;
                Ok(Reponse::Fait)
            }
            Requete::Sante => Ok(Reponse::Sante(self.sante())),
        }
    }

    /// Staff first: the same person may be a candidate under another password.
    async fn entrer(
        &self,
        identifiant: &str,
        mot_de_passe: String,
        code: Option<String>,
    ) -> Resultat {
        let agent = self.connecter_personnel(identifiant, &mot_de_passe, code);
        match agent.await? {
            Entree::Ouverte(session) => Ok(*session),
            // One hash was worked out, as for a name that nobody has: the time tells no staff address (Q12).
            Entree::Fausse if self.par_adresse(&normaliser_mail(identifiant))?.is_none() => {
                Err(Faute::IdentifiantsFaux)
            }
            Entree::Fausse | Entree::Inconnue => self.connecter(identifiant, mot_de_passe).await,
        }
    }

    /// The antivirus has a verdict on a file.
    async fn conclure(
        &self,
        dossier: &DossierId,
        (piece, sha256, sain): (PieceCode, String, bool),
    ) -> Resultat {
        let commande = CommandeDossier::ConclureAnalyse {
            piece,
            sha256,
            sain,
        };
        let demande = Demande::du_systeme(commande);
        self.annuaire.dossier(dossier, demande).await?;
        Ok(Reponse::Fait)
    }

    fn campagne(&self, depuis: u64) -> Resultat {
        let lus = self
            .atelier
            .evenements_campagne(depuis, MAX_EVENEMENTS_CAMPAGNE);
        let (evenements, total) = lus.map_err(|e| faute(&e))?;
        Ok(Reponse::Campagne { evenements, total })
    }

    fn sante(&self) -> Sante {
        let store = &self.atelier.store;
        let lu = store.last_position().and_then(|position| {
            let dus = store.outbox_len(MAX_COMPTES)?;
            Ok((position, dus as u64, store.outbox_oldest()?))
        });
        let (panne, (position, outbox, plus_vieux)) = match lu {
            Ok(lu) => (None, lu),
            Err(erreur) => (Some(erreur.to_string()), (0, 0, None)),
        };
        let maintenant = self.atelier.maintenant().as_millisecond();
        let retard = plus_vieux.map_or(0, |du| maintenant.saturating_sub(du).max(0) / 1000);
        let stats = store.stats();
        Sante {
            stockage: panne.or(stats.write_error),
            outbox,
            position,
            acteurs: self.annuaire.presents(),
            retard_s: retard.unsigned_abs(),
            commits: stats.commits,
            groupes: stats.groups,
            mails: self.atelier.compteurs.lire(),
            replique: store.replica().map(replique),
            support: self.etat_support().unwrap_or_default(),
            portes: self.atelier.boite.portes.lire(self.atelier.maintenant()),
        }
    }

    fn lien(&self, but: But, jeton: &str) -> Result<(CandidatId, String), Faute> {
        self.atelier
            .cle
            .ouvrir(but, jeton)
            .ok_or_else(|| CodeRefus::LienInvalide.into())
    }

    async fn faire(
        &self,
        qui: &CandidatId,
        repere: impl Into<Repere>,
        commande: Commande,
    ) -> Resultat {
        self.annuaire.candidat(qui, repere, commande).await?;
        Ok(Reponse::Fait)
    }

    /// Who has this address in the running campaign.
    fn par_adresse(&self, mail: &str) -> Result<Option<CandidatId>, Faute> {
        let catalogue = self.atelier.catalogue();
        let Some(campagne) = &catalogue.campagne else {
            return Ok(None);
        };
        self.par_cle(&self.atelier.cle.cle_adresse(&campagne.code, mail))
    }

    /// Who had this address in a campaign that is over, the latest first: told so at log-in, with the way out (P04).
    fn par_adresse_archivee(&self, mail: &str) -> Result<Option<CandidatId>, Faute> {
        let catalogue = self.atelier.catalogue();
        let mut archives: Vec<_> = catalogue.archives.iter().collect();
        archives.sort_by_key(|(_, archive)| std::cmp::Reverse(archive.le));
        for (code, _) in archives {
            let trouve = self.par_cle(&self.atelier.cle.cle_adresse(code, mail))?;
            if trouve.is_some() {
                return Ok(trouve);
            }
        }
        Ok(None)
    }

    fn par_cle(&self, cle: &[u8]) -> Result<Option<CandidatId>, Faute> {
        let trouve = self.atelier.store.index(cle).map_err(|e| faute(&e))?;
        Ok(trouve.map(|id| CandidatId::new(String::from_utf8_lossy(&id))))
    }

    /// A command to whoever has the address; answer and time are alike when nobody has it (Q12).
    async fn ecrire_a(&self, mail: &str, commande: Commande) -> Resultat {
        match self.par_adresse(mail)? {
            Some(qui) => drop(self.annuaire.candidat(&qui, None, commande).await?),
            None => self.leurrer().await?,
        }
        Ok(Reponse::Fait)
    }

    /// A write for nothing, made durable like any other: what takes time when something is done takes it when
    /// nothing is (Q12). Its row is over at once.
    pub(super) async fn leurrer(&self) -> Result<(), Faute> {
        let cle = jetons::cle_session(&jetons::jeton_session(self.atelier.alea.as_ref()));
        let ligne = json(&Leurre {
            expire_le: self.atelier.maintenant(),
        });
        let lot = Batch {
            sessions_put: vec![(cle, ligne.map_err(|e| faute(&e))?)],
            ..Batch::default()
        };
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }
}

/// Why this node should get no requests, if so.
fn replique(etat: storage::ReplicaState) -> SanteReplique {
    let retard = etat.end.saturating_sub(etat.applied);
    let panne = match etat.stopped {
        Some(raison) => Some(raison),
        None if retard > RETARD_MAX => Some(format!("{retard} entries of the shared log behind")),
        None => None,
    };
    SanteReplique {
        ici: etat.applied,
        fin: etat.end,
        ecriture: !etat.refusing,
        panne,
    }
}
