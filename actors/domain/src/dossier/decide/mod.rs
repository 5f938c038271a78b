//! What a command comes to, by state and facts.

mod avis;
mod examen;
mod incomplet;
mod reponse;
mod saisie;
mod suivi;

use jiff::Timestamp;

use super::{
    ActeTiroir, Acteur, Commande, Decision, Dossier, Evenement, Examen, Identite, Renvoi, Tiroir,
    autorise,
};
use crate::campagne::{Catalogue, Formation, PieceDef};
use crate::ids::PieceCode;
use crate::places;
use crate::profil::Profil;
use crate::refus::{CodeRefus, FauteChamp, Refus};

/// What a rule needs to know beside the dossier, read at the moment of the act.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The time.
    pub maintenant: Timestamp,
    /// Who acts.
    pub par: &'a Acteur,
    /// The campaign's offer.
    pub catalogue: &'a Catalogue,
    /// The candidate's common files.
    pub tiroir: &'a Tiroir,
    /// The candidate's profile.
    pub profil: &'a Profil,
}

type Resultat = Result<Decision, Refus>;

/// Decides a command.
///
/// # Errors
/// A [`Refus`] when a rule says no; nothing changes then.
pub fn decide(dossier: &Dossier, commande: &Commande, facts: &Facts<'_>) -> Resultat {
    if !autorise(commande, facts.par.role()) {
        return Err(CodeRefus::ActeNonPermis.into());
    }
    let renvoi = renvoye(dossier);
    match commande {
        Commande::Creer { .. } | Commande::Proposer { .. } => {
            saisie::creer(dossier, commande, facts)
        }
        Commande::Deposer { piece, fichier } => match renvoi {
            Some(renvoi) => incomplet::deposer(renvoi, piece, fichier, facts),
            None => saisie::deposer(dossier, piece, fichier, facts),
        },
        Commande::Puiser { piece } => incomplet::puiser(dossier, piece, facts),
        Commande::Retirer { piece } => match renvoi {
            Some(renvoi) => incomplet::retirer(renvoi, piece, facts),
            None => saisie::retirer(dossier, piece, facts),
        },
        Commande::DeclarerNonConcerne { piece, certifie } => match renvoi {
            Some(renvoi) => incomplet::declarer(renvoi, piece, *certifie, facts),
            None => saisie::declarer(dossier, piece, *certifie, facts),
        },
        Commande::RevenirConcerne { piece } => match renvoi {
            Some(renvoi) => incomplet::revenir(renvoi, piece, facts),
            None => saisie::revenir(dossier, piece, facts),
        },
        Commande::ConclureAnalyse {
            piece,
            sha256,
            sain,
        } => Ok(saisie::conclure(dossier, piece, sha256, *sain, facts)),
        Commande::Transmettre => match renvoi {
            Some(renvoi) => incomplet::transmettre(renvoi, facts),
            None => saisie::transmettre(dossier, facts),
        },
        Commande::Annuler => saisie::annuler(dossier, facts),
        Commande::AnnulerParGestion { motif } => suivi::annuler(dossier, motif, facts),
        Commande::DeciderPiece { piece, verdict } => {
            examen::decider(dossier, piece, verdict, facts)
        }
        Commande::ExigerPiece { piece, commentaire } => {
            examen::exiger(dossier, piece, commentaire.as_deref(), facts)
        }
        Commande::Renvoyer { retour } => examen::renvoyer(dossier, *retour, facts),
        Commande::Reprendre => incomplet::reprendre(dossier, facts),
        Commande::DeclarerComplet => examen::declarer_complet(dossier, facts),
        Commande::Rouvrir => examen::rouvrir(dossier, facts),
        Commande::SaisirAvis { avis } => avis::saisir(dossier, avis, facts),
        Commande::RetirerAvis => avis::retirer(dossier, facts),
        Commande::PublierAvis => avis::publier(dossier, facts),
        Commande::Confirmer => reponse::confirmer(dossier, facts),
        Commande::SeDesister => reponse::se_desister(dossier, facts),
        Commande::ExpirerConfirmation => Ok(reponse::expirer(dossier, facts)),
        Commande::Promouvoir => reponse::promouvoir(dossier, facts),
        Commande::Retablir {
            motif,
            confirmation,
        } => reponse::retablir(dossier, motif, *confirmation, facts),
        Commande::Rappeler { jours } => Ok(suivi::rappeler(dossier, *jours, facts)),
        Commande::RelancerConfirmation => Ok(suivi::relancer_confirmation(dossier, facts)),
        Commande::FixerEcheances {
            retour,
            confirmation,
        } => suivi::fixer(dossier, *retour, *confirmation, facts),
        Commande::Annoter { annotation } => suivi::annoter(dossier, annotation, facts),
    }
}

