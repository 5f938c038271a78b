//! One request, with everything an answer needs beside it: the exchange, what was understood, who asks, the draft.

use actors::protocol::{
    ActeGestion, Collegue, DemandeVue, FiltreDemandes, PersonneDemande, Reponse, VoisinesDemande,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::campagne::Catalogue;
use domain::demande::{EtatDemande, Sens, Surete};
use domain::ids::{DemandeId, FormationCode, PersonnelId};
use domain::personnel::droits::Pouvoir;
use serde::Deserialize;

use super::super::super::cadrage::percent;
use super::super::super::visiteur::{Arret, Visiteur};
use super::super::dossier::nom_de_piece;
use super::super::{Poste, etat_dit, libelle, nom_de};
use super::fil::{Parole, parole};
use super::filtre::Voulues;
use super::mots::{self, LigneCourrier};
use super::{Courte, courtes};
use crate::edge::Etat;
use crate::mail::entrant::Code;
use crate::textes::{Dit, Textes};
use crate::views::{pour_champ, quand};

/// A class that was recognised.
struct Comprise {
    nom: String,
    confiance: String,
    mots: String,
}

struct Dossier {
    id: String,
    formation: String,
    etat: String,
    classe: &'static str,
    manque: String,
    retour: String,
}

/// Who asks, as known today.
struct Personne {
    id: String,
    nom: String,
    numero: String,
    mail: String,
    compte: Dit,
    compte_classe: &'static str,
    rebond: String,
    dossiers: Vec<Dossier>,
    courriers: Vec<LigneCourrier>,
}

/// Something to choose, chosen or not.
struct Case {
    code: String,
    texte: String,
    choisi: bool,
}

struct Note {
    le: String,
    par: String,
    texte: String,
}

#[derive(Template)]
#[template(path = "demandes/demande.html")]
struct Page {
    t: Textes,
    base: String,
    id: String,
    version: u64,
    preuve: String,
    cle: String,
    ici: String,
    retour: String,
    avant: String,
    apres: String,
    place: String,
    presents: Vec<String>,
    chez: String,
    etat: String,
    classe: &'static str,
    urgent: bool,
    retard: bool,
    recue: String,
    echeance: String,
    echeance_champ: String,
    responsable: String,
    a_moi: bool,
    traite: bool,
    ouverte: bool,
    rouvrable: bool,
    fusionnee: Option<(String, String)>,
    origine: Option<(String, String)>,
    absorbees: Vec<(String, String)>,
    fil: Vec<Parole>,
    demandeur: String,
    non_prouve: bool,
    projet: String,
    signalements: Vec<String>,
    comprises: Vec<Comprise>,
    surete: Dit,
    surete_classe: &'static str,
    raisons: String,
    personne: Option<Personne>,
    autres: Vec<Courte>,
    notes: Vec<Note>,
    classes: Vec<Case>,
    personnes: Vec<Case>,
    candidat: String,
    dossier: String,
    historique: Vec<(String, String, String)>,
}

/// From which list one comes.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lu {
    liste: String,
}

/// Asks for one request; the look is in the trail.
pub(super) async fn chercher(
    etat: &Etat,
    poste: &Poste,
    id: &str,
    original: Option<&str>,
) -> Result<Box<DemandeVue>, Arret> {
    let acte = ActeGestion::Demande {
        id: DemandeId::new(id),
        original: original.map(str::to_owned),
    };
    let Reponse::Demande(vue) = poste.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(vue)
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
    Query(lu): Query<Lu>,
) -> Result<Response, Arret> {
    let vue = chercher(&etat, &poste, &id, None).await?;
    let voulues = Voulues::de_requete(&lu.liste);
    let acte = ActeGestion::VoisinesDemande {
        id: vue.id.clone(),
        filtre: Box::new(voulues.filtre(&poste.agent.personnel.id)),
    };
    let Reponse::VoisinesDemande(voisines) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let autres = autres(&etat, &poste, &vue).await?;
    let gens = poste.collegues(&etat).await?;
    let corps = montrer(&etat, &poste, &vue, (&lu, &voisines), (autres, &gens));
    Ok(poste.page(&vue.objet, &corps))
}

