//! Harmless questions are answered without a person: looked up first, said from a template, once, to who may be
//! answered, within limits (S31–S37, S54–S57, S63).

use domain::campagne::CodeReponse;
use domain::candidat::{Candidat, Commande as CommandeCandidat};
use domain::demande::{Commande, Fond, Rattachement, Surete};
use domain::ids::CandidatId;
use domain::langue::Langue;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use storage::{Batch, Guard};

use super::lecture::{FaitDossier, Faits, Lecteur, Lecture};
use super::reception::Recu;
use super::tri::{MAX_COMPRIS, Tri};
use crate::acteurs::{Annuaire, OrdreSur};
use crate::atelier::{Atelier, faute};
use crate::guichet::support::INTERRUPTEUR;
use crate::protocol::{Etat, Faute};

/// Automatic answers to one sender within an hour (S35).
const PAR_HEURE: usize = 2;
/// And within a day.
const PAR_JOUR: usize = 4;
/// To all senders together within an hour: a flood is not answered (S64).
const TOUS_PAR_HEURE: usize = 300;
/// The longest lasting of these.
const JOUR: SignedDuration = SignedDuration::from_hours(24);
const HEURE: SignedDuration = SignedDuration::from_hours(1);
/// Dossiers spoken of.
const MAX_DOSSIERS: usize = 20;

/// When a sender was answered by a machine, and about what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Repondus(Vec<(Timestamp, String)>);

impl Tri {
    /// Answers if it may; then the mail's work is done.
    pub(super) async fn repondre(
        &self,
        recu: &Recu,
        lecture: &Lecture,
        fond: &Fond,
    ) -> Result<bool, Faute> {
        if !self.permis(lecture, fond)? {
            return Ok(false);
        }
        let trop_gros = recu.octets > MAX_COMPRIS;
        let Some(modele) = modele(lecture, fond, trop_gros) else {
            return Ok(false);
        };
        let mut faits = faits((&self.atelier, &self.annuaire), lecture, &fond.rattachement).await?;
        let Some(limites) = self.limites(fond)? else {
            tracing::info!(demande = %fond.id, "no automatic answer: the limit is reached");
            return Ok(false);
        };
        if modele == CodeReponse::LienExpire {
            faits.lien_envoye = self.renvoyer_lien(fond, recu).await?;
        }
        let Some(lecteur) = self.atelier.boite.lecteur.get() else {
            return Ok(false);
        };
        let texte = match rediger(
            &self.atelier,
            lecteur.as_ref(),
            (modele, fond.langue),
            &faits,
        ) {
            Ok(texte) => texte,
            Err(raison) => {
                let modele = modele.nom();
                tracing::error!(raison, modele, "a template of the support fails");
                return Ok(false);
            }
        };
        let mut avec = self
            .fin(recu, format!("demande {} {}", fond.id, modele.nom()))
            .map_err(|e| faute(&e))?;
        avec.guards.extend(limites.guards);
        avec.index_put.extend(limites.index_put);
        let recu_id = super::arrivee::id_message(&recu.sha256);
        let ordre = OrdreSur {
            repere: None.into(),
            commande: Commande::RepondreSeul {
                texte,
                modele: modele.nom().to_owned(),
                clore: false,
                message: format!("auto-{recu_id}"),
                recu: recu_id,
            },
            avec,
        };
        match self.annuaire.demande(&fond.id, ordre).await {
            Ok(_) => Ok(true),
            // A person was faster.
            Err(Faute::Refus(_)) => Ok(false),
            Err(faute) => Err(faute),
        }
    }

    /// S31, S63: to a person who wrote to us alone, while the switch is on.
    fn permis(&self, lecture: &Lecture, fond: &Fond) -> Result<bool, Faute> {
        let coupe = self
            .atelier
            .store
            .index(INTERRUPTEUR)
            .map_err(|e| faute(&e))?;
        let marche = self.options.automatique && coupe.as_deref() != Some(b"0");
        let a_nous = self.options.adresses.contains(&fond.demandeur);
        Ok(marche && lecture.repondable && !a_nous && !fond.urgent && !fond.demandeur.is_empty())
    }

    /// S35: the row that counts, to be changed with the answer; none when nothing may leave any more.
    fn limites(&self, fond: &Fond) -> Result<Option<Batch>, Faute> {
        let maintenant = self.atelier.maintenant();
        let objet = crate::liste::plat(&fond.objet);
        let objet = crate::jetons::hexa(&self.atelier.cle.sceau(&["objet", &objet]));
        let mut lot = Batch::default();
        let siens = [
            ("auto", fond.demandeur.as_str(), PAR_HEURE),
            ("auto-tous", "", TOUS_PAR_HEURE),
        ];
        for (genre, qui, par_heure) in siens {
            let cle = self.cle(genre, qui);
            let ligne = self.atelier.store.index(&cle).map_err(|e| faute(&e))?;
            let lus = ligne
                .as_deref()
                .and_then(|o| serde_json::from_slice(o).ok());
            let Repondus(mut repondus) = lus.unwrap_or_default();
            let dure = if qui.is_empty() { HEURE } else { JOUR };
            repondus.retain(|(le, _)| maintenant.duration_since(*le) < dure);
            let de_l_heure = repondus
                .iter()
                .filter(|(le, _)| maintenant.duration_since(*le) < HEURE)
                .count();
            let meme = !qui.is_empty() && repondus.iter().any(|(_, sur)| *sur == objet);
            if meme || de_l_heure >= par_heure || !qui.is_empty() && repondus.len() >= PAR_JOUR {
                return Ok(None);
            }
            let sur = if qui.is_empty() {
                String::new()
            } else {
                objet.clone()
            };
            repondus.push((maintenant, sur));
            lot.guards.push(match ligne {
                None => Guard::Absent(cle.clone()),
                Some(ligne) => Guard::Equals(cle.clone(), ligne),
            });
            let ligne = crate::fil::json(&Repondus(repondus)).map_err(|e| faute(&e))?;
            lot.index_put.push((cle, ligne));
        }
        Ok(Some(lot))
    }

