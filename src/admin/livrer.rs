//! `postule mail deliver`: what Postfix pipes in goes to the running server, or stays Postfix's (S01).

use std::io::{self, Read, Write};
use std::time::Duration;

use bus::{Bus, Envelope, LocalBus};
use clap::Args;

use super::{Echec, Issue, Lieu, OuArgs, sortie};
use crate::controle::{self, Ordre, Retour};
use crate::edge::MAX_MAIL;
use crate::portes::tube;

/// How long the server may take to store a mail.
const DELAI: Duration = Duration::from_secs(60);

/// What the sender of a mail that is too large is told (RFC 3463).
const TROP_GROS: &str = "5.3.4 Mail trop gros : 50 Mio au plus, pieces jointes comprises (message too large: at most 50 MiB)";

/// Where the server is, and whom the envelope named.
#[derive(Debug, Args)]
pub(super) struct Livrer {
    #[command(flatten)]
    ou: OuArgs,
    /// Destinataire de l'enveloppe (dans master.cf : ${recipient}) ; peut se répéter.
    #[arg(long, value_name = "ADRESSE")]
    recipient: Vec<String>,
}

impl Livrer {
    /// Done once it is on disk; everything else is to be tried again, but for a mail that is too large.
    pub(super) async fn lancer(self) -> Issue {
        let lieu = Lieu::trouver(&self.ou).map_err(|echec| Echec::PlusTard(echec.to_string()))?;
        let plus_tard = |quoi: String| Echec::PlusTard(quoi);
        let boite = tube::boite(&lieu.donnees);
        std::fs::create_dir_all(&boite)
            .map_err(|e| plus_tard(format!("{} : {e}", boite.display())))?;
        // Its own file until the server has it; it goes whatever happens.
        let fichier = match copier(&boite) {
            // S08: Postfix takes the words and the status from the output, and tells the sender.
            Err(e) if e.kind() == io::ErrorKind::FileTooLarge => {
                sortie::ecrire(TROP_GROS)?;
                return Err(Echec::Echoue("ce mail est trop gros".to_owned()));
            }
            copie => copie.map_err(|e| plus_tard(format!("{} : {e}", boite.display())))?,
        };
        let serveur = LocalBus::new(&controle::prise(&lieu.donnees), DELAI);
        let ordre = Ordre::Livrer {
            fichier: fichier.path().to_owned(),
            destinataires: self.recipient,
        };
        let retour = serveur.ask(Envelope::new(None, ordre)).await;
        match retour {
            Ok(Retour::Livre) => Ok(()),
            Ok(Retour::Refus { raison }) => Err(plus_tard(raison)),
            Ok(
                Retour::Salut { .. }
                | Retour::Reponse { .. }
                | Retour::EnCours { .. }
                | Retour::Fini { .. }
                | Retour::Journal { .. }
                | Retour::Admissions { .. },
            ) => Err(plus_tard(
                "le serveur est d'une autre version que cette commande".to_owned(),
            )),
            Err(erreur) => Err(plus_tard(format!("le serveur ne répond pas : {erreur}"))),
        }
    }
}

fn copier(boite: &std::path::Path) -> io::Result<tempfile::NamedTempFile> {
    let mut fichier = tempfile::Builder::new()
        .prefix(tube::PREFIXE)
        .tempfile_in(boite)?;
    let copies = io::copy(&mut io::stdin().lock().take(MAX_MAIL + 1), &mut fichier)?;
    fichier.flush()?;
    if copies > MAX_MAIL {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    if copies == 0 {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "aucun mail sur l'entrée standard",
        ));
    }
    Ok(fichier)
}
