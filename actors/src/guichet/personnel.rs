//! The administration of staff, for administrators and for the operator at the console.

use domain::effet::But;
use domain::ids::PersonnelId;
use domain::personnel::{Commande, Fiche, Personnel};
use domain::refus::CodeRefus;

use super::Guichet;
use super::audit::Passage;
use crate::acteurs::{InstantanePersonnel, PREFIXE_PERSONNEL};
use crate::atelier::faute;
use crate::jetons;
use crate::protocol::{
    ActePersonnel, EtatPersonnel, Faute, NouveauPersonnel, PersonnelVue, Reponse, Resultat,
};

/// The most members of staff listed.
const MAX_PERSONNEL: usize = 10_000;

impl Guichet {
    /// `par` is the administrator; none is the operator, who is trusted as the owner of the machine.
    pub(super) async fn administrer(
        &self,
        par: Option<PersonnelId>,
        id: Option<String>,
        acte: ActePersonnel,
    ) -> Resultat {
        let (qui, commande) = match acte {
            ActePersonnel::Lister => return self.lister_personnel().await,
            ActePersonnel::Lire { id } => {
                return repondre(&self.annuaire.lire_personnel(&id).await?);
            }
            ActePersonnel::Trouver { mail } => {
                let id = self.personnel_par_mail(&mail)?;
                let id = id.ok_or(CodeRefus::Introuvable)?;
                return repondre(&self.annuaire.lire_personnel(&id).await?);
            }
            ActePersonnel::Inviter(nouveau) => {
                let fiche = self.fiche(nouveau, id.as_deref())?;
                let (lien, par) = (self.atelier.lien(), par.clone());
                (fiche.id.clone(), Commande::Inviter { fiche, lien, par })
            }
            ActePersonnel::Installer {
                nouveaux,
                mot_de_passe,
            } => return self.installer(nouveaux, mot_de_passe).await,
            ActePersonnel::Reinviter { id } => {
                let (lien, par) = (self.atelier.lien(), par.clone());
                (id, Commande::RenvoyerInvitation { lien, par })
            }
            ActePersonnel::Modifier {
                id,
                nom,
                prenom,
                droits,
            } => {
                let commande = Commande::Modifier {
                    nom,
                    prenom,
                    droits,
                    par: par.clone(),
                };
                (id, commande)
            }
            ActePersonnel::Desactiver { id } => (id, Commande::Desactiver { par: par.clone() }),
            ActePersonnel::RetirerSecond { id } => {
                (id, Commande::RetirerSecond { par: par.clone() })
            }
            ActePersonnel::DelierIdentite { id } => {
                (id, Commande::DelierIdentite { par: par.clone() })
            }
        };
        let quoi = nom(&commande);
        let apres = self.annuaire.personnel(&qui, id, commande).await?;
        self.tracer_personnel(par.as_ref(), quoi, &qui).await?;
        let personnel = vue(&apres).ok_or(CodeRefus::Introuvable)?;
        // Administrators never see each other's links: they go to the address, which they prove.
        let invitation = match (par, apres.etat.as_ref()) {
            (None, Personnel::Invite { lien, .. }) => {
                let cle = &self.atelier.cle;
                Some(cle.jeton_personnel(But::Invitation, &qui, &lien.nonce))
            }
            _ => None,
        };
        Ok(Reponse::Personnel {
            personnel: Box::new(personnel),
            invitation,
        })
    }

    /// The event itself says who did it, in its own commit; this line finds it among all they did (ADR 0012).
    async fn tracer_personnel(
        &self,
        par: Option<&PersonnelId>,
        quoi: &str,
        qui: &PersonnelId,
    ) -> Result<(), Faute> {
        let Some(par) = par else { return Ok(()) };
        let passage = Passage {
            quoi,
            dossier: None,
            detail: Some(qui.to_string()),
        };
        self.tracer(par, passage).await
    }

    /// All under one password, hashed once.
    async fn installer(&self, nouveaux: Vec<NouveauPersonnel>, mot_de_passe: String) -> Resultat {
        let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
        for nouveau in nouveaux {
            let fiche = self.fiche(nouveau, None)?;
            let id = fiche.id.clone();
            let commande = Commande::Installer {
                fiche,
                mot_de_passe: mot_de_passe.clone(),
            };
            self.annuaire.personnel(&id, None, commande).await?;
        }
        Ok(Reponse::Fait)
    }

