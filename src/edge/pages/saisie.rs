//! What a form holds, as the browser sent it.

use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};

use super::visiteur::Arret;
use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// Fields in order; a name may come twice.
#[derive(Clone, Debug, Default)]
pub(in crate::edge) struct Saisie(pub(in crate::edge) Vec<(String, String)>);

impl FromRequest<Etat> for Saisie {
    type Rejection = Arret;

    async fn from_request(requete: Request, etat: &Etat) -> Result<Self, Arret> {
        match Form::from_request(requete, etat).await {
            Ok(Form(champs)) => Ok(Self(champs)),
            Err(rejet) => {
                tracing::debug!(%rejet, "a form was not read");
                Err(Probleme::http(
                    StatusCode::BAD_REQUEST,
                    "formulaire_invalide",
                    "Ce formulaire n'est pas arrivé en entier. Revenez à la page, puis recommencez.",
                    "This form did not arrive in full. Go back to the page, then try again.",
                )
                .into())
            }
        }
    }
}

impl Saisie {
    /// A field as typed.
    pub(in crate::edge) fn brut(&self, nom: &str) -> Option<String> {
        let mut champs = self.0.iter();
        champs.find(|(n, _)| n == nom).map(|(_, v)| v.clone())
    }

    /// A field that holds something.
    pub(in crate::edge) fn texte(&self, nom: &str) -> Option<String> {
        self.brut(nom).filter(|v| !v.trim().is_empty())
    }

    /// Every value under this name.
    pub(in crate::edge) fn tous(&self, nom: &str) -> Vec<String> {
        let valeurs = self.0.iter().filter(|(n, v)| n == nom && !v.is_empty());
        valeurs.map(|(_, v)| v.clone()).collect()
    }

    /// The id of the command this form sends: the page's own, bound to the content. A double click repeats
    /// it; the same page sent with something else in it is another command.
    pub(in crate::edge) fn commande(&self) -> Option<String> {
        let cle = self.texte("cle")?;
        let mut empreinte = Sha256::new();
        for (nom, valeur) in self.0.iter().filter(|(nom, _)| nom != "preuve") {
            for partie in [nom, valeur] {
                empreinte.update((partie.len() as u64).to_be_bytes());
                empreinte.update(partie.as_bytes());
            }
        }
        let hexa = actors::jetons::hexa(&empreinte.finalize());
        Some(format!(
            "page-{}-{hexa}",
            cle.chars().take(32).collect::<String>()
        ))
    }
}
