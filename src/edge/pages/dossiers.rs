//! The candidate's table, a dossier, its transmission (G24–G31).

use actors::protocol::{
    Acte, DossierVue, Etat as EtatDossier, Faute, PieceVue, Reponse, StatutPiece, Trace,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use domain::campagne::{Catalogue, EtatTransmis, Formation};
use domain::dossier::{Commande, Depot, Nature, Reponse as ReponseCandidat};
use domain::ids::{DossierId, FormationCode};
use jiff::Timestamp;

use super::decision::{PageDeDecision, question};
use super::pieces::PageDePiece;
use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::Etat;
use crate::edge::api::dossiers as api;
use crate::textes::Textes;
use crate::views::{Formulaire, quand, reste};

/// A state in words, and how it looks.
pub(super) struct Marque {
    pub(super) texte: &'static str,
    pub(super) classe: &'static str,
}

/// The answer, else the released decision, else the state.
fn marque(t: Textes, vue: &DossierVue, catalogue: &Catalogue) -> Marque {
    let transmis = catalogue.campagne.as_ref().map(|c| c.etat_transmis);
    let etat = match (vue.etat, transmis.unwrap_or_default()) {
        (EtatDossier::EnAttente, _) if vue.echu => (t.etat_en_attente(), "ferme"),
        (EtatDossier::EnAttente, _) => (t.etat_en_attente(), "a-faire"),
        (EtatDossier::Transmis, EtatTransmis::Receptionne) => (t.etat_receptionne(), "fait"),
        (EtatDossier::Transmis, EtatTransmis::Transmis) => (t.etat_transmis(), "fait"),
        (EtatDossier::Incomplet, _) => (t.etat_incomplet(), "refus"),
        (EtatDossier::Complet, _) => (t.etat_complet(), "fait"),
        (EtatDossier::Annule, _) => (t.etat_annule(), "ferme"),
    };
    let nature = vue.decision.as_ref().map(|d| &d.avis.nature);
    let (texte, classe) = match (vue.reponse, nature) {
        _ if vue.etat == EtatDossier::Annule => etat,
        (Some(ReponseCandidat::Confirmee), _) => (t.etat_confirme(), "fait"),
        (Some(ReponseCandidat::Desistee), _) => (t.etat_desiste(), "ferme"),
        (Some(ReponseCandidat::DesisteeAuto), _) => (t.etat_desiste_auto(), "ferme"),
        (None, Some(Nature::Favorable)) => (t.etat_favorable(), "fait"),
        (None, Some(Nature::Defavorable { .. })) => (t.etat_defavorable(), "refus"),
        (None, Some(Nature::ListeComplementaire { .. })) => (t.etat_liste_comp(), "a-faire"),
        (None, Some(Nature::ListeAttente)) => (t.etat_liste_attente(), "a-faire"),
        (None, Some(Nature::Preselection { .. })) => (t.etat_preselection(), "a-faire"),
        (None, None) => etat,
    };
    Marque {
        texte: texte.0,
        classe,
    }
}

/// Whether the candidate fills it in now, for the first time or after a send-back.
fn en_main(vue: &DossierVue) -> bool {
    matches!(vue.etat, EtatDossier::EnAttente | EtatDossier::Incomplet) && !vue.echu
}

pub(super) fn libelle(t: Textes, catalogue: &Catalogue, code: &FormationCode) -> String {
    let formation = catalogue.formations.get(code);
    formation.map_or_else(
        || code.to_string(),
        |f| f.libelle.dans(t.langue()).to_owned(),
    )
}

/// Until when, or since when.
fn date(t: Textes, vue: &DossierVue) -> String {
    let retour = vue.echeances.retour.map(|le| quand(t, le));
    match (vue.etat, retour, vue.transmis_le) {
        (EtatDossier::EnAttente | EtatDossier::Incomplet, Some(le), _) if vue.echu => {
            t.non_transmis(le)
        }
        (EtatDossier::EnAttente | EtatDossier::Incomplet, Some(le), _) => t.a_transmettre_avant(le),
        (EtatDossier::Transmis | EtatDossier::Complet, _, Some(le)) => t.transmis_le(quand(t, le)),
        _ => String::new(),
    }
}

/// What is not in, or was refused.
fn manquantes(vue: &DossierVue) -> usize {
    let absente = |p: &&PieceVue| {
        matches!(
            p.statut,
            StatutPiece::Attendue | StatutPiece::Refusee | StatutPiece::EnAnalyse
        )
    };
    vue.pieces.iter().filter(absente).count()
}

struct Ligne {
    id: String,
    libelle: String,
    date: String,
    faire: String,
    pret: bool,
    etat: Marque,
}

#[derive(Template)]
#[template(path = "dossiers/table.html")]
struct Table {
    t: Textes,
    compte: String,
    dossiers: Vec<Ligne>,
}

fn ligne(t: Textes, vue: &DossierVue, catalogue: &Catalogue) -> Ligne {
    let a_confirmer = vue.decision.as_ref().is_some_and(|d| d.a_confirmer);
    let suit = vue.reponse.is_none() && vue.decision.is_none();
    let faire = match (en_main(vue), manquantes(vue), vue.etat) {
        (true, 0, _) => t.faire_transmettre().to_owned(),
        (true, n, _) => t.faire_deposer(n),
        (false, ..) if a_confirmer => t.faire_confirmer().to_owned(),
        (false, _, EtatDossier::Transmis | EtatDossier::Complet) if suit => {
            t.faire_rien().to_owned()
        }
        (false, ..) => String::new(),
    };
    Ligne {
        id: vue.id.to_string(),
        libelle: libelle(t, catalogue, &vue.formation),
        date: date(t, vue),
        faire,
        pret: vue.transmissible || a_confirmer,
        etat: marque(t, vue, catalogue),
    }
}

pub(super) async fn lister(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let Reponse::Dossiers { dossiers } = visiteur.lire(&etat, Acte::Dossiers).await? else {
        return Err(Arret::inattendu());
    };
    let moi = visiteur.moi(&etat).await?;
    let (catalogue, t) = (etat.catalogue(), visiteur.t);
    let max = catalogue.campagne.as_ref().map(|c| c.max_dossiers);
    let corps = Table {
        t,
        compte: t.dossiers_limite(moi.dossiers_vivants.len(), max.unwrap_or_default()),
        dossiers: dossiers
            .iter()
            .map(|vue| ligne(t, vue, &catalogue))
            .collect(),
    };
    Ok(visiteur.page_de(&moi, &t.dossiers_titre(), &corps))
}

struct Avis {
    classe: &'static str,
    titre: &'static str,
    texte: String,
}

#[derive(Template)]
#[template(path = "dossiers/dossier.html")]
struct PageDossier {
    t: Textes,
    id: String,
    etat: Marque,
    date: String,
    reste: String,
    messages: Vec<Avis>,
    ouvert: bool,
    transmissible: bool,
    transmis: bool,
    decision: Option<PageDeDecision>,
    annulable: bool,
    manquantes: usize,
    pieces: Vec<PageDePiece>,
    echeances: Vec<(&'static str, String)>,
    historique: Vec<(String, String)>,
}

pub(super) async fn trouver(
    etat: &Etat,
    visiteur: &Visiteur,
    id: &str,
) -> Result<Box<DossierVue>, Arret> {
    let id = DossierId::new(id);
    let Reponse::Dossier(vue) = visiteur.lire(etat, Acte::Dossier { id }).await? else {
        return Err(Arret::inattendu());
    };
    Ok(vue)
}

fn echeances(
    t: Textes,
    vue: &DossierVue,
    formation: Option<&Formation>,
) -> Vec<(&'static str, String)> {
    let dates: [(&'static str, Option<Timestamp>); 4] = [
        (t.date_retour().0, vue.echeances.retour),
        (t.date_jury().0, formation.and_then(|f| f.jury)),
        (
            t.date_publication().0,
            formation.and_then(|f| f.publication),
        ),
        (t.date_confirmation().0, vue.echeances.confirmation),
    ];
    let connues = dates.into_iter().filter_map(|(nom, le)| Some((nom, le?)));
    connues.map(|(nom, le)| (nom, quand(t, le))).collect()
}

/// What happened, in words.
pub(super) fn trace(t: Textes, trace: &Trace, catalogue: &Catalogue) -> String {
    let piece = trace.piece.as_ref().map(|code| {
        let def = catalogue.pieces.get(code);
        def.map_or(code.as_str(), |d| d.libelle.dans(t.langue()))
    });
    let piece = piece.unwrap_or_default();
    match trace.evenement.as_str() {
        "dossier_cree" => t.h_dossier_cree().to_owned(),
        "piece_deposee" => t.h_piece_deposee(piece),
        "piece_retiree" => t.h_piece_retiree(piece),
        "non_concerne_declare" => t.h_non_concerne_declare(piece),
        "non_concerne_retire" => t.h_non_concerne_retire(piece),
        "dossier_transmis" => t.h_dossier_transmis().to_owned(),
        "dossier_annule" => t.h_dossier_annule().to_owned(),
        "rappel_envoye" => t.h_rappel_envoye().to_owned(),
        "piece_infectee" => t.h_piece_infectee(piece),
        "piece_exigee" => t.h_piece_exigee(piece),
        "dossier_renvoye" => t.h_dossier_renvoye().to_owned(),
        "renvoi_repris" => t.h_renvoi_repris().to_owned(),
        "dossier_complet" => t.h_dossier_complet().to_owned(),
        "avis_publie" => t.h_avis_publie().to_owned(),
        "offre_confirmee" => t.h_offre_confirmee().to_owned(),
        "desistement" => t.h_desistement().to_owned(),
        "desistement_auto" => t.h_desistement_auto().to_owned(),
        "promotion" => t.h_promotion().to_owned(),
        "offre_retablie" => t.h_offre_retablie().to_owned(),
        "relance_confirmation" => t.h_relance_confirmation().to_owned(),
        "echeances_fixees" => t.h_echeances_fixees().to_owned(),
        // An event a later version tells of.
        _ => t.h_autre().to_owned(),
    }
}

fn messages(t: Textes, vue: &DossierVue) -> Vec<Avis> {
    let avis = |classe, titre, texte: &str| Avis {
        classe,
        titre,
        texte: texte.to_owned(),
    };
    let mut messages = Vec::new();
    if vue.etat == EtatDossier::Incomplet {
        messages.push(avis("attention", t.incomplet_titre().0, &t.incomplet()));
    }
    if vue.transmissible {
        messages.push(avis("message", t.complet_titre().0, &t.complet()));
    } else if vue.etat == EtatDossier::Transmis && vue.decision.is_none() {
        messages.push(avis("message", "", &t.transmis_message()));
    }
    if let Some(motif) = &vue.motif_annulation {
        messages.push(avis("attention", t.annule_par_gestion().0, motif));
    }
    messages
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let (catalogue, t) = (etat.catalogue(), visiteur.t);
    let formation = catalogue.formations.get(&vue.formation);
    let ouvert = en_main(&vue);
    let pieces = vue.pieces.iter();
    let fin = vue.echeances.retour.filter(|_| ouvert);
    let corps = PageDossier {
        t,
        etat: marque(t, &vue, &catalogue),
        date: date(t, &vue),
        reste: fin
            .map(|fin| reste(t, fin, etat.maintenant()))
            .unwrap_or_default(),
        messages: messages(t, &vue),
        ouvert,
        transmissible: vue.transmissible,
        transmis: vue.remise.is_some(),
        decision: PageDeDecision::de(t, &vue, &catalogue, etat.maintenant()),
        annulable: vue.etat == EtatDossier::EnAttente,
        manquantes: manquantes(&vue),
        pieces: pieces
            .map(|p| PageDePiece::new(&visiteur, &id, p, catalogue.pieces.get(&p.code)))
            .collect(),
        echeances: echeances(t, &vue, formation),
        historique: vue
            .historique
            .iter()
            .map(|fait| (quand(t, fait.le), trace(t, fait, &catalogue)))
            .collect(),
        id,
    };
    Ok(visiteur.page(&libelle(t, &catalogue, &vue.formation), &corps))
}

/// Does it, then shows the dossier; a refusal is a page with the way back.
pub(super) async fn faire(
    etat: &Etat,
    visiteur: &Visiteur,
    (id, saisie): (&str, &Saisie),
    commande: Commande,
    ancre: &str,
) -> Result<Response, Arret> {
    let retour = format!("/dossiers/{id}");
    let acte = Acte::AgirDossier {
        id: DossierId::new(id),
        commande,
        version: None,
    };
    match visiteur.agir(etat, saisie, acte).await {
        Ok(_) => Ok(Redirect::to(&format!("{retour}{ancre}")).into_response()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => Err(Arret::vers(faute, &retour)),
    }
}

#[derive(Template)]
#[template(path = "dossiers/transmettre.html")]
struct QuestionTransmettre {
    t: Textes,
    pieces: Vec<(String, String)>,
    form: Formulaire,
}

/// P02: what will be handed in is shown, and the act is a second, deliberate one.
pub(super) async fn question_transmettre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let retour = format!("/dossiers/{id}");
    if !vue.transmissible {
        return Ok(Redirect::to(&retour).into_response());
    }
    let (catalogue, t) = (etat.catalogue(), visiteur.t);
    let piece = |p: &PieceVue| {
        let def = catalogue.pieces.get(&p.code);
        let libelle = def.map_or(p.code.as_str(), |d| d.libelle.dans(t.langue()));
        let quoi = match &p.depot {
            Some(Depot::Deposee { fichier }) => fichier.nom.clone(),
            Some(Depot::NonConcerne { .. }) => t.piece_non_concerne().to_owned(),
            None => t.piece_attendue().to_owned(),
        };
        (libelle.to_owned(), quoi)
    };
    let form = visiteur.formulaire(&visiteur.chemin, &t.oui_transmettre(), vec![]);
    let corps = QuestionTransmettre {
        t,
        pieces: vue.pieces.iter().map(piece).collect(),
        form: form.retour(&retour, &t.non_dossier()),
    };
    Ok(visiteur.page(&t.transmettre_titre(), &corps))
}

pub(super) async fn transmettre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    faire(&etat, &visiteur, (&id, &saisie), Commande::Transmettre, "").await
}

pub(super) async fn question_annuler(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let mots = (t.annuler_titre(), t.annuler_effet(), t.oui_annuler());
    question(&etat, &visiteur, &id, mots).await
}

pub(super) async fn annuler(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    faire(&etat, &visiteur, (&id, &saisie), Commande::Annuler, "").await
}

pub(super) async fn accuse(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let moi = visiteur.moi(&etat).await?;
    let signe = api::signer(&etat, &vue, *moi)?;
    let nom = format!("attachment; filename=\"accuse-{}.json\"", vue.id);
    Ok(([(header::CONTENT_DISPOSITION, nom)], axum::Json(signe)).into_response())
}

pub(super) async fn accuse_pdf(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let moi = visiteur.moi(&etat).await?;
    let signe = api::signer(&etat, &vue, *moi)?;
    Ok(api::imprimer(&etat, &signe)?)
}
