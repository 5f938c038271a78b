//! Many dossiers on paper in one archive (ZIP), written while it is sent: memory holds one dossier at a time.

use std::collections::{HashSet, VecDeque};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use actors::protocol::DossierGestion;
use bytes::Bytes;
use domain::langue::Langue;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::papier::{composer_dossier, nom, raison};
use super::source::Source;
use crate::edge::Etat;

/// What was written and not yet sent.
#[derive(Clone, Debug, Default)]
struct Tampon(Arc<Mutex<Vec<u8>>>);

impl Tampon {
    fn vider(&self) -> Bytes {
        let mut octets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *octets).into()
    }
}

impl Write for Tampon {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let mut tampon = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tampon.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive being made.
pub(super) struct Archive {
    etat: Etat,
    source: Source,
    langue: Langue,
    attente: VecDeque<DossierGestion>,
    zip: Option<ZipWriter<StreamWriter<Tampon>>>,
    tampon: Tampon,
    noms: HashSet<String>,
}

impl Archive {
    pub(super) fn new(etat: &Etat, source: Source, langue: Langue) -> Self {
        let tampon = Tampon::default();
        Self {
            etat: etat.clone(),
            source,
            langue,
            attente: VecDeque::new(),
            zip: Some(ZipWriter::new_stream(tampon.clone())),
            tampon,
            noms: HashSet::new(),
        }
    }

    /// The bytes of one more dossier, or the end of the archive; nothing after it.
    pub(super) async fn suite(&mut self) -> Result<Option<Bytes>, String> {
        if self.attente.is_empty()
            && let Some(suivants) = self.source.suivants().await.map_err(|f| raison(&f))?
        {
            self.attente.extend(suivants);
        }
        let dit = |e: zip::result::ZipError| e.to_string();
        let Some(entier) = self.attente.pop_front() else {
            let Some(zip) = self.zip.take() else {
                return Ok(None);
            };
            zip.finish().map_err(dit)?;
            return Ok(Some(self.tampon.vider()));
        };
        let nom = self.nommer(&entier);
        let pdf = composer_dossier(&self.etat, entier, self.langue).await?;
        let zip = self.zip.as_mut().ok_or("the archive is closed")?;
        // A PDF is packed already.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(nom, options).map_err(dit)?;
        zip.write_all(&pdf).map_err(|e| e.to_string())?;
        zip.flush().map_err(|e| e.to_string())?;
        Ok(Some(self.tampon.vider()))
    }

    /// `M1-INFO/MARTIN Élise ABCDEFGH.pdf`, never twice.
    fn nommer(&mut self, entier: &DossierGestion) -> String {
        let formation = entier.dossier.formation.as_str().replace(['/', '\\'], "-");
        let mut voulu = format!("{formation}/{}", nom(entier));
        if !self.noms.insert(voulu.clone()) {
            voulu = format!("{formation}/{} {}", entier.dossier.id, nom(entier));
            self.noms.insert(voulu.clone());
        }
        voulu
    }
}
