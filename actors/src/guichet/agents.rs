//! How staff come in: password, second factor, sessions (Q17).

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use storage::Batch;

use domain::effet::But;
use domain::formulaires::normaliser_mail;
use domain::ids::PersonnelId;
use domain::personnel::{Actif, Commande, NOMBRE_RECOURS, Personnel};
use domain::refus::{CodeRefus, Refus};

use super::Guichet;
use super::lien_sso::LienSso;
use crate::acteurs::InstantanePersonnel;
use crate::atelier::{faute, plus};
use crate::fil::json;
use crate::jetons;
use crate::mots_de_passe::Verdict;
use crate::protocol::{EtapeSession, Faute, Reponse, Resultat, SecondVue};
use crate::totp;

/// How long somebody may take between the password and the code.
const VIE_ETAPE: SignedDuration = SignedDuration::from_mins(10);

/// The stored form of a session of staff; its key is the hash of the token (Q11).
#[derive(Serialize, Deserialize)]
struct SessionPersonnel {
    personnel: PersonnelId,
    epoque: u32,
    expire_le: Timestamp,
    etape: EtapeSession,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sso: Option<LienSso>,
}

/// What a name and a password are among the staff.
pub(super) enum Entree {
    /// A session.
    Ouverte(Box<Reponse>),
    /// The name is of the staff, the password is not.
    Fausse,
    /// Nobody at work has the name.
    Inconnue,
}

/// Who asks, proved by a session.
pub(super) struct Agent {
    /// Who.
    pub(super) id: PersonnelId,
    /// As it stands.
    pub(super) lu: InstantanePersonnel,
    /// What the session may be used for.
    pub(super) etape: EtapeSession,
    /// Where the session is.
    pub(super) session: String,
    /// Where it came from.
    sso: Option<LienSso>,
}

impl Agent {
    /// The state, which a session proves to be at work.
    pub(super) fn actif(&self) -> Result<&Actif, Faute> {
        actif(&self.lu.etat)
    }
}

impl Guichet {
    /// Who on the staff has this address.
    pub(super) fn personnel_par_mail(&self, mail: &str) -> Result<Option<PersonnelId>, Faute> {
        self.personnel_par_cle(&self.atelier.cle.cle_personnel(mail))
    }

    /// Who on the staff is under this key of the index.
    pub(super) fn personnel_par_cle(&self, cle: &[u8]) -> Result<Option<PersonnelId>, Faute> {
        let trouve = self.atelier.store.index(cle).map_err(|e| faute(&e))?;
        Ok(trouve.map(|id| PersonnelId::new(String::from_utf8_lossy(&id))))
    }

    /// A session, when name and password are those of a member of staff; else whether a hash was worked out for it.
    pub(super) async fn connecter_personnel(
        &self,
        identifiant: &str,
        mot_de_passe: &str,
        code: Option<String>,
    ) -> Result<Entree, Faute> {
        if !identifiant.contains('@') {
            return Ok(Entree::Inconnue);
        }
        let Some(id) = self.personnel_par_mail(&normaliser_mail(identifiant))? else {
            return Ok(Entree::Inconnue);
        };
        let lu = self.annuaire.lire_personnel(&id).await?;
        let Personnel::Actif(actif) = lu.etat.as_ref() else {
            return Ok(Entree::Inconnue);
        };
        let hache = Some(actif.mot_de_passe.clone());
        let verdict = self
            .hacheur
            .verifier(hache, mot_de_passe.to_owned())
            .await?;
        match verdict {
            // The same person may be a candidate with another password.
            Verdict::Faux => return Ok(Entree::Fausse),
            Verdict::Juste => {}
            Verdict::ARehacher => {
                let mot_de_passe = self.hacheur.hacher(mot_de_passe.to_owned()).await?;
                let commande = Commande::Rehacher { mot_de_passe };
                self.annuaire.personnel(&id, None, commande).await?;
            }
        }
        let etape = match (&actif.second, code) {
            (None, _) if self.atelier.limites.exiger_second_facteur => EtapeSession::Enrolement,
            (None, _) => EtapeSession::Complete,
            (Some(_), None) => EtapeSession::SecondFacteur,
            (Some(_), Some(code)) => {
                self.prouver(&id, actif, &code).await?;
                EtapeSession::Complete
            }
        };
        self.ouvrir_session_personnel(&id, &lu.etat, etape, (None, None))
            .await
            .map(|session| Entree::Ouverte(Box::new(session)))
    }

