//! Puts the parts together: store, actors, bus, mail, edge. Tests call it too.

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
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::cles::Cles;
use crate::config::{Config, Etablissement};
use crate::edge::{self, Demo, Etat, HorlogeMobile, Statiques};
use crate::vitrine::Vitrine;
use parties::{Acteurs, comptoir_local, comptoir_nats, joindre_nats};
use replique::Partage;

pub use demo::{MOT_DE_PASSE_PERSONNEL, OptionsDemo, personnel_demo};
pub use importation::{
    fautes as fautes_de_campagne, importer, lire as lire_campagne, verifier as verifier_campagne,
};

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
}

/// The edge at work.
#[derive(Debug)]
struct Bord {
    adresse: SocketAddr,
    arret: Option<oneshot::Sender<()>>,
    serveur: JoinHandle<()>,
    vitrine: JoinHandle<()>,
}

impl Drop for Bord {
    fn drop(&mut self) {
        self.serveur.abort();
        self.vitrine.abort();
    }
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
        let cle = CleServeur::new(cles.serveur);
        let (statiques, maison) = Statiques::preparer(&etablissement);
        let facteur = Arc::new(facteur);
        let store = Store::open(parties::kv(&donnees)?).map_err(|e| e.to_string())?;
        // Whoever tries the demo has no telephone at hand for it; who enrols is asked for the code all the same.
        let limites = Limites {
            exiger_second_facteur: false,
            ..Limites::default()
        };
        let mut acteurs = Acteurs::demarrer(store, mobile.clone(), cle, limites, facteur, None)?;
        acteurs.veiller(&donnees, &cles, &blobs).await?;
        let comptoir = comptoir_local(acteurs.guichet.clone());
        let vitrine = Vitrine::new(comptoir.clone());
        rafraichir(&vitrine).await?;
        if vitrine.catalogue().campagne.is_none() {
            demo::importer(&comptoir, &blobs, mobile.maintenant()).await?;
            demo::recruter(&comptoir).await?;
            rafraichir(&vitrine).await?;
        }
        let etat = Etat {
            guichet: comptoir,
            vitrine: Arc::new(vitrine),
            horloge: mobile.clone(),
            blobs,
            cle_accuse: Arc::new(cles.accuse),
            maison: Arc::new(maison),
            statiques: Arc::new(statiques),
            cle_serveur: cles.serveur,
            demo: Some(Demo {
                horloge: mobile,
                mails,
            }),
        };
        Ok(Self {
            bord: Some(bord(ecoute, adresse, etat)),
            acteurs: Some(acteurs),
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
        let replicas = config.nats.as_ref().and_then(|n| n.replicas);
        let partage = match (&nats, replicas) {
            (Some(nats), Some(replicas)) => Some(Partage::ouvrir(nats, replicas.into()).await?),
            (Some(_) | None, _) => None,
        };
        let blobs = match &partage {
            Some(partage) => partage.fichiers(blobs),
            None => blobs,
        };
        let horloge: Arc<dyn Horloge> = Arc::new(HorlogeSysteme);
        let acteurs = match role {
            Role::Bord => None,
            Role::Tout | Role::Acteurs => {
                let commun = (nats.as_ref(), partage.as_ref());
                Some(acteurs_de(&config, (&cles, &blobs), commun, horloge.clone()).await?)
            }
        };
        let mut partie = None;
        if role != Role::Acteurs {
            let comptoir = match (&nats, &acteurs) {
                // Every node has everything: the actors beside the edge answer at once.
                (_, Some(acteurs)) if partage.is_some() => comptoir_local(acteurs.guichet.clone()),
                (Some(nats), _) => comptoir_nats(nats),
                (None, Some(acteurs)) => comptoir_local(acteurs.guichet.clone()),
                (None, None) => return Err("rien à servir".to_owned()),
            };
            let vitrine = Vitrine::new(comptoir.clone());
            if let Err(faute) = vitrine.rafraichir().await {
                tracing::warn!(
                    ?faute,
                    "the actors do not answer yet; the offer stays empty until they do"
                );
            }
            let (ecoute, adresse) = ecouter(config.serveur.listen).await?;
            let (statiques, maison) = Statiques::preparer(&config.etablissement);
            let etat = Etat {
                guichet: comptoir,
                vitrine: Arc::new(vitrine),
                horloge,
                blobs,
                cle_accuse: Arc::new(cles.accuse),
                maison: Arc::new(maison),
                statiques: Arc::new(statiques),
                cle_serveur: cles.serveur,
                demo: None,
            };
            partie = Some(bord(ecoute, adresse, etat));
        }
        Ok(Self {
            bord: partie,
            acteurs,
        })
    }

    /// Where the edge listens, if this process runs one.
    pub fn adresse(&self) -> Option<SocketAddr> {
        self.bord.as_ref().map(|b| b.adresse)
    }

    /// Stops: no new connection, what is under way finishes, then the actors end.
    pub async fn arreter(mut self) {
        if let Some(mut bord) = self.bord.take() {
            drop(bord.arret.take());
            if let Err(erreur) = (&mut bord.serveur).await {
                tracing::error!(%erreur, "the server ended badly");
            }
        }
        if let Some(acteurs) = self.acteurs.take() {
            acteurs.arreter().await;
        }
    }
}

/// The actors, with their store as the configuration wants it.
async fn acteurs_de(
    config: &Config,
    (cles, blobs): (&Cles, &Blobs),
    (nats, partage): (Option<&Nats>, Option<&Partage>),
    horloge: Arc<dyn Horloge>,
) -> Result<Acteurs, String> {
    let facteur = courrier::facteur(config, horloge.clone())?;
    let kv = parties::kv(&config.donnees)?;
    let store = match partage {
        Some(partage) => partage.store(kv).await?,
        None => Store::open(kv).map_err(|e| e.to_string())?,
    };
    let mut partie = Acteurs::demarrer(
        store,
        horloge.clone(),
        CleServeur::new(cles.serveur),
        config.limites,
        Arc::new(facteur),
        nats,
    )?;
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

async fn ouvrir(donnees: &Path) -> Result<(Cles, Blobs), String> {
    let dire = |quoi: PathBuf| move |e: io::Error| format!("{} : {e}", quoi.display());
    tokio::fs::create_dir_all(donnees)
        .await
        .map_err(dire(donnees.to_owned()))?;
    let cles = Cles::ouvrir(donnees).map_err(dire(donnees.join("cles")))?;
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

fn bord(ecoute: TcpListener, adresse: SocketAddr, etat: Etat) -> Bord {
    let vitrine = etat.vitrine.clone();
    let (arret, arreter) = oneshot::channel::<()>();
    Bord {
        adresse,
        arret: Some(arret),
        serveur: tokio::spawn(edge::servir(ecoute, edge::routes(etat), async {
            // The sender dropped means the same as a message: stop.
            let _arret = arreter.await;
        })),
        vitrine: tokio::spawn(async move { vitrine.tourner().await }),
    }
}
