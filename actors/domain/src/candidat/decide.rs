//! What a command comes to, by state and facts.

use jiff::Timestamp;

use super::{Actif, Base, Candidat, Commande, Evenement, Identite, Ouverture};
use crate::campagne::{Campagne, Catalogue, Formation};
use crate::dossier::{ActeTiroir, Acteur};
use crate::effet::Lien;
use crate::ids::{DossierId, EntreeId, FormationCode};
use crate::profil::{Fiche, Informations, MAX_ENTREES, Rubrique};
use crate::refus::{CodeRefus, Refus};

/// What a rule needs to know beside the account, read at the moment of the act.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The time.
    pub maintenant: Timestamp,
    /// The campaign's offer.
    pub catalogue: &'a Catalogue,
}

type Resultat = Result<Vec<Evenement>, Refus>;

/// Decides a command.
///
/// # Errors
/// A [`Refus`] when a rule says no; nothing changes then.
pub fn decide(candidat: &Candidat, commande: Commande, facts: &Facts<'_>) -> Resultat {
    match candidat {
        Candidat::Absent => absent(commande),
        Candidat::AValider { base, lien } => a_valider(base, lien, commande, facts),
        Candidat::Actif(actif) => self::actif(actif, commande, facts),
        Candidat::Expire(_) => expire(commande),
    }
}

fn absent(commande: Commande) -> Resultat {
    if let Commande::Creer {
        compte,
        lien,
        prouve,
    } = commande
    {
        let le = compte.cree_le;
        let mut evenements = vec![Evenement::CompteCree {
            compte,
            lien,
            prouve,
        }];
        evenements.extend(prouve.then_some(Evenement::CompteValide { le }));
        return Ok(evenements);
    }
    sans_compte(&commande, CodeRefus::Introuvable)
}

fn expire(commande: Commande) -> Resultat {
    // The account is gone: whoever holds its link is told so, the rest finds nothing.
    let code = if matches!(commande, Commande::Valider { .. }) {
        CodeRefus::LienExpire
    } else {
        CodeRefus::Introuvable
    };
    sans_compte(&commande, code)
}

/// An account that is not there: late timers and process steps are no fault, all else is refused.
fn sans_compte(commande: &Commande, code: CodeRefus) -> Resultat {
    match commande {
        Commande::Expirer
        | Commande::CloreDossier { .. }
        | Commande::RecevoirCursus(_)
        | Commande::SignalerDoublon
        | Commande::SignalerRebond { .. }
        | Commande::LeverRebond { .. } => Ok(Vec::new()),
        Commande::Creer { .. }
        | Commande::RenvoyerLien { .. }
        | Commande::Valider { .. }
        | Commande::DemanderReinitialisation { .. }
        | Commande::DemanderRattachement { .. }
        | Commande::Rattacher { .. }
        | Commande::Reinitialiser { .. }
        | Commande::ChangerMotDePasse { .. }
        | Commande::ChangerLangue { .. }
        | Commande::Rehacher { .. }
        | Commande::DemanderChangementMail { .. }
        | Commande::ConfirmerMail { .. }
        | Commande::EnregistrerInformations(_)
        | Commande::EnregistrerAdresse(_)
        | Commande::EnregistrerBaccalaureat(_)
        | Commande::EcrireEntree { .. }
        | Commande::RetirerEntree { .. }
        | Commande::ReprendreScolarite { .. }
        | Commande::OuvrirDossier { .. }
        | Commande::CorrigerMail { .. }
        | Commande::Tiroir(_) => Err(code.into()),
    }
}

