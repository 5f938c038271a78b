//! The columns of an export: one table, from which the page, the file and the documentation are made (P15).

use std::collections::BTreeMap;

use actors::protocol::{DossierGestion, PieceVue, StatutPiece};
use domain::campagne::{Catalogue, Formation, Texte};
use domain::dossier::{Avis, Nature, Note};
use domain::ids::PieceCode;
use domain::langue::Langue;
use domain::profil::{
    Adresse, Baccalaureat, CursusInterne, Entree, Informations, Profil, Rubrique,
};

use super::cellule::Cellule;
use super::mots;
use crate::data::Listes;

/// What a column belongs to, in the order they are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Groupe {
    /// Number, state, dates.
    Dossier,
    /// To what.
    Formation,
    /// Who.
    Candidat,
    /// Where they live.
    Adresse,
    /// The bac.
    Baccalaureat,
    /// What they did since.
    Parcours,
    /// What was handed in.
    Pieces,
    /// What the jury said.
    Decision,
    /// What only staff write.
    Gestion,
}

impl Groupe {
    /// Stable, for programs.
    pub const fn code(self) -> &'static str {
        self.dire().0
    }

    /// Code, French, English.
    pub const fn dire(self) -> mots::Mot {
        match self {
            Self::Dossier => ("dossier", "Dossier", "Application"),
            Self::Formation => ("formation", "Formation", "Programme"),
            Self::Candidat => ("candidat", "Candidat", "Candidate"),
            Self::Adresse => ("adresse", "Adresse", "Address"),
            Self::Baccalaureat => ("baccalaureat", "Baccalauréat", "Bac"),
            Self::Parcours => ("parcours", "Parcours", "Background"),
            Self::Pieces => ("pieces", "Pièces justificatives", "Documents"),
            Self::Decision => ("decision", "Décision et réponse", "Decision and answer"),
            Self::Gestion => ("gestion", "Gestion", "Management"),
        }
    }
}

/// One column.
#[derive(Clone, Debug)]
pub struct Colonne {
    /// Stable, for programs and addresses.
    pub code: String,
    /// Where it stands.
    pub groupe: Groupe,
    /// As people read it.
    pub titre: Texte,
    /// In a new export, without having been asked for.
    pub d_office: bool,
    lire: Lecture,
}

#[derive(Clone, Debug)]
enum Lecture {
    Fixe(Lire),
    Piece(PieceCode),
    Commentaire(PieceCode),
}

/// Reads a cell.
pub(super) type Lire = fn(&Ligne<'_>) -> Cellule;

/// The dossier a row is made of.
#[derive(Clone, Copy, Debug)]
pub struct Ligne<'a> {
    /// With its candidate.
    pub entier: &'a DossierGestion,
    /// Where labels are.
    pub catalogue: &'a Catalogue,
    /// Of headings and labels.
    pub langue: Langue,
    /// Codes of the contract instead of labels, for programs.
    pub codes: bool,
}

impl<'a> Ligne<'a> {
    pub(super) fn formation(&self) -> Option<&'a Formation> {
        let code = &self.entier.dossier.formation;
        self.catalogue.formations.get(code)
    }

    /// As handed in, once it was; as it is today before.
    pub(super) fn profil(&self) -> &'a Profil {
        let gestion = self.entier.dossier.gestion.as_ref();
        gestion
            .and_then(|g| g.profil.as_deref())
            .unwrap_or(&self.entier.candidat.profil)
    }

    pub(super) fn informations(&self) -> Option<&'a Informations> {
        self.profil().informations.as_ref()
    }

    pub(super) fn adresse(&self) -> Option<&'a Adresse> {
        self.profil().adresse.as_ref()
    }

    pub(super) fn interne(&self) -> Option<&'a CursusInterne> {
        self.profil().cursus_interne.as_ref()
    }

    pub(super) fn publie(&self) -> Option<&'a Avis> {
        self.entier.dossier.decision.as_ref().map(|d| &d.avis)
    }

    pub(super) fn brouillon(&self) -> Option<&'a Avis> {
        let gestion = self.entier.dossier.gestion.as_ref()?;
        gestion.brouillon.as_ref()
    }

    pub(super) fn notes(&self) -> &'a [Note] {
        let gestion = self.entier.dossier.gestion.as_ref();
        gestion.map_or(&[], |g| &g.fiche.notes)
    }

    fn piece(&self, code: &PieceCode) -> Option<&'a PieceVue> {
        let pieces = &self.entier.dossier.pieces;
        pieces.iter().find(|p| &p.code == code)
    }

    pub(super) fn combien(&self, statuts: &[StatutPiece]) -> Cellule {
        let pieces = self.entier.dossier.pieces.iter();
        let n = pieces.filter(|p| statuts.contains(&p.statut)).count();
        Cellule::nombre(u32::try_from(n).unwrap_or(u32::MAX))
    }

    /// The label of a text of the campaign, or its code.
    pub(super) fn nommer(&self, code: &str, texte: Option<&Texte>) -> Cellule {
        match texte {
            Some(texte) if !self.codes => Cellule::texte(texte.dans(self.langue)),
            Some(_) | None => Cellule::texte(code),
        }
    }

    /// A word of ours, or its code.
    pub(super) fn mot(&self, (code, fr, en): mots::Mot) -> Cellule {
        Cellule::texte(if self.codes {
            code
        } else {
            self.langue.choisir(fr, en)
        })
    }

    pub(super) fn oui(&self, oui: bool) -> Cellule {
        self.mot(mots::oui(oui))
    }

    pub(super) fn pays(&self, code: &str) -> Cellule {
        self.dans_liste(|| Listes.choix_pays(self.langue), code)
    }

    /// The name of a code in a list, or the code.
    pub(super) fn dans_liste(
        &self,
        liste: impl Fn() -> Vec<(String, String)>,
        code: &str,
    ) -> Cellule {
        if self.codes {
            return Cellule::texte(code);
        }
        let connu = liste().into_iter().find(|(c, _)| c == code);
        Cellule::texte(connu.map_or_else(|| code.to_owned(), |(_, nom)| nom))
    }

    pub(super) fn avis(&self, avis: Option<&Avis>) -> Cellule {
        avis.map_or(Cellule::Vide, |a| self.mot(mots::avis(&a.nature)))
    }

    pub(super) fn motif(&self, avis: Option<&Avis>) -> Cellule {
        match avis.map(|a| &a.nature) {
            Some(Nature::Defavorable { motif }) => {
                let connu = self.catalogue.motifs.get(motif);
                self.nommer(motif.as_str(), connu.map(|m| &m.libelle))
            }
            Some(
                Nature::Favorable
                | Nature::ListeComplementaire { .. }
                | Nature::ListeAttente
                | Nature::Preselection { .. },
            )
            | None => Cellule::Vide,
        }
    }

    /// Of the bac, what only who has it has.
    pub(super) fn bac(&self, lire: impl Fn(&'a Baccalaureat) -> Option<Cellule>) -> Cellule {
        let bac = self.profil().baccalaureat.as_ref();
        bac.and_then(lire).unwrap_or(Cellule::Vide)
    }

    pub(super) fn entrees(&self, rubrique: Rubrique) -> Cellule {
        let entrees = self.profil().entrees.get(&rubrique);
        let lignes = entrees.into_iter().flat_map(BTreeMap::values).map(entree);
        Cellule::texte(lignes.collect::<Vec<_>>().join("\n"))
    }

    /// What stands in a column.
    pub fn cellule(&self, colonne: &Colonne) -> Cellule {
        match &colonne.lire {
            Lecture::Fixe(lire) => lire(self),
            Lecture::Piece(code) => match self.piece(code) {
                Some(piece) => self.mot(mots::piece(piece.statut)),
                None => Cellule::Vide,
            },
            Lecture::Commentaire(code) => {
                Cellule::peut_etre(self.piece(code).and_then(|p| p.commentaire.clone()))
            }
        }
    }
}

