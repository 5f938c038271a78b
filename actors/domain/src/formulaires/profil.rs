//! Forms of the profile.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::lecteur::{LONGUEUR_MAX, Lecteur};
use crate::profil::ine::{FauteIne, Ine};
use crate::profil::{Adresse, Baccalaureat, Entree, Fiche, Informations};
use crate::refus::Refus;

/// The first year a bac can be of.
const ANNEE_BAC_MIN: i16 = 1950;
/// The most characters of a description.
const DESCRIPTION_MAX: usize = 2000;
/// The code of France.
const FRANCE: &str = "FRA";

/// The communes of France (G16).
pub trait Communes {
    /// The INSEE code and the official name of a commune of this postal code, however it is typed.
    fn trouver(&self, code_postal: &str, commune: &str) -> Option<(String, String)>;
    /// The names of all communes of this postal code.
    fn noms(&self, code_postal: &str) -> Vec<String>;
}

/// Lists that are loaded, never hard-coded (G17).
pub trait Nomenclatures {
    /// Whether it is a country's ISO 3166-1 alpha-3 code.
    fn pays(&self, code: &str) -> bool;
    /// Whether the series existed in that year.
    fn serie(&self, annee: i16, code: &str) -> bool;
    /// Whether the speciality existed in that year.
    fn specialite(&self, annee: i16, code: &str) -> bool;
    /// Whether it is a mention.
    fn mention(&self, code: &str) -> bool;
    /// Whether it is a département.
    fn departement(&self, code: &str) -> bool;
}

fn pays(
    lecteur: &mut Lecteur,
    listes: &dyn Nomenclatures,
    champ: &str,
    valeur: Option<&str>,
) -> String {
    let code = lecteur.requis(champ, valeur, LONGUEUR_MAX).to_uppercase();
    if !code.is_empty() && !listes.pays(&code) {
        lecteur.faute(
            champ,
            "pays_inconnu",
            "Choisissez un pays de la liste (code ISO à trois lettres, comme FRA).",
            "Choose a country of the list (three-letter ISO code, such as FRA).",
        );
    }
    code
}

/// G12.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct InformationsForm {
    /// Country code.
    pub nationalite: Option<String>,
    /// May be absent (G15).
    pub ine: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_naissance: Option<String>,
    /// Town.
    pub lieu_naissance: Option<String>,
    /// Country code; France when absent.
    pub pays_naissance: Option<String>,
    /// Another name in use.
    pub nom_usage: Option<String>,
    /// Further first names.
    pub autres_prenoms: Option<String>,
    /// Phone.
    pub telephone: Option<String>,
    /// Whether a profile found by the INE is confirmed (G13); nothing to confirm without one.
    pub confirme: Option<bool>,
}

impl InformationsForm {
    /// The section.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(
        &self,
        listes: &dyn Nomenclatures,
        aujourd_hui: Date,
    ) -> Result<Informations, Refus> {
        let mut l = Lecteur::default();
        let nationalite = pays(&mut l, listes, "nationalite", self.nationalite.as_deref());
        let ine = self.lire_ine(&mut l);
        let date = self.lire_date(&mut l, aujourd_hui);
        let lieu_naissance = l.requis(
            "lieu_naissance",
            self.lieu_naissance.as_deref(),
            LONGUEUR_MAX,
        );
        let pays_naissance = self.pays_naissance.as_deref().unwrap_or(FRANCE);
        let pays_naissance = pays(&mut l, listes, "pays_naissance", Some(pays_naissance));
        let nom_usage = l.libre("nom_usage", self.nom_usage.as_deref(), LONGUEUR_MAX);
        let autres_prenoms = l.libre(
            "autres_prenoms",
            self.autres_prenoms.as_deref(),
            LONGUEUR_MAX,
        );
        let telephone = l.libre("telephone", self.telephone.as_deref(), 30);
        let permis = |c: char| c.is_ascii_digit() || " /+()-.".contains(c);
        if telephone.as_ref().is_some_and(|t| !t.chars().all(permis)) {
            l.faute(
                "telephone",
                "telephone_invalide",
                "Des chiffres, des espaces et / + ( ) - . seulement.",
                "Digits, spaces and / + ( ) - . only.",
            );
        }
        l.finir(Informations {
            nationalite,
            ine,
            date_naissance: date,
            lieu_naissance,
            pays_naissance,
            nom_usage,
            autres_prenoms,
            telephone,
        })
    }

    /// G13: the INE and the birth date, if both can be read: with them the scolarité is asked.
    pub fn identite(&self) -> Option<(Ine, Date)> {
        let ine = Ine::lire(self.ine.as_deref()?).ok()?;
        Some((ine, self.date_naissance.as_deref()?.trim().parse().ok()?))
    }

    /// G13: what was left out comes from the scolarité.
    pub fn completer(&mut self, fiche: &Fiche) {
        let vide = |champ: &Option<String>| champ.as_deref().is_none_or(|t| t.trim().is_empty());
        if vide(&self.nationalite) {
            self.nationalite.clone_from(&fiche.nationalite);
        }
        if vide(&self.lieu_naissance) {
            self.lieu_naissance.clone_from(&fiche.lieu_naissance);
        }
        if vide(&self.autres_prenoms) && fiche.prenoms.len() > 1 {
            let autres = fiche.prenoms.get(1..).unwrap_or_default();
            self.autres_prenoms = Some(autres.join(" "));
        }
    }

    fn lire_ine(&self, l: &mut Lecteur) -> Option<Ine> {
        let texte = l.libre("ine", self.ine.as_deref(), LONGUEUR_MAX)?;
        match Ine::lire(&texte) {
            Ok(ine) => return Some(ine),
            Err(FauteIne::Forme) => l.faute(
                "ine",
                "ine_forme",
                "Un INE a 11 caractères, chiffres et lettres. Il est sur le relevé de notes du bac.",
                "An INE has 11 characters, digits and letters. It is on the transcript of the bac.",
            ),
            Err(FauteIne::Cle) => l.faute(
                "ine",
                "ine_cle",
                "La clé de cet INE n'est pas juste : vérifiez chaque caractère.",
                "The key of this INE does not fit: check every character.",
            ),
        }
        None
    }

    fn lire_date(&self, l: &mut Lecteur, aujourd_hui: Date) -> Date {
        let texte = l.requis(
            "date_naissance",
            self.date_naissance.as_deref(),
            LONGUEUR_MAX,
        );
        let date = texte.parse::<Date>().ok();
        let plausible = |d: &Date| *d < aujourd_hui && d.year() >= aujourd_hui.year() - 120;
        if !texte.is_empty() && !date.as_ref().is_some_and(plausible) {
            l.faute(
                "date_naissance",
                "date_invalide",
                "Une date passée, sous la forme AAAA-MM-JJ.",
                "A date in the past, as YYYY-MM-DD.",
            );
        }
        date.unwrap_or_default()
    }
}

