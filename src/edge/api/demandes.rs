//! Requests to the support: a candidate's own, and those staff treat (`/api/v1/gestion/demandes`).

use actors::protocol::{
    Acte, ActeDemande, ActeGestion, ActeSupport, DemandeVue, FiltreDemandes, GesteDemande,
    MaDemande, Reponse,
};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post, put};
use domain::demande::EtatDemande;
use domain::formulaires::{DemandeForm, GesteForm, TexteForm};
use domain::ids::{CandidatId, ClasseCode, DemandeId, DossierId, FormationCode, PersonnelId};
use domain::refus::CodeRefus;
use serde::Deserialize;
use serde_json::json;

use super::corps::{Corps, Demandeur};
use super::pieces::disposition;
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::problemes::Probleme;
use crate::mail::entrant;

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/demandes", get(lister))
        .route("/gestion/demandes/{id}", get(lire))
        .route("/gestion/demandes/{id}/reponse", post(repondre))
        .route("/gestion/demandes/{id}/notes", post(noter))
        .route("/gestion/demandes/{id}/responsable", put(attribuer))
        .route("/gestion/demandes/{id}/echeance", put(fixer))
        .route("/gestion/demandes/{id}/cloture", post(clore))
        .route("/gestion/demandes/{id}/reouverture", post(rouvrir))
        .route("/gestion/demandes/{id}/fusion", post(fusionner))
        .route("/gestion/demandes/{id}/scission", post(scinder))
        .route("/gestion/demandes/{id}/rattachement", put(rattacher))
        .route("/gestion/demandes/{id}/classes", put(reclasser))
        .route(
            "/gestion/demandes/{id}/messages/{message}/original",
            get(original),
        )
        .route(
            "/gestion/demandes/{id}/messages/{message}/pieces/{rang}",
            get(piece),
        )
        .route("/gestion/support", get(support).put(regler))
        .route("/gestion/support/quarantaine", get(quarantaine))
        .route("/gestion/support/quarantaine/{sha256}", get(ecarte))
        .route("/gestion/support/quarantaine/{sha256}/rejeu", post(rejouer))
        .route("/gestion/courrier", get(courrier))
}

fn inattendu() -> Probleme {
    Probleme::interne(&"unexpected answer")
}

