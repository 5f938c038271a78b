//! A form of the dossier's page that was refused: the page comes again with why, beside its fields, and with what was typed.

use axum::extract::Query;
use axum::http::Uri;
use domain::refus::FauteChamp;

use super::super::super::saisie::Saisie;
use super::Lu;
use crate::textes::Textes;

/// The form, what was typed in it and what is wrong; empty while nothing was refused.
#[derive(Clone, Debug, Default)]
pub(in crate::edge::pages::gestion) struct Refusee {
    /// The act its form is of, as in its address.
    acte: String,
    champs: Vec<(String, String)>,
    /// The fields' ids, and what is wrong with each; no id for the whole.
    pub(super) fautes: Vec<(&'static str, String)>,
}

/// The id of a field, by the act its form is of.
fn ancre(acte: &str, champ: &str) -> &'static str {
    match (acte, champ) {
        ("decision", "commentaire") => "commentaire-piece",
        ("decision", "nom" | "contenu") => "garder",
        ("notes", "texte") => "texte",
        ("etiquettes", "etiquettes") => "etiquettes",
        ("fiche", "numero_opi") => "numero_opi",
        ("fiche", "regime") => "regime",
        ("fiche", "montant") => "montant",
        ("pieces", "code") => "code",
        ("pieces", "commentaire") => "commentaire-exigee",
        (_, _) => "",
    }
}

impl Refusee {
    /// Of a form with faults of fields, or with one sentence for the whole.
    pub(in crate::edge::pages::gestion) fn new(
        t: Textes,
        acte: &str,
        saisie: &Saisie,
        (texte, champs): (&str, &[FauteChamp]),
    ) -> Self {
        let champ = |f: &FauteChamp| (ancre(acte, &f.champ), f.texte(t.langue()).to_owned());
        let fautes = if champs.is_empty() {
            vec![("", texte.to_owned())]
        } else {
            champs.iter().map(champ).collect()
        };
        Self {
            acte: acte.to_owned(),
            champs: saisie.0.clone(),
            fautes,
        }
    }

    /// What is wrong with a field; empty if nothing is.
    pub(super) fn faute(&self, ancre: &str) -> &str {
        let trouvee = self.fautes.iter().find(|(ou, _)| *ou == ancre);
        trouvee.map_or("", |(_, texte)| texte)
    }

    /// Whether the form of this act is the one.
    pub(super) fn est(&self, acte: &str) -> bool {
        self.acte == acte
    }

    /// What a field of the form of this act shows: what was typed, else what it holds.
    pub(super) fn tape<'a>(&'a self, acte: &str, champ: &str, sinon: &'a str) -> &'a str {
        let tape = self.champs.iter().find(|(nom, _)| nom == champ);
        tape.filter(|_| self.est(acte))
            .map_or(sinon, |(_, valeur)| valeur)
    }
}

/// Which piece was read, and from which list, by the address a form leads back to.
pub(in crate::edge::pages::gestion) fn lu_de(retour: &str) -> Lu {
    let uri: Option<Uri> = retour.parse().ok();
    let lu = uri.and_then(|uri| Query::<Lu>::try_from_uri(&uri).ok());
    lu.map(|Query(lu)| lu).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::langue::Langue;

    use super::*;

    #[test]
    fn une_faute_va_a_son_champ_et_ce_qui_fut_tape_au_formulaire_de_son_acte() {
        let tape = vec![("texte".to_owned(), "é".repeat(3))];
        let faute = FauteChamp::new("texte", "trop_long", "Trop long.", "Too long.");
        let t = Textes(Langue::Fr);
        let refusee = Refusee::new(t, "notes", &Saisie(tape), ("", &[faute]));
        assert_eq!(refusee.faute("texte"), "Trop long.");
        assert_eq!(refusee.faute("montant"), "");
        assert_eq!(refusee.tape("notes", "texte", ""), "ééé");
        assert_eq!(refusee.tape("fiche", "texte", "avant"), "avant");
        assert_eq!(Refusee::default().tape("notes", "texte", "avant"), "avant");
        let lu = lu_de("/gestion/dossiers/AB?liste=etat%3Dtransmis&piece=CV#lecture");
        assert_eq!(
            (lu.liste.as_str(), lu.piece.as_str()),
            ("etat=transmis", "CV")
        );
        assert_eq!(lu_de("n'importe quoi").piece, "");
    }
}
