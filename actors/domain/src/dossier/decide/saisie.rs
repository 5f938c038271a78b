//! A dossier being filled in: T01–T06.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{
    Facts, Resultat, a_temps, acte, declarable, definition, formation, manque, refuser, un,
};
use crate::campagne::{Formation, PieceDef};
use crate::dossier::{
    ActeTiroir, Avis, Commande, Decision, Depot, Dossier, Evenement, Identite, Intitules, Nature,
    SERMENT, Saisie, Tiroir,
};
use crate::fichier::Fichier;
use crate::ids::PieceCode;
use crate::refus::{CodeRefus, Refus};

impl Saisie {
    /// What is in for a piece: this dossier's own act first, then the drawer for a common one.
    pub fn depot(&self, piece: &PieceDef, tiroir: &Tiroir) -> Option<Depot> {
        depot_de(&self.depots, tiroir, piece).map(Cow::into_owned)
    }

    /// The pieces that are still missing (G28, G29), in the formation's order.
    pub fn manquantes<'a>(&self, formation: &'a Formation, facts: &Facts<'a>) -> Vec<&'a PieceDef> {
        let absente = |piece: &&PieceDef| {
            let depot = depot_de(&self.depots, facts.tiroir, piece);
            !depot.is_some_and(|d| d.rentre())
        };
        facts
            .catalogue
            .pieces_de(formation)
            .filter(absente)
            .collect()
    }
}

fn depot_de<'a>(
    depots: &'a BTreeMap<PieceCode, Depot>,
    tiroir: &Tiroir,
    piece: &PieceDef,
) -> Option<Cow<'a, Depot>> {
    if let Some(depot) = depots.get(&piece.code) {
        return Some(Cow::Borrowed(depot));
    }
    let fichier = tiroir.get(&piece.code).filter(|_| piece.commune)?;
    Some(Cow::Owned(Depot::Deposee {
        fichier: fichier.clone(),
    }))
}

/// T01, T02, T03. The limits are the candidate's own stream's; here a repeat changes nothing.
pub(super) fn creer(dossier: &Dossier, commande: &Commande, facts: &Facts<'_>) -> Resultat {
    let (Commande::Creer {
        id,
        candidat,
        formation,
    }
    | Commande::Proposer {
        id,
        candidat,
        formation,
    }) = commande
    else {
        return Err(CodeRefus::Introuvable.into());
    };
    if *dossier != Dossier::Absent {
        return Ok(Decision::default());
    }
    let proposition = matches!(commande, Commande::Proposer { .. });
    let mut evenements = vec![Evenement::DossierCree(Identite {
        id: id.clone(),
        candidat: candidat.clone(),
        formation: formation.clone(),
        cree_le: facts.maintenant,
        par: facts.par.clone(),
        proposition,
    })];
    if proposition {
        evenements.push(Evenement::DossierPropose {
            par: facts.par.clone(),
            le: facts.maintenant,
            profil: Box::new(facts.profil.clone()),
        });
        evenements.push(Evenement::AvisSaisi {
            par: facts.par.clone(),
            le: facts.maintenant,
            avis: Avis {
                nature: Nature::Favorable,
                commentaire: None,
                appel: false,
            },
        });
    }
    Ok(Decision {
        evenements,
        ..Decision::default()
    })
}

/// A dossier being filled in, before its return date.
fn ouverte<'a>(dossier: &'a Dossier, facts: &Facts<'_>) -> Result<&'a Saisie, Refus> {
    match dossier {
        Dossier::EnAttente(saisie) => {
            let formation = formation(&saisie.base.identite, facts)?;
            a_temps(saisie.base.retour(formation), facts)?;
            Ok(saisie)
        }
        Dossier::Absent
        | Dossier::Transmis(_)
        | Dossier::Incomplet(_)
        | Dossier::Complet(_)
        | Dossier::Annule(_) => refuser(dossier),
    }
}

fn demandee<'a>(
    saisie: &Saisie,
    piece: &PieceCode,
    facts: &Facts<'a>,
) -> Result<&'a PieceDef, Refus> {
    if !formation(&saisie.base.identite, facts)?
        .pieces
        .contains(piece)
    {
        return Err(CodeRefus::PieceInconnue.into());
    }
    definition(piece, facts)
}

fn declaree(saisie: &Saisie, piece: &PieceCode) -> bool {
    matches!(saisie.depots.get(piece), Some(Depot::NonConcerne { .. }))
}

/// T04.
pub(super) fn deposer(
    dossier: &Dossier,
    piece: &PieceCode,
    fichier: &Fichier,
    facts: &Facts<'_>,
) -> Resultat {
    let saisie = ouverte(dossier, facts)?;
    let def = demandee(saisie, piece, facts)?;
    if declaree(saisie, piece) {
        return Err(CodeRefus::PieceNonConcernee.into());
    }
    let (piece, fichier) = (piece.clone(), fichier.clone());
    Ok(if def.commune {
        acte(ActeTiroir::Ranger { piece, fichier })
    } else {
        un(Evenement::PieceDeposee { piece, fichier })
    })
}