/// Personal data is kept nowhere on the way.
fn discret(statut: StatusCode, version: u64, corps: serde_json::Value) -> Response {
    let entetes = [
        (header::ETAG, format!("\"{version}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (statut, entetes, Json(corps)).into_response()
}

fn la_vue(statut: StatusCode, vue: &MaDemande) -> Response {
    discret(statut, vue.version, json!(vue))
}

pub(super) async fn les_miennes(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let reponse = demandeur.agir(&etat, Acte::Demandes).await?;
    let Reponse::MesDemandes { demandes } = reponse else {
        return Err(inattendu());
    };
    Ok(Json(json!({ "demandes": demandes, "curseur": null })).into_response())
}

pub(super) async fn la_mienne(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = DemandeId::new(id);
    let reponse = demandeur.agir(&etat, Acte::Demande { id }).await?;
    let Reponse::MaDemande(vue) = reponse else {
        return Err(inattendu());
    };
    Ok(la_vue(StatusCode::OK, &vue))
}

async fn ecrire(etat: &Etat, demandeur: &Demandeur, acte: Acte) -> Result<Response, Probleme> {
    let Reponse::MaDemande(vue) = demandeur.agir(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(la_vue(StatusCode::CREATED, &vue))
}

pub(super) async fn demander(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<DemandeForm>,
) -> Result<Response, Probleme> {
    let (objet, texte, dossier) = form.lire()?;
    let acte = Acte::EcrireDemande {
        demande: None,
        objet,
        texte,
        dossier,
    };
    ecrire(&etat, &demandeur, acte).await
}

pub(super) async fn ajouter(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<TexteForm>,
) -> Result<Response, Probleme> {
    let acte = Acte::EcrireDemande {
        demande: Some(DemandeId::new(id)),
        objet: String::new(),
        texte: form.lire()?,
        dossier: None,
    };
    ecrire(&etat, &demandeur, acte).await
}

/// What the address of the list may say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Voulues {
    etat: Option<EtatDemande>,
    toutes: bool,
    classe: Option<String>,
    responsable: Option<String>,
    sans_responsable: bool,
    urgentes: bool,
    en_retard: bool,
    candidat: Option<String>,
    dossier: Option<String>,
    formation: Option<String>,
    q: Option<String>,
    curseur: Option<String>,
    limite: Option<usize>,
}

async fn lister(
    State(etat): State<Etat>,
    Query(v): Query<Voulues>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let filtre = FiltreDemandes {
        etat: v.etat,
        toutes: v.toutes,
        classe: v.classe.map(ClasseCode::new),
        responsable: v.responsable.map(PersonnelId::new),
        sans_responsable: v.sans_responsable,
        urgentes: v.urgentes,
        en_retard: v.en_retard,
        candidat: v.candidat.map(CandidatId::new),
        dossier: v.dossier.map(DossierId::new),
        formation: v.formation.map(FormationCode::new),
        q: v.q,
        curseur: v.curseur.map(DemandeId::new),
        limite: v.limite,
    };
    let acte = ActeGestion::Demandes(Box::new(filtre));
    let Reponse::ListeDemandes(page) = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    let entetes = [(header::CACHE_CONTROL, "no-store")];
    Ok((entetes, Json(json!(page))).into_response())
}

async fn demande(
    etat: &Etat,
    demandeur: &Demandeur,
    id: String,
    original: Option<String>,
) -> Result<Box<DemandeVue>, Probleme> {
    let acte = ActeGestion::Demande {
        id: DemandeId::new(id),
        original,
    };
    let Reponse::Demande(vue) = demandeur.gerer(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(vue)
}

async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let vue = demande(&etat, &demandeur, id, None).await?;
    Ok(discret(StatusCode::OK, vue.version, json!(vue)))
}

async fn agir(
    etat: &Etat,
    demandeur: &Demandeur,
    id: String,
    geste: GesteDemande,
) -> Result<Response, Probleme> {
    let acte = ActeDemande {
        id: DemandeId::new(id),
        version: demandeur.version,
        geste,
    };
    let acte = ActeGestion::AgirDemande(Box::new(acte));
    let Reponse::Demande(vue) = demandeur.gerer(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(discret(StatusCode::OK, vue.version, json!(vue)))
}

async fn repondre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<TexteForm>,
) -> Result<Response, Probleme> {
    let geste = GesteDemande::Repondre {
        texte: form.lire()?,
        clore: form.clore,
    };
    agir(&etat, &demandeur, id, geste).await
}

async fn noter(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<TexteForm>,
) -> Result<Response, Probleme> {
    let texte = form.lire()?;
    agir(&etat, &demandeur, id, GesteDemande::Noter { texte }).await
}

async fn attribuer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<GesteForm>,
) -> Result<Response, Probleme> {
    let a = form.attribution();
    agir(&etat, &demandeur, id, GesteDemande::Attribuer { a }).await
}

async fn fixer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<GesteForm>,
) -> Result<Response, Probleme> {
    let le = form.echeance()?;
    agir(&etat, &demandeur, id, GesteDemande::FixerEcheance { le }).await
}

async fn clore(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    agir(&etat, &demandeur, id, GesteDemande::Clore).await
}

async fn rouvrir(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    agir(&etat, &demandeur, id, GesteDemande::Rouvrir).await
}

async fn fusionner(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<GesteForm>,
) -> Result<Response, Probleme> {
    let dans = form.fusion()?;
    agir(&etat, &demandeur, id, GesteDemande::Fusionner { dans }).await
}

async fn scinder(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<GesteForm>,
) -> Result<Response, Probleme> {
    let messages = form.scission()?;
    agir(&etat, &demandeur, id, GesteDemande::Scinder { messages }).await
}

async fn rattacher(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<GesteForm>,
) -> Result<Response, Probleme> {
    let (candidat, dossier) = form.rattachement();
    let geste = GesteDemande::Rattacher { candidat, dossier };
    agir(&etat, &demandeur, id, geste).await
}

async fn reclasser(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<GesteForm>,
) -> Result<Response, Probleme> {
    let classes = form.classement()?;
    agir(&etat, &demandeur, id, GesteDemande::Reclasser { classes }).await
}

/// The bytes of a message as they came in, once the antivirus, where there is one, has nothing against them (S46).
pub(in crate::edge) async fn brut(
    etat: &Etat,
    vue: &DemandeVue,
    message: &str,
) -> Result<Vec<u8>, Probleme> {
    let trouve = vue.messages.iter().find(|m| m.id == message);
    let sha256 = trouve.and_then(|m| m.sha256.as_deref());
    octets(etat, sha256.ok_or(CodeRefus::Introuvable)?).await
}

/// A mail by its hash; who asks was allowed to have it.
pub(in crate::edge) async fn octets(etat: &Etat, sha256: &str) -> Result<Vec<u8>, Probleme> {
    if let Some(antivirus) = &etat.outils.antivirus {
        match antivirus.juger(sha256).await {
            Ok(true) => {}
            Ok(false) => {
                return Err(Probleme::http(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "fichier_infecte",
                    "L'antivirus a trouvé un virus dans ce mail : il reste fermé.",
                    "The antivirus found a virus in this mail: it stays closed.",
                ));
            }
            Err(raison) => {
                tracing::warn!(raison, sha256, "a mail waits for the antivirus");
                return Err(Probleme::http(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "analyse_en_cours",
                    "L'antivirus n'a pas encore répondu pour ce mail. Réessayez dans un instant.",
                    "The antivirus has not answered for this mail yet. Try again in a moment.",
                ));
            }
        }
    }
    let chemin = etat.blobs.read(sha256).await;
    // Purged by rule (S09).
    let mut fichier = chemin.map_err(|_absent| {
        Probleme::http(
            StatusCode::GONE,
            "original_efface",
            "Le mail d'origine a été effacé : le temps où il est gardé est passé. Ce qu'il disait est dans la demande.",
            "The original mail was deleted: the time it is kept for is over. What it said is in the request.",
        )
    })?;
    let mut octets = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut fichier, &mut octets)
        .await
        .map_err(|e| Probleme::interne(&e))?;
    Ok(octets)
}

