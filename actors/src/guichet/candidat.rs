//! What a candidate with a session asks and does.

use domain::candidat::{Actif, Candidat, Commande};
use domain::dossier::{Acteur, Commande as CommandeDossier};
use domain::ids::{CandidatId, DossierId, EntreeId, FormationCode};
use domain::profil::{Entree, Fiche, Informations, Rubrique};
use domain::refus::{CodeRefus, FauteChamp, Refus};

use super::Guichet;
use crate::acteurs::{Demande, Instantane, Repere};
use crate::atelier::faute;
use crate::courriers;
use crate::jetons;
use crate::mots_de_passe::Verdict;
use crate::protocol::{Acte, Faute, Reponse, Resultat};
use crate::vues;

impl Guichet {
    /// The larger ones of what it may wait for are boxed: a future has the size of its largest part, and is moved several times.
    #[expect(clippy::too_many_lines, reason = "a table: one arm per act")]
    pub(super) async fn agir(
        &self,
        qui: &CandidatId,
        lu: Instantane,
        repere: Repere,
        acte: Acte,
    ) -> Resultat {
        match acte {
            Acte::SiVersion { version, faire } => {
                let repere = Repere {
                    version: Some(version),
                    ..repere
                };
                Box::pin(self.agir(qui, lu, repere, *faire)).await
            }
            Acte::Moi => moi(&lu),
            Acte::Informations(v) => Box::pin(self.informations(qui, repere, v)).await,
            Acte::ChercherScolarite {
                ine,
                date_naissance,
            } => {
                // Who has confirmed is not asked again.
                let cursus = actif(&lu)?.profil.cursus_interne.as_ref();
                let fiche = if cursus.is_some_and(|c| c.ine == ine) {
                    None
                } else {
                    self.scolarite().chercher(qui, &ine, date_naissance).await?
                };
                Ok(Reponse::Fiche {
                    fiche: fiche.map(Box::new),
                })
            }
            Acte::ReprendreScolarite(v) => Box::pin(self.reprendre(qui, repere, v)).await,
            Acte::Adresse(v) => {
                self.profil(qui, repere, Commande::EnregistrerAdresse(v))
                    .await
            }
            Acte::Baccalaureat { baccalaureat } => {
                self.profil(qui, repere, Commande::EnregistrerBaccalaureat(baccalaureat))
                    .await
            }
            Acte::ChangerMail { mail } => {
                let lien = self.atelier.lien();
                self.profil(qui, repere, Commande::DemanderChangementMail { mail, lien })
                    .await
            }
            Acte::ChangerLangue { langue } => {
                self.profil(qui, repere, Commande::ChangerLangue { langue })
                    .await
            }
            Acte::ChangerMotDePasse { actuel, nouveau } => {
                let secrets = (actuel, nouveau);
                Box::pin(self.changer_mot_de_passe(qui, &lu, repere, secrets)).await
            }
            Acte::EcrireEntree {
                rubrique,
                id: entree_id,
                entree,
            } => {
                self.ecrire_entree(qui, repere, (rubrique, entree_id, entree))
                    .await
            }
            Acte::RetirerEntree {
                rubrique,
                id: entree_id,
            } => {
                self.faire(
                    qui,
                    repere,
                    Commande::RetirerEntree {
                        rubrique,
                        id: entree_id,
                    },
                )
                .await
            }
            Acte::Courriers => {
                let courriers = courriers::de(&self.atelier.store, qui);
                let courriers = courriers.map_err(|e| faute(&e))?;
                Ok(Reponse::Courriers { courriers })
            }
            Acte::Demandes => Box::pin(self.mes_demandes(qui)).await,
            Acte::Demande { id } => self.ma_demande(qui, &id).await,
            Acte::EcrireDemande {
                demande,
                objet,
                texte,
                dossier,
            } => {
                let ecrit = (demande, objet, texte, dossier);
                Box::pin(self.ecrire_demande(qui, &lu, repere, ecrit)).await
            }
            Acte::Dossiers => Box::pin(self.dossiers(qui, &lu)).await,
            Acte::Dossier { id } => Ok(Reponse::Dossier(Box::new(
                self.annuaire.lire_dossier(&id, Some(qui)).await?,
            ))),
            Acte::OuvrirDossier { formation } => self.ouvrir(qui, repere, formation).await,
            Acte::AgirDossier {
                id: dossier,
                commande,
                version,
            } => {
                self.agir_dossier(qui, &dossier, repere, (commande, version))
                    .await
            }
        }
    }

    /// G12. A record that came in between is taken up: either this or its reception sees the other (G18).
    async fn informations(
        &self,
        qui: &CandidatId,
        repere: Repere,
        informations: Box<Informations>,
    ) -> Resultat {
        let (ine, naissance) = (informations.ine.clone(), informations.date_naissance);
        let enregistre = Commande::EnregistrerInformations(informations);
        let enregistre = self.profil(qui, repere, enregistre).await?;
        let fiche = match ine {
            Some(ine) => self.scolarite().chercher(qui, &ine, naissance).await?,
            None => None,
        };
        match fiche {
            None => Ok(enregistre),
            Some(fiche) => {
                let recevoir = Commande::RecevoirCursus(Box::new(fiche));
                self.profil(qui, Repere::default(), recevoir).await
            }
        }
    }

