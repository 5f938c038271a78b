//! The state after an event. Total: an event that makes no sense in a state leaves it as it is,
//! and `journal verify` reports it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Acteur, Annotation, Annule, Avis, Base, Decisions, Depot, Dossier, Evenement, Examen, Nature,
    Note, Ouverte, Piece, Publie, Renvoi, Reponse, Saisie, Verdict,
};
use crate::ids::PieceCode;

/// The dossier after the event.
pub fn evolve(dossier: Dossier, evenement: &Evenement) -> Dossier {
    match evenement {
        Evenement::DossierCree(identite) if dossier == Dossier::Absent => {
            Dossier::EnAttente(Saisie {
                base: Base::nouvelle(identite.clone()),
                depots: BTreeMap::new(),
            })
        }
        Evenement::DossierCree(_) => dossier,
        Evenement::DossierPropose { profil, .. } => proposer(dossier, profil),
        Evenement::PieceDeposee { piece, fichier } => {
            let fichier = fichier.clone();
            deposer(dossier, piece, Some(Depot::Deposee { fichier }))
        }
        Evenement::PieceRetiree { piece }
        | Evenement::NonConcerneRetire { piece }
        | Evenement::PieceInfectee { piece } => deposer(dossier, piece, None),
        Evenement::NonConcerneDeclare {
            piece,
            certifie_le,
            serment,
        } => {
            let depot = Depot::NonConcerne {
                certifie_le: *certifie_le,
                serment: serment.clone(),
            };
            deposer(dossier, piece, Some(depot))
        }
        Evenement::DossierTransmis { .. } => transmettre(dossier, evenement),
        Evenement::DossierAnnule {
            annule_le,
            par,
            motif,
        } => match dossier.base().cloned() {
            Some(base) => Dossier::Annule(Annule {
                base,
                annule_le: *annule_le,
                par: par.clone(),
                motif: motif.clone(),
            }),
            None => dossier,
        },
        Evenement::DossierRenvoye { .. } => renvoyer(dossier, evenement),
        Evenement::RenvoiRepris { .. } => reprendre(dossier),
        Evenement::DossierComplet { .. } => completer(dossier),
        Evenement::ExamenRouvert { .. } => rouvrir(dossier),
        Evenement::PieceDecidee { .. }
        | Evenement::PieceExigee { .. }
        | Evenement::AvisSaisi { .. }
        | Evenement::AvisRetire { .. }
        | Evenement::AvisPublie { .. }
        | Evenement::OffreConfirmee { .. }
        | Evenement::Desistement { .. }
        | Evenement::DesistementAuto { .. }
        | Evenement::Promotion { .. }
        | Evenement::OffreRetablie { .. }
        | Evenement::RappelEnvoye { .. }
        | Evenement::RelanceConfirmation { .. }
        | Evenement::EcheancesFixees { .. }
        | Evenement::Annote { .. } => sur_place(dossier, evenement),
    }
}

fn proposer(dossier: Dossier, profil: &crate::profil::Profil) -> Dossier {
    let Dossier::EnAttente(saisie) = dossier else {
        return dossier;
    };
    Dossier::Complet(Box::new(Examen {
        base: saisie.base,
        transmis_le: None,
        pieces: BTreeMap::new(),
        exigees: BTreeMap::new(),
        profil: Box::new(profil.clone()),
        decisions: Decisions::default(),
    }))
}

fn reprendre(dossier: Dossier) -> Dossier {
    let Dossier::Incomplet(renvoi) = dossier else {
        return dossier;
    };
    Dossier::Transmis(Box::new(renvoi.examen))
}

fn completer(dossier: Dossier) -> Dossier {
    let Dossier::Transmis(examen) = dossier else {
        return dossier;
    };
    Dossier::Complet(examen)
}

fn rouvrir(dossier: Dossier) -> Dossier {
    let Dossier::Complet(examen) = dossier else {
        return dossier;
    };
    Dossier::Transmis(examen)
}

