//! Who looks at a page: session, language, and the proof that a form came from our own page (Q14).

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use actors::jetons;
use actors::protocol::{Acte, Faute, Moi, Reponse, Requete};
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use domain::langue::Langue;
use domain::profil::Section;
use domain::refus::CodeRefus;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::saisie::Saisie;
use crate::edge::Etat;
use crate::edge::problemes::Probleme;
use crate::textes::Textes;
use crate::views::{Cadre, Champ, Formulaire, Lien, Maison, Page, quand, rendu};

/// `__Host-`: this host only, over TLS only (loopback counts as such), no other path.
pub(super) const COOKIE_SESSION: &str = "__Host-session";
/// Whose session it was, as a seal: what was typed is given back to the same person only.
pub(super) const COOKIE_QUI: &str = "__Host-qui";
/// On the way to the single sign-on and back; after it, that the session came of it.
pub(super) const COOKIE_SSO: &str = "__Host-sso";
/// A form that waits while its person is at the single sign-on.
pub(super) const COOKIE_REPRISE: &str = "__Host-reprise";
/// The language the visitor chose.
pub(super) const COOKIE_LANGUE: &str = "langue";

/// Anybody, with or without a session. The frame and the page read the same: a clone is one count.
#[derive(Clone)]
pub(in crate::edge) struct Visiteur(Arc<Tete>);

impl Deref for Visiteur {
    type Target = Tete;

    fn deref(&self) -> &Tete {
        &self.0
    }
}

/// What the head of a request tells of who sends it.
#[derive(Clone)]
pub(in crate::edge) struct Tete {
    session: Option<String>,
    /// The proof of this page's forms, once one is asked for.
    preuve: OnceLock<String>,
    /// The seal of whose session it is or was.
    pub(super) qui: Option<String>,
    /// The language of the pages.
    pub(in crate::edge) t: Textes,
    /// The language the address asks for: it is to be remembered.
    pub(super) langue_demandee: Option<Langue>,
    /// Whether the visitor, and not the browser, chose the language.
    pub(super) langue_choisie: bool,
    /// Where this page is.
    pub(super) chemin: String,
    requete: Option<String>,
    maison: Arc<Maison>,
    heure_demo: Option<Timestamp>,
    /// Where staff go from page to page.
    barre: Vec<Lien>,
}

impl FromRequestParts<Etat> for Visiteur {
    type Rejection = Arret;

    async fn from_request_parts(parts: &mut Parts, etat: &Etat) -> Result<Self, Arret> {
        if parts.method == Method::POST && !meme_origine(&parts.headers) {
            return Err(Probleme::http(
                StatusCode::FORBIDDEN,
                "autre_origine",
                "Ce formulaire ne vient pas de ce site. Ouvrez la page ici, puis recommencez.",
                "This form is not from this site. Open the page here, then try again.",
            )
            .into());
        }
        // The frame has read the head already.
        let lu = parts.extensions.get::<Self>().cloned();
        Ok(lu.unwrap_or_else(|| Self::de(parts, etat)))
    }
}

pub(super) fn cookie_de(entetes: &HeaderMap, nom: &str) -> Option<String> {
    let cookies = entetes.get_all(header::COOKIE).iter();
    let mut cookies = cookies
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'));
    let valeur = cookies.find_map(|c| c.trim().strip_prefix(nom)?.strip_prefix('='));
    valeur.filter(|v| !v.is_empty()).map(str::to_owned)
}

