//! Charts as numbers: where bars, lines and words stand. Nothing depends on colour alone.

use actors::protocol::{ChiffresJour, Statistiques};
use domain::campagne::Catalogue;
use domain::langue::Langue;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::sorties::chiffres::marche;
use crate::textes::Textes;

/// The room of one bar with its name above, in units of the picture.
const PAS: u32 = 44;
/// How wide the widest bar is.
const LARGEUR: f64 = 560.0;
/// Days of the chart, the last ones.
const JOURS: i32 = 90;
/// Formations of the chart, those with the most dossiers; the table has all.
const FORMATIONS: usize = 20;

/// How high a picture of so many bars is.
pub(super) fn hauteur(combien: usize) -> u32 {
    u32::try_from(combien).unwrap_or(u32::MAX / PAS) * PAS
}

/// One tenth is enough.
fn dixieme(n: f64) -> String {
    format!("{n:.1}")
}

fn part(nombre: u64, max: u64, largeur: f64) -> f64 {
    // Counts of people: exact in a float.
    (nombre as f64 / max.max(1) as f64).min(1.0) * largeur
}

/// A bar with its name and number.
pub(super) struct Barre {
    pub(super) nom: &'static str,
    pub(super) valeur: u64,
    pub(super) y: u32,
    pub(super) texte_y: u32,
    pub(super) valeur_y: u32,
    pub(super) largeur: String,
}

/// From the account to the place.
pub(super) fn parcours(chiffres: &Statistiques, langue: Langue) -> Vec<Barre> {
    let max = chiffres.entonnoir.iter().map(|m| m.nombre).max();
    let barre = |(rang, m): (u32, &actors::protocol::Marche)| {
        let (_, fr, en) = marche(&m.etape);
        Barre {
            nom: langue.choisir(fr, en),
            valeur: m.nombre,
            y: rang * PAS + 20,
            texte_y: rang * PAS + 14,
            valeur_y: rang * PAS + 33,
            largeur: dixieme(part(m.nombre, max.unwrap_or_default(), LARGEUR)),
        }
    };
    (0..).zip(&chiffres.entonnoir).map(barre).collect()
}

/// A day's bar.
pub(super) struct Colonne {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) largeur: String,
    pub(super) hauteur: String,
}

/// A line across, with its number.
pub(super) struct Graduation {
    pub(super) y: String,
    pub(super) texte_y: String,
    pub(super) valeur: u64,
}

/// Day by day.
pub(super) struct Jours {
    pub(super) bornes: (Option<Date>, Option<Date>),
    pub(super) barres: Vec<Colonne>,
    pub(super) ligne: String,
    pub(super) points: Vec<(String, String)>,
    pub(super) graduations: Vec<Graduation>,
}

/// Where the chart begins and ends, in units of the picture.
const GAUCHE: f64 = 36.0;
const DROITE: f64 = 636.0;
const HAUT: f64 = 12.0;
const BAS: f64 = 216.0;

/// The last days, those on which nothing happened too.
pub(super) fn jours(par_jour: &[ChiffresJour]) -> Jours {
    let fin = par_jour.last().map(|j| j.jour);
    let premier = par_jour.first().map(|j| j.jour);
    let debut = fin.and_then(|f| f.checked_sub((JOURS - 1).days()).ok());
    let debut = debut.max(premier);
    let mut tous: Vec<ChiffresJour> = Vec::new();
    let mut jour = debut;
    while let (Some(ici), Some(fin)) = (jour, fin) {
        if ici > fin {
            break;
        }
        let connu = par_jour.binary_search_by_key(&ici, |j| j.jour).ok();
        let vide = ChiffresJour {
            jour: ici,
            ..ChiffresJour::default()
        };
        tous.push(connu.and_then(|r| par_jour.get(r)).copied().unwrap_or(vide));
        jour = ici.tomorrow().ok();
    }
    let sommet = tous.iter().map(|j| j.ouverts.max(j.transmis)).max();
    let sommet = rond(sommet.unwrap_or_default());
    let y = |n: u64| BAS - part(n, sommet, BAS - HAUT);
    let pas = (DROITE - GAUCHE) / tous.len().max(1) as f64;
    let milieu = |rang: usize| GAUCHE + (rang as f64 + 0.5) * pas;
    let barre = (pas * 0.7).min(28.0);
    let barres = tous.iter().enumerate().filter(|(_, j)| j.ouverts > 0);
    let barres = barres.map(|(rang, j)| Colonne {
        x: dixieme(milieu(rang) - barre / 2.0),
        y: dixieme(y(j.ouverts)),
        largeur: dixieme(barre),
        hauteur: dixieme(BAS - y(j.ouverts)),
    });
    let points: Vec<_> = tous
        .iter()
        .enumerate()
        .map(|(rang, j)| (dixieme(milieu(rang)), dixieme(y(j.transmis))))
        .collect();
    let ligne: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let graduation = |valeur: u64| Graduation {
        y: dixieme(y(valeur)),
        texte_y: dixieme(y(valeur) + 4.0),
        valeur,
    };
    let mut valeurs = vec![0, sommet / 2, sommet];
    valeurs.dedup();
    Jours {
        bornes: (debut, fin),
        barres: barres.collect(),
        ligne: ligne.join(" "),
        points,
        graduations: valeurs.into_iter().map(graduation).collect(),
    }
}