/// Never shown in the page: taken, under its name, as what it is (S49).
pub(in crate::edge) fn joindre(nom: &str, genre: &str, octets: Vec<u8>) -> Response {
    let mut reponse = octets.into_response();
    let genre = HeaderValue::from_str(genre)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    let entetes = reponse.headers_mut();
    entetes.insert(header::CONTENT_TYPE, genre);
    entetes.insert(header::CONTENT_DISPOSITION, disposition(nom));
    for (nom, valeur) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        entetes.insert(nom, HeaderValue::from_static(valeur));
    }
    reponse
}

async fn original(
    State(etat): State<Etat>,
    Path((id, message)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let vue = demande(&etat, &demandeur, id, Some(message.clone())).await?;
    let octets = brut(&etat, &vue, &message).await?;
    Ok(joindre("original.eml", "message/rfc822", octets))
}

/// An attachment of a message.
pub(in crate::edge) async fn rendre_piece(
    etat: &Etat,
    vue: &DemandeVue,
    message: &str,
    rang: usize,
) -> Result<Response, Probleme> {
    let octets = brut(etat, vue, message).await?;
    let lue = tokio::task::spawn_blocking(move || entrant::piece(&octets, rang));
    let lue = lue.await.map_err(|e| Probleme::interne(&e))?;
    let (piece, contenu) = lue.ok_or(CodeRefus::Introuvable)?;
    Ok(joindre(&piece.nom, &piece.genre, contenu))
}

async fn piece(
    State(etat): State<Etat>,
    Path((id, message, rang)): Path<(String, String, usize)>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let vue = demande(&etat, &demandeur, id, Some(message.clone())).await?;
    rendre_piece(&etat, &vue, &message, rang).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reglage {
    automatique: bool,
}

async fn demander_support(
    etat: &Etat,
    demandeur: &Demandeur,
    acte: ActeSupport,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Support(acte);
    let Reponse::Support(lu) = demandeur.gerer(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(Json(json!(lu)).into_response())
}

async fn support(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    demander_support(&etat, &demandeur, ActeSupport::Etat).await
}

/// S63.
async fn regler(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Reglage { automatique }): Corps<Reglage>,
) -> Result<Response, Probleme> {
    let acte = ActeSupport::Automatique { actif: automatique };
    demander_support(&etat, &demandeur, acte).await
}

async fn rejouer(
    State(etat): State<Etat>,
    Path(sha256): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    demander_support(&etat, &demandeur, ActeSupport::Rejouer { sha256 }).await
}

async fn quarantaine(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let acte = ActeGestion::Support(ActeSupport::Quarantaine);
    let Reponse::Quarantaine { mails } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(Json(json!({ "mails": mails })).into_response())
}

/// The bytes of a mail that could not be understood; the look is in the trail.
async fn ecarte(
    State(etat): State<Etat>,
    Path(sha256): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Support(ActeSupport::Voir { sha256 });
    let Reponse::Quarantaine { mails } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    let mail = mails.first().ok_or(CodeRefus::Introuvable)?;
    let octets = octets(&etat, &mail.sha256).await?;
    Ok(joindre("original.eml", "message/rfc822", octets))
}

/// Which mails are counted.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Comptes {
    jours: Option<u16>,
    domaine: Option<String>,
}

async fn courrier(
    State(etat): State<Etat>,
    Query(Comptes { jours, domaine }): Query<Comptes>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Delivrabilite { jours, domaine };
    let Reponse::Delivrabilite(lu) = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    let entetes = [(header::CACHE_CONTROL, "no-store")];
    Ok((entetes, Json(json!(lu))).into_response())
}
