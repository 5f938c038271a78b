//! The list of dossiers: found, counted, ordered, chosen for an act.

use actors::protocol::{ActeGestion, Collegue, LigneDossier, PageDossiers, Reponse};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::campagne::Catalogue;
use domain::dossier::Reponse as ReponseCandidat;
use domain::personnel::affaires::{MAX_NOM, Sorte};
use domain::personnel::droits::Pouvoir;

use super::super::cadrage::percent;
use super::super::saisie::Saisie;
use super::super::visiteur::Arret;
use super::actes::{Acte, NATURES, avis_dit};
use super::filtre::{ETATS, Voulus};
use super::{Poste, etat_dit, libelle};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Lien, jour};

/// An entry of a filter.
struct Choix {
    code: String,
    texte: String,
    choisi: bool,
}

/// How many dossiers there are in a state, with the way to them.
struct Compte {
    lien: String,
    texte: String,
    combien: u64,
    ici: bool,
}

struct Ligne {
    id: String,
    lien: String,
    nom: String,
    numero: String,
    formation: String,
    transmis: String,
    etat: String,
    classe: &'static str,
    /// Draft, released avis, answer.
    suite: Vec<(String, &'static str)>,
    assigne: String,
    etiquettes: Vec<String>,
}

#[derive(Template)]
#[template(path = "gestion/liste.html")]
struct Liste {
    t: Textes,
    voulus: Voulus,
    requete: String,
    preuve: String,
    comptes: Vec<Compte>,
    formations: Vec<Choix>,
    avis: Vec<Choix>,
    reponses: Vec<Choix>,
    personnes: Vec<Choix>,
    vues: Vec<Lien>,
    max_nom: usize,
    total: usize,
    colonnes: Vec<Lien>,
    lignes: Vec<Ligne>,
    suivante: String,
    debut: String,
    actes: Vec<(&'static str, String)>,
    creer: bool,
}

fn ligne(
    t: Textes,
    catalogue: &Catalogue,
    gens: &[Collegue],
    l: &LigneDossier,
    requete: &str,
) -> Ligne {
    let (etat, classe) = etat_dit(t, l.etat, catalogue);
    let nomme = |c: &&Collegue| Some(&c.id) == l.assigne.as_ref();
    let mut lien = format!("/gestion/dossiers/{}", l.id);
    if !requete.is_empty() {
        lien = format!("{lien}?liste={}", percent(requete));
    }
    Ligne {
        id: l.id.to_string(),
        lien,
        nom: format!("{} {}", l.nom, l.prenom),
        numero: l.numero.to_string(),
        formation: libelle(t, catalogue, &l.formation),
        transmis: l.transmis_le.map(|le| jour(t, le)).unwrap_or_default(),
        etat,
        classe,
        suite: suite(t, l),
        assigne: gens
            .iter()
            .find(nomme)
            .map_or(String::new(), |c| c.nom.clone()),
        etiquettes: l.etiquettes.iter().cloned().collect(),
    }
}

/// What the jury and the candidate said.
fn suite(t: Textes, l: &LigneDossier) -> Vec<(String, &'static str)> {
    let mut suite = Vec::new();
    if let Some(avis) = &l.avis_saisi {
        suite.push((t.liste_brouillon(avis_dit(t, avis)), "a-faire"));
    }
    if let Some(avis) = &l.avis {
        suite.push((avis_dit(t, avis).to_owned(), ""));
    }
    match l.reponse {
        Some(ReponseCandidat::Confirmee) => suite.push((t.etat_confirme().to_owned(), "fait")),
        Some(ReponseCandidat::Desistee) => suite.push((t.etat_desiste().to_owned(), "ferme")),
        Some(ReponseCandidat::DesisteeAuto) => {
            suite.push((t.etat_desiste_auto().to_owned(), "ferme"));
        }
        None => {}
    }
    suite
}

fn choix(codes: impl IntoIterator<Item = (String, String)>, choisi: &str) -> Vec<Choix> {
    let choix = codes.into_iter().map(|(code, texte)| Choix {
        choisi: code == choisi,
        code,
        texte,
    });
    choix.collect()
}

/// The list.
pub(super) async fn lister(
    State(etat): State<Etat>,
    poste: Poste,
    Query(voulus): Query<Voulus>,
) -> Result<Response, Arret> {
    let filtre = voulus.filtre(&poste.agent.personnel.id);
    let acte = ActeGestion::Dossiers(Box::new(filtre));
    let Reponse::ListeDossiers(page) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let gens = poste.collegues(&etat).await?;
    let corps = montrer(&etat, &poste, voulus, &page, &gens);
    Ok(poste.page(&poste.t().gestion_dossiers(), &corps))
}

fn montrer(
    etat: &Etat,
    poste: &Poste,
    voulus: Voulus,
    page: &PageDossiers,
    gens: &[Collegue],
) -> Liste {
    let (t, catalogue, requete) = (poste.t(), etat.catalogue(), voulus.requete());
    let actifs = gens.iter().filter(|c| c.actif);
    let personnes = [("moi".to_owned(), t.liste_moi().to_owned())]
        .into_iter()
        .chain(actifs.map(|c| (c.id.to_string(), c.nom.clone())));
    let formations = page.comptes.formations.keys();
    let formations = formations.map(|code| (code.to_string(), libelle(t, &catalogue, code)));
    let suivante = page.curseur.as_ref();
    let vues = poste.agent.affaires.vues.iter();
    let lignes = page.dossiers.iter();
    let offerts = Acte::TOUS.into_iter().filter(|a| poste.peut(a.pouvoir()));
    Liste {
        t,
        preuve: poste.visiteur.preuve().to_owned(),
        comptes: comptes(t, &catalogue, &voulus, page),
        formations: choix(formations, &voulus.formation),
        avis: choix(les_avis(t), &voulus.avis),
        reponses: choix(reponses(t), &voulus.reponse),
        personnes: choix(personnes, &voulus.assigne),
        vues: vues
            .map(|(nom, contenu)| Lien {
                ici: *contenu == requete,
                ..Lien::new(format!("/gestion?{contenu}"), nom)
            })
            .collect(),
        max_nom: MAX_NOM,
        total: page.total,
        colonnes: colonnes(t, &voulus),
        lignes: lignes
            .map(|l| ligne(t, &catalogue, gens, l, &requete))
            .collect(),
        suivante: suivante.map_or(String::new(), |curseur| {
            format!("/gestion?{requete}&curseur={}", percent(curseur.as_str()))
        }),
        debut: if voulus.curseur.is_empty() {
            String::new()
        } else {
            format!("/gestion?{requete}")
        },
        actes: offerts.map(|a| (a.code(), a.texte(t).to_owned())).collect(),
        creer: poste.peut(Pouvoir::Conduire),
        requete,
        voulus,
    }
}

fn comptes(t: Textes, catalogue: &Catalogue, voulus: &Voulus, page: &PageDossiers) -> Vec<Compte> {
    let vers = |etat: &str| {
        let autres = Voulus {
            etat: etat.to_owned(),
            ..voulus.clone()
        };
        format!("/gestion?{}", autres.requete())
    };
    let tous = Compte {
        lien: vers(""),
        texte: t.gestion_tous_etats().to_owned(),
        combien: page.comptes.etats.values().sum(),
        ici: voulus.etat.is_empty(),
    };
    let chacun = ETATS.iter().map(|(etat, code)| Compte {
        lien: vers(code),
        texte: etat_dit(t, *etat, catalogue).0,
        combien: page.comptes.etats.get(etat).copied().unwrap_or_default(),
        ici: voulus.etat == *code,
    });
    [tous].into_iter().chain(chacun).collect()
}

fn les_avis(t: Textes) -> Vec<(String, String)> {
    let brouillon = ("brouillon".to_owned(), t.liste_un_brouillon().to_owned());
    let publies = NATURES.map(|code| (code.to_owned(), avis_dit(t, code).to_owned()));
    [brouillon].into_iter().chain(publies).collect()
}

fn reponses(t: Textes) -> Vec<(String, String)> {
    [
        ("attente", t.liste_attend()),
        ("confirmee", t.etat_confirme()),
        ("desistee", t.etat_desiste()),
        ("desistee_auto", t.etat_desiste_auto()),
    ]
    .map(|(code, texte)| (code.to_owned(), texte.to_owned()))
    .to_vec()
}

/// The heads of the columns; each orders the list.
fn colonnes(t: Textes, voulus: &Voulus) -> Vec<Lien> {
    let tete = |tri: &str, texte: &str| {
        let actuel = voulus.tri.trim_start_matches('-');
        let ici = actuel == tri || (actuel.is_empty() && tri == "nom");
        let fleche = match (ici, voulus.tri.starts_with('-')) {
            (false, _) => "",
            (true, false) => " ↑",
            (true, true) => " ↓",
        };
        let lien = format!("/gestion?{}", voulus.trie(tri).requete());
        Lien {
            ici,
            ..Lien::new(lien, &format!("{texte}{fleche}"))
        }
    };
    vec![
        tete("nom", &t.col_candidat()),
        tete("formation", &t.gestion_formation()),
        tete("transmis_le", &t.gestion_transmis_le()),
    ]
}

/// Keeps the search under a name, or forgets one.
pub(super) async fn garder(
    State(etat): State<Etat>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.verifier(&saisie)?;
    // Only what the list understands is kept.
    let contenu = Voulus::de_requete(&saisie.brut("filtre").unwrap_or_default()).requete();
    let vers = format!("/gestion?{contenu}");
    let acte = match saisie.texte("oublier") {
        Some(nom) => ActeGestion::OublierAffaire {
            sorte: Sorte::Vue,
            nom,
        },
        None => ActeGestion::GarderAffaire {
            sorte: Sorte::Vue,
            nom: saisie.brut("nom").unwrap_or_default(),
            contenu,
        },
    };
    poste
        .agir(&etat, &saisie, acte)
        .await
        .map_err(|faute| Arret::vers(crate::edge::problemes::Probleme::Faute(faute), &vers))?;
    Ok(Redirect::to(&vers).into_response())
}
