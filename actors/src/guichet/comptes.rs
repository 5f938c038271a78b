//! Sign-up and validation (G03–G05).

use domain::candidat::{Commande, Compte};
use domain::effet::But;
use domain::ids::{CandidatId, Numero};
use domain::langue::Langue;
use domain::refus::{CodeRefus, Refus};

use super::Guichet;
use super::sso::prouve;
use crate::acteurs::{ESSAIS, occupe};
use crate::atelier::plus;
use crate::jetons;
use crate::protocol::{Faute, Reponse, Resultat, VuSso};

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
    /// G01: whom the single sign-on vouches for gets an account joined to it, and a session at once if it proved the
    /// address. An account that has the address already is joined only after its own proof.
    pub(super) async fn inscrire(
        &self,
        vu: Option<&VuSso>,
        (nom, prenom): (String, String),
        (mail, mot_de_passe): (String, String),
        langue: Langue,
    ) -> Resultat {
        let (identite, prouve) = prouve(vu, &mail);
        let (atelier, maintenant) = (&self.atelier, self.atelier.maintenant());
        let catalogue = atelier.catalogue();
        let campagne = catalogue
            .campagne
            .as_ref()
            .filter(|c| c.ouverte(maintenant));
        let campagne = campagne.ok_or(CodeRefus::CampagneFermee)?.code.clone();
        let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
        for _ in 0..ESSAIS {
            if let Some(identite) = &identite
                && self.par_identite(&identite.cle)?.is_some()
            {
                return Err(CodeRefus::IdentiteAutre.into());
            }
            if let Some(qui) = self.par_adresse(&mail)? {
                let commande = match &identite {
                    None => Commande::SignalerDoublon,
                    Some(_) => Commande::DemanderRattachement {
                        lien: atelier.lien(),
                    },
                };
                return self.faire(&qui, None, commande).await;
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
                identite: identite.clone(),
            });
            let commande = Commande::Creer {
                compte,
                lien: atelier.lien(),
                prouve,
            };
            match self.annuaire.candidat(&id, None, commande).await {
                // The address or the number was taken in between: look again, with another number.
                Err(Faute::Refus(Refus {
                    code: CodeRefus::AdressePrise,
                    ..
                })) => {}
                Err(faute) => return Err(faute),
                Ok(_) => {
                    return match vu.filter(|_| prouve) {
                        Some(vu) => self.connecter_sso(vu).await,
                        None => Ok(Reponse::Fait),
                    };
                }
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
