//! Puts the parts together: store, actors, bus, mail, edge. Tests call it too.

mod bord;
mod courrier;
mod demo;
mod importation;
mod parties;
mod replique;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::atelier::Limites;
use actors::jetons::CleServeur;
use actors::ports::{Horloge, HorlogeSysteme};
use bus::Nats;
use storage::Store;
use storage::blobs::Blobs;
use tokio::net::TcpListener;

use crate::antivirus::Antivirus;
use crate::cles::Cles;
use crate::comptoir::Comptoir;
use crate::config::{Config, Etablissement};
use crate::edge::{
    Cadence, Demo, Disque, Etat, Fonds, HorlogeMobile, Outils, Porte, Secret, Sentinelle, Sso,
    Statiques, Verifier,
};
use crate::mail::Facteur;
use crate::portes::tube;
use crate::views::Maison;
use crate::vitrine::Vitrine;
use bord::{Bord, VerifierAntivirus, VerifierMail, VerifierNats};
use parties::{Acteurs, comptoir_local, comptoir_nats};
use replique::Partage;

pub(crate) use parties::pourquoi as pourquoi_nats;

pub use demo::{ETUDIANTE_DEMO, MOT_DE_PASSE_PERSONNEL, OptionsDemo, personnel_demo};
pub use importation::{
    fautes as fautes_de_campagne, importer, lire as lire_campagne, verifier as verifier_campagne,
};
pub(crate) use parties::joindre_nats;
pub use replique::amorcer;
pub(crate) use replique::{INSTANTANE, partages};

/// Which parts this process runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Edge and actors.
    #[default]
    Tout,
    /// The edge only; the actors answer over NATS.
    Bord,
    /// The actors only.
    Acteurs,
}

/// A running program; dropping it stops it at once, [`App::arreter`] lets requests finish.
#[derive(Debug)]
pub struct App {
    bord: Option<Bord>,
    acteurs: Option<Acteurs>,
    blobs: Blobs,
}

impl App {
    /// Starts the demo: embedded, with a sample campaign.
    ///
    /// # Errors
    /// The reason in words, with what to do.
    pub async fn demo(options: OptionsDemo) -> Result<Self, String> {
        let donnees = options.donnees;
        let mobile = options
            .maintenant
            .map_or_else(HorlogeMobile::default, HorlogeMobile::a);
        let mobile = Arc::new(mobile);
        let (cles, blobs) = ouvrir(&donnees).await?;
        let (ecoute, adresse) = ecouter(options.ecoute).await?;
        let mails = donnees.join("mail");
        let facteur = courrier::demo(mails.clone(), format!("http://{adresse}"), mobile.clone())?;
        let etablissement = Etablissement::new(courrier::NOM_DEMO, courrier::ADRESSE_DEMO);
        let mut outils = Outils::new(&format!("http://{adresse}"), Cadence::demo());
        let cle = CleServeur::new(cles.serveur);
        let (statiques, maison) = Statiques::preparer(&etablissement);
        let facteur = Arc::new(facteur);
        let store = Store::open(parties::kv(&donnees)?).map_err(|e| e.to_string())?;
        outils.apercus = bord::apercus(&donnees, &blobs)?;
        outils.sorties = bord::sorties(&donnees)?;
        outils.redaction = Some(courrier::redaction_demo(format!("http://{adresse}"))?);
        outils.sentinelle = sentinelle(&donnees, (Some(facteur.clone()), None, None));
        // Whoever tries the demo has no telephone at hand for it; who enrols is asked for the code all the same.
        let limites = Limites {
            exiger_second_facteur: false,
            ..Limites::default()
        };
        let mut acteurs =
            Acteurs::demarrer(store, mobile.clone(), cle, limites, facteur.clone(), None)?;
        acteurs.veiller(&donnees, &cles, &blobs).await?;
        let support = demo::support(&donnees);
        acteurs.trier(facteur, &blobs, &support);
        let comptoir = comptoir_local(acteurs.guichet.clone()).garde(outils.garde.clone());
        let vitrine = Vitrine::new(comptoir.clone());
        rafraichir(&vitrine).await?;
        if vitrine.catalogue().campagne.is_none() {
            demo::importer(&comptoir, &blobs, mobile.maintenant()).await?;
            demo::recruter(&comptoir).await?;
            demo::immatriculer(&acteurs.guichet.scolarite()).await?;
            rafraichir(&vitrine).await?;
        }
        let etat = Etat::from(Fonds {
            guichet: comptoir,
            vitrine: Arc::new(vitrine),
            horloge: mobile.clone(),
            blobs: blobs.clone(),
            cle_accuse: Arc::new(cles.accuse),
            maison: Arc::new(maison),
            statiques: Arc::new(statiques),
            cle_serveur: cles.serveur,
            outils: Arc::new(outils),
            sso: None,
            demo: Some(Demo {
                horloge: mobile,
                mails,
                support: support.dossier.unwrap_or_default(),
            }),
        });
        Ok(Self {
            bord: Some(Bord::demarrer(
                (ecoute, adresse),
                Porte::default(),
                None,
                &etat,
            )),
            acteurs: Some(acteurs),
            blobs,
        })
    }

