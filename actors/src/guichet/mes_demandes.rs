//! What a candidate asks the support from their own page: logged in, so that whose request it is is sure.

use domain::campagne::CodeReponse;
use domain::demande::{
    Arrivee, Auteur, Canal, Commande, Demande, Message, Projet, Rattachement, Sens, Surete,
};
use domain::ids::{CandidatId, DemandeId, DossierId};
use domain::refus::{CodeRefus, Refus};
use storage::Batch;

use super::Guichet;
use super::candidat::actif;
use crate::acteurs::{Instantane, InstantaneDemande, OrdreSur, Repere};
use crate::atelier::faute;
use crate::jetons;
use crate::protocol::{Faute, FiltreDemandes, MaDemande, MonMessage, Reponse, Resultat};
use crate::support::Lecture;
use crate::support::repondre::{faits, rediger};

/// Requests of one candidate that are not done; beyond, one goes on with them.
const MAX_OUVERTES: usize = 20;

impl Guichet {
    /// What is surely this candidate's: a mail that only says so is not shown (S25, S28).
    pub(super) async fn mes_demandes(&self, qui: &CandidatId) -> Resultat {
        let mut filtre = FiltreDemandes {
            candidat: Some(qui.clone()),
            toutes: true,
            limite: Some(crate::demandes::MAX_LIGNES),
            ..FiltreDemandes::default()
        };
        let mut demandes = Vec::new();
        loop {
            let liste = &self.atelier.demandes;
            let page = liste.chercher(&self.atelier, &filtre, |ligne| {
                ligne.surete == Surete::Authentifiee
            });
            let page = page.map_err(|e| faute(&e))?;
            for ligne in page.demandes {
                let lu = self.annuaire.lire_demande(&ligne.id).await?;
                demandes.extend(mienne(qui, &lu));
            }
            filtre.curseur = page.curseur;
            if filtre.curseur.is_none() {
                break;
            }
        }
        demandes.sort_by(|a, b| (b.recue_le, &b.id).cmp(&(a.recue_le, &a.id)));
        Ok(Reponse::MesDemandes { demandes })
    }

    pub(super) async fn ma_demande(&self, qui: &CandidatId, id: &DemandeId) -> Resultat {
        let lu = self.annuaire.lire_demande(id).await?;
        let vue = mienne(qui, &lu).ok_or(CodeRefus::Introuvable)?;
        Ok(Reponse::MaDemande(Box::new(vue)))
    }

    /// In a request of theirs that is not over, or in a new one.
    pub(super) async fn ecrire_demande(
        &self,
        qui: &CandidatId,
        lu: &Instantane,
        repere: Repere,
        (demande, objet, texte, dossier): (Option<DemandeId>, String, String, Option<DossierId>),
    ) -> Resultat {
        let compte = &actif(lu)?.base.compte;
        let mut rattachement = Rattachement {
            candidat: Some(qui.clone()),
            surete: Surete::Authentifiee,
            raisons: vec!["session".to_owned()],
            ..Rattachement::default()
        };
        if let Some(id) = dossier {
            let vue = self.annuaire.lire_dossier(&id, Some(qui)).await?;
            rattachement.formation = Some(vue.formation);
            rattachement.dossier = Some(id);
        }
        let (demande, objet) = match demande {
            Some(id) => {
                let lu = self.annuaire.lire_demande(&id).await?;
                let objet = lu.etat.fond().map(|f| f.objet.clone());
                mienne(qui, &lu).ok_or(CodeRefus::Introuvable)?;
                (Some(id), objet.unwrap_or(objet_de(&texte)))
            }
            None => {
                self.place_pour_une_autre(qui)?;
                (None, objet)
            }
        };
        let compris = Lecture {
            langue: compte.langue,
            objet_nu: objet.clone(),
            ..self.atelier.comprendre_texte(&objet, &texte)
        };
        let projet = match demande {
            // Who goes on with a request is answered by who knows it.
            Some(_) => None,
            None => self.projet(&compris, &rattachement).await?,
        };
        let nouvel_id = jetons::id_dossier(self.atelier.alea.as_ref(), repere.id.as_deref());
        let message = Message {
            id: nouvel_id.clone(),
            sens: Sens::Entrant,
            canal: Canal::Page,
            par: Auteur::Demandeur,
            le: self.atelier.maintenant(),
            de: compte.mail.clone(),
            a: String::new(),
            objet: objet.clone(),
            texte,
            message_id: None,
            references: Vec::new(),
            sha256: None,
            pieces: Vec::new(),
            defauts: Vec::new(),
            envoi: None,
        };
        let arrivee = Arrivee {
            projet,
            ..arrivee(message, compte, rattachement, compris)
        };
        let ecrit = self.deposer(demande, &nouvel_id, arrivee, repere).await?;
        let vue = mienne(qui, &ecrit).ok_or(CodeRefus::Introuvable)?;
        Ok(Reponse::MaDemande(Box::new(vue)))
    }

