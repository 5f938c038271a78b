//! What surrounds a dossier: staff annulment, reminders, dates, notes (T07, T24–T26).

use jiff::{SignedDuration, Timestamp};

use super::{Facts, Resultat, avec_places, faute, formation, refuser, requis, un};
use crate::dossier::{Annotation, Base, Decision, Dossier, Evenement, Reponse};
use crate::places::Commande as ActePlaces;
use crate::refus::{CodeRefus, Refus};

/// Between two reminders to transmit, but for the last one.
const ENTRE_RELANCES: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Notes of one dossier.
const MAX_NOTES: usize = 200;
/// Characters of a note.
const MAX_NOTE: usize = 4000;
/// Labels of one dossier.
const MAX_ETIQUETTES: usize = 30;
/// Characters of a label or a short field.
const MAX_COURT: usize = 60;

/// T07: whatever it held in the formation is given back.
pub(super) fn annuler(dossier: &Dossier, motif: &str, facts: &Facts<'_>) -> Resultat {
    let publie = match dossier {
        Dossier::EnAttente(_)
        | Dossier::Transmis(_)
        | Dossier::Incomplet(_)
        | Dossier::Complet(_) => dossier.publie(),
        Dossier::Absent | Dossier::Annule(_) => return refuser(dossier),
    };
    requis("motif", motif)?;
    if publie.is_some_and(|p| p.reponse == Some(Reponse::Confirmee)) {
        return Err(CodeRefus::ReponseDonnee.into());
    }
    let evenement = Evenement::DossierAnnule {
        annule_le: facts.maintenant,
        par: facts.par.clone(),
        motif: Some(motif.to_owned()),
    };
    Ok(match dossier.examen() {
        Some(_) => avec_places(evenement, ActePlaces::Quitter),
        None => un(evenement),
    })
}

/// A dossier the candidate still has to transmit.
fn a_transmettre(dossier: &Dossier) -> Option<&Base> {
    match dossier {
        Dossier::EnAttente(_) | Dossier::Incomplet(_) => dossier.base(),
        Dossier::Absent | Dossier::Transmis(_) | Dossier::Complet(_) | Dossier::Annule(_) => None,
    }
}

/// T24: at most one a week, but for the last; moved dates do not repeat it.
pub(super) fn rappeler(dossier: &Dossier, jours: u8, facts: &Facts<'_>) -> Decision {
    let Some(base) = a_transmettre(dossier) else {
        return Decision::default();
    };
    let a_temps = formation(&base.identite, facts)
        .is_ok_and(|formation| facts.maintenant <= base.retour(formation));
    let recente = base
        .relance_le
        .is_some_and(|le| facts.maintenant.duration_since(le) < ENTRE_RELANCES);
    if !a_temps || (recente && jours > 1) {
        return Decision::default();
    }
    un(Evenement::RappelEnvoye {
        jours,
        le: facts.maintenant,
    })
}

/// Two days before the confirmation date, while the offer waits.
pub(super) fn relancer_confirmation(dossier: &Dossier, facts: &Facts<'_>) -> Decision {
    let attend = dossier.publie().filter(|p| {
        let a_temps = p.confirmation.is_some_and(|fin| facts.maintenant <= fin);
        p.offre_ouverte() && a_temps
    });
    match attend {
        Some(_) => un(Evenement::RelanceConfirmation {
            le: facts.maintenant,
        }),
        None => Decision::default(),
    }
}

/// T25.
pub(super) fn fixer(
    dossier: &Dossier,
    retour: Option<Timestamp>,
    confirmation: Option<Timestamp>,
    facts: &Facts<'_>,
) -> Resultat {
    let base = match dossier {
        Dossier::Absent | Dossier::Annule(_) => return refuser(dossier),
        Dossier::EnAttente(saisie) => &saisie.base,
        Dossier::Transmis(examen) | Dossier::Complet(examen) => &examen.base,
        Dossier::Incomplet(renvoi) => &renvoi.examen.base,
    };
    let mut champs = Vec::new();
    if retour.is_none() && confirmation.is_none() {
        champs.extend(
            faute(
                "retour",
                "manquant",
                "Donnez une date de retour ou de confirmation.",
                "Give a return or a confirmation date.",
            )
            .champs,
        );
    }
    if retour.is_some_and(|le| formation(&base.identite, facts).is_ok_and(|f| le < f.retour)) {
        champs.extend(
            faute(
                "retour",
                "trop_tot",
                "La date de retour ne peut pas précéder celle de la formation.",
                "The return date cannot be before the programme's.",
            )
            .champs,
        );
    }
    if confirmation.is_some_and(|le| le <= facts.maintenant) {
        champs.extend(
            faute(
                "confirmation",
                "passe",
                "Cette date est passée : donnez-en une à venir.",
                "This date has passed: give one that lies ahead.",
            )
            .champs,
        );
    }
    Refus::si_fautes(champs)?;
    Ok(un(Evenement::EcheancesFixees {
        par: facts.par.clone(),
        le: facts.maintenant,
        retour,
        confirmation,
    }))
}

/// T26.
pub(super) fn annoter(dossier: &Dossier, annotation: &Annotation, facts: &Facts<'_>) -> Resultat {
    let Some(base) = dossier.base() else {
        return refuser(dossier);
    };
    let long = |texte: &str, max| texte.chars().count() > max;
    let trop_long = |champ, max| {
        let fr = format!("Au plus {max} caractères.");
        let en = format!("At most {max} characters.");
        faute(champ, "trop_long", &fr, &en)
    };
    let mut annotation = annotation.clone();
    match &annotation {
        Annotation::Note { texte } => {
            requis("texte", texte)?;
            if long(texte, MAX_NOTE) {
                return Err(trop_long("texte", MAX_NOTE));
            }
            if base.fiche.notes.len() >= MAX_NOTES {
                return Err(CodeRefus::TropDEntrees.into());
            }
        }
        Annotation::Etiquettes { .. } | Annotation::Etiqueter { .. } => {
            let avant = &base.fiche.etiquettes;
            let etiquettes = annotation.etiquettes(avant).unwrap_or_default();
            if etiquettes.len() > MAX_ETIQUETTES {
                return Err(CodeRefus::TropDEntrees.into());
            }
            let partielle = matches!(annotation, Annotation::Etiqueter { .. });
            if etiquettes.iter().any(|e| long(e, MAX_COURT)) {
                let champ = if partielle { "ajouter" } else { "etiquettes" };
                return Err(trop_long(champ, MAX_COURT));
            }
            if partielle && etiquettes == *avant {
                return Ok(Decision::default());
            }
            annotation = Annotation::Etiquettes { etiquettes };
        }
        Annotation::Inscription {
            numero_opi, regime, ..
        } => {
            for (champ, valeur) in [("numero_opi", numero_opi), ("regime", regime)] {
                if valeur.as_ref().is_some_and(|v| long(v, MAX_COURT)) {
                    return Err(trop_long(champ, MAX_COURT));
                }
            }
        }
        Annotation::Assignation { .. } => {}
    }
    Ok(un(Evenement::Annote {
        par: facts.par.clone(),
        le: facts.maintenant,
        annotation,
    }))
}
