//! The list of requests: what waits first, counted and filtered (S57, S59).

use actors::protocol::{ActeGestion, Collegue, LigneDemande, PageDemandes, Reponse};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::demande::EtatDemande;
use jiff::Timestamp;

use super::super::super::cadrage::percent;
use super::super::super::visiteur::Arret;
use super::super::Poste;
use super::filtre::{ETATS, MOI, PERSONNE, TOUTES, Voulues};
use super::{Onglets, mots};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{quand, reste};

/// An entry of a filter.
struct Choix {
    code: String,
    texte: String,
    choisi: bool,
}

/// How many requests there are of a kind, with the way to them.
struct Compte {
    lien: String,
    texte: String,
    /// None where nobody counts.
    combien: Option<u64>,
    ici: bool,
}

struct Ligne {
    lien: String,
    objet: String,
    qui: String,
    adresse: String,
    classes: Vec<String>,
    /// Urgent, late, an answer that did not arrive.
    marques: Vec<(String, &'static str)>,
    etat: String,
    classe: &'static str,
    echeance: String,
    responsable: String,
    dernier: String,
    messages: String,
}

#[derive(Template)]
#[template(path = "demandes/liste.html")]
struct Liste {
    t: Textes,
    onglets: Onglets,
    voulues: Voulues,
    comptes: Vec<Compte>,
    raccourcis: Vec<Compte>,
    classes: Vec<Choix>,
    personnes: Vec<Choix>,
    du_candidat: String,
    total: usize,
    lignes: Vec<Ligne>,
    suivante: String,
    debut: String,
}

pub(super) async fn lister(
    State(etat): State<Etat>,
    poste: Poste,
    Query(voulues): Query<Voulues>,
) -> Result<Response, Arret> {
    let filtre = voulues.filtre(&poste.agent.personnel.id);
    let acte = ActeGestion::Demandes(Box::new(filtre));
    let Reponse::ListeDemandes(page) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let gens = poste.collegues(&etat).await?;
    let corps = montrer(&poste, voulues, &page, &gens, etat.maintenant());
    Ok(poste.page(&poste.t().demandes_titre(), &corps))
}

fn montrer(
    poste: &Poste,
    voulues: Voulues,
    page: &PageDemandes,
    gens: &[Collegue],
    maintenant: Timestamp,
) -> Liste {
    let t = poste.t();
    let requete = voulues.requete();
    let lignes = page.demandes.iter();
    let lignes: Vec<Ligne> = lignes
        .map(|l| ligne(t, l, gens, (&requete, maintenant)))
        .collect();
    let suivante = page.curseur.as_ref();
    let premiere = page.demandes.first();
    let du_candidat = premiere.filter(|_| !voulues.candidat.is_empty());
    Liste {
        t,
        onglets: Onglets::de(poste),
        comptes: comptes(t, &voulues, page),
        raccourcis: raccourcis(t, &voulues, page),
        classes: classes(t, &voulues, page),
        personnes: personnes(t, &voulues, gens),
        du_candidat: du_candidat.map_or(String::new(), |l| t.demandes_du_candidat(qui(l))),
        total: page.total,
        lignes,
        suivante: suivante.map_or(String::new(), |curseur| {
            format!(
                "/gestion/demandes?{requete}&curseur={}",
                percent(curseur.as_str())
            )
        }),
        debut: if voulues.curseur.is_empty() {
            String::new()
        } else {
            voulues.chemin()
        },
        voulues,
    }
}

fn qui(l: &LigneDemande) -> &str {
    if l.nom.trim().is_empty() {
        &l.demandeur
    } else {
        &l.nom
    }
}

fn ligne(
    t: Textes,
    l: &LigneDemande,
    gens: &[Collegue],
    (requete, maintenant): (&str, Timestamp),
) -> Ligne {
    let (etat, classe) = mots::etat(t, l.etat);
    let mut lien = format!("/gestion/demandes/{}", l.id);
    if !requete.is_empty() {
        lien = format!("{lien}?liste={}", percent(requete));
    }
    let mut marques = Vec::new();
    if l.urgent {
        marques.push((t.demande_urgente().to_owned(), "refus"));
    }
    if l.en_retard {
        marques.push((t.demande_retard().to_owned(), "refus"));
    }
    if l.echec_envoi {
        marques.push((t.demande_echec().to_owned(), "refus"));
    }
    if l.automatique {
        marques.push((t.demande_auto().to_owned(), ""));
    }
    let vive = !matches!(l.etat, EtatDemande::Close | EtatDemande::Fusionnee);
    let attend = matches!(l.etat, EtatDemande::Nouvelle | EtatDemande::EnCours);
    let nomme = |c: &&Collegue| Some(&c.id) == l.responsable.as_ref();
    Ligne {
        lien,
        objet: l.objet.clone(),
        qui: qui(l).to_owned(),
        adresse: l.demandeur.clone(),
        classes: l
            .classes
            .iter()
            .map(|c| mots::classe(t, c.as_str()))
            .collect(),
        marques,
        etat: etat.to_owned(),
        classe,
        echeance: match (vive && attend, reste(t, l.echeance, maintenant)) {
            (false, _) => String::new(),
            (true, reste) if reste.is_empty() => quand(t, l.echeance),
            (true, reste) => reste,
        },
        responsable: gens
            .iter()
            .find(nomme)
            .map_or(String::new(), |c| c.nom.clone()),
        dernier: quand(t, l.dernier_le),
        messages: t.demandes_messages(l.messages),
    }
}

fn comptes(t: Textes, voulues: &Voulues, page: &PageDemandes) -> Vec<Compte> {
    let vers = |etat: &str| {
        let autres = Voulues {
            etat: etat.to_owned(),
            ..voulues.clone()
        };
        autres.chemin()
    };
    let combien = |etat: &EtatDemande| page.comptes.etats.get(etat).copied().unwrap_or_default();
    let vives = [
        EtatDemande::Nouvelle,
        EtatDemande::EnCours,
        EtatDemande::EnAttente,
    ];
    let a_traiter = Compte {
        lien: vers(""),
        texte: t.demandes_a_traiter().to_owned(),
        combien: Some(vives.iter().map(combien).sum()),
        ici: voulues.etat.is_empty(),
    };
    let chacun = ETATS.iter().map(|(etat, code)| Compte {
        lien: vers(code),
        texte: mots::etat(t, *etat).0.to_owned(),
        combien: Some(combien(etat)),
        ici: voulues.etat == *code,
    });
    let toutes = Compte {
        lien: vers(TOUTES),
        texte: t.demandes_toutes().to_owned(),
        combien: Some(page.comptes.etats.values().sum()),
        ici: voulues.etat == TOUTES,
    };
    [a_traiter]
        .into_iter()
        .chain(chacun)
        .chain([toutes])
        .collect()
}

/// What presses, each on and off.
fn raccourcis(t: Textes, voulues: &Voulues, page: &PageDemandes) -> Vec<Compte> {
    let bascule = |ici: bool| if ici { "" } else { "1" }.to_owned();
    let urgentes = !voulues.urgentes.is_empty();
    let en_retard = !voulues.en_retard.is_empty();
    let libres = voulues.responsable == PERSONNE;
    let miennes = voulues.responsable == MOI;
    let comptes = &page.comptes;
    [
        (
            Voulues {
                urgentes: bascule(urgentes),
                ..voulues.clone()
            },
            t.demandes_urgentes(),
            Some(comptes.urgentes),
            urgentes,
        ),
        (
            Voulues {
                en_retard: bascule(en_retard),
                ..voulues.clone()
            },
            t.demandes_en_retard(),
            Some(comptes.en_retard),
            en_retard,
        ),
        (
            Voulues {
                responsable: if libres { "" } else { PERSONNE }.to_owned(),
                ..voulues.clone()
            },
            t.demandes_libres(),
            Some(comptes.sans_responsable),
            libres,
        ),
        (
            Voulues {
                responsable: if miennes { "" } else { MOI }.to_owned(),
                ..voulues.clone()
            },
            t.demandes_miennes(),
            None,
            miennes,
        ),
    ]
    .into_iter()
    .map(|(vers, texte, combien, ici)| Compte {
        lien: vers.chemin(),
        texte: texte.to_owned(),
        combien,
        ici,
    })
    .collect()
}

fn classes(t: Textes, voulues: &Voulues, page: &PageDemandes) -> Vec<Choix> {
    let comptees = page.comptes.classes.iter();
    comptees
        .map(|(code, n)| Choix {
            code: code.to_string(),
            texte: t.demandes_compte(mots::classe(t, code.as_str()), n),
            choisi: code.as_str() == voulues.classe,
        })
        .collect()
}

fn personnes(t: Textes, voulues: &Voulues, gens: &[Collegue]) -> Vec<Choix> {
    let fixes = [
        (MOI.to_owned(), t.liste_moi().to_owned()),
        (PERSONNE.to_owned(), t.demandes_personne().to_owned()),
    ];
    let actifs = gens.iter().filter(|c| c.actif);
    fixes
        .into_iter()
        .chain(actifs.map(|c| (c.id.to_string(), c.nom.clone())))
        .map(|(code, texte)| Choix {
            choisi: code == voulues.responsable,
            code,
            texte,
        })
        .collect()
}
