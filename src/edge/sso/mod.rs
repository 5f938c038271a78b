//! The establishment's single sign-on, by CAS or OpenID Connect: who somebody is there, checked, and translated by
//! the configuration's names (G01). What becomes of it is for the actors to decide.

mod cas;
mod client;
mod oidc;
mod sortie;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use actors::protocol::{PersonnelSso, SessionSso, VuSso};
use domain::candidat::Identite;
use domain::formulaires::{mail_plausible, normaliser_mail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::config::{self, Attributs, Fournisseur};
use cas::Cas;
use oidc::Oidc;

pub(crate) use client::Client;
pub use client::abritee;

/// Characters of a value the provider says.
const MAX_VALEUR: usize = 254;
/// Values taken of one answer.
const MAX_VALEURS: usize = 200;
/// Log-in names of staff tried for one person.
const MAX_NOMS: usize = 5;
/// States remembered as used; the oldest go first.
const MAX_UTILISES: usize = 10_000;

/// Why nobody came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Echec {
    /// The provider is away, or does not make sense.
    Panne(String),
    /// It did not vouch for this visitor.
    Refus(String),
}

impl Echec {
    fn panne(raison: impl std::fmt::Display) -> Self {
        Self::Panne(raison.to_string())
    }

    /// With every cause: the outermost one rarely says what to do.
    fn panne_de(erreur: &(dyn std::error::Error + 'static)) -> Self {
        let causes = std::iter::successors(Some(erreur), |e| e.source());
        let dites: Vec<String> = causes.map(ToString::to_string).collect();
        Self::Panne(dites.join(": "))
    }
}

/// What a visitor set out with; comes back sealed in a cookie, so that nobody is led in by somebody else's link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Depart {
    /// Goes to the provider and back.
    pub(super) etat: String,
    /// In the ID token.
    pub(super) nonce: String,
    /// PKCE.
    pub(super) preuve: String,
    /// Where to go on, inside.
    pub(super) suite: String,
    /// Only as a candidate, whatever else the person is.
    pub(super) candidat: bool,
    /// From the link that joins an account.
    pub(super) jeton: Option<String>,
    /// What was typed before, by field.
    #[serde(default)]
    pub(super) champs: Vec<(String, String)>,
    /// Until when, seconds.
    pub(super) fin: i64,
}

/// What the provider sends the browser back with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Retour {
    etat: String,
    ticket: String,
    state: String,
    code: String,
    iss: Option<String>,
    error: Option<String>,
}

impl Retour {
    /// The state, by whichever name.
    pub(super) fn etat(&self) -> &str {
        if self.state.is_empty() {
            &self.etat
        } else {
            &self.state
        }
    }
}

/// Somebody the provider vouches for.
#[derive(Clone, Debug)]
pub(super) struct Personne {
    /// For the actors.
    pub(super) vu: VuSso,
    /// For the form; each empty when the provider does not say (P05).
    pub(super) nom: String,
    pub(super) prenom: String,
    pub(super) mail: String,
    /// Whether an account may be created this way.
    pub(super) admise: bool,
}

/// What an answer of the provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dits {
    sujet: String,
    valeurs: BTreeMap<String, Vec<String>>,
}

impl Dits {
    fn de(sujet: &str) -> Result<Self, Echec> {
        let sujet = sujet.trim();
        if sujet.is_empty() || sujet.chars().count() > MAX_VALEUR {
            return Err(Echec::Refus("no name of a person in the answer".to_owned()));
        }
        Ok(Self {
            sujet: sujet.to_owned(),
            valeurs: BTreeMap::new(),
        })
    }

    fn ajouter(&mut self, nom: &str, valeur: &str) {
        let combien: usize = self.valeurs.values().map(Vec::len).sum();
        let valeur: String = valeur.trim().chars().take(MAX_VALEUR).collect();
        if combien < MAX_VALEURS && !valeur.is_empty() {
            let valeurs = self.valeurs.entry(nom.to_owned()).or_default();
            valeurs.push(valeur);
        }
    }

    /// Texts, numbers, truths and lists of them; what was said before stays.
    fn ajouter_json(&mut self, champs: Option<&Map<String, Value>>) {
        let neufs = champs.into_iter().flatten();
        let neufs: Vec<_> = neufs
            .filter(|(nom, _)| !self.valeurs.contains_key(*nom))
            .collect();
        for (nom, valeur) in neufs {
            let une = std::slice::from_ref(valeur);
            for valeur in valeur.as_array().map_or(une, Vec::as_slice) {
                match valeur {
                    Value::String(texte) => self.ajouter(nom, texte),
                    Value::Bool(_) | Value::Number(_) => self.ajouter(nom, &valeur.to_string()),
                    Value::Null | Value::Array(_) | Value::Object(_) => {}
                }
            }
        }
    }

