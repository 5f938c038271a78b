//! What a command comes to, by state and facts.

use jiff::{SignedDuration, Timestamp};

use super::{
    Arrivee, Auteur, Canal, Cloture, Commande, Demande, EtatMessage, Evenement, Fond, MAX_MESSAGES,
    MAX_NOTES, Message, Note, Sens,
};
use crate::ids::{DemandeId, PersonnelId};
use crate::refus::{CodeRefus, Refus};

/// What a rule needs to know beside the request.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The time.
    pub maintenant: Timestamp,
    /// How long a request may wait for its answer.
    pub delai_reponse: SignedDuration,
    /// How long after its end a reply opens it again; later it begins another (S59).
    pub delai_reouverture: SignedDuration,
}

impl Facts {
    fn echeance(&self) -> Timestamp {
        let fin = self.maintenant.checked_add(self.delai_reponse);
        fin.unwrap_or(Timestamp::MAX)
    }
}

type Resultat = Result<Vec<Evenement>, Refus>;

/// Decides a command.
///
/// # Errors
/// A [`Refus`] when a rule says no; nothing changes then.
pub fn decide(demande: &Demande, commande: Commande, facts: &Facts) -> Resultat {
    match demande {
        Demande::Absente => absente(commande, facts),
        Demande::Nouvelle(fond) | Demande::EnCours(fond) | Demande::EnAttente(fond) => {
            ouverte(fond, commande, facts)
        }
        Demande::Close { fond, cloture } => close(fond, cloture, commande, facts),
        Demande::Fusionnee { fond, dans } => fusionnee(fond, dans, commande),
    }
}

fn un(evenement: Evenement) -> Resultat {
    Ok(vec![evenement])
}

fn absente(commande: Commande, facts: &Facts) -> Resultat {
    match commande {
        Commande::Recevoir { id, arrivee } => {
            let clore = cloture_sans_suite(&arrivee, facts);
            let recue = Evenement::DemandeRecue {
                id,
                arrivee,
                echeance: facts.echeance(),
            };
            Ok([recue].into_iter().chain(clore).collect())
        }
        Commande::Naitre { mut fond, par } => {
            let messages = std::mem::take(&mut fond.messages);
            let de = fond.origine.clone().unwrap_or_else(|| fond.id.clone());
            let nee = Evenement::DemandeScindee { fond, par };
            let repris = messages.into_iter().map(|m| repris(&de, m));
            Ok([nee].into_iter().chain(repris).collect())
        }
        Commande::Repondre { .. }
        | Commande::RepondreSeul { .. }
        | Commande::NoterEnvoi { .. }
        | Commande::Noter { .. }
        | Commande::Attribuer { .. }
        | Commande::FixerEcheance { .. }
        | Commande::Rattacher { .. }
        | Commande::Reclasser { .. }
        | Commande::Clore { .. }
        | Commande::Rouvrir { .. }
        | Commande::Absorber { .. }
        | Commande::Fusionner { .. }
        | Commande::Scinder { .. } => Err(CodeRefus::Introuvable.into()),
    }
}

/// S53: thanks alone close at once.
fn cloture_sans_suite(arrivee: &Arrivee, facts: &Facts) -> Option<Evenement> {
    arrivee.sans_suite.then(|| Evenement::DemandeClose {
        le: facts.maintenant,
        par: Auteur::Automate {
            modele: "remerciement".to_owned(),
        },
    })
}

fn ouverte(fond: &Fond, commande: Commande, facts: &Facts) -> Resultat {
    match commande {
        Commande::Recevoir { arrivee, .. } => recevoir(fond, arrivee, None, facts),
        Commande::Repondre {
            texte,
            clore,
            par,
            message,
        } => repondre(fond, (texte, clore), par, message, facts),
        Commande::RepondreSeul {
            texte,
            modele,
            clore,
            recu,
            message,
        } => repondre_seul(fond, (texte, clore), modele, (&recu, message), facts),
        Commande::Attribuer { a, par } if fond.responsable != a => {
            un(Evenement::Attribuee { a, par })
        }
        Commande::Attribuer { .. } | Commande::Rouvrir { .. } => Ok(Vec::new()),
        Commande::FixerEcheance { le, par } => un(Evenement::EcheanceFixee { echeance: le, par }),
        Commande::Clore { par } => un(Evenement::DemandeClose {
            le: facts.maintenant,
            par,
        }),
        Commande::Absorber {
            autre,
            messages,
            notes,
            par,
        } => absorber(fond, &autre, messages, notes, par),
        Commande::Fusionner { dans, par } => fusionner(fond, dans, par),
        Commande::Scinder {
            messages,
            vers,
            par,
        } => scinder(fond, messages, vers, par),
        autre @ (Commande::NoterEnvoi { .. }
        | Commande::Noter { .. }
        | Commande::Rattacher { .. }
        | Commande::Reclasser { .. }
        | Commande::Naitre { .. }) => toujours(fond, autre),
    }
}

