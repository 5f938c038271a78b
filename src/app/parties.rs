//! The two parts of a process: the actors with their store, and the edge.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actors::atelier::{Atelier, Limites};
use actors::guichet::Guichet;
use actors::jetons::CleServeur;
use actors::mots_de_passe::Cout;
use actors::ports::{AleaSysteme, Horloge, Postier};
use actors::protocol::{Requete, Resultat};
use actors::support::OptionsSupport;
use actors::systeme::Systeme;
use bus::{InProcess, Nats, NatsOptions, Serving};
use storage::blobs::Blobs;
use storage::{Kv, SledKv, Store};
use tokio::task::JoinHandle;

use crate::cles::Cles;
use crate::comptoir::Comptoir;
use crate::config;
use crate::controle::{self, Controle, Moyens, Ordre, Retour};
use crate::entretien::{self, Menage};
use crate::mail::Facteur;
use crate::portes::{self, Depot};
use crate::publication::Edition;

/// How long the edge waits for an answer of the actors.
const DELAI: Duration = Duration::from_secs(20);
/// How long a start waits for NATS before it says that it is away.
const PATIENCE_NATS: Duration = Duration::from_secs(10);

/// The actors, the relay, and, over NATS, those who serve requests.
#[derive(Debug)]
pub(super) struct Acteurs {
    pub(super) guichet: Guichet,
    atelier: Arc<Atelier>,
    relais: JoinHandle<()>,
    menage: Option<JoinHandle<()>>,
    /// The support inbox: what sorts it, and its doors.
    boite: Vec<JoinHandle<()>>,
    services: Vec<Serving>,
}

impl Acteurs {
    /// Starts the actors on this store.
    pub(super) fn demarrer(
        store: Store,
        horloge: Arc<dyn Horloge>,
        cle: CleServeur,
        limites: Limites,
        postier: Arc<dyn Postier>,
        nats: Option<&Nats>,
    ) -> Result<Self, String> {
        let store = Arc::new(store);
        let atelier = Atelier::ouvrir(store, horloge, Arc::new(AleaSysteme), cle, limites);
        let atelier = Arc::new(atelier.map_err(|e| e.to_string())?);
        let mut systeme = Systeme::demarrer(atelier.clone(), postier, Cout::default())?;
        if let Some(nats) = nats.cloned() {
            systeme.relais.editer(Arc::new(Edition { nats }));
        }
        Ok(Self {
            guichet: systeme.guichet.clone(),
            atelier,
            relais: tokio::spawn(async move {
                // The whole of it: the thread of the actors ends with this task.
                let systeme = systeme;
                systeme.relais.tourner().await;
            }),
            menage: None,
            boite: Vec::new(),
            services: Vec::new(),
        })
    }

    /// Serves requests that come over NATS, too, and takes the scolarité's records.
    pub(super) async fn servir(&mut self, nats: &Nats) -> Result<(), String> {
        let service = nats.serve::<Requete, Resultat, Guichet>(Arc::new(self.guichet.clone()));
        self.services
            .push(service.await.map_err(|e| e.to_string())?);
        let scolarite = nats.receive_cursus(Arc::new(self.guichet.scolarite()));
        self.services
            .push(scolarite.await.map_err(|e| e.to_string())?);
        Ok(())
    }

    /// Answers the operator's commands on the socket of the data folder, and keeps the house.
    pub(super) async fn veiller(
        &mut self,
        donnees: &Path,
        cles: &Cles,
        blobs: &Blobs,
    ) -> Result<(), String> {
        entretien::inscrire(&self.atelier.store, cles).await?;
        let moyens = Moyens::new(donnees, &self.atelier, self.guichet.clone(), blobs.clone());
        let moyens = Arc::new(moyens);
        let prise = controle::prise(donnees);
        let controle = Arc::new(Controle::new(moyens.clone()));
        match bus::serve_local::<Ordre, Retour, Controle>(&prise, controle) {
            Ok(service) => self.services.push(service),
            // The path is too long for a socket, most likely: everything else works without.
            Err(erreur) => tracing::warn!(
                %erreur,
                prise = %prise.display(),
                "no control socket: operators' commands need the server stopped"
            ),
        }
        self.menage = Some(tokio::spawn(Menage::tourner(moyens)));
        Ok(())
    }

