//! Puts the parts together: store, actors, mail, edge. Tests call it too.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::atelier::{Atelier, Limites};
use actors::jetons::CleServeur;
use actors::mots_de_passe::Cout;
use actors::ports::{AleaSysteme, Horloge};
use actors::protocol::{Reponse, Requete};
use actors::systeme::Systeme;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use storage::blobs::Blobs;
use storage::{SledKv, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::campagne;
use crate::cles::Cles;
use crate::edge::{self, Demo, Etat, HorlogeMobile};
use crate::mail::{Facteur, Transport};

/// The instant at which the sample campaign is in full swing.
const COEUR_DEMO: &str = "2027-03-15T09:00:00Z";
/// The sample campaign.
const CAMPAGNE_DEMO: &str = include_str!("demo/campagne.toml");
/// Its forms to download.
const MODELES_DEMO: [(&str, &[u8]); 2] = [
    (
        "fichiers/amenagement-handicap.pdf",
        include_bytes!("demo/fichiers/amenagement-handicap.pdf"),
    ),
    (
        "fichiers/demande-vapp.pdf",
        include_bytes!("demo/fichiers/demande-vapp.pdf"),
    ),
];

/// How the demo is started.
#[derive(Clone, Debug)]
pub struct OptionsDemo {
    /// Where it listens.
    pub ecoute: SocketAddr,
    /// Where it keeps everything.
    pub donnees: PathBuf,
    /// Where its clock starts; the real time if absent.
    pub maintenant: Option<Timestamp>,
}

/// A running program; dropping it stops it at once, [`App::arreter`] lets requests finish.
#[derive(Debug)]
pub struct App {
    /// Where it listens.
    pub adresse: SocketAddr,
    arret: Option<oneshot::Sender<()>>,
    serveur: tokio::task::JoinHandle<()>,
    relais: tokio::task::JoinHandle<()>,
}

impl App {
    /// Starts the demo: embedded, with a sample campaign.
    ///
    /// # Errors
    /// The reason in words, with what to do.
    pub async fn demo(options: OptionsDemo) -> Result<Self, String> {
        let dire = |quoi: &str| {
            let quoi = quoi.to_owned();
            move |e: io::Error| format!("{quoi}: {e}")
        };
        let donnees = options.donnees;
        tokio::fs::create_dir_all(&donnees)
            .await
            .map_err(dire("the data folder"))?;
        let horloge = Arc::new(
            options
                .maintenant
                .map_or_else(HorlogeMobile::default, HorlogeMobile::a),
        );
        let cles = Cles::ouvrir(&donnees).map_err(dire("the keys"))?;
        let ouvrir = || Store::open(Arc::new(SledKv::open(&donnees.join("journal"))?));
        let store = Arc::new(ouvrir().map_err(|e| e.to_string())?);
        let blobs = Blobs::open(&donnees.join("fichiers"))
            .await
            .map_err(dire("the files"))?;
        let cle = CleServeur::new(cles.serveur);
        let alea = Arc::new(AleaSysteme);
        let atelier = Atelier::ouvrir(store, horloge.clone(), alea, cle, Limites::default());
        let atelier = Arc::new(atelier.map_err(|e| e.to_string())?);
        let ecoute = TcpListener::bind(options.ecoute)
            .await
            .map_err(dire("the address"))?;
        let adresse = ecoute.local_addr().map_err(dire("the address"))?;
        let mails = donnees.join("mail");
        let facteur = facteur(&mails, adresse, horloge.clone())?;
        let systeme = Systeme::demarrer(atelier.clone(), Arc::new(facteur), Cout::default())?;
        if atelier.catalogue().campagne.is_none() {
            importer_demo(&systeme, &blobs, horloge.maintenant()).await?;
        }
        let etat = Etat {
            guichet: systeme.guichet.clone(),
            atelier,
            blobs,
            cle_accuse: Arc::new(cles.accuse),
            demo: Some(Demo { horloge, mails }),
        };
        let (arret, arreter) = oneshot::channel::<()>();
        let serveur = tokio::spawn(edge::servir(ecoute, edge::routes(etat), async {
            // The sender dropped means the same as a message: stop.
            let _arret = arreter.await;
        }));
        let relais = tokio::spawn(async move {
            // The whole of it: the thread of the actors ends with this task.
            let systeme = systeme;
            systeme.relais.tourner().await;
        });
        Ok(Self {
            adresse,
            arret: Some(arret),
            serveur,
            relais,
        })
    }

    /// Stops: no new connection, what is under way finishes, then the actors end.
    pub async fn arreter(mut self) {
        drop(self.arret.take());
        if let Err(erreur) = (&mut self.serveur).await {
            tracing::error!(%erreur, "the server ended badly");
        }
        self.relais.abort();
        // Waits until the actors have ended and the store is closed; being cancelled is how it ends.
        let _annule = (&mut self.relais).await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.serveur.abort();
        self.relais.abort();
    }
}

fn facteur(
    mails: &Path,
    adresse: SocketAddr,
    horloge: Arc<dyn Horloge>,
) -> Result<Facteur, String> {
    let etablissement = "Université de démonstration";
    Ok(Facteur {
        transport: Transport::Dossier(mails.to_owned()),
        expediteur: Facteur::expediteur(etablissement, "candidature@demo.example")?,
        etablissement: etablissement.to_owned(),
        url: format!("http://{adresse}"),
        fuseau: TimeZone::get("Europe/Paris").map_err(|e| e.to_string())?,
        horloge,
    })
}

/// The sample campaign, its dates moved by whole days so that it is open now.
async fn importer_demo(
    systeme: &Systeme,
    blobs: &Blobs,
    maintenant: Timestamp,
) -> Result<(), String> {
    let mut modeles = Vec::new();
    for (chemin, octets) in MODELES_DEMO {
        let mut ecrivain = blobs
            .create(octets.len() as u64)
            .await
            .map_err(|e| e.to_string())?;
        ecrivain.write(octets).await.map_err(|e| e.to_string())?;
        modeles.push((
            chemin,
            ecrivain.finish().await.map_err(|e| e.to_string())?.sha256,
        ));
    }
    let trouver = |chemin: &str| {
        let modele = modeles.iter().find(|(connu, _)| *connu == chemin);
        modele
            .map(|(_, sha256)| sha256.clone())
            .ok_or_else(|| "fichier absent".to_owned())
    };
    let mut evenements = campagne::lire(CAMPAGNE_DEMO, trouver).map_err(|fautes| {
        let fautes: Vec<String> = fautes.iter().map(ToString::to_string).collect();
        fautes.join("\n")
    })?;
    let coeur: Timestamp = COEUR_DEMO.parse().map_err(|e: jiff::Error| e.to_string())?;
    let jours = maintenant.duration_since(coeur).as_hours() / 24;
    campagne::decaler(&mut evenements, SignedDuration::from_hours(jours * 24));
    let importe = systeme
        .guichet
        .traiter(None, Requete::Importer { evenements })
        .await;
    match importe {
        Ok(Reponse::Importe { .. }) => Ok(()),
        autre => Err(format!("the sample campaign was not imported: {autre:?}")),
    }
}