/// G16.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdresseForm {
    /// Country code; France when absent.
    pub pays: Option<String>,
    /// Number and street.
    pub ligne1: Option<String>,
    /// Building, flat.
    pub ligne2: Option<String>,
    /// Five digits in France.
    pub code_postal: Option<String>,
    /// Town.
    pub commune: Option<String>,
}

impl AdresseForm {
    /// The section.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(
        &self,
        listes: &dyn Nomenclatures,
        communes: &dyn Communes,
    ) -> Result<Adresse, Refus> {
        let mut l = Lecteur::default();
        let pays = pays(
            &mut l,
            listes,
            "pays",
            Some(self.pays.as_deref().unwrap_or(FRANCE)),
        );
        let ligne1 = l.requis("ligne1", self.ligne1.as_deref(), LONGUEUR_MAX);
        let ligne2 = l.libre("ligne2", self.ligne2.as_deref(), LONGUEUR_MAX);
        let mut commune = l.requis("commune", self.commune.as_deref(), LONGUEUR_MAX);
        let mut insee = None;
        let code_postal = if pays == FRANCE {
            let code = l.requis("code_postal", self.code_postal.as_deref(), LONGUEUR_MAX);
            if !code.is_empty() && !commune.is_empty() {
                match communes.trouver(&code, &commune) {
                    Some((code_insee, nom)) => (insee, commune) = (Some(code_insee), nom),
                    None => refuser_commune(&mut l, &communes.noms(&code)),
                }
            }
            Some(code)
        } else {
            l.libre("code_postal", self.code_postal.as_deref(), 20)
        };
        l.finir(Adresse {
            pays,
            ligne1,
            ligne2,
            code_postal,
            commune,
            insee,
        })
    }
}

/// Names the communes the postal code does have, a few of them.
fn refuser_commune(l: &mut Lecteur, noms: &[String]) {
    if noms.is_empty() {
        l.faute(
            "code_postal",
            "code_postal_inconnu",
            "Ce code postal n'existe pas en France : cinq chiffres, comme 59300.",
            "There is no such postal code in France: five digits, such as 59300.",
        );
        return;
    }
    let liste = noms
        .iter()
        .take(8)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    l.faute(
        "commune",
        "commune_inconnue",
        &format!("Cette commune n'a pas ce code postal. Communes possibles : {liste}."),
        &format!("This town does not have this postal code. Possible towns: {liste}."),
    );
}

/// G17.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct BaccalaureatForm {
    /// `avec` or `sans`; `avec` when a year is given.
    pub situation: Option<String>,
    /// The year comes first and decides the rest.
    pub annee: Option<i16>,
    /// Code of the series.
    pub serie: Option<String>,
    /// Codes of the specialities.
    pub specialites: Vec<String>,
    /// Code of the mention.
    pub mention: Option<String>,
    /// The lycée.
    pub etablissement: Option<String>,
    /// Its département.
    pub departement: Option<String>,
    /// For an equivalent: its country.
    pub pays: Option<String>,
}

