//! The receipt of a transmission: what was handed in and when, signed over the dossier's chain head.

pub mod pdf;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One piece of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PieceAccuse {
    /// Its code.
    pub code: String,
    /// Its name.
    pub libelle: String,
    /// `deposee` or `non_concerne`.
    pub statut: String,
    /// SHA-256 of the file handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Its name as handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fichier: Option<String>,
}

/// What the signature covers: the fields in this order, as JSON without spaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contenu {
    /// The dossier's number.
    pub dossier: String,
    /// The candidate's number.
    pub numero: String,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Code of the formation.
    pub formation: String,
    /// Its name.
    pub libelle: String,
    /// Code of the campaign.
    pub campagne: String,
    /// When it was handed in.
    pub transmis_le: Timestamp,
    /// Everything handed in.
    pub pieces: Vec<PieceAccuse>,
    /// Version of the dossier's stream.
    pub version: u64,
    /// Head of its hash chain.
    pub chaine: String,
}

/// A signed receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accuse {
    /// What is signed.
    pub contenu: Contenu,
    /// Ed25519 public key, hexadecimal.
    pub cle_publique: String,
    /// Ed25519 signature, hexadecimal.
    pub signature: String,
}

/// Why a receipt is not ours as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doute {
    /// Key or signature has an unknown form.
    Illisible,
    /// Signed by another key than this server's.
    AutreCle,
    /// The content was changed after signing.
    Altere,
}

/// Signs a receipt.
///
/// # Errors
/// When the content has no JSON form, which it always has.
pub fn signer(cle: &SigningKey, contenu: Contenu) -> serde_json::Result<Accuse> {
    let signature = cle.sign(&serde_json::to_vec(&contenu)?);
    Ok(Accuse {
        contenu,
        cle_publique: actors::jetons::hexa(cle.verifying_key().as_bytes()),
        signature: actors::jetons::hexa(&signature.to_bytes()),
    })
}

/// Checks a receipt against this server's key.
///
/// # Errors
/// [`Doute`].
pub fn verifier(cle: &VerifyingKey, accuse: &Accuse) -> Result<(), Doute> {
    if accuse.cle_publique != actors::jetons::hexa(cle.as_bytes()) {
        return Err(Doute::AutreCle);
    }
    let signature = octets::<64>(&accuse.signature).ok_or(Doute::Illisible)?;
    let signe = serde_json::to_vec(&accuse.contenu).map_err(|_| Doute::Illisible)?;
    cle.verify_strict(&signe, &Signature::from_bytes(&signature))
        .map_err(|_| Doute::Altere)
}

/// A public key, from hexadecimal.
pub fn cle(texte: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&octets::<32>(texte)?).ok()
}

fn octets<const N: usize>(texte: &str) -> Option<[u8; N]> {
    let mut octets = [0; N];
    let hexa = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if texte.len() != 2 * N || !texte.bytes().all(hexa) {
        return None;
    }
    for (rang, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(texte.get(2 * rang..2 * rang + 2)?, 16).ok()?;
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_accuse_altere_est_reconnu() {
        let cle = SigningKey::from_bytes(&[3; 32]);
        let contenu = Contenu {
            dossier: "D".to_owned(),
            numero: "ABCDEFGH".to_owned(),
            nom: "Martin".to_owned(),
            prenom: "Élise".to_owned(),
            formation: "M1".to_owned(),
            libelle: "Master".to_owned(),
            campagne: "2027-2028".to_owned(),
            transmis_le: Timestamp::UNIX_EPOCH,
            pieces: vec![],
            version: 3,
            chaine: "00".to_owned(),
        };
        let accuse = signer(&cle, contenu).unwrap();
        let publique = cle.verifying_key();
        assert_eq!(verifier(&publique, &accuse), Ok(()));
        let relu: Accuse = serde_json::from_str(&serde_json::to_string(&accuse).unwrap()).unwrap();
        assert_eq!(verifier(&publique, &relu), Ok(()));
        let mut altere = accuse.clone();
        altere.contenu.nom.push('x');
        assert_eq!(verifier(&publique, &altere), Err(Doute::Altere));
        let mut altere = accuse.clone();
        altere.signature.replace_range(0..2, "zz");
        assert_eq!(verifier(&publique, &altere), Err(Doute::Illisible));
        let autre = SigningKey::from_bytes(&[4; 32]).verifying_key();
        assert_eq!(verifier(&autre, &accuse), Err(Doute::AutreCle));
    }
}
