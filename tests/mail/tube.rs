//! The whole way through a real Postfix: a candidate writes, Postule is away and comes back, its answer arrives, and what
//! bounces comes back by the tube.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use fixtures::processus::{Postule, campagne_ouverte};
use serde_json::json;

use crate::poste::Monde;
use crate::postfix::{PERSONNE, Postfix, ouvert};
use crate::support::{QUESTION, mail};

/// Postule's program where Postfix's user finds it, with a configuration.
fn installer(dossier: &Path) -> String {
    ouvert(dossier);
    let binaire = dossier.join("postule");
    std::fs::copy(env!("CARGO_BIN_EXE_postule"), &binaire).unwrap();
    ouvert(&dossier.join("donnees"));
    let (binaire, config) = (binaire.display(), dossier.join("postule.toml"));
    format!(
        "{binaire} mail deliver --config {} --recipient ${{original_recipient}}",
        config.display()
    )
}

fn configurer(dossier: &Path, port: u16) {
    let campagne = campagne_ouverte(dossier);
    // The user Postule runs as need not see where the sources are.
    let fichiers = dossier.join("fichiers");
    let sources = std::fs::read_link(&fichiers).unwrap();
    std::fs::remove_file(&fichiers).unwrap();
    std::fs::create_dir(&fichiers).unwrap();
    for fichier in std::fs::read_dir(sources).unwrap() {
        let fichier = fichier.unwrap();
        std::fs::copy(fichier.path(), fichiers.join(fichier.file_name())).unwrap();
    }
    let texte = format!(
        "[etablissement]\nname = \"Université d'essai\"\nsupport = \"aide@univ.example\"\n\n\
         [serveur]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1\"\n\n[donnees]\ndir = \"donnees\"\n\n\
         [mail]\nsmtp = \"smtp://127.0.0.1:{port}\"\nfrom = \"candidature@univ.example\"\n\n\
         [campagne]\nfile = {campagne:?}\n\n[support]\nauthserv_id = \"mx.univ.example\"\n"
    );
    std::fs::write(dossier.join("postule.toml"), texte).unwrap();
}

/// As Postfix's user: the command and the server are of one person.
fn demarrer(dossier: &Path) -> Postule {
    let (qui, chemin) = (PERSONNE.to_string(), |nom| {
        dossier.join(nom).display().to_string()
    });
    Postule::demarrer(
        "setpriv",
        &[
            "--reuid",
            &qui,
            "--regid",
            &qui,
            "--clear-groups",
            &chemin("postule"),
            "serve",
            "--config",
            &chemin("postule.toml"),
        ],
    )
}

