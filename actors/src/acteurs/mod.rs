//! The actors and the registry that finds, starts and retires them.

mod avance;
mod candidat;
mod demande;
mod dossier;
mod formation;
mod lectures;
mod personnel;
mod registre;

pub(crate) use avance::Avance;
pub(crate) use candidat::Instantane;
pub(crate) use demande::{InstantaneDemande, OrdreSur};
pub(crate) use dossier::Demande;
pub(crate) use personnel::{InstantanePersonnel, PREFIXE_VUE as PREFIXE_PERSONNEL};
pub(crate) use registre::{Annuaire, Repere, Salle, demarrer};

use actix::{Actor, ActorFutureExt, AtomicResponse, WrapFuture};
use tokio::sync::oneshot;

use crate::protocol::Faute;

/// Messages one actor may have waiting; more are told to come back (a clear « occupé »).
pub(crate) const BOITE: usize = 64;
/// How often a command is decided again after losing to another writer.
pub(crate) const ESSAIS: usize = 5;

/// Where an answer goes.
pub(crate) type Retour<T> = oneshot::Sender<Result<T, Faute>>;

/// Too much at once for one actor.
pub(crate) fn occupe() -> Faute {
    Faute::Occupe { reessayer_s: 1 }
}

/// Answers; who asked may have gone, and finds the outcome by the command's id.
pub(crate) fn repondre<T>(retour: Retour<T>, reponse: Result<T, Faute>) {
    let _parti = retour.send(reponse);
}

/// Holds the mailbox until the work is done, then gives back what it worked on.
pub(crate) fn tenir<A: Actor, F: 'static>(
    acteur: &mut A,
    travail: impl Future<Output = F> + 'static,
    rendre: fn(&mut A, F),
) -> AtomicResponse<A, ()> {
    // Boxed before it is wrapped: each wrapper would move all of it.
    let suite = Box::pin(travail)
        .into_actor(acteur)
        .map(move |fil, acteur, _| rendre(acteur, fil));
    AtomicResponse::new(Box::pin(suite))
}
