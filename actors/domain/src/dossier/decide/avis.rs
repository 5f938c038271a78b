//! The jury's decision: entered, released, followed by another (T15–T17).

use super::{Facts, Resultat, avec_places, en_examen, faute, formation, un};
use crate::dossier::{Avis, Dossier, Evenement, Examen, Nature, dates};
use crate::places::Commande as ActePlaces;
use crate::refus::{CodeRefus, Refus};

/// T15, T17: replaces an earlier draft.
pub(super) fn saisir(dossier: &Dossier, avis: &Avis, facts: &Facts<'_>) -> Resultat {
    let examen = en_examen(dossier)?;
    suite_permise(examen, avis.appel)?;
    valable(examen, avis, facts)?;
    let evenement = Evenement::AvisSaisi {
        par: facts.par.clone(),
        le: facts.maintenant,
        avis: avis.clone(),
    };
    let places = match avis.nature.rang() {
        Some(rang) => ActePlaces::Reserver { rang },
        None => ActePlaces::Relacher,
    };
    let avait_rang = brouillon(examen).is_some_and(|b| b.nature.rang().is_some());
    Ok(if avait_rang || avis.nature.rang().is_some() {
        avec_places(evenement, places)
    } else {
        un(evenement)
    })
}

/// T15.
pub(super) fn retirer(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let examen = en_examen(dossier)?;
    let Some(avis) = brouillon(examen) else {
        return Err(CodeRefus::AvisAbsent.into());
    };
    let evenement = Evenement::AvisRetire {
        par: facts.par.clone(),
        le: facts.maintenant,
    };
    Ok(match avis.nature.rang() {
        Some(_) => avec_places(evenement, ActePlaces::Relacher),
        None => un(evenement),
    })
}

/// T16, T17: what was released stays visible until this moment.
pub(super) fn publier(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let examen = en_examen(dossier)?;
    let Some(avis) = brouillon(examen) else {
        return Err(CodeRefus::AvisAbsent.into());
    };
    suite_permise(examen, avis.appel)?;
    valable(examen, avis, facts)?;
    let formation = formation(&examen.base.identite, facts)?;
    let mut confirmation = None;
    let places = match &avis.nature {
        Nature::Favorable => {
            let champs = examen.fautives();
            if !champs.is_empty() {
                let code = CodeRefus::PieceRefusee;
                return Err(Refus { code, champs });
            }
            let propre = examen.base.dates.confirmation;
            confirmation = dates::confirmation(formation, propre, facts.maintenant);
            Some(ActePlaces::Offrir)
        }
        Nature::ListeComplementaire { rang } => Some(ActePlaces::Inscrire { rang: *rang }),
        Nature::Defavorable { .. } | Nature::ListeAttente | Nature::Preselection { .. } => {
            // Only a former place on the list has something to give up.
            let liste = examen.decisions.publie.as_ref();
            liste
                .and_then(|p| p.avis.nature.rang())
                .map(|_| ActePlaces::Quitter)
        }
    };
    Ok(super::Decision {
        evenements: vec![Evenement::AvisPublie {
            par: facts.par.clone(),
            le: facts.maintenant,
            avis: avis.clone(),
            confirmation,
        }],
        tiroir: None,
        places,
    })
}

fn brouillon(examen: &Examen) -> Option<&Avis> {
    examen.decisions.brouillon.as_ref()
}

/// Whether a further decision may follow the released one (T17).
fn suite_permise(examen: &Examen, appel: bool) -> Result<(), Refus> {
    let Some(publie) = &examen.decisions.publie else {
        return Ok(());
    };
    if publie.reponse.is_some() {
        return Err(CodeRefus::ReponseDonnee.into());
    }
    match publie.avis.nature {
        Nature::Favorable => Err(CodeRefus::AvisPublie.into()),
        Nature::Defavorable { .. } if !appel => Err(CodeRefus::AppelRequis.into()),
        Nature::Defavorable { .. }
        | Nature::ListeComplementaire { .. }
        | Nature::ListeAttente
        | Nature::Preselection { .. } => Ok(()),
    }
}

/// What the campaign must know of it.
fn valable(examen: &Examen, avis: &Avis, facts: &Facts<'_>) -> Result<(), Refus> {
    match &avis.nature {
        Nature::Defavorable { motif } if !facts.catalogue.motifs.contains_key(motif) => Err(faute(
            "motif",
            "inconnu",
            "Choisissez un motif de la liste de la campagne.",
            "Choose a reason from the campaign's list.",
        )),
        Nature::ListeComplementaire { rang: 0 } => Err(faute(
            "rang",
            "invalide",
            "Le rang est un nombre à partir de 1.",
            "The rank is a number from 1.",
        )),
        Nature::ListeComplementaire { .. } => {
            if formation(&examen.base.identite, facts)?.liste_complementaire {
                return Ok(());
            }
            Err(faute(
                "avis",
                "sans_liste",
                "Cette formation n'a pas de liste complémentaire.",
                "This programme has no waiting list with ranks.",
            ))
        }
        Nature::Favorable
        | Nature::Defavorable { .. }
        | Nature::ListeAttente
        | Nature::Preselection { .. } => Ok(()),
    }
}
