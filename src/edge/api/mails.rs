//! The texts of mails by API (`/api/v1/gestion/mails`), of the support's answers and of what surrounds every mail: read,
//! changed, tried with samples, put back. Administrators only.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::protocol::{ActeCampagne, ActeGestion, LigneCampagne, Reponse};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use domain::campagne::{Catalogue, Cle, Evenement, Modele};
use domain::ids::TexteMailCode;
use domain::langue::Langue;
use domain::refus::{CodeRefus, FauteChamp, Refus};
use serde_json::{Map, Value, json};

use super::campagne::{changer, tout_refuser};
use super::corps::{Corps, Demandeur};
use crate::campagne::{Genre, Lu};
use crate::edge::Etat;
use crate::edge::api::Api;
use crate::edge::problemes::Probleme;
use crate::mail::{Apercu, Redaction};
use crate::textes::{Textes, titre_modele};

/// The last change of each text.
pub(in crate::edge) type Derniers = BTreeMap<Cle, LigneCampagne>;

/// What a text is made of, in forms and bodies.
const CHAMPS: [&str; 3] = ["objet", "texte", "html"];
/// What answers carry beside it: it may come back with a text, and says nothing then.
const RENDUS: [&str; 10] = [
    "mail",
    "langue",
    "libelle",
    "libelle_en",
    "change",
    "par",
    "nom",
    "le",
    "origine",
    "variables",
];

pub(super) fn routes() -> Api {
    Api::new()
        .route("/gestion/mails", get(lister))
        .route(
            "/gestion/mails/{mail}/{langue}",
            get(lire).put(ecrire).delete(remettre),
        )
        .route("/gestion/mails/{mail}/{langue}/apercu", post(essayer))
}

/// The text and the language of an address.
pub(in crate::edge) fn trouver(mail: &str, langue: &str) -> Result<(Modele, Langue), Probleme> {
    let code = TexteMailCode::new(format!("{mail}.{langue}"));
    code.modele().ok_or_else(|| CodeRefus::Introuvable.into())
}

/// What texts are edited with.
pub(in crate::edge) fn redaction(etat: &Etat) -> Result<Arc<Redaction>, Probleme> {
    let redaction = etat.outils.redaction.clone();
    redaction.ok_or_else(|| Probleme::interne(&"no mail texts here"))
}

/// A text as a form or a body says it; what it leaves out stays as it is.
pub(in crate::edge) fn former(
    etat: &Etat,
    (modele, langue): (Modele, Langue),
    champs: &Map<String, Value>,
) -> Result<Lu, Probleme> {
    let redaction = redaction(etat)?;
    let actuel = redaction.en_vigueur(&etat.catalogue(), (modele, langue));
    let mut corps = json!({ "mail": modele.nom(), "langue": langue.tag() });
    let actuels = [
        Some(actuel.objet.as_str()),
        Some(actuel.texte.as_str()),
        actuel.html.as_deref(),
    ];
    for (champ, actuel) in CHAMPS.into_iter().zip(actuels) {
        corps[champ] = champs.get(champ).cloned().unwrap_or_else(|| json!(actuel));
    }
    let mut lu = Genre::Mails
        .lire(corps, &mut |_| Err(String::new()))
        .map_err(|erreur| illisible(&erreur.to_string()))?;
    if let Evenement::MailRedige(texte) = &mut lu.evenement
        && modele == Modele::Cadre
        && texte.html == redaction.origine(modele, langue).texte.html
    {
        // The page was left as it is: it goes on following the one behind it.
        texte.html = None;
    }
    Ok(lu)
}

fn illisible(raison: &str) -> Probleme {
    Probleme::http(
        StatusCode::BAD_REQUEST,
        "json_invalide",
        &format!("Le corps n'est pas le JSON attendu : {raison}"),
        "The body is not the JSON expected.",
    )
}

/// The body of a change: unknown keys are errors, as everywhere.
fn corps(corps: Value) -> Result<Map<String, Value>, Probleme> {
    let Value::Object(mut champs) = corps else {
        return Err(illisible("un objet est attendu"));
    };
    champs.remove("version");
    champs.retain(|nom, _| !RENDUS.contains(&nom.as_str()));
    match champs.keys().find(|nom| !CHAMPS.contains(&nom.as_str())) {
        Some(inconnu) => Err(illisible(&format!("champ inconnu « {inconnu} »"))),
        None => Ok(champs),
    }
}

/// The last change of each text; whoever may not change texts is refused.
async fn derniers(etat: &Etat, demandeur: &Demandeur) -> Result<Derniers, Probleme> {
    let acte = ActeGestion::Campagne(ActeCampagne::Textes);
    ranger(etat, demandeur.gerer(etat, acte).await?).await
}

/// By what they are of; the copy of the campaign is brought up to date.
pub(in crate::edge) async fn ranger(etat: &Etat, reponse: Reponse) -> Result<Derniers, Probleme> {
    let Reponse::HistoriqueCampagne { lignes, .. } = reponse else {
        return Err(Probleme::interne(&"unexpected answer"));
    };
    etat.vitrine.rafraichir().await?;
    Ok(lignes.into_iter().map(|l| (l.cle.clone(), l)).collect())
}

