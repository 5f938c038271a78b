//! What a command comes to, by state and facts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    ActeTiroir, Commande, Decision, Depot, Dossier, Evenement, Identite, SERMENT, Saisie, Tiroir,
};
use crate::campagne::{Catalogue, Formation, PieceDef};
use crate::ids::PieceCode;
use crate::profil::Profil;
use crate::refus::{CodeRefus, FauteChamp, Refus};

/// What a rule needs to know beside the dossier, read at the moment of the act.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The time.
    pub maintenant: Timestamp,
    /// The campaign's offer.
    pub catalogue: &'a Catalogue,
    /// The candidate's common files.
    pub tiroir: &'a Tiroir,
    /// The candidate's profile.
    pub profil: &'a Profil,
}

/// Decides a command.
///
/// # Errors
/// A [`Refus`] when a rule says no; nothing changes then.
pub fn decide(
    dossier: &Dossier,
    commande: &Commande,
    facts: &Facts<'_>,
) -> Result<Decision, Refus> {
    match dossier {
        Dossier::Absent => creer(commande, facts),
        Dossier::EnAttente(saisie) => saisir(saisie, commande, facts),
        Dossier::Transmis(_) => clos(commande, CodeRefus::DossierTransmis),
        Dossier::Annule(_) => clos(commande, CodeRefus::DossierAnnule),
    }
}

/// What is in for a piece: this dossier's own act first, then the drawer.
pub(super) fn depot_de<'a>(
    depots: &'a BTreeMap<PieceCode, Depot>,
    tiroir: &Tiroir,
    piece: &PieceDef,
) -> Option<std::borrow::Cow<'a, Depot>> {
    if let Some(depot) = depots.get(&piece.code) {
        return Some(std::borrow::Cow::Borrowed(depot));
    }
    let fichier = tiroir.get(&piece.code).filter(|_| piece.commune)?;
    Some(std::borrow::Cow::Owned(Depot::Deposee {
        fichier: fichier.clone(),
    }))
}

impl Saisie {
    /// What is in for a piece: this dossier's own act first, then the drawer for a common one.
    pub fn depot(&self, piece: &PieceDef, tiroir: &Tiroir) -> Option<Depot> {
        depot_de(&self.depots, tiroir, piece).map(std::borrow::Cow::into_owned)
    }

    /// The pieces that are still missing (G28, G29), in the formation's order.
    pub fn manquantes<'a>(&self, formation: &'a Formation, facts: &Facts<'a>) -> Vec<&'a PieceDef> {
        let absente = |piece: &&PieceDef| depot_de(&self.depots, facts.tiroir, piece).is_none();
        facts
            .catalogue
            .pieces_de(formation)
            .filter(absente)
            .collect()
    }
}

fn creer(commande: &Commande, facts: &Facts<'_>) -> Result<Decision, Refus> {
    match commande {
        Commande::Creer {
            id,
            candidat,
            formation,
        } => Ok(un(Evenement::DossierCree(Identite {
            id: id.clone(),
            candidat: candidat.clone(),
            formation: formation.clone(),
            cree_le: facts.maintenant,
        }))),
        Commande::Deposer { .. }
        | Commande::Retirer { .. }
        | Commande::DeclarerNonConcerne { .. }
        | Commande::RevenirConcerne { .. }
        | Commande::Transmettre
        | Commande::Annuler => Err(CodeRefus::Introuvable.into()),
        Commande::Rappeler { .. } => Ok(Decision::default()),
    }
}

/// A dossier that is handed in or dropped: a repeat of its creation or a late reminder is no fault, all else is refused.
fn clos(commande: &Commande, code: CodeRefus) -> Result<Decision, Refus> {
    match commande {
        Commande::Creer { .. } | Commande::Rappeler { .. } => Ok(Decision::default()),
        Commande::Deposer { .. }
        | Commande::Retirer { .. }
        | Commande::DeclarerNonConcerne { .. }
        | Commande::RevenirConcerne { .. }
        | Commande::Transmettre
        | Commande::Annuler => Err(code.into()),
    }
}