    /// Beyond the limit one goes on with what is open.
    fn place_pour_une_autre(&self, qui: &CandidatId) -> Result<(), Faute> {
        let filtre = FiltreDemandes {
            candidat: Some(qui.clone()),
            limite: Some(1),
            ..FiltreDemandes::default()
        };
        let ouvertes = self
            .atelier
            .demandes
            .chercher(&self.atelier, &filtre, |ligne| {
                ligne.surete == Surete::Authentifiee
            });
        if ouvertes.map_err(|e| faute(&e))?.total >= MAX_OUVERTES {
            return Err(CodeRefus::TropDeDemandes.into());
        }
        Ok(())
    }

    /// An answer for a person to read, change and send (S55); none where no mails are read.
    async fn projet(
        &self,
        compris: &Lecture,
        rattachement: &Rattachement,
    ) -> Result<Option<Projet>, Faute> {
        let Some(lecteur) = self.atelier.boite.lecteur.get() else {
            return Ok(None);
        };
        let ici = (self.atelier.as_ref(), &self.annuaire);
        let faits = faits(ici, compris, rattachement).await?;
        let lequel = (CodeReponse::Projet, compris.langue);
        let texte = rediger(&self.atelier, lecteur.as_ref(), lequel, &faits).ok();
        Ok(texte.map(|texte| Projet {
            modele: CodeReponse::Projet.nom().to_owned(),
            texte,
        }))
    }

    /// A request that ended long ago is followed by a new one (S59).
    async fn deposer(
        &self,
        demande: Option<DemandeId>,
        nouvel_id: &str,
        mut arrivee: Arrivee,
        repere: Repere,
    ) -> Result<InstantaneDemande, Faute> {
        if let Some(id) = demande {
            let suite = self.recevoir_demande(&id, arrivee.clone(), repere.id.clone());
            match suite.await {
                Err(Faute::Refus(Refus {
                    code: CodeRefus::DemandeClose | CodeRefus::DemandeFusionnee,
                    ..
                })) => arrivee.origine = Some(id),
                autre => return autre,
            }
        }
        let id = DemandeId::new(nouvel_id);
        self.recevoir_demande(&id, arrivee, repere.id).await
    }

    async fn recevoir_demande(
        &self,
        id: &DemandeId,
        arrivee: Arrivee,
        commande: Option<String>,
    ) -> Result<InstantaneDemande, Faute> {
        let ordre = OrdreSur {
            repere: commande.into(),
            commande: Commande::Recevoir {
                id: id.clone(),
                arrivee: Box::new(arrivee),
            },
            avec: Batch::default(),
        };
        self.annuaire.demande(id, ordre).await
    }
}

fn objet_de(texte: &str) -> String {
    texte.lines().next().unwrap_or_default().to_owned()
}

fn arrivee(
    message: Message,
    compte: &domain::candidat::Compte,
    rattachement: Rattachement,
    compris: Lecture,
) -> Arrivee {
    Arrivee {
        nom: format!("{} {}", compte.prenom, compte.nom),
        objet: message.objet.clone(),
        message,
        langue: compte.langue,
        rattachement,
        classes: compris.classes,
        urgent: compris.urgent,
        signalements: Vec::new(),
        projet: None,
        sans_suite: false,
        origine: None,
    }
}

/// As its candidate sees it; none when it is not surely theirs.
fn mienne(qui: &CandidatId, lu: &InstantaneDemande) -> Option<MaDemande> {
    let (fond, etat) = (lu.etat.fond()?, lu.etat.etat()?);
    let sienne = fond.rattachement.candidat.as_ref() == Some(qui)
        && fond.rattachement.surete == Surete::Authentifiee;
    // What was merged is read where it is now.
    let ici = !matches!(lu.etat.as_ref(), Demande::Fusionnee { .. });
    (sienne && ici).then(|| MaDemande {
        id: fond.id.clone(),
        etat,
        objet: fond.objet.clone(),
        dossier: fond.rattachement.dossier.clone(),
        recue_le: fond.recue_le,
        messages: fond.messages.iter().map(mon_message).collect(),
        version: lu.version,
    })
}

fn mon_message(message: &Message) -> MonMessage {
    MonMessage {
        de_moi: message.sens == Sens::Entrant,
        automatique: matches!(message.par, Auteur::Automate { .. }),
        le: message.le,
        texte: message.texte.clone(),
        pieces: message.pieces.iter().map(|p| p.nom.clone()).collect(),
        original: message.sha256.clone(),
    }
}