/// Sent back: named pieces are open.
fn renvoye(dossier: &Dossier) -> Option<&Renvoi> {
    match dossier {
        Dossier::Incomplet(renvoi) => Some(renvoi),
        Dossier::Absent
        | Dossier::EnAttente(_)
        | Dossier::Transmis(_)
        | Dossier::Complet(_)
        | Dossier::Annule(_) => None,
    }
}

/// What a dossier that is not in the state asked for is told.
fn refuser<T>(dossier: &Dossier) -> Result<T, Refus> {
    let code = match dossier {
        Dossier::Absent => CodeRefus::Introuvable,
        Dossier::EnAttente(_) => CodeRefus::DossierNonTransmis,
        Dossier::Transmis(_) | Dossier::Complet(_) => CodeRefus::DossierTransmis,
        Dossier::Incomplet(_) => CodeRefus::DossierIncomplet,
        Dossier::Annule(_) => CodeRefus::DossierAnnule,
    };
    Err(code.into())
}

/// Transmitted or complete.
fn en_examen(dossier: &Dossier) -> Result<&Examen, Refus> {
    match dossier {
        Dossier::Transmis(examen) | Dossier::Complet(examen) => Ok(examen),
        Dossier::Absent | Dossier::EnAttente(_) | Dossier::Incomplet(_) | Dossier::Annule(_) => {
            refuser(dossier)
        }
    }
}

/// The formation, which an import never takes away.
fn formation<'a>(identite: &Identite, facts: &Facts<'a>) -> Result<&'a Formation, Refus> {
    let formation = facts.catalogue.formations.get(&identite.formation);
    Ok(formation.ok_or(CodeRefus::Introuvable)?)
}

/// The return date has not passed («Ret»).
fn a_temps(retour: Timestamp, facts: &Facts<'_>) -> Result<(), Refus> {
    if facts.maintenant <= retour {
        return Ok(());
    }
    Err(CodeRefus::RetourDepasse.into())
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

/// A text of staff that must be there, for a field.
fn requis(champ: &str, texte: &str) -> Result<(), Refus> {
    if !texte.trim().is_empty() {
        return Ok(());
    }
    Refus::si_fautes(vec![FauteChamp::new(
        champ,
        "manquant",
        "Ce champ est à remplir.",
        "Please fill in this field.",
    )])
}

/// One fault of one field.
fn faute(champ: &str, code: &str, fr: &str, en: &str) -> Refus {
    Refus {
        code: CodeRefus::ChampsInvalides,
        champs: vec![FauteChamp::new(champ, code, fr, en)],
    }
}

fn definition<'a>(piece: &PieceCode, facts: &Facts<'a>) -> Result<&'a PieceDef, Refus> {
    let def = facts.catalogue.pieces.get(piece);
    Ok(def.ok_or(CodeRefus::PieceInconnue)?)
}

/// The declaration is allowed and sworn (G27).
fn declarable(def: &PieceDef, certifie: bool) -> Result<(), Refus> {
    if !def.conditionnelle {
        return Err(CodeRefus::PieceObligatoire.into());
    }
    if !certifie {
        return Err(CodeRefus::CertificationManquante.into());
    }
    Ok(())
}

fn un(evenement: Evenement) -> Decision {
    Decision {
        evenements: vec![evenement],
        ..Decision::default()
    }
}

/// An event that changes the formation's places, in one commit.
fn avec_places(evenement: Evenement, places: places::Commande) -> Decision {
    Decision {
        evenements: vec![evenement],
        places: Some(places),
        ..Decision::default()
    }
}

fn acte(acte: ActeTiroir) -> Decision {
    Decision {
        tiroir: Some(acte),
        ..Decision::default()
    }
}
