//! What a command comes to, by state and facts.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::droits::Droits;
use super::{Actif, Commande, Evenement, Fiche, Personnel, SecondFacteur};
use crate::effet::Lien;
use crate::ids::PersonnelId;
use crate::refus::{CodeRefus, Refus};

/// What a rule needs to know beside the person, read at the moment of the act.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The time.
    pub maintenant: Timestamp,
    /// Every administrator who can act.
    pub administrateurs: &'a BTreeSet<PersonnelId>,
}

type Resultat = Result<Vec<Evenement>, Refus>;

/// Decides a command.
///
/// # Errors
/// A [`Refus`] when a rule says no; nothing changes then.
pub fn decide(personnel: &Personnel, commande: Commande, facts: &Facts<'_>) -> Resultat {
    match personnel {
        Personnel::Absent => absent(commande),
        Personnel::Invite { fiche, lien, .. } => invite(fiche, lien, commande, facts),
        Personnel::Actif(actif) => self::actif(actif, commande, facts),
        Personnel::Desactive { fiche, .. } => desactive(fiche, commande),
    }
}

fn absent(commande: Commande) -> Resultat {
    match commande {
        Commande::Inviter { fiche, lien, par } => {
            un(Evenement::PersonnelInvite { fiche, lien, par })
        }
        Commande::Installer {
            fiche,
            mot_de_passe,
        } => un(Evenement::PersonnelInstalle {
            fiche,
            mot_de_passe,
        }),
        Commande::RenvoyerInvitation { .. }
        | Commande::Accepter { .. }
        | Commande::Modifier { .. }
        | Commande::Desactiver { .. }
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
        | Commande::RetirerSecond { .. }
        | Commande::DelierIdentite { .. }
        | Commande::GarderAffaire { .. }
        | Commande::OublierAffaire { .. } => Err(CodeRefus::Introuvable.into()),
    }
}

fn invite(fiche: &Fiche, lien: &Lien, commande: Commande, facts: &Facts<'_>) -> Resultat {
    match commande {
        Commande::Inviter { .. } | Commande::Installer { .. } => {
            Err(CodeRefus::PersonnelExiste.into())
        }
        Commande::RenvoyerInvitation { lien, par } => reinviter(fiche, lien, par),
        // Who asks for a new password before ever having had one needs the invitation first.
        Commande::DemanderReinitialisation { lien } => reinviter(fiche, lien, None),
        Commande::Accepter {
            nonce,
            mot_de_passe,
        } => {
            suivre(Some(lien), &nonce, facts.maintenant)?;
            un(Evenement::InvitationAcceptee { mot_de_passe })
        }
        Commande::Modifier {
            nom,
            prenom,
            droits,
            par,
        } => modifier(fiche, nom, prenom, droits, par),
        Commande::Desactiver { par } => un(Evenement::PersonnelDesactive { par }),
        Commande::Reinitialiser { .. } => Err(CodeRefus::LienRemplace.into()),
        Commande::ChangerMotDePasse { .. }
        | Commande::Rehacher { .. }
        | Commande::LierIdentite { .. }
        | Commande::CommencerSecond { .. }
        | Commande::ConfirmerSecond { .. }
        | Commande::ProuverSecond { .. }
        | Commande::UtiliserRecours { .. }
        | Commande::RenouvelerRecours { .. }
        | Commande::GarderAffaire { .. }
        | Commande::OublierAffaire { .. } => Err(CodeRefus::Introuvable.into()),
        Commande::RetirerSecond { .. } | Commande::DelierIdentite { .. } => Ok(Vec::new()),
    }
}

fn desactive(fiche: &Fiche, commande: Commande) -> Resultat {
    match commande {
        Commande::RenvoyerInvitation { lien, par } => reinviter(fiche, lien, par),
        Commande::Inviter { .. } | Commande::Installer { .. } => {
            Err(CodeRefus::PersonnelExiste.into())
        }
        Commande::Desactiver { .. } => Ok(Vec::new()),
        Commande::Modifier {
            nom,
            prenom,
            droits,
            par,
        } => modifier(fiche, nom, prenom, droits, par),
        Commande::Accepter { .. } | Commande::Reinitialiser { .. } => {
            Err(CodeRefus::LienRemplace.into())
        }
        // Asked through a public form: silently nothing (Q12).
        Commande::DemanderReinitialisation { .. } => Ok(Vec::new()),
        Commande::ChangerMotDePasse { .. }
        | Commande::Rehacher { .. }
        | Commande::LierIdentite { .. }
        | Commande::CommencerSecond { .. }
        | Commande::ConfirmerSecond { .. }
        | Commande::ProuverSecond { .. }
        | Commande::UtiliserRecours { .. }
        | Commande::RenouvelerRecours { .. }
        | Commande::RetirerSecond { .. }
        | Commande::DelierIdentite { .. }
        | Commande::GarderAffaire { .. }
        | Commande::OublierAffaire { .. } => Err(CodeRefus::CompteDesactive.into()),
    }
}

