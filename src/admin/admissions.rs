//! `postule scolarite admissions` and `rejouer`: the admissions of the journal as a file, or published again (T18, T19).

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use bus::Subject;

use super::scolarite::NatsArgs;
use super::sortie::{self, Barre};
use super::{Acces, Echec, Issue, Lieu, OuArgs};
use crate::controle::LigneAdmission;

/// The columns of the CSV form: the header, and where the value stands in the message.
const COLONNES: [(&str, &str); 24] = [
    ("id", "/id"),
    ("campagne", "/campagne"),
    ("dossier", "/dossier"),
    ("formation", "/formation"),
    ("numero", "/candidat/numero"),
    ("ine", "/candidat/ine"),
    ("numero_etudiant", "/candidat/numero_etudiant"),
    ("nom", "/candidat/nom"),
    ("nom_usage", "/candidat/nom_usage"),
    ("prenoms", "/candidat/prenoms"),
    ("date_naissance", "/candidat/date_naissance"),
    ("lieu_naissance", "/candidat/lieu_naissance"),
    ("pays_naissance", "/candidat/pays_naissance"),
    ("nationalite", "/candidat/nationalite"),
    ("mail", "/candidat/mail"),
    ("telephone", "/candidat/telephone"),
    ("adresse_pays", "/candidat/adresse/pays"),
    ("adresse_ligne1", "/candidat/adresse/ligne1"),
    ("adresse_ligne2", "/candidat/adresse/ligne2"),
    ("code_postal", "/candidat/adresse/code_postal"),
    ("commune", "/candidat/adresse/commune"),
    ("bac_annee", "/candidat/baccalaureat/annee"),
    ("bac_serie", "/candidat/baccalaureat/serie"),
    ("bac_mention", "/candidat/baccalaureat/mention"),
];

#[derive(Debug, Args)]
pub(super) struct Admissions {
    /// Forme du fichier, sur la sortie.
    #[arg(long, value_enum, default_value_t, value_name = "FORME")]
    format: Format,
    /// Une ligne par admission, pour un tableur ou un import.
    #[arg(long, conflicts_with_all = ["format", "jsonl"])]
    csv: bool,
    /// Un message du contrat NATS par ligne.
    #[arg(long, conflicts_with = "format")]
    jsonl: bool,
    /// Ce qui s'est passé à partir de cette date (2027-06-01, ou un instant RFC 3339).
    #[arg(long, value_name = "DATE", value_parser = depuis)]
    depuis: Option<Timestamp>,
    #[command(flatten)]
    ou: OuArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Un message du contrat par ligne.
    #[default]
    Jsonl,
    /// Une ligne par admission.
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct Rejouer {
    /// Ce qui s'est passé à partir de cette date (2027-06-01, ou un instant RFC 3339).
    #[arg(long, value_name = "DATE", value_parser = depuis)]
    depuis: Timestamp,
    #[command(flatten)]
    nats: NatsArgs,
    #[command(flatten)]
    ou: OuArgs,
}

/// A day begins at midnight in Paris.
fn depuis(texte: &str) -> Result<Timestamp, String> {
    if let Ok(instant) = texte.parse::<Timestamp>() {
        return Ok(instant);
    }
    let faux = || "écrivez une date (2027-06-01) ou un instant RFC 3339".to_owned();
    let jour: Date = texte.parse().map_err(|_| faux())?;
    let minuit = jour.in_tz("Europe/Paris").map_err(|_| faux())?;
    Ok(minuit.timestamp())
}

impl Admissions {
    pub(super) async fn lancer(self) -> Issue {
        let acces = Acces::ouvrir(&Lieu::trouver(&self.ou)?).await?;
        let csv = self.csv || (!self.jsonl && self.format == Format::Csv);
        if csv {
            let titres = ["type", "le"].into_iter().map(str::to_owned);
            let titres = titres.chain(COLONNES.map(|(titre, _)| titre.to_owned()));
            sortie::ecrire(&ligne(titres)?)?;
        }
        let mut parcours = Parcours::new(&acces, self.depuis);
        while let Some(page) = parcours.suivante().await? {
            for lue in page {
                if csv {
                    sortie::ecrire(&ligne(rangee(&lue))?)?;
                } else {
                    let nature = if lue.annulation {
                        "annulation"
                    } else {
                        "admission"
                    };
                    sortie::ecrire_json(&json!({ "type": nature, "message": lue.message }))?;
                }
            }
        }
        parcours.dire_les_effacees();
        Ok(())
    }
}

impl Rejouer {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        let acces = Acces::ouvrir(&Lieu::trouver(&self.ou)?).await?;
        let nats = self.nats.joindre().await?;
        let barre = Barre::new();
        let (mut publiees, mut parcours) = (0_u64, Parcours::new(&acces, Some(self.depuis)));
        while let Some(page) = parcours.suivante().await? {
            for lue in page {
                let sujet = if lue.annulation {
                    Subject::admission_annulation()
                } else {
                    Subject::admission()
                };
                let octets = serde_json::to_vec(&lue.message).map_err(|e| e.to_string())?;
                let publiee = nats.publish(&sujet, &lue.id, octets).await;
                publiee.map_err(|raison| {
                    Echec::PlusTard(format!(
                        "{publiees} publiée(s), puis NATS : {raison} ; recommencez, ce qui est répété garde son identifiant"
                    ))
                })?;
                publiees += 1;
            }
            barre.avancer("messages", publiees, None);
        }
        drop(barre);
        parcours.dire_les_effacees();
        if json {
            return sortie::ecrire_json(
                &json!({ "publiees": publiees, "effacees": parcours.effacees }),
            );
        }
        sortie::ecrire(&format!("{publiees} message(s) publié(s) de nouveau"))
    }
}

