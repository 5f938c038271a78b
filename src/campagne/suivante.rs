//! The next year's campaign from this one: codes kept, dates moved by whole years of the calendar.

use domain::campagne::{Campagne, Catalogue, Evenement, Formation, Texte};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::ecrire::FUSEAU;

/// What makes the next campaign, once this one is closed.
pub(crate) fn suivante(
    catalogue: &Catalogue,
    (code, libelle): (&str, Texte),
    annees: i16,
    maintenant: Timestamp,
) -> Vec<Evenement> {
    let Some(courante) = &catalogue.campagne else {
        return Vec::new();
    };
    let plus = |instant: Timestamp| decaler(instant, annees);
    let mut changements = vec![
        Evenement::CampagneArchivee {
            code: courante.code.clone(),
            le: maintenant,
        },
        Evenement::CampagneParametree(Campagne {
            code: code.into(),
            libelle,
            ouverture: plus(courante.ouverture),
            fermeture: plus(courante.fermeture),
            ..courante.clone()
        }),
    ];
    let formation = |f: &Formation| {
        Evenement::FormationDefinie(Formation {
            candidature_debut: plus(f.candidature_debut),
            candidature_fin: plus(f.candidature_fin),
            retour: plus(f.retour),
            confirmation: f.confirmation.map(plus),
            confirmation_lc: f.confirmation_lc.map(plus),
            jury: f.jury.map(plus),
            publication: f.publication.map(plus),
            ..f.clone()
        })
    };
    changements.extend(catalogue.formations.values().map(formation));
    changements
}

/// The same day and hour on the university's clocks, years later.
fn decaler(instant: Timestamp, annees: i16) -> Timestamp {
    let fuseau = TimeZone::get(FUSEAU).unwrap_or(TimeZone::UTC);
    let civil = instant.to_zoned_datetime(fuseau);
    let plus = civil.checked_add(Span::new().years(annees));
    plus.map_or(instant, |z| z.timestamp())
}

#[cfg(test)]
mod tests {
    use domain::campagne::{Cle, EtatTransmis, TexteMail};

    use super::*;

    #[test]
    fn une_date_garde_son_heure_locale_d_une_annee_a_l_autre() {
        let instant: Timestamp = "2027-03-28T23:59:59+02:00".parse().unwrap();
        let apres: Timestamp = "2028-03-28T23:59:59+02:00".parse().unwrap();
        assert_eq!(decaler(instant, 1), apres);
        let bissextile: Timestamp = "2028-02-29T12:00:00+01:00".parse().unwrap();
        let fevrier: Timestamp = "2029-02-28T12:00:00+01:00".parse().unwrap();
        assert_eq!(decaler(bissextile, 1), fevrier);
    }

    /// What staff wrote once is not written again next year: the mails, the answers, the frame.
    #[test]
    fn la_campagne_suivante_garde_les_textes_changes_et_leur_version() {
        let instant: Timestamp = "2027-01-15T08:00:00+01:00".parse().unwrap();
        let mut catalogue = Catalogue::default();
        catalogue.evolve(Evenement::CampagneParametree(Campagne {
            code: "2027-2028".into(),
            libelle: Texte::fr("Campagne 2027-2028"),
            ouverture: instant,
            fermeture: instant,
            max_dossiers: 10,
            etat_transmis: EtatTransmis::Transmis,
        }));
        for code in ["statut_re.fr", "support_projet.en", "cadre.fr"] {
            catalogue.evolve(Evenement::MailRedige(TexteMail {
                code: code.into(),
                objet: String::new(),
                texte: format!("{code} {{{{ corps }}}}"),
                html: None,
            }));
        }
        let textes = catalogue.mails.clone();
        let version = |c: &Catalogue| c.version_de(&Cle::Mail("cadre.fr".into()));
        let avant = version(&catalogue);
        let libelle = Texte::fr("Campagne 2028-2029");
        for evenement in suivante(&catalogue, ("2028-2029", libelle), 1, instant) {
            catalogue.evolve(evenement);
        }
        let campagne = catalogue.campagne.as_ref().unwrap();
        assert_eq!(campagne.code.as_str(), "2028-2029");
        assert_eq!((&catalogue.mails, textes.len()), (&textes, 3));
        assert_eq!(version(&catalogue), avant, "nobody touched them");
    }
}