    /// Starts what a configuration asks for.
    ///
    /// # Errors
    /// The reason in words, with what to do.
    pub async fn servir(config: Config, role: Role) -> Result<Self, String> {
        if role != Role::Tout && config.nats.is_none() {
            return Err(
                "un bord ou des acteurs seuls se parlent par NATS : donnez [bus] nats".to_owned(),
            );
        }
        let (cles, blobs) = ouvrir(&config.donnees).await?;
        let nats = match &config.nats {
            Some(nats) => Some(joindre_nats(nats).await?),
            None => None,
        };
        let (partage, blobs) = partager(&config, nats.as_ref(), blobs).await?;
        let horloge: Arc<dyn Horloge> = Arc::new(HorlogeSysteme);
        let facteur = || courrier::facteur(&config, horloge.clone()).map(Arc::new);
        let poste = match role {
            Role::Bord => None,
            Role::Tout | Role::Acteurs => Some(facteur()?),
        };
        let acteurs = match &poste {
            None => None,
            Some(facteur) => {
                let commun = (nats.as_ref(), partage.as_ref());
                let outils = (horloge.clone(), facteur.clone());
                Some(acteurs_de(&config, (&cles, &blobs), commun, outils).await?)
            }
        };
        let mut partie = None;
        if role != Role::Acteurs {
            // Every node has everything: the actors beside the edge answer at once.
            let lointains = nats
                .as_ref()
                .filter(|_| partage.is_none() || acteurs.is_none());
            let comptoir = comptoir(lointains, acteurs.as_ref())?;
            let outils = outils(&config, poste, nats.as_ref(), &blobs)?;
            let comptoir = comptoir.garde(outils.garde.clone());
            let vitrine = Vitrine::new(comptoir.clone());
            if let Err(faute) = vitrine.rafraichir().await {
                tracing::warn!(
                    ?faute,
                    "the actors do not answer yet; the offer stays empty until they do"
                );
            }
            let porte = bord::porte(&config.serveur)?;
            let ecoute = ecouter(config.serveur.listen).await?;
            let admin = bord::admin(&config.serveur).await?;
            let (statiques, mut maison) = Statiques::preparer(&config.etablissement);
            let sso = sso(&config, &mut maison)?;
            let etat = Etat::from(Fonds {
                guichet: comptoir,
                vitrine: Arc::new(vitrine),
                horloge,
                blobs: blobs.clone(),
                cle_accuse: Arc::new(cles.accuse),
                maison: Arc::new(maison),
                statiques: Arc::new(statiques),
                cle_serveur: cles.serveur,
                outils: Arc::new(outils),
                sso,
                demo: None,
            });
            partie = Some(Bord::demarrer(ecoute, porte, admin, &etat));
        }
        Ok(Self {
            bord: partie,
            acteurs,
            blobs,
        })
    }

    /// Where the edge listens, if this process runs one.
    pub fn adresse(&self) -> Option<SocketAddr> {
        self.bord.as_ref().map(|b| b.adresse)
    }

    /// Where the operator's routes are, if anywhere.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.bord.as_ref().and_then(|b| b.admin)
    }

    /// Stops: no new connection, what is under way finishes, then the actors end.
    pub async fn arreter(mut self) {
        if let Some(bord) = self.bord.take() {
            bord.arreter().await;
        }
        if let Some(acteurs) = self.acteurs.take() {
            acteurs.arreter().await;
        }
    }
}

/// What the nodes of one log share, if the configuration says that there are several; files are then found on any of them.
async fn partager(
    config: &Config,
    nats: Option<&Nats>,
    blobs: Blobs,
) -> Result<(Option<Partage>, Blobs), String> {
    let replicas = config.nats.as_ref().and_then(|n| n.replicas);
    let (Some(nats), Some(replicas)) = (nats, replicas) else {
        return Ok((None, blobs));
    };
    let partage = Partage::ouvrir(nats, replicas.into()).await?;
    let blobs = partage.fichiers(blobs);
    Ok((Some(partage), blobs))
}

/// The actors, with their store as the configuration wants it.
async fn acteurs_de(
    config: &Config,
    (cles, blobs): (&Cles, &Blobs),
    (nats, partage): (Option<&Nats>, Option<&Partage>),
    (horloge, facteur): (Arc<dyn Horloge>, Arc<Facteur>),
) -> Result<Acteurs, String> {
    let kv = parties::kv(&config.donnees)?;
    let store = match partage {
        Some(partage) => partage.store(kv, &config.donnees).await?,
        None => replique::seul(kv, &config.donnees)?,
    };
    let mut partie = Acteurs::demarrer(
        store,
        horloge.clone(),
        CleServeur::new(cles.serveur),
        limites(config),
        facteur.clone(),
        nats,
    )?;
    partie.trier(facteur, blobs, &config.support);
    if let Some(fichier) = &config.campagne {
        let comptoir = comptoir_local(partie.guichet.clone());
        importer(&comptoir, blobs, fichier).await?;
    }
    if let Some(nats) = nats {
        partie.servir(nats).await?;
    }
    partie.veiller(&config.donnees, cles, blobs).await?;
    Ok(partie)
}

