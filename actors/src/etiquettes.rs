//! What our mails carry so that answers and bounces find their way back: keyed, so that nobody else makes one.
//! Letters and digits only, case ignored: mail servers change case.

use data_encoding::BASE32_NOPAD;
use domain::ids::{DemandeId, DossierId};
use subtle::ConstantTimeEq;

use crate::jetons::CleServeur;

/// Characters of a tag: its own part, then its seal.
pub const LONGUEUR_ETIQUETTE: usize = PROPRE + SCEAU;
const PROPRE: usize = 16;
const SCEAU: usize = 10;
/// Characters of the seal of a dossier's token: 80 bits.
const SCEAU_DOSSIER: usize = 16;

impl CleServeur {
    /// The tag of a mail, from the id of its row in the outbox: a repeat has the same.
    pub fn etiquette(&self, id: &str) -> String {
        let propre = self.court(&["courrier", id], PROPRE);
        let sceau = self.court(&["etiquette", &propre], SCEAU);
        format!("{propre}{sceau}")
    }

    /// A tag of ours in canonical form, if it is one (S22).
    pub fn est_etiquette(&self, texte: &str) -> Option<String> {
        let texte = texte.trim().to_ascii_lowercase();
        let (propre, sceau) = texte.split_at_checked(PROPRE)?;
        let attendu = self.court(&["etiquette", propre], SCEAU);
        bool::from(attendu.as_bytes().ct_eq(sceau.as_bytes())).then(|| texte.clone())
    }

    /// What follows the plus sign of the address to answer to: tied to one dossier (S21).
    pub fn jeton_dossier(&self, dossier: &DossierId) -> String {
        let id = dossier.as_str().to_ascii_lowercase();
        let sceau = self.court(&["dossier", &id], SCEAU_DOSSIER);
        format!("{id}{sceau}")
    }

    /// The dossier such a token names; none when it is truncated or not ours.
    pub fn ouvrir_dossier(&self, jeton: &str) -> Option<DossierId> {
        let id = self.descellee("dossier", jeton)?;
        Some(DossierId::new(id.to_ascii_uppercase()))
    }

    /// The same for a request to the support: what answers it finds it (S21).
    pub fn jeton_demande(&self, demande: &DemandeId) -> String {
        let id = demande.as_str().to_ascii_lowercase();
        let sceau = self.court(&["demande", &id], SCEAU_DOSSIER);
        format!("{id}{sceau}")
    }

    /// The request such a token names; none when it is truncated or not ours.
    pub fn ouvrir_demande(&self, jeton: &str) -> Option<DemandeId> {
        let id = self.descellee("demande", jeton)?;
        Some(DemandeId::new(id.to_ascii_uppercase()))
    }

    fn descellee(&self, genre: &str, jeton: &str) -> Option<String> {
        let jeton = jeton.trim().to_ascii_lowercase();
        let (id, sceau) = jeton.split_at_checked(jeton.len().checked_sub(SCEAU_DOSSIER)?)?;
        let attendu = self.court(&[genre, id], SCEAU_DOSSIER);
        let notre = !id.is_empty() && bool::from(attendu.as_bytes().ct_eq(sceau.as_bytes()));
        notre.then(|| id.to_owned())
    }

    fn court(&self, parties: &[&str], longueur: usize) -> String {
        let mut texte = BASE32_NOPAD.encode(&self.sceau(parties)).to_lowercase();
        texte.truncate(longueur);
        texte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s22_nos_etiquettes_se_reconnaissent_et_ne_se_devinent_pas() {
        let (notre, autre) = (CleServeur::new([1; 32]), CleServeur::new([2; 32]));
        let etiquette = notre.etiquette("candidat.x.1.0");
        assert_eq!(etiquette.len(), LONGUEUR_ETIQUETTE);
        assert_eq!(etiquette, notre.etiquette("candidat.x.1.0"));
        assert_ne!(etiquette, notre.etiquette("candidat.x.1.1"));
        assert_eq!(
            notre.est_etiquette(&etiquette.to_uppercase()),
            Some(etiquette.clone())
        );
        assert_eq!(autre.est_etiquette(&etiquette), None);
        assert_eq!(notre.est_etiquette(&etiquette[1..]), None);
        assert_eq!(notre.est_etiquette("é"), None);
    }

    #[test]
    fn s21_le_jeton_d_un_dossier_ne_vaut_que_pour_lui() {
        let cle = CleServeur::new([1; 32]);
        let dossier = DossierId::new("ABCDEFGHJKL2");
        let jeton = cle.jeton_dossier(&dossier);
        assert_eq!(cle.ouvrir_dossier(&jeton), Some(dossier.clone()));
        assert_eq!(cle.ouvrir_dossier(&jeton.to_uppercase()), Some(dossier));
        assert_eq!(cle.ouvrir_dossier(&jeton[..jeton.len() - 1]), None);
        assert_eq!(cle.ouvrir_dossier(&jeton.replacen('a', "b", 1)), None);
        assert_eq!(cle.ouvrir_dossier(&jeton[12..]), None);
        assert_eq!(cle.ouvrir_dossier(""), None);
        assert_eq!(cle.ouvrir_demande(&jeton), None, "of another kind");
    }
}
