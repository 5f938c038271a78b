//! The establishment's single sign-on (G01): the edge has checked who somebody is there; here it becomes an account.

use domain::candidat::{Commande, Identite};
use domain::effet::But;
use domain::ids::CandidatId;
use domain::personnel::{Actif as Agent, Commande as CommandePersonnel, Personnel};
use domain::refus::CodeRefus;

use super::Guichet;
use super::lien_sso::LienSso;
use super::sessions::valide;
use crate::protocol::{EtapeSession, Faute, PersonnelSso, PreuveCompte, Reponse, Resultat, VuSso};

impl Guichet {
    /// Opens the session of whoever the identity belongs to: staff first, if they may come this way.
    pub(super) async fn connecter_sso(&self, vu: &VuSso) -> Resultat {
        if let Some(personnel) = &vu.personnel
            && let Some(session) = self.agent_sso(vu, personnel).await?
        {
            return Ok(session);
        }
        let qui = self.par_identite(&vu.identite.cle)?;
        let qui = qui.ok_or(CodeRefus::IdentiteInconnue)?;
        self.entrer_sso(qui, vu).await
    }

    async fn entrer_sso(&self, qui: CandidatId, vu: &VuSso) -> Resultat {
        let lu = self.annuaire.lire_candidat(&qui).await?;
        let actif = valide(&lu.etat)?;
        self.atelier.en_campagne(&actif.base.compte.campagne)?;
        self.ouvrir_session(qui, actif.base.epoque, LienSso::de(vu))
            .await
    }

    /// Who has this identity in the running campaign.
    pub(super) fn par_identite(&self, identite: &str) -> Result<Option<CandidatId>, Faute> {
        let catalogue = self.atelier.catalogue();
        let Some(campagne) = &catalogue.campagne else {
            return Ok(None);
        };
        self.par_cle(&self.atelier.cle.cle_identite(&campagne.code, identite))
    }

    /// A session of the member of staff whom the directory names; none when it names nobody at work.
    async fn agent_sso(
        &self,
        vu: &VuSso,
        personnel: &PersonnelSso,
    ) -> Result<Option<Reponse>, Faute> {
        let cle = self.atelier.cle.cle_identite_personnel(&vu.identite.cle);
        let lie = self.personnel_par_cle(&cle)?;
        let id = match lie {
            Some(id) => Some(id),
            None => {
                let mut trouves = personnel
                    .noms
                    .iter()
                    .map(|nom| self.personnel_par_mail(nom));
                trouves.find_map(Result::transpose).transpose()?
            }
        };
        let Some(id) = id else { return Ok(None) };
        let lu = self.annuaire.lire_personnel(&id).await?;
        let Personnel::Actif(actif) = lu.etat.as_ref() else {
            return Ok(None);
        };
        let lier = CommandePersonnel::LierIdentite {
            cle: vu.identite.cle.clone(),
        };
        self.annuaire.personnel(&id, None, lier).await?;
        let etape = self.etape(actif, personnel.second_facteur);
        self.ouvrir_session_personnel(&id, &lu.etat, etape, (None, LienSso::de(vu)))
            .await
            .map(Some)
    }

    /// Q17: the second factor is asked for here, unless the directory asked for one.
    fn etape(&self, actif: &Agent, second_facteur: bool) -> EtapeSession {
        match &actif.second {
            _ if second_facteur => EtapeSession::Complete,
            Some(_) => EtapeSession::SecondFacteur,
            None if self.atelier.limites.exiger_second_facteur => EtapeSession::Enrolement,
            None => EtapeSession::Complete,
        }
    }

    /// The same person has an account already, and proves it by its password or by a link to its address.
    pub(super) async fn rattacher_sso(&self, vu: &VuSso, preuve: PreuveCompte) -> Resultat {
        let (qui, nonce) = match preuve {
            PreuveCompte::MotDePasse {
                identifiant,
                mot_de_passe,
            } => {
                let (qui, etat, _) = self.reconnaitre(&identifiant, &mot_de_passe).await?;
                valide(&etat)?;
                (qui, None)
            }
            PreuveCompte::Lien { jeton } => {
                let (qui, nonce) = self.lien(But::Rattachement, &jeton)?;
                (qui, Some(nonce))
            }
        };
        let lu = self.annuaire.lire_candidat(&qui).await?;
        let base = lu.etat.base().ok_or(CodeRefus::LienInvalide)?;
        self.atelier.en_campagne(&base.compte.campagne)?;
        let rattacher = Commande::Rattacher {
            nonce,
            identite: Box::new(vu.identite.clone()),
        };
        self.annuaire.candidat(&qui, None, rattacher).await?;
        self.entrer_sso(qui, vu).await
    }
}

/// An identity that may create an account: what it proves of the address typed with it.
pub(super) fn prouve(vu: Option<&VuSso>, mail: &str) -> (Option<Identite>, bool) {
    let Some(vu) = vu else { return (None, false) };
    let prouve = vu.mail_prouve.as_deref() == Some(mail);
    (Some(vu.identite.clone()), prouve)
}
