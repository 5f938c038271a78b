//! The actors on a real disk, without edge and with passwords that cost nothing.

use std::path::Path;
use std::sync::{Arc, Mutex};

use actors::atelier::{Atelier, Limites};
use actors::jetons::CleServeur;
use actors::mots_de_passe::Cout;
use actors::ports::{
    AleaSysteme, Courrier, CourrierDemande, CourrierPersonnel, EchecPoste, HorlogeSysteme, Postier,
};
use actors::protocol::{Acte, Faute, Reponse, Requete, Resultat};
use actors::systeme::Systeme;
use bus::{Bus, Envelope, InProcess};
use domain::langue::Langue;
use storage::{Kv, Store};

pub(crate) const MOT_DE_PASSE: &str = "Motdepasse1@";
/// Not what is measured here.
pub(crate) const COUT: Cout = Cout {
    memoire_kib: 8,
    passes: 1,
};

pub(crate) fn cle() -> CleServeur {
    CleServeur::new([7; 32])
}

/// Keeps the tokens of mails by address.
#[derive(Default)]
struct Boite(Mutex<std::collections::HashMap<String, String>>);

#[async_trait::async_trait]
impl Postier for Boite {
    async fn poster(&self, courrier: &Courrier) -> Result<(), EchecPoste> {
        if let Some(lien) = &courrier.lien {
            let mut jetons = self.0.lock().unwrap();
            jetons.insert(courrier.a.clone(), lien.jeton.clone());
        }
        Ok(())
    }

    /// No staff acts here.
    async fn poster_personnel(&self, _: &CourrierPersonnel) -> Result<(), EchecPoste> {
        Ok(())
    }

    /// Nor do they answer.
    async fn poster_demande(&self, _: &CourrierDemande) -> Result<(), EchecPoste> {
        Ok(())
    }
}

/// Bus, actors and store.
pub(crate) struct Banc {
    bus: Arc<InProcess<actors::guichet::Guichet>>,
    boite: Arc<Boite>,
    pub(crate) atelier: Arc<Atelier>,
    pub(crate) systeme: Systeme,
}

impl Banc {
    pub(crate) fn ouvrir(kv: Arc<dyn Kv>) -> Self {
        Self::sur(Store::open(kv).unwrap())
    }

    pub(crate) fn sur(store: Store) -> Self {
        let store = Arc::new(store);
        let horloge = Arc::new(HorlogeSysteme);
        let limites = Limites::default();
        let atelier = Atelier::ouvrir(store, horloge, Arc::new(AleaSysteme), cle(), limites);
        let atelier = Arc::new(atelier.unwrap());
        let boite = Arc::new(Boite::default());
        let systeme = Systeme::demarrer(atelier.clone(), boite.clone(), COUT).unwrap();
        let delai = std::time::Duration::from_secs(20);
        Self {
            bus: Arc::new(InProcess::new(systeme.guichet.clone(), delai)),
            boite,
            atelier,
            systeme,
        }
    }

    pub(crate) async fn demander(&self, requete: Requete) -> Resultat {
        let enveloppe = Envelope::new(None, requete);
        let reponse: Result<Resultat, bus::BusError> = self.bus.ask(enveloppe).await;
        reponse.unwrap_or_else(|erreur| {
            Err(Faute::Indisponible {
                raison: erreur.to_string(),
            })
        })
    }

    pub(crate) async fn agir(&self, session: &str, acte: Acte) -> Resultat {
        let session = session.to_owned();
        self.demander(Requete::Candidat { session, acte }).await
    }

    pub(crate) async fn importer(&self) {
        let evenements = postule::campagne::lire(fixtures::CAMPAGNE, |_| Err(String::new()));
        let evenements = evenements.unwrap();
        self.demander(Requete::Importer { evenements })
            .await
            .unwrap();
    }

    pub(crate) async fn connecter(&self, identifiant: &str) -> String {
        let requete = Requete::Connecter {
            identifiant: identifiant.to_owned(),
            mot_de_passe: MOT_DE_PASSE.to_owned(),
            code: None,
        };
        match self.demander(requete).await {
            Ok(Reponse::Session { jeton, .. }) => jeton,
            autre => panic!("{autre:?}"),
        }
    }

    /// A validated account with a session.
    pub(crate) async fn candidat(&self, rang: usize) -> String {
        let mail = format!("c{rang}@univ.example");
        let requete = Requete::Inscrire {
            nom: "Martin".to_owned(),
            prenom: "Élise".to_owned(),
            mail: mail.clone(),
            mot_de_passe: MOT_DE_PASSE.to_owned(),
            langue: Langue::Fr,
        };
        self.demander(requete).await.unwrap();
        while self.systeme.relais.tour().await.unwrap() > 0 {}
        let jeton = self.boite.0.lock().unwrap()[&mail].clone();
        self.demander(Requete::Valider { jeton }).await.unwrap();
        self.connecter(&mail).await
    }
}

pub(crate) fn au_fil<T>(travail: impl Future<Output = T>) -> T {
    let mut fil = tokio::runtime::Builder::new_multi_thread();
    let fil = fil.worker_threads(2).enable_all().build().unwrap();
    fil.block_on(travail)
}

pub(crate) fn dossier() -> tempfile::TempDir {
    // On the disk of the build, not in memory.
    tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap()
}
