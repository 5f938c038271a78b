//! The laws, checked over the whole journal after the fact: what `journal verify` says of a data
//! folder, and what tests say of every history they play. It judges events, not who wrote them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use storage::{Position, Record, Store, StoreError};

use domain::campagne::{Campagne, Centre, Evenement as EvenementCampagne, Formation, PieceDef};
use domain::candidat::{Candidat, Evenement as EvenementCandidat};
use domain::dossier::{Acteur, Evenement as EvenementDossier, Identite};
use domain::ids::{CandidatId, CentreCode, DossierId, FormationCode, PieceCode};

use crate::effacement;
use crate::jetons::{CleServeur, cle_numero};
use crate::record::{self, Fait};

/// Records read at once.
const PAGE: usize = 1000;
/// Faults named; more are only counted.
const MAX_NOMMEES: usize = 100;
/// Things owed that are looked at.
const MAX_DUS: usize = 100_000;
/// Between a decision and the time written beside its event.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bilan {
    /// Accounts.
    pub candidats: u64,
    /// Dossiers.
    pub dossiers: u64,
    /// Events.
    pub faits: u64,
    /// Laws that do not hold, counted.
    pub fautes: u64,
    /// The first of them, in words.
    pub nommees: Vec<String>,
}

impl Bilan {
    fn faute(&mut self, quoi: String) {
        self.fautes += 1;
        if self.nommees.len() < MAX_NOMMEES {
            self.nommees.push(quoi);
        }
    }
}

/// Replays every stream and checks the laws: G05, G22, G23, G29, G30, that what is owed has an event, and
/// that the index is what the events make of it (Q03).
///
/// # Errors
/// [`StoreError`] when the store cannot be read; a law that does not hold is no error but in the answer.
pub fn verifier(store: &Store, cle: &CleServeur) -> Result<Bilan, StoreError> {
    let mut lecture = Lecture {
        store,
        cle,
        bilan: Bilan::default(),
        offre: Offre::default(),
        ouverts: HashMap::new(),
        effaces: HashSet::new(),
        lignes: HashMap::new(),
    };
    // Others may go on writing: what comes after this moment is for the next check.
    let fin = store.last_position()?;
    let mut flux: Vec<Record> = Vec::new();
    let mut lu: Option<(String, u64)> = None;
    loop {
        let apres = lu
            .as_ref()
            .map(|(stream, version)| (stream.as_str(), *version));
        let page = store.journal_after(apres, PAGE)?;
        let fini = page.len() < PAGE;
        lu = page.last().map(|r| (r.stream.clone(), r.version));
        for enregistre in page.into_iter().filter(|r| r.position <= fin) {
            if flux.first().is_some_and(|r| r.stream != enregistre.stream) {
                lecture.flux(&std::mem::take(&mut flux))?;
            }
            flux.push(enregistre);
        }
        if fini {
            break;
        }
    }
    lecture.flux(&flux)?;
    lecture.dus()?;
    if store.last_position()? == fin {
        lecture.index()?;
    }
    Ok(lecture.bilan)
}

/// A definition with all it ever was: a decision is judged by what held when it was taken.
struct Histoire<K, V>(HashMap<K, Vec<(Position, V)>>);

impl<K, V> Default for Histoire<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V> Histoire<K, V> {
    fn noter(&mut self, cle: K, position: Position, valeur: V) {
        self.0.entry(cle).or_default().push((position, valeur));
    }

    fn avant(&self, cle: &K, position: Position) -> impl Iterator<Item = &V> {
        let versions = self.0.get(cle).map(Vec::as_slice).unwrap_or_default();
        let avant = move |(p, _): &&(Position, V)| *p < position;
        versions.iter().filter(avant).map(|(_, v)| v)
    }
}

#[derive(Default)]
struct Offre {
    campagne: Histoire<(), Campagne>,
    centres: Histoire<CentreCode, Centre>,
    formations: Histoire<FormationCode, Formation>,
    pieces: Histoire<PieceCode, PieceDef>,
}

/// What the candidate may change in a dossier.
enum Garde {
    /// Everything.
    Ouvert,
    /// Nothing (G30).
    Remis,
    /// These pieces (G33).
    Renvoye(BTreeSet<PieceCode>),
}

