//! Style, script, logo: named by their content, compressed once, kept by browsers for a year (Q43).

use std::collections::BTreeMap;
use std::io::Write;

use actors::jetons::hexa;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::Etat;
use super::problemes::Probleme;
use crate::config::{Etablissement, Logo};
use crate::views::Maison;

const STYLE: &str = include_str!("../static/style.css");
const SCRIPT: &str = include_str!("../static/postule.js");
/// Characters of the content's fingerprint in its name.
const LONGUEUR_EMPREINTE: usize = 16;

struct Fichier {
    octets: Bytes,
    gzip: Option<Bytes>,
    mime: &'static str,
    etiquette: HeaderValue,
}

/// The files of the frame, by name.
#[derive(Default)]
pub struct Statiques(BTreeMap<String, Fichier>);

impl std::fmt::Debug for Statiques {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Statiques {
    /// The files of this establishment, and the frame that names them.
    pub fn preparer(etablissement: &Etablissement) -> (Self, Maison) {
        let mut statiques = Self::default();
        let style = [STYLE, &etablissement.couleur.regles()].concat();
        let style = statiques.ajouter("style", "css", "text/css; charset=utf-8", style.into());
        let script = statiques.ajouter(
            "postule",
            "js",
            "text/javascript; charset=utf-8",
            SCRIPT.into(),
        );
        let logo = etablissement.logo.as_ref().map(|logo: &Logo| {
            let (extension, mime) = logo.genre;
            statiques.ajouter("logo", extension, mime, logo.octets.clone().into())
        });
        let maison = Maison {
            nom: etablissement.nom.clone(),
            assistance: etablissement.support.clone(),
            accueil: etablissement.accueil.clone(),
            pied: etablissement.pied.clone(),
            style,
            script,
            logo,
            sso: None,
        };
        (statiques, maison)
    }

    fn ajouter(&mut self, nom: &str, extension: &str, mime: &'static str, octets: Bytes) -> String {
        let mut empreinte = hexa(&Sha256::digest(&octets));
        empreinte.truncate(LONGUEUR_EMPREINTE);
        let nom = format!("{nom}.{empreinte}.{extension}");
        let fichier = Fichier {
            gzip: comprimer(&octets).filter(|petit| petit.len() < octets.len()),
            octets,
            mime,
            etiquette: HeaderValue::from_str(&format!("\"{empreinte}\""))
                .unwrap_or_else(|_| HeaderValue::from_static("\"\"")),
        };
        let chemin = format!("/statique/{nom}");
        self.0.insert(nom, fichier);
        chemin
    }
}

fn comprimer(octets: &[u8]) -> Option<Bytes> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(octets).ok()?;
    gzip.finish().ok().map(Bytes::from)
}

/// Whether the asker takes gzip.
pub(super) fn accepte_gzip(entetes: &HeaderMap) -> bool {
    let accepte = entetes.get_all(header::ACCEPT_ENCODING).iter();
    accepte
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .any(|v| {
            let mut parties = v.split(';').map(str::trim);
            parties.next() == Some("gzip") && !parties.any(|q| matches!(q, "q=0" | "q=0.0"))
        })
}

pub(super) async fn servir(
    State(etat): State<Etat>,
    Path(nom): Path<String>,
    entetes: HeaderMap,
) -> Result<Response, Probleme> {
    let fichier = etat.statiques.0.get(&nom);
    let fichier = fichier.ok_or(domain::refus::CodeRefus::Introuvable)?;
    let connue = entetes.get(header::IF_NONE_MATCH);
    let mut reponse = if connue == Some(&fichier.etiquette) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match &fichier.gzip {
            Some(petit) if accepte_gzip(&entetes) => {
                ([(header::CONTENT_ENCODING, "gzip")], petit.clone()).into_response()
            }
            Some(_) | None => fichier.octets.clone().into_response(),
        }
    };
    let poses = reponse.headers_mut();
    poses.insert(header::CONTENT_TYPE, HeaderValue::from_static(fichier.mime));
    poses.insert(header::ETAG, fichier.etiquette.clone());
    // The name changes with the content.
    let toujours = HeaderValue::from_static("public, max-age=31536000, immutable");
    poses.insert(header::CACHE_CONTROL, toujours);
    poses.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(reponse)
}