    fn tous(&self, nom: &str) -> &[String] {
        self.valeurs.get(nom).map_or(&[], Vec::as_slice)
    }

    fn un(&self, nom: &str) -> &str {
        self.tous(nom).first().map_or("", String::as_str)
    }
}

#[derive(Debug)]
enum Protocole {
    Cas(Cas),
    Oidc(Box<Oidc>),
}

/// The establishment's single sign-on.
pub struct Sso {
    client: Client,
    protocole: Protocole,
    retour: Url,
    accueil: Url,
    attributs: Attributs,
    affiliations: Vec<String>,
    mail_prouve: bool,
    personnel: Option<String>,
    second_facteur: Vec<String>,
    /// Where its password is changed (G08).
    pub(super) aide: Option<Url>,
    utilises: Mutex<HashMap<String, i64>>,
}

impl std::fmt::Debug for Sso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sso")
            .field("protocole", &self.protocole)
            .finish_non_exhaustive()
    }
}

impl Sso {
    /// As configured; `public` is where our pages are.
    ///
    /// # Errors
    /// An authority that cannot be read, or an address that is none.
    pub fn new(sso: &config::Sso, public: &str) -> Result<Self, String> {
        let public = public.trim_end_matches('/');
        let ici = |chemin: &str| {
            let url = Url::parse(&format!("{public}{chemin}"));
            url.map_err(|e| format!("serveur.public_url : {e}"))
        };
        let protocole = match &sso.fournisseur {
            Fournisseur::Cas { racine, json } => Protocole::Cas(Cas::new(racine.clone(), *json)),
            Fournisseur::Oidc {
                emetteur,
                client,
                secret,
                scopes,
            } => {
                let secret = secret.as_ref().map(|s| s.0.clone());
                let oidc = Oidc::new(emetteur, client, secret, scopes)?;
                Protocole::Oidc(Box::new(oidc))
            }
        };
        Ok(Self {
            client: Client::new(sso.ca.as_deref()).map_err(|e| format!("sso.ca : {e}"))?,
            protocole,
            retour: ici("/sso/retour")?,
            accueil: ici("/")?,
            attributs: sso.attributs.clone(),
            affiliations: sso.affiliations.clone(),
            mail_prouve: sso.mail_prouve,
            personnel: sso.personnel.clone(),
            second_facteur: sso.second_facteur.clone(),
            aide: sso.aide.clone(),
            utilises: Mutex::default(),
        })
    }

    /// Whether the provider answers, for `postule check`.
    ///
    /// # Errors
    /// Why not.
    pub async fn saluer(&self) -> Result<(), String> {
        let fait = match &self.protocole {
            Protocole::Cas(cas) => cas.saluer(&self.client, self.retour.as_str()).await,
            Protocole::Oidc(oidc) => oidc.saluer(&self.client).await,
        };
        fait.map_err(|echec| match echec {
            Echec::Panne(raison) | Echec::Refus(raison) => raison,
        })
    }

    /// The very address a CAS ticket is made for; its state is bound to the browser.
    fn service(&self, etat: &str) -> String {
        let mut service = self.retour.clone();
        service.query_pairs_mut().append_pair("etat", etat);
        service.into()
    }

    /// Where the browser goes to log in.
    pub(super) async fn connexion(&self, depart: &Depart) -> Result<Url, Echec> {
        match &self.protocole {
            Protocole::Cas(cas) => Ok(cas.connexion(&self.service(&depart.etat))),
            Protocole::Oidc(oidc) => oidc.connexion(&self.client, depart, &self.retour).await,
        }
    }

    /// Where the browser may go to log out there, too.
    pub(super) async fn deconnexion(&self) -> Option<Url> {
        match &self.protocole {
            Protocole::Cas(cas) => Some(cas.deconnexion(self.accueil.as_str())),
            Protocole::Oidc(oidc) => oidc.deconnexion(&self.client, &self.accueil).await,
        }
    }

    /// Whom the provider vouches for. The state is the visitor's own, checked by the caller; here it is used up.
    pub(super) async fn reconnaitre(
        &self,
        depart: &Depart,
        retour: &Retour,
    ) -> Result<Personne, Echec> {
        if !self.consommer(depart) {
            return Err(Echec::Refus("this state was used".to_owned()));
        }
        if let Some(erreur) = &retour.error {
            return Err(Echec::Refus(erreur.chars().take(80).collect()));
        }
        let client = &self.client;
        let (dits, fin, session) = match &self.protocole {
            Protocole::Cas(cas) => {
                let service = self.service(&depart.etat);
                let dits = cas.valider(client, &retour.ticket, &service).await?;
                (dits, Some(self.fin(&retour.ticket)), None)
            }
            Protocole::Oidc(oidc) => {
                let iss = retour.iss.as_deref();
                let dits = oidc
                    .valider(client, depart, &retour.code, iss, &self.retour)
                    .await?;
                let le = dits.un("iat").parse().ok();
                let le = le.and_then(|s| Timestamp::from_second(s).ok());
                let noms = oidc.noms(&dits);
                (dits, None, le.map(|le| SessionSso { noms, le }))
            }
        };
        let mut personne = self.traduire(depart, &dits);
        personne.vu.fin = fin;
        personne.vu.session = session;
        Ok(personne)
    }

