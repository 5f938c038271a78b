//! Dates and hours in words.

use std::sync::LazyLock;

use domain::langue::Langue;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::textes::{MOIS, Textes};

/// Where the university is. Looked up once: a page shows many dates.
static FUSEAU: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC));

fn ici(instant: Timestamp) -> DateTime {
    FUSEAU.to_datetime(instant)
}

fn mois(t: Textes, mois: i8) -> &'static str {
    let rang = usize::from(mois.unsigned_abs()).saturating_sub(1);
    let (fr, en) = MOIS.get(rang).copied().unwrap_or_default();
    t.langue().choisir(fr, en)
}

/// A date and hour: « 15 mai 2027 à 23:59 ».
pub(crate) fn quand(t: Textes, instant: Timestamp) -> String {
    let date = ici(instant);
    let heure = format_args!("{:02}:{:02}", date.hour(), date.minute());
    let (jour, mois) = (quantieme(t, date.day()), mois(t, date.month()));
    t.le_a(jour, mois, date.year(), heure)
}

/// A date: « 15 mai 2027 ».
pub(crate) fn jour(t: Textes, instant: Timestamp) -> String {
    self::date(t, ici(instant).date())
}

/// A day of the calendar, such as a birthday.
pub(crate) fn date(t: Textes, date: Date) -> String {
    let (jour, mois) = (quantieme(t, date.day()), mois(t, date.month()));
    t.le_jour(jour, mois, date.year())
}

/// The day of a month: in French the first is « 1er ».
fn quantieme(t: Textes, jour: i8) -> String {
    let premier = jour == 1 && t.langue() == Langue::Fr;
    if premier {
        "1er".to_owned()
    } else {
        jour.to_string()
    }
}

/// The time left until then; nothing once it has passed.
pub(crate) fn reste(t: Textes, fin: Timestamp, maintenant: Timestamp) -> String {
    let minutes = fin.duration_since(maintenant).as_secs() / 60;
    match minutes {
        ..0 => String::new(),
        0..120 => t.dans_minutes(minutes),
        120..2880 => t.dans_heures(minutes / 60),
        2880.. => t.dans_jours(minutes / 1440),
    }
}

/// A moment as a field of type `datetime-local` holds it.
pub(crate) fn pour_champ(instant: Timestamp) -> String {
    ici(instant).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// What such a field, or one of type `date`, holds; the day begins at midnight.
pub(crate) fn de_champ(texte: &str) -> Option<Timestamp> {
    let texte = texte.trim();
    let moment = texte.parse::<DateTime>().ok();
    let moment = moment.or_else(|| Some(texte.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
    FUSEAU.to_timestamp(moment).ok()
}

#[cfg(test)]
mod tests {
    use domain::langue::Langue;

    use super::*;

    #[test]
    fn une_date_se_lit_dans_les_deux_langues_a_l_heure_de_paris() {
        let instant: Timestamp = "2027-05-31T21:59:59Z".parse().unwrap();
        let (fr, en) = (Textes(Langue::Fr), Textes(Langue::En));
        assert_eq!(quand(fr, instant), "31 mai 2027 à 23:59");
        assert_eq!(quand(en, instant), "31 May 2027 at 23:59");
        assert_eq!(jour(fr, instant), "31 mai 2027");
        let avant = |texte: &str| reste(fr, instant, texte.parse().unwrap());
        assert_eq!(avant("2027-05-20T22:00:00Z"), "encore 10 jours");
        assert_eq!(avant("2027-05-31T00:00:00Z"), "encore 21 h");
        assert_eq!(avant("2027-05-31T21:00:00Z"), "encore 59 min");
        assert_eq!(avant("2027-06-01T00:00:00Z"), "");
    }

    #[test]
    fn un_champ_de_date_se_lit_a_l_heure_de_paris() {
        let instant: Timestamp = "2027-05-31T21:59:00Z".parse().unwrap();
        assert_eq!(pour_champ(instant), "2027-05-31T23:59");
        assert_eq!(de_champ("2027-05-31T23:59"), Some(instant));
        let minuit = "2027-05-30T22:00:00Z".parse().unwrap();
        assert_eq!(de_champ("2027-05-31"), Some(minuit));
        assert_eq!(de_champ("demain"), None);
        assert_eq!(de_champ(""), None);
    }
}