/// What else this person asks.
async fn autres(etat: &Etat, poste: &Poste, vue: &DemandeVue) -> Result<Vec<Courte>, Arret> {
    let candidat = vue.rattachement.candidat.clone();
    let filtre = FiltreDemandes {
        q: candidat.is_none().then(|| vue.demandeur.clone()),
        candidat,
        ..FiltreDemandes::default()
    };
    let toutes = courtes(etat, poste, filtre).await?;
    Ok(toutes
        .into_iter()
        .filter(|d| d.id != vue.id.as_str())
        .collect())
}

#[expect(clippy::too_many_lines, reason = "one line per field of the page")]
fn montrer(
    etat: &Etat,
    poste: &Poste,
    vue: &DemandeVue,
    (lu, voisines): (&Lu, &VoisinesDemande),
    (autres, gens): (Vec<Courte>, &[Collegue]),
) -> Page {
    let (t, catalogue, moi) = (poste.t(), etat.catalogue(), &poste.agent.personnel.id);
    let base = format!("/gestion/demandes/{}", vue.id);
    let suite = if lu.liste.is_empty() {
        String::new()
    } else {
        format!("?liste={}", percent(&lu.liste))
    };
    let ici = format!("{base}{suite}");
    let vers = |id: &Option<DemandeId>| {
        let id = id.as_ref();
        id.map_or(String::new(), |id| format!("/gestion/demandes/{id}{suite}"))
    };
    let la = |id: &DemandeId| (format!("/gestion/demandes/{id}"), id.to_string());
    let nommer = |id: &str| nom_de(&PersonnelId::new(id), gens);
    let (dit, classe) = mots::etat(t, vue.etat);
    let (surete, surete_classe) = mots::surete(t, vue.rattachement.surete);
    let attend = matches!(vue.etat, EtatDemande::Nouvelle | EtatDemande::EnCours);
    let ouverte = attend || vue.etat == EtatDemande::EnAttente;
    let traite = vue.pouvoirs.contains(&Pouvoir::TraiterDemandes);
    let maintenant = etat.maintenant();
    let a_moi = vue.responsable.as_ref() == Some(moi);
    let responsable = vue
        .responsable
        .as_ref()
        .map_or(String::new(), |id| nom_de(id, gens));
    let raisons = vue.rattachement.raisons.iter();
    let raisons: Vec<String> = raisons.map(|r| mots::raison(t, r)).collect();
    let presents = vue.presents.iter();
    Page {
        t,
        id: vue.id.to_string(),
        version: vue.version,
        preuve: poste.visiteur.preuve().to_owned(),
        cle: Visiteur::cle(),
        ici,
        retour: Voulues::de_requete(&lu.liste).chemin(),
        avant: vers(&voisines.avant),
        apres: vers(&voisines.apres),
        place: if voisines.total > voisines.rang {
            t.examen_place(voisines.rang + 1, voisines.total)
        } else {
            String::new()
        },
        presents: presents
            .map(|p| {
                let minutes = maintenant.duration_since(p.le).as_secs() / 60;
                t.demande_present(&p.nom, minutes.max(0))
            })
            .collect(),
        chez: if a_moi || responsable.is_empty() || !ouverte {
            String::new()
        } else {
            t.demande_chez(&responsable)
        },
        etat: dit.to_owned(),
        classe,
        urgent: vue.urgent && ouverte,
        retard: attend && vue.echeance < maintenant,
        recue: t.demande_recue(quand(t, vue.recue_le)),
        echeance: quand(t, vue.echeance),
        echeance_champ: pour_champ(vue.echeance),
        responsable,
        a_moi,
        traite,
        ouverte,
        rouvrable: vue.etat == EtatDemande::Close,
        fusionnee: vue.fusionnee_dans.as_ref().map(la),
        origine: vue.origine.as_ref().map(la),
        absorbees: vue.absorbees.iter().map(la).collect(),
        fil: vue
            .messages
            .iter()
            .map(|m| parole(t, m, (&base, &vue.nom), nommer))
            .collect(),
        demandeur: vue.demandeur.clone(),
        non_prouve: vue.rattachement.surete != Surete::Authentifiee,
        projet: vue
            .projet
            .as_ref()
            .map_or(String::new(), |p| p.texte.clone()),
        signalements: vue
            .signalements
            .iter()
            .map(|s| mots::signalement(t, s))
            .collect(),
        comprises: vue.classes.iter().map(|c| comprise(t, c)).collect(),
        surete,
        surete_classe,
        raisons: raisons.join(", "),
        personne: vue.personne.as_ref().map(|p| personne(t, p, &catalogue)),
        autres,
        notes: vue
            .notes
            .iter()
            .rev()
            .map(|n| Note {
                le: quand(t, n.le),
                par: nom_de(&n.par, gens),
                texte: n.texte.clone(),
            })
            .collect(),
        classes: classes(t, vue),
        personnes: personnes(vue, gens),
        candidat: vue
            .personne
            .as_ref()
            .map_or(String::new(), |p| p.numero.to_string()),
        dossier: vue
            .rattachement
            .dossier
            .as_ref()
            .map_or(String::new(), ToString::to_string),
        historique: mots::historique(t, vue, nommer),
        base,
    }
}