    /// A new validation link to the address on file, for who is proved to have written from there (S28, S29).
    async fn renvoyer_lien(&self, fond: &Fond, recu: &Recu) -> Result<bool, Faute> {
        let Some(qui) = authentifie(&fond.rattachement) else {
            return Ok(false);
        };
        let lu = self.annuaire.lire_candidat(qui).await?;
        if !matches!(lu.etat.as_ref(), Candidat::AValider { .. }) {
            return Ok(false);
        }
        let commande = CommandeCandidat::RenvoyerLien {
            lien: self.atelier.lien(),
        };
        // The same mail asks once.
        let id = Some(format!("support/{}", recu.sha256));
        match self.annuaire.candidat(qui, id, commande).await {
            Ok(_) => Ok(true),
            Err(Faute::Refus(_)) => Ok(false),
            Err(faute) => Err(faute),
        }
    }
}

/// What a template says of the facts, in the university's words where it has some.
pub(crate) fn rediger(
    atelier: &Atelier,
    lecteur: &dyn Lecteur,
    (modele, langue): (CodeReponse, Langue),
    faits: &Faits,
) -> Result<String, String> {
    let catalogue = atelier.catalogue();
    lecteur.rediger(modele, catalogue.texte_mail(modele, langue), langue, faits)
}

/// What is known, as far as the sender is proved to be the owner (S28, S54).
pub(crate) async fn faits(
    (atelier, annuaire): (&Atelier, &Annuaire),
    lecture: &Lecture,
    rattachement: &Rattachement,
) -> Result<Faits, Faute> {
    let catalogue = atelier.catalogue();
    let campagne = catalogue.campagne.as_ref();
    let mut faits = Faits {
        classe: lecture
            .classes
            .first()
            .map_or("autre", |c| c.code.as_str())
            .to_owned(),
        objet: lecture.objet_nu.clone(),
        campagne: campagne
            .map(|c| c.libelle.dans(lecture.langue).to_owned())
            .unwrap_or_default(),
        pieces_jointes: !lecture.pieces.is_empty(),
        ..Faits::default()
    };
    let Some(qui) = authentifie(rattachement) else {
        return Ok(faits);
    };
    let lu = annuaire.lire_candidat(qui).await?;
    let Some(base) = lu.etat.base() else {
        return Ok(faits);
    };
    faits.authentifie = true;
    faits.prenom.clone_from(&base.compte.prenom);
    let Candidat::Actif(actif) = lu.etat.as_ref() else {
        return Ok(faits);
    };
    faits.valide = true;
    for id in actif.dossiers.keys().take(MAX_DOSSIERS) {
        let vue = match annuaire.lire_dossier(id, Some(qui)).await {
            Ok(vue) => vue,
            Err(Faute::Refus(_)) => continue,
            Err(faute) => return Err(faute),
        };
        let formation = catalogue.formations.get(&vue.formation);
        let nom = formation.map(|f| f.libelle.dans(lecture.langue).to_owned());
        let manque = vue.pieces.iter().filter(|p| p.depot.is_none());
        let nommer = |code: &domain::ids::PieceCode| {
            let piece = catalogue.pieces.get(code);
            piece
                .map_or(code.as_str(), |p| p.libelle.dans(lecture.langue))
                .to_owned()
        };
        let ouvert = matches!(vue.etat, Etat::EnAttente | Etat::Incomplet);
        faits.dossiers.push(FaitDossier {
            formation: nom.unwrap_or_else(|| vue.formation.to_string()),
            etat: if vue.decision.is_some() {
                "decide".to_owned()
            } else {
                etat(vue.etat).to_owned()
            },
            manquantes: manque.filter(|_| ouvert).map(|p| nommer(&p.code)).collect(),
            retour: ouvert.then_some(vue.echeances.retour).flatten(),
        });
    }
    Ok(faits)
}

const fn etat(etat: Etat) -> &'static str {
    match etat {
        Etat::EnAttente => "en_attente",
        Etat::Transmis => "transmis",
        Etat::Incomplet => "incomplet",
        Etat::Complet => "complet",
        Etat::Annule => "annule",
    }
}

/// Whose it is, when that is proved.
fn authentifie(rattachement: &Rattachement) -> Option<&CandidatId> {
    let sur = rattachement.surete == Surete::Authentifiee;
    rattachement.candidat.as_ref().filter(|_| sur)
}

/// The template of the answer, if this may be answered without a person: one class, measured, and nothing odd (S51, S55).
fn modele(lecture: &Lecture, fond: &Fond, trop_gros: bool) -> Option<CodeReponse> {
    if trop_gros {
        return Some(CodeReponse::TropGros);
    }
    let etrange = fond.signalements.iter().any(|s| s != "expediteur_inconnu");
    if etrange {
        return None;
    }
    match lecture.automatique.as_ref()?.as_str() {
        "lien_expire" => Some(CodeReponse::LienExpire),
        "compte_ancienne_campagne" => Some(CodeReponse::CompteAncien),
        "suivi_dossier" if authentifie(&fond.rattachement).is_some() => Some(CodeReponse::Suivi),
        _ => None,
    }
}
