//! What orders are carried out with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::atelier::{Atelier, Limites};
use actors::guichet::Guichet;
use actors::jetons::{CleServeur, hexa};
use actors::mots_de_passe::Cout;
use actors::ports::{
    AleaSysteme, Courrier, CourrierDemande, CourrierPersonnel, EchecPoste, Horloge, HorlogeSysteme,
    Postier,
};
use actors::systeme::Systeme;
use async_trait::async_trait;
use domain::effet::Publication;
use storage::blobs::Blobs;
use storage::{ERASURES, Position, SledKv, Store, StoreError};

use super::{LigneAdmission, LigneJournal, PageAdmissions};
use crate::cles::Cles;
use crate::publication;

/// The data folder, opened: its store, its files, and the counter of its actors.
pub struct Moyens {
    /// The folder.
    pub donnees: PathBuf,
    /// Its journal and tables.
    pub store: Arc<Store>,
    /// Its files.
    pub blobs: Blobs,
    /// What its index is keyed with.
    pub cle: CleServeur,
    /// Its actors.
    pub guichet: Guichet,
    /// The time.
    pub horloge: Arc<dyn Horloge>,
    /// The actors' thread, when nobody else holds it.
    _systeme: Option<Systeme>,
}

impl std::fmt::Debug for Moyens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Moyens({})", self.donnees.display())
    }
}

/// Mails wait in the outbox until a server runs.
struct PosteFermee;

#[async_trait]
impl Postier for PosteFermee {
    async fn poster(&self, _: &Courrier) -> Result<(), EchecPoste> {
        Err(EchecPoste::Temporaire("no server runs".to_owned()))
    }

    async fn poster_personnel(&self, _: &CourrierPersonnel) -> Result<(), EchecPoste> {
        Err(EchecPoste::Temporaire("no server runs".to_owned()))
    }

    async fn poster_demande(&self, _: &CourrierDemande) -> Result<(), EchecPoste> {
        Err(EchecPoste::Temporaire("no server runs".to_owned()))
    }
}

impl Moyens {
    /// Beside running actors.
    pub fn new(donnees: &Path, atelier: &Atelier, guichet: Guichet, blobs: Blobs) -> Self {
        Self {
            donnees: donnees.to_owned(),
            store: atelier.store.clone(),
            blobs,
            cle: atelier.cle.clone(),
            guichet,
            horloge: atelier.horloge.clone(),
            _systeme: None,
        }
    }

    /// What the scolarité was told of admissions, by the records after a position.
    ///
    /// # Errors
    /// In words.
    pub async fn admissions(&self, apres: Position) -> Result<PageAdmissions, String> {
        let lues = self.guichet.admissions(apres).await;
        let lues = lues.map_err(|faute| format!("le journal ne se lit pas : {faute:?}"))?;
        let mut page = PageAdmissions {
            lignes: Vec::with_capacity(lues.parutions.len()),
            effacees: lues.effacees,
            suite: lues.suite,
        };
        for (le, parution) in lues.parutions {
            let message = publication::message(&parution)?;
            page.lignes.push(LigneAdmission {
                le,
                id: parution.id,
                annulation: matches!(
                    parution.publication,
                    Publication::AdmissionAnnulation { .. }
                ),
                message,
            });
        }
        Ok(page)
    }

    /// On a folder nobody serves. No mail leaves: they wait in the outbox for the next server.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when another process has the folder open, and others.
    pub async fn ouvrir(donnees: &Path, limites: Limites) -> Result<Self, StoreError> {
        let io = |e: std::io::Error| StoreError::Unavailable(format!("{}: {e}", donnees.display()));
        let kv = SledKv::open(&donnees.join("journal"))?;
        let store = Arc::new(Store::open(Arc::new(kv))?);
        let cle = CleServeur::new(Cles::ouvrir(donnees).map_err(io)?.serveur);
        let blobs = Blobs::open(&donnees.join("fichiers")).await.map_err(io)?;
        let horloge = Arc::new(HorlogeSysteme);
        let atelier = Atelier::ouvrir(store, horloge, Arc::new(AleaSysteme), cle, limites)?;
        let atelier = Arc::new(atelier);
        let systeme = Systeme::demarrer(atelier.clone(), Arc::new(PosteFermee), Cout::default());
        let systeme = systeme.map_err(StoreError::Unavailable)?;
        let moyens = Self::new(donnees, &atelier, systeme.guichet.clone(), blobs);
        Ok(Self {
            _systeme: Some(systeme),
            ..moyens
        })
    }

    /// Records after a position: at most `combien`, and about `octets` bytes of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn journal(
        &self,
        apres: Position,
        combien: usize,
        octets: usize,
    ) -> Result<Vec<LigneJournal>, StoreError> {
        let mut lignes = Vec::new();
        let mut reste = octets;
        for lu in self.store.records_after(apres, combien)? {
            reste = reste.saturating_sub(lu.data.len());
            let fait = if lu.data.is_empty() {
                // Erased (Q18).
                serde_json::Value::Null
            } else if lu.stream == ERASURES {
                String::from_utf8_lossy(&lu.data).into()
            } else {
                serde_json::from_slice(&lu.data).map_err(|e| {
                    StoreError::Corrupt(format!("{} {}: {e}", lu.stream, lu.version))
                })?
            };
            lignes.push(LigneJournal {
                position: lu.position,
                flux: lu.stream,
                version: lu.version,
                chaine: hexa(&lu.hash),
                fait,
            });
            if reste == 0 {
                break;
            }
        }
        Ok(lignes)
    }
}
