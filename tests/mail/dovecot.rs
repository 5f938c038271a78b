//! A Dovecot of its own for a test: its folder, its ports, its mailboxes; ended with this value.

use std::fmt::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whose the mailboxes are: Dovecot serves none of root's.
const PERSONNE: u32 = 65534;
const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const SECRET: &str = "mot/de+passe";

/// The server. `lecteur` may only read; everybody else may do everything.
pub(crate) struct Dovecot {
    dossier: PathBuf,
    pub(crate) clair: u16,
    pub(crate) chiffre: u16,
    acces: String,
    processus: Option<Child>,
}

/// A port nobody listens on.
pub(crate) fn port_libre() -> u16 {
    let ecoute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    ecoute.local_addr().unwrap().port()
}

impl Dovecot {
    /// In this folder, not started yet.
    pub(crate) fn poser(dossier: &Path) -> Self {
        let dossier = dossier.join("dovecot");
        std::fs::create_dir_all(dossier.join("boites")).unwrap();
        for ouvert in dossier.ancestors().take(2) {
            let tous = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(ouvert, tous).unwrap();
        }
        chown(dossier.join("boites"), Some(PERSONNE), Some(PERSONNE)).unwrap();
        certifier(&dossier);
        std::fs::write(
            dossier.join("acl"),
            "* user=lecteur lr\n* owner lrwstipekxa\n",
        )
        .unwrap();
        Self {
            dossier,
            clair: port_libre(),
            chiffre: port_libre(),
            acces: format!("passdb {{\n  driver = static\n  args = password={SECRET}\n}}\n"),
            processus: None,
        }
    }

    /// Nobody enters by password, but by a token in one of these forms that the provider there vouches for.
    pub(crate) fn par_jetons(mut self, formes: &str, fournisseur: u16) -> Self {
        let demande = self.dossier.join("oauth2.conf");
        let texte = format!(
            "introspection_mode = get\nintrospection_url = http://127.0.0.1:{fournisseur}/avis?jeton=\nforce_introspection = yes\n\
             username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        );
        std::fs::write(&demande, texte).unwrap();
        self.acces = format!(
            "auth_mechanisms = {formes}\nauth_failure_delay = 0\npassdb {{\n  driver = oauth2\n  mechanisms = {formes}\n  args = {}\n}}\n",
            demande.display()
        );
        self
    }

    pub(crate) fn demarrer(mut self) -> Self {
        let ici = self.dossier.display();
        let (clair, chiffre) = (self.clair, self.chiffre);
        let mut texte = format!(
            "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {ici}/run\nlog_path = {ici}/dovecot.log\nauth_verbose = yes\n\
             ssl = yes\nssl_cert = <{ici}/cert.pem\nssl_key = <{ici}/cle.pem\ndisable_plaintext_auth = no\n\
             mail_location = maildir:{ici}/boites/%u\nfirst_valid_uid = 1\nmail_plugins = $mail_plugins acl\n\
             plugin {{\n  acl = vfile:{ici}/acl\n}}\n\
             userdb {{\n  driver = static\n  args = uid={PERSONNE} gid={PERSONNE} home={ici}/boites/%u\n}}\n"
        );
        texte.push_str(&self.acces);
        // Small and quick: one process of each kind is enough.
        write!(
            texte,
            "service imap-login {{\n  inet_listener imap {{\n    port = {clair}\n  }}\n  inet_listener imaps {{\n    port = {chiffre}\n    ssl = yes\n  }}\n}}\n"
        )
        .unwrap();
        let config = self.dossier.join("dovecot.conf");
        std::fs::write(&config, texte).unwrap();
        let mut commande = Command::new("/usr/sbin/dovecot");
        commande.arg("-F").arg("-c").arg(&config);
        commande.stdout(Stdio::null()).stderr(Stdio::null());
        let lance = commande.spawn();
        self.processus =
            Some(lance.unwrap_or_else(|e| panic!("dovecot-imapd, which tests/run installs: {e}")));
        let fin = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", clair)).is_err() {
            assert!(Instant::now() < fin, "dovecot: {}", self.journal());
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }

    pub(crate) fn journal(&self) -> String {
        std::fs::read_to_string(self.dossier.join("dovecot.log")).unwrap_or_default()
    }

    /// The URL for this mailbox, by TLS with the server's own authority.
    pub(crate) fn url(&self, qui: &str) -> String {
        let ca = self.dossier.join("cert.pem");
        let port = self.chiffre;
        format!(
            "imaps://{qui}:mot%2Fde+passe@localhost:{port}/INBOX?ca={}",
            ca.display()
        )
    }

    /// The same, TLS asked for on the line in clear.
    pub(crate) fn url_starttls(&self, qui: &str) -> String {
        let url = self.url(qui).replace("imaps://", "imap://");
        url.replace(&self.chiffre.to_string(), &self.clair.to_string())
    }

    /// The same in clear, by another port.
    pub(crate) fn url_claire(qui: &str, port: u16) -> String {
        format!("imap://{qui}:mot%2Fde+passe@127.0.0.1:{port}/INBOX?tls=none")
    }

    fn boite(&self, qui: &str) -> PathBuf {
        let boite = self.dossier.join("boites").join(qui);
        for place in [
            &boite,
            &boite.join("tmp"),
            &boite.join("cur"),
            &boite.join("new"),
        ] {
            if !place.exists() {
                std::fs::create_dir_all(place).unwrap();
                chown(place, Some(PERSONNE), Some(PERSONNE)).unwrap();
            }
        }
        boite
    }

    /// Delivers a mail, as a mail server does; the names rise in the order of arrival.
    pub(crate) fn deposer(&self, qui: &str, nom: &str, mail: &[u8]) {
        self.poser_fichier(qui, &format!("new/{nom}"), |place| {
            std::fs::write(place, mail).unwrap();
        });
    }

    /// A file of a mailbox, whose content appears at once.
    pub(crate) fn poser_fichier(&self, qui: &str, nom: &str, ecrire: impl FnOnce(&Path)) {
        let boite = self.boite(qui);
        let provisoire = boite.join("tmp/en-cours");
        ecrire(&provisoire);
        chown(&provisoire, Some(PERSONNE), Some(PERSONNE)).unwrap();
        std::fs::rename(provisoire, boite.join(nom)).unwrap();
    }

    /// Names and flags of the mails of a mailbox.
    pub(crate) fn noms(&self, qui: &str) -> Vec<String> {
        let boite = self.boite(qui);
        let mut noms: Vec<String> = ["cur", "new"]
            .iter()
            .flat_map(|d| std::fs::read_dir(boite.join(d)).unwrap())
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        noms.sort();
        noms
    }

    /// The keywords the mailbox knows.
    pub(crate) fn mots_cles(&self, qui: &str) -> String {
        std::fs::read_to_string(self.boite(qui).join("dovecot-keywords")).unwrap_or_default()
    }

    pub(crate) fn arreter(&mut self) {
        if let Some(mut processus) = self.processus.take() {
            // Its children end with it when it is asked to end.
            let pid = processus.id().to_string();
            let _demande = Command::new("kill").arg(pid).status();
            let _fini = processus.wait();
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.arreter();
    }
}

/// A certificate of its own for `localhost`.
fn certifier(dossier: &Path) {
    let noms = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let signe = rcgen::generate_simple_self_signed(noms).unwrap();
    std::fs::write(dossier.join("cert.pem"), signe.cert.pem()).unwrap();
    std::fs::write(dossier.join("cle.pem"), signe.signing_key.serialize_pem()).unwrap();
}
