//! Every text of the pages, in French with English beside it (Q41). A text without its translation does not compile.

mod accord;
mod cadre;
mod campagne;
mod compte;
mod demandes;
mod dossiers;
mod examen;
mod gestion;
mod mails;
mod personnel;
mod profil;
mod sorties;
mod sso;

use std::fmt::{self, Display};
use std::ops::Deref;

use domain::langue::Langue;

pub(crate) use accord::{Rempli, a_accorder, accorder};
pub(crate) use cadre::MOIS;
pub(crate) use mails::titre_modele;

/// The texts of one language; each is a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Textes(pub(crate) Langue);

/// A text of ours: no markup in it, so it goes into a page as it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dit(pub(crate) &'static str);

impl Display for Dit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Deref for Dit {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl askama::filters::HtmlSafe for Dit {}

impl askama::FastWritable for Dit {
    fn write_into(&self, page: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(page.write_str(self.0)?)
    }
}

impl Textes {
    /// Our texts in this language; the other texts of a page come in it too.
    pub(crate) const fn langue(self) -> Langue {
        self.0
    }
}

/// One method per text: `nom: "français", "English";`, with arguments where something is filled in.
/// A word that ends in `(s)` agrees with the number filled in before it.
macro_rules! textes {
    ($($nom:ident $(($($argument:ident),+))? : $fr:literal, $en:literal;)*) => {
        impl $crate::textes::Textes {
            $($crate::textes::textes!(@un $nom [$($($argument),+)?] $fr, $en);)*
        }
        #[cfg(test)]
        pub(super) const TOUS: &[(&str, &str, &str)] = &[$((stringify!($nom), $fr, $en)),*];
    };
    (@un $nom:ident [] $fr:literal, $en:literal) => {
        pub(crate) const fn $nom(self) -> $crate::textes::Dit {
            $crate::textes::Dit(self.0.choisir($fr, $en))
        }
    };
    (@un $nom:ident [$($argument:ident),+] $fr:literal, $en:literal) => {
        pub(crate) fn $nom(self, $($argument: impl std::fmt::Display),+) -> String {
            if const { $crate::textes::a_accorder($fr) || $crate::textes::a_accorder($en) } {
                $(let $argument = $crate::textes::Rempli($argument);)+
                let texte = match self.0 {
                    domain::langue::Langue::Fr => format!($fr),
                    domain::langue::Langue::En => format!($en),
                };
                return $crate::textes::accorder(self.0, &texte);
            }
            match self.0 {
                domain::langue::Langue::Fr => format!($fr),
                domain::langue::Langue::En => format!($en),
            }
        }
    };
}
use textes;

#[cfg(test)]
mod tests {
    #[test]
    fn q41_chaque_texte_est_complet_et_sans_balise() {
        let tous = [
            super::cadre::TOUS,
            super::campagne::TOUS,
            super::compte::TOUS,
            super::demandes::TOUS,
            super::profil::TOUS,
            super::dossiers::TOUS,
            super::gestion::TOUS,
            super::mails::TOUS,
            super::examen::TOUS,
            super::personnel::TOUS,
            super::sso::TOUS,
            super::sorties::TOUS,
        ];
        for (nom, fr, en) in tous.concat() {
            for texte in [fr, en] {
                assert!(!texte.trim().is_empty(), "{nom} is empty");
                assert!(
                    !texte.contains(['<', '>', '"']) && !texte.replace("& ", "").contains('&'),
                    "{nom} holds markup: it is written into pages as it is"
                );
            }
        }
    }
}