/// The establishment's log-in, if the configuration has one.
fn sso(config: &Config, maison: &mut Maison) -> Result<Option<Arc<Sso>>, String> {
    let Some(sso) = &config.sso else {
        return Ok(None);
    };
    maison.sso = Some(sso.libelle.clone());
    let sso = Sso::new(sso, &config.serveur.public_url)?;
    Ok(Some(Arc::new(sso)))
}

/// Lives, with those of requests to the support.
fn limites(config: &Config) -> Limites {
    let (support, limites) = (&config.support, config.limites);
    Limites {
        delai_reponse: support.delai_reponse.unwrap_or(limites.delai_reponse),
        delai_reouverture: support
            .delai_reouverture
            .unwrap_or(limites.delai_reouverture),
        conservation_mails: support.conservation.unwrap_or(limites.conservation_mails),
        ..limites
    }
}

/// The way to the actors: over NATS, or in this process.
fn comptoir(nats: Option<&Nats>, acteurs: Option<&Acteurs>) -> Result<Comptoir, String> {
    match (nats, acteurs) {
        (Some(nats), _) => Ok(comptoir_nats(nats)),
        (None, Some(acteurs)) => Ok(comptoir_local(acteurs.guichet.clone())),
        (None, None) => Err("rien à servir".to_owned()),
    }
}

/// The edge's tools, as a configuration asks for them.
fn outils(
    config: &Config,
    poste: Option<Arc<Facteur>>,
    nats: Option<&Nats>,
    blobs: &Blobs,
) -> Result<Outils, String> {
    let mut outils = Outils::new(&config.serveur.public_url, config.cadence);
    outils.hsts |= config.serveur.tls.is_some();
    let confiance = &config.serveur.trusted_proxies;
    outils.confiance.clone_from(confiance);
    outils.secret_mail = config.support.secret.clone().map(Secret);
    outils.apercus = bord::apercus(&config.donnees, blobs)?;
    outils.sorties = bord::sorties(&config.donnees)?;
    outils.lettres = Some(courrier::lettres(config)?);
    outils.redaction = Some(courrier::redaction(config)?);
    outils.antivirus = bord::antivirus(config.antivirus.as_ref(), &config.donnees, blobs)?;
    let autres = (poste, nats, outils.antivirus.clone());
    outils.sentinelle = sentinelle(&config.donnees, autres);
    Ok(outils)
}

/// The parts the health page asks, beside the actors.
fn sentinelle(
    donnees: &Path,
    (poste, nats, antivirus): (Option<Arc<Facteur>>, Option<&Nats>, Option<Arc<Antivirus>>),
) -> Sentinelle {
    let mut parties: Vec<Arc<dyn Verifier>> = vec![Arc::new(Disque(donnees.to_owned()))];
    if let Some(facteur) = poste {
        parties.push(Arc::new(VerifierMail(facteur)));
    }
    if let Some(nats) = nats {
        parties.push(Arc::new(VerifierNats(nats.clone())));
    }
    if let Some(antivirus) = antivirus {
        parties.push(Arc::new(VerifierAntivirus(antivirus)));
    }
    Sentinelle::new(parties)
}

async fn ouvrir(donnees: &Path) -> Result<(Cles, Blobs), String> {
    let dire = |quoi: PathBuf| move |e: io::Error| format!("{} : {e}", quoi.display());
    tokio::fs::create_dir_all(donnees)
        .await
        .map_err(dire(donnees.to_owned()))?;
    let cles = Cles::ouvrir(donnees).map_err(dire(donnees.join("cles")))?;
    match tube::balayer(donnees) {
        Ok(0) => {}
        Ok(partis) => tracing::info!(
            partis,
            "files of killed deliveries went; their mails are with Postfix"
        ),
        // Nothing depends on it; the next start tries again.
        Err(erreur) => tracing::warn!(%erreur, "files of killed deliveries stay"),
    }
    let fichiers = donnees.join("fichiers");
    let blobs = Blobs::open(&fichiers).await.map_err(dire(fichiers))?;
    Ok((cles, blobs))
}

async fn ecouter(adresse: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let dire = |e: io::Error| format!("{adresse} : {e}");
    let ecoute = TcpListener::bind(adresse).await.map_err(dire)?;
    let adresse = ecoute.local_addr().map_err(dire)?;
    Ok((ecoute, adresse))
}

async fn rafraichir(vitrine: &Vitrine) -> Result<(), String> {
    vitrine
        .rafraichir()
        .await
        .map_err(|faute| format!("the offer cannot be read: {faute:?}"))
}