/// What is in for a piece, or nothing any more.
fn deposer(mut dossier: Dossier, piece: &PieceCode, depot: Option<Depot>) -> Dossier {
    match &mut dossier {
        Dossier::EnAttente(saisie) => {
            match depot {
                Some(depot) => saisie.depots.insert(piece.clone(), depot),
                None => saisie.depots.remove(piece),
            };
        }
        Dossier::Incomplet(renvoi) => {
            if let Some(ouverte) = renvoi.ouvertes.get_mut(piece) {
                ouverte.depot = depot;
                renvoi.touche = true;
            }
        }
        Dossier::Absent | Dossier::Transmis(_) | Dossier::Complet(_) | Dossier::Annule(_) => {}
    }
    dossier
}

fn transmettre(dossier: Dossier, evenement: &Evenement) -> Dossier {
    let Evenement::DossierTransmis {
        transmis_le,
        pieces,
        profil,
        intitules: _,
    } = evenement
    else {
        return dossier;
    };
    let remise = |depot: &Depot| Piece {
        depot: depot.clone(),
        verdict: Verdict::ADecider,
    };
    match dossier {
        Dossier::EnAttente(saisie) => Dossier::Transmis(Box::new(Examen {
            base: saisie.base,
            transmis_le: Some(*transmis_le),
            pieces: pieces
                .iter()
                .map(|(code, depot)| (code.clone(), remise(depot)))
                .collect(),
            exigees: BTreeMap::new(),
            profil: profil.clone(),
            decisions: Decisions::default(),
        })),
        Dossier::Incomplet(renvoi) => {
            let Renvoi {
                mut examen,
                ouvertes,
                ..
            } = *renvoi;
            examen.transmis_le = Some(*transmis_le);
            examen.exigees.clear();
            for (code, depot) in pieces {
                // A closed piece keeps the manager's verdict.
                if ouvertes.contains_key(code) || !examen.pieces.contains_key(code) {
                    examen.pieces.insert(code.clone(), remise(depot));
                }
            }
            Dossier::Transmis(Box::new(examen))
        }
        autre @ (Dossier::Absent
        | Dossier::Transmis(_)
        | Dossier::Complet(_)
        | Dossier::Annule(_)) => autre,
    }
}

fn renvoyer(dossier: Dossier, evenement: &Evenement) -> Dossier {
    let Evenement::DossierRenvoye {
        renvoye_le,
        pieces,
        retour,
        ..
    } = evenement
    else {
        return dossier;
    };
    match dossier {
        Dossier::Transmis(mut examen) | Dossier::Complet(mut examen) => {
            examen.base.dates.retour = retour.or(examen.base.dates.retour);
            examen.base.relance_le = None;
            let ouvertes = pieces.iter().map(|(code, reproche)| {
                let ouverte = Ouverte {
                    reproche: reproche.clone(),
                    depot: None,
                };
                (code.clone(), ouverte)
            });
            Dossier::Incomplet(Box::new(Renvoi {
                ouvertes: ouvertes.collect(),
                examen: *examen,
                renvoye_le: *renvoye_le,
                touche: false,
            }))
        }
        autre @ (Dossier::Absent
        | Dossier::EnAttente(_)
        | Dossier::Incomplet(_)
        | Dossier::Annule(_)) => autre,
    }
}

/// Events that change what a state owns, not the state.
fn sur_place(mut dossier: Dossier, evenement: &Evenement) -> Dossier {
    if let Some(base) = dossier.base_mut() {
        de_base(base, evenement);
    }
    if let Some(examen) = dossier.examen_mut() {
        d_examen(examen, evenement);
    }
    dossier
}

