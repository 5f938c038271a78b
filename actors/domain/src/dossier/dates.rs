//! The last moment to confirm (`2-domain.md`, section 4): the dossier's own date, else the delay from the
//! release with the formation's date as the limit of all, else that date; none leaves the offer open without end.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::campagne::Formation;

/// For an offer of the jury.
pub(super) fn confirmation(
    formation: &Formation,
    propre: Option<Timestamp>,
    maintenant: Timestamp,
) -> Option<Timestamp> {
    let delai = apres(maintenant, formation.confirmation_delai.as_deref());
    propre.or_else(|| plus_tot(delai, formation.confirmation))
}

/// For a promotion from the list. The dates of the first offers may have passed by then, and would take
/// the place away at once: they count only while they lie ahead.
pub(super) fn confirmation_liste(
    formation: &Formation,
    propre: Option<Timestamp>,
    maintenant: Timestamp,
) -> Option<Timestamp> {
    let a_venir = |date: &Timestamp| *date > maintenant;
    let delai = apres(maintenant, formation.confirmation_lc_delai.as_deref());
    let de_liste = plus_tot(delai, formation.confirmation_lc).filter(a_venir);
    let generale = || {
        let delai = apres(maintenant, formation.confirmation_delai.as_deref());
        plus_tot(delai, formation.confirmation.filter(a_venir))
    };
    propre.filter(a_venir).or(de_liste).or_else(generale)
}

fn plus_tot(delai: Option<Timestamp>, date: Option<Timestamp>) -> Option<Timestamp> {
    match (delai, date) {
        (Some(delai), Some(date)) => Some(delai.min(date)),
        (Some(seul), None) | (None, Some(seul)) => Some(seul),
        (None, None) => None,
    }
}

/// So long after, by an ISO 8601 duration that the reading of the campaign file has checked.
fn apres(maintenant: Timestamp, delai: Option<&str>) -> Option<Timestamp> {
    let delai: Span = delai?.parse().ok()?;
    let debut = maintenant.to_zoned_datetime(TimeZone::UTC);
    Some(debut.checked_add(delai).ok()?.timestamp())
}
