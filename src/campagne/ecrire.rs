//! Definitions written back as forms, and the whole campaign as the file of the contract.

use domain::campagne::{
    Campagne, Catalogue, Centre, Commission, Composante, Formation, Motif, PieceDef, Texte,
    TexteMail,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use toml::value::Datetime;

use super::forme::{
    CampagneForme, CentreForme, CommissionForme, FormationForme, LibelleForme, MailForme,
    PieceForme,
};

/// The zone dates are written in.
pub(super) const FUSEAU: &str = "Europe/Paris";

/// An instant as people of the university write it: local date, hour and offset.
pub(crate) fn local(instant: Timestamp) -> String {
    let fuseau = TimeZone::get(FUSEAU).unwrap_or(TimeZone::UTC);
    let civil = instant.to_zoned_datetime(fuseau);
    civil.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn textes(texte: &Texte) -> (String, Option<String>) {
    (texte.fr.clone(), texte.en.clone())
}

impl<D> CampagneForme<D> {
    pub(crate) fn de(c: &Campagne, date: impl Fn(Timestamp) -> D) -> Self {
        let (libelle, libelle_en) = textes(&c.libelle);
        Self {
            code: c.code.to_string(),
            libelle,
            libelle_en,
            ouverture: Some(date(c.ouverture)),
            fermeture: Some(date(c.fermeture)),
            max_dossiers: Some(c.max_dossiers),
            etat_transmis: c.etat_transmis,
        }
    }
}

impl From<&Composante> for LibelleForme {
    fn from(c: &Composante) -> Self {
        let (libelle, libelle_en) = textes(&c.libelle);
        let code = c.code.to_string();
        Self {
            code,
            libelle,
            libelle_en,
        }
    }
}

impl From<&Motif> for LibelleForme {
    fn from(m: &Motif) -> Self {
        let (libelle, libelle_en) = textes(&m.libelle);
        let code = m.code.to_string();
        Self {
            code,
            libelle,
            libelle_en,
        }
    }
}

impl From<&Centre> for CentreForme {
    fn from(c: &Centre) -> Self {
        let (libelle, libelle_en) = textes(&c.libelle);
        Self {
            code: c.code.to_string(),
            libelle,
            libelle_en,
            max_dossiers: c.max_dossiers,
        }
    }
}

impl From<&PieceDef> for PieceForme {
    fn from(p: &PieceDef) -> Self {
        let (libelle, libelle_en) = textes(&p.libelle);
        let (aide, aide_en) = textes(&p.aide);
        Self {
            code: p.code.to_string(),
            libelle,
            libelle_en,
            commune: p.commune,
            conditionnelle: p.conditionnelle,
            aide,
            aide_en,
            modele: p.modele.clone(),
        }
    }
}

impl From<&Commission> for CommissionForme {
    fn from(c: &Commission) -> Self {
        let (libelle, libelle_en) = textes(&c.libelle);
        Self {
            code: c.code.to_string(),
            libelle,
            libelle_en,
            centre: c.centre.to_string(),
            mail: c.mail.clone(),
            signataire: c.signataire.clone(),
        }
    }
}

impl<D> FormationForme<D> {
    pub(crate) fn de(f: &Formation, date: impl Fn(Timestamp) -> D) -> Self {
        let (libelle, libelle_en) = textes(&f.libelle);
        Self {
            code: f.code.to_string(),
            libelle,
            libelle_en,
            composante: f.composante.to_string(),
            centre: f.centre.to_string(),
            niveau: f.niveau.clone(),
            mots_cles: f.mots_cles.clone(),
            candidature_debut: Some(date(f.candidature_debut)),
            candidature_fin: Some(date(f.candidature_fin)),
            retour: Some(date(f.retour)),
            confirmation: f.confirmation.map(&date),
            confirmation_delai: f.confirmation_delai.clone(),
            confirmation_lc: f.confirmation_lc.map(&date),
            confirmation_lc_delai: f.confirmation_lc_delai.clone(),
            jury: f.jury.map(&date),
            publication: f.publication.map(&date),
            capacite: f.capacite,
            liste_complementaire: f.liste_complementaire,
            pieces: f.pieces.iter().map(ToString::to_string).collect(),
            commission: f.commission.as_ref().map(ToString::to_string),
            promotion: f.promotion,
        }
    }
}

impl From<&TexteMail> for MailForme {
    fn from(m: &TexteMail) -> Self {
        let (mail, langue) = m.code.as_str().split_once('.').unwrap_or_default();
        Self {
            mail: mail.to_owned(),
            langue: langue.to_owned(),
            objet: m.objet.clone(),
            texte: m.texte.clone(),
            html: m.html.clone(),
        }
    }
}

/// The file, table by table.
#[derive(Serialize)]
struct Fichier {
    #[serde(skip_serializing_if = "Option::is_none")]
    campagne: Option<CampagneForme<Datetime>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    centres: Vec<CentreForme>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    composantes: Vec<LibelleForme>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pieces: Vec<PieceForme>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commissions: Vec<CommissionForme>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    motifs: Vec<LibelleForme>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    formations: Vec<FormationForme<Datetime>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mails: Vec<MailForme>,
}

/// Where the file says a form to download is, from its SHA-256.
pub(crate) fn chemin_modele(sha256: &str) -> String {
    format!("fichiers/{sha256}.pdf")
}

/// The SHA-256 such a path names.
pub(crate) fn sha256_du_chemin(chemin: &str) -> Option<&str> {
    let sha256 = chemin.strip_prefix("fichiers/")?.strip_suffix(".pdf")?;
    let hexa = sha256.len() == 64 && sha256.bytes().all(|o| o.is_ascii_hexdigit());
    hexa.then_some(sha256)
}

/// The campaign as the file of the contract; reading it again changes nothing.
///
/// # Errors
/// In words, when a date has no written form.
pub fn ecrire(catalogue: &Catalogue) -> Result<String, String> {
    // Every instant of a campaign is written so that the file's own reader takes it.
    let date = |instant: Timestamp| {
        let ecrit: Result<Datetime, _> = local(instant).parse();
        ecrit.unwrap_or(Datetime {
            date: None,
            time: None,
            offset: None,
        })
    };
    let piece = |p: &PieceDef| PieceForme {
        modele: p.modele.as_deref().map(chemin_modele),
        ..PieceForme::from(p)
    };
    let fichier = Fichier {
        campagne: catalogue
            .campagne
            .as_ref()
            .map(|c| CampagneForme::de(c, date)),
        centres: catalogue.centres.values().map(Into::into).collect(),
        composantes: catalogue.composantes.values().map(Into::into).collect(),
        pieces: catalogue.pieces.values().map(piece).collect(),
        commissions: catalogue.commissions.values().map(Into::into).collect(),
        motifs: catalogue.motifs.values().map(Into::into).collect(),
        formations: catalogue
            .formations
            .values()
            .map(|f| FormationForme::de(f, date))
            .collect(),
        mails: catalogue.mails.values().map(Into::into).collect(),
    };
    toml::to_string(&fichier).map_err(|e| e.to_string())
}
