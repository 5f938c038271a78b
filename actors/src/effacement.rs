//! A person's data leaves (Q18): on request, at the end of the retention, or because the account was never validated.
//! The streams of the candidate and of the dossiers lose their content; places given, figures and the hash chain stay.

use std::collections::BTreeSet;

use domain::candidat::{Candidat, Compte};
use domain::demande::{Demande, Evenement};
use domain::effet::{CodeMail, Echeance, Effet, MailDu};
use domain::ids::{CampagneCode, CandidatId, DemandeId, DossierId, FormationCode};
use domain::places::{Commande as ActePlaces, Facts, Places};
use storage::{Append, Batch, ERASURES, Expected, OutboxItem, StoreError, erasure};

use crate::acteurs::{Annuaire, ESSAIS, occupe};
use crate::atelier::{Atelier, faute, sinon_recommencer};
use crate::courriers;
use crate::fil::{Fil, json};
use crate::protocol::Faute;
use crate::record;
use crate::support::reception;

/// Candidates looked at in one step of a purge.
const LOT: usize = 500;

/// How the id of what an erasure owes begins: no event is left that it could come from.
const DU: &str = "effacement.";

/// The streams one of which was erased, if this is the id of something an erasure owes.
pub(crate) fn dont(id: &str) -> Option<[String; 2]> {
    let suite = id.strip_prefix(DU)?;
    let (qui, _rang) = suite.split_once('.').unwrap_or((suite, ""));
    Some([format!("candidat.{qui}"), format!("dossier.{qui}")])
}

/// Why somebody's data leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Raison {
    /// The person asked.
    Demande,
    /// The campaign was archived long enough ago.
    Conservation,
    /// The account was never validated.
    JamaisValide,
}

impl Raison {
    const fn mot(self) -> &'static str {
        match self {
            Self::Demande => "demande",
            Self::Conservation => "conservation",
            Self::JamaisValide => "jamais_valide",
        }
    }
}

/// Erases a candidate with all dossiers, in one commit. Nobody there any more: nothing to do.
pub(crate) async fn effacer(
    atelier: &Atelier,
    annuaire: &Annuaire,
    qui: &CandidatId,
    raison: Raison,
    trace: Batch,
) -> Result<(), Faute> {
    for _ in 0..ESSAIS {
        let Some(part) = partant(atelier, annuaire, qui, raison, trace.clone()).await? else {
            return Ok(());
        };
        let commis = atelier.store.commit(part.lot).await;
        if sinon_recommencer(commis)?.is_some() {
            atelier.reveil.notify_one();
            annuaire.oublier(qui.clone(), part.dossiers, part.demandes);
            return Ok(());
        }
        // The person acted in the meantime: perhaps there is more to erase.
    }
    Err(occupe())
}

/// What leaves with a person, and the commit that does it.
struct Partant {
    lot: Batch,
    dossiers: Vec<DossierId>,
    demandes: Vec<DemandeId>,
}

async fn partant(
    atelier: &Atelier,
    annuaire: &Annuaire,
    qui: &CandidatId,
    raison: Raison,
    trace: Batch,
) -> Result<Option<Partant>, Faute> {
    let fil = Fil::<Candidat>::charger(atelier, format!("candidat.{qui}"));
    let fil = fil.map_err(|e| faute(&e))?;
    let Some(base) = fil.etat.base() else {
        return Ok(None);
    };
    let dossiers: Vec<(DossierId, FormationCode)> = match fil.etat.as_ref() {
        Candidat::Actif(actif) => {
            let tous = actif.dossiers.iter();
            tous.map(|(id, d)| (id.clone(), d.formation.clone()))
                .collect()
        }
        Candidat::Absent | Candidat::AValider { .. } | Candidat::Expire(_) => Vec::new(),
    };
    let mut lot = trace;
    let mut flux = vec![fil.stream.clone()];
    flux.extend(dossiers.iter().map(|(id, _)| format!("dossier.{id}")));
    let demandes = demandes(atelier, (qui, &base.compte.mail), &mut lot);
    let demandes = demandes.map_err(|e| faute(&e))?;
    flux.extend(demandes.iter().map(|id| format!("demande.{id}")));
    vider(atelier, raison, (&flux, fil.tete.version), &mut lot);
    indexes(atelier, &fil.etat, &mut lot).map_err(|e| faute(&e))?;
    courriers::effacer(&atelier.store, qui, &mut lot).map_err(|e| faute(&e))?;
    for flux in &flux {
        lot.timers_clear.extend(
            Echeance::TOUTES
                .iter()
                .map(|e| format!("{flux}/{}", e.cle())),
        );
    }
    let archivee = atelier
        .catalogue()
        .archives
        .contains_key(&base.compte.campagne);
    if !archivee {
        for (dossier, formation) in &dossiers {
            let places = annuaire.lire_places(formation).await?;
            rendre(atelier, &places, (dossier, formation), &mut lot).map_err(|e| faute(&e))?;
        }
    }
    if raison == Raison::Demande {
        prevenir(atelier, &base.compte, &mut lot).map_err(|e| faute(&e))?;
    }
    Ok(Some(Partant {
        lot,
        dossiers: dossiers.into_iter().map(|(id, _)| id).collect(),
        demandes,
    }))
}