/// One line of the list.
fn ligne(
    catalogue: &Catalogue,
    redaction: &Redaction,
    derniers: &Derniers,
    (mail, langue): (Modele, Langue),
) -> Value {
    let cle = Cle::Mail(TexteMailCode::de(mail, langue));
    let derniere = derniers.get(&cle);
    json!({
        "mail": mail.nom(),
        "langue": langue.tag(),
        "libelle": titre_modele(Textes(Langue::Fr), mail).0,
        "libelle_en": titre_modele(Textes(Langue::En), mail).0,
        "objet": redaction.en_vigueur(catalogue, (mail, langue)).objet,
        "change": catalogue.texte_mail(mail, langue).is_some(),
        "par": derniere.and_then(|l| l.par.as_ref()),
        "nom": derniere.and_then(|l| l.nom.as_ref()),
        "le": derniere.map(|l| l.le),
        "version": catalogue.version_de(&cle),
    })
}

async fn lister(State(etat): State<Etat>, demandeur: Demandeur) -> Result<Response, Probleme> {
    let derniers = derniers(&etat, &demandeur).await?;
    let (catalogue, redaction) = (etat.catalogue(), redaction(&etat)?);
    let textes = TexteMailCode::tous().filter_map(|code| code.modele());
    let lignes: Vec<Value> = textes
        .map(|lequel| ligne(&catalogue, &redaction, &derniers, lequel))
        .collect();
    let corps = json!({ "mails": lignes, "curseur": null, "version": catalogue.version });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(corps)).into_response())
}

/// One text, with all its editor needs.
async fn montrer(
    etat: &Etat,
    demandeur: &Demandeur,
    (mail, langue): (Modele, Langue),
) -> Result<Response, Probleme> {
    let derniers = derniers(etat, demandeur).await?;
    let (catalogue, redaction) = (etat.catalogue(), redaction(etat)?);
    let mut corps = ligne(&catalogue, &redaction, &derniers, (mail, langue));
    let texte = redaction.en_vigueur(&catalogue, (mail, langue));
    corps["texte"] = json!(texte.texte);
    corps["html"] = json!(texte.html);
    let origine = redaction.origine(mail, langue);
    corps["origine"] = json!({
        "source": if origine.exploitant { "exploitant" } else { "integre" },
        "objet": origine.texte.objet,
        "texte": origine.texte.texte,
        "html": origine.texte.html,
    });
    let variables = redaction.variables(mail, langue);
    let variable = |v: &crate::mail::Variable| {
        let (sens, sens_en) = v.sens;
        json!({ "nom": v.nom, "sens": sens, "sens_en": sens_en, "exemple": v.exemple })
    };
    corps["variables"] = variables.iter().map(variable).collect();
    let entetes = [
        (header::ETAG, format!("\"{}\"", corps["version"])),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((entetes, Json(corps)).into_response())
}

async fn lire(
    State(etat): State<Etat>,
    Path((mail, langue)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    montrer(&etat, &demandeur, trouver(&mail, &langue)?).await
}

/// A text to be, without a fault of its own, once its asker may change texts at all.
async fn recevoir(
    etat: &Etat,
    demandeur: &Demandeur,
    lequel: (Modele, Langue),
    champs: Value,
) -> Result<Vec<Evenement>, Probleme> {
    derniers(etat, demandeur).await?;
    let lu = former(etat, lequel, &corps(champs)?)?;
    tout_refuser(etat, demandeur, lu).await
}

async fn ecrire(
    State(etat): State<Etat>,
    Path((mail, langue)): Path<(String, String)>,
    demandeur: Demandeur,
    Corps(champs): Corps<Value>,
) -> Result<Response, Probleme> {
    let lequel = trouver(&mail, &langue)?;
    let changements = recevoir(&etat, &demandeur, lequel, champs).await?;
    changer(&etat, &demandeur, changements, false).await?;
    montrer(&etat, &demandeur, lequel).await
}

async fn remettre(
    State(etat): State<Etat>,
    Path((mail, langue)): Path<(String, String)>,
    demandeur: Demandeur,
) -> Result<StatusCode, Probleme> {
    let (mail, langue) = trouver(&mail, &langue)?;
    derniers(&etat, &demandeur).await?;
    let cle = Cle::Mail(TexteMailCode::de(mail, langue));
    let change = etat.catalogue().definition(&cle);
    change.ok_or(CodeRefus::Introuvable)?;
    changer(&etat, &demandeur, vec![Evenement::Retiree(cle)], false).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn essayer(
    State(etat): State<Etat>,
    Path((mail, langue)): Path<(String, String)>,
    demandeur: Demandeur,
    Corps(champs): Corps<Value>,
) -> Result<Response, Probleme> {
    let lequel = trouver(&mail, &langue)?;
    let mut essai = recevoir(&etat, &demandeur, lequel, champs).await?;
    // The rules of the campaign have their say: what can be seen can be kept.
    let retenus = essai.clone();
    changer(&etat, &demandeur, retenus, true).await?;
    let Some(Evenement::MailRedige(texte)) = essai.pop() else {
        return Err(Probleme::interne(&"no text of a mail"));
    };
    let catalogue = etat.catalogue();
    let cadre = catalogue.texte_mail(Modele::Cadre, lequel.1);
    let apercus = redaction(&etat)?.apercus(&texte, cadre).map_err(fautes)?;
    let apercu = |a: &Apercu| json!({ "cas": a.cas.code(), "objet": a.objet, "texte": a.texte, "html": a.html });
    let corps = json!({ "apercus": apercus.iter().map(apercu).collect::<Vec<_>>() });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(corps)).into_response())
}

pub(in crate::edge) fn fautes(champs: Vec<FauteChamp>) -> Probleme {
    let code = CodeRefus::ChampsInvalides;
    Refus { code, champs }.into()
}
