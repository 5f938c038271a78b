//! The edge itself: TLS, rates, health, hostile input, previews, antivirus, receipts.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fixtures::client::{Client, MOT_DE_PASSE, PDF};
use postule::app::{App, Role};
use postule::config::Config;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::serveur::Serveur;

/// A campaign that is open, whatever the day.
const CAMPAGNE: &str = r#"
[campagne]
code = "2027-2028"
libelle = "Campagne"
ouverture = 2020-01-01T00:00:00Z
fermeture = 2100-01-01T00:00:00Z
max_dossiers = 10
etat_transmis = "Réceptionné"
[[centres]]
code = "C"
libelle = "Centre"
max_dossiers = 5
[[composantes]]
code = "U"
libelle = "Université"
[[pieces]]
code = "CV"
libelle = "Curriculum vitae"
commune = false
conditionnelle = false
[[formations]]
code = "M1"
libelle = "Master"
composante = "U"
centre = "C"
niveau = "Master"
candidature_debut = 2020-01-01T00:00:00Z
candidature_fin = 2099-01-01T00:00:00Z
retour = 2099-06-01T00:00:00Z
pieces = ["CV"]
"#;

pub(crate) struct Servi {
    pub(crate) app: App,
    pub(crate) client: Client,
    pub(crate) dossier: tempfile::TempDir,
}

/// A server as configured, with these lines more under `[serveur]`, and these sections.
pub(crate) async fn servir(serveur: impl FnOnce(&Path) -> String, sections: &str) -> Servi {
    let dossier = tempfile::tempdir().unwrap();
    let place = dossier.path();
    std::fs::write(place.join("campagne.toml"), CAMPAGNE).unwrap();
    let mails = place.join("mail");
    let mail = if sections.contains("[mail]") {
        String::new()
    } else {
        format!("[mail]\nfolder = {mails:?}\nfrom = \"c@univ.example\"\n")
    };
    let source = format!(
        "[etablissement]\nname = \"Université\"\n[serveur]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://c.example\"\n{}\n\
         [donnees]\ndir = {:?}\n[campagne]\nfile = {:?}\n{mail}{sections}",
        serveur(place),
        place.join("donnees"),
        place.join("campagne.toml"),
    );
    let config = Config::lire(&source, &[]).unwrap();
    let app = App::servir(config, Role::Tout).await.unwrap();
    let client = Client::new(app.adresse().unwrap(), mails);
    Servi {
        app,
        client,
        dossier,
    }
}

fn certificat(dossier: &Path, nom: &str) -> rustls::pki_types::CertificateDer<'static> {
    let fait = rcgen::generate_simple_self_signed([nom.to_owned()]).unwrap();
    std::fs::write(dossier.join("cert.pem"), fait.cert.pem()).unwrap();
    std::fs::write(dossier.join("cle.pem"), fait.signing_key.serialize_pem()).unwrap();
    fait.cert.der().clone()
}

