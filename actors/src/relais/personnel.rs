//! Mails to staff on their way out; how each fared is counted with the others (S42).

use domain::effet::MailPersonnel;
use storage::{Batch, OutboxItem};

use super::{ESSAIS_MAX, Issue, Relais};
use crate::atelier::Compteurs;
use crate::courriers::{EtatEnvoi, Interne};
use crate::ports::{CourrierPersonnel, EchecPoste, LienCourrier};

impl Relais {
    pub(super) async fn poster_personnel(
        &self,
        du: &OutboxItem,
        mail: MailPersonnel,
        lot: &mut Batch,
    ) -> Issue {
        let cle = &self.atelier.cle;
        let lien = mail.lien.map(|(but, lien)| LienCourrier {
            but,
            jeton: cle.jeton_personnel(but, &mail.personnel, &lien.nonce),
            expire_le: lien.expire_le,
        });
        let courrier = CourrierPersonnel {
            id: du.id.clone(),
            etiquette: cle.etiquette(&du.id),
            code: mail.code,
            a: mail.a,
            langue: mail.langue,
            prenom: mail.prenom,
            lien,
        };
        let remis = self.postier.poster_personnel(&courrier).await;
        let raison = remis.as_ref().err().map(|echec| echec.raison().to_owned());
        let (issue, etat) = self.remise(du, remis);
        let qui = (courrier.etiquette.as_str(), courrier.a.as_str());
        let note = Interne::noter(&self.atelier, qui, (etat, raison), lot);
        if let Err(erreur) = note {
            // Only a figure is missing; the mail left or did not.
            tracing::warn!(%erreur, id = du.id, "how a mail fared is not counted");
        }
        issue
    }

    /// What became of a mail.
    pub(super) fn remise(
        &self,
        du: &OutboxItem,
        remis: Result<(), EchecPoste>,
    ) -> (Issue, EtatEnvoi) {
        let compteurs = &self.atelier.compteurs;
        match remis {
            Ok(()) => {
                Compteurs::compter(&compteurs.envoyes);
                (Issue::Fait, EtatEnvoi::Envoye)
            }
            Err(EchecPoste::Temporaire(raison)) => {
                Compteurs::compter(&compteurs.remis);
                tracing::warn!(id = du.id, raison, essais = du.attempts, "a mail waits");
                let etat = if du.attempts >= ESSAIS_MAX {
                    EtatEnvoi::Abandonne
                } else {
                    EtatEnvoi::Differe
                };
                (Issue::PlusTard, etat)
            }
            Err(EchecPoste::Definitif(raison)) => {
                Compteurs::compter(&compteurs.abandonnes);
                (Issue::Abandonne(raison), EtatEnvoi::Abandonne)
            }
            Err(EchecPoste::AdresseRefusee(raison)) => {
                Compteurs::compter(&compteurs.abandonnes);
                (Issue::Abandonne(raison), EtatEnvoi::Refuse)
            }
        }
    }
}
