//! Errors as RFC 9457 `application/problem+json`, in French with English beside.

use actors::protocol::Faute;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::langue::Langue;
use domain::refus::{CodeRefus, Refus};
use serde_json::{Map, Value, json};

/// Everything a handler may answer instead of what was asked.
#[derive(Debug)]
pub(super) enum Probleme {
    /// From the actors.
    Faute(Faute),
    /// Of HTTP: status, code, French, English.
    Http(StatusCode, &'static str, String, &'static str),
}

impl From<Faute> for Probleme {
    fn from(faute: Faute) -> Self {
        Self::Faute(faute)
    }
}

impl From<Refus> for Probleme {
    fn from(refus: Refus) -> Self {
        Self::Faute(Faute::Refus(refus))
    }
}

impl From<CodeRefus> for Probleme {
    fn from(code: CodeRefus) -> Self {
        Self::Faute(Faute::Refus(code.into()))
    }
}

impl Probleme {
    /// Something of ours failed; the log says what.
    pub(super) fn interne(erreur: &dyn std::fmt::Display) -> Self {
        tracing::error!(%erreur, "a request failed");
        Self::Faute(Faute::Indisponible {
            raison: erreur.to_string(),
        })
    }

    pub(super) fn http(statut: StatusCode, code: &'static str, fr: &str, en: &'static str) -> Self {
        Self::Http(statut, code, fr.to_owned(), en)
    }

    /// No session, or none any more.
    pub(super) fn sans_session() -> Self {
        Self::Faute(Faute::SessionAbsente)
    }
}

fn statut(code: CodeRefus) -> StatusCode {
    match code {
        CodeRefus::ChampsInvalides => StatusCode::UNPROCESSABLE_ENTITY,
        CodeRefus::Introuvable | CodeRefus::PieceInconnue => StatusCode::NOT_FOUND,
        CodeRefus::CompteNonValide
        | CodeRefus::AdresseRefusee
        | CodeRefus::CompteHorsCampagne
        | CodeRefus::ActeNonPermis
        | CodeRefus::DroitManquant
        | CodeRefus::CompteDesactive
        | CodeRefus::EnrolementRequis => StatusCode::FORBIDDEN,
        CodeRefus::SecondFacteurRequis | CodeRefus::SecondFacteurFaux => StatusCode::UNAUTHORIZED,
        CodeRefus::LienInvalide => StatusCode::BAD_REQUEST,
        CodeRefus::CertificationManquante => StatusCode::UNPROCESSABLE_ENTITY,
        CodeRefus::CompteDejaValide
        | CodeRefus::CampagneFermee
        | CodeRefus::LienExpire
        | CodeRefus::LienRemplace
        | CodeRefus::AdressePrise
        | CodeRefus::ProfilIncomplet
        | CodeRefus::FormationFermee
        | CodeRefus::LimiteCampagne
        | CodeRefus::LimiteCentre
        | CodeRefus::DossierExiste
        | CodeRefus::RetourDepasse
        | CodeRefus::PieceManquante
        | CodeRefus::DossierTransmis
        | CodeRefus::DossierAnnule
        | CodeRefus::PieceObligatoire
        | CodeRefus::PieceNonConcernee
        | CodeRefus::PieceAttendue
        | CodeRefus::PersonnelExiste
        | CodeRefus::DernierAdministrateur
        | CodeRefus::SecondFacteurActif
        | CodeRefus::SecondFacteurAbsent
        | CodeRefus::TropDEntrees
        | CodeRefus::DossierNonTransmis
        | CodeRefus::DossierIncomplet
        | CodeRefus::DossierNonRenvoye
        | CodeRefus::DossierComplet
        | CodeRefus::DossierNonComplet
        | CodeRefus::PieceClose
        | CodeRefus::PieceRefusee
        | CodeRefus::PieceDejaDemandee
        | CodeRefus::RienARenvoyer
        | CodeRefus::RenvoiEntame
        | CodeRefus::AvisAbsent
        | CodeRefus::AvisPublie
        | CodeRefus::AppelRequis
        | CodeRefus::RangPris
        | CodeRefus::AucunePlace
        | CodeRefus::PasPremierRang
        | CodeRefus::PasSurListe
        | CodeRefus::AucuneOffre
        | CodeRefus::ReponseDonnee
        | CodeRefus::ConfirmationDepassee
        | CodeRefus::RienARetablir => StatusCode::CONFLICT,
    }
}

