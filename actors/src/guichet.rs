//! Where every request comes in: finds who asks, what is asked, and the actor that answers.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use storage::Batch;

use domain::candidat::{Actif, Candidat, Commande, Compte};
use domain::dossier::Commande as CommandeDossier;
use domain::effet::But;
use domain::ids::{CandidatId, DossierId, EntreeId, FormationCode, Numero};
use domain::langue::Langue;
use domain::profil::{Entree, Rubrique};
use domain::refus::{CodeRefus, Refus};

use crate::acteurs::{Annuaire, ESSAIS, Instantane, occupe};
use crate::atelier::{Atelier, faute, plus};
use crate::fil::json;
use crate::jetons;
use crate::mots_de_passe::{Hacheur, Verdict};
use crate::protocol::{Acte, Faute, MAX_EVENEMENTS_CAMPAGNE, Reponse, Requete, Resultat, Sante};
use crate::vues;

/// Things owed that the health page counts; more show as this many.
const MAX_COMPTES: usize = 10_000;

/// The stored form of a session; its key is the hash of the token (Q11).
#[derive(Serialize, Deserialize)]
struct Session {
    candidat: CandidatId,
    epoque: u32,
    expire_le: Timestamp,
}

/// The counter. Clones share everything.
#[derive(Clone)]
pub struct Guichet {
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
    hacheur: Hacheur,
}

impl std::fmt::Debug for Guichet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guichet")
    }
}

impl Guichet {
    pub(crate) fn new(atelier: Arc<Atelier>, annuaire: Annuaire, hacheur: Hacheur) -> Self {
        Self {
            atelier,
            annuaire,
            hacheur,
        }
    }

    /// Serves a request. `id` recognises a repeat of the same command by the same candidate.
    ///
    /// # Errors
    /// [`Faute`]; nothing was done then, unless it is [`Faute::Occupe`] or [`Faute::Indisponible`],
    /// after which a repeat under the same id finds out.
    pub async fn traiter(&self, id: Option<String>, requete: Requete) -> Resultat {
        match requete {
            Requete::Inscrire {
                nom,
                prenom,
                mail,
                mot_de_passe,
                langue,
            } => {
                self.inscrire((nom, prenom), mail, mot_de_passe, langue)
                    .await
            }
            Requete::Valider { jeton } => self.valider(&jeton).await,
            Requete::RenvoyerLien { mail } => {
                self.ecrire_a(
                    &mail,
                    Commande::RenvoyerLien {
                        lien: self.atelier.lien(),
                    },
                )
                .await
            }
            Requete::DemanderReinitialisation { mail } => {
                let lien = self.atelier.lien();
                self.ecrire_a(&mail, Commande::DemanderReinitialisation { lien })
                    .await
            }
            Requete::Reinitialiser {
                jeton,
                mot_de_passe,
            } => {
                let (qui, nonce) = self.lien(But::Reinitialisation, &jeton)?;
                let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
                self.faire(
                    &qui,
                    None,
                    Commande::Reinitialiser {
                        nonce,
                        mot_de_passe,
                    },
                )
                .await
            }
            Requete::ConfirmerMail { jeton } => {
                let (qui, nonce) = self.lien(But::ChangementMail, &jeton)?;
                self.faire(&qui, None, Commande::ConfirmerMail { nonce })
                    .await
            }
            Requete::Connecter {
                identifiant,
                mot_de_passe,
            } => self.connecter(&identifiant, mot_de_passe).await,
            Requete::Deconnecter { session } => self.deconnecter(&session).await,
            Requete::Candidat { session, acte } => {
                let (qui, lu) = self.authentifier(&session).await?;
                let id = id.map(|id| format!("{qui}/{id}"));
                self.agir(&qui, lu, id, acte).await
            }
            Requete::Campagne { depuis } => self.campagne(depuis),
            Requete::Importer { evenements } => {
                let changes = self
                    .atelier
                    .importer(evenements)
                    .await
                    .map_err(|e| faute(&e))?;
                Ok(Reponse::Importe { changes })
            }
            Requete::Sante => Ok(Reponse::Sante(self.sante())),
        }
    }

