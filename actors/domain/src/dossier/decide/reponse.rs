//! What follows a released decision: T18–T23.

use jiff::Timestamp;

use super::{Facts, Resultat, avec_places, en_examen, faute, formation, requis, un};
use crate::dossier::{Decision, Dossier, Evenement, Examen, Nature, Publie, Reponse, Role, dates};
use crate::places::Commande as ActePlaces;
use crate::refus::{CodeRefus, Refus};

fn publie(dossier: &Dossier) -> Result<(&Examen, &Publie), Refus> {
    let examen = en_examen(dossier)?;
    let publie = examen.decisions.publie.as_ref();
    Ok((examen, publie.ok_or(CodeRefus::AucuneOffre)?))
}

/// «Conf»: now ≤ the confirmation date; without one the offer is open without end.
fn avant_confirmation(publie: &Publie, facts: &Facts<'_>) -> Result<(), Refus> {
    match publie.confirmation {
        Some(fin) if facts.maintenant > fin => Err(CodeRefus::ConfirmationDepassee.into()),
        Some(_) | None => Ok(()),
    }
}

/// T18, G34.
pub(super) fn confirmer(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let (_, publie) = publie(dossier)?;
    if publie.avis.nature != Nature::Favorable {
        return Err(CodeRefus::AucuneOffre.into());
    }
    if publie.reponse.is_some() {
        return Err(CodeRefus::ReponseDonnee.into());
    }
    avant_confirmation(publie, facts)?;
    let evenement = Evenement::OffreConfirmee {
        par: facts.par.clone(),
        le: facts.maintenant,
    };
    Ok(avec_places(evenement, ActePlaces::Confirmer))
}

/// T19 for an offer, T20 for a waiting list.
pub(super) fn se_desister(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let (_, publie) = publie(dossier)?;
    let apres_confirmation = match publie.reponse {
        None => false,
        Some(Reponse::Confirmee) => true,
        Some(Reponse::Desistee | Reponse::DesisteeAuto) => {
            return Err(CodeRefus::ReponseDonnee.into());
        }
    };
    let evenement = Evenement::Desistement {
        par: facts.par.clone(),
        le: facts.maintenant,
        apres_confirmation,
    };
    let du_candidat = facts.par.role() == Role::Candidat;
    match publie.avis.nature {
        Nature::Favorable => {
            if du_candidat {
                avant_confirmation(publie, facts)?;
            }
            Ok(avec_places(evenement, ActePlaces::Quitter))
        }
        // T20 is the candidate's alone: staff cancel (T07).
        Nature::ListeComplementaire { .. } | Nature::ListeAttente if !du_candidat => {
            Err(CodeRefus::ActeNonPermis.into())
        }
        Nature::ListeComplementaire { .. } => Ok(avec_places(evenement, ActePlaces::Quitter)),
        Nature::ListeAttente => Ok(un(evenement)),
        Nature::Defavorable { .. } | Nature::Preselection { .. } => {
            Err(CodeRefus::AucuneOffre.into())
        }
    }
}

/// T21: fired by a timer, looked at again here; nothing when the date was moved or the answer came.
pub(super) fn expirer(dossier: &Dossier, facts: &Facts<'_>) -> Decision {
    let Ok((_, publie)) = publie(dossier) else {
        return Decision::default();
    };
    let passe = publie
        .confirmation
        .is_some_and(|fin| fin < facts.maintenant);
    if !publie.offre_ouverte() || !passe {
        return Decision::default();
    }
    let evenement = Evenement::DesistementAuto {
        le: facts.maintenant,
    };
    avec_places(evenement, ActePlaces::Quitter)
}

/// T22: whether it is the first rank and a place is free, the places say.
pub(super) fn promouvoir(dossier: &Dossier, facts: &Facts<'_>) -> Resultat {
    let (examen, publie) = publie(dossier)?;
    if publie.avis.nature.rang().is_none() || publie.reponse.is_some() {
        return Err(CodeRefus::PasSurListe.into());
    }
    let formation = formation(&examen.base.identite, facts)?;
    if !formation.liste_complementaire {
        return Err(CodeRefus::PasSurListe.into());
    }
    let propre = examen.base.dates.confirmation;
    let evenement = Evenement::Promotion {
        par: facts.par.clone(),
        le: facts.maintenant,
        confirmation: dates::confirmation_liste(formation, propre, facts.maintenant),
    };
    Ok(avec_places(evenement, ActePlaces::Promouvoir))
}

/// T23: whether a place is left, the places say.
pub(super) fn retablir(
    dossier: &Dossier,
    motif: &str,
    confirmation: Option<Timestamp>,
    facts: &Facts<'_>,
) -> Resultat {
    let (examen, publie) = publie(dossier)?;
    let desistee = match publie.reponse {
        Some(Reponse::Desistee | Reponse::DesisteeAuto) => true,
        Some(Reponse::Confirmee) | None => false,
    };
    if !desistee || publie.avis.nature != Nature::Favorable {
        return Err(CodeRefus::RienARetablir.into());
    }
    requis("motif", motif)?;
    let formation = formation(&examen.base.identite, facts)?;
    let nouvelle = confirmation.or_else(|| {
        let propre = examen.base.dates.confirmation;
        let a_venir = propre.filter(|d| *d > facts.maintenant);
        if publie.promu {
            dates::confirmation_liste(formation, a_venir, facts.maintenant)
        } else {
            dates::confirmation(formation, a_venir, facts.maintenant)
        }
    });
    if nouvelle.is_some_and(|fin| fin <= facts.maintenant) {
        return Err(faute(
            "confirmation",
            "passe",
            "La date de confirmation est passée : donnez-en une nouvelle, à venir.",
            "The confirmation date has passed: give a new one that lies ahead.",
        ));
    }
    let evenement = Evenement::OffreRetablie {
        par: facts.par.clone(),
        le: facts.maintenant,
        motif: motif.to_owned(),
        confirmation: nouvelle,
    };
    Ok(avec_places(evenement, ActePlaces::Retablir))
}
