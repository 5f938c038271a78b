//! How much one address or one account may ask (Q13).

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Instant;

use actors::protocol::{PreuveCompte, Requete};

use super::seaux::Seaux;

/// Seconds of the rate that may come at once.
const RAFALE_S: f64 = 4.0;
/// Many people share one address (a campus behind one): with a session it may ask this many times as much.
const PARTAGE: f64 = 20.0;
/// Wrong passwords for one account at once.
const ESSAIS_COMPTE: f64 = 10.0;
/// Wrong passwords for one account, a second: one every half minute.
const ESSAIS_COMPTE_PAR_SECONDE: f64 = 1.0 / 30.0;
/// Mails asked for one address at once.
const MAILS: f64 = 6.0;
/// Mails asked for one address, a second: one every two minutes.
const MAILS_PAR_SECONDE: f64 = 1.0 / 120.0;

/// Rates (`[limites]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// Requests of one address without a session, or of one session, a second.
    pub requetes_par_seconde: NonZeroU32,
    /// Log-ins, sign-ups and forgotten passwords of one address, a minute.
    pub connexions_par_minute: NonZeroU32,
}

impl Default for Cadence {
    fn default() -> Self {
        Self::de(200, 120)
    }
}

impl Cadence {
    fn de(requetes: u32, connexions: u32) -> Self {
        let taux = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            requetes_par_seconde: taux(requetes),
            connexions_par_minute: taux(connexions),
        }
    }

    /// Of the demo, where one person clicks and tries things out.
    pub fn demo() -> Self {
        Self::de(5_000, 6_000)
    }
}

/// Counts who asks how much.
#[derive(Debug)]
pub struct Garde {
    anonymes: Seaux,
    adresses: Seaux,
    sessions: Seaux,
    connexions: Seaux,
    comptes: Seaux,
    mails: Seaux,
}

/// IPv6 is counted by network: one household has 2^64 addresses.
fn reseau(adresse: IpAddr) -> [u8; 8] {
    match adresse.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            [0, 0, 0, 0, a, b, c, d]
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, e, f, g, h, ..] = v6.octets();
            [a, b, c, d, e, f, g, h]
        }
    }
}

impl Garde {
    /// At these rates.
    pub fn new(cadence: Cadence) -> Self {
        let requetes = f64::from(cadence.requetes_par_seconde.get());
        let connexions = f64::from(cadence.connexions_par_minute.get());
        Self {
            anonymes: Seaux::new(requetes * RAFALE_S, requetes),
            adresses: Seaux::new(requetes * RAFALE_S * PARTAGE, requetes * PARTAGE),
            sessions: Seaux::new(requetes * RAFALE_S, requetes),
            connexions: Seaux::new(connexions, connexions / 60.0),
            comptes: Seaux::new(ESSAIS_COMPTE, ESSAIS_COMPTE_PAR_SECONDE),
            mails: Seaux::new(MAILS, MAILS_PAR_SECONDE),
        }
    }

    /// Lets a request in. A made-up session does not help: its address is counted, too.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(super) fn entrer(&self, adresse: IpAddr, session: Option<&[u8]>) -> Result<(), u32> {
        let (reseau, maintenant) = (reseau(adresse), Instant::now());
        match session {
            None => self.anonymes.prendre(&reseau, maintenant),
            Some(session) => {
                self.adresses.prendre(&reseau, maintenant)?;
                self.sessions.prendre(&session, maintenant)
            }
        }
    }

    /// Lets in what costs a password's hash or a mail.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(super) fn connecter(&self, adresse: IpAddr) -> Result<(), u32> {
        self.connexions.prendre(&reseau(adresse), Instant::now())
    }

    /// What one account is asked, whether or not it exists (Q12): guesses of its password, mails to its address.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(crate) fn demander(&self, requete: &Requete) -> Result<Option<Essai>, u32> {
        let maintenant = Instant::now();
        match cible(requete) {
            Some(Cible::Compte(compte)) => {
                self.comptes.prendre(&compte, maintenant)?;
                Ok(Some(Essai(compte)))
            }
            Some(Cible::Mail(mail)) => self.mails.prendre(&mail, maintenant).map(|()| None),
            None => Ok(None),
        }
    }

    /// The password was right: only wrong ones count.
    pub(crate) fn juste(&self, essai: &Essai) {
        self.comptes.rendre(&essai.0, Instant::now());
    }
}

/// A guess of a password.
#[derive(Debug)]
pub(crate) struct Essai(String);

enum Cible {
    Compte(String),
    Mail(String),
}

/// Forms vary by case and spaces; the account is the same.
fn plat(texte: &str) -> String {
    texte.trim().to_lowercase()
}

fn cible(requete: &Requete) -> Option<Cible> {
    if let Requete::Connecter { identifiant, .. } = requete {
        return Some(Cible::Compte(plat(identifiant)));
    }
    if let Requete::RattacherSso {
        preuve: PreuveCompte::MotDePasse { identifiant, .. },
        ..
    } = requete
    {
        return Some(Cible::Compte(plat(identifiant)));
    }
    if let Requete::Inscrire { mail, .. }
    | Requete::InscrireSso { mail, .. }
    | Requete::RenvoyerLien { mail }
    | Requete::DemanderReinitialisation { mail, .. } = requete
    {
        return Some(Cible::Mail(plat(mail)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connexion(identifiant: &str) -> Requete {
        Requete::Connecter {
            identifiant: identifiant.to_owned(),
            mot_de_passe: String::new(),
            code: None,
        }
    }

    #[test]
    fn q13_seuls_les_mots_de_passe_faux_d_un_compte_sont_comptes() {
        let garde = Garde::new(Cadence::default());
        for _ in 0..100 {
            let essai = garde.demander(&connexion("ABCDEFGH")).unwrap().unwrap();
            garde.juste(&essai);
        }
        let faux = (0..100).filter(|_| garde.demander(&connexion(" abcdefgh")).is_ok());
        assert_eq!(faux.count(), 10);
        assert!(garde.demander(&connexion("AUTRE")).is_ok());
    }

    #[test]
    fn q13_une_session_inventee_n_ouvre_pas_plus_de_requetes() {
        let garde = Garde::new(Cadence::de(1, 1));
        let adresse: IpAddr = "2001:db8::1".parse().unwrap();
        let voisine: IpAddr = "2001:db8::2".parse().unwrap();
        let entrees = (0..500_u32).filter(|rang| {
            let adresse = if rang % 2 == 0 { adresse } else { voisine };
            garde.entrer(adresse, Some(&rang.to_be_bytes())).is_ok()
        });
        assert_eq!(entrees.count(), 80, "one network, whatever the session");
    }
}