/// The mails of a maildir as they come, where the client looks for them.
fn verser(boite: &Path, mails: &Path) {
    std::fs::create_dir_all(mails).unwrap();
    let (boite, mails) = (boite.join("new"), mails.to_owned());
    tokio::spawn(async move {
        loop {
            for mail in std::fs::read_dir(&boite).into_iter().flatten().flatten() {
                let nom = format!("{}.eml", mail.file_name().to_string_lossy());
                if !mails.join(&nom).exists() {
                    let provisoire = mails.join(format!(".{nom}"));
                    std::fs::copy(mail.path(), &provisoire).unwrap();
                    std::fs::rename(provisoire, mails.join(nom)).unwrap();
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
}

/// S01, S34, S40–S42: by Postfix in and out.
#[tokio::test(flavor = "multi_thread")]
async fn s01_postfix_garde_puis_remet_et_tout_revient_par_lui() {
    let dossier = tempfile::tempdir().unwrap();
    let ici = dossier.path();
    let tube = installer(ici);
    let postfix = Postfix::demarrer(ici, &tube);
    configurer(ici, postfix.port);
    let (elle, mails) = ("elise@lettres.example", ici.join("mails"));
    let question = mail(elle, "q1@lettres.example", "Lien expiré", QUESTION);
    postfix.envoyer(elle, "aide@univ.example", &question);
    // Nobody is there: the mail stays Postfix's.
    postfix.attendre("status=deferred").await;
    let postule = demarrer(ici);
    let client = postule.client(mails.clone());
    verser(&ici.join("lettres/elise"), &mails);
    postfix.attendre("relay=postule, delay").await;
    postfix
        .attendre("status=sent (delivered via postule service)")
        .await;
    let reponse = attendre_reponse(&mails).await;
    for attendu in [
        "Auto-Submitted: auto-replied",
        "In-Reply-To: <q1@lettres.example>",
        "Return-Path: <>",
    ] {
        assert!(reponse.contains(attendu), "{attendu}: {reponse}");
    }
    // An account whose mails come by that way, then an address that does not exist.
    let session = client.compte(elle).await;
    let inconnu = "inconnu@ailleurs.example";
    let corps = json!({ "mail": inconnu, "mail_confirmation": inconnu });
    let change = client.demander("PUT", "/moi/mail", &session, corps).await;
    assert!(change.statut.is_success());
    postfix.attendre("status=bounced (User unknown").await;
    let mut rebond = json!(null);
    for _ in 0..200 {
        rebond = client.lire("/moi", &session).await.json()["rebond"].clone();
        if !rebond.is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(rebond["mail"], inconnu, "{}", postfix.journal());
    let courriers = client.lire("/moi/courriers", &session).await.json();
    assert_eq!(courriers["courriers"][0]["etat"], "refuse");
    assert!(
        courriers["courriers"][0]["raison"]
            .as_str()
            .unwrap()
            .contains("5.1.1")
    );
    assert!(postule.arreter());
}

async fn attendre_reponse(mails: &Path) -> String {
    for _ in 0..400 {
        for mail in std::fs::read_dir(mails).unwrap() {
            // One that is still being written is about to have another name.
            let texte = std::fs::read_to_string(mail.unwrap().path()).unwrap_or_default();
            if texte.contains("In-Reply-To:") {
                return texte;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no answer");
}

/// S01: what a killed `mail deliver` left goes at the next start once it is old enough, nothing else does.
#[tokio::test(flavor = "multi_thread")]
async fn s01_ce_qu_une_remise_tuee_a_laisse_part_au_demarrage() {
    let mut monde = Monde::new();
    monde.configurer("folder = \"arrivee\"");
    let boite = monde.ici().join("donnees/boite");
    std::fs::create_dir_all(&boite).unwrap();
    let maintenant = SystemTime::now();
    let jour = Duration::from_secs(24 * 3600);
    for (nom, le) in [
        (".mail-vieux", maintenant - jour * 2),
        (".mail-jeune", maintenant - jour / 2),
        (".mail-demain", maintenant + jour),
        ("autre", maintenant - jour * 2),
    ] {
        let fichier = std::fs::File::create(boite.join(nom)).unwrap();
        fichier.set_modified(le).unwrap();
    }
    monde.demarrer();
    let lus = std::fs::read_dir(&boite).unwrap();
    let mut noms: Vec<_> = lus.map(|e| e.unwrap().file_name()).collect();
    noms.sort();
    assert_eq!(noms, [".mail-demain", ".mail-jeune", "autre"]);
}

/// S08: a mail that is too large is refused by words that Postfix gives to its sender, and nothing waits for another try.
#[test]
fn s08_un_mail_trop_gros_est_refuse_par_le_tube() {
    let dossier = tempfile::tempdir().unwrap();
    let gros = std::fs::File::create(dossier.path().join("gros.eml")).unwrap();
    gros.set_len((50 << 20) + 1).unwrap();
    let entree = std::fs::File::open(dossier.path().join("gros.eml")).unwrap();
    let sortie = Command::new(env!("CARGO_BIN_EXE_postule"))
        .args(["mail", "deliver", "--data"])
        .arg(dossier.path())
        .stdin(Stdio::from(entree))
        .output()
        .unwrap();
    assert_eq!(sortie.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&sortie.stdout).starts_with("5.3.4 "));
}
