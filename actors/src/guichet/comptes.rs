//! Sign-up and validation (G03–G05).

use domain::candidat::{Commande, Compte};
use domain::effet::But;
use domain::ids::{CandidatId, Numero};
use domain::langue::Langue;
use domain::refus::{CodeRefus, Refus};

use super::Guichet;
use crate::acteurs::{ESSAIS, occupe};
use crate::atelier::plus;
use crate::jetons;
use crate::protocol::{Faute, Reponse, Resultat};

impl Guichet {
    pub(super) async fn valider(&self, jeton: &str) -> Resultat {
        let (qui, nonce) = self.lien(But::Validation, jeton)?;
        let apres = self
            .annuaire
            .candidat(&qui, None, Commande::Valider { nonce })
            .await?;
        let numero = apres.etat.base().map(|b| b.compte.numero.clone());
        Ok(Reponse::Valide {
            numero: numero.ok_or(CodeRefus::Introuvable)?,
        })
    }

    /// G08: of a candidate, or of a member of staff, whose links have another end.
    pub(super) async fn reinitialiser(&self, jeton: &str, mot_de_passe: String) -> Resultat {
        let personnel = But::ReinitialisationPersonnel;
        if let Some(lien) = self.atelier.cle.ouvrir_personnel(personnel, jeton) {
            return self.nouveau_mot_de_passe(lien, mot_de_passe).await;
        }
        let (qui, nonce) = self.lien(But::Reinitialisation, jeton)?;
        let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
        let commande = Commande::Reinitialiser {
            nonce,
            mot_de_passe,
        };
        self.faire(&qui, None, commande).await
    }

    /// G03, G05: the answer and the work are alike whether or not the address is known.
    pub(super) async fn inscrire(
        &self,
        (nom, prenom): (String, String),
        mail: String,
        mot_de_passe: String,
        langue: Langue,
    ) -> Resultat {
        let (atelier, maintenant) = (&self.atelier, self.atelier.maintenant());
        let catalogue = atelier.catalogue();
        let campagne = catalogue
            .campagne
            .as_ref()
            .filter(|c| c.ouverte(maintenant));
        let campagne = campagne.ok_or(CodeRefus::CampagneFermee)?.code.clone();
        let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
        for _ in 0..ESSAIS {
            if let Some(qui) = self.par_adresse(&mail)? {
                return self.faire(&qui, None, Commande::SignalerDoublon).await;
            }
            let id = CandidatId::new(jetons::identifiant(atelier.alea.as_ref()));
            let compte = Box::new(Compte {
                id: id.clone(),
                numero: Numero::new(jetons::numero(atelier.alea.as_ref())),
                campagne: campagne.clone(),
                nom: nom.clone(),
                prenom: prenom.clone(),
                mail: mail.clone(),
                mot_de_passe: mot_de_passe.clone(),
                langue,
                cree_le: maintenant,
                expire_le: plus(maintenant, atelier.limites.vie_compte),
            });
            let commande = Commande::Creer {
                compte,
                lien: atelier.lien(),
            };
            match self.annuaire.candidat(&id, None, commande).await {
                // The address or the number was taken in between: look again, with another number.
                Err(Faute::Refus(Refus {
                    code: CodeRefus::AdressePrise,
                    ..
                })) => {}
                autre => return autre.map(|_| Reponse::Fait),
            }
        }
        Err(occupe())
    }

    /// G38: for whoever typed a wrong address at sign-up and knows the password. An address that somebody else has
    /// is answered alike, and its owner is told by mail (Q12).
    pub(super) async fn corriger(
        &self,
        identifiant: &str,
        mot_de_passe: String,
        mail: String,
    ) -> Resultat {
        let (qui, etat, _) = self.reconnaitre(identifiant, &mot_de_passe).await?;
        let base = etat.base().ok_or(Faute::IdentifiantsFaux)?;
        self.atelier.en_campagne(&base.compte.campagne)?;
        let corriger = Commande::CorrigerMail {
            mail: mail.clone(),
            lien: self.atelier.lien(),
        };
        match self.annuaire.candidat(&qui, None, corriger).await {
            Err(Faute::Refus(Refus {
                code: CodeRefus::AdressePrise,
                ..
            })) => self.ecrire_a(&mail, Commande::SignalerDoublon).await,
            autre => autre.map(|_| Reponse::Fait),
        }
    }
}
