//! Tokens, numbers and keys: what is random, and what is keyed by the server's secret (Q11).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use domain::effet::But;
use domain::ids::{CampagneCode, CandidatId, PersonnelId};
use domain::profil::ine::Ine;

use crate::ports::Alea;
use crate::totp::LONGUEUR_SECRET;

/// Characters of numbers people type: no I, O, 0, 1 (`2-domain.md`, section 7).
const LISIBLES: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Characters of a candidate number, the prefix included.
pub const LONGUEUR_NUMERO: usize = 8;
/// Characters of a dossier's id: 60 bits, guessing which gains nothing, as each access checks its owner.
const LONGUEUR_DOSSIER: usize = 12;

/// What the index keys of single sign-on identities start with.
pub(crate) const PREFIXE_IDENTITE: &[u8] = b"identite:";

/// The server's secret: signs links, hides addresses in the index.
#[derive(Clone)]
pub struct CleServeur([u8; 32]);

impl std::fmt::Debug for CleServeur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CleServeur(…)")
    }
}

impl CleServeur {
    /// From 32 secret bytes.
    pub const fn new(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    pub(crate) fn sceau(&self, parties: &[&str]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail; an empty seal would match nothing.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        for partie in parties {
            mac.update(&(partie.len() as u64).to_be_bytes());
            mac.update(partie.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// The token of a link: `<candidate>.<nonce>.<seal>`.
    pub fn jeton(&self, but: But, candidat: &CandidatId, nonce: &str) -> String {
        self.jeton_de(but, candidat.as_str(), nonce)
    }

    /// Who and which nonce a token names, if we sealed it for this end.
    pub fn ouvrir(&self, but: But, jeton: &str) -> Option<(CandidatId, String)> {
        let (qui, nonce) = self.ouvrir_de(but, jeton)?;
        Some((CandidatId::new(qui), nonce))
    }

    /// The same for a member of staff; the ends differ, so that no link of one serves the other.
    pub fn jeton_personnel(&self, but: But, personnel: &PersonnelId, nonce: &str) -> String {
        self.jeton_de(but, personnel.as_str(), nonce)
    }

    /// Who and which nonce such a token names.
    pub fn ouvrir_personnel(&self, but: But, jeton: &str) -> Option<(PersonnelId, String)> {
        let (qui, nonce) = self.ouvrir_de(but, jeton)?;
        Some((PersonnelId::new(qui), nonce))
    }

    fn jeton_de(&self, but: But, qui: &str, nonce: &str) -> String {
        let sceau = self.sceau(&["lien", but_texte(but), qui, nonce]);
        format!("{qui}.{nonce}.{}", B64.encode(sceau))
    }

    fn ouvrir_de(&self, but: But, jeton: &str) -> Option<(String, String)> {
        let mut parties = jeton.trim().splitn(3, '.');
        let (qui, nonce) = (parties.next()?, parties.next()?);
        let recu = B64.decode(parties.next()?).ok()?;
        let attendu = self.sceau(&["lien", but_texte(but), qui, nonce]);
        bool::from(attendu.ct_eq(&recu)).then(|| (qui.to_owned(), nonce.to_owned()))
    }

    /// The secret of a second factor: like a link's seal, it is stored nowhere.
    pub fn secret_second(&self, personnel: &PersonnelId, nonce: &str) -> [u8; LONGUEUR_SECRET] {
        let sceau = self.sceau(&["second", personnel.as_str(), nonce]);
        let mut secret = [0; LONGUEUR_SECRET];
        for (vers, de) in secret.iter_mut().zip(sceau) {
            *vers = de;
        }
        secret
    }

    /// What is kept of a recovery code: a keyed hash; case, spaces and dashes ignored.
    pub fn empreinte_recours(&self, personnel: &PersonnelId, code: &str) -> String {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        hexa(&self.sceau(&["recours", personnel.as_str(), &code.to_uppercase()]))
    }

    /// The index key of a member of staff's address: they outlive campaigns.
    pub fn cle_personnel(&self, mail: &str) -> Vec<u8> {
        let sceau = self.sceau(&["personnel", mail]);
        format!("personnel:{}", B64.encode(sceau)).into_bytes()
    }

    /// The index key of a single sign-on identity within a campaign (G01): one account each.
    pub fn cle_identite(&self, campagne: &CampagneCode, identite: &str) -> Vec<u8> {
        let sceau = self.sceau(&["identite", campagne.as_str(), identite]);
        [PREFIXE_IDENTITE, B64.encode(sceau).as_bytes()].concat()
    }

    /// The same for a member of staff.
    pub fn cle_identite_personnel(&self, identite: &str) -> Vec<u8> {
        let sceau = self.sceau(&["identite personnel", identite]);
        [PREFIXE_IDENTITE, B64.encode(sceau).as_bytes()].concat()
    }

    /// The index key of an address within a campaign (G05): a keyed hash, no address in the clear.
    pub fn cle_adresse(&self, campagne: &CampagneCode, mail: &str) -> Vec<u8> {
        let sceau = self.sceau(&["adresse", campagne.as_str(), mail]);
        format!("adresse:{}", B64.encode(sceau)).into_bytes()
    }

    /// The index key of a kind of thing known of an INE: a keyed hash, no INE in the clear.
    pub fn cle_ine(&self, genre: &str, ine: &Ine) -> Vec<u8> {
        let sceau = self.sceau(&["ine", &ine.valeur]);
        format!("ine-{genre}:{}", B64.encode(sceau)).into_bytes()
    }

    /// The index key of a candidate who gave an INE; all of one INE begin with [`CleServeur::cle_ine`].
    pub fn cle_candidat_ine(&self, ine: &Ine, candidat: &CandidatId) -> Vec<u8> {
        let mut cle = self.cle_ine("candidat", ine);
        cle.extend_from_slice(format!(":{candidat}").as_bytes());
        cle
    }
}

const fn but_texte(but: But) -> &'static str {
    match but {
        But::Validation => "validation",
        But::Reinitialisation => "reinitialisation",
        But::ChangementMail => "changement_mail",
        But::Rattachement => "rattachement",
        But::Invitation => "invitation",
        But::ReinitialisationPersonnel => "reinitialisation_personnel",
    }
}

/// The index key of a candidate number.
pub fn cle_numero(numero: &str) -> Vec<u8> {
    format!("numero:{}", numero.to_uppercase()).into_bytes()
}

/// A random 256-bit session token.
pub fn jeton_session(alea: &dyn Alea) -> String {
    let mut octets = [0; 32];
    alea.remplir(&mut octets);
    B64.encode(octets)
}

/// Under what a session is stored: the token itself is not.
pub fn cle_session(jeton: &str) -> Vec<u8> {
    Sha256::digest(jeton.as_bytes()).to_vec()
}

/// A random 128-bit identifier, hexadecimal.
pub fn identifiant(alea: &dyn Alea) -> String {
    let mut octets = [0; 16];
    alea.remplir(&mut octets);
    hexa(&octets)
}

/// A candidate number.
pub fn numero(alea: &dyn Alea) -> String {
    lisible(alea, LONGUEUR_NUMERO)
}

/// A dossier's id: random, or the same each time for the same command, so that a repeat names the same dossier.
pub fn id_dossier(alea: &dyn Alea, commande: Option<&str>) -> String {
    match commande {
        None => lisible(alea, LONGUEUR_DOSSIER),
        Some(commande) => {
            let empreinte = Sha256::digest(commande.as_bytes());
            empreinte
                .iter()
                .take(LONGUEUR_DOSSIER)
                .map(lettre)
                .collect()
        }
    }
}

/// A recovery code as it is shown: 50 bits.
pub fn code_recours(alea: &dyn Alea) -> String {
    format!("{}-{}", lisible(alea, 5), lisible(alea, 5))
}

fn lisible(alea: &dyn Alea, longueur: usize) -> String {
    let mut octets = vec![0; longueur];
    alea.remplir(&mut octets);
    octets.iter().map(lettre).collect()
}

fn lettre(octet: &u8) -> char {
    LISIBLES
        .get(usize::from(octet % 32))
        .map_or('A', |o| *o as char)
}

/// Lower-case hexadecimal.
pub fn hexa(octets: &[u8]) -> String {
    const CHIFFRES: &[u8; 16] = b"0123456789abcdef";
    let chiffre = |n: u8| CHIFFRES.get(usize::from(n)).map_or('0', |c| *c as char);
    let mut texte = String::with_capacity(2 * octets.len());
    for o in octets {
        texte.push(chiffre(o >> 4));
        texte.push(chiffre(o & 15));
    }
    texte
}
