//! Reads the file: every fault of every definition at once, each with its line.

use std::collections::BTreeMap;

use domain::campagne::{Catalogue, Cle, Evenement, Facts, decide};
use domain::refus::FauteChamp;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::forme::{
    CampagneForme, CentreForme, CommissionForme, FormationForme, LibelleForme, MailForme,
    PieceForme,
};
use super::lecture::Lu;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fichier {
    campagne: Spanned<CampagneForme<Datetime>>,
    #[serde(default)]
    centres: Vec<Spanned<CentreForme>>,
    #[serde(default)]
    composantes: Vec<Spanned<LibelleForme>>,
    #[serde(default)]
    pieces: Vec<Spanned<PieceForme>>,
    #[serde(default)]
    formations: Vec<Spanned<FormationForme<Datetime>>>,
    #[serde(default)]
    commissions: Vec<Spanned<CommissionForme>>,
    #[serde(default)]
    motifs: Vec<Spanned<LibelleForme>>,
    #[serde(default)]
    mails: Vec<Spanned<MailForme>>,
}

/// One fault of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FauteFichier {
    /// From 1.
    pub ligne: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for FauteFichier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ligne {} : {}", self.ligne, self.message)
    }
}

/// Gathers definitions with the lines they begin at.
struct Lecture<'a> {
    source: &'a str,
    evenements: Vec<Evenement>,
    /// Of each definition; the last, where one is defined twice.
    lignes: BTreeMap<Cle, usize>,
    fautes: Vec<FauteFichier>,
}

impl Lecture<'_> {
    fn prendre<T>(&mut self, elements: Vec<Spanned<T>>, mut lire: impl FnMut(T) -> Lu) {
        for element in elements {
            let ligne = ligne(self.source, element.span().start);
            let lu = lire(element.into_inner());
            let cle = lu.evenement.cle();
            let fautes = lu.fautes.iter().map(|f| dire(ligne, &cle, f));
            self.fautes.extend(fautes);
            self.lignes.insert(cle, ligne);
            self.evenements.push(lu.evenement);
        }
    }

    /// What the rules of the campaign say of the file alone.
    fn controler(&mut self) {
        let facts = Facts {
            maintenant: None,
            dossiers: &BTreeMap::new(),
        };
        let Err(fautes) = decide(&Catalogue::default(), &self.evenements, facts) else {
            return;
        };
        for faute in fautes {
            let ligne = self.lignes.get(&faute.cle).copied().unwrap_or(1);
            self.fautes.push(dire(ligne, &faute.cle, &faute.faute));
        }
    }
}

fn dire(ligne: usize, cle: &Cle, faute: &FauteChamp) -> FauteFichier {
    let (genre, code) = (cle.nom(domain::langue::Langue::Fr), cle.code());
    FauteFichier {
        ligne,
        message: format!("{genre} « {code} », {} : {}", faute.champ, faute.message),
    }
}

fn ligne(source: &str, octet: usize) -> usize {
    source.get(..octet).unwrap_or(source).matches('\n').count() + 1
}

/// Reads a campaign file. `modele` takes the path of a PDF to download and gives its SHA-256.
///
/// # Errors
/// Every fault, by line.
pub fn lire(
    source: &str,
    mut modele: impl FnMut(&str) -> Result<String, String>,
) -> Result<Vec<Evenement>, Vec<FauteFichier>> {
    let fichier: Fichier = toml::from_str(source).map_err(|erreur| {
        let ligne = ligne(source, erreur.span().map_or(0, |span| span.start));
        vec![FauteFichier {
            ligne,
            message: erreur.message().to_owned(),
        }]
    })?;
    let mut l = Lecture {
        source,
        evenements: Vec::new(),
        lignes: BTreeMap::new(),
        fautes: Vec::new(),
    };
    l.prendre(vec![fichier.campagne], CampagneForme::lire);
    l.prendre(fichier.centres, CentreForme::lire);
    l.prendre(fichier.composantes, LibelleForme::composante);
    l.prendre(fichier.pieces, |p| p.lire(&mut modele));
    l.prendre(fichier.commissions, CommissionForme::lire);
    l.prendre(fichier.motifs, LibelleForme::motif);
    l.prendre(fichier.formations, FormationForme::lire);
    l.prendre(fichier.mails, MailForme::lire);
    l.controler();
    if l.fautes.is_empty() {
        return Ok(l.evenements);
    }
    l.fautes.sort_by_key(|f| f.ligne);
    Err(l.fautes)
}

