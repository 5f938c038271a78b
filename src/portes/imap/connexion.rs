//! A connection to the mailbox: TCP, TLS, who we are, the folder opened.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_imap::error::Error;
use async_imap::types::{Flag, Mailbox};
use async_imap::{Authenticator, Client};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::boite::{Acces, Boite, Chiffrement};
use super::jetons::{Echange, Forme, Jetons, Montre, OAuth};
use crate::confiance;

/// How long one step with the server may take.
pub(super) const DELAI: Duration = Duration::from_secs(60);
/// The keyword of what we have.
pub(super) const MARQUE: &str = "$Postule";

/// Why the mailbox is not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Echec {
    /// The server says no: a person has to change something.
    #[error("{0}")]
    Refus(String),
    /// It may work later.
    #[error("{0}")]
    Panne(String),
}

impl From<Error> for Echec {
    fn from(erreur: Error) -> Self {
        let dit = erreur.to_string();
        if matches!(erreur, Error::No(_) | Error::Bad(_)) {
            Self::Refus(dit)
        } else {
            Self::Panne(dit)
        }
    }
}

/// What a server that answers nothing is waited for.
pub(super) async fn limiter<T, E: Into<Echec>>(
    pas: impl Future<Output = Result<T, E>>,
) -> Result<T, Echec> {
    match tokio::time::timeout(DELAI, pas).await {
        Ok(fait) => fait.map_err(Into::into),
        Err(_trop_long) => Err(Echec::Panne(format!(
            "le serveur IMAP ne répond plus depuis {} s",
            DELAI.as_secs()
        ))),
    }
}

/// In clear or under TLS.
trait Canal: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Canal for T {}

/// A stream whose end is an error: the library takes a connection that ends between two answers for an empty answer,
/// which here would be an empty mailbox.
#[derive(Debug)]
pub(crate) struct Flux(Box<dyn Canal>);

pub(super) type Session = async_imap::Session<Flux>;

impl AsyncRead for Flux {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let avant = buf.filled().len();
        ready!(Pin::new(&mut self.0).poll_read(cx, buf))?;
        if buf.filled().len() == avant && buf.remaining() > 0 {
            let dit = "le serveur IMAP a fermé la connexion";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, dit)));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flux {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// The mailbox, open.
pub(super) struct Ouverte {
    pub(super) session: Session,
    /// The server says when something comes.
    pub(super) previent: bool,
    /// What is read can be marked for people and for another start.
    pub(super) marque: bool,
    /// Changes when the server numbers its mails anew.
    pub(super) validite: u32,
    /// Mails in it.
    pub(super) combien: u32,
}

impl std::fmt::Debug for Ouverte {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ouverte")
            .field("combien", &self.combien)
            .finish_non_exhaustive()
    }
}

/// Connects, and opens the folder.
pub(super) async fn ouvrir(boite: &Boite, jetons: &mut Jetons) -> Result<Ouverte, Echec> {
    let mut session = match entrer(boite, jetons).await {
        // A token that served may have been withdrawn since.
        Err(Echec::Refus(_)) if jetons.refuse() => entrer(boite, jetons).await?,
        entree => entree?,
    };
    let capacites = limiter(session.capabilities()).await?;
    let dossier = limiter(session.select(&boite.dossier)).await;
    let dossier = dossier.map_err(|echec| match echec {
        Echec::Refus(dit) => Echec::Refus(format!(
            "le dossier « {} » ne s'ouvre pas : {dit}",
            boite.dossier
        )),
        autre @ Echec::Panne(_) => autre,
    })?;
    let validite = dossier.uid_validity.ok_or_else(|| {
        Echec::Refus(
            "ce serveur ne donne pas d'UIDVALIDITY : sa boîte ne peut pas être lue".to_owned(),
        )
    })?;
    Ok(Ouverte {
        session,
        previent: capacites.has_str("IDLE"),
        marque: marquable(&dossier),
        validite,
        combien: dossier.exists,
    })
}

/// Whether the server says that it keeps our keyword; if not, where we stand is remembered here alone.
fn marquable(dossier: &Mailbox) -> bool {
    let permis = &dossier.permanent_flags;
    permis.iter().any(|f| *f == Flag::MayCreate || marque(f))
}

/// Whether a flag is ours; servers write keywords in their own case.
pub(super) fn marque(flag: &Flag<'_>) -> bool {
    matches!(flag, Flag::Custom(nom) if nom.eq_ignore_ascii_case(MARQUE))
}