/// The streams, the candidate's first, lose their content. Each ends with an empty record, so that whoever wants to write
/// there and does not know yet, here or on another node, is refused; the candidate's must be as it was read.
fn vider(atelier: &Atelier, raison: Raison, (flux, version): (&[String], u64), lot: &mut Batch) {
    lot.appends.push(Append {
        stream: ERASURES.to_owned(),
        expected: Expected::Any,
        events: vec![erasure(
            &format!("{} {}", raison.mot(), atelier.maintenant()),
            flux,
        )],
    });
    let attendues =
        std::iter::once(Expected::Exact(version)).chain(std::iter::repeat(Expected::Any));
    lot.appends
        .extend(flux.iter().zip(attendues).map(|(stream, expected)| Append {
            stream: stream.clone(),
            expected,
            events: vec![Vec::new()],
        }));
}

/// The last mail: it is done.
fn prevenir(atelier: &Atelier, compte: &Compte, lot: &mut Batch) -> Result<(), StoreError> {
    let mail = MailDu {
        code: CodeMail::CptMinDelete,
        a: compte.mail.clone(),
        langue: compte.langue,
        candidat: compte.id.clone(),
        dossier: None,
        formation: None,
        lien: None,
        jours: None,
        details: None,
    };
    let id = format!("{DU}{}", compte.id);
    devoir(atelier, lot, id, &Effet::Mail(mail))
}

/// What the person asked the support (S62). The mails they wrote are marked: their bytes go with the next round, what
/// became of them and their hash stay. Where our answers went is forgotten.
fn demandes(
    atelier: &Atelier,
    (qui, mail): (&CandidatId, &str),
    lot: &mut Batch,
) -> Result<Vec<DemandeId>, StoreError> {
    let demandes = atelier.demandes.de(atelier, qui, mail)?;
    let mut recus: BTreeSet<String> = BTreeSet::new();
    for id in &demandes {
        let fil = Fil::<Demande>::charger(atelier, format!("demande.{id}"))?;
        for (fait, tete) in &fil.faits {
            match &fait.e {
                Evenement::DemandeRecue { arrivee, .. }
                | Evenement::MessageRecu { arrivee, .. } => {
                    recus.extend(arrivee.message.sha256.clone());
                }
                Evenement::MessageRepris { message, .. } => recus.extend(message.sha256.clone()),
                // An answer's mail is its event's only effect.
                Evenement::Repondue { .. } => {
                    let du = format!("{}.{}.0", fil.stream, tete.version);
                    courriers::oublier_reponse(lot, &atelier.cle.etiquette(&du));
                }
                Evenement::EnvoiNote { .. }
                | Evenement::DemandeNotee { .. }
                | Evenement::Attribuee { .. }
                | Evenement::EcheanceFixee { .. }
                | Evenement::DemandeRattachee { .. }
                | Evenement::Reclassee { .. }
                | Evenement::DemandeClose { .. }
                | Evenement::DemandeRouverte { .. }
                | Evenement::NoteReprise { .. }
                | Evenement::Absorbee { .. }
                | Evenement::FusionneeDans { .. }
                | Evenement::Scindee { .. }
                | Evenement::DemandeScindee { .. } => {}
            }
        }
    }
    for sha256 in recus {
        reception::purger(atelier, lot, &sha256)?;
    }
    Ok(demandes)
}

fn devoir(atelier: &Atelier, lot: &mut Batch, id: String, effet: &Effet) -> Result<(), StoreError> {
    lot.outbox_put.push(OutboxItem {
        id,
        due_ms: atelier.maintenant().as_millisecond(),
        attempts: 0,
        data: json(effet)?,
    });
    Ok(())
}

