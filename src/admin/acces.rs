//! How a command reaches the data: through the server that runs, or by itself when none does.

use std::sync::Arc;
use std::time::Duration;

use actors::protocol::{Faute, Requete, Resultat};
use bus::{Bus, BusError, Envelope, LocalBus};
use storage::StoreError;
use storage::blobs::Blobs;

use super::{Echec, Lieu};
use crate::controle::{
    self, Bilan, LigneJournal, Moyens, Ordre, PageAdmissions, Retour, Suivi, Travail,
};

/// How long the server may take for one answer.
const DELAI: Duration = Duration::from_secs(30);
/// How often long work in the server is looked at.
const REGARD: Duration = Duration::from_millis(100);
/// Records read at once from a folder nobody serves, and bytes of them.
const LOT: (usize, usize) = (1000, 16 * 1024 * 1024);

/// The way to the data of one folder.
#[derive(Debug)]
pub enum Acces {
    /// A server has it.
    Serveur(LocalBus<Ordre, Retour>),
    /// Nobody has it but us.
    Direct(Arc<Moyens>),
}

impl Acces {
    /// Finds the way.
    ///
    /// # Errors
    /// [`Echec::PlusTard`] when somebody has the folder and does not answer, [`Echec::Echoue`] when it cannot be read.
    pub async fn ouvrir(lieu: &Lieu) -> Result<Self, Echec> {
        let prise = controle::prise(&lieu.donnees);
        let serveur = LocalBus::new(&prise, DELAI);
        match serveur.ask(Envelope::new(None, Ordre::Saluer)).await {
            Ok(_) => return Ok(Self::Serveur(serveur)),
            Err(BusError::Away(_)) => {}
            Err(erreur) => {
                let raison = format!(
                    "le serveur ne répond pas sur {} : {erreur}",
                    prise.display()
                );
                return Err(Echec::PlusTard(raison));
            }
        }
        if !lieu.donnees.is_dir() {
            let raison = format!("{} : ce dossier n'existe pas", lieu.donnees.display());
            return Err(Echec::Usage(raison));
        }
        match Moyens::ouvrir(&lieu.donnees, lieu.limites).await {
            Ok(moyens) => Ok(Self::Direct(Arc::new(moyens))),
            Err(erreur @ StoreError::Unavailable(_)) => Err(Echec::PlusTard(erreur.to_string())),
            Err(erreur) => Err(Echec::Echoue(erreur.to_string())),
        }
    }

    /// Asks the actors.
    ///
    /// # Errors
    /// [`Echec::PlusTard`] when they cannot answer now; their own [`Faute`] is in the answer.
    pub async fn demander(&self, id: Option<String>, requete: Requete) -> Result<Resultat, Echec> {
        let resultat = match self {
            // Written here alone it would be on no other node, and this one could not follow any more.
            Self::Direct(moyens) if suit(moyens)? => {
                return Err(Echec::PlusTard(
                    "ce dossier est celui d'un nœud qui suit un journal partagé : démarrez le nœud, puis recommencez".to_owned(),
                ));
            }
            Self::Direct(moyens) => moyens.guichet.traiter(id, requete).await,
            Self::Serveur(serveur) => {
                let requete = Box::new(requete);
                let retour = envoyer(serveur, id, Ordre::Demander { requete }).await?;
                let Retour::Reponse { resultat } = retour else {
                    return Err(inattendu(&retour));
                };
                *resultat
            }
        };
        match resultat {
            Err(Faute::Occupe { reessayer_s }) => Err(Echec::PlusTard(format!(
                "le serveur est occupé : réessayez dans {reessayer_s} s"
            ))),
            Err(Faute::Indisponible { raison }) => Err(Echec::PlusTard(raison)),
            autre => Ok(autre),
        }
    }

