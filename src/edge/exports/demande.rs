//! What an export's address says: the list's filters, which columns, how to write them.

use actors::protocol::FiltreDossiers;
use axum::extract::Query;
use axum::http::Uri;
use domain::campagne::Catalogue;
use domain::langue::Langue;
use domain::refus::{CodeRefus, FauteChamp, Refus};

use crate::edge::api::FiltreListe;
use crate::edge::problemes::Probleme;
use crate::sorties::colonnes::{self, Colonne};
use crate::sorties::csv::Separateur;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::edge) struct Options {
    /// Between cells of a CSV.
    pub(in crate::edge) separateur: Separateur,
    /// Of headings and labels.
    pub(in crate::edge) langue: Langue,
    /// Codes of the contract, for programs.
    pub(super) codes: bool,
}

/// An export that is asked for.
#[derive(Clone, Debug)]
pub(in crate::edge) struct Demande {
    pub(super) filtre: FiltreDossiers,
    pub(super) colonnes: Vec<Colonne>,
    pub(super) options: Options,
}

/// An address taken apart: names of columns, options, the filter's own part, faults.
#[derive(Default)]
struct Lu {
    noms: Vec<String>,
    options: Options,
    filtre: Vec<(String, String)>,
    fautes: Vec<FauteChamp>,
}

impl Lu {
    /// What is left empty, as forms do, is not asked for.
    fn de(requete: &str) -> Self {
        let mut lu = Self::default();
        for (nom, valeur) in form_urlencoded::parse(requete.as_bytes()) {
            lu.prendre(&nom, &valeur);
        }
        lu
    }

    fn prendre(&mut self, nom: &str, valeur: &str) {
        match nom {
            "colonnes" => {
                let noms = valeur.split(',').map(str::trim);
                let noms = noms.filter(|n| !n.is_empty()).map(str::to_owned);
                self.noms.extend(noms);
            }
            "separateur" => match Separateur::lire(valeur) {
                Some(lu) => self.options.separateur = lu,
                None => self.fautes.push(FauteChamp::new(
                    "separateur",
                    "inconnu",
                    "« ; », « , » ou « tabulation ».",
                    "“;”, “,” or “tabulation”.",
                )),
            },
            "langue" | "lang" => match valeur {
                "en" => self.options.langue = Langue::En,
                "fr" | "" => self.options.langue = Langue::Fr,
                _ => self.fautes.push(FauteChamp::new(
                    "langue",
                    "inconnu",
                    "« fr » ou « en ».",
                    "“fr” or “en”.",
                )),
            },
            "codes" => self.options.codes = !matches!(valeur, "" | "0" | "non" | "false"),
            // Everything leaves, whatever page was being looked at.
            "curseur" | "limite" | "quoi" | "preuve" => {}
            _ if valeur.is_empty() => {}
            nom => self.filtre.push((nom.to_owned(), valeur.to_owned())),
        }
    }

    fn finir(self) -> Result<(FiltreDossiers, Options), Probleme> {
        if !self.fautes.is_empty() {
            return Err(Refus {
                code: CodeRefus::ChampsInvalides,
                champs: self.fautes,
            }
            .into());
        }
        let mut filtre = form_urlencoded::Serializer::new(String::new());
        filtre.extend_pairs(&self.filtre);
        Ok((lire_filtre(&filtre.finish())?, self.options))
    }
}

impl Options {
    /// Of a file without columns to choose; its filter.
    pub(in crate::edge) fn lire(requete: &str) -> Result<(FiltreDossiers, Self), Probleme> {
        Lu::de(requete).finir()
    }
}

impl Demande {
    /// Every fault at once.
    pub(in crate::edge) fn lire(requete: &str, catalogue: &Catalogue) -> Result<Self, Probleme> {
        let mut lu = Lu::de(requete);
        let noms: Vec<&str> = lu.noms.iter().map(String::as_str).collect();
        let colonnes = colonnes::choisir(catalogue, &noms);
        let colonnes = colonnes.unwrap_or_else(|inconnus| {
            let fautes = inconnus.iter().map(|nom| colonne_inconnue(nom));
            lu.fautes.extend(fautes);
            Vec::new()
        });
        let (filtre, options) = lu.finir()?;
        Ok(Self {
            filtre,
            colonnes,
            options,
        })
    }

    /// The headings.
    pub(super) fn titres(&self) -> Vec<String> {
        let titre = |c: &Colonne| {
            if self.options.codes {
                c.code.clone()
            } else {
                c.titre.dans(self.options.langue).to_owned()
            }
        };
        self.colonnes.iter().map(titre).collect()
    }
}

fn colonne_inconnue(nom: &str) -> FauteChamp {
    let nom: String = nom.chars().take(60).collect();
    FauteChamp::new(
        "colonnes",
        "inconnu",
        &format!(
            "Il n'y a pas de colonne « {nom} ». La liste est à l'adresse /api/v1/gestion/exports/colonnes."
        ),
        &format!(
            "There is no column “{nom}”. They are listed at /api/v1/gestion/exports/colonnes."
        ),
    )
}

/// The list's own reading, so that both say the same of the same address.
fn lire_filtre(requete: &str) -> Result<FiltreDossiers, Probleme> {
    let illisible = |raison: String| {
        Probleme::http(
            axum::http::StatusCode::BAD_REQUEST,
            "filtre_invalide",
            &format!("Ce filtre ne se lit pas : {raison}"),
            "This filter cannot be read.",
        )
    };
    let adresse: Uri = format!("/?{requete}")
        .parse()
        .map_err(|e: axum::http::uri::InvalidUri| illisible(e.to_string()))?;
    let Query(voulus) =
        Query::<FiltreListe>::try_from_uri(&adresse).map_err(|e| illisible(e.body_text()))?;
    voulus.filtre()
}
