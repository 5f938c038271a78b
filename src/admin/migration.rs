//! `postule cluster fonder`, `quitter` and `instantane`: from one machine to many and back, and the snapshot new nodes start from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bus::{Nats, NatsLog, NatsObjects};
use clap::Args;
use serde_json::json;
use storage::blobs::Blobs;
use storage::{Kv, Lineage, SledKv, Store};

use super::sortie::{self, Barre};
use super::{Acces, Echec, Issue, Lieu, OuArgs};
use crate::app::{INSTANTANE, joindre_nats};
use crate::controle::{Bilan, Travail};

/// Entries kept behind a snapshot, for nodes that are a little behind.
const GARDEES: u64 = 10_000;

#[derive(Debug, Args)]
pub(super) struct Fonder {
    #[command(flatten)]
    ou: OuArgs,
}

#[derive(Debug, Args)]
pub(super) struct Quitter {
    /// Les serveurs NATS sont perdus : sans eux, avec les fichiers qui sont ici.
    #[arg(long)]
    sans_nats: bool,
    #[command(flatten)]
    ou: OuArgs,
}

#[derive(Debug, Args)]
pub(super) struct Instantane {
    /// Retire ensuite du journal partagé ce que l'instantané contient déjà.
    #[arg(long)]
    elaguer: bool,
    /// Entrées gardées avant l'instantané, pour les nœuds un peu en retard.
    #[arg(long, default_value_t = GARDEES, value_name = "NOMBRE", requires = "elaguer")]
    garder: u64,
    #[command(flatten)]
    ou: OuArgs,
}

/// What the nodes share.
struct Partage {
    journal: NatsLog,
    fichiers: NatsObjects,
    _nats: Nats,
}

/// What the nodes of this configuration share.
async fn partage(lieu: &Lieu) -> Result<Partage, Echec> {
    let nats = lieu.config.as_ref().and_then(|c| c.nats.as_ref());
    let (Some(bus), Some(replicas)) = (nats, nats.and_then(|n| n.replicas)) else {
        return Err(Echec::Usage(
            "la configuration n'a pas [bus] nats et replicas : ce n'est pas celle d'un nœud parmi plusieurs".to_owned(),
        ));
    };
    let nats = joindre_nats(bus).await.map_err(Echec::PlusTard)?;
    let journal = NatsLog::open(&nats, replicas.into()).await;
    let fichiers = NatsObjects::open(&nats, replicas.into()).await;
    let plus_tard = |e: bus::BusError| Echec::PlusTard(e.to_string());
    Ok(Partage {
        journal: journal.map_err(plus_tard)?,
        fichiers: fichiers.map_err(plus_tard)?,
        _nats: nats,
    })
}

/// The tables of a folder nobody serves.
fn arrete(donnees: &Path) -> Result<(Arc<dyn Kv>, Lineage), Echec> {
    let kv = SledKv::open(&donnees.join("journal"));
    let kv = kv.map_err(|e| Echec::PlusTard(format!("{e} ; arrêtez d'abord le service")))?;
    let lignee = storage::lineage(&kv).map_err(|e| Echec::Echoue(e.to_string()))?;
    Ok((Arc::new(kv), lignee))
}

fn echoue(erreur: impl std::fmt::Display) -> Echec {
    Echec::Echoue(erreur.to_string())
}

/// The names of all files of a folder.
async fn contenus(blobs: &Blobs) -> Result<Vec<String>, Echec> {
    let mut tous = Vec::new();
    for dossier in blobs.folders().await.map_err(echoue)? {
        tous.extend(blobs.contents(&dossier).await.map_err(echoue)?);
    }
    Ok(tous)
}

impl Fonder {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        let lieu = Lieu::trouver(&self.ou)?;
        let (kv, lignee) = arrete(&lieu.donnees)?;
        if lignee.log.is_some() || lignee.applied > 0 {
            return Err(Echec::Usage(format!(
                "{} suit déjà un journal partagé : démarrez le nœud",
                lieu.donnees.display()
            )));
        }
        let partage = partage(&lieu).await?;
        let (_, fin) = partage.journal.extent().await.map_err(echoue)?;
        if fin > 0 || partage.fichiers.size(INSTANTANE).await.is_some() {
            return Err(Echec::Usage(
                "ces serveurs NATS ont déjà un journal partagé : rejoignez-le depuis un dossier vide, ou employez d'autres serveurs"
                    .to_owned(),
            ));
        }
        let blobs = Blobs::open(&lieu.donnees.join("fichiers"))
            .await
            .map_err(echoue)?;
        let tous = contenus(&blobs).await?;
        let barre = Barre::new();
        for (rang, nom) in tous.iter().enumerate() {
            let place = blobs
                .path(nom)
                .ok_or_else(|| echoue(format!("{nom} : pas un nom de fichier")))?;
            partage.fichiers.put(nom, &place).await.map_err(echoue)?;
            barre.avancer("fichiers", rang as u64 + 1, Some(tous.len() as u64));
        }
        let store = Store::open(kv.clone()).map_err(echoue)?;
        let ecrit = Ecrit::new(&lieu.donnees)?;
        let lignes = store.export(&ecrit.0).await.map_err(echoue)?.rows;
        // Last: from here on new nodes start with it.
        partage
            .fichiers
            .replace(INSTANTANE, &ecrit.0)
            .await
            .map_err(echoue)?;
        storage::adopt(kv.as_ref(), partage.journal.identity()).map_err(echoue)?;
        drop(barre);
        let position = store.last_position().map_err(echoue)?;
        if json {
            return sortie::ecrire_json(&json!({
                "evenements": position, "lignes": lignes, "fichiers": tous.len(),
            }));
        }
        sortie::ecrire(&format!(
            "{position} événements, {lignes} lignes, {} fichiers sont le début du journal partagé : démarrez ce nœud, puis les \
             autres dans un dossier vide avec les mêmes clés (donnees/cles)",
            tous.len()
        ))
    }
}

