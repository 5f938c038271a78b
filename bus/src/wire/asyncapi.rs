//! The AsyncAPI document: every subject other systems may use, with the JSON Schema of its payload.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::evenements::{EvenementCandidat, EvenementDossier};
use super::scolarite::{Accuse, Admission, AnnulationAdmission, Cursus, Rejet};
use crate::Subject;

/// Who sends on a subject.
enum Sens {
    /// The scolarité, to us.
    Recu,
    /// We, to whom it concerns.
    Envoye,
}

/// The document, generated from the types.
pub fn asyncapi() -> Value {
    let settings = SchemaSettings::draft07().with(|s| {
        s.definitions_path = "/components/schemas".into();
        s.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut document = Document::default();
    document.sujet::<Cursus>(&mut schemas, "cursusPush", Subject::cursus_push(), &Sens::Recu,
        "Un enregistrement de cursus. Avec un sujet de réponse, la réponse est un « Accuse » ; sans, il passe par le flux SCOLARITE.");
    document.sujet::<Rejet>(
        &mut schemas,
        "cursusRejet",
        Subject::cursus_rejet(),
        &Sens::Envoye,
        "Un enregistrement refusé, tel que reçu, avec chaque raison.",
    );
    document.sujet::<Admission>(
        &mut schemas,
        "admission",
        Subject::admission(),
        &Sens::Envoye,
        "Une admission confirmée, au moins une fois ; l'en-tête Nats-Msg-Id porte l'id.",
    );
    document.sujet::<AnnulationAdmission>(
        &mut schemas,
        "admissionAnnulation",
        Subject::admission_annulation(),
        &Sens::Envoye,
        "Une admission confirmée à laquelle la personne a renoncé ensuite.",
    );
    document.sujet::<EvenementDossier>(
        &mut schemas,
        "evenementDossier",
        Subject::event("dossier", "{evenement}"),
        &Sens::Envoye,
        "Ce qui est arrivé à un dossier, sans donnée personnelle.",
    );
    document.sujet::<EvenementCandidat>(
        &mut schemas,
        "evenementCandidat",
        Subject::event("candidat", "{evenement}"),
        &Sens::Envoye,
        "Ce qui est arrivé à un compte, sans donnée personnelle.",
    );
    schemas.subschema_for::<Accuse>();
    let definitions = schemas.take_definitions(true);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Postule sur NATS",
            "version": "1",
            "description": "Les sujets publics de Postule. Aucun nom, aucune adresse, aucun INE dans un sujet. Un champ \
                inconnu se néglige ; un champ nouveau ne change pas la version.",
        },
        "defaultContentType": "application/json",
        "channels": document.canaux,
        "operations": document.operations,
        "components": { "messages": document.messages, "schemas": definitions },
    })
}

#[derive(Default)]
struct Document {
    canaux: Map<String, Value>,
    operations: Map<String, Value>,
    messages: Map<String, Value>,
}

impl Document {
    fn sujet<T: JsonSchema>(
        &mut self,
        schemas: &mut SchemaGenerator,
        nom: &str,
        sujet: Subject,
        sens: &Sens,
        texte: &str,
    ) {
        let charge = schemas.subschema_for::<T>();
        self.messages.insert(
            nom.to_owned(),
            json!({ "summary": texte, "payload": charge }),
        );
        let message = json!({ "$ref": format!("#/components/messages/{nom}") });
        let mut canal = json!({ "address": sujet.as_str(), "messages": { nom: message } });
        if sujet.as_str().contains('{') {
            canal["parameters"] =
                json!({ "evenement": { "description": "Le nom de l'événement." } });
        }
        self.canaux.insert(nom.to_owned(), canal);
        let action = match sens {
            Sens::Recu => "receive",
            Sens::Envoye => "send",
        };
        let canal = format!("#/channels/{nom}");
        self.operations.insert(
            nom.to_owned(),
            json!({ "action": action, "channel": { "$ref": canal } }),
        );
    }
}
