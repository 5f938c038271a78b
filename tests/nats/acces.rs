//! Who may do what on the bus, with the files of `deploy/nats` on a real server: TLS, NKeys, credentials, permissions.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bus::wire::scolarite::Accuse;
use bus::{Nats, NatsAccess, NatsOptions};
use fixtures::client::{Client, PATIENCE};
use fixtures::outils::{ServeurNats, nats_server};
use postule::app::{App, Role};
use postule::config::Config;
use serde_json::{Value, json};

use crate::brut::Brut;

/// The files of `deploy/nats` in this folder, with its paths instead of the machine's.
fn fichiers(dossier: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nats");
    for nom in ["nats.conf", "comptes.conf", "grappe.conf"] {
        let texte = std::fs::read_to_string(source.join(nom)).unwrap();
        let ici = dossier.display().to_string();
        let texte = texte
            .replace("/etc/nats", &ici)
            .replace("/var/lib/nats", &format!("{ici}/js"));
        std::fs::write(dossier.join(nom), texte).unwrap();
    }
    certificats(&dossier.join("tls"));
    dossier.join("nats.conf")
}

/// An authority, and a certificate of `localhost` it signed.
fn certificats(dossier: &Path) {
    std::fs::create_dir_all(dossier).unwrap();
    let cle = rcgen::KeyPair::generate().unwrap();
    let mut autorite = rcgen::CertificateParams::new(Vec::new()).unwrap();
    autorite.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let signee = autorite.self_signed(&cle).unwrap();
    std::fs::write(dossier.join("ca.pem"), signee.pem()).unwrap();
    let emetteur = rcgen::Issuer::new(autorite, cle);
    let cle = rcgen::KeyPair::generate().unwrap();
    let noms = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let serveur = rcgen::CertificateParams::new(noms).unwrap();
    let serveur = serveur.signed_by(&cle, &emetteur).unwrap();
    std::fs::write(dossier.join("serveur.pem"), serveur.pem()).unwrap();
    std::fs::write(dossier.join("serveur.key"), cle.serialize_pem()).unwrap();
}

/// A server of its own on a free port, with one line of the configuration instead of others.
fn seul(config: &Path, changer: impl Fn(&str) -> Option<String>) {
    let texte = std::fs::read_to_string(config).unwrap();
    let lignes = texte
        .lines()
        .filter_map(|ligne| match ligne.split(':').next() {
            Some("listen") => Some("listen: \"127.0.0.1:-1\"".to_owned()),
            Some("http") => None,
            _ if ligne.contains("grappe.conf") => None,
            _ => changer(ligne),
        });
    let texte = lignes.collect::<Vec<_>>().join("\n");
    std::fs::write(config, texte).unwrap();
}

/// The environment of `machine.env`, and the seeds in files of this folder.
fn machine(dossier: &Path) -> Vec<(&'static str, String)> {
    let mut machine = vec![("NATS_NOM", "nats-1".to_owned())];
    for (nom, fichier) in [
        ("NKEY_POSTULE", "postule.nkey"),
        ("NKEY_SCOLARITE", "scolarite.nkey"),
        ("NKEY_EXPLOITANT", "exploitant.nkey"),
    ] {
        let fait = Command::new(env!("CARGO_BIN_EXE_postule"))
            .args(["cluster", "cle"])
            .arg(dossier.join(fichier))
            .output()
            .unwrap();
        assert!(fait.status.success());
        let publique = String::from_utf8(fait.stdout).unwrap().trim().to_owned();
        assert!(publique.starts_with('U'), "{publique}");
        machine.push((nom, publique));
    }
    machine
}

