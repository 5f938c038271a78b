//! The figures as tables, for spreadsheets and for who does not see charts.

use actors::protocol::{Etat, Statistiques};
use domain::campagne::Catalogue;
use domain::ids::CommissionCode;
use domain::langue::Langue;

use super::cellule::Cellule;
use super::mots::{self, Mot};

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tableau {
    /// One row for each.
    Formations,
    /// One row for each day on which something happened.
    Jours,
    /// One row for each step.
    Entonnoir,
    /// One row for each.
    Commissions,
}

impl Tableau {
    /// All of them.
    pub const TOUS: [Self; 4] = [
        Self::Entonnoir,
        Self::Jours,
        Self::Formations,
        Self::Commissions,
    ];

    /// By its code.
    pub fn lire(code: &str) -> Option<Self> {
        Self::TOUS.into_iter().find(|t| t.code() == code)
    }

    /// Stable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Formations => "formations",
            Self::Jours => "jours",
            Self::Entonnoir => "entonnoir",
            Self::Commissions => "commissions",
        }
    }
}

/// A step of the way, in words.
pub fn marche(etape: &str) -> Mot {
    match etape {
        "comptes" => ("comptes", "Comptes créés", "Accounts created"),
        "comptes_valides" => ("comptes_valides", "Comptes validés", "Accounts validated"),
        "profils_complets" => ("profils_complets", "Profils complets", "Complete profiles"),
        "candidats" => (
            "candidats",
            "Candidats avec un dossier",
            "Candidates with an application",
        ),
        "dossiers" => ("dossiers", "Dossiers ouverts", "Applications opened"),
        "transmis" => ("transmis", "Dossiers transmis", "Applications transmitted"),
        "complets" => ("complets", "Dossiers complets", "Complete applications"),
        "favorables" => ("favorables", "Avis favorables", "Admitted"),
        "confirmes" => ("confirmes", "Places confirmées", "Places confirmed"),
        _ => ("autre", "Autre", "Other"),
    }
}

/// The name of a commission; of those without one too.
pub fn commission<'a>(
    catalogue: &'a Catalogue,
    code: Option<&'a CommissionCode>,
    langue: Langue,
) -> &'a str {
    match code {
        None => langue.choisir("Sans commission", "Without a committee"),
        Some(code) => catalogue
            .commissions
            .get(code)
            .map_or(code.as_str(), |c| c.libelle.dans(langue)),
    }
}

fn n(nombre: u64) -> Cellule {
    Cellule::nombre(u32::try_from(nombre).unwrap_or(u32::MAX))
}

/// Headings, then rows.
pub fn lignes(
    chiffres: &Statistiques,
    quoi: Tableau,
    catalogue: &Catalogue,
    langue: Langue,
) -> Vec<Vec<Cellule>> {
    match quoi {
        Tableau::Formations => formations(chiffres, catalogue, langue),
        Tableau::Jours => jours(chiffres, langue),
        Tableau::Entonnoir => entonnoir(chiffres, langue),
        Tableau::Commissions => commissions(chiffres, catalogue, langue),
    }
}

fn titres(langue: Langue, mots: &[(&str, &str)]) -> Vec<Cellule> {
    let titre = |(fr, en): &(&str, &str)| Cellule::texte(langue.choisir(fr, en));
    mots.iter().map(titre).collect()
}

const ETATS: [Etat; 5] = [
    Etat::EnAttente,
    Etat::Transmis,
    Etat::Incomplet,
    Etat::Complet,
    Etat::Annule,
];