fn saisir(saisie: &Saisie, commande: &Commande, facts: &Facts<'_>) -> Result<Decision, Refus> {
    let formation = facts
        .catalogue
        .formations
        .get(&saisie.identite.formation)
        .ok_or(CodeRefus::Introuvable)?;
    let a_temps = facts.maintenant <= formation.retour;
    match commande {
        Commande::Creer { .. } => Ok(Decision::default()),
        Commande::Rappeler { jours } => Ok(if a_temps {
            un(Evenement::RappelEnvoye {
                jours: *jours,
                le: facts.maintenant,
            })
        } else {
            Decision::default()
        }),
        // Dropping is allowed after the return date: it harms nobody and frees the limit (T06 names no date).
        Commande::Annuler => Ok(un(Evenement::DossierAnnule {
            annule_le: facts.maintenant,
        })),
        Commande::Deposer { .. }
        | Commande::Retirer { .. }
        | Commande::DeclarerNonConcerne { .. }
        | Commande::RevenirConcerne { .. }
        | Commande::Transmettre
            if !a_temps =>
        {
            Err(CodeRefus::RetourDepasse.into())
        }
        Commande::Transmettre => transmettre(saisie, formation, facts),
        Commande::Deposer { piece, fichier } => {
            let def = piece_de(formation, piece, facts)?;
            if matches!(saisie.depots.get(piece), Some(Depot::NonConcerne { .. })) {
                return Err(CodeRefus::PieceNonConcernee.into());
            }
            let (piece, fichier) = (piece.clone(), fichier.clone());
            Ok(if def.commune {
                acte(ActeTiroir::Ranger { piece, fichier })
            } else {
                un(Evenement::PieceDeposee { piece, fichier })
            })
        }
        Commande::Retirer { piece } => {
            let def = piece_de(formation, piece, facts)?;
            match saisie.depot(def, facts.tiroir) {
                None => Err(CodeRefus::PieceAttendue.into()),
                Some(Depot::NonConcerne { .. }) => Err(CodeRefus::PieceNonConcernee.into()),
                Some(Depot::Deposee { .. }) if def.commune => Ok(acte(ActeTiroir::Oter {
                    piece: piece.clone(),
                })),
                Some(Depot::Deposee { .. }) => Ok(un(Evenement::PieceRetiree {
                    piece: piece.clone(),
                })),
            }
        }
        Commande::DeclarerNonConcerne { piece, certifie } => {
            let def = piece_de(formation, piece, facts)?;
            declarer(saisie, def, *certifie, facts.maintenant)
        }
        Commande::RevenirConcerne { piece } => {
            piece_de(formation, piece, facts)?;
            if !matches!(saisie.depots.get(piece), Some(Depot::NonConcerne { .. })) {
                return Err(CodeRefus::PieceAttendue.into());
            }
            Ok(un(Evenement::NonConcerneRetire {
                piece: piece.clone(),
            }))
        }
    }
}

fn declarer(
    saisie: &Saisie,
    def: &PieceDef,
    certifie: bool,
    maintenant: Timestamp,
) -> Result<Decision, Refus> {
    if !def.conditionnelle {
        return Err(CodeRefus::PieceObligatoire.into());
    }
    if !certifie {
        return Err(CodeRefus::CertificationManquante.into());
    }
    if matches!(
        saisie.depots.get(&def.code),
        Some(Depot::NonConcerne { .. })
    ) {
        return Ok(Decision::default());
    }
    Ok(un(Evenement::NonConcerneDeclare {
        piece: def.code.clone(),
        certifie_le: maintenant,
        serment: SERMENT.to_owned(),
    }))
}

fn transmettre(
    saisie: &Saisie,
    formation: &Formation,
    facts: &Facts<'_>,
) -> Result<Decision, Refus> {
    let mut pieces = BTreeMap::new();
    let mut manquantes = Vec::new();
    // By the formation's codes, not by the definitions found: a code without definition is a missing piece, never a silent pass (G29).
    for code in &formation.pieces {
        let depot = facts
            .catalogue
            .pieces
            .get(code)
            .and_then(|def| saisie.depot(def, facts.tiroir));
        match depot {
            Some(depot) => drop(pieces.insert(code.clone(), depot)),
            None => manquantes.push(manque(code, facts.catalogue)),
        }
    }
    if !manquantes.is_empty() {
        return Err(Refus {
            code: CodeRefus::PieceManquante,
            champs: manquantes,
        });
    }
    Ok(un(Evenement::DossierTransmis {
        transmis_le: facts.maintenant,
        pieces,
        profil: Box::new(facts.profil.clone()),
    }))
}

fn manque(code: &PieceCode, catalogue: &Catalogue) -> FauteChamp {
    let libelle = catalogue.pieces.get(code).map(|def| &def.libelle);
    let fr = libelle.map_or(code.as_str(), |l| l.fr.as_str());
    let en = libelle.map_or(code.as_str(), |l| l.dans(crate::langue::Langue::En));
    FauteChamp::new(
        code.as_str(),
        "manquante",
        &format!("Pièce manquante : {fr}."),
        &format!("Missing document: {en}."),
    )
}

fn piece_de<'a>(
    formation: &Formation,
    piece: &PieceCode,
    facts: &Facts<'a>,
) -> Result<&'a PieceDef, Refus> {
    if !formation.pieces.contains(piece) {
        return Err(CodeRefus::PieceInconnue.into());
    }
    Ok(facts
        .catalogue
        .pieces
        .get(piece)
        .ok_or(CodeRefus::PieceInconnue)?)
}

fn un(evenement: Evenement) -> Decision {
    Decision {
        evenements: vec![evenement],
        tiroir: None,
    }
}

fn acte(acte: ActeTiroir) -> Decision {
    Decision {
        evenements: Vec::new(),
        tiroir: Some(acte),
    }
}
