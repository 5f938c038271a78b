//! NATS in the operator's mode: an operator signs accounts, an account signs its users, and what a user may do is in the
//! JWT of its `.creds` file. The permissions are those of `deploy/nats/comptes.conf`.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bus::NatsAccess;
use bus::wire::scolarite::Accuse;
use fixtures::outils::ServeurNats;
use nkeys::KeyPair;
use postule::app::{App, Role};
use serde_json::{Value, json};

use crate::acces::{candidater, config, fiche, joindre, permissions_de_la_scolarite};
use crate::brut::Brut;

/// What `nsc` makes: claims, signed.
fn jwt(emetteur: &KeyPair, sujet: &KeyPair, nom: &str, nats: &Value) -> String {
    let partie = |valeur: &Value| URL_SAFE_NO_PAD.encode(valeur.to_string());
    let entete = partie(&json!({ "typ": "JWT", "alg": "ed25519-nkey" }));
    let corps = partie(&json!({
        "jti": nom, "iat": 1_767_225_600, "iss": emetteur.public_key(), "name": nom, "sub": sujet.public_key(),
        "nats": nats,
    }));
    let texte = format!("{entete}.{corps}");
    let sceau = emetteur.sign(texte.as_bytes()).unwrap();
    format!("{texte}.{}", URL_SAFE_NO_PAD.encode(sceau))
}

/// Without a limit; this much of JetStream, none for the system's account.
fn compte(jetstream: i32) -> Value {
    json!({
        "type": "account", "version": 2,
        "limits": {
            "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1,
            "mem_storage": jetstream, "disk_storage": jetstream, "streams": jetstream, "consumer": jetstream,
        },
    })
}

/// The subjects that `comptes.conf` allows whoever has this key, to publish and to hear.
fn permises(cle: &str) -> [Vec<String>; 2] {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nats/comptes.conf");
    let texte = std::fs::read_to_string(source).unwrap();
    let (_, suite) = texte.split_once(&format!("nkey: ${cle}")).unwrap();
    ["publish", "subscribe"].map(|quoi| {
        let (_, suite) = suite.split_once(quoi).unwrap();
        let (liste, _) = suite.split_once(']').unwrap();
        let sujets = liste.split('"').skip(1).step_by(2);
        sujets.map(str::to_owned).collect()
    })
}

/// A user of the account, with a `.creds` file.
struct Utilisateur {
    fichier: PathBuf,
    jwt: String,
    cle: KeyPair,
}

impl Utilisateur {
    fn creer(dossier: &Path, compte: &KeyPair, nom: &str, permises: [Vec<String>; 2]) -> Self {
        let cle = KeyPair::new_user();
        let [publier, entendre] = permises;
        assert!(!publier.is_empty() && !entendre.is_empty(), "{nom}");
        let droits = json!({
            "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1,
            "pub": { "allow": publier }, "sub": { "allow": entendre },
        });
        let jwt = jwt(compte, &cle, nom, &droits);
        let fichier = dossier.join(format!("{nom}.creds"));
        let texte = format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             ************************* IMPORTANT *************************\n\
             NKEY Seed printed below can be used to sign and prove identity.\n\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            cle.seed().unwrap()
        );
        std::fs::write(&fichier, texte).unwrap();
        Self { fichier, jwt, cle }
    }
}

/// A server that knows this operator, and by it this account.
fn serveur(dossier: &Path, operateur: &KeyPair, postule: &KeyPair) -> ServeurNats {
    let systeme = KeyPair::new_account();
    let comptes = [(postule, "POSTULE", -1), (&systeme, "SYS", 0)].map(|(cle, nom, jetstream)| {
        let jwt = jwt(operateur, cle, nom, &compte(jetstream));
        format!("  {}: {jwt}\n", cle.public_key())
    });
    let operation = json!({
        "type": "operator", "version": 2, "system_account": systeme.public_key(),
    });
    let conf = dossier.join("operateur.conf");
    let texte = format!(
        "server_name: nats-1\nlisten: \"127.0.0.1:-1\"\njetstream {{\n  store_dir: {:?}\n}}\noperator: {}\n\
         system_account: {}\nresolver: MEMORY\nresolver_preload {{\n{}}}\n",
        dossier.join("js"),
        jwt(operateur, operateur, "univ", &operation),
        systeme.public_key(),
        comptes.concat(),
    );
    std::fs::write(&conf, texte).unwrap();
    ServeurNats::configure(dossier, &conf, &[])
}

#[tokio::test(flavor = "multi_thread")]
async fn un_fichier_creds_laisse_entrer_et_n_ouvre_que_ce_qu_il_dit() {
    let dossier = tempfile::tempdir().unwrap();
    let ici = dossier.path();
    let (operateur, compte) = (KeyPair::new_operator(), KeyPair::new_account());
    let utilisateur = |nom: &str, compte: &KeyPair, cle: &str| {
        Utilisateur::creer(ici, compte, nom, permises(cle))
    };
    let postule = utilisateur("postule", &compte, "NKEY_POSTULE");
    let scolarite = utilisateur("scolarite", &compte, "NKEY_SCOLARITE");
    let inconnu = utilisateur("inconnu", &KeyPair::new_account(), "NKEY_POSTULE");
    let nats = serveur(ici, &operateur, &compte);
    let bus = |creds: &Path| {
        let url = nats.url();
        format!("nats = \"{url}\"\nreplicas = 1\ncredentials = {creds:?}")
    };
    let app = App::servir(config(ici, &bus(&postule.fichier)), Role::Tout);
    let app = app.await.unwrap();
    candidater(&app, ici).await;
    let access = NatsAccess {
        credentials: Some(scolarite.fichier.clone()),
        inbox: Some("_INBOX_SCOLARITE".to_owned()),
        ..NatsAccess::default()
    };
    let elle = joindre(nats.url(), access).await;
    let accuse = elle.push_cursus("1", fiche()).await.unwrap();
    assert_eq!(accuse, Accuse::Accepte { accepte: true });
    let mut brut = Brut::par_jwt(nats.port(), &scolarite.jwt, &scolarite.cle);
    permissions_de_la_scolarite(&mut brut);
    app.arreter().await;

    // Signed by an account that the operator never signed.
    let refus = App::servir(config(ici, &bus(&inconnu.fichier)), Role::Tout);
    let refus = refus.await.unwrap_err();
    assert!(refus.contains("[bus] credentials, nkey"), "{refus}");
}