/// Moves every date of the campaign: the demo's campaign is open whatever the day.
pub fn decaler(evenements: &mut [Evenement], duree: SignedDuration) {
    let bouger =
        |instant: &mut Timestamp| *instant = instant.saturating_add(duree).unwrap_or(*instant);
    for evenement in evenements {
        match evenement {
            Evenement::CampagneParametree(c) => {
                [&mut c.ouverture, &mut c.fermeture]
                    .into_iter()
                    .for_each(bouger);
            }
            Evenement::FormationDefinie(f) => {
                [
                    &mut f.candidature_debut,
                    &mut f.candidature_fin,
                    &mut f.retour,
                ]
                .into_iter()
                .for_each(bouger);
                [
                    &mut f.confirmation,
                    &mut f.confirmation_lc,
                    &mut f.jury,
                    &mut f.publication,
                ]
                .into_iter()
                .flatten()
                .for_each(bouger);
            }
            Evenement::CentreDefini(_)
            | Evenement::ComposanteDefinie(_)
            | Evenement::PieceDefinie(_)
            | Evenement::CommissionDefinie(_)
            | Evenement::MotifDefini(_)
            | Evenement::MailRedige(_)
            | Evenement::Retiree(_)
            | Evenement::CampagneArchivee { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../demo/campagne.toml");

    #[test]
    fn la_campagne_de_demonstration_se_lit_entiere() {
        let mut modeles = Vec::new();
        let lus = lire(DEMO, |chemin| {
            modeles.push(chemin.to_owned());
            Ok("0".repeat(64))
        });
        let evenements = lus.unwrap();
        let formations = evenements
            .iter()
            .filter(|e| matches!(e, Evenement::FormationDefinie(_)));
        assert!(formations.count() >= 40);
        assert!(!modeles.is_empty());
    }

    #[test]
    fn toutes_les_fautes_sont_nommees_avec_leur_ligne() {
        let source = DEMO
            .replacen("commission = \"JURY-IAE\"", "commission = \"PERSONNE\"", 1)
            .replacen("retour = 2027-05-31", "retour = 2020-05-31", 1)
            .replacen("code = \"LM\"", "code = \"CV\"", 1);
        let fautes = lire(&source, |_| Err("fichier absent".to_owned())).unwrap_err();
        for morceau in [
            "« PERSONNE »",
            "retour ne peut",
            "« CV » est défini deux fois",
            "fichier absent",
        ] {
            let faute = fautes.iter().find(|f| f.message.contains(morceau));
            assert!(
                faute.is_some_and(|f| f.ligne > 1),
                "{morceau} in {fautes:?}"
            );
        }
    }

    #[test]
    fn une_cle_inconnue_est_une_faute_avec_sa_ligne() {
        let fautes = lire("[campagne]\ncouleur = 1\n", |_| Ok(String::new())).unwrap_err();
        assert_eq!(fautes[0].ligne, 2, "{fautes:?}");
    }

    #[test]
    fn decaler_bouge_toutes_les_dates_ensemble() {
        let mut evenements = lire(DEMO, |_| Ok(String::new())).unwrap();
        let avant = evenements.clone();
        decaler(&mut evenements, SignedDuration::from_hours(24));
        decaler(&mut evenements, SignedDuration::from_hours(-24));
        assert_eq!(evenements, avant);
        decaler(&mut evenements, SignedDuration::from_hours(24));
        assert!(avant.iter().zip(&evenements).any(|(a, b)| a != b));
    }
}
