//! The identity providers of these tests: processes that end with their value.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use fixtures::client::Client;
use fixtures::outils::{environnement, paquets};

/// The certified provider, and the library of tokens that comes with it.
const OIDC: &str = "oidc-provider@9.13.3";
const CAS: &str = "django-cas-server==3.1.0";
/// Where the configuration says our pages are; where a browser comes back to.
pub(crate) const ICI: &str = "http://127.0.0.1";
/// Of the client; with everything that must be escaped on the way.
const SECRET: &str = "un secret, long : +/=&%";

/// A provider at work.
pub(crate) struct Annuaire {
    processus: Child,
    /// Kept open: a process that writes to a closed pipe dies of it.
    _sortie: BufReader<ChildStdout>,
    pub(crate) adresse: SocketAddr,
    /// Its `[sso]` section.
    pub(crate) section: String,
}

impl Drop for Annuaire {
    fn drop(&mut self) {
        // Already dead is as dead as wanted.
        let _mort = self.processus.kill();
        let _attendu = self.processus.wait();
    }
}

fn script(nom: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/sso")
        .join(nom)
}

impl Annuaire {
    fn lancer(mut commande: Command, section: impl FnOnce(SocketAddr) -> String) -> Self {
        let commande = commande.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut processus = commande.spawn().unwrap();
        let mut port = String::new();
        let mut sortie = BufReader::new(processus.stdout.take().unwrap());
        sortie.read_line(&mut port).unwrap();
        let adresse = SocketAddr::from(([127, 0, 0, 1], port.trim().parse().unwrap()));
        Self {
            processus,
            _sortie: sortie,
            adresse,
            section: section(adresse),
        }
    }

    /// A CAS server (django-cas-server): « test » is Zoé.
    pub(crate) fn cas(dossier: &Path) -> Self {
        let mut commande = Command::new(environnement("cas", CAS).join("bin/python"));
        commande.arg(script("cas.py")).arg(dossier);
        Self::lancer(commande, |ici| {
            format!("[sso]\ncas = \"http://{ici}/cas\"\n")
        })
    }

    /// An OpenID Connect provider (oidc-provider).
    pub(crate) fn oidc() -> Self {
        let mut commande = Command::new("node");
        commande.arg(script("oidc.mjs")).arg(paquets("oidc", OIDC));
        commande.args([format!("{ICI}/sso/retour"), format!("{ICI}/")]);
        Self::lancer(commande, |ici| {
            format!(
                "[sso]\noidc = \"http://{ici}\"\nclient_id = \"postule\"\nclient_secret = \"{SECRET}\"\n"
            )
        })
    }

    /// One that does a thing wrong, whichever it is told.
    pub(crate) fn faux() -> Self {
        let mut commande = Command::new("node");
        commande.arg(script("faux.mjs")).arg(paquets("oidc", OIDC));
        Self::lancer(commande, |ici| {
            format!(
                "[sso]\noidc = \"http://{ici}\"\nclient_id = \"postule\"\nclient_secret = \"secret\"\n"
            )
        })
    }

    /// What it does wrong from now on.
    pub(crate) async fn gater(&self, defaut: &str) {
        let client = Client::new(self.adresse, "sans".into());
        let chemin = format!("/defaut?nom={defaut}");
        let fait = client.envoyer("POST", &chemin, &[], vec![]).await;
        assert_eq!(fait.statut, 200);
    }

    /// Where its back channel goes from now on.
    pub(crate) async fn prevenir(&self, url: &str) {
        let client = Client::new(self.adresse, "sans".into());
        let chemin = format!("/vers?url={url}");
        let fait = client.envoyer("POST", &chemin, &[], vec![]).await;
        assert_eq!(fait.statut, 204);
    }

    /// A log-out token of its, with this wrong in it; and an ID token.
    pub(crate) async fn sortie(&self, defaut: &str) -> (String, String) {
        let client = Client::new(self.adresse, "sans".into());
        let chemin = format!("/sortie?nom={defaut}");
        let dit = client.envoyer("POST", &chemin, &[], vec![]).await.json();
        let texte = |nom: &str| dit[nom].as_str().unwrap().to_owned();
        (texte("jeton"), texte("identite"))
    }

    /// Ends it, as a failure would.
    pub(crate) fn tuer(&mut self) {
        self.processus.kill().unwrap();
        self.processus.wait().unwrap();
    }
}