impl Garde {
    fn permet(&self, evenement: &EvenementDossier) -> bool {
        let piece = match evenement {
            EvenementDossier::PieceDeposee { piece, .. }
            | EvenementDossier::PieceRetiree { piece }
            | EvenementDossier::NonConcerneDeclare { piece, .. }
            | EvenementDossier::NonConcerneRetire { piece } => piece,
            EvenementDossier::DossierTransmis { .. } => return !matches!(self, Self::Remis),
            EvenementDossier::DossierAnnule { par, .. } => {
                return matches!(self, Self::Ouvert) || *par != Acteur::Candidat;
            }
            // Acts of staff and of the system, and the candidate's answer to an offer.
            EvenementDossier::DossierCree(_)
            | EvenementDossier::DossierPropose { .. }
            | EvenementDossier::PieceInfectee { .. }
            | EvenementDossier::PieceDecidee { .. }
            | EvenementDossier::PieceExigee { .. }
            | EvenementDossier::DossierRenvoye { .. }
            | EvenementDossier::RenvoiRepris { .. }
            | EvenementDossier::DossierComplet { .. }
            | EvenementDossier::ExamenRouvert { .. }
            | EvenementDossier::AvisSaisi { .. }
            | EvenementDossier::AvisRetire { .. }
            | EvenementDossier::AvisPublie { .. }
            | EvenementDossier::OffreConfirmee { .. }
            | EvenementDossier::Desistement { .. }
            | EvenementDossier::DesistementAuto { .. }
            | EvenementDossier::Promotion { .. }
            | EvenementDossier::OffreRetablie { .. }
            | EvenementDossier::RappelEnvoye { .. }
            | EvenementDossier::RelanceConfirmation { .. }
            | EvenementDossier::EcheancesFixees { .. }
            | EvenementDossier::Annote { .. } => return true,
        };
        match self {
            Self::Ouvert => true,
            Self::Remis => false,
            Self::Renvoye(pieces) => pieces.contains(piece),
        }
    }

    fn apres(self, evenement: &EvenementDossier) -> Self {
        match (self, evenement) {
            (
                _,
                EvenementDossier::DossierTransmis { .. } | EvenementDossier::RenvoiRepris { .. },
            ) => Self::Remis,
            (_, EvenementDossier::DossierRenvoye { pieces, .. }) => {
                Self::Renvoye(pieces.keys().cloned().collect())
            }
            (avant, _autre) => avant,
        }
    }
}

struct Lecture<'a> {
    store: &'a Store,
    cle: &'a CleServeur,
    bilan: Bilan,
    offre: Offre,
    ouverts: HashMap<DossierId, (CandidatId, FormationCode)>,
    /// Streams of candidates and dossiers that were erased (Q18): their events tell nothing any more.
    effaces: HashSet<String>,
    /// How many rows of each kind the index must hold.
    lignes: HashMap<&'static str, u64>,
}

/// The kinds of rows by which an account is found: how their keys begin.
const ADRESSE: &str = "adresse:";
const NUMERO: &str = "numero:";
const INE: &str = "ine-candidat:";
/// Staff have such rows, too: that each is there is checked, not that there are no others.
const IDENTITE: &str = "identite:";

/// What the index must hold of an account, from its events alone.
fn lignes_d_index(etat: &Candidat, cle: &CleServeur) -> Vec<(&'static str, Vec<u8>)> {
    let Some(base) = etat.base() else {
        return Vec::new();
    };
    let compte = &base.compte;
    // A number is never used again; an address is free once the account has gone.
    let mut lignes = vec![(NUMERO, cle_numero(compte.numero.as_str()))];
    if !matches!(etat, Candidat::Expire(_)) {
        lignes.push((ADRESSE, cle.cle_adresse(&compte.campagne, &compte.mail)));
        let identite = compte.identite.iter();
        lignes.extend(identite.map(|i| (IDENTITE, cle.cle_identite(&compte.campagne, &i.cle))));
    }
    if let Candidat::Actif(actif) = etat
        && let Some(ine) = actif
            .profil
            .informations
            .as_ref()
            .and_then(|i| i.ine.as_ref())
    {
        lignes.push((INE, cle.cle_candidat_ine(ine, &compte.id)));
    }
    lignes
}

