//! A mailbox entered by OAuth 2 tokens, on a real Dovecot that asks the provider about each.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::{Value, json};

use crate::dovecot::Dovecot;
use crate::poste::{Monde, jusque, partie};
use crate::relais::Relais;

/// The provider's books.
#[derive(Default)]
struct Livres {
    /// The refresh token that is good now; each one is good once.
    actualisation: String,
    /// Access tokens that are good.
    bons: BTreeSet<String>,
    /// Given so far.
    donnes: u32,
    /// Questions of Dovecot about one that is not good.
    refuses: u32,
    /// Seconds a token lives, as said.
    vie: u32,
}

/// A provider: gives access tokens, and says whether one is good.
#[derive(Clone)]
struct Fournisseur {
    port: u16,
    livres: Arc<Mutex<Livres>>,
}

impl Fournisseur {
    async fn ouvrir() -> Self {
        let ecoute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let moi = Self {
            port: ecoute.local_addr().unwrap().port(),
            livres: Arc::new(Mutex::new(Livres {
                actualisation: "actualise-0".to_owned(),
                vie: 3600,
                ..Livres::default()
            })),
        };
        let routes = Router::new()
            .route("/jetons", post(donner))
            .route("/avis", get(juger))
            .with_state(moi.clone());
        tokio::spawn(async move { axum::serve(ecoute, routes).await });
        moi
    }

    fn noter<T>(&self, acte: impl FnOnce(&mut Livres) -> T) -> T {
        acte(&mut self.livres.lock().unwrap())
    }
}

async fn donner(
    State(moi): State<Fournisseur>,
    Form(champs): Form<Vec<(String, String)>>,
) -> (StatusCode, Json<Value>) {
    let lu = |cle: &str| {
        let trouve = champs.iter().find(|(c, _)| c == cle);
        trouve.map_or("", |(_, valeur)| valeur.as_str())
    };
    let refus = |erreur: &str| {
        let dit = json!({ "error": erreur, "error_description": "Ce jeton a été retiré." });
        (StatusCode::BAD_REQUEST, Json(dit))
    };
    if (lu("client_id"), lu("client_secret")) != ("postule", "un secret & plus") {
        return refus("invalid_client");
    }
    moi.noter(|livres| {
        if lu("grant_type") != "refresh_token" || lu("refresh_token") != livres.actualisation {
            return refus("invalid_grant");
        }
        livres.donnes += 1;
        let jeton = format!("acces-{}", livres.donnes);
        livres.actualisation = format!("actualise-{}", livres.donnes);
        livres.bons.insert(jeton.clone());
        let dit = json!({
            "access_token": jeton, "token_type": "Bearer", "expires_in": livres.vie,
            "refresh_token": livres.actualisation,
        });
        (StatusCode::OK, Json(dit))
    })
}

/// RFC 7662, as Dovecot asks.
async fn juger(
    State(moi): State<Fournisseur>,
    Query(champs): Query<Vec<(String, String)>>,
) -> Json<Value> {
    let jeton = champs.into_iter().find(|(nom, _)| nom == "jeton");
    let jeton = jeton.map_or(String::new(), |(_, jeton)| jeton);
    let bon = moi.noter(|livres| {
        let bon = livres.bons.contains(&jeton);
        livres.refuses += u32::from(!bon);
        bon
    });
    Json(json!({ "active": bon, "username": "aide" }))
}

fn mail(rang: usize) -> Vec<u8> {
    format!(
        "Return-Path: <elise@ailleurs.example>\r\nFrom: elise@ailleurs.example\r\nTo: aide@univ.example\r\n\
         Subject: Question {rang}\r\nMessage-ID: <{rang}@ailleurs.example>\r\n\r\nQuestion {rang}\r\n"
    )
    .into_bytes()
}

/// Until the connection that waits (IDLE) is cut: by the arrival of a mail.
async fn couper(dovecot: &Dovecot, relais: &Relais, rang: usize) {
    relais.couper_apres(1);
    dovecot.deposer("aide", &format!("{rang}.a"), &mail(rang));
    jusque("the line is cut", async || relais.coupe()).await;
}

