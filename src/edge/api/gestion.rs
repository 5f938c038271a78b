//! Staff: who they are, their second factor, the staff itself, dossiers, the trail (`/api/v1/gestion`).

use actors::protocol::{
    ActeGestion, ActePersonnel, Etat as EtatDossier, FiltreDossiers, NouveauPersonnel,
    PageDossiers, PersonnelVue, Reponse, Requete, SujetAudit, TriDossiers,
};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use domain::formulaires::{ChangementMotDePasse, NouveauMotDePasse, PersonnelForm};
use domain::ids::{CentreCode, CommissionCode, DossierId, FormationCode, PersonnelId, PieceCode};
use domain::refus::{CodeRefus, FauteChamp, Refus};
use serde::Deserialize;
use serde_json::{Value, json};

use super::corps::{Corps, Demandeur};
use crate::edge::problemes::Probleme;
use crate::edge::{Etat, vues};

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/personnel/invitation", post(accepter))
        .route("/gestion/moi", get(moi))
        .route("/gestion/session", post(prouver))
        .route("/gestion/second-facteur", post(commencer).put(confirmer))
        .route("/gestion/second-facteur/recours", post(recours))
        .route("/gestion/mot-de-passe", axum::routing::put(mot_de_passe))
        .route("/gestion/personnel", get(lister).post(inviter))
        .route(
            "/gestion/personnel/{id}",
            get(lire).put(modifier).delete(desactiver),
        )
        .route("/gestion/personnel/{id}/invitation", post(reinviter))
        .route(
            "/gestion/personnel/{id}/second-facteur",
            axum::routing::delete(retirer_second),
        )
        .route("/gestion/dossiers", get(dossiers))
        .route("/gestion/dossiers/{id}", get(dossier))
        .route("/gestion/dossiers/{id}/pieces/{code}", get(piece))
        .route("/gestion/statistiques", get(statistiques))
        .route("/gestion/audit", get(audit))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PremierCode {
    nonce: String,
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequeteAudit {
    dossier: Option<String>,
    personnel: Option<String>,
    curseur: Option<String>,
}

fn inattendu() -> Probleme {
    Probleme::interne(&"unexpected answer")
}

/// Secrets and personal data are kept nowhere on the way.
fn discret(corps: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(corps)).into_response()
}

async fn accepter(
    State(etat): State<Etat>,
    Corps(form): Corps<NouveauMotDePasse>,
) -> Result<StatusCode, Probleme> {
    let (jeton, mot_de_passe) = form.lire()?;
    let requete = Requete::AccepterInvitation {
        jeton,
        mot_de_passe,
    };
    etat.guichet.traiter(None, requete).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn moi(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let Reponse::Agent(agent) = demandeur.gerer(&etat, ActeGestion::Moi).await? else {
        return Err(inattendu());
    };
    Ok(discret(json!(agent)))
}

/// The second step of a log-in by two calls.
async fn prouver(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Code { code }): Corps<Code>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::ProuverSecond { code };
    session(demandeur.gerer(&etat, acte).await?)
}

fn session(reponse: Reponse) -> Result<Response, Probleme> {
    let Reponse::SessionPersonnel {
        jeton,
        expire_le,
        roles,
        etape,
    } = reponse
    else {
        return Err(inattendu());
    };
    Ok(discret(
        json!({ "jeton": jeton, "expire_le": expire_le, "roles": roles, "etape": etape }),
    ))
}

async fn commencer(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let Reponse::Second(second) = demandeur.gerer(&etat, ActeGestion::CommencerSecond).await?
    else {
        return Err(inattendu());
    };
    Ok(discret(json!(second)))
}

fn codes(reponse: Reponse) -> Result<Response, Probleme> {
    let Reponse::Recours { codes } = reponse else {
        return Err(inattendu());
    };
    Ok(discret(json!({ "codes_de_secours": codes })))
}

async fn confirmer(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(PremierCode { nonce, code }): Corps<PremierCode>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::ConfirmerSecond { nonce, code };
    codes(demandeur.gerer(&etat, acte).await?)
}

async fn recours(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Code { code }): Corps<Code>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::RenouvelerRecours { code };
    codes(demandeur.gerer(&etat, acte).await?)
}

async fn mot_de_passe(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<ChangementMotDePasse>,
) -> Result<Response, Probleme> {
    let (actuel, nouveau) = form.lire()?;
    let acte = ActeGestion::ChangerMotDePasse { actuel, nouveau };
    session(demandeur.gerer(&etat, acte).await?)
}

async fn lister(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let acte = ActeGestion::Personnel(ActePersonnel::Lister);
    let Reponse::Personnels { personnels } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(discret(json!({ "personnel": personnels, "curseur": null })))
}

/// One member of staff, with its version as `ETag`.
fn personne(statut: StatusCode, vue: &PersonnelVue) -> Response {
    let etiquette = format!("\"{}\"", vue.version);
    (statut, [(header::ETAG, etiquette)], Json(json!(vue))).into_response()
}

async fn agir(
    etat: &Etat,
    demandeur: &Demandeur,
    statut: StatusCode,
    acte: ActePersonnel,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Personnel(acte);
    let Reponse::Personnel { personnel, .. } = demandeur.gerer(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(personne(statut, &personnel))
}

async fn inviter(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(form): Corps<PersonnelForm>,
) -> Result<Response, Probleme> {
    let lu = form.lire(&etat.catalogue())?;
    let acte = ActePersonnel::Inviter(NouveauPersonnel {
        mail: lu.mail,
        nom: lu.nom,
        prenom: lu.prenom,
        droits: lu.droits,
        langue: domain::langue::Langue::Fr,
    });
    agir(&etat, &demandeur, StatusCode::CREATED, acte).await
}

async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    agir(
        &etat,
        &demandeur,
        StatusCode::OK,
        ActePersonnel::Lire { id },
    )
    .await
}

