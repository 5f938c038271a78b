//! An act on one dossier or many: what it needs to be told, what would happen and which mails would leave, and
//! what became of each (P09). Nothing is done before the preview was seen.

use std::collections::{BTreeMap, BTreeSet};

use actors::protocol::{
    ActeDossier, ActeGestion, Faute, LigneLot, Lot, MAX_LOT, Reponse, Requete, StatutPiece,
};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::{DossierId, FormationCode};
use domain::refus::CodeRefus;

use super::super::cadrage::dire;
use super::super::compte::{TexteEtFormulaire, refuser};
use super::super::saisie::Saisie;
use super::super::visiteur::{Arret, Visiteur};
use super::actes::Acte;
use super::dossier::nom_de_piece;
use super::filtre::Voulus;
use super::perime;
use super::{Poste, chemin_de_retour, etat_dit, libelle};
use crate::edge::problemes::Probleme;
use crate::edge::{Etat, prevus};
use crate::textes::Textes;
use crate::views::{Formulaire, Lien, Message};

/// Rows asked for at once while a whole search is gathered.
const PAGE: usize = 200;

struct Rang {
    nom: String,
    lien: String,
    formation: String,
    etat: String,
    classe: &'static str,
    refus: String,
    mails: Vec<Mail>,
}

/// A mail that would leave, word for word where the dry run tells it.
struct Mail {
    dit: String,
    contenu: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "gestion/lot.html")]
