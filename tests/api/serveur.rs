//! A real server on a real disk, and a client.

use std::ops::Deref;
use std::path::PathBuf;

pub(crate) use fixtures::client::{Client, MOT_DE_PASSE, PDF, Reponse};
use postule::app::{App, OptionsDemo};

pub(crate) struct Serveur {
    app: Option<App>,
    client: Client,
    pub(crate) donnees: PathBuf,
    _dossier: Option<tempfile::TempDir>,
}

impl Deref for Serveur {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Serveur {
    pub(crate) async fn new() -> Self {
        let dossier = tempfile::tempdir().unwrap();
        let donnees = dossier.path().to_owned();
        let (app, client) = demarrer(donnees.clone()).await;
        Self {
            app: Some(app),
            client,
            donnees,
            _dossier: Some(dossier),
        }
    }

    pub(crate) async fn redemarrer(&mut self) {
        self.app.take().unwrap().arreter().await;
        let (app, client) = demarrer(self.donnees.clone()).await;
        (self.app, self.client) = (Some(app), client);
    }
}

async fn demarrer(donnees: PathBuf) -> (App, Client) {
    let mails = donnees.join("mail");
    let options = OptionsDemo {
        ecoute: "127.0.0.1:0".parse().unwrap(),
        donnees,
        maintenant: None,
    };
    let app = App::demo(options).await.unwrap();
    let client = Client::new(app.adresse().unwrap(), mails);
    (app, client)
}
