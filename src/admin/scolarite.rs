//! `postule scolarite`: pushes cursus records over NATS, and shows what passes there.

use std::path::PathBuf;
use std::time::Duration;

use bus::wire::scolarite::{Accuse, Raison};
use bus::{BusError, Nats, NatsAccess, NatsOptions};
use clap::{Args, Subcommand};
use futures_util::StreamExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::sortie::{self, Barre};
use super::{Echec, Issue, admissions};

/// Records on their way at once.
const EN_VOL: usize = 256;
/// How long one answer may take.
const DELAI: Duration = Duration::from_secs(10);
/// How often a record that is not answered is pushed.
const ESSAIS: u32 = 5;
/// Records between two moves of the bar.
const PAS: u64 = 100;

#[derive(Debug, Args)]
pub(super) struct Scolarite {
    #[command(subcommand)]
    quoi: Quoi,
}

#[derive(Debug, Subcommand)]
enum Quoi {
    /// Pousse des enregistrements de cursus, un par ligne JSON ; dit lesquels sont rejetés, et pourquoi.
    Push {
        /// Le fichier (JSON lines).
        #[arg(value_name = "FICHIER")]
        fichier: PathBuf,
        #[command(flatten)]
        nats: NatsArgs,
    },
    /// Les admissions du journal, et leurs annulations, en un fichier.
    Admissions(admissions::Admissions),
    /// Publie de nouveau les admissions à partir d'une date, sous leurs identifiants.
    Rejouer(admissions::Rejouer),
    /// Le contrat NATS : document AsyncAPI avec les schémas JSON de chaque message.
    Asyncapi,
}

/// How to reach NATS.
#[derive(Debug, Args)]
pub(super) struct NatsArgs {
    /// URL de NATS.
    #[arg(long = "nats", value_name = "URL")]
    url: String,
    /// Un fichier .creds.
    #[arg(long, value_name = "FICHIER")]
    credentials: Option<PathBuf>,
    /// Un fichier qui contient la graine d'une NKey.
    #[arg(long, value_name = "FICHIER")]
    nkey: Option<PathBuf>,
    /// Ce par quoi commencent les sujets des réponses, si le compte en a un à lui (_INBOX_SCOLARITE).
    #[arg(long, value_name = "PRÉFIXE")]
    inbox: Option<String>,
    /// L'autorité dont le certificat du serveur est signé (PEM).
    #[arg(long = "tls-ca", value_name = "FICHIER")]
    ca: Option<PathBuf>,
}

impl NatsArgs {
    pub(super) async fn joindre(self) -> Result<Nats, Echec> {
        let options = NatsOptions {
            url: self.url,
            access: NatsAccess {
                credentials: self.credentials,
                nkey: self.nkey,
                ca: self.ca,
                certificate: None,
                inbox: self.inbox,
            },
            deadline: DELAI,
        };
        let joint = Nats::connect(&options).await;
        let joint = joint.map_err(|e| Echec::Usage(e.to_string()))?;
        if joint.ready(DELAI).await {
            return Ok(joint);
        }
        Err(Echec::PlusTard(format!(
            "NATS ne répond pas en {DELAI:?} : {}",
            crate::app::pourquoi_nats(&joint)
        )))
    }
}

impl Scolarite {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        match self.quoi {
            Quoi::Push { fichier, nats } => pousser(&fichier, nats, json).await,
            Quoi::Admissions(admissions) => admissions.lancer().await,
            Quoi::Rejouer(rejouer) => rejouer.lancer(json).await,
            Quoi::Asyncapi => {
                let document = serde_json::to_string_pretty(&bus::wire::asyncapi());
                sortie::ecrire(&document.map_err(|e| e.to_string())?)
            }
        }
    }
}

/// What came of one line.
type Ligne = (u64, Result<Accuse, BusError>);

