//! An OpenID Connect provider: discovery, authorization code with PKCE, keys that change (G01).

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use jiff::Timestamp;
use openidconnect::core::{
    CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm, CoreResponseType,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout,
    RedirectUrl, RequestTokenError, Scope, TokenResponse,
};
use serde_json::{Map, Value};
use url::Url;

use super::client::{Client, abritee};
use super::sortie::{self, Attendu, Finie};
use super::{Depart, Dits, Echec};

/// How long what the provider says of itself is believed.
const FRAICHEUR: Duration = Duration::from_secs(3600);
/// How soon it may be asked again because a key is unknown.
const REPRISE: Duration = Duration::from_secs(2);
/// Characters of a code.
const MAX_CODE: usize = 2048;
/// Signatures that only the provider can make.
pub(super) const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Fiche = ProviderMetadataWithLogout;

/// A provider.
pub(super) struct Oidc {
    emetteur: IssuerUrl,
    client: String,
    secret: Option<String>,
    scopes: Vec<String>,
    connue: RwLock<Option<(Instant, Arc<Fiche>)>>,
    /// One question for all who wait for the answer.
    decouverte: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc")
            .field("emetteur", &self.emetteur.as_str())
            .finish_non_exhaustive()
    }
}

impl Oidc {
    pub(super) fn new(
        emetteur: &str,
        client: &str,
        secret: Option<String>,
        scopes: &[String],
    ) -> Result<Self, String> {
        Ok(Self {
            emetteur: IssuerUrl::new(emetteur.to_owned()).map_err(|e| format!("sso.oidc : {e}"))?,
            client: client.to_owned(),
            secret,
            scopes: scopes.to_vec(),
            connue: RwLock::new(None),
            decouverte: tokio::sync::Mutex::new(()),
        })
    }

    /// What subjects of this provider are told apart by from another's.
    pub(super) fn domaine(&self) -> String {
        format!("oidc {}", self.emetteur.as_str())
    }

    /// What the provider says of itself, no older than this.
    async fn fiche(&self, client: &Client, age: Duration) -> Result<Arc<Fiche>, Echec> {
        if let Some(fiche) = self.recente(age) {
            return Ok(fiche);
        }
        let _seul = self.decouverte.lock().await;
        if let Some(fiche) = self.recente(age) {
            return Ok(fiche);
        }
        match Fiche::discover_async(self.emetteur.clone(), client).await {
            Ok(fiche) => {
                let fiche = Arc::new(fiche);
                let mut connue = self.connue.write().unwrap_or_else(PoisonError::into_inner);
                *connue = Some((Instant::now(), fiche.clone()));
                Ok(fiche)
            }
            Err(erreur) => Err(Echec::panne_de(&erreur)),
        }
    }

    fn recente(&self, age: Duration) -> Option<Arc<Fiche>> {
        let connue = self.connue.read().unwrap_or_else(PoisonError::into_inner);
        let (quand, fiche) = connue.as_ref()?;
        (quand.elapsed() < age).then(|| fiche.clone())
    }

    pub(super) async fn saluer(&self, client: &Client) -> Result<(), Echec> {
        self.fiche(client, FRAICHEUR).await.map(drop)
    }

