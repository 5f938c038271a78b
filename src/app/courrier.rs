//! Who sends the mails, as the configuration wants it.

use std::path::PathBuf;
use std::sync::Arc;

use actors::ports::Horloge;
use jiff::tz::TimeZone;

use crate::config::{Config, Sortie};
use crate::lettres::Lettres;
use crate::mail::{Facteur, FauteModele, Maison, Modeles, Redaction, Transport};

/// Whose demo it is.
pub(super) const NOM_DEMO: &str = "Université de démonstration";
/// Where its mails come from and questions go.
pub(super) const ADRESSE_DEMO: &str = "candidature@demo.example";
/// The mail server that checks who writes to the demo: its own form.
pub(crate) const SERVEUR_DEMO: &str = "demo.example";
/// The zone dates are written in.
const FUSEAU: &str = "Europe/Paris";

/// Of `serve`.
pub(super) fn facteur(config: &Config, horloge: Arc<dyn Horloge>) -> Result<Facteur, String> {
    let transport = match &config.mail.sortie {
        Sortie::Smtp(url) => Transport::smtp(url)?,
        Sortie::Dossier(dossier) => Transport::Dossier(dossier.clone()),
    };
    let facteur = Facteur::new(transport, maison(config)?, modeles(config)?, horloge)?;
    let facteur = facteur.croire(config.support.authserv_id.clone());
    Ok(facteur.lettres(lettres(config)?))
}

fn maison(config: &Config) -> Result<Maison, String> {
    let etablissement = &config.etablissement;
    Ok(Maison {
        nom: etablissement.nom.clone(),
        url: config.serveur.public_url.clone(),
        from: config.mail.from.clone(),
        enveloppe: config.mail.envelope.clone(),
        support: etablissement.support.clone(),
        fuseau: fuseau()?,
    })
}

fn modeles(config: &Config) -> Result<Modeles, String> {
    Modeles::charger(config.mail.modeles.as_deref()).map_err(|f| dire(&f))
}

/// What whoever edits the texts of mails on screen is shown.
pub(super) fn redaction(config: &Config) -> Result<Arc<Redaction>, String> {
    Ok(Redaction::new(modeles(config)?, maison(config)?))
}

/// The same in the demo.
pub(super) fn redaction_demo(url: String) -> Result<Arc<Redaction>, String> {
    let modeles = Modeles::integres().map_err(|f| dire(&f))?;
    Ok(Redaction::new(modeles, maison_demo(url)?))
}

/// The letters of decision a configuration asks for.
pub(super) fn lettres(config: &Config) -> Result<Arc<Lettres>, String> {
    let lues = Lettres::charger(config.mail.lettres.as_deref());
    lues.map(Arc::new)
        .map_err(|fautes| format!("[mail] lettres :\n{}", fautes.join("\n")))
}

/// Of the demo: into a folder.
pub(super) fn demo(
    mails: PathBuf,
    url: String,
    horloge: Arc<dyn Horloge>,
) -> Result<Facteur, String> {
    let maison = maison_demo(url)?;
    let modeles = Modeles::integres().map_err(|f| dire(&f))?;
    let facteur = Facteur::new(Transport::Dossier(mails), maison, modeles, horloge)?;
    let lettres = Lettres::charger(None).map_err(|fautes| fautes.join("\n"))?;
    let facteur = facteur.croire(Some(SERVEUR_DEMO.to_owned()));
    Ok(facteur.lettres(Arc::new(lettres)))
}

fn maison_demo(url: String) -> Result<Maison, String> {
    let adresse = ADRESSE_DEMO.to_owned();
    Ok(Maison {
        nom: NOM_DEMO.to_owned(),
        url,
        from: adresse.clone(),
        enveloppe: None,
        support: Some(adresse),
        fuseau: fuseau()?,
    })
}

fn fuseau() -> Result<TimeZone, String> {
    TimeZone::get(FUSEAU).map_err(|e| e.to_string())
}

fn dire(fautes: &[FauteModele]) -> String {
    let fautes: Vec<String> = fautes.iter().map(ToString::to_string).collect();
    format!("[mail] modeles :\n{}", fautes.join("\n"))
}
