//! What a letter speaks of: labels in its language, dates as one writes them. Neither INE nor birth data.

use std::collections::BTreeMap;

use actors::ports::Courrier;
use actors::protocol::{DossierVue, Moi};
use domain::campagne::Catalogue;
use domain::dossier::{Avis, Convocation, Nature};
use domain::effet::CodeMail;
use domain::langue::Langue;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::Value;

/// To whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Personne {
    /// First name.
    pub prenom: String,
    /// Family name.
    pub nom: String,
    /// Candidate number.
    pub numero: String,
}

/// One letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contenu {
    /// Of which decision: its code in the contract.
    pub decision: &'static str,
    /// In which language.
    pub langue: Langue,
    /// The university's name.
    pub etablissement: String,
    /// The campaign's name.
    pub campagne: String,
    /// To whom.
    pub personne: Personne,
    /// Code of the formation.
    pub formation: String,
    /// Its name.
    pub libelle: String,
    /// About which dossier.
    pub dossier: String,
    /// When the decision was released.
    pub le: Timestamp,
    /// The reason of a refusal.
    pub motif: Option<String>,
    /// The rank on the waiting list.
    pub rang: Option<u32>,
    /// The jury's comment.
    pub commentaire: Option<String>,
    /// The last moment to confirm.
    pub confirmation: Option<Timestamp>,
    /// The interview or test.
    pub convocation: Option<Convocation>,
    /// Whose name is below.
    pub signataire: Option<String>,
    /// The jury's name.
    pub jury: Option<String>,
}

/// The decision a mail tells; none for mails that tell none.
const fn du_mail(code: CodeMail) -> Option<&'static str> {
    if matches!(code, CodeMail::AvisFavorable | CodeMail::AvisListePrinc) {
        return Some("favorable");
    }
    if matches!(code, CodeMail::AvisDefavorable) {
        return Some("defavorable");
    }
    if matches!(code, CodeMail::AvisListeComp) {
        return Some("liste_complementaire");
    }
    if matches!(code, CodeMail::AvisListeAtt) {
        return Some("liste_attente");
    }
    if matches!(code, CodeMail::AvisPreselection) {
        return Some("preselection");
    }
    None
}

/// A day in words.
fn jour(instant: Timestamp, fuseau: &TimeZone, langue: Langue) -> String {
    let ici = instant.to_zoned_datetime(fuseau.clone());
    match langue {
        Langue::Fr => {
            let mois = crate::textes::MOIS;
            let rang = usize::from(ici.month().unsigned_abs()).saturating_sub(1);
            let (fr, _) = mois.get(rang).copied().unwrap_or_default();
            format!("{} {fr} {}", ici.day(), ici.year())
        }
        Langue::En => ici.strftime("%-d %B %Y").to_string(),
    }
}

fn moment(instant: Timestamp, fuseau: &TimeZone, langue: Langue) -> String {
    let ici = instant.to_zoned_datetime(fuseau.clone());
    let heure = ici.strftime("%H:%M");
    let a = langue.choisir("à", "at");
    format!("{} {a} {heure}", jour(instant, fuseau, langue))
}

impl Contenu {
    /// Of a released decision; none before.
    pub fn du_dossier(
        vue: &DossierVue,
        moi: &Moi,
        (catalogue, etablissement): (&Catalogue, &str),
        langue: Langue,
    ) -> Option<Self> {
        let rendue = vue.decision.as_ref()?;
        let formation = catalogue.formations.get(&vue.formation);
        let commission = formation.and_then(|f| f.commission.as_ref());
        let commission = commission.and_then(|code| catalogue.commissions.get(code));
        let Avis {
            nature,
            commentaire,
            ..
        } = &rendue.avis;
        let motif = match nature {
            Nature::Defavorable { motif } => Some(
                catalogue
                    .motifs
                    .get(motif)
                    .map_or(motif.as_str(), |m| m.libelle.dans(langue))
                    .to_owned(),
            ),
            Nature::Favorable
            | Nature::ListeComplementaire { .. }
            | Nature::ListeAttente
            | Nature::Preselection { .. } => None,
        };
        let convocation = match nature {
            Nature::Preselection { convocation } => convocation.clone(),
            Nature::Favorable
            | Nature::Defavorable { .. }
            | Nature::ListeComplementaire { .. }
            | Nature::ListeAttente => None,
        };
        Some(Self {
            decision: nature.code(),
            langue,
            etablissement: etablissement.to_owned(),
            campagne: catalogue
                .campagne
                .as_ref()
                .map(|c| c.libelle.dans(langue).to_owned())
                .unwrap_or_default(),
            personne: Personne {
                prenom: moi.prenom.clone(),
                nom: moi.nom.clone(),
                numero: moi.numero.to_string(),
            },
            formation: vue.formation.to_string(),
            libelle: formation
                .map_or(vue.formation.as_str(), |f| f.libelle.dans(langue))
                .to_owned(),
            dossier: vue.id.to_string(),
            le: rendue.publiee_le,
            motif,
            rang: nature.rang(),
            commentaire: commentaire.clone(),
            confirmation: vue
                .echeances
                .confirmation
                .filter(|_| *nature == Nature::Favorable),
            convocation,
            signataire: commission.and_then(|c| c.signataire.clone()),
            jury: commission.map(|c| c.libelle.dans(langue).to_owned()),
        })
    }

