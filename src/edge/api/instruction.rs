//! Staff acts on dossiers, one by one and in batches (`/api/v1/gestion/dossiers/{id}/…`, `/gestion/lots`).

use std::collections::BTreeSet;

use actors::protocol::{ActeDossier, ActeGestion, LigneLot, Lot, MailPrevu, Reponse};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{delete, post};
use domain::dossier::{Annotation, Commande, Verdict};
use domain::formulaires::AvisForm;
use domain::ids::{DossierId, FormationCode, PersonnelId, PieceCode};
use domain::refus::{CodeRefus, FauteChamp, Refus};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::corps::{Corps, CorpsLibre, Demandeur};
use crate::edge::api::Api;
use crate::edge::problemes::{self, Probleme};
use crate::edge::{Etat, prevus, vues};

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/dossiers", post(creer))
        .route("/gestion/dossiers/{id}/{acte}", post(agir).put(agir))
        .route("/gestion/dossiers/{id}/avis/validation", post(valider))
        .route("/gestion/dossiers/{id}/avis/saisie", delete(retirer))
        .route(
            "/gestion/dossiers/{id}/pieces/{code}/decision",
            post(decider),
        )
        .route("/gestion/lots", post(lot))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    candidat: String,
    formation: String,
    #[serde(default)]
    proposition: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    statut: String,
    #[serde(default)]
    commentaire: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Dates {
    retour: Option<Timestamp>,
    confirmation: Option<Timestamp>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Motive {
    motif: String,
    confirmation: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PieceExigee {
    code: String,
    #[serde(default)]
    commentaire: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Fiche {
    numero_opi: Option<String>,
    regime: Option<String>,
    montant_centimes: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    texte: String,
}

/// All of them, or what changes.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Etiquettes {
    etiquettes: Option<BTreeSet<String>>,
    ajouter: BTreeSet<String>,
    retirer: BTreeSet<String>,
}

impl Etiquettes {
    fn annotation(self) -> Result<Annotation, Refus> {
        let Self {
            etiquettes,
            ajouter,
            retirer,
        } = self;
        match (etiquettes, ajouter.is_empty() && retirer.is_empty()) {
            (Some(etiquettes), true) => Ok(Annotation::Etiquettes { etiquettes }),
            (None, false) => Ok(Annotation::Etiqueter { ajouter, retirer }),
            (None, true) | (Some(_), false) => Err(Refus {
                code: CodeRefus::ChampsInvalides,
                champs: vec![FauteChamp::new(
                    "etiquettes",
                    "invalide",
                    "Donnez toutes les étiquettes, ou celles à ajouter et celles à retirer.",
                    "Give all labels, or those to add and those to remove.",
                )],
            }),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Assignation {
    a: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vide {}

/// One act of a batch: which dossier, and what it alone needs beside what all share.
#[derive(Deserialize)]
#[serde(untagged)]
enum Cible {
    Id(String),
    Avec { dossier: String, parametres: Value },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CorpsLot {
    acte: String,
    dossiers: Vec<Cible>,
    #[serde(default)]
    parametres: Value,
    #[serde(default)]
    essai: bool,
    #[serde(default)]
    tout_ou_rien: bool,
}

fn lire<T: DeserializeOwned>(corps: Value) -> Result<T, Probleme> {
    let corps = if corps.is_null() { json!({}) } else { corps };
    serde_json::from_value(corps).map_err(|erreur| {
        Probleme::http(
            StatusCode::BAD_REQUEST,
            "json_invalide",
            &format!("Le corps n'est pas le JSON attendu : {erreur}"),
            "The body is not the JSON expected.",
        )
    })
}

/// The acts there are, as their addresses name them; a test holds that each has its command.
const ACTES: [&str; 17] = [
    "renvoi",
    "reprise",
    "complet",
    "reouverture",
    "avis",
    "avis/validation",
    "annulation",
    "confirmation",
    "desistement",
    "promotion",
    "retablissement",
    "echeances",
    "pieces",
    "notes",
    "etiquettes",
    "assignation",
    "fiche",
];

/// The command an act's name and body stand for; the same names serve one dossier and batches.
fn commande(acte: &str, corps: Value) -> Result<Commande, Probleme> {
    Ok(match acte {
        "renvoi" => Commande::Renvoyer {
            retour: lire::<Dates>(corps)?.retour,
        },
        "reprise" => lire::<Vide>(corps).map(|_| Commande::Reprendre)?,
        "complet" => lire::<Vide>(corps).map(|_| Commande::DeclarerComplet)?,
        "reouverture" => lire::<Vide>(corps).map(|_| Commande::Rouvrir)?,
        "avis" => Commande::SaisirAvis {
            avis: lire::<AvisForm>(corps)?.lire()?,
        },
        "avis/validation" => lire::<Vide>(corps).map(|_| Commande::PublierAvis)?,
        "annulation" => Commande::AnnulerParGestion {
            motif: lire::<Motive>(corps)?.motif,
        },
        "confirmation" => lire::<Vide>(corps).map(|_| Commande::Confirmer)?,
        "desistement" => lire::<Vide>(corps).map(|_| Commande::SeDesister)?,
        "promotion" => lire::<Vide>(corps).map(|_| Commande::Promouvoir)?,
        "retablissement" => {
            let Motive {
                motif,
                confirmation,
            } = lire(corps)?;
            Commande::Retablir {
                motif,
                confirmation,
            }
        }
        "echeances" => {
            let Dates {
                retour,
                confirmation,
            } = lire(corps)?;
            Commande::FixerEcheances {
                retour,
                confirmation,
            }
        }
        "pieces" => {
            let PieceExigee { code, commentaire } = lire(corps)?;
            Commande::ExigerPiece {
                piece: PieceCode::new(code),
                commentaire,
            }
        }
        "notes" => annoter(lire(corps).map(|Note { texte }| Annotation::Note { texte })?),
        "etiquettes" => annoter(lire::<Etiquettes>(corps)?.annotation()?),
        "assignation" => {
            let Assignation { a } = lire(corps)?;
            let a = a.map(PersonnelId::new);
            annoter(Annotation::Assignation { a })
        }
        "fiche" => {
            let Fiche {
                numero_opi,
                regime,
                montant_centimes,
            } = lire(corps)?;
            annoter(Annotation::Inscription {
                numero_opi,
                regime,
                montant_centimes,
            })
        }
        _ => return Err(CodeRefus::Introuvable.into()),
    })
}

const fn annoter(annotation: Annotation) -> Commande {
    Commande::Annoter { annotation }
}

/// The dossier as staff see it: the draft first, what is released beside it.
fn repondre(etat: &Etat, statut: StatusCode, reponse: Reponse) -> Result<Response, Probleme> {
    let Reponse::Dossier(vue) = reponse else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let catalogue = etat.catalogue();
    let corps = vues::dossier_gestion(&vue, &catalogue, etat.maintenant());
    let etiquette = format!("\"{}\"", vue.version);
    Ok((statut, [(header::ETAG, etiquette)], Json(corps)).into_response())
}

async fn executer(
    etat: &Etat,
    demandeur: &Demandeur,
    id: &str,
    commande: Commande,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::AgirDossier(ActeDossier {
        dossier: DossierId::new(id),
        commande,
        version: demandeur.version,
    });
    repondre(etat, StatusCode::OK, demandeur.gerer(etat, acte).await?)
}

async fn agir(
    State(etat): State<Etat>,
    Path((id, acte)): Path<(String, String)>,
    demandeur: Demandeur,
    CorpsLibre(corps): CorpsLibre,
) -> Result<Response, Probleme> {
    executer(&etat, &demandeur, &id, commande(&acte, corps)?).await
}

async fn valider(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    executer(&etat, &demandeur, &id, Commande::PublierAvis).await
}

async fn retirer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    executer(&etat, &demandeur, &id, Commande::RetirerAvis).await
}

async fn decider(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    demandeur: Demandeur,
    Corps(Decision {
        statut,
        commentaire,
    }): Corps<Decision>,
) -> Result<Response, Probleme> {
    let verdict = match statut.as_str() {
        "validee" => Verdict::Validee,
        "refusee" => Verdict::Refusee {
            commentaire: commentaire.unwrap_or_default(),
        },
        // The dossier says which words it takes.
        _ => Verdict::ADecider,
    };
    let piece = PieceCode::new(code);
    let commande = Commande::DeciderPiece { piece, verdict };
    executer(&etat, &demandeur, &id, commande).await
}

async fn creer(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Creation {
        candidat,
        formation,
        proposition,
    }): Corps<Creation>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::CreerDossier {
        candidat,
        formation: FormationCode::new(formation),
        proposition,
    };
    repondre(
        &etat,
        StatusCode::CREATED,
        demandeur.gerer(&etat, acte).await?,
    )
}

/// What is wrong with a batch before any dossier is looked at (P09: nothing is passed over in silence).
fn fautes_de_lot(corps: &CorpsLot) -> Vec<FauteChamp> {
    let mut fautes = Vec::new();
    if !ACTES.contains(&corps.acte.as_str()) {
        fautes.push(FauteChamp::new(
            "acte",
            "acte_inconnu",
            &format!(
                "« {} » n'est pas un acte. Il y a : {}.",
                corps.acte,
                ACTES.join(", ")
            ),
            &format!(
                "“{}” is no act. There are: {}.",
                corps.acte,
                ACTES.join(", ")
            ),
        ));
    }
    if corps.dossiers.is_empty() {
        fautes.push(FauteChamp::new(
            "dossiers",
            "manquant",
            "Aucun dossier n'est choisi.",
            "No application is chosen.",
        ));
    }
    let mut vus = BTreeSet::new();
    let mut doubles = BTreeSet::new();
    for cible in &corps.dossiers {
        let (Cible::Id(id) | Cible::Avec { dossier: id, .. }) = cible;
        if !vus.insert(id.as_str()) {
            doubles.insert(id.as_str());
        }
    }
    if !doubles.is_empty() {
        let doubles = doubles.into_iter().collect::<Vec<_>>().join(", ");
        fautes.push(FauteChamp::new(
            "dossiers",
            "dossier_en_double",
            &format!("Ces dossiers sont donnés plusieurs fois : {doubles}."),
            &format!("These applications are given several times: {doubles}."),
        ));
    }
    fautes
}

async fn lot(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(corps): Corps<CorpsLot>,
) -> Result<Response, Probleme> {
    let fautes = fautes_de_lot(&corps);
    if !fautes.is_empty() {
        return Err(Refus {
            code: CodeRefus::ChampsInvalides,
            champs: fautes,
        }
        .into());
    }
    let mut actes = Vec::with_capacity(corps.dossiers.len());
    for cible in corps.dossiers {
        let (dossier, parametres) = match cible {
            Cible::Id(id) => (id, corps.parametres.clone()),
            Cible::Avec {
                dossier,
                parametres,
            } => (dossier, parametres),
        };
        actes.push(ActeDossier {
            dossier: DossierId::new(dossier),
            commande: commande(&corps.acte, parametres)?,
            version: None,
        });
    }
    let acte = ActeGestion::Lot(Lot {
        actes,
        essai: corps.essai,
        tout_ou_rien: corps.tout_ou_rien,
    });
    let Reponse::Lot { fait, lignes } = demandeur.gerer(&etat, acte).await? else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    let refus = lignes.iter().filter(|l| l.faute.is_some()).count();
    let rapport: Vec<Value> = lignes.iter().map(|l| ligne(&etat, l)).collect();
    Ok(Json(json!({ "fait": fait, "refus": refus, "dossiers": rapport })).into_response())
}

fn ligne(etat: &Etat, ligne: &LigneLot) -> Value {
    let refus = ligne.faute.as_ref().map(|faute| {
        let (statut, code, fr, en, _) = problemes::dire(faute);
        json!({ "status": statut.as_u16(), "code": code, "title": fr, "title_en": en })
    });
    // Word for word as far as the dry run tells it; the texts are the candidate's, in their language.
    let mail = |m: &MailPrevu| {
        let mut dit = json!({ "code": m.code, "a": m.a });
        if let Some((objet, texte)) = prevus::ecrire(etat, ligne, m) {
            dit["objet"] = json!(objet);
            dit["texte"] = json!(texte);
        }
        dit
    };
    json!({
        "dossier": ligne.dossier,
        "refus": refus,
        "etat": ligne.etat,
        "version": ligne.version,
        "mails": ligne.mails.iter().map(mail).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use actors::protocol::Faute;

    use super::*;

    #[test]
    fn chaque_acte_d_un_lot_a_sa_commande() {
        let connu = |acte: &str| {
            let faute = commande(acte, Value::Null).err();
            let refus = faute.and_then(|probleme| match probleme {
                Probleme::Faute(Faute::Refus(refus)) => Some(refus.code),
                Probleme::Faute(_) | Probleme::Http(..) | Probleme::Fichier(..) => None,
            });
            refus != Some(CodeRefus::Introuvable)
        };
        for acte in ACTES {
            assert!(connu(acte), "{acte}");
        }
        assert!(!connu("danser"));
    }
}