pub(crate) fn config(dossier: &Path, bus: &str) -> Config {
    let campagne = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scolarite/campagne.toml");
    let texte = format!(
        "[etablissement]\nname = \"U\"\n[serveur]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n\
         public_url = \"http://127.0.0.1\"\n[donnees]\ndir = {:?}\n[bus]\n{bus}\n[mail]\nfolder = {:?}\nfrom = \"c@univ.example\"\n[campagne]\nfile = {campagne:?}\n",
        dossier.join("donnees"),
        dossier.join("mail"),
    );
    Config::lire(&texte, &[]).unwrap()
}

pub(crate) async fn joindre(url: String, access: NatsAccess) -> Nats {
    let options = NatsOptions {
        url,
        access,
        deadline: Duration::from_secs(10),
    };
    let nats = Nats::connect(&options).await.unwrap();
    assert!(nats.ready(PATIENCE).await, "{:?}", nats.trouble());
    nats
}

pub(crate) fn fiche() -> Vec<u8> {
    let fiche = json!({
        "version": 1, "ine": "0123456789M", "nom": "Martin", "prenoms": ["Élise"], "date_naissance": "2004-05-06",
        "emis_le": "2026-09-01T08:00:00Z",
    });
    fiche.to_string().into_bytes()
}

/// Someone applies on this node, which stores, keeps files and writes.
pub(crate) async fn candidater(app: &App, dossier: &Path) {
    let client = Client::new(app.adresse().unwrap(), dossier.join("mail"));
    let session = client.candidat("tls@univ.example").await;
    let ouvert = client.ouvrir(&session, "M1").await.json();
    let id = ouvert["id"].as_str().unwrap();
    let depose = client
        .deposer(&session, id, "CV", "cv.pdf", fixtures::client::PDF)
        .await;
    assert_eq!(depose.statut, 200);
}