/// T04.
pub(super) fn retirer(dossier: &Dossier, piece: &PieceCode, facts: &Facts<'_>) -> Resultat {
    let saisie = ouverte(dossier, facts)?;
    let def = demandee(saisie, piece, facts)?;
    let piece = piece.clone();
    match saisie.depot(def, facts.tiroir) {
        None => Err(CodeRefus::PieceAttendue.into()),
        Some(Depot::NonConcerne { .. }) => Err(CodeRefus::PieceNonConcernee.into()),
        Some(Depot::Deposee { .. }) if def.commune => Ok(acte(ActeTiroir::Oter { piece })),
        Some(Depot::Deposee { .. }) => Ok(un(Evenement::PieceRetiree { piece })),
    }
}

/// T04, G27.
pub(super) fn declarer(
    dossier: &Dossier,
    piece: &PieceCode,
    certifie: bool,
    facts: &Facts<'_>,
) -> Resultat {
    let saisie = ouverte(dossier, facts)?;
    declarable(demandee(saisie, piece, facts)?, certifie)?;
    if declaree(saisie, piece) {
        return Ok(Decision::default());
    }
    Ok(un(Evenement::NonConcerneDeclare {
        piece: piece.clone(),
        certifie_le: facts.maintenant,
        serment: SERMENT.to_owned(),
    }))
}

/// T04, G27.
pub(super) fn revenir(dossier: &Dossier, piece: &PieceCode, facts: &Facts<'_>) -> Resultat {
    let saisie = ouverte(dossier, facts)?;
    demandee(saisie, piece, facts)?;
    if !declaree(saisie, piece) {
        return Err(CodeRefus::PieceAttendue.into());
    }
    Ok(un(Evenement::NonConcerneRetire {
        piece: piece.clone(),
    }))
}

/// The end of an analysis counts only for the very file that is in, and only while it may still change.
pub(super) fn conclure(
    dossier: &Dossier,
    piece: &PieceCode,
    sha256: &str,
    sain: bool,
    facts: &Facts<'_>,
) -> Decision {
    let attend = |fichier: &&Fichier| fichier.en_analyse && fichier.sha256 == sha256;
    let propre = |depot: Option<&Depot>| match depot {
        Some(Depot::Deposee { fichier }) => Some(fichier).filter(attend).cloned(),
        Some(Depot::NonConcerne { .. }) | None => None,
    };
    let (propre, commun) = match dossier {
        Dossier::EnAttente(saisie) => (
            propre(saisie.depots.get(piece)),
            facts.tiroir.get(piece).filter(attend).cloned(),
        ),
        Dossier::Incomplet(renvoi) => {
            let ouverte = renvoi.ouvertes.get(piece);
            (propre(ouverte.and_then(|o| o.depot.as_ref())), None)
        }
        Dossier::Absent | Dossier::Transmis(_) | Dossier::Complet(_) | Dossier::Annule(_) => {
            (None, None)
        }
    };
    let piece = piece.clone();
    let libere = |fichier| Fichier {
        en_analyse: false,
        ..fichier
    };
    match (propre, commun, sain) {
        (Some(fichier), _, true) => un(Evenement::PieceDeposee {
            piece,
            fichier: libere(fichier),
        }),
        (Some(_), _, false) => un(Evenement::PieceInfectee { piece }),
        (None, Some(fichier), true) => acte(ActeTiroir::Ranger {
            piece,
            fichier: libere(fichier),
        }),
        (None, Some(_), false) => acte(ActeTiroir::Oter { piece }),
        (None, None, _) => Decision::default(),
    }
}

/// T05.
pub(super) fn transmettre(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let saisie = ouverte(dossier, facts)?;
    let mut pieces = BTreeMap::new();
    let mut manquantes = Vec::new();
    // By the formation's codes, not by the definitions found: a code without definition is a missing piece, never a silent pass (G29).
    for code in &formation(&saisie.base.identite, facts)?.pieces {
        let def = facts.catalogue.pieces.get(code);
        let depot = def.and_then(|def| saisie.depot(def, facts.tiroir));
        match depot.filter(Depot::rentre) {
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
    let formation = &saisie.base.identite.formation;
    Ok(un(Evenement::DossierTransmis {
        transmis_le: facts.maintenant,
        intitules: Some(Intitules::du(facts.catalogue, formation, &pieces)),
        pieces,
        profil: Box::new(facts.profil.clone()),
    }))
}

/// T06. Allowed after the return date: it harms nobody and frees the limit.
pub(super) fn annuler(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    match dossier {
        Dossier::EnAttente(_) => Ok(un(Evenement::DossierAnnule {
            annule_le: facts.maintenant,
            par: facts.par.clone(),
            motif: None,
        })),
        Dossier::Absent
        | Dossier::Transmis(_)
        | Dossier::Incomplet(_)
        | Dossier::Complet(_)
        | Dossier::Annule(_) => refuser(dossier),
    }
}