impl Quitter {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        let lieu = Lieu::trouver(&self.ou)?;
        let (kv, lignee) = arrete(&lieu.donnees)?;
        if self.sans_nats && lignee.log.is_some() {
            storage::leave(kv.as_ref()).map_err(echoue)?;
            return rendre(&lieu, lignee.applied, None, json);
        }
        let partage = partage(&lieu).await?;
        if lignee.log.as_deref() != Some(partage.journal.identity()) {
            return Err(Echec::Usage(format!(
                "{} ne suit pas le journal partagé de ces serveurs NATS",
                lieu.donnees.display()
            )));
        }
        let (_, fin) = partage.journal.extent().await.map_err(echoue)?;
        if lignee.applied < fin {
            return Err(Echec::PlusTard(format!(
                "ce nœud est à {} de {fin} : arrêtez les autres, démarrez-le jusqu'à ce qu'il ait tout (/sante/prete), arrêtez-le, \
                 puis recommencez",
                lignee.applied
            )));
        }
        let blobs = Blobs::open(&lieu.donnees.join("fichiers"))
            .await
            .map_err(echoue)?;
        let blobs = crate::app::partages(blobs, partage.fichiers.clone());
        let mut tous = partage.fichiers.names().await.map_err(echoue)?;
        tous.retain(|nom| blobs.path(nom).is_some());
        let barre = Barre::new();
        for (rang, nom) in tous.iter().enumerate() {
            // Reading brings it here, checked.
            blobs
                .read(nom)
                .await
                .map_err(|e| echoue(format!("{nom} : {e}")))?;
            barre.avancer("fichiers", rang as u64 + 1, Some(tous.len() as u64));
        }
        drop(barre);
        storage::leave(kv.as_ref()).map_err(echoue)?;
        rendre(&lieu, fin, Some(tous.len()), json)
    }
}

fn rendre(lieu: &Lieu, place: u64, fichiers: Option<usize>, json: bool) -> Issue {
    if json {
        return sortie::ecrire_json(&json!({ "place": place, "fichiers": fichiers }));
    }
    let avec = match fichiers {
        Some(combien) => format!("avec ses {combien} fichiers"),
        None => "avec les fichiers qu'il avait (postule journal verify nomme ceux qui manquent)"
            .to_owned(),
    };
    sortie::ecrire(&format!(
        "{} est indépendant, {avec} : retirez [bus] replicas, puis démarrez",
        lieu.donnees.display()
    ))
}

impl Instantane {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        let lieu = Lieu::trouver(&self.ou)?;
        let acces = Acces::ouvrir(&lieu).await?;
        if matches!(acces, Acces::Direct(_)) {
            return Err(Echec::PlusTard(
                "ce nœud est arrêté : un instantané se fait sur un nœud qui marche et qui suit"
                    .to_owned(),
            ));
        }
        let partage = partage(&lieu).await?;
        let ecrit = Ecrit::new(&lieu.donnees)?;
        let barre = Arc::new(Barre::new());
        let travail = Travail::Instantane {
            fichier: ecrit.0.clone(),
        };
        let fait = acces.faire(travail, barre.suivi()).await?;
        let Bilan::Instantane {
            place,
            lignes,
            octets,
        } = fait
        else {
            return Err(Echec::Echoue("le serveur a fait autre chose".to_owned()));
        };
        partage
            .fichiers
            .replace(INSTANTANE, &ecrit.0)
            .await
            .map_err(echoue)?;
        let mut retirees = 0;
        if self.elaguer && place > self.garder {
            let jusqu_a = place - self.garder;
            retirees = partage.journal.trim(jusqu_a).await.map_err(echoue)?;
        }
        drop(barre);
        if json {
            return sortie::ecrire_json(&json!({
                "place": place, "lignes": lignes, "octets": octets, "retirees": retirees,
            }));
        }
        sortie::ecrire(&format!(
            "instantané à {place} : {lignes} lignes, {octets} octets ; {retirees} entrée(s) retirée(s) du journal partagé"
        ))
    }
}

/// The snapshot beside the data while it is sent.
struct Ecrit(PathBuf);

impl Ecrit {
    fn new(donnees: &Path) -> Result<Self, Echec> {
        let place = std::path::absolute(donnees.join("instantane.envoi")).map_err(echoue)?;
        match std::fs::remove_file(&place) {
            Err(erreur) if erreur.kind() != std::io::ErrorKind::NotFound => Err(echoue(erreur)),
            // What an interrupted one left goes.
            Ok(()) | Err(_) => Ok(Self(place)),
        }
    }
}

impl Drop for Ecrit {
    fn drop(&mut self) {
        // It is sent, or of no use.
        let _parti = std::fs::remove_file(&self.0);
    }
}