/// Goes through the journal.
struct Parcours<'a> {
    acces: &'a Acces,
    depuis: Option<Timestamp>,
    apres: u64,
    effacees: u64,
}

impl<'a> Parcours<'a> {
    const fn new(acces: &'a Acces, depuis: Option<Timestamp>) -> Self {
        Self {
            acces,
            depuis,
            apres: 0,
            effacees: 0,
        }
    }

    /// None at the end.
    async fn suivante(&mut self) -> Result<Option<Vec<LigneAdmission>>, Echec> {
        let page = self.acces.admissions(self.apres).await?;
        let Some(suite) = page.suite else {
            return Ok(None);
        };
        self.apres = suite;
        self.effacees += page.effacees;
        let mut lignes = page.lignes;
        lignes.retain(|l| self.depuis.is_none_or(|depuis| l.le >= depuis));
        Ok(Some(lignes))
    }

    fn dire_les_effacees(&self) {
        if self.effacees > 0 {
            sortie::dire(&format!(
                "{} admission(s) de personnes dont les données ont été effacées depuis : non rendues",
                self.effacees
            ));
        }
    }
}

fn rangee(lue: &LigneAdmission) -> impl Iterator<Item = String> + '_ {
    let nature = if lue.annulation {
        "annulation"
    } else {
        "admission"
    };
    let valeurs = COLONNES.iter().map(|(titre, place)| {
        let valeur = lue.message.pointer(place);
        // An annulment names the person by the number alone.
        let valeur = valeur.or_else(|| lue.message.get(*titre));
        match valeur {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(texte)) => texte.clone(),
            Some(Value::Array(plusieurs)) => {
                let textes = plusieurs.iter().filter_map(Value::as_str);
                textes.collect::<Vec<_>>().join(" ")
            }
            Some(autre @ (Value::Bool(_) | Value::Number(_) | Value::Object(_))) => {
                autre.to_string()
            }
        }
    });
    [nature.to_owned(), lue.le.to_string()]
        .into_iter()
        .chain(valeurs)
}

fn ligne(valeurs: impl Iterator<Item = String>) -> Result<String, Echec> {
    let mut ecrivain = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    let dire = |e: &dyn std::fmt::Display| Echec::Echoue(e.to_string());
    ecrivain
        .write_record(valeurs.collect::<Vec<_>>())
        .map_err(|e| dire(&e))?;
    let octets = ecrivain.into_inner().map_err(|e| dire(&e))?;
    let texte = String::from_utf8(octets).map_err(|e| dire(&e))?;
    Ok(texte.trim_end_matches('\n').to_owned())
}