    /// Reads, sorts and answers the mails to the support, and opens their doors on this machine.
    pub(super) fn trier(
        &mut self,
        lecteur: Arc<Facteur>,
        blobs: &Blobs,
        support: &config::Support,
    ) {
        self.atelier.lire_avec(lecteur);
        let options = OptionsSupport {
            adresses: support.adresses.clone(),
            automatique: support.automatique,
            ..OptionsSupport::default()
        };
        let tri = Arc::new(self.guichet.tri(blobs.clone(), options));
        let trieur = tri.clone();
        self.boite
            .push(tokio::spawn(async move { trieur.tourner().await }));
        let ouvrir = |nom| {
            let depot = Depot::new(blobs, &self.guichet, nom);
            (depot, self.guichet.porte(nom))
        };
        if let Some(dossier) = support.dossier.clone() {
            let (depot, porte) = ouvrir(portes::dossier::NOM);
            let porte = portes::dossier::tourner(dossier, depot, porte);
            self.boite.push(tokio::spawn(porte));
        }
        if let Some(boite) = support.imap.clone() {
            let (depot, porte) = ouvrir(portes::imap::NOM);
            let outils = portes::imap::Outils { depot, porte, tri };
            self.boite
                .push(tokio::spawn(portes::imap::tourner(boite, outils)));
        }
    }

    /// Answers what is under way, then ends the actors and closes the store.
    pub(super) async fn arreter(mut self) {
        for service in std::mem::take(&mut self.services) {
            service.stop().await;
        }
        for tache in std::mem::take(&mut self.boite) {
            tache.abort();
            // It holds the store, too.
            let _annule = tache.await;
        }
        if let Some(menage) = self.menage.take() {
            menage.abort();
            // It holds the store, which closes when the last one lets go.
            let _annule = menage.await;
        }
        self.relais.abort();
        // Waits until the actors have ended and the store is closed; being cancelled is how it ends.
        let _annule = (&mut self.relais).await;
    }
}

impl Drop for Acteurs {
    fn drop(&mut self) {
        self.relais.abort();
        for tache in &self.boite {
            tache.abort();
        }
        if let Some(menage) = &self.menage {
            menage.abort();
        }
    }
}

/// The journal of a data folder.
pub(super) fn kv(donnees: &Path) -> Result<Arc<dyn Kv>, String> {
    let kv = SledKv::open(&donnees.join("journal")).map_err(|e| e.to_string())?;
    Ok(Arc::new(kv))
}

/// The actors' counter in this process.
pub(super) fn comptoir_local(guichet: Guichet) -> Comptoir {
    Comptoir::new(Arc::new(InProcess::new(guichet, DELAI)))
}

/// The actors' counter over NATS.
pub(super) fn comptoir_nats(nats: &Nats) -> Comptoir {
    Comptoir::new(Arc::new(nats.bus::<Requete, Resultat>()))
}

/// Connects, and says at once when nothing is there.
pub(crate) async fn joindre_nats(nats: &config::Nats) -> Result<Nats, String> {
    let options = NatsOptions {
        url: nats.url.clone(),
        access: nats.acces.clone(),
        deadline: DELAI,
    };
    let joint = Nats::connect(&options).await.map_err(|e| e.to_string())?;
    if joint.ready(PATIENCE_NATS).await {
        return Ok(joint);
    }
    Err(format!(
        "NATS ne répond pas après {PATIENCE_NATS:?} : {}",
        pourquoi(&joint)
    ))
}

/// Why NATS is not there, with what to do.
pub(crate) fn pourquoi(nats: &Nats) -> String {
    const GENERAL: &str = "vérifiez [bus] nats, que le serveur est démarré et, avec tls://, que l'autorité de son certificat \
        est connue ([bus] tls_ca)";
    let Some(dit) = nats.trouble() else {
        return GENERAL.to_owned();
    };
    let bas = dit.to_lowercase();
    let suite = if bas.contains("auth") {
        "le serveur refuse ces identifiants : vérifiez [bus] credentials, nkey, ou l'utilisateur et le mot de passe de \
         l'URL, et que ce compte existe dans la configuration de nats-server (deploy/nats)"
    } else if bas.contains("tls") || bas.contains("certificate") {
        "le certificat n'est pas accepté : donnez l'autorité qui l'a signé par [bus] tls_ca, et nommez le serveur comme \
         dans son certificat"
    } else {
        GENERAL
    };
    format!("{dit} ; {suite}")
}
