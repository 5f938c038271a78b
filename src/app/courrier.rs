//! Who sends the mails, as the configuration wants it.

use std::path::PathBuf;
use std::sync::Arc;

use actors::ports::Horloge;
use jiff::tz::TimeZone;

use crate::config::{Config, Sortie};
use crate::mail::{Facteur, FauteModele, Modeles, Transport};

/// The zone dates are written in.
const FUSEAU: &str = "Europe/Paris";

/// Of `serve`.
pub(super) fn facteur(config: &Config, horloge: Arc<dyn Horloge>) -> Result<Facteur, String> {
    let transport = match &config.mail.sortie {
        Sortie::Smtp(url) => Transport::smtp(url)?,
        Sortie::Dossier(dossier) => Transport::Dossier(dossier.clone()),
    };
    let etablissement = &config.etablissement;
    Ok(Facteur {
        transport,
        expediteur: Facteur::expediteur(&etablissement.nom, &config.mail.from)?,
        etablissement: etablissement.nom.clone(),
        url: config.serveur.public_url.clone(),
        support: etablissement.support.clone(),
        modeles: Modeles::charger(config.mail.modeles.as_deref()).map_err(|f| dire(&f))?,
        fuseau: TimeZone::get(FUSEAU).map_err(|e| e.to_string())?,
        horloge,
    })
}

/// Of the demo: into a folder.
pub(super) fn demo(
    mails: PathBuf,
    url: String,
    horloge: Arc<dyn Horloge>,
) -> Result<Facteur, String> {
    let (nom, adresse) = ("Université de démonstration", "candidature@demo.example");
    Ok(Facteur {
        transport: Transport::Dossier(mails),
        expediteur: Facteur::expediteur(nom, adresse)?,
        etablissement: nom.to_owned(),
        url,
        support: Some(adresse.to_owned()),
        modeles: Modeles::integres().map_err(|f| dire(&f))?,
        fuseau: TimeZone::get(FUSEAU).map_err(|e| e.to_string())?,
        horloge,
    })
}

fn dire(fautes: &[FauteModele]) -> String {
    let fautes: Vec<String> = fautes.iter().map(ToString::to_string).collect();
    format!("[mail] modeles :\n{}", fautes.join("\n"))
}