    /// Of a mail that tells a decision, sent now.
    pub fn du_courrier(c: &Courrier, etablissement: &str, maintenant: Timestamp) -> Option<Self> {
        let decision = du_mail(c.code)?;
        let formation = c.formation.as_ref()?;
        Some(Self {
            decision,
            langue: c.langue,
            etablissement: etablissement.to_owned(),
            campagne: c.campagne.clone(),
            personne: Personne {
                prenom: c.prenom.clone(),
                nom: c.nom.clone(),
                numero: c.numero.to_string(),
            },
            formation: formation.code.to_string(),
            libelle: formation.libelle.dans(c.langue).to_owned(),
            dossier: c.dossier.as_ref()?.to_string(),
            le: maintenant,
            motif: c.details.motif.clone(),
            rang: c.details.rang,
            commentaire: c.details.commentaire.clone(),
            confirmation: c.details.confirmation.filter(|_| decision == "favorable"),
            convocation: c.details.convocation.clone(),
            signataire: c.details.signataire.clone(),
            jury: c.details.jury.clone(),
        })
    }

    /// To try templates with.
    pub(super) fn exemple(decision: &str, langue: Langue) -> Self {
        let connues = [
            "favorable",
            "defavorable",
            "liste_complementaire",
            "liste_attente",
        ];
        let connue = connues.into_iter().find(|d| *d == decision);
        Self {
            decision: connue.unwrap_or("preselection"),
            langue,
            etablissement: "Université".to_owned(),
            campagne: "2027-2028".to_owned(),
            personne: Personne {
                prenom: "Élise".to_owned(),
                nom: "Martin".to_owned(),
                numero: "ABCDEFGH".to_owned(),
            },
            formation: "M1-INFO".to_owned(),
            libelle: "Master Informatique".to_owned(),
            dossier: "d1".to_owned(),
            le: Timestamp::UNIX_EPOCH,
            motif: Some("Prérequis insuffisants".to_owned()),
            rang: Some(3),
            commentaire: Some("Bon dossier.".to_owned()),
            confirmation: Some(Timestamp::UNIX_EPOCH),
            convocation: Some(Convocation {
                le: Timestamp::UNIX_EPOCH,
                lieu: "salle B12".to_owned(),
                consigne: Some("Venez avec une pièce d'identité.".to_owned()),
            }),
            signataire: Some("La présidente du jury".to_owned()),
            jury: Some("Commission informatique".to_owned()),
        }
    }

    /// The jury as a sentence names it.
    fn commission(&self) -> String {
        let sans = self.langue.choisir("la commission", "the committee");
        match &self.jury {
            Some(jury) => self
                .langue
                .choisir("la commission « {} »", "the committee “{}”")
                .replace("{}", jury),
            None => sans.to_owned(),
        }
    }

    /// The letter's date.
    pub(super) fn jour(&self, fuseau: &TimeZone) -> String {
        let le = self.langue.choisir("Le ", "");
        format!("{le}{}", jour(self.le, fuseau, self.langue))
    }

    /// What a template may speak of.
    pub(super) fn valeurs(&self, fuseau: &TimeZone) -> Value {
        let quand = |i: Option<Timestamp>| {
            Value::from(
                i.map(|i| moment(i, fuseau, self.langue))
                    .unwrap_or_default(),
            )
        };
        let texte = |t: Option<&str>| Value::from(t.unwrap_or_default());
        let convocation = self.convocation.as_ref();
        let objet = |paires: Vec<(&str, Value)>| {
            let paires: BTreeMap<String, Value> = paires
                .into_iter()
                .map(|(nom, valeur)| (nom.to_owned(), valeur))
                .collect();
            Value::from_serialize(paires)
        };
        objet(vec![
            ("etablissement", Value::from(self.etablissement.as_str())),
            ("campagne", Value::from(self.campagne.as_str())),
            ("dossier", Value::from(self.dossier.as_str())),
            ("date", Value::from(jour(self.le, fuseau, self.langue))),
            (
                "candidat",
                objet(vec![
                    ("prenom", Value::from(self.personne.prenom.as_str())),
                    ("nom", Value::from(self.personne.nom.as_str())),
                    ("numero", Value::from(self.personne.numero.as_str())),
                ]),
            ),
            (
                "formation",
                objet(vec![
                    ("code", Value::from(self.formation.as_str())),
                    ("libelle", Value::from(self.libelle.as_str())),
                ]),
            ),
            ("commission", Value::from(self.commission())),
            ("signataire", texte(self.signataire.as_deref())),
            ("motif", texte(self.motif.as_deref())),
            ("commentaire", texte(self.commentaire.as_deref())),
            (
                "rang",
                Value::from(self.rang.map(|r| r.to_string()).unwrap_or_default()),
            ),
            ("confirmation", quand(self.confirmation)),
            (
                "convocation",
                objet(vec![
                    ("le", quand(convocation.map(|c| c.le))),
                    ("lieu", texte(convocation.map(|c| c.lieu.as_str()))),
                    (
                        "consigne",
                        texte(convocation.and_then(|c| c.consigne.as_deref())),
                    ),
                ]),
            ),
        ])
    }
}
