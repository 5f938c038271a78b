//! The dossiers of an export, whole, a few at a time: memory holds one message, not the campaign.

use std::collections::VecDeque;
use std::time::Duration;

use actors::protocol::{
    ActeGestion, DossierGestion, Faute, FiltreDossiers, MAX_ENTIERS, Reponse, Requete, Sortie,
};
use domain::ids::DossierId;

use crate::comptoir::Comptoir;
use crate::edge::Etat;

/// How often a question is asked again when the actors are busy.
const ESSAIS: usize = 5;
/// The pause before.
const PAUSE: Duration = Duration::from_millis(500);

/// What is left to be read.
pub(super) struct Source {
    comptoir: Comptoir,
    session: String,
    filtre: FiltreDossiers,
    forme: &'static str,
    ids: VecDeque<DossierId>,
    /// There are more ids than those read.
    suite: bool,
    /// How many there were at the beginning.
    pub(super) total: u64,
}

impl Source {
    /// Asks for the first ids: whether the asker may is known from here on.
    pub(super) async fn ouvrir(
        etat: &Etat,
        session: &str,
        filtre: FiltreDossiers,
        forme: &'static str,
    ) -> Result<Self, Faute> {
        let mut source = Self {
            comptoir: etat.guichet.clone(),
            session: session.to_owned(),
            filtre,
            forme,
            ids: VecDeque::new(),
            suite: false,
            total: 0,
        };
        source.total = source.choisir().await?;
        Ok(source)
    }

    async fn choisir(&mut self) -> Result<u64, Faute> {
        let sortie = Sortie::Choisir {
            filtre: Box::new(self.filtre.clone()),
            forme: self.forme.to_owned(),
        };
        let Reponse::Choisis {
            ids,
            curseur,
            total,
        } = self.demander(sortie).await?
        else {
            return Err(inattendu());
        };
        self.ids.extend(ids);
        self.suite = curseur.is_some();
        self.filtre.curseur = curseur;
        Ok(total)
    }

    /// The next ones; nothing at the end. One that left the asker's scope meanwhile is passed over.
    pub(super) async fn suivants(&mut self) -> Result<Option<Vec<DossierGestion>>, Faute> {
        loop {
            if self.ids.is_empty() {
                if !self.suite {
                    return Ok(None);
                }
                self.choisir().await?;
                continue;
            }
            let ids: Vec<_> = self.ids.iter().take(MAX_ENTIERS).cloned().collect();
            let sortie = Sortie::Entiers { ids };
            let Reponse::Entiers { dossiers, lus } = self.demander(sortie).await? else {
                return Err(inattendu());
            };
            if lus == 0 {
                return Err(inattendu());
            }
            self.ids.drain(..lus.min(self.ids.len()));
            if !dossiers.is_empty() {
                return Ok(Some(dossiers));
            }
        }
    }

    async fn demander(&self, sortie: Sortie) -> Result<Reponse, Faute> {
        let mut essais = 0;
        loop {
            let requete = Requete::Gestion {
                session: self.session.clone(),
                acte: ActeGestion::Sortir(sortie.clone()),
            };
            essais += 1;
            match self.comptoir.traiter(None, requete).await {
                Err(Faute::Occupe { .. }) if essais < ESSAIS => tokio::time::sleep(PAUSE).await,
                reponse => return reponse,
            }
        }
    }
}

fn inattendu() -> Faute {
    Faute::Indisponible {
        raison: "unexpected answer".to_owned(),
    }
}