fn a_valider(base: &Base, lien: &Lien, commande: Commande, facts: &Facts<'_>) -> Resultat {
    match commande {
        // Nobody has proved that the address is theirs yet: there is nothing to join (G01).
        Commande::SignalerDoublon | Commande::DemanderRattachement { .. } => {
            un(Evenement::DoublonSignale {
                le: facts.maintenant,
            })
        }
        // Who forgot the password before ever validating needs the link first: it proves the address as well.
        Commande::RenvoyerLien { lien } | Commande::DemanderReinitialisation { lien, .. } => {
            un(Evenement::LienRenvoye { lien })
        }
        Commande::Valider { nonce } => {
            suivre(Some(lien), &nonce, facts.maintenant)?;
            un(Evenement::CompteValide {
                le: facts.maintenant,
            })
        }
        Commande::Expirer => un(Evenement::CompteExpire {
            le: facts.maintenant,
        }),
        Commande::Rehacher { mot_de_passe } => un(Evenement::MotDePasseRehache { mot_de_passe }),
        Commande::SignalerRebond { mail, raison } => {
            signaler(base, base.compte.mail == mail, mail, raison, facts)
        }
        Commande::LeverRebond { mail } => lever(base, mail),
        Commande::CorrigerMail { mail, lien } => un(Evenement::MailCorrige {
            ancien: base.compte.mail.clone(),
            nouveau: mail,
            lien,
        }),
        autre @ (Commande::Creer { .. }
        | Commande::Rattacher { .. }
        | Commande::Reinitialiser { .. }
        | Commande::ChangerMotDePasse { .. }
        | Commande::ChangerLangue { .. }
        | Commande::DemanderChangementMail { .. }
        | Commande::ConfirmerMail { .. }
        | Commande::EnregistrerInformations(_)
        | Commande::EnregistrerAdresse(_)
        | Commande::EnregistrerBaccalaureat(_)
        | Commande::EcrireEntree { .. }
        | Commande::RetirerEntree { .. }
        | Commande::ReprendreScolarite { .. }
        | Commande::RecevoirCursus(_)
        | Commande::OuvrirDossier { .. }
        | Commande::CloreDossier { .. }
        | Commande::Tiroir(_)) => sans_compte(&autre, CodeRefus::CompteNonValide),
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one row per command")]
fn actif(actif: &Actif, commande: Commande, facts: &Facts<'_>) -> Resultat {
    let maintenant = facts.maintenant;
    match commande {
        Commande::Creer { .. } => Err(CodeRefus::AdressePrise.into()),
        // A validation link asked for a validated account: the mail says that the account is there (G05, G07).
        Commande::SignalerDoublon | Commande::RenvoyerLien { .. } => {
            un(Evenement::DoublonSignale { le: maintenant })
        }
        // A validated account changes its address from inside (G10).
        Commande::Valider { .. } | Commande::CorrigerMail { .. } => {
            Err(CodeRefus::CompteDejaValide.into())
        }
        Commande::Expirer => Ok(Vec::new()),
        Commande::DemanderReinitialisation { sso: true, .. }
            if actif.base.compte.identite.is_some() =>
        {
            un(Evenement::SsoRappele { le: maintenant })
        }
        Commande::DemanderReinitialisation { lien, .. } => {
            un(Evenement::ReinitialisationDemandee { lien })
        }
        // The account of another identity is not given away by mail.
        Commande::DemanderRattachement { .. } if actif.base.compte.identite.is_some() => {
            un(Evenement::DoublonSignale { le: maintenant })
        }
        Commande::DemanderRattachement { lien } => un(Evenement::RattachementDemande { lien }),
        Commande::Rattacher { nonce, identite } => rattacher(actif, nonce, identite, maintenant),
        Commande::Reinitialiser {
            nonce,
            mot_de_passe,
        } => {
            suivre(actif.reinitialisation.as_ref(), &nonce, maintenant)?;
            un(Evenement::MotDePasseChange { mot_de_passe })
        }
        // As it is: nothing to write.
        Commande::ChangerLangue { langue } if langue == actif.base.compte.langue => Ok(Vec::new()),
        Commande::ChangerLangue { langue } => un(Evenement::LangueChangee { langue }),
        Commande::ChangerMotDePasse { mot_de_passe } => {
            un(Evenement::MotDePasseChange { mot_de_passe })
        }
        Commande::Rehacher { mot_de_passe } => un(Evenement::MotDePasseRehache { mot_de_passe }),
        Commande::DemanderChangementMail { mail, lien } => {
            un(Evenement::ChangementMailDemande { mail, lien })
        }
        Commande::ConfirmerMail { nonce } => {
            let attendu = actif.changement.as_ref();
            suivre(attendu.map(|(_, lien)| lien), &nonce, maintenant)?;
            let nouveau = attendu.map(|(mail, _)| mail.clone()).unwrap_or_default();
            un(Evenement::MailChange {
                ancien: actif.base.compte.mail.clone(),
                nouveau,
            })
        }
        Commande::EnregistrerInformations(v) => un(Evenement::InformationsEnregistrees(v)),
        Commande::EnregistrerAdresse(v) => un(Evenement::AdresseEnregistree(v)),
        Commande::EnregistrerBaccalaureat(baccalaureat) => {
            un(Evenement::BaccalaureatEnregistre { baccalaureat })
        }
        Commande::EcrireEntree {
            rubrique,
            id,
            nouvelle,
            entree,
        } => {
            place_entree(actif, rubrique, &id, nouvelle)?;
            un(Evenement::EntreeEcrite {
                rubrique,
                id,
                entree,
            })
        }
        Commande::RetirerEntree { rubrique, id } => retirer(actif, rubrique, id),
        Commande::ReprendreScolarite {
            informations,
            fiche,
        } => Ok(reprendre(actif, informations, &fiche)),
        Commande::RecevoirCursus(fiche) => Ok(recevoir(actif, &fiche)),
        Commande::OuvrirDossier {
            dossier,
            formation,
            par,
            proposition,
        } => ouvrir(actif, dossier, &formation, (par, proposition), facts),
        Commande::CloreDossier { dossier } => clore(actif, dossier),
        Commande::Tiroir(acte) => ranger(actif, acte),
        Commande::SignalerRebond { mail, raison } => {
            let attendue = actif.changement.as_ref().is_some_and(|(m, _)| *m == mail);
            let notre = attendue || actif.base.compte.mail == mail;
            signaler(&actif.base, notre, mail, raison, facts)
        }
        Commande::LeverRebond { mail } => lever(&actif.base, mail),
    }
}

/// G01: an account has one identity at most; the same one again is no fault.
fn rattacher(
    actif: &Actif,
    nonce: Option<String>,
    identite: Box<Identite>,
    maintenant: Timestamp,
) -> Resultat {
    let deja = actif.base.compte.identite.as_ref();
    if deja.is_some_and(|d| d.cle == identite.cle) {
        return Ok(Vec::new());
    }
    if let Some(nonce) = nonce {
        suivre(actif.rattachement.as_ref(), &nonce, maintenant)?;
    }
    if deja.is_some() {
        return Err(CodeRefus::IdentiteAutre.into());
    }
    un(Evenement::IdentiteRattachee { identite })
}

fn retirer(actif: &Actif, rubrique: Rubrique, id: EntreeId) -> Resultat {
    let presentes = actif.profil.entrees.get(&rubrique);
    if presentes.is_none_or(|p| !p.contains_key(&id)) {
        return Err(CodeRefus::Introuvable.into());
    }
    un(Evenement::EntreeRetiree { rubrique, id })
}

fn clore(actif: &Actif, dossier: DossierId) -> Resultat {
    match actif.dossiers.get(&dossier) {
        Some(ouverture) if ouverture.vivant => un(Evenement::DossierClos { dossier }),
        Some(_) | None => Ok(Vec::new()),
    }
}

/// G38: told once per address; one that is no longer the account's tells nothing.
fn signaler(base: &Base, notre: bool, mail: String, raison: String, facts: &Facts<'_>) -> Resultat {
    let deja = base.rebond.as_ref().is_some_and(|r| r.mail == mail);
    if !notre || deja {
        return Ok(Vec::new());
    }
    let le = facts.maintenant;
    un(Evenement::RebondSignale {
        rebond: super::Rebond { mail, raison, le },
    })
}

fn lever(base: &Base, mail: String) -> Resultat {
    if base.rebond.as_ref().is_some_and(|r| r.mail == mail) {
        return un(Evenement::RebondLeve { mail });
    }
    Ok(Vec::new())
}

/// G13: saving the form also fills what is still empty of the other sections, and the cursus interne.
fn reprendre(actif: &Actif, informations: Box<Informations>, fiche: &Fiche) -> Vec<Evenement> {
    let mut evenements = vec![Evenement::InformationsEnregistrees(informations)];
    if actif.profil.adresse.is_none()
        && let Some(adresse) = &fiche.adresse
    {
        evenements.push(Evenement::AdresseEnregistree(Box::new(adresse.clone())));
    }
    if actif.profil.baccalaureat.is_none()
        && let Some(baccalaureat) = &fiche.baccalaureat
    {
        let baccalaureat = Box::new(baccalaureat.clone());
        evenements.push(Evenement::BaccalaureatEnregistre { baccalaureat });
    }
    evenements.push(Evenement::CursusInterneRecu {
        cursus: Box::new(fiche.cursus()),
    });
    evenements
}

/// G18: only for who proves to be that person, by the birth date; an older record changes nothing.
fn recevoir(actif: &Actif, fiche: &Fiche) -> Vec<Evenement> {
    let lui = actif.profil.informations.as_ref().is_some_and(|i| {
        i.ine.as_ref() == Some(&fiche.ine) && i.date_naissance == fiche.date_naissance
    });
    let connu = actif.profil.cursus_interne.as_ref();
    let perime = connu.is_some_and(|c| c.ine == fiche.ine && c.emis_le >= fiche.emis_le);
    if !lui || perime {
        return Vec::new();
    }
    vec![Evenement::CursusInterneRecu {
        cursus: Box::new(fiche.cursus()),
    }]
}

/// Whether an entry may be written under this id (G19).
fn place_entree(
    actif: &Actif,
    rubrique: Rubrique,
    id: &EntreeId,
    nouvelle: bool,
) -> Result<(), Refus> {
    let presentes = actif.profil.entrees.get(&rubrique);
    let connue = presentes.is_some_and(|p| p.contains_key(id));
    if !nouvelle && !connue {
        return Err(CodeRefus::Introuvable.into());
    }
    if !connue && presentes.is_some_and(|p| p.len() >= MAX_ENTREES) {
        return Err(CodeRefus::TropDEntrees.into());
    }
    Ok(())
}

fn ranger(actif: &Actif, acte: ActeTiroir) -> Resultat {
    match &acte {
        ActeTiroir::Oter { piece } if !actif.tiroir.contains_key(piece) => {
            Err(CodeRefus::PieceAttendue.into())
        }
        ActeTiroir::Oter { .. } | ActeTiroir::Ranger { .. } => un(Evenement::TiroirChange(acte)),
    }
}

/// T01: profile complete (G11), window open (G23), limits, no live dossier for the formation (G22).
/// T02, T03: staff go beyond window and limits, which the event tells.
fn ouvrir(
    actif: &Actif,
    dossier: DossierId,
    code: &FormationCode,
    (par, proposition): (Acteur, bool),
    facts: &Facts<'_>,
) -> Resultat {
    // The process may be taken up again after a crash: the same dossier twice is the same dossier.
    if actif.dossiers.contains_key(&dossier) {
        return Ok(Vec::new());
    }
    let campagne = facts
        .catalogue
        .campagne
        .as_ref()
        .ok_or(CodeRefus::FormationFermee)?;
    if campagne.code != actif.base.compte.campagne || !campagne.ouverte(facts.maintenant) {
        return Err(CodeRefus::CompteHorsCampagne.into());
    }
    if !actif.profil.manque().is_empty() {
        return Err(CodeRefus::ProfilIncomplet.into());
    }
    let formation = facts
        .catalogue
        .formations
        .get(code)
        .ok_or(CodeRefus::Introuvable)?;
    let vivant = |d: &Ouverture| d.vivant && &d.formation == code;
    if actif.dossiers.values().any(vivant) {
        return Err(CodeRefus::DossierExiste.into());
    }
    let derogations = depassements(actif, campagne, formation, facts);
    match derogations.first() {
        Some(refus) if par.personnel().is_none() => Err((*refus).into()),
        Some(_) | None => un(Evenement::DossierOuvert {
            dossier,
            formation: code.clone(),
            centre: formation.centre.clone(),
            par,
            proposition,
            derogations,
        }),
    }
}

/// Window and limits that one more dossier goes beyond (G22, G23).
fn depassements(
    actif: &Actif,
    campagne: &Campagne,
    formation: &Formation,
    facts: &Facts<'_>,
) -> Vec<CodeRefus> {
    let atteint = |combien: usize, max: u32| combien >= usize::try_from(max).unwrap_or(usize::MAX);
    let vivants = || actif.dossiers.values().filter(|d| d.vivant);
    let limite = facts
        .catalogue
        .centres
        .get(&formation.centre)
        .and_then(|c| c.max_dossiers);
    let du_centre = vivants().filter(|d| d.centre == formation.centre).count();
    let mut depassees = Vec::new();
    if !formation.ouverte(facts.maintenant) {
        depassees.push(CodeRefus::FormationFermee);
    }
    if atteint(vivants().count(), campagne.max_dossiers) {
        depassees.push(CodeRefus::LimiteCampagne);
    }
    if limite.is_some_and(|max| atteint(du_centre, max)) {
        depassees.push(CodeRefus::LimiteCentre);
    }
    depassees
}

/// Whether the nonce of a link is the one awaited, in time (G04, G07).
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