/// Browsers tell where a request comes from; one that tells of elsewhere is refused.
fn meme_origine(entetes: &HeaderMap) -> bool {
    let texte = |nom: &str| entetes.get(nom).and_then(|v| v.to_str().ok());
    if let Some(site) = texte("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let hote = texte("host").unwrap_or_default();
    texte("origin").is_none_or(|o| o.split_once("://").is_some_and(|(_, h)| h == hote))
}

fn langue(code: &str) -> Option<Langue> {
    match code {
        "fr" => Some(Langue::Fr),
        "en" => Some(Langue::En),
        _ => None,
    }
}

/// The first of the browser's languages that is one of ours.
fn langue_du_navigateur(entetes: &HeaderMap) -> Option<Langue> {
    let accepte = entetes.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    // Browsers list them in order; weights only confirm it.
    let codes = accepte.split(',').map(|l| l.split([';', '-']).next());
    codes.flatten().find_map(|code| langue(code.trim()))
}

/// A cookie of ours; without a value it ends.
pub(super) fn cookie(nom: &str, valeur: &str) -> String {
    let fin = if valeur.is_empty() { "; Max-Age=0" } else { "" };
    format!("{nom}={valeur}; Path=/; Secure; HttpOnly; SameSite=Lax{fin}")
}

/// The language, kept for a year.
pub(super) fn cookie_langue(langue: Langue) -> String {
    let tag = langue.tag();
    format!("{COOKIE_LANGUE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000")
}

/// What a handler of pages answers when it cannot go on; the frame is put around it by `encadrer`, which
/// knows the visitor's language.
#[derive(Debug)]
pub(in crate::edge) struct Arret {
    pub(super) probleme: Probleme,
    /// Where the page leads back to.
    pub(super) retour: Option<String>,
}

impl IntoResponse for Arret {
    fn into_response(self) -> Response {
        let mut reponse = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        reponse.extensions_mut().insert(Arc::new(self));
        reponse
    }
}

impl From<Probleme> for Arret {
    fn from(probleme: Probleme) -> Self {
        Self {
            probleme,
            retour: None,
        }
    }
}

impl From<Faute> for Arret {
    fn from(faute: Faute) -> Self {
        Probleme::Faute(faute).into()
    }
}

impl From<CodeRefus> for Arret {
    fn from(code: CodeRefus) -> Self {
        Probleme::from(code).into()
    }
}

impl Arret {
    /// Leads back there.
    pub(in crate::edge) fn vers(probleme: impl Into<Probleme>, retour: &str) -> Self {
        Self {
            probleme: probleme.into(),
            retour: Some(retour.to_owned()),
        }
    }

    /// The actors answered something else than was asked.
    pub(in crate::edge) fn inattendu() -> Self {
        Probleme::interne(&"unexpected answer").into()
    }
}

impl Visiteur {
    /// Reads the head of a request.
    pub(super) fn de(parts: &Parts, etat: &Etat) -> Self {
        let requete = parts.uri.query().map(str::to_owned);
        let parametres = requete.as_deref().unwrap_or_default().split('&');
        let mut demandees = parametres.filter_map(|p| p.strip_prefix("lang="));
        let langue_demandee = demandees.find_map(langue);
        let gardee = cookie_de(&parts.headers, COOKIE_LANGUE).and_then(|c| langue(&c));
        let choisie = langue_demandee.or(gardee);
        let t = choisie.or_else(|| langue_du_navigateur(&parts.headers));
        Self(Arc::new(Tete {
            session: cookie_de(&parts.headers, COOKIE_SESSION),
            preuve: OnceLock::new(),
            qui: cookie_de(&parts.headers, COOKIE_QUI),
            t: Textes(t.unwrap_or_default()),
            langue_demandee,
            langue_choisie: choisie.is_some(),
            chemin: parts.uri.path().to_owned(),
            requete,
            maison: etat.maison.clone(),
            heure_demo: etat.demo.as_ref().map(|_| etat.maintenant()),
            barre: Vec::new(),
        }))
    }

    /// The same visitor, who asks for another language.
    pub(super) fn en(&self, langue: Langue) -> Self {
        Self(Arc::new(Tete {
            t: Textes(langue),
            ..Tete::clone(self)
        }))
    }

    /// The same visitor, without the session that is over.
    pub(super) fn sans_session(&self) -> Self {
        self.sous(None)
    }

    /// The same visitor, whose session has just been opened.
    pub(super) fn avec_session(&self, jeton: &str) -> Self {
        self.sous(Some(jeton.to_owned()))
    }

    /// Another session has another proof.
    fn sous(&self, session: Option<String>) -> Self {
        Self(Arc::new(Tete {
            session,
            preuve: OnceLock::new(),
            ..Tete::clone(self)
        }))
    }

    /// The same visitor, known to be at work.
    pub(super) fn avec_barre(self, barre: Vec<Lien>) -> Self {
        let tete = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Tete { barre, ..tete }))
    }

    /// The session's token.
    pub(in crate::edge) fn session(&self) -> Result<&str, Arret> {
        self.session
            .as_deref()
            .ok_or_else(|| Probleme::sans_session().into())
    }

    /// This page's address, as asked.
    pub(super) fn adresse(&self) -> String {
        match &self.requete {
            Some(requete) => format!("{}?{requete}", self.chemin),
            None => self.chemin.clone(),
        }
    }

    fn cle_des_formulaires(&self) -> Vec<u8> {
        let session = self.session.as_deref().unwrap_or_default();
        jetons::cle_session(&format!("formulaire {session}"))
    }

    /// The proof a form of this session carries. It is masked anew on every page: pages are compressed, and a secret
    /// that stays the same beside what somebody else chose could be guessed from their lengths (BREACH).
    pub(in crate::edge) fn preuve(&self) -> &str {
        self.preuve.get_or_init(|| self.masquer())
    }

    fn masquer(&self) -> String {
        let cle = self.cle_des_formulaires();
        let mut masque = vec![0; cle.len()];
        // Without randomness it is a proof all the same, only not masked.
        if getrandom::fill(&mut masque).is_err() {
            masque.fill(0);
        }
        let masquee = masque.iter().zip(&cle).map(|(m, c)| m ^ c);
        let octets: Vec<u8> = masque.iter().copied().chain(masquee).collect();
        B64.encode(octets)
    }

    fn prouve(&self, preuve: &str) -> bool {
        let cle = self.cle_des_formulaires();
        let octets = B64.decode(preuve).unwrap_or_default();
        let (masque, masquee) = octets.split_at(octets.len() / 2);
        let recue: Vec<u8> = masque.iter().zip(masquee).map(|(m, c)| m ^ c).collect();
        octets.len() == 2 * cle.len() && bool::from(recue.ct_eq(&cle))
    }

    /// Checks the proof; a session is needed for it.
    pub(in crate::edge) fn verifier(&self, preuve: Option<&str>) -> Result<(), Arret> {
        self.session()?;
        if preuve.is_some_and(|preuve| self.prouve(preuve)) {
            return Ok(());
        }
        Err(Probleme::http(
            StatusCode::FORBIDDEN,
            "preuve_absente",
            "Cette page était ouverte depuis une autre connexion. Rechargez-la, puis recommencez.",
            "This page belongs to another log-in. Reload it, then try again.",
        )
        .into())
    }

    /// A fresh id for the command a form sends (double clicks repeat it), which nobody can foresee: made of a secret
    /// of this process and a count, as a page has one for each of its forms.
    pub(in crate::edge) fn cle() -> String {
        static SECRET: LazyLock<Option<[u8; 32]>> = LazyLock::new(|| {
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).ok().map(|()| secret)
        });
        static RANG: AtomicU64 = AtomicU64::new(0);
        // Without randomness there is no id, and a repeat is a command of its own.
        let Some(secret) = SECRET.as_ref() else {
            return String::new();
        };
        let mut cle = Sha256::new_with_prefix(secret);
        cle.update(RANG.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        jetons::hexa(cle.finalize().split_at(16).0)
    }

    /// A form of this session, with its proof and the id of its command.
    pub(in crate::edge) fn formulaire(
        &self,
        action: &str,
        bouton: &str,
        champs: Vec<Champ>,
    ) -> Formulaire {
        let formulaire = Formulaire::new(self.t, action, bouton, champs);
        if self.session.is_none() {
            return formulaire;
        }
        formulaire
            .cache("preuve", self.preuve())
            .cache("cle", Self::cle())
    }

    /// Asks the actors.
    pub(in crate::edge) async fn lire(&self, etat: &Etat, acte: Acte) -> Result<Reponse, Arret> {
        let session = self.session()?.to_owned();
        let requete = Requete::Candidat { session, acte };
        Ok(etat.guichet.traiter(None, requete).await?)
    }

    /// Does what a form asks, once however often it is sent. The proof is checked first.
    pub(in crate::edge) async fn agir(
        &self,
        etat: &Etat,
        saisie: &Saisie,
        acte: Acte,
    ) -> Result<Reponse, Faute> {
        let session = self.session.clone().ok_or(Faute::SessionAbsente)?;
        let requete = Requete::Candidat { session, acte };
        etat.guichet.traiter(saisie.commande(), requete).await
    }

    /// The account.
    pub(in crate::edge) async fn moi(&self, etat: &Etat) -> Result<Box<Moi>, Arret> {
        let Reponse::Moi(moi) = self.lire(etat, Acte::Moi).await? else {
            return Err(Arret::inattendu());
        };
        Ok(moi)
    }

    fn menu(&self) -> Vec<Lien> {
        let t = self.t;
        let mut liens = vec![Lien::new("/", &t.formations())];
        if self.session.is_some() && self.chemin.starts_with("/gestion") {
            // The bar below leads on.
        } else if self.session.is_some() {
            liens.push(Lien::new("/dossiers", &t.mes_candidatures()));
            liens.push(Lien::new("/profil", &t.mon_profil()));
            liens.push(Lien::new("/compte", &t.mon_compte()));
            liens.push(Lien::new("/demandes", &t.aide()));
        } else {
            liens.push(Lien::new("/connexion", &t.se_connecter()));
            liens.push(Lien::new("/inscription", &t.creer_un_compte()));
        }
        for lien in &mut liens {
            lien.ici = lien.chemin == self.chemin;
        }
        liens
    }

    /// The same address in the other language, all else as it is.
    fn autre_langue(&self) -> String {
        let autre = match self.t.langue() {
            Langue::Fr => "en",
            Langue::En => "fr",
        };
        let requete = self.requete.as_deref().unwrap_or_default();
        let gardes = requete
            .split('&')
            .filter(|p| !p.is_empty() && !p.starts_with("lang="));
        let lang = format!("lang={autre}");
        let requete: Vec<&str> = gardes.chain([lang.as_str()]).collect();
        format!("{}?{}", self.chemin, requete.join("&"))
    }

    /// The words on the single sign-on's button, if there is one (G01).
    pub(super) fn bouton_sso(&self) -> Option<String> {
        let libelle = self.maison.sso.as_ref()?;
        let dit = libelle.as_ref().map(|l| l.dans(self.t.langue()).to_owned());
        Some(dit.unwrap_or_else(|| self.t.sso_bouton().to_string()))
    }

    /// A page around a body.
    pub(in crate::edge) fn page<C: Template>(&self, titre: &str, corps: &C) -> Response {
        self.page_avec(titre, corps, (Vec::new(), None))
    }

    /// A page that says what the profile lacks (G11).
    pub(in crate::edge) fn page_de<C: Template>(
        &self,
        moi: &Moi,
        titre: &str,
        corps: &C,
    ) -> Response {
        let manque = moi.profil.manque();
        let liens = manque.iter().map(|section| self.lien_section(*section));
        let refusee = moi.rebond.as_ref().map(|rebond| rebond.mail.clone());
        self.page_avec(titre, corps, (liens.collect(), refusee))
    }

    fn lien_section(&self, section: Section) -> Lien {
        match section {
            Section::Informations => Lien::new("/profil/informations", &self.t.informations()),
            Section::Adresse => Lien::new("/profil/adresse", &self.t.adresse()),
            Section::Baccalaureat => Lien::new("/profil/baccalaureat", &self.t.baccalaureat()),
        }
    }

    fn page_avec<C: Template>(
        &self,
        titre: &str,
        corps: &C,
        (manque, refusee): (Vec<Lien>, Option<String>),
    ) -> Response {
        let t = self.t;
        let cadre = Cadre {
            t,
            maison: &self.maison,
            menu: self.menu(),
            preuve: self.session.is_some().then(|| self.preuve().to_owned()),
            autre_langue: self.autre_langue(),
            manque,
            refusee,
            barre: &self.barre,
            demo: self.heure_demo.map(|heure| t.demo_heure(quand(t, heure))),
        };
        let page = Page {
            titre,
            cadre: &cadre,
            corps,
        };
        let entetes = [(header::CACHE_CONTROL, "no-store")];
        (entetes, Html(rendu(&page))).into_response()
    }
}