/// Status, code, French, English, seconds to wait.
pub(super) type Dit = (StatusCode, String, String, String, Option<u32>);

pub(super) fn dire(faute: &Faute) -> Dit {
    let dit = |statut, code: &str, fr: &str, en: &str, attente| {
        (
            statut,
            code.to_owned(),
            fr.to_owned(),
            en.to_owned(),
            attente,
        )
    };
    match faute {
        Faute::Refus(refus) => {
            let code = serde_json::to_value(refus.code).ok();
            let code = code.as_ref().and_then(Value::as_str).unwrap_or("refus");
            let (fr, en) = (refus.code.texte(Langue::Fr), refus.code.texte(Langue::En));
            dit(statut(refus.code), code, fr, en, None)
        }
        Faute::SessionAbsente => dit(
            StatusCode::UNAUTHORIZED,
            "session_absente",
            "Connectez-vous pour continuer.",
            "Log in to continue.",
            None,
        ),
        Faute::IdentifiantsFaux => dit(
            StatusCode::UNAUTHORIZED,
            "identifiants_faux",
            "L'identifiant ou le mot de passe est faux.",
            "The log-in name or the password is wrong.",
            None,
        ),
        Faute::VersionPerimee { .. } => dit(
            StatusCode::PRECONDITION_FAILED,
            "version_perimee",
            "Cet élément a changé depuis que vous l'avez lu. Relisez-le, puis recommencez.",
            "This has changed since you read it. Read it again, then try again.",
            None,
        ),
        Faute::TropDEssais { reessayer_s } => dit(
            StatusCode::TOO_MANY_REQUESTS,
            "trop_d_essais",
            "Trop de codes faux à la suite. Attendez quelques minutes, puis recommencez.",
            "Too many wrong codes in a row. Wait a few minutes, then try again.",
            Some(*reessayer_s),
        ),
        Faute::Occupe { reessayer_s } => dit(
            StatusCode::SERVICE_UNAVAILABLE,
            "occupe",
            "Le service est très demandé. Réessayez dans quelques secondes ; rien n'est perdu.",
            "The service is busy. Try again in a few seconds; nothing is lost.",
            Some(*reessayer_s),
        ),
        Faute::Indisponible { .. } => dit(
            StatusCode::SERVICE_UNAVAILABLE,
            "indisponible",
            "Le service ne peut pas enregistrer en ce moment. Réessayez dans un instant.",
            "The service cannot store anything now. Try again in a moment.",
            Some(5),
        ),
    }
}

impl IntoResponse for Probleme {
    fn into_response(self) -> Response {
        let mut corps = Map::new();
        let (statut, code, fr, en, attente) = match self {
            Self::Http(statut, code, fr, en) => (statut, code.to_owned(), fr, en.to_owned(), None),
            Self::Faute(faute) => {
                if let Faute::Refus(refus) = &faute {
                    if let Some(regle) = refus.code.regle() {
                        corps.insert("regle".to_owned(), json!(regle));
                    }
                    if !refus.champs.is_empty() {
                        corps.insert("champs".to_owned(), json!(refus.champs));
                    }
                }
                dire(&faute)
            }
        };
        corps.insert(
            "type".to_owned(),
            json!(format!("urn:postule:probleme:{code}")),
        );
        corps.insert("title".to_owned(), json!(fr));
        corps.insert("title_en".to_owned(), json!(en));
        corps.insert("status".to_owned(), json!(statut.as_u16()));
        corps.insert("code".to_owned(), json!(code));
        let mut reponse = (statut, Value::Object(corps).to_string()).into_response();
        let entetes = reponse.headers_mut();
        entetes.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        entetes.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(attente) = attente {
            entetes.insert(header::RETRY_AFTER, HeaderValue::from(attente));
        }
        reponse
    }
}

pub(super) async fn introuvable() -> Probleme {
    CodeRefus::Introuvable.into()
}

pub(super) async fn methode() -> Probleme {
    Probleme::http(
        StatusCode::METHOD_NOT_ALLOWED,
        "methode_refusee",
        "Cette adresse n'accepte pas cette méthode.",
        "This address does not take this method.",
    )
}
