//! How an event changes a request.

use super::{Arrivee, Auteur, Cloture, Demande, Evenement, Fond, Message, Rattachement, Surete};
use jiff::Timestamp;

/// The request after the event.
pub fn evolve(demande: Demande, evenement: &Evenement) -> Demande {
    match demande {
        Demande::Absente => naitre(evenement),
        Demande::Nouvelle(fond) => suivre(fond, evenement, Demande::Nouvelle),
        Demande::EnCours(fond) => suivre(fond, evenement, Demande::EnCours),
        Demande::EnAttente(fond) => {
            // Who writes again waits for us.
            let revient = matches!(evenement, Evenement::MessageRecu { .. });
            let rester = if revient {
                Demande::EnCours
            } else {
                Demande::EnAttente
            };
            suivre(fond, evenement, rester)
        }
        Demande::Close { fond, cloture } => {
            suivre(fond, evenement, |fond| Demande::Close { fond, cloture })
        }
        Demande::Fusionnee { fond, dans } => {
            suivre(fond, evenement, |fond| Demande::Fusionnee { fond, dans })
        }
    }
}

fn naitre(evenement: &Evenement) -> Demande {
    match evenement {
        Evenement::DemandeRecue {
            id,
            arrivee,
            echeance,
        } => Demande::Nouvelle(Box::new(Fond {
            id: id.clone(),
            recue_le: arrivee.message.le,
            objet: arrivee.objet.clone(),
            langue: arrivee.langue,
            demandeur: arrivee.message.de.clone(),
            nom: arrivee.nom.clone(),
            rattachement: arrivee.rattachement.clone(),
            classes: arrivee.classes.clone(),
            urgent: arrivee.urgent,
            signalements: arrivee.signalements.clone(),
            responsable: None,
            echeance: *echeance,
            messages: vec![arrivee.message.clone()],
            notes: Vec::new(),
            projet: arrivee.projet.clone(),
            automatique_le: None,
            repondue_le: None,
            reouvertures: 0,
            origine: arrivee.origine.clone(),
            absorbees: Vec::new(),
        })),
        Evenement::DemandeScindee { fond, .. } => Demande::EnCours(fond.clone()),
        Evenement::MessageRecu { .. }
        | Evenement::Repondue { .. }
        | Evenement::EnvoiNote { .. }
        | Evenement::DemandeNotee { .. }
        | Evenement::Attribuee { .. }
        | Evenement::EcheanceFixee { .. }
        | Evenement::DemandeRattachee { .. }
        | Evenement::Reclassee { .. }
        | Evenement::DemandeClose { .. }
        | Evenement::DemandeRouverte { .. }
        | Evenement::MessageRepris { .. }
        | Evenement::NoteReprise { .. }
        | Evenement::Absorbee { .. }
        | Evenement::FusionneeDans { .. }
        | Evenement::Scindee { .. } => Demande::Absente,
    }
}

/// `rester` puts the request back into the state it was in.
fn suivre(
    mut fond: Box<Fond>,
    evenement: &Evenement,
    rester: impl FnOnce(Box<Fond>) -> Demande,
) -> Demande {
    match evenement {
        Evenement::DemandeRecue { .. } | Evenement::DemandeScindee { .. } => rester(fond),
        Evenement::MessageRecu { arrivee, echeance } => {
            ajouter(&mut fond, arrivee, *echeance);
            if echeance.is_some() {
                Demande::EnCours(fond)
            } else {
                rester(fond)
            }
        }
        Evenement::Repondue { message } => {
            repondre(&mut fond, message);
            Demande::EnAttente(fond)
        }
        Evenement::EnvoiNote { message, envoi } => {
            if let Some(m) = fond.messages.iter_mut().find(|m| m.id == *message) {
                m.envoi = Some(envoi.clone());
            }
            rester(fond)
        }
        Evenement::DemandeNotee { note } | Evenement::NoteReprise { note, .. } => {
            fond.notes.push(note.clone());
            rester(fond)
        }
        Evenement::Attribuee { a, .. } => {
            fond.responsable.clone_from(a);
            prise(fond, rester)
        }
        Evenement::EcheanceFixee { echeance, .. } => {
            fond.echeance = *echeance;
            rester(fond)
        }
        Evenement::DemandeRattachee { rattachement, .. } => {
            fond.rattachement = rattachement.clone();
            rester(fond)
        }
        Evenement::Reclassee { classes, .. } => {
            fond.classes.clone_from(classes);
            rester(fond)
        }
        Evenement::DemandeClose { le, par } => Demande::Close {
            fond,
            cloture: Cloture {
                le: *le,
                par: par.clone(),
            },
        },
        Evenement::DemandeRouverte { echeance, .. } => {
            fond.echeance = *echeance;
            fond.reouvertures = fond.reouvertures.saturating_add(1);
            Demande::EnCours(fond)
        }
        Evenement::MessageRepris { message, .. } => {
            fond.messages.push((**message).clone());
            fond.messages.sort_by_key(|m| m.le);
            rester(fond)
        }
        Evenement::Absorbee { autre, .. } => {
            fond.absorbees.push(autre.clone());
            rester(fond)
        }
        Evenement::FusionneeDans { dans, .. } => Demande::Fusionnee {
            fond,
            dans: dans.clone(),
        },
        Evenement::Scindee { messages, .. } => {
            fond.messages.retain(|m| !messages.contains(&m.id));
            rester(fond)
        }
    }
}

/// Given to somebody, a new request is under way; taken back, it stays so.
fn prise(fond: Box<Fond>, rester: impl FnOnce(Box<Fond>) -> Demande) -> Demande {
    let nouvelle = fond.responsable.is_some();
    match rester(fond) {
        Demande::Nouvelle(fond) if nouvelle => Demande::EnCours(fond),
        reste @ (Demande::Absente
        | Demande::Nouvelle(_)
        | Demande::EnCours(_)
        | Demande::EnAttente(_)
        | Demande::Close { .. }
        | Demande::Fusionnee { .. }) => reste,
    }
}

fn ajouter(fond: &mut Fond, arrivee: &Arrivee, rouvre: Option<Timestamp>) {
    fond.messages.push(arrivee.message.clone());
    fond.urgent |= arrivee.urgent;
    for classe in &arrivee.classes {
        if !fond.classes.iter().any(|c| c.code == classe.code) {
            fond.classes.push(classe.clone());
        }
    }
    for signalement in &arrivee.signalements {
        if !fond.signalements.contains(signalement) {
            fond.signalements.push(signalement.clone());
        }
    }
    preciser(&mut fond.rattachement, &arrivee.rattachement);
    if let Some(echeance) = rouvre {
        fond.echeance = echeance;
        fond.reouvertures = fond.reouvertures.saturating_add(1);
    }
}

/// A later message may say more surely whose it is, never less.
fn preciser(ici: &mut Rattachement, nouveau: &Rattachement) {
    if nouveau.surete > ici.surete || ici.surete == Surete::Aucune && nouveau.candidat.is_some() {
        let (dossier, formation) = (ici.dossier.clone(), ici.formation.clone());
        *ici = nouveau.clone();
        if ici.dossier.is_none() {
            (ici.dossier, ici.formation) = (dossier, formation);
        }
    }
}

fn repondre(fond: &mut Fond, message: &Message) {
    fond.repondue_le.get_or_insert(message.le);
    if let Auteur::Automate { .. } = message.par {
        fond.automatique_le = Some(message.le);
    }
    fond.projet = None;
    fond.messages.push(message.clone());
}
