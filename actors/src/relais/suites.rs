//! What a change of the campaign brings to dossiers that are not handed in yet.

use domain::campagne::Suites;
use domain::dossier::{Dossier, relances};
use domain::effet::{CodeMail, DetailsMail, Effet, MailDu};
use domain::ids::{FormationCode, PieceCode};
use storage::{Batch, OutboxItem, StoreError, Timer};

use super::Relais;
use crate::atelier::faute;
use crate::courriers::Envoi;
use crate::fil::{Fil, json};
use crate::protocol::{Etat, Faute, LigneDossier};

/// Mails put in the outbox in one commit.
const LOT: usize = 100;

impl Relais {
    pub(super) async fn suivre(&self, du: &OutboxItem, suites: Suites) -> Result<(), Faute> {
        match suites {
            Suites::Pieces {
                formation,
                ajoutees,
                retirees,
            } => self.annoncer(du, &formation, (ajoutees, retirees)).await,
            Suites::Dates { formation } => self.deplacer(&formation).await,
            // Places change in the commit of the campaign itself.
            Suites::Places { .. } | Suites::Recommencer { .. } => Ok(()),
        }
    }

    /// Each candidate who has not transmitted is told; who has is not concerned (G30).
    async fn annoncer(
        &self,
        du: &OutboxItem,
        formation: &FormationCode,
        (ajoutees, retirees): (Vec<PieceCode>, Vec<PieceCode>),
    ) -> Result<(), Faute> {
        let details = DetailsMail {
            pieces: ajoutees.into_iter().map(|code| (code, None)).collect(),
            retirees,
            ..DetailsMail::default()
        };
        let lignes = self.ouverts(formation, &[Etat::EnAttente])?;
        for lignes in lignes.chunks(LOT) {
            let mut lot = Batch::default();
            for ligne in lignes {
                let etat = self.annuaire.lire_candidat(&ligne.candidat).await?.etat;
                let Some(base) = etat.base() else { continue };
                let mail = MailDu {
                    code: CodeMail::PiecesModifiees,
                    a: base.compte.mail.clone(),
                    langue: base.compte.langue,
                    candidat: ligne.candidat.clone(),
                    dossier: Some(ligne.id.clone()),
                    formation: Some(formation.clone()),
                    lien: None,
                    jours: None,
                    details: Some(Box::new(details.clone())),
                };
                // From the change's own id: a repeat owes the same mail.
                let id = format!("{}.{}", du.id, ligne.id);
                self.devoir(&mut lot, id, mail).map_err(|e| faute(&e))?;
            }
            self.commettre(lot).await?;
        }
        Ok(())
    }

    fn devoir(&self, lot: &mut Batch, id: String, mail: MailDu) -> Result<(), StoreError> {
        let le = self.atelier.maintenant();
        Envoi::en_file(self.atelier.cle.etiquette(&id), &mail, le).poser(lot)?;
        lot.outbox_put.push(OutboxItem {
            id,
            due_ms: le.as_millisecond(),
            attempts: 0,
            data: json(&Effet::Mail(mail))?,
        });
        Ok(())
    }

    /// The reminders follow the formation's new date.
    async fn deplacer(&self, formation: &FormationCode) -> Result<(), Faute> {
        let lignes = self.ouverts(formation, &[Etat::EnAttente, Etat::Incomplet])?;
        for lignes in lignes.chunks(LOT) {
            let mut lot = Batch::default();
            for ligne in lignes {
                self.relances(&mut lot, ligne).map_err(|e| faute(&e))?;
            }
            self.commettre(lot).await?;
        }
        Ok(())
    }

    fn relances(&self, lot: &mut Batch, ligne: &LigneDossier) -> Result<(), StoreError> {
        let stream = format!("dossier.{}", ligne.id);
        let fil = Fil::<Dossier>::charger(&self.atelier, stream)?;
        let maintenant = self.atelier.maintenant();
        for effet in relances(&fil.etat, &self.atelier.catalogue(), maintenant) {
            if let Effet::Armer { echeance, le } = effet {
                lot.timers_set.push(Timer {
                    key: format!("{}/{}", fil.stream, echeance.cle()),
                    due_ms: le.as_millisecond(),
                    data: json(&echeance)?,
                });
            } else if let Effet::Desarmer { echeance } = effet {
                let cle = format!("{}/{}", fil.stream, echeance.cle());
                lot.timers_clear.push(cle);
            }
        }
        Ok(())
    }

    /// The dossiers of a formation in these states.
    fn ouverts(
        &self,
        formation: &FormationCode,
        etats: &[Etat],
    ) -> Result<Vec<LigneDossier>, Faute> {
        let lignes = self.liste.de_la_formation(&self.atelier, formation);
        let mut lignes = lignes.map_err(|e| faute(&e))?;
        lignes.retain(|l| etats.contains(&l.etat));
        Ok(lignes)
    }

    async fn commettre(&self, lot: Batch) -> Result<(), Faute> {
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }
}