fn close(fond: &Fond, cloture: &Cloture, commande: Commande, facts: &Facts) -> Resultat {
    match commande {
        Commande::Recevoir { arrivee, .. } => {
            if facts.maintenant.duration_since(cloture.le) > facts.delai_reouverture
                && fond.message(&arrivee.message.id).is_none()
            {
                return Err(CodeRefus::DemandeClose.into());
            }
            let rouvre = (!arrivee.sans_suite).then(|| facts.echeance());
            recevoir(fond, arrivee, rouvre, facts)
        }
        Commande::Rouvrir { par } => un(Evenement::DemandeRouverte {
            par,
            echeance: facts.echeance(),
        }),
        Commande::Clore { .. } => Ok(Vec::new()),
        // A repeat of what was done before it ended.
        Commande::Repondre { message, .. } | Commande::RepondreSeul { message, .. }
            if fond.message(&message).is_some() =>
        {
            Ok(Vec::new())
        }
        Commande::Fusionner { dans, par } => fusionner(fond, dans, par),
        Commande::Repondre { .. }
        | Commande::RepondreSeul { .. }
        | Commande::Attribuer { .. }
        | Commande::FixerEcheance { .. }
        | Commande::Absorber { .. }
        | Commande::Scinder { .. } => Err(CodeRefus::DemandeClose.into()),
        autre @ (Commande::NoterEnvoi { .. }
        | Commande::Noter { .. }
        | Commande::Rattacher { .. }
        | Commande::Reclasser { .. }
        | Commande::Naitre { .. }) => toujours(fond, autre),
    }
}

fn fusionnee(fond: &Fond, vers: &DemandeId, commande: Commande) -> Resultat {
    match commande {
        Commande::Recevoir { arrivee, .. } if fond.message(&arrivee.message.id).is_some() => {
            Ok(Vec::new())
        }
        Commande::Fusionner { dans, .. } if dans == *vers => Ok(Vec::new()),
        // What became of a mail that left before.
        Commande::NoterEnvoi { .. } => toujours(fond, commande),
        Commande::Recevoir { .. }
        | Commande::Repondre { .. }
        | Commande::RepondreSeul { .. }
        | Commande::Noter { .. }
        | Commande::Attribuer { .. }
        | Commande::FixerEcheance { .. }
        | Commande::Rattacher { .. }
        | Commande::Reclasser { .. }
        | Commande::Clore { .. }
        | Commande::Rouvrir { .. }
        | Commande::Absorber { .. }
        | Commande::Fusionner { .. }
        | Commande::Scinder { .. }
        | Commande::Naitre { .. } => Err(CodeRefus::DemandeFusionnee.into()),
    }
}

/// What is possible in every state that has its own messages.
fn toujours(fond: &Fond, commande: Commande) -> Resultat {
    match commande {
        Commande::NoterEnvoi { message, etat } => noter_envoi(fond, message, etat),
        Commande::Noter { note } => noter(fond, note),
        Commande::Rattacher { rattachement, par } => {
            un(Evenement::DemandeRattachee { rattachement, par })
        }
        Commande::Reclasser { classes, par } => un(Evenement::Reclassee { classes, par }),
        // A repeat of a split.
        Commande::Naitre { .. } => Ok(Vec::new()),
        Commande::Recevoir { .. }
        | Commande::Repondre { .. }
        | Commande::RepondreSeul { .. }
        | Commande::Attribuer { .. }
        | Commande::FixerEcheance { .. }
        | Commande::Clore { .. }
        | Commande::Rouvrir { .. }
        | Commande::Absorber { .. }
        | Commande::Fusionner { .. }
        | Commande::Scinder { .. } => Err(CodeRefus::Introuvable.into()),
    }
}

/// The same message twice is one (S03, S04); more than a request holds begins another.
fn recevoir(
    fond: &Fond,
    arrivee: Box<Arrivee>,
    rouvre: Option<Timestamp>,
    facts: &Facts,
) -> Resultat {
    if fond.message(&arrivee.message.id).is_some() {
        return Ok(Vec::new());
    }
    if fond.messages.len() >= MAX_MESSAGES {
        return Err(CodeRefus::DemandeClose.into());
    }
    let clore = if rouvre.is_none() && arrivee.sans_suite {
        cloture_sans_suite(&arrivee, facts)
    } else {
        None
    };
    let recu = Evenement::MessageRecu {
        arrivee,
        echeance: rouvre,
    };
    Ok([recu].into_iter().chain(clore).collect())
}

