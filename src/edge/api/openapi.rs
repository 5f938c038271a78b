//! The OpenAPI 3.1 document (`/api/v1/openapi.json`) and its page (`/api/v1/docs`): one table, hand-kept.
//! A test compares it with the router and the real answers with its schemas.

use std::sync::LazyLock;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::edge::Etat;

use super::operations::{Corps, OPERATIONS, Operation, Qui};
use super::operations_gestion::GESTION;

/// The schemas of bodies, answers and problems, those of staff apart.
const SCHEMAS: [&str; 2] = [
    include_str!("schemas.json"),
    include_str!("schemas_gestion.json"),
];
/// The page's own style comes from the site; nothing else is loaded.
const CSP: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub(super) async fn json() -> Response {
    let type_ = [(header::CONTENT_TYPE, "application/json")];
    (type_, DOCUMENT.as_str()).into_response()
}

/// Every operation, in reading order.
fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().chain(GESTION)
}

fn schemas() -> Map<String, Value> {
    let lus = SCHEMAS.iter().map(|texte| serde_json::from_str(texte));
    lus.filter_map(Result::<Map<String, Value>, _>::ok)
        .flatten()
        .collect()
}

fn schema(nom: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{nom}") })
}

fn document() -> Value {
    let mut chemins = Map::new();
    for operation in operations() {
        let chemin = chemins.entry(operation.chemin).or_insert_with(|| json!({}));
        chemin[operation.methode] = decrire(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Postule",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Candidatures : comptes, dossiers, pièces, décisions.",
            "description": "Les erreurs sont des problèmes RFC 9457, avec un code stable. Chaque commande accepte Idempotency-Key ; \
                chaque ressource porte une version, aussi dans ETag, et If-Match est respecté. Les dates sont RFC 3339.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "/api/v1" }],
        "paths": chemins,
        "components": {
            "schemas": schemas(),
            "securitySchemes": { "jeton": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn decrire(operation: &Operation) -> Value {
    let mut parametres: Vec<Value> = operation
        .chemin
        .split('/')
        .filter_map(|partie| partie.strip_prefix('{')?.strip_suffix('}'))
        .map(|nom| json!({ "name": nom, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    parametres.extend(operation.parametres.iter().map(|(nom, quoi)| {
        json!({ "name": nom, "in": "query", "description": quoi, "schema": { "type": "string" } })
    }));
    if operation.methode != "get" {
        for nom in ["Idempotency-Key", "If-Match"] {
            parametres.push(json!({ "name": nom, "in": "header", "schema": { "type": "string" } }));
        }
    }
    let mut reponses = Map::new();
    let (statut, corps) = &operation.reponse;
    reponses.insert(
        statut.to_string(),
        json!({ "description": "Fait", "content": contenu(corps) }),
    );
    reponses.insert(
        "default".to_owned(),
        json!({
            "description": "Problème (RFC 9457)",
            "content": { "application/problem+json": { "schema": schema("Probleme") } },
        }),
    );
    let mut decrite = json!({
        "summary": operation.resume,
        "operationId": format!("{}{}", operation.methode, operation.chemin.replace(['/', '{', '}', '.'], "_")),
        "parameters": parametres,
        "responses": reponses,
        "security": match operation.qui {
            Qui::Public => json!([]),
            Qui::Candidat | Qui::Personnel => json!([{ "jeton": [] }]),
        },
        "tags": [operation.qui.nom()],
    });
    if let Some(corps) = &operation.corps {
        decrite["requestBody"] = json!({ "required": true, "content": contenu(corps) });
    }
    decrite
}

fn contenu(corps: &Corps) -> Value {
    let binaire = || json!({ "schema": {} });
    match corps {
        Corps::Rien => json!({}),
        Corps::Json(nom) => json!({ "application/json": { "schema": schema(nom) } }),
        Corps::Fichier => {
            json!({ "application/pdf": binaire(), "image/jpeg": binaire(), "image/png": binaire() })
        }
        Corps::Envoi => json!({
            "application/octet-stream": binaire(),
            "multipart/form-data": { "schema": { "type": "object", "properties": { "fichier": {} } } },
        }),
        Corps::Type(type_) => json!({ *type_: binaire() }),
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API de Postule</title><link rel="stylesheet" href="{{ style }}"></head>
<body><main id="contenu"><h1>API de Postule</h1>
<p>Document OpenAPI 3.1 : <a href="/api/v1/openapi.json">openapi.json</a>. Les erreurs sont des problèmes RFC 9457 (<code>application/problem+json</code>) avec un <code>code</code> stable ; chaque commande accepte <code>Idempotency-Key</code>, chaque ressource porte un <code>ETag</code> et respecte <code>If-Match</code>.</p>
{% for (qui, operations) in groupes %}<section><h2>{{ qui }}</h2>
{% for o in operations %}<details class="carte"><summary><code>{{ o.verbe }} /api/v1{{ o.chemin }}</code> {{ o.resume }}</summary>
{% if !o.parametres.is_empty() %}<p>Paramètres :</p><ul>{% for (nom, quoi) in o.parametres %}<li><code>{{ nom }}</code> : {{ quoi }}</li>{% endfor %}</ul>{% endif %}
{% if let Some(corps) = o.corps %}<p>Corps :</p><pre>{{ corps }}</pre>{% endif %}
<p>Réponse {{ o.statut }}{% if let Some(reponse) = o.reponse %} :</p><pre>{{ reponse }}</pre>{% else %}, sans corps JSON.</p>{% endif %}</details>
{% endfor %}</section>{% endfor %}</main></body></html>"#
)]
struct Vue {
    style: String,
    groupes: Vec<(&'static str, Vec<Fiche>)>,
}

struct Fiche {
    verbe: String,
    chemin: &'static str,
    resume: &'static str,
    parametres: Vec<(&'static str, &'static str)>,
    corps: Option<String>,
    statut: u16,
    reponse: Option<String>,
}

pub(super) async fn page(State(etat): State<Etat>) -> Response {
    let schemas = schemas();
    let montrer = |corps: &Corps| match corps {
        Corps::Json(nom) => serde_json::to_string_pretty(schemas.get(*nom)?).ok(),
        Corps::Rien | Corps::Fichier | Corps::Envoi | Corps::Type(_) => None,
    };
    let groupes = [Qui::Public, Qui::Candidat, Qui::Personnel].map(|qui| {
        let siennes = operations().filter(|o| o.qui == qui);
        let fiches = siennes.map(|o| Fiche {
            verbe: o.methode.to_uppercase(),
            chemin: o.chemin,
            resume: o.resume,
            parametres: o.parametres.to_vec(),
            corps: o.corps.as_ref().and_then(montrer),
            statut: o.reponse.0,
            reponse: montrer(&o.reponse.1),
        });
        (qui.nom(), fiches.collect())
    });
    let vue = Vue {
        style: etat.maison.style.clone(),
        groupes: groupes.into(),
    };
    let page = vue.render().unwrap_or_default();
    let mut reponse = Html(page).into_response();
    let csp = HeaderValue::from_static(CSP);
    reponse
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, csp);
    reponse
}
