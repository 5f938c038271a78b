//! The manager's examination: T08, T09, T13, T14.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Facts, Resultat, definition, en_examen, faute, formation, refuser, requis, un};
use crate::dossier::{Decision, Depot, Dossier, Evenement, Examen, Reproche, Verdict};
use crate::ids::PieceCode;
use crate::refus::{CodeRefus, FauteChamp, Refus};

/// What a send-back gives when the return date has passed and no new one is named.
const DELAI_RENVOI: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Further pieces of one dossier.
const MAX_EXIGEES: usize = 20;

/// T08. A refusal may be refused again, with another comment.
pub(super) fn decider(
    dossier: &Dossier,
    piece: &PieceCode,
    verdict: &Verdict,
    facts: &Facts<'_>,
) -> Resultat {
    let examen = en_examen(dossier)?;
    let remise = examen.pieces.get(piece).ok_or(CodeRefus::PieceInconnue)?;
    match verdict {
        Verdict::Refusee { commentaire } => requis("commentaire", commentaire)?,
        Verdict::Validee => {}
        Verdict::ADecider => {
            return Err(faute(
                "statut",
                "inconnu",
                "Choisissez « validee » ou « refusee ».",
                "Choose “validee” or “refusee”.",
            ));
        }
    }
    if remise.verdict == *verdict {
        return Ok(Decision::default());
    }
    Ok(un(Evenement::PieceDecidee {
        piece: piece.clone(),
        par: facts.par.clone(),
        le: facts.maintenant,
        verdict: verdict.clone(),
    }))
}

/// T09: a further piece, any of the campaign's that is not in the dossier.
pub(super) fn exiger(
    dossier: &Dossier,
    piece: &PieceCode,
    commentaire: Option<&str>,
    facts: &Facts<'_>,
) -> Resultat {
    let examen = en_examen(dossier)?;
    // What no send-back can ask for any more would keep the dossier waiting for ever.
    if examen.decisions.publie.is_some() {
        return Err(CodeRefus::AvisPublie.into());
    }
    definition(piece, facts)?;
    if examen.pieces.contains_key(piece) || examen.exigees.contains_key(piece) {
        return Err(CodeRefus::PieceDejaDemandee.into());
    }
    if examen.exigees.len() >= MAX_EXIGEES {
        return Err(CodeRefus::TropDEntrees.into());
    }
    Ok(un(Evenement::PieceExigee {
        piece: piece.clone(),
        par: facts.par.clone(),
        le: facts.maintenant,
        commentaire: commentaire.map(str::to_owned),
    }))
}

/// T09: names what is open, and until when.
pub(super) fn renvoyer(
    dossier: &Dossier,
    retour: Option<Timestamp>,
    facts: &Facts<'_>,
) -> Resultat {
    let examen = en_examen(dossier)?;
    if examen.decisions.publie.is_some() {
        return Err(CodeRefus::AvisPublie.into());
    }
    let pieces = reproches(examen);
    if pieces.is_empty() {
        return Err(CodeRefus::RienARenvoyer.into());
    }
    let actuel = examen.base.retour(formation(&examen.base.identite, facts)?);
    if retour.is_some_and(|nouveau| nouveau < actuel) {
        return Err(faute(
            "retour",
            "trop_tot",
            "La nouvelle date de retour ne peut pas précéder l'actuelle.",
            "The new return date cannot be before the present one.",
        ));
    }
    if retour.is_some_and(|nouveau| nouveau <= facts.maintenant) {
        return Err(faute(
            "retour",
            "passe",
            "Cette date est passée : donnez-en une à venir.",
            "This date has passed: give one that lies ahead.",
        ));
    }
    // A dossier sent back after its date could not be handed in again: it gets a week.
    let passe = actuel <= facts.maintenant;
    let defaut = facts.maintenant.checked_add(DELAI_RENVOI).ok();
    Ok(un(Evenement::DossierRenvoye {
        par: facts.par.clone(),
        renvoye_le: facts.maintenant,
        pieces,
        retour: retour.or(defaut.filter(|_| passe)),
    }))
}

fn reproches(examen: &Examen) -> BTreeMap<PieceCode, Reproche> {
    let refusees = examen.pieces.iter().filter_map(|(code, piece)| {
        let Verdict::Refusee { commentaire } = &piece.verdict else {
            return None;
        };
        let commentaire = commentaire.clone();
        let reproche = match piece.depot {
            Depot::Deposee { .. } => Reproche::Refusee { commentaire },
            Depot::NonConcerne { .. } => Reproche::NonConcerneRejete { commentaire },
        };
        Some((code.clone(), reproche))
    });
    let exigees = examen.exigees.iter().map(|(code, commentaire)| {
        let commentaire = commentaire.clone();
        (code.clone(), Reproche::Complementaire { commentaire })
    });
    refusees.chain(exigees).collect()
}

/// T13.
pub(super) fn declarer_complet(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let examen = match dossier {
        Dossier::Transmis(examen) => examen,
        Dossier::Complet(_) => return Err(CodeRefus::DossierComplet.into()),
        Dossier::Absent | Dossier::EnAttente(_) | Dossier::Incomplet(_) | Dossier::Annule(_) => {
            return refuser(dossier);
        }
    };
    let champs = examen.fautives();
    if !champs.is_empty() {
        return Err(Refus {
            code: CodeRefus::PieceRefusee,
            champs,
        });
    }
    Ok(un(Evenement::DossierComplet {
        par: facts.par.clone(),
        le: facts.maintenant,
    }))
}

impl Examen {
    /// The pieces that keep a dossier from being complete, and from an offer: refused, or asked for and not there.
    pub(super) fn fautives(&self) -> Vec<FauteChamp> {
        let refusees = self.pieces.iter().filter_map(|(code, piece)| {
            let refusee = matches!(piece.verdict, Verdict::Refusee { .. });
            refusee.then(|| {
                let (fr, en) = ("Cette pièce est refusée.", "This document is refused.");
                FauteChamp::new(code.as_str(), "refusee", fr, en)
            })
        });
        let attendues = self.exigees.keys().map(|code| {
            let (fr, en) = (
                "Cette pièce complémentaire est encore attendue.",
                "This further document is still awaited.",
            );
            FauteChamp::new(code.as_str(), "attendue", fr, en)
        });
        refusees.chain(attendues).collect()
    }
}

/// T14.
pub(super) fn rouvrir(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let examen = match dossier {
        Dossier::Complet(examen) => examen,
        Dossier::Transmis(_) => return Err(CodeRefus::DossierNonComplet.into()),
        Dossier::Absent | Dossier::EnAttente(_) | Dossier::Incomplet(_) | Dossier::Annule(_) => {
            return refuser(dossier);
        }
    };
    if examen.decisions.publie.is_some() {
        return Err(CodeRefus::AvisPublie.into());
    }
    Ok(un(Evenement::ExamenRouvert {
        par: facts.par.clone(),
        le: facts.maintenant,
    }))
}