impl Page {
    /// Whether messages can leave for a request of their own.
    fn separable(&self) -> bool {
        self.ouverte && self.fil.len() > 1
    }
}

fn comprise(t: Textes, c: &domain::demande::Classement) -> Comprise {
    Comprise {
        nom: mots::classe(t, c.code.as_str()),
        confiance: t.demande_confiance(c.confiance),
        mots: if c.raisons.is_empty() {
            String::new()
        } else {
            t.demande_mots(c.raisons.join(", "))
        },
    }
}

fn classes(t: Textes, vue: &DemandeVue) -> Vec<Case> {
    let toutes = Code::TOUS.map(Code::texte).into_iter();
    toutes
        .map(|code| Case {
            choisi: vue.classes.iter().any(|c| c.code.as_str() == code),
            texte: mots::classe(t, code),
            code: code.to_owned(),
        })
        .collect()
}

fn personnes(vue: &DemandeVue, gens: &[Collegue]) -> Vec<Case> {
    let actifs = gens.iter().filter(|c| c.actif);
    actifs
        .map(|c| Case {
            code: c.id.to_string(),
            texte: c.nom.clone(),
            choisi: vue.responsable.as_ref() == Some(&c.id),
        })
        .collect()
}

fn personne(t: Textes, p: &PersonneDemande, catalogue: &Catalogue) -> Personne {
    let (compte, compte_classe) = match (p.valide, p.expire) {
        (true, _) => (t.demande_compte_valide(), "fait"),
        (false, true) => (t.demande_compte_expire(), "refus"),
        (false, false) => (t.demande_compte_attente(), "a-faire"),
    };
    let formation = |code: &FormationCode| libelle(t, catalogue, code);
    let dossiers = p.dossiers.iter().map(|d| {
        let (etat, classe) = etat_dit(t, d.etat, catalogue);
        let manquantes = d.manquantes.iter();
        let noms: Vec<String> = manquantes.map(|c| nom_de_piece(t, catalogue, c)).collect();
        Dossier {
            id: d.id.to_string(),
            formation: formation(&d.formation),
            etat: if d.decide {
                format!("{etat} · {}", t.demande_decide().0)
            } else {
                etat
            },
            classe,
            manque: if noms.is_empty() {
                String::new()
            } else {
                t.demande_manque(noms.join(", "))
            },
            retour: d
                .retour
                .map_or(String::new(), |le| t.demande_jusqu_au(quand(t, le))),
        }
    });
    Personne {
        id: p.id.to_string(),
        nom: format!("{} {}", p.prenom, p.nom),
        numero: p.numero.to_string(),
        mail: p.mail.clone(),
        compte,
        compte_classe,
        rebond: p
            .rebond
            .as_ref()
            .map_or(String::new(), |r| t.demande_rebond(r)),
        dossiers: dossiers.collect(),
        courriers: p
            .courriers
            .iter()
            .map(|e| LigneCourrier::de(t, e))
            .collect(),
    }
}

/// The last words of an exchange, for who wrote at the same time.
pub(super) fn derniers_mots(vue: &DemandeVue) -> Option<(bool, &str)> {
    let dernier = vue.messages.last()?;
    Some((dernier.sens == Sens::Sortant, dernier.texte.as_str()))
}
