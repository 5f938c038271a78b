//! Answers to requests on their way out, and what became of them (S60).

use domain::campagne::Modele;
use domain::demande::{Commande, EtatMessage};
use domain::effet::MailDemande;
use domain::ids::DemandeId;
use storage::{Batch, OutboxItem};

use super::{ESSAIS_MAX, Issue, Relais, TROP_D_ESSAIS};
use crate::acteurs::OrdreSur;
use crate::atelier::Compteurs;
use crate::courriers::{EtatEnvoi, Reponse};
use crate::ports::{CourrierDemande, EchecPoste};
use crate::protocol::Faute;

impl Relais {
    /// Hands an answer over; its request shows what became of it.
    pub(super) async fn poster_demande(
        &self,
        du: &OutboxItem,
        mail: MailDemande,
        lot: &mut Batch,
    ) -> Issue {
        let (cle, compteurs) = (&self.atelier.cle, &self.atelier.compteurs);
        let catalogue = self.atelier.catalogue();
        let courrier = CourrierDemande {
            id: du.id.clone(),
            etiquette: cle.etiquette(&du.id),
            jeton: cle.jeton_demande(&mail.demande),
            a: mail.a,
            nom: mail.nom,
            objet: mail.objet,
            texte: mail.texte,
            langue: mail.langue,
            automatique: mail.automatique,
            references: mail.references,
            cadre: catalogue.texte_mail(Modele::Cadre, mail.langue).cloned(),
        };
        let le = self.atelier.maintenant();
        let (issue, etat, fini) = match self.postier.poster_demande(&courrier).await {
            Ok(()) => {
                Compteurs::compter(&compteurs.envoyes);
                (Issue::Fait, EtatMessage::Envoye { le }, EtatEnvoi::Envoye)
            }
            Err(EchecPoste::Temporaire(raison)) => {
                Compteurs::compter(&compteurs.remis);
                tracing::warn!(id = du.id, raison, essais = du.attempts, "an answer waits");
                if du.attempts < ESSAIS_MAX {
                    self.compter_reponse(&courrier.etiquette, EtatEnvoi::Differe, lot);
                    return Issue::PlusTard;
                }
                let raison = format!("{TROP_D_ESSAIS}: {raison}");
                let etat = EtatMessage::Echec { le, raison };
                (Issue::PlusTard, etat, EtatEnvoi::Abandonne)
            }
            Err(echec) => {
                Compteurs::compter(&compteurs.abandonnes);
                let fini = if matches!(echec, EchecPoste::AdresseRefusee(_)) {
                    EtatEnvoi::Refuse
                } else {
                    EtatEnvoi::Abandonne
                };
                let (EchecPoste::Temporaire(raison)
                | EchecPoste::Definitif(raison)
                | EchecPoste::AdresseRefusee(raison)) = echec;
                let etat = EtatMessage::Echec {
                    le,
                    raison: raison.clone(),
                };
                (Issue::Abandonne(raison), etat, fini)
            }
        };
        self.compter_reponse(&courrier.etiquette, fini, lot);
        match self.noter_envoi(&mail.demande, mail.message, etat).await {
            Ok(()) => issue,
            // The mail goes again under the same id, and is recognised.
            Err(_occupe) => Issue::PlusTard,
        }
    }

    /// For the figures by provider (S42).
    fn compter_reponse(&self, etiquette: &str, etat: EtatEnvoi, lot: &mut Batch) {
        let note = Reponse::lire(&self.atelier.store, etiquette).and_then(|connue| {
            connue.map_or(Ok(()), |reponse| {
                Reponse { etat, ..reponse }.poser(lot, etiquette)
            })
        });
        if let Err(erreur) = note {
            // Only a figure is missing; the answer left or did not.
            tracing::warn!(%erreur, etiquette, "how an answer fared is not counted");
        }
    }

    async fn noter_envoi(
        &self,
        demande: &DemandeId,
        message: String,
        etat: EtatMessage,
    ) -> Result<(), Faute> {
        let ordre = OrdreSur {
            repere: None.into(),
            commande: Commande::NoterEnvoi { message, etat },
            avec: Batch::default(),
        };
        match self.annuaire.demande(demande, ordre).await {
            // The request may have been erased in between.
            Ok(_) | Err(Faute::Refus(_)) => Ok(()),
            Err(faute) => Err(faute),
        }
    }
}