    /// The sessions that an OpenID Connect provider's back channel ends: their name, and those that began until when.
    /// None when the provider is of another kind.
    pub(super) async fn sortie(
        &self,
        jeton: &str,
        maintenant: Timestamp,
    ) -> Option<Result<(String, Timestamp), Echec>> {
        match &self.protocole {
            Protocole::Cas(_) => None,
            Protocole::Oidc(oidc) => Some(oidc.sortie(&self.client, jeton, maintenant).await),
        }
    }

    fn domaine(&self) -> String {
        match &self.protocole {
            Protocole::Cas(cas) => cas.domaine(),
            Protocole::Oidc(oidc) => oidc.domaine(),
        }
    }

    fn fin(&self, ticket: &str) -> String {
        format!("{} {ticket}", self.domaine())
    }

    /// The session that a CAS server's back channel ends.
    pub(super) fn session_close(&self, demande: &str) -> Option<String> {
        match &self.protocole {
            Protocole::Cas(_) => cas::ticket_a_clore(demande).map(|ticket| self.fin(&ticket)),
            Protocole::Oidc(_) => None,
        }
    }

    /// A state serves once, also when its cookie is sent twice.
    fn consommer(&self, depart: &Depart) -> bool {
        let mut utilises = self.utilises.lock().unwrap_or_else(PoisonError::into_inner);
        if utilises.len() >= MAX_UTILISES {
            let mut fins: Vec<i64> = utilises.values().copied().collect();
            fins.sort_unstable();
            let milieu = fins.get(MAX_UTILISES / 2).copied().unwrap_or_default();
            utilises.retain(|_, fin| *fin > milieu);
        }
        utilises.insert(depart.etat.clone(), depart.fin).is_none()
    }

    fn traduire(&self, depart: &Depart, dits: &Dits) -> Personne {
        let a = &self.attributs;
        let texte = |nom: &str| Some(dits.un(nom).to_owned()).filter(|v| !v.is_empty());
        // A provider that lets people type any address says so; such a one proves nothing.
        let non_verifie =
            |attribut: &str| attribut == "email" && dits.un("email_verified") == "false";
        let mail = normaliser_mail(dits.un(&a.mail));
        let mail = if mail_plausible(&mail) {
            mail
        } else {
            String::new()
        };
        let prouve = self.mail_prouve && !mail.is_empty() && !non_verifie(&a.mail);
        let personnel = self.personnel.as_deref().filter(|_| !depart.candidat);
        let personnel = personnel.map(|attribut| PersonnelSso {
            noms: if non_verifie(attribut) {
                Vec::new()
            } else {
                let noms = dits.tous(attribut).iter().take(MAX_NOMS);
                noms.map(|nom| normaliser_mail(nom)).collect()
            },
            second_facteur: self.a_double_facteur(dits),
        });
        let dites = dits.tous(&a.affiliation);
        let admise = |voulue: &String| dites.iter().any(|d| d.eq_ignore_ascii_case(voulue));
        Personne {
            vu: VuSso {
                identite: Identite {
                    cle: format!("{} {}", self.domaine(), dits.sujet),
                    ine: texte(&a.ine),
                    numero_etudiant: texte(&a.numero_etudiant),
                },
                mail_prouve: prouve.then(|| mail.clone()),
                fin: None,
                session: None,
                personnel,
            },
            nom: dits.un(&a.nom).to_owned(),
            prenom: dits.un(&a.prenom).to_owned(),
            mail,
            // P05: who is said nothing of is not sent away for it.
            admise: self.affiliations.is_empty()
                || dites.is_empty()
                || self.affiliations.iter().any(admise),
        }
    }

    /// Q17: the provider says that it asked for a second factor, in the words the operator trusts.
    fn a_double_facteur(&self, dits: &Dits) -> bool {
        let preuves = match &self.protocole {
            Protocole::Cas(_) => [self.attributs.second_facteur.as_str(), ""],
            Protocole::Oidc(_) => ["acr", "amr"],
        };
        let mut dites = preuves.iter().flat_map(|nom| dits.tous(nom));
        dites.any(|dite| self.second_facteur.contains(dite))
    }
}