fn formations(chiffres: &Statistiques, catalogue: &Catalogue, langue: Langue) -> Vec<Vec<Cellule>> {
    let mut entete = titres(
        langue,
        &[
            ("Code", "Code"),
            ("Formation", "Programme"),
            ("Places", "Places"),
            ("Dossiers", "Applications"),
        ],
    );
    entete.extend(ETATS.map(|etat| {
        let (_, fr, en) = mots::etat(etat, catalogue);
        Cellule::texte(langue.choisir(fr, en))
    }));
    entete.extend(titres(
        langue,
        &[
            ("Avis saisis, non rendus", "Decisions entered, not released"),
            ("Favorables", "Admitted"),
            ("Défavorables", "Not admitted"),
            ("Liste complémentaire", "Waiting list"),
            ("Liste d'attente", "Reserve list"),
            ("Présélection", "Shortlisted"),
            ("Offres sans réponse", "Offers unanswered"),
            ("Confirmés", "Confirmed"),
            ("Désistés", "Withdrawn"),
        ],
    ));
    let mut lignes = vec![entete];
    for f in &chiffres.par_formation {
        let connue = catalogue.formations.get(&f.formation);
        let avis = |code: &str| n(f.avis.get(code).copied().unwrap_or_default());
        let reponse = |code: &str| f.reponses.get(code).copied().unwrap_or_default();
        let mut ligne = vec![
            Cellule::texte(f.formation.as_str()),
            Cellule::peut_etre(connue.map(|c| c.libelle.dans(langue))),
            f.capacite.map_or(Cellule::Vide, Cellule::nombre),
            n(f.dossiers),
        ];
        ligne.extend(ETATS.map(|e| n(f.etats.get(&e).copied().unwrap_or_default())));
        ligne.push(n(f.saisis));
        ligne.extend(
            [
                "favorable",
                "defavorable",
                "liste_complementaire",
                "liste_attente",
                "preselection",
            ]
            .map(avis),
        );
        ligne.push(n(f.offres));
        ligne.push(n(reponse("confirmee")));
        ligne.push(n(reponse("desistee") + reponse("desistee_auto")));
        lignes.push(ligne);
    }
    lignes
}

fn jours(chiffres: &Statistiques, langue: Langue) -> Vec<Vec<Cellule>> {
    let mut lignes = vec![titres(
        langue,
        &[
            ("Jour", "Day"),
            ("Dossiers ouverts", "Opened"),
            ("Dossiers transmis", "Transmitted"),
            ("Avis rendus", "Decisions released"),
            ("Places confirmées", "Places confirmed"),
        ],
    )];
    lignes.extend(chiffres.par_jour.iter().map(|j| {
        vec![
            Cellule::Jour(j.jour),
            n(j.ouverts),
            n(j.transmis),
            n(j.avis),
            n(j.confirmes),
        ]
    }));
    lignes
}

fn entonnoir(chiffres: &Statistiques, langue: Langue) -> Vec<Vec<Cellule>> {
    let mut lignes = vec![titres(langue, &[("Étape", "Step"), ("Nombre", "Number")])];
    lignes.extend(chiffres.entonnoir.iter().map(|m| {
        let (_, fr, en) = marche(&m.etape);
        vec![Cellule::texte(langue.choisir(fr, en)), n(m.nombre)]
    }));
    lignes
}

fn commissions(
    chiffres: &Statistiques,
    catalogue: &Catalogue,
    langue: Langue,
) -> Vec<Vec<Cellule>> {
    let mut lignes = vec![titres(
        langue,
        &[
            ("Commission", "Committee"),
            ("Chez les candidats", "With candidates"),
            ("À examiner", "To examine"),
            ("Renvoyés", "Sent back"),
            ("Complets sans avis", "Complete, no decision"),
            ("Avis à publier", "Decisions to release"),
            ("Offres sans réponse", "Offers unanswered"),
        ],
    )];
    lignes.extend(chiffres.commissions.iter().map(|c| {
        let nom = commission(catalogue, c.commission.as_ref(), langue);
        vec![
            Cellule::texte(nom),
            n(c.en_attente),
            n(c.a_examiner),
            n(c.renvoyes),
            n(c.sans_avis),
            n(c.a_rendre),
            n(c.offres),
        ]
    }));
    lignes
}