async fn modifier(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
    Corps(form): Corps<PersonnelForm>,
) -> Result<Response, Probleme> {
    let lu = form.lire_changement(&etat.catalogue())?;
    let acte = ActePersonnel::Modifier {
        id: PersonnelId::new(id),
        nom: lu.nom,
        prenom: lu.prenom,
        droits: lu.droits,
    };
    agir(&etat, &demandeur, StatusCode::OK, acte).await
}

async fn desactiver(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    agir(
        &etat,
        &demandeur,
        StatusCode::OK,
        ActePersonnel::Desactiver { id },
    )
    .await
}

async fn reinviter(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    agir(
        &etat,
        &demandeur,
        StatusCode::OK,
        ActePersonnel::Reinviter { id },
    )
    .await
}

async fn retirer_second(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let id = PersonnelId::new(id);
    let acte = ActePersonnel::RetirerSecond { id };
    agir(&etat, &demandeur, StatusCode::OK, acte).await
}

async fn dossier(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Dossier {
        id: DossierId::new(id),
    };
    let Reponse::DossierGestion(vue) = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    let mut corps = vues::dossier_gestion(&vue.dossier, &etat.catalogue(), etat.maintenant());
    if let Value::Object(champs) = &mut corps {
        champs.insert("candidat".to_owned(), vues::moi(&vue.candidat));
        champs.insert("gestion".to_owned(), json!(vue.dossier.gestion));
        champs.insert("pouvoirs".to_owned(), json!(vue.pouvoirs));
    }
    let entetes = [
        (header::ETAG, format!("\"{}\"", vue.dossier.version)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((entetes, Json(corps)).into_response())
}

/// What the address of the list may say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Voulus {
    formation: Option<String>,
    centre: Option<String>,
    commission: Option<String>,
    etat: Option<EtatDossier>,
    avis: Option<String>,
    reponse: Option<domain::dossier::Reponse>,
    q: Option<String>,
    tri: Option<String>,
    curseur: Option<String>,
    limite: Option<usize>,
}

impl Voulus {
    fn filtre(self) -> Result<FiltreDossiers, Probleme> {
        let tri = self.tri.unwrap_or_default();
        let (inverse, tri) = match tri.strip_prefix('-') {
            Some(tri) => (true, tri.to_owned()),
            None => (false, tri),
        };
        let tri = match tri.as_str() {
            "" | "nom" => TriDossiers::Nom,
            "numero" => TriDossiers::Numero,
            "formation" => TriDossiers::Formation,
            "cree_le" => TriDossiers::CreeLe,
            "transmis_le" => TriDossiers::TransmisLe,
            _ => {
                let faute = FauteChamp::new(
                    "tri",
                    "inconnu",
                    "nom, numero, formation, cree_le ou transmis_le, précédé de « - » pour l'ordre inverse.",
                    "nom, numero, formation, cree_le or transmis_le, with “-” before it for the reverse order.",
                );
                return Err(Refus {
                    code: CodeRefus::ChampsInvalides,
                    champs: vec![faute],
                }
                .into());
            }
        };
        Ok(FiltreDossiers {
            formation: self.formation.map(FormationCode::new),
            centre: self.centre.map(CentreCode::new),
            commission: self.commission.map(CommissionCode::new),
            etat: self.etat,
            avis: self.avis,
            reponse: self.reponse,
            q: self.q,
            tri,
            inverse,
            curseur: self.curseur,
            limite: self.limite,
        })
    }
}

async fn chercher(
    etat: &Etat,
    demandeur: &Demandeur,
    voulus: Voulus,
) -> Result<PageDossiers, Probleme> {
    let acte = ActeGestion::Dossiers(Box::new(voulus.filtre()?));
    let Reponse::ListeDossiers(page) = demandeur.gerer(etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(*page)
}

async fn dossiers(
    State(etat): State<Etat>,
    Query(voulus): Query<Voulus>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let page = chercher(&etat, &demandeur, voulus).await?;
    Ok(discret(json!({
        "dossiers": page.dossiers,
        "curseur": page.curseur,
        "total": page.total,
        "comptes": page.comptes.etats,
    })))
}

/// The figures of what the asker may see.
async fn statistiques(
    State(etat): State<Etat>,
    Query(voulus): Query<Voulus>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let limite = Some(1);
    let page = chercher(&etat, &demandeur, Voulus { limite, ..voulus }).await?;
    Ok(discret(json!(page.comptes)))
}

async fn piece(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(voulu): Query<super::pieces::Voulu>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Piece {
        id: DossierId::new(id),
        piece: PieceCode::new(code.clone()),
    };
    let Reponse::Dossier(vue) = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    super::pieces::rendre(&etat, &vue, &code, &voulu).await
}

async fn audit(
    State(etat): State<Etat>,
    Query(voulu): Query<RequeteAudit>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let sujet = match (voulu.dossier, voulu.personnel) {
        (Some(id), None) => SujetAudit::Dossier(DossierId::new(id)),
        (None, Some(id)) => SujetAudit::Personnel(PersonnelId::new(id)),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Refus {
                code: CodeRefus::ChampsInvalides,
                champs: vec![FauteChamp::new(
                    "dossier",
                    "un_seul_sujet",
                    "Donnez soit « dossier », soit « personnel ».",
                    "Give either “dossier” or “personnel”.",
                )],
            }
            .into());
        }
    };
    let acte = ActeGestion::Audit {
        sujet,
        curseur: voulu.curseur,
    };
    let Reponse::Audit { lignes, curseur } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(discret(json!({ "lignes": lignes, "curseur": curseur })))
}
