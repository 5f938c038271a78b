//! The exchange of a request: its messages as staff read them.

use domain::demande::{Auteur, Canal, EtatMessage, Message, Sens};

use super::mots;
use crate::textes::Textes;
use crate::views::quand;

/// A file that came with a message.
pub(super) struct Piece {
    pub(super) lien: String,
    pub(super) nom: String,
    pub(super) genre: String,
    pub(super) taille: String,
}

/// A message of the thread.
pub(super) struct Parole {
    pub(super) id: String,
    pub(super) de_nous: bool,
    pub(super) qui: String,
    pub(super) adresse: String,
    pub(super) comment: String,
    pub(super) le: String,
    pub(super) texte: String,
    pub(super) defauts: String,
    pub(super) pieces: Vec<Piece>,
    /// The page of the whole mail; empty for what was not a mail.
    pub(super) entier: String,
    pub(super) original: String,
    pub(super) envoi: String,
    pub(super) envoi_classe: &'static str,
}

/// A size as people say it.
pub(super) fn taille(t: Textes, octets: u64) -> String {
    let unite = t.langue().choisir("o", "B");
    match octets {
        0..1_000 => format!("{octets} {unite}"),
        1_000..1_000_000 => format!("{} k{unite}", octets.div_ceil(1_000)),
        1_000_000.. => {
            let dixiemes = octets / 100_000;
            let virgule = t.langue().choisir(",", ".");
            format!("{}{virgule}{} M{unite}", dixiemes / 10, dixiemes % 10)
        }
    }
}

/// One message; `base` is where its request is, `nommer` knows the staff.
pub(super) fn parole(
    t: Textes,
    m: &Message,
    (base, nom): (&str, &str),
    nommer: impl Fn(&str) -> String,
) -> Parole {
    let de_nous = m.sens == Sens::Sortant;
    let page = format!("{base}/messages/{}", m.id);
    let lu = m.sha256.is_some();
    let pieces = m.pieces.iter().enumerate().map(|(rang, p)| Piece {
        lien: format!("{page}/pieces/{rang}"),
        nom: p.nom.clone(),
        genre: p.genre.clone(),
        taille: taille(t, p.octets),
    });
    let (envoi, envoi_classe) = match &m.envoi {
        None => (String::new(), ""),
        Some(EtatMessage::EnFile) => (t.envoi_en_file().to_owned(), ""),
        Some(EtatMessage::Envoye { le }) => (t.envoi_parti(quand(t, *le)), "fait"),
        Some(EtatMessage::Echec { raison, .. }) => (t.envoi_echec(raison), "refus"),
    };
    let qui = match &m.par {
        Auteur::Demandeur if nom.trim().is_empty() => m.de.clone(),
        Auteur::Demandeur => nom.to_owned(),
        Auteur::Automate { .. } => t.demande_automate().to_owned(),
        Auteur::Personnel { id } => nommer(id.as_str()),
    };
    let defauts: Vec<String> = m.defauts.iter().map(|d| mots::defaut(t, d)).collect();
    Parole {
        id: m.id.clone(),
        de_nous,
        adresse: if de_nous { m.a.clone() } else { m.de.clone() },
        qui,
        comment: match m.canal {
            Canal::Page => t.demande_par_page().to_owned(),
            Canal::Mail => t.demande_par_mail().to_owned(),
        },
        le: quand(t, m.le),
        texte: m.texte.trim().to_owned(),
        defauts: if defauts.is_empty() {
            String::new()
        } else {
            t.demande_defauts(defauts.join(", "))
        },
        pieces: if lu { pieces.collect() } else { Vec::new() },
        original: if lu {
            format!("{page}/original")
        } else {
            String::new()
        },
        entier: if lu { page } else { String::new() },
        envoi,
        envoi_classe,
    }
}

#[cfg(test)]
mod tests {
    use domain::langue::Langue;

    use super::*;

    #[test]
    fn une_taille_se_lit_dans_les_deux_langues() {
        let (fr, en) = (Textes(Langue::Fr), Textes(Langue::En));
        assert_eq!(taille(fr, 999), "999 o");
        assert_eq!(taille(fr, 1_001), "2 ko");
        assert_eq!(taille(fr, 2_350_000), "2,3 Mo");
        assert_eq!(taille(en, 2_350_000), "2.3 MB");
    }
}