    /// G13: with the record as it stands now; who no longer matches it saves the form alone.
    async fn reprendre(
        &self,
        qui: &CandidatId,
        repere: Repere,
        informations: Box<Informations>,
    ) -> Resultat {
        let ine = informations.ine.as_ref();
        let fiche = ine.map(|ine| self.scolarite().fiche(ine)).transpose()?;
        let sienne = |f: &Fiche| f.date_naissance == informations.date_naissance;
        match fiche.flatten().filter(sienne) {
            None => self.informations(qui, repere, informations).await,
            Some(fiche) => {
                let fiche = Box::new(fiche);
                let reprendre = Commande::ReprendreScolarite {
                    informations,
                    fiche,
                };
                self.profil(qui, repere, reprendre).await
            }
        }
    }

    async fn changer_mot_de_passe(
        &self,
        qui: &CandidatId,
        lu: &Instantane,
        repere: Repere,
        (actuel, nouveau): (String, String),
    ) -> Resultat {
        // A repeat comes with what was the present password before the first try.
        if let Some(id) = &repere.id
            && self
                .atelier
                .store
                .dedup(id)
                .map_err(|e| faute(&e))?
                .is_some()
        {
            return Ok(Reponse::Fait);
        }
        let hache = actif(lu)?.base.compte.mot_de_passe.clone();
        if self.hacheur.verifier(Some(hache), actuel).await? == Verdict::Faux {
            return Err(actuel_faux().into());
        }
        let mot_de_passe = self.hacheur.hacher(nouveau).await?;
        self.faire(qui, repere, Commande::ChangerMotDePasse { mot_de_passe })
            .await
    }

    async fn ecrire_entree(
        &self,
        qui: &CandidatId,
        repere: Repere,
        (rubrique, entree_id, entree): (Rubrique, Option<EntreeId>, Entree),
    ) -> Resultat {
        let nouvelle = entree_id.is_none();
        let entree_id = entree_id.unwrap_or_else(|| {
            EntreeId::new(jetons::id_dossier(
                self.atelier.alea.as_ref(),
                repere.id.as_deref(),
            ))
        });
        let commande = Commande::EcrireEntree {
            rubrique,
            id: entree_id.clone(),
            nouvelle,
            entree,
        };
        let apres = self.annuaire.candidat(qui, repere, commande).await?;
        Ok(Reponse::Entree {
            id: entree_id,
            version: apres.version,
        })
    }

    async fn profil(&self, qui: &CandidatId, repere: Repere, commande: Commande) -> Resultat {
        moi(&self.annuaire.candidat(qui, repere, commande).await?)
    }

    async fn dossiers(&self, qui: &CandidatId, lu: &Instantane) -> Resultat {
        let mut dossiers = Vec::new();
        for id in actif(lu)?.dossiers.keys() {
            match self.annuaire.lire_dossier(id, Some(qui)).await {
                Ok(vue) => dossiers.push(vue),
                // Its stream is still to be created by the relay (T01 after a crash), or it is still hidden (T03).
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
    async fn ouvrir(&self, qui: &CandidatId, repere: Repere, formation: FormationCode) -> Resultat {
        let alea = self.atelier.alea.as_ref();
        let dossier = DossierId::new(jetons::id_dossier(alea, repere.id.as_deref()));
        let commande = Commande::OuvrirDossier {
            dossier: dossier.clone(),
            formation: formation.clone(),
            par: Acteur::Candidat,
            proposition: false,
        };
        self.annuaire.candidat(qui, repere, commande).await?;
        let creer = CommandeDossier::Creer {
            id: dossier.clone(),
            candidat: qui.clone(),
            formation,
        };
        let demande = Demande::du_candidat(qui, creer);
        let vue = self.annuaire.dossier(&dossier, demande).await?;
        Ok(Reponse::Dossier(Box::new(vue)))
    }

    async fn agir_dossier(
        &self,
        qui: &CandidatId,
        dossier: &DossierId,
        Repere { id, avance, .. }: Repere,
        (commande, version): (CommandeDossier, Option<u64>),
    ) -> Resultat {
        // A dossier begins in the candidate's own stream, where the limits are.
        if let CommandeDossier::Creer { .. } = commande {
            return Err(CodeRefus::Introuvable.into());
        }
        let annule = commande == CommandeDossier::Annuler;
        let demande = Demande {
            id,
            version,
            avance,
            ..Demande::du_candidat(qui, commande)
        };
        let vue = self.annuaire.dossier(dossier, demande).await?;
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

/// Who is logged in and mistypes the present password is told so at its field.
fn actuel_faux() -> Refus {
    Refus {
        code: CodeRefus::ChampsInvalides,
        champs: vec![FauteChamp::new(
            "actuel",
            "mot_de_passe_faux",
            "Ce n'est pas votre mot de passe actuel.",
            "This is not your present password.",
        )],
    }
}

pub(super) fn actif(lu: &Instantane) -> Result<&Actif, Faute> {
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