impl BaccalaureatForm {
    /// The section.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(
        &self,
        listes: &dyn Nomenclatures,
        aujourd_hui: Date,
    ) -> Result<Baccalaureat, Refus> {
        let mut l = Lecteur::default();
        match (self.situation.as_deref(), self.annee) {
            (Some("sans"), _) => return Ok(Baccalaureat::Sans),
            (Some("avec"), _) | (None, Some(_)) => {}
            (Some(_) | None, _) => l.faute(
                "situation",
                "manquant",
                "Indiquez si vous avez le bac ou une équivalence (« avec ») ou non (« sans »).",
                "Say whether you have the bac or an equivalent (“avec”) or not (“sans”).",
            ),
        }
        let annee = self.annee.unwrap_or_default();
        if !(ANNEE_BAC_MIN..=aujourd_hui.year()).contains(&annee) {
            let fin = aujourd_hui.year();
            l.faute(
                "annee",
                "annee_invalide",
                &format!("Une année de {ANNEE_BAC_MIN} à {fin}."),
                &format!("A year from {ANNEE_BAC_MIN} to {fin}."),
            );
        }
        let serie = l.requis("serie", self.serie.as_deref(), LONGUEUR_MAX);
        if !serie.is_empty() && !listes.serie(annee, &serie) {
            inconnu(&mut l, "serie");
        }
        for code in &self.specialites {
            if !listes.specialite(annee, code) {
                inconnu(&mut l, "specialites");
            }
        }
        let mention = l.libre("mention", self.mention.as_deref(), LONGUEUR_MAX);
        if mention.as_ref().is_some_and(|m| !listes.mention(m)) {
            inconnu(&mut l, "mention");
        }
        let departement = l.libre("departement", self.departement.as_deref(), LONGUEUR_MAX);
        if departement.as_ref().is_some_and(|d| !listes.departement(d)) {
            inconnu(&mut l, "departement");
        }
        let etablissement = l.libre("etablissement", self.etablissement.as_deref(), LONGUEUR_MAX);
        let pays = l.libre("pays", self.pays.as_deref(), LONGUEUR_MAX);
        if pays.as_ref().is_some_and(|p| !listes.pays(p)) {
            inconnu(&mut l, "pays");
        }
        let specialites = self.specialites.clone();
        let bac = Baccalaureat::Avec {
            annee,
            serie,
            specialites,
            mention,
            etablissement,
            departement,
            pays,
        };
        l.finir(bac)
    }
}

fn inconnu(l: &mut Lecteur, champ: &str) {
    l.faute(
        champ,
        "valeur_inconnue",
        "Choisissez une valeur de la liste de cette année.",
        "Choose a value of that year's list.",
    );
}

/// G19.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntreeForm {
    /// Year or month: `2023`, `2023-09`.
    pub debut: Option<String>,
    /// The same; absent while it lasts.
    pub fin: Option<String>,
    /// Diploma or post.
    pub intitule: Option<String>,
    /// School or employer.
    pub organisme: Option<String>,
    /// Town and country.
    pub lieu: Option<String>,
    /// Free text.
    pub description: Option<String>,
}

impl EntreeForm {
    /// The entry.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(&self) -> Result<Entree, Refus> {
        let mut l = Lecteur::default();
        let debut = l.requis("debut", self.debut.as_deref(), LONGUEUR_MAX);
        let fin = l.libre("fin", self.fin.as_deref(), LONGUEUR_MAX);
        let mauvaise = |date: &str| !date.is_empty() && !annee_ou_mois(date);
        for (champ, date) in [("debut", Some(&debut)), ("fin", fin.as_ref())] {
            if date.is_some_and(|d| mauvaise(d)) {
                l.faute(
                    champ,
                    "date_invalide",
                    "AAAA ou AAAA-MM.",
                    "YYYY or YYYY-MM.",
                );
            }
        }
        // Years and months compare as texts once both have the same shape; a year alone stands for all of it.
        if fin
            .as_ref()
            .is_some_and(|f| annee_ou_mois(f) && f.get(..4) < debut.get(..4))
        {
            l.faute(
                "fin",
                "fin_avant_debut",
                "La fin précède le début.",
                "The end is before the start.",
            );
        }
        let entree = Entree {
            debut,
            fin,
            intitule: l.requis("intitule", self.intitule.as_deref(), LONGUEUR_MAX),
            organisme: l.requis("organisme", self.organisme.as_deref(), LONGUEUR_MAX),
            lieu: l.libre("lieu", self.lieu.as_deref(), LONGUEUR_MAX),
            description: l.libre("description", self.description.as_deref(), DESCRIPTION_MAX),
        };
        l.finir(entree)
    }
}

fn annee_ou_mois(texte: &str) -> bool {
    let complet = if texte.len() == 4 {
        format!("{texte}-01-01")
    } else {
        format!("{texte}-01")
    };
    complet
        .parse::<Date>()
        .is_ok_and(|d| d.year() >= ANNEE_BAC_MIN)
}