impl Lecture<'_> {
    /// One whole stream. By name `campagne` comes before `candidat.…`, and that before `dossier.…`.
    fn flux(&mut self, enregistres: &[Record]) -> Result<(), StoreError> {
        let Some(premier) = enregistres.first() else {
            return Ok(());
        };
        if premier.data.is_empty() {
            // Erased (Q18): nothing is left for the laws to look at.
            self.effaces.insert(premier.stream.clone());
            return Ok(());
        }
        self.bilan.faits += enregistres.len() as u64;
        match premier.stream.split_once('.') {
            None if premier.stream == "campagne" => self.campagne(enregistres),
            Some(("candidat", id)) => self.candidat(&CandidatId::new(id), enregistres)?,
            Some(("dossier", id)) => self.dossier(&DossierId::new(id), enregistres),
            // Streams of other kinds have no law here.
            Some(_) | None => {}
        }
        Ok(())
    }

    fn lire<E: DeserializeOwned>(&mut self, enregistres: &[Record]) -> Vec<(Position, Fait<E>)> {
        let mut faits = Vec::with_capacity(enregistres.len());
        for Record {
            stream,
            version,
            position,
            data,
            ..
        } in enregistres
        {
            match record::lire(data) {
                Ok(fait) => faits.push((*position, fait)),
                Err(raison) => self.bilan.faute(format!("{stream} {version}: {raison}")),
            }
        }
        faits
    }

    fn campagne(&mut self, enregistres: &[Record]) {
        for (position, fait) in self.lire(enregistres) {
            match fait.e {
                EvenementCampagne::CampagneParametree(v) => {
                    self.offre.campagne.noter((), position, v);
                }
                EvenementCampagne::CentreDefini(v) => {
                    self.offre.centres.noter(v.code.clone(), position, v);
                }
                EvenementCampagne::FormationDefinie(v) => {
                    self.offre.formations.noter(v.code.clone(), position, v);
                }
                EvenementCampagne::PieceDefinie(v) => {
                    self.offre.pieces.noter(v.code.clone(), position, v);
                }
                EvenementCampagne::ComposanteDefinie(_)
                | EvenementCampagne::CommissionDefinie(_)
                | EvenementCampagne::MotifDefini(_)
                | EvenementCampagne::MailRedige(_)
                | EvenementCampagne::Retiree(_)
                | EvenementCampagne::CampagneArchivee { .. } => {}
            }
        }
    }

    fn candidat(&mut self, id: &CandidatId, enregistres: &[Record]) -> Result<(), StoreError> {
        self.bilan.candidats += 1;
        let mut etat = Candidat::default();
        for (position, fait) in self.lire::<EvenementCandidat>(enregistres) {
            etat = domain::candidat::evolve(etat, &fait.e);
            if let EvenementCandidat::DossierOuvert {
                dossier,
                formation,
                centre,
                par,
                derogations,
                ..
            } = fait.e
            {
                // Staff may go beyond limits and windows (T02); what they went beyond is in the event.
                if derogations.is_empty() {
                    self.limites(id, &etat, &centre, position);
                }
                if par.personnel().is_none() {
                    self.fenetre(&dossier, &formation, fait.le, position);
                }
                self.ouverts.insert(dossier, (id.clone(), formation));
            }
        }
        if etat == Candidat::Absent {
            self.bilan.faute(format!("candidat {id}: no account"));
        }
        let lignes = lignes_d_index(&etat, self.cle);
        // An account that went on since is for the next check.
        let lue = enregistres.last().map_or(0, |r| r.version);
        let ici = self.store.head(&format!("candidat.{id}"))?.version == lue;
        for (genre, cle) in lignes {
            *self.lignes.entry(genre).or_default() += 1;
            let tient = self.store.index(&cle)?.as_deref() == Some(id.as_str().as_bytes());
            if !tient && ici {
                let regle = if genre == ADRESSE { "G05" } else { "Q03" };
                let faute = format!("{regle}: candidat {id} is not found by its row « {genre} »");
                self.bilan.faute(faute);
            }
        }
        Ok(())
    }

    /// The index holds what the events say and nothing else; with the rows of each account there, equal numbers say so.
    /// Of an erased account its number stays, one row, so that it is never given again (ADR 0013).
    fn index(&mut self) -> Result<(), StoreError> {
        let candidats = self.effaces.iter().filter(|s| s.starts_with("candidat."));
        let mut sans_numero: HashSet<String> = candidats.cloned().collect();
        for genre in [ADRESSE, NUMERO, INE] {
            let (mut vues, mut apres) = (0, None::<Vec<u8>>);
            loop {
                let page = self
                    .store
                    .index_after(genre.as_bytes(), apres.as_deref(), PAGE)?;
                let d_un_efface = |(_, qui): &&(Vec<u8>, Vec<u8>)| {
                    let stream = format!("candidat.{}", String::from_utf8_lossy(qui));
                    genre == NUMERO && sans_numero.remove(&stream)
                };
                let effacees = page.iter().filter(d_un_efface).count();
                vues += (page.len() - effacees) as u64;
                match page.into_iter().next_back() {
                    Some((derniere, _)) => apres = Some(derniere),
                    None => break,
                }
            }
            let attendues = self.lignes.get(genre).copied().unwrap_or(0);
            if vues != attendues {
                self.bilan.faute(format!(
                    "Q03: {vues} rows « {genre} » where the events make {attendues}"
                ));
            }
        }
        if !sans_numero.is_empty() {
            let combien = sans_numero.len();
            self.bilan.faute(format!(
                "Q18: the numbers of {combien} erased accounts could be given again"
            ));
        }
        Ok(())
    }

    /// G22, and at most one live dossier per formation.
    fn limites(&mut self, id: &CandidatId, etat: &Candidat, centre: &CentreCode, p: Position) {
        let Candidat::Actif(actif) = etat else {
            self.bilan
                .faute(format!("candidat {id}: opens a dossier without an account"));
            return;
        };
        let vivants = || actif.dossiers.values().filter(|d| d.vivant);
        let campagne = self.offre.campagne.avant(&(), p).map(|c| c.max_dossiers);
        if campagne
            .max()
            .is_none_or(|max| vivants().count() > max as usize)
        {
            let faute = format!("G22: candidat {id} is above the campaign's limit");
            self.bilan.faute(faute);
        }
        let chez = vivants().filter(|d| &d.centre == centre).count();
        let centres = self.offre.centres.avant(centre, p);
        let max = centres.map(|c| c.max_dossiers.unwrap_or(u32::MAX)).max();
        if max.is_none_or(|max| chez > max as usize) {
            let faute = format!("G22: candidat {id} is above the limit of {centre}");
            self.bilan.faute(faute);
        }
        let mut formations: Vec<_> = vivants().map(|d| d.formation.as_str()).collect();
        let combien = formations.len();
        formations.sort_unstable();
        formations.dedup();
        if formations.len() != combien {
            let faute = format!("G22: candidat {id} has two dossiers for one formation");
            self.bilan.faute(faute);
        }
    }

    /// G23.
    fn fenetre(&mut self, id: &DossierId, formation: &FormationCode, le: Timestamp, p: Position) {
        let ouverte = self.offre.formations.avant(formation, p).any(|f| {
            let debut = le.saturating_add(TOLERANCE).unwrap_or(le);
            let fin = le.saturating_sub(TOLERANCE).unwrap_or(le);
            f.ouverte(le) || f.ouverte(debut) || f.ouverte(fin)
        });
        if !ouverte {
            let faute = format!("G23: dossier {id} was opened outside the window of {formation}");
            self.bilan.faute(faute);
        }
    }

    fn dossier(&mut self, id: &DossierId, enregistres: &[Record]) {
        self.bilan.dossiers += 1;
        let mut garde = Garde::Ouvert;
        let mut formation: Option<FormationCode> = None;
        for (rang, (position, fait)) in self.lire(enregistres).into_iter().enumerate() {
            if !garde.permet(&fait.e) {
                let nom = fait.e.nom();
                self.bilan
                    .faute(format!("G30, G33: dossier {id} changed out of turn: {nom}"));
            }
            garde = garde.apres(&fait.e);
            if let EvenementDossier::DossierCree(identite) = &fait.e {
                if rang > 0 {
                    self.bilan.faute(format!("dossier {id}: created twice"));
                }
                self.naissance(id, identite);
                formation = Some(identite.formation.clone());
            }
            if let EvenementDossier::DossierTransmis { pieces, .. } = &fait.e {
                let code = formation.clone().unwrap_or_else(|| "".into());
                let complet = self.offre.formations.avant(&code, position).any(|f| {
                    let definie =
                        |c: &&PieceCode| self.offre.pieces.avant(c, position).next().is_some();
                    let mut voulues = f.pieces.iter().filter(definie);
                    voulues.all(|code| pieces.contains_key(code))
                });
                if !complet {
                    self.bilan.faute(format!("G29: dossier {id} lacks a piece"));
                }
            }
        }
    }

    /// T01: its candidate opened it, for this formation.
    fn naissance(&mut self, id: &DossierId, identite: &Identite) {
        let attendu = (identite.candidat.clone(), identite.formation.clone());
        if self.ouverts.get(id) != Some(&attendu) {
            let faute = format!("T01: dossier {id} was never opened by its candidate");
            self.bilan.faute(faute);
        }
    }

    /// Everything owed comes from an event, `<stream>.<version>.<rank>`, or from an erasure.
    fn dus(&mut self) -> Result<(), StoreError> {
        for du in self.store.outbox_due(i64::MAX - 1, MAX_DUS)? {
            if effacement::dont(&du.id).is_some_and(|s| s.iter().any(|s| self.effaces.contains(s)))
            {
                continue;
            }
            let mut parties = du.id.rsplitn(3, '.');
            let (_rang, version, stream) = (parties.next(), parties.next(), parties.next());
            let version = version.and_then(|v| v.parse::<u64>().ok());
            let connu = match stream.zip(version) {
                Some((stream, version)) => {
                    version > 0 && self.store.head(stream)?.version >= version
                }
                None => false,
            };
            if !connu {
                self.bilan.faute(format!("{} is owed by no event", du.id));
            }
        }
        Ok(())
    }
}
