//! A browser without a screen: follows redirects, keeps cookies, fills in forms.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use fixtures::client::{Client, Reponse};
use fixtures::processus::{Postule, campagne_ouverte, configuration};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::annuaires::{Annuaire, ICI};

const FORMULAIRE: &str = "application/x-www-form-urlencoded";

/// `postule serve` with a section of its own.
pub(crate) struct Site {
    /// Ended with the site.
    _postule: Postule,
    pub(crate) client: Client,
    pub(crate) dossier: PathBuf,
}

impl Site {
    pub(crate) fn ouvrir(dossier: &Path, reste: &str) -> Self {
        let config = configuration(dossier, &campagne_ouverte(dossier), reste);
        let config = config.to_str().unwrap();
        let arguments = ["serve", "--config", config];
        let postule = Postule::demarrer(env!("CARGO_BIN_EXE_postule"), &arguments);
        let client = postule.client(dossier.join("mail"));
        Self {
            _postule: postule,
            client,
            dossier: dossier.to_owned(),
        }
    }
}

/// A browser, with what each host gave it to keep.
#[derive(Clone, Default)]
pub(crate) struct Navigateur(BTreeMap<SocketAddr, BTreeMap<String, String>>);

impl Navigateur {
    pub(crate) async fn envoyer(
        &mut self,
        ou: SocketAddr,
        (methode, chemin): (&str, &str),
        champs: &[(&str, &str)],
    ) -> Reponse {
        let client = Client::new(ou, "sans".into());
        let gardes = self.0.entry(ou).or_default();
        let cookies: Vec<String> = gardes.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let cookies = cookies.join("; ");
        let mut entetes = vec![("cookie", cookies.as_str()), ("accept-language", "fr")];
        let mut corps = vec![];
        if methode == "POST" {
            entetes.push(("content-type", FORMULAIRE));
            corps = Serializer::new(String::new())
                .extend_pairs(champs)
                .finish()
                .into_bytes();
        }
        let reponse = client.envoyer(methode, chemin, &entetes, corps).await;
        for pose in reponse.entetes.get_all("set-cookie") {
            let pose = pose.to_str().unwrap().split(';').next().unwrap();
            let (nom, valeur) = pose.split_once('=').unwrap();
            if valeur.is_empty() {
                gardes.remove(nom);
            } else {
                gardes.insert(nom.to_owned(), valeur.to_owned());
            }
        }
        reponse
    }

    pub(crate) async fn lire(&mut self, ou: SocketAddr, chemin: &str) -> Reponse {
        self.envoyer(ou, ("GET", chemin), &[]).await
    }

    /// The session it holds, for the API.
    pub(crate) fn session(&self, site: &Site) -> Option<String> {
        self.0
            .get(&site.client.adresse)?
            .get("__Host-session")
            .cloned()
    }

    /// Forgets the session here, and keeps the provider's.
    pub(crate) fn oublier(&mut self, site: &Site) {
        self.0.remove(&site.client.adresse);
    }

    /// To the provider and back to the door, which is not yet opened: the path of the way back.
    pub(crate) async fn passer(
        &mut self,
        site: &Site,
        annuaire: &Annuaire,
        (depart, qui): (&str, &[(&str, &str)]),
    ) -> String {
        let depart = self.lire(site.client.adresse, depart).await;
        self.passer_depuis(annuaire, (depart, qui)).await
    }

    /// The same, from an answer of ours that leads there.
    pub(crate) async fn passer_depuis(
        &mut self,
        annuaire: &Annuaire,
        (mut reponse, qui): (Reponse, &[(&str, &str)]),
    ) -> String {
        for _ in 0..8 {
            let vers = |nom: &str| {
                let lu = reponse.entetes.get(nom)?.to_str().unwrap();
                Some(lu.trim_start_matches("0;url=").to_owned())
            };
            let ou = if reponse.statut.is_redirection() {
                vers("location")
            } else {
                vers("refresh")
            };
            let ou = ou.unwrap_or_default();
            if let Some(retour) = ou
                .strip_prefix(ICI)
                .filter(|r| r.starts_with("/sso/retour?"))
            {
                return retour.to_owned();
            }
            let chemin = match Url::parse(&ou) {
                Ok(url) => url[url::Position::BeforePath..].to_owned(),
                Err(_) if ou.starts_with('/') => ou,
                Err(_) => panic!("{}: {}", reponse.statut, texte(&reponse)),
            };
            reponse = self.lire(annuaire.adresse, &chemin).await;
            if reponse.statut == 200 {
                let html = texte(&reponse);
                let caches = ["csrfmiddlewaretoken", "service", "lt", "renew", "gateway"];
                let caches = caches
                    .iter()
                    .filter_map(|nom| Some((*nom, champ(&html, nom)?)));
                let caches: Vec<_> = caches.collect();
                let mut champs: Vec<_> = caches.iter().map(|(n, v)| (*n, v.as_str())).collect();
                champs.extend_from_slice(qui);
                reponse = self
                    .envoyer(annuaire.adresse, ("POST", &chemin), &champs)
                    .await;
            }
        }
        panic!("the provider leads round in circles");
    }

    /// The same, and through the door.
    pub(crate) async fn entrer(
        &mut self,
        site: &Site,
        annuaire: &Annuaire,
        voie: (&str, &[(&str, &str)]),
    ) -> Reponse {
        let retour = self.passer(site, annuaire, voie).await;
        self.lire(site.client.adresse, &retour).await
    }
}

pub(crate) fn texte(reponse: &Reponse) -> String {
    String::from_utf8(reponse.octets.to_vec()).unwrap()
}

/// The value of a field of a form.
pub(crate) fn champ(html: &str, nom: &str) -> Option<String> {
    let (avant, suite) = html.split_once(&format!("name=\"{nom}\""))?;
    let debut = avant.rsplit('<').next()?;
    let balise = format!("{debut}{}", suite.split('>').next()?);
    let (_, valeur) = balise.split_once("value=\"")?;
    Some(valeur.split('"').next()?.replace("&amp;", "&"))
}