/// Address, identity and INE find nobody any more; the number stays taken, so that it is never given again.
fn indexes(atelier: &Atelier, etat: &Candidat, lot: &mut Batch) -> Result<(), StoreError> {
    let Some(base) = etat.base() else {
        return Ok(());
    };
    let compte = &base.compte;
    let adresse = atelier.cle.cle_adresse(&compte.campagne, &compte.mail);
    // An account that was dropped may have lost its address to another one.
    if atelier.store.index(&adresse)?.as_deref() == Some(compte.id.as_str().as_bytes()) {
        lot.index_delete.push(adresse);
    }
    if let Some(identite) = &compte.identite {
        let identite = atelier.cle.cle_identite(&compte.campagne, &identite.cle);
        if atelier.store.index(&identite)?.as_deref() == Some(compte.id.as_str().as_bytes()) {
            lot.index_delete.push(identite);
        }
    }
    if let Candidat::Actif(actif) = etat
        && let Some(ine) = actif
            .profil
            .informations
            .as_ref()
            .and_then(|i| i.ine.as_ref())
    {
        lot.index_delete
            .push(atelier.cle.cle_candidat_ine(ine, &compte.id));
    }
    Ok(())
}

/// Whatever a dossier held in its formation is given back, and the list moves up (T22).
fn rendre(
    atelier: &Atelier,
    places: &Places,
    (dossier, code): (&DossierId, &FormationCode),
    lot: &mut Batch,
) -> Result<(), StoreError> {
    let catalogue = atelier.catalogue();
    let Some(formation) = catalogue.formations.get(code) else {
        return Ok(());
    };
    let ensemble = &domain::places::AUCUN;
    let facts = Facts {
        formation,
        ensemble,
    };
    let Ok(evenements) = domain::places::decide(places, dossier, &ActePlaces::Quitter, facts)
    else {
        return Ok(());
    };
    let mut apres = places.clone();
    let mut octets = Vec::new();
    for evenement in &evenements {
        apres = domain::places::evolve(apres, evenement);
        let fait = record::ecrire(atelier.maintenant(), evenement);
        octets.push(fait.map_err(StoreError::Corrupt)?);
        for (rang, effet) in domain::places::effets(&apres, evenement, facts)
            .iter()
            .enumerate()
        {
            let id = format!("{DU}{dossier}.{rang}");
            devoir(atelier, lot, id, effet)?;
        }
    }
    if !octets.is_empty() {
        lot.appends.push(Append {
            stream: format!("formation.{code}"),
            expected: Expected::Any,
            events: octets,
        });
    }
    Ok(())
}

/// Everybody of a campaign; what a dead process left undone is done at the next ring.
pub(crate) async fn purger(
    atelier: &Atelier,
    annuaire: &Annuaire,
    campagne: &CampagneCode,
) -> Result<(), Faute> {
    let mut apres = "candidat.".to_owned();
    loop {
        let page = candidats(atelier, &apres).map_err(|e| faute(&e))?;
        let Some((derniere, _)) = page.last() else {
            return Ok(());
        };
        apres.clone_from(derniere);
        for (_, qui) in page {
            let fil = Fil::<Candidat>::charger(atelier, format!("candidat.{qui}"));
            let fil = fil.map_err(|e| faute(&e))?;
            let sien = fil
                .etat
                .base()
                .is_some_and(|b| b.compte.campagne == *campagne);
            if sien {
                effacer(
                    atelier,
                    annuaire,
                    &qui,
                    Raison::Conservation,
                    Batch::default(),
                )
                .await?;
            }
        }
    }
}

/// Streams of candidates after one, with their ids.
fn candidats(atelier: &Atelier, apres: &str) -> Result<Vec<(String, CandidatId)>, StoreError> {
    let records = atelier
        .store
        .journal_after(Some((apres, u64::MAX - 1)), LOT)?;
    let mut trouves: Vec<(String, CandidatId)> = Vec::new();
    for record in records {
        let Some(id) = record.stream.strip_prefix("candidat.") else {
            break;
        };
        if trouves
            .last()
            .is_none_or(|(stream, _)| *stream != record.stream)
        {
            let id = CandidatId::new(id);
            trouves.push((record.stream, id));
        }
    }
    Ok(trouves)
}