/// « 2020 – 2022 : Licence, Université X (Lille). Mention bien »
fn entree(entree: &Entree) -> String {
    let fin = entree.fin.as_ref().map(|f| format!(" – {f}"));
    let lieu = entree.lieu.as_ref().map(|l| format!(" ({l})"));
    let suite = entree.description.as_ref().map(|d| format!(". {d}"));
    format!(
        "{}{} : {}, {}{}{}",
        entree.debut,
        fin.unwrap_or_default(),
        entree.intitule,
        entree.organisme,
        lieu.unwrap_or_default(),
        suite.unwrap_or_default()
    )
}

/// Every column there is for this campaign, in the order of the table; two for each of its pieces.
pub fn toutes(catalogue: &Catalogue) -> Vec<Colonne> {
    let mut colonnes: Vec<Colonne> = super::table::FIXES
        .iter()
        .map(|(code, groupe, fr, en, d_office, lire)| Colonne {
            code: (*code).to_owned(),
            groupe: *groupe,
            titre: Texte {
                fr: (*fr).to_owned(),
                en: Some((*en).to_owned()),
            },
            d_office: *d_office,
            lire: Lecture::Fixe(*lire),
        })
        .collect();
    for (code, def) in &catalogue.pieces {
        let titre = |fr: &str, en: &str| Texte {
            fr: format!("{}{fr}", def.libelle.dans(Langue::Fr)),
            en: Some(format!("{}{en}", def.libelle.dans(Langue::En))),
        };
        colonnes.push(Colonne {
            code: format!("piece.{code}"),
            groupe: Groupe::Pieces,
            titre: titre("", ""),
            d_office: false,
            lire: Lecture::Piece(code.clone()),
        });
        colonnes.push(Colonne {
            code: format!("commentaire.{code}"),
            groupe: Groupe::Pieces,
            titre: titre(" : commentaire", ": comment"),
            d_office: false,
            lire: Lecture::Commentaire(code.clone()),
        });
    }
    // Stable: within a group, the order of the table.
    colonnes.sort_by_key(|c| c.groupe);
    colonnes
}

/// The columns that are named, in that order; those of a new export when none is. Names that are unknown come back.
///
/// # Errors
/// The unknown names.
pub fn choisir(catalogue: &Catalogue, noms: &[&str]) -> Result<Vec<Colonne>, Vec<String>> {
    let toutes = toutes(catalogue);
    if noms.is_empty() {
        return Ok(toutes.into_iter().filter(|c| c.d_office).collect());
    }
    if noms == ["toutes"] {
        return Ok(toutes);
    }
    let par_code: BTreeMap<&str, &Colonne> = toutes.iter().map(|c| (c.code.as_str(), c)).collect();
    let inconnus: Vec<String> = noms
        .iter()
        .filter(|nom| !par_code.contains_key(*nom))
        .map(|nom| (*nom).to_owned())
        .collect();
    if !inconnus.is_empty() {
        return Err(inconnus);
    }
    let mut choisies: Vec<Colonne> = Vec::with_capacity(noms.len());
    for nom in noms {
        if let Some(colonne) = par_code.get(nom)
            && !choisies.iter().any(|c| c.code == colonne.code)
        {
            choisies.push((*colonne).clone());
        }
    }
    Ok(choisies)
}