#[test]
fn les_fichiers_de_deploy_sont_valables() {
    let dossier = tempfile::tempdir().unwrap();
    let config = fichiers(dossier.path());
    let essai = Command::new(nats_server())
        .args(["-t", "-c"])
        .arg(config)
        .envs(machine(dossier.path()))
        .output()
        .unwrap();
    let dit = String::from_utf8_lossy(&essai.stderr);
    assert!(essai.status.success(), "{dit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_et_nkeys_laissent_entrer_qui_les_a_et_disent_ce_qui_manque_aux_autres() {
    let dossier = tempfile::tempdir().unwrap();
    let ici = dossier.path();
    let conf = fichiers(ici);
    seul(&conf, |ligne| Some(ligne.to_owned()));
    let nats = ServeurNats::configure(ici, &conf, &machine(ici));
    let url = format!("tls://localhost:{}", nats.port());
    let bus = |nkey: &str| {
        format!(
            "nats = \"{url}\"\nreplicas = 1\ntls_ca = {:?}\nnkey = {:?}",
            ici.join("tls/ca.pem"),
            ici.join(nkey)
        )
    };
    let app = App::servir(config(ici, &bus("postule.nkey")), Role::Tout)
        .await
        .unwrap();
    candidater(&app, ici).await;
    let access = NatsAccess {
        nkey: Some(ici.join("scolarite.nkey")),
        ca: Some(ici.join("tls/ca.pem")),
        inbox: Some("_INBOX_SCOLARITE".to_owned()),
        ..NatsAccess::default()
    };
    let scolarite = joindre(url.clone(), access).await;
    let accuse = scolarite.push_cursus("1", fiche()).await.unwrap();
    assert_eq!(accuse, Accuse::Accepte { accepte: true });
    app.arreter().await;

    // Another key, or an authority nobody knows: said with what to do.
    let (_, graine) = bus::nkey().unwrap();
    std::fs::write(ici.join("autre.nkey"), graine).unwrap();
    let refus = App::servir(config(ici, &bus("autre.nkey")), Role::Tout)
        .await
        .unwrap_err();
    assert!(refus.contains("[bus] credentials, nkey"), "{refus}");
    let sans_autorite = format!(
        "nats = \"{url}\"\nreplicas = 1\nnkey = {:?}",
        ici.join("postule.nkey")
    );
    let refus = App::servir(config(ici, &sans_autorite), Role::Tout)
        .await
        .unwrap_err();
    assert!(refus.contains("[bus] tls_ca"), "{refus}");
}

/// `comptes.conf` with names and passwords instead of keys, so that the bare protocol can be spoken.
fn par_mot_de_passe(dossier: &Path) -> ServeurNats {
    let conf = fichiers(dossier);
    let mut dans_tls = false;
    let texte = std::fs::read_to_string(&conf).unwrap();
    let lignes = texte.lines().filter(|ligne| {
        dans_tls |= ligne.starts_with("tls {");
        let garder = !dans_tls;
        dans_tls &= !ligne.starts_with('}');
        garder
    });
    let texte = lignes.collect::<Vec<_>>().join("\n");
    std::fs::write(&conf, texte).unwrap();
    seul(&conf, |ligne| Some(ligne.to_owned()));
    let comptes = dossier.join("comptes.conf");
    let mut texte = std::fs::read_to_string(&comptes).unwrap();
    for nom in ["postule", "scolarite", "exploitant"] {
        let cle = format!("nkey: $NKEY_{}", nom.to_uppercase());
        assert!(texte.contains(&cle));
        texte = texte.replace(&cle, &format!("user: {nom}, password: secret"));
    }
    std::fs::write(&comptes, texte).unwrap();
    ServeurNats::configure(dossier, &conf, &[("NATS_NOM", "nats-1".to_owned())])
}

/// What the scolarité may publish and hear, and what not.
pub(crate) fn permissions_de_la_scolarite(scolarite: &mut Brut) {
    for sujet in [
        "postule.v1.scolarite.cursus.push",
        "$JS.API.STREAM.INFO.SCOLARITE_SORTIE",
        "$JS.API.CONSUMER.CREATE.SCOLARITE_SORTIE.lecteur",
        "$JS.API.CONSUMER.MSG.NEXT.SCOLARITE_SORTIE.lecteur",
        "$JS.ACK.SCOLARITE_SORTIE.lecteur.1.1.1.1.0",
    ] {
        assert!(scolarite.publie(sujet, ""), "may publish {sujet}");
    }
    for sujet in [
        "postule.v1.scolarite.admission",
        "postule.v1.scolarite.cursus.rejet",
        "postule.v1.journal",
        "postule.v1.cmd.sante",
        "postule.v1.evt.dossier.transmis",
        "$JS.API.STREAM.DELETE.POSTULE_JOURNAL",
        "$JS.API.STREAM.DELETE.SCOLARITE_SORTIE",
        "$JS.API.STREAM.PURGE.SCOLARITE_SORTIE",
        "$JS.API.DIRECT.GET.POSTULE_JOURNAL",
        "$JS.API.CONSUMER.CREATE.POSTULE_JOURNAL.espion",
        "$JS.API.CONSUMER.CREATE.SCOLARITE.espion",
        "$JS.API.STREAM.LIST",
        "$O.POSTULE_FICHIERS.C.x",
        "_INBOX.autre",
    ] {
        assert!(!scolarite.publie(sujet, ""), "may not publish {sujet}");
    }
    for sujet in [
        "postule.v1.scolarite.cursus.rejet",
        "postule.v1.scolarite.admission",
        "postule.v1.scolarite.admission.annulation",
        "_INBOX_SCOLARITE.>",
    ] {
        assert!(scolarite.souscrit(sujet), "may hear {sujet}");
    }
    for sujet in [
        ">",
        "postule.v1.>",
        "postule.v1.scolarite.cursus.push",
        "postule.v1.journal",
        "postule.v1.cmd.>",
        "postule.v1.evt.>",
        "_INBOX.>",
        "$O.>",
        "$SYS.>",
    ] {
        assert!(!scolarite.souscrit(sujet), "may not hear {sujet}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn la_scolarite_pousse_et_lit_ce_qui_lui_revient_et_rien_d_autre() {
    let dossier = tempfile::tempdir().unwrap();
    let ici = dossier.path();
    let nats = par_mot_de_passe(ici);
    let bus = format!(
        "nats = \"nats://postule:secret@127.0.0.1:{}\"\nreplicas = 1",
        nats.port()
    );
    let app = App::servir(config(ici, &bus), Role::Tout).await.unwrap();
    candidater(&app, ici).await;
    permissions_de_la_scolarite(&mut Brut::joindre(nats.port(), "scolarite", "secret"));
    let mut postule = Brut::joindre(nats.port(), "postule", "secret");
    for sujet in ["autre.chose", "$SYS.REQ.SERVER.PING"] {
        assert!(
            !postule.publie(sujet, ""),
            "Postule keeps to its own: {sujet}"
        );
    }
    app.arreter().await;

    let bus = format!("nats = \"nats://postule:faux@127.0.0.1:{}\"", nats.port());
    let refus = App::servir(config(ici, &bus), Role::Tout)
        .await
        .unwrap_err();
    assert!(refus.contains("identifiants"), "{refus}");
    assert!(!refus.contains("faux"), "no password in a message: {refus}");
}

/// What a node says that starts where this stream exists.
async fn refus_devant(flux: &Value) -> String {
    let dossier = tempfile::tempdir().unwrap();
    let nats = ServeurNats::demarrer(dossier.path());
    let mut brut = Brut::joindre(nats.port(), "", "");
    let sujet = format!("$JS.API.STREAM.CREATE.{}", flux["name"].as_str().unwrap());
    let fait: Value = brut.demander(&sujet, &flux.to_string());
    assert_eq!(fait["error"], Value::Null, "{fait}");
    let bus = format!("nats = \"{}\"\nreplicas = 1", nats.url());
    let servi = App::servir(config(dossier.path(), &bus), Role::Tout).await;
    servi.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn un_journal_d_une_autre_forme_est_refuse_avec_ce_qu_il_faut_faire() {
    let flux = json!({
        "name": "POSTULE_JOURNAL", "subjects": ["autre.chose"], "retention": "limits", "storage": "file",
        "num_replicas": 1, "max_age": 3_600_000_000_000_u64,
    });
    let refus = refus_devant(&flux).await;
    for suite in [
        "--subjects postule.v1.journal",
        "--max-age=0",
        "--allow-direct",
    ] {
        assert!(refus.contains(suite), "{suite}: {refus}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn un_magasin_de_fichiers_qui_en_perdrait_est_refuse_avec_ce_qu_il_faut_faire() {
    let flux = json!({
        "name": "OBJ_POSTULE_FICHIERS", "subjects": ["$O.POSTULE_FICHIERS.C.>", "$O.POSTULE_FICHIERS.M.>"],
        "storage": "memory", "num_replicas": 1, "max_age": 3_600_000_000_000_u64, "allow_rollup_hdrs": true, "allow_direct": true,
    });
    let refus = refus_devant(&flux).await;
    for suite in [
        "the object store POSTULE_FICHIERS",
        "nats stream edit OBJ_POSTULE_FICHIERS --max-age=0",
        "nats stream rm OBJ_POSTULE_FICHIERS",
    ] {
        assert!(refus.contains(suite), "{suite}: {refus}");
    }
}

/// A file that finds no room on the servers is not taken: nothing names it, and it may be handed in again.
#[tokio::test(flavor = "multi_thread")]
async fn un_magasin_plein_refuse_le_fichier_et_le_prend_quand_il_y_a_de_la_place() {
    let dossier = tempfile::tempdir().unwrap();
    let ici = dossier.path();
    let nats = ServeurNats::demarrer(ici);
    let bus = format!("nats = \"{}\"\nreplicas = 1", nats.url());
    let app = App::servir(config(ici, &bus), Role::Tout).await.unwrap();
    let mut brut = Brut::joindre(nats.port(), "", "");
    let mut regler = |max_bytes: i64| {
        let info: Value = brut.demander("$JS.API.STREAM.INFO.OBJ_POSTULE_FICHIERS", "");
        let mut flux = info["config"].clone();
        (flux["max_bytes"], flux["discard"]) = (json!(max_bytes), json!("new"));
        let sujet = "$JS.API.STREAM.UPDATE.OBJ_POSTULE_FICHIERS";
        let fait: Value = brut.demander(sujet, &flux.to_string());
        assert_eq!(fait["error"], Value::Null, "{fait}");
    };
    let client = Client::new(app.adresse().unwrap(), ici.join("mail"));
    let session = client.candidat("place@univ.example").await;
    let ouvert = client.ouvrir(&session, "M1").await.json();
    let id = ouvert["id"].as_str().unwrap();
    let pdf = fixtures::client::PDF;
    let deposer = async || client.deposer(&session, id, "CV", "cv.pdf", pdf).await;
    regler(1000);
    let plein = deposer().await;
    assert_eq!(plein.code(), (503, "indisponible".to_owned()));
    assert!(plein.entetes.contains_key("retry-after"));
    let lu = client
        .lire(&format!("/dossiers/{id}"), &session)
        .await
        .json();
    assert_eq!(lu["pieces"], ouvert["pieces"]);
    regler(-1);
    assert_eq!(deposer().await.statut, 200, "without a restart");
    let chemin = format!("/dossiers/{id}/pieces/CV");
    assert_eq!(client.lire(&chemin, &session).await.octets, pdf);
    app.arreter().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn un_journal_plein_refuse_les_actes_se_lit_et_reprend_quand_il_y_a_de_la_place() {
    let dossier = tempfile::tempdir().unwrap();
    let ici = dossier.path();
    let nats = ServeurNats::demarrer(ici);
    let mut brut = Brut::joindre(nats.port(), "", "");
    let mut flux = json!({
        "name": "POSTULE_JOURNAL", "subjects": ["postule.v1.journal"], "retention": "limits", "storage": "file",
        "num_replicas": 1, "discard": "new", "max_bytes": 200_000, "allow_direct": true,
        "duplicate_window": 120_000_000_000_u64, "deny_delete": true,
    });
    let fait: Value = brut.demander("$JS.API.STREAM.CREATE.POSTULE_JOURNAL", &flux.to_string());
    assert_eq!(fait["error"], Value::Null, "{fait}");
    let bus = format!("nats = \"{}\"\nreplicas = 1", nats.url());
    let app = App::servir(config(ici, &bus), Role::Tout).await.unwrap();
    let client = Client::new(app.adresse().unwrap(), ici.join("mail"));
    let session = client.candidat("plein@univ.example").await;
    let adresse = |n: usize| json!({ "ligne1": format!("{n} rue de Mons"), "code_postal": "59300", "commune": "valenciennes" });
    let mut n = 0;
    let plein = loop {
        n += 1;
        let fait = client
            .demander("PUT", "/moi/adresse", &session, adresse(n))
            .await;
        if fait.statut != 200 {
            break fait;
        }
        assert!(n < 1000, "it never fills");
    };
    assert_eq!(plein.code(), (503, "indisponible".to_owned()));
    assert!(plein.entetes.contains_key("retry-after"));
    assert_eq!(client.lire("/moi", &session).await.statut, 200);
    flux["max_bytes"] = json!(-1);
    let fait: Value = brut.demander("$JS.API.STREAM.UPDATE.POSTULE_JOURNAL", &flux.to_string());
    assert_eq!(fait["error"], Value::Null, "{fait}");
    let fait = client
        .demander("PUT", "/moi/adresse", &session, adresse(n))
        .await;
    assert_eq!(fait.statut, 200, "without a restart");
    app.arreter().await;
}