    /// A new session; the one it goes on from, if any, ends in the same commit. The provider that vouched for the
    /// person may end it under its own name for it.
    pub(super) async fn ouvrir_session_personnel(
        &self,
        id: &PersonnelId,
        etat: &Arc<Personnel>,
        etape: EtapeSession,
        (ancienne, sso): (Option<&str>, Option<LienSso>),
    ) -> Resultat {
        let actif = actif(etat)?;
        let vie = match etape {
            EtapeSession::Complete => self.atelier.limites.vie_session,
            EtapeSession::SecondFacteur | EtapeSession::Enrolement => VIE_ETAPE,
        };
        let expire_le = plus(self.atelier.maintenant(), vie);
        let jeton = jetons::jeton_session(self.atelier.alea.as_ref());
        let fin = sso.as_ref().map(|lien| lien.ligne(&jeton, expire_le));
        let fin = fin.transpose().map_err(|e| faute(&e))?.flatten();
        let session = SessionPersonnel {
            personnel: id.clone(),
            epoque: actif.epoque,
            expire_le,
            etape,
            sso,
        };
        let ligne = json(&session).map_err(|e| faute(&e))?;
        let mut sessions_put = vec![(jetons::cle_session(&jeton), ligne)];
        sessions_put.extend(fin);
        let lot = Batch {
            sessions_put,
            sessions_delete: ancienne.map(jetons::cle_session).into_iter().collect(),
            ..Batch::default()
        };
        let fait = self.atelier.store.commit(lot).await;
        fait.map_err(|e| faute(&e))?;
        let roles = &actif.fiche.droits.roles;
        Ok(Reponse::SessionPersonnel {
            jeton,
            expire_le,
            roles: roles.iter().map(|r| r.code().to_owned()).collect(),
            etape,
        })
    }

    /// Whose session it is; ends with a new password, with the account, and with its time.
    pub(super) async fn authentifier_agent(&self, session: &str) -> Result<Agent, Faute> {
        let ligne = self.atelier.store.session(&jetons::cle_session(session));
        let ligne = ligne.map_err(|e| faute(&e))?.ok_or(Faute::SessionAbsente)?;
        let lue: SessionPersonnel =
            serde_json::from_slice(&ligne).map_err(|_candidat| Faute::SessionAbsente)?;
        if self.atelier.maintenant() >= lue.expire_le {
            return Err(Faute::SessionAbsente);
        }
        self.encore_la_bas(lue.sso.as_ref())?;
        let lu = self.annuaire.lire_personnel(&lue.personnel).await?;
        if actif(&lu.etat)?.epoque != lue.epoque {
            return Err(Faute::SessionAbsente);
        }
        Ok(Agent {
            id: lue.personnel,
            lu,
            etape: lue.etape,
            session: session.to_owned(),
            sso: lue.sso,
        })
    }

    /// Checks a code of the application, or a recovery code; right ones are used up.
    async fn prouver(&self, id: &PersonnelId, actif: &Actif, code: &str) -> Result<(), Faute> {
        let maintenant = self.atelier.maintenant();
        self.essais.permettre(id, maintenant)?;
        let Some(second) = &actif.second else {
            return Err(CodeRefus::SecondFacteurAbsent.into());
        };
        let secret = self.atelier.cle.secret_second(id, &second.nonce);
        let commande = match totp::reconnaitre(&secret, code, maintenant) {
            Some(pas) => Commande::ProuverSecond { pas },
            None => Commande::UtiliserRecours {
                empreinte: self.atelier.cle.empreinte_recours(id, code),
            },
        };
        let issue = self.annuaire.personnel(id, None, commande).await.map(drop);
        let faux = matches!(
            &issue,
            Err(Faute::Refus(Refus {
                code: CodeRefus::SecondFacteurFaux,
                ..
            }))
        );
        if faux || issue.is_ok() {
            self.essais.noter(id, !faux, maintenant);
        }
        issue
    }

    /// The second step of the log-in: the session of the first gives way to a whole one.
    pub(super) async fn prouver_second(&self, agent: &Agent, code: &str) -> Resultat {
        self.prouver(&agent.id, agent.actif()?, code).await?;
        self.ouvrir_session_personnel(
            &agent.id,
            &agent.lu.etat,
            EtapeSession::Complete,
            (Some(&agent.session), agent.sso.clone()),
        )
        .await
    }

    pub(super) async fn commencer_second(&self, agent: &Agent) -> Resultat {
        let nonce = jetons::identifiant(self.atelier.alea.as_ref());
        let commande = Commande::CommencerSecond {
            nonce: nonce.clone(),
        };
        self.annuaire.personnel(&agent.id, None, commande).await?;
        let secret = self.atelier.cle.secret_second(&agent.id, &nonce);
        Ok(Reponse::Second(SecondVue {
            nonce,
            secret: totp::base32(&secret),
        }))
    }

