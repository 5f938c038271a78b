//! The minutes of a commission, checked line by line, then entered as a batch.

use std::collections::{BTreeMap, BTreeSet};

use actors::protocol::{
    ActeDossier, ActeGestion, FiltreDossiers, LigneDossier, LigneLot, Lot, MAX_LOT, Reponse,
    Requete,
};
use domain::dossier::Commande;
use domain::ids::{DossierId, FormationCode};
use domain::refus::{CodeRefus, FauteChamp};

use crate::edge::Etat;
use crate::edge::problemes::{self, Probleme};
use crate::sorties::pv::Ligne;

/// Rows of the list read at once.
const PAGE: usize = 200;

/// What is wrong with a line: code, French, English.
pub(in crate::edge) type Faute = (String, String, String);

/// What becomes of a line.
#[derive(Clone, Debug)]
pub(in crate::edge) struct Verdict {
    pub(in crate::edge) ligne: Ligne,
    /// Which dossier it is, once it is known.
    pub(in crate::edge) dossier: Option<LigneDossier>,
    pub(in crate::edge) fautes: Vec<Faute>,
}

/// What becomes of the minutes.
#[derive(Clone, Debug, Default)]
pub(in crate::edge) struct Rapport {
    /// Lines that say something, in the file's order.
    pub(in crate::edge) verdicts: Vec<Verdict>,
    /// Lines on which the jury said nothing.
    pub(in crate::edge) sans_avis: usize,
    /// Ranks that are left out, by formation: told, not refused.
    pub(in crate::edge) trous: BTreeMap<FormationCode, Vec<u32>>,
    /// Whether the avis were entered.
    pub(in crate::edge) fait: bool,
}

impl Rapport {
    /// Lines that cannot be entered.
    pub(in crate::edge) fn refus(&self) -> usize {
        self.verdicts
            .iter()
            .filter(|v| !v.fautes.is_empty())
            .count()
    }
}

fn faute(code: &str, fr: &str, en: &str) -> Faute {
    (code.to_owned(), fr.to_owned(), en.to_owned())
}

async fn demander(etat: &Etat, session: &str, acte: ActeGestion) -> Result<Reponse, Probleme> {
    let requete = Requete::Gestion {
        session: session.to_owned(),
        acte,
    };
    Ok(etat.guichet.traiter(None, requete).await?)
}

/// The dossiers the asker sees, by id and by candidate number.
#[derive(Default)]
struct Repertoire {
    par_id: BTreeMap<String, LigneDossier>,
    par_numero: BTreeMap<String, Vec<String>>,
}

async fn repertoire(
    etat: &Etat,
    session: &str,
    formation: Option<&FormationCode>,
) -> Result<Repertoire, Probleme> {
    let mut repertoire = Repertoire::default();
    let mut curseur = None;
    loop {
        let filtre = FiltreDossiers {
            formation: formation.cloned(),
            curseur,
            limite: Some(PAGE),
            ..FiltreDossiers::default()
        };
        let acte = ActeGestion::Dossiers(Box::new(filtre));
        let Reponse::ListeDossiers(page) = demander(etat, session, acte).await? else {
            return Err(Probleme::interne(&"unexpected answer"));
        };
        for ligne in page.dossiers {
            let id = ligne.id.to_string();
            let numero = ligne.numero.as_str().to_uppercase();
            repertoire
                .par_numero
                .entry(numero)
                .or_default()
                .push(id.clone());
            repertoire.par_id.insert(id, ligne);
        }
        curseur = page.curseur;
        if curseur.is_none() {
            return Ok(repertoire);
        }
    }
}

impl Repertoire {
    fn trouver(&self, ligne: &Ligne) -> Result<&LigneDossier, Faute> {
        let numero = ligne.numero.trim().to_uppercase();
        if !ligne.dossier.is_empty() {
            let trouve = self.par_id.get(ligne.dossier.trim());
            let trouve = trouve.ok_or_else(|| {
                faute(
                    "dossier_inconnu",
                    "Aucun dossier de votre portée, ou de cette formation, n'a cet identifiant.",
                    "No application within your scope, or of this programme, has this id.",
                )
            })?;
            if !numero.is_empty() && trouve.numero.as_str().to_uppercase() != numero {
                return Err(faute(
                    "numero_different",
                    "Ce dossier est celui d'un autre candidat que le numéro de la ligne : les lignes ont sans doute été décalées.",
                    "This application is another candidate's than the number on the line: lines were probably shifted.",
                ));
            }
            return Ok(trouve);
        }
        match self.par_numero.get(&numero).map(Vec::as_slice) {
            Some([id]) => self.par_id.get(id).ok_or_else(inconnu),
            Some([_, ..]) => Err(faute(
                "formation_a_preciser",
                "Ce candidat a plusieurs dossiers ici : choisissez la formation du procès-verbal, ou remplissez la colonne « dossier ».",
                "This candidate has several applications here: choose the programme of the minutes, or fill in the column “dossier”.",
            )),
            Some([]) | None => Err(inconnu()),
        }
    }
}

