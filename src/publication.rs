//! What other systems are told over NATS (`3-contract.md`): the outbox's publications as the payloads of the contract.

use actors::ports::{Editeur, Parution};
use async_trait::async_trait;
use bus::wire::evenements::{EvenementCandidat, EvenementDossier};
use bus::wire::scolarite::{self, VERSION};
use bus::{Nats, Subject};
use domain::candidat::Compte;
use domain::effet::Publication;
use domain::profil::{Adresse, Baccalaureat, Profil};
use serde::Serialize;

/// Publishes over NATS.
#[derive(Debug)]
pub struct Edition {
    /// The connection.
    pub nats: Nats,
}

#[async_trait]
impl Editeur for Edition {
    async fn publier(&self, parution: &Parution) -> Result<(), String> {
        let (sujet, charge) = charge(parution)?;
        self.nats.publish(&sujet, &parution.id, charge).await
    }
}

/// The payload alone, as JSON.
///
/// # Errors
/// As when it is published.
pub fn message(parution: &Parution) -> Result<serde_json::Value, String> {
    let (_, octets) = charge(parution)?;
    serde_json::from_slice(&octets).map_err(|e| e.to_string())
}

/// The subject and the payload.
///
/// # Errors
/// When the person an admission is about is not there.
fn charge(parution: &Parution) -> Result<(Subject, Vec<u8>), String> {
    let id = parution.id.clone();
    let absente = || "the account is not there".to_owned();
    match &parution.publication {
        Publication::Candidat {
            evenement,
            candidat,
        } => json(
            Subject::event("candidat", evenement),
            &EvenementCandidat {
                version: VERSION,
                id,
                evenement: evenement.clone(),
                candidat: candidat.to_string(),
            },
        ),
        Publication::Dossier {
            evenement,
            dossier,
            formation,
        } => json(
            Subject::event("dossier", evenement),
            &EvenementDossier {
                version: VERSION,
                id,
                evenement: evenement.clone(),
                dossier: dossier.to_string(),
                formation: formation.to_string(),
            },
        ),
        Publication::Admission {
            dossier,
            formation,
            le,
            ..
        } => {
            let (compte, profil) = parution.personne.as_deref().ok_or_else(absente)?;
            json(
                Subject::admission(),
                &scolarite::Admission {
                    version: VERSION,
                    id,
                    campagne: compte.campagne.to_string(),
                    dossier: dossier.to_string(),
                    formation: formation.to_string(),
                    confirmee_le: le.to_string(),
                    candidat: personne(compte, profil)?,
                },
            )
        }
        Publication::AdmissionAnnulation {
            dossier,
            formation,
            le,
            ..
        } => {
            let (compte, _) = parution.personne.as_deref().ok_or_else(absente)?;
            json(
                Subject::admission_annulation(),
                &scolarite::AnnulationAdmission {
                    version: VERSION,
                    id,
                    dossier: dossier.to_string(),
                    formation: formation.to_string(),
                    numero: compte.numero.to_string(),
                    annulee_le: le.to_string(),
                },
            )
        }
    }
}

fn json(sujet: Subject, charge: &impl Serialize) -> Result<(Subject, Vec<u8>), String> {
    let octets = serde_json::to_vec(charge).map_err(|e| e.to_string())?;
    Ok((sujet, octets))
}

/// Who is admitted, as the account and its profile say.
fn personne(compte: &Compte, profil: &Profil) -> Result<scolarite::Personne, String> {
    let i = profil
        .informations
        .as_ref()
        .ok_or("an admission without a profile")?;
    let mut prenoms = vec![compte.prenom.clone()];
    prenoms.extend(i.autres_prenoms.clone());
    let cursus = profil.cursus_interne.as_ref();
    Ok(scolarite::Personne {
        numero: compte.numero.to_string(),
        ine: i.ine.as_ref().map(|ine| ine.valeur.clone()),
        numero_etudiant: cursus.and_then(|c| c.numero_etudiant.clone()),
        nom: compte.nom.clone(),
        nom_usage: i.nom_usage.clone(),
        prenoms,
        date_naissance: i.date_naissance.to_string(),
        lieu_naissance: i.lieu_naissance.clone(),
        pays_naissance: i.pays_naissance.clone(),
        nationalite: i.nationalite.clone(),
        mail: compte.mail.clone(),
        telephone: i.telephone.clone(),
        adresse: profil.adresse.as_ref().map(adresse),
        baccalaureat: profil.baccalaureat.as_ref().and_then(baccalaureat),
    })
}

fn adresse(a: &Adresse) -> scolarite::Adresse {
    scolarite::Adresse {
        pays: Some(a.pays.clone()),
        ligne1: a.ligne1.clone(),
        ligne2: a.ligne2.clone(),
        code_postal: a.code_postal.clone(),
        commune: a.commune.clone(),
    }
}

fn baccalaureat(bac: &Baccalaureat) -> Option<scolarite::Baccalaureat> {
    match bac {
        Baccalaureat::Sans => None,
        Baccalaureat::Avec {
            annee,
            serie,
            mention,
            etablissement,
            departement,
            ..
        } => Some(scolarite::Baccalaureat {
            annee: *annee,
            serie: serie.clone(),
            mention: mention.clone(),
            etablissement: etablissement.clone(),
            departement: departement.clone(),
        }),
    }
}
