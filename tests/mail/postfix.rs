//! A Postfix of its own for a test: its queue, its port, its rules; ended with this value. Mail to the support goes into
//! `postule mail deliver`, mail to `lettres.example` into maildirs.

use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::dovecot::port_libre;

/// Who runs Postule and its command: Postfix runs nothing as root.
pub(crate) const PERSONNE: u32 = 65534;

/// The server.
pub(crate) struct Postfix {
    dossier: PathBuf,
    pub(crate) port: u16,
}

/// A folder of that user, which everybody may enter.
pub(crate) fn ouvert(dossier: &Path) {
    std::fs::create_dir_all(dossier).unwrap();
    std::fs::set_permissions(dossier, std::fs::Permissions::from_mode(0o755)).unwrap();
    chown(dossier, Some(PERSONNE), Some(PERSONNE)).unwrap();
}

impl Postfix {
    /// Starts one in this folder, whose mails to the support go through this command.
    pub(crate) fn demarrer(dossier: &Path, tube: &str) -> Self {
        let ici = dossier.join("postfix");
        let port = port_libre();
        for place in ["conf", "queue", "data"] {
            std::fs::create_dir_all(ici.join(place)).unwrap();
        }
        let fait = Command::new("chown")
            .arg("postfix")
            .arg(ici.join("data"))
            .status();
        assert!(
            fait.unwrap().success(),
            "postfix is installed (tests/run does)"
        );
        ouvert(&dossier.join("lettres"));
        let (la, lettres) = (ici.display(), dossier.join("lettres"));
        let principal = format!(
            "compatibility_level = 3.6\nqueue_directory = {la}/queue\ndata_directory = {la}/data\nmeta_directory = /etc/postfix\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mx.univ.example\nmydestination =\n\
             mynetworks = 127.0.0.0/8\nsmtpd_reject_unlisted_recipient = no\nsmtpd_relay_restrictions = permit_mynetworks, reject\nrecipient_delimiter = +\n\
             maillog_file = {la}/maillog\nmaillog_file_prefixes = {la}\nminimal_backoff_time = 1s\nqueue_run_delay = 1s\n\
             virtual_mailbox_domains = lettres.example\nvirtual_mailbox_base = {}\n\
             virtual_mailbox_maps = inline:{{ {{elise@lettres.example = elise/}} }}\n\
             virtual_minimum_uid = 1\nvirtual_uid_maps = static:{PERSONNE}\nvirtual_gid_maps = static:{PERSONNE}\n\
             transport_maps = inline:{{ {{aide@univ.example = postule:}}, {{candidature@univ.example = postule:}}, \
             {{inconnu@ailleurs.example = error:5.1.1 User unknown in the mailbox table}} }}\n\
             postule_destination_recipient_limit = 1\nrelay_domains = univ.example\n",
            lettres.display()
        );
        std::fs::write(ici.join("conf/main.cf"), principal).unwrap();
        let services = [
            ("pickup", "unix n - n 60 1 pickup"),
            ("cleanup", "unix n - n - 0 cleanup"),
            ("qmgr", "unix n - n 1 1 qmgr"),
            ("rewrite", "unix - - n - - trivial-rewrite"),
            ("bounce", "unix - - n - 0 bounce"),
            ("defer", "unix - - n - 0 bounce"),
            ("trace", "unix - - n - 0 bounce"),
            ("flush", "unix n - n 1000? 0 flush"),
            ("proxymap", "unix - - n - - proxymap"),
            ("smtp", "unix - - n - - smtp"),
            ("relay", "unix - - n - - smtp"),
            ("error", "unix - - n - - error"),
            ("retry", "unix - - n - - error"),
            ("virtual", "unix - n n - - virtual"),
            ("anvil", "unix - - n - 1 anvil"),
            ("scache", "unix - - n - 1 scache"),
            ("postlog", "unix-dgram n - n - 1 postlogd"),
        ];
        let mut maitre = vec![
            format!("127.0.0.1:{port} inet n - n - - smtpd"),
            format!("postule unix - n n - 4 pipe flags=DRO user=nobody argv={tube}"),
        ];
        maitre.extend(services.map(|(nom, reste)| format!("{nom} {reste}")));
        let maitre = maitre.join("\n") + "\n";
        std::fs::write(ici.join("conf/master.cf"), maitre).unwrap();
        let serveur = Self { dossier: ici, port };
        serveur.commander("start");
        serveur
    }

    fn commander(&self, quoi: &str) {
        let mut commande = Command::new("postfix");
        commande.arg("-c").arg(self.dossier.join("conf")).arg(quoi);
        let sortie = commande.output().unwrap();
        let dit = String::from_utf8_lossy(&sortie.stderr).into_owned();
        assert!(
            sortie.status.success(),
            "postfix {quoi}: {dit} {}",
            self.journal()
        );
    }

    /// What it did.
    pub(crate) fn journal(&self) -> String {
        std::fs::read_to_string(self.dossier.join("maillog")).unwrap_or_default()
    }

    /// Waits until its log says so.
    pub(crate) async fn attendre(&self, quoi: &str) {
        for _ in 0..300 {
            if self.journal().contains(quoi) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{quoi}: {}", self.journal());
    }

    /// Hands a mail over, as a program on that machine does.
    pub(crate) fn envoyer(&self, de: &str, a: &str, mail: &[u8]) {
        let mut tube = Command::new("/usr/sbin/sendmail")
            .arg("-C")
            .arg(self.dossier.join("conf"))
            .args(["-i", "-f", de, a])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        tube.stdin.take().unwrap().write_all(mail).unwrap();
        assert!(tube.wait().unwrap().success());
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let mut commande = Command::new("postfix");
        commande
            .arg("-c")
            .arg(self.dossier.join("conf"))
            .arg("stop");
        let _arrete = commande.stderr(Stdio::null()).status();
    }
}
