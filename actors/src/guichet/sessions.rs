//! Log-in, and whose session a request carries.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use storage::{Batch, Stamp};

use domain::candidat::{Actif, Candidat, Commande};
use domain::formulaires::normaliser_mail;
use domain::ids::CandidatId;
use domain::refus::CodeRefus;

use super::Guichet;
use super::candidat::actif;
use super::lien_sso::LienSso;
use crate::acteurs::Instantane;
use crate::atelier::{faute, plus};
use crate::fil::json;
use crate::generations::Generations;
use crate::jetons;
use crate::mots_de_passe::Verdict;
use crate::protocol::{Faute, Reponse, Resultat};

/// The stored form of a session; its key is the hash of the token (Q11).
#[derive(Serialize, Deserialize)]
pub(super) struct Session {
    candidat: CandidatId,
    epoque: u32,
    expire_le: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sso: Option<LienSso>,
}

/// Sessions as they were read last, by their keys, each with the stamp that says whether it still stands.
pub(super) type Sessions = Generations<Vec<u8>, (Stamp, Arc<Session>)>;

/// A validated account; why not, for who has shown to be its owner (G06, G38).
pub(super) fn valide(etat: &Candidat) -> Result<&Actif, Faute> {
    match etat {
        Candidat::Absent | Candidat::Expire(_) => Err(Faute::IdentifiantsFaux),
        Candidat::AValider { base, .. } if base.rebond.is_some() => {
            Err(CodeRefus::AdresseRefusee.into())
        }
        Candidat::AValider { .. } => Err(CodeRefus::CompteNonValide.into()),
        Candidat::Actif(actif) => Ok(actif),
    }
}

impl Guichet {
    pub(super) async fn connecter(&self, identifiant: &str, mot_de_passe: String) -> Resultat {
        let (qui, etat, verdict) = self.reconnaitre(identifiant, &mot_de_passe).await?;
        let actif = valide(&etat)?;
        self.atelier.en_campagne(&actif.base.compte.campagne)?;
        if verdict == Verdict::ARehacher {
            let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
            self.annuaire
                .candidat(&qui, None, Commande::Rehacher { mot_de_passe })
                .await?;
        }
        self.ouvrir_session(qui, actif.base.epoque, None).await
    }

    /// Whose number or address it is, with the right password; only who knows that is told more (Q12).
    pub(super) async fn reconnaitre(
        &self,
        identifiant: &str,
        mot_de_passe: &str,
    ) -> Result<(CandidatId, Arc<Candidat>, Verdict), Faute> {
        let identifiant = identifiant.trim();
        let qui = if identifiant.contains('@') {
            let mail = normaliser_mail(identifiant);
            match self.par_adresse(&mail)? {
                None => self.par_adresse_archivee(&mail)?,
                trouve => trouve,
            }
        } else {
            self.par_cle(&jetons::cle_numero(identifiant))?
        };
        let lu = match &qui {
            Some(qui) => Some(self.annuaire.lire_candidat(qui).await?.etat),
            None => None,
        };
        let base = lu.as_deref().and_then(Candidat::base);
        let hache = base.map(|b| b.compte.mot_de_passe.clone());
        let verdict = self.hacheur.verifier(hache, mot_de_passe.to_owned());
        match (qui, lu, verdict.await?) {
            (None, _, _) | (_, None, _) | (_, _, Verdict::Faux) => Err(Faute::IdentifiantsFaux),
            (Some(qui), Some(etat), verdict) => Ok((qui, etat, verdict)),
        }
    }

    /// A new session, which the single sign-on may end under its own name for it.
    pub(super) async fn ouvrir_session(
        &self,
        candidat: CandidatId,
        epoque: u32,
        sso: Option<LienSso>,
    ) -> Resultat {
        let expire_le = plus(self.atelier.maintenant(), self.atelier.limites.vie_session);
        let jeton = jetons::jeton_session(self.atelier.alea.as_ref());
        let fin = sso.as_ref().map(|lien| lien.ligne(&jeton, expire_le));
        let fin = fin.transpose().map_err(|e| faute(&e))?.flatten();
        let session = Session {
            candidat: candidat.clone(),
            epoque,
            expire_le,
            sso,
        };
        let ligne = json(&session).map_err(|e| faute(&e))?;
        let mut sessions_put = vec![(jetons::cle_session(&jeton), ligne)];
        sessions_put.extend(fin);
        let lot = Batch {
            sessions_put,
            ..Batch::default()
        };
        self.atelier
            .store
            .commit(lot)
            .await
            .map_err(|e| faute(&e))?;
        Ok(Reponse::Session {
            jeton,
            expire_le,
            candidat,
        })
    }

    /// Whose session it is, and the account as it stands; ends with a new password or the campaign.
    pub(super) async fn authentifier(
        &self,
        session: &str,
    ) -> Result<(CandidatId, Instantane), Faute> {
        let session = self.session(session)?;
        self.reconnue(&session).await
    }

    /// The same; none when somebody else than this campaign may end the session, without a word in its own row.
    pub(super) async fn authentifier_ici(
        &self,
        session: &str,
    ) -> Result<Option<(CandidatId, Instantane)>, Faute> {
        let session = self.session(session)?;
        if session.sso.is_some() {
            return Ok(None);
        }
        self.reconnue(&session).await.map(Some)
    }

    async fn reconnue(&self, session: &Session) -> Result<(CandidatId, Instantane), Faute> {
        if self.atelier.maintenant() >= session.expire_le {
            return Err(Faute::SessionAbsente);
        }
        self.encore_la_bas(session.sso.as_ref())?;
        let lu = self.annuaire.lire_candidat(&session.candidat).await?;
        let actif = actif(&lu)?;
        if actif.base.epoque != session.epoque {
            return Err(Faute::SessionAbsente);
        }
        self.atelier.en_campagne(&actif.base.compte.campagne)?;
        Ok((session.candidat.clone(), lu))
    }

    /// The session of a token, if there is one. One that ended is known by its stamp at once.
    fn session(&self, jeton: &str) -> Result<Arc<Session>, Faute> {
        let (store, cle) = (&self.atelier.store, jetons::cle_session(jeton));
        // Before the look: what is written after it moves the stamp.
        let maintenant = store.session_stamp(&cle);
        let connue = self.sessions.trouver(&cle);
        if let Some((vue, session)) = &connue
            && maintenant.stands(*vue)
        {
            return Ok(session.clone());
        }
        let Some(ligne) = store.session(&cle).map_err(|e| faute(&e))? else {
            if connue.is_some() {
                self.sessions.oublier(&cle);
            }
            return Err(Faute::SessionAbsente);
        };
        let session: Session =
            serde_json::from_slice(&ligne).map_err(|_ancienne| Faute::SessionAbsente)?;
        let session = Arc::new(session);
        self.sessions.garder(&cle, (maintenant, session.clone()));
        Ok(session)
    }

    pub(super) async fn deconnecter(&self, session: &str) -> Resultat {
        let sessions_delete = vec![jetons::cle_session(session)];
        let lot = Batch {
            sessions_delete,
            ..Batch::default()
        };
        self.atelier
            .store
            .commit(lot)
            .await
            .map_err(|e| faute(&e))?;
        Ok(Reponse::Fait)
    }
}