    /// Has long work done, and waits for its end.
    ///
    /// # Errors
    /// [`Echec`]; the work goes on in a server that no longer answers.
    pub async fn faire(&self, travail: Travail, suivi: Suivi) -> Result<Bilan, Echec> {
        let bilan = match self {
            Self::Direct(moyens) => travail.faire(moyens, suivi).await,
            Self::Serveur(serveur) => {
                let mut retour = envoyer(serveur, None, Ordre::Commencer { travail }).await?;
                loop {
                    if let Retour::Fini { bilan } = retour {
                        break bilan;
                    }
                    let Retour::EnCours { avancement } = retour else {
                        return Err(inattendu(&retour));
                    };
                    suivi(avancement);
                    tokio::time::sleep(REGARD).await;
                    retour = envoyer(serveur, None, Ordre::Suivre).await?;
                }
            }
        };
        match bilan {
            Bilan::Echec { raison } => Err(Echec::Echoue(raison)),
            fait @ (Bilan::Verifie(_) | Bilan::Sauvegarde(_) | Bilan::Instantane { .. }) => {
                Ok(fait)
            }
        }
    }

    /// Records of the journal after a position; none at its end.
    ///
    /// # Errors
    /// [`Echec`].
    pub async fn journal(&self, apres: u64) -> Result<Vec<LigneJournal>, Echec> {
        match self {
            Self::Direct(moyens) => moyens
                .journal(apres, LOT.0, LOT.1)
                .map_err(|e| Echec::Echoue(e.to_string())),
            Self::Serveur(serveur) => {
                let retour = envoyer(serveur, None, Ordre::Journal { apres }).await?;
                let Retour::Journal { faits } = retour else {
                    return Err(inattendu(&retour));
                };
                Ok(faits)
            }
        }
    }

    /// What the scolarité was told of admissions, by the records after a position.
    ///
    /// # Errors
    /// [`Echec`].
    pub async fn admissions(&self, apres: u64) -> Result<PageAdmissions, Echec> {
        match self {
            Self::Direct(moyens) => moyens.admissions(apres).await.map_err(Echec::Echoue),
            Self::Serveur(serveur) => {
                let retour = envoyer(serveur, None, Ordre::Admissions { apres }).await?;
                let Retour::Admissions { page } = retour else {
                    return Err(inattendu(&retour));
                };
                Ok(page)
            }
        }
    }

    /// The files of the folder, which one may add to beside a server.
    ///
    /// # Errors
    /// [`Echec::Echoue`] when the folder cannot be opened.
    pub async fn fichiers(&self, lieu: &Lieu) -> Result<Blobs, Echec> {
        match self {
            Self::Direct(moyens) => Ok(moyens.blobs.clone()),
            Self::Serveur(_) => Blobs::open(&lieu.donnees.join("fichiers"))
                .await
                .map_err(|e| Echec::Echoue(e.to_string())),
        }
    }
}

/// Whether others have the journal as well.
fn suit(moyens: &Moyens) -> Result<bool, Echec> {
    let lignee = storage::lineage(moyens.store.kv());
    let lignee = lignee.map_err(|e| Echec::Echoue(e.to_string()))?;
    Ok(lignee.log.is_some())
}

async fn envoyer(
    serveur: &LocalBus<Ordre, Retour>,
    id: Option<String>,
    ordre: Ordre,
) -> Result<Retour, Echec> {
    let retour = serveur.ask(Envelope::new(id, ordre)).await;
    retour.map_err(|e| match e {
        BusError::Busy { .. } | BusError::Away(_) | BusError::Lost(_) => {
            Echec::PlusTard(format!("le serveur : {e}"))
        }
        BusError::TooLarge { .. } | BusError::NotUnderstood(_) => {
            Echec::Echoue(format!("le serveur : {e}"))
        }
    })
}

fn inattendu(retour: &Retour) -> Echec {
    match retour {
        Retour::Refus { raison } => Echec::PlusTard(raison.clone()),
        Retour::Salut { .. }
        | Retour::Reponse { .. }
        | Retour::Livre
        | Retour::EnCours { .. }
        | Retour::Fini { .. }
        | Retour::Admissions { .. }
        | Retour::Journal { .. } => {
            Echec::Echoue("le serveur est d'une autre version que cette commande".to_owned())
        }
    }
}
