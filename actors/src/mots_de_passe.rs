//! Passwords: argon2id on bounded threads, so that log-ins cannot starve the rest (Q10).

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::ports::Alea;
use crate::protocol::Faute;

/// The most log-ins and sign-ups that wait for the hasher; more are told to come back.
pub const MAX_EN_ATTENTE: usize = 256;
/// Threads that hash at once.
const FILS: usize = 1;
/// Seconds a refused one is told to wait.
const REESSAYER_S: u32 = 5;

/// The cost of a hash.
#[derive(Clone, Copy, Debug)]
pub struct Cout {
    /// Memory, KiB.
    pub memoire_kib: u32,
    /// Passes.
    pub passes: u32,
}

impl Default for Cout {
    /// m = 19 MiB, t = 2 (OWASP).
    fn default() -> Self {
        Self {
            memoire_kib: 19 * 1024,
            passes: 2,
        }
    }
}

/// The hasher. Clones share the bound.
#[derive(Clone)]
pub struct Hacheur {
    argon: Argon2<'static>,
    places: Arc<Semaphore>,
    fils: Arc<Semaphore>,
    alea: Arc<dyn Alea>,
    leurre: Arc<str>,
}

impl std::fmt::Debug for Hacheur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hacheur")
            .field("libres", &self.places.available_permits())
            .finish()
    }
}

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Wrong.
    Faux,
    /// Right.
    Juste,
    /// Right, but under weaker parameters than today's: hash it again.
    ARehacher,
}

impl Hacheur {
    /// A hasher of this cost.
    ///
    /// # Errors
    /// The reason, when argon2 does not take the cost.
    pub fn new(cout: Cout, alea: Arc<dyn Alea>) -> Result<Self, String> {
        let params =
            Params::new(cout.memoire_kib, cout.passes, 1, None).map_err(|e| e.to_string())?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let leurre = hacher(&argon, alea.as_ref(), "leurre")?;
        Ok(Self {
            argon,
            places: Arc::new(Semaphore::new(MAX_EN_ATTENTE)),
            fils: Arc::new(Semaphore::new(FILS)),
            alea,
            leurre: leurre.into(),
        })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// [`Faute::Occupe`] when too many wait.
    pub async fn hacher(&self, mot_de_passe: String) -> Result<String, Faute> {
        let (argon, alea) = (self.argon.clone(), self.alea.clone());
        self.au_fil(move || hacher(&argon, alea.as_ref(), &mot_de_passe))
            .await?
            .map_err(indisponible)
    }

    /// Checks a password; without a hash (no such account) it takes as long and is wrong (Q12).
    ///
    /// # Errors
    /// [`Faute::Occupe`] when too many wait.
    pub async fn verifier(
        &self,
        hache: Option<String>,
        mot_de_passe: String,
    ) -> Result<Verdict, Faute> {
        let connu = hache.is_some();
        let hache = hache.unwrap_or_else(|| self.leurre.to_string());
        let argon = self.argon.clone();
        let verdict = self
            .au_fil(move || verifier(&argon, &hache, &mot_de_passe))
            .await?;
        Ok(if connu { verdict } else { Verdict::Faux })
    }

    async fn au_fil<T: Send + 'static>(
        &self,
        travail: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Faute> {
        let _place = self.places.try_acquire().map_err(|_plein| Faute::Occupe {
            reessayer_s: REESSAYER_S,
        })?;
        let fil = self
            .fils
            .clone()
            .acquire_owned()
            .await
            .map_err(|e| indisponible(e.to_string()))?;
        // The permit goes with the work: who hangs up does not make room before the thread is free.
        let tache = tokio::task::spawn_blocking(move || {
            let resultat = travail();
            drop(fil);
            resultat
        });
        tache.await.map_err(|e| indisponible(e.to_string()))
    }
}

fn indisponible(raison: String) -> Faute {
    Faute::Indisponible { raison }
}

fn hacher(argon: &Argon2<'_>, alea: &dyn Alea, mot_de_passe: &str) -> Result<String, String> {
    let mut octets = [0; 16];
    alea.remplir(&mut octets);
    let sel = SaltString::encode_b64(&octets).map_err(|e| e.to_string())?;
    let hache = argon
        .hash_password(mot_de_passe.as_bytes(), &sel)
        .map_err(|e| e.to_string())?;
    Ok(hache.to_string())
}

fn verifier(argon: &Argon2<'_>, hache: &str, mot_de_passe: &str) -> Verdict {
    let Ok(phc) = PasswordHash::new(hache) else {
        return Verdict::Faux;
    };
    if argon
        .verify_password(mot_de_passe.as_bytes(), &phc)
        .is_err()
    {
        return Verdict::Faux;
    }
    let voulus = argon.params();
    match Params::try_from(&phc) {
        Ok(p) if p.m_cost() >= voulus.m_cost() && p.t_cost() >= voulus.t_cost() => Verdict::Juste,
        Ok(_) | Err(_) => Verdict::ARehacher,
    }
}
