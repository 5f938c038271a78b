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
    /// A file that is refused by more than its fields: status, and why.
    Fichier(StatusCode, Refus),
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

    /// A file that is refused under this status.
    pub(super) fn fichier(statut: StatusCode, refus: Refus) -> Self {
        Self::Fichier(statut, refus)
    }

    /// What the look at a file came to: a type we do not take is 415, whatever was announced.
    pub(super) fn examen(refus: Refus) -> Self {
        let type_ = refus.champs.iter().any(|c| c.code == "type_refuse");
        if type_ {
            return Self::Fichier(StatusCode::UNSUPPORTED_MEDIA_TYPE, refus);
        }
        refus.into()
    }

    /// The body came drop by drop (Q19).
    pub(super) fn trop_lent() -> Self {
        Self::http(
            StatusCode::REQUEST_TIMEOUT,
            "envoi_trop_lent",
            "L'envoi est trop lent : rien n'est arrivé depuis un moment. Vérifiez la connexion, puis recommencez.",
            "The upload is too slow: nothing came for a while. Check the connection, then try again.",
        )
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
        | CodeRefus::CampagneArchivee
        | CodeRefus::LienExpire
        | CodeRefus::LienRemplace
        | CodeRefus::IdentiteAutre
        | CodeRefus::IdentiteInconnue
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
        | CodeRefus::DemandeClose
        | CodeRefus::DemandeFusionnee
        | CodeRefus::DemandeursDifferents
        | CodeRefus::TropDeDemandes
        | CodeRefus::ReponseAutomatiqueExclue
        | CodeRefus::RienARetablir => StatusCode::CONFLICT,
    }
}

/// Seconds as people say them.
fn duree(secondes: u32) -> (String, String) {
    if secondes < 90 {
        return (
            format!("{secondes} secondes"),
            format!("{secondes} seconds"),
        );
    }
    let minutes = secondes.div_ceil(60);
    (format!("{minutes} minutes"), format!("{minutes} minutes"))
}

/// Status, code, French, English, seconds to wait.
pub(super) type Dit = (StatusCode, String, String, String, Option<u32>);

#[expect(clippy::too_many_lines, reason = "a table: one row per fault")]
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
        Faute::TropVite { reessayer_s } => dit(
            StatusCode::TOO_MANY_REQUESTS,
            "trop_de_demandes",
            &format!(
                "Trop de demandes en peu de temps. Réessayez dans {}.",
                duree(*reessayer_s).0
            ),
            &format!(
                "Too many requests in a short time. Try again in {}.",
                duree(*reessayer_s).1
            ),
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

/// A file's only fault is the problem itself.
pub(super) fn du_fichier(statut: StatusCode, refus: &Refus) -> Dit {
    let (code, fr, en) = match refus.champs.first() {
        Some(champ) => (
            champ.code.as_str(),
            champ.message.as_str(),
            champ.message_en.as_str(),
        ),
        None => (
            "fichier_refuse",
            refus.code.texte(Langue::Fr),
            refus.code.texte(Langue::En),
        ),
    };
    (statut, code.to_owned(), fr.to_owned(), en.to_owned(), None)
}

impl IntoResponse for Probleme {
    fn into_response(self) -> Response {
        let mut corps = Map::new();
        let (statut, code, fr, en, attente) = match self {
            Self::Http(statut, code, fr, en) => (statut, code.to_owned(), fr, en.to_owned(), None),
            Self::Fichier(statut, refus) => {
                corps.insert("regle".to_owned(), json!("G24"));
                let dit = du_fichier(statut, &refus);
                corps.insert("champs".to_owned(), json!(refus.champs));
                dit
            }
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

/// What was refused below us (a path that is no UTF-8, a query that cannot be read) as a problem, too.
pub(super) async fn redire(reponse: Response) -> Response {
    let statut = reponse.status();
    let type_ = reponse.headers().get(header::CONTENT_TYPE);
    let dit = type_.is_some_and(|t| t.as_bytes().starts_with(b"application/"));
    if !(statut.is_client_error() || statut.is_server_error()) || dit {
        return reponse;
    }
    let permises = reponse.headers().get(header::ALLOW).cloned();
    let detail = detail(reponse).await;
    let (code, fr, en) = match statut {
        StatusCode::NOT_FOUND => (
            "introuvable",
            "Cette adresse ne mène nulle part.",
            "This address leads nowhere.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "corps_trop_gros",
            "Le corps de la requête est trop gros.",
            "The request's body is too large.",
        ),
        _ if statut.is_server_error() => (
            "indisponible",
            "Le service ne peut pas répondre en ce moment. Réessayez dans un instant.",
            "The service cannot answer now. Try again in a moment.",
        ),
        _ => (
            "requete_invalide",
            "Cette requête ne se lit pas : vérifiez son adresse et ses paramètres.",
            "This request cannot be read: check its address and parameters.",
        ),
    };
    let fr = match detail.filter(|_| code == "requete_invalide") {
        // Which parameter, and why, in the words of what reads it.
        Some(detail) => format!("{fr} ({detail})"),
        None => fr.to_owned(),
    };
    let mut redite = Probleme::http(statut, code, &fr, en).into_response();
    if let Some(permises) = permises {
        redite.headers_mut().insert(header::ALLOW, permises);
    }
    redite
}

/// What a refusal below us says, if it says something short.
async fn detail(reponse: Response) -> Option<String> {
    const MAX_DETAIL: usize = 500;
    let octets = axum::body::to_bytes(reponse.into_body(), MAX_DETAIL).await;
    let texte = String::from_utf8(octets.ok()?.to_vec()).ok()?;
    let texte = texte.split_whitespace().collect::<Vec<_>>().join(" ");
    (!texte.is_empty()).then_some(texte)
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