#[expect(clippy::too_many_lines, reason = "one arm per command")]
fn actif(actif: &Actif, commande: Commande, facts: &Facts<'_>) -> Resultat {
    match commande {
        Commande::Inviter { .. }
        | Commande::Installer { .. }
        | Commande::RenvoyerInvitation { .. } => Err(CodeRefus::PersonnelExiste.into()),
        Commande::Accepter { .. } => Err(CodeRefus::LienRemplace.into()),
        Commande::Modifier {
            nom,
            prenom,
            droits,
            par,
        } => {
            if !droits.administre() {
                reste_un_administrateur(&actif.fiche, facts)?;
            }
            modifier(&actif.fiche, nom, prenom, droits, par)
        }
        Commande::Desactiver { par } => {
            reste_un_administrateur(&actif.fiche, facts)?;
            un(Evenement::PersonnelDesactive { par })
        }
        Commande::DemanderReinitialisation { lien } => {
            un(Evenement::ReinitialisationDemandee { lien })
        }
        Commande::Reinitialiser {
            nonce,
            mot_de_passe,
        } => {
            suivre(actif.reinitialisation.as_ref(), &nonce, facts.maintenant)?;
            un(Evenement::MotDePasseChange { mot_de_passe })
        }
        Commande::ChangerMotDePasse { mot_de_passe } => {
            un(Evenement::MotDePasseChange { mot_de_passe })
        }
        Commande::Rehacher { mot_de_passe } => un(Evenement::MotDePasseRehache { mot_de_passe }),
        Commande::LierIdentite { cle } => match &actif.identite {
            Some(deja) if *deja == cle => Ok(Vec::new()),
            Some(_) => Err(CodeRefus::IdentiteAutre.into()),
            None => un(Evenement::IdentiteLiee { cle }),
        },
        Commande::CommencerSecond { nonce } => match actif.second {
            // Whoever steals a session must not put a second factor of their own in its place.
            Some(_) => Err(CodeRefus::SecondFacteurActif.into()),
            None => un(Evenement::SecondCommence { nonce }),
        },
        Commande::ConfirmerSecond {
            nonce,
            pas,
            recours,
        } => {
            let attendue = actif.enrolement.as_ref() == Some(&nonce);
            let confirme = Evenement::SecondConfirme {
                nonce,
                pas,
                recours,
            };
            prouve(attendue, confirme)
        }
        Commande::ProuverSecond { pas } => {
            let neuf = actif.second.as_ref().is_some_and(|s| pas > s.dernier_pas);
            prouve(neuf, Evenement::SecondProuve { pas })
        }
        Commande::UtiliserRecours { empreinte } => {
            let reste = |s: &SecondFacteur| s.recours.contains(&empreinte);
            prouve(
                actif.second.as_ref().is_some_and(reste),
                Evenement::RecoursUtilise { empreinte },
            )
        }
        Commande::RenouvelerRecours { recours } => match &actif.second {
            Some(_) => un(Evenement::RecoursRenouveles { recours }),
            None => Err(CodeRefus::SecondFacteurAbsent.into()),
        },
        Commande::RetirerSecond { .. } if actif.second.is_none() && actif.enrolement.is_none() => {
            Ok(Vec::new())
        }
        Commande::RetirerSecond { par } => un(Evenement::SecondRetire { par }),
        Commande::DelierIdentite { .. } if actif.identite.is_none() => Ok(Vec::new()),
        Commande::DelierIdentite { par } => un(Evenement::IdentiteDeliee { par }),
        Commande::GarderAffaire {
            sorte,
            nom,
            contenu,
        } => {
            actif.affaires.admettre(sorte, &nom, &contenu)?;
            un(Evenement::AffaireGardee {
                sorte,
                nom,
                contenu,
            })
        }
        Commande::OublierAffaire { sorte, nom } => {
            if !actif.affaires.de(sorte).contains_key(&nom) {
                return Ok(Vec::new());
            }
            un(Evenement::AffaireOubliee { sorte, nom })
        }
    }
}

/// What a code comes to.
fn prouve(juste: bool, evenement: Evenement) -> Resultat {
    if juste {
        un(evenement)
    } else {
        Err(CodeRefus::SecondFacteurFaux.into())
    }
}

/// The last administrator who can act cannot be taken away, by anybody.
fn reste_un_administrateur(fiche: &Fiche, facts: &Facts<'_>) -> Result<(), Refus> {
    let dernier =
        fiche.droits.administre() && facts.administrateurs.iter().all(|autre| autre == &fiche.id);
    if dernier {
        return Err(CodeRefus::DernierAdministrateur.into());
    }
    Ok(())
}

fn reinviter(fiche: &Fiche, lien: Lien, par: Option<PersonnelId>) -> Resultat {
    let fiche = Box::new(fiche.clone());
    un(Evenement::PersonnelInvite { fiche, lien, par })
}

fn modifier(
    fiche: &Fiche,
    nom: String,
    prenom: String,
    droits: Droits,
    par: Option<PersonnelId>,
) -> Resultat {
    if fiche.nom == nom && fiche.prenom == prenom && fiche.droits == droits {
        return Ok(Vec::new());
    }
    un(Evenement::PersonnelModifie {
        nom,
        prenom,
        droits,
        par,
    })
}

/// Whether the nonce of a link is the one awaited, in time.
fn suivre(attendu: Option<&Lien>, nonce: &str, maintenant: Timestamp) -> Result<(), Refus> {
    match attendu {
        Some(lien) if lien.nonce == nonce && maintenant < lien.expire_le => Ok(()),
        Some(lien) if lien.nonce == nonce => Err(CodeRefus::LienExpire.into()),
        Some(_) | None => Err(CodeRefus::LienRemplace.into()),
    }
}

fn un(evenement: Evenement) -> Resultat {
    Ok(vec![evenement])
}