async fn entrer(boite: &Boite, jetons: &mut Jetons) -> Result<Session, Echec> {
    let (qui, secret) = match &boite.acces {
        Acces::Jeton(oauth) => return entrer_par_jeton(boite, oauth, jetons).await,
        Acces::MotDePasse(secret) => (&boite.qui, secret),
    };
    let client = joindre(boite).await?;
    let entree = async {
        if qui.is_ascii() && secret.is_ascii() {
            client.login(qui, secret).await
        } else {
            // LOGIN knows ASCII only.
            client.authenticate("PLAIN", Clair { qui, secret }).await
        }
        .map_err(|(erreur, _client)| Echec::from(erreur))
    };
    limiter(entree).await.map_err(|echec| dehors(qui, echec))
}

/// By a token, in the form the server knows.
async fn entrer_par_jeton(
    boite: &Boite,
    oauth: &OAuth,
    jetons: &mut Jetons,
) -> Result<Session, Echec> {
    let jeton = jetons.prendre(oauth, boite.ca()).await?;
    let mut client = joindre(boite).await?;
    for forme in [Forme::XOAuth2, Forme::Porteur] {
        let mut echange = Echange::default();
        let montre = Montre {
            forme,
            qui: &boite.qui,
            hote: &boite.hote,
            port: boite.port,
            jeton: &jeton,
            echange: &mut echange,
        };
        let entree = async { Ok(client.authenticate(forme.nom(), montre).await) };
        match limiter::<_, Echec>(entree).await? {
            Ok(session) => return Ok(session),
            // It did not even ask: another form, then.
            Err((Error::No(_) | Error::Bad(_), rendu)) if !echange.montre => client = rendu,
            Err((erreur, _client)) => {
                let echec = match (Echec::from(erreur), echange.dit) {
                    (Echec::Refus(dit), Some(raison)) => Echec::Refus(format!("{dit} {raison}")),
                    (autre, _) => autre,
                };
                return Err(dehors(&boite.qui, echec));
            }
        }
    }
    let dit = "ce serveur ne connaît ni XOAUTH2 ni OAUTHBEARER".to_owned();
    Err(dehors(&boite.qui, Echec::Refus(dit)))
}

fn dehors(qui: &str, echec: Echec) -> Echec {
    match echec {
        Echec::Refus(dit) => Echec::Refus(format!("{qui} n'entre pas : {dit}")),
        autre @ Echec::Panne(_) => autre,
    }
}

/// Connected, and greeted.
async fn joindre(boite: &Boite) -> Result<Client<Flux>, Echec> {
    let joindre = async {
        TcpStream::connect((boite.hote.as_str(), boite.port))
            .await
            .map_err(|e| Echec::Panne(format!("{}:{} : {e}", boite.hote, boite.port)))
    };
    let tcp = limiter(joindre).await?;
    Ok(match boite.chiffrement {
        Chiffrement::Direct => saluer(Client::new(chiffrer(boite, tcp).await?)).await?,
        Chiffrement::Aucun => saluer(Client::new(Flux(Box::new(tcp)))).await?,
        Chiffrement::Exige => {
            let mut nu = saluer(Client::new(Flux(Box::new(tcp)))).await?;
            limiter(nu.run_command_and_check_ok("STARTTLS", None)).await?;
            // What came in clear behind the answer goes with the reader that held it.
            Client::new(chiffrer(boite, nu.into_inner()).await?)
        }
    })
}

async fn chiffrer<T>(boite: &Boite, clair: T) -> Result<Flux, Echec>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug + 'static,
{
    let connecteur = confiance::connecteur(boite.ca()).map_err(Echec::Refus)?;
    let nom = ServerName::try_from(boite.hote.clone());
    let nom = nom.map_err(|e| Echec::Refus(format!("{} : {e}", boite.hote)))?;
    let poignee = async {
        let fait = connecteur.connect(nom, clair).await;
        fait.map_err(|e| poignee_refusee(&boite.hote, &e))
    };
    Ok(Flux(Box::new(limiter(poignee).await?)))
}

/// A certificate nobody vouches for is for a person to put right; a line that is cut is not.
fn poignee_refusee(hote: &str, erreur: &io::Error) -> Echec {
    let dit = format!("TLS avec {hote} : {erreur}");
    let cause = erreur.get_ref().and_then(|e| e.downcast_ref());
    if matches!(cause, Some(rustls::Error::InvalidCertificate(_))) {
        return Echec::Refus(format!(
            "{dit} ; donnez l'autorité qui l'a signé par ?ca=fichier.pem, et nommez le serveur comme dans son certificat"
        ));
    }
    Echec::Panne(dit)
}

/// Waits for the greeting.
async fn saluer(mut client: Client<Flux>) -> Result<Client<Flux>, Echec> {
    let lire = async { client.read_response().await.map_err(Error::from) };
    limiter(lire).await?;
    Ok(client)
}

/// RFC 4616.
struct Clair<'a> {
    qui: &'a str,
    secret: &'a str,
}

impl Authenticator for Clair<'_> {
    type Response = String;

    fn process(&mut self, _defi: &[u8]) -> String {
        format!("\0{}\0{}", self.qui, self.secret)
    }
}