/// One request over TLS; the protocol agreed on, and the answer's bytes.
async fn par_tls(
    adresse: std::net::SocketAddr,
    racine: rustls::pki_types::CertificateDer<'static>,
    protocole: &[u8],
) -> Result<(Vec<u8>, String), std::io::Error> {
    let mut racines = rustls::RootCertStore::empty();
    racines.add(racine).unwrap();
    let fournisseur = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(fournisseur)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(racines)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocole.to_vec()];
    let connecteur = tokio_rustls::TlsConnector::from(Arc::new(config));
    let flux = TcpStream::connect(adresse).await?;
    let nom = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let mut flux = connecteur.connect(nom, flux).await?;
    let accorde = flux
        .get_ref()
        .1
        .alpn_protocol()
        .unwrap_or_default()
        .to_vec();
    let mut lu = Vec::new();
    if protocole == b"http/1.1" {
        flux.write_all(b"GET /sante/vive HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .await?;
        flux.read_to_end(&mut lu).await?;
    }
    Ok((accorde, String::from_utf8_lossy(&lu).into_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn q14_tls_parle_http_1_et_2_dit_hsts_et_relit_son_certificat() {
    let mut premier = None;
    let servi = servir(
        |place| {
            premier = Some((place.to_owned(), certificat(place, "localhost")));
            let (cert, cle) = (place.join("cert.pem"), place.join("cle.pem"));
            format!("tls_cert = {cert:?}\ntls_key = {cle:?}")
        },
        "",
    )
    .await;
    let (place, racine) = premier.unwrap();
    let adresse = servi.app.adresse().unwrap();
    let (accorde, reponse) = par_tls(adresse, racine.clone(), b"http/1.1").await.unwrap();
    assert_eq!(accorde, b"http/1.1");
    assert!(reponse.starts_with("HTTP/1.1 204"), "{reponse}");
    assert!(
        reponse.contains("strict-transport-security: max-age="),
        "{reponse}"
    );
    let (accorde, _) = par_tls(adresse, racine.clone(), b"h2").await.unwrap();
    assert_eq!(accorde, b"h2");
    // A new certificate is served without a restart.
    let nouvelle = certificat(&place, "localhost");
    let fin = tokio::time::Instant::now() + Duration::from_secs(30);
    while par_tls(adresse, nouvelle.clone(), b"http/1.1")
        .await
        .is_err()
    {
        assert!(
            tokio::time::Instant::now() < fin,
            "the new certificate is not served"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(par_tls(adresse, racine, b"http/1.1").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn q13_les_connexions_sont_comptees_par_adresse_et_par_compte() {
    let servi = servir(
        |_| "trusted_proxies = [\"127.0.0.1\"]".to_owned(),
        "[limites]\nconnexions_par_minute = 20\n",
    )
    .await;
    let connecter = async |adresse: &str, identifiant: &str| {
        let corps = json!({ "identifiant": identifiant, "mot_de_passe": "Faux12345@" });
        let entetes = [
            ("content-type", "application/json"),
            ("x-forwarded-for", adresse),
        ];
        let octets = corps.to_string().into_bytes();
        servi
            .client
            .envoyer("POST", "/api/v1/session", &entetes, octets)
            .await
    };
    for rang in 0..20 {
        let essai = connecter("203.0.113.1", &format!("PERSONNE{rang}")).await;
        assert_eq!(essai.code().0, 401, "{rang}");
    }
    // A slow machine gives some of it back meanwhile.
    let mut refuse = connecter("203.0.113.1", "AUTRE").await;
    for rang in 0..40 {
        if refuse.statut == 429 {
            break;
        }
        refuse = connecter("203.0.113.1", &format!("AUTRE{rang}")).await;
    }
    assert_eq!(refuse.code(), (429, "trop_de_demandes".to_owned()));
    let attente: u32 = refuse.entetes["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&attente), "{attente}");
    // Others are served; one account is guarded wherever the guesses come from.
    for rang in 0..10 {
        let essai = connecter(&format!("203.0.113.{}", 10 + rang), "ABCDEFGH").await;
        assert_eq!(essai.code().0, 401, "{rang}");
    }
    let refuse = connecter("203.0.113.99", "abcdefgh").await;
    assert_eq!(refuse.code(), (429, "trop_de_demandes".to_owned()));
    assert!(refuse.entetes.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn q19_les_requetes_hostiles_recoivent_un_probleme() {
    let serveur = Serveur::new().await;
    let session = serveur.candidat("elise@univ.example").await;
    let porteur = format!("Bearer {session}");
    let json = ("content-type", "application/json");
    let jeton = ("authorization", porteur.as_str());
    for (methode, chemin, entetes, corps, attendu) in [
        ("GET", "/api/v1/dossiers/%FF%FE", vec![jeton], "", 400),
        ("GET", "/api/v1/dossiers?limite=0", vec![jeton], "", 400),
        (
            "GET",
            "/api/v1/dossiers?limite=beaucoup",
            vec![jeton],
            "",
            400,
        ),
        (
            "GET",
            "/api/v1/dossiers?curseur=inconnu",
            vec![jeton],
            "",
            400,
        ),
        ("GET", "/api/v1/../../etc/passwd", vec![jeton], "", 404),
        (
            "GET",
            "/api/v1/dossiers/..%2F..%2Fcles",
            vec![jeton],
            "",
            404,
        ),
        (
            "POST",
            "/api/v1/comptes",
            vec![json, ("content-encoding", "gzip")],
            "{}",
            415,
        ),
        (
            "POST",
            "/api/v1/comptes",
            vec![("content-type", "application/jsonp")],
            "{}",
            415,
        ),
        (
            "PUT",
            "/api/v1/moi/adresse",
            vec![jeton, json, ("if-match", "3")],
            "{}",
            400,
        ),
        (
            "PUT",
            "/api/v1/moi/adresse",
            vec![jeton, json, ("idempotency-key", "")],
            "{}",
            400,
        ),
    ] {
        let refuse = serveur
            .envoyer(methode, chemin, &entetes, corps.into())
            .await;
        assert_eq!(refuse.code().0, attendu, "{methode} {chemin}");
        assert_eq!(refuse.entetes["x-content-type-options"], "nosniff", "Q14");
        assert_eq!(refuse.entetes["cache-control"], "no-store", "Q14");
        assert!(
            refuse.entetes.contains_key("content-security-policy"),
            "Q14"
        );
        assert!(refuse.entetes.contains_key("x-request-id"));
    }
    let refuse = serveur.demander("PATCH", "/moi", &session, json!({})).await;
    assert_eq!(refuse.code().0, 405);
    assert!(refuse.entetes["allow"].to_str().unwrap().contains("GET"));
    let tete = serveur
        .envoyer("HEAD", "/api/v1/moi", &[jeton], vec![])
        .await;
    assert_eq!((tete.statut.as_u16(), tete.octets.len()), (200, 0));
    let longue = "x".repeat(40_000);
    let mut flux = TcpStream::connect(serveur.adresse).await.unwrap();
    let requete = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {longue}\r\n\r\n");
    // The server may close while we still send.
    let _coupe = flux.write_all(requete.as_bytes()).await;
    let mut lu = Vec::new();
    let _coupe = flux.read_to_end(&mut lu).await;
    assert!(
        lu.is_empty() || lu.starts_with(b"HTTP/1.1 431"),
        "{}",
        String::from_utf8_lossy(&lu)
    );
    let vive = serveur.envoyer("GET", "/sante/vive", &[], vec![]).await;
    assert_eq!(vive.statut, 204, "others are served");
}

#[tokio::test(flavor = "multi_thread")]
async fn les_versions_et_les_cles_de_repetition_valent_partout() {
    let serveur = Serveur::new().await;
    let session = serveur.candidat("elise@univ.example").await;
    let porteur = format!("Bearer {session}");
    let moi = serveur.lire("/moi", &session).await;
    let vue = moi.entetes["etag"].to_str().unwrap().to_owned();
    assert_eq!(vue, format!("\"{}\"", moi.json()["version"]));
    let adresse = |rue: &str| {
        json!({ "ligne1": rue, "code_postal": "59300", "commune": "valenciennes" }).to_string()
    };
    let changer = async |rue: &str, si: &str| {
        let entetes = [
            ("authorization", porteur.as_str()),
            ("content-type", "application/json"),
            ("if-match", si),
        ];
        serveur
            .envoyer("PUT", "/api/v1/moi/adresse", &entetes, adresse(rue).into())
            .await
    };
    assert_eq!(changer("2 rue de Mons", &vue).await.statut, 200);
    assert_eq!(
        changer("3 rue de Mons", &vue).await.code(),
        (412, "version_perimee".to_owned())
    );
    assert_eq!(changer("3 rue de Mons", "\"ailleurs\"").await.code().0, 412);
    assert_eq!(changer("3 rue de Mons", "*").await.statut, 200);
    // The same key has the same effect once: a second sign-up under it owes no second mail.
    let cle = [
        ("content-type", "application/json"),
        ("idempotency-key", "k-1"),
    ];
    let corps = json!({
        "nom": "Martin", "prenom": "Paul", "mail": "paul@univ.example", "mail_confirmation": "paul@univ.example",
        "mot_de_passe": MOT_DE_PASSE, "mot_de_passe_confirmation": MOT_DE_PASSE,
    });
    for _ in 0..2 {
        let cree = serveur
            .envoyer("POST", "/api/v1/comptes", &cle, corps.to_string().into())
            .await;
        assert_eq!(cree.statut, 202);
    }
    let jeton = serveur.jeton("paul@univ.example", "alide").await;
    let valider = json!({ "jeton": jeton }).to_string();
    for _ in 0..2 {
        let valide = serveur
            .envoyer(
                "POST",
                "/api/v1/comptes/validation",
                &cle,
                valider.clone().into(),
            )
            .await;
        assert_eq!(
            valide.json()["numero"].as_str().unwrap().len(),
            8,
            "the first answer again"
        );
    }
    let sans = serveur
        .demander("POST", "/comptes/validation", "", json!({ "jeton": jeton }))
        .await;
    assert_eq!(sans.statut, 409, "without the key it is a second use");
}

#[tokio::test(flavor = "multi_thread")]
async fn g25_g30_apercus_et_accuses() {
    let servi = servir(|_| String::new(), "").await;
    let client = &servi.client;
    let session = client.candidat("elise@univ.example").await;
    let id = client.ouvrir(&session, "M1").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    client.deposer(&session, &id, "CV", "relevé.pdf", PDF).await;
    let piece = format!("/dossiers/{id}/pieces/CV");
    for _ in 0..2 {
        let image = client.lire(&format!("{piece}?apercu=1"), &session).await;
        assert_eq!(image.entetes["content-type"], "image/png");
        assert!(image.octets.starts_with(b"\x89PNG"));
    }
    let absente = client
        .lire(&format!("{piece}?apercu=1&page=99"), &session)
        .await;
    assert_eq!(absente.code(), (404, "page_absente".to_owned()));
    assert_eq!(client.lire(&piece, &session).await.octets, PDF);
    let transmission = format!("/dossiers/{id}/transmission");
    assert_eq!(
        client
            .demander("POST", &transmission, &session, Value::Null)
            .await
            .statut,
        200
    );
    let pdf = client
        .lire(&format!("/dossiers/{id}/accuse.pdf"), &session)
        .await;
    assert_eq!(pdf.entetes["content-type"], "application/pdf");
    assert!(pdf.octets.starts_with(b"%PDF-"));
    let lu = postule::fichiers::examiner(pdf.octets.to_vec());
    assert!(lu.is_ok(), "{lu:?}");
    let accuse = client
        .lire(&format!("/dossiers/{id}/accuse.json"), &session)
        .await
        .json();
    let verdict = client
        .demander("POST", "/accuses/verification", "", accuse.clone())
        .await;
    assert_eq!(verdict.json()["valable"], true);
    let mut altere = accuse.clone();
    altere["contenu"]["nom"] = json!("Durand");
    let verdict = client
        .demander("POST", "/accuses/verification", "", altere)
        .await
        .json();
    assert_eq!(
        (&verdict["valable"], &verdict["code"]),
        (&json!(false), &json!("altere"))
    );
    let formulaire = format!(
        "--xx\r\nContent-Disposition: form-data; name=\"texte\"\r\n\r\n{accuse}\r\n--xx--\r\n"
    );
    let entetes = [("content-type", "multipart/form-data; boundary=xx")];
    let page = client
        .envoyer("POST", "/verification", &entetes, formulaire.into())
        .await;
    let page = String::from_utf8(page.octets.to_vec()).unwrap();
    assert!(page.contains("Accusé authentique."), "{page}");
}