async fn pousser(fichier: &PathBuf, nats: NatsArgs, json: bool) -> Issue {
    let ouvert = tokio::fs::File::open(fichier).await;
    let ouvert = ouvert.map_err(|e| Echec::Usage(format!("{} : {e}", fichier.display())))?;
    let nats = nats.joindre().await?;
    let barre = Barre::new();
    let total = match barre.visible() {
        true => compter(fichier).await?,
        false => None,
    };
    let mut bilan = Bilan::default();
    let lignes = futures_util::stream::unfold(
        (BufReader::new(ouvert).lines(), 0),
        |(mut lignes, rang)| async move {
            match lignes.next_line().await {
                Ok(Some(ligne)) => Some((Ok((rang + 1, ligne)), (lignes, rang + 1))),
                Ok(None) => None,
                Err(erreur) => Some((Err(erreur), (lignes, rang))),
            }
        },
    );
    let reponses = lignes
        .map(|lue| {
            let nats = &nats;
            async move {
                let (rang, ligne) =
                    lue.map_err(|e| Echec::Usage(format!("{} : {e}", fichier.display())))?;
                if ligne.trim().is_empty() {
                    return Ok(None);
                }
                Ok::<_, Echec>(Some((rang, envoyer(nats, ligne.into_bytes()).await)))
            }
        })
        .buffered(EN_VOL);
    let mut reponses = std::pin::pin!(reponses);
    while let Some(reponse) = reponses.next().await {
        let Some(ligne) = reponse? else { continue };
        bilan.noter(ligne, json)?;
        if bilan.lignes.is_multiple_of(PAS) {
            barre.avancer("enregistrements", bilan.lignes, total);
        }
    }
    drop(barre);
    bilan.rendre(json)
}

/// How many records a file has; unknown for a pipe, which can be read once.
async fn compter(fichier: &PathBuf) -> Result<Option<u64>, Echec> {
    let dire = |e: std::io::Error| Echec::Usage(format!("{} : {e}", fichier.display()));
    if !tokio::fs::metadata(fichier).await.map_err(dire)?.is_file() {
        return Ok(None);
    }
    let mut ouvert = BufReader::new(tokio::fs::File::open(fichier).await.map_err(dire)?);
    let mut lignes = 0;
    loop {
        let lus = ouvert.fill_buf().await.map_err(dire)?;
        if lus.is_empty() {
            return Ok(Some(lignes));
        }
        lignes += lus.iter().filter(|o| **o == b'\n').count() as u64;
        let combien = lus.len();
        ouvert.consume(combien);
    }
}

/// Pushes a record until it is answered; its content is its id, so that a repeat is recognised.
async fn envoyer(nats: &Nats, enregistrement: Vec<u8>) -> Result<Accuse, BusError> {
    let id = actors::jetons::hexa(&Sha256::digest(&enregistrement));
    let mut essai = 1;
    loop {
        match nats.push_cursus(&id, enregistrement.clone()).await {
            Err(BusError::Away(_)) if essai < ESSAIS => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                essai += 1;
            }
            fait => return fait,
        }
    }
}

#[derive(Default)]
struct Bilan {
    lignes: u64,
    acceptes: u64,
    rejetes: u64,
    sans_reponse: u64,
    dernier: Option<String>,
}

impl Bilan {
    fn noter(&mut self, (rang, reponse): Ligne, json: bool) -> Issue {
        self.lignes += 1;
        match reponse {
            Ok(Accuse::Accepte { .. }) => {
                self.acceptes += 1;
                Ok(())
            }
            Ok(Accuse::Rejet { rejet }) => {
                self.rejetes += 1;
                rejeter(rang, &rejet, json)
            }
            Err(erreur) => {
                self.sans_reponse += 1;
                self.dernier = Some(erreur.to_string());
                sortie::dire(&format!("ligne {rang} : sans réponse : {erreur}"));
                Ok(())
            }
        }
    }

    fn rendre(self, json: bool) -> Issue {
        let Self {
            lignes,
            acceptes,
            rejetes,
            sans_reponse,
            dernier,
        } = self;
        if json {
            sortie::ecrire_json(&json!({
                "lignes": lignes, "acceptes": acceptes, "rejetes": rejetes, "sans_reponse": sans_reponse,
            }))?;
        } else {
            sortie::ecrire(&format!(
                "{acceptes} accepté(s), {rejetes} rejeté(s) sur {lignes}"
            ))?;
        }
        match dernier {
            None => Ok(()),
            Some(raison) => Err(Echec::PlusTard(format!(
                "{sans_reponse} sans réponse ({raison}) : poussez le même fichier plus tard, ce qui est déjà pris est reconnu"
            ))),
        }
    }
}

fn rejeter(rang: u64, raisons: &[Raison], json: bool) -> Issue {
    if json {
        return sortie::ecrire_json(&json!({ "ligne": rang, "rejet": raisons }));
    }
    for raison in raisons {
        let Raison {
            champ,
            code,
            message,
        } = raison;
        sortie::ecrire(&format!("ligne {rang} : {champ} : {message} ({code})"))?;
    }
    Ok(())
}