/// To the one who asks, threaded (S60). « Send » pressed twice has the same id, and is one answer.
fn repondre(
    fond: &Fond,
    (texte, clore): (String, bool),
    par: PersonnelId,
    id: String,
    facts: &Facts,
) -> Resultat {
    if fond.message(&id).is_some() {
        return Ok(Vec::new());
    }
    let prend = fond.responsable.is_none().then(|| Evenement::Attribuee {
        a: Some(par.clone()),
        par: par.clone(),
    });
    let par = Auteur::Personnel { id: par };
    let reponse = reponse(fond, id, texte, par.clone(), facts)?;
    let close = clore.then_some(Evenement::DemandeClose {
        le: facts.maintenant,
        par,
    });
    Ok(prend.into_iter().chain([reponse]).chain(close).collect())
}

/// S35, S51: once per request, to its first message, while nobody has answered or taken it.
fn repondre_seul(
    fond: &Fond,
    (texte, clore): (String, bool),
    modele: String,
    (recu, id): (&str, String),
    facts: &Facts,
) -> Resultat {
    if fond.message(&id).is_some() {
        return Ok(Vec::new());
    }
    let seul = matches!(&fond.messages[..], [premier] if premier.id == recu);
    let libre = fond.responsable.is_none() && fond.automatique_le.is_none() && !fond.urgent;
    if !(seul && libre) {
        return Err(CodeRefus::ReponseAutomatiqueExclue.into());
    }
    let par = Auteur::Automate { modele };
    let reponse = reponse(fond, id, texte, par.clone(), facts)?;
    let close = clore.then_some(Evenement::DemandeClose {
        le: facts.maintenant,
        par,
    });
    Ok([reponse].into_iter().chain(close).collect())
}

fn reponse(
    fond: &Fond,
    id: String,
    texte: String,
    par: Auteur,
    facts: &Facts,
) -> Result<Evenement, Refus> {
    if fond.messages.len() >= MAX_MESSAGES {
        return Err(CodeRefus::DemandeClose.into());
    }
    let recu = fond.dernier_recu();
    let mut references = recu.map(|m| m.references.clone()).unwrap_or_default();
    references.extend(recu.and_then(|m| m.message_id.clone()));
    Ok(Evenement::Repondue {
        message: Box::new(Message {
            id,
            sens: Sens::Sortant,
            canal: Canal::Mail,
            par,
            le: facts.maintenant,
            de: String::new(),
            a: fond.demandeur.clone(),
            objet: fond.objet.clone(),
            texte,
            message_id: None,
            references,
            sha256: None,
            pieces: Vec::new(),
            defauts: Vec::new(),
            envoi: Some(EtatMessage::EnFile),
        }),
    })
}

fn noter_envoi(fond: &Fond, message: String, etat: EtatMessage) -> Resultat {
    match fond.message(&message) {
        Some(m) if m.sens == Sens::Sortant && m.envoi.as_ref() != Some(&etat) => {
            un(Evenement::EnvoiNote {
                message,
                envoi: etat,
            })
        }
        Some(_) => Ok(Vec::new()),
        None => Err(CodeRefus::Introuvable.into()),
    }
}

fn noter(fond: &Fond, note: Note) -> Resultat {
    if fond.notes.len() >= MAX_NOTES {
        return Err(CodeRefus::TropDEntrees.into());
    }
    un(Evenement::DemandeNotee { note })
}

fn repris(de: &DemandeId, message: Message) -> Evenement {
    Evenement::MessageRepris {
        de: de.clone(),
        message: Box::new(message),
    }
}

fn absorber(
    fond: &Fond,
    autre: &DemandeId,
    messages: Vec<Message>,
    notes: Vec<Note>,
    par: PersonnelId,
) -> Resultat {
    if fond.absorbees.contains(autre) {
        return Ok(Vec::new());
    }
    if fond.id == *autre {
        return Err(CodeRefus::DemandeFusionnee.into());
    }
    let place = fond.messages.len() + messages.len() <= MAX_MESSAGES
        && fond.notes.len() + notes.len() <= MAX_NOTES;
    if !place {
        return Err(CodeRefus::TropDEntrees.into());
    }
    let siens = messages.into_iter().map(|m| repris(autre, m));
    let notes = notes.into_iter().map(|note| Evenement::NoteReprise {
        de: autre.clone(),
        note,
    });
    let absorbee = Evenement::Absorbee {
        autre: autre.clone(),
        par,
    };
    Ok(siens.chain(notes).chain([absorbee]).collect())
}

fn fusionner(fond: &Fond, dans: DemandeId, par: PersonnelId) -> Resultat {
    if fond.id == dans {
        return Err(CodeRefus::DemandeFusionnee.into());
    }
    un(Evenement::FusionneeDans { dans, par })
}

/// Some messages leave, never all: a request is never empty.
fn scinder(fond: &Fond, messages: Vec<String>, vers: DemandeId, par: PersonnelId) -> Resultat {
    let toutes = messages.iter().all(|id| fond.message(id).is_some());
    let restent = fond.messages.iter().any(|m| !messages.contains(&m.id));
    if messages.is_empty() || !toutes || !restent || vers == fond.id {
        return Err(CodeRefus::Introuvable.into());
    }
    un(Evenement::Scindee {
        messages,
        vers,
        par,
    })
}