fn inconnu() -> Faute {
    faute(
        "candidat_inconnu",
        "Aucun dossier de votre portée, ou de cette formation, n'a ce numéro de candidat.",
        "No application within your scope, or of this programme, has this candidate number.",
    )
}

fn du_champ(champ: &FauteChamp) -> Faute {
    let dit = |langue| format!("{} : {}", champ.champ, champ.texte(langue));
    (
        champ.code.clone(),
        dit(domain::langue::Langue::Fr),
        dit(domain::langue::Langue::En),
    )
}

/// A dry run: every fault of every line.
pub(in crate::edge) async fn examiner(
    etat: &Etat,
    session: &str,
    formation: Option<&FormationCode>,
    lignes: Vec<Ligne>,
) -> Result<Rapport, Probleme> {
    let repertoire = repertoire(etat, session, formation).await?;
    let sans_avis = lignes.iter().filter(|l| !l.remplie()).count();
    let mut rapport = Rapport {
        sans_avis,
        ..Rapport::default()
    };
    let catalogue = etat.catalogue();
    let mut actes: Vec<(usize, ActeDossier)> = Vec::new();
    for ligne in lignes.into_iter().filter(Ligne::remplie) {
        let mut verdict = Verdict {
            dossier: None,
            fautes: Vec::new(),
            ligne,
        };
        match repertoire.trouver(&verdict.ligne) {
            Ok(trouve) => verdict.dossier = Some(trouve.clone()),
            Err(faute) => verdict.fautes.push(faute),
        }
        if verdict.ligne.rang_illisible() {
            verdict.fautes.push(faute(
                "rang_illisible",
                "Le rang est un nombre entier, à partir de 1.",
                "The rank is a whole number, from 1.",
            ));
        }
        match (
            verdict.ligne.formulaire(&catalogue).lire(),
            &verdict.dossier,
        ) {
            (Err(refus), _) => {
                let autres = refus
                    .champs
                    .iter()
                    .filter(|c| c.champ != "rang" || !verdict.ligne.rang_illisible());
                verdict.fautes.extend(autres.map(du_champ));
            }
            (Ok(avis), Some(dossier)) => {
                let acte = ActeDossier {
                    dossier: dossier.id.clone(),
                    commande: Commande::SaisirAvis { avis },
                    version: None,
                };
                actes.push((rapport.verdicts.len(), acte));
            }
            (Ok(_), None) => {}
        }
        rapport.verdicts.push(verdict);
    }
    rapport.doubles();
    rapport.compter_les_trous(&actes);
    rapport.ranger(&mut actes);
    essayer(etat, session, &mut rapport, actes).await?;
    Ok(rapport)
}

impl Rapport {
    /// The lines of one formation go together: ranks may change hands among them.
    fn ranger(&self, actes: &mut [(usize, ActeDossier)]) {
        actes.sort_by_key(|(place, _)| {
            let dossier = self.verdicts.get(*place).and_then(|v| v.dossier.as_ref());
            dossier.map(|d| d.formation.clone())
        });
    }

    /// One dossier twice, or one rank twice in a formation: both lines are told.
    fn doubles(&mut self) {
        let mut dossiers: BTreeMap<DossierId, Vec<usize>> = BTreeMap::new();
        let mut rangs: BTreeMap<(FormationCode, String), Vec<usize>> = BTreeMap::new();
        for (place, verdict) in self.verdicts.iter().enumerate() {
            if let Some(dossier) = &verdict.dossier {
                dossiers.entry(dossier.id.clone()).or_default().push(place);
                if !verdict.ligne.rang.is_empty() {
                    let cle = (dossier.formation.clone(), verdict.ligne.rang.clone());
                    rangs.entry(cle).or_default().push(place);
                }
            }
        }
        let dossiers = dossiers.into_values().map(|places| {
            (
                places,
                "dossier_en_double",
                "Ce dossier est sur plusieurs lignes",
                "This application is on several lines",
            )
        });
        let rangs = rangs.into_values().map(|places| {
            (
                places,
                "rang_en_double",
                "Ce rang est donné plusieurs fois",
                "This rank is given several times",
            )
        });
        let doubles: Vec<_> = dossiers
            .chain(rangs)
            .filter(|(p, ..)| p.len() > 1)
            .collect();
        for (places, code, fr, en) in doubles {
            let numeros: Vec<String> = places
                .iter()
                .filter_map(|p| self.verdicts.get(*p))
                .map(|v| v.ligne.rang_fichier.to_string())
                .collect();
            let numeros = numeros.join(", ");
            for place in places {
                if let Some(verdict) = self.verdicts.get_mut(place) {
                    let dit = (
                        code.to_owned(),
                        format!("{fr} : {numeros}."),
                        format!("{en}: {numeros}."),
                    );
                    verdict.fautes.push(dit);
                }
            }
        }
    }