struct PageDeLot {
    t: Textes,
    /// Whether it is done, and not only looked at.
    fait: bool,
    resume: String,
    alertes: Vec<String>,
    /// Which mails leave, and how many of each.
    mails: Vec<(String, usize)>,
    /// What the mail of a send-back asks for, piece by piece.
    demandees: Vec<(String, String)>,
    rangs: Vec<Rang>,
    /// What a confirmation sends again.
    caches: Vec<(&'static str, String)>,
    possibles: usize,
    refus: usize,
    retour: String,
    acte: String,
}

/// What a form asks: the act, on which dossiers, and where it came from.
struct Demande {
    acte: Acte,
    dossiers: Vec<DossierId>,
    /// The version of the only dossier, as it was read.
    version: Option<u64>,
    retour: String,
}

pub(super) async fn agir(
    State(etat): State<Etat>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.verifier(&saisie)?;
    let demande = lire(&etat, &poste, &saisie).await?;
    if demande.dossiers.is_empty() {
        return Ok(sans_choix(&poste, &demande.retour));
    }
    let etape = saisie.texte("etape").unwrap_or_default();
    let a_remplir = !demande.acte.parametres().is_empty();
    if etape.is_empty() && a_remplir {
        let form = formulaire(&etat, &poste, &demande).await?;
        return Ok(page_de_champs(&poste, &demande, form));
    }
    let fait = etape == "faire";
    let lot = match lot(&demande, &saisie, fait) {
        Ok(lot) => lot,
        Err(refus) => {
            let form = formulaire(&etat, &poste, &demande).await?;
            let form = refuser(poste.t(), form.remplir(&saisie.0), &refus.into());
            return Ok(page_de_champs(&poste, &demande, form));
        }
    };
    let acte = ActeGestion::Lot(lot);
    let session = poste.visiteur.session()?.to_owned();
    let id = saisie.commande().filter(|_| fait);
    let requete = Requete::Gestion { session, acte };
    let Reponse::Lot { fait, lignes } = etat.guichet.traiter(id, requete).await? else {
        return Err(Arret::inattendu());
    };
    if let [ligne] = lignes.as_slice() {
        match &ligne.faute {
            Some(Faute::VersionPerimee { .. }) => {
                return perime::page(&etat, &poste, &ligne.dossier, &saisie).await;
            }
            // What the form holds is wrong, not the dossier: back to the fields.
            Some(Faute::Refus(refus)) if !refus.champs.is_empty() && a_remplir => {
                let form = formulaire(&etat, &poste, &demande).await?;
                let faute = Faute::Refus(refus.clone());
                let form = refuser(poste.t(), form.remplir(&saisie.0), &faute);
                return Ok(page_de_champs(&poste, &demande, form));
            }
            None if fait => return Ok(Redirect::to(&demande.retour).into_response()),
            Some(_) | None => {}
        }
    }
    montrer(&etat, &poste, &saisie, &demande, fait, &lignes).await
}

async fn lire(etat: &Etat, poste: &Poste, saisie: &Saisie) -> Result<Demande, Arret> {
    let mut vus = BTreeSet::new();
    let choisis = saisie.tous("dossier").into_iter().map(DossierId::new);
    let mut dossiers: Vec<DossierId> = choisis.filter(|id| vus.insert(id.clone())).collect();
    // The preview names every dossier: a confirmation acts on what was shown, not on a search run again.
    if saisie.texte("tous").is_some() {
        dossiers = toute_la_recherche(etat, poste, saisie).await?;
    }
    if dossiers.len() > MAX_LOT {
        return Err(CodeRefus::TropDEntrees.into());
    }
    let seul = dossiers.len() == 1;
    let version = saisie.texte("version").and_then(|v| v.parse().ok());
    Ok(Demande {
        acte: Acte::lire(saisie)?,
        version: version.filter(|_| seul),
        dossiers,
        retour: chemin_de_retour(saisie),
    })
}

/// Every dossier of the search, in its order.
async fn toute_la_recherche(
    etat: &Etat,
    poste: &Poste,
    saisie: &Saisie,
) -> Result<Vec<DossierId>, Arret> {
    let voulus = Voulus::de_requete(&saisie.texte("filtre").unwrap_or_default());
    let mut filtre = voulus.filtre(&poste.agent.personnel.id);
    filtre.limite = Some(PAGE);
    let mut trouves = Vec::new();
    loop {
        let acte = ActeGestion::Dossiers(Box::new(filtre.clone()));
        let Reponse::ListeDossiers(page) = poste.lire(etat, acte).await? else {
            return Err(Arret::inattendu());
        };
        trouves.extend(page.dossiers.into_iter().map(|l| l.id));
        filtre.curseur = page.curseur;
        if filtre.curseur.is_none() || trouves.len() > MAX_LOT {
            return Ok(trouves);
        }
    }
}

fn lot(demande: &Demande, saisie: &Saisie, fait: bool) -> Result<Lot, domain::refus::Refus> {
    let mut actes = Vec::with_capacity(demande.dossiers.len());
    for (place, dossier) in demande.dossiers.iter().enumerate() {
        actes.push(ActeDossier {
            dossier: dossier.clone(),
            commande: demande.acte.commande(saisie, place)?,
            version: demande.version,
        });
    }
    Ok(Lot {
        actes,
        essai: !fait,
        tout_ou_rien: saisie.texte("mode").as_deref() != Some("possible"),
    })
}

fn sans_choix(poste: &Poste, retour: &str) -> Response {
    let t = poste.t();
    let corps = Message {
        texte: t.lot_sans_choix().to_owned(),
        suites: vec![Lien::new(retour, &t.gestion_retour())],
    };
    poste.page(&t.pas_possible(), &corps)
}

/// Hidden fields that say the same again.
fn caches(demande: &Demande) -> Vec<(&'static str, String)> {
    let mut caches = vec![
        ("acte", demande.acte.code().to_owned()),
        ("retour_a", demande.retour.clone()),
    ];
    if let Some(version) = demande.version {
        caches.push(("version", version.to_string()));
    }
    caches.extend(
        demande
            .dossiers
            .iter()
            .map(|id| ("dossier", id.to_string())),
    );
    caches
}

async fn formulaire(etat: &Etat, poste: &Poste, demande: &Demande) -> Result<Formulaire, Arret> {
    let t = poste.t();
    let collegues = if demande.acte == Acte::Assignation {
        poste.collegues(etat).await?
    } else {
        Vec::new()
    };
    let plusieurs = demande.dossiers.len() > 1;
    let champs = demande
        .acte
        .champs(t, &etat.catalogue(), &collegues, plusieurs);
    let mut form = poste
        .visiteur
        .formulaire("/gestion/lots", &t.lot_voir(), champs)
        .cache("etape", "essai")
        .retour(&demande.retour, &t.annuler());
    for (nom, valeur) in caches(demande) {
        form = form.cache(nom, valeur);
    }
    Ok(form)
}

fn page_de_champs(poste: &Poste, demande: &Demande, form: Formulaire) -> Response {
    let t = poste.t();
    let corps = TexteEtFormulaire {
        textes: vec![t.lot_sur(demande.dossiers.len())],
        form,
        suites: vec![],
    };
    poste.page(&demande.acte.texte(t), &corps)
}

async fn montrer(
    etat: &Etat,
    poste: &Poste,
    saisie: &Saisie,
    demande: &Demande,
    fait: bool,
    lignes: &[LigneLot],
) -> Result<Response, Arret> {
    let t = poste.t();
    let refus = lignes.iter().filter(|l| l.faute.is_some()).count();
    let possibles = lignes.len() - refus;
    let arrete = saisie.texte("etape").as_deref() == Some("faire") && !fait;
    let mut alertes = Vec::new();
    if arrete {
        alertes.push(t.lot_rien_fait().to_owned());
    }
    if demande.acte == Acte::Validation && !fait {
        alertes.extend(au_dela(etat, poste, lignes).await?);
    }
    let mut caches = caches(demande);
    for nom in demande.acte.parametres() {
        caches.extend(saisie.tous(nom).into_iter().map(|v| (*nom, v)));
    }
    caches.push(("preuve", poste.visiteur.preuve().to_owned()));
    caches.push(("cle", Visiteur::cle()));
    let corps = PageDeLot {
        t,
        fait,
        resume: if fait {
            t.lot_fait(possibles, refus)
        } else {
            t.lot_prevu(possibles, refus)
        },
        alertes,
        mails: compter(t, lignes),
        demandees: if fait {
            Vec::new()
        } else {
            demandees(etat, poste, demande).await?
        },
        rangs: lignes.iter().map(|l| rang(etat, t, l)).collect(),
        caches,
        possibles,
        refus,
        retour: demande.retour.clone(),
        acte: demande.acte.texte(t).to_owned(),
    };
    Ok(poste.page(&demande.acte.texte(t), &corps))
}

/// T09: the pieces the mail of one send-back names, with what was written about each.
async fn demandees(
    etat: &Etat,
    poste: &Poste,
    demande: &Demande,
) -> Result<Vec<(String, String)>, Arret> {
    let (Acte::Renvoi, [id]) = (demande.acte, demande.dossiers.as_slice()) else {
        return Ok(Vec::new());
    };
    let acte = ActeGestion::Dossier { id: id.clone() };
    let Reponse::DossierGestion(vue) = poste.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let nommees = vue.dossier.pieces.iter();
    let nommees = nommees
        .filter(|p| p.statut == StatutPiece::Refusee || (p.complementaire && p.depot.is_none()));
    Ok(nommees
        .map(|p| {
            let nom = nom_de_piece(t, &catalogue, &p.code);
            (nom, p.commentaire.clone().unwrap_or_default())
        })
        .collect())
}

/// P23: in which formations the offers of this release go beyond the capacity.
async fn au_dela(etat: &Etat, poste: &Poste, lignes: &[LigneLot]) -> Result<Vec<String>, Arret> {
    let mut offres: BTreeMap<FormationCode, usize> = BTreeMap::new();
    let faites = lignes.iter().filter(|l| l.faute.is_none());
    for ligne in faites.filter_map(|l| l.ligne.as_ref()) {
        if ligne.avis_saisi.as_deref() == Some("favorable") {
            *offres.entry(ligne.formation.clone()).or_default() += 1;
        }
    }
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let mut alertes = Vec::new();
    for (formation, nouvelles) in offres {
        let places = poste.places(etat, formation.clone()).await?;
        let prises = places.offres + places.confirmes;
        if let Some(capacite) = places.capacite
            && prises + nouvelles > usize::try_from(capacite).unwrap_or(usize::MAX)
        {
            let nom = libelle(t, &catalogue, &formation);
            alertes.push(t.lot_au_dela(nom, capacite, prises, nouvelles));
        }
    }
    Ok(alertes)
}

fn compter(t: Textes, lignes: &[LigneLot]) -> Vec<(String, usize)> {
    let mut comptes: BTreeMap<String, usize> = BTreeMap::new();
    for mail in lignes.iter().flat_map(|l| &l.mails) {
        *comptes.entry(super::mails::dit(t, mail.code)).or_default() += 1;
    }
    comptes.into_iter().collect()
}

fn rang(etat: &Etat, t: Textes, ligne: &LigneLot) -> Rang {
    let catalogue = etat.catalogue();
    let refus = ligne.faute.as_ref().map(|faute| {
        let (_, texte, champs, _) = dire(t, &Probleme::Faute(faute.clone()));
        let champs = champs.iter().map(|c| c.texte(t.langue()));
        [texte.as_str()]
            .into_iter()
            .chain(champs)
            .collect::<Vec<_>>()
            .join(" ")
    });
    let vue = ligne.ligne.as_deref();
    let dans = vue.map(|l| ligne.etat.unwrap_or(l.etat));
    let (dit, classe) = dans.map_or((String::new(), ""), |e| etat_dit(t, e, &catalogue));
    let mails = ligne.mails.iter();
    Rang {
        nom: vue.map_or(ligne.dossier.to_string(), |l| {
            format!("{} {}", l.nom, l.prenom)
        }),
        lien: vue.map_or(String::new(), |l| format!("/gestion/dossiers/{}", l.id)),
        formation: vue.map_or(String::new(), |l| libelle(t, &catalogue, &l.formation)),
        etat: dit,
        classe,
        refus: refus.unwrap_or_default(),
        mails: mails
            .map(|m| Mail {
                dit: format!("{} → {}", super::mails::dit(t, m.code), m.a),
                contenu: prevus::ecrire(etat, ligne, m),
            })
            .collect(),
    }
}