fn configurer(monde: &Monde, relais: &Relais, fournisseur: &Fournisseur) {
    std::fs::write(monde.ici().join("secret"), "un autre").unwrap();
    monde.configurer(&format!(
        "addresses = [\"aide@univ.example\"]\nimap = \"imap://aide@127.0.0.1:{}/INBOX?tls=none\"\n\
         imap_oauth_client = \"postule\"\nimap_oauth_secret_file = \"secret\"\nimap_oauth_refresh_file = \"jeton\"\n\
         imap_oauth_token_url = \"http://127.0.0.1:{}/jetons\"\n",
        relais.port, fournisseur.port
    ));
}

fn essayer(monde: &Monde) -> (Option<i32>, String) {
    let essai = monde.commande(&["check"]);
    let dit = String::from_utf8_lossy(&essai.stderr).into_owned();
    (essai.status.code(), dit)
}

/// S01: Gmail and Microsoft 365 let nobody in by password: the mailbox is entered by tokens, in either form a server knows,
/// had anew before they end and when one is withdrawn; what a person has to mend is said by `check` and by the health page.
#[tokio::test(flavor = "multi_thread")]
async fn s01_une_boite_par_jetons_est_relevee_et_ses_jetons_renouveles() {
    for formes in ["xoauth2 oauthbearer", "oauthbearer"] {
        let mut monde = Monde::new();
        let fournisseur = Fournisseur::ouvrir().await;
        let dovecot = Dovecot::poser(monde.ici()).par_jetons(formes, fournisseur.port);
        let dovecot = dovecot.demarrer();
        let relais = Relais::vers(dovecot.clair).await;
        dovecot.deposer("aide", "1.a", &mail(1));
        let fichier = monde.ici().join("jeton");
        std::fs::write(&fichier, "actualise-0\n").unwrap();
        configurer(&monde, &relais, &fournisseur);
        let (code, dit) = essayer(&monde);
        assert!(
            code == Some(2) && dit.contains("imap_oauth_secret"),
            "{dit}"
        );
        std::fs::write(monde.ici().join("secret"), "un secret & plus\n").unwrap();
        let (code, dit) = essayer(&monde);
        let journal = dovecot.journal();
        assert!(
            code == Some(0) && dit.contains("1 mail(s)"),
            "{dit} {journal}"
        );
        // Kept for the next start, for its owner alone.
        assert_eq!(std::fs::read_to_string(&fichier).unwrap(), "actualise-1\n");
        let droits = std::fs::metadata(&fichier).unwrap().permissions().mode();
        assert_eq!(droits & 0o777, 0o600);
        let client = monde.demarrer();
        monde.attendre(1).await;
        // Withdrawn before its end: another, at once.
        fournisseur.noter(|livres| {
            livres.bons.clear();
            livres.vie = 2;
        });
        couper(&dovecot, &relais, 2).await;
        monde.attendre(2).await;
        assert_eq!(fournisseur.noter(|l| (l.donnes, l.refuses)), (3, 1));
        // Near its end: another, before anybody refuses this one.
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        couper(&dovecot, &relais, 3).await;
        monde.attendre(3).await;
        assert_eq!(fournisseur.noter(|l| (l.donnes, l.refuses)), (4, 1));
        assert_eq!(partie(&client, "support_imap").await, "ok");
        // Somebody took the access back.
        fournisseur.noter(|livres| {
            livres.bons.clear();
            livres.actualisation.clear();
        });
        couper(&dovecot, &relais, 4).await;
        jusque("told", async || {
            partie(&client, "support_imap").await == "degrade"
        })
        .await;
        let (code, dit) = essayer(&monde);
        assert!(code == Some(2) && dit.contains("redonnez l'accès"), "{dit}");
        assert!(
            !dit.contains("actualise-") && !dit.contains("acces-"),
            "{dit}"
        );
        assert_eq!(monde.recus(), 3, "{}", dovecot.journal());
    }
}