    /// Where the browser goes to log in.
    pub(super) async fn connexion(
        &self,
        client: &Client,
        depart: &Depart,
        retour: &Url,
    ) -> Result<Url, Echec> {
        let fiche = self.fiche(client, FRAICHEUR).await?;
        let ou = fiche.authorization_endpoint().url();
        if !abritee(ou.scheme(), ou.host_str()) {
            return Err(Echec::panne(format!("{ou} is not reached over TLS")));
        }
        let verificateur = PkceCodeVerifier::new(depart.preuve.clone());
        let (etat, nonce) = (depart.etat.clone(), depart.nonce.clone());
        let oidc = CoreClient::from_provider_metadata(
            Fiche::clone(&fiche),
            ClientId::new(self.client.clone()),
            None,
        )
        .set_redirect_uri(RedirectUrl::from_url(retour.clone()));
        let demande = oidc.authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            || CsrfToken::new(etat),
            || Nonce::new(nonce),
        );
        let (url, ..) = demande
            .add_scopes(self.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verificateur))
            .url();
        Ok(url)
    }

    /// Where the browser may end its session there; none if the provider has no such place.
    pub(super) async fn deconnexion(&self, client: &Client, retour: &Url) -> Option<Url> {
        let fiche = self.fiche(client, FRAICHEUR).await.ok()?;
        let fin = fiche.additional_metadata().end_session_endpoint.as_ref()?;
        let mut url = fin.url().clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.client)
            .append_pair("post_logout_redirect_uri", retour.as_str());
        abritee(url.scheme(), url.host_str()).then_some(url)
    }

    /// Whom a code stands for.
    pub(super) async fn valider(
        &self,
        client: &Client,
        depart: &Depart,
        code: &str,
        iss: Option<&str>,
        retour: &Url,
    ) -> Result<Dits, Echec> {
        if code.is_empty() || code.len() > MAX_CODE {
            return Err(Echec::Refus("this is no code".to_owned()));
        }
        // RFC 9207: the answer of another provider is not taken for ours.
        if iss.is_some_and(|iss| iss != self.emetteur.as_str()) {
            return Err(Echec::Refus(
                "the answer comes from another issuer".to_owned(),
            ));
        }
        let fiche = self.fiche(client, FRAICHEUR).await?;
        let oidc = CoreClient::from_provider_metadata(
            Fiche::clone(&fiche),
            ClientId::new(self.client.clone()),
            self.secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::from_url(retour.clone()))
        .set_auth_type(par(&fiche));
        let echange = oidc.exchange_code(AuthorizationCode::new(code.to_owned()));
        let jetons = echange
            .map_err(Echec::panne)?
            .set_pkce_verifier(PkceCodeVerifier::new(depart.preuve.clone()))
            .request_async(client)
            .await
            .map_err(|erreur| match erreur {
                RequestTokenError::ServerResponse(reponse) => {
                    Echec::Refus(reponse.error().to_string())
                }
                erreur @ (RequestTokenError::Request(_)
                | RequestTokenError::Parse(..)
                | RequestTokenError::Other(_)) => Echec::panne_de(&erreur),
            })?;
        let id = jetons
            .id_token()
            .ok_or_else(|| Echec::panne("no ID token"))?;
        let acces = jetons.access_token();
        let lu = match self.verifier(&fiche, id, acces, &depart.nonce) {
            // Its keys change; a new one is asked for once.
            Err(Faux::Signature(_)) => {
                let fiche = self.fiche(client, REPRISE).await?;
                self.verifier(&fiche, id, acces, &depart.nonce)
            }
            autre => autre,
        };
        let sujet = lu.map_err(|faux| match faux {
            Faux::Signature(raison) | Faux::Contenu(raison) => Echec::Refus(raison),
        })?;
        let mut dits = Dits::de(&sujet)?;
        dits.ajouter_json(Some(&contenu(&id.to_string())?));
        self.completer(client, &fiche, acces, &mut dits).await?;
        Ok(dits)
    }

    /// Issuer, audience, expiry, nonce, signature, and the hash of the access token: the subject.
    fn verifier(
        &self,
        fiche: &Fiche,
        id: &CoreIdToken,
        acces: &AccessToken,
        nonce: &str,
    ) -> Result<String, Faux> {
        let oidc = CoreClient::from_provider_metadata(
            fiche.clone(),
            ClientId::new(self.client.clone()),
            self.secret.clone().map(ClientSecret::new),
        );
        let verificateur = oidc.id_token_verifier().set_allowed_algs(SIGNATURES);
        let lus = id.claims(&verificateur, &Nonce::new(nonce.to_owned()));
        let lus = lus.map_err(|erreur| {
            let signature = matches!(erreur, ClaimsVerificationError::SignatureVerification(_));
            let raison = erreur.to_string();
            if signature {
                Faux::Signature(raison)
            } else {
                Faux::Contenu(raison)
            }
        })?;
        if let Some(attendu) = lus.access_token_hash() {
            let dire = |e: &dyn std::fmt::Display| Faux::Contenu(e.to_string());
            let algorithme = id.signing_alg().map_err(|e| dire(&e))?;
            let cle = id.signing_key(&verificateur).map_err(|e| dire(&e))?;
            let calcule = AccessTokenHash::from_token(acces, algorithme, cle);
            if calcule.map_err(|e| dire(&e))? != *attendu {
                return Err(dire(&"the access token is not the ID token's"));
            }
        }
        Ok(lus.subject().as_str().to_owned())
    }

    /// Which sessions a token of the back channel ends, and those that began until when. The names are those of
    /// [`Oidc::noms`].
    pub(super) async fn sortie(
        &self,
        client: &Client,
        jeton: &str,
        maintenant: Timestamp,
    ) -> Result<(String, Timestamp), Echec> {
        let lire = |fiche: &Fiche| {
            let attendu = Attendu {
                emetteur: self.emetteur.as_str(),
                client: &self.client,
                cles: fiche.jwks(),
                maintenant,
            };
            sortie::lire(jeton, &attendu)
        };
        let lu = match lire(&*self.fiche(client, FRAICHEUR).await?) {
            // Its keys change; a new one is asked for once.
            Err(sortie::Faux::Signature) => lire(&*self.fiche(client, REPRISE).await?),
            autre => autre,
        };
        let (finie, le) = lu.map_err(|faux| match faux {
            sortie::Faux::Signature => Echec::Refus("no key of the provider signed it".to_owned()),
            sortie::Faux::Contenu(raison) => Echec::Refus(raison.to_owned()),
        })?;
        Ok((self.nom(&finie), le))
    }

    /// Under which a session may be ended: the provider's own name for it, if it says one, and the person's.
    pub(super) fn noms(&self, dits: &Dits) -> Vec<String> {
        let sid = Some(dits.un("sid")).filter(|sid| !sid.is_empty());
        let sid = sid.map(|sid| Finie::Session(sid.to_owned()));
        let personne = Finie::Personne(dits.sujet.clone());
        sid.into_iter()
            .chain([personne])
            .map(|f| self.nom(&f))
            .collect()
    }

    fn nom(&self, finie: &Finie) -> String {
        match finie {
            Finie::Session(sid) => format!("{} sid {sid}", self.domaine()),
            Finie::Personne(sub) => format!("{} sub {sub}", self.domaine()),
        }
    }

    /// Many providers say more at their userinfo endpoint. Away, it only leaves the form emptier (P05).
    async fn completer(
        &self,
        client: &Client,
        fiche: &Fiche,
        acces: &AccessToken,
        dits: &mut Dits,
    ) -> Result<(), Echec> {
        let Some(ou) = fiche.userinfo_endpoint() else {
            return Ok(());
        };
        let requete = Request::get(ou.url().as_str())
            .header(header::AUTHORIZATION, format!("Bearer {}", acces.secret()))
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(Echec::panne)?;
        let reponse = match client.envoyer(requete).await {
            Ok(reponse) if reponse.status() == StatusCode::OK => reponse,
            Ok(reponse) => {
                tracing::warn!(statut = %reponse.status(), "the provider's userinfo gave no answer");
                return Ok(());
            }
            Err(erreur) => {
                tracing::warn!(%erreur, "the provider's userinfo gave no answer");
                return Ok(());
            }
        };
        let lu: Option<Map<String, Value>> = serde_json::from_slice(reponse.body()).ok();
        let Some(lu) = lu else { return Ok(()) };
        if lu.get("sub").and_then(Value::as_str) != Some(&dits.sujet) {
            return Err(Echec::Refus("userinfo speaks of somebody else".to_owned()));
        }
        dits.ajouter_json(Some(&lu));
        Ok(())
    }
}

/// Why an ID token was not taken.
enum Faux {
    Signature(String),
    Contenu(String),
}

/// How the provider takes our secret.
fn par(fiche: &Fiche) -> AuthType {
    let connues = fiche.token_endpoint_auth_methods_supported();
    let connait = |methode| connues.is_some_and(|c| c.contains(&methode));
    if connait(CoreClientAuthMethod::ClientSecretPost)
        && !connait(CoreClientAuthMethod::ClientSecretBasic)
    {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

/// The claims of a token that was verified, by name.
fn contenu(jeton: &str) -> Result<Map<String, Value>, Echec> {
    let partie = jeton.split('.').nth(1).unwrap_or_default();
    let octets = B64.decode(partie).map_err(Echec::panne)?;
    serde_json::from_slice(&octets).map_err(Echec::panne)
}