    async fn valider(&self, jeton: &str) -> Resultat {
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

    async fn deconnecter(&self, session: &str) -> Resultat {
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

    fn campagne(&self, depuis: u64) -> Resultat {
        let lus = self
            .atelier
            .evenements_campagne(depuis, MAX_EVENEMENTS_CAMPAGNE);
        let (evenements, total) = lus.map_err(|e| faute(&e))?;
        Ok(Reponse::Campagne { evenements, total })
    }

    fn sante(&self) -> Sante {
        let store = &self.atelier.store;
        let lu = store
            .last_position()
            .and_then(|p| Ok((p, store.outbox_len(MAX_COMPTES)?)));
        let acteurs = self.annuaire.presents();
        match lu {
            Ok((position, dus)) => Sante {
                stockage: None,
                outbox: dus as u64,
                position,
                acteurs,
            },
            Err(erreur) => Sante {
                stockage: Some(erreur.to_string()),
                outbox: 0,
                position: 0,
                acteurs,
            },
        }
    }

    fn lien(&self, but: But, jeton: &str) -> Result<(CandidatId, String), Faute> {
        self.atelier
            .cle
            .ouvrir(but, jeton)
            .ok_or_else(|| CodeRefus::LienInvalide.into())
    }

    async fn faire(&self, qui: &CandidatId, id: Option<String>, commande: Commande) -> Resultat {
        self.annuaire.candidat(qui, id, commande).await?;
        Ok(Reponse::Fait)
    }

    /// Who has this address in the running campaign.
    fn par_adresse(&self, mail: &str) -> Result<Option<CandidatId>, Faute> {
        let catalogue = self.atelier.catalogue();
        let Some(campagne) = &catalogue.campagne else {
            return Ok(None);
        };
        self.par_cle(&self.atelier.cle.cle_adresse(&campagne.code, mail))
    }

    fn par_cle(&self, cle: &[u8]) -> Result<Option<CandidatId>, Faute> {
        let trouve = self.atelier.store.index(cle).map_err(|e| faute(&e))?;
        Ok(trouve.map(|id| CandidatId::new(String::from_utf8_lossy(&id))))
    }

    /// A command to whoever has the address; the answer is alike when nobody has it (Q12).
    async fn ecrire_a(&self, mail: &str, commande: Commande) -> Resultat {
        if let Some(qui) = self.par_adresse(mail)? {
            self.annuaire.candidat(&qui, None, commande).await?;
        }
        Ok(Reponse::Fait)
    }

    /// G03, G05: the answer and the work are alike whether or not the address is known.
    async fn inscrire(
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

    async fn connecter(&self, identifiant: &str, mot_de_passe: String) -> Resultat {
        let identifiant = identifiant.trim();
        let qui = if identifiant.contains('@') {
            self.par_adresse(&identifiant.to_lowercase())?
        } else {
            self.par_cle(&jetons::cle_numero(identifiant))?
        };
        let lu = match &qui {
            Some(qui) => Some(self.annuaire.lire_candidat(qui).await?.etat),
            None => None,
        };
        let base = lu.as_deref().and_then(Candidat::base);
        let hache = base.map(|b| b.compte.mot_de_passe.clone());
        let verdict = self.hacheur.verifier(hache, mot_de_passe.clone()).await?;
        let (Some(qui), Some(etat)) = (qui, lu.as_deref()) else {
            return Err(Faute::IdentifiantsFaux);
        };
        if verdict == Verdict::Faux {
            return Err(Faute::IdentifiantsFaux);
        }
        // Only who knows the password is told more.
        let actif = match etat {
            Candidat::Absent | Candidat::Expire(_) => return Err(Faute::IdentifiantsFaux),
            Candidat::AValider { .. } => return Err(CodeRefus::CompteNonValide.into()),
            Candidat::Actif(actif) => actif,
        };
        self.atelier.en_campagne(&actif.base.compte.campagne)?;
        if verdict == Verdict::ARehacher {
            let mot_de_passe = self.hacheur.hacher(mot_de_passe).await?;
            self.annuaire
                .candidat(&qui, None, Commande::Rehacher { mot_de_passe })
                .await?;
        }
        self.ouvrir_session(qui, actif.base.epoque).await
    }

    async fn ouvrir_session(&self, candidat: CandidatId, epoque: u32) -> Resultat {
        let expire_le = plus(self.atelier.maintenant(), self.atelier.limites.vie_session);
        let jeton = jetons::jeton_session(self.atelier.alea.as_ref());
        let session = Session {
            candidat: candidat.clone(),
            epoque,
            expire_le,
        };
        let ligne = json(&session).map_err(|e| faute(&e))?;
        let lot = Batch {
            sessions_put: vec![(jetons::cle_session(&jeton), ligne)],
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
    async fn authentifier(&self, session: &str) -> Result<(CandidatId, Instantane), Faute> {
        let ligne = self.atelier.store.session(&jetons::cle_session(session));
        let ligne = ligne.map_err(|e| faute(&e))?.ok_or(Faute::SessionAbsente)?;
        let session: Session =
            serde_json::from_slice(&ligne).map_err(|_ancienne| Faute::SessionAbsente)?;
        if self.atelier.maintenant() >= session.expire_le {
            return Err(Faute::SessionAbsente);
        }
        let lu = self.annuaire.lire_candidat(&session.candidat).await?;
        let actif = actif(&lu)?;
        if actif.base.epoque != session.epoque {
            return Err(Faute::SessionAbsente);
        }
        self.atelier.en_campagne(&actif.base.compte.campagne)?;
        Ok((session.candidat, lu))
    }

    async fn agir(
        &self,
        qui: &CandidatId,
        lu: Instantane,
        id: Option<String>,
        acte: Acte,
    ) -> Resultat {
        match acte {
            Acte::Moi => moi(&lu),
            Acte::Informations(v) => {
                self.profil(qui, id, Commande::EnregistrerInformations(v))
                    .await
            }
            Acte::Adresse(v) => self.profil(qui, id, Commande::EnregistrerAdresse(v)).await,
            Acte::Baccalaureat { baccalaureat } => {
                self.profil(qui, id, Commande::EnregistrerBaccalaureat(baccalaureat))
                    .await
            }
            Acte::ChangerMail { mail } => {
                let lien = self.atelier.lien();
                self.profil(qui, id, Commande::DemanderChangementMail { mail, lien })
                    .await
            }
            Acte::ChangerMotDePasse { actuel, nouveau } => {
                self.changer_mot_de_passe(qui, &lu, id, (actuel, nouveau))
                    .await
            }
            Acte::EcrireEntree {
                rubrique,
                id: entree_id,
                entree,
            } => {
                self.ecrire_entree(qui, id, (rubrique, entree_id, entree))
                    .await
            }
            Acte::RetirerEntree {
                rubrique,
                id: entree_id,
            } => {
                self.faire(
                    qui,
                    id,
                    Commande::RetirerEntree {
                        rubrique,
                        id: entree_id,
                    },
                )
                .await
            }
            Acte::Dossiers => self.dossiers(qui, &lu).await,
            Acte::Dossier { id } => Ok(Reponse::Dossier(Box::new(
                self.annuaire.lire_dossier(&id, qui).await?,
            ))),
            Acte::OuvrirDossier { formation } => self.ouvrir(qui, id, formation).await,
            Acte::AgirDossier {
                id: dossier,
                commande,
                version,
            } => {
                self.agir_dossier(qui, &dossier, (id, commande, version))
                    .await
            }
        }
    }

    async fn changer_mot_de_passe(
        &self,
        qui: &CandidatId,
        lu: &Instantane,
        id: Option<String>,
        (actuel, nouveau): (String, String),
    ) -> Resultat {
        let hache = actif(lu)?.base.compte.mot_de_passe.clone();
        if self.hacheur.verifier(Some(hache), actuel).await? == Verdict::Faux {
            return Err(Faute::IdentifiantsFaux);
        }
        let mot_de_passe = self.hacheur.hacher(nouveau).await?;
        self.faire(qui, id, Commande::ChangerMotDePasse { mot_de_passe })
            .await
    }

    async fn ecrire_entree(
        &self,
        qui: &CandidatId,
        id: Option<String>,
        (rubrique, entree_id, entree): (Rubrique, Option<EntreeId>, Entree),
    ) -> Resultat {
        let nouvelle = entree_id.is_none();
        let entree_id = entree_id.unwrap_or_else(|| {
            EntreeId::new(jetons::id_dossier(
                self.atelier.alea.as_ref(),
                id.as_deref(),
            ))
        });
        let commande = Commande::EcrireEntree {
            rubrique,
            id: entree_id.clone(),
            nouvelle,
            entree,
        };
        let apres = self.annuaire.candidat(qui, id, commande).await?;
        Ok(Reponse::Entree {
            id: entree_id,
            version: apres.version,
        })
    }

    async fn profil(&self, qui: &CandidatId, id: Option<String>, commande: Commande) -> Resultat {
        moi(&self.annuaire.candidat(qui, id, commande).await?)
    }

    async fn dossiers(&self, qui: &CandidatId, lu: &Instantane) -> Resultat {
        let mut dossiers = Vec::new();
        for id in actif(lu)?.dossiers.keys() {
            match self.annuaire.lire_dossier(id, qui).await {
                Ok(vue) => dossiers.push(vue),
                // Its stream is still to be created by the relay (T01 after a crash).
                Err(Faute::Refus(Refus {
                    code: CodeRefus::Introuvable,
                    ..
                })) => {}
                Err(autre) => return Err(autre),
            }
        }
        dossiers.sort_by(|a, b| (a.cree_le, a.id.as_str()).cmp(&(b.cree_le, b.id.as_str())));
        Ok(Reponse::Dossiers { dossiers })
    }

    /// T01: an event of the candidate, then the dossier's stream, which the relay would create as well.
    async fn ouvrir(
        &self,
        qui: &CandidatId,
        id: Option<String>,
        formation: FormationCode,
    ) -> Resultat {
        let alea = self.atelier.alea.as_ref();
        let dossier = DossierId::new(jetons::id_dossier(alea, id.as_deref()));
        let commande = Commande::OuvrirDossier {
            dossier: dossier.clone(),
            formation: formation.clone(),
        };
        self.annuaire.candidat(qui, id, commande).await?;
        let creer = CommandeDossier::Creer {
            id: dossier.clone(),
            candidat: qui.clone(),
            formation,
        };
        let vue = self
            .annuaire
            .dossier(&dossier, qui, (None, creer, None))
            .await?;
        Ok(Reponse::Dossier(Box::new(vue)))
    }

    async fn agir_dossier(
        &self,
        qui: &CandidatId,
        dossier: &DossierId,
        (id, commande, version): (Option<String>, CommandeDossier, Option<u64>),
    ) -> Resultat {
        let annule = match &commande {
            CommandeDossier::Creer { .. } | CommandeDossier::Rappeler { .. } => {
                return Err(CodeRefus::Introuvable.into());
            }
            CommandeDossier::Annuler => true,
            CommandeDossier::Deposer { .. }
            | CommandeDossier::Retirer { .. }
            | CommandeDossier::DeclarerNonConcerne { .. }
            | CommandeDossier::RevenirConcerne { .. }
            | CommandeDossier::Transmettre => false,
        };
        let vue = self
            .annuaire
            .dossier(dossier, qui, (id, commande, version))
            .await?;
        if annule {
            // The relay would do it as well; who drops a dossier to open another should not wait for it.
            let clore = Commande::CloreDossier {
                dossier: dossier.clone(),
            };
            self.annuaire.candidat(qui, None, clore).await?;
        }
        Ok(Reponse::Dossier(Box::new(vue)))
    }
}

fn actif(lu: &Instantane) -> Result<&Actif, Faute> {
    match lu.etat.as_ref() {
        Candidat::Actif(actif) => Ok(actif),
        Candidat::Absent | Candidat::AValider { .. } | Candidat::Expire(_) => {
            Err(Faute::SessionAbsente)
        }
    }
}

fn moi(lu: &Instantane) -> Resultat {
    Ok(Reponse::Moi(Box::new(vues::moi(actif(lu)?, lu.version))))
}