/// The next number that is easy to read: 1, 2 or 5, and zeros.
fn rond(nombre: u64) -> u64 {
    let mut rond = 1_u64;
    loop {
        for facteur in [1, 2, 5] {
            if rond.saturating_mul(facteur) >= nombre {
                return rond.saturating_mul(facteur);
            }
        }
        rond = rond.saturating_mul(10);
    }
}

/// A formation's bar.
pub(super) struct Places {
    pub(super) nom: String,
    pub(super) valeur: String,
    pub(super) y: u32,
    pub(super) texte_y: u32,
    pub(super) capacite: String,
    pub(super) confirmes: String,
    pub(super) offres: String,
}

/// Characters of a name that the chart has room for.
const MAX_NOM: usize = 52;

/// A name as far as there is room, cut at a word.
fn court(nom: &str) -> String {
    if nom.chars().count() <= MAX_NOM {
        return nom.to_owned();
    }
    let debut: String = nom.chars().take(MAX_NOM - 1).collect();
    let au_mot = debut.rsplit_once(' ').map_or(debut.as_str(), |(d, _)| d);
    format!("{}…", au_mot.trim_end_matches([',', ' ']))
}

/// Confirmed places and open offers against the capacity, widest first.
pub(super) fn formations(chiffres: &Statistiques, catalogue: &Catalogue, t: Textes) -> Vec<Places> {
    let confirmes = |f: &actors::protocol::ChiffresFormation| {
        f.reponses.get("confirmee").copied().unwrap_or_default()
    };
    let capacite = |f: &actors::protocol::ChiffresFormation| f.capacite.map(u64::from);
    let mut rangees: Vec<_> = chiffres.par_formation.iter().collect();
    rangees.sort_by_key(|f| std::cmp::Reverse(f.dossiers));
    rangees.truncate(FORMATIONS);
    let max = rangees
        .iter()
        .map(|f| capacite(f).unwrap_or_default().max(confirmes(f) + f.offres))
        .max()
        .unwrap_or_default();
    let place = |(rang, f): (u32, &&actors::protocol::ChiffresFormation)| {
        let connue = catalogue.formations.get(&f.formation);
        let nom = connue.map_or(f.formation.as_str(), |c| c.libelle.dans(t.langue()));
        let places = match capacite(f) {
            Some(n) => t.tableau_places(n),
            None => t.tableau_sans_capacite().to_owned(),
        };
        Places {
            nom: court(nom),
            valeur: format!("{} + {} / {places}", confirmes(f), f.offres),
            y: rang * PAS + 20,
            texte_y: rang * PAS + 14,
            capacite: dixieme(part(capacite(f).unwrap_or_default(), max, 640.0)),
            confirmes: dixieme(part(confirmes(f), max, 640.0)),
            offres: dixieme(part(f.offres, max, 640.0)),
        }
    };
    (0..).zip(&rangees).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_graphe_de_jours_n_a_pas_de_trou_et_tient_dans_son_cadre() {
        let jour = |texte: &str, ouverts, transmis| ChiffresJour {
            jour: texte.parse().unwrap(),
            ouverts,
            transmis,
            ..ChiffresJour::default()
        };
        let vus = jours(&[jour("2027-03-01", 4, 0), jour("2027-03-04", 1, 37)]);
        assert_eq!(vus.points.len(), 4, "days without anything too");
        assert_eq!(vus.barres.len(), 2);
        assert_eq!(vus.graduations.last().map(|g| g.valeur), Some(50));
        let vieux = jours(&[jour("2020-01-01", 1, 1), jour("2027-03-04", 1, 1)]);
        assert_eq!(vieux.points.len(), 90, "the last days only");
        assert!(jours(&[]).points.is_empty());
        assert_eq!([0, 1, 3, 7, 11, 600].map(rond), [1, 1, 5, 10, 20, 1000]);
    }
}