fn de_base(base: &mut Base, evenement: &Evenement) {
    if let Evenement::RappelEnvoye { le, .. } = evenement {
        base.relance_le = Some(*le);
    }
    if let Evenement::AvisPublie { .. } = evenement {
        base.cache = false;
    }
    if let Evenement::EcheancesFixees {
        retour,
        confirmation,
        ..
    } = evenement
    {
        base.dates.retour = retour.or(base.dates.retour);
        base.dates.confirmation = confirmation.or(base.dates.confirmation);
    }
    if let Evenement::Annote {
        par,
        le,
        annotation,
    } = evenement
    {
        if let Some(etiquettes) = annotation.etiquettes(&base.fiche.etiquettes) {
            base.fiche.etiquettes = etiquettes;
        }
        match annotation.clone() {
            Annotation::Note { texte } => base.fiche.notes.push(Note {
                le: *le,
                par: par.clone(),
                texte,
            }),
            Annotation::Etiquettes { .. } | Annotation::Etiqueter { .. } => {}
            Annotation::Inscription {
                numero_opi,
                regime,
                montant_centimes,
            } => {
                base.fiche.numero_opi = numero_opi;
                base.fiche.regime = regime;
                base.fiche.montant_centimes = montant_centimes;
            }
            Annotation::Assignation { a } => base.fiche.assigne = a,
        }
    }
}

fn d_examen(examen: &mut Examen, evenement: &Evenement) {
    let decisions = &mut examen.decisions;
    match evenement {
        Evenement::PieceDecidee { piece, verdict, .. } => {
            if let Some(piece) = examen.pieces.get_mut(piece) {
                piece.verdict = verdict.clone();
            }
        }
        Evenement::PieceExigee {
            piece, commentaire, ..
        } => {
            examen.exigees.insert(piece.clone(), commentaire.clone());
        }
        Evenement::AvisSaisi { avis, .. } => decisions.brouillon = Some(avis.clone()),
        Evenement::AvisRetire { .. } => decisions.brouillon = None,
        Evenement::AvisPublie {
            par,
            le,
            avis,
            confirmation,
        } => publier(decisions, (par, *le), avis.clone(), (*confirmation, false)),
        Evenement::Promotion {
            par,
            le,
            confirmation,
        } => {
            let avis = Avis {
                nature: Nature::Favorable,
                commentaire: None,
                appel: false,
            };
            publier(decisions, (par, *le), avis, (*confirmation, true));
        }
        Evenement::OffreConfirmee { .. } => repondre(decisions, Some(Reponse::Confirmee)),
        Evenement::Desistement { .. } => repondre(decisions, Some(Reponse::Desistee)),
        Evenement::DesistementAuto { .. } => repondre(decisions, Some(Reponse::DesisteeAuto)),
        Evenement::OffreRetablie { confirmation, .. } => {
            repondre(decisions, None);
            if let Some(publie) = &mut decisions.publie {
                publie.confirmation = *confirmation;
            }
        }
        Evenement::EcheancesFixees { confirmation, .. } => {
            if let Some(publie) = &mut decisions.publie {
                publie.confirmation = confirmation.or(publie.confirmation);
            }
        }
        Evenement::DossierCree(_)
        | Evenement::DossierPropose { .. }
        | Evenement::PieceDeposee { .. }
        | Evenement::PieceRetiree { .. }
        | Evenement::NonConcerneDeclare { .. }
        | Evenement::NonConcerneRetire { .. }
        | Evenement::PieceInfectee { .. }
        | Evenement::DossierTransmis { .. }
        | Evenement::DossierAnnule { .. }
        | Evenement::DossierRenvoye { .. }
        | Evenement::RenvoiRepris { .. }
        | Evenement::DossierComplet { .. }
        | Evenement::ExamenRouvert { .. }
        | Evenement::RappelEnvoye { .. }
        | Evenement::RelanceConfirmation { .. }
        | Evenement::Annote { .. } => {}
    }
}

/// What was released before gives way only now (T17).
fn publier(
    decisions: &mut Decisions,
    (par, publie_le): (&Acteur, Timestamp),
    avis: Avis,
    (confirmation, promu): (Option<Timestamp>, bool),
) {
    decisions.brouillon = None;
    decisions.publie = Some(Publie {
        avis,
        par: par.clone(),
        publie_le,
        confirmation,
        promu,
        reponse: None,
    });
}

fn repondre(decisions: &mut Decisions, reponse: Option<Reponse>) {
    if let Some(publie) = &mut decisions.publie {
        publie.reponse = reponse;
    }
}