    /// A first code proves that the application has the secret. The session becomes a whole one.
    pub(super) async fn confirmer_second(
        &self,
        agent: &Agent,
        nonce: String,
        code: &str,
    ) -> Resultat {
        let maintenant = self.atelier.maintenant();
        self.essais.permettre(&agent.id, maintenant)?;
        let secret = self.atelier.cle.secret_second(&agent.id, &nonce);
        let Some(pas) = totp::reconnaitre(&secret, code, maintenant) else {
            self.essais.noter(&agent.id, false, maintenant);
            return Err(CodeRefus::SecondFacteurFaux.into());
        };
        let (codes, recours) = self.recours(&agent.id);
        let commande = Commande::ConfirmerSecond {
            nonce,
            pas,
            recours,
        };
        self.annuaire.personnel(&agent.id, None, commande).await?;
        if agent.etape == EtapeSession::Enrolement {
            self.completer(agent).await?;
        }
        Ok(Reponse::Recours { codes })
    }

    /// The session of the enrolment goes on as a whole one, under the same token: it was proved by password and code.
    async fn completer(&self, agent: &Agent) -> Result<(), Faute> {
        let session = SessionPersonnel {
            personnel: agent.id.clone(),
            epoque: agent.actif()?.epoque,
            expire_le: plus(self.atelier.maintenant(), self.atelier.limites.vie_session),
            etape: EtapeSession::Complete,
            sso: agent.sso.clone(),
        };
        let ligne = json(&session).map_err(|e| faute(&e))?;
        let lot = Batch {
            sessions_put: vec![(jetons::cle_session(&agent.session), ligne)],
            ..Batch::default()
        };
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }

    pub(super) async fn renouveler_recours(&self, agent: &Agent, code: &str) -> Resultat {
        self.prouver(&agent.id, agent.actif()?, code).await?;
        let (codes, recours) = self.recours(&agent.id);
        let commande = Commande::RenouvelerRecours { recours };
        self.annuaire.personnel(&agent.id, None, commande).await?;
        Ok(Reponse::Recours { codes })
    }

    /// Fresh recovery codes, and what is kept of them.
    fn recours(&self, id: &PersonnelId) -> (Vec<String>, BTreeSet<String>) {
        let alea = self.atelier.alea.as_ref();
        let codes: Vec<_> = (0..NOMBRE_RECOURS)
            .map(|_| jetons::code_recours(alea))
            .collect();
        let garder = |code: &String| self.atelier.cle.empreinte_recours(id, code);
        let empreintes = codes.iter().map(garder).collect();
        (codes, empreintes)
    }

    /// The session goes on under the new password; all others end.
    pub(super) async fn changer_mot_de_passe_agent(
        &self,
        agent: &Agent,
        actuel: String,
        nouveau: String,
    ) -> Resultat {
        let hache = agent.actif()?.mot_de_passe.clone();
        if self.hacheur.verifier(Some(hache), actuel).await? == Verdict::Faux {
            return Err(Faute::IdentifiantsFaux);
        }
        let mot_de_passe = self.hacheur.hacher(nouveau).await?;
        let commande = Commande::ChangerMotDePasse { mot_de_passe };
        let apres = self.annuaire.personnel(&agent.id, None, commande).await?;
        let ancienne = (Some(agent.session.as_str()), agent.sso.clone());
        self.ouvrir_session_personnel(&agent.id, &apres.etat, agent.etape, ancienne)
            .await
    }

    pub(super) async fn accepter_invitation(&self, jeton: &str, mot_de_passe: String) -> Resultat {
        let lien = self.atelier.cle.ouvrir_personnel(But::Invitation, jeton);
        let (id, nonce) = lien.ok_or(CodeRefus::LienInvalide)?;
        let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
        let commande = Commande::Accepter {
            nonce,
            mot_de_passe,
        };
        self.annuaire.personnel(&id, None, commande).await?;
        Ok(Reponse::Fait)
    }

    /// A link to a new password, if the address is one of the staff's; the answer is alike when it is not (Q12).
    pub(super) async fn reinitialiser_personnel(&self, mail: &str) -> Result<(), Faute> {
        let Some(id) = self.personnel_par_mail(mail)? else {
            return self.leurrer().await;
        };
        let lien = self.atelier.lien();
        let commande = Commande::DemanderReinitialisation { lien };
        self.annuaire.personnel(&id, None, commande).await?;
        Ok(())
    }

    pub(super) async fn nouveau_mot_de_passe(
        &self,
        (id, nonce): (PersonnelId, String),
        mot_de_passe: String,
    ) -> Resultat {
        let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
        let commande = Commande::Reinitialiser {
            nonce,
            mot_de_passe,
        };
        self.annuaire.personnel(&id, None, commande).await?;
        Ok(Reponse::Fait)
    }
}

fn actif(etat: &Arc<Personnel>) -> Result<&Actif, Faute> {
    match etat.as_ref() {
        Personnel::Actif(actif) => Ok(actif),
        Personnel::Absent | Personnel::Invite { .. } | Personnel::Desactive { .. } => {
            Err(Faute::SessionAbsente)
        }
    }
}
