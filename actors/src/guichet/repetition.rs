//! A repeat of a request without a session, recognised by its key: it gets the first answer.

use storage::Batch;

use super::Guichet;
use crate::atelier::faute;
use crate::fil::dedup;
use crate::jetons::{cle_session, hexa};
use crate::protocol::{Faute, Reponse, Requete};

/// Under what the answer is kept. Whose request it is stands in for the session, and is hashed: nobody's key
/// answers for another's request, and nothing here says who asked. A log-in is never repeated: its answer
/// holds a token, which is stored nowhere (Q11).
pub(super) fn cle(id: Option<&str>, requete: &Requete) -> Option<String> {
    let (genre, cible) = if let Requete::Inscrire { mail, .. } = requete {
        ("inscrire", mail)
    } else if let Requete::Valider { jeton } = requete {
        ("valider", jeton)
    } else if let Requete::RenvoyerLien { mail } = requete {
        ("lien", mail)
    } else if let Requete::DemanderReinitialisation { mail, .. } = requete {
        ("oubli", mail)
    } else if let Requete::Reinitialiser { jeton, .. } = requete {
        ("reinitialiser", jeton)
    } else if let Requete::ConfirmerMail { jeton } = requete {
        ("adresse", jeton)
    } else {
        return None;
    };
    let texte = format!("{genre} {cible} {}", id?);
    Some(format!("public/{}", hexa(&cle_session(&texte))))
}

impl Guichet {
    pub(super) fn deja_repondu(&self, cle: &str) -> Result<Option<Reponse>, Faute> {
        let ligne = self.atelier.store.dedup(cle).map_err(|e| faute(&e))?;
        Ok(ligne.and_then(|octets| serde_json::from_slice(&octets).ok()))
    }

    pub(super) async fn retenir(&self, cle: String, reponse: &Reponse) -> Result<(), Faute> {
        let lot = Batch {
            dedup: dedup(&self.atelier, Some(cle), reponse),
            ..Batch::default()
        };
        match self.atelier.store.commit(lot).await {
            // Two at once: both did the same.
            Ok(_) | Err(storage::StoreError::Duplicate(_)) => Ok(()),
            Err(erreur) => Err(faute(&erreur)),
        }
    }
}