    /// A new file; the same for a repeat of the same command.
    fn fiche(
        &self,
        nouveau: NouveauPersonnel,
        commande: Option<&str>,
    ) -> Result<Box<Fiche>, Faute> {
        if self.personnel_par_mail(&nouveau.mail)?.is_some() && commande.is_none() {
            return Err(CodeRefus::PersonnelExiste.into());
        }
        let id = match commande {
            None => jetons::identifiant(self.atelier.alea.as_ref()),
            Some(commande) => jetons::hexa(&jetons::cle_session(commande)),
        };
        Ok(Box::new(Fiche {
            id: PersonnelId::new(id),
            mail: nouveau.mail,
            nom: nouveau.nom,
            prenom: nouveau.prenom,
            droits: nouveau.droits,
            langue: nouveau.langue,
            cree_le: self.atelier.maintenant(),
        }))
    }

    async fn lister_personnel(&self) -> Resultat {
        let personnels = self.tout_le_personnel().await?;
        Ok(Reponse::Personnels { personnels })
    }

    /// Everybody, by name.
    pub(super) async fn tout_le_personnel(&self) -> Result<Vec<PersonnelVue>, Faute> {
        let prefixe = PREFIXE_PERSONNEL.as_bytes();
        let lignes = self.atelier.store.views(prefixe, None, MAX_PERSONNEL);
        let mut personnels = Vec::new();
        for (_, id) in lignes.map_err(|e| faute(&e))? {
            let id = PersonnelId::new(String::from_utf8_lossy(&id));
            personnels.extend(vue(&self.annuaire.lire_personnel(&id).await?));
        }
        personnels.sort_by(|a, b| (&a.nom, &a.prenom, &a.mail).cmp(&(&b.nom, &b.prenom, &b.mail)));
        Ok(personnels)
    }
}

/// The act's code in the trail.
const fn nom(commande: &Commande) -> &'static str {
    match commande {
        Commande::Inviter { .. } | Commande::Installer { .. } => "inviter_personnel",
        Commande::RenvoyerInvitation { .. } => "renvoyer_invitation",
        Commande::Modifier { .. } => "modifier_personnel",
        Commande::Desactiver { .. } => "desactiver_personnel",
        Commande::RetirerSecond { .. } => "retirer_second_facteur",
        Commande::DelierIdentite { .. } => "delier_identite",
        Commande::Accepter { .. }
        | Commande::DemanderReinitialisation { .. }
        | Commande::Reinitialiser { .. }
        | Commande::ChangerMotDePasse { .. }
        | Commande::Rehacher { .. }
        | Commande::LierIdentite { .. }
        | Commande::CommencerSecond { .. }
        | Commande::ConfirmerSecond { .. }
        | Commande::ProuverSecond { .. }
        | Commande::UtiliserRecours { .. }
        | Commande::RenouvelerRecours { .. }
        | Commande::GarderAffaire { .. }
        | Commande::OublierAffaire { .. } => "changer_acces",
    }
}

fn repondre(lu: &InstantanePersonnel) -> Resultat {
    Ok(Reponse::Personnel {
        personnel: Box::new(vue(lu).ok_or(CodeRefus::Introuvable)?),
        invitation: None,
    })
}

/// A member of staff as administrators see it; none for nobody.
pub(super) fn vue(lu: &InstantanePersonnel) -> Option<PersonnelVue> {
    let fiche = lu.etat.fiche()?;
    let (etat, actif) = match lu.etat.as_ref() {
        Personnel::Absent => return None,
        Personnel::Invite { .. } => (EtatPersonnel::Invite, None),
        Personnel::Actif(actif) => (EtatPersonnel::Actif, Some(actif)),
        Personnel::Desactive { .. } => (EtatPersonnel::Desactive, None),
    };
    let second = actif.and_then(|a| a.second.as_ref());
    Some(PersonnelVue {
        id: fiche.id.clone(),
        mail: fiche.mail.clone(),
        nom: fiche.nom.clone(),
        prenom: fiche.prenom.clone(),
        droits: fiche.droits.clone(),
        langue: fiche.langue,
        etat,
        second_facteur: second.is_some(),
        identite: actif.is_some_and(|a| a.identite.is_some()),
        recours: second.map_or(0, |s| s.recours.len()),
        cree_le: fiche.cree_le,
        version: lu.version,
    })
}
