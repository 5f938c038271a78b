//! A candidate's act goes ahead of the question where the shared log ends (docs/adr/0020).

use std::sync::Arc;

use domain::dossier::Commande;

use super::Guichet;
use crate::acteurs::{Avance, Repere};
use crate::jetons;
use crate::protocol::{Acte, Faute, Requete, Resultat};

impl Guichet {
    /// What the act came to, when its commit shows that this node had all it was decided by; none when it has to be done
    /// by one that is known to have everything: a refusal, what changes nothing, what somebody else was faster than.
    pub(super) async fn devancer(&self, id: Option<&str>, requete: &Requete) -> Option<Resultat> {
        let Requete::Candidat { session, acte } = requete else {
            return None;
        };
        if !self.atelier.store.shared() || !se_devance(acte) {
            return None;
        }
        // Before who asks is looked at: what comes in between is noticed at the commit.
        let campagne = self.atelier.version_campagne();
        let (qui, lu) = self.authentifier_ici(session).await.ok()??;
        let cle = jetons::cle_session(session);
        let avance = Arc::new(Avance::new((&qui, lu.version), campagne, cle));
        let repere = Repere {
            id: id.map(|id| format!("{qui}/{id}")),
            // Where the actor knows more by now, it says so before the log does.
            version: Some(lu.version),
            avance: Some(avance.clone()),
            ..Repere::default()
        };
        match self.agir(&qui, lu, repere, acte.clone()).await {
            fait if avance.ecrit() => Some(fait),
            // A repeat would wait as long for the same.
            Err(faute @ (Faute::Indisponible { .. } | Faute::Occupe { .. })) => Some(Err(faute)),
            Ok(_) | Err(_) => None,
        }
    }
}

/// Whether it is one commit of one actor.
fn se_devance(acte: &Acte) -> bool {
    match acte {
        Acte::SiVersion { faire, .. } => se_devance(faire),
        Acte::Adresse(_)
        | Acte::Baccalaureat { .. }
        | Acte::ChangerLangue { .. }
        | Acte::EcrireEntree { .. }
        | Acte::RetirerEntree { .. } => true,
        // What is dropped makes room in the account, which is a second one.
        Acte::AgirDossier { commande, .. } => {
            !matches!(commande, Commande::Creer { .. } | Commande::Annuler)
        }
        Acte::Moi
        | Acte::Informations(_)
        | Acte::ChercherScolarite { .. }
        | Acte::ReprendreScolarite(_)
        | Acte::ChangerMail { .. }
        | Acte::ChangerMotDePasse { .. }
        | Acte::Courriers
        | Acte::Demandes
        | Acte::Demande { .. }
        | Acte::EcrireDemande { .. }
        | Acte::Dossiers
        | Acte::Dossier { .. }
        | Acte::OuvrirDossier { .. } => false,
    }
}