    /// Ranks between 1 and the last that nobody has in this file.
    fn compter_les_trous(&mut self, actes: &[(usize, ActeDossier)]) {
        let mut rangs: BTreeMap<FormationCode, BTreeSet<u32>> = BTreeMap::new();
        for (place, acte) in actes {
            let dossier = self.verdicts.get(*place).and_then(|v| v.dossier.as_ref());
            if let (Some(dossier), Commande::SaisirAvis { avis }) = (dossier, &acte.commande)
                && let Some(rang) = avis.nature.rang()
            {
                rangs
                    .entry(dossier.formation.clone())
                    .or_default()
                    .insert(rang);
            }
        }
        for (formation, pris) in rangs {
            let dernier = pris.last().copied().unwrap_or_default();
            let trous: Vec<u32> = (1..dernier)
                .filter(|r| !pris.contains(r))
                .take(20)
                .collect();
            if !trous.is_empty() {
                self.trous.insert(formation, trous);
            }
        }
    }
}

/// The rules of each dossier, without writing anything.
async fn essayer(
    etat: &Etat,
    session: &str,
    rapport: &mut Rapport,
    actes: Vec<(usize, ActeDossier)>,
) -> Result<(), Probleme> {
    for paquet in actes.chunks(MAX_LOT) {
        let actes = paquet.iter().map(|(_, a)| a.clone());
        let (_, lignes) = lot(etat, session, actes.collect(), true).await?;
        for ((place, _), ligne) in paquet.iter().zip(&lignes) {
            if let (Some(faute), Some(verdict)) = (&ligne.faute, rapport.verdicts.get_mut(*place)) {
                let (_, code, fr, en, _) = problemes::dire(faute);
                verdict
                    .fautes
                    .push((code.to_string(), fr.to_string(), en.to_string()));
            }
        }
    }
    Ok(())
}

async fn lot(
    etat: &Etat,
    session: &str,
    actes: Vec<ActeDossier>,
    essai: bool,
) -> Result<(bool, Vec<LigneLot>), Probleme> {
    let acte = ActeGestion::Lot(Lot {
        actes,
        essai,
        tout_ou_rien: true,
    });
    let Reponse::Lot { fait, lignes } = demander(etat, session, acte).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    Ok((fait, lignes))
}

fn non_saisie() -> Faute {
    faute(
        "non_saisi",
        "Rien n'est saisi pour cette ligne : une autre a été refusée entre-temps.",
        "Nothing is entered for this line: another was refused in between.",
    )
}

/// Checks again, then enters every avis; a single fault and nothing is entered.
pub(in crate::edge) async fn appliquer(
    etat: &Etat,
    session: &str,
    formation: Option<&FormationCode>,
    lignes: Vec<Ligne>,
) -> Result<Rapport, Probleme> {
    let mut rapport = examiner(etat, session, formation, lignes).await?;
    if rapport.refus() > 0 {
        return Ok(rapport);
    }
    let catalogue = etat.catalogue();
    let mut actes = Vec::new();
    for (place, verdict) in rapport.verdicts.iter().enumerate() {
        let avis = verdict.ligne.formulaire(&catalogue).lire();
        let avis = avis.map_err(|_| Probleme::from(CodeRefus::ChampsInvalides))?;
        if let Some(dossier) = &verdict.dossier {
            let acte = ActeDossier {
                dossier: dossier.id.clone(),
                commande: Commande::SaisirAvis { avis },
                version: None,
            };
            actes.push((place, acte));
        }
    }
    rapport.ranger(&mut actes);
    for paquet in actes.chunks(MAX_LOT) {
        let voulus = paquet.iter().map(|(_, a)| a.clone());
        let (fait, lignes) = lot(etat, session, voulus.collect(), false).await?;
        rapport.fait |= fait;
        for ((place, _), ligne) in paquet.iter().zip(&lignes) {
            let Some(verdict) = rapport.verdicts.get_mut(*place) else {
                continue;
            };
            // Somebody else acted in between: what was done is done, and each line is told.
            match &ligne.faute {
                Some(faute) => {
                    let (_, code, fr, en, _) = problemes::dire(faute);
                    let dite = (code.to_string(), fr.to_string(), en.to_string());
                    verdict.fautes.push(dite);
                }
                None if !fait => verdict.fautes.push(non_saisie()),
                None => {}
            }
        }
    }
    rapport.fait |= actes.is_empty();
    Ok(rapport)
}
