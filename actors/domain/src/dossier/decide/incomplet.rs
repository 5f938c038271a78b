//! A dossier sent back: only the named pieces change (T10–T12, G33).

use std::collections::BTreeMap;

use super::{
    Facts, Renvoi, Resultat, a_temps, declarable, definition, formation, manque, refuser, un,
};
use crate::dossier::{Depot, Dossier, Evenement, Intitules, Ouverte, SERMENT};
use crate::fichier::Fichier;
use crate::ids::PieceCode;
use crate::refus::{CodeRefus, Refus};

/// A named piece, before the return date of this dossier.
fn ouverte<'a>(
    renvoi: &'a Renvoi,
    piece: &PieceCode,
    facts: &Facts<'_>,
) -> Result<&'a Ouverte, Refus> {
    a_temps_pour(renvoi, facts)?;
    if let Some(ouverte) = renvoi.ouvertes.get(piece) {
        return Ok(ouverte);
    }
    let connue = renvoi.examen.pieces.contains_key(piece);
    let code = if connue {
        CodeRefus::PieceClose
    } else {
        CodeRefus::PieceInconnue
    };
    Err(code.into())
}

fn a_temps_pour(renvoi: &Renvoi, facts: &Facts<'_>) -> Result<(), Refus> {
    let base = &renvoi.examen.base;
    a_temps(base.retour(formation(&base.identite, facts)?), facts)
}

/// T10. The file is this dossier's own, also for a common piece: after a transmission the drawer and the dossier are independent.
pub(super) fn deposer(
    renvoi: &Renvoi,
    piece: &PieceCode,
    fichier: &Fichier,
    facts: &Facts<'_>,
) -> Resultat {
    let ouverte = ouverte(renvoi, piece, facts)?;
    if matches!(ouverte.depot, Some(Depot::NonConcerne { .. })) {
        return Err(CodeRefus::PieceNonConcernee.into());
    }
    Ok(un(Evenement::PieceDeposee {
        piece: piece.clone(),
        fichier: fichier.clone(),
    }))
}

/// T10: the candidate chooses to use the drawer's file for a named piece.
pub(super) fn puiser(dossier: &Dossier, piece: &PieceCode, facts: &Facts<'_>) -> Resultat {
    let renvoi = renvoye(dossier)?;
    let fichier = definition(piece, facts)
        .ok()
        .filter(|def| def.commune)
        .and_then(|_| facts.tiroir.get(piece))
        .cloned();
    ouverte(renvoi, piece, facts)?;
    deposer(
        renvoi,
        piece,
        &fichier.ok_or(CodeRefus::PieceAttendue)?,
        facts,
    )
}

/// T10.
pub(super) fn retirer(renvoi: &Renvoi, piece: &PieceCode, facts: &Facts<'_>) -> Resultat {
    match &ouverte(renvoi, piece, facts)?.depot {
        None => Err(CodeRefus::PieceAttendue.into()),
        Some(Depot::NonConcerne { .. }) => Err(CodeRefus::PieceNonConcernee.into()),
        Some(Depot::Deposee { .. }) => Ok(un(Evenement::PieceRetiree {
            piece: piece.clone(),
        })),
    }
}

/// T10, G27.
pub(super) fn declarer(
    renvoi: &Renvoi,
    piece: &PieceCode,
    certifie: bool,
    facts: &Facts<'_>,
) -> Resultat {
    let ouverte = ouverte(renvoi, piece, facts)?;
    declarable(definition(piece, facts)?, certifie)?;
    if matches!(ouverte.depot, Some(Depot::NonConcerne { .. })) {
        return Ok(super::Decision::default());
    }
    Ok(un(Evenement::NonConcerneDeclare {
        piece: piece.clone(),
        certifie_le: facts.maintenant,
        serment: SERMENT.to_owned(),
    }))
}

/// T10, G27.
pub(super) fn revenir(renvoi: &Renvoi, piece: &PieceCode, facts: &Facts<'_>) -> Resultat {
    if !matches!(
        ouverte(renvoi, piece, facts)?.depot,
        Some(Depot::NonConcerne { .. })
    ) {
        return Err(CodeRefus::PieceAttendue.into());
    }
    Ok(un(Evenement::NonConcerneRetire {
        piece: piece.clone(),
    }))
}

/// T11: what was closed stays as it was handed in, the profile too.
pub(super) fn transmettre(renvoi: &Renvoi, facts: &Facts<'_>) -> Resultat {
    a_temps_pour(renvoi, facts)?;
    let examen = &renvoi.examen;
    let mut pieces: BTreeMap<PieceCode, Depot> = examen
        .pieces
        .iter()
        .map(|(code, piece)| (code.clone(), piece.depot.clone()))
        .collect();
    let mut manquantes = Vec::new();
    for (code, ouverte) in &renvoi.ouvertes {
        match ouverte.depot.as_ref().filter(|d| d.rentre()) {
            Some(depot) => drop(pieces.insert(code.clone(), depot.clone())),
            None => manquantes.push(manque(code, facts.catalogue)),
        }
    }
    if !manquantes.is_empty() {
        return Err(Refus {
            code: CodeRefus::PieceManquante,
            champs: manquantes,
        });
    }
    let formation = &examen.base.identite.formation;
    Ok(un(Evenement::DossierTransmis {
        transmis_le: facts.maintenant,
        intitules: Some(Intitules::du(facts.catalogue, formation, &pieces)),
        pieces,
        profil: examen.profil.clone(),
    }))
}

/// T12.
pub(super) fn reprendre(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    if renvoye(dossier)?.touche {
        return Err(CodeRefus::RenvoiEntame.into());
    }
    Ok(un(Evenement::RenvoiRepris {
        par: facts.par.clone(),
        le: facts.maintenant,
    }))
}

fn renvoye(dossier: &Dossier) -> Result<&Renvoi, Refus> {
    match dossier {
        Dossier::Incomplet(renvoi) => Ok(renvoi),
        Dossier::Absent | Dossier::Annule(_) => refuser(dossier),
        Dossier::EnAttente(_) | Dossier::Transmis(_) | Dossier::Complet(_) => {
            Err(CodeRefus::DossierNonRenvoye.into())
        }
    }
}
